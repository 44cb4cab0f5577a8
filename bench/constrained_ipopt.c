/* Ipopt, called with R functions for the value, the constraints and their derivatives: bench/constrained.R builds
 * it by R CMD SHLIB with PKG_LIBS=-lipopt. A callback that fails ends the run with Ipopt's own status. */
#include <R.h>
#include <Rinternals.h>
#include <coin/IpStdCInterface.h>
#include <string.h>

typedef struct {
    SEXP value, gradient, constraints, jacobian, hessian; /* R functions */
    SEXP jacobian_rows, jacobian_columns, hessian_rows, hessian_columns;
    int iterations, evaluations;
} callbacks;

/* The n numbers that f gives for its arguments go into to: whether it gave them. */
static Bool numbers(SEXP f, SEXP x, SEXP a, SEXP b, int n, double *to)
{
    int failed = 0;
    SEXP call = PROTECT(a ? lang4(f, x, a, b) : lang2(f, x));
    SEXP result = PROTECT(R_tryEvalSilent(call, R_GlobalEnv, &failed));
    Bool sound = !failed && TYPEOF(result) == REALSXP && XLENGTH(result) == n;
    if (sound) {
        memcpy(to, REAL(result), sizeof(double) * (size_t)n);
        for (int i = 0; i < n; i++) sound = sound && R_FINITE(to[i]);
    }
    UNPROTECT(2);
    return sound;
}

static SEXP vector(const double *x, int n)
{
    SEXP v = allocVector(REALSXP, n);
    memcpy(REAL(v), x, sizeof(double) * (size_t)n);
    return v;
}

static void structure(SEXP rows, SEXP columns, Index *i, Index *j)
{
    memcpy(i, INTEGER(rows), sizeof(int) * (size_t)XLENGTH(rows));
    memcpy(j, INTEGER(columns), sizeof(int) * (size_t)XLENGTH(columns));
}

static Bool value(Index n, Number *x, Bool fresh, Number *f, UserDataPtr data)
{
    callbacks *c = data;
    (void)fresh;
    c->evaluations++;
    Bool sound = numbers(c->value, PROTECT(vector(x, n)), NULL, NULL, 1, f);
    UNPROTECT(1);
    return sound;
}

static Bool gradient(Index n, Number *x, Bool fresh, Number *g, UserDataPtr data)
{
    callbacks *c = data;
    (void)fresh;
    Bool sound = numbers(c->gradient, PROTECT(vector(x, n)), NULL, NULL, n, g);
    UNPROTECT(1);
    return sound;
}

static Bool constraints(Index n, Number *x, Bool fresh, Index m, Number *g, UserDataPtr data)
{
    callbacks *c = data;
    (void)fresh;
    Bool sound = m == 0 || numbers(c->constraints, PROTECT(vector(x, n)), NULL, NULL, m, g);
    if (m) UNPROTECT(1);
    return sound;
}

static Bool jacobian(Index n, Number *x, Bool fresh, Index m, Index entries, Index *rows, Index *columns,
                     Number *values, UserDataPtr data)
{
    callbacks *c = data;
    (void)fresh, (void)m;
    if (!values) {
        structure(c->jacobian_rows, c->jacobian_columns, rows, columns);
        return TRUE;
    }
    if (entries == 0) return TRUE;
    Bool sound = numbers(c->jacobian, PROTECT(vector(x, n)), NULL, NULL, entries, values);
    UNPROTECT(1);
    return sound;
}

static Bool hessian(Index n, Number *x, Bool fresh, Number weight, Index m, Number *multipliers, Bool fresh_multipliers,
                    Index entries, Index *rows, Index *columns, Number *values, UserDataPtr data)
{
    callbacks *c = data;
    (void)fresh, (void)fresh_multipliers;
    if (!values) {
        structure(c->hessian_rows, c->hessian_columns, rows, columns);
        return TRUE;
    }
    SEXP at = PROTECT(vector(x, n)), of_value = PROTECT(ScalarReal(weight)), lambda = PROTECT(vector(multipliers, m));
    Bool sound = numbers(c->hessian, at, of_value, lambda, entries, values);
    UNPROTECT(3);
    return sound;
}

static Bool each_iteration(Index mode, Index iteration, Number f, Number primal, Number dual, Number mu, Number step,
                           Number shift, Number alpha_dual, Number alpha_primal, Index trials, UserDataPtr data)
{
    (void)mode, (void)f, (void)primal, (void)dual, (void)mu, (void)step, (void)shift;
    (void)alpha_dual, (void)alpha_primal, (void)trials;
    ((callbacks *)data)->iterations = iteration;
    return TRUE;
}

/* functions: value, gradient, constraints, jacobian, hessian. structure: rows and columns, from 0, of the entries
 * of the Jacobian and of the Hessian's lower triangle. bounds: lower and upper of x, of the constraints. */
SEXP ipopt(SEXP start, SEXP bounds, SEXP functions, SEXP patterns, SEXP tolerance, SEXP limit)
{
    callbacks c = {VECTOR_ELT(functions, 0), VECTOR_ELT(functions, 1), VECTOR_ELT(functions, 2),
                   VECTOR_ELT(functions, 3), VECTOR_ELT(functions, 4), VECTOR_ELT(patterns, 0),
                   VECTOR_ELT(patterns, 1),  VECTOR_ELT(patterns, 2),  VECTOR_ELT(patterns, 3),
                   0,                        0};
    const int n = LENGTH(start), m = LENGTH(VECTOR_ELT(bounds, 2));
    IpoptProblem problem = CreateIpoptProblem(
        n, REAL(VECTOR_ELT(bounds, 0)), REAL(VECTOR_ELT(bounds, 1)), m, REAL(VECTOR_ELT(bounds, 2)),
        REAL(VECTOR_ELT(bounds, 3)), LENGTH(c.jacobian_rows), LENGTH(c.hessian_rows), 0, value, constraints, gradient,
        jacobian, hessian);
    if (!problem) error("Ipopt refuses the problem");
    AddIpoptIntOption(problem, "print_level", 0);
    AddIpoptStrOption(problem, "sb", "yes");
    AddIpoptNumOption(problem, "tol", asReal(tolerance));
    AddIpoptNumOption(problem, "constr_viol_tol", asReal(tolerance));
    AddIpoptNumOption(problem, "bound_relax_factor", 0);
    AddIpoptIntOption(problem, "max_iter", asInteger(limit));
    SetIntermediateCallback(problem, each_iteration);

    SEXP x = PROTECT(duplicate(start)), lambda = PROTECT(allocVector(REALSXP, m));
    double f = NA_REAL;
    int status = IpoptSolve(problem, REAL(x), NULL, &f, REAL(lambda), NULL, NULL, &c);
    FreeIpoptProblem(problem);

    const char *names[] = {"par", "value", "status", "iterations", "evaluations", "multipliers", ""};
    SEXP result = PROTECT(mkNamed(VECSXP, names));
    SET_VECTOR_ELT(result, 0, x);
    SET_VECTOR_ELT(result, 1, ScalarReal(f));
    SET_VECTOR_ELT(result, 2, ScalarInteger(status));
    SET_VECTOR_ELT(result, 3, ScalarInteger(c.iterations));
    SET_VECTOR_ELT(result, 4, ScalarInteger(c.evaluations));
    SET_VECTOR_ELT(result, 5, lambda);
    UNPROTECT(3);
    return result;
}
