#include "solvers/quadratic.h"

#include "core/blas_lapack.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* As LAPACK's own choice. */
enum { BLOCK = 32, VECTORS = 8 };

int64_t gt_quadratic_numbers(int64_t n) { return 2 * n * n + (VECTORS + BLOCK) * n; }

void gt_quadratic_place(gt_quadratic *q, int64_t n, double *numbers)
{
    double **part[VECTORS] = {&q->diagonal,   &q->off, &q->tau, &q->factor,
                              &q->factor_off, &q->b,   &q->p,   &q->v};
    q->n = (int)n;
    q->a = numbers;
    q->cholesky = numbers + n * n;
    for (int k = 0; k < VECTORS; k++) *part[k] = numbers + 2 * n * n + k * n;
    q->work = numbers + 2 * n * n + VECTORS * n;
}

void gt_quadratic_factor(gt_quadratic *q)
{
    const size_t n = (size_t)q->n;
    int info = 1;
    memcpy(q->cholesky, q->a, n * n * sizeof(double));
    if (n) F77_CALL(dpotrf)("L", &q->n, q->cholesky, &q->n, &info FCONE);
    q->is_definite = info == 0;
    q->is_tridiagonal = false;
}

static void make_tridiagonal(gt_quadratic *q)
{
    const int n = q->n;
    int length = BLOCK * n, info;
    const size_t bytes = (size_t)n * sizeof(double);
    if (q->is_tridiagonal) return;
    q->is_tridiagonal = true;
    q->lowest = q->highest = 0;
    if (n == 0) return;
    F77_CALL(dsytrd)
    ("L", &n, q->a, &n, q->diagonal, q->off, q->tau, q->work, &length, &info FCONE);
    memcpy(q->factor, q->diagonal, bytes);
    if (n > 1) memcpy(q->factor_off, q->off, bytes - sizeof(double));
    F77_CALL(dsterf)(&n, q->factor, q->factor_off, &info);
    q->lowest = q->factor[0];
    q->highest = q->factor[n - 1];
}

static double size_of(const gt_quadratic *q) { return fmax(fabs(q->lowest), fabs(q->highest)); }
/* What of an eigenvalue is rounding. */
static double noise(const gt_quadratic *q) { return 8 * q->n * DBL_EPSILON * size_of(q); }

bool gt_quadratic_is_indefinite(gt_quadratic *q)
{
    if (q->is_definite) return false;
    make_tridiagonal(q);
    return q->lowest < -1e-8 * size_of(q);
}

/* v = Q v, or Q'v. */
static void rotate(const gt_quadratic *q, const char *transposed, double *v)
{
    int length = BLOCK * q->n, one = 1, info;
    F77_CALL(dormtr)
    ("L", "L", transposed, &q->n, &one, q->a, &q->n, q->tau, v, &q->n, q->work, &length,
     &info FCONE FCONE FCONE);
}

static double dot(const gt_quadratic *q, const double *x, const double *y)
{
    double sum = 0;
    for (int i = 0; i < q->n; i++) sum += x[i] * y[i];
    return sum;
}
static double norm(const gt_quadratic *q, const double *x)
{
    int one = 1;
    return F77_CALL(dnrm2)(&q->n, x, &one);
}

/* Factors T + multiplier I; false where that is not positive definite. */
static bool shift(gt_quadratic *q, double multiplier)
{
    int info;
    for (int i = 0; i < q->n; i++) q->factor[i] = q->diagonal[i] + multiplier;
    if (q->n > 1) memcpy(q->factor_off, q->off, (size_t)(q->n - 1) * sizeof *q->off);
    F77_CALL(dpttrf)(&q->n, q->factor, q->factor_off, &info);
    return info == 0;
}
static void solve(const gt_quadratic *q, double *x)
{
    int one = 1, info;
    F77_CALL(dpttrs)(&q->n, &one, q->factor, q->factor_off, x, &q->n, &info);
}
/* p = -(T + multiplier I)^-1 b */
static double step_of_factor(gt_quadratic *q)
{
    for (int i = 0; i < q->n; i++) q->p[i] = -q->b[i];
    solve(q, q->p);
    return norm(q, q->p);
}

/* The direction of the lowest eigenvalue, by inverse iteration with the factor at hand. The
 * start is arbitrary, and the same in each run.                                  */
static void find_lowest_direction(gt_quadratic *q)
{
    for (int i = 0; i < q->n; i++) q->v[i] = 1 + i * 37 % 101 / 101.0;
    for (int k = 0; k < 3; k++) {
        solve(q, q->v);
        double length = norm(q, q->v);
        for (int i = 0; i < q->n; i++) q->v[i] /= length;
    }
}

static double value_at_step(const gt_quadratic *q)
{
    double value = 0;
    for (int i = 0; i < q->n; i++) {
        double product = q->diagonal[i] * q->p[i];
        if (i > 0) product += q->off[i - 1] * q->p[i - 1];
        if (i < q->n - 1) product += q->off[i] * q->p[i + 1];
        value += q->p[i] * (q->b[i] + product / 2);
    }
    return value;
}

/* The hard case: g has nothing, or too little, along the lowest direction v; the step goes on to
 * the boundary along v, which costs nothing, to the lower of the two ends.        */
static void go_on_to_boundary(gt_quadratic *q, double radius)
{
    find_lowest_direction(q);
    double pv = dot(q, q->p, q->v), rest = radius * radius - dot(q, q->p, q->p);
    double root = sqrt(pv * pv + rest), plus = -pv + root, minus = -pv - root;
    for (int i = 0; i < q->n; i++) q->p[i] += plus * q->v[i];
    double value = value_at_step(q);
    for (int i = 0; i < q->n; i++) q->p[i] += (minus - plus) * q->v[i];
    if (value_at_step(q) <= value) return;
    for (int i = 0; i < q->n; i++) q->p[i] += (plus - minus) * q->v[i];
}

/* Newton's method for 1 / |p(multiplier)| = 1 / radius, from the left of the root: the function
 * is concave there, so that no iterate passes it (Conn, Gould & Toint 2000, lemma 7.3.3). */
static void find_multiplier(gt_quadratic *q, double multiplier, double length, double radius)
{
    for (int k = 0; k < 100 && length > radius * (1 + 1e-6); k++) {
        memcpy(q->v, q->p, (size_t)q->n * sizeof *q->v);
        solve(q, q->v);
        multiplier += length * length / dot(q, q->p, q->v) * (length - radius) / radius;
        if (!shift(q, multiplier)) break;
        length = step_of_factor(q);
    }
}

/* s = -A^-1 g, if that is within the radius. */
static bool is_newton_step(const gt_quadratic *q, const double *g, double radius, double *s)
{
    int one = 1, info;
    if (!q->is_definite) return false;
    for (int i = 0; i < q->n; i++) s[i] = -g[i];
    F77_CALL(dpotrs)("L", &q->n, &one, q->cholesky, &q->n, s, &q->n, &info FCONE);
    return norm(q, s) <= radius;
}

double gt_quadratic_minimize(gt_quadratic *q, const double *g, double radius, double *s)
{
    const size_t bytes = (size_t)q->n * sizeof *g;
    if (q->n == 0) return 0;
    if (is_newton_step(q, g, radius, s)) return -dot(q, g, s) / 2;
    make_tridiagonal(q);
    const double rounding = noise(q) + DBL_MIN;
    memcpy(q->b, g, bytes);
    rotate(q, "T", q->b);
    /* The least multiplier with which A is safely positive definite; a lower bound of the one
     * that is wanted is also that by which |p| <= |b| / (highest + multiplier).  */
    double multiplier = q->lowest > rounding ? 0 : rounding - q->lowest;
    multiplier = fmax(multiplier, norm(q, q->b) / radius - q->highest);
    for (double more = rounding; !shift(q, multiplier); more *= 4) multiplier += more;
    double length = step_of_factor(q);
    if (length > radius) find_multiplier(q, multiplier, length, radius);
    else if (q->lowest < -rounding) go_on_to_boundary(q, radius);
    memcpy(s, q->p, bytes);
    rotate(q, "N", s);
    return -value_at_step(q);
}
