#include "tape/passes/walk.h"

int gt_copy_instr(const gt_rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    if (s->source == GT_INPUT) return gt_graph_input(r->to, s->of.input, s->type);
    if (gt_is_number(s)) return gt_graph_number(r->to, s->type, *gt_constant(r->from, s));
    if (s->source == GT_CONSTANT)
        return gt_graph_constant(r->to, s->type, s->of.constant.vector, s->of.constant.at);
    gt_params p = gt_instr_params(r->from, s);
    int made = gt_graph_append(r->to, s->op, s->type, s->n_in, r->in, &p);
    r->to->instr[made].is_differentiable = s->is_differentiable;
    return made;
}

static void map_ints(const int *map, int n, const int *from, int *to)
{
    for (int k = 0; k < n; k++) to[k] = map[from[k]];
}

gt_graph *gt_rewrite_graph(const gt_graph *from, int (*rule)(const gt_rewrite *), void *context,
                           const bool *keep)
{
    gt_graph *to = gt_graph_new_like(from);
    int *map = gt_alloc(from->arena, ((size_t)from->n + 1) * sizeof *map);
    int *in = gt_alloc(from->arena, (size_t)gt_graph_largest_arity(from) * sizeof *in);
    for (int i = 0; i < from->n; i++) {
        if (keep && !keep[i]) {
            map[i] = GT_NO_REF;
            continue;
        }
        const gt_instr *s = &from->instr[i];
        map_ints(map, s->n_in, gt_inputs(from, s), in);
        gt_rewrite r = {from, to, i, in, context};
        map[i] = rule(&r);
    }
    int most = from->n_outputs > from->n_guards ? from->n_outputs : from->n_guards;
    int *ends = gt_alloc(from->arena, ((size_t)most + 1) * sizeof *ends);
    map_ints(map, from->n_outputs, from->outputs, ends);
    gt_graph_set_outputs(to, from->n_outputs, ends);
    map_ints(map, from->n_guards, from->guards, ends);
    gt_graph_set_guards(to, from->n_guards, ends);
    return to;
}

bool *gt_needed(const gt_graph *g)
{
    bool *needed = gt_alloc(g->arena, (size_t)g->n + 1);
    for (int i = 0; i < g->n; i++) needed[i] = g->instr[i].source == GT_INPUT;
    for (int k = 0; k < g->n_outputs; k++) needed[g->outputs[k]] = true;
    for (int k = 0; k < g->n_guards; k++) needed[g->guards[k]] = true;
    for (int i = g->n - 1; i >= 0; i--)
        for (int k = 0; needed[i] && k < g->instr[i].n_in; k++)
            needed[gt_inputs(g, &g->instr[i])[k]] = true;
    return needed;
}

int *gt_count_uses(const gt_graph *g)
{
    int *uses = gt_alloc_array(g->arena, (size_t)g->n, sizeof *uses);
    for (int i = 0; i < g->n; i++) uses[i] = 0;
    for (int i = 0; i < g->n; i++)
        for (int k = 0; k < g->instr[i].n_in; k++) uses[gt_inputs(g, &g->instr[i])[k]]++;
    for (int k = 0; k < g->n_outputs; k++) uses[g->outputs[k]] += 2;
    for (int k = 0; k < g->n_guards; k++) uses[g->guards[k]] += 2;
    return uses;
}

gt_graph *gt_unchanged(const gt_graph *g)
{
    gt_graph *same = gt_alloc(g->arena, sizeof *same);
    *same = *g;
    same->capacity = g->n;
    same->args_capacity = g->n_args;
    same->params_capacity = g->n_params;
    same->numbers_capacity = g->n_numbers;
    return same;
}
