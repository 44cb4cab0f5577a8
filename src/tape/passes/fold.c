/* Fold: what depends on constants only is computed now. */
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

static int fold(const gt_rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    gt_error err;
    /* An expanded constant stays one number; simplify() passes it on as such. */
    if (s->source != GT_COMPUTED || s->op == GT_OP_expand || s->n_in == 0) return gt_copy_instr(r);
    for (int k = 0; k < s->n_in; k++)
        if (r->to->instr[r->in[k]].source != GT_CONSTANT) return gt_copy_instr(r);
    gt_array *in = gt_alloc(r->to->arena, (size_t)s->n_in * sizeof *in);
    gt_type *types = gt_alloc(r->to->arena, (size_t)s->n_in * sizeof *types);
    for (int k = 0; k < s->n_in; k++) {
        const gt_instr *c = &r->to->instr[r->in[k]];
        in[k] = (gt_array){c->type, r->to->constants + c->at};
        types[k] = c->type;
    }
    gt_params p = gt_instr_params(r->from, s);
    gt_array out = {s->type, gt_alloc(r->to->arena, ((size_t)s->type.size + 1) * sizeof(double))};
    size_t work = gt_op_workspace(s->op, &p, s->n_in, types);
    if (gt_op_eval(s->op, &p, s->n_in, in, &out, work ? gt_alloc(r->to->arena, work) : NULL, &err))
        return gt_copy_instr(r);
    return gt_graph_constant(r->to, &s->type, out.data);
}

gt_graph *gt_pass_fold(const gt_graph *g) { return gt_rewrite_graph(g, fold, NULL, NULL); }
