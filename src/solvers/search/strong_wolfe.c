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
#include "solvers/search/line.h"

#define WOLFE_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(c1, 1e-4, GT_BETWEEN_0_AND_1, "Sufficient decrease, less than `c2`") \
    NUMBER(c2, 0.9, GT_BETWEEN_0_AND_1, "Of the slope at the start, how much may be left") \
    NUMBER(tolerance_change, 1e-9, GT_AT_LEAST_0, "Smallest bracket, times max |d|") \
    WHOLE(max_evals, 25, GT_COUNT, "Evaluations after the first trial, at most")
GT_OPTION_STRUCT(wolfe_options, WOLFE_OPTIONS)
GT_OPTION_TABLE(wolfe_table, WOLFE_OPTIONS)

static double within(double v, double low, double high)
{
    return v < low ? low : (v > high ? high : v);
}

/* Minimiser in [low, high] of the cubic with the values and slopes of p and q;
 * the midpoint where it has none. For floats every result is rounded to float: the
 * digits of a search in single precision depend on it.                         */
static double cubic_minimizer(gt_space s, const gt_line_point *p, const gt_line_point *q,
                              double low, double high)
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

/* What a search does not change, and where its account of evaluations began. */
typedef struct {
    const gt_line *line;
    const gt_line_point *start;
    const wolfe_options *options;
    gt_space space;
    int64_t before;
} search;

static int64_t evals(const search *s) { return s->line->problem->count.value - s->before; }

static bool is_too_high(const search *s, const gt_line_point *p)
{
    return p->f > gt_armijo_bound(s->space, s->options->c1, s->start, p->t);
}

static bool is_flat_enough(const search *s, const gt_line_point *p)
{
    return fabs(p->gtd) <= gt_real(s->space, -gt_real(s->space, s->options->c2) * s->start->gtd);
}

/* Narrows [low, high], low the better end, until the conditions hold. */
static gt_line_point zoom(const search *s, gt_line_point a, gt_line_point b, int iterations)
{
    const gt_space space = s->space;
    double d_norm = gt_max_abs(space, s->line->d);
    bool stalled = false, done = false;
    gt_line_point low = a.f <= b.f ? a : b, high = a.f <= b.f ? b : a;
    for (; iterations < s->options->max_evals && !done; iterations++) {
        double left = fmin(low.t, high.t), right = fmax(low.t, high.t);
        double width = gt_real(space, right - left);
        if (width * d_norm < s->options->tolerance_change) break;
        double t = gt_is_finite_point(&low) && gt_is_finite_point(&high)
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
        gt_line_point p = gt_try_step(s->line, t, &low, &high);
        if (is_too_high(s, &p) || p.f >= low.f) {
            high = p;
            if (high.f < low.f) {
                gt_line_point swap = low;
                low = high;
                high = swap;
            }
        } else {
            if (is_flat_enough(s, &p)) done = true;
            else if (p.gtd * (high.t - low.t) >= 0) high = low;
            low = p;
        }
    }
    return low;
}

static gt_line_point bracket_and_zoom(const search *s, double t)
{
    const gt_space space = s->space;
    gt_line_point previous = *s->start;
    gt_line_point p = gt_try_step(s->line, t, s->start, s->start);
    int iterations = 0;
    for (; iterations < s->options->max_evals; iterations++) {
        if (is_too_high(s, &p) || (iterations > 1 && p.f >= previous.f)) break;
        if (is_flat_enough(s, &p) || (p.gtd < 0 && gt_is_at_end(s->line, &p))) return p;
        if (p.gtd >= 0) break;
        /* Still descending: extrapolate, at most tenfold. */
        double progress = gt_real(space, gt_real(space, 0.01) * gt_real(space, p.t - previous.t));
        double next = cubic_minimizer(space, &previous, &p, gt_real(space, p.t + progress),
                                      gt_real(space, 10 * p.t));
        gt_line_point trial = gt_try_step(s->line, next, &p, s->start);
        previous = p;
        p = trial;
    }
    if (iterations == s->options->max_evals) return p.f < s->start->f ? p : *s->start;
    return zoom(s, previous, p, iterations);
}

static gt_line_point halve(const search *s, double t)
{
    while (evals(s) <= s->options->max_evals) {
        t /= 2;
        gt_line_point p = gt_try_step(s->line, t, s->start, s->start);
        if (p.f < s->start->f) return p;
    }
    return *s->start;
}

static gt_line_point find(const gt_line *line, const gt_line_point *start, double t,
                          const void *options)
{
    wolfe_options defaults;
    gt_options_default(&wolfe_table, (double *)&defaults);
    search s = {line, start, options ? options : &defaults, line->problem->space,
                line->problem->count.value};
    gt_line_point found = bracket_and_zoom(&s, t);
    return found.t == 0 ? halve(&s, t) : found;
}

const gt_line_search gt_strong_wolfe = {"strong_wolfe", &wolfe_table, find};
