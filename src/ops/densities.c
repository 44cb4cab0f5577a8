/* Densities in Loader's saddle-point form: Loader, C. (2000) "Fast and accurate computation of
 * binomial probabilities". With large parameters, differences of lgamma() would leave no digits. */
#include "ops/densities.h"

#include <math.h>

#define LOG_2PI 1.83787706640934548356

/* A count that has a probability. */
static int is_count(double x) { return is_whole(x) && x >= 0 && isfinite(x); }

/* ---- Poisson and binomial probabilities of arguments that need not be whole ---- */

static double raw_poisson(double x, double mean)
{
    if (mean == 0) return x == 0 ? 0 : -INFINITY;
    if (!isfinite(mean) || x < 0) return -INFINITY;
    if (x <= mean * DBL_MIN) return -mean;
    if (mean < x * DBL_MIN) return isfinite(x) ? -mean + x * log(mean) - lgamma(x + 1) : -INFINITY;
    return -0.5 * (LOG_2PI + el_log(x)) - sf_stirling_error(x) - sf_deviance(x, mean);
}

/* q = 1 - p, where p is near 1 as exact as one can have it */
static double raw_binomial(double x, double n, double p, double q)
{
    if (p == 0) return x == 0 ? 0 : -INFINITY;
    if (q == 0) return x == n ? 0 : -INFINITY;
    if (x == 0) {
        if (n == 0) return 0;
        return p < 0.1 ? -sf_deviance(n, n * q) - n * p : n * log(q);
    }
    if (x == n) return q < 0.1 ? -sf_deviance(n, n * p) - n * q : n * log(p);
    if (x < 0 || x > n) return -INFINITY;
    double c = sf_stirling_error(n) - sf_stirling_error(x) - sf_stirling_error(n - x) -
               sf_deviance(x, n * p) - sf_deviance(n - x, n * q);
    return c - 0.5 * (LOG_2PI + log(x) + log1p(-x / n));
}

/* ---- continuous distributions ---- */

double gamma_constant(double shape, double scale)
{
    if (!(shape > 0 && scale > 0) || shape == INFINITY) return 0;
    double m = shape < 1 ? shape : shape - 1;
    double c = m > 0 ? -0.5 * (LOG_2PI + log(m)) - sf_stirling_error(m) : 0;
    return c + (shape < 1 ? log(shape) : -log(scale));
}

double pois_constant(double x)
{
    double n = rounded(x);
    return n > 0 && n < INFINITY ? -0.5 * (LOG_2PI + log(n)) - sf_stirling_error(n) : 0;
}

double binom_constant(double x, double n)
{
    double k = rounded(x), m = rounded(n);
    if (!(k > 0 && k < m && m < INFINITY)) return 0;
    return sf_stirling_error(m) - sf_stirling_error(k) - sf_stirling_error(m - k) -
           0.5 * (LOG_2PI + log(k) + log1p(-k / m));
}

/* All at one point, or at both ends. */
static double ld_beta_limit(double x, double a, double b)
{
    int holds;
    if (a == 0 && b == 0) holds = x == 0 || x == 1;
    else if (a == 0 || a / b == 0) holds = x == 0;
    else if (b == 0 || b / a == 0) holds = x == 1;
    else holds = x == 0.5;
    return holds ? INFINITY : -INFINITY;
}

ld_beta ld_beta_of(double a, double b)
{
    ld_beta p = {.z = a, .w = b};
    if (a <= 2 || b <= 2) {
        p.constant = -sf_lbeta(a, b);
    } else {
        double n = a + b - 2;
        p.constant = log(a + b - 1) + sf_stirling_error(n) - sf_stirling_error(a - 1) -
                     sf_stirling_error(b - 1) - 0.5 * (LOG_2PI + log(a - 1) + log1p(-(a - 1) / n));
    }
    return p;
}

double ld_beta_at(const ld_beta *p, double x)
{
    double a = p->z, b = p->w;
    if (x != x || a != a || b != b) return missing(x, a, b);
    if (a < 0 || b < 0) return NAN;
    if (x < 0 || x > 1) return -INFINITY;
    if (a == 0 || b == 0 || !isfinite(a) || !isfinite(b)) return ld_beta_limit(x, a, b);
    if (x == 0) return a > 1 ? -INFINITY : a < 1 ? INFINITY : log(b);
    if (x == 1) return b > 1 ? -INFINITY : b < 1 ? INFINITY : log(a);
    if (a <= 2 || b <= 2) return (a - 1) * el_log(x) + (b - 1) * el_log1p(-x) + p->constant;
    double n = a + b - 2;
    return p->constant - sf_deviance(a - 1, n * x) - sf_deviance(n - (a - 1), n * (1 - x));
}

ld_t ld_t_of(double n)
{
    ld_t p = {.z = n};
    p.constant = -sf_deviance(n / 2, (n + 1) / 2) + sf_stirling_error((n + 1) / 2) -
                 sf_stirling_error(n / 2) - LOG_ROOT_2PI;
    return p;
}

double ld_t_at(const ld_t *p, double x)
{
    double n = p->z;
    if (x != x || n != n) return missing(x, n, 0);
    if (n <= 0) return NAN;
    if (!isfinite(x)) return -INFINITY;
    if (!isfinite(n)) return ld_norm(x, 0, 1);
    double odds = x * x / n, half_log, tail;
    if (odds > 1 / DBL_EPSILON) half_log = log(fabs(x)) - log(n) / 2;
    else half_log = el_log1p(odds) / 2;
    if (odds > 0.2) tail = n * half_log;
    else tail = -sf_deviance(n / 2, (n + x * x) / 2) + x * x / 2;
    return p->constant - tail - half_log;
}

double ld_f(double x, double m, double n)
{
    if (x != x || m != m || n != n) return missing(x, m, n);
    if (m <= 0 || n <= 0) return NAN;
    if (x < 0) return -INFINITY;
    if (x == 0) return m > 2 ? -INFINITY : m == 2 ? 0 : INFINITY;
    if (!isfinite(m) && !isfinite(n)) return x == 1 ? INFINITY : -INFINITY;
    if (!isfinite(n)) return ld_gamma(x, m / 2, 2 / m);
    if (m > 1e14) return ld_gamma(1 / x, n / 2, 2 / n) - 2 * log(x);
    double f = 1 / (n + x * m), q = n * f, p = x * m * f;
    if (m >= 2) return log(m * q / 2) + raw_binomial((m - 2) / 2, (m + n - 2) / 2, p, q);
    return log(m * m * q / (2 * p * (m + n))) + raw_binomial(m / 2, (m + n) / 2, p, q);
}

double ld_cauchy(double x, double location, double scale)
{
    if (x != x || location != location || scale != scale) return missing(x, location, scale);
    if (scale <= 0) return NAN;
    double z = (x - location) / scale;
    return -log(3.14159265358979323846 * scale * (1 + z * z));
}

double ld_logis(double x, double location, double scale)
{
    if (x != x || location != location || scale != scale) return missing(x, location, scale);
    if (scale <= 0) return NAN;
    double z = fabs((x - location) / scale), more = 1 + exp(-z);
    return -(z + log(scale * more * more));
}

/* As products of powers, whose overflow R's function has too. */
double ld_weibull(double x, double shape, double scale)
{
    if (x != x || shape != shape || scale != scale) return missing(x, shape, scale);
    if (shape <= 0 || scale <= 0) return NAN;
    if (x < 0 || !isfinite(x)) return -INFINITY;
    if (x == 0 && shape < 1) return INFINITY;
    double z = x / scale, power = pow(z, shape - 1);
    double factor = shape * power / scale;
    if (isinf(factor) && !isinf(power)) return -power * z + log(shape * power) - log(scale);
    return -power * z + log(factor);
}

/* ---- counts ---- */

/* Failures that are few beside the successes: nearly Poisson, as R has it. */
#define FEW_OF 1e-10
static double few_failures(double x, double size, double log_mean)
{
    return x * log_mean - lgamma(x + 1) + log1p(x * (x - 1) / (2 * size));
}

/* The raw binomial probability of `size` in x + size, with the parts that do not depend on x:
 * x > 0 and 0 < size, p, q are finite. */
static double failures(const ld_prepared *prepared, double x, double size, double p, double q)
{
    double n = x + size, rest = n - size; /* (R has it so, rounding included) */
    double c = sf_stirling_error(n) - prepared->first - sf_stirling_error(rest) -
               sf_deviance(size, n * p) - sf_deviance(rest, n * q);
    return el_log(size / n) + c - 0.5 * (LOG_2PI + prepared->second + el_log1p(-size / n));
}
static ld_prepared of_size(double size, double w)
{
    return (ld_prepared){size, w, 0, sf_stirling_error(size), log(size)};
}

ld_nbinom ld_nbinom_of(double size, double p) { return of_size(size, p); }
double ld_nbinom_at(const ld_nbinom *prepared, double x)
{
    double size = prepared->z, p = prepared->w;
    if (x != x || size != size || p != p) return missing(x, size, p);
    if (p <= 0 || p > 1 || size < 0) return NAN;
    if (!is_count(x)) return -INFINITY;
    x = rounded(x);
    if (x == 0) return size == 0 ? 0 : size * log(p);
    if (!isfinite(size)) size = DBL_MAX;
    if (x < FEW_OF * size) return size * log(p) + few_failures(x, size, log(size) + log1p(-p));
    if (size > 0 && p < 1) return failures(prepared, x, size, p, 1 - p);
    return log(size / (size + x)) + raw_binomial(size, x + size, p, 1 - p);
}

ld_nbinom_mu ld_nbinom_mu_of(double size, double mean) { return of_size(size, mean); }
double ld_nbinom_mu_at(const ld_nbinom_mu *prepared, double x)
{
    double size = prepared->z, mean = prepared->w;
    if (x != x || size != size || mean != mean) return missing(x, size, mean);
    if (mean < 0 || size < 0) return NAN;
    if (!is_count(x)) return -INFINITY;
    if (x == 0 && size == 0) return 0;
    x = rounded(x);
    if (!isfinite(size)) return raw_poisson(x, mean);
    double all = size + mean;
    if (x == 0) return size * (size < mean ? log(size / all) : log1p(-mean / all));
    if (x < FEW_OF * size) {
        double l = size < mean ? log(size / (1 + size / mean)) : log(mean / (1 + mean / size));
        return few_failures(x, size, l) - mean;
    }
    double p = size / all, q = mean / all;
    if (p > 0 && q > 0) return failures(prepared, x, size, p, q);
    return log(size / (size + x)) + raw_binomial(size, x + size, p, q);
}

double ld_geom(double x, double p)
{
    if (x != x || p != p) return missing(x, p, 0);
    if (p <= 0 || p > 1) return NAN;
    if (!is_count(x)) return -INFINITY;
    return log(p) + raw_binomial(0, rounded(x), p, 1 - p);
}

double ld_hyper(double x, double white, double black, double drawn)
{
    double all = white + black;
    if (x != x || all != all || drawn != drawn) return missing(missing(x, white, 0), black, drawn);
    if (white < 0 || !is_whole(white) || black < 0 || !is_whole(black)) return NAN;
    if (drawn < 0 || !is_whole(drawn) || drawn > all) return NAN;
    if (x < 0 || !is_whole(x)) return -INFINITY;
    x = rounded(x);
    white = rounded(white);
    black = rounded(black);
    drawn = rounded(drawn);
    if (drawn < x || white < x || drawn - x > black) return -INFINITY;
    if (drawn == 0) return x == 0 ? 0 : -INFINITY;
    double p = drawn / (white + black), q = (white + black - drawn) / (white + black);
    return raw_binomial(x, white, p, q) + raw_binomial(drawn - x, black, p, q) -
           raw_binomial(drawn, white + black, p, q);
}
