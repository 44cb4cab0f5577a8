/* The core without R: records Rosenbrock's function (Rosenbrock 1960) as a graph, derives its
 * gradient, plans both, and minimises them by L-BFGS. tools/check-layers.R builds and runs it. */
#include "ops/shape.h"
#include "solvers/lbfgs.h"
#include "tape/passes/passes.h"
#include "tape/plan/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 2, HISTORY = 5 };

static void *allocate(size_t bytes)
{
    void *memory = calloc(bytes ? bytes : 1, 1);
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

/* ---- the tape ---- */

static gt_ref element(gt_builder *b, gt_ref x, int i)
{
    int slice[] = {i, 1, GT_DROP};
    return gt_apply1(b, GT_OP_slice, x, 3, slice);
}

/* (1 - x0)^2 + 100 (x1 - x0^2)^2 and its gradient. */
static gt_plan *rosenbrock(void)
{
    gt_graph *g = gt_graph_new((gt_arena){allocate});
    gt_type type = {.dtype = GT_DOUBLE, .ndim = 1, .dim = {N}, .size = N};
    int x = gt_graph_input(g, 0, &type), out[2];
    g->instr[x].is_differentiable = true;
    gt_graph_builder builder;
    gt_graph_builder_init(&builder, g);
    gt_builder *b = &builder.base;
    gt_ref x0 = element(b, x, 0), x1 = element(b, x, 1);
    gt_ref left = gt_square(b, gt_sub(b, b->constant(b, 1, GT_DOUBLE), x0));
    gt_ref right = gt_square(b, gt_sub(b, x1, gt_square(b, x0)));
    out[0] = gt_add(b, left, gt_mul(b, b->constant(b, 100, GT_DOUBLE), right));
    gt_error err;
    if (gt_graph_gradient(g, out[0], -1, 1, &x, &out[1], &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(EXIT_FAILURE);
    }
    gt_graph_set_outputs(g, 2, out);
    return gt_plan_make(gt_optimize(g));
}

/* ---- the tape as an objective ---- */

typedef struct {
    gt_objective base;
    const gt_plan *plan;
    gt_array *inputs;
    int evaluations;
} objective;

static void evaluate(gt_objective *self, const void *x, double *value, void *gradient)
{
    objective *o = (objective *)self;
    double *memory[GT_N_BUFFERS] = {0};
    gt_error err;
    memory[GT_ARENA] = o->plan->arena;
    memory[GT_CONSTANTS] = o->plan->constants;
    memory[GT_X] = (double *)x;
    memory[GT_OUT] = value;
    memory[GT_OUT + 1] = gradient;
    o->evaluations++;
    if (gt_plan_run(o->plan, memory, 0, o->plan->size.n_steps, o->inputs, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(EXIT_FAILURE);
    }
    gt_plan_output(o->plan, memory, 0, value);
    gt_plan_output(o->plan, memory, 1, gradient);
}

static void reserve_pair(void *host, int slot)
{
    gt_lbfgs_state *state = host;
    state->change_in_x[slot] = allocate(N * sizeof(double));
    state->change_in_g[slot] = allocate(N * sizeof(double));
}

static int failures = 0;

static void check_near(const char *what, double value, double expected, double tolerance)
{
    bool near = fabs(value - expected) <= tolerance;
    printf("%s %s: %.17g, expected %.17g\n", near ? "ok" : "not ok", what, value, expected);
    failures += !near;
}

int main(void)
{
    const gt_plan *plan = rosenbrock();
    objective o = {.base = {{false, N}, evaluate}, .plan = plan};
    o.inputs = allocate(((size_t)plan->size.largest_call + 1) * sizeof *o.inputs);

    double x[N] = {-1.2, 1}, g[N], value;
    evaluate(&o.base, x, &value, g);
    check_near("value at (-1.2, 1)", value, 24.2, 1e-13);
    check_near("derivative by x0", g[0], -215.6, 1e-12);
    check_near("derivative by x1", g[1], -88, 1e-12);

    double work[6][N], rho[HISTORY], alpha[HISTORY];
    void *change_in_x[HISTORY] = {0}, *change_in_g[HISTORY] = {0};
    gt_lbfgs_memory memory = {0};
    gt_lbfgs_params params = {1, 200, 400, 1e-10, 1e-15, HISTORY, GT_STRONG_WOLFE};
    gt_lbfgs_state state = {.memory = &memory, .x = x, .g = g, .d = work[0], .previous_g = work[1],
                            .trial = work[2], .line_g = {work[3], work[4], work[5]},
                            .rho = rho, .alpha = alpha,
                            .change_in_x = change_in_x, .change_in_g = change_in_g,
                            .reserve = reserve_pair, .host = &state};
    gt_lbfgs_step(&o.base, &params, &state, &value);
    check_near("x0 at the minimum", x[0], 1, 1e-7);
    check_near("x1 at the minimum", x[1], 1, 1e-7);
    evaluate(&o.base, x, &value, g);
    check_near("minimum", value, 0, 1e-14);
    printf("%d evaluations\n", o.evaluations);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
