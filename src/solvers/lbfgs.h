#ifndef GRADTAPE_SOLVERS_LBFGS_H
#define GRADTAPE_SOLVERS_LBFGS_H

#include "solvers/objective.h"

typedef enum { GT_FIXED_STEP, GT_STRONG_WOLFE } gt_line_search;

typedef struct {
    double lr;                  /* step length, or first trial of the search; > 0; 1 */
    int max_iter;               /* iterations in one call; >= 1; 20 */
    int max_eval;               /* evaluations in one call; max_iter * 5 / 4 */
    double tolerance_grad;      /* stop when max |gradient| is no larger; 1e-7 */
    double tolerance_change;    /* stop when value or step change less; 1e-9 */
    int history_size;           /* pairs kept; >= 1; 100 */
    gt_line_search line_search;
} gt_lbfgs_params;

typedef enum {
    GT_LBFGS_GRADIENT,          /* gradient below tolerance */
    GT_LBFGS_CHANGE,            /* step or value change below tolerance */
    GT_LBFGS_SLOPE,             /* directional derivative below tolerance */
    GT_LBFGS_LINE_SEARCH,       /* no lower point along the direction */
    GT_LBFGS_MAX_ITER,
    GT_LBFGS_MAX_EVAL,
    GT_LBFGS_START_NAN,         /* value or gradient is NaN at the start; nothing was changed */
    GT_LBFGS_NAN                /* no step, however short, gave a value */
} gt_lbfgs_status;

/* What persists between calls. Pairs live in a ring: pair i (0 the oldest) is at
 * (first + i) % history_size.                                                  */
typedef struct {
    int64_t n_iter, func_evals;
    int first, count;
    double h_diag, t, previous_loss;
} gt_lbfgs_memory;

typedef struct {
    gt_lbfgs_memory *memory;
    void *x, *g, *d, *previous_g;       /* n elements each; d and previous_g persist */
    void *trial, *line_g[3];            /* workspace, n elements each */
    double *rho, *alpha;                /* history_size each; rho persists */
    void **change_in_x, **change_in_g;  /* history_size each, persist; NULL until reserved */
    /* The host allocates the two vectors of a ring slot. */
    void (*reserve)(void *host, int slot);
    void *host;
} gt_lbfgs_state;

/* One call of the optimizer from state->x, which becomes the best point reached.
 * *first_loss is the value at the start.                                        */
gt_lbfgs_status gt_lbfgs_step(gt_objective *objective, const gt_lbfgs_params *params,
                              gt_lbfgs_state *state, double *first_loss);

#endif
