#include "bridge/options.h"
#include "eager/errors.h"

#include "bridge/entries.h"
#include "solvers/first_order/first_order.h"
#include "solvers/solver.h"

#include <string.h>

/* ---- from a list -------------------------------------------------------------------- */

/* Position of a name; most lists are in the table's order, so the one after the last is
 * looked at first.                                                             */
static int position(SEXP names, const char *name, int expected)
{
    int n = LENGTH(names);
    for (int k = 0; k < n; k++) {
        int i = (expected + k) % n;
        if (!strcmp(CHAR(STRING_ELT(names, i)), name)) return i;
    }
    return -1;
}

static int word_number(const gt_option *o, SEXP v)
{
    if (TYPEOF(v) == STRSXP && XLENGTH(v) == 1)
        for (int k = 0; o->words[k]; k++)
            if (!strcmp(CHAR(STRING_ELT(v, 0)), o->words[k])) return k + 1;
    return -1;
}

static bool read_numbers(SEXP v, int n, double *values)
{
    if (TYPEOF(v) != REALSXP && (TYPEOF(v) != INTSXP || Rf_isObject(v))) return false;
    if (XLENGTH(v) != n) return false;
    for (int k = 0; k < n; k++) {
        values[k] = TYPEOF(v) == REALSXP          ? REAL(v)[k]
                    : INTEGER(v)[k] == NA_INTEGER ? NA_REAL
                                                  : INTEGER(v)[k];
        if (ISNAN(values[k])) return false;
    }
    return true;
}

static bool read_value(const gt_option *o, SEXP v, double *values)
{
    if (v == R_NilValue) {
        values[0] = o->kind == GT_CHOICE ? 0 : NA_REAL;
        return o->may_be_null;
    }
    switch (o->kind) {
    case GT_FLAG:
        if (TYPEOF(v) != LGLSXP || XLENGTH(v) != 1 || LOGICAL(v)[0] == NA_LOGICAL) return false;
        values[0] = LOGICAL(v)[0];
        return true;
    case GT_CHOICE:
        values[0] = word_number(o, v);
        break;
    default:
        if (!read_numbers(v, gt_option_size(o), values)) return false;
    }
    return gt_option_allows(o, values);
}

const gt_option *read_options(const gt_option_table *table, SEXP list, double *values)
{
    SEXP names = Rf_getAttrib(list, R_NamesSymbol);
    int last = 0;
    gt_options_default(table, values);
    if (TYPEOF(list) != VECSXP || TYPEOF(names) != STRSXP) return NULL;
    for (int i = 0; i < table->n; i++) {
        const gt_option *o = &table->option[i];
        int at = position(names, o->name, last + 1);
        if (at >= 0) {
            if (!read_value(o, VECTOR_ELT(list, at), values)) return o;
            last = at;
        }
        values += gt_option_size(o);
    }
    return NULL;
}

const char *unknown_option(const gt_option_table *const *tables, int n, SEXP list)
{
    SEXP names = Rf_getAttrib(list, R_NamesSymbol);
    for (int i = 0; i < LENGTH(list); i++) {
        const char *name = TYPEOF(names) == STRSXP ? CHAR(STRING_ELT(names, i)) : "";
        bool known = false;
        for (int k = 0; k < n && !known; k++)
            for (int j = 0; j < tables[k]->n && !known; j++)
                known = !strcmp(tables[k]->option[j].name, name);
        if (!known) return name;
    }
    return NULL;
}

/* ---- for R: what there is, and what is wrong ---------------------------------------------- */

#define MAX_TABLES 2

/* The tables of a method; how many. */
static int tables_of(SEXP name, const gt_option_table **table,
                     const char *(**conflict)(const void *))
{
    const char *s = CHAR(STRING_ELT(name, 0));
    int row = gt_first_order_find(s);
    *conflict = NULL;
    if (row >= 0) {
        table[0] = gt_first_order_methods[row]->options;
        *conflict = gt_first_order_methods[row]->conflict;
        return 1;
    }
    const gt_method *method = gt_method_find(s);
    if (!method) r_stop(ERROR_ARGUMENT, "there is no method \"%s\"", s);
    table[0] = method->options;
    table[1] = &gt_stopping_table;
    return 2;
}

static SEXP words_of(const gt_option *o)
{
    int n = 0;
    while (o->words && o->words[n]) n++;
    SEXP words = PROTECT(Rf_allocVector(STRSXP, n));
    for (int k = 0; k < n; k++) SET_STRING_ELT(words, k, Rf_mkChar(o->words[k]));
    UNPROTECT(1);
    return words;
}

static SEXP numbers(int n, const double *values)
{
    SEXP x = Rf_allocVector(REALSXP, n);
    memcpy(REAL(x), values, (size_t)n * sizeof(double));
    return x;
}

static SEXP logicals(bool first, bool second)
{
    SEXP x = Rf_allocVector(LGLSXP, 2);
    LOGICAL(x)[0] = first;
    LOGICAL(x)[1] = second;
    return x;
}

static SEXP describe_option(const gt_option *o)
{
    static const char *const kinds[] = {"number", "whole", "flag", "pair", "choice"};
    const char *names[] = {"name",  "kind",  "may_be_null", "default", "min",     "max",
                           "above", "below", "rising",      "words",   "meaning", ""};
    const gt_range *r = o->range;
    const int n = gt_option_size(o);
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_mkString(o->name));
    SET_VECTOR_ELT(list, 1, Rf_mkString(kinds[o->kind]));
    SET_VECTOR_ELT(list, 2, Rf_ScalarLogical(o->may_be_null));
    SET_VECTOR_ELT(list, 3, numbers(n, o->preset));
    SET_VECTOR_ELT(list, 4, numbers(2, (double[]){r[0].min, r[1].min}));
    SET_VECTOR_ELT(list, 5, numbers(2, (double[]){r[0].max, r[1].max}));
    SET_VECTOR_ELT(list, 6, logicals(r[0].above, r[1].above));
    SET_VECTOR_ELT(list, 7, logicals(r[0].below, r[1].below));
    SET_VECTOR_ELT(list, 8, Rf_ScalarLogical(r[0].rising));
    SET_VECTOR_ELT(list, 9, words_of(o));
    SET_VECTOR_ELT(list, 10, Rf_mkString(o->meaning));
    UNPROTECT(1);
    return list;
}

/* A list of the options of a method, each a list of what the table says. */
SEXP call_method_options(SEXP name)
{
    const gt_option_table *table[MAX_TABLES];
    const char *(*conflict)(const void *);
    int n_tables = tables_of(name, table, &conflict), n = 0;
    for (int k = 0; k < n_tables; k++) n += table[k]->n;
    SEXP list = PROTECT(Rf_allocVector(VECSXP, n));
    for (int k = 0, at = 0; k < n_tables; k++)
        for (int i = 0; i < table[k]->n; i++)
            SET_VECTOR_ELT(list, at++, describe_option(&table[k]->option[i]));
    UNPROTECT(1);
    return list;
}

SEXP call_option_names(SEXP name)
{
    const gt_option_table *table[MAX_TABLES];
    const char *(*conflict)(const void *);
    int n_tables = tables_of(name, table, &conflict), n = 0;
    for (int k = 0; k < n_tables; k++) n += table[k]->n;
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n));
    for (int k = 0, at = 0; k < n_tables; k++)
        for (int i = 0; i < table[k]->n; i++)
            SET_STRING_ELT(names, at++, Rf_mkChar(table[k]->option[i].name));
    UNPROTECT(1);
    return names;
}

/* NULL, or what is wrong with a list of options: c(option, "") or c("", what conflicts). */
SEXP call_option_fault(SEXP name, SEXP list)
{
    const gt_option_table *table[MAX_TABLES];
    const char *(*conflict)(const void *), *wrong = NULL;
    double values[MAX_TABLES][GT_MAX_OPTION_NUMBERS];
    const gt_option *bad = NULL;
    int n_tables = tables_of(name, table, &conflict);
    for (int k = 0; k < n_tables && !bad; k++) bad = read_options(table[k], list, values[k]);
    if (!bad && conflict) wrong = conflict(values[0]);
    if (!bad && !wrong) return R_NilValue;
    SEXP fault = PROTECT(Rf_allocVector(STRSXP, 2));
    SET_STRING_ELT(fault, 0, Rf_mkChar(bad ? bad->name : ""));
    SET_STRING_ELT(fault, 1, Rf_mkChar(wrong ? wrong : ""));
    UNPROTECT(1);
    return fault;
}

const gt_method *method_argument(SEXP name)
{
    const gt_method *m = gt_method_find(CHAR(STRING_ELT(name, 0)));
    if (!m) r_stop(ERROR_ARGUMENT, "there is no method \"%s\"", CHAR(STRING_ELT(name, 0)));
    return m;
}

gt_solver solver_argument(SEXP method, gt_problem *problem, SEXP options)
{
    gt_solver s = gt_solver_new(method_argument(method), problem);
    if (read_options(s.method->options, options, s.options) ||
        read_options(&gt_stopping_table, options, (double *)&s.stop) ||
        read_options(&gt_convergence_table, options, (double *)&s.converge))
        r_error("abort_options", options, method);
    return s;
}

/* The names of all methods that run a whole minimization. */
SEXP call_method_names(void)
{
    int n = 0;
    while (gt_methods[n]) n++;
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n));
    for (int k = 0; k < n; k++) SET_STRING_ELT(names, k, Rf_mkChar(gt_methods[k]->name));
    UNPROTECT(1);
    return names;
}
