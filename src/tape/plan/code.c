/* Planning, 4: what becomes of each step as code. */
#include "core/threads.h"
#include "ops/reduce.h"
#include "ops/shape.h"
#include "tape/plan/planner.h"

#include <string.h>

static int64_t new_slots(gt_planner *p, int64_t n)
{
    p->plan->size.arena_size += n;
    return p->plan->size.arena_size - n;
}

/* The arena slot of a number; loads it there first when it lives elsewhere. Constants
 * are preset.                                                                    */
static int scalar_slot(gt_planner *p, int i)
{
    gt_place *at = &p->at[i];
    if (at->view.buffer == GT_ARENA) return (int)at->view.offset;
    if (at->loaded == NONE) {
        at->loaded = (int)new_slots(p, 1);
        if (gt_is_constant_buffer(at->view.buffer)) return at->loaded;
        p->plan->scalar[p->plan->size.n_scalar++] =
            (gt_scalar_code){GT_OP_leaf, at->loaded, (int)at->view.offset, at->view.buffer, 0};
    }
    return at->loaded;
}

/* The input of i that can be computed in the same instruction, or NONE: an addition,
 * subtraction, multiplication or division that only i uses.                      */
static int partner(const gt_planner *p, int i)
{
    if (!gt_can_pair(instr(p, i)->op)) return -1;
    for (int j = 0; j < 2; j++) {
        int u = inputs(p, i)[j];
        const gt_place *at = &p->at[u];
        if (at->kind == SCALAR && gt_can_pair(instr(p, u)->op) && at->uses == 1 &&
            at->step == p->at[i].step && p->at[u].partner == NONE)
            return u;
    }
    return NONE;
}

static gt_scalar_code scalar_code(gt_planner *p, int i)
{
    int u = p->at[i].partner, slot[3] = {0, 0, 0}, to = (int)p->at[i].view.offset;
    if (u != NONE) {
        int left = inputs(p, i)[0] == u;
        for (int j = 0; j < 2; j++) slot[j] = scalar_slot(p, inputs(p, u)[j]);
        slot[2] = scalar_slot(p, inputs(p, i)[left]);
        return (gt_scalar_code){GT_PAIR(instr(p, u)->op, instr(p, i)->op, left), to, slot[0],
                                slot[1], slot[2]};
    }
    for (int j = 0; j < instr(p, i)->n_in; j++) slot[j] = scalar_slot(p, inputs(p, i)[j]);
    return (gt_scalar_code){(int)instr(p, i)->op, to, slot[0], slot[1], slot[2]};
}

static void emit_scalars(gt_planner *p, gt_step *step)
{
    int first = p->plan->size.n_scalar;
    for (int k = 0; k < step->count; k++) {
        int i = p->order[step->first + k];
        int u = p->at[i].partner = partner(p, i);
        if (u != NONE) p->at[u].absorbed = true;
    }
    /* All loads first, so that a loop's first step does not differ from the others. */
    for (int k = 0; k < step->count; k++)
        if (!p->at[p->order[step->first + k]].absorbed) scalar_code(p, p->order[step->first + k]);
    for (int k = 0; k < step->count; k++) {
        int i = p->order[step->first + k];
        if (p->at[i].absorbed) continue;
        p->plan->scalar[p->plan->size.n_scalar] = scalar_code(p, i);
        p->plan->size.n_scalar++;
    }
    step->first = first;
    step->count = p->plan->size.n_scalar - first;
    gt_end_scalars(p->plan);
}

static gt_view operand(const gt_planner *p, int i)
{
    gt_view v = p->at[i].view;
    if (size_of(p, i) == 1) v.stride = 0;
    else if (p->at[p->at[i].root].view.buffer == GT_REGISTER) v = p->at[p->at[i].root].view;
    return v;
}

/* Registers of a group's values that need no memory, by last use inside it. */
typedef struct {
    int *free, n_free, n;
} registers;

static void give_registers(gt_planner *p, registers *r, int *last_use, int i, int position)
{
    for (int j = 0; j < instr(p, i)->n_in; j++) {
        int root = p->at[inputs(p, i)[j]].root;
        gt_place *at = &p->at[root];
        if (at->view.buffer != GT_REGISTER || at->step != p->at[i].step) continue;
        if (last_use[root] != position) continue;
        last_use[root] = NONE; /* once, also when used twice here */
        r->free[r->n_free++] = (int)at->view.offset;
    }
}

static int64_t parts_of(const gt_group *g) { return (g->n + GT_SUM_PART - 1) / GT_SUM_PART; }

static void clear(gt_planner *p, gt_group *group, gt_view view, int64_t from, int64_t to)
{
    if (from >= to) return;
    view.offset += from;
    p->plan->span[group->first_clear + group->n_clear++] = (gt_span){view, to - from};
}

/* Zero, then each operand added to its slice. When all slices are contiguous, the one
 * that reaches furthest is copied instead: block after block it is ahead of the
 * others, so nothing that they added is lost, and only what it leaves out is cleared. */
static void emit_assembly(gt_planner *p, gt_group *group, int i)
{
    const gt_instr *s = instr(p, i);
    gt_params params = gt_instr_params(p->g, s);
    int64_t offset, stride, first_stride = 0, furthest = -1, width = p->at[i].width;
    int copied = NONE;
    bool contiguous = true;
    for (int j = 0; j < s->n_in; j++) {
        gt_params slice = gt_assemble_slice(&params, j);
        gt_linear_slice(&slice, s->type, &offset, &stride);
        if (stride != 1) contiguous = false;
        if (j == 0) first_stride = stride;
        if (stride != first_stride) group->is_shared = false;
        if (offset > furthest) {
            furthest = offset;
            copied = j;
        }
    }
    if (!contiguous) copied = NONE;
    clear(p, group, p->at[i].view, 0, copied == NONE ? s->type->size : furthest);
    if (copied != NONE) clear(p, group, p->at[i].view, furthest + width, s->type->size);
    for (int k = -1; k < s->n_in; k++) {
        int j = k < 0 ? copied : k;
        if (j < 0 || k == copied) continue;
        gt_params slice = gt_assemble_slice(&params, j);
        gt_linear_slice(&slice, s->type, &offset, &stride);
        gt_view to = {p->at[i].view.buffer, (int)stride, p->at[i].view.offset + offset};
        int64_t early = (furthest - offset + stride - 1) / stride;
        if (early > GT_SUM_PART) group->is_shared = false;
        p->plan->block[p->plan->size.n_block++] =
            (gt_block_code){k < 0 ? GT_BLOCK_COPY : GT_BLOCK_SCATTER,
                            (int)s->op,
                            1,
                            {operand(p, inputs(p, i)[j])},
                            to,
                            early,
                            group->n_early};
        group->n_early += early;
    }
}

static void emit_block(gt_planner *p, gt_group *group, int i)
{
    gt_plan *plan = p->plan;
    const gt_instr *s = instr(p, i);
    const gt_place *at = &p->at[i];
    if (at->kind == ASSEMBLE) {
        emit_assembly(p, group, i);
        return;
    }
    gt_block_code code = {at->kind == TOTAL ? GT_BLOCK_SUM : GT_BLOCK_APPLY,
                          (int)s->op,
                          s->n_in,
                          {{0, 0, 0}},
                          at->view,
                          0,
                          0};
    for (int j = 0; j < s->n_in; j++) code.in[j] = operand(p, inputs(p, i)[j]);
    if (at->kind == TOTAL)
        code.in[1] = (gt_view){GT_ARENA, 1, new_slots(p, GT_SUM_LANES * parts_of(group))};
    plan->block[plan->size.n_block++] = code;
}

static void emit_group(gt_planner *p, gt_step *step, int *last_use)
{
    gt_plan *plan = p->plan;
    gt_group *group = &plan->group[plan->size.n_groups];
    registers r = {gt_plan_alloc(p, step->count, sizeof(int)), 0, 0};
    *group = (gt_group){.n = p->at[p->order[step->first]].width,
                        .first = plan->size.n_block,
                        .first_clear = plan->size.n_spans,
                        .is_shared = true};
    for (int k = 0; k < step->count; k++) {
        int i = p->order[step->first + k];
        for (int j = 0; j < instr(p, i)->n_in; j++) last_use[p->at[inputs(p, i)[j]].root] = k;
    }
    for (int k = 0; k < step->count; k++) {
        int i = p->order[step->first + k];
        gt_place *at = &p->at[i];
        /* An operand's register may become the result's: kernels work in place. Those
         * of the code are read before they are given away.                        */
        if (at->kind == ELEMENT && !at->stored) at->view = (gt_view){GT_REGISTER, 1, NONE};
        gt_view before = at->view;
        give_registers(p, &r, last_use, i, k);
        if (before.buffer == GT_REGISTER) at->view.offset = r.n_free ? r.free[--r.n_free] : r.n++;
        emit_block(p, group, i);
    }
    group->count = plan->size.n_block - group->first;
    group->n_registers = r.n;
    if (parts_of(group) == 1 || group->n * group->count < GT_WORTH_SHARING)
        group->is_shared = false;
    if (!group->is_shared) group->n_early = 0;
    plan->size.n_spans += group->n_clear;
    step->first = plan->size.n_groups++;
    step->count = 1;
}

static int64_t workspace(const gt_planner *p, int i)
{
    const gt_instr *s = instr(p, i);
    gt_params params = gt_instr_params(p->g, s);
    gt_type *types = gt_plan_alloc(p, s->n_in, sizeof *types);
    for (int k = 0; k < s->n_in; k++) types[k] = *instr(p, inputs(p, i)[k])->type;
    size_t bytes = gt_op_workspace(s->op, &params, s->n_in, types);
    return (int64_t)((bytes + sizeof(double) - 1) / sizeof(double));
}

static void emit_call(gt_planner *p, gt_step *step)
{
    gt_plan *plan = p->plan;
    int i = p->order[step->first];
    const gt_instr *s = instr(p, i);
    gt_op_call *call = &plan->call[plan->size.n_calls];
    *call = (gt_op_call){.op = (int)s->op,
                         .n_in = s->n_in,
                         .first_in = plan->size.n_views,
                         .params = plan->size.n_params,
                         .n_params = s->n_params,
                         .to = p->at[i].view,
                         .type = *s->type};
    for (int j = 0; j < s->n_in; j++) {
        plan->view[plan->size.n_views] = p->at[inputs(p, i)[j]].view;
        plan->type[plan->size.n_views++] = *instr(p, inputs(p, i)[j])->type;
    }
    if (s->n_params)
        memcpy(plan->params + plan->size.n_params, gt_instr_params(p->g, s).v,
               (size_t)s->n_params * sizeof(int));
    plan->size.n_params += s->n_params;
    if (s->n_in > plan->size.largest_call) plan->size.largest_call = s->n_in;
    int64_t work = workspace(p, i);
    call->work = work ? new_slots(p, work) : 0;
    step->first = plan->size.n_calls++;
    step->count = 1;
}

/* ---- joins: calls that only put elements side by side -------------------------------------- */

/* The inputs of a sum of slices in the order of their places, where each place is that of one
 * number; else NULL.                                                              */
static int *numbers_by_place(const gt_planner *p, int i)
{
    const gt_instr *s = instr(p, i);
    if (s->type->size != s->n_in) return NULL;
    gt_params params = gt_instr_params(p->g, s);
    int *by_place = gt_plan_alloc(p, s->n_in, sizeof *by_place);
    for (int k = 0; k < s->n_in; k++) by_place[k] = NONE;
    for (int k = 0; k < s->n_in; k++) {
        gt_params slice = gt_assemble_slice(&params, k);
        int64_t offset, stride;
        bool is_number = size_of(p, inputs(p, i)[k]) == 1;
        if (!is_number || !gt_linear_slice(&slice, s->type, &offset, &stride)) return NULL;
        if (by_place[offset] != NONE) return NULL;
        by_place[offset] = inputs(p, i)[k];
    }
    return by_place;
}

/* The inputs whose elements, one after the other, are the result; else NULL. */
static const int *joined_inputs(const gt_planner *p, int i)
{
    const gt_instr *s = instr(p, i);
    if (gt_is_single(s->type->dtype)) return NULL;
    if (s->op == GT_OP_assemble) return numbers_by_place(p, i);
    if (s->op != GT_OP_cat) return NULL;
    for (int d = gt_instr_params(p->g, s).v[0] + 1; d < s->type->ndim; d++)
        if (s->type->dim[d] != 1) return NULL;
    return inputs(p, i);
}

/* Does a number continue the elements of a span, evenly spaced? */
static bool continues(gt_span *to, const gt_view *v)
{
    if (to->view.buffer != v->buffer || to->view.stride == 0) return false;
    int64_t step = (v->offset - to->view.offset) / to->size;
    if (to->size == 1 && step > 0 && step < INT32_MAX) to->view.stride = (int)step;
    if (v->offset != to->view.offset + to->size * to->view.stride) return false;
    to->size++;
    return true;
}

static bool emit_join(gt_planner *p, gt_step *step)
{
    gt_plan *plan = p->plan;
    int i = p->order[step->first];
    const int *in = joined_inputs(p, i);
    if (!in) return false;
    gt_span *span = plan->span + plan->size.n_spans;
    int n = 0;
    for (int k = 0; k < instr(p, i)->n_in; k++) {
        const gt_view *v = &p->at[in[k]].view;
        int64_t size = size_of(p, in[k]);
        if (size == 0 || (size == 1 && n && continues(&span[n - 1], v))) continue;
        span[n++] = (gt_span){*v, size};
        if (size == 1) span[n - 1].view.stride = 1;
    }
    plan->join[plan->size.n_joins] = (gt_join){plan->size.n_spans, n, p->at[i].view};
    plan->size.n_spans += n;
    *step = (gt_step){GT_STEP_JOIN, plan->size.n_joins++, 1};
    return true;
}

#define BLOCK_BYTES 24576 /* registers of a group: within a 32 KB L1 cache */
#define EXTRA_REGISTERS 3 /* for strided operands */

static void emit_code(gt_planner *p)
{
    gt_plan *plan = p->plan;
    int64_t n_in = 0, n_params = 0, n_block = 0; /* inputs and parameters of calls */
    int64_t n_scalar = plan->size.n_steps;       /* ends */
    for (int k = 0; k < p->n_order; k++) {
        const gt_instr *s = instr(p, p->order[k]);
        const gt_step_kind kind = step_kind(p->at[p->order[k]].kind);
        if (kind == GT_STEP_SCALARS) {
            n_scalar += 1 + s->n_in; /* loads of its inputs */
        } else if (kind == GT_STEP_GROUP) {
            n_block += 1 + s->n_in; /* slices, and two stretches that are cleared */
        } else {
            n_in += s->n_in;
            n_params += s->n_params;
        }
    }
    plan->scalar = gt_plan_alloc(p, n_scalar, sizeof *plan->scalar);
    plan->block = gt_plan_alloc(p, n_block, sizeof *plan->block);
    plan->group = gt_plan_alloc(p, plan->size.n_steps, sizeof *plan->group);
    plan->call = gt_plan_alloc(p, plan->size.n_steps, sizeof *plan->call);
    plan->join = gt_plan_alloc(p, plan->size.n_steps, sizeof *plan->join);
    plan->view = gt_plan_alloc(p, n_in, sizeof *plan->view);
    plan->type = gt_plan_alloc(p, n_in, sizeof *plan->type);
    plan->params = gt_plan_alloc(p, n_params, sizeof *plan->params);
    plan->span = gt_plan_alloc(p, 2 * n_block + n_in + n_ends(p), sizeof *plan->span);
    int *last_use = gt_plan_alloc(p, p->g->n, sizeof *last_use);
    for (int s = 0; s < plan->size.n_steps; s++) {
        gt_step *step = &plan->step[s];
        if (step->kind == GT_STEP_SCALARS) emit_scalars(p, step);
        else if (step->kind == GT_STEP_GROUP) emit_group(p, step, last_use);
        else if (!emit_join(p, step)) emit_call(p, step);
    }
}

/* Outputs and guards follow what groups clear in `span`. */
static void emit_ends(gt_planner *p)
{
    gt_plan *plan = p->plan;
    for (int k = 0; k < n_ends(p); k++)
        plan->span[plan->size.n_spans + k] =
            (gt_span){p->at[end_of(p, k)].view, size_of(p, end_of(p, k))};
    plan->size.n_outputs = p->g->n_outputs;
    plan->size.n_guards = p->g->n_guards;
}

static void emit_presets(gt_planner *p)
{
    gt_plan *plan = p->plan;
    plan->preset = gt_plan_alloc(p, p->g->n, sizeof *plan->preset);
    for (int i = 0; i < p->g->n; i++) {
        const gt_view *v = &p->at[i].view;
        if (p->at[i].loaded == NONE || !gt_is_constant_buffer(v->buffer)) continue;
        const double *from = v->buffer == GT_NUMBER_BUFFER
                                 ? plan->numbers
                                 : plan->pool->vector[v->buffer - GT_POOL].data;
        plan->preset[plan->size.n_presets++] = (gt_preset){p->at[i].loaded, from[v->offset]};
    }
}

void gt_plan_code(gt_planner *p)
{
    emit_code(p);
    emit_ends(p);
    emit_presets(p);
    p->plan->inputs = gt_plan_alloc(p, p->plan->size.largest_call, sizeof *p->plan->inputs);
}

/* What each worker has of its own. Blocks are of a power of two of elements, so that a part of a sum
 * is a number of whole ones, unless all fits into one. They stand behind all else, as programs for many
 * points have none.                                                               */
void gt_plan_registers(gt_planner *p)
{
    gt_plan_sizes *size = &p->plan->size;
    int64_t longest = 0, most_early = 0, workers = 1, block = 1024;
    int widest = 1;
    for (int k = 0; k < size->n_groups; k++) {
        const gt_group *g = &p->plan->group[k];
        if (g->n_registers > widest) widest = g->n_registers;
        if (g->n > longest) longest = g->n;
        if (g->n_early > most_early) most_early = g->n_early;
        if (g->is_shared && parts_of(g) > workers) workers = parts_of(g);
    }
    while (block > 128 && block * widest * (int64_t)sizeof(double) > BLOCK_BYTES) block /= 2;
    size->block_size = (int)(block < longest ? block : longest);
    size->n_workers = (int)(workers < GT_MOST_THREADS ? workers : GT_MOST_THREADS);
    size->worker_size = (int64_t)(widest + EXTRA_REGISTERS) * size->block_size + most_early;
    if (size->n_groups) size->register_offset = new_slots(p, size->n_workers * size->worker_size);
}
