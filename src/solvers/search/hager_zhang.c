/* Line search for the Wolfe conditions or the approximate Wolfe conditions, which compare
 * slopes only and so can be met where the values are all rounding (Hager & Zhang 2005, SIAM J.
 * Optimization 16, 170-192, section 4; 2006, ACM TOMS 32, 113-137). An interval [a, b] with a
 * negative slope at a, no higher than the start, and none at b is narrowed by two secant
 * steps, and by bisection where these do not shrink it enough.
 *
 * Beyond that: without an interval the next trial is a secant step where the slope is
 * rising; from where the function is not finite the search steps back nine tenths of the way;
 * and the increase that counts as none is no larger than rounding makes it.            */
#include "solvers/search/line.h"

#define HAGER_ZHANG_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(c1, 0.1, GT_BETWEEN_0_AND_1, "Sufficient decrease, below 0.5 and `c2`") \
    NUMBER(c2, 0.9, GT_BETWEEN_0_AND_1, "Of the slope at the start, how much may be left") \
    NUMBER(theta, 0.5, GT_BETWEEN_0_AND_1, "Where an interval without a known slope is divided") \
    NUMBER(gamma, 0.66, GT_BETWEEN_0_AND_1, "Of an interval, what two secant steps may leave") \
    NUMBER(rho, 5, GT_ABOVE_1, "Without an interval: largest growth of the step") \
    WHOLE(max_evals, 40, GT_COUNT, "Evaluations at most")
GT_OPTION_STRUCT(hager_zhang_options, HAGER_ZHANG_OPTIONS)
GT_OPTION_TABLE(hager_zhang_table, HAGER_ZHANG_OPTIONS)

#define STEP_BACK 0.1

typedef struct {
    const gt_line *line;
    const gt_line_point *start;
    const hager_zhang_options *options;
    double highest;      /* what counts as no higher than the start */
    gt_line_point a, b;  /* the interval */
    gt_line_point found; /* the lowest or, once done, what satisfies the conditions */
    int evals;
    bool is_done;
} search;

static bool is_acceptable(const search *s, const gt_line_point *p)
{
    const double slope = s->start->gtd, c1 = s->options->c1;
    if (!gt_is_finite_point(p)) return false;
    if (gt_is_at_end(s->line, p) && p->gtd < 0 && p->f <= s->highest) return true;
    if (p->gtd < s->options->c2 * slope) return false;
    return p->f - s->start->f <= c1 * p->t * slope ||
           ((2 * c1 - 1) * slope >= p->gtd && p->f <= s->highest);
}

static gt_line_point try_step(search *s, double t)
{
    gt_line_point p = gt_try_step(s->line, t, &s->found, s->start);
    s->is_done = is_acceptable(s, &p);
    if (s->is_done || p.f < s->found.f) s->found = p;
    if (++s->evals >= s->options->max_evals) s->is_done = true;
    return p;
}

static bool has_turned(const gt_line_point *p) { return gt_is_finite_point(p) && p->gtd >= 0; }

/* b is too high, and which way it slopes does not help: divides until the slope at b is
 * not negative (step U3).                                                       */
static void find_turn(search *s)
{
    while (!s->is_done && !has_turned(&s->b)) {
        double part = gt_is_finite_point(&s->b) ? s->options->theta : STEP_BACK;
        double t = s->a.t + part * (s->b.t - s->a.t);
        if (!(t > s->a.t && t < s->b.t)) break;
        gt_line_point p = try_step(s, t);
        if (p.f <= s->highest && !has_turned(&p)) s->a = p;
        else s->b = p;
    }
}

/* Narrows the interval by a trial at t, where it is within it. False where it is not. */
static bool narrow(search *s, double t)
{
    if (s->is_done || !(t > s->a.t && t < s->b.t)) return false;
    gt_line_point p = try_step(s, t);
    if (p.f <= s->highest && !has_turned(&p)) s->a = p;
    else s->b = p;
    find_turn(s);
    return true;
}

/* Two secant steps: the second from the end that the first replaced, and its
 * predecessor.                                                                    */
static void narrow_by_secants(search *s)
{
    const gt_line_point a = s->a, b = s->b;
    double t = gt_secant(&a, &b);
    if (!narrow(s, t)) return;
    if (s->b.t == t) narrow(s, gt_secant(&b, &s->b));
    else if (s->a.t == t) narrow(s, gt_secant(&a, &s->a));
}

/* The step to try after a, from `before`: the slope is still negative at both. */
static double extrapolate(const search *s, const gt_line_point *before)
{
    double longest = s->options->rho * s->a.t, t = gt_secant(before, &s->a);
    return t > s->a.t && t < longest ? t : longest;
}

static void find_interval(search *s, double t)
{
    while (!s->is_done) {
        gt_line_point before = s->a, p = try_step(s, t);
        if (p.f > s->highest || has_turned(&p)) {
            s->b = p;
            find_turn(s);
            return;
        }
        s->a = p;
        t = extrapolate(s, &before);
    }
}

static gt_line_point find(const gt_line *line, const gt_line_point *start, double t,
                          const void *options)
{
    hager_zhang_options defaults;
    gt_options_default(&hager_zhang_table, (double *)&defaults);
    search s = {.line = line,
                .start = start,
                .options = options ? options : &defaults,
                .a = *start,
                .b = *start,
                .found = *start};
    s.highest = start->f + gt_rounding(line->problem->space, start);
    find_interval(&s, t);
    while (!s.is_done) {
        double width = s.b.t - s.a.t, low = s.a.t, high = s.b.t;
        narrow_by_secants(&s);
        if (s.b.t - s.a.t > s.options->gamma * width) narrow(&s, s.a.t + (s.b.t - s.a.t) / 2);
        if (s.a.t == low && s.b.t == high) break;
    }
    return s.found;
}

const gt_line_search gt_hager_zhang = {"hager_zhang", &hager_zhang_table, find};
