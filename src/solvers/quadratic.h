/* A quadratic g's + s'As / 2 of a dense symmetric A, and where in a ball it is lowest: the
 * subproblem of trust-region methods (More & Sorensen 1983; Conn, Gould & Toint 2000, chapter 7).
 *
 * Where A is positive definite and its minimum within the ball, Cholesky's factorisation gives it. Else A is
 * made tridiagonal once, A = Q T Q'; whatever follows, for any g and radius, costs one
 * product with Q and, for each multiplier tried, a factorisation of T. Beside the eigenvectors
 * of A this is 3 to 6 times faster from 20 variables on (24 against 10 us at 20, 1.8 against 0.4
 * ms at 100, 82 against 14 ms at 400), beside Cholesky factorisations of A for each multiplier it
 * costs as much as four of them, and the lowest eigenvalue is known.               */
#ifndef GRADTAPE_SOLVERS_QUADRATIC_H
#define GRADTAPE_SOLVERS_QUADRATIC_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int n;
    double *a;                    /* n x n: in: A, its lower triangle; then Q, once it is needed */
    double *cholesky;             /* n x n */
    bool is_definite;             /* and the factor there */
    bool is_tridiagonal;          /* a, diagonal, off, tau, lowest and highest are known */
    double *diagonal, *off, *tau; /* of T; of Q */
    double *factor, *factor_off;  /* of T + multiplier I */
    double *b, *p, *v;            /* Q'g, the step and a vector beside it, as T knows them */
    double *work;                 /* of LAPACK */
    double lowest, highest;       /* eigenvalues */
} gt_quadratic;

/* Doubles that gt_quadratic_place() divides. */
int64_t gt_quadratic_numbers(int64_t n);
void gt_quadratic_place(gt_quadratic *q, int64_t n, double *numbers);
/* After q->a, and q->n where it is less than what was placed, are set. A is to be finite. */
void gt_quadratic_factor(gt_quadratic *q);
/* The lowest point s within the radius; returns how much lower than 0 the quadratic is there. */
double gt_quadratic_minimize(gt_quadratic *q, const double *g, double radius, double *s);
/* Is there a direction of negative curvature, beyond what may be rounding? */
bool gt_quadratic_is_indefinite(gt_quadratic *q);

#endif
