#include "tape/graph.h"

#include <string.h>

/* Room for `more` elements beyond n in an array of the arena. */
static void *reserve(gt_arena arena, void *array, int n, int more, int *capacity, size_t size)
{
    if (more <= *capacity - n) return array;
    const int least = gt_countable(arena, (int64_t)n + more);
    int64_t enough = *capacity ? *capacity : 64;
    while (enough < least) enough *= 2;
    *capacity = enough < INT_MAX ? (int)enough : INT_MAX;
    return gt_enlarge_array(arena, array, (size_t)n, (size_t)*capacity, size);
}

gt_graph *gt_graph_new(gt_arena arena, gt_pool *pool)
{
    gt_graph *g = gt_alloc(arena, sizeof *g);
    *g = (gt_graph){.arena = arena, .pool = pool};
    return g;
}

void gt_graph_reserve(gt_graph *g, int64_t n, int64_t n_args)
{
    g->capacity = gt_countable(g->arena, g->n + n);
    g->instr =
        gt_enlarge_array(g->arena, g->instr, (size_t)g->n, (size_t)g->capacity, sizeof *g->instr);
    g->args_capacity = gt_countable(g->arena, g->n_args + n_args);
    g->args = gt_enlarge_array(g->arena, g->args, (size_t)g->n_args, (size_t)g->args_capacity,
                               sizeof *g->args);
}

gt_graph *gt_graph_new_like(const gt_graph *g)
{
    gt_graph *to = gt_graph_new(g->arena, g->pool);
    to->instr = gt_alloc_array(g->arena, (size_t)g->n, sizeof *to->instr);
    to->args = gt_alloc_array(g->arena, (size_t)g->n_args, sizeof *to->args);
    to->params = gt_alloc_array(g->arena, (size_t)g->n_params, sizeof *to->params);
    to->numbers = gt_alloc_array(g->arena, (size_t)g->n_numbers, sizeof *to->numbers);
    to->capacity = g->n;
    to->args_capacity = g->n_args;
    to->params_capacity = g->n_params;
    to->numbers_capacity = g->n_numbers;
    return to;
}

static void *copy(gt_arena arena, const void *from, int64_t n, size_t size)
{
    void *to = gt_alloc_array(arena, (size_t)n, size);
    if (n) memcpy(to, from, (size_t)n * size);
    return to;
}

gt_graph *gt_graph_settled(gt_graph *g)
{
    const void *const kept[] = {g, g->instr, g->args, g->params, g->numbers, g->outputs, g->guards};
    gt_keep_only(g->arena, sizeof kept / sizeof *kept, kept);
    return g;
}

static gt_instr *new_instr(gt_graph *g)
{
    g->instr = reserve(g->arena, g->instr, g->n, 1, &g->capacity, sizeof *g->instr);
    gt_instr *i = &g->instr[g->n++];
    *i = (gt_instr){.op = GT_OP_leaf, .is_differentiable = true};
    return i;
}

int gt_graph_input(gt_graph *g, gt_input which, const gt_type *type)
{
    gt_instr *i = new_instr(g);
    i->source = GT_INPUT;
    i->type = gt_pool_type(g->pool, type);
    i->of.input = which;
    return g->n - 1;
}

int gt_graph_constant(gt_graph *g, const gt_type *type, int vector, int at)
{
    gt_instr *i = new_instr(g);
    i->source = GT_CONSTANT;
    i->type = gt_pool_type(g->pool, type);
    i->of.constant.vector = vector;
    i->of.constant.at = at;
    i->is_differentiable = false;
    return g->n - 1;
}

int gt_graph_number(gt_graph *g, const gt_type *type, double value)
{
    g->numbers =
        reserve(g->arena, g->numbers, g->n_numbers, 1, &g->numbers_capacity, sizeof(double));
    g->numbers[g->n_numbers] = value;
    return gt_graph_constant(g, type, GT_NUMBERS, g->n_numbers++);
}

int gt_graph_append(gt_graph *g, gt_op op, const gt_type *type, int n, const int *in,
                    const gt_params *p)
{
    int n_params = p ? p->n : 0;
    g->args = reserve(g->arena, g->args, g->n_args, n, &g->args_capacity, sizeof(int));
    g->params =
        reserve(g->arena, g->params, g->n_params, n_params, &g->params_capacity, sizeof(int));
    if (n) memcpy(g->args + g->n_args, in, (size_t)n * sizeof *in);
    if (n_params) memcpy(g->params + g->n_params, p->v, (size_t)n_params * sizeof(int));
    gt_instr *i = new_instr(g);
    i->op = op;
    i->source = GT_COMPUTED;
    i->type = gt_pool_type(g->pool, type);
    i->n_in = n;
    i->of.computed.in = g->n_args;
    i->n_params = n_params;
    i->of.computed.params = g->n_params;
    g->n_args += n;
    g->n_params += n_params;
    return g->n - 1;
}

void gt_graph_set_outputs(gt_graph *g, int n, const int *outputs)
{
    g->outputs = copy(g->arena, outputs, n, sizeof *outputs);
    g->n_outputs = n;
}

void gt_graph_set_guards(gt_graph *g, int n, const int *guards)
{
    g->guards = copy(g->arena, guards, n, sizeof *guards);
    g->n_guards = n;
}

bool gt_graph_is_single(const gt_graph *g)
{
    for (int i = 0; i < g->n; i++)
        if (g->instr[i].source == GT_COMPUTED && gt_is_single(g->instr[i].type->dtype)) return true;
    return false;
}

int gt_graph_largest_arity(const gt_graph *g)
{
    int n = 1;
    for (int i = 0; i < g->n; i++)
        if (g->instr[i].n_in > n) n = g->instr[i].n_in;
    return n;
}

int gt_graph_find_input(const gt_graph *g, gt_input which)
{
    for (int i = 0; i < g->n; i++)
        if (gt_is_input(&g->instr[i], which)) return i;
    return GT_NO_REF;
}

bool gt_is_scalar_constant(const gt_graph *g, int i, double *value)
{
    const gt_instr *c = &g->instr[i];
    if (c->source != GT_CONSTANT || c->type->size != 1) return false;
    *value = *gt_constant(g, c);
    if (gt_is_single(c->type->dtype)) *value = (float)*value;
    return true;
}

/* ---- the builder ------------------------------------------------------------- */

static gt_ref graph_apply(gt_builder *base, gt_op op, int n, const gt_ref *in, const gt_params *p)
{
    gt_graph_builder *b = (gt_graph_builder *)base;
    gt_type small[4], *types = small, out;
    if (b->failed) return GT_NO_REF;
    if (n > 4) types = gt_alloc(b->graph->arena, (size_t)n * sizeof *types);
    for (int i = 0; i < n; i++) {
        if (in[i] == GT_NO_REF) return GT_NO_REF;
        types[i] = *b->graph->instr[in[i]].type;
    }
    if (gt_op_infer(op, p ? p : &gt_no_params, n, types, &out, &b->error)) {
        b->failed = true;
        return GT_NO_REF;
    }
    return gt_graph_append(b->graph, op, &out, n, in, p);
}

static gt_ref graph_constant(gt_builder *base, double value, gt_dtype dtype)
{
    gt_type t = gt_scalar_type(dtype);
    return gt_graph_number(((gt_graph_builder *)base)->graph, &t, value);
}

static gt_type graph_type(gt_builder *base, gt_ref x)
{
    return x == GT_NO_REF ? gt_scalar_type(GT_DOUBLE)
                          : *((gt_graph_builder *)base)->graph->instr[x].type;
}

static bool graph_constant_value(gt_builder *base, gt_ref x, double *value)
{
    return gt_is_scalar_constant(((gt_graph_builder *)base)->graph, x, value);
}

void gt_graph_builder_init(gt_graph_builder *b, gt_graph *g)
{
    b->base = (gt_builder){graph_apply, graph_constant, graph_type, graph_constant_value, false};
    b->graph = g;
    b->failed = false;
}
