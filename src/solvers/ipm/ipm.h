/* The interior-point method of Waechter & Biegler (2006), "On the implementation of an interior-point
 * filter line-search algorithm for large-scale nonlinear programming", Math. Program. 106; sections and
 * equations that are named without more are this paper's.
 *
 * It solves, for barrier parameters mu that go to 0,
 *
 *     min phi(w) = F(w) - mu sum log(w - lower) - mu sum log(upper - w)   such that   r(w) = 0
 *
 * of which w are the parameters x and, for each row of the constraints, a slack s with the row's sides as
 * bounds; r(w) = c(x) - s. The slack of an equation is fixed. A problem of this kind is called a phase.
 * There are two: that of the problem itself, where F = f, and that which restores feasibility
 * (section 3.3), where w has beside x and s what is over and what is missing in each row, over >= 0 and
 * missing >= 0; r(w) = c(x) - s - over + missing. Both are solved by the same code.
 *
 * Here x, s, over and missing stand one after another in w, and c(x), f(x) and their derivatives at the
 * x of both phases in the solver.                                                 */
#ifndef GRADTAPE_SOLVERS_IPM_IPM_H
#define GRADTAPE_SOLVERS_IPM_IPM_H

#include "solvers/ipm/filter.h"
#include "solvers/ipm/newton.h"
#include "solvers/solver.h"

#define GT_IPM_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    OPTIONAL(mu, GT_ABOVE_0, \
             "First barrier parameter; \\code{NULL}: by slopes and distances from bounds at the " \
             "start") \
    NUMBER(push, 0.01, GT_ABOVE_0, \
           "How far the start is moved away from bounds, relative to their size and distance")
GT_OPTION_STRUCT(gt_ipm_options, GT_IPM_OPTIONS)
extern const gt_option_table gt_ipm_table;

typedef struct {
    bool restores;
    int64_t size;                 /* of w */
    double *lower, *upper;        /* of w; equal where it is fixed, infinite where there is none */
    double *w, *y, *z_low, *z_up; /* the point; multipliers of r, and of the bounds */
    double mu, tau; /* barrier parameter; what of the way to the boundary may be gone */
    gt_filter filter;
    gt_inertia inertia;
    double *curvature; /* what stands for the Hessian where the problem has none, or NULL */
    bool has_curvature;
    int64_t n_tiny;       /* tiny steps in a row */
    int64_t n_shortened;  /* steps in a row that were cut back */
    int64_t n_acceptable; /* points in a row that are nearly optimal */
} gt_phase;

/* A point of a phase, all that belongs to it, and what is asked of a point that follows. */
typedef struct {
    bool is_watched;
    int64_t tries;
    double *w, *y, *z_low, *z_up, *x, *gradient, *constraints, *jacobian, value;
    double theta, phi, slope, alpha;
} gt_ipm_watched;

typedef struct {
    gt_solver *solver;
    int64_t n, m;
    double f_scale; /* F = f_scale f */
    double *row;    /* 1 for an equation, 2 for an inequality, 0 for a row without sides */
    gt_phase regular, restoration, *now;
    gt_newton newton;
    gt_ipm_watched watched;
    gt_status status; /* other than RUNNING: why it cannot go on */

    /* of this iteration, for w of either phase */
    double *slope;    /* gradient of the barrier function */
    double *residual; /* r(w) */
    double *dw, *dy, *dz_low, *dz_up;
    double *trial, *trial_residual, *trial_c, *trial_g;
    double *trial_jacobian;
    double *trial_x; /* the trial point's x, within the bounds as the problem has them */
    double *corrected, *corrected_y,
        *correction;                     /* a second-order correction's step and residual */
    double *sigma;                       /* what the barrier adds to the diagonal of the Hessian */
    double *rhs, *left, *more, *scratch; /* of linear systems */
    double floor_of_a,
        floor_of_d; /* what is added to diagonals that a sparse system is factorised */
    bool *is_inequality;
    gt_pattern square;
    double *dual;       /* gradient of the Lagrangian */
    double trial_value; /* f(x) there */
    bool has_trial_g;

    /* of the restoration: where it began, the weight of the distance to it, and of each parameter */
    double *reference, *closeness;
    double distance_weight, start_theta;
    int64_t n_useless, n_rebalanced; /* restorations in a row that did not help, and in this one */
} gt_ipm_run;

/* What a unit of violation costs in the restoration. */
#define GT_IPM_RHO 1000.0

static inline bool gt_ipm_is_fixed(const gt_phase *p, int64_t k)
{
    return p->lower[k] == p->upper[k];
}

static inline gt_ipm_run *gt_ipm_of(const gt_solver *s) { return (gt_ipm_run *)s->work.numbers; }

/* ---- a phase's functions (phase.c) ---- */

/* r(w), given c(x); returns the sum of its absolute values, theta. */
double gt_ipm_residual(const gt_ipm_run *m, const gt_phase *p, const double *w, const double *c,
                       double *to);
/* F(w), given f(x). */
double gt_ipm_objective(const gt_ipm_run *m, const gt_phase *p, const double *w, double f);
/* phi(w), given F(w). */
double gt_ipm_barrier(const gt_phase *p, const double *w, double objective);
/* The gradient of F, and from it that of phi, at the phase's point. */
void gt_ipm_gradient(const gt_ipm_run *m, const gt_phase *p, double *to);
void gt_ipm_add_barrier(const gt_phase *p, double *gradient);
/* The largest step along d, at most 1, that leaves 1 - tau of the distance to each bound, or of each multiplier. */
double gt_ipm_longest(const gt_phase *p, const double *w, const double *d);
double gt_ipm_longest_dual(const gt_phase *p, const double *z, const double *dz);

/* How far the phase's point is from satisfying the conditions (4) with mu: equation (5). */
typedef struct {
    double dual, primal, complementarity; /* as they are */
    double scaled;                        /* the largest of them, scaled */
} gt_ipm_error;
gt_ipm_error gt_ipm_measure(gt_ipm_run *m, const gt_phase *p, double mu);
/* Keeps z near mu / distance: equation (16). */
void gt_ipm_safeguard(gt_phase *p);

/* ---- steps ---- */

/* Evaluates f and c at the trial point; false where they are not finite. The gradient costs little beside the
 * value, where the point is likely to be accepted. */
bool gt_ipm_try(gt_ipm_run *m, bool with_gradient);
/* Makes the trial point, whose f and c are known, the point; false, and nothing is changed, where the derivatives
 * are not finite there. */
bool gt_ipm_accept(gt_ipm_run *m, gt_phase *p, double alpha, double alpha_dual);

/* The direction (search direction of section 3.1); false where there is none. */
bool gt_ipm_direction(gt_ipm_run *m, gt_phase *p);
/* The same with another r(w), for second-order corrections: in `corrected`. */
void gt_ipm_correct(gt_ipm_run *m, gt_phase *p, const double *residual);
/* (dz_low, dz_up) for dw */
void gt_ipm_dual_direction(gt_ipm_run *m, const gt_phase *p);
/* Multipliers y by least squares, 0 where they are large: equation (36). */
void gt_ipm_estimate_multipliers(gt_ipm_run *m, gt_phase *p);
/* The same again where constraints' gradients are dependent, if the conditions hold as well with it. */
void gt_ipm_improve_multipliers(gt_ipm_run *m, gt_phase *p);
/* Looks along the direction for a point that the filter accepts, and goes there. */
typedef enum {
    GT_SEARCH_DONE,
    GT_SEARCH_TINY,
    GT_SEARCH_FAILED,
    GT_SEARCH_UNDEFINED
} gt_search_result;
gt_search_result gt_ipm_search(gt_ipm_run *m, gt_phase *p);

/* Forbids points that are no better than this. */
void gt_ipm_block(gt_phase *p, double theta, double phi);
/* By the violation at the phase's start. */
void gt_ipm_set_filter_limits(const gt_ipm_run *m, gt_phase *p, double theta);

/* ---- the watchdog (watchdog.c) ---- */

/* Remembers the phase's point; what follows is judged by it for a while. */
void gt_ipm_watch(gt_ipm_run *m, const gt_phase *p, double theta, double phi, double slope,
                  double alpha);
/* Goes back to it. */
void gt_ipm_go_back(gt_ipm_run *m, gt_phase *p);

/* ---- the start (start.c) and the barrier parameter (barrier.c) ---- */

void gt_ipm_start(gt_ipm_run *m);
void gt_ipm_set_mu(gt_ipm_run *m, gt_phase *p, double mu);
void gt_ipm_update_mu(gt_ipm_run *m, gt_phase *p);

/* ---- the restoration (restoration.c) ---- */

/* Begins one; false where it would be of no use. */
bool gt_ipm_restore(gt_ipm_run *m);
void gt_ipm_restore_first(gt_ipm_run *m);
void gt_ipm_after_restoring_step(gt_ipm_run *m);
/* Where it finds no step: again from what is best for x; false when that was done already. */
bool gt_ipm_rebalance(gt_ipm_run *m);

/* ---- the end (finish.c) ---- */

void gt_ipm_finish(gt_ipm_run *m);
/* Multipliers as the solver has them. */
void gt_ipm_publish(gt_ipm_run *m);

/* ---- where there is no Hessian (curvature.c) ---- */

void gt_ipm_reset_curvature(gt_ipm_run *m, gt_phase *p);
/* From the solver's point to the trial point. */
void gt_ipm_update_curvature(gt_ipm_run *m, gt_phase *p);

#endif
