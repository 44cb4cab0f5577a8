/* Planning, 3: where values live. */
#include "tape/plan/planner.h"

static void use(gt_planner *p, int i, int step)
{
    p->at[i].uses++;
    gt_place *r = &p->at[p->at[i].root];
    if (p->at[i].root != i) r->uses++;
    if (r->last_step < step) r->last_step = step;
}

static void find_lifetimes(gt_planner *p)
{
    int end = p->plan->size.n_steps;
    for (int k = 0; k < p->n_order; k++) {
        int i = p->order[k];
        gt_place *at = &p->at[i];
        if (at->kind != ELEMENT) at->stored = true;
        for (int j = 0; j < instr(p, i)->n_in; j++) {
            int u = inputs(p, i)[j];
            gt_place *r = &p->at[p->at[u].root];
            /* The second phase may run many times: what it reads of the first must last. */
            use(p, u, r->phase < at->phase ? end : at->step);
            if (!(same_group(p, u, i) && r->step == at->step)) r->stored = true;
        }
    }
    for (int k = 0; k < n_ends(p); k++) {
        int i = end_of(p, k);
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

static bool has_seed(const gt_planner *p)
{
    for (int i = 0; i < p->g->n; i++)
        if (gt_is_input(instr(p, i), GT_SEED)) return true;
    return false;
}

/* Derivatives that can be written straight into the host's arrays. With a seed,
 * its phase runs again and again into other arrays: then only what it computes itself. */
static void place_outputs(gt_planner *p)
{
    bool repeats = has_seed(p);
    for (int k = 1; k < p->g->n_outputs && k < GT_MAX_OUTPUTS; k++) {
        int i = p->g->outputs[k];
        gt_place *r = &p->at[p->at[i].root];
        bool whole = p->at[i].view.offset == 0 && p->at[i].view.stride == 1 &&
                     size_of(p, i) == size_of(p, p->at[i].root);
        bool is_array = r->kind == ELEMENT || r->kind == ASSEMBLE || r->kind == CALL;
        if (whole && is_array && size_of(p, i) > 1 && r->view.buffer == GT_ARENA &&
            (r->phase == PHASE_SEED || !repeats))
            r->view.buffer = GT_OUT + k;
    }
}

static void place_leaves(gt_planner *p)
{
    for (int i = 0; i < p->g->n; i++) {
        const gt_instr *s = instr(p, i);
        if (p->at[i].kind != LEAF) continue;
        if (s->source == GT_INPUT) {
            p->at[i].view.buffer = GT_INPUTS + (int)s->of.input;
        } else {
            p->at[i].view.buffer =
                gt_is_number(s) ? GT_NUMBER_BUFFER : GT_POOL + s->of.constant.vector;
            p->at[i].view.offset = s->of.constant.at;
        }
    }
}

/* Numbers have a slot each, in the order in which they are computed: those of a loop are evenly spaced. */
static int64_t place_numbers(gt_planner *p)
{
    int64_t n = 0;
    for (int k = 0; k < p->n_order; k++) {
        gt_place *at = &p->at[p->order[k]];
        if (at->stored && at->view.buffer == GT_ARENA && size_of(p, p->order[k]) == 1)
            at->view.offset = n++;
    }
    return n;
}

/* Arrays share the arena behind the numbers, by lifetime. */
static void assign_memory(gt_planner *p)
{
    gt_plan *plan = p->plan;
    heap h = {gt_plan_alloc(p, 2 * p->n_order + 2, sizeof(stretch)), 0, 0};
    int *dying = gt_plan_alloc(p, plan->size.n_steps + 1, sizeof *dying); /* lists by last step */
    int *next = gt_plan_alloc(p, p->g->n, sizeof *next);
    for (int s = 0; s <= plan->size.n_steps; s++) dying[s] = NONE;
    place_leaves(p);
    place_outputs(p);
    h.top = place_numbers(p);
    int k = 0;
    for (int s = 0; s < plan->size.n_steps; s++) {
        for (; k < p->n_order && p->at[p->order[k]].step == s; k++) {
            int i = p->order[k];
            gt_place *at = &p->at[i];
            if (!at->stored || at->view.buffer != GT_ARENA || size_of(p, i) == 1) continue;
            at->view.offset = heap_take(&h, size_of(p, i) > 0 ? size_of(p, i) : 1);
            if (at->last_step >= plan->size.n_steps) continue;
            next[i] = dying[at->last_step];
            dying[at->last_step] = i;
        }
        for (int i = dying[s]; i != NONE; i = next[i])
            heap_give(&h, p->at[i].view.offset, size_of(p, i));
    }
    gt_release(p->g->arena, h.free);
    gt_release(p->g->arena, dying);
    gt_release(p->g->arena, next);
    plan->size.arena_size = h.top;
    for (int i = 0; i < p->g->n; i++) {
        gt_place *at = &p->at[i];
        if (at->kind != ALIAS) continue;
        const gt_place *r = &p->at[at->root];
        at->view.buffer = r->view.buffer;
        at->view.offset += r->view.offset;
    }
}

void gt_plan_memory(gt_planner *p)
{
    find_lifetimes(p);
    assign_memory(p);
}
