/* L-BFGS: limited-memory BFGS (Nocedal 1980; Liu & Nocedal 1989; two-loop recursion:
 * Nocedal & Wright 2006, algorithm 7.4).
 *
 * The algorithm, its defaults and its stopping rules are those of PyTorch's LBFGS,
 * so that iterates agree with PyTorch's: the first step is scaled by 1/|g|_1, a
 * pair is stored when y's > 1e-10, the initial inverse Hessian is y's / y'y, and
 * the memory lives on from call to call. Beyond that: with a fixed step, a point where
 * value or gradient is NaN is not accepted, but the step is halved until there are
 * numbers; and when a line search finds no lower point, the memory is dropped once. */
#include "solvers/lbfgs.h"
#include "solvers/search/strong_wolfe.h"

#include <float.h>
#include <math.h>

#define MAX_HALVINGS 60

typedef struct {
    gt_objective *objective;
    const gt_lbfgs_params *params;
    gt_lbfgs_state *state;
    gt_lbfgs_memory *memory;
    gt_space space;
    double loss;
    int evals;
} run;

static int ring(const run *r, int i)
{
    return (r->memory->first + i) % r->params->history_size;
}

/* Stores s = t d and y = g - previous_g when the curvature condition y's > 0 holds. */
static void store_pair(run *r)
{
    gt_lbfgs_memory *m = r->memory;
    gt_lbfgs_state *st = r->state;
    void *y = st->trial, *s = st->line_g[0];
    gt_subtract(r->space, y, st->g, st->previous_g);
    gt_scale(r->space, s, m->t, st->d);
    double ys = gt_dot(r->space, y, s);
    if (!(ys > 1e-10)) return;
    if (m->count == r->params->history_size) m->first = ring(r, 1);
    else m->count++;
    int slot = ring(r, m->count - 1);
    if (!st->change_in_x[slot]) st->reserve(st->host, slot);
    gt_copy(r->space, st->change_in_g[slot], y);
    gt_copy(r->space, st->change_in_x[slot], s);
    st->rho[slot] = gt_real(r->space, 1 / ys);
    double yy = gt_dot(r->space, y, y);
    m->h_diag = gt_real(r->space, ys / yy);
}

/* d = -H g by the two-loop recursion. */
static void find_direction(run *r)
{
    gt_lbfgs_memory *m = r->memory;
    gt_lbfgs_state *st = r->state;
    gt_scale(r->space, st->d, -1, st->g);
    for (int i = m->count - 1; i >= 0; i--) {
        int slot = ring(r, i);
        double projection = gt_dot(r->space, st->change_in_x[slot], st->d);
        st->alpha[i] = gt_real(r->space, projection * st->rho[slot]);
        gt_add_scaled(r->space, st->d, st->d, -st->alpha[i], st->change_in_g[slot]);
    }
    gt_scale(r->space, st->d, m->h_diag, st->d);
    for (int i = 0; i < m->count; i++) {
        int slot = ring(r, i);
        double projection = gt_dot(r->space, st->change_in_g[slot], st->d);
        double beta = gt_real(r->space, projection * st->rho[slot]);
        gt_add_scaled(r->space, st->d, st->d, st->alpha[i] - beta,
                      st->change_in_x[slot]);
    }
}

static void evaluate(run *r, const void *x, void *g)
{
    r->objective->evaluate(r->objective, x, &r->loss, g);
    r->evals++;
    r->memory->func_evals++;
}

/* False when no lower point was found; x is then where it was. */
static bool search_step(run *r, double slope)
{
    gt_lbfgs_state *st = r->state;
    gt_line line = {r->objective, st->x, st->d, st->trial,
                    {st->line_g[0], st->line_g[1], st->line_g[2]}};
    gt_line_point start = {0, r->loss, slope, st->g};
    gt_wolfe_result found = gt_strong_wolfe(&line, &start, r->memory->t, &gt_wolfe_defaults);
    r->evals += found.evals;
    r->memory->func_evals += found.evals;
    if (found.point.t == 0) return false;

    r->memory->t = found.point.t;
    r->loss = found.point.f;
    if (found.point.g != st->g) gt_copy(r->space, st->g, found.point.g);
    gt_add_scaled(r->space, st->x, st->x, r->memory->t, st->d);
    return true;
}

/* Moves by t d and, unless this is the last iteration, evaluates there. False when
 * only NaN was found.                                                          */
static bool fixed_step(run *r, bool last)
{
    gt_lbfgs_state *st = r->state;
    double loss = r->loss;
    for (int i = 0; i <= MAX_HALVINGS; i++) {
        gt_add_scaled(r->space, st->trial, st->x, r->memory->t, st->d);
        if (last && !gt_has_nan(r->space, st->trial)) {
            gt_copy(r->space, st->x, st->trial);
            return true;
        }
        evaluate(r, st->trial, st->line_g[0]);
        if (!isnan(r->loss) && !gt_has_nan(r->space, st->line_g[0])) {
            gt_copy(r->space, st->x, st->trial);
            gt_copy(r->space, st->g, st->line_g[0]);
            return true;
        }
        r->memory->t /= 2;
    }
    r->loss = loss;
    return false;
}

static double first_step_length(const run *r)
{
    double t = gt_real(r->space, 1 / gt_sum_abs(r->space, r->state->g));
    return (t < 1 ? t : 1) * r->params->lr;
}

/* Steepest descent with an empty memory, for when no lower point was found along a
 * direction that came from the memory. False when it was empty already, or when the
 * decrease that the direction promised is lost in the rounding of the value: then the
 * memory is not to blame, and is kept.                                          */
static bool forget(run *r, double slope)
{
    gt_lbfgs_memory *m = r->memory;
    double epsilon = r->space.single ? FLT_EPSILON : DBL_EPSILON;
    if (m->count == 0 || -slope <= 16 * epsilon * fabs(r->loss)) return false;
    m->first = m->count = 0;
    m->h_diag = 1;
    m->t = first_step_length(r);
    gt_scale(r->space, r->state->d, -1, r->state->g);
    return true;
}

gt_lbfgs_status gt_lbfgs_step(gt_objective *objective, const gt_lbfgs_params *params,
                              gt_lbfgs_state *state, double *first_loss)
{
    run r = {objective, params, state, state->memory, objective->space, 0, 0};
    gt_lbfgs_memory *m = state->memory;
    evaluate(&r, state->x, state->g);
    *first_loss = r.loss;
    if (isnan(r.loss) || gt_has_nan(r.space, state->g)) return GT_LBFGS_START_NAN;
    if (gt_max_abs(r.space, state->g) <= params->tolerance_grad) return GT_LBFGS_GRADIENT;

    for (int iter = 1; iter <= params->max_iter; iter++) {
        if (++m->n_iter == 1) {
            m->first = m->count = 0;
            m->h_diag = 1;
            m->t = first_step_length(&r);
            gt_scale(r.space, state->d, -1, state->g);
        } else {
            store_pair(&r);
            m->t = params->lr;
            find_direction(&r);
        }
        gt_copy(r.space, state->previous_g, state->g);
        m->previous_loss = r.loss;
        double slope = gt_dot(r.space, state->g, state->d);
        if (slope > -params->tolerance_change) return GT_LBFGS_SLOPE;

        if (params->line_search == GT_STRONG_WOLFE) {
            bool lower = search_step(&r, slope);
            if (!lower && forget(&r, slope))
                lower = search_step(&r, gt_dot(r.space, state->g, state->d));
            if (!lower) return GT_LBFGS_LINE_SEARCH;
        } else if (!fixed_step(&r, iter == params->max_iter)) {
            return GT_LBFGS_NAN;
        }
        if (iter == params->max_iter) break;
        if (r.evals >= params->max_eval) return GT_LBFGS_MAX_EVAL;
        if (gt_max_abs(r.space, state->g) <= params->tolerance_grad) return GT_LBFGS_GRADIENT;
        if (fabs(m->t) * gt_max_abs(r.space, state->d) <= params->tolerance_change ||
            fabs(r.loss - m->previous_loss) < params->tolerance_change)
            return GT_LBFGS_CHANGE;
    }
    return GT_LBFGS_MAX_ITER;
}
