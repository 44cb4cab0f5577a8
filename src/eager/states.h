/* Vectors that are assigned to element by element. x[i] <- v is a new value, and so a new node, whose
 * elements are all those of x but one. Such nodes, *states* of one vector, have one array between them:
 * that of the newest state. An older one knows what was there before; its elements are copied
 * when somebody asks for them (Baker, Shallow binding makes functional arrays fast, 1991).
 *
 * So is a vector that grows, v <- c(v, new), or a matrix, by rows or by columns.           */
#ifndef GRADTAPE_EAGER_STATES_H
#define GRADTAPE_EAGER_STATES_H

#include "eager/node.h"

/* A node whose elements are not its own as yet: in their place it holds its state. */
static inline bool is_state(SEXP node) { return TYPEOF(VECTOR_ELT(node, NODE_DATA)) == VECSXP; }
/* Gives it elements of its own, and returns them. */
SEXP state_elements(SEXP node);

/* What an operation gives, where a state makes it cheap; else NULL, and the operation is to run.
 * x is assigned to, or has others put behind it: it becomes an older state.             */
SEXP state_assigned(SEXP x, SEXP value, SEXP positions);
SEXP state_joined(int n, SEXP const *values, int dim);
/* Only read: a part, or the same in another shape, of the newest state. */
SEXP state_slice(SEXP x, const gt_params *slice);
SEXP state_take(SEXP x, SEXP positions);
SEXP state_reshape(SEXP x, const gt_params *dims);

#endif
