#include "solvers/search/step.h"

#include "solvers/bounds.h"

double gt_step_along(gt_solver *s, const gt_line_search *search, const void *options, void *d,
                     double slope, double t, void **work)
{
    const gt_space space = s->problem->space;
    gt_line line = {.problem = s->problem,
                    .x = s->x,
                    .d = d,
                    .trial = work[0],
                    .g = {work[1], work[2], work[3]}};
    if (gt_has_bounds(s->problem)) line.longest = gt_longest_step(s->problem, s->x, d);
    gt_line_point start = {0, s->value, slope, s->gradient};
    gt_line_point found = search->find(&line, &start, t, options);
    if (found.t == 0) return 0;

    s->value = found.f;
    if (found.g != s->gradient) gt_copy(space, s->gradient, found.g);
    gt_go_along(&line, found.t, s->x);
    s->now.step_length = found.t;
    s->now.step_size = fabs(found.t) * gt_max_abs(space, d);
    return found.t;
}

/* A step of length 1, or of a hundredth of the largest parameter (Hager & Zhang 2005); but not
 * one longer than a quadratic whose minimum is 0 would have it (Nocedal & Wright 2006,
 * p. 59, with 0 for the value that is aimed at).                                  */
double gt_down_the_gradient(const gt_solver *s, void *d)
{
    const gt_space space = s->problem->space;
    gt_scale(space, d, -1 / gt_max_abs(space, s->gradient), s->gradient);
    double t = fmax(1, 0.01 * gt_max_abs(space, s->x)) / sqrt(gt_dot(space, d, d));
    double to_zero = -2 * fabs(s->value) / gt_dot(space, d, s->gradient);
    return to_zero > 0 && to_zero < t ? to_zero : t;
}

bool gt_is_lost_in_rounding(const gt_solver *s, double slope)
{
    double epsilon = s->problem->space.single ? FLT_EPSILON : DBL_EPSILON;
    return -slope <= 16 * epsilon * fabs(s->value);
}
