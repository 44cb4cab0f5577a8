/* Line search for the strong Wolfe conditions on an interval that is known to hold a point
 * which satisfies them (More & Thuente 1994, ACM TOMS 20, 286-307; the constants are those of
 * MINPACK-2). The ends of the interval are `low`, the best so far, and `high`; the next trial is
 * chosen from the cubic and the quadratics that agree with low and the last trial. Until a
 * trial is low enough with a slope that is not negative, what is minimised is the excess
 * over the sufficient decrease, f(t) - f(0) - c1 t f'(0).
 *
 * Beyond that: from where the function is not finite the search steps back nine tenths of the
 * way, and goes no further than there; and a value that differs from the start's by rounding
 * only is low enough, as the slopes then are all that is known.                  */
#include "solvers/search/line.h"

#define MORE_THUENTE_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(c1, 1e-4, GT_BETWEEN_0_AND_1, "Sufficient decrease, less than `c2`") \
    NUMBER(c2, 0.9, GT_BETWEEN_0_AND_1, "Of the slope at the start, how much may be left") \
    NUMBER(width, 1e-10, GT_AT_LEAST_0, "Smallest interval, as a part of its larger end") \
    WHOLE(max_evals, 40, GT_COUNT, "Evaluations at most")
GT_OPTION_STRUCT(more_thuente_options, MORE_THUENTE_OPTIONS)
GT_OPTION_TABLE(more_thuente_table, MORE_THUENTE_OPTIONS)

#define SHRINK_ENOUGH 0.66 /* of an interval, what may be left after two trials */
#define LEAST_GROWTH 1.1   /* without an interval: how much further a trial goes, */
#define MOST_GROWTH 4.0    /* in the last step's lengths */
#define STEP_BACK 0.1      /* of a step to where the function is not finite, what is left */

typedef struct {
    const gt_line *line;
    const gt_line_point *start;
    const more_thuente_options *options;
    gt_line_point low, high; /* the interval's ends, once it is one */
    bool is_interval;
    bool is_excess;         /* the excess is what is minimised */
    double min, max;        /* where the next trial may be */
    double width, previous; /* of the last two intervals */
} search;

static bool is_low_enough(const search *s, const gt_line_point *p)
{
    return p->f <= gt_armijo_bound(s->line->problem->space, s->options->c1, s->start, p->t);
}

static bool is_acceptable(const search *s, const gt_line_point *p)
{
    return fabs(p->gtd) <= -s->options->c2 * s->start->gtd &&
           (is_low_enough(s, p) ||
            p->f <= s->start->f + gt_rounding(s->line->problem->space, s->start));
}

/* The line ends at p, and would go on down. */
static bool is_low_end(const search *s, const gt_line_point *p)
{
    return gt_is_at_end(s->line, p) && p->gtd < 0 && is_low_enough(s, p);
}

static double farther(double t, double a, double b) { return fabs(a - t) > fabs(b - t) ? a : b; }
static double closer(double t, double a, double b) { return fabs(a - t) < fabs(b - t) ? a : b; }

/* Minimiser of the quadratic with low's value and slope and p's value. */
static double quadratic_minimum(const gt_line_point *low, const gt_line_point *p)
{
    double chord = (low->f - p->f) / (p->t - low->t);
    return low->t + low->gtd / (chord + low->gtd) / 2 * (p->t - low->t);
}

/* By more than rounding: else the slopes tell where the minimum is. */
static bool is_higher(const search *s, const gt_line_point *p, const gt_line_point *low)
{
    return p->f > low->f &&
           (p->gtd >= 0 || p->f - low->f > gt_rounding(s->line->problem->space, s->start));
}

/* The next trial after p: the four cases of section 4. */
static double interpolate(const search *s, const gt_line_point *low, const gt_line_point *high,
                          const gt_line_point *p, bool higher)
{
    double cubic = gt_cubic_minimum(low, p), limit = p->t > low->t ? s->max : s->min;
    if (higher) {
        double quadratic = quadratic_minimum(low, p);
        return closer(low->t, cubic, quadratic) == cubic ? cubic : (cubic + quadratic) / 2;
    }
    double secant = gt_secant(low, p);
    if ((p->gtd > 0) != (low->gtd > 0)) return farther(p->t, cubic, secant);
    if (fabs(p->gtd) < fabs(low->gtd)) {
        bool is_beyond = p->t > low->t ? cubic > p->t : cubic < p->t;
        if (!is_beyond) cubic = limit;
        if (!s->is_interval) return farther(p->t, cubic, secant);
        double t = closer(p->t, cubic, secant), most = p->t + SHRINK_ENOUGH * (high->t - p->t);
        return p->t > low->t ? fmin(t, most) : fmax(t, most);
    }
    return s->is_interval ? gt_cubic_minimum(high, p) : limit;
}

/* What is minimised, as if it were the function. */
static gt_line_point measured(const search *s, const gt_line_point *p, bool as_excess)
{
    gt_line_point q = *p;
    if (!as_excess) return q;
    double slope = s->options->c1 * s->start->gtd;
    q.f -= q.t * slope;
    q.gtd -= slope;
    return q;
}

/* Narrows the interval by p. */
static void replace_end(search *s, const gt_line_point *p, bool is_higher, bool has_turned)
{
    if (is_higher) {
        s->high = *p;
    } else {
        if (has_turned) s->high = s->low;
        s->low = *p;
    }
    s->is_interval = s->is_interval || is_higher || has_turned;
}

/* Where the next trial may be: within the interval, or beyond p. */
static void set_limits(search *s, const gt_line_point *p)
{
    if (s->is_interval) {
        s->min = fmin(s->low.t, s->high.t);
        s->max = fmax(s->low.t, s->high.t);
    } else {
        s->min = p->t + LEAST_GROWTH * (p->t - s->low.t);
        s->max = p->t + MOST_GROWTH * (p->t - s->low.t);
    }
}

/* Bisects where the last two trials did not shrink the interval enough. */
static double shrunk(search *s, double t)
{
    if (!s->is_interval) return t;
    double width = fabs(s->high.t - s->low.t);
    if (width >= SHRINK_ENOUGH * s->previous || !(t >= s->min && t <= s->max))
        t = s->low.t + (s->high.t - s->low.t) / 2;
    s->previous = s->width;
    s->width = width;
    return t;
}

/* The trial after p, a finite point that does not satisfy the conditions. */
static double next(search *s, const gt_line_point *p)
{
    if (s->is_excess && is_low_enough(s, p) && p->gtd >= 0) s->is_excess = false;
    bool as_excess = s->is_excess && p->f <= s->low.f && !is_low_enough(s, p);
    gt_line_point low = measured(s, &s->low, as_excess), high = measured(s, &s->high, as_excess),
                  q = measured(s, p, as_excess);
    bool had_interval = s->is_interval, higher = is_higher(s, &q, &low);
    double t = interpolate(s, &low, &high, &q, higher);
    double min = s->min, max = s->max;
    replace_end(s, p, higher, (q.gtd > 0) != (low.gtd > 0));
    if (!had_interval && !s->is_interval) t = t >= min ? (t <= max ? t : max) : min;
    set_limits(s, &s->low);
    return shrunk(s, t);
}

static double step_back(search *s, const gt_line_point *p)
{
    s->high = *p;
    s->is_interval = true;
    set_limits(s, p);
    s->width = s->previous = 2 * fabs(p->t - s->low.t);
    return s->low.t + STEP_BACK * (p->t - s->low.t);
}

static gt_line_point find(const gt_line *line, const gt_line_point *start, double t,
                          const void *options)
{
    more_thuente_options defaults;
    gt_options_default(&more_thuente_table, (double *)&defaults);
    search s = {.line = line,
                .start = start,
                .options = options ? options : &defaults,
                .low = *start,
                .high = *start,
                .is_excess = true,
                .width = INFINITY,
                .previous = INFINITY};
    gt_line_point lowest = *start;
    for (int evals = 0; evals < s.options->max_evals; evals++) {
        s.min = s.is_interval ? s.min : t + LEAST_GROWTH * (t - s.low.t);
        s.max = s.is_interval ? s.max : t + MOST_GROWTH * (t - s.low.t);
        gt_line_point p = gt_try_step(line, t, &lowest, start);
        if (p.f < lowest.f) lowest = p;
        if (is_acceptable(&s, &p) || is_low_end(&s, &p)) return p;
        t = gt_is_finite_point(&p) ? next(&s, &p) : step_back(&s, &p);
        if (s.is_interval && s.max - s.min <= s.options->width * s.max) break;
    }
    return lowest;
}

const gt_line_search gt_more_thuente = {"more_thuente", &more_thuente_table, find};
