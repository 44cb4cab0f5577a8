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

/* X(name, word, what it says) */
#define GT_STATUSES(X) \
    X(RUNNING, "running", "It has not ended") \
    X(GRADIENT_SMALL, "gradient", "No element of the gradient is larger than tolerance_grad") \
    X(CHANGE_SMALL, "change", "Value or parameters changed by less than tolerance_change") \
    X(NO_DESCENT, "slope", "No descent is left along the direction") \
    X(NO_LOWER_POINT, "line search", "No lower point was found along the direction") \
    X(MAX_ITER, "iterations", "max_iter iterations were made") \
    X(MAX_EVAL, "evaluations", "max_eval evaluations were made") \
    X(UNDEFINED_START, "nan at the start", \
      "Value or gradient is NaN at the start; nothing was changed") \
    X(UNDEFINED, "nan", "No step, however short, led to a value") \
    X(INTERRUPTED, "interrupted", "Whoever watched the progress ended it") \
    X(UNFIT, "unfit", "The method needs more of the problem than there is, or takes less")

#define GT_STATUS_NAME(name, word, text) GT_STATUS_##name,
typedef enum { GT_STATUSES(GT_STATUS_NAME) GT_N_STATUSES } gt_status;

const char *gt_status_word(gt_status s);
const char *gt_status_text(gt_status s);

/* One iteration, as it is watched, traced and judged. */
typedef struct {
    int64_t iteration, evaluations; /* so far in this run */
    double value, gradient_size;    /* max |gradient|, NaN where there is none */
    double step_length;             /* of the line search, or a trust region's radius */
    double step_size;               /* max |change of x| */
    double improvement;             /* what the value came down by */
} gt_progress;

/* Does the start satisfy the tolerances already? */
gt_status gt_judge_start(const gt_stopping *stop, const gt_progress *p);
/* May the run go on after this iteration? */
gt_status gt_judge(const gt_stopping *stop, const gt_progress *p);

#endif
