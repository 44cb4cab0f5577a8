/* Vectorise: which instructions do the same. */
#include "tape/passes/vectorising.h"

#include <string.h>

#define MOST_PHASES 8 /* statements of a loop that look alike */

int gt_input_in_order(const gt_vectorising *v, int i, int k)
{
    if (!gt_op_has(instr(v, i)->op, GT_COMMUTES)) return input(v, i, k);
    const gt_element a = v->place[input(v, i, 0)], b = v->place[input(v, i, 1)];
    bool is_swapped = a.of > b.of || (a.of == b.of && a.at > b.at);
    return input(v, i, is_swapped ? !k : k);
}

/* Exponents that are constant make an operation another one. */
static bool is_exponent(const gt_vectorising *v, int i, int k)
{
    return k == 1 && (instr(v, i)->op == GT_OP_pow || instr(v, i)->op == GT_OP_power);
}

/* Do values stand in the same instruction, as values of one type? */
static bool is_alike(const gt_vectorising *v, int x, int y)
{
    const gt_type *a = instr(v, x)->type, *b = instr(v, y)->type;
    if (v->place[x].of != v->place[y].of || v->is_row[x] != v->is_row[y]) return false;
    if (a->size == 1 && b->size == 1) return a->dtype == b->dtype;
    return a->dtype == b->dtype && gt_same_shape(a, b);
}

static bool is_same_chain(const gt_vectorising *v, int i, int j)
{
    if (v->chains.length[i] != v->chains.length[j]) return false;
    const gt_term *a = gt_terms_of(v, i), *b = gt_terms_of(v, j);
    for (int k = 0; k <= v->chains.length[i]; k++)
        if (a[k].is_negative != b[k].is_negative || !is_alike(v, a[k].x, b[k].x)) return false;
    return true;
}

/* Do both do the same to elements and rows of the same instructions? */
static bool is_same_kind(const gt_vectorising *v, int i, int j)
{
    const gt_instr *a = instr(v, i), *b = instr(v, j);
    if (is_chain(v, i) != is_chain(v, j) || a->is_differentiable != b->is_differentiable)
        return false;
    if (is_chain(v, i)) return is_same_chain(v, i, j);
    if (a->op != b->op || a->type != b->type || a->n_in != b->n_in || a->n_params != b->n_params)
        return false;
    for (int k = 0; k < a->n_params; k++) {
        bool is_start = a->op == GT_OP_slice && k % 3 == 0;
        if (!is_start && gt_instr_params(v->from, a).v[k] != gt_instr_params(v->from, b).v[k])
            return false;
    }
    for (int k = 0; k < a->n_in; k++) {
        int x = gt_input_in_order(v, i, k), y = gt_input_in_order(v, j, k);
        if (!is_alike(v, x, y)) return false;
        const gt_element both[2] = {v->place[x], v->place[y]};
        if (is_exponent(v, i, k) && both[0].of == CONSTANT && !gt_is_one_number(v, 2, both))
            return false;
    }
    return true;
}

static size_t mix(size_t h, size_t x) { return (h ^ x) * 0x9E3779B97F4A7C15u; }

static size_t bits_of(const gt_vectorising *v, int i)
{
    uint64_t bits;
    memcpy(&bits, gt_constant(v->from, instr(v, i)), sizeof bits);
    return (size_t)bits;
}

static size_t hash_kind(const gt_vectorising *v, int i)
{
    size_t h = mix(instr(v, i)->op, (size_t)v->chains.length[i]);
    if (is_chain(v, i)) {
        const gt_term *term = gt_terms_of(v, i);
        for (int k = 0; k <= v->chains.length[i]; k++)
            h = mix(mix(h, term[k].is_negative), (size_t)v->place[term[k].x].of);
    } else {
        for (int k = 0; k < instr(v, i)->n_in; k++) {
            const gt_element e = v->place[gt_input_in_order(v, i, k)];
            h = mix(h, (size_t)e.of);
            if (e.of == CONSTANT && is_exponent(v, i, k)) h = mix(h, bits_of(v, e.at));
        }
    }
    return h ^ h >> 32;
}

int gt_find_kinds(const gt_vectorising *v, int n, const int *i)
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
            v->table[at] = (gt_kind_slot){i[k], kinds};
            v->count[kinds++] = 0;
        }
        v->kind[k] = v->table[at].kind;
        v->count[v->kind[k]]++;
    }
    return kinds;
}

/* ---- statements that look alike ------------------------------------------------------------------ */

static int at(const gt_vectorising *v, int i, int k)
{
    return v->place[gt_input_in_order(v, i, k)].at;
}

/* Are the positions in which three instructions read evenly spaced? */
static bool is_even(const gt_vectorising *v, int a, int b, int c)
{
    for (int k = 0; k < instr(v, a)->n_in; k++) {
        if (v->place[gt_input_in_order(v, a, k)].of == CONSTANT) continue;
        if (at(v, c, k) - at(v, b, k) != at(v, b, k) - at(v, a, k)) return false;
    }
    return true;
}

/* How often every phase-th instruction stops being evenly spaced; stops at `most`. */
static int count_breaks(const gt_vectorising *v, int n, const int *i, int phases, int most)
{
    int breaks = 0;
    for (int k = 2 * phases; k < n && breaks < most; k++)
        breaks += !is_even(v, i[k - 2 * phases], i[k - phases], i[k]);
    return breaks;
}

int gt_count_phases(const gt_vectorising *v, int n, const int *i)
{
    const int most = n / FEWEST + 1;
    for (int phases = 1; phases <= MOST_PHASES && n / phases >= FEWEST; phases++)
        if (count_breaks(v, n, i, phases, most) < most) return phases;
    return 1;
}
