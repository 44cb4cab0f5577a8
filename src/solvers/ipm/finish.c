/* The end: where a multiplier tells that a bound holds a parameter, it lies a little beside it, and goes there. */
#include "solvers/ipm/ipm.h"

#include "solvers/kkt.h"

#include <string.h>

/* It is no farther away than beside a multiplier that is not small. (The conditions are measured again there.) */
static bool is_held_by(double distance, double multiplier, double bound)
{
    return multiplier > distance && distance <= 1e-6 * fmax(1, fabs(bound));
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

static void remember(gt_ipm_run *m, const gt_phase *p)
{
    gt_ipm_watch(m, p, 0, 0, 0, 0);
    m->watched.is_watched = false;
}

/* Does what was remembered give way to the point that is there now? It does where this is an optimum as well. */
static bool keep_if_optimal(gt_ipm_run *m, gt_phase *p, bool is_there)
{
    gt_solver *s = m->solver;
    const gt_progress before = s->now;
    if (is_there) gt_ipm_publish(m);
    const bool is_as_good = is_there && is_optimal(s);
    const gt_progress measured = s->now;
    s->now = before;
    if (is_as_good) {
        gt_take_measures(&s->now, &measured);
    } else {
        gt_ipm_go_back(m, p);
        gt_ipm_publish(m);
    }
    return is_as_good;
}

static bool go_to_bounds(gt_ipm_run *m, gt_phase *p)
{
    remember(m, p);
    memset(m->dy, 0, (size_t)m->m * sizeof *m->dy);
    return keep_if_optimal(m, p, gt_ipm_try(m, true) && gt_ipm_accept(m, p, 0, 0));
}

/* One more step, nearer to the bounds. */
static bool go_nearer(gt_ipm_run *m, gt_phase *p)
{
    const double part = 0.01, least = 1e-14;
    remember(m, p);
    gt_ipm_set_mu(m, p, fmax(least, part * p->mu));
    return keep_if_optimal(m, p, gt_ipm_direction(m, p) && gt_ipm_search(m, p) == GT_SEARCH_DONE);
}

void gt_ipm_finish(gt_ipm_run *m)
{
    gt_phase *p = &m->regular;
    const int most = 3;
    if (m->now != p) return;
    for (int k = 0; k < most; k++)
        if (!set_on_bounds(m, p) || go_to_bounds(m, p) || !go_nearer(m, p)) return;
}
