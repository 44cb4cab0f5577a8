/* Line search for the strong Wolfe conditions: a bracketing phase, then a zoom by
 * safeguarded cubic interpolation (Nocedal & Wright 2006, algorithms 3.5 and 3.6,
 * eq. 3.59), with the safeguards and the constants of PyTorch's L-BFGS, so that
 * its trial points agree with PyTorch's.
 *
 * Beyond that: a trial whose value or slope is not finite counts as infinitely
 * high, and a bracket with such an end is bisected, so the search steps back from
 * where the function is undefined. And where all this finds no lower point, because
 * interpolation shrank the bracket onto its start, the step is halved from its first
 * length until one is found.                                                   */
#include "solvers/search/strong_wolfe.h"

#include <math.h>

const gt_wolfe_params gt_wolfe_defaults = {1e-4, 0.9, 1e-9, 25};

static double within(double v, double low, double high)
{
    return v < low ? low : (v > high ? high : v);
}

static bool is_finite_point(const gt_line_point *p) { return isfinite(p->f) && isfinite(p->gtd); }

/* Minimiser in [low, high] of the cubic with the values and slopes of p and q;
 * the midpoint where it has none. For floats every result is rounded to float: the
 * digits of a search in single precision depend on it.                         */
static double cubic_minimizer(gt_space s, const gt_line_point *p, const gt_line_point *q, double low,
                              double high)
{
#define R(v) gt_real(s, v)
    const gt_line_point *a = p->t <= q->t ? p : q, *b = a == p ? q : p;
    double chord = R(R(1 / R(a->t - b->t)) * R(3 * (a->f - b->f)));
    double d1 = R(R(a->gtd + b->gtd) - chord);
    double square = R(R(d1 * d1) - R(a->gtd * b->gtd));
    if (!(square >= 0)) return R(R(low + high) / 2);
    double d2 = R(sqrt(square));
    double ratio = R(R(R(b->gtd + d2) - d1) / R(R(b->gtd - a->gtd) + 2 * d2));
    double t = R(b->t - R(R(b->t - a->t) * ratio));
    return isnan(t) ? R(R(low + high) / 2) : within(t, low, high);
#undef R
}

/* f(x) + c1 t f'(x): the sufficient decrease condition asks for less. */
static double armijo_bound(gt_space s, const gt_wolfe_params *params, const gt_line_point *start,
                           double t)
{
    return gt_real(s, start->f + gt_real(s, gt_real(s, params->c1 * t) * start->gtd));
}

static bool is_flat_enough(gt_space s, const gt_wolfe_params *params, const gt_line_point *start,
                           double slope)
{
    return fabs(slope) <= gt_real(s, -gt_real(s, params->c2) * start->gtd);
}

typedef struct {
    const gt_line *line;
    int evals;
} search;

/* Evaluates at step t, into a gradient buffer that none of the kept points holds. */
static gt_line_point try_step(search *s, double t, const gt_line_point *keep1,
                              const gt_line_point *keep2)
{
    const gt_line *line = s->line;
    gt_space space = line->objective->space;
    gt_line_point p = {.t = gt_real(space, t)};
    for (int i = 0; i < 3; i++)
        if (line->g[i] != keep1->g && line->g[i] != keep2->g) p.g = line->g[i];
    gt_add_scaled(space, line->trial, line->x, p.t, line->d);
    line->objective->evaluate(line->objective, line->trial, &p.f, p.g);
    p.gtd = gt_dot(space, p.g, line->d);
    if (!is_finite_point(&p)) p.f = INFINITY;
    s->evals++;
    return p;
}

/* Narrows [low, high], low the better end, until the conditions hold. */
static gt_wolfe_result zoom(search *s, const gt_line_point *start, gt_line_point a, gt_line_point b,
                            int iterations, const gt_wolfe_params *params)
{
    gt_space space = s->line->objective->space;
    double d_norm = gt_max_abs(space, s->line->d);
    bool stalled = false, done = false;
    gt_line_point low = a.f <= b.f ? a : b, high = a.f <= b.f ? b : a;
    for (; iterations < params->max_evals && !done; iterations++) {
        double left = fmin(low.t, high.t), right = fmax(low.t, high.t);
        double width = gt_real(space, right - left);
        if (width * d_norm < params->tolerance_change) break;
        double t = is_finite_point(&low) && is_finite_point(&high)
                       ? cubic_minimizer(space, &low, &high, left, right)
                       : (left + right) / 2;
        /* Too close to an end twice in a row: step a tenth away from it. */
        double margin = gt_real(space, gt_real(space, 0.1) * width);
        if (fmin(right - t, t - left) < margin) {
            if (stalled || t >= right || t <= left) {
                t = fabs(t - right) < fabs(t - left) ? right - margin : left + margin;
                stalled = false;
            } else {
                stalled = true;
            }
        } else {
            stalled = false;
        }
        gt_line_point p = try_step(s, t, &low, &high);
        if (p.f > armijo_bound(space, params, start, p.t) || p.f >= low.f) {
            high = p;
            if (high.f < low.f) {
                gt_line_point swap = low;
                low = high;
                high = swap;
            }
        } else {
            if (is_flat_enough(space, params, start, p.gtd)) done = true;
            else if (p.gtd * (high.t - low.t) >= 0) high = low;
            low = p;
        }
    }
    return (gt_wolfe_result){low, s->evals, done};
}

static gt_wolfe_result bracket_and_zoom(search *s, const gt_line_point *start, double t,
                                        const gt_wolfe_params *params)
{
    gt_space space = s->line->objective->space;
    gt_line_point previous = *start;
    gt_line_point p = try_step(s, t, start, start);
    int iterations = 0;
    for (; iterations < params->max_evals; iterations++) {
        if (p.f > armijo_bound(space, params, start, p.t) ||
            (iterations > 1 && p.f >= previous.f))
            break;
        if (is_flat_enough(space, params, start, p.gtd))
            return (gt_wolfe_result){p, s->evals, true};
        if (p.gtd >= 0) break;
        /* Still descending: extrapolate, at most tenfold. */
        double progress = gt_real(space, gt_real(space, 0.01) * gt_real(space, p.t - previous.t));
        double next = cubic_minimizer(space, &previous, &p, gt_real(space, p.t + progress),
                                      gt_real(space, 10 * p.t));
        gt_line_point trial = try_step(s, next, &p, start);
        previous = p;
        p = trial;
    }
    if (iterations == params->max_evals) {
        bool better = p.f < start->f;
        return (gt_wolfe_result){better ? p : *start, s->evals, false};
    }
    return zoom(s, start, previous, p, iterations, params);
}

static gt_wolfe_result backtrack(search *s, const gt_line_point *start, double t,
                                 const gt_wolfe_params *params)
{
    while (s->evals <= params->max_evals) {
        t /= 2;
        gt_line_point p = try_step(s, t, start, start);
        if (p.f < start->f) return (gt_wolfe_result){p, s->evals, false};
    }
    return (gt_wolfe_result){*start, s->evals, false};
}

gt_wolfe_result gt_strong_wolfe(const gt_line *line, const gt_line_point *start, double t,
                                const gt_wolfe_params *params)
{
    search s = {line, 0};
    gt_wolfe_result found = bracket_and_zoom(&s, start, t, params);
    return found.point.t == 0 ? backtrack(&s, start, t, params) : found;
}
