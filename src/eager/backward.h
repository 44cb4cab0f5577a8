#ifndef GRADTAPE_EAGER_BACKWARD_H
#define GRADTAPE_EAGER_BACKWARD_H

#define R_NO_REMAP
#include <Rinternals.h>

#include <stdbool.h>

/* roots: list of tensors; seeds: list, each NULL (for a scalar: 1) or a tensor.
 * targets: NULL to add to the $grad of every leaf, or a list of tensors whose
 * gradients are returned.                                                     */
SEXP backward(SEXP roots, SEXP seeds, SEXP targets, bool retain_graph, bool create_graph);
/* The same, without a graph to walk, of a node that one call in C made (node_derivative) of one leaf: false, with
 * nothing changed, where there is more to do.                                  */
bool backward_of_call(SEXP node);

#endif
