/* Storage: the last pass over a graph that computes in float. Elements are kept as floats or as doubles; constants
 * and what goes into a program are doubles whatever their dtype, and so is what comes out. Casts are put where an
 * operation's kernel wants the other of the two.                                 */
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

static int stored_as(gt_graph *g, int i, gt_dtype dtype)
{
    gt_type type = *g->instr[i].type;
    const int to = gt_is_single(dtype) ? GT_FLOAT : GT_DOUBLE;
    const gt_params p = {1, &to};
    if (gt_is_single(type.dtype) == gt_is_single(dtype)) return i;
    type.dtype = (gt_dtype)to;
    return gt_graph_append(g, GT_OP_cast, &type, 1, &i, &p);
}

static int with_casts(const gt_rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    gt_graph *to = r->to;
    if (s->source != GT_COMPUTED) {
        int made = gt_copy_instr(r);
        if (!gt_is_single(s->type->dtype)) return made;
        gt_type type = *s->type;
        type.dtype = GT_DOUBLE;
        to->instr[made].type = gt_pool_type(to->pool, &type);
        return stored_as(to, made, GT_FLOAT);
    }
    gt_type *types = gt_alloc_array(to->arena, (size_t)s->n_in, sizeof *types);
    int *in = gt_alloc_array(to->arena, (size_t)s->n_in, sizeof *in);
    for (int k = 0; k < s->n_in; k++) types[k] = *to->instr[r->in[k]].type;
    for (int k = 0; k < s->n_in; k++)
        in[k] = stored_as(to, r->in[k], gt_op_input_dtype(s->op, k, types, s->type));
    gt_params p = gt_instr_params(r->from, s);
    return gt_graph_append(to, s->op, s->type, s->n_in, in, &p);
}

gt_graph *gt_pass_storage(const gt_graph *g)
{
    gt_graph *to = gt_rewrite_graph(g, with_casts, NULL, NULL);
    for (int k = 0; k < to->n_outputs; k++)
        to->outputs[k] = stored_as(to, to->outputs[k], GT_DOUBLE);
    for (int k = 0; k < to->n_guards; k++) to->guards[k] = stored_as(to, to->guards[k], GT_DOUBLE);
    return gt_pass_prune(gt_pass_share(to));
}
