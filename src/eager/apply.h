/* Operations applied to values. */
#ifndef GRADTAPE_EAGER_APPLY_H
#define GRADTAPE_EAGER_APPLY_H

#include "eager/node.h"

/* Up to so many inputs an operation needs no allocation for its arguments. */
#define SMALL_ARITY 4

/* Runs an operation on values; records its inputs where a gradient is needed. */
SEXP apply_op(gt_op op, int n, SEXP const *values, const gt_params *params);
SEXP apply_op1(gt_op op, SEXP x, int n_params, const int *params);

/* The node of a result that is known already, as apply_op() would have made it. */
SEXP known_result(gt_op op, const gt_type *type, SEXP data, int n, SEXP const *values,
                  const gt_params *params);

/* With the flags allowed to the result: NODE_REQUIRES_GRAD, NODE_TRACKED. */
SEXP apply_op_flagged(gt_op op, int n, SEXP const *values, const gt_params *params, int allowed);

/* The shape rule and the kernel of an operation on arrays, which run_op() may convert
 * between float and double. An R error where they fail.                        */
gt_type infer_op(gt_op op, const gt_params *p, int n, const gt_array *in);
void run_op(gt_op op, const gt_params *p, int n, gt_array *in, gt_array *out);
/* The leaf takes the value of op(leaf, other), in its own memory; of its shape and dtype. */
void run_op_in_place(gt_op op, SEXP leaf, gt_array other);

#endif
