/* A tail is the integral of a density f, and its derivative with respect to a parameter that of
 * f times the derivative D of log f: their quotient is the mean of D over the tail. The integral
 * starts at x, in the direction of the smaller tail, where the integrand e^g only falls, and runs
 * over the logarithm of the variable (gamma) or of its odds (beta, t), in which g is concave:
 * double exponential quadrature for half lines, Takahasi and Mori (1974). Near 0, power series. */
#include "ops/tails.h"
#include "ops/library.h"
#include "ops/special.h"
#include "ops/stirling.h"

#include <float.h>
#include <math.h>

static double trigamma(double x) { return sf_polygamma(x, 1); }
/* From n to n + x. */
static double digamma_change(double x, double n)
{
    return log1p(x / n) + sf_stirling_change(x, n, 0);
}
static double trigamma_change(double x, double n)
{
    return sf_stirling_change(x, n, 1) - x / n / (n + x);
}

/* ---- the mean of w over v > 0 with weights e^g ---- */

typedef struct {
    double x, y; /* y: 1 - x (beta, t) */
    double a, b;
    double sign; /* of v, in which direction the tail lies */
    /* of log f in a and b: the derivatives where x is, less the pole 1 / a that the gamma function
     * has near 0, and the second ones, plus its square: small shapes would cancel    */
    double slope_a, slope_b, pole_a, pole_b, curve_aa, curve_ab, curve_bb;
    double odds; /* logarithm of x^2 / df (t) */
    int i, j;
} tail;
typedef double (*integrand)(const tail *t, double v, double *w);

/* Where g is about -1, from a guess. */
static double find_scale(integrand g, const tail *t, double guess)
{
    double w;
    for (int k = 0; k < 200 && g(t, guess, &w) < -2; k++) guess /= 2;
    for (int k = 0; k < 200 && g(t, guess, &w) > -0.5; k++) guess *= 2;
    return guess;
}

/* At v = scale e^(u - e^-u), for equidistant u, half as far apart each time until the mean does
 * not change: the error is squared each time, and so far below the last change. */
#define FROM (-4.5)
#define TO 4.0
#define FIRST_NODES 32
#define MOST_NODES 4096
static double mean_over(integrand g, const tail *t, double guess)
{
    double scale = find_scale(g, t, guess), total = 0, weighted = 0, size = 0, mean = NAN;
    for (int n = FIRST_NODES; n <= MOST_NODES; n *= 2) {
        int first = n > FIRST_NODES, step = n > FIRST_NODES ? 2 : 1;
        for (int k = first; k <= n; k += step) {
            double u = FROM + k * (TO - FROM) / n, v = scale * exp(u - exp(-u)), w;
            double weight = v * (1 + exp(-u)) * exp(g(t, v, &w));
            if (!(weight > 0)) continue;
            total += weight;
            weighted += weight * w;
            size += weight * fabs(w);
        }
        double before = mean;
        mean = weighted / total;
        if (fabs(mean - before) <= 1e-8 * size / total) break;
    }
    return mean;
}

/* Where -s v - c v^2 / 2 is -1. */
static double scale_of(double s, double c) { return 2 / (s + sqrt(s * s + 2 * c)); }

/* Of the other tail, when r is that of the tail of probability p. */
static double other_tail(double r, double p, double rest) { return p == 0 ? 0 : -r * p / rest; }

/* From the derivatives of log f, less their poles, what the orders i, j choose. */
static double weight_of(const tail *t, double a, double b)
{
    if (t->i == 2) return a * (a + 2 * t->pole_a) + t->curve_aa;
    if (t->j == 2) return b * (b + 2 * t->pole_b) + t->curve_bb;
    a += t->pole_a;
    b += t->pole_b;
    if (t->i == 1 && t->j == 1) return a * b + t->curve_ab;
    return t->i == 1 ? a : b;
}

/* ---- gamma ---- */

static double gamma_integrand(const tail *t, double v, double *w)
{
    double step = t->sign * v;
    *w = weight_of(t, t->slope_a + step, 0);
    return (t->a - t->x) * step - t->x * sf_expm1mx(step);
}

/* Of the lower tail: x^a e^-x / gamma(a + 1) times the sum of x^n / (a + 1)_n. */
static double gamma_series(double x, double a, int k)
{
    double term = 1, sum = 0, first = 0, second = 0, slope = 0, curve = 0;
    for (int n = 1; n < 1000; n++) {
        sum += term;
        first += term * slope;
        second += term * (slope * slope + curve);
        if (term < DBL_EPSILON / 64 * sum) break;
        double c = 1 / (a + n);
        term *= x * c;
        slope -= c;
        curve += c * c;
    }
    double d = log(x) - sf_digamma(a + 1);
    if (k == 1) return d + first / sum;
    return d * d - trigamma(a + 1) + (2 * d * first + second) / sum;
}

double tail_gamma(double x, double a, int k, int upper)
{
    const gt_library *l = gt_library_in_use();
    if (x != x || a != a) return x + a;
    if (!l || !(a > 0) || a == INFINITY) return NAN;
    if (x <= 0 || x == INFINITY) return 0;
    int of_lower = x <= a || x <= 1;
    double r;
    if (x <= 1) {
        r = gamma_series(x, a, k);
    } else {
        tail t = {.x = x, .a = a, .i = k, .sign = of_lower ? -1 : 1};
        if (a < 1) {
            t.pole_a = 1 / a;
            t.slope_a = log(x) - sf_digamma(1 + a);
            t.curve_aa = -trigamma(1 + a);
        } else {
            t.slope_a = sf_log_ratio(x, a) - sf_stirling(a, 0);
            t.curve_aa = -trigamma(a);
        }
        r = mean_over(gamma_integrand, &t, scale_of(fabs(a - x), x));
    }
    if (of_lower == !upper) return r;
    double p = l->p_gamma(x, a, 1, of_lower, 0);
    return other_tail(r, p, l->p_gamma(x, a, 1, !of_lower, 0));
}

/* ---- beta: the odds of the variable are those of x times e^(sign v) ---- */

/* log(1 + x (e^step - 1)): by what 1 - x shrinks */
static double shrinking(const tail *t, double step)
{
    double change = t->x * expm1(step);
    if (change > -0.5 && change < 1) return log1p(change);
    return step > 0 ? step + log(t->x + t->y * exp(-step)) : log(t->y + t->x * exp(step));
}

static double beta_exponent(const tail *t, double step, double *shrunk)
{
    double n = t->a + t->b;
    *shrunk = shrinking(t, step);
    if (fabs(step) >= 1) return t->a * step - n * *shrunk;
    double curved = t->x * sf_expm1mx(step) + sf_log1pmx(t->x * expm1(step));
    return (t->a - n * t->x) * step - n * curved;
}

static double beta_integrand(const tail *t, double v, double *w)
{
    double shrunk, step = t->sign * v, g = beta_exponent(t, step, &shrunk);
    *w = weight_of(t, t->slope_a + step - shrunk, t->slope_b - shrunk);
    return g;
}

/* Of the lower tail: x^a / (a B(a, b)) times 1 + a sum of (1 - b)_n / n! x^n / (a + n), with the
 * derivatives of the sum. */
typedef struct {
    double sum, a, b, aa, ab, bb;
} series;
static series beta_series(double x, double a, double b)
{
    series s = {.sum = 1};
    double c = 1, first = 0, second = 0; /* the coefficient, and its derivatives in b */
    for (int n = 1; n < 2000; n++) {
        double up = x / n, down = 1 / (a + n), part = n * down * down;
        second = (second * (n - b) - 2 * first) * up;
        first = (first * (n - b) - c) * up;
        c *= (n - b) * up;
        s.sum += a * c * down;
        s.a += c * part;
        s.b += a * first * down;
        s.aa -= 2 * c * part * down;
        s.ab += first * part;
        s.bb += a * second * down;
        if (n > b && fabs(c) + fabs(first) + fabs(second) < DBL_EPSILON / 256) break;
    }
    return s;
}

static double beta_near_zero(double x, double a, double b, int i, int j)
{
    series s = beta_series(x, a, b);
    double da = log(x) + digamma_change(b, a) - 1 / a, db = digamma_change(a, b);
    if (a < 1) da = log(x) - sf_digamma(1 + a) + sf_digamma(a + b);
    if (i == 2) return da * da - trigamma(a + 1) + trigamma(a + b) + (2 * da * s.a + s.aa) / s.sum;
    if (j == 2) return db * db + trigamma_change(a, b) + (2 * db * s.b + s.bb) / s.sum;
    if (i == 1 && j == 1) return da * db + trigamma(a + b) + (da * s.b + db * s.a + s.ab) / s.sum;
    return i == 1 ? da + s.a / s.sum : db + s.b / s.sum;
}

/* The derivative in the first shape, and its pole. */
static double beta_slope(double x, double a, double b, double *pole)
{
    *pole = a < 1 ? 1 / a : 0;
    if (a < 1) return log(x) - sf_digamma(1 + a) + sf_digamma(a + b);
    return sf_log_ratio(x * (a + b), a) + sf_stirling_change(b, a, 0);
}
static double beta_curve(double a, double b)
{
    return a < 1 ? trigamma(a + b) - trigamma(1 + a) : trigamma_change(b, a);
}

static double scale_of_beta(const tail *t)
{
    double n = t->a + t->b;
    return scale_of(fabs(t->a - n * t->x), n * t->x * t->y);
}

double tail_beta(double x, double a, double b, int i, int j, int upper)
{
    const gt_library *l = gt_library_in_use();
    if (x != x || a != a || b != b) return x + a + b;
    if (!l || !(a > 0 && b > 0) || a == INFINITY || b == INFINITY) return NAN;
    if (x <= 0 || x >= 1) return 0;
    if (x > 0.5) return tail_beta(1 - x, b, a, j, i, !upper);
    tail t = {.x = x, .y = 1 - x, .a = a, .b = b, .i = i, .j = j};
    int is_near = b * x <= 0.7, of_lower = is_near || x <= a / (a + b);
    double r;
    if (is_near) {
        r = beta_near_zero(x, a, b, i, j);
    } else {
        t.sign = of_lower ? -1 : 1;
        t.slope_a = beta_slope(x, a, b, &t.pole_a);
        t.slope_b = beta_slope(t.y, b, a, &t.pole_b);
        t.curve_aa = beta_curve(a, b);
        t.curve_ab = trigamma(a + b);
        t.curve_bb = beta_curve(b, a);
        r = mean_over(beta_integrand, &t, scale_of_beta(&t));
    }
    if (of_lower == !upper) return r;
    double p = l->p_beta(x, a, b, of_lower, 0);
    return other_tail(r, p, l->p_beta(x, a, b, !of_lower, 0));
}

/* ---- t: x^2 / (df + x^2) has a beta distribution with the shapes 1/2 and df / 2 ---- */

/* Of log f at the logarithm of x^2 / df: see gt_t_slope(). */
static double t_integrand(const tail *t, double v, double *w)
{
    double shrunk, step = t->sign * v, g = beta_exponent(t, step, &shrunk);
    double n = 2 * t->b, l = t->odds + step, odds = exp(l), part = 1 / (1 + exp(-l));
    double gap = odds < 1e8 ? sf_log1p_gap(odds) : l - part;
    double d = 0.5 * (t->slope_b - gap + part / n);
    /* of d with respect to n, at a fixed value of the variable: odds = x^2 / n */
    double curve = 0.5 * (t->curve_bb + part * (part - 1 / n - (1 - part) / n) / n);
    *w = t->i == 1 ? d : d * d + curve;
    return g;
}

/* With few degrees of freedom and y = n / (n + x^2) at most 1/2, of the far tail, which is half the
 * lower one of y with the shapes n / 2 and 1/2; `through` is what comes from dy / dn.  */
static double tail_t_series(double square, double n, int k)
{
    double a = n / 2, y = 1 / (1 + square / n), rest = 1 / (1 + n / square);
    series s = beta_series(y, a, 0.5);
    double shape = beta_near_zero(y, a, 0.5, 1, 0), through = 0.5 * sqrt(rest) / s.sum;
    double first = 0.5 * shape + through;
    if (k == 1) return first;
    double pole, slope = beta_slope(y, a, 0.5, &pole) + pole;
    double shape_slope = 0.5 * (beta_near_zero(y, a, 0.5, 2, 0) - shape * shape);
    double through_slope = 0.5 * (rest - y / n - s.a / s.sum) - through;
    return first * first + 0.5 * (shape_slope + through * (slope - shape)) +
           through * through_slope;
}

static double tail_t_of(double size, double n, int k, int *is_central)
{
    double square = size * size;
    *is_central = 0;
    if (n < 1 && square >= n) return tail_t_series(square, n, k);
    tail t = {.x = 1 / (1 + n / square), .y = 1 / (1 + square / n), .a = 0.5, .b = n / 2, .i = k};
    *is_central = size <= 1;
    t.sign = *is_central ? -1 : 1;
    t.odds = 2 * log(size) - log(n);
    t.slope_b = sf_log1pmx(1 / n) + sf_stirling_change(0.5, n / 2, 0);
    t.curve_bb = 1 / (n * n * (n + 1)) + 0.5 * sf_stirling_change(0.5, n / 2, 1);
    return mean_over(t_integrand, &t, scale_of_beta(&t));
}

double tail_t(double x, double n, int k, int upper)
{
    const gt_library *l = gt_library_in_use();
    if (x != x || n != n) return x + n;
    if (!l || !(n > 0)) return NAN;
    if (n == INFINITY || x == 0 || fabs(x) == INFINITY) return 0;
    int is_central, is_far = (x > 0) == upper;
    double r = tail_t_of(fabs(x), n, k, &is_central);
    double far = l->p_t(fabs(x), n, 0, 0), near = 1 - far;
    /* from 0 to |x| there is 1/2 less what is beyond */
    double beyond = is_central ? -r * (0.5 - far) : r * far;
    return is_far ? beyond / far : -beyond / near;
}
