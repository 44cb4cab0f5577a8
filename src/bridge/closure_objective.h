#ifndef GRADTAPE_BRIDGE_CLOSURE_OBJECTIVE_H
#define GRADTAPE_BRIDGE_CLOSURE_OBJECTIVE_H

#define R_NO_REMAP
#include <Rinternals.h>

#include "solvers/problem.h"

typedef struct {
    gt_problem base;
    SEXP functions; /* a named list, protected */
    /* n + 1 numbers, and m (n + 1) for m residuals: protected, set before
     * gt_closure_objective_init()                                                     */
    SEXP both, residuals;
} gt_closure_objective;

/* functions: those that there are of value(x), gradient(x), both(x): value and gradient in one
 * vector, multiply(x, v), hessian(x), residuals(x), jacobian(x), and the number n_residuals
 * with the words loss and loss_scale; constraints(x), constraint_jacobian(x), lagrangian(x, weights): the
 * Hessian of the weighted sum of value and constraints, and the number n_constraints. */
void gt_closure_objective_init(gt_closure_objective *o, int64_t n, SEXP functions);

#endif
