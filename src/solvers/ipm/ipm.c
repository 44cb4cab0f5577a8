/* Method "ipm": its options, its memory, and what an iteration is. */
#include "solvers/ipm/ipm.h"

#include "solvers/carver.h"
#include "solvers/kkt.h"

#include <string.h>

GT_OPTION_TABLE(gt_ipm_table, GT_IPM_OPTIONS)

/* ---- memory ---- */

static void place_phase(gt_phase *p, gt_carver *c, int64_t size, int64_t m, int64_t of_curvature)
{
    double **vectors[] = {&p->lower, &p->upper, &p->w, &p->z_low, &p->z_up};
    p->size = size;
    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++) *vectors[k] = gt_carve(c, size);
    p->y = gt_carve(c, m);
    p->curvature = of_curvature ? gt_carve(c, of_curvature) : NULL;
}

/* Divides the numbers at base, or counts them where it is NULL; m is then of no use but for that. */
static int64_t place(gt_ipm_run *m, const gt_problem *p, gt_sparse_ldl *sparse, double *base)
{
    gt_carver c = {base, 0};
    const int64_t n = p->space.n, rows = p->n_constraints, all = n + 3 * rows;
    const bool learns = !(gt_problem_has(p) & GT_PART_LAGRANGIAN_HESSIAN);
    m->n = n;
    m->m = rows;
    m->square = (gt_pattern){.n_rows = n, .n_columns = n};
    place_phase(&m->regular, &c, n + rows, rows, learns ? n * n : 0);
    place_phase(&m->restoration, &c, all, rows, learns ? n * n : 0);
    double **of_w[] = {&m->slope, &m->dw,    &m->dz_low,    &m->dz_up,
                       &m->trial, &m->sigma, &m->corrected, &m->dual};
    double **of_rows[] = {&m->row,     &m->residual,   &m->dy,         &m->trial_residual,
                          &m->trial_c, &m->correction, &m->corrected_y};
    double **of_x[] = {&m->trial_x, &m->trial_g, &m->reference, &m->closeness};
    double **of_both[] = {&m->rhs, &m->left, &m->more};
    for (size_t k = 0; k < sizeof of_w / sizeof *of_w; k++) *of_w[k] = gt_carve(&c, all);
    for (size_t k = 0; k < sizeof of_rows / sizeof *of_rows; k++) *of_rows[k] = gt_carve(&c, rows);
    for (size_t k = 0; k < sizeof of_x / sizeof *of_x; k++) *of_x[k] = gt_carve(&c, n);
    for (size_t k = 0; k < sizeof of_both / sizeof *of_both; k++)
        *of_both[k] = gt_carve(&c, all + rows);
    m->scratch = gt_carve(&c, 3 * n > rows ? 3 * n : rows);
    double **of_watched[] = {&m->watched.w, &m->watched.z_low, &m->watched.z_up};
    for (size_t k = 0; k < sizeof of_watched / sizeof *of_watched; k++)
        *of_watched[k] = gt_carve(&c, all);
    m->watched.y = gt_carve(&c, rows);
    m->watched.constraints = gt_carve(&c, rows);
    m->watched.x = gt_carve(&c, n);
    m->watched.gradient = gt_carve(&c, n);
    m->watched.jacobian = gt_carve(&c, gt_pattern_entries(&p->constraint_pattern));
    m->is_inequality = gt_carve_flags(&c, rows);
    m->trial_jacobian = gt_carve(&c, gt_pattern_entries(&p->constraint_pattern));
    if (learns) sparse = NULL;
    return c.used + gt_newton_place(&m->newton, p, learns ? &m->square : gt_lagrangian_pattern(p),
                                    sparse, base ? base + c.used : NULL);
}

static int64_t own_numbers(void) { return gt_in_numbers(sizeof(gt_ipm_run)); }

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    gt_ipm_run counted;
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){own_numbers() + place(&counted, p, p->sparse_ldl, NULL), 0};
}

/* ---- the run ---- */

void gt_ipm_publish(gt_ipm_run *m)
{
    gt_solver *s = m->solver;
    const gt_phase *p = &m->regular;
    const double *g = s->gradient;
    double *z = s->bound_multipliers;
    for (int64_t i = 0; i < m->m; i++) s->multipliers[i] = p->y[i] / m->f_scale;
    memset(z, 0, (size_t)m->n * sizeof *z);
    gt_add_transposed(&s->problem->constraint_pattern, s->jacobian, s->multipliers, z);
    for (int64_t j = 0; j < m->n; j++)
        z[j] = gt_ipm_is_fixed(p, j) ? -g[j] - z[j] : (p->z_up[j] - p->z_low[j]) / m->f_scale;
}

static void start(gt_solver *s)
{
    gt_ipm_run *m = gt_ipm_of(s);
    memset(m, 0, sizeof *m);
    place(m, s->problem, s->problem->sparse_ldl, s->work.numbers + own_numbers());
    m->solver = s;
    m->restoration.restores = true;
    m->now = &m->regular;
    m->newton.jacobian = s->jacobian;
    m->f_scale = 1;
    gt_ipm_start(m);
    gt_ipm_publish(m);
}

/* No step was found. Ways out that are left: the restoration, and in it another balance. */
static bool has_way_out(gt_ipm_run *m, gt_search_result result)
{
    if (m->now->restores ? gt_ipm_rebalance(m) : gt_ipm_restore(m)) return true;
    m->status = result == GT_SEARCH_UNDEFINED ? GT_STATUS_UNDEFINED : GT_STATUS_NO_LOWER_POINT;
    return false;
}

/* The point no longer moves, or is nearly optimal and becomes no better, or goes away and away to lower values. */
static void judge(gt_ipm_run *m, gt_phase *p)
{
    const gt_solver *s = m->solver;
    const double nearly = 1e-6, far = 1e14;
    const int most = 15;
    if (p->restores) return;
    const double size = gt_max_abs(s->problem->space, s->x);
    bool is_far = size > far && s->value < s->start_value;
    if (is_far && gt_ipm_measure(m, p, 0).primal <= nearly * size) m->status = GT_STATUS_UNBOUNDED;
    p->n_acceptable = gt_ipm_measure(m, p, 0).scaled <= nearly ? p->n_acceptable + 1 : 0;
    if (p->n_acceptable > most || p->n_tiny > 2)
        m->status = gt_solver_stuck(s) == GT_STATUS_DEGENERATE ? GT_STATUS_DEGENERATE
                                                               : GT_STATUS_STEP_SMALL;
}

static gt_status iterate(gt_solver *s)
{
    gt_ipm_run *m = gt_ipm_of(s);
    if (m->status != GT_STATUS_RUNNING) return m->status;
    for (;;) {
        gt_phase *p = m->now;
        gt_ipm_update_mu(m, p);
        gt_search_result result = gt_ipm_direction(m, p) ? gt_ipm_search(m, p) : GT_SEARCH_FAILED;
        if (result == GT_SEARCH_FAILED || result == GT_SEARCH_UNDEFINED) {
            if (m->watched.is_watched) gt_ipm_go_back(m, p);
            else if (!has_way_out(m, result)) return m->status;
            continue;
        }
        p->n_tiny = result == GT_SEARCH_TINY ? p->n_tiny + 1 : 0;
        if (p->restores) gt_ipm_after_restoring_step(m);
        else m->n_useless = 0;
        if (!p->restores) gt_ipm_improve_multipliers(m, p);
        judge(m, p);
        gt_ipm_publish(m);
        return GT_STATUS_RUNNING;
    }
}

static void finish(gt_solver *s) { gt_ipm_finish(gt_ipm_of(s)); }

const gt_method gt_ipm = {
    .name = "ipm",
    .needs = GT_PART_GRADIENT | GT_PART_CONSTRAINT_JACOBIAN,
    .takes = GT_PART_BOUNDS | GT_PART_CONSTRAINTS | GT_PART_HESSIAN,
    .options = &gt_ipm_table,
    .memory = memory_size,
    .start = start,
    .iterate = iterate,
    .finish = finish,
    .is_double = true,
};
