/* Backtracking until the decrease is sufficient (Armijo 1966; Nocedal & Wright 2006, algorithm
 * 3.1): the step is shortened to the minimiser of the quadratic, later of the cubic, that
 * has the slope and the values known so far (section 3.5), but not by less
 * than half, nor to less than a tenth. From where the function is not finite it is halved.
 * Where rounding leaves no sufficient decrease, the lowest point found will do.          */
#include "solvers/search/line.h"

#define BACKTRACKING_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(c1, 1e-4, GT_BETWEEN_0_AND_1, "Sufficient decrease") \
    NUMBER(shortest, 0.1, GT_BETWEEN_0_AND_1, "Of a step, what is left at least") \
    NUMBER(longest, 0.5, GT_BETWEEN_0_AND_1, "Of a step, what is left at most") \
    WHOLE(max_evals, 50, GT_COUNT, "Evaluations at most")
GT_OPTION_STRUCT(backtracking_options, BACKTRACKING_OPTIONS)
GT_OPTION_TABLE(backtracking_table, BACKTRACKING_OPTIONS)

/* Minimiser of the quadratic with the start's value and slope and p's value. */
static double quadratic_minimizer(const gt_line_point *start, const gt_line_point *p)
{
    return -start->gtd * p->t * p->t / (2 * (p->f - start->f - start->gtd * p->t));
}

/* Minimiser of the cubic with the start's value and slope and the values of p and q. */
static double cubic_minimizer(const gt_line_point *start, const gt_line_point *p,
                              const gt_line_point *q)
{
    double p_excess = (p->f - start->f - start->gtd * p->t) / (p->t * p->t);
    double q_excess = (q->f - start->f - start->gtd * q->t) / (q->t * q->t);
    double a = (p_excess - q_excess) / (p->t - q->t);
    double b = (q_excess * p->t - p_excess * q->t) / (p->t - q->t);
    if (a == 0) return -start->gtd / (2 * b);
    return (-b + sqrt(b * b - 3 * a * start->gtd)) / (3 * a);
}

/* The step to try after p, which was not low enough; q is the trial before it, if any. */
static double shorter(const gt_line_point *start, const gt_line_point *p, const gt_line_point *q,
                      const backtracking_options *o)
{
    double t = NAN;
    if (gt_is_finite_point(p))
        t = q->t > 0 && gt_is_finite_point(q) ? cubic_minimizer(start, p, q)
                                              : quadratic_minimizer(start, p);
    if (!(t <= o->longest * p->t)) t = o->longest * p->t;
    return t < o->shortest * p->t ? o->shortest * p->t : t;
}

static gt_line_point find(const gt_line *line, const gt_line_point *start, double t,
                          const void *options)
{
    backtracking_options defaults;
    const backtracking_options *o = options ? options : &defaults;
    gt_options_default(&backtracking_table, (double *)&defaults);
    gt_line_point lowest = *start, previous = *start;
    for (int evals = 0; evals < o->max_evals; evals++) {
        gt_line_point p = gt_try_step(line, t, &lowest, start);
        if (p.f <= gt_armijo_bound(line->problem->space, o->c1, start, p.t) && p.f < start->f)
            return p;
        if (p.f < lowest.f) lowest = p;
        t = shorter(start, &p, &previous, o);
        previous = p;
    }
    return lowest;
}

const gt_line_search gt_backtracking = {"backtracking", &backtracking_table, find};
