/* L-BFGS: limited-memory BFGS (Nocedal 1980; Liu & Nocedal 1989; two-loop recursion:
 * Nocedal & Wright 2006, algorithm 7.4).
 *
 * The algorithm, its defaults and its stopping rules are those of PyTorch's LBFGS,
 * so that iterates agree with PyTorch's: the first step is scaled by 1/|g|_1, a
 * pair is stored when y's > 1e-10, the initial inverse Hessian is y's / y'y, and
 * the memory lives on from call to call. Beyond that: with a fixed step, a point where
 * value or gradient is NaN is not accepted, but the step is halved until there are
 * numbers; and when a line search finds no lower point, the memory is dropped once.
 *
 * The absolute 1e-10 makes PyTorch forget the curvature of functions with small values, and then
 * it hardly moves. With the searches that PyTorch does not have, more_thuente and hager_zhang,
 * first step and stored pairs are independent of the units of value and parameters.  */
#include "solvers/lbfgs.h"
#include "solvers/search/step.h"

#define MAX_HALVINGS 60

GT_OPTION_TABLE(lbfgs_table, GT_LBFGS_OPTIONS)

/* The kept numbers. Pairs live in a ring: pair i (0 the oldest) is in slot
 * (first + i) % history_size.                                                  */
typedef struct {
    double n_iter;       /* of all runs */
    double first, count; /* of the pairs */
    double h_diag, t;    /* initial inverse Hessian; the last step length */
    double rho[];        /* 1 / y's of each slot */
} memory;

/* The kept vectors, then those of work. */
enum { D, PREVIOUS_G, PAIRS };
enum { TRIAL, LINE_G, N_WORK = LINE_G + 3 };

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    const int64_t history = (int64_t)((const gt_lbfgs_options *)options)->history_size;
    (void)p;
    *kept =
        (gt_memory_size){(int64_t)(sizeof(memory) / sizeof(double)) + history, PAIRS + 2 * history};
    *work = (gt_memory_size){history, N_WORK};
}

static bool is_whole_in(double v, double min, double max)
{
    return v >= min && v <= max && v == floor(v);
}

static const char *fault(const gt_problem *p, const void *options, const gt_memory *kept)
{
    const double history = ((const gt_lbfgs_options *)options)->history_size;
    const memory *m = (const memory *)kept->numbers;
    (void)p;
    if (!is_whole_in(m->n_iter, 0, DBL_MAX)) return "its number of iterations is none";
    if (!is_whole_in(m->first, 0, history - 1) || !is_whole_in(m->count, 0, history))
        return "it counts pairs that cannot be there";
    if (!isfinite(m->h_diag) || !isfinite(m->t)) return "it holds numbers that are not finite";
    if (m->n_iter > 0 && !(kept->vector[D] && kept->vector[PREVIOUS_G]))
        return "it lacks the last direction or gradient";
    for (int64_t i = 0; i < (int64_t)m->count; i++) {
        int64_t slot = ((int64_t)m->first + i) % (int64_t)history;
        if (!kept->vector[PAIRS + 2 * slot] || !kept->vector[PAIRS + 2 * slot + 1])
            return "it lacks a pair that it counts";
    }
    return NULL;
}

/* What the functions below work with. */
typedef struct {
    gt_solver *s;
    gt_space space;
    const gt_lbfgs_options *options;
    memory *m;
    int64_t history;
    void *d, *previous_g;
} state;

static state state_of(gt_solver *s)
{
    const gt_lbfgs_options *o = (const gt_lbfgs_options *)s->options;
    return (state){s,
                   s->problem->space,
                   o,
                   (memory *)s->kept.numbers,
                   (int64_t)o->history_size,
                   gt_kept_vector(s, D),
                   gt_kept_vector(s, PREVIOUS_G)};
}

static int64_t slot_of(const state *st, int64_t i)
{
    return ((int64_t)st->m->first + i) % st->history;
}
static void *change_in_x(const state *st, int64_t slot)
{
    return gt_kept_vector(st->s, PAIRS + 2 * slot);
}
static void *change_in_g(const state *st, int64_t slot)
{
    return gt_kept_vector(st->s, PAIRS + 2 * slot + 1);
}

/* Is the search torch's, or backtracking, which came with it? Then the scales are torch's, too:
 * absolute. The other searches have no iterates to agree with.                    */
static bool is_torchs(const state *st)
{
    return st->options->line_search_fn < GT_SEARCH_more_thuente;
}

/* What y's has to exceed for a pair to be stored: a part of the slope along the step. */
static double least_curvature(const state *st)
{
    if (is_torchs(st)) return 1e-10;
    double epsilon = st->space.single ? FLT_EPSILON : DBL_EPSILON;
    return -epsilon * st->m->t * gt_dot(st->space, st->previous_g, st->d);
}

/* Stores s = t d and y = g - previous_g when the curvature condition y's > 0 holds. */
static void store_pair(const state *st)
{
    gt_solver *s = st->s;
    memory *m = st->m;
    void *y = s->work.vector[TRIAL], *step = s->work.vector[LINE_G];
    gt_subtract(st->space, y, s->gradient, st->previous_g);
    gt_scale(st->space, step, m->t, st->d);
    double ys = gt_dot(st->space, y, step);
    if (!(ys > least_curvature(st))) return;
    int64_t count = (int64_t)m->count, slot = slot_of(st, count);
    /* Before it is counted: they may not return. */
    void *to_g = change_in_g(st, slot), *to_x = change_in_x(st, slot);
    if (count == st->history) m->first = (double)slot_of(st, 1);
    else m->count++;
    gt_copy(st->space, to_g, y);
    gt_copy(st->space, to_x, step);
    m->rho[slot] = gt_real(st->space, 1 / ys);
    double yy = gt_dot(st->space, y, y);
    m->h_diag = gt_real(st->space, ys / yy);
}

/* d = -H g by the two-loop recursion. */
static void find_direction(const state *st)
{
    const memory *m = st->m;
    double *alpha = st->s->work.numbers;
    const int64_t count = (int64_t)m->count;
    gt_scale(st->space, st->d, -1, st->s->gradient);
    for (int64_t i = count - 1; i >= 0; i--) {
        int64_t slot = slot_of(st, i);
        double projection = gt_dot(st->space, change_in_x(st, slot), st->d);
        alpha[i] = gt_real(st->space, projection * m->rho[slot]);
        gt_add_scaled(st->space, st->d, st->d, -alpha[i], change_in_g(st, slot));
    }
    gt_scale(st->space, st->d, m->h_diag, st->d);
    for (int64_t i = 0; i < count; i++) {
        int64_t slot = slot_of(st, i);
        double projection = gt_dot(st->space, change_in_g(st, slot), st->d);
        double beta = gt_real(st->space, projection * m->rho[slot]);
        gt_add_scaled(st->space, st->d, st->d, alpha[i] - beta, change_in_x(st, slot));
    }
}

/* Down the gradient, with an empty memory. */
static void begin(const state *st)
{
    const gt_solver *s = st->s;
    st->m->first = st->m->count = 0;
    st->m->h_diag = 1;
    if (!is_torchs(st)) {
        st->m->t = gt_down_the_gradient(s, st->d) * st->options->lr;
        return;
    }
    double t = gt_real(st->space, 1 / gt_sum_abs(st->space, s->gradient));
    st->m->t = (t < 1 ? t : 1) * st->options->lr;
    gt_scale(st->space, st->d, -1, s->gradient);
}

/* For when no lower point was found along a direction that came from the memory: begins
 * anew. False when the memory was empty already, or when the decrease that the direction
 * promised is lost in the rounding of the value: then the memory is not to blame, and is
 * kept.                                                                         */
static bool forget(const state *st, double slope)
{
    if (st->m->count == 0 || gt_is_lost_in_rounding(st->s, slope)) return false;
    begin(st);
    return true;
}

/* False when no lower point was found; x is then where it was. */
static bool search_step(const state *st, double slope)
{
    gt_solver *s = st->s;
    const gt_line_search *search = gt_line_searches[(int)st->options->line_search_fn - 1];
    double t = gt_step_along(s, search, NULL, st->d, slope, st->m->t, s->work.vector + TRIAL);
    if (t == 0) return false;
    st->m->t = t;
    return true;
}

/* Moves by t d and, unless this is the last point, evaluates there. False when only NaN was
 * found.                                                                        */
static bool fixed_step(const state *st)
{
    gt_solver *s = st->s;
    void *trial = s->work.vector[TRIAL], *g = s->work.vector[LINE_G];
    for (int i = 0; i <= MAX_HALVINGS; i++) {
        double value;
        gt_add_scaled(st->space, trial, s->x, st->m->t, st->d);
        if (s->is_last && !gt_has_nan(st->space, trial)) {
            gt_copy(st->space, s->x, trial);
            return true;
        }
        gt_value_and_gradient(s->problem, trial, &value, g);
        if (!isnan(value) && !gt_has_nan(st->space, g)) {
            s->value = value;
            gt_copy(st->space, s->x, trial);
            gt_copy(st->space, s->gradient, g);
            return true;
        }
        st->m->t /= 2;
    }
    return false;
}

static gt_status iterate(gt_solver *s)
{
    const state all = state_of(s), *st = &all;
    if (++st->m->n_iter == 1) {
        begin(st);
    } else {
        store_pair(st);
        st->m->t = st->options->lr;
        find_direction(st);
    }
    gt_copy(st->space, st->previous_g, s->gradient);
    double slope = gt_dot(st->space, s->gradient, st->d);
    if (slope > -s->stop.tolerance_change) return GT_STATUS_NO_DESCENT;

    if (st->options->line_search_fn > 0) {
        bool lower = search_step(st, slope);
        if (!lower && forget(st, slope))
            lower = search_step(st, gt_dot(st->space, s->gradient, st->d));
        if (!lower) return GT_STATUS_NO_LOWER_POINT;
    } else {
        if (!fixed_step(st)) return GT_STATUS_UNDEFINED;
        s->now.step_length = st->m->t;
        s->now.step_size = fabs(st->m->t) * gt_max_abs(st->space, st->d);
    }
    return GT_STATUS_RUNNING;
}

const gt_method gt_lbfgs = {.name = "lbfgs",
                            .needs = GT_PART_GRADIENT,
                            .options = &lbfgs_table,
                            .memory = memory_size,
                            .fault = fault,
                            .iterate = iterate,
                            .move = gt_holds_no_addresses};
