/* A *node* is one value of the graph, an R list that nothing changes once it is
 * made, but for its gradient: meta data, elements, gradient, parameters, hooks
 * and then the inputs that it was computed from. A leaf has no inputs; the
 * elements of a leaf may be changed in place, which raises its version.       */
#ifndef GRADTAPE_EAGER_NODE_H
#define GRADTAPE_EAGER_NODE_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>

#include "ops/table.h"

enum { NODE_META, NODE_DATA, NODE_GRAD, NODE_PARAMS, NODE_HOOKS, NODE_INPUTS };

enum {
    NODE_REQUIRES_GRAD = 1,
    NODE_RETAIN_GRAD = 2, /* keep the gradient though not a leaf */
    NODE_FREED = 4,       /* inputs dropped by a backward pass */
    NODE_TRACKED = 8,     /* depends on the input of a recording */
    NODE_GUARD = 16,      /* R code read its values during a recording */
    NODE_SUCCESS = 32,    /* a kernel of a recording that might have failed gave it */
    NODE_TAKEN = 64,      /* by a recording, which knows now how it was computed: freed, too */
};

/* NODE_HOOKS is NULL or a list: an R function of the gradient, which returns it or
 * another (register_hook), and for a custom operation its derivative: an R function of the
 * gradient and of whether it is to have a graph, or what node_set_derivative() puts there. */
enum { HOOK_GRADIENT, HOOK_BACKWARD, HOOK_COUNT };

/* The derivative of a custom operation in C. Each function takes the data that came with it and the
 * gradient of the result.                                                      */
typedef struct {
    /* The gradients of all inputs, one after the other: a double vector that nobody else holds. */
    SEXP (*numbers)(SEXP data, const gt_array *gradient);
    /* The gradients with their graph: a list with a tensor or NULL for each input of the node. */
    SEXP (*graph)(SEXP data, SEXP node, SEXP gradient);
} node_derivative;

/* Lives in an integer vector, so that it can be saved. */
typedef struct {
    int op, dtype, flags, version, n_inputs, ndim;
    int tail[]; /* dim[ndim], then the version of each input */
} node_meta;

static inline node_meta *node_get_meta(SEXP node)
{
    return (node_meta *)INTEGER(VECTOR_ELT(node, NODE_META));
}
static inline bool node_has(SEXP node, int flag) { return node_get_meta(node)->flags & flag; }
static inline SEXP node_input(SEXP node, int i) { return VECTOR_ELT(node, NODE_INPUTS + i); }
static inline bool is_node(SEXP value) { return TYPEOF(value) == VECSXP; }

gt_type node_type(SEXP node);
/* Its elements, which a state (eager/states.h) is given now. */
SEXP node_data(SEXP node);
gt_array node_array(SEXP node);
gt_params node_params(SEXP node);
/* A node that owns `data`; with inputs when n > 0. */
SEXP node_new(gt_op op, const gt_type *type, SEXP data, int n, SEXP const *inputs,
              const gt_params *params, int flags);
/* The call that made it, or NULL: noted where anomalies are to be detected. */
SEXP node_call(SEXP node);
SEXP node_leaf(const gt_type *type, SEXP data, int flags);
SEXP node_hook(SEXP node, int which);
void node_set_hook(SEXP node, int which, SEXP fun);
void node_set_derivative(SEXP node, const node_derivative *d, SEXP data);
/* NULL where the derivative is an R function. */
const node_derivative *node_get_derivative(SEXP node, SEXP *data);
/* Frees the inputs of a computed node, which is instruction `at` of `owner` from now on. */
void node_take(SEXP node, SEXP owner, int at);
/* Whose it is, and which instruction. */
SEXP node_owner(SEXP node);
int node_place(SEXP node);
void node_free_inputs(SEXP node);
/* Element storage of a leaf that may be written to: copied first when shared. */
gt_array node_writable(SEXP node);

#endif
