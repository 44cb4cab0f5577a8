/* The watchdog (Chamberlain et al. 1982; section 3.2): after many steps that were cut back, a few are taken whole,
 * though no better, in the hope that one of them leads to a point that is better than the first. Else it goes back. */
#include "solvers/ipm/ipm.h"

#include <string.h>

static void copy(int64_t n, double *to, const double *from)
{
    memcpy(to, from, (size_t)n * sizeof *to);
}

void gt_ipm_watch(gt_ipm_run *m, const gt_phase *p, double theta, double phi, double slope,
                  double alpha)
{
    gt_ipm_watched *k = &m->watched;
    const gt_solver *s = m->solver;
    copy(p->size, k->w, p->w);
    copy(p->size, k->z_low, p->z_low);
    copy(p->size, k->z_up, p->z_up);
    copy(m->m, k->y, p->y);
    copy(m->n, k->x, s->x);
    copy(m->n, k->gradient, s->gradient);
    copy(m->m, k->constraints, s->constraints);
    copy(gt_pattern_entries(&s->problem->constraint_pattern), k->jacobian, s->jacobian);
    k->value = s->value;
    k->theta = theta;
    k->phi = phi;
    k->slope = slope;
    k->alpha = alpha;
    k->tries = 0;
    k->is_watched = true;
}

void gt_ipm_go_back(gt_ipm_run *m, gt_phase *p)
{
    gt_ipm_watched *k = &m->watched;
    gt_solver *s = m->solver;
    copy(p->size, p->w, k->w);
    copy(p->size, p->z_low, k->z_low);
    copy(p->size, p->z_up, k->z_up);
    copy(m->m, p->y, k->y);
    copy(m->n, s->x, k->x);
    copy(m->n, s->gradient, k->gradient);
    copy(m->m, s->constraints, k->constraints);
    copy(gt_pattern_entries(&s->problem->constraint_pattern), s->jacobian, k->jacobian);
    s->value = k->value;
    k->is_watched = false;
    p->n_shortened = 0;
}
