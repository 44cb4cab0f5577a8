#include "solvers/ipm/newton.h"

#include "solvers/carver.h"

#include <string.h>

/* ---- memory ---- */

int64_t gt_newton_place(gt_newton *w, const gt_problem *p, const gt_pattern *hessian_pattern,
                        gt_sparse_ldl *sparse, double *base)
{
    gt_carver c = {base, 0};
    const int64_t n = p->space.n, m = p->n_constraints, order = n + m;
    const int64_t of_hessian = gt_pattern_entries(hessian_pattern),
                  of_jacobian = gt_pattern_entries(&p->constraint_pattern);
    *w = (gt_newton){.n = n,
                     .m = m,
                     .hessian_pattern = hessian_pattern,
                     .jacobian_pattern = &p->constraint_pattern};
    w->hessian = gt_carve(&c, of_hessian);
    w->is_fixed = gt_carve_flags(&c, n);
    w->is_dead = gt_carve_flags(&c, m);
    w->a = gt_carve(&c, n);
    w->d = gt_carve(&c, m);
    w->place = gt_carve_whole(&c, m);
    w->rhs = gt_carve(&c, order);
    w->system.sparse = sparse;
    if (sparse) {
        const int64_t most = of_hessian + of_jacobian + order;
        w->pattern =
            (gt_pattern){order, order, gt_carve_whole(&c, order + 1), gt_carve_ints(&c, most)};
        w->hessian_at = gt_carve_whole(&c, of_hessian);
        w->jacobian_at = gt_carve_whole(&c, of_jacobian);
        w->diagonal_at = gt_carve_whole(&c, order);
        w->system.entries = gt_carve(&c, most);
    } else {
        w->system.entries = gt_carve(&c, order * order);
    }
    double *numbers = gt_carve(&c, gt_symmetric_numbers((int)order, sparse != NULL));
    if (base) gt_symmetric_place(&w->system, (int)order, w->system.entries, sparse, numbers);
    return c.used;
}

/* ---- what is where ---- */

static void lay_out_sparse(gt_newton *w)
{
    int64_t *start = (int64_t *)w->pattern.column_start, at = 0;
    int *row = (int *)w->pattern.row;
    for (int64_t j = 0; j < w->n; j++) {
        start[j] = at;
        w->diagonal_at[j] = at;
        row[at++] = (int)j;
        const gt_pattern *h = w->hessian_pattern, *jac = w->jacobian_pattern;
        for (int64_t k = gt_column(h, j); k < gt_column(h, j + 1); k++) {
            int64_t i = gt_entry_row(h, j, k);
            w->hessian_at[k] = i == j ? w->diagonal_at[j] : (i > j ? at : -1);
            if (i > j) row[at++] = (int)i;
        }
        for (int64_t k = gt_column(jac, j); k < gt_column(jac, j + 1); k++) {
            w->jacobian_at[k] = at;
            row[at++] = (int)(w->n + gt_entry_row(jac, j, k));
        }
    }
    for (int64_t i = w->n; i < w->n + w->m; i++) {
        start[i] = at;
        w->diagonal_at[i] = at;
        row[at++] = (int)i;
    }
    start[w->n + w->m] = at;
}

void gt_newton_prepare(gt_newton *w, const bool *inequality)
{
    int64_t n_inequalities = 0;
    for (int64_t i = 0; i < w->m; i++) n_inequalities += inequality[i];
    const bool leaves_out = !w->system.sparse && n_inequalities > w->n / 2;
    w->n_kept = 0;
    for (int64_t i = 0; i < w->m; i++) {
        bool is_left_out = leaves_out && (inequality[i] || w->is_dead[i]);
        w->place[i] = is_left_out ? -1 : w->n_kept++;
    }
    w->system.order = (int)(w->n + w->n_kept);
    if (!w->system.sparse) return;
    lay_out_sparse(w);
    w->system.sparse->analyse(w->system.sparse, &w->pattern);
}

/* ---- assembly ---- */

static void fill_sparse(gt_newton *w)
{
    double *e = w->system.entries;
    const gt_pattern *h = w->hessian_pattern, *jac = w->jacobian_pattern;
    memset(e, 0, (size_t)gt_pattern_entries(&w->pattern) * sizeof *e);
    for (int64_t j = 0; j < w->n; j++) {
        if (!w->is_fixed[j]) {
            for (int64_t k = gt_column(h, j); k < gt_column(h, j + 1); k++)
                if (w->hessian_at[k] >= 0 && !w->is_fixed[gt_entry_row(h, j, k)])
                    e[w->hessian_at[k]] += w->hessian[k];
            for (int64_t k = gt_column(jac, j); k < gt_column(jac, j + 1); k++)
                if (!w->is_dead[gt_entry_row(jac, j, k)]) e[w->jacobian_at[k]] += w->jacobian[k];
        }
        e[w->diagonal_at[j]] = w->is_fixed[j] ? 1 : e[w->diagonal_at[j]] + w->a[j];
    }
    for (int64_t i = 0; i < w->m; i++) e[w->diagonal_at[w->n + i]] = w->is_dead[i] ? -1 : -w->d[i];
}

static double *dense_column(gt_newton *w, int64_t j)
{
    return w->system.entries + j * w->system.order;
}

/* Adds the rows that are left out, J' J / D. */
static void add_left_out(gt_newton *w)
{
    /* by columns of J, which is dense or is spread out one row at a time */
    for (int64_t j = 0; j < w->n; j++) {
        if (w->is_fixed[j]) continue;
        double *to = dense_column(w, j);
        const gt_pattern *jac = w->jacobian_pattern;
        memset(w->rhs, 0, (size_t)w->m * sizeof *w->rhs);
        for (int64_t k = gt_column(jac, j); k < gt_column(jac, j + 1); k++) {
            int64_t i = gt_entry_row(jac, j, k);
            if (w->place[i] < 0 && !w->is_dead[i]) w->rhs[i] = w->jacobian[k] / w->d[i];
        }
        for (int64_t l = j; l < w->n; l++) {
            double sum = 0;
            if (w->is_fixed[l]) continue;
            for (int64_t k = gt_column(jac, l); k < gt_column(jac, l + 1); k++)
                sum += w->jacobian[k] * w->rhs[gt_entry_row(jac, l, k)];
            to[l] += sum;
        }
    }
}

static void fill_dense(gt_newton *w)
{
    const gt_pattern *h = w->hessian_pattern, *jac = w->jacobian_pattern;
    const int64_t order = w->system.order;
    memset(w->system.entries, 0, (size_t)(order * order) * sizeof(double));
    for (int64_t j = 0; j < w->n; j++) {
        double *to = dense_column(w, j);
        if (!w->is_fixed[j]) {
            for (int64_t k = gt_column(h, j); k < gt_column(h, j + 1); k++) {
                int64_t i = gt_entry_row(h, j, k);
                if (i >= j && !w->is_fixed[i]) to[i] += w->hessian[k];
            }
            for (int64_t k = gt_column(jac, j); k < gt_column(jac, j + 1); k++) {
                int64_t i = gt_entry_row(jac, j, k);
                if (w->place[i] >= 0 && !w->is_dead[i]) to[w->n + w->place[i]] += w->jacobian[k];
            }
        }
        to[j] = w->is_fixed[j] ? 1 : to[j] + w->a[j];
    }
    for (int64_t i = 0; i < w->m; i++) {
        int64_t at = w->n + w->place[i];
        if (w->place[i] >= 0) dense_column(w, at)[at] = w->is_dead[i] ? -1 : -w->d[i];
    }
    if (w->n_kept < w->m) add_left_out(w);
}

bool gt_newton_factorise(gt_newton *w, int64_t *n_negative)
{
    if (w->system.sparse) fill_sparse(w);
    else fill_dense(w);
    if (!gt_symmetric_factorise(&w->system, n_negative)) return false;
    *n_negative += w->m - w->n_kept;
    return true;
}

/* ---- solution ---- */

void gt_newton_solve(gt_newton *w, const double *b, const double *c, double *x, double *y)
{
    const gt_pattern *jac = w->jacobian_pattern;
    for (int64_t i = 0; i < w->m; i++) {
        y[i] = w->place[i] < 0 && !w->is_dead[i] ? c[i] / w->d[i] : 0;
        if (w->place[i] >= 0) w->rhs[w->n + w->place[i]] = w->is_dead[i] ? 0 : c[i];
    }
    memcpy(w->rhs, b, (size_t)w->n * sizeof *b);
    if (w->n_kept < w->m) gt_add_transposed(jac, w->jacobian, y, w->rhs);
    for (int64_t j = 0; j < w->n; j++)
        if (w->is_fixed[j]) w->rhs[j] = 0;
    gt_symmetric_solve(&w->system, w->rhs);
    memcpy(x, w->rhs, (size_t)w->n * sizeof *x);
    for (int64_t i = 0; i < w->m; i++)
        if (w->place[i] >= 0) y[i] = w->rhs[w->n + w->place[i]];
    if (w->n_kept == w->m) return;
    double *jx = w->rhs;
    gt_multiply(jac, w->jacobian, x, jx);
    for (int64_t i = 0; i < w->m; i++)
        if (w->place[i] < 0 && !w->is_dead[i]) y[i] = (jx[i] - c[i]) / w->d[i];
}

void gt_newton_multiply(const gt_newton *w, const double *x, double *to)
{
    const gt_pattern *h = w->hessian_pattern;
    memset(to, 0, (size_t)w->n * sizeof *to);
    for (int64_t j = 0; j < w->n; j++)
        for (int64_t k = gt_column(h, j); k < gt_column(h, j + 1); k++) {
            int64_t i = gt_entry_row(h, j, k);
            if (i < j) continue;
            to[i] += w->hessian[k] * x[j];
            if (i != j) to[j] += w->hessian[k] * x[i];
        }
    for (int64_t j = 0; j < w->n; j++)
        if (w->is_fixed[j]) to[j] = 0;
}
