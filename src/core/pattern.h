#ifndef GRADTAPE_CORE_PATTERN_H
#define GRADTAPE_CORE_PATTERN_H

#include <stdint.h>

/* A matrix: all its entries by columns or, with column_start, those that are not always
 * zero: entry k is in row[k], those of column j from column_start[j] up to
 * column_start[j + 1].                                                           */
typedef struct {
    int64_t n_rows, n_columns;
    const int64_t *column_start; /* n_columns + 1 of them; NULL for a dense matrix */
    const int *row;
} gt_pattern;

static inline int64_t gt_pattern_entries(const gt_pattern *p)
{
    return p->column_start ? p->column_start[p->n_columns] : p->n_rows * p->n_columns;
}

#endif
