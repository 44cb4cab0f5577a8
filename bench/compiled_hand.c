/* What bench/compiled.R compares tapes with: values and, where `g` is not NULL, gradients, by hand. */
#include <R.h>
#include <Rinternals.h>
#define USE_FC_LEN_T
#include <R_ext/Lapack.h>
#include <math.h>
#include <string.h>

typedef struct {
    int n, m;        /* parameters, observations */
    const double *x; /* data */
    double *work;
} problem;

static double chained(const problem *p, const double *b, double *g)
{
    double value = 0;
    if (g) g[0] = 0;
    for (int i = 0; i < p->n - 1; i++) {
        double a = b[i], t = b[i + 1] - a * a, u = 1 - a;
        value += 100 * t * t + u * u;
        if (!g) continue;
        g[i] += -400 * t * a - 2 * u;
        g[i + 1] = 200 * t;
    }
    return value;
}

/* x: the observations' variables, a column each, then the responses */
static double logistic(const problem *p, const double *b, double *g)
{
    double value = 0, *eta = p->work;
    const double *y = p->x + (size_t)p->m * p->n;
    memset(eta, 0, (size_t)p->m * sizeof *eta);
    for (int j = 0; j < p->n; j++)
        for (int i = 0; i < p->m; i++) eta[i] += p->x[(size_t)j * p->m + i] * b[j];
    for (int i = 0; i < p->m; i++) {
        value += (eta[i] > 0 ? eta[i] : 0) + log1p(exp(-fabs(eta[i]))) - y[i] * eta[i];
        eta[i] = 1 / (1 + exp(-eta[i])) - y[i];
    }
    for (int j = 0; g && j < p->n; j++) {
        double sum = 0;
        for (int i = 0; i < p->m; i++) sum += p->x[(size_t)j * p->m + i] * eta[i];
        g[j] = sum;
    }
    return value;
}

/* sum(log(h) + y^2 / h), h[t] = b0 + b1 y[t-1]^2 + b2 h[t-1] */
static double garch(const problem *p, const double *b, double *g)
{
    const double *y = p->x;
    double h = 1, value = 0, d0 = 0, d1 = 0, d2 = 0;
    if (g) g[0] = g[1] = g[2] = 0;
    for (int t = 1; t < p->m; t++) {
        d0 = 1 + b[2] * d0;
        d1 = y[t - 1] * y[t - 1] + b[2] * d1;
        d2 = h + b[2] * d2;
        h = b[0] + b[1] * y[t - 1] * y[t - 1] + b[2] * h;
        double r = y[t] * y[t] / h;
        value += log(h) + r;
        if (!g) continue;
        double slope = (1 - r) / h;
        g[0] += slope * d0;
        g[1] += slope * d1;
        g[2] += slope * d2;
    }
    return value;
}

/* Three states with means b, unit variance and a fixed transition matrix. */
static double hmm(const problem *p, const double *b, double *g)
{
    static const double P[9] = {0.9, 0.05, 0.1, 0.05, 0.9, 0.1, 0.05, 0.05, 0.8}; /* by column */
    double a[3] = {1.0 / 3, 1.0 / 3, 1.0 / 3}, value = 0, *alpha = p->work, *scale = alpha + 3 * p->m;
    for (int t = 0; t < p->m; t++) {
        double next[3], sum = 0;
        for (int j = 0; j < 3; j++) {
            double e = p->x[t] - b[j];
            next[j] = (a[0] * P[3 * j] + a[1] * P[3 * j + 1] + a[2] * P[3 * j + 2]) * exp(-0.5 * e * e);
            sum += next[j];
        }
        for (int j = 0; j < 3; j++) alpha[3 * t + j] = a[j] = next[j] / sum;
        scale[t] = sum;
        value -= log(sum);
    }
    if (!g) return value;
    double beta[3] = {1, 1, 1};
    g[0] = g[1] = g[2] = 0;
    for (int t = p->m - 1; t >= 0; t--) {
        double before[3] = {0, 0, 0};
        for (int j = 0; j < 3; j++) {
            double e = p->x[t] - b[j];
            g[j] -= alpha[3 * t + j] * beta[j] * e;
            double weight = beta[j] * exp(-0.5 * e * e) / scale[t];
            for (int i = 0; i < 3; i++) before[i] += P[3 * j + i] * weight;
        }
        memcpy(beta, before, sizeof beta);
    }
    return value;
}

/* A local level and slope, observed with noise: variances exp(b). The value only. */
static double kalman(const problem *p, const double *b, double *g)
{
    double q1 = exp(b[0]), q2 = exp(b[1]), r = exp(b[2]), level = 0, slope = 0, value = 0;
    double p11 = 10, p12 = 0, p22 = 10;
    (void)g;
    for (int t = 0; t < p->m; t++) {
        level += slope;
        p11 += 2 * p12 + p22 + q1;
        p12 += p22;
        p22 += q2;
        double f = p11 + r, e = p->x[t] - level, k1 = p11 / f, k2 = p12 / f;
        value += log(f) + e * e / f;
        level += k1 * e;
        slope += k2 * e;
        p22 -= k2 * p12;
        p12 -= k1 * p12;
        p11 -= k1 * p11;
    }
    return value;
}

static double recurrence(const problem *p, const double *b, double *g)
{
    double s = b[0], r = b[1], *h = p->work;
    for (int i = 0; i < p->m; i++) {
        if (g) h[i] = s;
        s = r * s * (1 - s);
    }
    if (!g) return s;
    double ds = 1, dr = 0;
    for (int i = p->m - 1; i >= 0; i--) {
        dr += ds * h[i] * (1 - h[i]);
        ds *= r * (1 - 2 * h[i]);
    }
    g[0] = ds;
    g[1] = dr;
    return s;
}

/* Predators and prey by Runge and Kutta's method; the value only. */
static void change(const double *b, const double *u, double *du)
{
    du[0] = b[0] * u[0] - b[1] * u[0] * u[1];
    du[1] = b[2] * u[0] * u[1] - b[3] * u[1];
}
static double lotka_volterra(const problem *p, const double *b, double *g)
{
    double u[2] = {1, 0.5}, k[4][2], v[2], step = 0.01, value = 0;
    (void)g;
    for (int t = 0; t < p->m; t++) {
        change(b, u, k[0]);
        for (int s = 1; s < 4; s++) {
            double h = s == 3 ? step : step / 2;
            for (int i = 0; i < 2; i++) v[i] = u[i] + h * k[s - 1][i];
            change(b, v, k[s]);
        }
        for (int i = 0; i < 2; i++) u[i] += step / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
        value += u[0] * u[1];
    }
    return value;
}

/* Three bodies of mass 1 in a plane: positions b[0..5], velocities b[6..11]; after m steps of symplectic Euler, the
 * distance of the first from its start, squared. The value only.              */
static double three_body(const problem *p, const double *b, double *g)
{
    double u[12], step = 0.001;
    (void)g;
    memcpy(u, b, sizeof u);
    for (int t = 0; t < p->m; t++) {
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < i; j++) {
                double dx = u[2 * j] - u[2 * i], dy = u[2 * j + 1] - u[2 * i + 1], d2 = dx * dx + dy * dy;
                double pull = step / (d2 * sqrt(d2));
                u[6 + 2 * i] += pull * dx;
                u[7 + 2 * i] += pull * dy;
                u[6 + 2 * j] -= pull * dx;
                u[7 + 2 * j] -= pull * dy;
            }
        for (int i = 0; i < 6; i++) u[i] += step * u[6 + i];
    }
    double dx = u[0] - b[0], dy = u[1] - b[1];
    return dx * dx + dy * dy;
}

/* -log likelihood of a Gaussian process without its constant: K = exp(b0 - exp(b1) D) + exp(b2) I. x: the squared
 * distances D, then y.              */
static double gaussian_process(const problem *p, const double *b, double *g)
{
    int n = p->m, info, one = 1;
    size_t all = (size_t)n * n;
    const double *D = p->x, *y = D + all;
    double *L = p->work, *S = L + all, *a = S + all, value = 0, decay = exp(b[1]), noise = exp(b[2]);
    for (size_t k = 0; k < all; k++) L[k] = S[k] = exp(b[0] - decay * D[k]);
    for (int i = 0; i < n; i++) L[i * (size_t)n + i] += noise;
    F77_CALL(dpotrf)("L", &n, L, &n, &info FCONE);
    memcpy(a, y, (size_t)n * sizeof *a);
    F77_CALL(dpotrs)("L", &n, &one, L, &n, a, &n, &info FCONE);
    for (int i = 0; i < n; i++) value += log(L[i * (size_t)n + i]) + 0.5 * a[i] * y[i];
    if (!g) return value;
    F77_CALL(dpotri)("L", &n, L, &n, &info FCONE);
    g[0] = g[1] = g[2] = 0;
    for (int j = 0; j < n; j++)
        for (int i = j; i < n; i++) {
            size_t k = j * (size_t)n + i;
            double w = (L[k] - a[i] * a[j]) * (i == j ? 0.5 : 1);
            g[0] += w * S[k];
            g[1] -= w * S[k] * decay * D[k];
            if (i == j) g[2] += w * noise;
        }
    return value;
}

static const struct {
    const char *name;
    double (*f)(const problem *, const double *, double *);
} all[] = {{"chained", chained}, {"logistic", logistic}, {"garch", garch},
           {"hmm", hmm},         {"kalman", kalman},     {"recurrence", recurrence},
           {"lotka_volterra", lotka_volterra}, {"three_body", three_body}, {"gaussian_process", gaussian_process}};

/* c(value, gradient) after so many calls. */
SEXP hand_repeat(SEXP name, SEXP b, SEXP x, SEXP m, SEXP times, SEXP want_gradient)
{
    int k = 0, n = LENGTH(b);
    while (strcmp(all[k].name, CHAR(STRING_ELT(name, 0)))) k++;
    problem p = {n, Rf_asInteger(m), REAL(x), NULL};
    size_t room = all[k].f == gaussian_process ? (size_t)p.m * (2 * (size_t)p.m + 1) : 4 * (size_t)p.m + 4;
    p.work = (double *)R_alloc(room, sizeof(double));
    SEXP result = PROTECT(Rf_allocVector(REALSXP, n + 1));
    double *g = Rf_asLogical(want_gradient) == TRUE ? REAL(result) + 1 : NULL;
    memset(REAL(result), 0, ((size_t)n + 1) * sizeof(double));
    volatile double value = 0;
    for (int i = 0; i < Rf_asInteger(times); i++) value = all[k].f(&p, REAL(b), g);
    REAL(result)[0] = value;
    UNPROTECT(1);
    return result;
}
