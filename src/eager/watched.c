/* R vectors that notice being read: if, while, arithmetic and R's own C code read a vector
 * without dispatch, but an ALTREP vector sees it.                                */
#include "eager/watched.h"
#include "eager/record.h"

#include <string.h>

/* ---- logical vectors, the results of comparisons: a guard when read ---------------- */

SEXP guarded_logical(SEXP node) { return R_new_altrep(globals.guarded_logical, node, R_NilValue); }

SEXP guarded_node(SEXP x)
{
    return ALTREP(x) && R_altrep_inherits(x, globals.guarded_logical) ? R_altrep_data1(x) : NULL;
}

static R_xlen_t guarded_length(SEXP x) { return (R_xlen_t)node_type(R_altrep_data1(x)).size; }

static int truth(double v) { return v != v ? NA_LOGICAL : v != 0; }

static int guarded_elt(SEXP x, R_xlen_t i)
{
    SEXP node = R_altrep_data1(x);
    record_guard(node);
    return truth(REAL(node_data(node))[i]);
}

static void *guarded_dataptr(SEXP x, Rboolean writable)
{
    (void)writable;
    SEXP values = R_altrep_data2(x);
    if (values == R_NilValue) {
        SEXP node = R_altrep_data1(x);
        record_guard(node);
        R_xlen_t n = guarded_length(x);
        values = PROTECT(Rf_allocVector(LGLSXP, n));
        const double *v = REAL(node_data(node));
        for (R_xlen_t i = 0; i < n; i++) LOGICAL(values)[i] = truth(v[i]);
        R_set_altrep_data2(x, values);
        UNPROTECT(1);
    }
    return LOGICAL(values);
}

static const void *guarded_dataptr_or_null(SEXP x)
{
    SEXP values = R_altrep_data2(x);
    return values == R_NilValue ? NULL : LOGICAL(values);
}

/* ---- real vectors, as.numeric() and its kin: an escape when read -------------------
 * data1: list(values, origin); data2: once R has asked for an address, the values in memory
 * of their own, where R may write. No method here raises an R error: R has switched its
 * collector off when it calls some of them.                                      */

enum { WATCHED_VALUES, WATCHED_ORIGIN };

static SEXP new_watched(SEXP source)
{
    return R_new_altrep(globals.watched_real, source, R_NilValue);
}

SEXP watched_real(SEXP values, SEXP origin)
{
    SEXP source = PROTECT(Rf_allocVector(VECSXP, 2));
    SET_VECTOR_ELT(source, WATCHED_VALUES, values);
    SET_VECTOR_ELT(source, WATCHED_ORIGIN, origin);
    SEXP x = new_watched(source);
    UNPROTECT(1);
    return x;
}

static SEXP watched_data(SEXP x)
{
    SEXP own = R_altrep_data2(x);
    return own == R_NilValue ? VECTOR_ELT(R_altrep_data1(x), WATCHED_VALUES) : own;
}

static R_xlen_t watched_length(SEXP x) { return XLENGTH(watched_data(x)); }

static void note_read(SEXP x)
{
    if (is_recording() && !is_only_shown() && !is_used_in_child())
        record_escape(VECTOR_ELT(R_altrep_data1(x), WATCHED_ORIGIN));
}

static SEXP plain_copy(SEXP x)
{
    R_xlen_t n = watched_length(x);
    SEXP values = Rf_allocVector(REALSXP, n);
    if (n) memcpy(REAL(values), REAL(watched_data(x)), (size_t)n * sizeof(double));
    return values;
}

static double watched_elt(SEXP x, R_xlen_t i)
{
    note_read(x);
    return REAL(watched_data(x))[i];
}

static R_xlen_t watched_region(SEXP x, R_xlen_t from, R_xlen_t n, double *to)
{
    R_xlen_t left = watched_length(x) - from;
    if (n > left) n = left;
    note_read(x);
    if (n > 0) memcpy(to, REAL(watched_data(x)) + from, (size_t)n * sizeof(double));
    return n;
}

static void *watched_dataptr(SEXP x, Rboolean writable)
{
    (void)writable;
    note_read(x);
    if (R_altrep_data2(x) == R_NilValue) {
        SEXP values = PROTECT(plain_copy(x));
        R_set_altrep_data2(x, values);
        UNPROTECT(1);
    }
    return REAL(R_altrep_data2(x));
}

/* Never the values: each reader has to ask. */
static const void *watched_dataptr_or_null(SEXP x)
{
    (void)x;
    return NULL;
}

static SEXP watched_coerce(SEXP x, int type)
{
    note_read(x);
    SEXP values = PROTECT(plain_copy(x));
    SHALLOW_DUPLICATE_ATTRIB(values, x);
    SEXP result = Rf_coerceVector(values, (SEXPTYPE)type);
    UNPROTECT(1);
    return result;
}

static SEXP watched_subset(SEXP x, SEXP at, SEXP call)
{
    (void)call;
    note_read(x);
    SEXP values = PROTECT(plain_copy(x));
    SEXP subset = PROTECT(Rf_lang3(R_BracketSymbol, values, at));
    SEXP result = Rf_eval(subset, R_BaseEnv);
    UNPROTECT(2);
    return result;
}

/* A copy is watched too, unless R may have written to x. */
static SEXP watched_duplicate(SEXP x, Rboolean deep)
{
    (void)deep;
    return R_altrep_data2(x) == R_NilValue ? new_watched(R_altrep_data1(x)) : NULL;
}

/* NULL: x is saved as a plain vector. */
static SEXP watched_serialized_state(SEXP x)
{
    note_read(x);
    return NULL;
}

void init_watched_vectors(DllInfo *dll)
{
    globals.guarded_logical = R_make_altlogical_class("guarded_logical", "gradtape", dll);
    R_set_altrep_Length_method(globals.guarded_logical, guarded_length);
    R_set_altlogical_Elt_method(globals.guarded_logical, guarded_elt);
    R_set_altvec_Dataptr_method(globals.guarded_logical, guarded_dataptr);
    R_set_altvec_Dataptr_or_null_method(globals.guarded_logical, guarded_dataptr_or_null);

    globals.watched_real = R_make_altreal_class("watched_real", "gradtape", dll);
    R_set_altrep_Length_method(globals.watched_real, watched_length);
    R_set_altrep_Duplicate_method(globals.watched_real, watched_duplicate);
    R_set_altrep_Coerce_method(globals.watched_real, watched_coerce);
    R_set_altrep_Serialized_state_method(globals.watched_real, watched_serialized_state);
    R_set_altvec_Dataptr_method(globals.watched_real, watched_dataptr);
    R_set_altvec_Dataptr_or_null_method(globals.watched_real, watched_dataptr_or_null);
    R_set_altvec_Extract_subset_method(globals.watched_real, watched_subset);
    R_set_altreal_Elt_method(globals.watched_real, watched_elt);
    R_set_altreal_Get_region_method(globals.watched_real, watched_region);
}
