#include "solvers/dense_trust.h"

#include "solvers/bounds.h"
#include "solvers/scaling.h"
#include "solvers/trust_region.h"

#include <string.h>

GT_OPTION_TABLE(gt_dense_trust_table, GT_DENSE_TRUST_OPTIONS)

enum { TRIAL, TRIAL_G };

int64_t gt_dense_trust_numbers(int64_t n, int64_t rest)
{
    return (int64_t)(sizeof(gt_dense_trust) / sizeof(double)) + 3 * n + n * n +
           gt_quadratic_numbers(n) + rest;
}

gt_dense_trust *gt_dense_trust_move(gt_solver *s)
{
    gt_dense_trust *m = gt_dense_trust_of(s);
    const int64_t n = s->problem->space.n;
    double *numbers = (double *)(m + 1);
    *m = (gt_dense_trust){.solver = s,
                          .n = n,
                          .radius = m->radius,
                          .scale = numbers,
                          .g = numbers + n,
                          .step = numbers + 2 * n,
                          .h = numbers + 3 * n};
    gt_quadratic_place(&m->within, n, m->h + n * n);
    m->rest = m->h + n * n + gt_quadratic_numbers(n);
    return m;
}

gt_dense_trust *gt_dense_trust_start(gt_solver *s)
{
    gt_dense_trust *m = gt_dense_trust_move(s);
    m->radius = 0;
    memset(m->scale, 0, (size_t)m->n * sizeof *m->scale);
    return m;
}

double gt_dense_trust_norm(const gt_dense_trust *m, const double *v)
{
    gt_space space = {false, m->n};
    return sqrt(gt_dot(space, v, v));
}

/* Takes the scale from the Hessian at x. The radius follows, so that the last step is as long
 * beside it as it was.                                                            */
static void update_scale(gt_dense_trust *m)
{
    double *scale = m->g, before = 0, after = 0; /* g is set anew later */
    gt_curvature_scale(m->n, m->h, scale);
    for (int64_t i = 0; i < m->n; i++) {
        if (scale[i] == 0) scale[i] = m->scale[i] > 0 ? m->scale[i] : 1;
        if (m->scale[i] > 0) {
            double change = m->step[i] / m->scale[i] * scale[i];
            before += m->step[i] * m->step[i];
            after += change * change;
        }
        m->scale[i] = scale[i];
    }
    if (before > 0 && isfinite(after)) m->radius *= sqrt(after / before);
}

/* The length of x, of which an element counts as no less than `least`. */
static double size_of_x(const gt_dense_trust *m, double least)
{
    const double *x = m->solver->x;
    double sum = 0;
    for (int64_t i = 0; i < m->n; i++) {
        double size = fmax(fabs(x[i]), least) * m->scale[i];
        sum += size * size;
    }
    return sqrt(sum);
}

static double first_radius(const gt_dense_trust *m)
{
    const gt_dense_trust_options *o = (const gt_dense_trust_options *)m->solver->options;
    if (!isnan(o->radius)) return o->radius;
    double radius = fmax(size_of_x(m, 0), gt_dense_trust_norm(m, m->g));
    return radius > 0 ? radius : 1;
}

/* An element of the Hessian that is not finite is left out: the ratio of each step tells what the
 * model is worth.                                                                 */
void gt_dense_trust_model(gt_dense_trust *m)
{
    gt_solver *s = m->solver;
    const double *g = s->gradient;
    const int64_t n = m->n;
    if (m->has_model) return;
    gt_hessian(s->problem, s->x, m->h);
    for (int64_t k = 0; k < n * n; k++)
        if (!isfinite(m->h[k])) m->h[k] = 0;
    update_scale(m);
    for (int64_t j = 0; j < n; j++) {
        for (int64_t i = 0; i < n; i++) m->h[i + j * n] /= m->scale[i] * m->scale[j];
        m->g[j] = g[j] / m->scale[j];
    }
    if (m->prepare) m->prepare(m);
    if (m->radius == 0) m->radius = first_radius(m);
    m->has_model = true;
}

void gt_dense_trust_widen(gt_dense_trust *m)
{
    m->radius = fmax(m->radius, 0.01 * size_of_x(m, 1));
}

/* The next trial point; false where it is x again. */
static bool find_trial(gt_dense_trust *m, gt_trust_step *t)
{
    gt_solver *s = m->solver;
    const double *x = s->x, *g = s->gradient;
    double *trial = s->work.vector[TRIAL];
    bool moves = false;
    t->predicted = m->find_step(m);
    t->length = gt_dense_trust_norm(m, m->step);
    t->slope = 0;
    for (int64_t i = 0; i < m->n; i++) {
        trial[i] = gt_stepped(s->problem, i, x[i], x[i] + m->step[i] / m->scale[i]);
        t->slope += g[i] * (trial[i] - x[i]);
        moves = moves || trial[i] != x[i];
    }
    return moves;
}

static void evaluate(gt_dense_trust *m, gt_trust_step *t)
{
    gt_solver *s = m->solver;
    const double *x = s->x, *trial = s->work.vector[TRIAL], *g = s->work.vector[TRIAL_G];
    gt_value_and_gradient(s->problem, trial, &t->trial_value, s->work.vector[TRIAL_G]);
    t->trial_slope = 0;
    for (int64_t i = 0; i < m->n; i++) t->trial_slope += g[i] * (trial[i] - x[i]);
}

static void accept(gt_dense_trust *m, double value)
{
    gt_solver *s = m->solver;
    const double *x = s->x, *trial = s->work.vector[TRIAL];
    s->now.step_length = m->radius;
    s->now.step_size = 0;
    for (int64_t i = 0; i < m->n; i++)
        s->now.step_size = fmax(s->now.step_size, fabs(trial[i] - x[i]));
    s->value = value;
    gt_copy(s->problem->space, s->x, trial);
    gt_copy(s->problem->space, s->gradient, s->work.vector[TRIAL_G]);
    m->has_model = false;
}

gt_status gt_dense_trust_iterate(gt_solver *s)
{
    gt_dense_trust *m = gt_dense_trust_of(s);
    if (!gt_all_finite(s->problem->space, s->gradient)) return GT_STATUS_UNDEFINED;
    gt_dense_trust_model(m);
    gt_trust_step t = {.value = s->value};
    /* Nothing is promised where the region is a point, or numbers are too large to say. */
    while (find_trial(m, &t) && t.predicted > 0 && isfinite(t.predicted)) {
        evaluate(m, &t);
        double ratio = gt_trust_ratio(&t);
        m->radius = gt_trust_radius(m->radius, ratio, &t);
        if (!gt_trust_accepts(ratio)) continue;
        accept(m, t.trial_value);
        return GT_STATUS_RUNNING;
    }
    return GT_STATUS_NO_LOWER_POINT;
}
