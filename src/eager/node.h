/* The bridge between R and the layers below: how values look to R, and how an
 * operation is applied to them.
 *
 * A *node* is one value of the graph, an R list that nothing changes once it is
 * made, but for its gradient: meta data, elements, gradient, parameters, hooks
 * and then the inputs that it was computed from. A leaf has no inputs; the
 * elements of a leaf may be changed in place, which raises its version.
 *
 * A *tensor* is an external pointer that holds a node. In-place methods give the
 * tensor another node (whoever used the old one keeps its value) or change its leaf.
 *
 * A *value* is what an operation takes: a node, or a plain double vector, which
 * is a constant. R's garbage collector owns them all.                         */
#ifndef GRADTAPE_EAGER_NODE_H
#define GRADTAPE_EAGER_NODE_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>

#include "ops/table.h"
#include "ops/rules.h"

/* ---- memory (eager/memory.c) ------------------------------------------------ */

SEXP alloc_doubles(R_xlen_t n);
/* Storage for the elements of a type: a double vector, or the bits of floats in
 * an integer vector.                                                          */
SEXP alloc_data(const gt_type *type);

/* ---- nodes (eager/node.c) ------------------------------------------------- */

enum { NODE_META, NODE_DATA, NODE_GRAD, NODE_PARAMS, NODE_HOOKS, NODE_INPUTS };

enum {
    NODE_REQUIRES_GRAD = 1,
    NODE_RETAIN_GRAD = 2,       /* keep the gradient though not a leaf */
    NODE_FREED = 4,             /* inputs dropped by a backward pass */
    NODE_TRACKED = 8,           /* depends on the input of a recording */
    NODE_GUARD = 16,            /* R code read its values during a recording */
};

/* NODE_HOOKS is NULL or a list: an R function of the gradient, which returns it or
 * another (register_hook), and for a custom operation its derivative.          */
enum { HOOK_GRADIENT, HOOK_BACKWARD, HOOK_COUNT };

/* Lives in an integer vector, so that it can be saved. */
typedef struct {
    int op, dtype, flags, version, n_inputs, ndim;
    int tail[];                 /* dim[ndim], then the version of each input */
} node_meta;

static inline node_meta *node_get_meta(SEXP node)
{
    return (node_meta *)INTEGER(VECTOR_ELT(node, NODE_META));
}
static inline bool node_has(SEXP node, int flag) { return node_get_meta(node)->flags & flag; }
static inline SEXP node_input(SEXP node, int i) { return VECTOR_ELT(node, NODE_INPUTS + i); }
static inline bool is_node(SEXP value) { return TYPEOF(value) == VECSXP; }

gt_type node_type(SEXP node);
gt_array node_array(SEXP node);
gt_params node_params(SEXP node);
/* A node that owns `data`; with inputs when n > 0. */
SEXP node_new(gt_op op, const gt_type *type, SEXP data, int n, SEXP const *inputs,
              const gt_params *params, int flags);
SEXP node_leaf(const gt_type *type, SEXP data, int flags);
SEXP node_hook(SEXP node, int which);
void node_set_hook(SEXP node, int which, SEXP fun);
void *data_pointer(SEXP data);
/* Element storage of a leaf that may be written to: copied first when shared. */
gt_array node_writable(SEXP node);

/* ---- tensors --------------------------------------------------------------- */

bool is_tensor(SEXP x);
SEXP tensor_new(SEXP node);
SEXP tensor_node(SEXP x);                       /* error unless is_tensor(x) */
/* The attribute with the names of the elements, set where R's numbers were named. */
SEXP tensor_names_symbol(void);
/* The result, with the names of x where x has as many. */
SEXP with_names_of(SEXP x, SEXP result);
void tensor_set_node(SEXP x, SEXP node);
void init_node_holder(DllInfo *dll);
/* The node behind an argument that must be a tensor. */
SEXP tensor_argument(SEXP x, const char *argument);
/* Any R object that may stand for a tensor, as a value. Protect the result. */
SEXP as_value(SEXP x, const char *argument);
gt_type value_type(SEXP value);
/* The elements as a plain R vector, with dim when there are two dimensions or more. */
SEXP call_to_array(SEXP x);
/* What R gets back: a tensor, or for a bool node a logical vector. */
SEXP node_to_r(SEXP node);

/* Up to so many inputs an operation needs no allocation for its arguments. */
#define SMALL_ARITY 4

/* ---- applying operations (eager/apply.c) ------------------------------------ */

/* Runs an operation on values; records its inputs where a gradient is needed. */
SEXP apply_op(gt_op op, int n, SEXP const *values, const gt_params *params);
SEXP apply_op1(gt_op op, SEXP x, int n_params, const int *params);

/* With the flags allowed to the result: NODE_REQUIRES_GRAD, NODE_TRACKED. */
SEXP apply_op_flagged(gt_op op, int n, SEXP const *values, const gt_params *params, int allowed);

bool grad_mode(void);

/* The shape rule and the kernel of an operation on arrays, which run_op() may convert
 * between float and double. An R error where they fail.                        */
gt_type infer_op(gt_op op, const gt_params *p, int n, const gt_array *in);
void run_op(gt_op op, const gt_params *p, int n, gt_array *in, gt_array *out);
gt_array value_array(SEXP value);

#endif
