/* Kernels and derivative rules of the elementwise operations, generated from
 * ops/elementwise_table.h, and their table.                                   */
#include "ops/elementwise_values.h"
#include "ops/elementwise.h"
#include "ops/rules.h"
#include "core/simd.h"

#include <math.h>

#define T double
#define KERNEL(name) name##_double
#define ATTRIBUTES GT_KERNEL
#include "ops/elementwise_kernels.h"

/* Seldom used for speed here: one version of each is enough. */
#define T float
#define KERNEL(name) name##_float
#define ATTRIBUTES GT_VECTORIZED
#include "ops/elementwise_kernels.h"

/* ---- derivative rules ---------------------------------------------------- */

/* The derivative of x^z. With a constant exponent, the usual case, the edge at
 * z = 0 needs no test at run time and x^2 stays a product. Else z x^(z-1) is 0 at z = 0,
 * for all x, but depends on z there.                                          */
static gt_ref pow_dx(gt_builder *b, gt_ref g, gt_ref x, gt_ref z)
{
    double k;
    if (b->constant_value(b, z, &k)) {
        if (k == 0) return GT_NO_REF;
        if (k == 1) return g;
        gt_ref slope = k == 2 ? x : gt_pow(b, x, gt_constant_like(b, g, k - 1));
        return gt_mul(b, g, gt_mul(b, gt_constant_like(b, g, k), slope));
    }
    gt_ref one = gt_constant_like(b, g, 1);
    gt_ref slope = gt_mul(b, z, gt_pow(b, x, gt_sub(b, z, one)));
    return gt_mul(b, g, gt_hold_zero(b, z, slope));
}

/* Zero to the power of z >= 0 counts as not depending on z. What stands there is 0, and its
 * derivative with respect to x that of pow_dx() with respect to z.             */
static gt_ref pow_dz(gt_builder *b, gt_ref g, gt_ref x, gt_ref z, gt_ref y)
{
    gt_ref zero = gt_constant_like(b, g, 0);
    gt_ref flat = gt_and(b, gt_eq(b, x, zero), gt_ge(b, z, zero));
    gt_ref at_zero = gt_sub(b, y, gt_eq(b, z, zero));
    return gt_mul(b, g, gt_where(b, flat, at_zero, gt_mul(b, y, gt_log(b, x))));
}

/* Of log|choose(n, k)|; where n < k by the reflection that digamma() knows. */
static gt_ref lchoose_slope(gt_builder *b, gt_ref n, gt_ref k)
{
    gt_ref one = gt_constant_like(b, n, 1), zero = gt_constant_like(b, n, 0);
    gt_ref least = gt_add(b, gt_sub(b, n, k), one);
    gt_ref slope = gt_sub(b, gt_digamma(b, gt_add(b, n, one)), gt_digamma(b, least));
    return gt_where(b, gt_gt(b, least, zero), gt_digamma_change(b, k, least), slope);
}

/* Of the logarithm of the F density with respect to its degrees of freedom m, the other ones
 * being n: r = difference / total is what the observed share exceeds the expected one by.   */
static gt_ref f_slope(gt_builder *b, gt_ref difference, gt_ref total, gt_ref m, gt_ref n)
{
    gt_ref half = gt_constant_like(b, m, 0.5), zero = gt_constant_like(b, m, 0);
    gt_ref change = gt_stirling_change(b, gt_mul(b, half, n), gt_mul(b, half, m), zero);
    return gt_mul(b, half, gt_add(b, gt_log1pmx(b, gt_div(b, difference, total)), change));
}

#define ZERO GT_NO_REF
#define X c->in[0]
#define Z c->in[1]
#define W c->in[2]
#define Y c->out
#define G c->g
#define C(value) gt_constant_like(b, c->g, value)
#define NEG(p) gt_neg(b, p)
#define SIGN(p) gt_sign(b, p)
#define SQUARE(p) gt_square(b, p)
#define RECIPROCAL(p) gt_reciprocal(b, p)
#define RSQRT(p) gt_rsqrt(b, p)
#define ADD(p, q) gt_add(b, p, q)
#define SUB(p, q) gt_sub(b, p, q)
#define MUL(p, q) gt_mul(b, p, q)
#define DIV(p, q) gt_div(b, p, q)
#define EXP(p) gt_exp(b, p)
#define LOG(p) gt_log(b, p)
#define SIN(p) gt_sin(b, p)
#define COS(p) gt_cos(b, p)
#define SINPI(p) gt_sinpi(b, p)
#define COSPI(p) gt_cospi(b, p)
#define SINH(p) gt_sinh(b, p)
#define COSH(p) gt_cosh(b, p)
#define SIGMOID(p) gt_sigmoid(b, p)
#define DIGAMMA(p) gt_digamma(b, p)
#define POLYGAMMA(p, q) gt_polygamma(b, p, q)
#define SINC_DERIVATIVE(p, q) gt_sinc_derivative(b, p, q)
#define BESSELI(p, q) gt_besseli(b, p, q)
#define OR(p, q) gt_or(b, p, q)
#define NOT(p) gt_not(b, p)
#define ISNAN(p) gt_isnan(b, p)
/* Of X and Z, X is taken: because of `test`, or since Z is NaN. */
#define FIRST(test) OR(ISNAN(Z), AND(NOT(ISNAN(X)), test))
#define POW(p, q) gt_pow(b, p, q)
#define LOG_RATIO(p, q) gt_log_ratio(b, p, q)
#define STIRLING(p, k) gt_stirling(b, p, k)
#define STIRLING_CHANGE(p, q, k) gt_stirling_change(b, p, q, k)
#define DIGAMMA_CHANGE(p, q) gt_digamma_change(b, p, q)
#define CHOOSE(p, q, k) gt_choose(b, p, q, k)
/* Where a density is 0, so are its derivatives; where it is NaN they are NaN. */
#define INSIDE(p) WHERE(EQ(Y, C(-INFINITY)), C(0), p)
#define R DIV(SUB(X, Z), W)
#define LOG_R DIV(SUB(LOG(X), Z), W)
#define CAUCHY_PULL DIV(MUL(C(2), R), MUL(W, ADD(SQUARE(R), C(1))))
#define LOGIS_PULL DIV(gt_tanh(b, MUL(C(0.5), R)), W)
#define BETA_SLOPE(p, q, r) gt_beta_slope(b, p, q, r)
#define FLOORDIV(p, q) gt_floordiv(b, p, q)
#define QUOTIENT(p, q) gt_quotient(b, p, q)
#define TRUNC(p) gt_trunc(b, p)
#define SHARE(p, q) gt_share(b, p, q)
#define WHERE(p, q, r) gt_where(b, p, q, r)
#define LT(p, q) gt_lt(b, p, q)
#define LE(p, q) gt_le(b, p, q)
#define GT(p, q) gt_gt(b, p, q)
#define GE(p, q) gt_ge(b, p, q)
#define EQ(p, q) gt_eq(b, p, q)
#define AND(p, q) gt_and(b, p, q)
#define INV_SQUARES(p, q) RECIPROCAL(ADD(SQUARE(p), SQUARE(q)))

#define INPUT(i, derivative) \
    if (c->wanted[i]) c->grad[i] = (derivative);
#define UNARY(name, value, dx) \
    static void name##_vjp(gt_builder *b, const gt_vjp_call *c) \
    { \
        (void)b; \
        INPUT(0, dx) \
    }
#define BINARY(name, value, dx, dz) \
    static void name##_vjp(gt_builder *b, const gt_vjp_call *c) \
    { \
        (void)b; \
        INPUT(0, dx) \
        INPUT(1, dz) \
    }
#define TERNARY(name, value, dx, dz, dw) \
    static void name##_vjp(gt_builder *b, const gt_vjp_call *c) \
    { \
        (void)b; \
        INPUT(0, dx) \
        INPUT(1, dz) \
        INPUT(2, dw) \
    }
#include "ops/elementwise_table.h"

/* ---- table --------------------------------------------------------------- */

#define ENTRY(name_, arity_, is_bool_) \
    [GT_OP_##name_] = {.name = #name_, \
                       .arity = arity_, \
                       .vjp = name_##_vjp, \
                       .kernel = {name_##_double, name_##_float}, \
                       .is_bool = is_bool_},
#define UNARY(name, value, dx) ENTRY(name, 1, false)
#define BINARY(name, value, dx, dz) ENTRY(name, 2, false)
#define TERNARY(name, value, dx, dz, dw) ENTRY(name, 3, false)
#define PREDICATE(name, value) ENTRY(name, 1, true)
#define COMPARE(name, value) ENTRY(name, 2, true)
const gt_op_def gt_elementwise_ops[GT_OP_ELEMENTWISE_END] = {
    [GT_OP_leaf] = {.name = "leaf"},
#include "ops/elementwise_table.h"
};

#define UNARY(name, value, dx)
#define BINARY(name, value, dx, dz)
#define TERNARY(name, value, dx, dz, dw)
#define TRAITS(name, traits) [GT_OP_##name] = (traits),
const unsigned gt_elementwise_traits[GT_OP_ELEMENTWISE_END] = {
#include "ops/elementwise_table.h"
};
