#include "ops/rules.h"

gt_ref gt_constant_like(gt_builder *b, gt_ref like, double value)
{
    if (like == GT_NO_REF) return GT_NO_REF;
    gt_dtype dtype = b->type(b, like).dtype;
    return b->constant(b, value, gt_is_floating(dtype) ? dtype : GT_DOUBLE);
}

gt_ref gt_apply1(gt_builder *b, gt_op op, gt_ref x, int n_params, const int *params)
{
    gt_params p = {n_params, params};
    return b->apply(b, op, 1, &x, &p);
}

gt_ref gt_apply2(gt_builder *b, gt_op op, gt_ref x, gt_ref z, int n_params, const int *params)
{
    gt_params p = {n_params, params};
    gt_ref in[2] = {x, z};
    return b->apply(b, op, 2, in, &p);
}

gt_ref gt_reshape_to(gt_builder *b, gt_ref x, const gt_type *shape)
{
    if (x == GT_NO_REF) return x;
    gt_type t = b->type(b, x);
    if (gt_same_shape(&t, shape)) return x;
    return gt_apply1(b, GT_OP_reshape, x, shape->ndim, shape->dim);
}

gt_ref gt_expand_to(gt_builder *b, gt_ref x, const gt_type *shape)
{
    if (x == GT_NO_REF) return x;
    gt_type t = b->type(b, x);
    if (gt_same_shape(&t, shape)) return x;
    return gt_apply1(b, GT_OP_expand, x, shape->ndim, shape->dim);
}

gt_ref gt_sum_to(gt_builder *b, gt_ref g, const gt_type *shape)
{
    if (g == GT_NO_REF) return g;
    gt_type t = b->type(b, g);
    if (gt_same_shape(&t, shape)) return g;
    if (t.size != shape->size) {
        int params[GT_MAX_NDIM + 1] = {1}; /* keepdim, then the dims */
        int n = 1;
        for (int d = 0; d < t.ndim; d++) {
            int k = d - (t.ndim - shape->ndim);
            if (t.dim[d] != 1 && (k < 0 || shape->dim[k] == 1)) params[n++] = d;
        }
        g = gt_apply1(b, GT_OP_sum, g, n, params);
    }
    return gt_reshape_to(b, g, shape);
}

gt_ref gt_unreduce(gt_builder *b, gt_ref y, const gt_type *input, const gt_params *reduction)
{
    gt_type kept = *input;
    for (int d = 0; d < kept.ndim; d++) {
        bool reduced = reduction->n <= 1;
        for (int k = 1; k < reduction->n; k++) reduced |= reduction->v[k] == d;
        if (reduced) kept.dim[d] = 1;
    }
    return gt_reshape_to(b, y, &kept);
}

gt_ref gt_full(gt_builder *b, double value, const gt_type *type)
{
    return gt_expand_to(b, b->constant(b, value, type->dtype), type);
}

gt_ref gt_part(gt_builder *b, gt_ref x, int dim, int from, int count)
{
    gt_type t = b->type(b, x);
    int v[3 * GT_MAX_NDIM];
    for (int d = 0; d < t.ndim; d++) {
        v[3 * d] = d == dim ? from : 0;
        v[3 * d + 1] = 1;
        v[3 * d + 2] = d == dim ? count : t.dim[d];
    }
    return gt_apply1(b, GT_OP_slice, x, 3 * t.ndim, v);
}

gt_ref gt_held(gt_builder *b, gt_ref g, gt_ref product)
{
    return b->careful && product != GT_NO_REF ? gt_hold_zero(b, g, product) : product;
}

/* ---- slopes of densities, without differences that cancel where parameters are large ---- */

gt_ref gt_log_dnorm(gt_builder *b, gt_ref x, gt_ref mean, gt_ref sd)
{
    return gt_add(b, gt_norm_exponent(b, x, mean, sd), gt_norm_constant(b, sd));
}

gt_ref gt_log_dgamma(gt_builder *b, gt_ref x, gt_ref shape, gt_ref scale)
{
    return gt_add(b, gt_gamma_exponent(b, x, shape, scale), gt_gamma_constant(b, shape, scale));
}

gt_ref gt_log_dpois(gt_builder *b, gt_ref x, gt_ref mean)
{
    return gt_add(b, gt_pois_exponent(b, x, mean), gt_pois_constant(b, x));
}

gt_ref gt_log_dbinom(gt_builder *b, gt_ref x, gt_ref n, gt_ref p)
{
    return gt_add(b, gt_binom_exponent(b, x, n, p), gt_binom_constant(b, x, n));
}

gt_ref gt_digamma_change(gt_builder *b, gt_ref x, gt_ref n)
{
    gt_ref zero = gt_constant_like(b, n, 0);
    return gt_add(b, gt_log1p(b, gt_div(b, x, n)), gt_stirling_change(b, x, n, zero));
}

gt_ref gt_beta_slope(gt_builder *b, gt_ref x, gt_ref shape, gt_ref other)
{
    gt_ref zero = gt_constant_like(b, x, 0);
    gt_ref share = gt_mul(b, x, gt_add(b, shape, other));
    return gt_add(b, gt_log_ratio(b, share, shape), gt_stirling_change(b, other, shape, zero));
}

gt_ref gt_t_slope(gt_builder *b, gt_ref x, gt_ref df)
{
    gt_ref half = gt_constant_like(b, x, 0.5), zero = gt_constant_like(b, x, 0);
    gt_ref inverse = gt_reciprocal(b, df), odds = gt_mul(b, x, gt_div(b, x, df));
    gt_ref part = gt_div(b, odds, gt_add(b, odds, gt_constant_like(b, x, 1)));
    gt_ref constant =
        gt_add(b, gt_log1pmx(b, inverse), gt_stirling_change(b, half, gt_mul(b, half, df), zero));
    gt_ref tail = gt_sub(b, gt_mul(b, part, inverse), gt_log1p_gap(b, odds));
    return gt_mul(b, half, gt_add(b, constant, tail));
}

/* Neither does an infinite gradient say anything about an input that was not chosen. */
static void hold_unchosen(gt_builder *b, const gt_vjp_call *c)
{
    gt_ref share[3] = {GT_NO_REF, GT_NO_REF, GT_NO_REF};
    gt_vjp_call ones = *c;
    ones.g = gt_constant_like(b, c->g, 1);
    ones.grad = share;
    gt_op_get(c->op)->vjp(b, &ones);
    for (int i = 0; i < c->n; i++)
        if (c->grad[i] != GT_NO_REF) c->grad[i] = gt_hold_zero(b, share[i], c->grad[i]);
}

void gt_op_vjp(gt_builder *b, const gt_vjp_call *c)
{
    const gt_op_def *def = gt_op_get(c->op);
    for (int i = 0; i < c->n; i++) c->grad[i] = GT_NO_REF;
    if (!def->vjp || c->g == GT_NO_REF) return;
    def->vjp(b, c);
    if (!gt_is_elementwise(def)) return;
    if (b->careful && gt_op_has(c->op, GT_CHOOSES)) hold_unchosen(b, c);
    for (int i = 0; i < c->n; i++) {
        if (c->grad[i] == GT_NO_REF) continue;
        if (!gt_op_has(c->op, GT_HANDS_ON)) c->grad[i] = gt_held(b, c->g, c->grad[i]);
        gt_type t = b->type(b, c->in[i]);
        c->grad[i] = gt_sum_to(b, c->grad[i], &t);
    }
}
