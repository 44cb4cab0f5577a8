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
    int n_fields;
    int *field; /* of these, */
    int *step;  /* and how far a period takes them */
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

static uint64_t key_of(const gt_instr *s)
{
    uint64_t h = gt_mix_key((uint64_t)s->op * 8 + (uint64_t)s->source, (uint64_t)s->n_in);
    h = gt_mix_key(h, (uint64_t)s->n_params * 8 + (uint64_t)s->type->dtype);
    h = gt_mix_key(h, (uint64_t)vector_of(s) * 2 + s->is_differentiable);
    for (int d = 0; d < s->type->ndim; d++) h = gt_mix_key(h, (uint64_t)s->type->dim[d]);
    return h;
}

static bool same_kind(const gt_instr *a, const gt_instr *b)
{
    return a->op == b->op && a->source == b->source && a->n_in == b->n_in &&
           a->n_params == b->n_params && vector_of(a) == vector_of(b) &&
           a->is_differentiable == b->is_differentiable && a->type == b->type;
}

/* The kind of each instruction; kinds are listed where they are found first. */
static int *find_kinds(const gt_graph *g, gt_packed_graph *p, uint64_t *key)
{
    unsigned size = 64;
    while (size < 2 * (unsigned)g->n) size *= 2;
    int *table = gt_alloc_array(g->arena, size, sizeof *table), *first, *kind_of;
    first = gt_alloc_array(g->arena, (size_t)g->n, sizeof *first);
    kind_of = gt_alloc_array(g->arena, (size_t)g->n, sizeof *kind_of);
    for (unsigned k = 0; k < size; k++) table[k] = -1;
    for (int i = 0; i < g->n; i++) {
        key[i] = key_of(&g->instr[i]);
        unsigned at = (unsigned)(key[i] >> 32) & (size - 1);
        while (table[at] >= 0 && !same_kind(&g->instr[first[table[at]]], &g->instr[i]))
            at = (at + 1) & (size - 1);
        if (table[at] < 0) {
            first[p->n_kinds] = i;
            table[at] = p->n_kinds++;
        }
        kind_of[i] = table[at];
    }
    p->kind = gt_alloc_array(g->arena, (size_t)p->n_kinds, sizeof *p->kind);
    for (int k = 0; k < p->n_kinds; k++) p->kind[k] = g->instr[first[k]];
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

static piece piece_at(packing *u, const int *next, int i)
{
    const int n = u->g->n;
    int tried = 0;
    for (int at = next[i]; at != GT_NO_WINDOW && tried++ < MOST_PERIODS && u->work > 0;
         at = next[at]) {
        piece p = {at - i, 1};
        if ((n - i) / p.period < LEAST_TIMES) break;
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

static void store(gt_packed_graph *p, const gt_graph *g, const int *kind_of, int i, piece now)
{
    for (int j = i; j < i + now.period; j++) {
        p->kind_of[p->n_stored++] = kind_of[j];
        for (int k = 0; k < n_fields(&g->instr[j]); k++) {
            const int start = field(g, j, k);
            p->field[p->n_fields] = start;
            p->step[p->n_fields++] = now.times > 1 ? field(g, j + now.period, k) - start : 0;
        }
    }
}

gt_packed_graph *gt_pack_graph(const gt_graph *g, gt_arena keep)
{
    const gt_arena arena = g->arena;
    const size_t n = (size_t)g->n, fields = (size_t)(g->n_args + g->n_params) + n;
    gt_packed_graph *p = gt_alloc(keep, sizeof *p);
    *p = (gt_packed_graph){.graph = *g};
    uint64_t *key = gt_alloc_array(arena, n, sizeof *key);
    packing u = {g, find_kinds(g, p, key), (int64_t)MOST_WORK * g->n};
    const int *next = gt_next_windows(g->n, key, arena);
    p->piece = gt_alloc_array(arena, n, sizeof *p->piece);
    p->kind_of = gt_alloc_array(arena, n, sizeof *p->kind_of);
    p->field = gt_alloc_array(arena, fields, sizeof *p->field);
    p->step = gt_alloc_array(arena, fields, sizeof *p->step);
    for (int i = 0; i < g->n;) {
        const piece now = piece_at(&u, next, i);
        piece *last = p->n_pieces ? &p->piece[p->n_pieces - 1] : NULL;
        if (last && last->times == 1 && now.times == 1) last->period++;
        else p->piece[p->n_pieces++] = now;
        store(p, g, u.kind_of, i, now);
        i += now.period * now.times;
    }
    p->kind = kept(keep, p->kind, p->n_kinds, sizeof *p->kind);
    p->piece = kept(keep, p->piece, p->n_pieces, sizeof *p->piece);
    p->kind_of = kept(keep, p->kind_of, p->n_stored, sizeof *p->kind_of);
    p->field = kept(keep, p->field, p->n_fields, sizeof *p->field);
    p->step = kept(keep, p->step, p->n_fields, sizeof *p->step);
    p->graph.numbers = kept(keep, g->numbers, g->n_numbers, sizeof *g->numbers);
    p->graph.outputs = kept(keep, g->outputs, g->n_outputs, sizeof *g->outputs);
    p->graph.guards = kept(keep, g->guards, g->n_guards, sizeof *g->guards);
    return p;
}

int gt_packed_instructions(const gt_packed_graph *p) { return p->n_stored; }

/* ---- and back ---------------------------------------------------------------------------------- */

static void restore(gt_graph *g, const gt_instr *kind, const int *start, const int *step, int t)
{
    gt_instr *s = &g->instr[g->n];
    *s = *kind;
    if (s->source == GT_INPUT) s->of.input = (gt_input)(start[0] + t * step[0]);
    if (s->source == GT_CONSTANT) s->of.constant.at = start[0] + t * step[0];
    if (s->source == GT_COMPUTED) {
        s->of.computed.in = g->n_args;
        s->of.computed.params = g->n_params;
        for (int k = 0; k < s->n_in; k++) g->args[g->n_args++] = g->n - (start[k] + t * step[k]);
        for (int k = s->n_in; k < s->n_in + s->n_params; k++)
            g->params[g->n_params++] = start[k] + t * step[k];
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
    int kind = 0, first = 0;
    for (int k = 0; k < p->n_pieces; k++) {
        int at = first;
        for (int t = 0; t < p->piece[k].times; t++) {
            at = first;
            for (int j = 0; j < p->piece[k].period; j++) {
                const gt_instr *s = &p->kind[p->kind_of[kind + j]];
                restore(g, s, p->field + at, p->step + at, t);
                at += n_fields(s);
            }
        }
        kind += p->piece[k].period;
        first = at;
    }
    return g;
}
