/* When the loop ends, and the words for it. */
#ifndef GRADTAPE_SOLVERS_STOPPING_H
#define GRADTAPE_SOLVERS_STOPPING_H

#include "solvers/options.h"

#include <stdint.h>

#define GT_STOPPING_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    WHOLE(max_iter, 1000, GT_COUNT, "Iterations at most") \
    OPTIONAL(max_eval, GT_AT_LEAST_1, "Evaluations of the function at most") \
    NUMBER(tolerance_grad, 1e-7, GT_AT_LEAST_0, "Stop when no element of the gradient is larger") \
    NUMBER(tolerance_change, 1e-9, GT_AT_LEAST_0, \
           "Stop when the value, or every parameter, changes by less")
GT_OPTION_STRUCT(gt_stopping, GT_STOPPING_OPTIONS)
extern const gt_option_table gt_stopping_table;

/* The tests of a whole minimization, all off by default: they need no knowledge of the problem's
 * units (Dennis & Schnabel 1983, section 7.2), where the parameters are of size 1 or known by their
 * own size.                                                                       */
#define GT_CONVERGENCE_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER( \
        tol_gradient, 0, GT_AT_LEAST_0, \
        "Converged when no element of the gradient, times the larger of its parameter's size and " \
        "scale, is larger than this times what the value came down by or, where that is more, " \
        "its " \
        "size or 1") \
    NUMBER(tol_value, 0, GT_AT_LEAST_0, \
           "Ended when twice in a row the value changes by less than this times its size") \
    NUMBER(tol_step, 0, GT_AT_LEAST_0, \
           "Ended when no parameter changes by more than this times its size or scale") \
    NUMBER(tol_constraint, 0, GT_AT_LEAST_0, \
           "With constraints: converged only where none is violated by more than this")
GT_OPTION_STRUCT(gt_convergence, GT_CONVERGENCE_OPTIONS)
extern const gt_option_table gt_convergence_table;

/* X(name, word, what it says) */
#define GT_STATUSES(X) \
    X(RUNNING, "running", "it has not ended") \
    X(GRADIENT_SMALL, "gradient", "no element of the gradient is larger than tolerance_grad") \
    X(STATIONARY, "stationary", "the gradient is small beside value and parameters") \
    X(VALUE_SETTLED, "value", "the value no longer changes") \
    X(STEP_SMALL, "step", "the parameters no longer change") \
    X(SIMPLEX_SMALL, "simplex", "the simplex is small, and a larger one finds nothing lower") \
    X(CHANGE_SMALL, "change", "value or parameters changed by less than tolerance_change") \
    X(NO_DESCENT, "slope", "no descent is left along the direction") \
    X(NO_LOWER_POINT, "line search", "no lower point was found along the direction") \
    X(OPTIMAL, "optimal", \
      "the conditions of an optimum with constraints hold (Karush, Kuhn and Tucker)") \
    X(INFEASIBLE, "infeasible", \
      "the constraints cannot be met near this point: it is one where their violation is " \
      "smallest") \
    X(DEGENERATE, "degenerate", \
      "the gradients of the active constraints are linearly dependent, and no multipliers fit") \
    X(UNBOUNDED, "unbounded", "the value falls without end: there is no minimum") \
    X(MAX_ITER, "iterations", "max_iter iterations were made") \
    X(MAX_EVAL, "evaluations", "max_eval evaluations were made") \
    X(UNDEFINED_START, "nan at the start", \
      "value or gradient is NaN at the start; nothing was changed") \
    X(UNDEFINED, "nan", "no step, however short, led to a value") \
    X(INTERRUPTED, "interrupted", "whoever watched the progress ended it") \
    X(UNFIT, "unfit", "the method needs more of the problem than there is, or takes less")

#define GT_STATUS_NAME(name, word, text) GT_STATUS_##name,
typedef enum { GT_STATUSES(GT_STATUS_NAME) GT_N_STATUSES } gt_status;

const char *gt_status_word(gt_status s);
const char *gt_status_text(gt_status s);

/* One iteration, as it is watched, traced and judged. */
typedef struct {
    int64_t iteration, evaluations; /* so far in this run */
    double value, gradient_size;    /* max |gradient|, NaN where there is none; where there are
                                       bounds, of the projected gradient */
    double scaled_gradient;         /* see tol_gradient */
    /* with constraints (solvers/kkt.h); the gradient then is that of the Lagrangian */
    double violation, complementarity, scaled_violation, scaled_complementarity;
    double step_length;   /* of the line search, or a trust region's radius */
    double step_size;     /* max |change of x| */
    double improvement;   /* what the value came down by, or the spread of a simplex */
    double relative_step; /* max |change of x| relative to x, or to 1 */
    int64_t settled;      /* iterations in a row that hardly changed the value */
} gt_progress;

/* Takes over what is measured of a point: sizes of gradient, violation and complementarity. */
void gt_take_measures(gt_progress *to, const gt_progress *from);

/* Does the start satisfy the tolerances already? */
gt_status gt_judge_start(const gt_stopping *stop, const gt_progress *p);
/* Is an iteration or evaluation left? */
gt_status gt_judge_limits(const gt_stopping *stop, const gt_progress *p);
/* May the run go on after this iteration? */
gt_status gt_judge(const gt_stopping *stop, const gt_progress *p);
/* Has it converged? Counts p->settled. */
gt_status gt_judge_convergence(const gt_convergence *c, gt_progress *p);
/* Are constraints met? And is it an optimum under them? */
bool gt_is_feasible(const gt_convergence *c, const gt_progress *p);
bool gt_is_optimal(const gt_convergence *c, const gt_progress *p);

#endif
