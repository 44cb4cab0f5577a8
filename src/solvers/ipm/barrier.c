/* The barrier parameter: it is lowered when its problem is solved well enough (section 2.1). */
#include "solvers/ipm/ipm.h"

#include "solvers/kkt.h"

static const double well_enough = 10, factor = 0.2, power = 1.5, least_tau = 0.99;

void gt_ipm_set_mu(gt_ipm_run *m, gt_phase *p, double mu)
{
    p->mu = mu;
    p->tau = fmax(least_tau, 1 - mu);
    if (p->restores) m->distance_weight = sqrt(mu);
    gt_filter_clear(&p->filter);
    m->watched.is_watched = false;
    p->n_shortened = 0;
}

static double count_bounds(const gt_phase *p)
{
    double count = 0;
    for (int64_t k = 0; k < p->size; k++) count += (p->z_low[k] > 0) + (p->z_up[k] > 0);
    return count;
}

/* Less is not needed: the loop asks for complementarity beside the value, of each and of all together. */
static double least_mu(const gt_ipm_run *m, const gt_phase *p)
{
    const gt_solver *s = m->solver;
    const double tolerance = s->converge.tol_gradient > 0 ? s->converge.tol_gradient : 1e-8;
    const double scale =
        p->restores ? 1 : fmin(1, m->f_scale * fmax(gt_least_size(s), fabs(s->value)));
    const double share = fmax(1, count_bounds(p) / GT_MANY_PRODUCTS);
    return fmax(tolerance * scale / (well_enough + 1) / share, 1e-14);
}

void gt_ipm_update_mu(gt_ipm_run *m, gt_phase *p)
{
    const double least = least_mu(m, p);
    bool is_stuck = p->n_tiny > 0;
    while (p->mu > least &&
           (is_stuck || gt_ipm_measure(m, p, p->mu).scaled <= well_enough * p->mu)) {
        gt_ipm_set_mu(m, p, fmax(least, fmin(factor * p->mu, pow(p->mu, power))));
        is_stuck = false;
    }
}
