/* A problem with constraints as one with bounds only: its value plus half a weight times the squared distance of
 * c(x) + multipliers / weight from what is allowed. With multipliers this is the augmented Lagrangian (Powell
 * 1969; Hestenes 1969; Rockafellar 1974 for inequalities), without the quadratic penalty. */
#ifndef GRADTAPE_SOLVERS_PENALIZED_H
#define GRADTAPE_SOLVERS_PENALIZED_H

#include "solvers/solver.h"

typedef struct {
    gt_problem base;
    gt_problem *inner;
    double weight;
    double *multipliers; /* m */
    double *row_weight;  /* of each constraint: 1 for a slope of 1 at the start */
    double *constraints; /* at the point evaluated last */
    double *forces;      /* there: what the multipliers would become */
    double *jacobian;
} gt_penalized;

/* An outer method's run of minimisations of such problems: its work memory begins with it. */
typedef struct {
    gt_penalized penalized;
    gt_solver solver;
    double *gradient; /* at the point where the solver ended */
} gt_penalized_run;

extern const double gt_largest_weight;

int64_t gt_penalized_run_numbers(const gt_problem *p);
/* Makes it, in the solver's work memory; returns the numbers behind it. */
double *gt_penalized_run_start(gt_solver *s);
static inline gt_penalized_run *gt_penalized_run_of(gt_solver *s)
{
    return (gt_penalized_run *)s->work.numbers;
}
/* What pulls a constraint of this value back: weight times its signed distance, shifted by the multiplier. */
double gt_penalized_force(const gt_penalized *p, int64_t i, double c);
/* Minimises from s->x, to this scaled gradient, and moves s there, with the multipliers that the penalty stands
 * for. Where the value falls faster than the violation costs, the weight grows by gamma, as long as it may.
 * RUNNING, or why s could not be moved. */
gt_status gt_penalized_move(gt_solver *s, double tolerance, double gamma);
/* Is s infeasible, and no less so anywhere near? */
bool gt_penalized_is_stuck(gt_solver *s);

#endif
