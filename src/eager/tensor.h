/* A *tensor* is an external pointer that holds a node. In-place methods give the
 * tensor another node (whoever used the old one keeps its value) or change its leaf.
 *
 * A *value* is what an operation takes: a node, or a plain double vector, which
 * is a constant. R's garbage collector owns them all.                         */
#ifndef GRADTAPE_EAGER_TENSOR_H
#define GRADTAPE_EAGER_TENSOR_H

#include "eager/node.h"

#include <R_ext/Rdynload.h>

bool is_tensor(SEXP x);
SEXP tensor_new(SEXP node);
SEXP tensor_node(SEXP x); /* error unless is_tensor(x) */
/* The *labels* of a value: the names of a vector, the dimnames of a matrix or array, else NULL. */
SEXP labels_of(SEXP x);
/* The result, with these labels, or with those of x, where they fit its shape. */
SEXP with_labels(SEXP labels, SEXP result);
SEXP with_labels_of(SEXP x, SEXP result);
void tensor_set_node(SEXP x, SEXP node);
/* Also of a comparison's result, and of x$data. */
bool stands_for_tensor(SEXP x);
/* The node behind an argument that must be a tensor. */
SEXP tensor_argument(SEXP x, const char *argument);
/* Any R object that may stand for a tensor, as a value. Protect the result. */
SEXP as_value(SEXP x, const char *argument);
gt_type value_type(SEXP value);
gt_array value_array(SEXP value);
/* What R gets back: a tensor, or for a bool node a logical vector. */
SEXP node_to_r(SEXP node);

/* Makes what globals.h says of tensors. */
void init_tensors(DllInfo *dll);

#endif
