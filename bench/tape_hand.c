/* What bench/tape.R compares tapes with: values and gradients written by hand. */
#include <Rinternals.h>

SEXP chained_rosenbrock(SEXP x)
{
    int n = LENGTH(x);
    const double *p = REAL(x);
    SEXP result = PROTECT(Rf_allocVector(VECSXP, 2)), gradient = Rf_allocVector(REALSXP, n);
    SET_VECTOR_ELT(result, 1, gradient);
    double *g = REAL(gradient), value = 0;
    g[0] = 0;
    for (int i = 0; i < n - 1; i++) {
        double a = p[i], t = p[i + 1] - a * a, u = 1 - a;
        value += 100 * t * t + u * u;
        g[i] += -400 * t * a - 2 * u;
        g[i + 1] = 200 * t;
    }
    SET_VECTOR_ELT(result, 0, Rf_ScalarReal(value));
    UNPROTECT(1);
    return result;
}

SEXP recurrence(SEXP x, SEXP steps)
{
    double s = REAL(x)[0], r = REAL(x)[1];
    int n = Rf_asInteger(steps);
    for (int i = 0; i < n; i++) s = r * s * (1 - s);
    return Rf_ScalarReal(s);
}

SEXP recurrence_gradient(SEXP x, SEXP steps, SEXP history)
{
    double s = REAL(x)[0], r = REAL(x)[1], *h = REAL(history), ds = 1, dr = 0;
    int n = Rf_asInteger(steps);
    for (int i = 0; i < n; i++) {
        h[i] = s;
        s = r * s * (1 - s);
    }
    for (int i = n - 1; i >= 0; i--) {
        dr += ds * h[i] * (1 - h[i]);
        ds *= r * (1 - 2 * h[i]);
    }
    SEXP result = Rf_allocVector(REALSXP, 3);
    REAL(result)[0] = s;
    REAL(result)[1] = ds;
    REAL(result)[2] = dr;
    return result;
}
