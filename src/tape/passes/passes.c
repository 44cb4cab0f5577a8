/* Passes over a graph. Each walks the instructions once and writes a new graph that
 * computes the same outputs and guards; a rewriting rule says what becomes of one
 * instruction whose inputs have been rewritten already. Passes come after derivatives:
 * they do not care which values a gradient may flow through.                     */
#include "ops/shape.h"
#include "tape/graph.h"

#include <math.h>
#include <string.h>

/* ---- the walk ---- */

typedef struct {
    const gt_graph *from;
    gt_graph *to;
    int i;                      /* the instruction, in `from` */
    const int *in;              /* its inputs, in `to` */
    void *context;
} rewrite;

static int copy_instr(const rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    if (s->source == GT_INPUT) return gt_graph_input(r->to, (int)s->at, &s->type);
    if (s->source == GT_CONSTANT)
        return gt_graph_constant(r->to, &s->type, r->from->constants + s->at);
    gt_params p = gt_instr_params(r->from, s);
    int made = gt_graph_append(r->to, s->op, &s->type, s->n_in, r->in, &p);
    r->to->instr[made].is_differentiable = s->is_differentiable;
    return made;
}

static void map_ints(const int *map, int n, const int *from, int *to)
{
    for (int k = 0; k < n; k++) to[k] = map[from[k]];
}

/* `keep` is NULL or says which instructions are wanted at all. */
static gt_graph *rewrite_graph(const gt_graph *from, int (*rule)(const rewrite *), void *context,
                               const bool *keep)
{
    gt_graph *to = gt_graph_new(from->arena);
    int *map = from->arena.alloc(((size_t)from->n + 1) * sizeof *map);
    int *in = from->arena.alloc((size_t)gt_graph_largest_arity(from) * sizeof *in);
    for (int i = 0; i < from->n; i++) {
        if (keep && !keep[i]) {
            map[i] = -1;
            continue;
        }
        const gt_instr *s = &from->instr[i];
        map_ints(map, s->n_in, gt_inputs(from, s), in);
        rewrite r = {from, to, i, in, context};
        map[i] = rule(&r);
    }
    int most = from->n_outputs > from->n_guards ? from->n_outputs : from->n_guards;
    int *ends = from->arena.alloc(((size_t)most + 1) * sizeof *ends);
    map_ints(map, from->n_outputs, from->outputs, ends);
    gt_graph_set_outputs(to, from->n_outputs, ends);
    map_ints(map, from->n_guards, from->guards, ends);
    gt_graph_set_guards(to, from->n_guards, ends);
    return to;
}

/* ---- fold: what depends on constants only is computed now ---- */

static int fold(const rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    gt_error err;
    /* An expanded constant stays one number; simplify() passes it on as such. */
    if (s->source != GT_COMPUTED || s->op == GT_OP_expand || s->n_in == 0) return copy_instr(r);
    for (int k = 0; k < s->n_in; k++)
        if (r->to->instr[r->in[k]].source != GT_CONSTANT) return copy_instr(r);
    gt_array *in = r->to->arena.alloc((size_t)s->n_in * sizeof *in);
    gt_type *types = r->to->arena.alloc((size_t)s->n_in * sizeof *types);
    for (int k = 0; k < s->n_in; k++) {
        const gt_instr *c = &r->to->instr[r->in[k]];
        in[k] = (gt_array){c->type, r->to->constants + c->at};
        types[k] = c->type;
    }
    gt_params p = gt_instr_params(r->from, s);
    gt_array out = {s->type, r->to->arena.alloc(((size_t)s->type.size + 1) * sizeof(double))};
    size_t work = gt_op_workspace(s->op, &p, s->n_in, types);
    if (gt_op_eval(s->op, &p, s->n_in, in, &out, work ? r->to->arena.alloc(work) : NULL, &err))
        return copy_instr(r);
    return gt_graph_constant(r->to, &s->type, out.data);
}

gt_graph *gt_pass_fold(const gt_graph *g) { return rewrite_graph(g, fold, NULL, NULL); }

/* ---- simplify: the same value from cheaper operations ---- */

static const gt_instr *input_of(const rewrite *r, int k) { return &r->to->instr[r->in[k]]; }

static bool is_number(const rewrite *r, int k, double value)
{
    double v;
    return gt_is_scalar_constant(r->to, r->in[k], &v) && v == value;
}

static bool has_type_of_result(const rewrite *r, int k)
{
    return gt_same_shape(&input_of(r, k)->type, &r->from->instr[r->i].type);
}

static int emit(const rewrite *r, gt_op op, int n, int a, int b)
{
    int in[2] = {a, b};
    return gt_graph_append(r->to, op, &r->from->instr[r->i].type, n, in, NULL);
}

static int emit_shaped(const rewrite *r, gt_op op, int a)
{
    const gt_type *t = &r->from->instr[r->i].type;
    gt_params p = {t->ndim, t->dim};
    return gt_graph_append(r->to, op, t, 1, &a, &p);
}

/* The single number that an instruction repeats, or -1. */
static int repeated_number(const gt_graph *g, int i)
{
    const gt_instr *s = &g->instr[i];
    if (s->source != GT_COMPUTED || s->op != GT_OP_expand) return -1;
    int x = gt_inputs(g, s)[0];
    return g->instr[x].type.size == 1 ? x : -1;
}

/* An elementwise operation takes the number itself instead of an array of it. */
static int use_numbers(const rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    int in[3], replaced = 0;
    gt_type types[3], out;
    gt_error err;
    for (int k = 0; k < s->n_in; k++) {
        int number = repeated_number(r->to, r->in[k]);
        in[k] = number >= 0 ? number : r->in[k];
        replaced += number >= 0;
        types[k] = r->to->instr[in[k]].type;
    }
    if (!replaced || gt_broadcast(s->n_in, types, &out, &err)) return -1;
    out.dtype = s->type.dtype;
    int made = gt_graph_append(r->to, s->op, &out, s->n_in, in, NULL);
    return gt_same_shape(&out, &s->type) ? made : emit_shaped(r, GT_OP_expand, made);
}

static bool is_power_of_two(double v)
{
    int exponent;
    return isnormal(v) && fabs(frexp(v, &exponent)) == 0.5 && isnormal(1 / v);
}

static int number_constant(const rewrite *r, double v)
{
    gt_type t = gt_scalar_type(GT_DOUBLE);
    return gt_graph_constant(r->to, &t, &v);
}

/* Is in[k] a product with a number? Then *v is the number and *x the other factor. */
static bool is_scaled(const rewrite *r, int k, double *v, int *x)
{
    const gt_instr *s = input_of(r, k);
    if (s->op != GT_OP_mul || s->source != GT_COMPUTED) return false;
    for (int j = 0; j < 2; j++) {
        *x = gt_inputs(r->to, s)[!j];
        if (gt_is_scalar_constant(r->to, gt_inputs(r->to, s)[j], v) &&
            gt_same_shape(&r->to->instr[*x].type, &s->type))
            return true;
    }
    return false;
}

/* Products: numbers are gathered where that is exact, signs are moved outwards, where
 * a sum or difference takes them up.                                             */
static int simplify_product(const rewrite *r)
{
    double v, w;
    int x;
    if (r->in[0] == r->in[1]) return emit(r, GT_OP_square, 1, r->in[0], -1);
    for (int k = 0; k < 2; k++) {
        if (input_of(r, k)->op == GT_OP_neg && input_of(r, k)->source == GT_COMPUTED) {
            int product = emit(r, GT_OP_mul, 2, gt_inputs(r->to, input_of(r, k))[0], r->in[!k]);
            return emit(r, GT_OP_neg, 1, product, -1);
        }
        if (!gt_is_scalar_constant(r->to, r->in[k], &v) || !has_type_of_result(r, !k)) continue;
        if (v == 1) return r->in[!k];
        if (v == -1) return emit(r, GT_OP_neg, 1, r->in[!k], -1);
        if (is_scaled(r, !k, &w, &x) && (is_power_of_two(v) || is_power_of_two(w)) && isnormal(v * w))
            return emit(r, GT_OP_mul, 2, x, number_constant(r, v * w));
    }
    return -1;
}

static int simplify_arithmetic(const rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    double v;
    switch (s->op) {
    case GT_OP_pow:
        if (!gt_is_scalar_constant(r->to, r->in[1], &v) || !has_type_of_result(r, 0)) return -1;
        if (v == 1) return r->in[0];
        if (v == 2) return emit(r, GT_OP_square, 1, r->in[0], -1);
        if (v == 3) return emit(r, GT_OP_mul, 2, r->in[0], emit(r, GT_OP_square, 1, r->in[0], -1));
        if (v == -1) return emit(r, GT_OP_reciprocal, 1, r->in[0], -1);
        return -1;
    case GT_OP_mul:
        return simplify_product(r);
    case GT_OP_div:
        if (is_number(r, 1, 1) && has_type_of_result(r, 0)) return r->in[0];
        if (gt_is_scalar_constant(r->to, r->in[1], &v) && is_power_of_two(v))
            return emit(r, GT_OP_mul, 2, r->in[0], number_constant(r, 1 / v));
        return -1;
    case GT_OP_add:
        if (input_of(r, 1)->op == GT_OP_neg)
            return emit(r, GT_OP_sub, 2, r->in[0], gt_inputs(r->to, input_of(r, 1))[0]);
        if (input_of(r, 0)->op == GT_OP_neg)
            return emit(r, GT_OP_sub, 2, r->in[1], gt_inputs(r->to, input_of(r, 0))[0]);
        return -1;
    case GT_OP_sub:
        if (is_number(r, 1, 0) && has_type_of_result(r, 0)) return r->in[0];
        if (input_of(r, 1)->op == GT_OP_neg)
            return emit(r, GT_OP_add, 2, r->in[0], gt_inputs(r->to, input_of(r, 1))[0]);
        return -1;
    case GT_OP_unchosen_zero: {
        int number = repeated_number(r->to, r->in[0]);
        if (number < 0) number = r->in[0];
        if (!gt_is_scalar_constant(r->to, number, &v) || v == 0) return -1;
        return has_type_of_result(r, 1) ? r->in[1] : -1;
    }
    case GT_OP_neg: {
        int x;
        if (input_of(r, 0)->op == GT_OP_neg) return gt_inputs(r->to, input_of(r, 0))[0];
        if (is_scaled(r, 0, &v, &x)) return emit(r, GT_OP_mul, 2, x, number_constant(r, -v));
        return -1;
    }
    default:
        return -1;
    }
}

static int simplify_shape(const rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    const gt_instr *x = s->n_in ? input_of(r, 0) : NULL;
    int number = x ? repeated_number(r->to, r->in[0]) : -1;
    switch (s->op) {
    case GT_OP_detach:
        return r->in[0];
    case GT_OP_reshape:
    case GT_OP_expand:
        if (gt_same_shape(&x->type, &s->type)) return r->in[0];
        if (number >= 0) return emit_shaped(r, GT_OP_expand, number);
        if (x->op == s->op) return emit_shaped(r, s->op, gt_inputs(r->to, x)[0]);
        if (s->op == GT_OP_expand && x->op == GT_OP_reshape && x->type.size == 1) {
            int y = gt_inputs(r->to, x)[0];
            if (r->to->instr[y].type.ndim == 0) return emit_shaped(r, GT_OP_expand, y);
        }
        return -1;
    case GT_OP_slice:
    case GT_OP_permute:
        return number >= 0 ? emit_shaped(r, GT_OP_expand, number) : -1;
    case GT_OP_sum:
        if (x->type.size == s->type.size) return emit_shaped(r, GT_OP_reshape, r->in[0]);
        if (s->type.size != 1) return -1;
        if (number >= 0) {
            if (r->to->instr[number].type.ndim > s->type.ndim) return -1;
            return emit(r, GT_OP_mul, 2, number, number_constant(r, (double)x->type.size));
        }
        if (x->op == GT_OP_reshape && s->n_params && s->type.ndim == 0) {
            int all = 0;                        /* the order of a total does not matter */
            gt_params p = {1, &all};
            int y = gt_inputs(r->to, x)[0];
            return gt_graph_append(r->to, GT_OP_sum, &s->type, 1, &y, &p);
        }
        return -1;
    default:
        return -1;
    }
}

static int simplify(const rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    if (s->source != GT_COMPUTED) return copy_instr(r);
    int made = -1;
    if (gt_is_elementwise(gt_op_get(s->op))) {
        made = use_numbers(r);
        if (made < 0) made = simplify_arithmetic(r);
    } else {
        made = simplify_shape(r);
    }
    return made >= 0 ? made : copy_instr(r);
}

gt_graph *gt_pass_simplify(const gt_graph *g) { return rewrite_graph(g, simplify, NULL, NULL); }

/* ---- share: one instruction for equal ones ---- */

typedef struct {
    int size, *slot;
} table;

static size_t mix(size_t h, size_t v) { return (h ^ v) * 0x9E3779B97F4A7C15u; }

static size_t hash_instr(const gt_graph *g, int i)
{
    const gt_instr *s = &g->instr[i];
    size_t h = mix((size_t)s->op * 8 + s->source, (size_t)s->type.size);
    for (int k = 0; k < s->n_in; k++) h = mix(h, (size_t)gt_inputs(g, s)[k]);
    for (int k = 0; k < s->n_params; k++) h = mix(h, (size_t)g->params[s->params + k]);
    if (s->source == GT_CONSTANT)
        for (int64_t k = 0; k < s->type.size && k < 8; k++) {
            uint64_t bits;
            memcpy(&bits, &g->constants[s->at + k], sizeof bits);
            h = mix(h, (size_t)bits);
        }
    if (s->source == GT_INPUT) h = mix(h, (size_t)s->at);
    return h ^ (h >> 29);
}

static bool same_instr(const gt_graph *g, int i, int j)
{
    const gt_instr *a = &g->instr[i], *b = &g->instr[j];
    if (a->op != b->op || a->source != b->source || a->n_in != b->n_in ||
        a->n_params != b->n_params || a->type.dtype != b->type.dtype ||
        a->is_differentiable != b->is_differentiable || !gt_same_shape(&a->type, &b->type))
        return false;
    if (a->source == GT_INPUT) return a->at == b->at;
    if (a->source == GT_CONSTANT)
        return !memcmp(g->constants + a->at, g->constants + b->at,
                       (size_t)a->type.size * sizeof(double));
    return (!a->n_in || !memcmp(gt_inputs(g, a), gt_inputs(g, b), (size_t)a->n_in * sizeof(int))) &&
           (!a->n_params || !memcmp(g->params + a->params, g->params + b->params,
                                    (size_t)a->n_params * sizeof(int)));
}

static int share(const rewrite *r)
{
    table *t = r->context;
    gt_graph *g = r->to;
    int i = copy_instr(r);
    gt_instr *s = &g->instr[i];
    if ((s->op == GT_OP_add || s->op == GT_OP_mul) && g->args[s->in] > g->args[s->in + 1]) {
        int swap = g->args[s->in];              /* a + b is b + a */
        g->args[s->in] = g->args[s->in + 1];
        g->args[s->in + 1] = swap;
    }
    size_t h = hash_instr(g, i) & (size_t)(t->size - 1);
    for (; t->slot[h] >= 0; h = (h + 1) & (size_t)(t->size - 1))
        if (same_instr(g, t->slot[h], i)) {
            if (s->source == GT_CONSTANT) g->n_constants -= s->type.size;
            g->n--;                             /* drop the copy */
            return t->slot[h];
        }
    t->slot[h] = i;
    return i;
}

gt_graph *gt_pass_share(const gt_graph *g)
{
    table t = {64, NULL};
    while (t.size < 2 * g->n) t.size *= 2;
    t.slot = g->arena.alloc((size_t)t.size * sizeof(int));
    for (int k = 0; k < t.size; k++) t.slot[k] = -1;
    return rewrite_graph(g, share, &t, NULL);
}

/* ---- assemble: a sum of arrays that are zero but for a slice becomes one step ----
 * That is how gradients with respect to x[i] add up; left as they are, a loop over
 * x[i] would cost a pass over x for each element.                                */

typedef struct {
    int *uses;
    bool *inside;               /* an addition whose only user is another one */
    int *stack, *leaf;
} sums;

static int assemble(const rewrite *r)
{
    sums *c = r->context;
    const gt_instr *s = &r->from->instr[r->i];
    if (s->source != GT_COMPUTED || s->op != GT_OP_add || c->inside[r->i]) return copy_instr(r);

    /* The leaves of the tree of additions, left to right, in `to`. */
    int n = 0, depth = 0, slices = 0;
    c->stack[depth++] = -1 - r->in[1];
    c->stack[depth++] = -1 - r->in[0];
    while (depth) {
        int i = -1 - c->stack[--depth];
        const gt_instr *t = &r->to->instr[i];
        if (!gt_same_shape(&t->type, &s->type)) return copy_instr(r);
        if (t->op == GT_OP_add && t->source == GT_COMPUTED && t->at == 1) {
            c->stack[depth++] = -1 - gt_inputs(r->to, t)[1];
            c->stack[depth++] = -1 - gt_inputs(r->to, t)[0];
        } else {
            slices += t->op == GT_OP_unslice;
            c->leaf[n++] = i;
        }
    }
    if (slices == 0 || n - slices > 1) return copy_instr(r);

    int ndim = s->type.ndim, each = 3 * ndim, k = 0;
    int *in = r->to->arena.alloc((size_t)n * sizeof *in);
    int head = 1 + ndim;
    int *v = r->to->arena.alloc(((size_t)head + (size_t)n * (size_t)each) * sizeof *v);
    v[0] = ndim;
    memcpy(v + 1, s->type.dim, (size_t)ndim * sizeof *v);
    for (int l = 0; l < n; l++, k++) {
        const gt_instr *t = &r->to->instr[c->leaf[l]];
        int *p = v + head + (size_t)k * (size_t)each;
        if (t->op == GT_OP_unslice) {
            in[k] = gt_inputs(r->to, t)[0];
            memcpy(p, r->to->params + t->params, (size_t)each * sizeof *p);
        } else {
            in[k] = c->leaf[l];
            for (int d = 0; d < ndim; d++) {
                p[3 * d] = 0;
                p[3 * d + 1] = 1;
                p[3 * d + 2] = s->type.dim[d];
            }
        }
    }
    gt_params p = {head + n * each, v};
    return gt_graph_append(r->to, GT_OP_assemble, &s->type, n, in, &p);
}

/* Marks with at = 1 the additions that only another addition uses. */
static int assemble_or_mark(const rewrite *r)
{
    sums *c = r->context;
    int made = assemble(r);
    if (c->inside[r->i]) r->to->instr[made].at = 1;
    return made;
}

gt_graph *gt_pass_assemble(const gt_graph *g)
{
    size_t n = (size_t)g->n + 1;
    sums c = {g->arena.alloc(n * sizeof(int)), g->arena.alloc(n * sizeof(bool)),
              g->arena.alloc(2 * n * sizeof(int)), g->arena.alloc(2 * n * sizeof(int))};
    memset(c.uses, 0, n * sizeof(int));
    memset(c.inside, 0, n * sizeof(bool));
    for (int i = 0; i < g->n; i++)
        for (int k = 0; k < g->instr[i].n_in; k++) c.uses[gt_inputs(g, &g->instr[i])[k]]++;
    for (int k = 0; k < g->n_outputs; k++) c.uses[g->outputs[k]] = 2;
    for (int k = 0; k < g->n_guards; k++) c.uses[g->guards[k]] = 2;
    for (int i = 0; i < g->n; i++) {
        const gt_instr *s = &g->instr[i];
        if (s->source != GT_COMPUTED || s->op != GT_OP_add) continue;
        for (int k = 0; k < 2; k++) {
            int x = gt_inputs(g, s)[k];
            const gt_instr *t = &g->instr[x];
            if (c.uses[x] == 1 && t->source == GT_COMPUTED && t->op == GT_OP_add)
                c.inside[x] = true;
        }
    }
    return rewrite_graph(g, assemble_or_mark, &c, NULL);
}

/* ---- prune: only what outputs and guards need, and the inputs ---- */

gt_graph *gt_pass_prune(const gt_graph *g)
{
    bool *keep = g->arena.alloc((size_t)g->n + 1);
    for (int i = 0; i < g->n; i++) keep[i] = g->instr[i].source == GT_INPUT;
    for (int k = 0; k < g->n_outputs; k++) keep[g->outputs[k]] = true;
    for (int k = 0; k < g->n_guards; k++) keep[g->guards[k]] = true;
    for (int i = g->n - 1; i >= 0; i--)
        for (int k = 0; keep[i] && k < g->instr[i].n_in; k++)
            keep[gt_inputs(g, &g->instr[i])[k]] = true;
    return rewrite_graph(g, copy_instr, NULL, keep);
}

gt_graph *gt_optimize(const gt_graph *g)
{
    gt_graph *(*const passes[])(const gt_graph *) = {
        gt_pass_prune, gt_pass_simplify, gt_pass_fold, gt_pass_share, gt_pass_simplify,
        gt_pass_share, gt_pass_prune, gt_pass_assemble, gt_pass_prune};
    gt_graph *result = NULL;
    for (size_t k = 0; k < sizeof passes / sizeof *passes; k++)
        result = passes[k](result ? result : g);
    return result;
}
