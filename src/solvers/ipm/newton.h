/* The linear systems of the interior-point method. With A = Hessian + diagonal,
 *
 *     [ A   J' ] [ x ]   [ b ]
 *     [ J  -D  ] [ y ] = [ c ]
 *
 * of which the diagonals A and D hold what is left of slacks, and of whatever else enters a row alone,
 * when they are eliminated. Rows may be dead, columns fixed: then y, or x, is 0 there.
 *
 * A dense system leaves out rows with D > 0 where they are many: y is (J x - c) / D there.     */
#ifndef GRADTAPE_SOLVERS_IPM_NEWTON_H
#define GRADTAPE_SOLVERS_IPM_NEWTON_H

#include "solvers/problem.h"
#include "solvers/symmetric.h"

typedef struct {
    int64_t n, m;
    const gt_pattern *hessian_pattern, *jacobian_pattern;
    double *hessian;
    const double *jacobian;
    bool *is_fixed, *is_dead;
    double *a, *d; /* diagonals */
    gt_symmetric system;
    int64_t n_kept; /* rows that are in it */
    int64_t *place; /* of row i among them, or -1 */
    /* of a sparse system: its pattern, and where in it stands what */
    gt_pattern pattern;
    int64_t *hessian_at, *jacobian_at, *diagonal_at;
    double *rhs;
} gt_newton;

/* What has to be added so that the system has n positive and m negative eigenvalues (section 3.1). */
typedef struct {
    double last;       /* what was added to A last time that it was needed */
    double to_a, to_d; /* now */
} gt_inertia;

/* With base NULL nothing is placed: the numbers needed are counted. The rows of inequalities are those with
 * is_inequality. */
int64_t gt_newton_place(gt_newton *w, const gt_problem *p, const gt_pattern *hessian_pattern,
                        gt_sparse_ldl *sparse, double *base);
/* Once is_fixed and is_dead are set; inequality[i]: d[i] is always above 0 there. */
void gt_newton_prepare(gt_newton *w, const bool *inequality);
/* Factorises; false where it is singular, or a factorisation does not exist. */
bool gt_newton_factorise(gt_newton *w, int64_t *n_negative);
void gt_newton_solve(gt_newton *w, const double *b, const double *c, double *x, double *y);
/* to = (Hessian) x, 0 where x is fixed */
void gt_newton_multiply(const gt_newton *w, const double *x, double *to);

#endif
