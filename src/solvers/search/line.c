#include "solvers/search/line.h"

#define SEARCH(name) &gt_##name,
#define SEARCH_NAME(name) #name,
const gt_line_search *const gt_line_searches[] = {GT_LINE_SEARCHES(SEARCH)};
const char *const gt_line_search_names[] = {GT_LINE_SEARCHES(SEARCH_NAME) 0};

bool gt_is_finite_point(const gt_line_point *p) { return isfinite(p->f) && isfinite(p->gtd); }

gt_line_point gt_try_step(const gt_line *line, double t, const gt_line_point *keep1,
                          const gt_line_point *keep2)
{
    gt_space space = line->problem->space;
    gt_line_point p = {.t = gt_real(space, t)};
    for (int i = 0; i < 3; i++)
        if (line->g[i] != keep1->g && line->g[i] != keep2->g) p.g = line->g[i];
    gt_add_scaled(space, line->trial, line->x, p.t, line->d);
    gt_value_and_gradient(line->problem, line->trial, &p.f, p.g);
    p.gtd = gt_dot(space, p.g, line->d);
    if (!gt_is_finite_point(&p)) p.f = INFINITY;
    return p;
}

double gt_armijo_bound(gt_space s, double c1, const gt_line_point *start, double t)
{
    return gt_real(s, start->f + gt_real(s, gt_real(s, c1 * t) * start->gtd));
}
