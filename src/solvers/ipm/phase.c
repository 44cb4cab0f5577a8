/* A phase's functions: residual, objective, barrier, their gradients, and how far it is from its end. */
#include "solvers/ipm/ipm.h"

#include <float.h>
#include <string.h>

double gt_ipm_residual(const gt_ipm_run *m, const gt_phase *p, const double *w, const double *c,
                       double *to)
{
    const double *s = w + m->n, *over = s + m->m, *missing = over + m->m;
    double theta = 0;
    for (int64_t i = 0; i < m->m; i++) {
        to[i] = m->row[i] == 0 ? 0 : c[i] - s[i];
        if (p->restores) to[i] += missing[i] - over[i];
        theta += fabs(to[i]);
    }
    return theta;
}

double gt_ipm_objective(const gt_ipm_run *m, const gt_phase *p, const double *w, double f)
{
    if (!p->restores) return m->f_scale * f;
    double sum = 0, distance = 0;
    for (int64_t k = m->n + m->m; k < p->size; k++) sum += w[k];
    for (int64_t j = 0; j < m->n; j++) {
        double d = m->closeness[j] * (w[j] - m->reference[j]);
        distance += d * d;
    }
    return GT_IPM_RHO * sum + m->distance_weight / 2 * distance;
}

void gt_ipm_gradient(const gt_ipm_run *m, const gt_phase *p, double *to)
{
    const double *g = m->solver->gradient;
    memset(to, 0, (size_t)p->size * sizeof *to);
    for (int64_t j = 0; j < m->n; j++) {
        double d = m->closeness[j];
        to[j] = p->restores ? m->distance_weight * d * d * (p->w[j] - m->reference[j])
                            : m->f_scale * g[j];
        if (gt_ipm_is_fixed(p, j)) to[j] = 0;
    }
    for (int64_t k = m->n + m->m; k < p->size; k++) to[k] = GT_IPM_RHO;
}

/* ---- barrier ---- */

/* Bounds on one side only pull a little towards themselves, so that phi has a minimum (section 3.7). */
static const double damping = 1e-5;

static bool is_alone(const gt_phase *p, int64_t k)
{
    return isfinite(p->lower[k]) ? isinf(p->upper[k]) : isfinite(p->upper[k]);
}

double gt_ipm_barrier(const gt_phase *p, const double *w, double objective)
{
    double logs = 0, pull = 0;
    for (int64_t k = 0; k < p->size; k++) {
        if (gt_ipm_is_fixed(p, k)) continue;
        double low = w[k] - p->lower[k], up = p->upper[k] - w[k];
        if (isfinite(low)) logs += log(low);
        if (isfinite(up)) logs += log(up);
        if (is_alone(p, k)) pull += isfinite(low) ? low : up;
    }
    return objective - p->mu * logs + damping * p->mu * pull;
}

void gt_ipm_add_barrier(const gt_phase *p, double *gradient)
{
    for (int64_t k = 0; k < p->size; k++) {
        if (gt_ipm_is_fixed(p, k)) continue;
        double low = p->w[k] - p->lower[k], up = p->upper[k] - p->w[k];
        gradient[k] += p->mu / up - p->mu / low;
        if (is_alone(p, k)) gradient[k] += damping * p->mu * (isfinite(low) ? 1 : -1);
    }
}

/* ---- the way to the boundary ---- */

double gt_ipm_longest(const gt_phase *p, const double *w, const double *d)
{
    double t = 1;
    for (int64_t k = 0; k < p->size; k++) {
        if (d[k] < 0 && isfinite(p->lower[k])) t = fmin(t, p->tau * (w[k] - p->lower[k]) / -d[k]);
        if (d[k] > 0 && isfinite(p->upper[k])) t = fmin(t, p->tau * (p->upper[k] - w[k]) / d[k]);
    }
    return t;
}

double gt_ipm_longest_dual(const gt_phase *p, const double *z, const double *dz)
{
    double t = 1;
    for (int64_t k = 0; k < p->size; k++)
        if (dz[k] < 0) t = fmin(t, p->tau * z[k] / -dz[k]);
    return t;
}

/* ---- multipliers ---- */

static double near(double z, double mu, double distance)
{
    const double factor = 1e10;
    return fmax(fmin(z, factor * mu / distance), mu / (factor * distance));
}

void gt_ipm_safeguard(gt_phase *p)
{
    for (int64_t k = 0; k < p->size; k++) {
        if (p->z_low[k] > 0) p->z_low[k] = near(p->z_low[k], p->mu, p->w[k] - p->lower[k]);
        if (p->z_up[k] > 0) p->z_up[k] = near(p->z_up[k], p->mu, p->upper[k] - p->w[k]);
    }
}

/* The gradient of the Lagrangian of F, with the multipliers of the bounds. */
static void dual_residual(const gt_ipm_run *m, const gt_phase *p, double *to)
{
    const gt_solver *s = m->solver;
    double *slack = to + m->n, *over = slack + m->m, *missing = over + m->m;
    gt_ipm_gradient(m, p, to);
    gt_add_transposed(&s->problem->constraint_pattern, s->jacobian, p->y, to);
    for (int64_t i = 0; i < m->m; i++) {
        slack[i] -= p->y[i];
        if (!p->restores) continue;
        over[i] -= p->y[i];
        missing[i] += p->y[i];
    }
    for (int64_t k = 0; k < p->size; k++) {
        to[k] += p->z_up[k] - p->z_low[k];
        if (gt_ipm_is_fixed(p, k)) to[k] = 0;
    }
}

static double largest(int64_t n, const double *x) { return gt_max_abs((gt_space){false, n}, x); }

gt_ipm_error gt_ipm_measure(gt_ipm_run *m, const gt_phase *p, double mu)
{
    gt_ipm_error e = {0, 0, 0, 0};
    double sum_y = 0, sum_z = 0;
    int64_t n_bounds = 0;
    dual_residual(m, p, m->dual);
    gt_ipm_residual(m, p, p->w, m->solver->constraints, m->residual);
    e.dual = largest(p->size, m->dual);
    e.primal = largest(m->m, m->residual);
    for (int64_t k = 0; k < p->size; k++) {
        double low = p->z_low[k], up = p->z_up[k];
        if (low > 0)
            e.complementarity = fmax(e.complementarity, fabs((p->w[k] - p->lower[k]) * low - mu));
        if (up > 0)
            e.complementarity = fmax(e.complementarity, fabs((p->upper[k] - p->w[k]) * up - mu));
        n_bounds += (low > 0) + (up > 0);
        sum_z += low + up;
    }
    for (int64_t i = 0; i < m->m; i++) sum_y += fabs(p->y[i]);
    const double most = 100;
    double s_dual = fmax(most, (sum_y + sum_z) / fmax(1, (double)(m->m + n_bounds))) / most,
           s_complementarity = fmax(most, sum_z / fmax(1, (double)n_bounds)) / most;
    e.scaled = fmax(e.primal, fmax(e.dual / s_dual, e.complementarity / s_complementarity));
    return e;
}
