/* What is left of the gamma function when Stirling's formula is taken away, and other
 * differences that cancel: what densities and their derivatives are made of where parameters
 * are large.                                                                   */
#ifndef GRADTAPE_OPS_STIRLING_H
#define GRADTAPE_OPS_STIRLING_H

#define LOG_ROOT_2PI 0.91893853320467274178

/* log(1 + x) - x */
double sf_log1pmx(double x);
/* exp(x) - 1 - x */
double sf_expm1mx(double x);
/* log(1 + x) - x / (1 + x) */
double sf_log1p_gap(double x);
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

double sf_lbeta(double a, double b);
double sf_lchoose(double n, double k);
/* Derivative of order m of choose(n, k) with respect to n. */
double sf_choose(double n, double k, double m);

#endif
