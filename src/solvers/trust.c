/* Newton's method in a trust region, with the whole Hessian: each step is the lowest point of the
 * quadratic model within the region, found as More & Sorensen (1983) do, hard case included;
 * the ratio of what the value came down by to what the model promised makes the region
 * (Conn, Gould & Toint 2000, algorithm 6.1.1 and chapter 7).
 *
 * The region is a ball in parameters measured by the curvature along them, as MINPACK
 * measures them by the columns of the Jacobian (More 1978): so it is a matter of
 * indifference in which units they are. A direction of negative curvature is followed also
 * where the gradient is zero: a saddle point is left, at the start too.            */
#include "solvers/trust.h"

#include "solvers/quadratic.h"
#include "solvers/scaling.h"
#include "solvers/trust_region.h"

#include <string.h>

GT_OPTION_TABLE(trust_table, GT_TRUST_OPTIONS)

/* The numbers of work. */
typedef struct {
    double radius; /* 0: not known yet */
    bool has_model;
    gt_quadratic model; /* at x, in scaled parameters */
    double rest[];      /* scale, scaled gradient, scaled step, then the model's */
} memory;

enum { TRIAL, TRIAL_G, N_WORK };

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    const int64_t n = p->space.n;
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){
        (int64_t)(sizeof(memory) / sizeof(double)) + 4 * n + gt_quadratic_numbers(n), N_WORK};
}

typedef struct {
    gt_solver *s;
    int64_t n;
    const gt_trust_options *options;
    memory *m;
    gt_quadratic *model;
    double *x, *trial, *trial_g;
    double *scale, *scaled_g, *step; /* of scaled parameters */
    double *new_scale;
} state;

static state state_of(gt_solver *s)
{
    const int64_t n = s->problem->space.n;
    memory *m = (memory *)s->work.numbers;
    return (state){.s = s,
                   .n = n,
                   .options = (const gt_trust_options *)s->options,
                   .m = m,
                   .model = &m->model,
                   .x = s->x,
                   .trial = s->work.vector[TRIAL],
                   .trial_g = s->work.vector[TRIAL_G],
                   .scale = m->rest,
                   .scaled_g = m->rest + n,
                   .step = m->rest + 2 * n,
                   .new_scale = m->rest + 3 * n};
}

static void start(gt_solver *s)
{
    const state st = state_of(s);
    st.m->radius = 0;
    st.m->has_model = false;
    gt_quadratic_place(st.model, st.n, st.m->rest + 4 * st.n);
    memset(st.scale, 0, (size_t)st.n * sizeof *st.scale);
}

static double norm(const state *st, const double *v)
{
    gt_space space = {false, st->n};
    return sqrt(gt_dot(space, v, v));
}

/* Takes the scale from the Hessian at x. The radius follows, so that the last step is as long
 * beside it as it was.                                                            */
static void update_scale(const state *st, const double *h)
{
    double before = 0, after = 0;
    gt_curvature_scale(st->n, h, st->new_scale);
    for (int64_t i = 0; i < st->n; i++) {
        if (st->new_scale[i] == 0) st->new_scale[i] = st->scale[i] > 0 ? st->scale[i] : 1;
        if (st->scale[i] > 0) {
            double change = st->step[i] / st->scale[i] * st->new_scale[i];
            before += st->step[i] * st->step[i];
            after += change * change;
        }
        st->scale[i] = st->new_scale[i];
    }
    if (before > 0 && isfinite(after)) st->m->radius *= sqrt(after / before);
}

/* The quadratic model at x. An element of the Hessian that is not finite is left out: the ratio
 * of each step tells what the model is worth.                                     */
static void make_model(const state *st)
{
    gt_solver *s = st->s;
    double *h = st->model->a;
    const double *g = s->gradient;
    if (st->m->has_model) return;
    gt_hessian(s->problem, s->x, h);
    for (int64_t k = 0; k < st->n * st->n; k++)
        if (!isfinite(h[k])) h[k] = 0;
    update_scale(st, h);
    for (int64_t j = 0; j < st->n; j++)
        for (int64_t i = 0; i < st->n; i++) h[i + j * st->n] /= st->scale[i] * st->scale[j];
    gt_quadratic_factor(st->model);
    for (int64_t i = 0; i < st->n; i++) st->scaled_g[i] = g[i] / st->scale[i];
    st->m->has_model = true;
}

/* The length of x, of which an element counts as no less than `least`, in scaled parameters. */
static double size_of_x(const state *st, double least)
{
    double sum = 0;
    for (int64_t i = 0; i < st->n; i++) {
        double size = fmax(fabs(st->x[i]), least) * st->scale[i];
        sum += size * size;
    }
    return sqrt(sum);
}

static double first_radius(const state *st)
{
    if (!isnan(st->options->radius)) return st->options->radius;
    double radius = fmax(size_of_x(st, 0), norm(st, st->scaled_g));
    return radius > 0 ? radius : 1;
}

/* The next trial point; false where it is x again. */
static bool find_trial(const state *st, gt_trust_step *t)
{
    bool moves = false;
    t->predicted = gt_quadratic_minimize(st->model, st->scaled_g, st->m->radius, st->step);
    t->length = norm(st, st->step);
    for (int64_t i = 0; i < st->n; i++) {
        st->trial[i] = st->x[i] + st->step[i] / st->scale[i];
        moves = moves || st->trial[i] != st->x[i];
    }
    return moves;
}

static double slope(const state *st, const double *g)
{
    double sum = 0;
    for (int64_t i = 0; i < st->n; i++) sum += g[i] * (st->step[i] / st->scale[i]);
    return sum;
}

static void accept(const state *st, double value)
{
    gt_solver *s = st->s;
    s->now.step_length = st->m->radius;
    s->now.step_size = 0;
    for (int64_t i = 0; i < st->n; i++)
        s->now.step_size = fmax(s->now.step_size, fabs(st->trial[i] - st->x[i]));
    s->value = value;
    gt_copy(s->problem->space, s->x, st->trial);
    gt_copy(s->problem->space, s->gradient, st->trial_g);
    st->m->has_model = false;
}

/* Where the gradient is small: a saddle point, or a maximum. The region may have shrunk on the
 * way there; it need not be small to go on.                                       */
static bool leaves(gt_solver *s)
{
    const state all = state_of(s), *st = &all;
    make_model(st);
    if (!gt_quadratic_is_indefinite(st->model)) return false;
    st->m->radius = fmax(st->m->radius, 0.01 * size_of_x(st, 1));
    return true;
}

static gt_status iterate(gt_solver *s)
{
    const state all = state_of(s), *st = &all;
    if (!gt_all_finite(s->problem->space, s->gradient)) return GT_STATUS_UNDEFINED;
    make_model(st);
    if (st->m->radius == 0) st->m->radius = first_radius(st);
    gt_trust_step t = {.value = s->value};
    while (find_trial(st, &t)) {
        gt_value_and_gradient(s->problem, st->trial, &t.trial_value, st->trial_g);
        t.slope = slope(st, s->gradient);
        t.trial_slope = slope(st, st->trial_g);
        double ratio = gt_trust_ratio(&t);
        st->m->radius = gt_trust_radius(st->m->radius, ratio, &t);
        if (!gt_trust_accepts(ratio)) continue;
        accept(st, t.trial_value);
        return GT_STATUS_RUNNING;
    }
    return GT_STATUS_NO_LOWER_POINT;
}

const gt_method gt_trust = {.name = "trust",
                            .leaves = leaves,
                            .needs = GT_PART_GRADIENT | GT_PART_HESSIAN,
                            .options = &trust_table,
                            .memory = memory_size,
                            .start = start,
                            .iterate = iterate};
