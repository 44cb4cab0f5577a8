/* The simplex method of Nelder & Mead (1965, Computer Journal 7, 308-313), which needs values
 * only, with the coefficients of Gao & Han (2012, Computational Optimization and
 * Applications 51, 259-277), which depend on the number of parameters.
 *
 * A simplex can collapse where there is no minimum. So one that has become small is replaced
 * by a larger one with edges along the axes, from its best vertex in the directions in which it
 * was moving (oriented restart, after Kelley 1999, SIAM J. Optimization 10, 43-55), until
 * that does not find anything lower. A point where the function is not defined is infinitely
 * high. Points beyond bounds are moved to them.                                      */
#include "solvers/bounds.h"
#include "solvers/solver.h"

#define NELDER_MEAD_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(edge, 0.1, GT_ABOVE_0, \
           "First edges, as a part of each parameter, or of 1 where it is 0") \
    NUMBER( \
        tol_simplex, 1e-8, GT_ABOVE_0, \
        "Small is a simplex with edges of this part of parameters or, where longer, first edges") \
    WHOLE(restarts, 20, GT_COUNT, "Larger simplices at most that follow on a small one")
GT_OPTION_STRUCT(nelder_mead_options, NELDER_MEAD_OPTIONS)
GT_OPTION_TABLE(nelder_mead_table, NELDER_MEAD_OPTIONS)

#define RESTART_EDGE 0.01  /* of the first edges, those of a restart */
#define HARDLY_LOWER 1e-10 /* what a restart has to bring, as a part of the value */

typedef struct {
    double is_begun, n_restarts;
    double restart_value; /* what the last restart began with */
    double value[];       /* of the vertices */
} numbers;

enum { CENTROID, REFLECTED, TRIAL, EDGE, SCRATCH, VERTEX };

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    const int64_t vertices = p->space.n + 1;
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work =
        (gt_memory_size){(int64_t)(sizeof(numbers) / sizeof(double)) + vertices, VERTEX + vertices};
}

/* What the functions below work with. */
typedef struct {
    gt_solver *s;
    gt_space space;
    const nelder_mead_options *options;
    numbers *m;
    void **vertex;
    double *value;
    int64_t best, worst;
    double next_worst; /* the highest value but the worst */
} state;

static void rank(state *st)
{
    st->best = st->worst = 0;
    for (int64_t i = 1; i <= st->space.n; i++) {
        if (st->value[i] < st->value[st->best]) st->best = i;
        if (st->value[i] >= st->value[st->worst]) st->worst = i;
    }
    st->next_worst = -INFINITY;
    for (int64_t i = 0; i <= st->space.n; i++)
        if (i != st->worst) st->next_worst = fmax(st->next_worst, st->value[i]);
}

static state state_of(gt_solver *s)
{
    numbers *m = (numbers *)s->work.numbers;
    return (state){.s = s,
                   .space = s->problem->space,
                   .options = (const nelder_mead_options *)s->options,
                   .m = m,
                   .vertex = s->work.vector + VERTEX,
                   .value = m->value};
}

/* Moves x within its bounds, and evaluates there. */
static double evaluate(const state *st, void *x)
{
    gt_problem *p = st->s->problem;
    double value;
    if (gt_has_bounds(p)) gt_project(p, x);
    gt_value(p, x, &value, st->s->work.vector[SCRATCH]);
    return isnan(value) ? INFINITY : value;
}

/* ---- a new simplex ---------------------------------------------------------------------- */

/* Length of a first edge, as far as bounds let it. */
static double first_edge(const state *st, int64_t i)
{
    double size = fabs(gt_element(st->space, st->s->x, i));
    return st->options->edge * (size > 0 ? size : 1);
}

/* Vertex i + 1 is x but for parameter i; beyond a bound, or where it is not defined, it is on
 * the other side of x.                                                           */
static void set_vertex(state *st, int64_t i, double edge)
{
    void *v = st->vertex[i + 1];
    double x = gt_element(st->space, st->s->x, i);
    if (gt_has_bounds(st->s->problem) && gt_within(st->s->problem, i, x + edge) == x) edge = -edge;
    for (int side = 0; side < 2; side++, edge = -edge) {
        gt_copy(st->space, v, st->s->x);
        gt_set_element(st->space, v, i, x + edge);
        st->value[i + 1] = evaluate(st, v);
        if (st->value[i + 1] < INFINITY) break;
    }
}

/* signs: of the edges; NULL for all upwards. */
static void build(state *st, double part, const void *signs)
{
    gt_copy(st->space, st->vertex[0], st->s->x);
    st->value[0] = isnan(st->s->value) ? INFINITY : st->s->value;
    for (int64_t i = 0; i < st->space.n; i++) {
        double edge = part * gt_element(st->space, st->s->work.vector[EDGE], i);
        bool is_down = signs && gt_element(st->space, signs, i) < 0;
        set_vertex(st, i, is_down ? -edge : edge);
    }
}

static void begin(state *st)
{
    for (int64_t i = 0; i < st->space.n; i++)
        gt_set_element(st->space, st->s->work.vector[EDGE], i, first_edge(st, i));
    build(st, 1, NULL);
    *st->m = (numbers){.is_begun = 1, .restart_value = INFINITY};
}

/* A larger simplex around the best vertex. The way from the centroid to it is the one that the
 * old one was going.                                                             */
static void restart(state *st)
{
    void *way = st->s->work.vector[CENTROID];
    gt_subtract(st->space, way, st->s->x, way);
    st->m->n_restarts++;
    st->m->restart_value = st->s->value;
    build(st, RESTART_EDGE, way);
}

/* ---- a step ----------------------------------------------------------------------------- */

/* The centroid of all vertices but the worst. */
static void find_centroid(const state *st)
{
    void *c = st->s->work.vector[CENTROID];
    gt_set_all(st->space, c, 0);
    for (int64_t i = 0; i <= st->space.n; i++)
        if (i != st->worst)
            gt_add_scaled(st->space, c, c, 1.0 / (double)st->space.n, st->vertex[i]);
}

/* to = centroid + t (centroid - worst), and the value there. */
static double try_at(const state *st, double t, void *to)
{
    void *c = st->s->work.vector[CENTROID];
    gt_subtract(st->space, to, c, st->vertex[st->worst]);
    gt_add_scaled(st->space, to, c, t, to);
    return evaluate(st, to);
}

static void replace_worst(const state *st, const void *x, double value)
{
    gt_copy(st->space, st->vertex[st->worst], x);
    st->value[st->worst] = value;
}

static void shrink(const state *st, double part)
{
    const void *best = st->vertex[st->best];
    for (int64_t i = 0; i <= st->space.n; i++) {
        if (i == st->best) continue;
        gt_subtract(st->space, st->vertex[i], st->vertex[i], best);
        gt_add_scaled(st->space, st->vertex[i], best, part, st->vertex[i]);
        st->value[i] = evaluate(st, st->vertex[i]);
    }
}

static void transform(const state *st)
{
    const double n = fmax(2, (double)st->space.n), contraction = 0.75 - 0.5 / n;
    void *reflected = st->s->work.vector[REFLECTED], *trial = st->s->work.vector[TRIAL];
    double at_reflected = try_at(st, 1, reflected), at_trial;
    if (at_reflected < st->value[st->best]) {
        at_trial = try_at(st, 1 + 2 / n, trial);
        if (at_trial < at_reflected) replace_worst(st, trial, at_trial);
        else replace_worst(st, reflected, at_reflected);
    } else if (at_reflected < st->next_worst) {
        replace_worst(st, reflected, at_reflected);
    } else {
        bool is_outside = at_reflected < st->value[st->worst];
        at_trial = try_at(st, is_outside ? contraction : -contraction, trial);
        if (is_outside ? at_trial <= at_reflected : at_trial < st->value[st->worst])
            replace_worst(st, trial, at_trial);
        else shrink(st, 1 - 1 / n);
    }
}

/* Of the solver, where a vertex is lower. */
static void commit(state *st)
{
    rank(st);
    if (!(st->value[st->best] < st->s->value) && !isnan(st->s->value)) return;
    st->s->value = st->value[st->best];
    gt_copy(st->space, st->s->x, st->vertex[st->best]);
}

/* Sets the size that the loop is told; are all edges small? */
static bool is_small(const state *st)
{
    gt_solver *s = st->s;
    bool is = true;
    s->now.step_size = 0;
    for (int64_t i = 0; i < st->space.n; i++) {
        double x = gt_element(st->space, st->vertex[st->best], i), size = 0;
        for (int64_t k = 0; k <= st->space.n; k++)
            size = fmax(size, fabs(gt_element(st->space, st->vertex[k], i) - x));
        double scale = fmax(fabs(x), gt_element(st->space, s->work.vector[EDGE], i));
        s->now.step_size = fmax(s->now.step_size, size);
        is = is && size <= st->options->tol_simplex * scale;
    }
    return is;
}

static bool is_hardly_lower(const state *st)
{
    return st->m->restart_value - st->s->value <= HARDLY_LOWER * fabs(st->s->value);
}

static gt_status iterate(gt_solver *s)
{
    state all = state_of(s), *st = &all;
    if (!st->m->is_begun) {
        begin(st);
    } else {
        rank(st);
        find_centroid(st);
        transform(st);
    }
    commit(st);
    s->now.improvement = st->value[st->worst] - st->value[st->best];
    if (!is_small(st)) return GT_STATUS_RUNNING;
    if (s->value == INFINITY) return GT_STATUS_UNDEFINED;
    if (is_hardly_lower(st) || st->m->n_restarts >= st->options->restarts)
        return GT_STATUS_SIMPLEX_SMALL;
    restart(st);
    commit(st);
    is_small(st);
    return GT_STATUS_RUNNING;
}

static void start(gt_solver *s) { ((numbers *)s->work.numbers)->is_begun = 0; }

const gt_method gt_nelder_mead = {.name = "nelder-mead",
                                  .needs = GT_PART_VALUE,
                                  .takes = GT_PART_BOUNDS,
                                  .options = &nelder_mead_table,
                                  .memory = memory_size,
                                  .start = start,
                                  .iterate = iterate,
                                  .move = gt_holds_no_addresses};
