/* What line searches share. A search is a value: any of them serves any method that goes
 * along a direction, and is a function of nothing but the line.                      */
#ifndef GRADTAPE_SOLVERS_SEARCH_LINE_H
#define GRADTAPE_SOLVERS_SEARCH_LINE_H

#include "solvers/options.h"
#include "solvers/problem.h"

/* A point of the line x + t d. */
typedef struct {
    double t, f, gtd; /* step, value, directional derivative */
    void *g;          /* gradient */
} gt_line_point;

typedef struct {
    gt_problem *problem;
    const void *x, *d;
    void *trial; /* workspace: x + t d */
    void *g[3];  /* workspace: gradients */
    /* No step is longer, as it would lead beyond the bounds; 0 for any length. */
    double longest;
} gt_line;

typedef struct {
    const char *name;
    const gt_option_table *options;
    /* The best point found when t is tried first: one lower than the start (or, where rounding
     * hides what is lower, one as low), or the start itself. Its g is one of line->g or
     * start->g. options: the search's struct, or NULL for its defaults.            */
    gt_line_point (*find)(const gt_line *line, const gt_line_point *start, double t,
                          const void *options);
} gt_line_search;

/* All of them: X(name). Their names, up to NULL, are the words of an option, and their numbers
 * its values.                                                                     */
#define GT_LINE_SEARCHES(X) X(strong_wolfe) X(backtracking) X(more_thuente) X(hager_zhang)
#define GT_DECLARE_SEARCH(name) extern const gt_line_search gt_##name;
GT_LINE_SEARCHES(GT_DECLARE_SEARCH)
#define GT_SEARCH_NUMBER(name) GT_SEARCH_##name,
enum { GT_NO_SEARCH, GT_LINE_SEARCHES(GT_SEARCH_NUMBER) };
extern const gt_line_search *const gt_line_searches[];
extern const char *const gt_line_search_names[];

/* to = x + t d, within the bounds also where rounding leads out of them; to may be x. */
void gt_go_along(const gt_line *line, double t, void *to);
/* Is p as far as the line goes? Then it need not be flat there. */
bool gt_is_at_end(const gt_line *line, const gt_line_point *p);
/* Evaluates at step t, or at the longest there is, into a gradient buffer that none of the kept points holds. A point
 * whose value or slope is not finite counts as infinitely high.                    */
gt_line_point gt_try_step(const gt_line *line, double t, const gt_line_point *keep1,
                          const gt_line_point *keep2);
bool gt_is_finite_point(const gt_line_point *p);

/* f(x) + c1 t f'(x): the sufficient decrease condition asks for less (Nocedal & Wright 2006,
 * eq. 3.4).                                                                       */
double gt_armijo_bound(gt_space s, double c1, const gt_line_point *start, double t);

/* By how much a value may differ from the start's for rounding only. */
double gt_rounding(gt_space s, const gt_line_point *start);

/* Minimiser of the cubic with the values and slopes of p and q (eq. 3.59); NaN where it has
 * none. And where the line through their slopes is 0.                              */
double gt_cubic_minimum(const gt_line_point *p, const gt_line_point *q);
double gt_secant(const gt_line_point *p, const gt_line_point *q);

#endif
