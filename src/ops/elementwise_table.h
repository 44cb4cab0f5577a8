/* Elementwise operations: value and derivative side by side.
 *
 *   UNARY(name, value, dx)            y = value(x)
 *   BINARY(name, value, dx, dz)       y = value(x, z)
 *   TERNARY(name, value, dx, dz, dw)  y = value(x, z, w)
 *   UNARY_WITHIN(name, value, within, otherwise, dx)
 *                                     y = within(x) ? value(x) : otherwise(x), mostly within
 *   PREPARED1(name, family, dx, dz), PREPARED2(name, family, dx, dz, dw)
 *                                     y = family_at(&prepared, x), where `prepared`, made by
 *                                     family_of(z, w), does not depend on x
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
#ifndef PREPARED1
#define PREPARED1(name, family, dx, dz) BINARY(name, family##_density(x, z), dx, dz)
#endif
#ifndef PREPARED2
#define PREPARED2(name, family, dx, dz, dw) TERNARY(name, family##_density(x, z, w), dx, dz, dw)
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
UNARY(erfinv, sf_erfinv(x), MUL(G, MUL(C(0.88622692545275801365), EXP(SQUARE(Y)))))
UNARY(gamma, sf_gamma(x), MUL(G, MUL(Y, DIGAMMA(X))))
UNARY(lgamma, sf_lgamma(x), MUL(G, DIGAMMA(X)))
UNARY(digamma, sf_digamma(x), MUL(G, POLYGAMMA(X, C(1))))
/* z: the order, a constant; so for the derivatives of sinc and the Bessel functions. */
BINARY(polygamma, sf_polygamma(x, z), MUL(G, POLYGAMMA(X, ADD(Z, C(1)))), ZERO)
UNARY(sinc, sf_sinc(x, 0), MUL(G, SINC_DERIVATIVE(X, C(1))))
BINARY(sinc_derivative, sf_sinc(x, z), MUL(G, SINC_DERIVATIVE(X, ADD(Z, C(1)))), ZERO)
UNARY(i0, sf_besseli(x, 0), MUL(G, BESSELI(X, C(1))))
BINARY(besseli, sf_besseli(x, z),
       MUL(G, MUL(C(0.5), ADD(BESSELI(X, SUB(Z, C(1))), BESSELI(X, ADD(Z, C(1)))))), ZERO)

/* ---- differences that cancel, see ops/stirling.h ---- */
UNARY(log1pmx, sf_log1pmx(x), NEG(MUL(G, DIV(X, ADD(X, C(1))))))
UNARY(log1p_gap, sf_log1p_gap(x), MUL(G, DIV(DIV(X, ADD(X, C(1))), ADD(X, C(1)))))
/* log(r) - r + 1 of r = (x + z) / (w + z) */
TERNARY(ratio_gap, sf_ratio_gap(x, z, w),
        MUL(G, DIV(DIV(SUB(W, X), ADD(X, Z)), ADD(W, Z))),
        MUL(G, DIV(SQUARE(DIV(SUB(W, X), ADD(W, Z))), ADD(X, Z))),
        NEG(MUL(G, DIV(DIV(SUB(W, X), ADD(W, Z)), ADD(W, Z)))))
BINARY(log_ratio, sf_log_ratio(x, z), DIV(G, X), NEG(DIV(G, Z)))
/* z, or w: the order, a constant. digamma(x + n) - digamma(n) is DIGAMMA_CHANGE(x, n). */
BINARY(stirling, sf_stirling(x, z), MUL(G, STIRLING(X, ADD(Z, C(1)))), ZERO)
TERNARY(stirling_change, sf_stirling_change(x, z, w), MUL(G, STIRLING(ADD(X, Z), ADD(W, C(1)))),
        MUL(G, STIRLING_CHANGE(X, Z, ADD(W, C(1)))), ZERO)
BINARY(lbeta, sf_lbeta(x, z), NEG(MUL(G, DIGAMMA_CHANGE(Z, X))), NEG(MUL(G, DIGAMMA_CHANGE(X, Z))))
/* R rounds the number chosen, so neither depends on it; w: the order of the derivative. */
BINARY(lchoose, sf_lchoose(x, z), MUL(G, lchoose_slope(b, X, Z)), ZERO)
TERNARY(choose, sf_choose(x, z, w), MUL(G, CHOOSE(X, Z, ADD(W, C(1)))), ZERO, ZERO)

/* ---- logarithms of densities, see ops/densities.h: NaN, and so are the derivatives, where a
 * parameter is out of its range; derivative 0 outside the support. Counts, and what R takes
 * only as whole numbers, have no derivative. In these lines R is DIV(SUB(X, Z), W). ---- */
/* In two parts, lest what depends on the parameters only, or on the counts, be computed for each
 * element; but for the normal distribution, the derivatives of the sum stand with the first. */
TERNARY(norm_exponent, norm_exponent(x, z, w), NEG(MUL(G, DIV(R, W))), MUL(G, DIV(R, W)),
        MUL(G, DIV(SQUARE(R), W)))
UNARY(norm_constant, norm_constant(x), NEG(DIV(G, X)))
TERNARY(log_dlnorm, ld_lnorm(x, z, w),
        INSIDE(NEG(MUL(G, DIV(ADD(C(1), DIV(LOG_R, W)), X)))), INSIDE(MUL(G, DIV(LOG_R, W))),
        INSIDE(MUL(G, DIV(SUB(SQUARE(LOG_R), C(1)), W))))
BINARY(log_dexp, ld_exp(x, z), INSIDE(NEG(DIV(G, Z))),
       INSIDE(MUL(G, DIV(SUB(DIV(X, Z), C(1)), Z))))
BINARY(gamma_constant, gamma_constant(x, z), ZERO, ZERO)
TERNARY(gamma_exponent, gamma_exponent(x, z, w),
        INSIDE(MUL(G, DIV(SUB(SUB(Z, C(1)), DIV(X, W)), X))),
        INSIDE(MUL(G, SUB(LOG_RATIO(DIV(X, W), Z), STIRLING(Z, C(0))))),
        INSIDE(MUL(G, DIV(SUB(DIV(X, W), Z), W))))
PREPARED2(log_dbeta, ld_beta,
        INSIDE(MUL(G, DIV(SUB(SUB(Z, C(1)), MUL(X, SUB(ADD(Z, W), C(2)))), MUL(X, SUB(C(1), X))))),
        INSIDE(MUL(G, BETA_SLOPE(X, Z, W))), INSIDE(MUL(G, BETA_SLOPE(SUB(C(1), X), W, Z))))
PREPARED1(log_dt, ld_t,
       NEG(MUL(G, DIV(MUL(X, ADD(C(1), RECIPROCAL(Z))), ADD(C(1), MUL(X, DIV(X, Z)))))),
       MUL(G, gt_t_slope(b, X, Z)))
TERNARY(log_df, ld_f(x, z, w),
        INSIDE(MUL(G, DIV(SUB(MUL(W, SUB(MUL(Z, SUB(C(1), X)), C(2))), MUL(C(2), MUL(X, Z))),
                          MUL(MUL(C(2), X), ADD(W, MUL(Z, X)))))),
        INSIDE(MUL(G, f_slope(b, MUL(W, SUB(X, C(1))), ADD(W, MUL(Z, X)), Z, W))),
        INSIDE(MUL(G, f_slope(b, MUL(Z, SUB(C(1), X)), ADD(W, MUL(Z, X)), W, Z))))
TERNARY(log_dcauchy, ld_cauchy(x, z, w), NEG(MUL(G, CAUCHY_PULL)), MUL(G, CAUCHY_PULL),
        MUL(G, DIV(SUB(SQUARE(R), C(1)), MUL(W, ADD(SQUARE(R), C(1))))))
TERNARY(log_dlogis, ld_logis(x, z, w), NEG(MUL(G, LOGIS_PULL)), MUL(G, LOGIS_PULL),
        MUL(G, SUB(MUL(R, LOGIS_PULL), RECIPROCAL(W))))
TERNARY(log_dweibull, ld_weibull(x, z, w),
        INSIDE(MUL(G, DIV(SUB(SUB(Z, C(1)), MUL(Z, POW(DIV(X, W), Z))), X))),
        INSIDE(MUL(G, ADD(RECIPROCAL(Z), MUL(LOG(DIV(X, W)), SUB(C(1), POW(DIV(X, W), Z)))))),
        INSIDE(MUL(G, DIV(MUL(Z, SUB(POW(DIV(X, W), Z), C(1))), W))))
TERNARY(log_dunif, ld_unif(x, z, w), ZERO, INSIDE(DIV(G, SUB(W, Z))),
        INSIDE(NEG(DIV(G, SUB(W, Z)))))
BINARY(binom_constant, binom_constant(x, z), ZERO, ZERO)
TERNARY(binom_exponent, binom_exponent(x, z, w), ZERO, ZERO,
        INSIDE(MUL(G, WHERE(EQ(X, C(0)), NEG(DIV(Z, SUB(C(1), W))),
                            WHERE(EQ(X, Z), DIV(Z, W),
                                  DIV(SUB(X, MUL(Z, W)), MUL(W, SUB(C(1), W))))))))
UNARY(pois_constant, pois_constant(x), ZERO)
BINARY(pois_exponent, pois_exponent(x, z), ZERO,
       INSIDE(MUL(G, WHERE(EQ(X, C(0)), C(-1), DIV(SUB(X, Z), Z)))))
PREPARED2(log_dnbinom, ld_nbinom, ZERO,
        INSIDE(MUL(G, ADD(LOG(W), DIGAMMA_CHANGE(X, Z)))),
        INSIDE(MUL(G, WHERE(EQ(X, C(0)), DIV(Z, W), SUB(DIV(Z, W), DIV(X, SUB(C(1), W)))))))
PREPARED2(log_dnbinom_mu, ld_nbinom_mu, ZERO,
        INSIDE(MUL(G, ADD(gt_ratio_gap(b, X, Z, W), STIRLING_CHANGE(X, Z, C(0))))),
        INSIDE(MUL(G, DIV(WHERE(EQ(X, C(0)), C(-1), DIV(SUB(X, W), W)),
                          ADD(C(1), DIV(W, Z))))))
BINARY(log_dgeom, ld_geom(x, z), ZERO,
       INSIDE(MUL(G, SUB(RECIPROCAL(Z), WHERE(EQ(X, C(0)), C(0), DIV(X, SUB(C(1), Z)))))))

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
/* z, but 0 where it is not finite and the gradient x is 0: see gt_op_vjp(). (Where x is NaN, EQ() is.) */
BINARY(hold_zero, x == 0 && z - z != 0 ? K(0) : z, ZERO,
       WHERE(AND(AND(NOT(ISNAN(X)), EQ(X, C(0))), ISNAN(SUB(Z, Z))), C(0), G))
TRAITS(hold_zero, GT_HANDS_ON)
TERNARY(where, x != x ? x : (x != 0 ? z : w), ZERO, WHERE(X, G, C(0)), WHERE(X, C(0), G))
TRAITS(where, GT_KEEPS_DTYPE) /* where x is NaN, so is the gradient, also of 0 */
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
#undef PREPARED1
#undef PREPARED2
#undef BINARY
#undef TERNARY
#undef PREDICATE
#undef TRAITS
#undef COMPARE
