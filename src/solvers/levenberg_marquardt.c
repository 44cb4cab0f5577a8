/* Least squares: Levenberg-Marquardt as a trust region (More 1978), in parameters measured by the
 * columns of the Jacobian. The step within the region comes from a singular value decomposition of the
 * Jacobian's triangular factor, which keeps the digits that J'J would lose. Robust losses scale
 * residuals and rows (loss.h). With bounds, parameters that a step down the gradient would take across one
 * are held, and the step of the others is cut at the first bound it meets, along a projected path. */
#include "solvers/levenberg_marquardt.h"

#include "core/blas_lapack.h"
#include "solvers/bounds.h"
#include "solvers/trust_region.h"

#include <string.h>

GT_OPTION_TABLE(lm_table, GT_LM_OPTIONS)

#define MAX_TRIES 60
enum { WORK_PER_COLUMN = 64, TRIAL = 0, N_WORK = 1 };

/* The numbers of work. */
typedef struct {
    double radius;
    double cautious; /* the first radius, unless the first step turns out well; then 0 */
    double rest[];
} memory;

typedef struct {
    gt_solver *s;
    int64_t m, n;
    memory *at;
    double *x, *trial;
    double *r, *trial_r;          /* residuals at x, at the trial */
    double *jacobian;             /* m x n, rows and residuals by the loss */
    double *rhs;                  /* residuals by the loss, */
    double *shifted;              /* and after the moves to bounds */
    double *a, *vt;               /* the factor: of columns that are free, scaled; V' */
    double *singular, *projected; /* U'r */
    double *scale, *step, *tau, *work;
    double *to_bound; /* moves of parameters that this step takes to a bound */
    int *free;
    int n_free, rank_rows;
    double damping; /* of the last step */
} state;

static int64_t numbers_needed(int64_t m, int64_t n)
{
    int64_t rows = m > n ? m : n;
    return (int64_t)(sizeof(memory) / sizeof(double)) + 5 * rows + m * n + rows * n + n * n +
           (7 + WORK_PER_COLUMN) * n + WORK_PER_COLUMN;
}

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){numbers_needed(p->n_residuals, p->space.n), N_WORK};
}

static double *take(double **at, int64_t n)
{
    double *p = *at;
    *at += n;
    return p;
}

static state state_of(gt_solver *s)
{
    const int64_t m = s->problem->n_residuals, n = s->problem->space.n, rows = m > n ? m : n;
    memory *mem = (memory *)s->work.numbers;
    double *at = mem->rest;
    state st = {.s = s, .m = m, .n = n, .at = mem, .x = s->x, .trial = s->work.vector[TRIAL]};
    st.r = take(&at, rows);
    st.trial_r = take(&at, rows);
    st.rhs = take(&at, rows);
    st.shifted = take(&at, rows);
    st.projected = take(&at, rows);
    st.jacobian = take(&at, m * n);
    st.a = take(&at, rows * n);
    st.vt = take(&at, n * n);
    st.singular = take(&at, n);
    st.scale = take(&at, n);
    st.step = take(&at, n);
    st.tau = take(&at, n);
    st.to_bound = take(&at, n);
    st.free = (int *)take(&at, n);
    st.work = take(&at, WORK_PER_COLUMN * n + WORK_PER_COLUMN);
    return st;
}

static gt_space residual_space(const state *st) { return (gt_space){false, st->m}; }

/* ---- at an accepted point ---- */

/* Jacobian, gradient and scale at x, whose residuals are known. False where they are not finite. */
static bool linearize(state *st)
{
    gt_problem *p = st->s->problem;
    double *g = st->s->gradient;
    gt_residual_jacobian(p, st->x, st->jacobian);
    if (!gt_all_finite((gt_space){false, st->m * st->n}, st->jacobian)) return false;
    for (int64_t i = 0; i < st->m; i++) {
        double of_residual, of_row;
        gt_loss_factors(&p->loss, st->r[i], &of_residual, &of_row);
        st->rhs[i] = of_residual * st->r[i];
        if (of_row != 1)
            for (int64_t j = 0; j < st->n; j++) st->jacobian[i + j * st->m] *= of_row;
    }
    for (int64_t j = 0; j < st->n; j++) {
        const double *column = st->jacobian + j * st->m;
        double slope = 0, size = 0;
        for (int64_t i = 0; i < st->m; i++) {
            slope += column[i] * st->rhs[i];
            size = hypot(size, column[i]);
        }
        g[j] = slope;
        st->scale[j] = fmax(st->scale[j], size);
    }
    return true;
}

static double scale_of(const state *st, int64_t j) { return st->scale[j] > 0 ? st->scale[j] : 1; }

static void start(gt_solver *s)
{
    state st = state_of(s);
    double size = 0;
    gt_residuals(s->problem, st.x, st.r);
    linearize(&st);
    for (int64_t j = 0; j < st.n; j++) size = hypot(size, scale_of(&st, j) * st.x[j]);
    const double factor = ((const gt_lm_options *)s->options)->factor;
    /* A start at 0 has no size; the residuals have, in the same units. */
    if (size == 0)
        for (int64_t i = 0; i < st.m; i++) size = hypot(size, st.r[i]);
    if (size == 0) size = 1;
    st.at->cautious = factor * size;
    st.at->radius = fmax(st.at->cautious, 100 * size);
}

/* ---- the step ---- */

static void find_free(state *st)
{
    const double *g = st->s->gradient;
    st->n_free = 0;
    memset(st->to_bound, 0, (size_t)st->n * sizeof(double));
    memcpy(st->shifted, st->rhs, (size_t)st->m * sizeof(double));
    for (int64_t j = 0; j < st->n; j++)
        if (!gt_is_held(st->s->problem, j, st->x[j], g[j]) || !gt_has_bounds(st->s->problem))
            st->free[st->n_free++] = (int)j;
}

/* The scaled free columns as Q R, R as U S V', and U'Q'r. False when LAPACK gives up. */
static bool decompose(state *st)
{
    int m = (int)st->m, n = st->n_free, one = 1, info = 0, length = WORK_PER_COLUMN * n;
    for (int k = 0; k < n; k++) {
        const double *column = st->jacobian + (int64_t)st->free[k] * m;
        for (int i = 0; i < m; i++)
            st->a[i + (int64_t)k * m] = column[i] / scale_of(st, st->free[k]);
    }
    memcpy(st->projected, st->shifted, (size_t)m * sizeof(double));
    int rows = m;
    if (m > n) {
        F77_CALL(dgeqrf)(&m, &n, st->a, &m, st->tau, st->work, &length, &info);
        if (info) return false;
        F77_CALL(dormqr)
        ("L", "T", &m, &one, &n, st->a, &m, st->tau, st->projected, &m, st->work, &length,
         &info FCONE FCONE);
        rows = n;
        for (int k = 0; k < n; k++)
            for (int i = 0; i < n; i++)
                st->a[i + (int64_t)k * n] = i <= k ? st->a[i + (int64_t)k * m] : 0;
    }
    st->rank_rows = rows < n ? rows : n;
    double unused;
    /* U takes the place of a. */
    F77_CALL(dgesvd)
    ("O", "S", &rows, &n, st->a, &rows, st->singular, &unused, &one, st->vt, &st->rank_rows,
     st->work, &length, &info FCONE FCONE);
    if (info) return false;
    for (int k = 0; k < st->rank_rows; k++) {
        double sum = 0;
        for (int i = 0; i < rows; i++) sum += st->a[i + (int64_t)k * rows] * st->projected[i];
        st->tau[k] = sum;
    }
    memcpy(st->projected, st->tau, (size_t)st->rank_rows * sizeof(double));
    return true;
}

/* Components along the right singular vectors of the step for a damping; its length. */
static double damped_length(const state *st, double damping, double *derivative)
{
    double sum = 0, slope = 0;
    for (int k = 0; k < st->rank_rows; k++) {
        double s = st->singular[k];
        if (s <= 0) continue;
        double d = s * s + damping, p = s * st->projected[k] / d;
        sum += p * p;
        slope -= p * p / d;
    }
    double length = sqrt(sum);
    if (derivative) *derivative = length > 0 ? slope / length : 0;
    return length;
}

/* The damping for which the step is as long as the region: 0 where the undamped one is shorter.
 * Newton's method on 1 / length, which is nearly linear and converges from the left (Hebden 1973). */
static double find_damping(const state *st, double radius)
{
    const double largest = st->singular[0], least = largest * 1e-15;
    for (int k = 0; k < st->rank_rows; k++)
        if (st->singular[k] < least) st->singular[k] = 0;
    double slope, length = damped_length(st, 0, &slope), damping = 0;
    if (length <= radius * 1.05) return 0;
    double high = 0;
    for (int k = 0; k < st->rank_rows; k++) high = hypot(high, st->singular[k] * st->projected[k]);
    high /= radius;
    double low = 0;
    for (int i = 0; i < 60 && fabs(length - radius) > 0.05 * radius; i++) {
        double next = damping + (radius - length) / radius * (length / slope);
        if (length > radius) low = damping;
        else high = damping;
        damping = next > low && next < high ? next : 0.5 * (low + high);
        length = damped_length(st, damping, &slope);
    }
    return damping;
}

/* step = the scaled step of the free parameters, 0 for the others. */
static void take_step(state *st, double radius)
{
    memset(st->step, 0, (size_t)st->n * sizeof(double));
    if (st->n_free == 0) return;
    const double damping = st->damping = find_damping(st, radius);
    for (int j = 0; j < st->n_free; j++) {
        double sum = 0;
        for (int k = 0; k < st->rank_rows; k++) {
            double s = st->singular[k];
            if (s > 0)
                sum -= st->vt[k + (int64_t)j * st->rank_rows] * s * st->projected[k] /
                       (s * s + damping);
        }
        st->step[st->free[j]] = sum;
    }
}

/* v = (D^-1 J'J D^-1 + damping)^-1 D^-1 J'w, of all parameters, in place of `v`. */
static void solve_damped(const state *st, const double *w, double *v)
{
    double *along = st->tau;
    for (int64_t j = 0; j < st->n; j++) {
        double sum = 0;
        for (int64_t i = 0; i < st->m; i++) sum += st->jacobian[i + j * st->m] * w[i];
        v[j] = sum / scale_of(st, j);
    }
    for (int k = 0; k < st->rank_rows; k++) {
        double sum = 0, s = st->singular[k];
        for (int64_t j = 0; j < st->n; j++) sum += st->vt[k + j * st->rank_rows] * v[j];
        along[k] = s > 0 ? sum / (s * s + st->damping) : 0;
    }
    for (int64_t j = 0; j < st->n; j++) {
        v[j] = 0;
        for (int k = 0; k < st->rank_rows; k++) v[j] += st->vt[k + j * st->rank_rows] * along[k];
    }
}

/* Adds the geodesic acceleration to the step where it is small beside it (Transtrum & Sethna 2012): the
 * second derivative of the residuals along the step, from one more evaluation.      */
static void accelerate(state *st)
{
    const double h = 0.1;
    double *second = st->trial_r, *acceleration = st->to_bound, size = 0, step_size = 0;
    for (int64_t j = 0; j < st->n; j++) st->trial[j] = st->x[j] + h * st->step[j] / scale_of(st, j);
    gt_residuals(st->s->problem, st->trial, second);
    if (!gt_all_finite(residual_space(st), second)) return;
    for (int64_t i = 0; i < st->m; i++) {
        double along = 0;
        for (int64_t j = 0; j < st->n; j++)
            along += st->jacobian[i + j * st->m] * st->step[j] / scale_of(st, j);
        second[i] = 2 / h * ((second[i] - st->r[i]) / h - along);
    }
    solve_damped(st, second, acceleration);
    for (int64_t j = 0; j < st->n; j++) {
        size = hypot(size, acceleration[j]);
        step_size = hypot(step_size, st->step[j]);
    }
    if (!(2 * size <= 0.75 * step_size)) return;
    for (int64_t j = 0; j < st->n; j++) st->step[j] -= 0.5 * acceleration[j];
}

/* Parameters that the step would take across a bound go as far as that, and are no longer free;
 * the residuals are then what that leaves. Are there any?                          */
static bool stop_at_bounds(state *st)
{
    int kept = 0, n = st->n_free;
    for (int k = 0; k < n; k++) {
        const int j = st->free[k];
        const double to = st->x[j] + st->step[j] / scale_of(st, j),
                     end = gt_within(st->s->problem, j, to);
        if (to == end) {
            st->free[kept++] = j;
            continue;
        }
        st->to_bound[j] = end - st->x[j];
        const double *column = st->jacobian + (int64_t)j * st->m;
        for (int64_t i = 0; i < st->m; i++) st->shifted[i] += column[i] * st->to_bound[j];
    }
    st->n_free = kept;
    return kept < n;
}

/* The step within the radius and, as far as the model can tell, within bounds; false when LAPACK gives
 * up. */
static bool find_step(state *st)
{
    if (!gt_has_bounds(st->s->problem)) {
        take_step(st, st->at->radius);
        return true;
    }
    find_free(st);
    do {
        if (st->n_free > 0 && !decompose(st)) return false;
        take_step(st, st->at->radius);
    } while (stop_at_bounds(st));
    for (int64_t j = 0; j < st->n; j++)
        if (st->to_bound[j] != 0) st->step[j] = st->to_bound[j] * scale_of(st, j);
    return true;
}

/* The trial point, within bounds; what the model promises there and the slope of the step. */
static void try_step(state *st, gt_trust_step *t)
{
    const double *g = st->s->gradient;
    double curvature = 0;
    t->slope = t->length = 0;
    for (int64_t j = 0; j < st->n; j++) {
        st->trial[j] = gt_within(st->s->problem, j, st->x[j] + st->step[j] / scale_of(st, j));
        double moved = st->trial[j] - st->x[j];
        t->slope += g[j] * moved;
        t->length = hypot(t->length, moved * scale_of(st, j));
    }
    for (int64_t i = 0; i < st->m; i++) {
        double change = 0;
        for (int64_t j = 0; j < st->n; j++)
            change += st->jacobian[i + j * st->m] * (st->trial[j] - st->x[j]);
        curvature += change * change;
    }
    t->predicted = -(t->slope + 0.5 * curvature);
}

/* Where cutting at bounds has spoilt the step: down the gradient, projected. */
static void projected_gradient_step(state *st, double radius)
{
    const double *g = st->s->gradient;
    double size = 0;
    memset(st->step, 0, (size_t)st->n * sizeof(double));
    for (int k = 0; k < st->n_free; k++)
        size = hypot(size, g[st->free[k]] / scale_of(st, st->free[k]));
    if (size == 0) return;
    for (int k = 0; k < st->n_free; k++) {
        int j = st->free[k];
        st->step[j] = -g[j] / scale_of(st, j) * fmin(radius / size, 1);
    }
}

static double max_move(const state *st)
{
    double size = 0;
    for (int64_t j = 0; j < st->n; j++) size = fmax(size, fabs(st->trial[j] - st->x[j]));
    return size;
}

/* Are the residuals orthogonal to the columns that are free? */
static bool is_orthogonal(const state *st)
{
    double explained = 0, size = 0;
    for (int k = 0; k < st->rank_rows; k++)
        if (st->singular[k] > st->singular[0] * 1e-15)
            explained = hypot(explained, st->projected[k]);
    for (int64_t i = 0; i < st->m; i++) size = hypot(size, st->rhs[i]);
    return explained <= ((const gt_lm_options *)st->s->options)->tol_offset * size;
}

static bool is_accelerated(const state *st, const gt_trust_step *t)
{
    const gt_lm_options *o = (const gt_lm_options *)st->s->options;
    return o->geodesic && !gt_has_bounds(st->s->problem) &&
           st->s->problem->loss.kind == GT_LOSS_squares && t->predicted > 1e-8 * t->value;
}

/* A first step that goes far and is badly predicted can end in another valley: it is not taken, even if the
 * value is lower there.                                                            */
static bool is_reckless(state *st, const gt_trust_step *t, double ratio)
{
    const double radius = st->at->cautious;
    st->at->cautious = 0;
    if (!(t->length > radius && radius > 0) || ratio > 0.75) return false;
    st->at->radius = radius;
    st->s->problem->count.value++;
    return true;
}

static gt_status iterate(gt_solver *s)
{
    state all = state_of(s), *st = &all;
    find_free(st);
    if (st->n_free == 0) return GT_STATUS_NO_DESCENT;
    if (!decompose(st)) return GT_STATUS_UNDEFINED;
    if (is_orthogonal(st)) return GT_STATUS_STATIONARY;
    for (int i = 0; i < MAX_TRIES; i++) {
        gt_trust_step t = {.value = s->value};
        if (!find_step(st)) return GT_STATUS_UNDEFINED;
        try_step(st, &t);
        if (is_accelerated(st, &t)) {
            const double predicted = t.predicted, slope = t.slope, length = t.length;
            accelerate(st);
            try_step(st, &t);
            t.predicted = predicted, t.slope = slope, t.length = length;
        }
        if (!(t.predicted > 0)) {
            find_free(st);
            projected_gradient_step(st, st->at->radius);
            try_step(st, &t);
        }
        const double moved = max_move(st);
        if (moved == 0) return GT_STATUS_NO_LOWER_POINT;
        gt_residuals(s->problem, st->trial, st->trial_r);
        t.trial_value = gt_all_finite(residual_space(st), st->trial_r)
                            ? gt_loss_value(&s->problem->loss, st->m, st->trial_r)
                            : NAN;
        /* near the minimum, where values are rounding, what is left of the model's slope */
        t.trial_slope = t.slope + 2 * (-t.predicted - t.slope);
        const double ratio = gt_trust_ratio(&t);
        if (is_reckless(st, &t, ratio)) continue;
        st->at->radius = gt_trust_radius(st->at->radius, ratio, &t);
        s->problem->count.value++;
        if (!gt_trust_accepts(ratio)) continue;
        gt_copy(s->problem->space, st->x, st->trial);
        memcpy(st->r, st->trial_r, (size_t)st->m * sizeof(double));
        s->value = t.trial_value;
        s->now.step_length = st->at->radius;
        s->now.step_size = moved;
        return linearize(st) ? GT_STATUS_RUNNING : GT_STATUS_UNDEFINED;
    }
    return GT_STATUS_NO_LOWER_POINT;
}

const gt_method gt_levenberg_marquardt = {.name = "levenberg-marquardt",
                                          .needs = GT_PART_GRADIENT | GT_PART_RESIDUALS |
                                                   GT_PART_RESIDUAL_JACOBIAN,
                                          .takes = GT_PART_BOUNDS,
                                          .options = &lm_table,
                                          .memory = memory_size,
                                          .start = start,
                                          .is_double = true,
                                          .iterate = iterate};
