/* What methods share that minimise a quadratic model with the whole Hessian in a trust region: the
 * model, its scale, and which of the steps that a method finds is taken.
 *
 * The region is a ball in parameters measured by the curvature along them, as MINPACK
 * measures them by the columns of the Jacobian (More 1978): so it is a matter of
 * indifference in which units they are. Whatever follows is in these scaled parameters. */
#ifndef GRADTAPE_SOLVERS_DENSE_TRUST_H
#define GRADTAPE_SOLVERS_DENSE_TRUST_H

#include "solvers/quadratic.h"
#include "solvers/solver.h"

#define GT_DENSE_TRUST_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    OPTIONAL( \
        radius, GT_ABOVE_0, \
        "First radius of the region, in units in which the curvature along " \
        "each parameter is 1; by default the start's distance from 0 or, where that is more, " \
        "the length of its gradient")
GT_OPTION_STRUCT(gt_dense_trust_options, GT_DENSE_TRUST_OPTIONS)
extern const gt_option_table gt_dense_trust_table;

typedef struct gt_dense_trust gt_dense_trust;
struct gt_dense_trust {
    gt_solver *solver;
    int64_t n;
    double radius;       /* 0: not known yet */
    bool has_model;      /* at x */
    double *scale;       /* scaled parameters are these times x */
    double *g, *h;       /* gradient and Hessian, n x n */
    double *step;        /* from x */
    gt_quadratic within; /* for the method */
    /* Called once when g and h are new; NULL where there is nothing to be done. */
    void (*prepare)(gt_dense_trust *m);
    /* Sets step; returns what the model says the value comes down by. */
    double (*find_step)(gt_dense_trust *m);
    double *rest; /* the method's */
};

enum { GT_DENSE_TRUST_VECTORS = 2 };
/* Doubles, of which the method's own are `rest`. */
int64_t gt_dense_trust_numbers(int64_t n, int64_t rest);
/* Sets up the solver's work memory; the method adds its functions. */
gt_dense_trust *gt_dense_trust_start(gt_solver *s);
/* The same, with the radius, scale and step that are there; the model is made anew. */
gt_dense_trust *gt_dense_trust_move(gt_solver *s);
static inline gt_dense_trust *gt_dense_trust_of(gt_solver *s)
{
    return (gt_dense_trust *)s->work.numbers;
}
/* Makes the model at x, if it is not there. */
void gt_dense_trust_model(gt_dense_trust *m);
/* Where the gradient is small and a way down is known: the region may have shrunk on the way
 * there, but need not be small to go on.                                          */
void gt_dense_trust_widen(gt_dense_trust *m);
double gt_dense_trust_norm(const gt_dense_trust *m, const double *v);
gt_status gt_dense_trust_iterate(gt_solver *s);

#endif
