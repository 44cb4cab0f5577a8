/* Fold: what depends on constants only is computed now.
 *
 * A large result of cheap arithmetic, such as data times a number, is not kept, as it would
 * take the memory of the data again: it is computed at each run, which costs no more than
 * to read it. But what is smaller and depends on it is folded.                    */
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"
#include "tape/plan/plan.h"

#include <string.h>

#define LARGE 1024 /* elements */

/* The value of each instruction in `to` that is constant, else NULL. */
typedef struct {
    const double **value;
} constants;

static bool is_kept(const gt_instr *s)
{
    bool is_cheap = gt_can_pair(s->op) || s->op == GT_OP_neg;
    return s->type->size < LARGE || !is_cheap;
}

/* The value of an instruction all of whose inputs are constant, else NULL. */
static const double *evaluate(const gt_rewrite *r)
{
    const constants *c = r->context;
    const gt_instr *s = &r->from->instr[r->i];
    gt_error err;
    if (s->source != GT_COMPUTED || s->n_in == 0) return NULL;
    for (int k = 0; k < s->n_in; k++)
        if (!c->value[r->in[k]]) return NULL;
    gt_array *in = gt_alloc_array(r->to->arena, (size_t)s->n_in, sizeof *in);
    gt_type *types = gt_alloc_array(r->to->arena, (size_t)s->n_in, sizeof *types);
    for (int k = 0; k < s->n_in; k++) {
        types[k] = *r->to->instr[r->in[k]].type;
        in[k] = (gt_array){types[k], (double *)c->value[r->in[k]]}; /* not written to */
    }
    gt_params p = gt_instr_params(r->from, s);
    gt_array out = {*s->type, gt_alloc_array(r->to->arena, (size_t)s->type->size, sizeof(double))};
    size_t work = gt_op_workspace(s->op, &p, s->n_in, types);
    bool failed =
        gt_op_eval(s->op, &p, s->n_in, in, &out, work ? gt_alloc(r->to->arena, work) : NULL, &err);
    return failed ? NULL : out.data;
}

static int fold(const gt_rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    const gt_instr *x = s->n_in ? &r->to->instr[r->in[0]] : NULL;
    gt_graph *to = r->to;
    /* An expanded constant stays one number; simplify() passes it on as such. */
    if (s->op == GT_OP_expand) return gt_copy_instr(r);
    if (s->op == GT_OP_reshape && x->source == GT_CONSTANT && !gt_is_number(x))
        return gt_graph_constant(to, s->type, x->of.constant.vector, x->of.constant.at);
    const double *value = evaluate(r);
    if (!value || !is_kept(s)) {
        int made = gt_copy_instr(r);
        ((constants *)r->context)->value[made] = value;
        return made;
    }
    if (s->type->size == 1) return gt_graph_number(to, s->type, *value);
    return gt_graph_constant(to, s->type, gt_pool_copy(to->pool, s->type->size, value), 0);
}

static int fold_and_note(const gt_rewrite *r)
{
    constants *c = r->context;
    int made = fold(r);
    const gt_instr *s = &r->to->instr[made];
    if (s->source == GT_CONSTANT) c->value[made] = gt_constant(r->to, s);
    return made;
}

gt_graph *gt_pass_fold(const gt_graph *g)
{
    constants c = {gt_alloc_array(g->arena, (size_t)g->n, sizeof *c.value)};
    for (int i = 0; i < g->n; i++) c.value[i] = NULL;
    return gt_rewrite_graph(g, fold_and_note, &c, NULL);
}
