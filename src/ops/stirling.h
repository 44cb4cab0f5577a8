/* What is left of the gamma function when Stirling's formula is taken away, and other
 * differences that cancel: what densities and their derivatives are made of where parameters
 * are large.                                                                   */
#ifndef GRADTAPE_OPS_STIRLING_H
#define GRADTAPE_OPS_STIRLING_H

#include "ops/elementary.h"

#define LOG_ROOT_2PI 0.91893853320467274178
#define LOG_2_500 346.57359027997265471 /* 500 log(2) */

/* log(1 + x) - x */
double sf_log1pmx(double x);
/* exp(x) - 1 - x */
double sf_expm1mx(double x);
/* log(1 + x) - x / (1 + x) */
double sf_log1p_gap(double x);
/* log(r) - r + 1 of r = (x + n) / (m + n) */
double sf_ratio_gap(double x, double n, double m);
/* log(x / z), for positive numbers */
double sf_log_ratio(double x, double z);

/* log(n!) - log(sqrt(2 pi n) (n / e)^n), the error of Stirling's formula */
double sf_stirling_error(double n);
/* Derivative of order k of digamma(n) - log(n). */
double sf_stirling(double n, double k);
/* The same at n + x less that at n; x not negative. */
double sf_stirling_change(double x, double n, double k);

/* x log(x / m) + m - x, Loader's deviance */
double sf_deviance(double x, double m);

/* The same for x and m that are not negative, x finite, without branches, so that it vectorises;
 * by log(1 + e) = 2 artanh(r), r = e / (2 + e), where x and m are near.           */
GT_INLINE double sf_deviance_of(double x, double m)
{
    double e = (m - x) / x, r = e / (2 + e), y = r * r;
    double a = 1.0 / 15 + y * (1.0 / 17 + y * (1.0 / 19 + y * (1.0 / 21 + y * (1.0 / 23))));
    double b = 1.0 / 7 + y * (1.0 / 9 + y * (1.0 / 11 + y * (1.0 / 13 + y * a)));
    double near = -x * (r * (2 * y * (1.0 / 3 + y * (1.0 / 5 + y * b)) - e));
    /* lest the quotient overflow */
    int high = x > 1e150, low = m < 1e-150 && x > 1e-100;
    double scale = (high ? 0x1p-500 : 1) * (low ? 0x1p-500 : 1);
    double log_scale = (high ? LOG_2_500 : 0) + (low ? LOG_2_500 : 0);
    double ratio = fabs(x * scale / m);
    double far = x * (el_log(ratio) + log_scale) + (m - x);
    far = x == 0 || ratio == 0 ? m : far;
    far = m == INFINITY ? m : far;
    return fabs(e) < 0.25 ? near : far;
}

double sf_lbeta(double a, double b);
double sf_lchoose(double n, double k);
/* Derivative of order m of choose(n, k) with respect to n. */
double sf_choose(double n, double k, double m);

#endif
