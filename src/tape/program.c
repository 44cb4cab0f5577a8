#include "tape/program.h"
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

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

/* A zero element of the seed of J v does not select outputs: J's rows are for that. */
static const gt_program_kind careful_kind[GT_PROGRAM_COUNT] = {
    [GT_PROGRAM_gradient] = GT_PROGRAM_careful_gradient,
    [GT_PROGRAM_hvp] = GT_PROGRAM_careful_hvp,
    [GT_PROGRAM_vjp] = GT_PROGRAM_careful_vjp,
    [GT_PROGRAM_lagrangian] = GT_PROGRAM_careful_lagrangian,
};
gt_program_kind gt_program_careful(gt_program_kind kind)
{
    return careful_kind[kind] ? careful_kind[kind] : GT_PROGRAM_COUNT;
}

/* The kind whose derivative it computes, carefully or not. */
static gt_program_kind plain_kind(gt_program_kind kind)
{
    for (int k = 0; k < GT_PROGRAM_COUNT; k++)
        if (careful_kind[k] == kind && kind != GT_PROGRAM_value) return (gt_program_kind)k;
    return kind;
}

bool gt_program_needs_scalar(gt_program_kind kind)
{
    kind = plain_kind(kind);
    return kind == GT_PROGRAM_gradient || kind == GT_PROGRAM_hvp;
}

/* ---- derivation ---- */

static int dot_product(gt_graph_builder *b, int x, int y)
{
    int all = 0;
    return gt_apply1(&b->base, GT_OP_sum, gt_mul(&b->base, x, y), 1, &all);
}

/* The multipliers become ones: J'w is linear in them, so their values do not matter; but not
 * zeros, which would look like the gradient of what was not chosen.             */
static int as_ones(const gt_rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    if (!gt_is_input(s, GT_MULTIPLIERS)) return gt_copy_instr(r);
    gt_type number = gt_scalar_type(s->type->dtype);
    gt_params p = {s->type->ndim, s->type->dim};
    int one = gt_graph_number(r->to, &number, 1);
    return gt_graph_append(r->to, GT_OP_expand, s->type, 1, &one, &p);
}

/* The weights of the outputs in the sum that is differentiated; GT_NO_REF: one number. */
static int output_weights(gt_graph *g, gt_program_kind kind, int y)
{
    gt_type t = *g->instr[y].type;
    if (gt_program_needs_scalar(kind)) return GT_NO_REF;
    return gt_graph_input(g, kind == GT_PROGRAM_vjp ? GT_SEED : GT_MULTIPLIERS, &t);
}

static int add_derivative(gt_graph *g, gt_program_kind wanted, gt_error *err)
{
    gt_program_kind kind = plain_kind(wanted);
    bool careful = kind != wanted;
    int x = gt_graph_find_input(g, GT_PARAMETERS), y = g->outputs[GT_VALUE],
        out[2] = {y, GT_NO_REF};
    if (kind == GT_PROGRAM_value) return 0;
    int weights = output_weights(g, kind, y);
    if (gt_graph_gradient(g, y, weights, 1, &x, careful, &out[GT_DERIVATIVE], err)) return 1;
    if (kind != GT_PROGRAM_gradient && kind != GT_PROGRAM_vjp) {
        /* The derivative of gradient . v: with respect to x it is a second one; with respect to
         * the weights, in which J'w is linear, J v.                                */
        gt_graph_builder b;
        gt_graph_builder_init(&b, g);
        gt_type t = *g->instr[x].type;
        int with_respect_to = kind == GT_PROGRAM_jvp ? weights : x;
        int product = dot_product(&b, out[GT_DERIVATIVE], gt_graph_input(g, GT_SEED, &t));
        if (gt_graph_gradient(g, product, GT_NO_REF, 1, &with_respect_to, careful,
                              &out[GT_DERIVATIVE], err))
            return 1;
    }
    gt_graph_set_outputs(g, 2, out);
    return 0;
}

gt_graph *gt_program_derive(const gt_graph *recorded, gt_program_kind kind, gt_arena arena,
                            gt_error *err)
{
    gt_graph from = *recorded;
    from.arena = arena;
    /* Shared first: what is equal then collects one gradient. (Which in float would round otherwise.) */
    gt_graph *g = gt_graph_is_single(&from) ? &from : gt_graph_settled(gt_pass_share(&from));
    g = gt_graph_settled(gt_pass_prune(g));
    if (add_derivative(g, kind, err)) return NULL;
    gt_graph_settled(g);
    return kind == GT_PROGRAM_jvp ? gt_rewrite_graph(g, as_ones, NULL, NULL) : g;
}

gt_graph *gt_program_graph(const gt_graph *recorded, gt_program_kind kind, gt_arena arena,
                           gt_error *err)
{
    gt_graph *g = gt_program_derive(recorded, kind, arena, err);
    if (!g) return NULL;
    return gt_graph_is_single(g) ? gt_pass_storage(gt_pass_prune(g)) : gt_optimize(g);
}

/* ---- ready to run ---- */

static void make_room(gt_workspace *w, int64_t size)
{
    if (w->size >= size) return;
    w->memory = gt_alloc_array(w->source, (size_t)size, sizeof *w->memory);
    memset(w->memory, 0, (size_t)size * sizeof *w->memory);
    w->size = size;
    w->presets_of = NULL;
}

gt_program *gt_program_of_graph(const gt_graph *g, gt_program_kind kind, const gt_program_memory *m)
{
    gt_graph from = *g;
    from.arena = m->transient;
    gt_program *p = gt_alloc(m->keep, sizeof *p);
    p->kind = kind;
    p->plan = gt_plan_copy(gt_plan_make(&from, m->is_straight), m->keep);
    p->workspace = m->workspace;
    p->first = p->seed = NULL;
    int n = p->n_base = GT_POOL + g->pool->n;
    p->base = gt_alloc(m->keep, (size_t)n * sizeof *p->base);
    for (int k = 0; k < GT_POOL; k++) p->base[k] = NULL;
    for (int k = GT_POOL; k < n; k++) p->base[k] = (double *)g->pool->vector[k - GT_POOL].data;
    p->base[GT_NUMBER_BUFFER] = p->plan->numbers;
    make_room(p->workspace, p->plan->size.arena_size);
    return p;
}

gt_program *gt_program_make(const gt_graph *recorded, gt_program_kind kind,
                            const gt_program_memory *m, gt_error *err)
{
    const gt_graph *g = gt_program_graph(recorded, kind, m->transient, err);
    return g ? gt_program_of_graph(g, kind, m) : NULL;
}

typedef struct {
    const gt_plan *plan;
    gt_error *err;
} host;

static int call_kernel(void *from, int k, double *const *base)
{
    const host *h = from;
    return gt_plan_call(h->plan, k, base, h->err);
}

int gt_program_run(gt_program *p, gt_error *err)
{
    gt_workspace *w = p->workspace;
    if (w->presets_of != p) {
        p->base[GT_ARENA] = w->memory;
        gt_plan_enter(p->plan, w->memory);
        w->presets_of = p;
    }
    w->n_runs++;
    host h = {p->plan, err};
    if (p->first) return p->first(p->base, call_kernel, &h);
    return gt_plan_run(p->plan, p->base, 0, p->plan->size.n_steps_x, err);
}

int gt_program_run_seed(gt_program *p, gt_error *err)
{
    host h = {p->plan, err};
    if (p->seed) return p->seed(p->base, call_kernel, &h);
    return gt_plan_run(p->plan, p->base, p->plan->size.n_steps_x, p->plan->size.n_steps, err);
}
