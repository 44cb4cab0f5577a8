/* A problem with constraints as methods see it, without R: seen through fewer, scaled variables, dense and
 * sparse. tools/check-layers.R builds and runs it. */
#include "solvers/reduced.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void check(const char *what, bool holds)
{
    printf("%s %s\n", holds ? "ok" : "not ok", what);
    failures += !holds;
}

/* f = x0^2 x1 + x2, c = (1000 x0 x1, x1 + x2^2): the Jacobian without x2 above and x0 below. */
enum { N = 3, M = 2 };

static void value_and_gradient(gt_problem *self, const void *at, double *value, void *gradient)
{
    const double *x = at;
    double *g = gradient;
    (void)self;
    *value = x[0] * x[0] * x[1] + x[2];
    g[0] = 2 * x[0] * x[1];
    g[1] = x[0] * x[0];
    g[2] = 1;
}

static void constraints(gt_problem *self, const void *at, double *c)
{
    const double *x = at;
    (void)self;
    c[0] = 1000 * x[0] * x[1];
    c[1] = x[1] + x[2] * x[2];
}

static void dense_jacobian(gt_problem *self, const void *at, double *entries)
{
    const double *x = at, all[] = {1000 * x[1], 0, 1000 * x[0], 1, 0, 2 * x[2]};
    (void)self;
    memcpy(entries, all, sizeof all);
}

static const int64_t jacobian_start[] = {0, 1, 3, 4};
static const int jacobian_row[] = {0, 0, 1, 1};

static void sparse_jacobian(gt_problem *self, const void *at, double *entries)
{
    const double *x = at, all[] = {1000 * x[1], 1000 * x[0], 1, 2 * x[2]};
    (void)self;
    memcpy(entries, all, sizeof all);
}

static void dense_lagrangian(gt_problem *self, const void *at, double weight, const double *w,
                             double *entries)
{
    const double *x = at, off = 2 * weight * x[0] + 1000 * w[0],
                 all[] = {2 * weight * x[1], off, 0, off, 0, 0, 0, 0, 2 * w[1]};
    (void)self;
    memcpy(entries, all, sizeof all);
}

static const int64_t lagrangian_start[] = {0, 2, 2, 3};
static const int lagrangian_row[] = {0, 1, 2};

static void sparse_lagrangian(gt_problem *self, const void *at, double weight, const double *w,
                              double *entries)
{
    double all[N * N];
    dense_lagrangian(self, at, weight, w, all);
    entries[0] = all[0];
    entries[1] = all[1];
    entries[2] = all[8];
}

static const double side_lower[M] = {-INFINITY, 2}, side_upper[M] = {5000, 2};

static gt_problem problem(bool is_sparse)
{
    gt_problem p = {.space = {false, N},
                    .value_and_gradient = value_and_gradient,
                    .n_constraints = M,
                    .constraint_lower = side_lower,
                    .constraint_upper = side_upper,
                    .constraints = constraints,
                    .constraint_jacobian = is_sparse ? sparse_jacobian : dense_jacobian,
                    .lagrangian_hessian = is_sparse ? sparse_lagrangian : dense_lagrangian,
                    .constraint_pattern = {.n_rows = M, .n_columns = N},
                    .lagrangian_pattern = {.n_rows = N, .n_columns = N}};
    if (!is_sparse) return p;
    p.constraint_pattern.column_start = jacobian_start;
    p.constraint_pattern.row = jacobian_row;
    p.lagrangian_pattern.column_start = lagrangian_start;
    p.lagrangian_pattern.row = lagrangian_row;
    return p;
}

/* A matrix of the reduced problem as all its entries, the lower triangle mirrored. */
static void to_dense(const gt_pattern *p, const double *entries, bool is_symmetric, double *to)
{
    memset(to, 0, (size_t)(p->n_rows * p->n_columns) * sizeof *to);
    for (int64_t j = 0; j < p->n_columns; j++)
        for (int64_t k = gt_column(p, j); k < gt_column(p, j + 1); k++) {
            int64_t i = gt_entry_row(p, j, k);
            to[i + j * p->n_rows] = entries[k];
            if (is_symmetric) to[j + i * p->n_rows] = entries[k];
        }
}

static bool same(int64_t n, const double *x, const double *y)
{
    for (int64_t i = 0; i < n; i++)
        if (!(fabs(x[i] - y[i]) <= 1e-12 * fmax(1, fabs(y[i])))) return false;
    return true;
}

/* x0 in units of 2 and x2 in units of 1/4 are free, x1 is held at 3; the value is maximised. */
static void check_reduced(bool is_sparse)
{
    gt_problem inner = problem(is_sparse);
    const double x[N] = {1, 3, 0.5}, scale[] = {2, 0.25}, w[M] = {3, -1};
    const int64_t index[] = {0, 2};
    double y[2], entries[N * N], dense[N * N], c[M], *numbers;
    gt_reduced r;
    numbers = malloc(gt_reduced_numbers(&inner, 2) * sizeof *numbers);
    if (!numbers) exit(EXIT_FAILURE);
    gt_reduced_init(&r, &inner, 2, index, scale, true, x, numbers);
    gt_problem *p = &r.base;
    gt_reduced_to_y(&r, x, y);
    gt_reduced_scale_constraints(&r, y, c, entries);
    /* the first row's largest slope is 1000 x1 times the unit of x0, 6000 */
    const double row = 100.0 / 6000;
    gt_constraints(p, y, c);
    check("constraints", same(M, c, (double[]){3000 * row, 3.25}));
    check("sides", same(1, p->constraint_upper, (double[]){5000 * row}) &&
                       isinf(p->constraint_lower[0]) && p->constraint_lower[1] == 2);
    gt_constraint_jacobian(p, y, entries);
    to_dense(&p->constraint_pattern, entries, false, dense);
    check("Jacobian", same(4, dense, (double[]){100, 0, 0, 0.25}));
    gt_lagrangian_hessian(p, y, 2, w, entries);
    to_dense(&p->lagrangian_pattern, entries, true, dense);
    check("Hessian of the Lagrangian", same(4, dense, (double[]){-2.0 * 6 * 4, 0, 0, -2.0 / 16}));
    gt_lagrangian_gradient(p, y, 2, w, dense, entries);
    check("gradient of the Lagrangian",
          same(2, dense, (double[]){2 * (-2 * 2 * 3.0) + 3 * 100, 2 * -0.25 - 0.25}));
    gt_reduced_multipliers_to_x(&r, w, c);
    check("multipliers", same(M, c, (double[]){-3 * row, 1}));
    free(numbers);
}

int main(void)
{
    check_reduced(false);
    check_reduced(true);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
