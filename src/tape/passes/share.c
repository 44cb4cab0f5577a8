/* Share: one instruction for equal ones. */
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

#include <string.h>

/* Open addressing. Hashes are kept, as an instruction is far away in memory. An instruction is looked for beside its
 * latest input first, where its neighbours are: what is recorded one after the other uses what was just recorded. */
#define BESIDE 8 /* slots */
typedef struct {
    int i; /* EMPTY: none */
    unsigned hash;
} slot;

typedef struct {
    size_t size;
    slot *slot;
} table;

#define EMPTY (-1)

static size_t mix(size_t h, size_t v) { return (h ^ v) * 0x9E3779B97F4A7C15u; }

static unsigned hash_instr(const gt_graph *g, int i)
{
    const gt_instr *s = &g->instr[i];
    size_t h = mix((size_t)s->op * 8 + s->source, (size_t)s->type->size);
    const gt_params p = gt_instr_params(g, s);
    for (int k = 0; k < s->n_in; k++) h = mix(h, (size_t)gt_inputs(g, s)[k]);
    for (int k = 0; k < p.n; k++) h = mix(h, (size_t)p.v[k]);
    if (gt_is_number(s)) {
        uint64_t bits;
        memcpy(&bits, gt_constant(g, s), sizeof bits);
        h = mix(h, (size_t)bits);
    } else if (s->source == GT_CONSTANT) {
        h = mix(mix(h, (size_t)s->of.constant.vector), (size_t)s->of.constant.at);
    }
    if (s->source == GT_INPUT) h = mix(h, (size_t)s->of.input);
    return (unsigned)(h >> 32);
}

static bool same_instr(const gt_graph *g, int i, int j)
{
    const gt_instr *a = &g->instr[i], *b = &g->instr[j];
    if (a->op != b->op || a->source != b->source || a->n_in != b->n_in ||
        a->n_params != b->n_params || a->type != b->type ||
        a->is_differentiable != b->is_differentiable)
        return false;
    if (a->source == GT_INPUT) return a->of.input == b->of.input;
    if (a->source == GT_CONSTANT)
        return a->of.constant.vector == b->of.constant.vector &&
               (gt_is_number(a) ? !memcmp(gt_constant(g, a), gt_constant(g, b), sizeof(double))
                                : a->of.constant.at == b->of.constant.at);
    return (!a->n_in || !memcmp(gt_inputs(g, a), gt_inputs(g, b), (size_t)a->n_in * sizeof(int))) &&
           (!a->n_params || !memcmp(gt_instr_params(g, a).v, gt_instr_params(g, b).v,
                                    (size_t)a->n_params * sizeof(int)));
}

static int latest_input(const gt_graph *g, const gt_instr *s)
{
    int latest = GT_NO_REF;
    for (int k = 0; k < s->n_in; k++)
        if (gt_inputs(g, s)[k] > latest) latest = gt_inputs(g, s)[k];
    return latest;
}

/* The slot of instruction i: of one that is equal, or an empty one. */
static slot *slot_of(const table *t, const gt_graph *g, int i, unsigned hash)
{
    const int latest = latest_input(g, &g->instr[i]);
    const size_t anywhere = (size_t)((uint64_t)hash * t->size >> 32);
    /* (The table has two slots for an instruction.) */
    size_t at = latest == GT_NO_REF ? anywhere : 2 * (size_t)latest;
    for (int k = 1;; k++) {
        slot *s = &t->slot[at];
        if (s->i == EMPTY || (s->hash == hash && same_instr(g, s->i, i))) return s;
        at = k == BESIDE ? anywhere : at + 1;
        if (at == t->size) at = 0;
    }
}

static int share(const gt_rewrite *r)
{
    table *t = r->context;
    gt_graph *g = r->to;
    int i = gt_copy_instr(r);
    gt_instr *s = &g->instr[i];
    if (s->source == GT_COMPUTED && gt_op_has(s->op, GT_COMMUTES)) {
        int *in = g->args + s->of.computed.in;
        if (in[0] > in[1]) { /* a + b is b + a */
            int swap = in[0];
            in[0] = in[1];
            in[1] = swap;
        }
    }
    const unsigned hash = hash_instr(g, i);
    slot *at = slot_of(t, g, i, hash);
    if (at->i == EMPTY) {
        *at = (slot){i, hash};
        return i;
    }
    if (gt_is_number(s)) g->n_numbers--;
    g->n_args -= s->n_in; /* drop the copy */
    g->n_params -= s->n_params;
    g->n--;
    return at->i;
}

gt_graph *gt_pass_share(const gt_graph *g)
{
    table t = {2 * (size_t)g->n + BESIDE, NULL};
    t.slot = gt_alloc_array(g->arena, t.size, sizeof *t.slot);
    for (size_t k = 0; k < t.size; k++) t.slot[k].i = EMPTY;
    return gt_rewrite_graph(g, share, &t, NULL);
}
