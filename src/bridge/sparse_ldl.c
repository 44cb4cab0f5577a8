/* The library for sparse systems is the package Matrix, which comes with R: CHOLMOD, called through R functions. That
 * costs 5 to 20 us a call; its own C entries would have to be compiled against. */
#include "bridge/sparse_ldl.h"

#include "bridge/arguments.h"
#include "eager/errors.h"

#include <string.h>

static SEXP call_function(const gt_r_sparse_ldl *o, const char *name, SEXP a, SEXP b)
{
    SEXP f = list_element(o->functions, name);
    SEXP call = PROTECT(b ? Rf_lang3(f, a, b) : Rf_lang2(f, a));
    R_CheckUserInterrupt();
    SEXP answer = Rf_eval(call, R_GlobalEnv);
    UNPROTECT(1);
    return answer;
}

static SEXP numbers(int64_t n, const double *x)
{
    SEXP v = Rf_allocVector(REALSXP, (R_xlen_t)n);
    if (n) memcpy(REAL(v), x, (size_t)n * sizeof *x);
    return v;
}

static void analyse(gt_sparse_ldl *self, const gt_pattern *pattern)
{
    gt_r_sparse_ldl *o = (gt_r_sparse_ldl *)self;
    const int64_t n = pattern->n_columns, entries = gt_pattern_entries(pattern);
    if (entries > 2147483647)
        r_stop(ERROR_ARGUMENT, "a sparse matrix has %lld entries, more than 2^31 - 1",
               (long long)entries);
    o->pattern = pattern;
    SEXP start = PROTECT(Rf_allocVector(INTSXP, (R_xlen_t)n + 1)),
         row = PROTECT(Rf_allocVector(INTSXP, (R_xlen_t)entries));
    for (int64_t j = 0; j <= n; j++) INTEGER(start)[j] = (int)pattern->column_start[j];
    if (entries) memcpy(INTEGER(row), pattern->row, (size_t)entries * sizeof(int));
    call_function(o, "analyse", start, row);
    UNPROTECT(2);
}

static bool factorise(gt_sparse_ldl *self, const double *entries, int64_t *n_negative)
{
    gt_r_sparse_ldl *o = (gt_r_sparse_ldl *)self;
    SEXP x = PROTECT(numbers(gt_pattern_entries(o->pattern), entries));
    SEXP answer = PROTECT(call_function(o, "factorise", x, NULL));
    const double count = Rf_asReal(answer);
    UNPROTECT(2);
    *n_negative = (int64_t)count;
    return count >= 0;
}

static void solve(gt_sparse_ldl *self, double *b)
{
    gt_r_sparse_ldl *o = (gt_r_sparse_ldl *)self;
    const int64_t n = o->pattern->n_columns;
    SEXP x = PROTECT(numbers(n, b));
    SEXP answer = PROTECT(call_function(o, "solve", x, NULL));
    if (TYPEOF(answer) != REALSXP || XLENGTH(answer) != n)
        r_stop(ERROR_ARGUMENT, "the library for sparse systems gives no %lld numbers",
               (long long)n);
    memcpy(b, REAL(answer), (size_t)n * sizeof *b);
    UNPROTECT(2);
}

void gt_r_sparse_ldl_init(gt_r_sparse_ldl *o, SEXP functions)
{
    *o = (gt_r_sparse_ldl){.base = {analyse, factorise, solve}, .functions = functions};
}
