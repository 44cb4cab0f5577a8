#include "solvers/pattern.h"

#include <math.h>
#include <string.h>

void gt_multiply(const gt_pattern *p, const double *entries, const double *x, double *to)
{
    memset(to, 0, (size_t)p->n_rows * sizeof *to);
    for (int64_t j = 0; j < p->n_columns; j++)
        for (int64_t k = gt_column(p, j); k < gt_column(p, j + 1); k++)
            to[gt_entry_row(p, j, k)] += entries[k] * x[j];
}

void gt_add_transposed(const gt_pattern *p, const double *entries, const double *y, double *to)
{
    for (int64_t j = 0; j < p->n_columns; j++)
        for (int64_t k = gt_column(p, j); k < gt_column(p, j + 1); k++)
            to[j] += entries[k] * y[gt_entry_row(p, j, k)];
}

void gt_row_sizes(const gt_pattern *p, const double *entries, double *to)
{
    memset(to, 0, (size_t)p->n_rows * sizeof *to);
    for (int64_t j = 0; j < p->n_columns; j++)
        for (int64_t k = gt_column(p, j); k < gt_column(p, j + 1); k++) {
            const int64_t i = gt_entry_row(p, j, k);
            to[i] = isnan(entries[k]) ? entries[k] : fmax(to[i], fabs(entries[k]));
        }
}
