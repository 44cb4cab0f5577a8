/* Vectorise: steps of a loop that do not need one another become operations on vectors.
 *
 * Instructions are taken level by level, a level being the longest path from what is given. Those of one
 * level do not depend on each other: where many of them do the same to numbers that stand in the same
 * vectors, at whatever positions, they become elements of one operation. So a level's vectors are what the
 * next level finds its numbers in. A long running sum is one operation of many terms, and becomes sums of
 * vectors. What is left, such as a recurrence, stays as it is. Each instruction is looked at a fixed number
 * of times.                                                                      */
#include "tape/passes/passes.h"
#include "tape/passes/vectorising.h"
#include "tape/passes/walk.h"
#include "ops/shape.h"

#include <limits.h>
#include <string.h>

#define LONG_CHAIN 64 /* terms */

/* ---- levels -------------------------------------------------------------------------------- */

static int level_above(const gt_vectorising *v, int level, int x)
{
    return v->level[x] >= level ? v->level[x] + 1 : level;
}

int gt_append_for(const gt_vectorising *v, int i, gt_op op, const gt_type *type, int n,
                  const int *in, const gt_params *p)
{
    int made = gt_graph_append(v->to, op, type, n, in, p);
    v->to->instr[made].is_differentiable = instr(v, i)->is_differentiable;
    return made;
}

bool gt_stops_gradient(const gt_vectorising *v, int i)
{
    for (int k = 0; k < instr(v, i)->n_in; k++)
        if (instr(v, input(v, i, k))->is_differentiable && !instr(v, i)->is_differentiable)
            return true;
    return false;
}

gt_term *gt_terms_of(const gt_vectorising *v, int i)
{
    gt_term *term = gt_alloc_array(v->from->arena, (size_t)v->chains.length[i] + 1, sizeof *term);
    gt_chain_terms(&v->chains, i, term);
    return term;
}

static void find_levels(gt_vectorising *v)
{
    for (int i = 0; i < v->from->n; i++) {
        int level = 0;
        if (v->chains.inside[i]) {
            level = 0; /* of no interest */
        } else if (is_chain(v, i)) {
            const gt_term *term = gt_terms_of(v, i);
            for (int k = 0; k <= v->chains.length[i]; k++) level = level_above(v, level, term[k].x);
        } else {
            for (int k = 0; k < instr(v, i)->n_in; k++)
                level = level_above(v, level, gt_inputs(v->from, instr(v, i))[k]);
        }
        v->level[i] = level;
        if (level >= v->n_levels) v->n_levels = level + 1;
    }
}

/* Instructions by level, and of one level in order; start[k]: where level k begins. */
static int *by_level(const gt_vectorising *v, int **start)
{
    int *order = gt_alloc_array(v->from->arena, (size_t)v->from->n, sizeof *order);
    int *at = gt_alloc_array(v->from->arena, (size_t)v->n_levels + 1, sizeof *at);
    memset(at, 0, ((size_t)v->n_levels + 2) * sizeof *at);
    for (int i = 0; i < v->from->n; i++) at[v->level[i] + 2]++;
    for (int k = 2; k <= v->n_levels; k++) at[k] += at[k - 1];
    for (int i = 0; i < v->from->n; i++) order[at[v->level[i] + 1]++] = i;
    *start = at;
    return order;
}

/* ---- one instruction ------------------------------------------------------------------------------- */

static void copy(const gt_vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    for (int k = 0; k < s->n_in; k++) v->in[k] = gt_whole(v, gt_inputs(v->from, s)[k]);
    gt_rewrite r = {v->from, v->to, i, v->in, NULL};
    v->map[i] = gt_copy_instr(&r);
    v->place[i] = (gt_element){v->map[i], 0};
}

/* The elements of a value, none of them in an array of constants; returns how many. */
static int add_elements(const gt_vectorising *v, int x, gt_element *e)
{
    const gt_element first = v->place[x];
    const int n = (int)instr(v, x)->type->size;
    if (n != 1 && first.of == CONSTANT) return 0;
    const int step = n == 1 || !v->is_row[x] ? 1 : v->to->instr[first.of].type->dim[0];
    for (int k = 0; k < n; k++) e[k] = (gt_element){first.of, first.at + k * step};
    return n;
}

/* What is joined is gathered from where it stands. */
static bool join(const gt_vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    if (s->op != GT_OP_cat || s->type->ndim != 1 || s->n_in < FEWEST || gt_stops_gradient(v, i))
        return false;
    gt_element *e = take(v, (int)s->type->size, sizeof *e);
    int n = 0;
    for (int k = 0, added = 1; k < s->n_in; k++, n += added) {
        added = add_elements(v, input(v, i, k), e + n);
        if (added == 0) return false;
    }
    int made = gt_gather(v, n, e);
    if (v->to->instr[made].type->dtype != s->type->dtype) return false;
    v->map[i] = made;
    v->place[i] = (gt_element){made, 0};
    return true;
}

/* Is it an element of a vector or a number, however shaped, as which it can be read? */
static bool is_read(const gt_vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    return is_number(v, i) && (s->op == GT_OP_slice || s->op == GT_OP_reshape) &&
           !gt_stops_gradient(v, i);
}

static gt_element element_read(const gt_vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    int x = input(v, i, 0), at = 0;
    if (is_number(v, x)) return v->place[x];
    gt_params p = gt_instr_params(v->from, s);
    gt_slice_positions(&p, instr(v, x)->type, 1, &at);
    if (!v->is_row[x]) return (gt_element){gt_whole(v, x), at};
    const gt_element row = v->place[x];
    return (gt_element){row.of, row.at + at * v->to->instr[row.of].type->dim[0]};
}

/* ---- levels ------------------------------------------------------------------------------------------ */

static void take_one(gt_vectorising *v, int i)
{
    if (is_chain(v, i)) gt_running_sum(v, i);
    else if (!join(v, i)) copy(v, i);
}

static void take_each(gt_vectorising *v, int n, const int *i)
{
    for (int k = 0; k < n; k++) take_one(v, i[k]);
}

/* n instructions that do not depend on each other: those of a kind become vectors where they are many. Chains
 * that are left, of whatever lengths, are many too.                                              */
static void take_apart(gt_vectorising *v, int n, const int *i)
{
    int kinds = gt_find_kinds(v, n, i), *sorted = v->sorted, chains = 0;
    for (int k = 0, at = 0; k < kinds; at += v->count[k++]) v->first[k] = at;
    for (int k = 0; k < n; k++) sorted[v->first[v->kind[k]]++] = i[k];
    for (int k = 0, at = 0; k < kinds; at += v->count[k++]) {
        int count = v->count[k], first = sorted[at];
        if (count >= FEWEST && !is_chain(v, first)) {
            if (!gt_batch(v, count, sorted + at)) take_each(v, count, sorted + at);
        } else if (count >= FEWEST && v->chains.length[first] <= LONG_CHAIN &&
                   instr(v, first)->type->size <= LARGEST_ROW)
            gt_running_sums(v, count, sorted + at);
        else if (!is_chain(v, first)) take_each(v, count, sorted + at);
        else if (!is_number(v, first)) take_each(v, count, sorted + at);
        else
            for (int j = at; j < at + count; j++) sorted[chains++] = sorted[j];
    }
    if (chains >= FEWEST) gt_each_running_sum(v, chains, sorted);
    else take_each(v, chains, sorted);
}

static void take_level(gt_vectorising *v, int n, const int *i)
{
    int *many = v->many, count = 0;
    for (int k = 0; k < n; k++) {
        const gt_instr *s = instr(v, i[k]);
        if (v->chains.inside[i[k]]) continue;
        if (s->source == GT_CONSTANT) v->place[i[k]] = (gt_element){CONSTANT, i[k]};
        else if (is_read(v, i[k])) v->place[i[k]] = element_read(v, i[k]);
        else if (!v->single[i[k]] && (is_chain(v, i[k]) || gt_can_batch(v, i[k])))
            many[count++] = i[k];
        else take_one(v, i[k]);
    }
    if (count >= FEWEST) take_apart(v, count, many);
    else take_each(v, count, many);
}

/* ---- ends ---------------------------------------------------------------------------------------------- */

/* The elements of guards from number `k` on that stand in vectors, in their order; *n: how many elements. Returns
 * how many guards these are.                                                         */
static int guards_in_vectors(const gt_vectorising *v, int k, gt_element *e, int *n)
{
    const gt_graph *g = v->from;
    int count = 0;
    *n = 0;
    for (; k + count < g->n_guards && v->map[g->guards[k + count]] == GT_NO_REF; count++) {
        const int added = add_elements(v, g->guards[k + count], e + *n);
        if (added == 0) break;
        *n += added;
    }
    return count;
}

static size_t count_guarded(const gt_graph *g)
{
    size_t n = 0;
    for (int k = 0; k < g->n_guards; k++) n += (size_t)g->instr[g->guards[k]].type->size;
    return n;
}

/* Guards that follow each other and stand in vectors are one guard. */
static void take_guards(const gt_vectorising *v)
{
    const gt_graph *g = v->from;
    const size_t most = count_guarded(g);
    int *made = gt_alloc_array(v->to->arena, (size_t)g->n_guards, sizeof *made), n = 0;
    gt_element *e = gt_alloc_array(v->to->arena, most, sizeof *e);
    for (int k = 0; k < g->n_guards;) {
        int size = 0, count = most < INT_MAX ? guards_in_vectors(v, k, e, &size) : 0;
        if (count >= FEWEST) made[n++] = gt_gather(v, size, e);
        for (int j = 0; count < FEWEST && j < count + (count == 0); j++)
            made[n++] = gt_whole(v, g->guards[k + j]);
        k += count ? count : 1;
    }
    gt_graph_set_guards(v->to, n, made);
}

static void take_outputs(const gt_vectorising *v)
{
    const gt_graph *g = v->from;
    int *made = gt_alloc_array(v->to->arena, (size_t)g->n_outputs, sizeof *made);
    for (int k = 0; k < g->n_outputs; k++) made[k] = gt_whole(v, g->outputs[k]);
    gt_graph_set_outputs(v->to, g->n_outputs, made);
}

/* ---- the pass -------------------------------------------------------------------------------------------- */

static gt_vectorising start(const gt_graph *g)
{
    gt_vectorising v = {.from = g, .chains = gt_chains_find(g, FEWEST)};
    v.level = gt_alloc_array(g->arena, (size_t)g->n, sizeof *v.level);
    find_levels(&v);
    return v;
}

/* Is there a level in which something could become a vector, or a chain? */
static bool is_wide(const gt_vectorising *v)
{
    int *width = gt_alloc_array(v->from->arena, (size_t)v->n_levels, sizeof *width);
    memset(width, 0, (size_t)v->n_levels * sizeof *width);
    for (int i = 0; i < v->from->n; i++)
        if (is_chain(v, i) || (gt_can_batch(v, i) && ++width[v->level[i]] >= FEWEST)) return true;
    return false;
}

static int widest(const int *start, int n_levels)
{
    int most = 0;
    for (int k = 0; k < n_levels; k++)
        if (start[k + 1] - start[k] > most) most = start[k + 1] - start[k];
    return most;
}

static void make_room(gt_vectorising *v, size_t widest)
{
    gt_arena arena = v->from->arena;
    size_t n = (size_t)v->from->n;
    v->map = gt_alloc_array(arena, n, sizeof *v->map);
    v->place = gt_alloc_array(arena, n, sizeof *v->place);
    v->is_row = gt_alloc_array(arena, n, sizeof *v->is_row);
    v->single = gt_alloc_array(arena, n, sizeof *v->single);
    memset(v->single, 0, n * sizeof *v->single);
    v->in = gt_alloc_array(arena, (size_t)gt_graph_largest_arity(v->from), sizeof *v->in);
    v->table = gt_alloc_array(arena, 4 * (widest + 1), sizeof *v->table);
    v->kind = gt_alloc_array(arena, widest, sizeof *v->kind);
    v->count = gt_alloc_array(arena, widest, sizeof *v->count);
    v->first = gt_alloc_array(arena, widest, sizeof *v->first);
    v->many = gt_alloc_array(arena, widest, sizeof *v->many);
    v->sorted = gt_alloc_array(arena, widest, sizeof *v->sorted);
}

/* order: the instructions, of which those of level k begin at order[first[k]] */
static void walk_levels(gt_vectorising *v, const int *order, const int *first)
{
    v->to = gt_graph_new(v->from->arena, v->from->pool);
    v->is_changed = false;
    for (int i = 0; i < v->from->n; i++) {
        v->map[i] = GT_NO_REF;
        v->is_row[i] = false;
    }
    for (int k = 0; k < v->n_levels; k++) take_level(v, first[k + 1] - first[k], order + first[k]);
    take_outputs(v);
    take_guards(v);
}

/* Which arrays of `to` something needs as such, not only numbers out of them? */
static bool *needed_arrays(const gt_vectorising *v)
{
    const gt_graph *g = v->to;
    bool *needed = gt_alloc_array(g->arena, (size_t)g->n, sizeof *needed);
    memset(needed, 0, (size_t)g->n * sizeof *needed);
    for (int k = 0; k < g->n_outputs; k++) needed[g->outputs[k]] = true;
    for (int k = 0; k < g->n_guards; k++) needed[g->guards[k]] = true;
    for (int i = g->n - 1; i >= 0; i--) {
        const gt_instr *s = &g->instr[i];
        bool moves = s->op == GT_OP_slice || s->op == GT_OP_take || s->op == GT_OP_cat ||
                     gt_op_has(s->op, GT_MOVES);
        bool reads_one = s->op == GT_OP_slice && gt_instr_params(g, s).v[2] == GT_DROP;
        bool hands_on = moves || (s->source == GT_COMPUTED && gt_is_elementwise(gt_op_get(s->op)));
        if (hands_on && !needed[i]) continue;
        if (reads_one || (moves && s->type->size == 1)) continue;
        for (int k = 0; k < s->n_in; k++) needed[gt_inputs(g, s)[k]] = true;
    }
    return needed;
}

/* What became an element of a vector that nothing needs as such is to stay by itself: to read numbers out of
 * vectors, and to put their gradients together, costs more than is won. Is there any?         */
static bool find_single(gt_vectorising *v)
{
    bool *needed = needed_arrays(v), any = false;
    for (int i = v->from->n - 1; i >= 0; i--) { /* (a matrix product needs none of its products) */
        if (!v->is_row[i] || !needed[v->place[i].of]) continue;
        for (int k = 0; k < instr(v, i)->n_in; k++)
            if (v->is_row[input(v, i, k)]) needed[v->place[input(v, i, k)].of] = true;
    }
    for (int i = 0; i < v->from->n; i++) {
        if (v->is_row[i] && !needed[v->place[i].of]) v->single[i] = any = true;
    }
    return any;
}

gt_graph *gt_pass_vectorise(const gt_graph *g)
{
    gt_vectorising v = start(g);
    if (!is_wide(&v)) return gt_unchanged(g);
    /* What is equal stands once, so that what is the same in all steps is. */
    v = start(gt_graph_settled(gt_pass_prune(gt_graph_settled(gt_pass_share(g)))));
    int *first;
    const int *order = by_level(&v, &first);
    make_room(&v, (size_t)widest(first, v.n_levels));
    walk_levels(&v, order, first);
    if (v.is_changed && find_single(&v)) walk_levels(&v, order, first);
    return v.is_changed ? gt_pass_order(v.to) : gt_unchanged(v.from);
}
