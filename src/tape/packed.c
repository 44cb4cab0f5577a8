#include "tape/packed.h"
#include "tape/periodic.h"

#include <string.h>

#define LEAST_TIMES 4
#define MOST_PERIODS 16 /* that are tried at an instruction */
#define MOST_WORK 32    /* comparisons, for each instruction */

/* Instructions one after the other: `times` periods. */
typedef struct {
    int period, times;
} piece;

/* What instructions have in common is a *kind*; what advances are *fields*: how far before an instruction its
 * inputs are, parameters, and where a constant or input is.                           */
struct gt_packed_graph {
    gt_graph graph; /* without instructions, inputs and parameters */
    int n_kinds;
    gt_instr *kind;
    int n_pieces;
    piece *piece;
    int n_stored; /* instructions: those of the pieces' first periods */
    int *kind_of;
    int64_t n_fields, n_steps;
    int *field; /* of these, */
    int *step;  /* and how far a period takes them, where there are several */
};

static int n_fields(const gt_instr *s)
{
    return s->source == GT_COMPUTED ? s->n_in + s->n_params : 1;
}

static int field(const gt_graph *g, int i, int k)
{
    const gt_instr *s = &g->instr[i];
    if (s->source == GT_INPUT) return (int)s->of.input;
    if (s->source == GT_CONSTANT) return s->of.constant.at;
    return k < s->n_in ? i - gt_inputs(g, s)[k] : gt_instr_params(g, s).v[k - s->n_in];
}

/* ---- kinds ---------------------------------------------------------------------------------- */

static int vector_of(const gt_instr *s)
{
    return s->source == GT_CONSTANT ? s->of.constant.vector : GT_NUMBERS;
}

static uint32_t key_of(const gt_instr *s)
{
    uint64_t h = gt_mix_key((uint64_t)s->op * 8 + (uint64_t)s->source, (uint64_t)s->n_in);
    h = gt_mix_key(h, (uint64_t)s->n_params * 8 + (uint64_t)s->type->dtype);
    h = gt_mix_key(h, (uint64_t)vector_of(s) * 2 + s->is_differentiable);
    for (int d = 0; d < s->type->ndim; d++) h = gt_mix_key(h, (uint64_t)s->type->dim[d]);
    return (uint32_t)(h >> 32);
}

static bool same_kind(const gt_instr *a, const gt_instr *b)
{
    return a->op == b->op && a->source == b->source && a->n_in == b->n_in &&
           a->n_params == b->n_params && vector_of(a) == vector_of(b) &&
           a->is_differentiable == b->is_differentiable && a->type == b->type;
}

/* The kinds that were met, by open addressing. */
typedef struct {
    const gt_graph *g;
    int n, size;
    int *first; /* an instruction of each */
    int *kind;  /* in each slot, or NONE */
} kinds;
#define NONE (-1)

static int *slot_of(const kinds *t, const gt_instr *s, uint32_t key)
{
    const uint32_t mask = (uint32_t)t->size - 1;
    uint32_t at = key & mask;
    while (t->kind[at] != NONE && !same_kind(&t->g->instr[t->first[t->kind[at]]], s))
        at = (at + 1) & mask;
    return &t->kind[at];
}

static void grow(kinds *t, const uint32_t *key)
{
    const gt_arena arena = t->g->arena;
    gt_release(arena, t->kind);
    t->size *= 2;
    t->first =
        gt_enlarge_array(arena, t->first, (size_t)t->n, (size_t)t->size / 2, sizeof *t->first);
    t->kind = gt_alloc_array(arena, (size_t)t->size, sizeof *t->kind);
    for (int k = 0; k < t->size; k++) t->kind[k] = NONE;
    for (int k = 0; k < t->n; k++) *slot_of(t, &t->g->instr[t->first[k]], key[t->first[k]]) = k;
}

/* The kind of each instruction; kinds are listed where they are found first. */
static int *find_kinds(const gt_graph *g, gt_packed_graph *p, gt_arena keep, uint32_t *key)
{
    int *kind_of = gt_alloc_array(g->arena, (size_t)g->n, sizeof *kind_of);
    kinds t = {.g = g, .size = 32};
    grow(&t, key);
    for (int i = 0; i < g->n; i++) {
        key[i] = key_of(&g->instr[i]);
        if (t.n == t.size / 2) grow(&t, key);
        int *slot = slot_of(&t, &g->instr[i], key[i]);
        if (*slot == NONE) {
            t.first[t.n] = i;
            *slot = t.n++;
        }
        kind_of[i] = *slot;
    }
    p->n_kinds = t.n;
    p->kind = gt_alloc_array(keep, (size_t)t.n, sizeof *p->kind);
    for (int k = 0; k < t.n; k++) p->kind[k] = g->instr[t.first[k]];
    return kind_of;
}

/* ---- periods -------------------------------------------------------------------------------- */

typedef struct {
    const gt_graph *g;
    const int *kind_of;
    int64_t work;
} packing;

/* Are all fields of a period where they have to be, after the first two? */
static bool period_fits(packing *u, int first, int period, int t)
{
    for (int j = first; j < first + period; j++) {
        const int now = j + t * period;
        u->work--;
        if (u->kind_of[j] != u->kind_of[now]) return false;
        for (int k = 0; t > 1 && k < n_fields(&u->g->instr[j]); k++) {
            const int64_t start = field(u->g, j, k), step = field(u->g, j + period, k) - start;
            if (field(u->g, now, k) != start + t * step) return false;
        }
    }
    return true;
}

/* Is an instruction of this kind found again in as many periods as there have to be? */
static bool recurs(packing *u, int i, int period)
{
    for (int k = 2; k < LEAST_TIMES; k++, u->work--)
        if (u->kind_of[i + k * period] != u->kind_of[i]) return false;
    return true;
}

static piece piece_at(packing *u, const int *next, int i)
{
    const int n = u->g->n;
    int tried = 0;
    for (int at = next[i]; at != GT_NO_WINDOW && tried++ < MOST_PERIODS && u->work > 0;
         at = next[at]) {
        piece p = {at - i, 1};
        if ((n - i) / p.period < LEAST_TIMES) break;
        if (!recurs(u, i, p.period)) continue;
        while ((int64_t)i + (int64_t)(p.times + 1) * p.period <= n &&
               period_fits(u, i, p.period, p.times))
            p.times++;
        if (p.times >= LEAST_TIMES) return p;
    }
    return (piece){1, 1};
}

/* ---- packing --------------------------------------------------------------------------------- */

static void *kept(gt_arena keep, const void *from, int n, size_t size)
{
    void *to = gt_alloc_array(keep, (size_t)n, size);
    if (n) memcpy(to, from, (size_t)n * size);
    return to;
}

/* Cuts the graph into pieces, in memory of its arena. */
static piece *find_pieces(packing *u, const int *next, int *n_pieces)
{
    const gt_arena arena = u->g->arena;
    int n = 0, capacity = 64;
    piece *all = gt_alloc_array(arena, (size_t)capacity, sizeof *all);
    for (int i = 0; i < u->g->n;) {
        const piece now = piece_at(u, next, i);
        i += now.period * now.times;
        if (n && all[n - 1].times == 1 && now.times == 1) {
            all[n - 1].period++;
            continue;
        }
        if (n == capacity)
            all = gt_enlarge_array(arena, all, (size_t)n, (size_t)(capacity *= 2), sizeof *all);
        all[n++] = now;
    }
    *n_pieces = n;
    return all;
}

/* How many instructions and fields the pieces' first periods have. */
static void measure(gt_packed_graph *p, const gt_graph *g)
{
    int i = 0;
    for (int k = 0; k < p->n_pieces; k++) {
        const piece *now = &p->piece[k];
        int64_t n = 0;
        for (int j = i; j < i + now->period; j++) n += n_fields(&g->instr[j]);
        p->n_stored += now->period;
        p->n_fields += n;
        if (now->times > 1) p->n_steps += n;
        i += now->period * now->times;
    }
}

static void store(gt_packed_graph *p, const gt_graph *g, const int *kind_of)
{
    int i = 0, *kind = p->kind_of, *to = p->field, *step = p->step;
    for (int k = 0; k < p->n_pieces; k++) {
        const piece *now = &p->piece[k];
        for (int j = i; j < i + now->period; j++) {
            *kind++ = kind_of[j];
            for (int w = 0; w < n_fields(&g->instr[j]); w++) {
                const int start = field(g, j, w);
                *to++ = start;
                if (now->times > 1) *step++ = field(g, j + now->period, w) - start;
            }
        }
        i += now->period * now->times;
    }
}

gt_packed_graph *gt_pack_graph(const gt_graph *g, gt_arena keep)
{
    const gt_arena arena = g->arena;
    gt_packed_graph *p = gt_alloc(keep, sizeof *p);
    *p = (gt_packed_graph){.graph = *g};
    uint32_t *key = gt_alloc_array(arena, (size_t)g->n, sizeof *key);
    packing u = {g, find_kinds(g, p, keep, key), (int64_t)MOST_WORK * g->n};
    int *next = gt_next_windows(g->n, key, arena);
    gt_release(arena, key);
    piece *pieces = find_pieces(&u, next, &p->n_pieces);
    gt_release(arena, next);
    p->piece = kept(keep, pieces, p->n_pieces, sizeof *p->piece);
    measure(p, g);
    p->kind_of = gt_alloc_array(keep, (size_t)p->n_stored, sizeof *p->kind_of);
    p->field = gt_alloc_array(keep, (size_t)p->n_fields, sizeof *p->field);
    p->step = gt_alloc_array(keep, (size_t)p->n_steps, sizeof *p->step);
    store(p, g, u.kind_of);
    p->graph.numbers = kept(keep, g->numbers, g->n_numbers, sizeof *g->numbers);
    p->graph.outputs = kept(keep, g->outputs, g->n_outputs, sizeof *g->outputs);
    p->graph.guards = kept(keep, g->guards, g->n_guards, sizeof *g->guards);
    return p;
}

int gt_packed_instructions(const gt_packed_graph *p) { return p->n_stored; }

/* ---- and back ---------------------------------------------------------------------------------- */

/* A field in period t. step: NULL in a piece of one period. */
static inline int field_at(const int *start, const int *step, int k, int t)
{
    return step ? start[k] + t * step[k] : start[k];
}

static void restore(gt_graph *g, const gt_instr *kind, const int *start, const int *step, int t)
{
    gt_instr *s = &g->instr[g->n];
    *s = *kind;
    if (s->source == GT_INPUT) s->of.input = (gt_input)field_at(start, step, 0, t);
    if (s->source == GT_CONSTANT) s->of.constant.at = field_at(start, step, 0, t);
    if (s->source == GT_COMPUTED) {
        s->of.computed.in = g->n_args;
        s->of.computed.params = g->n_params;
        for (int k = 0; k < s->n_in; k++) g->args[g->n_args++] = g->n - field_at(start, step, k, t);
        for (int k = s->n_in; k < s->n_in + s->n_params; k++)
            g->params[g->n_params++] = field_at(start, step, k, t);
    }
    g->n++;
}

gt_graph *gt_unpack_graph(const gt_packed_graph *p, gt_arena arena)
{
    gt_graph *g = gt_alloc(arena, sizeof *g);
    *g = p->graph;
    g->arena = arena;
    g->instr = gt_alloc_array(arena, (size_t)g->n, sizeof *g->instr);
    g->args = gt_alloc_array(arena, (size_t)g->n_args, sizeof *g->args);
    g->params = gt_alloc_array(arena, (size_t)g->n_params, sizeof *g->params);
    g->capacity = g->n;
    g->args_capacity = g->n_args;
    g->params_capacity = g->n_params;
    g->numbers_capacity = g->n_numbers;
    g->n = g->n_args = g->n_params = 0;
    const int *kind = p->kind_of, *field = p->field, *step = p->step;
    for (int k = 0; k < p->n_pieces; k++) {
        const piece *now = &p->piece[k];
        const bool advances = now->times > 1;
        int64_t at = 0;
        for (int t = 0; t < now->times; t++) {
            at = 0;
            for (int j = 0; j < now->period; j++) {
                const gt_instr *s = &p->kind[kind[j]];
                restore(g, s, field + at, advances ? step + at : NULL, t);
                at += n_fields(s);
            }
        }
        kind += now->period;
        field += at;
        if (advances) step += at;
    }
    return g;
}
