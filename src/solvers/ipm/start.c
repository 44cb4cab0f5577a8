/* The start (section 3.6): away from the bounds, with slacks and multipliers that fit. */
#include "solvers/ipm/ipm.h"

#include "solvers/bounds.h"

#include <string.h>

static const gt_ipm_options *options_of(const gt_ipm_run *m)
{
    return (const gt_ipm_options *)m->solver->options;
}

/* ---- bounds ---- */

static void set_bounds(gt_ipm_run *m, gt_phase *p)
{
    const gt_problem *problem = m->solver->problem;
    for (int64_t j = 0; j < m->n; j++) {
        p->lower[j] = gt_lower(problem, j);
        p->upper[j] = gt_upper(problem, j);
        m->newton.is_fixed[j] = gt_ipm_is_fixed(p, j);
    }
    for (int64_t i = 0; i < m->m; i++) {
        double low = problem->constraint_lower[i], up = problem->constraint_upper[i];
        const int64_t k = m->n + i;
        m->row[i] = low == up ? 1 : (isinf(low) && isinf(up) ? 0 : 2);
        m->newton.is_dead[i] = m->row[i] == 0;
        p->lower[k] = low;
        p->upper[k] = up;
        if (m->row[i] == 0) p->lower[k] = p->upper[k] = 0; /* no slack of it is needed */
    }
}

/* What stands for 1 in x: less where the start is less, so that small parameters, such as many probabilities, are not
 * pushed far away. (A start that is next to zero tells nothing.) */
static double unit_of_start(const gt_solver *s)
{
    const double size = gt_max_abs(s->problem->space, s->x), least = 1e-4;
    return size > 0 ? fmin(1, fmax(least, size)) : 1;
}

/* The point nearest to v that is well within bounds. */
static double pushed(const gt_phase *p, int64_t k, double v, double push, double unit)
{
    const double low = p->lower[k], up = p->upper[k];
    if (low == up) return low;
    double from_low = fmin(push * fmax(unit, fabs(low)), push * (up - low)),
           from_up = fmin(push * fmax(unit, fabs(up)), push * (up - low));
    if (isfinite(low)) v = fmax(v, low + from_low);
    if (isfinite(up)) v = fmin(v, up - from_up);
    return v;
}

/* ---- the point ---- */

static bool go_inside(gt_ipm_run *m, gt_phase *p, double push)
{
    gt_solver *s = m->solver;
    const double *x = s->x, unit = unit_of_start(s);
    bool moves = false;
    for (int64_t j = 0; j < m->n; j++) {
        m->trial[j] = pushed(p, j, x[j], push, unit);
        moves = moves || m->trial[j] != x[j];
    }
    if (moves && !gt_ipm_try(m, true)) return false;
    memcpy(p->w, m->trial, (size_t)m->n * sizeof *p->w);
    if (!moves) return true;
    memcpy(m->trial + m->n, p->w + m->n, (size_t)(p->size - m->n) * sizeof *p->w);
    return gt_ipm_accept(m, p, 1, 1);
}

static void scale_objective(gt_ipm_run *m)
{
    const double *g = m->solver->gradient, most = 100, few = 1, least = 1e-8, largest = 1e10;
    double size = 0;
    for (int64_t j = 0; j < m->n; j++)
        if (!m->newton.is_fixed[j]) size = fmax(size, fabs(g[j]));
    m->f_scale = 1;
    if (size > most) m->f_scale = fmax(least, most / size);
    else if (size > 0 && size < few) m->f_scale = fmin(largest, few / size);
}

/* A tenth of what multipliers times distances from bounds would be, in the mean, if multipliers were as large as
 * slopes: the barrier then neither outweighs the value nor hides behind it. A slack is given a slope of 1. */
static double first_mu(const gt_ipm_run *m, const gt_phase *p)
{
    const double share = 0.1, least = 1e-3, most = 1, *g = m->solver->gradient;
    double sum = 0, count = 0;
    for (int64_t k = 0; k < p->size; k++) {
        const double distance = fmin(p->w[k] - p->lower[k], p->upper[k] - p->w[k]);
        if (gt_ipm_is_fixed(p, k) || isinf(distance)) continue;
        sum += distance * (k < m->n ? m->f_scale * fabs(g[k]) : 1);
        count++;
    }
    return count > 0 ? fmin(most, fmax(least, share * sum / count)) : share;
}

static bool has_too_many_equations(const gt_ipm_run *m)
{
    int64_t n_free = 0, n_equations = 0;
    for (int64_t j = 0; j < m->n; j++) n_free += !m->newton.is_fixed[j];
    for (int64_t i = 0; i < m->m; i++) n_equations += m->row[i] == 1;
    return n_equations > n_free;
}

void gt_ipm_start(gt_ipm_run *m)
{
    gt_phase *p = &m->regular;
    gt_solver *s = m->solver;
    double push = options_of(m)->push;
    set_bounds(m, p);
    bool is_inside = go_inside(m, p, push);
    for (int k = 0; k < 10 && !is_inside; k++) is_inside = go_inside(m, p, push /= 10);
    if (!is_inside) m->status = GT_STATUS_UNDEFINED;
    for (int64_t i = 0; i < m->m; i++)
        p->w[m->n + i] = pushed(p, m->n + i, s->constraints[i], options_of(m)->push, 1);
    for (int64_t k = 0; k < p->size; k++) {
        bool is_fixed = gt_ipm_is_fixed(p, k);
        p->z_low[k] = !is_fixed && isfinite(p->lower[k]);
        p->z_up[k] = !is_fixed && isfinite(p->upper[k]);
    }
    scale_objective(m);
    for (int64_t i = 0; i < m->m; i++) m->is_inequality[i] = m->row[i] == 2;
    gt_newton_prepare(&m->newton, m->is_inequality);
    gt_ipm_set_mu(m, p, isnan(options_of(m)->mu) ? first_mu(m, p) : options_of(m)->mu);
    gt_ipm_reset_curvature(m, p);
    gt_ipm_estimate_multipliers(m, p);
    double theta = gt_ipm_residual(m, p, p->w, s->constraints, m->residual);
    gt_ipm_set_filter_limits(m, p, theta);
    if (has_too_many_equations(m)) gt_ipm_restore_first(m);
}
