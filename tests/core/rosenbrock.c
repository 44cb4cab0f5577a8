/* The core without R: records Rosenbrock's function (Rosenbrock 1960) as a graph, derives its
 * gradient, plans both, and minimises them by L-BFGS. tools/check-layers.R builds and runs it. */
#include "ops/shape.h"
#include "solvers/solver.h"
#include "tape/program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 2 };

static void *allocate(void *host, size_t bytes)
{
    void *memory = calloc(bytes ? bytes : 1, 1);
    (void)host;
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}
static const gt_arena heap = {.alloc = allocate};

static void stop_unless_done(int failed, const gt_error *err)
{
    if (!failed) return;
    fprintf(stderr, "%s\n", err->message);
    exit(EXIT_FAILURE);
}

/* ---- the tape ---- */

static gt_ref element(gt_builder *b, gt_ref x, int i)
{
    int slice[] = {i, 1, GT_DROP};
    return gt_apply1(b, GT_OP_slice, x, 3, slice);
}

/* (1 - x0)^2 + 100 (x1 - x0^2)^2 and its gradient. */
static gt_program *rosenbrock(gt_workspace *workspace, gt_pool *pool)
{
    gt_graph *g = gt_graph_new(heap, pool);
    gt_type type = {.dtype = GT_DOUBLE, .ndim = 1, .dim = {N}, .size = N};
    int x = gt_graph_input(g, GT_PARAMETERS, &type);
    g->instr[x].is_differentiable = true;
    gt_graph_builder builder;
    gt_graph_builder_init(&builder, g);
    gt_builder *b = &builder.base;
    gt_ref x0 = element(b, x, 0), x1 = element(b, x, 1);
    gt_ref left = gt_square(b, gt_sub(b, b->constant(b, 1, GT_DOUBLE), x0));
    gt_ref right = gt_square(b, gt_sub(b, x1, gt_square(b, x0)));
    int value = gt_add(b, left, gt_mul(b, b->constant(b, 100, GT_DOUBLE), right));
    gt_graph_set_outputs(g, 1, &value);
    gt_program_memory memory = {heap, heap, workspace, false};
    gt_error err;
    gt_program *p = gt_program_make(g, GT_PROGRAM_gradient, &memory, &err);
    stop_unless_done(!p, &err);
    return p;
}

/* ---- the tape as a problem ---- */

typedef struct {
    gt_problem base;
    gt_program *program;
} tape_problem;

static void evaluate(gt_problem *self, const void *x, double *value, void *gradient)
{
    gt_program *p = ((tape_problem *)self)->program;
    gt_error err;
    gt_program_input(p, GT_PARAMETERS, x);
    gt_program_output(p, GT_VALUE, value);
    gt_program_output(p, GT_DERIVATIVE, gradient);
    stop_unless_done(gt_program_run(p, &err), &err);
    gt_program_fetch(p, GT_VALUE);
    gt_program_fetch(p, GT_DERIVATIVE);
}

static int failures = 0;

static void check_near(const char *what, double value, double expected, double tolerance)
{
    bool near = fabs(value - expected) <= tolerance;
    printf("%s %s: %.17g, expected %.17g\n", near ? "ok" : "not ok", what, value, expected);
    failures += !near;
}

/* Minimises from (-1.2, 1) with a line search, by its number. */
static void minimize(gt_problem *problem, double line_search)
{
    const double start[N] = {-1.2, 1};
    gt_solver s = gt_solver_new(gt_method_find("lbfgs"), problem);
    bool set = gt_options_set(s.method->options, s.options, "line_search_fn", line_search) &&
               gt_options_set(s.method->options, s.options, "history_size", 5);
    check_near("options are set", set, 1, 0);
    check_near("options out of range are not",
               gt_options_set(s.method->options, s.options, "lr", -1), 0, 0);
    s.stop.tolerance_grad = 1e-10;
    s.stop.tolerance_change = 1e-20;
    s.keep_best = true;
    void *memory = allocate(NULL, gt_solver_bytes(&s));
    gt_solver_place(&s, memory);
    memcpy(s.x, start, sizeof start);
    gt_status status = gt_minimize(&s);
    const double *x = s.x;
    check_near("x0 at the minimum", x[0], 1, 1e-7);
    check_near("x1 at the minimum", x[1], 1, 1e-7);
    check_near("minimum", s.value, 0, 1e-14);
    printf("%lld iterations, %lld evaluations; %s\n", (long long)s.now.iteration,
           (long long)s.now.evaluations, gt_status_text(status));
    free(memory);
}

int main(void)
{
    gt_workspace workspace = {.source = heap};
    gt_pool pool = {.keep = heap};
    tape_problem p = {.base = {.space = {false, N}, .value_and_gradient = evaluate},
                      .program = rosenbrock(&workspace, &pool)};
    const double x[N] = {-1.2, 1};
    double g[N], value;
    evaluate(&p.base, x, &value, g);
    check_near("value at (-1.2, 1)", value, 24.2, 1e-13);
    check_near("derivative by x0", g[0], -215.6, 1e-12);
    check_near("derivative by x1", g[1], -88, 1e-12);
    minimize(&p.base, 1);
    minimize(&p.base, 2);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
