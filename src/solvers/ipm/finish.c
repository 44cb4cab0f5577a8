/* The end: where a multiplier tells that a bound holds a parameter, it lies a little beside it, and goes there. */
#include "solvers/ipm/ipm.h"

#include "solvers/kkt.h"

#include <string.h>

/* As far as the square root of the precision it may be gone. */
static bool is_held_by(double distance, double multiplier, double bound)
{
    return multiplier > distance && distance <= 1e-8 * fmax(1, fabs(bound));
}

/* The trial point: on all bounds that hold it. False: it is where it was. */
static bool set_on_bounds(gt_ipm_run *m, const gt_phase *p)
{
    bool moves = false;
    memcpy(m->trial, p->w, (size_t)p->size * sizeof *p->w);
    for (int64_t j = 0; j < m->n; j++) {
        if (is_held_by(p->w[j] - p->lower[j], p->z_low[j], p->lower[j])) m->trial[j] = p->lower[j];
        if (is_held_by(p->upper[j] - p->w[j], p->z_up[j], p->upper[j])) m->trial[j] = p->upper[j];
        moves = moves || m->trial[j] != p->w[j];
    }
    return moves;
}

static bool is_optimal(gt_solver *s)
{
    gt_measure_kkt(s, s->scratch);
    return gt_is_optimal(&s->converge, &s->now);
}

void gt_ipm_finish(gt_ipm_run *m)
{
    gt_phase *p = &m->regular;
    gt_solver *s = m->solver;
    if (m->now != p || !set_on_bounds(m, p)) return;
    const gt_progress before = s->now;
    gt_ipm_watch(m, p, 0, 0, 0, 0);
    memset(m->dy, 0, (size_t)m->m * sizeof *m->dy);
    if (!gt_ipm_try(m, true) || !gt_ipm_accept(m, p, 0, 0)) return;
    gt_ipm_publish(m);
    bool is_as_good = is_optimal(s);
    if (!is_as_good) {
        gt_ipm_go_back(m, p);
        gt_ipm_publish(m);
    }
    const gt_progress measured = s->now;
    s->now = before;
    if (!is_as_good) return;
    gt_take_measures(&s->now, &measured);
}
