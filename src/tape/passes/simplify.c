/* Simplify: the same value from cheaper operations. */
#include "tape/passes/passes.h"
#include "tape/passes/walk.h"

#include <math.h>

static const gt_instr *input_of(const gt_rewrite *r, int k) { return &r->to->instr[r->in[k]]; }

static bool is_number(const gt_rewrite *r, int k, double value)
{
    double v;
    return gt_is_scalar_constant(r->to, r->in[k], &v) && v == value;
}

static bool has_type_of_result(const gt_rewrite *r, int k)
{
    return gt_same_shape(input_of(r, k)->type, r->from->instr[r->i].type);
}

static int emit(const gt_rewrite *r, gt_op op, int n, int a, int b)
{
    int in[2] = {a, b};
    return gt_graph_append(r->to, op, r->from->instr[r->i].type, n, in, NULL);
}

static int emit_shaped(const gt_rewrite *r, gt_op op, int a)
{
    const gt_type *t = r->from->instr[r->i].type;
    gt_params p = {t->ndim, t->dim};
    /* Shapes are aligned at their last dimension: a number must not have more of them. */
    if (op == GT_OP_expand && r->to->instr[a].type->ndim > t->ndim) {
        gt_type number = gt_scalar_type(t->dtype);
        a = gt_graph_append(r->to, GT_OP_reshape, &number, 1, &a, &gt_no_params);
    }
    return gt_graph_append(r->to, op, t, 1, &a, &p);
}

/* The single number that an instruction repeats, or none. */
static int repeated_number(const gt_graph *g, int i)
{
    const gt_instr *s = &g->instr[i];
    if (s->source != GT_COMPUTED || s->op != GT_OP_expand) return GT_NO_REF;
    int x = gt_inputs(g, s)[0];
    return g->instr[x].type->size == 1 ? x : GT_NO_REF;
}

/* An elementwise operation takes the number itself instead of an array of it. */
static int use_numbers(const gt_rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    int in[3], replaced = 0;
    gt_type types[3], out;
    gt_error err;
    for (int k = 0; k < s->n_in; k++) {
        int number = repeated_number(r->to, r->in[k]);
        in[k] = number != GT_NO_REF ? number : r->in[k];
        replaced += number != GT_NO_REF;
        types[k] = *r->to->instr[in[k]].type;
    }
    if (!replaced || gt_broadcast(s->n_in, types, &out, &err)) return GT_NO_REF;
    out.dtype = s->type->dtype;
    int made = gt_graph_append(r->to, s->op, &out, s->n_in, in, NULL);
    return gt_same_shape(&out, s->type) ? made : emit_shaped(r, GT_OP_expand, made);
}

static bool is_power_of_two(double v)
{
    int exponent;
    return isnormal(v) && fabs(frexp(v, &exponent)) == 0.5 && isnormal(1 / v);
}

static int number_constant(const gt_rewrite *r, double v)
{
    gt_type t = gt_scalar_type(GT_DOUBLE);
    return gt_graph_number(r->to, &t, v);
}

/* Is in[k] a product with a number? Then *v is the number and *x the other factor. */
static bool is_scaled(const gt_rewrite *r, int k, double *v, int *x)
{
    const gt_instr *s = input_of(r, k);
    if (s->op != GT_OP_mul || s->source != GT_COMPUTED) return false;
    for (int j = 0; j < 2; j++) {
        *x = gt_inputs(r->to, s)[!j];
        if (gt_is_scalar_constant(r->to, gt_inputs(r->to, s)[j], v) &&
            gt_same_shape(r->to->instr[*x].type, s->type))
            return true;
    }
    return false;
}

/* Products: numbers are gathered where that is exact, signs are moved outwards, where
 * a sum or difference takes them up.                                             */
static int simplify_product(const gt_rewrite *r)
{
    double v, w;
    int x;
    if (r->in[0] == r->in[1]) return emit(r, GT_OP_square, 1, r->in[0], GT_NO_REF);
    for (int k = 0; k < 2; k++) {
        if (input_of(r, k)->op == GT_OP_neg && input_of(r, k)->source == GT_COMPUTED) {
            int product = emit(r, GT_OP_mul, 2, gt_inputs(r->to, input_of(r, k))[0], r->in[!k]);
            return emit(r, GT_OP_neg, 1, product, GT_NO_REF);
        }
        if (!gt_is_scalar_constant(r->to, r->in[k], &v) || !has_type_of_result(r, !k)) continue;
        if (v == 1) return r->in[!k];
        if (v == -1) return emit(r, GT_OP_neg, 1, r->in[!k], GT_NO_REF);
        if (is_scaled(r, !k, &w, &x) && (is_power_of_two(v) || is_power_of_two(w)) &&
            isnormal(v * w))
            return emit(r, GT_OP_mul, 2, x, number_constant(r, v * w));
    }
    return GT_NO_REF;
}

/* R's zero has no sign: -0 + 0 is 0. */
static int without_sign_of_zero(const gt_rewrite *r, int x)
{
    return emit(r, GT_OP_add, 2, x, number_constant(r, 0));
}

/* x^v for a constant v. Roots only as R's ^ has them: C's pow() of -Inf is no NaN. */
static int simplify_power(const gt_rewrite *r)
{
    const bool is_rs = r->from->instr[r->i].op == GT_OP_power;
    const int x = r->in[0];
    double v;
    if (!gt_is_scalar_constant(r->to, r->in[1], &v) || !has_type_of_result(r, 0)) return GT_NO_REF;
    if (v == 1) return x;
    if (v == 2) return emit(r, GT_OP_square, 1, x, GT_NO_REF);
    if (v == 3) return emit(r, GT_OP_mul, 2, x, emit(r, GT_OP_square, 1, x, GT_NO_REF));
    if (v == -1)
        return emit(r, GT_OP_reciprocal, 1, is_rs ? without_sign_of_zero(r, x) : x, GT_NO_REF);
    if (!is_rs || (fabs(v) != 0.5 && v != 1.5)) return GT_NO_REF;
    const int root = emit(r, GT_OP_sqrt, 1, x, GT_NO_REF);
    if (v == 1.5) return emit(r, GT_OP_mul, 2, x, root);
    const int positive = without_sign_of_zero(r, root);
    return v > 0 ? positive : emit(r, GT_OP_reciprocal, 1, positive, GT_NO_REF);
}

static int simplify_arithmetic(const gt_rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    double v;
    switch (s->op) {
    case GT_OP_pow:
    case GT_OP_power:
        return simplify_power(r);
    case GT_OP_mul:
        return simplify_product(r);
    case GT_OP_div:
        if (is_number(r, 1, 1) && has_type_of_result(r, 0)) return r->in[0];
        if (gt_is_scalar_constant(r->to, r->in[1], &v) && is_power_of_two(v))
            return emit(r, GT_OP_mul, 2, r->in[0], number_constant(r, 1 / v));
        return GT_NO_REF;
    case GT_OP_add:
        if (input_of(r, 1)->op == GT_OP_neg)
            return emit(r, GT_OP_sub, 2, r->in[0], gt_inputs(r->to, input_of(r, 1))[0]);
        if (input_of(r, 0)->op == GT_OP_neg)
            return emit(r, GT_OP_sub, 2, r->in[1], gt_inputs(r->to, input_of(r, 0))[0]);
        return GT_NO_REF;
    case GT_OP_sub:
        if (is_number(r, 1, 0) && has_type_of_result(r, 0)) return r->in[0];
        if (input_of(r, 1)->op == GT_OP_neg)
            return emit(r, GT_OP_add, 2, r->in[0], gt_inputs(r->to, input_of(r, 1))[0]);
        return GT_NO_REF;
    case GT_OP_hold_zero: {
        int number = repeated_number(r->to, r->in[0]);
        if (number == GT_NO_REF) number = r->in[0];
        if (!gt_is_scalar_constant(r->to, number, &v) || v == 0) return GT_NO_REF;
        return has_type_of_result(r, 1) ? r->in[1] : GT_NO_REF;
    }
    case GT_OP_neg: {
        int x;
        if (input_of(r, 0)->op == GT_OP_neg) return gt_inputs(r->to, input_of(r, 0))[0];
        if (is_scaled(r, 0, &v, &x)) return emit(r, GT_OP_mul, 2, x, number_constant(r, -v));
        return GT_NO_REF;
    }
    default:
        return GT_NO_REF;
    }
}

static int simplify_shape(const gt_rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    const gt_instr *x = s->n_in ? input_of(r, 0) : NULL;
    int number = x ? repeated_number(r->to, r->in[0]) : GT_NO_REF;
    switch (s->op) {
    case GT_OP_detach:
        return r->in[0];
    case GT_OP_cat:
        return s->n_in == 1 && gt_same_shape(x->type, s->type) ? r->in[0] : GT_NO_REF;
    case GT_OP_reshape:
    case GT_OP_expand:
        if (gt_same_shape(x->type, s->type)) return r->in[0];
        if (number != GT_NO_REF) return emit_shaped(r, GT_OP_expand, number);
        if (x->op == s->op) return emit_shaped(r, s->op, gt_inputs(r->to, x)[0]);
        if (s->op == GT_OP_expand && x->op == GT_OP_reshape && x->type->size == 1) {
            int y = gt_inputs(r->to, x)[0];
            if (r->to->instr[y].type->ndim == 0) return emit_shaped(r, GT_OP_expand, y);
        }
        return GT_NO_REF;
    case GT_OP_slice:
    case GT_OP_permute:
        return number != GT_NO_REF ? emit_shaped(r, GT_OP_expand, number) : GT_NO_REF;
    case GT_OP_sum:
        if (x->type->size == s->type->size) return emit_shaped(r, GT_OP_reshape, r->in[0]);
        if (s->type->size != 1) return GT_NO_REF;
        if (number != GT_NO_REF) {
            if (r->to->instr[number].type->ndim > s->type->ndim) return GT_NO_REF;
            return emit(r, GT_OP_mul, 2, number, number_constant(r, (double)x->type->size));
        }
        if (x->op == GT_OP_reshape && s->n_params && s->type->ndim == 0) {
            int all = 0; /* the order of a total does not matter */
            gt_params p = {1, &all};
            int y = gt_inputs(r->to, x)[0];
            return gt_graph_append(r->to, GT_OP_sum, s->type, 1, &y, &p);
        }
        return GT_NO_REF;
    default:
        return GT_NO_REF;
    }
}

static int simplify(const gt_rewrite *r)
{
    const gt_instr *s = &r->from->instr[r->i];
    if (s->source != GT_COMPUTED) return gt_copy_instr(r);
    int made = GT_NO_REF;
    if (gt_is_elementwise(gt_op_get(s->op))) {
        made = use_numbers(r);
        if (made == GT_NO_REF) made = simplify_arithmetic(r);
    } else {
        made = simplify_shape(r);
    }
    return made != GT_NO_REF ? made : gt_copy_instr(r);
}

gt_graph *gt_pass_simplify(const gt_graph *g) { return gt_rewrite_graph(g, simplify, NULL, NULL); }
