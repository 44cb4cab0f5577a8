/* What is done with the matrices of a problem, dense or sparse. */
#ifndef GRADTAPE_SOLVERS_PATTERN_H
#define GRADTAPE_SOLVERS_PATTERN_H

#include "core/pattern.h"

/* The entries of column j are gt_column(p, j) up to gt_column(p, j + 1); entry k of them is in row
 * gt_entry_row(p, j, k).                                                          */
static inline int64_t gt_column(const gt_pattern *p, int64_t j)
{
    return p->column_start ? p->column_start[j] : j * p->n_rows;
}
static inline int64_t gt_entry_row(const gt_pattern *p, int64_t j, int64_t k)
{
    return p->column_start ? p->row[k] : k - j * p->n_rows;
}

/* to = A x */
void gt_multiply(const gt_pattern *p, const double *entries, const double *x, double *to);
/* to += A' y */
void gt_add_transposed(const gt_pattern *p, const double *entries, const double *y, double *to);
/* The largest absolute value in each row. */
void gt_row_sizes(const gt_pattern *p, const double *entries, double *to);

#endif
