/* Formula numbers are those of Abramowitz and Stegun (1964), "A&S".            */
#include "ops/special.h"

#include <float.h>
#include <math.h>

static const double pi = 3.14159265358979323846;

/* Bernoulli numbers B_2, B_4, ... (A&S table 23.2) */
const double sf_bernoulli[N_BERNOULLI] = {
    1.0 / 6, -1.0 / 30,     1.0 / 42,      -1.0 / 30,       5.0 / 66,       -691.0 / 2730,
    7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330, 854513.0 / 138, -236364091.0 / 2730};

static int is_pole(double x) { return x <= 0 && x == floor(x); }

/* cot(pi x), from the distance to the nearest whole number, which is exact. */
static double cot_pi(double x)
{
    double r = x - nearbyint(x);
    return fabs(r) == 0.5 ? 0 : 1 / tan(pi * r);
}

/* ---- digamma and its derivatives ---- */

/* For x > 0: the recurrence (A&S 6.3.5) up to where the asymptotic series
 * (A&S 6.3.18) is exact to rounding.                                          */
static double digamma_positive(double x)
{
    double result = 0;
    for (; x < 10; x++) result -= 1 / x;
    double inverse = 1 / (x * x), power = inverse, series = 0;
    for (int k = 1; k <= 9; k++, power *= inverse) series += sf_bernoulli[k - 1] / (2 * k) * power;
    return result + (log(x) - 0.5 / x - series);
}

double sf_digamma(double x)
{
    if (x == 0) return signbit(x) ? INFINITY : -INFINITY;
    if (is_pole(x)) return NAN;
    if (x == INFINITY) return x;
    return x > 0 ? digamma_positive(x) : digamma_positive(1 - x) - pi * cot_pi(x);
}

static double inverse_power(double x, int n)
{
    if (n > 8) return pow(x, -n);
    double inverse = 1 / x, power = inverse;
    while (--n > 0) power *= inverse;
    return power;
}

/* For x > 0, divided by (-1)^(n+1) n!: A&S 6.4.6 and 6.4.11. */
static double polygamma_positive(double x, int n)
{
    double result = 0;
    for (; x < n + 10; x++) result += inverse_power(x, n + 1);
    double power = inverse_power(x, n), series = power / n + power / (2 * x);
    double factor = power; /* (2k+n-1)! / (n! (2k)!) x^-(2k+n) */
    for (int k = 1; k <= N_BERNOULLI; k++) {
        factor *= k == 1
                      ? (n + 1.0) / (2 * x * x)
                      : (2.0 * k + n - 2) * (2.0 * k + n - 1) / (2.0 * k * (2.0 * k - 1) * x * x);
        double term = sf_bernoulli[k - 1] * factor;
        series += term;
        if (fabs(term) < DBL_EPSILON / 4 * series) break;
    }
    return result + series;
}

/* Derivative of order n of cot at the angle whose cotangent is c: a polynomial
 * in c, as cot' = -(1 + cot^2).                                               */
#define MAX_ORDER 100
static double cot_derivative(double c, int n)
{
    double p[MAX_ORDER + 3] = {0, 1}, q[MAX_ORDER + 3];
    for (int order = 0; order < n; order++) {
        int degree = order + 1;
        for (int k = 0; k <= degree + 1; k++) q[k] = 0;
        for (int k = 1; k <= degree; k++) {
            q[k - 1] -= k * p[k];
            q[k + 1] -= k * p[k];
        }
        for (int k = 0; k <= degree + 1; k++) p[k] = q[k];
    }
    double value = 0;
    for (int k = n + 1; k >= 0; k--) value = value * c + p[k];
    return value;
}

double sf_polygamma(double x, double order)
{
    if (x != x || order != order) return x + order;
    if (order < 0 || order != floor(order) || order > MAX_ORDER) return NAN;
    int n = (int)order;
    if (n == 0) return x == 0 ? NAN : sf_digamma(x); /* as R's, at 0 */
    if (is_pole(x)) return n % 2 ? INFINITY : NAN;
    if (x == INFINITY) return 0;
    double scale = tgamma(n + 1.0);
    if (x > 0) {
        double value = scale * polygamma_positive(x, n);
        return isinf(value) ? NAN : n % 2 ? value : -value; /* as R's */
    }
    /* reflection, A&S 6.4.7; (-1)^n (-1)^(n+1) = -1 */
    return -scale * polygamma_positive(1 - x, n) - pow(pi, n + 1) * cot_derivative(cot_pi(x), n);
}

/* As R's: not a number at 0, where it has no limit. */
double sf_gamma(double x) { return is_pole(x) ? NAN : tgamma(x); }
double sf_lgamma(double x) { return is_pole(x) ? INFINITY : lgamma(x); }

/* ---- Bessel function I_n: A&S 9.6.10 (all terms positive), and 9.7.1 for large x ---- */

double sf_besseli(double x, double order)
{
    if (x != x || order != order) return x + order;
    double n = fabs(order);
    if (n != floor(n)) return NAN;
    double size = fabs(x), sign = x < 0 && fmod(n, 2) == 1 ? -1 : 1;
    if (size == INFINITY) return sign * size;
    double sum = 1, term = 1;
    if (size > 30 && n * n < size) {
        double mu = 4 * n * n;
        for (int k = 1; k < 100 && fabs(term) > DBL_EPSILON / 8; k++) {
            term *= -(mu - (2.0 * k - 1) * (2.0 * k - 1)) / (8 * k * size);
            sum += term;
        }
        double root = exp(size / 2);
        return sign * (root / sqrt(2 * pi * size) * sum * root);
    }
    double quarter = size * size / 4;
    for (int k = 1; k < 10000 && term > DBL_EPSILON / 8 * sum; k++) {
        term *= quarter / (k * (n + k));
        sum += term;
    }
    double leading = n == 0 ? 1 : exp(n * log(size / 2) - lgamma(n + 1));
    if (n > 0 && n < 20) leading = pow(size / 2, n) / tgamma(n + 1);
    return sign * leading * sum;
}

/* ---- inverse of erf: Winitzki's approximation (2008), then Halley's steps ---- */

double sf_erfinv(double x)
{
    if (!(fabs(x) < 1)) return fabs(x) == 1 ? x * INFINITY : NAN;
    double size = fabs(x);
    if (size < 1e-8) return x * (sqrt(pi) / 2);
    double a = 0.147, l = log1p(-size * size), t = 2 / (pi * a) + l / 2;
    double y = sqrt(sqrt(t * t - l / a) - t);
    for (int k = 0; k < 3; k++) {
        double error = size < 0.5 ? erf(y) - size : (1 - size) - erfc(y);
        double step = error * (sqrt(pi) / 2) * exp(y * y);
        y -= step / (1 + y * step);
    }
    return x < 0 ? -y : y;
}

/* ---- sinc ---- */

/* With t = pi x, f_n(t) the derivative of order n of sin(t)/t: from
 * t f_n + n f_(n-1) = sin^(n)(t), or near 0 by its Taylor series.             */
double sf_sinc(double x, double order)
{
    if (order < 0 || order != floor(order) || order > MAX_ORDER || x != x) return NAN;
    int n = (int)order;
    double t = pi * x, value = 0;
    if (fabs(t) >= fmax(n, 2)) {
        double s = sin(t), c = cos(t);
        const double cycle[4] = {s, c, -s, -c};
        value = s / t;
        for (int k = 1; k <= n; k++) value = (cycle[k % 4] - k * value) / t;
    } else {
        int k = (n + 1) / 2;
        double term = (k % 2 ? -1 : 1) * (n % 2 ? t : 1);
        for (; k < 100; k++) {
            value += term / (2 * k + 1);
            double next = 2.0 * k - n;
            term *= -t * t / ((next + 1) * (next + 2));
            if (fabs(term) < DBL_EPSILON / 8 * fabs(value)) break;
        }
    }
    return pow(pi, n) * value;
}
