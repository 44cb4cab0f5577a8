/* Loop distribution: of a loop with a recurrence in it, what calls exp() or the like and is not part of the recurrence
 * becomes a loop of its own, which compilers vectorise: a block of steps at a time, first what the recurrence needs, then
 * the recurrence, then what needs it. Each value is computed by the same operation as before.
 *
 * Steps that depend on each other's values are found as strongly connected components (Tarjan 1972). A component of
 * more than one operation, or of one that needs its own value of the step before, is sequential. Pieces then
 * alternate between vectors (even ranks) and sequences (odd ones), so that what an operation needs has a lower rank
 * or, in the same step or in a sequence, its own.                                  */
#include "tape/code/loops.h"

#include <string.h>

#define MOST_CODE 1000  /* of a loop, of which components are found by recursion */
#define MOST_HEAVY 64   /* operations that are written inline */
#define COST_OF_ARRAY 3 /* in simple operations */
#define NONE (-1)

typedef struct {
    gt_loop_writer *u;
    const gt_loop_code *code;
    int first, n, loop;
    /* of each code: */
    int (*source)[3];     /* what computes its operands, in the loop, or NONE, */
    bool (*is_before)[3]; /* in the step before */
    int *rank, *order, *low;
    bool *is_open, *is_fed; /* by what is heavy */
    int *stack, n_stack;
    int *sorted, n_sorted; /* sources first */
} distributor;

static int operands_of(const distributor *d, int i)
{
    return gt_scalar_addresses(&d->code[i].code) - 1;
}

static gt_vector_form form_of(const distributor *d, int i)
{
    return gt_vector_form_of(d->code[i].code.op);
}

/* ---- what depends on what -------------------------------------------------------------------- */

static bool mark(gt_loop_writer *u, int64_t at, const int *index, void *context)
{
    const distributor *d = context;
    (void)index;
    u->w->written_in[at] = d->loop;
    return true;
}

static bool is_from_outside(gt_loop_writer *u, int64_t at, const int *index, void *context)
{
    const distributor *d = context;
    (void)index;
    return u->w->written_in[at] != d->loop;
}

static void mark_written(distributor *d)
{
    for (int i = 0; i < d->n; i++)
        gt_visit_steps(d->u, d->u->depth, d->code[i].code.to, d->code[i].advance[0], mark, d);
}

/* Sets what computes operand k of code i. False: the loop does, but in another way than a step for the next. */
static bool find_source(distributor *d, int i, int k)
{
    const gt_writer *w = d->u->w;
    const int at = gt_scalar_address(&d->code[i].code, k + 1);
    const int advance = d->code[i].advance[k + 1];
    const int by = w->defined_by[at] - d->first;
    d->source[i][k] = NONE;
    d->is_before[i][k] = false;
    if (by >= 0 && by < i && w->within[by + d->first] == d->loop &&
        d->code[by].advance[0] == advance) {
        d->source[i][k] = by;
        return true;
    }
    const int before = gt_handed_on(d->u, at, advance);
    if (before != NONE) {
        d->source[i][k] = before - d->first;
        d->is_before[i][k] = true;
        return true;
    }
    return gt_visit_steps(d->u, d->u->depth, at, advance, is_from_outside, d);
}

static bool find_sources(distributor *d)
{
    for (int i = 0; i < d->n; i++) {
        if (d->code[i].code.op == GT_OP_leaf) return false;
        for (int k = 0; k < operands_of(d, i); k++)
            if (!find_source(d, i, k)) return false;
    }
    return true;
}

/* ---- ranks --------------------------------------------------------------------------------------- */

/* The lowest rank that a source of rank r lets its user have. */
static int rank_after(int r, bool is_before) { return r + (is_before && r % 2 == 0); }

/* The codes on the stack from `from` on are a component. */
static void rank_component(distributor *d, int from)
{
    int rank = 0;
    bool is_cyclic = d->n_stack - from > 1, is_opaque = false, is_heavy = false;
    for (int j = from; j < d->n_stack; j++) {
        const int i = d->stack[j];
        d->is_open[i] = false;
        is_opaque |= form_of(d, i) == GT_NO_VECTOR;
        is_heavy |= form_of(d, i) == GT_HEAVY_VECTOR;
        for (int k = 0; k < operands_of(d, i); k++) {
            const int s = d->source[i][k];
            if (s == NONE) continue;
            is_cyclic |= s == i;
            d->is_fed[i] |= d->is_fed[s] || form_of(d, s) == GT_HEAVY_VECTOR;
            /* (a source in the component has rank 0 as yet) */
            const int after = rank_after(d->rank[s], d->is_before[i][k]);
            if (d->rank[s] && after > rank) rank = after;
            if (!d->rank[s] && d->is_before[i][k] && rank < 1) rank = 1;
        }
    }
    if (is_cyclic || is_opaque) rank += rank % 2 == 0;
    else if (is_heavy) rank += rank % 2;
    for (int j = from; j < d->n_stack; j++) {
        d->rank[d->stack[j]] = rank;
        d->sorted[d->n_sorted++] = d->stack[j];
    }
    d->n_stack = from;
}

static void find_component(distributor *d, int i)
{
    const int from = d->n_stack;
    d->low[i] = d->order[i] = d->n_sorted + d->n_stack + 1;
    d->stack[d->n_stack++] = i;
    d->is_open[i] = true;
    for (int k = 0; k < operands_of(d, i); k++) {
        const int s = d->source[i][k];
        if (s == NONE) continue;
        if (!d->order[s]) {
            find_component(d, s);
            if (d->low[s] < d->low[i]) d->low[i] = d->low[s];
        } else if (d->is_open[s] && d->order[s] < d->low[i]) d->low[i] = d->order[s];
    }
    if (d->low[i] == d->order[i]) rank_component(d, from);
}

/* Simple operations on what comes from outside the loop move to where they are used, as their values then need no
 * array.                                                                           */
static void sink(distributor *d)
{
    int *most = gt_alloc_array(d->u->w->arena, (size_t)d->n, sizeof *most);
    for (int i = 0; i < d->n; i++) most[i] = INT32_MAX;
    for (int j = d->n_sorted - 1; j >= 0; j--) {
        const int i = d->sorted[j];
        const bool can_sink = d->rank[i] == 0 && form_of(d, i) == GT_LIGHT_VECTOR && !d->is_fed[i];
        if (can_sink && most[i] != INT32_MAX) d->rank[i] = most[i];
        for (int k = 0; k < operands_of(d, i); k++) {
            const int s = d->source[i][k];
            const int rank = d->rank[i] - (d->is_before[i][k] && d->rank[i] % 2 == 0);
            if (s != NONE && rank < most[s]) most[s] = rank;
        }
    }
}

/* ---- pieces ----------------------------------------------------------------------------------- */

static int weight_of(const distributor *d, int i)
{
    return form_of(d, i) == GT_HEAVY_VECTOR ? GT_HEAVY : 1;
}

/* Codes of a rank are a piece, or several where that would be a long loop of vectors. */
static void cut(const distributor *d, gt_distribution *to)
{
    int last = 0;
    for (int i = 0; i < d->n; i++)
        if (d->rank[i] > last) last = d->rank[i];
    for (int rank = 0; rank <= last; rank++) {
        int weight = 0, count = 0;
        for (int i = 0; i < d->n; i++) {
            if (d->rank[i] != rank) continue;
            if (count && rank % 2 == 0 && weight + weight_of(d, i) > GT_LOOP_WEIGHT) {
                weight = 0;
                to->n_pieces++;
            }
            weight += weight_of(d, i);
            count++;
            to->piece[i] = to->n_pieces;
            to->is_vector[to->n_pieces] = rank % 2 == 0;
        }
        to->n_pieces += count > 0;
    }
}

/* Is what is won by vectors more than arrays between pieces cost? */
static bool is_worth_it(const distributor *d, gt_distribution *to)
{
    int arrays = 0, heavy = 0;
    for (int i = 0; i < d->n; i++)
        for (int k = 0; k < operands_of(d, i); k++) {
            const int s = d->source[i][k];
            if (s == NONE || to->piece[s] == to->piece[i]) continue;
            to->is_kept[s] = true;
            to->is_kept_later[s] |= d->is_before[i][k];
        }
    for (int i = 0; i < d->n; i++) {
        arrays += to->is_kept[i];
        heavy += to->is_vector[to->piece[i]] && form_of(d, i) == GT_HEAVY_VECTOR;
    }
    return heavy > 0 && heavy <= MOST_HEAVY && arrays * COST_OF_ARRAY < heavy * GT_HEAVY;
}

static void *flags(const distributor *d, size_t size)
{
    void *x = gt_alloc_array(d->u->w->arena, (size_t)d->n + 1, size);
    memset(x, 0, ((size_t)d->n + 1) * size);
    return x;
}

static bool has_heavy(const gt_loop_code *code, int n)
{
    for (int i = 0; i < n; i++)
        if (gt_vector_form_of(code[i].code.op) == GT_HEAVY_VECTOR) return true;
    return false;
}

const gt_distribution *gt_cut_loop(gt_loop_writer *u)
{
    const gt_plan *plan = u->w->plan;
    const gt_loop *l = u->level[u->depth - 1].loop;
    const gt_loop_item *item = &plan->loop_item[l->first];
    if (l->count != 1 || item->loop != GT_NOT_A_LOOP || item->count > MOST_CODE ||
        l->times < GT_STEPS_OF_BLOCK || !has_heavy(&plan->loop_code[item->first], item->count))
        return NULL;
    distributor d = {.u = u,
                     .code = &plan->loop_code[item->first],
                     .first = item->first,
                     .n = item->count,
                     .loop = (int)(l - plan->loop)};
    d.source = flags(&d, sizeof *d.source);
    d.is_before = flags(&d, sizeof *d.is_before);
    d.rank = flags(&d, sizeof *d.rank);
    d.order = flags(&d, sizeof *d.order);
    d.low = flags(&d, sizeof *d.low);
    d.is_open = flags(&d, sizeof *d.is_open);
    d.is_fed = flags(&d, sizeof *d.is_fed);
    d.stack = flags(&d, sizeof *d.stack);
    d.sorted = flags(&d, sizeof *d.sorted);
    mark_written(&d);
    if (!find_sources(&d)) return NULL;
    for (int i = 0; i < d.n; i++)
        if (!d.order[i]) find_component(&d, i);
    sink(&d);
    gt_distribution *to = gt_alloc(u->w->arena, sizeof *to);
    *to = (gt_distribution){.first = d.first,
                            .n = d.n,
                            .piece = flags(&d, sizeof *to->piece),
                            .is_vector = flags(&d, sizeof *to->is_vector),
                            .is_kept = flags(&d, sizeof *to->is_kept),
                            .is_kept_later = flags(&d, sizeof *to->is_kept_later)};
    cut(&d, to);
    return is_worth_it(&d, to) ? to : NULL;
}
