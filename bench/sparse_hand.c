/* What bench/sparse.R compares sparse derivatives with: gradients (of the band, residuals) in one pass by hand, into
 * memory that is there. */
#include <Rinternals.h>

/* times gradients of the chained Rosenbrock function, one after the other, into g. */
SEXP chain_gradients(SEXP x, SEXP g, SEXP times)
{
    const int n = LENGTH(x);
    const double *p = REAL(x);
    double *to = REAL(g);
    for (int k = 0; k < Rf_asInteger(times); k++) {
        to[0] = 0;
        for (int i = 0; i < n - 1; i++) {
            double a = p[i], t = p[i + 1] - a * a, u = 1 - a;
            to[i] += -400 * t * a - 2 * u;
            to[i + 1] = 200 * t;
        }
    }
    return R_NilValue;
}

SEXP arrow_gradients(SEXP x, SEXP g, SEXP times)
{
    const int n = LENGTH(x);
    const double *p = REAL(x);
    double *to = REAL(g);
    for (int k = 0; k < Rf_asInteger(times); k++) {
        double sum = 0;
        for (int i = 1; i < n; i++) {
            sum += p[i] * p[i];
            to[i] = 4 * p[i] * p[i] * p[i] + 2 * p[i] * p[0];
        }
        to[0] = sum + 2 * p[0];
    }
    return R_NilValue;
}

/* Of the squares of differences on a square grid, and a fourth power. */
SEXP grid_gradients(SEXP x, SEXP g, SEXP times)
{
    const int n = LENGTH(x);
    int side = 1;
    while (side * side < n) side++;
    const double *p = REAL(x);
    double *to = REAL(g);
    for (int k = 0; k < Rf_asInteger(times); k++) {
        for (int i = 0; i < n; i++) to[i] = 4 * p[i] * p[i] * p[i];
        for (int c = 0; c < side; c++)
            for (int r = 0; r < side; r++) {
                int i = c * side + r;
                if (r + 1 < side) {
                    double d = 2 * (p[i + 1] - p[i]);
                    to[i] -= d;
                    to[i + 1] += d;
                }
                if (c + 1 < side) {
                    double d = 2 * (p[i + side] - p[i]);
                    to[i] -= d;
                    to[i + side] += d;
                }
            }
    }
    return R_NilValue;
}

/* Residuals of the band: each of five neighbours. */
SEXP band_residuals(SEXP x, SEXP r, SEXP times)
{
    const int n = LENGTH(x);
    const double *p = REAL(x);
    double *to = REAL(r);
    for (int k = 0; k < Rf_asInteger(times); k++)
        for (int i = 2; i < n - 2; i++)
            to[i - 2] = p[i - 2] * p[i - 1] + p[i] * p[i] * p[i] - p[i + 1] * p[i + 2];
    return R_NilValue;
}
