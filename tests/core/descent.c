/* Methods that go along directions, without R, in both precisions and with each line search: on
 * Rosenbrock's function (1960), which is not defined (NaN) right of x0 = 1.5.        */
#include "solvers/search/line.h"
#include "solvers/solver.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void rosenbrock(const double *x, double *value, double *g)
{
    double left = 1 - x[0], right = x[1] - x[0] * x[0];
    *value = x[0] > 1.5 ? NAN : left * left + 100 * right * right;
    g[0] = -2 * left - 400 * x[0] * right;
    g[1] = 200 * right;
}

static void in_double(gt_problem *self, const void *x, double *value, void *gradient)
{
    (void)self;
    rosenbrock(x, value, gradient);
}

static void in_float(gt_problem *self, const void *x, double *value, void *gradient)
{
    const float *from = x;
    float *to = gradient;
    double point[2] = {from[0], from[1]}, g[2];
    (void)self;
    rosenbrock(point, value, g);
    *value = (float)*value;
    for (int i = 0; i < 2; i++) to[i] = (float)g[i];
}

static void minimize(const char *method, int search, bool single)
{
    gt_problem p = {.space = {single, 2}, .value_and_gradient = single ? in_float : in_double};
    gt_solver s = gt_solver_new(gt_method_find(method), &p);
    const char *option = strcmp(method, "lbfgs") ? "line_search" : "line_search_fn";
    bool is_set = gt_options_set(s.method->options, s.options, option, search);
    s.stop.tolerance_grad = single ? 1e-3 : 1e-9;
    s.stop.tolerance_change = 0;
    s.keep_best = true;
    void *memory = malloc(gt_solver_bytes(&s));
    if (!memory) exit(EXIT_FAILURE);
    gt_solver_place(&s, memory);
    gt_set_element(p.space, s.x, 0, -1.2);
    gt_set_element(p.space, s.x, 1, 1);
    gt_status status = gt_minimize(&s);
    double off = fmax(fabs(gt_element(p.space, s.x, 0) - 1), fabs(gt_element(p.space, s.x, 1) - 1));
    bool is_right = is_set && off <= (single ? 5e-3 : 1e-8) && p.count.value == p.count.gradient;
    printf("%s %s, %s, %s: off by %.3g after %lld evaluations; %s\n", is_right ? "ok" : "not ok",
           method, gt_line_search_names[search - 1], single ? "float" : "double", off,
           (long long)p.count.value, gt_status_text(status));
    failures += !is_right;
    free(memory);
}

int main(void)
{
    const char *const methods[] = {"lbfgs", "bfgs", "cg"};
    for (int m = 0; m < 3; m++)
        for (int search = 1; gt_line_search_names[search - 1]; search++)
            for (int single = 0; single < 2; single++)
                /* conjugate directions need a search that also goes further */
                if (m < 2 || search != GT_SEARCH_backtracking) minimize(methods[m], search, single);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
