/* Logarithms of the densities of R's distributions, with R's domain: NaN where a parameter is
 * out of its range, -Inf outside the support, and NA stays NA. The parameters are those of R's
 * C code (scale, not rate).                                                    */
#ifndef GRADTAPE_OPS_DENSITIES_H
#define GRADTAPE_OPS_DENSITIES_H

#include "ops/elementary.h"
#include "ops/missing.h"
#include "ops/stirling.h"

#include <float.h>

double ld_gamma(double x, double shape, double scale);
double ld_beta(double x, double a, double b);
double ld_t(double x, double n);
double ld_f(double x, double m, double n);
double ld_cauchy(double x, double location, double scale);
double ld_logis(double x, double location, double scale);
double ld_weibull(double x, double shape, double scale);
double ld_binom(double x, double n, double p);
double ld_pois(double x, double mean);
double ld_nbinom(double x, double size, double p);
double ld_nbinom_mu(double x, double size, double mean);
double ld_geom(double x, double p);
double ld_hyper(double x, double white, double black, double drawn);

/* Without branches, so that they vectorise. */

GT_INLINE double ld_norm(double x, double mean, double sd)
{
    double z = fabs((x - mean) / sd);
    double y = -(LOG_ROOT_2PI + 0.5 * z * z + el_log(sd));
    y = sd == 0 ? (x == mean ? INFINITY : -INFINITY) : y;
    y = fabs(x) == INFINITY && x == mean ? NAN : y;
    y = sd == INFINITY ? -INFINITY : y;
    y = sd < 0 ? NAN : y;
    return x != x || mean != mean || sd != sd ? missing(x, mean, sd) : y;
}

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
