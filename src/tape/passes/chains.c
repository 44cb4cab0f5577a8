#include "tape/passes/chains.h"
#include "tape/passes/walk.h"

static bool is_addition(const gt_graph *g, int i)
{
    const gt_instr *s = &g->instr[i];
    if (s->source != GT_COMPUTED || (s->op != GT_OP_add && s->op != GT_OP_sub) ||
        s->type->dtype != GT_DOUBLE)
        return false;
    for (int k = 0; k < 2 && s->type->size != 1; k++)
        if (!gt_same_shape(g->instr[gt_inputs(g, s)[k]].type, s->type)) return false;
    return true;
}

/* Can addition i continue a running sum that is its input k? */
static bool can_continue(const gt_graph *g, const int *uses, int i, int k)
{
    const gt_instr *s = &g->instr[i];
    int x = gt_inputs(g, s)[k];
    if (k == 1 && s->op == GT_OP_sub) return false;
    return uses[x] == 1 && is_addition(g, x) && g->instr[x].type->size == s->type->size &&
           g->instr[x].is_differentiable == s->is_differentiable;
}

gt_chains gt_chains_find(const gt_graph *g, int shortest)
{
    size_t n = (size_t)g->n;
    const int *uses = gt_count_uses(g);
    gt_chains c = {g, gt_alloc_array(g->arena, n, sizeof(int)),
                   gt_alloc_array(g->arena, n, sizeof(int)),
                   gt_alloc_array(g->arena, n, sizeof(bool))};
    for (int i = 0; i < g->n; i++) {
        c.before[i] = GT_NO_REF;
        c.length[i] = is_addition(g, i);
        c.inside[i] = false;
        for (int k = 0; c.length[i] && k < 2; k++) {
            int x = gt_inputs(g, &g->instr[i])[k];
            if (!can_continue(g, uses, i, k) || c.length[x] < c.length[i]) continue;
            c.before[i] = x;
            c.length[i] = c.length[x] + 1;
        }
    }
    for (int i = g->n - 1; i >= 0; i--) {
        if (c.inside[i] || c.length[i] < shortest) c.length[i] = 0;
        else
            for (int k = c.before[i]; k != GT_NO_REF; k = c.before[k]) c.inside[k] = true;
    }
    return c;
}

void gt_chain_terms(const gt_chains *c, int i, gt_term *term)
{
    for (int k = c->length[i]; i != GT_NO_REF; k--, i = c->before[i]) {
        const gt_instr *s = &c->g->instr[i];
        const int *in = gt_inputs(c->g, s);
        bool is_first = c->before[i] == GT_NO_REF, is_sub = s->op == GT_OP_sub;
        /* A sum starts from a constant, on whatever side it stands. */
        int old =
            is_first ? !is_sub && c->g->instr[in[1]].source == GT_CONSTANT : in[1] == c->before[i];
        term[k] = (gt_term){in[!old], is_sub};
        if (is_first) term[k - 1] = (gt_term){in[old], false};
    }
}
