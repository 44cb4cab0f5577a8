#ifndef GRADTAPE_SOLVERS_SEARCH_STRONG_WOLFE_H
#define GRADTAPE_SOLVERS_SEARCH_STRONG_WOLFE_H

#include "solvers/objective.h"

typedef struct {
    double c1;                  /* sufficient decrease, 0 < c1 < c2; 1e-4 */
    double c2;                  /* curvature condition, c1 < c2 < 1; 0.9 */
    double tolerance_change;    /* smallest bracket, times max |d|; 1e-9 */
    int max_evals;              /* after the first trial; 25 */
} gt_wolfe_params;

extern const gt_wolfe_params gt_wolfe_defaults;

/* A point of the line x + t d. */
typedef struct {
    double t, f, gtd;           /* step, value, directional derivative */
    void *g;                    /* gradient */
} gt_line_point;

typedef struct {
    gt_objective *objective;
    const void *x, *d;
    void *trial;                /* workspace: x + t d */
    void *g[3];                 /* workspace: gradients */
} gt_line;

typedef struct {
    gt_line_point point;        /* the best point; its g is one of line->g or start->g */
    int evals;
    bool converged;             /* the strong Wolfe conditions hold there */
} gt_wolfe_result;

gt_wolfe_result gt_strong_wolfe(const gt_line *line, const gt_line_point *start, double t,
                                const gt_wolfe_params *params);

#endif
