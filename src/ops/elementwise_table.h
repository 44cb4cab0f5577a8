/* Elementwise operations: value and derivative side by side.
 *
 *   UNARY(name, value, dx)            y = value(x)
 *   BINARY(name, value, dx, dz)       y = value(x, z)
 *   TERNARY(name, value, dx, dz, dw)  y = value(x, z, w)
 *   UNARY_WITHIN(name, value, within, otherwise, dx)
 *                                     y = within(x) ? value(x) : otherwise(x), mostly within
 *   PREDICATE(name, value)            unary, result bool
 *   COMPARE(name, value)              binary, result bool
 *   TRAITS(name, traits)              of the operation above: gt_trait (ops/table.h)
 *
 * In `value`, lower-case x, z, w are numbers of type T (double or float), and K(c) a
 * constant of it; el_f() is our own version of f(), which vectorises (ops/elementary.h).
 * Functions take and give double, also for floats, whose results are thus rounded once
 * and the same with every C library. In the derivatives, which are expressions in
 * operations of this same table, X, Z, W are the inputs, Y the result, G its gradient,
 * C(c) a constant; ZERO means no gradient flows.
 * Derivatives at points where none exists follow PyTorch. A bool is 1, 0, or NaN
 * for R's NA: ORDERED(v) is v, or NaN where an input is NaN.
 *
 * Who includes this file defines the macros that it needs; all are undefined at
 * its end.                                                                     */

#ifndef UNARY_WITHIN
#define UNARY_WITHIN(name, value, within, otherwise, dx) UNARY(name, within ? value : otherwise, dx)
#endif
#ifndef TRAITS
#define TRAITS(name, traits)
#endif
#ifndef PREDICATE
#define PREDICATE(name, value) UNARY(name, value, ZERO)
#endif
#ifndef COMPARE
#define COMPARE(name, value) BINARY(name, value, ZERO, ZERO)
#endif

/* ---- arithmetic ---- */
UNARY(neg, -x, NEG(G))
TRAITS(neg, GT_KEEPS_WHOLE | GT_HANDS_ON)
UNARY(abs, fabs(x), MUL(G, SIGN(X)))
TRAITS(abs, GT_KEEPS_WHOLE)
UNARY(sign, x > 0 ? K(1) : (x < 0 ? K(-1) : x), ZERO)
TRAITS(sign, GT_KEEPS_WHOLE)
UNARY(square, x * x, MUL(G, MUL(C(2), X)))
TRAITS(square, GT_KEEPS_WHOLE)
UNARY(reciprocal, K(1) / x, NEG(MUL(G, MUL(Y, Y))))
UNARY(sqrt, sqrt(x), DIV(G, MUL(C(2), Y)))
/* The root of a sum of squares: as sqrt, but at 0 with the subgradient 0, as norm2. */
UNARY(root, sqrt(x), WHERE(EQ(Y, C(0)), C(0), DIV(G, MUL(C(2), Y))))
UNARY(rsqrt, K(1) / sqrt(x), MUL(MUL(C(-0.5), G), MUL(Y, SQUARE(Y))))

BINARY(add, x + z, G, G)
TRAITS(add, GT_KEEPS_WHOLE | GT_HANDS_ON | GT_COMMUTES)
BINARY(sub, x - z, G, NEG(G))
TRAITS(sub, GT_KEEPS_WHOLE | GT_HANDS_ON)
BINARY(mul, x * z, MUL(G, Z), MUL(G, X))
TRAITS(mul, GT_KEEPS_WHOLE | GT_COMMUTES)
BINARY(div, x / z, DIV(G, Z), NEG(MUL(G, DIV(Y, Z))))
BINARY(pow, z == K(2) ? x * x : (z == K(3) ? x * (x * x) : pow(x, z)), pow_dx(b, G, X, Z), pow_dz(b, G, X, Z, Y))
/* R's ^, where it differs from C's. */
BINARY(power, z == K(2) ? x * x : (z == K(3) ? x * (x * x) : r_power(x, z)), pow_dx(b, G, X, Z), pow_dz(b, G, X, Z, Y))

/* ---- exponentials and logarithms ---- */
UNARY(exp, el_exp(x), MUL(G, Y))
UNARY(exp2, exp2(x), MUL(G, MUL(Y, C(0.69314718055994530942))))
UNARY(expm1, el_expm1(x), MUL(G, ADD(Y, C(1))))
UNARY(log, el_log(x), DIV(G, X))
UNARY(log2, log2(x), DIV(G, MUL(X, C(0.69314718055994530942))))
UNARY(log10, log10(x), DIV(G, MUL(X, C(2.30258509299404568402))))
UNARY(log1p, el_log1p(x), DIV(G, ADD(X, C(1))))
BINARY(logaddexp, logaddexp(x, z), MUL(G, SIGMOID(SUB(X, Z))), MUL(G, SIGMOID(SUB(Z, X))))
BINARY(xlogy, x == 0 && z == z ? K(0) : x * el_log(z),
       WHERE(AND(EQ(X, C(0)), LE(Z, C(0))), C(0), MUL(G, LOG(Z))), MUL(G, DIV(X, Z)))

UNARY(logit, el_log(x / (K(1) - x)), DIV(G, MUL(X, SUB(C(1), X))))

/* ---- trigonometry ---- */
UNARY_WITHIN(sin, el_sin(x), WITHIN_TURNS, sin(x), MUL(G, COS(X)))
UNARY_WITHIN(cos, el_cos(x), WITHIN_TURNS, cos(x), NEG(MUL(G, SIN(X))))
UNARY(tan, tan(x), MUL(G, ADD(SQUARE(Y), C(1))))
UNARY(sinpi, r_sinpi(x), MUL(G, MUL(C(3.14159265358979323846), COSPI(X))))
UNARY(cospi, r_cospi(x), MUL(G, MUL(C(-3.14159265358979323846), SINPI(X))))
UNARY(tanpi, r_tanpi(x), MUL(G, MUL(C(3.14159265358979323846), ADD(SQUARE(Y), C(1)))))
UNARY(asin, asin(x), MUL(G, RSQRT(SUB(C(1), SQUARE(X)))))
UNARY(acos, acos(x), NEG(MUL(G, RSQRT(SUB(C(1), SQUARE(X))))))
UNARY(atan, atan(x), DIV(G, ADD(SQUARE(X), C(1))))
UNARY(sinh, sinh(x), MUL(G, COSH(X)))
UNARY(cosh, cosh(x), MUL(G, SINH(X)))
UNARY(tanh, el_tanh(x), MUL(G, SUB(C(1), SQUARE(Y))))
UNARY(asinh, asinh(x), MUL(G, RSQRT(ADD(SQUARE(X), C(1)))))
UNARY(acosh, acosh(x), MUL(G, RSQRT(SUB(SQUARE(X), C(1)))))
UNARY(atanh, atanh(x), DIV(G, SUB(C(1), SQUARE(X))))
BINARY(atan2, ATAN2(x, z), MUL(MUL(G, Z), INV_SQUARES(X, Z)), NEG(MUL(MUL(G, X), INV_SQUARES(X, Z))))
BINARY(hypot, hypot(x, z), MUL(G, DIV(X, Y)), MUL(G, DIV(Z, Y)))

/* ---- activations, error function, gamma family ---- */
UNARY(sigmoid, K(1) / (K(1) + el_exp(-x)), MUL(G, MUL(Y, SUB(C(1), Y))))
UNARY(logsigmoid, -softplus(-x), MUL(G, SIGMOID(NEG(X))))
UNARY(softplus, softplus(x), MUL(G, SIGMOID(X)))
UNARY(relu, x > 0 ? x : (x == x ? K(0) : x), MUL(G, GT(X, C(0))))
TRAITS(relu, GT_KEEPS_WHOLE | GT_CHOOSES)
UNARY(erf, erf(x), MUL(G, MUL(C(1.12837916709551257390), EXP(NEG(SQUARE(X))))))
UNARY(erfc, erfc(x), MUL(G, MUL(C(-1.12837916709551257390), EXP(NEG(SQUARE(X))))))
/* log(pnorm(x)) */
UNARY(log_pnorm, sf_log_pnorm(x),
      MUL(G, EXP(SUB(MUL(C(-0.5), SQUARE(X)), ADD(Y, C(0.91893853320467274178))))))
UNARY(erfinv, sf_erfinv(x), MUL(G, MUL(C(0.88622692545275801365), EXP(SQUARE(Y)))))
UNARY(gamma, sf_gamma(x), MUL(G, MUL(Y, DIGAMMA(X))))
UNARY(lgamma, lgamma(x), MUL(G, DIGAMMA(X)))
UNARY(digamma, sf_digamma(x), MUL(G, POLYGAMMA(X, C(1))))
/* z: the order, a constant; so for the derivatives of sinc and the Bessel functions. */
BINARY(polygamma, sf_polygamma(x, z), MUL(G, POLYGAMMA(X, ADD(Z, C(1)))), ZERO)
UNARY(sinc, sf_sinc(x, 0), MUL(G, SINC_DERIVATIVE(X, C(1))))
BINARY(sinc_derivative, sf_sinc(x, z), MUL(G, SINC_DERIVATIVE(X, ADD(Z, C(1)))), ZERO)
UNARY(i0, sf_besseli(x, 0), MUL(G, BESSELI(X, C(1))))
BINARY(besseli, sf_besseli(x, z),
       MUL(G, MUL(C(0.5), ADD(BESSELI(X, SUB(Z, C(1))), BESSELI(X, ADD(Z, C(1)))))), ZERO)

/* ---- rounding: derivative zero ---- */
UNARY(floor, floor(x), ZERO)
TRAITS(floor, GT_KEEPS_WHOLE)
UNARY(ceil, ceil(x), ZERO)
TRAITS(ceil, GT_KEEPS_WHOLE)
UNARY(round, rint(x), ZERO)
TRAITS(round, GT_KEEPS_WHOLE)
UNARY(trunc, trunc(x), ZERO)
TRAITS(trunc, GT_KEEPS_WHOLE)
UNARY(frac, x - trunc(x), G)
BINARY(floordiv, floor(x / z), ZERO, ZERO)
TRAITS(floordiv, GT_KEEPS_WHOLE)
BINARY(remainder, floored_mod(x, z), G, NEG(MUL(G, FLOORDIV(X, Z))))
TRAITS(remainder, GT_KEEPS_WHOLE)
BINARY(fmod, fmod(x, z), G, NEG(MUL(G, TRUNC(DIV(X, Z)))))
TRAITS(fmod, GT_KEEPS_WHOLE)
/* R's %/%, %%, round(x, digits) and signif(x, digits). */
BINARY(quotient, r_quotient(x, z), ZERO, ZERO)
TRAITS(quotient, GT_KEEPS_WHOLE)
BINARY(modulo, r_modulo(x, z), G, NEG(MUL(G, QUOTIENT(X, Z))))
TRAITS(modulo, GT_KEEPS_WHOLE)
BINARY(round_digits, r_round(x, z), ZERO, ZERO)
TRAITS(round_digits, GT_KEEPS_WHOLE)
BINARY(signif_digits, r_signif(x, z), ZERO, ZERO)
TRAITS(signif_digits, GT_KEEPS_WHOLE)

/* ---- selection: ties share the gradient ---- */
BINARY(maximum, x != x || x > z ? x : z, MUL(G, SHARE(X, Z)), MUL(G, SHARE(Z, X)))
TRAITS(maximum, GT_KEEPS_DTYPE | GT_CHOOSES)
BINARY(minimum, x != x || x < z ? x : z, MUL(G, SHARE(Z, X)), MUL(G, SHARE(X, Z)))
TRAITS(minimum, GT_KEEPS_DTYPE | GT_CHOOSES)
/* The larger or smaller one, or the one that is not NaN. */
BINARY(fmax, x != x || z > x ? z : x, MUL(G, FIRST(GE(X, Z))), MUL(G, NOT(FIRST(GE(X, Z)))))
TRAITS(fmax, GT_CHOOSES)
BINARY(fmin, x != x || z < x ? z : x, MUL(G, FIRST(LE(X, Z))), MUL(G, NOT(FIRST(LE(X, Z)))))
TRAITS(fmin, GT_CHOOSES)
BINARY(share, x > z ? K(1) : (x == z ? K(0.5) : K(0)), ZERO, ZERO)
/* z, but 0 where it is not finite and the gradient x is 0: see gt_op_vjp(). */
BINARY(hold_zero, x == 0 && z - z != 0 ? K(0) : z, ZERO,
       WHERE(AND(EQ(X, C(0)), ISNAN(SUB(Z, Z))), C(0), G))
TRAITS(hold_zero, GT_HANDS_ON)
TERNARY(where, x != x ? x : (x != 0 ? z : w), ZERO, WHERE(X, G, C(0)), WHERE(X, C(0), G))
TRAITS(where, GT_KEEPS_DTYPE | GT_HANDS_ON)
/* Where the bounds z and w cross, the result is w. */
TERNARY(clamp, x < z ? (z > w ? w : z) : (x > w ? w : x), MUL(G, AND(GE(X, Z), LE(X, W))),
        MUL(G, AND(LT(X, Z), LE(Z, W))), MUL(G, OR(GT(X, W), LT(W, Z))))
TRAITS(clamp, GT_KEEPS_DTYPE | GT_CHOOSES)

/* ---- comparisons and logic ---- */
COMPARE(lt, ORDERED(x < z))
COMPARE(le, ORDERED(x <= z))
COMPARE(gt, ORDERED(x > z))
COMPARE(ge, ORDERED(x >= z))
COMPARE(eq, ORDERED(x == z))
COMPARE(ne, ORDERED(x != z))
COMPARE(and, x == 0 || z == 0 ? K(0) : ORDERED(1))
COMPARE(or, (x == x && x != 0) || (z == z && z != 0) ? K(1) : ORDERED(0))
PREDICATE(not, x == x ? K(x == 0) : x)
PREDICATE(isnan, K(x != x))

#undef UNARY
#undef UNARY_WITHIN
#undef BINARY
#undef TERNARY
#undef PREDICATE
#undef TRAITS
#undef COMPARE
