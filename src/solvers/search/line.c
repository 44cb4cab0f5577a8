#include "solvers/search/line.h"

#include "solvers/bounds.h"

#define SEARCH(name) &gt_##name,
#define SEARCH_NAME(name) #name,
const gt_line_search *const gt_line_searches[] = {GT_LINE_SEARCHES(SEARCH)};
const char *const gt_line_search_names[] = {GT_LINE_SEARCHES(SEARCH_NAME) 0};

bool gt_is_finite_point(const gt_line_point *p) { return isfinite(p->f) && isfinite(p->gtd); }

void gt_go_along(const gt_line *line, double t, void *to)
{
    if (line->longest > 0) {
        const double *x = line->x, *d = line->d;
        double *point = to;
        for (int64_t i = 0; i < line->problem->space.n; i++)
            point[i] = gt_stepped(line->problem, i, x[i], x[i] + t * d[i]);
    } else {
        gt_add_scaled(line->problem->space, to, line->x, t, line->d);
    }
}

bool gt_is_at_end(const gt_line *line, const gt_line_point *p)
{
    return line->longest > 0 && p->t >= line->longest;
}

gt_line_point gt_try_step(const gt_line *line, double t, const gt_line_point *keep1,
                          const gt_line_point *keep2)
{
    gt_space space = line->problem->space;
    if (line->longest > 0) t = fmin(t, line->longest);
    gt_line_point p = {.t = gt_real(space, t)};
    for (int i = 0; i < 3; i++)
        if (line->g[i] != keep1->g && line->g[i] != keep2->g) p.g = line->g[i];
    gt_go_along(line, p.t, line->trial);
    gt_value_and_gradient(line->problem, line->trial, &p.f, p.g);
    p.gtd = gt_dot(space, p.g, line->d);
    if (!gt_is_finite_point(&p)) p.f = INFINITY;
    return p;
}

double gt_armijo_bound(gt_space s, double c1, const gt_line_point *start, double t)
{
    return gt_real(s, start->f + gt_real(s, gt_real(s, c1 * t) * start->gtd));
}

double gt_rounding(gt_space s, const gt_line_point *start)
{
    return (s.single ? 1e-6 : 1e-12) * fabs(start->f);
}

double gt_cubic_minimum(const gt_line_point *p, const gt_line_point *q)
{
    const double width = q->t - p->t;
    double d1 = p->gtd + q->gtd - 3 * (q->f - p->f) / width;
    /* Divided by the largest, so that the squares stay finite. */
    double size = fmax(fabs(d1), fmax(fabs(p->gtd), fabs(q->gtd)));
    double square = d1 / size * (d1 / size) - p->gtd / size * (q->gtd / size);
    if (!(square >= 0)) return NAN;
    double d2 = (width < 0 ? -size : size) * sqrt(square);
    return q->t - width * (q->gtd + d2 - d1) / (q->gtd - p->gtd + 2 * d2);
}

double gt_secant(const gt_line_point *p, const gt_line_point *q)
{
    return p->t - p->gtd * ((q->t - p->t) / (q->gtd - p->gtd));
}
