/* The restoration phase (section 3.3): the nearest point that violates the constraints less. */
#include "solvers/ipm/ipm.h"

#include <string.h>

static const double enough = 0.9; /* of the violation at its start, at most, is left at its end */

static double regular_theta(gt_ipm_run *m, const double *w)
{
    return gt_ipm_residual(m, &m->regular, w, m->solver->constraints, m->residual);
}
static double regular_phi(const gt_ipm_run *m, const double *w)
{
    const gt_phase *p = &m->regular;
    return gt_ipm_barrier(p, w, gt_ipm_objective(m, p, w, m->solver->value));
}

/* What is over and missing for these x and s, where the barrier problem is lowest: equation (33). */
static void balance(gt_ipm_run *m, gt_phase *p)
{
    double *over = p->w + m->n + m->m, *missing = over + m->m;
    regular_theta(m, p->w);
    for (int64_t i = 0; i < m->m; i++) {
        const int64_t k = m->n + m->m + i;
        double r = m->residual[i], half = (p->mu - GT_IPM_RHO * r) / (2 * GT_IPM_RHO);
        missing[i] = half + sqrt(half * half + p->mu * r / (2 * GT_IPM_RHO));
        over[i] = r + missing[i];
        if (!(missing[i] > 0)) missing[i] = p->mu / (2 * GT_IPM_RHO); /* lost in rounding */
        if (!(over[i] > 0)) over[i] = p->mu / (2 * GT_IPM_RHO);
        p->z_low[k] = p->mu / over[i];
        p->z_low[k + m->m] = p->mu / missing[i];
    }
}

static void begin(gt_ipm_run *m)
{
    gt_phase *p = &m->restoration;
    const gt_phase *from = &m->regular;
    const size_t bytes = (size_t)from->size * sizeof(double);
    memcpy(p->lower, from->lower, bytes);
    memcpy(p->upper, from->upper, bytes);
    memcpy(p->w, from->w, bytes);
    for (int64_t k = 0; k < from->size; k++) {
        p->z_low[k] = fmin(GT_IPM_RHO, from->z_low[k]);
        p->z_up[k] = fmin(GT_IPM_RHO, from->z_up[k]);
    }
    for (int64_t k = from->size; k < p->size; k++) {
        p->lower[k] = 0;
        p->upper[k] = INFINITY;
        p->z_up[k] = 0;
    }
    for (int64_t j = 0; j < m->n; j++) {
        m->reference[j] = p->w[j];
        m->closeness[j] = 1 / fmax(1, fabs(p->w[j]));
    }
    memset(p->y, 0, (size_t)m->m * sizeof *p->y);
    double worst = gt_max_abs((gt_space){false, m->m}, m->residual);
    gt_ipm_set_mu(m, p, fmax(from->mu, worst));
    balance(m, p);
    p->inertia = (gt_inertia){0, 0, 0};
    p->n_tiny = 0;
    gt_ipm_reset_curvature(m, p);
    gt_ipm_set_filter_limits(m, p, 0);
    m->now = p;
    m->n_rebalanced = 0;
}

bool gt_ipm_restore(gt_ipm_run *m)
{
    const double almost_feasible = 1e-10;
    gt_phase *p = &m->regular;
    m->start_theta = regular_theta(m, p->w);
    if (m->m == 0 || m->start_theta <= almost_feasible || !(m->n_useless < 3)) return false;
    m->n_useless++;
    gt_ipm_block(p, m->start_theta, regular_phi(m, p->w));
    begin(m);
    return true;
}

/* With more equations than variables there is hardly a choice of points: it ends only where they are met. */
void gt_ipm_restore_first(gt_ipm_run *m)
{
    regular_theta(m, m->regular.w);
    m->start_theta = 0;
    begin(m);
}

/* Back to the problem, from x and s of the restoration. The multipliers of the bounds make the step that belongs to
 * the way gone. */
static void end(gt_ipm_run *m)
{
    const double most = 1000;
    gt_phase *p = &m->regular;
    const gt_phase *from = &m->restoration;
    double largest = 0;
    for (int64_t k = 0; k < p->size; k++) m->dw[k] = from->w[k] - p->w[k];
    gt_ipm_dual_direction(m, p);
    double alpha = fmin(gt_ipm_longest_dual(p, p->z_low, m->dz_low),
                        gt_ipm_longest_dual(p, p->z_up, m->dz_up));
    for (int64_t k = 0; k < p->size; k++) {
        p->w[k] = from->w[k];
        p->lower[k] = from->lower[k];
        p->upper[k] = from->upper[k];
        p->z_low[k] += alpha * m->dz_low[k];
        p->z_up[k] += alpha * m->dz_up[k];
        largest = fmax(largest, fmax(p->z_low[k], p->z_up[k]));
    }
    for (int64_t k = 0; k < p->size && largest > most; k++) {
        p->z_low[k] = p->z_low[k] > 0;
        p->z_up[k] = p->z_up[k] > 0;
    }
    gt_ipm_safeguard(p);
    gt_ipm_estimate_multipliers(m, p);
    p->n_tiny = 0;
    m->now = p;
}

void gt_ipm_after_restoring_step(gt_ipm_run *m)
{
    gt_phase *p = &m->restoration;
    double theta = regular_theta(m, p->w), phi = regular_phi(m, p->w);
    m->n_rebalanced = 0;
    if (theta <= enough * m->start_theta && isfinite(phi) &&
        gt_filter_accepts(&m->regular.filter, theta, phi)) {
        end(m);
        return;
    }
    const double tolerance = fmax(m->solver->converge.tol_gradient, 1e-10);
    const double worst = gt_max_abs((gt_space){false, m->m}, m->residual);
    if (gt_ipm_measure(m, p, 0).scaled > tolerance && !(p->n_tiny > 1)) return;
    if (worst > 100 * tolerance) {
        m->status = GT_STATUS_INFEASIBLE;
        return;
    }
    gt_filter_clear(&m->regular.filter);
    end(m);
}

/* Where it finds no step: once, from what is best for these x; false, it has failed. */
bool gt_ipm_rebalance(gt_ipm_run *m)
{
    gt_phase *p = &m->restoration;
    if (m->n_rebalanced++ > 0) return false;
    balance(m, p);
    gt_filter_clear(&p->filter);
    return true;
}
