/* A strictly convex quadratic program with dense matrices: the lowest g'd + d'Hd / 2 with low <= A d <= high and
 * bounds of d, by the dual active-set method of Goldfarb & Idnani (1983, "A numerically stable dual method for
 * solving strictly convex quadratic programs"). No library that serves from C without R has one: quadprog is
 * Fortran within an R package. */
#ifndef GRADTAPE_SOLVERS_QP_H
#define GRADTAPE_SOLVERS_QP_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t n, m;
    double *h;             /* n x n: H, its lower triangle; then its Cholesky factor */
    double *g;             /* n */
    double *rows;          /* m rows of A, one after the other */
    double *low, *high;    /* m */
    double *lower, *upper; /* n */
    double *d;             /* out */
    double *multipliers;   /* out: m + n, of rows and of bounds: as solvers/solver.h has them */
    double *q, *r, *force, *normal, *rest, *weight; /* of the active set */
    int64_t *active;                                /* which; of each the side, 1 for the upper */
    int *side;
    int64_t n_active;
} gt_qp;

/* Divides `numbers` and returns how many there must be, also where it is NULL. Sets all but the numbers that go in. */
int64_t gt_qp_place(gt_qp *qp, int64_t n, int64_t m, double *numbers);
/* Replaces h by its factor; false where it is not positive definite. */
bool gt_qp_factor(gt_qp *qp);
/* After gt_qp_factor(). False where nothing satisfies the constraints. */
bool gt_qp_solve(gt_qp *qp);

#endif
