/* Loader, C. (2000) "Fast and accurate computation of binomial probabilities". Formula numbers
 * are those of Abramowitz and Stegun (1964), "A&S".                            */
#include "ops/stirling.h"
#include "ops/missing.h"
#include "ops/r_arithmetic.h"
#include "ops/special.h"

#include <float.h>
#include <math.h>

/* ---- logarithms and exponentials less their first terms ---- */

/* By log(1 + x) = 2 artanh(r), r = x / (2 + x) (A&S 4.1.27). */
double sf_log1pmx(double x)
{
    if (!(fabs(x) < 0.25)) return el_log1p(x) - x;
    double r = x / (2 + x), y = r * r;
    double a = 1.0 / 15 + y * (1.0 / 17 + y * (1.0 / 19 + y * (1.0 / 21 + y * (1.0 / 23))));
    double b = 1.0 / 7 + y * (1.0 / 9 + y * (1.0 / 11 + y * (1.0 / 13 + y * a)));
    return r * (2 * y * (1.0 / 3 + y * (1.0 / 5 + y * b)) - x);
}

double sf_expm1mx(double x)
{
    if (!(fabs(x) < 0.7)) return expm1(x) - x;
    double term = x * x / 2, sum = 0;
    for (int k = 3; k < 30 && fabs(term) > DBL_EPSILON / 8 * fabs(sum); k++) {
        sum += term;
        term *= x / k;
    }
    return sum;
}

double sf_log1p_gap(double x)
{
    double part = isinf(x) ? 1 : x / (1 + x);
    return x < 1 ? -sf_log1pmx(-part) : log1p(x) - part;
}

double sf_log_ratio(double x, double z)
{
    double difference = (x - z) / z;
    if (fabs(difference) < 0.5) return el_log1p(difference);
    double ratio = x / z;
    return ratio > DBL_MIN && ratio < DBL_MAX ? el_log(ratio) : log(x) - log(z);
}

double sf_ratio_gap(double x, double n, double m)
{
    double excess = (x - m) / (m + n);
    if (excess > -0.5) return sf_log1pmx(excess);
    return sf_log_ratio(x + n, m + n) - excess;
}

/* ---- the error of Stirling's formula ---- */

/* at 0, 1/2, 1, 3/2, ... */
#define N_HALVES 31
static const double error_at_halves[N_HALVES] = {0.0,
                                                 0.15342640972002734529,
                                                 0.08106146679532725822,
                                                 0.054814121051917653896,
                                                 0.041340695955409294094,
                                                 0.033162873519936287485,
                                                 0.027677925684998339149,
                                                 0.023746163656297495971,
                                                 0.020790672103765093112,
                                                 0.018488450532673185231,
                                                 0.016644691189821192163,
                                                 0.015134973221917378874,
                                                 0.013876128823070747999,
                                                 0.012810465242920226924,
                                                 0.011896709945891770095,
                                                 0.011104559758206917327,
                                                 0.010411265261972096497,
                                                 0.0097994161261588032984,
                                                 0.0092554621827127329177,
                                                 0.008768700134139385463,
                                                 0.0083305634333628712565,
                                                 0.0079341145643140205472,
                                                 0.007573675487951840795,
                                                 0.0072445543013203831795,
                                                 0.0069428401072095298657,
                                                 0.0066652470327076824424,
                                                 0.0064089941880042070684,
                                                 0.0061717122630394576475,
                                                 0.0059513701127588477356,
                                                 0.005746216513010115682,
                                                 0.005554733551962801371};

/* A&S 6.1.41 */
static double error_series(double n)
{
    double inverse = 1 / n, square = inverse * inverse, sum = 0;
    for (int k = n > 30 ? 5 : 8; k > 0; k--)
        sum = sum * square + sf_bernoulli[k - 1] / (2.0 * k * (2 * k - 1));
    return sum * inverse;
}

double sf_stirling_error(double n)
{
    if (n > 15) return error_series(n);
    double twice = n + n;
    if (twice >= 0 && twice == floor(twice)) return error_at_halves[(int)twice];
    if (n >= 10) return error_series(n);
    return lgamma(n + 1) - (n + 0.5) * log(n) + n - LOG_ROOT_2PI;
}

/* From where the series of order k is exact to rounding. */
static double first_far(double k) { return 10 + k; }

static double factorial(double k)
{
    double product = 1;
    for (; k > 1; k--) product *= k;
    return product;
}
static int is_even(double k) { return fmod(k, 2) == 0; }

/* A power of n to whole exponents, or the difference of such powers of n + x and of n: (u, d) are
 * u = n^-m and d = (n + x)^-m - n^-m; both are carried along, so that no digits are lost.  */
typedef struct {
    double u, d;
} power;
static power times(power a, power b) { return (power){a.u * b.u, a.d * (b.u + b.d) + a.u * b.d}; }
static power inverse_of(double n, double x)
{
    double inverse = 1 / n;
    return (power){inverse, -x / (n + x) * inverse};
}
static power to_the(power base, double m)
{
    power result = {1, 0};
    for (; m > 0; m--) result = times(result, base);
    return result;
}

/* Of the derivative of order k of digamma(n) - log(n) (A&S 6.3.18), at n and how it changes. */
static power far_series(power inverse, double k)
{
    power p = to_the(inverse, k + 1), square = times(inverse, inverse);
    double rising = 1, half = 0.5 * factorial(k);
    power sum = {half * p.u, half * p.d};
    for (int i = 0; i < k; i++) rising *= 2 + i; /* (2j)_k */
    p = times(p, inverse);
    for (int j = 1; j <= 9; j++, p = times(p, square)) {
        double m = 2 * j, c = sf_bernoulli[j - 1] / m * rising;
        sum.u += c * p.u;
        sum.d += c * p.d;
        if (fabs(c * p.u) < DBL_EPSILON / 16 * sum.u) break;
        rising *= (m + k) * (m + k + 1) / (m * (m + 1));
    }
    return is_even(k) ? (power){-sum.u, -sum.d} : sum;
}

/* Derivative of order k > 0 of log(n), and how it changes. */
static power log_derivative(power inverse, double k)
{
    double c = is_even(k) ? -factorial(k - 1) : factorial(k - 1);
    power p = to_the(inverse, k);
    return (power){c * p.u, c * p.d};
}

double sf_stirling(double n, double k)
{
    if (n != n || k != k) return n + k;
    if (n < 0) return NAN;
    if (n == INFINITY) return 0;
    if (n == 0) return is_even(k) ? -INFINITY : INFINITY;
    power inverse = inverse_of(n, 0);
    if (n >= first_far(k)) return far_series(inverse, k).u;
    return sf_polygamma(n, k) - (k == 0 ? log(n) : log_derivative(inverse, k).u);
}

/* By the recurrence of digamma (A&S 6.4.6), whose terms all have one sign, up to where the series
 * serves. */
double sf_stirling_change(double x, double n, double k)
{
    if (x != x || n != n || k != k) return x + n + k;
    if (n < 0 || x < 0) return NAN;
    if (n == INFINITY || x == 0) return 0;
    if (n == 0 || x == INFINITY) return sf_stirling(n + x, k) - sf_stirling(n, k);
    if (k == 0 && n < first_far(0) && x <= 12 && x == floor(x)) {
        double sum = 0;
        for (double j = 0; j < x; j++) sum += 1 / (n + j);
        return sum - el_log1p(x / n);
    }
    double steps = 0, at = n;
    for (; at < first_far(k); at++) steps += to_the(inverse_of(at, x), k + 1).d;
    power last = inverse_of(at, x);
    double change = far_series(last, k).d;
    if (at == n) return change;
    double psi = (is_even(k) ? -factorial(k) : factorial(k)) * steps + change;
    if (k == 0) return psi + el_log1p(x / at) - el_log1p(x / n);
    return psi + log_derivative(last, k).d - log_derivative(inverse_of(n, x), k).d;
}

/* ---- deviance ---- */

double sf_deviance(double x, double m)
{
    if (!isfinite(x) || !isfinite(m) || m == 0) return NAN;
    double excess = (m - x) / x;
    if (fabs(excess) < 0.25) return -x * sf_log1pmx(excess);
    return x == 0 ? m : x * el_log(x / m) + m - x;
}

/* ---- beta function ---- */

double sf_lbeta(double a, double b)
{
    if (a != a || b != b) return missing(a, b, 0);
    double p = a < b ? a : b, q = a < b ? b : a, sum = p + q;
    if (p < 0) return NAN;
    if (p == 0) return INFINITY;
    if (q == INFINITY) return -INFINITY;
    if (q < 10) {
        if (p < 1e-306) return lgamma(p) + (lgamma(q) - lgamma(sum));
        return log(tgamma(p) * (tgamma(q) / tgamma(sum)));
    }
    double correction = sf_stirling_error(q) - sf_stirling_error(sum);
    double rest = log1p(-p / sum);
    if (p < 10) return lgamma(p) + correction + p - p * log(sum) + (q - 0.5) * rest;
    correction += sf_stirling_error(p);
    return -0.5 * log(q) + LOG_ROOT_2PI + correction + (p - 0.5) * log(p / sum) + q * rest;
}

/* ---- binomial coefficients: k is rounded, n may be any number ---- */

#define FEW 30 /* factors are multiplied */

static int is_odd(double k) { return fabs(k - 2 * floor(k / 2)) == 1; }
/* As R has it: but for rounding. */
static int is_near_whole(double x) { return fabs(x - nearbyint(x)) <= 1e-7 * fmax(1, fabs(x)); }

static double lchoose_many(double n, double k) { return -log(n + 1) - sf_lbeta(n - k + 1, k + 1); }
/* For 0 <= n < k - 1, with the reflection of gamma(n - k + 1), whose sign is left out. */
static double lchoose_beyond(double n, double k)
{
    return sf_lbeta(n + 1, k - n) + log(fabs(r_sinpi(n)) / 3.14159265358979323846);
}
static double gamma_sign(double x) { return x > 0 || fmod(floor(x), 2) == 0 ? 1 : -1; }

double sf_lchoose(double n, double k)
{
    k = nearbyint(k);
    if (n != n || k != k) return missing(n, k, 0);
    if (k < 0) return -INFINITY;
    if (k == 0) return 0;
    if (k == 1) return log(fabs(n));
    if (n < 0) return sf_lchoose(k - n - 1, k);
    if (is_near_whole(n)) {
        n = nearbyint(n);
        if (n < k) return -INFINITY;
        return n - k < 2 ? sf_lchoose(n, n - k) : lchoose_many(n, k);
    }
    return n < k - 1 ? lchoose_beyond(n, k) : lchoose_many(n, k);
}

static double choose_few(double n, double k)
{
    if (n - k < k && n - k >= 0 && is_near_whole(n)) k = nearbyint(n - k);
    if (k < 0) return 0;
    double product = k == 0 ? 1 : n, factor = n;
    for (int j = 2; j <= k; j++) product *= --factor / j;
    return is_near_whole(n) ? nearbyint(product) : product;
}

static double choose(double n, double k)
{
    if (k < FEW) return choose_few(n, k);
    if (n < 0) return is_odd(k) ? -choose(k - n - 1, k) : choose(k - n - 1, k);
    if (is_near_whole(n)) {
        n = nearbyint(n);
        if (n < k) return 0;
        return n - k < FEW ? choose(n, n - k) : nearbyint(exp(lchoose_many(n, k)));
    }
    if (n < k - 1) return gamma_sign(n - k + 1) * exp(lchoose_beyond(n, k));
    return exp(lchoose_many(n, k));
}

/* Of the product of k factors (n - j + 1) / j, its derivatives up to order m, by Leibniz. */
#define MOST_ORDER 8
static double product_derivative(double n, double k, int m)
{
    double d[MOST_ORDER + 1] = {1};
    for (int j = 1; j <= k; j++)
        for (int i = m; i >= 0; i--) d[i] = (d[i] * (n - j + 1) + (i ? i * d[i - 1] : 0)) / j;
    return d[m];
}

double sf_choose(double n, double k, double m)
{
    k = nearbyint(k);
    if (n != n || k != k) return missing(n, k, 0);
    if (m == 0) return choose(n, k);
    if (k <= 0) return 0;
    if (k <= 1000 && m <= MOST_ORDER) return product_derivative(n, k, (int)m);
    if (!(n >= k) || m > 2) return NAN;
    /* the sum of 1 / (n - j) over the factors, and its derivative */
    double slope = log1p(k / (n - k + 1)) + sf_stirling_change(k, n - k + 1, 0);
    double value = choose(n, k);
    if (m == 1) return value * slope;
    return value * (slope * slope + sf_polygamma(n + 1, 1) - sf_polygamma(n - k + 1, 1));
}
