#include "tape/program.h"
#include "tape/passes/passes.h"

#include <string.h>

static const char *const names[] = {
#define PROGRAM(name, derivative) #name,
    GT_PROGRAMS(PROGRAM)
#undef PROGRAM
};

const char *gt_program_name(gt_program_kind kind) { return names[kind]; }

gt_program_kind gt_program_find(const char *name)
{
    for (int k = 0; k < GT_PROGRAM_COUNT; k++)
        if (!strcmp(names[k], name)) return (gt_program_kind)k;
    return GT_PROGRAM_COUNT;
}

bool gt_program_needs_scalar(gt_program_kind kind)
{
    return kind == GT_PROGRAM_gradient || kind == GT_PROGRAM_hvp;
}

/* ---- derivation ---- */

static int dot_product(gt_graph_builder *b, int x, int y)
{
    int all = 0;
    return gt_apply1(&b->base, GT_OP_sum, gt_mul(&b->base, x, y), 1, &all);
}

/* An input becomes a constant: whatever its value is, but not 0, which would look like the
 * gradient of what was not chosen.                                             */
static void make_ones(gt_graph *g, int input)
{
    gt_type t = g->instr[input].type;
    gt_array ones = {t, gt_alloc_array(g->arena, (size_t)t.size, sizeof(double))};
    gt_fill(&ones, 1);
    int constant = gt_graph_constant(g, &t, ones.data);
    g->instr[input].source = GT_CONSTANT;
    g->instr[input].at = g->instr[constant].at;
}

static int parameters_of(const gt_graph *g)
{
    for (int i = 0; i < g->n; i++)
        if (g->instr[i].source == GT_INPUT && g->instr[i].at == GT_PARAMETERS) return i;
    return GT_NO_REF;
}

/* The weights of the outputs in the sum that is differentiated; GT_NO_REF: one number. */
static int output_weights(gt_graph *g, gt_program_kind kind, int y)
{
    gt_type t = g->instr[y].type;
    if (gt_program_needs_scalar(kind)) return GT_NO_REF;
    return gt_graph_input(g, kind == GT_PROGRAM_vjp ? GT_SEED : GT_MULTIPLIERS, &t);
}

static int add_derivative(gt_graph *g, gt_program_kind kind, gt_error *err)
{
    int x = parameters_of(g), y = g->outputs[GT_VALUE], out[2] = {y, GT_NO_REF};
    if (kind == GT_PROGRAM_value) return 0;
    int weights = output_weights(g, kind, y);
    if (gt_graph_gradient(g, y, weights, 1, &x, &out[GT_DERIVATIVE], err)) return 1;
    if (kind != GT_PROGRAM_gradient && kind != GT_PROGRAM_vjp) {
        /* The derivative of gradient . v: with respect to x it is a second one; with respect to
         * the weights, in which J'w is linear, J v.                                */
        gt_graph_builder b;
        gt_graph_builder_init(&b, g);
        gt_type t = g->instr[x].type;
        int with_respect_to = kind == GT_PROGRAM_jvp ? weights : x;
        int product = dot_product(&b, out[GT_DERIVATIVE], gt_graph_input(g, GT_SEED, &t));
        if (gt_graph_gradient(g, product, GT_NO_REF, 1, &with_respect_to, &out[GT_DERIVATIVE], err)) return 1;
        if (kind == GT_PROGRAM_jvp) make_ones(g, weights);
    }
    gt_graph_set_outputs(g, 2, out);
    return 0;
}

gt_graph *gt_program_derive(const gt_graph *recorded, gt_program_kind kind, gt_error *err)
{
    /* Shared first: what is equal then collects one gradient. */
    gt_graph *g = gt_pass_prune(gt_pass_share(recorded));
    return add_derivative(g, kind, err) ? NULL : g;
}

gt_graph *gt_program_graph(const gt_graph *recorded, gt_program_kind kind, gt_error *err)
{
    gt_graph *g = gt_program_derive(recorded, kind, err);
    return g ? gt_optimize(g) : NULL;
}

/* ---- ready to run ---- */

gt_program *gt_program_of_graph(const gt_graph *g, gt_arena keep)
{
    gt_program *p = gt_alloc(keep, sizeof *p);
    p->plan = gt_plan_copy(gt_plan_make(g), keep);
    p->base = gt_alloc(keep, GT_N_BUFFERS * sizeof *p->base);
    for (int k = 0; k < GT_N_BUFFERS; k++) p->base[k] = NULL;
    p->base[GT_ARENA] = p->plan->arena;
    p->base[GT_CONSTANTS] = p->plan->constants;
    return p;
}

gt_program *gt_program_make(const gt_graph *recorded, gt_program_kind kind, gt_arena keep, gt_error *err)
{
    const gt_graph *g = gt_program_graph(recorded, kind, err);
    if (!g) return NULL;
    gt_program *p = gt_program_of_graph(g, keep);
    p->kind = kind;
    return p;
}

int gt_program_run(gt_program *p, gt_error *err)
{
    return gt_plan_run(p->plan, p->base, 0, p->plan->size.n_steps_x, err);
}

int gt_program_run_seed(gt_program *p, gt_error *err)
{
    return gt_plan_run(p->plan, p->base, p->plan->size.n_steps_x, p->plan->size.n_steps, err);
}
