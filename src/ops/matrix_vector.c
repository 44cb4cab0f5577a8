#include "ops/matrix_vector.h"
#include "core/simd.h"
#include "core/threads.h"
#include "ops/reduce.h"

#include <string.h>

typedef struct {
    int64_t rows, columns;
    const double *a, *x;
    double *y;
} product;

/* ---- y = A x: eight columns at a time, of so many rows that their part of y stays in cache ---- */

#define ROWS 4096

GT_KERNEL static void add_column(int64_t n, const double *a, double x, double *y)
{
    GT_INDEPENDENT
    for (int64_t i = 0; i < n; i++) y[i] += a[i] * x;
}

/* The columns stand `rows` apart. */
GT_KERNEL static void add_eight_columns(int64_t n, int64_t rows, const double *a, const double *x,
                                        double *y)
{
    const double *a0 = a, *a1 = a0 + rows, *a2 = a1 + rows, *a3 = a2 + rows, *a4 = a3 + rows,
                 *a5 = a4 + rows, *a6 = a5 + rows, *a7 = a6 + rows;
    const double x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3], x4 = x[4], x5 = x[5], x6 = x[6],
                 x7 = x[7];
    GT_INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        double sum = (((y[i] + a0[i] * x0) + a1[i] * x1) + a2[i] * x2) + a3[i] * x3;
        y[i] = (((sum + a4[i] * x4) + a5[i] * x5) + a6[i] * x6) + a7[i] * x7;
    }
}

static void some_rows(void *work, int64_t from, int64_t to, int worker)
{
    const product *p = work;
    (void)worker;
    for (int64_t start = from * ROWS; start < to * ROWS && start < p->rows; start += ROWS) {
        const int64_t n = p->rows - start < ROWS ? p->rows - start : ROWS;
        int64_t j = 0;
        memset(p->y + start, 0, (size_t)n * sizeof *p->y);
        for (; j + 8 <= p->columns; j += 8)
            add_eight_columns(n, p->rows, p->a + j * p->rows + start, p->x + j, p->y + start);
        for (; j < p->columns; j++)
            add_column(n, p->a + j * p->rows + start, p->x[j], p->y + start);
    }
}

void gt_matrix_vector(int64_t rows, int64_t columns, const double *a, const double *x, double *y)
{
    product p = {rows, columns, a, x, y};
    gt_share_out((rows + ROWS - 1) / ROWS, gt_workers(rows * columns), some_rows, &p);
}

/* ---- y = A'x: column by column, of so many rows that their part of x stays in cache ---- */

#define LONG_ROWS 65536

/* Of part after part, as gt_sum() adds. */
GT_KERNEL static double dot_part(int64_t n, const double *a, const double *x)
{
    double lane[GT_SUM_LANES] = {0};
    int64_t i = 0;
    for (; i + GT_SUM_LANES <= n; i += GT_SUM_LANES)
        for (int k = 0; k < GT_SUM_LANES; k++) lane[k] += a[i + k] * x[i + k];
    double sum = gt_sum_rest(0, NULL, lane);
    for (; i < n; i++) sum += a[i] * x[i];
    return sum;
}

static void some_columns(void *work, int64_t from, int64_t to, int worker)
{
    const product *p = work;
    (void)worker;
    for (int64_t j = from; j < to; j++) p->y[j] = 0;
    for (int64_t start = 0; start < p->rows; start += LONG_ROWS) {
        const int64_t end = p->rows - start < LONG_ROWS ? p->rows : start + LONG_ROWS;
        for (int64_t j = from; j < to; j++)
            for (int64_t i = start; i < end; i += GT_SUM_PART)
                p->y[j] += dot_part(end - i < GT_SUM_PART ? end - i : GT_SUM_PART,
                                    p->a + j * p->rows + i, p->x + i);
    }
}

void gt_transposed_vector(int64_t rows, int64_t columns, const double *a, const double *x,
                          double *y)
{
    product p = {rows, columns, a, x, y};
    gt_share_out(columns, gt_workers(rows * columns), some_columns, &p);
}
