/* Nonlinear conjugate gradients with guaranteed descent, CG_DESCENT (Hager & Zhang 2005, SIAM J.
 * Optimization 16, 170-192; 2006, ACM TOMS 32, 113-137; beta's lower bound: 2013, SIAM J.
 * Optimization 23, 2150-2168). With y the change of the gradient along d,
 *
 *     d <- -g + max(beta, eta d'g_previous / d'd) d,   beta = (y'g - 2 y'y d'g / d'y) / d'y.
 *
 * What the search tries first is the minimiser of a quadratic, through the value at a step that
 * promises the same decrease as the last one did (their QuadStep; Nocedal & Wright 2006, p. 59): on
 * a quadratic the search is exact, and ends there. Where values do not come without
 * gradients, or hardly change any more, that step itself is tried.                  */
#include "solvers/search/step.h"

#define CG_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    CHOICE(line_search, GT_SEARCH_hager_zhang, gt_line_search_names, "The line search") \
    NUMBER(c2, 0.1, GT_BETWEEN_0_AND_1, "The search's: of the slope, how much may be left") \
    NUMBER(eta, 0.01, GT_FINITE_AT_LEAST_0, \
           "How far below 0 the factor of the last direction may be") \
    NUMBER(restart, 6, GT_ABOVE_0, "Down the gradient after so many iterations per parameter")
GT_OPTION_STRUCT(cg_options, CG_OPTIONS)
GT_OPTION_TABLE(cg_table, CG_OPTIONS)

#define SHORTEST 0.01 /* the quadratic's minimiser, as a part of the step that was tried */
#define LONGEST 100.0
#define HARDLY_CHANGED 1e-12 /* the value, relative to its size */

typedef struct {
    double has_step;
    double since_restart; /* iterations */
    double t, slope;      /* of the last step (the first): its length, the slope at its start */
    double gained;        /* what the value came down by */
} numbers;

enum { D, PREVIOUS_G, Y, STEP, N_WORK = STEP + GT_STEP_VECTORS };

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    (void)p;
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){sizeof(numbers) / sizeof(double), N_WORK};
}

/* Down the gradient. */
static void begin(gt_solver *s)
{
    double t = gt_down_the_gradient(s, s->work.vector[D]);
    *(numbers *)s->work.numbers = (numbers){.t = t};
}

/* The next direction, from the last. */
static void turn(gt_solver *s)
{
    const gt_space space = s->problem->space;
    const cg_options *o = (const cg_options *)s->options;
    numbers *m = (numbers *)s->work.numbers;
    void *d = s->work.vector[D], *y = s->work.vector[Y];
    gt_subtract(space, y, s->gradient, s->work.vector[PREVIOUS_G]);
    double dy = gt_dot(space, d, y), dg = gt_dot(space, d, s->gradient);
    double beta = (gt_dot(space, y, s->gradient) - 2 * gt_dot(space, y, y) * dg / dy) / dy;
    double least = o->eta * m->slope / gt_dot(space, d, d);
    bool is_due = ++m->since_restart >= o->restart * (double)space.n;
    if (is_due || !(dy > 0) || !isfinite(beta)) {
        m->since_restart = 0;
        gt_scale(space, d, -1, s->gradient);
        return;
    }
    gt_scale(space, d, beta > least ? beta : least, d);
    gt_subtract(space, d, d, s->gradient);
}

/* Minimiser of the quadratic with x's value and slope and the value at step t. */
static double quadratic_step(gt_solver *s, double slope, double t)
{
    double value;
    gt_add_scaled(s->problem->space, s->work.vector[STEP], s->x, t, s->work.vector[D]);
    gt_value(s->problem, s->work.vector[STEP], &value, s->work.vector[Y]);
    if (!isfinite(value)) return SHORTEST * t;
    double curvature = 2 * (value - s->value - slope * t) / (t * t);
    if (!(curvature > 0)) return LONGEST * t;
    return fmin(fmax(-slope / curvature, SHORTEST * t), LONGEST * t);
}

static double first_trial(gt_solver *s, double slope)
{
    const numbers *m = (const numbers *)s->work.numbers;
    if (!m->has_step) return m->t;
    double t = m->t * m->slope / slope;
    bool is_seen = m->gained > HARDLY_CHANGED * fabs(s->value);
    return s->problem->value && is_seen ? quadratic_step(s, slope, t) : t;
}

static bool step(gt_solver *s)
{
    const cg_options *o = (const cg_options *)s->options;
    const gt_space space = s->problem->space;
    const gt_line_search *search = gt_line_searches[(int)o->line_search - 1];
    numbers *m = (numbers *)s->work.numbers;
    void **work = s->work.vector;
    double of_search[GT_MAX_OPTION_NUMBERS], before = s->value;
    gt_options_default(search->options, of_search);
    gt_options_set(search->options, of_search, "c2", o->c2);

    double slope = gt_dot(space, s->gradient, work[D]);
    if (!(slope < 0)) return false;
    gt_copy(space, work[PREVIOUS_G], s->gradient);
    double t =
        gt_step_along(s, search, of_search, work[D], slope, first_trial(s, slope), work + STEP);
    if (t == 0) return false;
    *m = (numbers){1, m->since_restart, t, slope, before - s->value};
    return true;
}

static gt_status iterate(gt_solver *s)
{
    const numbers *m = (const numbers *)s->work.numbers;
    if (m->has_step) turn(s);
    if (step(s)) return GT_STATUS_RUNNING;
    if (!m->has_step) return GT_STATUS_NO_LOWER_POINT;
    begin(s);
    return step(s) ? GT_STATUS_RUNNING : GT_STATUS_NO_LOWER_POINT;
}

const gt_method gt_cg = {.name = "cg",
                         .needs = GT_PART_GRADIENT,
                         .options = &cg_table,
                         .memory = memory_size,
                         .start = begin,
                         .iterate = iterate,
                         .move = gt_holds_no_addresses};
