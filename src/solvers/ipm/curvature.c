/* Where the problem has no Hessian: a dense matrix in its place that learns from the gradients, by the damped BFGS
 * update (Powell 1978), which keeps it positive definite. */
#include "solvers/ipm/ipm.h"

#include <string.h>

void gt_ipm_reset_curvature(gt_ipm_run *m, gt_phase *p)
{
    if (!p->curvature) return;
    memset(p->curvature, 0, (size_t)(m->n * m->n) * sizeof(double));
    for (int64_t j = 0; j < m->n; j++) p->curvature[j * m->n + j] = 1;
    p->has_curvature = false;
}

/* to: the change of the gradient of what curves, with the new multipliers */
static void gradient_change(const gt_ipm_run *m, const gt_phase *p, double *to)
{
    const gt_solver *s = m->solver;
    const gt_pattern *rows = &s->problem->constraint_pattern;
    const double *g = s->gradient, weight = p->restores ? 0 : m->f_scale;
    memset(to, 0, (size_t)m->n * sizeof *to);
    gt_add_transposed(rows, s->jacobian, p->y, to);
    for (int64_t j = 0; j < m->n; j++) to[j] = -to[j] + weight * (m->trial_g[j] - g[j]);
    gt_add_transposed(rows, m->trial_jacobian, p->y, to);
}

void gt_ipm_update_curvature(gt_ipm_run *m, gt_phase *p)
{
    const gt_space space = {false, m->n};
    const double *x = m->solver->x, damping = 0.2;
    double *s = m->scratch, *y = s + m->n, *bs = y + m->n, *b = p->curvature;
    for (int64_t j = 0; j < m->n; j++) s[j] = m->trial_x[j] - x[j];
    gradient_change(m, p, y);
    double sy = gt_dot(space, s, y), yy = gt_dot(space, y, y), ss = gt_dot(space, s, s);
    if (!(ss > 0) || !isfinite(yy)) return;
    if (!p->has_curvature && sy > 1e-8 * ss)
        for (int64_t j = 0; j < m->n; j++) b[j * m->n + j] = yy / sy;
    p->has_curvature = true;
    for (int64_t j = 0; j < m->n; j++) bs[j] = gt_dot(space, b + j * m->n, s);
    double sbs = gt_dot(space, s, bs);
    if (!(sbs > 0)) return;
    double theta = sy >= damping * sbs ? 1 : (1 - damping) * sbs / (sbs - sy);
    for (int64_t j = 0; j < m->n; j++) y[j] = theta * y[j] + (1 - theta) * bs[j];
    sy = gt_dot(space, s, y);
    for (int64_t j = 0; j < m->n; j++)
        for (int64_t i = 0; i < m->n; i++)
            b[j * m->n + i] += y[i] * y[j] / sy - bs[i] * bs[j] / sbs;
}
