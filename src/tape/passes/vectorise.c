/* Vectorise: steps of a loop that do not need one another become operations on vectors.
 *
 * Instructions are taken level by level, a level being the longest path from what is given. Those of one
 * level do not depend on each other: where many of them do the same to numbers that stand in the same
 * vectors, at whatever positions, they become elements of one operation. So a level's vectors are what the
 * next level finds its numbers in. A long running sum is one operation of many terms, and becomes sums of
 * vectors. What is left, such as a recurrence, stays as it is. Each instruction is looked at a fixed number
 * of times.                                                                      */
#include "tape/passes/chains.h"
#include "tape/passes/gather.h"
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"
#include "ops/shape.h"

#include <stdlib.h>
#include <string.h>

#define FEWEST 16     /* instructions that make a vector */
#define MOST_PHASES 8 /* statements of a loop that look alike */
#define LONG_CHAIN 64 /* terms */

/* gt_element.of where a number is a constant, `at` being the instruction. */
#define CONSTANT (-2)

typedef struct {
    int i; /* the first of its kind, GT_NO_REF: none */
    int kind;
} slot;

typedef struct {
    const gt_graph *from;
    gt_graph *to;
    gt_chains chains;
    int *level, n_levels;
    int *map;          /* where an instruction is in `to`; GT_NO_REF: not made, as yet */
    gt_element *place; /* of a number: where it stands in `to` */
    int *in;
    /* of the level at hand: */
    slot *table; /* of the kinds of instructions, by open addressing */
    int *many, *sorted, *kind, *count, *first;
    bool is_changed; /* something has become a vector */
} vectorising;

static const gt_instr *instr(const vectorising *v, int i) { return &v->from->instr[i]; }
static bool is_number(const vectorising *v, int i) { return instr(v, i)->type.size == 1; }
static bool is_chain(const vectorising *v, int i) { return v->chains.length[i] > 0; }

/* ---- levels -------------------------------------------------------------------------------- */

static int level_above(const vectorising *v, int level, int x)
{
    return v->level[x] >= level ? v->level[x] + 1 : level;
}

static gt_term *terms_of(const vectorising *v, int i)
{
    gt_term *term = gt_alloc_array(v->from->arena, (size_t)v->chains.length[i] + 1, sizeof *term);
    gt_chain_terms(&v->chains, i, term);
    return term;
}

static void find_levels(vectorising *v)
{
    for (int i = 0; i < v->from->n; i++) {
        int level = 0;
        if (v->chains.inside[i]) {
            level = 0; /* of no interest */
        } else if (is_chain(v, i)) {
            const gt_term *term = terms_of(v, i);
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
static int *by_level(const vectorising *v, int **start)
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

/* ---- numbers where they are needed by themselves ---------------------------------------------- */

static int constant_number(const vectorising *v, int i)
{
    return gt_graph_number(v->to, &instr(v, i)->type, *gt_constant(v->from, instr(v, i)));
}

static int number_at(const vectorising *v, gt_element e)
{
    if (e.of == CONSTANT) return constant_number(v, e.at);
    return gt_run_value(v->to, &(gt_run){e, 1, 1});
}

/* An instruction of `from` in `to`, made now if it was not needed before. */
static int whole(const vectorising *v, int i)
{
    if (v->map[i] == GT_NO_REF)
        v->map[i] = gt_shaped(v->to, number_at(v, v->place[i]), &instr(v, i)->type);
    return v->map[i];
}

/* ---- numbers side by side ---------------------------------------------------------------------- */

static double value_of(const vectorising *v, int i) { return *gt_constant(v->from, instr(v, i)); }

/* The same number in all places? */
static bool is_one_number(const vectorising *v, int n, const gt_element *e)
{
    if (e[0].of != CONSTANT) return gt_all_same(n, e);
    const double first = value_of(v, e[0].at);
    for (int k = 1; k < n; k++) {
        if (e[k].of != CONSTANT) return false;
        const double value = value_of(v, e[k].at);
        if (memcmp(&value, &first, sizeof first)) return false;
    }
    return true;
}

/* Constants get a place in a vector of them. */
static void place_constants(const vectorising *v, int n, gt_element *e)
{
    int count = 0;
    for (int k = 0; k < n; k++) count += e[k].of == CONSTANT;
    if (count == 0) return;
    double *value = gt_alloc_array(v->to->arena, (size_t)count, sizeof *value);
    gt_type t = {.dtype = GT_BOOL};
    count = 0;
    for (int k = 0; k < n; k++) {
        if (e[k].of != CONSTANT) continue;
        if (instr(v, e[k].at)->type.dtype > t.dtype) t.dtype = instr(v, e[k].at)->type.dtype;
        value[count++] = value_of(v, e[k].at);
    }
    t = count == 1 ? gt_scalar_type(t.dtype) : gt_vector_type(t.dtype, count);
    int made = count == 1
                   ? gt_graph_number(v->to, &t, value[0])
                   : gt_graph_constant(v->to, &t, gt_pool_copy(v->to->pool, count, value), 0);
    count = 0;
    for (int k = 0; k < n; k++)
        if (e[k].of == CONSTANT) e[k] = (gt_element){made, count++};
}

static int take(const vectorising *v, int x, int n, const int *at)
{
    int in[2] = {gt_flat(v->to, x), gt_positions(v->to, n, at)};
    gt_type t = gt_vector_type(v->to->instr[x].type.dtype, n);
    return gt_graph_append(v->to, GT_OP_take, &t, 2, in, NULL);
}

typedef struct {
    gt_element e;
    int k;
} numbered;

static int by_source(const void *x, const void *y)
{
    const numbered *a = x, *b = y;
    if (a->e.of != b->e.of) return a->e.of < b->e.of ? -1 : 1;
    return (a->k > b->k) - (a->k < b->k);
}

/* How many sources there are in what is sorted by them. */
static int count_sources(int n, const numbered *sorted)
{
    int sources = 1;
    for (int k = 1; k < n; k++) sources += sorted[k].e.of != sorted[k - 1].e.of;
    return sources;
}

/* Elements of one instruction. */
static int gather_from_one(const vectorising *v, int n, const gt_element *e)
{
    int most = n / FEWEST + 1;
    if (gt_count_runs(n, e, most) <= most) return gt_gathered(v->to, n, e);
    int *at = gt_alloc_array(v->to->arena, (size_t)n, sizeof *at);
    for (int k = 0; k < n; k++) at[k] = e[k].at;
    return take(v, e[0].of, n, at);
}

/* From several instructions: what is needed of each is gathered, joined and put in order. */
static int gather_from_many(const vectorising *v, int n, const gt_element *e)
{
    gt_arena arena = v->to->arena;
    numbered *sorted = gt_alloc_array(arena, (size_t)n, sizeof *sorted);
    for (int k = 0; k < n; k++) sorted[k] = (numbered){e[k], k};
    qsort(sorted, (size_t)n, sizeof *sorted, by_source);
    if (count_sources(n, sorted) > n / 2) return gt_gathered(v->to, n, e);
    gt_element *of_one = gt_alloc_array(arena, (size_t)n, sizeof *of_one);
    int *at = gt_alloc_array(arena, (size_t)n, sizeof *at), parts = 0;
    int *part = gt_alloc_array(arena, (size_t)n, sizeof *part);
    for (int k = 0; k < n;) {
        int count = 0, of = sorted[k].e.of;
        for (; k < n && sorted[k].e.of == of; k++) {
            at[sorted[k].k] = k;
            of_one[count++] = sorted[k].e;
        }
        part[parts++] = gather_from_one(v, count, of_one);
    }
    int joined = gt_join(v->to, parts, part);
    for (int k = 0; k < n; k++)
        if (at[k] != k) return take(v, joined, n, at);
    return joined;
}

/* n > 1 numbers as a vector. */
static int gather(const vectorising *v, int n, gt_element *e)
{
    int most = n / FEWEST + 1;
    place_constants(v, n, e);
    if (gt_count_runs(n, e, most) <= most) return gt_gathered(v->to, n, e);
    return gather_from_many(v, n, e);
}

/* As a vector, or where it is the same number everywhere as that. */
static int operand(const vectorising *v, int n, gt_element *e)
{
    return is_one_number(v, n, e) ? number_at(v, e[0]) : gather(v, n, e);
}

static int repeated(const vectorising *v, int x, int n)
{
    gt_type t = gt_vector_type(v->to->instr[x].type.dtype, n);
    return gt_append1(v->to, GT_OP_expand, &t, x, t.ndim, t.dim);
}

/* ---- many instructions of a kind ------------------------------------------------------------------ */

/* Appends what takes part in the work of instruction i. */
static int append(vectorising *v, int i, gt_op op, const gt_type *type, int n, const int *in,
                  const gt_params *p)
{
    int made = gt_graph_append(v->to, op, type, n, in, p);
    v->to->instr[made].is_differentiable = instr(v, i)->is_differentiable;
    return made;
}

/* Where the inputs of an elementwise instruction stand; those that commute, in one order. */
static void operands(const vectorising *v, int i, gt_element e[3])
{
    const int *in = gt_inputs(v->from, instr(v, i));
    for (int k = 0; k < instr(v, i)->n_in; k++) e[k] = v->place[in[k]];
    if (!gt_op_has(instr(v, i)->op, GT_COMMUTES)) return;
    if (e[0].of > e[1].of || (e[0].of == e[1].of && e[0].at > e[1].at)) {
        gt_element swap = e[0];
        e[0] = e[1];
        e[1] = swap;
    }
}

/* Exponents that are constant make an operation another one. */
static bool is_exponent(const vectorising *v, int i, int k)
{
    return k == 1 && (instr(v, i)->op == GT_OP_pow || instr(v, i)->op == GT_OP_power);
}

static bool is_same_chain(const vectorising *v, int i, int j)
{
    if (v->chains.length[i] != v->chains.length[j]) return false;
    const gt_term *a = terms_of(v, i), *b = terms_of(v, j);
    for (int k = 0; k <= v->chains.length[i]; k++)
        if (a[k].is_negative != b[k].is_negative || v->place[a[k].x].of != v->place[b[k].x].of)
            return false;
    return true;
}

/* Do both do the same to numbers from the same instructions? */
static bool is_same_kind(const vectorising *v, int i, int j)
{
    const gt_instr *a = instr(v, i), *b = instr(v, j);
    gt_element x[3], y[3];
    if (is_chain(v, i) != is_chain(v, j) || a->is_differentiable != b->is_differentiable)
        return false;
    if (is_chain(v, i)) return is_same_chain(v, i, j);
    if (a->op != b->op || a->type.dtype != b->type.dtype) return false;
    operands(v, i, x);
    operands(v, j, y);
    for (int k = 0; k < a->n_in; k++) {
        if (x[k].of != y[k].of) return false;
        if (x[k].of != CONSTANT) continue;
        if (instr(v, x[k].at)->type.dtype != instr(v, y[k].at)->type.dtype) return false;
        const gt_element both[2] = {x[k], y[k]};
        if (is_exponent(v, i, k) && !is_one_number(v, 2, both)) return false;
    }
    return true;
}

static size_t mix(size_t h, size_t x) { return (h ^ x) * 0x9E3779B97F4A7C15u; }

static size_t hash_kind(const vectorising *v, int i)
{
    gt_element e[3];
    size_t h = mix(instr(v, i)->op, (size_t)v->chains.length[i]);
    if (is_chain(v, i)) {
        const gt_term *term = terms_of(v, i);
        for (int k = 0; k <= v->chains.length[i]; k++)
            h = mix(mix(h, term[k].is_negative), (size_t)v->place[term[k].x].of);
    } else {
        operands(v, i, e);
        for (int k = 0; k < instr(v, i)->n_in; k++) h = mix(h, (size_t)e[k].of);
    }
    return h ^ h >> 32;
}

/* Numbers the kinds of n instructions, v->kind[k] that of i[k], and counts them. */
static int find_kinds(const vectorising *v, int n, const int *i)
{
    size_t size = 2;
    int kinds = 0;
    while (size < 2 * (size_t)n) size *= 2;
    for (size_t k = 0; k < size; k++) v->table[k].i = GT_NO_REF;
    for (int k = 0; k < n; k++) {
        size_t at = hash_kind(v, i[k]) & (size - 1);
        while (v->table[at].i != GT_NO_REF && !is_same_kind(v, v->table[at].i, i[k]))
            at = (at + 1) & (size - 1);
        if (v->table[at].i == GT_NO_REF) {
            v->table[at] = (slot){i[k], kinds};
            v->count[kinds++] = 0;
        }
        v->kind[k] = v->table[at].kind;
        v->count[v->kind[k]]++;
    }
    return kinds;
}

/* ---- statements that look alike ------------------------------------------------------------------ */

/* How often the positions of every phase-th instruction stop being evenly spaced; stops at `most`. */
static int count_breaks(const vectorising *v, int n, const int *i, int phases, int most)
{
    int breaks = 0;
    gt_element a[3], b[3], c[3];
    for (int k = 2 * phases; k < n && breaks < most; k++) {
        bool is_even = true;
        operands(v, i[k - 2 * phases], a);
        operands(v, i[k - phases], b);
        operands(v, i[k], c);
        for (int j = 0; j < instr(v, i[k])->n_in; j++)
            if (a[j].of != CONSTANT && c[j].at - b[j].at != b[j].at - a[j].at) is_even = false;
        breaks += !is_even;
    }
    return breaks;
}

/* A loop may do the same in several statements, in turn: of how many are these? */
static int count_phases(const vectorising *v, int n, const int *i)
{
    const int most = n / FEWEST + 1;
    for (int phases = 1; phases <= MOST_PHASES && n / phases >= FEWEST; phases++)
        if (count_breaks(v, n, i, phases, most) < most) return phases;
    return 1;
}

/* ---- into vectors --------------------------------------------------------------------------------- */

static void place_elements(vectorising *v, int made, int n, const int *i)
{
    for (int k = 0; k < n; k++) v->place[i[k]] = (gt_element){made, k};
    v->is_changed = true;
}

static void make_vector(vectorising *v, int n, const int *i)
{
    const gt_instr *s = instr(v, i[0]);
    int in[3] = {GT_NO_REF}, vectors = 0;
    gt_element e[3], *all = gt_alloc_array(v->to->arena, (size_t)n, sizeof *all);
    for (int j = 0; j < s->n_in; j++) {
        for (int k = 0; k < n; k++) {
            operands(v, i[k], e);
            all[k] = e[j];
        }
        in[j] = operand(v, n, all);
        vectors += v->to->instr[in[j]].type.size > 1;
    }
    if (vectors == 0) in[0] = repeated(v, in[0], n);
    gt_type t = gt_vector_type(s->type.dtype, n);
    place_elements(v, append(v, i[0], s->op, &t, s->n_in, in, NULL), n, i);
}

static void make_vectors(vectorising *v, int n, const int *i)
{
    int phases = count_phases(v, n, i), *one = gt_alloc_array(v->to->arena, (size_t)n, sizeof *one);
    for (int phase = 0; phase < phases; phase++) {
        int count = 0;
        for (int k = phase; k < n; k += phases) one[count++] = i[k];
        make_vector(v, count, one);
    }
}

/* ---- running sums ------------------------------------------------------------------------------------ */

/* sum + x, or sum - x; GT_NO_REF stands for a sum without terms. */
static int add_term(vectorising *v, int i, int sum, int x, bool is_negative)
{
    int in[2] = {sum, x};
    const gt_type *a = &v->to->instr[x].type;
    if (sum == GT_NO_REF) return is_negative ? append(v, i, GT_OP_neg, a, 1, &x, NULL) : x;
    const gt_type *b = &v->to->instr[sum].type;
    gt_type t = a->size > b->size || a->ndim > b->ndim ? *a : *b;
    t.dtype = GT_DOUBLE;
    return append(v, i, is_negative ? GT_OP_sub : GT_OP_add, &t, 2, in, NULL);
}

/* Chains of one kind: their terms are added up side by side. */
static void make_sums(vectorising *v, int n, const int *i)
{
    int length = v->chains.length[i[0]], sum = GT_NO_REF;
    gt_element *all = gt_alloc_array(v->to->arena, (size_t)n, sizeof *all);
    gt_term **term = gt_alloc_array(v->to->arena, (size_t)n, sizeof *term);
    for (int k = 0; k < n; k++) term[k] = terms_of(v, i[k]);
    for (int j = 0; j <= length; j++) {
        for (int k = 0; k < n; k++) all[k] = v->place[term[k][j].x];
        sum = add_term(v, i[0], sum, operand(v, n, all), term[0][j].is_negative);
    }
    if (v->to->instr[sum].type.size == 1) sum = repeated(v, sum, n);
    place_elements(v, sum, n, i);
}

typedef struct {
    gt_element e;
    bool is_negative, is_alone;
    int k;
} summand;

static int by_sign_and_source(const void *x, const void *y)
{
    const summand *a = x, *b = y;
    if (a->is_negative != b->is_negative) return a->is_negative ? 1 : -1;
    if (a->e.of != b->e.of) return a->e.of < b->e.of ? -1 : 1;
    return (a->k > b->k) - (a->k < b->k);
}

/* How many summands, of those sorted, have the sign and source of the first. */
static int count_alike(int n, const summand *s)
{
    int count = 1;
    while (count < n && s[count].e.of == s->e.of && s[count].is_negative == s->is_negative) count++;
    return count;
}

static int total(vectorising *v, int i, int n, const summand *s)
{
    const int all = 0;
    gt_params p = {1, &all};
    gt_element *e = gt_alloc_array(v->to->arena, (size_t)n, sizeof *e);
    for (int k = 0; k < n; k++) e[k] = s[k].e;
    int x = operand(v, n, e);
    if (v->to->instr[x].type.size == 1) x = repeated(v, x, n);
    gt_type t = gt_scalar_type(GT_DOUBLE);
    v->is_changed = true;
    return append(v, i, GT_OP_sum, &t, 1, &x, &p);
}

/* A chain: terms that stand by themselves are added in order, then sums of the others. */
static void make_sum(vectorising *v, int i)
{
    int n = v->chains.length[i] + 1, sum = GT_NO_REF;
    const gt_term *term = terms_of(v, i);
    summand *sorted = gt_alloc_array(v->to->arena, (size_t)n, sizeof *sorted);
    bool *is_alone = gt_alloc_array(v->to->arena, (size_t)n, sizeof *is_alone);
    for (int k = 0; k < n; k++)
        sorted[k] = (summand){v->place[term[k].x], term[k].is_negative, true, k};
    qsort(sorted, (size_t)n, sizeof *sorted, by_sign_and_source);
    for (int k = 0, count; k < n; k += count) {
        count = count_alike(n - k, sorted + k);
        for (int j = k; j < k + count; j++) is_alone[sorted[j].k] = count < FEWEST;
    }
    for (int k = 0; k < n; k++)
        if (is_alone[k]) sum = add_term(v, i, sum, whole(v, term[k].x), term[k].is_negative);
    for (int k = 0, count; k < n; k += count) {
        count = count_alike(n - k, sorted + k);
        if (count < FEWEST) continue;
        int part = total(v, i, count, sorted + k);
        sum = add_term(v, i, sum, part, sorted[k].is_negative);
    }
    v->place[i] = (gt_element){sum, 0};
    v->map[i] = gt_shaped(v->to, sum, &instr(v, i)->type);
}

/* Chains that are added up one by one, many of them: their values then stand in one vector. */
static void make_each_sum(vectorising *v, int n, const int *i)
{
    int *part = gt_alloc_array(v->to->arena, (size_t)n, sizeof *part);
    for (int k = 0; k < n; k++) {
        make_sum(v, i[k]);
        part[k] = gt_flat(v->to, v->map[i[k]]);
    }
    place_elements(v, gt_join(v->to, n, part), n, i);
}

/* ---- one instruction ------------------------------------------------------------------------------- */

static void copy(const vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    for (int k = 0; k < s->n_in; k++) v->in[k] = whole(v, gt_inputs(v->from, s)[k]);
    gt_rewrite r = {v->from, v->to, i, v->in, NULL};
    v->map[i] = gt_copy_instr(&r);
    v->place[i] = (gt_element){v->map[i], 0};
}

/* Numbers that are joined are gathered from where they stand. */
static bool join(const vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    const int *in = gt_inputs(v->from, s);
    if (s->op != GT_OP_cat || s->type.ndim != 1 || s->n_in < FEWEST || !s->is_differentiable)
        return false;
    gt_element *e = gt_alloc_array(v->to->arena, (size_t)s->n_in, sizeof *e);
    for (int k = 0; k < s->n_in; k++) {
        if (!is_number(v, in[k])) return false;
        e[k] = v->place[in[k]];
    }
    v->map[i] = gather(v, s->n_in, e);
    if (v->to->instr[v->map[i]].type.dtype == s->type.dtype) return true;
    v->map[i] = GT_NO_REF;
    return false;
}

/* Is it an element of a vector or a number, however shaped, as which it can be read? */
static bool is_read(const vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    if (!is_number(v, i) || (s->op != GT_OP_slice && s->op != GT_OP_reshape)) return false;
    int x = gt_inputs(v->from, s)[0];
    return s->is_differentiable || !instr(v, x)->is_differentiable;
}

static gt_element element_read(const vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    int x = gt_inputs(v->from, s)[0], at = 0;
    if (is_number(v, x)) return v->place[x];
    gt_params p = gt_instr_params(v->from, s);
    gt_slice_positions(&p, &instr(v, x)->type, 1, &at);
    return (gt_element){v->map[x], at};
}

static bool is_elementwise(const vectorising *v, int i)
{
    const gt_instr *s = instr(v, i);
    if (s->source != GT_COMPUTED || !is_number(v, i)) return false;
    if (!gt_is_elementwise(gt_op_get(s->op))) return false;
    for (int k = 0; k < s->n_in; k++)
        if (!is_number(v, gt_inputs(v->from, s)[k])) return false;
    return true;
}

/* ---- levels ------------------------------------------------------------------------------------------ */

static void take_each(vectorising *v, int n, const int *i)
{
    for (int k = 0; k < n; k++) {
        if (is_chain(v, i[k])) make_sum(v, i[k]);
        else copy(v, i[k]);
    }
}

/* n instructions that do not depend on each other: those of a kind become vectors where they are many. Chains
 * that are left, of whatever lengths, are many too.                                              */
static void take_apart(vectorising *v, int n, const int *i)
{
    int kinds = find_kinds(v, n, i), *sorted = v->sorted, chains = 0;
    for (int k = 0, at = 0; k < kinds; at += v->count[k++]) v->first[k] = at;
    for (int k = 0; k < n; k++) sorted[v->first[v->kind[k]]++] = i[k];
    for (int k = 0, at = 0; k < kinds; at += v->count[k++]) {
        int count = v->count[k], first = sorted[at];
        if (count >= FEWEST && !is_chain(v, first)) make_vectors(v, count, sorted + at);
        else if (count >= FEWEST && v->chains.length[first] <= LONG_CHAIN)
            make_sums(v, count, sorted + at);
        else if (!is_chain(v, first)) take_each(v, count, sorted + at);
        else
            for (int j = at; j < at + count; j++) sorted[chains++] = sorted[j];
    }
    if (chains >= FEWEST) make_each_sum(v, chains, sorted);
    else take_each(v, chains, sorted);
}

static void take_level(vectorising *v, int n, const int *i)
{
    int *many = v->many, count = 0;
    for (int k = 0; k < n; k++) {
        const gt_instr *s = instr(v, i[k]);
        if (v->chains.inside[i[k]]) continue;
        if (s->source == GT_CONSTANT && is_number(v, i[k]))
            v->place[i[k]] = (gt_element){CONSTANT, i[k]};
        else if (is_chain(v, i[k]) || is_elementwise(v, i[k])) many[count++] = i[k];
        else if (is_read(v, i[k])) v->place[i[k]] = element_read(v, i[k]);
        else if (!join(v, i[k])) copy(v, i[k]);
    }
    if (count >= FEWEST) take_apart(v, count, many);
    else take_each(v, count, many);
}

/* ---- ends ---------------------------------------------------------------------------------------------- */

/* Guards that follow each other and stand in vectors are one guard. */
static void take_guards(const vectorising *v)
{
    const gt_graph *g = v->from;
    int *made = gt_alloc_array(v->to->arena, (size_t)g->n_guards, sizeof *made), n = 0;
    gt_element *e = gt_alloc_array(v->to->arena, (size_t)g->n_guards, sizeof *e);
    for (int k = 0; k < g->n_guards;) {
        int count = 0;
        for (; k + count < g->n_guards && v->map[g->guards[k + count]] == GT_NO_REF; count++)
            e[count] = v->place[g->guards[k + count]];
        if (count >= FEWEST) made[n++] = gather(v, count, e);
        for (int j = 0; count < FEWEST && j < count + (count == 0); j++)
            made[n++] = whole(v, g->guards[k + j]);
        k += count ? count : 1;
    }
    gt_graph_set_guards(v->to, n, made);
}

static void take_outputs(const vectorising *v)
{
    const gt_graph *g = v->from;
    int *made = gt_alloc_array(v->to->arena, (size_t)g->n_outputs, sizeof *made);
    for (int k = 0; k < g->n_outputs; k++) made[k] = whole(v, g->outputs[k]);
    gt_graph_set_outputs(v->to, g->n_outputs, made);
}

/* ---- the pass -------------------------------------------------------------------------------------------- */

static vectorising start(const gt_graph *g)
{
    vectorising v = {.from = g, .chains = gt_chains_find(g, FEWEST)};
    v.level = gt_alloc_array(g->arena, (size_t)g->n, sizeof *v.level);
    find_levels(&v);
    return v;
}

/* Is there a level in which something could become a vector, or a chain? */
static bool is_wide(const vectorising *v)
{
    int *width = gt_alloc_array(v->from->arena, (size_t)v->n_levels, sizeof *width);
    memset(width, 0, (size_t)v->n_levels * sizeof *width);
    for (int i = 0; i < v->from->n; i++)
        if (is_chain(v, i) || (is_elementwise(v, i) && ++width[v->level[i]] >= FEWEST)) return true;
    return false;
}

static int widest(const int *start, int n_levels)
{
    int most = 0;
    for (int k = 0; k < n_levels; k++)
        if (start[k + 1] - start[k] > most) most = start[k + 1] - start[k];
    return most;
}

static gt_graph *unchanged(const gt_graph *g)
{
    gt_graph *same = gt_alloc(g->arena, sizeof *same);
    *same = *g;
    return same;
}

gt_graph *gt_pass_vectorise(const gt_graph *g)
{
    vectorising v = start(g);
    if (!is_wide(&v)) return unchanged(g);
    /* What is equal stands once, so that what is the same in all steps is. */
    const gt_graph *from = gt_graph_settled(gt_pass_prune(gt_graph_settled(gt_pass_share(g))));
    int *at, n = from->n;
    gt_arena arena = g->arena;
    v = start(from);
    v.to = gt_graph_new(arena, g->pool);
    const int *order = by_level(&v, &at);
    size_t width = (size_t)widest(at, v.n_levels) + 1;
    v.map = gt_alloc_array(arena, (size_t)n, sizeof *v.map);
    v.place = gt_alloc_array(arena, (size_t)n, sizeof *v.place);
    v.in = gt_alloc_array(arena, (size_t)gt_graph_largest_arity(from), sizeof *v.in);
    v.table = gt_alloc_array(arena, 4 * width, sizeof *v.table);
    v.kind = gt_alloc_array(arena, width, sizeof *v.kind);
    v.count = gt_alloc_array(arena, width, sizeof *v.count);
    v.first = gt_alloc_array(arena, width, sizeof *v.first);
    v.many = gt_alloc_array(arena, width, sizeof *v.many);
    v.sorted = gt_alloc_array(arena, width, sizeof *v.sorted);
    for (int i = 0; i < n; i++) v.map[i] = GT_NO_REF;
    for (int k = 0; k < v.n_levels; k++) take_level(&v, at[k + 1] - at[k], order + at[k]);
    if (!v.is_changed) return unchanged(from);
    take_outputs(&v);
    take_guards(&v);
    return gt_pass_order(v.to);
}
