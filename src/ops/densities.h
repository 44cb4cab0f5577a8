/* Logarithms of the densities of R's distributions, with R's domain: NaN where a parameter is
 * out of its range, -Inf outside the support, and NA stays NA. The parameters are those of R's
 * C code (scale, not rate).                                                    */
#ifndef GRADTAPE_OPS_DENSITIES_H
#define GRADTAPE_OPS_DENSITIES_H

#include "ops/elementary.h"
#include "ops/missing.h"
#include "ops/stirling.h"

#include <float.h>

/* Those of which a part depends on the parameters z and w only: ld_beta_of() prepares that part,
 * ld_beta_at() gives the density, ld_beta_density() does both.                  */
typedef struct {
    double z, w;
    double constant, first, second; /* what each density needs */
} ld_prepared;
#define PREPARED_DENSITY1(name) \
    typedef ld_prepared name; \
    name name##_of(double z); \
    double name##_at(const name *p, double x); \
    static inline double name##_density(double x, double z) \
    { \
        name p = name##_of(z); \
        return name##_at(&p, x); \
    }
#define PREPARED_DENSITY2(name) \
    typedef ld_prepared name; \
    name name##_of(double z, double w); \
    double name##_at(const name *p, double x); \
    static inline double name##_density(double x, double z, double w) \
    { \
        name p = name##_of(z, w); \
        return name##_at(&p, x); \
    }
PREPARED_DENSITY2(ld_beta)      /* shapes */
PREPARED_DENSITY1(ld_t)         /* degrees of freedom */
PREPARED_DENSITY2(ld_nbinom)    /* size, probability */
PREPARED_DENSITY2(ld_nbinom_mu) /* size, mean */

double ld_f(double x, double m, double n);
double ld_cauchy(double x, double location, double scale);
double ld_logis(double x, double location, double scale);
double ld_weibull(double x, double shape, double scale);
double ld_geom(double x, double p);
double ld_hyper(double x, double white, double black, double drawn);

/* Without branches, so that they vectorise. */

/* log dnorm() is the sum of the two; with sd 0 or Inf all is in one of them. */
GT_INLINE double norm_exponent(double x, double mean, double sd)
{
    double z = (x - mean) / sd;
    double y = sd == INFINITY ? 0 : -0.5 * z * z;
    y = sd == 0 && fabs(x) < INFINITY && fabs(mean) < INFINITY ? (x == mean ? INFINITY : -INFINITY)
                                                               : y;
    return x != x || mean != mean || sd != sd ? missing(x, mean, sd) : y;
}
GT_INLINE double norm_constant(double sd)
{
    return sd != sd ? 0 : -(LOG_ROOT_2PI + (sd == 0 ? 0 : el_log(sd)));
}
static inline double ld_norm(double x, double mean, double sd)
{
    return norm_exponent(x, mean, sd) + norm_constant(sd);
}

/* The nearest whole number; and is x one, as R takes it? */
GT_INLINE double rounded(double x)
{
    const double shift = 6755399441055744.0; /* 1.5 * 2^52 */
    return fabs(x) < 1e15 ? x + shift - shift : x;
}
GT_INLINE int is_whole(double x)
{
    double size = fabs(x);
    return !(fabs(x - rounded(x)) > 1e-7 * (size > 1 ? size : 1));
}

GT_INLINE double gamma_exponent(double x, double shape, double scale)
{
    double y = -sf_deviance_of(shape < 1 ? shape : shape - 1, x / scale);
    y -= shape < 1 ? el_log(x) : 0;
    y = shape < 1 && shape / x == 0 ? -INFINITY : y; /* as R's */
    y = x == 0 && shape < 1 ? INFINITY : y;
    y = shape == 0 ? (x == 0 ? INFINITY : -INFINITY) : y;
    y = x < 0 || x == INFINITY || shape == INFINITY ? -INFINITY : y;
    y = shape < 0 || scale <= 0 ? NAN : y;
    return x != x || shape != shape || scale != scale ? missing(x, shape, scale) : y;
}
double gamma_constant(double shape, double scale);
static inline double ld_gamma(double x, double shape, double scale)
{
    return gamma_exponent(x, shape, scale) + gamma_constant(shape, scale);
}

GT_INLINE double pois_exponent(double x, double mean)
{
    double y = -sf_deviance_of(rounded(x), mean);
    y = x >= 0 && x < INFINITY && is_whole(x) ? y : -INFINITY;
    y = mean < 0 ? NAN : y;
    return x != x || mean != mean ? missing(x, mean, 0) : y;
}
double pois_constant(double x);

GT_INLINE double binom_exponent(double x, double n, double p)
{
    double k = rounded(x), m = rounded(n), q = 1 - p;
    double y = -sf_deviance_of(k, m * p) - sf_deviance_of(m - k, m * q);
    double endless = k == 0 && p >= 0.1 ? -INFINITY : NAN; /* n is infinite */
    endless = p == 0 ? (k == 0 ? 0 : -INFINITY) : p == 1 ? -INFINITY : endless;
    y = n == INFINITY ? endless : y;
    y = x >= 0 && k <= m && x < INFINITY && is_whole(x) ? y : -INFINITY;
    y = p < 0 || p > 1 || n < 0 || !is_whole(n) ? NAN : y;
    return x != x || n != n || p != p ? missing(x, n, p) : y;
}
double binom_constant(double x, double n);

GT_INLINE double ld_lnorm(double x, double mean, double sd)
{
    double l = el_log(x), z = (l - mean) / sd;
    double y = -(LOG_ROOT_2PI + 0.5 * z * z + el_log(x * sd));
    y = x > 0 ? y : -INFINITY;
    y = sd == 0 ? (l == mean ? INFINITY : -INFINITY) : y;
    y = x == INFINITY && l == mean ? NAN : y;
    y = sd < 0 ? NAN : y;
    return x != x || mean != mean || sd != sd ? missing(x, mean, sd) : y;
}

GT_INLINE double ld_exp(double x, double scale)
{
    double y = x < 0 ? -INFINITY : -x / scale - el_log(scale);
    y = scale <= 0 ? NAN : y;
    return x != x || scale != scale ? missing(x, scale, 0) : y;
}

GT_INLINE double ld_unif(double x, double min, double max)
{
    double y = x >= min && x <= max ? -el_log(max - min) : -INFINITY;
    y = max <= min ? NAN : y;
    return x != x || min != min || max != max ? missing(x, min, max) : y;
}

#endif
