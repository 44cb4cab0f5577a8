/* Assemble: a sum of arrays that are zero but for a slice becomes one step. That is how
 * gradients with respect to x[i] add up; left as they are, a loop over x[i] would cost a
 * pass over x for each element.                                                  */
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

#include <string.h>

typedef struct {
    int *uses;
    bool *inside;      /* an addition whose only user is another one */
    bool *summand;     /* ... and what it became, in the new graph */
    int *stack, *leaf; /* of the tree that is looked at */
} sums;

static int assemble(const gt_rewrite *r)
{
    sums *c = r->context;
    const gt_instr *s = &r->from->instr[r->i];
    if (s->source != GT_COMPUTED || s->op != GT_OP_add || c->inside[r->i]) return gt_copy_instr(r);

    /* The leaves of the tree of additions, left to right, in `to`. */
    int n = 0, depth = 0, slices = 0;
    c->stack[depth++] = r->in[1];
    c->stack[depth++] = r->in[0];
    while (depth) {
        int i = c->stack[--depth];
        const gt_instr *t = &r->to->instr[i];
        if (!gt_same_shape(t->type, s->type)) return gt_copy_instr(r);
        if (t->op == GT_OP_add && t->source == GT_COMPUTED && c->summand[i]) {
            c->stack[depth++] = gt_inputs(r->to, t)[1];
            c->stack[depth++] = gt_inputs(r->to, t)[0];
        } else {
            slices += t->op == GT_OP_unslice;
            c->leaf[n++] = i;
        }
    }
    if (slices == 0 || n - slices > 1) return gt_copy_instr(r);

    int ndim = s->type->ndim, each = 3 * ndim;
    int *in = gt_alloc(r->to->arena, (size_t)n * sizeof *in);
    int head = 1 + ndim;
    int *v = gt_alloc(r->to->arena, ((size_t)head + (size_t)n * (size_t)each) * sizeof *v);
    v[0] = ndim;
    memcpy(v + 1, s->type->dim, (size_t)ndim * sizeof *v);
    for (int k = 0; k < n; k++) {
        const gt_instr *t = &r->to->instr[c->leaf[k]];
        int *p = v + head + (size_t)k * (size_t)each;
        if (t->op == GT_OP_unslice) {
            in[k] = gt_inputs(r->to, t)[0];
            memcpy(p, gt_instr_params(r->to, t).v, (size_t)each * sizeof *p);
        } else {
            in[k] = c->leaf[k];
            for (int d = 0; d < ndim; d++) {
                p[3 * d] = 0;
                p[3 * d + 1] = 1;
                p[3 * d + 2] = s->type->dim[d];
            }
        }
    }
    gt_params p = {head + n * each, v};
    return gt_graph_append(r->to, GT_OP_assemble, s->type, n, in, &p);
}

static int assemble_or_mark(const gt_rewrite *r)
{
    sums *c = r->context;
    int made = assemble(r);
    c->summand[made] = c->inside[r->i];
    return made;
}

gt_graph *gt_pass_assemble(const gt_graph *g)
{
    size_t n = (size_t)g->n + 1;
    sums c = {gt_count_uses(g), gt_alloc(g->arena, n * sizeof(bool)),
              gt_alloc(g->arena, n * sizeof(bool)), gt_alloc(g->arena, 2 * n * sizeof(int)),
              gt_alloc(g->arena, 2 * n * sizeof(int))};
    memset(c.inside, 0, n * sizeof(bool));
    for (int i = 0; i < g->n; i++) {
        const gt_instr *s = &g->instr[i];
        if (s->source != GT_COMPUTED || s->op != GT_OP_add) continue;
        for (int k = 0; k < 2; k++) {
            int x = gt_inputs(g, s)[k];
            const gt_instr *t = &g->instr[x];
            if (c.uses[x] == 1 && t->source == GT_COMPUTED && t->op == GT_OP_add)
                c.inside[x] = true;
        }
    }
    return gt_rewrite_graph(g, assemble_or_mark, &c, NULL);
}
