#include "tape/plan/plan.h"
#include "ops/shape.h"

#include <stdlib.h>
#include <string.h>

/* How an instruction is carried out. The order is that within a stage. */
typedef enum {
    LEAF,                       /* a constant or an input */
    ALIAS,                      /* an address into another value */
    SCALAR,                     /* elementwise on numbers */
    ELEMENT, TOTAL, ASSEMBLE,   /* in a group: elementwise, a sum, sliced sums */
    CALL                        /* the operation's own kernel */
} kind;

typedef struct {
    kind kind;
    bool contiguous;            /* somebody needs its elements side by side */
    bool aligned;               /* an alias with the elements of its root, in order */
    bool stored;                /* has memory, not just a register */
    int phase, stage;           /* phase 1 depends on input 1; stages run in order */
    int root;                   /* whose memory it is; itself unless an alias */
    gt_view view;               /* where it is (for an alias, at last) */
    int64_t width;              /* elements of its group */
    int step, last_step;        /* when the root is made and last used */
    int loaded;                 /* arena slot of a number copied from elsewhere, or -1 */
    int uses;                   /* by instructions, outputs and guards */
    int partner;                /* a number computed in the same scalar code, or -1 */
    bool absorbed;              /* computed by its partner's code */
} place;

typedef struct {
    const gt_graph *g;
    gt_plan *plan;
    place *at;
    int *order, n_order;        /* what has to be carried out, in order */
} planner;

static void *allocate(const planner *p, int64_t n, size_t size)
{
    return p->g->arena.alloc((size_t)(n + 1) * size);
}

static const gt_instr *instr(const planner *p, int i) { return &p->g->instr[i]; }
static const int *inputs(const planner *p, int i) { return gt_inputs(p->g, instr(p, i)); }
static int64_t size_of(const planner *p, int i) { return instr(p, i)->type.size; }

/* ---- 1. how each instruction is carried out ---- */

/* True when the elements of a slice are evenly spaced in memory. */
static bool linear_slice(const gt_params *p, const gt_type *whole, int64_t *offset, int64_t *stride)
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

static bool fits_assemble(const planner *p, int i)
{
    gt_params params = gt_instr_params(p->g, instr(p, i));
    int64_t offset, stride, width = size_of(p, inputs(p, i)[0]);
    for (int k = 0; k < instr(p, i)->n_in; k++) {
        gt_params slice = gt_assemble_slice(&params, k);
        if (size_of(p, inputs(p, i)[k]) != width ||
            !linear_slice(&slice, &instr(p, i)->type, &offset, &stride))
            return false;
    }
    return width > 1;
}

static kind kind_of(const planner *p, int i)
{
    const gt_instr *s = instr(p, i);
    int64_t offset, stride;
    gt_params params = gt_instr_params(p->g, s);
    if (s->source != GT_COMPUTED) return LEAF;
    if (gt_is_elementwise(gt_op_get(s->op))) {
        for (int k = 0; k < s->n_in; k++) {
            int64_t n = size_of(p, inputs(p, i)[k]);
            if (n != 1 && n != s->type.size) return CALL;
        }
        if (s->type.size == 0) return CALL;
        return s->type.size == 1 ? SCALAR : ELEMENT;
    }
    switch (s->op) {
    case GT_OP_reshape:
        return ALIAS;
    case GT_OP_slice:
        if (!linear_slice(&params, &instr(p, inputs(p, i)[0])->type, &offset, &stride)) return CALL;
        return stride == 1 || s->type.size == 1 || !p->at[i].contiguous ? ALIAS : CALL;
    case GT_OP_expand:
        return size_of(p, inputs(p, i)[0]) == 1 && !p->at[i].contiguous ? ALIAS : CALL;
    case GT_OP_sum:
        return s->type.size == 1 && size_of(p, inputs(p, i)[0]) > 1 ? TOTAL : CALL;
    case GT_OP_assemble:
        return fits_assemble(p, i) ? ASSEMBLE : CALL;
    default:
        return CALL;
    }
}

/* From the last to the first: what uses a value decides whether an alias will do. */
static void choose_kinds(planner *p)
{
    for (int k = 0; k < p->g->n_outputs; k++) p->at[p->g->outputs[k]].contiguous = true;
    for (int k = 0; k < p->g->n_guards; k++) p->at[p->g->guards[k]].contiguous = true;
    for (int i = p->g->n - 1; i >= 0; i--) {
        place *at = &p->at[i];
        at->kind = kind_of(p, i);
        bool needs = at->kind == CALL || (at->kind == ALIAS && at->contiguous && size_of(p, i) != 1);
        for (int k = 0; needs && k < instr(p, i)->n_in; k++) p->at[inputs(p, i)[k]].contiguous = true;
    }
}

/* Roots of aliases; `view` is relative to the root until memory is assigned. */
static void follow_aliases(planner *p)
{
    for (int i = 0; i < p->g->n; i++) {
        place *at = &p->at[i];
        at->root = i;
        at->aligned = true;
        at->loaded = at->partner = -1;
        at->view = (gt_view){GT_ARENA, 1, 0};
        if (at->kind == ELEMENT) at->width = size_of(p, i);
        if (at->kind == TOTAL || at->kind == ASSEMBLE) at->width = size_of(p, inputs(p, i)[0]);
        if (at->kind != ALIAS) continue;
        const place *in = &p->at[inputs(p, i)[0]];
        at->root = in->root;
        at->view = in->view;
        at->aligned = in->aligned;
        if (instr(p, i)->op == GT_OP_expand) {
            at->view.stride = 0;
            at->aligned = false;
        } else if (instr(p, i)->op == GT_OP_slice) {
            int64_t offset, stride;
            gt_params params = gt_instr_params(p->g, instr(p, i));
            linear_slice(&params, &instr(p, inputs(p, i)[0])->type, &offset, &stride);
            at->view.offset += offset * in->view.stride;
            at->view.stride = (int)stride * in->view.stride;
            at->aligned = false;
        }
    }
}

/* ---- 2. when: phase, stage, and the order of steps ---- */

static int rank(kind k) { return k == SCALAR ? 0 : (k == CALL ? 2 : 1); }

/* May v be in the group of its input u? */
static bool same_group(const planner *p, int u, int v)
{
    const place *r = &p->at[p->at[u].root], *to = &p->at[v];
    return r->kind == ELEMENT && rank(to->kind) == 1 && p->at[u].aligned && r->width == to->width;
}

static void choose_stages(planner *p)
{
    for (int i = 0; i < p->g->n; i++) {
        place *at = &p->at[i];
        const gt_instr *s = instr(p, i);
        if (s->source == GT_INPUT) at->phase = s->at == 1;
        for (int k = 0; k < s->n_in; k++)
            if (p->at[inputs(p, i)[k]].phase > at->phase) at->phase = p->at[inputs(p, i)[k]].phase;
        if (at->kind == ALIAS || at->kind == LEAF) continue;
        for (int k = 0; k < s->n_in; k++) {
            const place *r = &p->at[p->at[inputs(p, i)[k]].root];
            if (r->kind == LEAF || r->phase < at->phase) continue;
            int from = rank(r->kind), to = rank(at->kind);
            bool at_once = from < to || (from == to && (to != 1 || same_group(p, inputs(p, i)[k], i)));
            int stage = r->stage + !at_once;
            if (stage > at->stage) at->stage = stage;
        }
    }
}

typedef struct {
    int phase, stage, rank;
    int64_t width;
    int i;
} sort_key;

static int by_key(const void *x, const void *y)
{
    const sort_key *a = x, *b = y;
    if (a->phase != b->phase) return a->phase < b->phase ? -1 : 1;
    if (a->stage != b->stage) return a->stage < b->stage ? -1 : 1;
    if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
    if (a->width != b->width) return a->width < b->width ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

/* Orders the work and cuts it into steps: runs of scalar code, groups, calls. */
static void choose_order(planner *p)
{
    sort_key *key = allocate(p, p->g->n, sizeof *key);
    gt_plan *plan = p->plan;
    int n = 0;
    for (int i = 0; i < p->g->n; i++) {
        const place *at = &p->at[i];
        if (at->kind == LEAF || at->kind == ALIAS) continue;
        key[n++] = (sort_key){at->phase, at->stage, rank(at->kind), rank(at->kind) == 1 ? at->width : 0, i};
    }
    if (n) qsort(key, (size_t)n, sizeof *key, by_key);
    p->order = allocate(p, n, sizeof *p->order);
    p->n_order = n;
    plan->step = allocate(p, n, sizeof *plan->step);
    int steps = 0;
    for (int k = 0; k < n; k++) {
        sort_key here = key[k], before = key[k ? k - 1 : 0];
        here.i = before.i = 0;
        bool first = k == 0 || here.rank == 2 || by_key(&here, &before);
        if (first) {
            static const gt_step_kind kinds[] = {GT_STEP_SCALARS, GT_STEP_GROUP, GT_STEP_CALL};
            plan->step[steps++] = (gt_step){kinds[key[k].rank], k, 0};
            if (key[k].phase == 0) plan->size.n_steps_x = steps;
        }
        plan->step[steps - 1].count++;
        p->order[k] = key[k].i;
        p->at[key[k].i].step = steps - 1;
    }
    plan->size.n_steps = steps;
}

/* ---- 3. where: memory ---- */

static void use(planner *p, int i, int step)
{
    p->at[i].uses++;
    place *r = &p->at[p->at[i].root];
    if (p->at[i].root != i) r->uses++;
    if (r->last_step < step) r->last_step = step;
}

static void find_lifetimes(planner *p)
{
    int end = p->plan->size.n_steps;
    for (int k = 0; k < p->n_order; k++) {
        int i = p->order[k];
        place *at = &p->at[i];
        if (at->kind != ELEMENT) at->stored = true;
        for (int j = 0; j < instr(p, i)->n_in; j++) {
            int u = inputs(p, i)[j];
            place *r = &p->at[p->at[u].root];
            /* Phase 1 may run many times: what it reads of phase 0 must last. */
            use(p, u, r->phase < at->phase ? end : at->step);
            if (!(same_group(p, u, i) && r->step == at->step)) r->stored = true;
        }
    }
    for (int k = 0; k < p->g->n_outputs + p->g->n_guards; k++) {
        int i = k < p->g->n_outputs ? p->g->outputs[k] : p->g->guards[k - p->g->n_outputs];
        use(p, i, end);
        p->at[p->at[i].root].stored = true;
    }
}

/* Free stretches of the arena, reused first fit. */
typedef struct {
    int64_t offset, size;
} stretch;
typedef struct {
    stretch *free;
    int n;
    int64_t top;
} heap;

static int64_t heap_take(heap *h, int64_t size)
{
    for (int k = 0; k < h->n; k++) {
        if (h->free[k].size < size) continue;
        int64_t offset = h->free[k].offset;
        h->free[k].offset += size;
        h->free[k].size -= size;
        if (h->free[k].size == 0) h->free[k] = h->free[--h->n];
        return offset;
    }
    h->top += size;
    return h->top - size;
}

static void heap_give(heap *h, int64_t offset, int64_t size)
{
    for (int k = 0; k < h->n; k++) {
        if (h->free[k].offset + h->free[k].size == offset) {
            offset = h->free[k].offset;
            size += h->free[k].size;
            h->free[k--] = h->free[--h->n];
        } else if (offset + size == h->free[k].offset) {
            size += h->free[k].size;
            h->free[k--] = h->free[--h->n];
        }
    }
    h->free[h->n++] = (stretch){offset, size};
}

static bool has_second_input(const planner *p)
{
    for (int i = 0; i < p->g->n; i++)
        if (instr(p, i)->source == GT_INPUT && instr(p, i)->at == 1) return true;
    return false;
}

/* Derivatives that can be written straight into the host's arrays. With a second input,
 * phase 1 runs again and again into other arrays: then only what it computes itself. */
static void place_outputs(planner *p)
{
    bool repeats = has_second_input(p);
    for (int k = 1; k < p->g->n_outputs; k++) {
        int i = p->g->outputs[k];
        place *r = &p->at[p->at[i].root];
        bool whole = p->at[i].view.offset == 0 && p->at[i].view.stride == 1 &&
                     size_of(p, i) == size_of(p, p->at[i].root);
        if (whole && rank(r->kind) > 0 && r->kind != LEAF && r->kind != TOTAL && size_of(p, i) > 1 &&
            r->view.buffer == GT_ARENA && (r->phase == 1 || !repeats))
            r->view.buffer = GT_OUT + k;
    }
}

static void place_leaves(planner *p)
{
    for (int i = 0; i < p->g->n; i++) {
        const gt_instr *s = instr(p, i);
        if (p->at[i].kind != LEAF) continue;
        p->at[i].view.buffer = s->source == GT_CONSTANT ? GT_CONSTANTS : (s->at == 0 ? GT_X : GT_V);
        p->at[i].view.offset = s->source == GT_CONSTANT ? s->at : 0;
    }
}

static int64_t workspace(const planner *p, int i)
{
    const gt_instr *s = instr(p, i);
    gt_params params = gt_instr_params(p->g, s);
    gt_type *types = allocate(p, s->n_in, sizeof *types);
    for (int k = 0; k < s->n_in; k++) types[k] = instr(p, inputs(p, i)[k])->type;
    size_t bytes = gt_op_workspace(s->op, &params, s->n_in, types);
    return (int64_t)((bytes + sizeof(double) - 1) / sizeof(double));
}

/* Numbers have a slot each; arrays share the arena by lifetime. */
static void assign_memory(planner *p)
{
    gt_plan *plan = p->plan;
    heap h = {allocate(p, 2 * p->n_order + 2, sizeof(stretch)), 0, 0};
    int *dying = allocate(p, plan->size.n_steps + 1, sizeof *dying);    /* lists by last step */
    int *next = allocate(p, p->g->n, sizeof *next);
    for (int s = 0; s <= plan->size.n_steps; s++) dying[s] = -1;
    place_leaves(p);
    place_outputs(p);
    int k = 0;
    for (int s = 0; s < plan->size.n_steps; s++) {
        for (; k < p->n_order && p->at[p->order[k]].step == s; k++) {
            int i = p->order[k];
            place *at = &p->at[i];
            if (!at->stored || at->view.buffer != GT_ARENA) continue;
            at->view.offset = heap_take(&h, size_of(p, i) > 0 ? size_of(p, i) : 1);
            if (size_of(p, i) == 1 || at->last_step >= plan->size.n_steps) continue;
            next[i] = dying[at->last_step];
            dying[at->last_step] = i;
        }
        for (int i = dying[s]; i >= 0; i = next[i]) heap_give(&h, p->at[i].view.offset, size_of(p, i));
    }
    plan->size.arena_size = h.top;
    for (int i = 0; i < p->g->n; i++) {
        place *at = &p->at[i];
        if (at->kind != ALIAS) continue;
        const place *r = &p->at[at->root];
        at->view.buffer = r->view.buffer;
        at->view.offset += r->view.offset;
    }
}

/* ---- 4. code ---- */

static int64_t new_slots(planner *p, int64_t n)
{
    p->plan->size.arena_size += n;
    return p->plan->size.arena_size - n;
}

/* The arena slot of a number; loads it there first when it lives elsewhere. Constants
 * are put into the arena for good.                                               */
static int scalar_slot(planner *p, int i)
{
    place *at = &p->at[i];
    if (at->view.buffer == GT_ARENA) return (int)at->view.offset;
    if (at->loaded < 0) {
        at->loaded = (int)new_slots(p, 1);
        if (at->view.buffer == GT_CONSTANTS) return at->loaded;
        p->plan->scalar[p->plan->size.n_scalar++] =
            (gt_scalar_code){GT_OP_leaf, at->loaded, (int)at->view.offset, at->view.buffer, 0};
    }
    return at->loaded;
}

/* The input of i that can be computed in the same instruction, or -1: an addition,
 * subtraction, multiplication or division that only i uses.                      */
static int partner(const planner *p, int i)
{
    if (!gt_can_pair(instr(p, i)->op)) return -1;
    for (int j = 0; j < 2; j++) {
        int u = inputs(p, i)[j];
        const place *at = &p->at[u];
        if (at->kind == SCALAR && gt_can_pair(instr(p, u)->op) && at->uses == 1 &&
            at->step == p->at[i].step && p->at[u].partner < 0)
            return u;
    }
    return -1;
}

static gt_scalar_code scalar_code(planner *p, int i)
{
    int u = p->at[i].partner, slot[3] = {0, 0, 0}, to = (int)p->at[i].view.offset;
    if (u >= 0) {
        int left = inputs(p, i)[0] == u;
        for (int j = 0; j < 2; j++) slot[j] = scalar_slot(p, inputs(p, u)[j]);
        slot[2] = scalar_slot(p, inputs(p, i)[left]);
        return (gt_scalar_code){gt_pair(instr(p, u)->op, instr(p, i)->op, left), to, slot[0], slot[1],
                                slot[2]};
    }
    for (int j = 0; j < instr(p, i)->n_in; j++) slot[j] = scalar_slot(p, inputs(p, i)[j]);
    return (gt_scalar_code){(int)instr(p, i)->op, to, slot[0], slot[1], slot[2]};
}

static void emit_scalars(planner *p, gt_step *step)
{
    int first = p->plan->size.n_scalar;
    for (int k = 0; k < step->count; k++) {
        int i = p->order[step->first + k];
        int u = p->at[i].partner = partner(p, i);
        if (u >= 0) p->at[u].absorbed = true;
    }
    for (int k = 0; k < step->count; k++) {
        int i = p->order[step->first + k];
        if (p->at[i].absorbed) continue;
        gt_scalar_code code = scalar_code(p, i);        /* may load numbers first */
        p->plan->scalar[p->plan->size.n_scalar++] = code;
    }
    step->first = first;
    step->count = p->plan->size.n_scalar - first;
}

static gt_view operand(const planner *p, int i)
{
    gt_view v = p->at[i].view;
    if (size_of(p, i) == 1) v.stride = 0;
    else if (p->at[p->at[i].root].view.buffer == GT_REGISTER)
        v = p->at[p->at[i].root].view;
    return v;
}

/* Registers of a group's values that need no memory, by last use inside it. */
typedef struct {
    int *free, n_free, n;
} registers;

static void give_registers(planner *p, registers *r, int *last_use, int i, int position)
{
    for (int j = 0; j < instr(p, i)->n_in; j++) {
        int root = p->at[inputs(p, i)[j]].root;
        place *at = &p->at[root];
        if (at->view.buffer != GT_REGISTER || at->step != p->at[i].step) continue;
        if (last_use[root] != position) continue;
        last_use[root] = -1;                    /* once, also when used twice here */
        r->free[r->n_free++] = (int)at->view.offset;
    }
}

static void clear(planner *p, gt_group *group, gt_view view, int64_t from, int64_t to)
{
    if (from >= to) return;
    view.offset += from;
    p->plan->span[group->first_clear + group->n_clear++] = (gt_span){view, to - from};
}

/* Zero, then each operand added to its slice. When all slices are contiguous, the one
 * that reaches furthest is copied instead: block after block it is ahead of the
 * others, so nothing that they added is lost, and only what it leaves out is cleared. */
static void emit_assembly(planner *p, gt_group *group, int i)
{
    const gt_instr *s = instr(p, i);
    gt_params params = gt_instr_params(p->g, s);
    int64_t offset, stride, furthest = -1, width = p->at[i].width;
    int copied = -1;
    bool contiguous = true;
    for (int j = 0; j < s->n_in; j++) {
        gt_params slice = gt_assemble_slice(&params, j);
        linear_slice(&slice, &s->type, &offset, &stride);
        if (stride != 1) contiguous = false;
        if (offset > furthest) {
            furthest = offset;
            copied = j;
        }
    }
    if (!contiguous) copied = -1;
    clear(p, group, p->at[i].view, 0, copied < 0 ? s->type.size : furthest);
    if (copied >= 0) clear(p, group, p->at[i].view, furthest + width, s->type.size);
    for (int k = -1; k < s->n_in; k++) {
        int j = k < 0 ? copied : k;
        if (j < 0 || k == copied) continue;
        gt_params slice = gt_assemble_slice(&params, j);
        linear_slice(&slice, &s->type, &offset, &stride);
        gt_view to = {p->at[i].view.buffer, (int)stride, p->at[i].view.offset + offset};
        p->plan->block[p->plan->size.n_block++] =
            (gt_block_code){k < 0 ? GT_BLOCK_COPY : GT_BLOCK_SCATTER, (int)s->op, 1,
                            {operand(p, inputs(p, i)[j])}, to};
    }
}

static void emit_block(planner *p, gt_group *group, int i)
{
    gt_plan *plan = p->plan;
    const gt_instr *s = instr(p, i);
    const place *at = &p->at[i];
    if (at->kind == ASSEMBLE) {
        emit_assembly(p, group, i);
        return;
    }
    gt_block_code code = {at->kind == TOTAL ? GT_BLOCK_SUM : GT_BLOCK_APPLY, (int)s->op, s->n_in,
                          {{0, 0, 0}}, at->view};
    for (int j = 0; j < s->n_in; j++) code.in[j] = operand(p, inputs(p, i)[j]);
    if (at->kind == TOTAL)
        plan->span[group->first_clear + group->n_clear++] = (gt_span){at->view, 1};
    plan->block[plan->size.n_block++] = code;
}

static void emit_group(planner *p, gt_step *step, int *last_use)
{
    gt_plan *plan = p->plan;
    gt_group *group = &plan->group[plan->size.n_groups];
    registers r = {allocate(p, step->count, sizeof(int)), 0, 0};
    *group = (gt_group){.n = p->at[p->order[step->first]].width, .first = plan->size.n_block,
                        .first_clear = plan->size.n_spans};
    for (int k = 0; k < step->count; k++) {
        int i = p->order[step->first + k];
        for (int j = 0; j < instr(p, i)->n_in; j++) last_use[p->at[inputs(p, i)[j]].root] = k;
    }
    for (int k = 0; k < step->count; k++) {
        int i = p->order[step->first + k];
        place *at = &p->at[i];
        /* An operand's register may become the result's: kernels work in place. Those
         * of the code are read before they are given away.                        */
        if (at->kind == ELEMENT && !at->stored) at->view = (gt_view){GT_REGISTER, 1, -1};
        gt_view before = at->view;
        give_registers(p, &r, last_use, i, k);
        if (before.buffer == GT_REGISTER) at->view.offset = r.n_free ? r.free[--r.n_free] : r.n++;
        emit_block(p, group, i);
    }
    group->count = plan->size.n_block - group->first;
    group->n_registers = r.n;
    plan->size.n_spans += group->n_clear;
    step->first = plan->size.n_groups++;
    step->count = 1;
}

static void emit_call(planner *p, gt_step *step)
{
    gt_plan *plan = p->plan;
    int i = p->order[step->first];
    const gt_instr *s = instr(p, i);
    gt_op_call *call = &plan->call[plan->size.n_calls];
    *call = (gt_op_call){.op = (int)s->op, .n_in = s->n_in, .first_in = plan->size.n_views,
                         .params = plan->size.n_params, .n_params = s->n_params,
                         .to = p->at[i].view, .type = s->type};
    for (int j = 0; j < s->n_in; j++) {
        plan->view[plan->size.n_views] = p->at[inputs(p, i)[j]].view;
        plan->type[plan->size.n_views++] = instr(p, inputs(p, i)[j])->type;
    }
    if (s->n_params)
        memcpy(plan->params + plan->size.n_params, p->g->params + s->params,
               (size_t)s->n_params * sizeof(int));
    plan->size.n_params += s->n_params;
    if (s->n_in > plan->size.largest_call) plan->size.largest_call = s->n_in;
    int64_t work = workspace(p, i);
    call->work = work ? new_slots(p, work) : 0;
    step->first = plan->size.n_calls++;
    step->count = 1;
}

#define BLOCK_BYTES 24576               /* registers of a group: within a 32 KB L1 cache */
#define EXTRA_REGISTERS 3               /* for strided operands */

static void emit_code(planner *p)
{
    gt_plan *plan = p->plan;
    int64_t n_in = 0, n_params = 0;
    for (int i = 0; i < p->g->n; i++) {
        n_in += instr(p, i)->n_in;
        n_params += instr(p, i)->n_params;
    }
    plan->scalar = allocate(p, p->n_order + n_in, sizeof *plan->scalar);
    plan->block = allocate(p, p->n_order + n_in, sizeof *plan->block);
    plan->group = allocate(p, plan->size.n_steps, sizeof *plan->group);
    plan->call = allocate(p, plan->size.n_steps, sizeof *plan->call);
    plan->view = allocate(p, n_in, sizeof *plan->view);
    plan->type = allocate(p, n_in, sizeof *plan->type);
    plan->params = allocate(p, n_params, sizeof *plan->params);
    plan->span = allocate(p, 2 * p->n_order + p->g->n_outputs + p->g->n_guards, sizeof *plan->span);
    int *last_use = allocate(p, p->g->n, sizeof *last_use);
    int widest = 1;
    for (int s = 0; s < plan->size.n_steps; s++) {
        gt_step *step = &plan->step[s];
        if (step->kind == GT_STEP_SCALARS) emit_scalars(p, step);
        else if (step->kind == GT_STEP_GROUP) emit_group(p, step, last_use);
        else emit_call(p, step);
    }
    int64_t longest = 0;
    for (int k = 0; k < plan->size.n_groups; k++) {
        if (plan->group[k].n_registers > widest) widest = plan->group[k].n_registers;
        if (plan->group[k].n > longest) longest = plan->group[k].n;
    }
    int64_t block = BLOCK_BYTES / (int64_t)sizeof(double) / widest / 8 * 8;
    block = block < 128 ? 128 : (block > 1024 ? 1024 : block);
    plan->size.block_size = (int)(block < longest ? block : longest);
    if (plan->size.n_groups)
        plan->size.register_offset =
            new_slots(p, (int64_t)(widest + EXTRA_REGISTERS) * plan->size.block_size);
}

/* Outputs and guards follow what groups clear in `span`. */
static void emit_ends(planner *p)
{
    gt_plan *plan = p->plan;
    for (int k = 0; k < p->g->n_outputs + p->g->n_guards; k++) {
        int i = k < p->g->n_outputs ? p->g->outputs[k] : p->g->guards[k - p->g->n_outputs];
        plan->span[plan->size.n_spans + k] = (gt_span){p->at[i].view, size_of(p, i)};
    }
    plan->size.n_outputs = p->g->n_outputs;
    plan->size.n_guards = p->g->n_guards;
}

gt_plan *gt_plan_make(const gt_graph *g)
{
    planner p = {.g = g, .plan = g->arena.alloc(sizeof(gt_plan))};
    *p.plan = (gt_plan){.constants = g->constants};
    p.at = allocate(&p, g->n, sizeof *p.at);
    memset(p.at, 0, ((size_t)g->n + 1) * sizeof *p.at);
    choose_kinds(&p);
    follow_aliases(&p);
    choose_stages(&p);
    choose_order(&p);
    find_lifetimes(&p);
    assign_memory(&p);
    emit_code(&p);
    emit_ends(&p);
    p.plan->size.n_constants = g->n_constants;
    p.plan->arena = allocate(&p, p.plan->size.arena_size, sizeof(double));
    memset(p.plan->arena, 0, (size_t)p.plan->size.arena_size * sizeof(double));
    for (int i = 0; i < g->n; i++)
        if (p.at[i].loaded >= 0 && p.at[i].view.buffer == GT_CONSTANTS)
            p.plan->arena[p.at[i].loaded] = g->constants[p.at[i].view.offset];
    return p.plan;
}
