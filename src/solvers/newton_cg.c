/* Newton's method in a trust region for many variables: each step comes from conjugate gradients on
 * the Newton equation, truncated at the boundary of the region or at negative curvature
 * (Steihaug 1983; Toint 1981; Conn, Gould & Toint 2000, algorithm 7.5.1), or once the residual is
 * small enough for how near the minimum is (Eisenstat & Walker 1996, choice 2). It uses products
 * of the Hessian with vectors only, and a handful of vectors as memory.
 *
 * Where a step is refused, the point at which its path had come a quarter of the way is tried: no
 * product is computed anew. The preconditioner is a diagonal that conjugate gradients learn
 * on their way (Nash 1985), each step for the next.
 *
 * Where the gradient is small, conjugate gradients from an arbitrary vector look for negative
 * curvature, so that a saddle point is left.                                       */
#include "solvers/carver.h"
#include "solvers/solver.h"
#include "solvers/trust_region.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define NEWTON_CG_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    OPTIONAL( \
        radius, GT_ABOVE_0, \
        "First radius of the region; by default the length of the first step down the gradient " \
        "that the curvature there suggests") \
    OPTIONAL(max_products, GT_AT_LEAST_1, \
             "Products with the Hessian in an iteration at most; by default 20 more than the " \
             "square root of 100 times the number of parameters") \
    FLAG( \
        precondition, false, \
        "Learn the curvature along each parameter, for functions whose parameters differ in unit")
GT_OPTION_STRUCT(newton_cg_options, NEWTON_CG_OPTIONS)
GT_OPTION_TABLE(newton_cg_table, NEWTON_CG_OPTIONS)

#define QUARTER 0.25
#define MOST_FORCING 0.5
enum { MOST_PROBES = 30 };

typedef struct {
    double radius;   /* 0: not known yet */
    double forcing;  /* of the last step */
    double size;     /* of the gradient before it; 0 at first */
    bool is_learned; /* the diagonal has been changed since the last step */
    bool has_escape; /* `step` is a direction of negative curvature, `curvature` that along it */
    double curvature;
} numbers;

/* STEP is the step, SHORT a quarter of it along its path, R the residual, P the direction of
 * conjugate gradients, HP its product, M the diagonal and NEW_M what it becomes.   */
enum { STEP, SHORT, R, P, HP, M, NEW_M, TRIAL, TRIAL_G, N_WORK };

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    (void)p;
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){gt_in_numbers(sizeof(numbers)), N_WORK};
}

typedef struct {
    gt_solver *s;
    gt_space space;
    int64_t n;
    const newton_cg_options *options;
    numbers *m;
    double *x, *g, *step, *shorter, *r, *p, *hp, *diagonal, *new_diagonal, *trial, *trial_g;
} state;

static state state_of(gt_solver *s)
{
    void **v = s->work.vector;
    return (state){.s = s,
                   .space = s->problem->space,
                   .n = s->problem->space.n,
                   .options = (const newton_cg_options *)s->options,
                   .m = (numbers *)s->work.numbers,
                   .x = s->x,
                   .g = s->gradient,
                   .step = v[STEP],
                   .shorter = v[SHORT],
                   .r = v[R],
                   .p = v[P],
                   .hp = v[HP],
                   .diagonal = v[M],
                   .new_diagonal = v[NEW_M],
                   .trial = v[TRIAL],
                   .trial_g = v[TRIAL_G]};
}

static double dot(const state *st, const double *x, const double *y)
{
    return gt_dot(st->space, x, y);
}

/* x's y / diagonal, and x's y times it. */
static double dot_solved(const state *st, const double *x, const double *y)
{
    double sum = 0;
    if (!st->options->precondition) return dot(st, x, y);
    for (int64_t i = 0; i < st->n; i++) sum += x[i] * y[i] / st->diagonal[i];
    return sum;
}
static double dot_scaled(const state *st, const double *x, const double *y)
{
    double sum = 0;
    if (!st->options->precondition) return dot(st, x, y);
    for (int64_t i = 0; i < st->n; i++) sum += x[i] * y[i] * st->diagonal[i];
    return sum;
}
static double length_of(const state *st, const double *v) { return sqrt(dot_scaled(st, v, v)); }

static void start(gt_solver *s)
{
    const state st = state_of(s);
    *st.m = (numbers){.forcing = MOST_FORCING};
    for (int64_t i = 0; i < st.n; i++) st.diagonal[i] = 1;
}

/* ---- the diagonal ---- */

/* What BFGS would make of the diagonal, from the product with p and the residual r before the step
 * along p.                                                                        */
static void learn(const state *st, double curvature)
{
    double rp = -dot(st, st->r, st->p);
    if (!st->options->precondition || !(rp > 0) || !(curvature > 0)) return;
    for (int64_t i = 0; i < st->n; i++) {
        double v =
            st->new_diagonal[i] - st->r[i] * st->r[i] / rp + st->hp[i] * st->hp[i] / curvature;
        st->new_diagonal[i] = v > 1e-8 * st->new_diagonal[i] ? v : st->new_diagonal[i];
    }
    st->m->is_learned = true;
}

/* The radius follows, so that the last step is as long beside it as it was. */
static void use_what_is_learned(const state *st)
{
    if (!st->m->is_learned) return;
    double before = length_of(st, st->step);
    gt_copy(st->space, st->diagonal, st->new_diagonal);
    double after = length_of(st, st->step);
    if (before > 0 && isfinite(after)) st->m->radius *= after / before;
    st->m->is_learned = false;
}

/* ---- the step ---- */

/* How small the residual is to be made, as a part of the gradient. */
static double forcing_term(const state *st, double size)
{
    numbers *m = st->m;
    double term = MOST_FORCING;
    if (m->size > 0) {
        double before = 0.9 * m->forcing * m->forcing;
        term = 0.9 * (size / m->size) * (size / m->size);
        if (before > 0.1) term = fmax(term, before);
    }
    m->size = size;
    m->forcing = fmin(term, MOST_FORCING);
    return m->forcing;
}

/* Lengths are squares, in the region's norm. */
typedef struct {
    double step, step_p, p;
} lengths;

/* The t > 0 at which step + t p has this length. */
static double to_length(const lengths *l, double length)
{
    double rest = length * length - l->step;
    double root = sqrt(fmax(l->step_p * l->step_p + l->p * rest, 0));
    return l->step_p > 0 ? rest / (l->step_p + root) : (root - l->step_p) / l->p;
}

/* A step that the model is known along. */
typedef struct {
    double slope, curvature; /* g's, s'Hs */
    double length;
} step_facts;

static double promise(const step_facts *f) { return -(f->slope + f->curvature / 2); }

/* Of step + t p, when the residual there is r + t hp. */
static step_facts facts_at(const state *st, const lengths *l, double t)
{
    double slope = dot(st, st->g, st->step) + t * dot(st, st->g, st->p);
    double residual = dot(st, st->r, st->step) + t * dot(st, st->r, st->p) +
                      t * (dot(st, st->hp, st->step) + t * dot(st, st->hp, st->p));
    return (step_facts){slope, residual - slope, sqrt(l->step + t * (2 * l->step_p + t * l->p))};
}

static int64_t most_products(const state *st)
{
    double given = st->options->max_products;
    return (int64_t)(isnan(given) ? 20 + sqrt(100 * (double)st->n) : given);
}

static void multiply(const state *st) { gt_hessian_vector(st->s->problem, st->x, st->p, st->hp); }

static void set_direction(const state *st, double beta)
{
    for (int64_t i = 0; i < st->n; i++) {
        double z = st->options->precondition ? st->r[i] / st->diagonal[i] : st->r[i];
        st->p[i] = beta * st->p[i] - z;
    }
}

/* Sets step and, where its path comes so far, shorter; says what is known of both. */
static step_facts find_step(const state *st, double forcing, step_facts *of_shorter)
{
    const double radius = st->m->radius;
    memset(st->step, 0, (size_t)st->n * sizeof *st->step);
    memset(st->p, 0, (size_t)st->n * sizeof *st->p);
    gt_copy(st->space, st->r, st->g);
    gt_copy(st->space, st->new_diagonal, st->diagonal);
    set_direction(st, 0);
    double rz = dot_solved(st, st->r, st->r), size = sqrt(rz);
    const double small = forcing * size;
    lengths l = {0, 0, rz};
    of_shorter->length = 0;
    for (int64_t k = 0;; k++) {
        multiply(st);
        double curvature = dot(st, st->p, st->hp), t = rz / curvature;
        double longest = to_length(&l, radius);
        bool is_last = !(curvature > 0) || !(t < longest);
        if (is_last) t = longest;
        double quarter = to_length(&l, QUARTER * radius);
        if (of_shorter->length == 0 && t >= quarter) {
            *of_shorter = facts_at(st, &l, quarter);
            gt_add_scaled(st->space, st->shorter, st->step, quarter, st->p);
        }
        learn(st, curvature);
        step_facts facts = facts_at(st, &l, t);
        gt_add_scaled(st->space, st->step, st->step, t, st->p);
        if (is_last) return facts;
        gt_add_scaled(st->space, st->r, st->r, t, st->hp);
        double next = dot_solved(st, st->r, st->r);
        if (!(sqrt(next) > small) || k + 1 >= most_products(st)) return facts;
        l.step += t * (2 * l.step_p + t * l.p);
        double beta = next / rz;
        set_direction(st, beta);
        l.step_p = beta * (l.step_p + t * l.p);
        l.p = next + beta * beta * l.p;
        rz = next;
    }
}

static double first_radius(const state *st)
{
    if (!isnan(st->options->radius)) return st->options->radius;
    gt_copy(st->space, st->p, st->g);
    multiply(st);
    double square = dot(st, st->g, st->g), curvature = dot(st, st->g, st->hp);
    double length = sqrt(square), x = sqrt(dot(st, st->x, st->x));
    double cauchy = curvature != 0 ? length * square / fabs(curvature) : length;
    double radius = fmax(cauchy, x);
    return radius > 0 && isfinite(radius) ? radius : 1;
}

/* ---- saddle points ---- */

/* Sets step to a direction of negative curvature, if some tens of steps of conjugate gradients find
 * one. The vector that they start from is arbitrary, and the same in each run.    */
static bool leaves(gt_solver *s)
{
    const state all = state_of(s), *st = &all;
    double largest = 0;
    for (int64_t i = 0; i < st->n; i++) {
        double digits = (double)(i * 37 % 101) / 101;
        st->r[i] = (i % 2 ? 1 : -1) * (0.5 + digits);
        st->p[i] = -st->r[i];
    }
    double rr = dot(st, st->r, st->r), all_rr = rr;
    for (int64_t k = 0; k < MOST_PROBES && k < st->n && rr > 1e-20 * all_rr; k++) {
        multiply(st);
        double square = dot(st, st->p, st->p), curvature = dot(st, st->p, st->hp);
        if (!isfinite(curvature)) return false;
        largest = fmax(largest, fabs(curvature) / square);
        if (curvature < -1e-8 * largest * square) {
            double x = fmax(1, sqrt(dot(st, st->x, st->x)));
            gt_copy(st->space, st->step, st->p);
            st->m->curvature = curvature;
            st->m->has_escape = true;
            st->m->radius = fmax(st->m->radius, 0.01 * x);
            return true;
        }
        if (!(curvature > 0)) return false;
        gt_add_scaled(st->space, st->r, st->r, rr / curvature, st->hp);
        double next = dot(st, st->r, st->r);
        gt_scale(st->space, st->p, next / rr, st->p);
        gt_subtract(st->space, st->p, st->p, st->r);
        rr = next;
    }
    return false;
}

/* The direction of negative curvature, to the boundary and not uphill. */
static step_facts escape(const state *st)
{
    double slope = dot(st, st->g, st->step), length = length_of(st, st->step);
    double t = (slope > 0 ? -1 : 1) * st->m->radius / length;
    gt_scale(st->space, st->step, t, st->step);
    st->m->curvature *= t * t;
    return (step_facts){t * slope, st->m->curvature, st->m->radius};
}

/* ---- an iteration ---- */

/* Sets trial. Does it differ from x, and promise anything? It does not where numbers are too large
 * to say.                                                                         */
static bool is_worth_trying(const state *st, const step_facts *f)
{
    gt_add_scaled(st->space, st->trial, st->x, 1, st->step);
    return promise(f) > 0 && memcmp(st->trial, st->x, (size_t)st->n * sizeof *st->x) != 0;
}

/* Evaluates at x + step; the ratio. Adapts the radius. */
static double judge(const state *st, const step_facts *f, double *value)
{
    gt_trust_step t = {
        .value = st->s->value, .slope = f->slope, .predicted = promise(f), .length = f->length};
    gt_value_and_gradient(st->s->problem, st->trial, &t.trial_value, st->trial_g);
    t.trial_slope = dot(st, st->trial_g, st->step);
    double ratio = gt_trust_ratio(&t);
    st->m->radius = gt_trust_radius(st->m->radius, ratio, &t);
    *value = t.trial_value;
    return ratio;
}

static void accept(const state *st, double value)
{
    gt_solver *s = st->s;
    s->now.step_length = st->m->radius;
    s->now.step_size = gt_max_abs(st->space, st->step);
    s->value = value;
    gt_copy(st->space, s->x, st->trial);
    gt_copy(st->space, s->gradient, st->trial_g);
    st->m->has_escape = false;
}

static gt_status iterate(gt_solver *s)
{
    const state all = state_of(s), *st = &all;
    if (!gt_all_finite(st->space, s->gradient)) return GT_STATUS_UNDEFINED;
    use_what_is_learned(st);
    double size = sqrt(dot_solved(st, s->gradient, s->gradient)), value;
    if (size == 0 && !st->m->has_escape) return GT_STATUS_NO_DESCENT;
    if (st->m->radius == 0) st->m->radius = first_radius(st);
    const double forcing = forcing_term(st, size);
    for (;;) {
        step_facts of_shorter = {0};
        step_facts facts = st->m->has_escape ? escape(st) : find_step(st, forcing, &of_shorter);
        if (!is_worth_trying(st, &facts)) return GT_STATUS_NO_LOWER_POINT;
        if (gt_trust_accepts(judge(st, &facts, &value))) break;
        if (of_shorter.length == 0) continue;
        gt_copy(st->space, st->step, st->shorter);
        if (!is_worth_trying(st, &of_shorter)) return GT_STATUS_NO_LOWER_POINT;
        if (gt_trust_accepts(judge(st, &of_shorter, &value))) break;
    }
    accept(st, value);
    return GT_STATUS_RUNNING;
}

const gt_method gt_newton_cg = {.name = "newton-cg",
                                .needs = GT_PART_GRADIENT | GT_PART_HESSIAN_VECTOR,
                                .options = &newton_cg_table,
                                .memory = memory_size,
                                .start = start,
                                .iterate = iterate,
                                .is_double = true,
                                .leaves = leaves,
                                .move = gt_holds_no_addresses};
