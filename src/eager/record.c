#include "eager/record.h"

/* ---- the recorder: list(guards, number of guards, escape) --------------------- */

enum { GUARDS, N_GUARDS, ESCAPED };

SEXP record_begin(void)
{
    const char *names[] = {"guards", "n_guards", "escaped", ""};
    SEXP result = PROTECT(Rf_allocVector(VECSXP, 2));
    SEXP fresh = Rf_mkNamed(VECSXP, names);
    SET_VECTOR_ELT(result, 0, fresh);
    SET_VECTOR_ELT(fresh, GUARDS, Rf_allocVector(VECSXP, 16));
    SET_VECTOR_ELT(fresh, N_GUARDS, Rf_ScalarInteger(0));
    SET_VECTOR_ELT(result, 1, globals.recorder ? globals.recorder : R_NilValue);
    globals.recorder = fresh;
    UNPROTECT(1);
    return result;
}

void record_end(SEXP opened)
{
    SEXP outer = VECTOR_ELT(opened, 1);
    globals.recorder = outer == R_NilValue ? NULL : outer;
}

void record_guard(SEXP node)
{
    if (!is_recorded(node) || node_has(node, NODE_GUARD)) return;
    int n = INTEGER(VECTOR_ELT(globals.recorder, N_GUARDS))[0];
    SEXP guards = VECTOR_ELT(globals.recorder, GUARDS);
    if (n == LENGTH(guards)) {
        SEXP larger = PROTECT(Rf_allocVector(VECSXP, 2 * n));
        for (int i = 0; i < n; i++) SET_VECTOR_ELT(larger, i, VECTOR_ELT(guards, i));
        SET_VECTOR_ELT(globals.recorder, GUARDS, larger);
        guards = larger;
        UNPROTECT(1);
    }
    SET_VECTOR_ELT(guards, n, node);
    INTEGER(VECTOR_ELT(globals.recorder, N_GUARDS))[0] = n + 1;
    node_get_meta(node)->flags |= NODE_GUARD;
}

bool record_read(SEXP value)
{
    if (!is_recorded(value)) return false;
    if (gt_is_floating((gt_dtype)node_get_meta(value)->dtype))
        return VECTOR_ELT(globals.recorder, ESCAPED) == R_NilValue;
    record_guard(value);
    return false;
}

void record_escape(const char *text)
{
    if (globals.recorder) SET_VECTOR_ELT(globals.recorder, ESCAPED, Rf_mkString(text));
}

/* ---- logical vectors that notice being read ------------------------------------
 * if, while and && read a logical without dispatch; an ALTREP vector sees it.    */

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
    return truth(REAL(VECTOR_ELT(node, NODE_DATA))[i]);
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
        const double *v = REAL(VECTOR_ELT(node, NODE_DATA));
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

void init_guarded_logical(DllInfo *dll)
{
    globals.guarded_logical = R_make_altlogical_class("guarded_logical", "gradtape", dll);
    R_set_altrep_Length_method(globals.guarded_logical, guarded_length);
    R_set_altlogical_Elt_method(globals.guarded_logical, guarded_elt);
    R_set_altvec_Dataptr_method(globals.guarded_logical, guarded_dataptr);
    R_set_altvec_Dataptr_or_null_method(globals.guarded_logical, guarded_dataptr_or_null);
}
