/* Reverse-mode differentiation of a graph: the rules of the operation table append
 * the adjoint instructions to it (Griewank & Walther 2008, ch. 3 and 5). Applied to
 * its own result it gives Hessian-vector products.                              */
#include "tape/graph.h"

#include <string.h>

/* Which instructions lie between an input in `wrt` and y, as far as gradients flow. */
static bool *active_instructions(const gt_graph *g, int y, int n, const int *wrt)
{
    bool *depends = gt_alloc(g->arena, (size_t)g->n);
    bool *needed = gt_alloc(g->arena, (size_t)g->n);
    memset(depends, 0, (size_t)g->n);
    memset(needed, 0, (size_t)g->n);
    for (int k = 0; k < n; k++) depends[wrt[k]] = true;
    for (int i = 0; i <= y; i++) {
        const gt_instr *s = &g->instr[i];
        if (!s->is_differentiable) continue;
        for (int k = 0; k < s->n_in; k++)
            if (depends[gt_inputs(g, s)[k]]) depends[i] = true;
    }
    needed[y] = depends[y];
    for (int i = y; i >= 0; i--) {
        const gt_instr *s = &g->instr[i];
        if (!needed[i] || !s->is_differentiable) continue;
        for (int k = 0; k < s->n_in; k++)
            if (depends[gt_inputs(g, s)[k]]) needed[gt_inputs(g, s)[k]] = true;
    }
    return needed;
}

/* The active instructions up to y, each after its active inputs. Of a graph that computes in float they stand as the
 * eager engine meets them, depth first from y: the order in which gradients are added up decides the last digit.
 * Returns how many there are.                                                      */
static int sweep_order(const gt_graph *g, int y, const bool *active, int *order)
{
    int n = 0;
    if (!gt_graph_is_single(g)) {
        for (int i = 0; i <= y; i++)
            if (active[i]) order[n++] = i;
        return n;
    }
    typedef struct {
        int instr, next;
    } frame;
    frame *stack = gt_alloc_array(g->arena, (size_t)y + 1, sizeof *stack);
    bool *met = gt_alloc(g->arena, (size_t)y + 1);
    memset(met, 0, (size_t)y + 1);
    int depth = 0;
    if (active[y]) stack[depth++] = (frame){y, 0};
    while (depth) {
        frame *top = &stack[depth - 1];
        const gt_instr *s = &g->instr[top->instr];
        if (top->next == s->n_in || !s->is_differentiable) {
            met[top->instr] = true;
            order[n++] = top->instr;
            depth--;
            continue;
        }
        int input = gt_inputs(g, s)[top->next++];
        if (active[input] && !met[input]) stack[depth++] = (frame){input, 0};
    }
    return n;
}

int gt_graph_gradient(gt_graph *g, int y, int seed, int n, const int *wrt, bool careful, int *grads,
                      gt_error *err)
{
    gt_graph_builder b;
    gt_graph_builder_init(&b, g);
    b.base.careful = careful;
    bool *active = active_instructions(g, y, n, wrt);
    int arity = gt_graph_largest_arity(g);
    gt_ref *adjoint = gt_alloc(g->arena, ((size_t)y + 1) * sizeof *adjoint);
    gt_ref *in = gt_alloc(g->arena, (size_t)arity * sizeof *in);
    gt_ref *result = gt_alloc(g->arena, (size_t)arity * sizeof *result);
    bool *wanted = gt_alloc(g->arena, (size_t)arity * sizeof *wanted);
    int *params = NULL;
    int params_capacity = 0;
    for (int i = 0; i <= y; i++) adjoint[i] = GT_NO_REF;
    adjoint[y] = seed != GT_NO_REF ? seed : gt_full(&b.base, 1, g->instr[y].type);

    int *order = gt_alloc_array(g->arena, (size_t)y + 1, sizeof *order);
    for (int at = sweep_order(g, y, active, order) - 1; at >= 0; at--) {
        const int i = order[at];
        gt_instr s = g->instr[i]; /* a copy: the graph grows below */
        if (adjoint[i] == GT_NO_REF || s.n_in == 0) continue;
        for (int k = 0; k < s.n_in; k++) {
            in[k] = gt_inputs(g, &s)[k];
            wanted[k] = active[in[k]];
        }
        if (s.n_params > params_capacity) {
            params_capacity = 2 * s.n_params;
            params = gt_alloc(g->arena, (size_t)params_capacity * sizeof *params);
        }
        if (s.n_params)
            memcpy(params, gt_instr_params(g, &s).v, (size_t)s.n_params * sizeof *params);
        gt_params p = {s.n_params, params};
        gt_vjp_call call = {.op = s.op,
                            .params = &p,
                            .n = s.n_in,
                            .in = in,
                            .out = i,
                            .g = adjoint[i],
                            .wanted = wanted,
                            .grad = result};
        gt_op_vjp(&b.base, &call);
        for (int k = 0; k < s.n_in; k++) {
            if (!wanted[k] || result[k] == GT_NO_REF) continue;
            gt_ref *sum = &adjoint[in[k]];
            *sum = *sum == GT_NO_REF ? result[k] : gt_add(&b.base, *sum, result[k]);
        }
        if (b.failed) {
            *err = b.error;
            return 1;
        }
    }
    for (int k = 0; k < n; k++) {
        grads[k] = wrt[k] <= y ? adjoint[wrt[k]] : GT_NO_REF;
        if (grads[k] == GT_NO_REF) grads[k] = gt_full(&b.base, 0, g->instr[wrt[k]].type);
    }
    if (b.failed) *err = b.error;
    return b.failed;
}
