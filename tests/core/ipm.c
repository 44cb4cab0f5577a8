/* The interior-point method without R: quadratic problems with quadratic constraints, feasible, infeasible, unbounded
 * and degenerate; problem 71 of Hock & Schittkowski (1981); and a sparse problem whose systems a plain L D L' solves.
 * tools/check-layers.R builds and runs it. */
#include "solvers/bounds.h"
#include "solvers/solver.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void check(const char *problem, const char *what, bool holds)
{
    printf("%s %s: %s\n", holds ? "ok" : "not ok", problem, what);
    failures += !holds;
}

static bool near(double x, double y, double tolerance)
{
    return fabs(x - y) <= tolerance * fmax(1, fabs(y));
}

/* ---- x'Qx / 2 + q'x, and constraints of the same kind with a diagonal matrix ---- */

enum { MOST_X = 4, MOST_C = 4 };

typedef struct {
    gt_problem base;
    double quadratic[MOST_X * MOST_X], linear[MOST_X];
    double curve[MOST_C][MOST_X], slope[MOST_C][MOST_X];
} quadratic_problem;

static void value_and_gradient(gt_problem *self, const void *at, double *value, void *gradient)
{
    const quadratic_problem *q = (quadratic_problem *)self;
    const int64_t n = self->space.n;
    const double *x = at;
    double *g = gradient;
    *value = 0;
    for (int64_t i = 0; i < n; i++) {
        double product = 0;
        for (int64_t j = 0; j < n; j++) product += q->quadratic[i * MOST_X + j] * x[j];
        g[i] = product + q->linear[i];
        *value += x[i] * (product / 2 + q->linear[i]);
    }
}

static void constraints(gt_problem *self, const void *at, double *c)
{
    const quadratic_problem *q = (quadratic_problem *)self;
    const double *x = at;
    for (int64_t k = 0; k < self->n_constraints; k++) {
        c[k] = 0;
        for (int64_t i = 0; i < self->space.n; i++)
            c[k] += x[i] * (q->curve[k][i] * x[i] / 2 + q->slope[k][i]);
    }
}

static void constraint_jacobian(gt_problem *self, const void *at, double *entries)
{
    const quadratic_problem *q = (quadratic_problem *)self;
    const double *x = at;
    for (int64_t k = 0; k < self->n_constraints; k++)
        for (int64_t i = 0; i < self->space.n; i++)
            entries[k + i * self->n_constraints] = q->curve[k][i] * x[i] + q->slope[k][i];
}

static void lagrangian_hessian(gt_problem *self, const void *x, double weight, const double *y,
                               double *entries)
{
    const quadratic_problem *q = (quadratic_problem *)self;
    const int64_t n = self->space.n;
    (void)x;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) entries[i + j * n] = weight * q->quadratic[i * MOST_X + j];
    for (int64_t k = 0; k < self->n_constraints; k++)
        for (int64_t i = 0; i < n; i++) entries[i + i * n] += y[k] * q->curve[k][i];
}

static quadratic_problem quadratic(int64_t n, int64_t m, const double *lower, const double *upper)
{
    gt_pattern square = {n, n, NULL, NULL}, rows = {m, n, NULL, NULL};
    return (quadratic_problem){.base = {.space = {false, n},
                                        .value_and_gradient = value_and_gradient,
                                        .n_constraints = m,
                                        .constraint_lower = lower,
                                        .constraint_upper = upper,
                                        .constraints = constraints,
                                        .constraint_pattern = rows,
                                        .constraint_jacobian = constraint_jacobian,
                                        .lagrangian_pattern = square,
                                        .lagrangian_hessian = lagrangian_hessian}};
}

/* ---- runs ---- */

typedef struct {
    gt_status status;
    double value, violation;
    double *x, *multipliers, *bound_multipliers;
    void *memory;
} answer;

static answer solve(gt_problem *p, const double *x)
{
    gt_solver s = gt_solver_new(gt_method_find("ipm"), p);
    s.keep_best = true;
    s.converge.tol_gradient = s.converge.tol_constraint = 1e-8;
    void *memory = malloc(gt_solver_bytes(&s));
    if (!memory) exit(EXIT_FAILURE);
    gt_solver_place(&s, memory);
    memcpy(s.x, x, (size_t)p->space.n * sizeof *x);
    gt_status status = gt_minimize(&s);
    printf("%s; %lld iterations\n", gt_status_text(status), (long long)s.now.iteration);
    return (answer){status, s.value, s.now.violation, s.x, s.multipliers, s.bound_multipliers,
                    memory};
}

/* With the Hessian, and without. */
static void ends(const char *name, quadratic_problem *q, const double *x, gt_status status,
                 double value)
{
    for (int learns = 0; learns < 2; learns++) {
        q->base.lagrangian_hessian = learns ? NULL : lagrangian_hessian;
        answer a = solve(&q->base, x);
        check(name, gt_status_word(status), a.status == status);
        if (status == GT_STATUS_OPTIMAL) {
            check(name, "value", near(a.value, value, 1e-6));
            check(name, "feasible", a.violation <= 1e-7);
        }
        free(a.memory);
    }
}

static void linear_program(void)
{
    const double low[] = {-INFINITY, -INFINITY, -INFINITY}, high[] = {4, 12, 18}, zero[] = {0, 0};
    quadratic_problem q = quadratic(2, 3, low, high);
    q.base.lower = zero;
    q.linear[0] = -3, q.linear[1] = -5;
    q.slope[0][0] = 1, q.slope[1][1] = 2, q.slope[2][0] = 3, q.slope[2][1] = 2;
    ends("linear program", &q, (double[]){1, 1}, GT_STATUS_OPTIMAL, -36);
    q.base.lagrangian_hessian = lagrangian_hessian;
    answer a = solve(&q.base, (double[]){1, 1});
    check("linear program", "multipliers",
          near(a.multipliers[0], 0, 1e-6) && near(a.multipliers[1], 1.5, 1e-6) &&
              near(a.multipliers[2], 1, 1e-6) && near(a.bound_multipliers[0], 0, 1e-6));
    free(a.memory);
}

static void unbounded_programs(void)
{
    const double low[] = {0}, high[] = {INFINITY};
    quadratic_problem q = quadratic(2, 1, low, high);
    q.linear[0] = 1, q.linear[1] = -1;
    q.slope[0][0] = q.slope[0][1] = 1;
    ends("unbounded linear program", &q, (double[]){1, 1}, GT_STATUS_UNBOUNDED, 0);
    q.linear[0] = q.linear[1] = 0;
    q.quadratic[0] = -1;
    q.base.lagrangian_hessian = lagrangian_hessian;
    answer a = solve(&q.base, (double[]){1, 1});
    check("unbounded quadratic", "unbounded", a.status == GT_STATUS_UNBOUNDED);
    free(a.memory);
}

static void infeasible_problems(void)
{
    const double equal[] = {-1, 0.5}, low[] = {3, -INFINITY}, high[] = {INFINITY, 1};
    const double zero[] = {-INFINITY, 0, 0};
    quadratic_problem circle = quadratic(2, 1, equal, equal), strip = quadratic(2, 2, low, high);
    circle.linear[1] = 1;
    circle.curve[0][0] = circle.curve[0][1] = 2;
    ends("x^2 + y^2 = -1", &circle, (double[]){1, 1}, GT_STATUS_INFEASIBLE, 0);
    strip.linear[0] = strip.linear[1] = 1;
    for (int k = 0; k < 2; k++) strip.slope[k][0] = strip.slope[k][1] = 1;
    ends("3 <= x + y <= 1", &strip, (double[]){1, 1}, GT_STATUS_INFEASIBLE, 0);
    /* Waechter & Biegler (2000): line searches without a restoration get stuck; from a start on the other side there
     * is a solution, from this one a point where the violation is smallest. */
    const double sides[] = {1, 0.5};
    quadratic_problem wb = quadratic(3, 2, sides, sides);
    wb.base.lower = zero;
    wb.linear[0] = 1;
    wb.curve[0][0] = 2, wb.slope[0][1] = -1;
    wb.slope[1][0] = 1, wb.slope[1][2] = -1;
    ends("Waechter & Biegler (2000), stuck", &wb, (double[]){-4, 1, 1}, GT_STATUS_INFEASIBLE, 0);
    ends("Waechter & Biegler (2000)", &wb, (double[]){3, 1, 1}, GT_STATUS_OPTIMAL, 1);
}

static void degenerate_problems(void)
{
    const double sides[] = {2, 4, 2, 5}, fixed_low[] = {0, 2.5}, fixed_high[] = {5, 2.5};
    quadratic_problem q = quadratic(2, 2, sides, sides);
    for (int i = 0; i < 2; i++) {
        q.quadratic[i * MOST_X + i] = 2;
        q.slope[0][i] = 1, q.slope[1][i] = 2;
    }
    ends("dependent equations", &q, (double[]){3, 2}, GT_STATUS_OPTIMAL, 2);
    q.base.n_constraints = q.base.constraint_pattern.n_rows = 3;
    q.slope[2][0] = 1, q.slope[2][1] = -1;
    const double met[] = {2, 4, 0}, contradictory[] = {2, 5, 0};
    q.base.constraint_lower = q.base.constraint_upper = met;
    ends("more equations than variables", &q, (double[]){5, 5}, GT_STATUS_OPTIMAL, 2);
    q.base.constraint_lower = q.base.constraint_upper = contradictory;
    ends("contradictory equations", &q, (double[]){5, 5}, GT_STATUS_INFEASIBLE, 2);
    q = quadratic(2, 1, (double[]){3}, (double[]){INFINITY});
    q.base.lower = fixed_low, q.base.upper = fixed_high;
    q.quadratic[0] = q.quadratic[MOST_X + 1] = 2;
    q.slope[0][0] = q.slope[0][1] = 1;
    ends("a fixed variable", &q, (double[]){3, 2}, GT_STATUS_OPTIMAL, 0.25 + 6.25);
    q = quadratic(2, 2, (double[]){1, -INFINITY}, (double[]){INFINITY, INFINITY});
    q.quadratic[0] = q.quadratic[MOST_X + 1] = 1;
    q.slope[0][0] = q.slope[0][1] = 1, q.curve[1][0] = 1;
    ends("a constraint without sides", &q, (double[]){3, 2}, GT_STATUS_OPTIMAL, 0.25);
}

/* ---- problem 71 ---- */

static void value_71(gt_problem *self, const void *at, double *value, void *gradient)
{
    const double *x = at;
    double *g = gradient, sum = x[0] + x[1] + x[2];
    (void)self;
    *value = x[0] * x[3] * sum + x[2];
    g[0] = x[3] * (sum + x[0]);
    g[1] = x[0] * x[3];
    g[2] = x[0] * x[3] + 1;
    g[3] = x[0] * sum;
}
static void constraints_71(gt_problem *self, const void *at, double *c)
{
    const double *x = at;
    (void)self;
    c[0] = x[0] * x[1] * x[2] * x[3];
    c[1] = x[0] * x[0] + x[1] * x[1] + x[2] * x[2] + x[3] * x[3];
}
static void jacobian_71(gt_problem *self, const void *at, double *entries)
{
    const double *x = at;
    (void)self;
    for (int j = 0; j < 4; j++) {
        entries[2 * j] = 1;
        for (int i = 0; i < 4; i++) entries[2 * j] *= i == j ? 1 : x[i];
        entries[2 * j + 1] = 2 * x[j];
    }
}
static void hessian_71(gt_problem *self, const void *at, double weight, const double *y, double *h)
{
    const double *x = at;
    const double of_value[16] = {
        2 * x[3], x[3], x[3], 2 * x[0] + x[1] + x[2], x[3], 0,    0, x[0], x[3],
        0,        0,    x[0], 2 * x[0] + x[1] + x[2], x[0], x[0], 0};
    (void)self;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            double product = 1;
            for (int k = 0; k < 4; k++) product *= k == i || k == j ? 1 : x[k];
            h[i + 4 * j] = weight * of_value[i + 4 * j] + (i == j ? 2 * y[1] : y[0] * product);
        }
}

static void problem_71(void)
{
    const double lower[] = {1, 1, 1, 1}, upper[] = {5, 5, 5, 5}, low[] = {25, 40},
                 high[] = {INFINITY, 40};
    gt_problem p = {.space = {false, 4},
                    .lower = lower,
                    .upper = upper,
                    .value_and_gradient = value_71,
                    .n_constraints = 2,
                    .constraint_lower = low,
                    .constraint_upper = high,
                    .constraints = constraints_71,
                    .constraint_pattern = {2, 4, NULL, NULL},
                    .constraint_jacobian = jacobian_71,
                    .lagrangian_pattern = {4, 4, NULL, NULL},
                    .lagrangian_hessian = hessian_71};
    answer a = solve(&p, (double[]){1, 5, 5, 1});
    check("problem 71", "optimal",
          a.status == GT_STATUS_OPTIMAL && near(a.value, 17.0140173, 1e-8));
    check("problem 71", "multipliers",
          near(a.multipliers[0], -0.55229366, 1e-6) && near(a.multipliers[1], 0.16146857, 1e-6) &&
              near(a.bound_multipliers[0], -1.08787121, 1e-6));
    free(a.memory);
}

/* ---- a sparse problem: u'' = v, the least sum of (u - 1)^2 + v^2 / 10, u <= 0.9, ends at 0 ---- */

enum { N_STEPS = 60, N_SPARSE = 2 * N_STEPS };

static void sparse_value(gt_problem *self, const void *at, double *value, void *gradient)
{
    const double *u = at, *v = u + N_STEPS;
    double *g = gradient;
    (void)self;
    *value = 0;
    for (int k = 0; k < N_STEPS; k++) {
        *value += pow(u[k] - 1, 2) + v[k] * v[k] / 10;
        g[k] = 2 * (u[k] - 1);
        g[N_STEPS + k] = v[k] / 5;
    }
}
static void sparse_constraints(gt_problem *self, const void *at, double *c)
{
    const double *u = at, *v = u + N_STEPS;
    (void)self;
    for (int k = 0; k < N_STEPS; k++)
        c[k] = (k > 0 ? u[k - 1] : 0) - 2 * u[k] + (k < N_STEPS - 1 ? u[k + 1] : 0) - v[k];
}
static void sparse_jacobian(gt_problem *self, const void *x, double *entries)
{
    (void)x;
    for (int64_t j = 0; j < N_SPARSE; j++)
        for (int64_t k = gt_column(&self->constraint_pattern, j);
             k < gt_column(&self->constraint_pattern, j + 1); k++)
            entries[k] = j >= N_STEPS ? -1 : (self->constraint_pattern.row[k] == j ? -2 : 1);
}
static void sparse_hessian(gt_problem *self, const void *x, double weight, const double *y,
                           double *entries)
{
    (void)self, (void)x, (void)y;
    for (int j = 0; j < N_SPARSE; j++) entries[j] = weight * (j < N_STEPS ? 2 : 0.2);
}

/* L D L' of the whole square, without pivots. */
typedef struct {
    gt_sparse_ldl base;
    const gt_pattern *pattern;
    double a[3 * N_STEPS * 3 * N_STEPS];
    int calls;
} plain_ldl;

static void analyse(gt_sparse_ldl *self, const gt_pattern *pattern)
{
    ((plain_ldl *)self)->pattern = pattern;
}
static bool factorise(gt_sparse_ldl *self, const double *entries, int64_t *n_negative)
{
    plain_ldl *f = (plain_ldl *)self;
    const int64_t n = f->pattern->n_rows;
    f->calls++;
    memset(f->a, 0, sizeof f->a);
    for (int64_t j = 0; j < n; j++)
        for (int64_t k = gt_column(f->pattern, j); k < gt_column(f->pattern, j + 1); k++)
            f->a[gt_entry_row(f->pattern, j, k) + j * n] = entries[k];
    *n_negative = 0;
    for (int64_t j = 0; j < n; j++) {
        const double d = f->a[j + j * n];
        if (d == 0 || !isfinite(d)) return false;
        *n_negative += d < 0;
        for (int64_t c = j + 1; c < n; c++)
            for (int64_t i = c; i < n; i++)
                f->a[i + c * n] -= f->a[i + j * n] * f->a[c + j * n] / d;
        for (int64_t i = j + 1; i < n; i++) f->a[i + j * n] /= d;
    }
    return true;
}
static void solve_factored(gt_sparse_ldl *self, double *b)
{
    plain_ldl *f = (plain_ldl *)self;
    const int64_t n = f->pattern->n_rows;
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = j + 1; i < n; i++) b[i] -= f->a[i + j * n] * b[j];
    for (int64_t j = 0; j < n; j++) b[j] /= f->a[j + j * n];
    for (int64_t j = n - 1; j >= 0; j--)
        for (int64_t i = j + 1; i < n; i++) b[j] -= f->a[i + j * n] * b[i];
}

static void sparse_problem(void)
{
    int64_t start[N_SPARSE + 1], diagonal[N_SPARSE + 1];
    int row[4 * N_STEPS], diagonal_row[N_SPARSE], at = 0;
    double zero[N_STEPS] = {0}, upper[N_SPARSE], x[N_SPARSE] = {0};
    static plain_ldl ldl = {.base = {analyse, factorise, solve_factored}};
    for (int j = 0; j < N_SPARSE; j++) {
        start[j] = at;
        for (int i = j - 1; i <= j + 1 && j < N_STEPS; i++)
            if (i >= 0 && i < N_STEPS) row[at++] = i;
        if (j >= N_STEPS) row[at++] = j - N_STEPS;
        diagonal[j] = diagonal_row[j] = j;
        upper[j] = j < N_STEPS ? 0.9 : INFINITY;
    }
    start[N_SPARSE] = at;
    diagonal[N_SPARSE] = N_SPARSE;
    gt_problem p = {.space = {false, N_SPARSE},
                    .upper = upper,
                    .value_and_gradient = sparse_value,
                    .n_constraints = N_STEPS,
                    .constraint_lower = zero,
                    .constraint_upper = zero,
                    .constraints = sparse_constraints,
                    .constraint_pattern = {N_STEPS, N_SPARSE, start, row},
                    .constraint_jacobian = sparse_jacobian,
                    .lagrangian_pattern = {N_SPARSE, N_SPARSE, diagonal, diagonal_row},
                    .lagrangian_hessian = sparse_hessian};
    answer dense = solve(&p, x);
    p.sparse_ldl = &ldl.base;
    answer sparse = solve(&p, x);
    check("sparse", "optimal",
          dense.status == GT_STATUS_OPTIMAL && sparse.status == GT_STATUS_OPTIMAL);
    check("sparse", "by the library", ldl.calls > 0);
    bool is_same = near(dense.value, sparse.value, 1e-10), is_within = true;
    for (int j = 0; j < N_SPARSE; j++) {
        is_same = is_same && near(sparse.x[j], dense.x[j], 1e-6);
        is_within = is_within && sparse.x[j] <= upper[j];
    }
    check("sparse", "as dense", is_same);
    check("sparse", "within its bounds", is_within);
    free(dense.memory);
    free(sparse.memory);
}

int main(void)
{
    linear_program();
    unbounded_programs();
    infeasible_problems();
    degenerate_problems();
    problem_71();
    sparse_problem();
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
