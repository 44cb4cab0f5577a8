#include "solvers/bounds.h"

void gt_project(const gt_problem *p, double *x)
{
    if (!gt_has_bounds(p)) return;
    for (int64_t i = 0; i < p->space.n; i++) x[i] = gt_within(p, i, x[i]);
}

double gt_longest_step(const gt_problem *p, const double *x, const double *d)
{
    double t = INFINITY;
    for (int64_t i = 0; i < p->space.n; i++) {
        if (d[i] > 0) t = fmin(t, (gt_upper(p, i) - x[i]) / d[i]);
        if (d[i] < 0) t = fmin(t, (gt_lower(p, i) - x[i]) / d[i]);
    }
    return t * (1 + 2 * DBL_EPSILON);
}
