/* Every method of minimisation with derivatives, without R: on Rosenbrock's function of many variables (Rosenbrock 1960),
 * chained, with what each method needs of it; within bounds where a method takes them; and on
 * a saddle point, where it needs Hessians. tools/check-layers.R builds and runs it. */
#include "solvers/bounds.h"
#include "solvers/solver.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void check(const char *method, const char *what, bool holds)
{
    printf("%s %s: %s\n", holds ? "ok" : "not ok", method, what);
    failures += !holds;
}

/* ---- the chained function: the sum of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2 ---- */

static void chained(gt_problem *self, const void *at, double *value, void *gradient)
{
    const double *x = at;
    double *g = gradient;
    *value = 0;
    memset(g, 0, (size_t)self->space.n * sizeof *g);
    for (int64_t i = 0; i + 1 < self->space.n; i++) {
        double u = x[i + 1] - x[i] * x[i], v = 1 - x[i];
        *value += 100 * u * u + v * v;
        g[i] -= 400 * x[i] * u + 2 * v;
        g[i + 1] += 200 * u;
    }
}

static void chained_product(gt_problem *self, const void *at, const void *with, void *product)
{
    const double *x = at, *v = with;
    double *to = product;
    memset(to, 0, (size_t)self->space.n * sizeof *to);
    for (int64_t i = 0; i + 1 < self->space.n; i++) {
        to[i] += (1200 * x[i] * x[i] - 400 * x[i + 1] + 2) * v[i] - 400 * x[i] * v[i + 1];
        to[i + 1] += 200 * v[i + 1] - 400 * x[i] * v[i];
    }
}

/* x0 x1 + x0^4 + x1^4, whose gradient is 0 at (0, 0). */
static void saddle(gt_problem *self, const void *at, double *value, void *gradient)
{
    const double *x = at;
    double *g = gradient;
    (void)self;
    *value = x[0] * x[1] + pow(x[0], 4) + pow(x[1], 4);
    g[0] = x[1] + 4 * pow(x[0], 3);
    g[1] = x[0] + 4 * pow(x[1], 3);
}

static void saddle_product(gt_problem *self, const void *at, const void *with, void *product)
{
    const double *x = at, *v = with;
    double *to = product;
    (void)self;
    to[0] = 12 * x[0] * x[0] * v[0] + v[1];
    to[1] = v[0] + 12 * x[1] * x[1] * v[1];
}

enum { MOST = 40 };

static void hessian_by_products(gt_problem *self, const void *x, double *entries)
{
    double unit[MOST] = {0};
    for (int64_t j = 0; j < self->space.n; j++) {
        unit[j] = 1;
        self->hessian_vector(self, x, unit, entries + j * self->space.n);
        unit[j] = 0;
    }
}

/* ---- runs ---- */

/* From x, to where it ends. False where the method needs what the problem does not have. */
static bool run(const gt_method *method, gt_problem *problem, double *x, gt_solver *s)
{
    *s = gt_solver_new(method, problem);
    s->stop.tolerance_grad = 1e-7;
    s->stop.tolerance_change = 0;
    s->keep_best = true;
    /* methods for constraints go by the conditions of an optimum */
    if (method->takes & GT_PART_CONSTRAINTS)
        s->converge.tol_gradient = s->converge.tol_constraint = 1e-12;
    if (gt_solver_unfit(s)) return false;
    /* lbfgs takes fixed steps by default */
    gt_options_set(method->options, s->options, "line_search_fn", 1);
    void *memory = malloc(gt_solver_bytes(s));
    if (!memory) exit(EXIT_FAILURE);
    gt_solver_place(s, memory);
    memcpy(s->x, x, (size_t)problem->space.n * sizeof *x);
    gt_status status = gt_minimize(s);
    memcpy(x, s->x, (size_t)problem->space.n * sizeof *x);
    printf("%s: %s; %lld iterations, %lld evaluations\n", method->name, gt_status_text(status),
           (long long)s->now.iteration, (long long)s->now.evaluations);
    free(memory);
    return true;
}

static void on_chained(const gt_method *method, int64_t n)
{
    gt_problem p = {.space = {false, n},
                    .value_and_gradient = chained,
                    .hessian_vector = chained_product,
                    .hessian_pattern = {n, n, NULL, NULL},
                    .hessian = hessian_by_products};
    double x[MOST], g[MOST], value;
    gt_solver s;
    for (int64_t i = 0; i < n; i++) x[i] = 0.5;
    if (!run(method, &p, x, &s)) return;
    chained(&p, x, &value, g);
    check(method->name, "the gradient is small", gt_max_abs(p.space, g) <= 1e-6);
    check(method->name, "the minimum is found", value <= 1e-10);
}

static void within_bounds(const gt_method *method, int64_t n)
{
    double lower[MOST], upper[MOST], x[MOST], g[MOST], value;
    gt_problem p = {.space = {false, n},
                    .lower = lower,
                    .upper = upper,
                    .value_and_gradient = chained,
                    .hessian_vector = chained_product,
                    .hessian_pattern = {n, n, NULL, NULL},
                    .hessian = hessian_by_products};
    gt_solver s;
    for (int64_t i = 0; i < n; i++) {
        lower[i] = i % 3 == 0 ? -INFINITY : 0.05 * (double)(i % 4);
        upper[i] = i % 2 ? 0.5 : INFINITY;
        if (i % 5 == 4) lower[i] = upper[i] = 0.3;
        x[i] = 2;
    }
    if (!run(method, &p, x, &s)) return;
    chained(&p, x, &value, g);
    bool is_inside = true;
    for (int64_t i = 0; i < n; i++) is_inside = is_inside && gt_within(&p, i, x[i]) == x[i];
    check(method->name, "the point is within the bounds", is_inside);
    double size;
    gt_scaled_gradient(&p, x, g, value, &size);
    check(method->name, "the projected gradient is small", size <= 1e-6);
}

static void on_saddle(const gt_method *method)
{
    gt_problem p = {.space = {false, 2},
                    .value_and_gradient = saddle,
                    .hessian_vector = saddle_product,
                    .hessian = hessian_by_products};
    double x[2] = {0, 0};
    gt_solver s;
    if (!method->leaves || !run(method, &p, x, &s)) return;
    check(method->name, "the saddle point is left", fabs(s.value + 0.125) <= 1e-10);
}

/* A method that works in double precision only says so. */
static void on_floats(const gt_method *method)
{
    gt_problem p = {.space = {true, 2},
                    .value_and_gradient = chained,
                    .hessian_vector = chained_product,
                    .hessian = hessian_by_products};
    gt_solver s = gt_solver_new(method, &p);
    const char *unfit = gt_solver_unfit(&s);
    check(method->name, "single precision is refused", unfit != NULL);
}

int main(void)
{
    for (int k = 0; gt_methods[k]; k++) {
        if (!(gt_methods[k]->needs & GT_PART_GRADIENT)) continue;
        for (int64_t n = 2; n <= MOST; n += 19) on_chained(gt_methods[k], n);
        if (gt_methods[k]->takes & GT_PART_BOUNDS) within_bounds(gt_methods[k], MOST);
        on_saddle(gt_methods[k]);
        if (gt_methods[k]->is_double) on_floats(gt_methods[k]);
    }
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
