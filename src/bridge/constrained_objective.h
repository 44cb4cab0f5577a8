#ifndef GRADTAPE_BRIDGE_CONSTRAINED_OBJECTIVE_H
#define GRADTAPE_BRIDGE_CONSTRAINED_OBJECTIVE_H

#include "bridge/closure_objective.h"
#include "bridge/tape.h"

typedef struct {
    gt_problem base;
    tape_state *state;
    gt_closure_objective by_r; /* where no recording holds; its vectors are to be set before */
    SEXP kept;                 /* a protected list of CONSTRAINED_TAPE_KEEPS */
    bool has_values;           /* those of `variant` at the point that is kept */
    int variant;
    int64_t unchecked;             /* work since the user could last interrupt */
    tape_matrix jacobian, hessian; /* where they are sparse: of constraints, of the Lagrangian */
} gt_constrained_tape;

/* the point, what the tape gave there, a seed, weights of values, a row of the Jacobian */
enum { CONSTRAINED_TAPE_KEEPS = 5 };

/* handle: list(state, functions): the latter as gt_closure_objective_init() takes them, all of them. */
void gt_constrained_tape_init(gt_constrained_tape *o, int64_t n, SEXP handle);
/* From now on Jacobian and Hessian are sparse. */
void gt_constrained_tape_make_sparse(gt_constrained_tape *o);

#endif
