/* Newton's method in a trust region within bounds, with the whole Hessian, after Lin & More (1999,
 * "Newton's method for large bound-constrained optimization problems", TRON): the projected
 * gradient says which variables are at bounds, a minimum of the model among the others is
 * projected, and so on in what is then free. Where the model's minimum among the variables that
 * are free at x is within the bounds it is the step, so that without active bounds this
 * is the method "trust".
 *
 * Bounds are met exactly: a variable is set to its bound and stays there while the gradient holds
 * it. Methods that scale the distance to the bounds (Coleman & Li 1996) approach them from
 * inside, and need a second rule to tell where the solution is at one.             */
#include "core/blas_lapack.h"
#include "solvers/bounds.h"
#include "solvers/dense_trust.h"

#include <string.h>

#define DECREASE 0.01 /* of what the slope promises */
#define GAIN 1e-3     /* of the decrease so far, for which a face is worth its factorisation */
enum { MOST_FACES = 20, MOST_TRIALS = 40 };

/* The method's part of the work memory. */
typedef struct {
    gt_quadratic face;
    int64_t n_free;     /* at x, those whose model is in dense_trust's `within` */
    int64_t *free;      /* their positions */
    int64_t *list;      /* of a face */
    double *low, *high; /* of the step */
    double *slope;      /* the model's gradient at the step */
    double *part_g, *part_step;
    double *candidate;
} workspace;

enum { N_VECTORS = 8 };

static int64_t rest_numbers(int64_t n)
{
    return (int64_t)(sizeof(workspace) / sizeof(double)) + N_VECTORS * n + gt_quadratic_numbers(n);
}

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    const int64_t n = p->space.n;
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){gt_dense_trust_numbers(n, rest_numbers(n)), GT_DENSE_TRUST_VECTORS};
}

static workspace *workspace_of(gt_dense_trust *m) { return (workspace *)m->rest; }

/* ---- the model ---- */

/* Sets slope, the gradient at a step; returns the value there. */
static double model_at(gt_dense_trust *m, const double *step, double *slope)
{
    const int n = (int)m->n, inc = 1;
    const double one = 1;
    double value = 0;
    memcpy(slope, m->g, (size_t)m->n * sizeof *slope);
    F77_CALL(dsymv)("L", &n, &one, m->h, &n, step, &inc, &one, slope, &inc FCONE);
    for (int64_t i = 0; i < m->n; i++) value += step[i] * (m->g[i] + slope[i]) / 2;
    return value;
}

/* The model of the variables of a list. */
static void factor_part(gt_dense_trust *m, gt_quadratic *q, const int64_t *list, int64_t length)
{
    q->n = (int)length;
    for (int64_t j = 0; j < length; j++)
        for (int64_t i = 0; i < length; i++) q->a[i + j * length] = m->h[list[i] + list[j] * m->n];
    if (length) gt_quadratic_factor(q);
}

/* Minimises a part of the model with the given gradient; sets part_step. */
static double minimize_part(gt_dense_trust *m, gt_quadratic *q, const int64_t *list,
                            const double *slope, double radius)
{
    workspace *w = workspace_of(m);
    for (int64_t k = 0; k < q->n; k++) w->part_g[k] = slope[list[k]];
    return gt_quadratic_minimize(q, w->part_g, radius, w->part_step);
}

static double clamp(const workspace *w, int64_t i, double v)
{
    return v < w->low[i] ? w->low[i] : (v > w->high[i] ? w->high[i] : v);
}

static void prepare(gt_dense_trust *m)
{
    workspace *w = workspace_of(m);
    const gt_problem *p = m->solver->problem;
    const double *x = m->solver->x;
    w->n_free = 0;
    for (int64_t i = 0; i < m->n; i++) {
        w->low[i] = (gt_lower(p, i) - x[i]) * m->scale[i];
        w->high[i] = (gt_upper(p, i) - x[i]) * m->scale[i];
        if (!gt_is_held(p, i, x[i], m->g[i])) w->free[w->n_free++] = i;
    }
    factor_part(m, &m->within, w->free, w->n_free);
}

/* ---- the Cauchy point ---- */

/* Sets candidate to where a step t along the projected gradient leads. Is the model low enough
 * there, and is that within the region?                                           */
static bool is_low_on_path(gt_dense_trust *m, double t)
{
    workspace *w = workspace_of(m);
    double promised = 0;
    for (int64_t i = 0; i < m->n; i++) {
        w->candidate[i] = clamp(w, i, -t * m->g[i]);
        promised += m->g[i] * w->candidate[i];
    }
    return gt_dense_trust_norm(m, w->candidate) <= m->radius &&
           model_at(m, w->candidate, w->slope) <= DECREASE * promised;
}

static void keep_candidate(gt_dense_trust *m)
{
    memcpy(m->step, workspace_of(m)->candidate, (size_t)m->n * sizeof *m->step);
}

/* Sets step. */
static void find_cauchy_point(gt_dense_trust *m)
{
    double length = gt_dense_trust_norm(m, m->g), t = length > 0 ? m->radius / length : 0;
    memset(m->step, 0, (size_t)m->n * sizeof *m->step);
    if (t == 0) return;
    t = fmin(t, 1); /* the curvature is about 1 */
    bool is_low = is_low_on_path(m, t);
    if (is_low) {
        for (int k = 0; k < MOST_TRIALS && is_low; k++) {
            keep_candidate(m);
            t *= 4;
            is_low = is_low_on_path(m, t) &&
                     memcmp(m->step, workspace_of(m)->candidate, (size_t)m->n * sizeof *m->step);
        }
        return;
    }
    for (int k = 0; k < MOST_TRIALS && !is_low; k++) is_low = is_low_on_path(m, t /= 4);
    if (is_low) keep_candidate(m);
}

/* A bound holds variable i by so small a gradient that going away from it is downhill, as it is at a
 * maximum on the bound.                                                           */
static bool is_held_at_maximum(gt_dense_trust *m, int64_t i)
{
    const workspace *w = workspace_of(m);
    return (w->low[i] == 0) != (w->high[i] == 0) && fabs(m->g[i]) <= 1e-8 &&
           m->h[i + i * m->n] < -1e-8;
}

static void leave_maxima(gt_dense_trust *m)
{
    const workspace *w = workspace_of(m);
    double part = m->radius / sqrt((double)m->n);
    for (int64_t i = 0; i < m->n; i++)
        if (is_held_at_maximum(m, i))
            m->step[i] = w->low[i] == 0 ? fmin(part, w->high[i]) : fmax(-part, w->low[i]);
}

/* ---- minima on faces ---- */

/* The variables that the step leaves between their bounds. */
static int64_t list_face(gt_dense_trust *m)
{
    workspace *w = workspace_of(m);
    int64_t length = 0;
    for (int64_t i = 0; i < m->n; i++)
        if (m->step[i] > w->low[i] && m->step[i] < w->high[i]) w->list[length++] = i;
    return length;
}

/* Sets candidate to step + a times the part, projected. Is anything cut off? */
static bool project_part(gt_dense_trust *m, int64_t length, double a)
{
    workspace *w = workspace_of(m);
    bool is_cut = false;
    memcpy(w->candidate, m->step, (size_t)m->n * sizeof *m->step);
    for (int64_t k = 0; k < length; k++) {
        const int64_t i = w->list[k];
        double to = m->step[i] + a * w->part_step[k];
        w->candidate[i] = clamp(w, i, to);
        is_cut = is_cut || w->candidate[i] != to;
    }
    return is_cut;
}

/* Goes on from the step to the minimum among the variables of its face, or to what the bounds
 * leave of the way. True where it may be worth going on in the new face.          */
static bool improve_on_face(gt_dense_trust *m)
{
    workspace *w = workspace_of(m);
    const int64_t length = list_face(m);
    const double value = model_at(m, m->step, w->slope);
    if (length == 0) return false;
    factor_part(m, &w->face, w->list, length);
    double rest = fmax(m->radius - gt_dense_trust_norm(m, m->step), 0.1 * m->radius);
    double gain = minimize_part(m, &w->face, w->list, w->slope, rest), a = 1;
    if (!(gain > -GAIN * value)) return false;
    double slope = 0;
    for (int64_t k = 0; k < length; k++) slope += w->part_g[k] * w->part_step[k];
    for (int k = 0; k < MOST_TRIALS; k++, a /= 2) {
        bool is_cut = project_part(m, length, a);
        double now = model_at(m, w->candidate, w->slope);
        if (!(now < value + DECREASE * a * fmin(slope, 0))) continue;
        keep_candidate(m);
        return is_cut;
    }
    return false;
}

/* ---- the method ---- */

static double find_step(gt_dense_trust *m)
{
    workspace *w = workspace_of(m);
    memset(m->step, 0, (size_t)m->n * sizeof *m->step);
    bool is_cut = w->n_free == 0;
    if (!is_cut) {
        double decrease = minimize_part(m, &m->within, w->free, m->g, m->radius);
        for (int64_t k = 0; k < w->n_free; k++) {
            m->step[w->free[k]] = w->part_step[k];
            is_cut = is_cut || clamp(w, w->free[k], w->part_step[k]) != w->part_step[k];
        }
        if (!is_cut && decrease > 0) return decrease;
    }
    find_cauchy_point(m);
    leave_maxima(m);
    for (int k = 0; k < MOST_FACES && improve_on_face(m); k++) {
    }
    return -model_at(m, m->step, w->slope);
}

static void set_up(gt_dense_trust *m)
{
    workspace *w = workspace_of(m);
    const int64_t n = m->n;
    double *numbers = (double *)(w + 1);
    *w = (workspace){.low = numbers,
                     .high = numbers + n,
                     .slope = numbers + 2 * n,
                     .part_g = numbers + 3 * n,
                     .part_step = numbers + 4 * n,
                     .candidate = numbers + 5 * n,
                     .free = (int64_t *)(numbers + 6 * n),
                     .list = (int64_t *)(numbers + 7 * n)};
    gt_quadratic_place(&w->face, n, numbers + N_VECTORS * n);
    m->prepare = prepare;
    m->find_step = find_step;
}

static void start(gt_solver *s) { set_up(gt_dense_trust_start(s)); }
static void move(gt_solver *s) { set_up(gt_dense_trust_move(s)); }

/* Where the projected gradient is small: is there negative curvature among what is free, or a
 * bound on which the value is highest?                                            */
static bool leaves(gt_solver *s)
{
    gt_dense_trust *m = gt_dense_trust_of(s);
    gt_dense_trust_model(m);
    const workspace *w = workspace_of(m);
    bool is_saddle = w->n_free > 0 && gt_quadratic_is_indefinite(&m->within);
    for (int64_t i = 0; i < m->n; i++) is_saddle = is_saddle || is_held_at_maximum(m, i);
    if (is_saddle) gt_dense_trust_widen(m);
    return is_saddle;
}

const gt_method gt_trust_bounds = {.name = "trust-bounds",
                                   .needs = GT_PART_GRADIENT | GT_PART_HESSIAN,
                                   .takes = GT_PART_BOUNDS,
                                   .options = &gt_dense_trust_table,
                                   .memory = memory_size,
                                   .start = start,
                                   .iterate = gt_dense_trust_iterate,
                                   .is_double = true,
                                   .leaves = leaves,
                                   .move = move};
