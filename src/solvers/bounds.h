/* Bounds of a problem's parameters, infinite where there are none. In double precision. */
#ifndef GRADTAPE_SOLVERS_BOUNDS_H
#define GRADTAPE_SOLVERS_BOUNDS_H

#include "solvers/problem.h"

#include <float.h>
#include <math.h>

static inline double gt_lower(const gt_problem *p, int64_t i)
{
    return p->lower ? p->lower[i] : -INFINITY;
}
static inline double gt_upper(const gt_problem *p, int64_t i)
{
    return p->upper ? p->upper[i] : INFINITY;
}
/* The nearest point that is allowed. */
static inline double gt_within(const gt_problem *p, int64_t i, double v)
{
    const double low = gt_lower(p, i), high = gt_upper(p, i);
    return v < low ? low : (v > high ? high : v);
}
/* The same for a step to v, and at a bound where v differs from it by rounding only. */
static inline double gt_stepped(const gt_problem *p, int64_t i, double from, double v)
{
    const double low = gt_lower(p, i), high = gt_upper(p, i),
                 rounding = 4 * DBL_EPSILON * fmax(fabs(from), fabs(v));
    return v <= low + rounding ? low : (v >= high - rounding ? high : v);
}
static inline bool gt_has_bounds(const gt_problem *p) { return p->lower || p->upper; }
/* Is x at a bound that a step down the gradient g would cross? Fixed variables always are. */
static inline bool gt_is_held(const gt_problem *p, int64_t i, double x, double g)
{
    const double low = gt_lower(p, i), high = gt_upper(p, i);
    return (x <= low && g >= 0) || (x >= high && g <= 0) || low >= high;
}

/* All of x, in place. */
void gt_project(const gt_problem *p, double *x);
/* How far x can go along d: the largest t for which x + t d is allowed, but for rounding. */
double gt_longest_step(const gt_problem *p, const double *x, const double *d);
/* The gradient along coordinate i or, near a bound that it points to, the way that is left: P(x - g) - x,
 * which is 0 where the first-order conditions are met.                            */
static inline double gt_slope(const gt_problem *p, int64_t i, double x, double g)
{
    const double low = gt_lower(p, i), high = gt_upper(p, i);
    return g > 0 ? fmin(g, x - low) : (g < 0 ? fmax(g, x - high) : g);
}

#endif
