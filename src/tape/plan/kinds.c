/* Planning, 1: how each instruction is carried out. */
#include "ops/shape.h"
#include "tape/plan/planner.h"

bool gt_linear_slice(const gt_params *p, const gt_type *whole, int64_t *offset, int64_t *stride)
{
    int64_t unit = 1, run = 0;
    *offset = 0;
    *stride = 1;
    for (int d = 0; d < whole->ndim; d++) {
        int count = p->v[3 * d + 2] == GT_DROP ? 1 : p->v[3 * d + 2];
        int64_t s = unit * p->v[3 * d + 1];
        *offset += unit * p->v[3 * d];
        unit *= whole->dim[d];
        if (count == 1) continue;
        if (count == 0) return false;
        if (run == 0) *stride = s;
        else if (s != run) return false;
        run = s * count;
    }
    return true;
}

static bool fits_assemble(const gt_planner *p, int i)
{
    gt_params params = gt_instr_params(p->g, instr(p, i));
    int64_t offset, stride, width = size_of(p, inputs(p, i)[0]);
    for (int k = 0; k < instr(p, i)->n_in; k++) {
        gt_params slice = gt_assemble_slice(&params, k);
        if (size_of(p, inputs(p, i)[k]) != width ||
            !gt_linear_slice(&slice, instr(p, i)->type, &offset, &stride))
            return false;
    }
    return width > 1;
}

/* Floats are only known to kernels. */
static bool meets_floats(const gt_planner *p, int i)
{
    bool meets = gt_is_single(instr(p, i)->type->dtype);
    for (int k = 0; k < instr(p, i)->n_in && !meets; k++)
        meets = gt_is_single(instr(p, inputs(p, i)[k])->type->dtype);
    return meets;
}

static gt_kind kind_of(const gt_planner *p, int i)
{
    const gt_instr *s = instr(p, i);
    int64_t offset, stride;
    gt_params params = gt_instr_params(p->g, s);
    if (s->source != GT_COMPUTED) return LEAF;
    if (meets_floats(p, i)) return CALL;
    if (gt_is_elementwise(gt_op_get(s->op))) {
        for (int k = 0; k < s->n_in; k++) {
            int64_t n = size_of(p, inputs(p, i)[k]);
            if (n != 1 && n != s->type->size) return CALL;
        }
        if (s->type->size == 0) return CALL;
        return s->type->size == 1 ? SCALAR : ELEMENT;
    }
    switch (s->op) {
    case GT_OP_reshape:
        return ALIAS;
    case GT_OP_slice:
        if (!gt_linear_slice(&params, instr(p, inputs(p, i)[0])->type, &offset, &stride))
            return CALL;
        return stride == 1 || s->type->size == 1 || !p->at[i].contiguous ? ALIAS : CALL;
    case GT_OP_expand:
        return size_of(p, inputs(p, i)[0]) == 1 && !p->at[i].contiguous ? ALIAS : CALL;
    case GT_OP_sum:
        return s->type->size == 1 && size_of(p, inputs(p, i)[0]) > 1 ? TOTAL : CALL;
    case GT_OP_assemble:
        return fits_assemble(p, i) ? ASSEMBLE : CALL;
    default:
        return CALL;
    }
}

/* From the last to the first: what uses a value decides whether an alias will do. */
static void choose_kinds(gt_planner *p)
{
    for (int k = 0; k < p->g->n_outputs; k++) p->at[p->g->outputs[k]].contiguous = true;
    for (int k = 0; k < p->g->n_guards; k++) p->at[p->g->guards[k]].contiguous = true;
    for (int i = p->g->n - 1; i >= 0; i--) {
        gt_place *at = &p->at[i];
        at->kind = kind_of(p, i);
        bool needs =
            at->kind == CALL || (at->kind == ALIAS && at->contiguous && size_of(p, i) != 1);
        for (int k = 0; needs && k < instr(p, i)->n_in; k++)
            p->at[inputs(p, i)[k]].contiguous = true;
    }
}

/* Roots of aliases; `view` is relative to the root until memory is assigned. */
static void follow_aliases(gt_planner *p)
{
    for (int i = 0; i < p->g->n; i++) {
        gt_place *at = &p->at[i];
        at->root = i;
        at->aligned = true;
        at->loaded = at->partner = NONE;
        at->view = (gt_view){GT_ARENA, 1, 0};
        if (at->kind == ELEMENT) at->width = (int)size_of(p, i);
        if (at->kind == TOTAL || at->kind == ASSEMBLE) at->width = (int)size_of(p, inputs(p, i)[0]);
        if (at->kind != ALIAS) continue;
        const gt_place *in = &p->at[inputs(p, i)[0]];
        at->root = in->root;
        at->view = in->view;
        at->aligned = in->aligned;
        if (instr(p, i)->op == GT_OP_expand) {
            at->view.stride = 0;
            at->aligned = false;
        } else if (instr(p, i)->op == GT_OP_slice) {
            int64_t offset, stride;
            gt_params params = gt_instr_params(p->g, instr(p, i));
            gt_linear_slice(&params, instr(p, inputs(p, i)[0])->type, &offset, &stride);
            at->view.offset += offset * in->view.stride;
            at->view.stride = (int)stride * in->view.stride;
            at->aligned = false;
        }
    }
}

void gt_plan_kinds(gt_planner *p)
{
    choose_kinds(p);
    follow_aliases(p);
}
