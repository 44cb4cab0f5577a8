#include "eager/record.h"
#include "bridge/entries.h"

#include <R_ext/Altrep.h>

/* ---- the recorder: list(guards, number of guards, escape) --------------------- */

enum { GUARDS, N_GUARDS, ESCAPED };

static SEXP recorder = NULL;

bool is_recording(void) { return recorder != NULL; }

bool is_recorded(SEXP value)
{
    return recorder && is_node(value) && node_has(value, NODE_TRACKED);
}

/* Opens a recording; returns list(recorder, what call_record_end() restores). The
 * caller keeps it, so the recorder lives as long as its frame.                  */
SEXP call_record_begin(void)
{
    const char *names[] = {"guards", "n_guards", "escaped", ""};
    SEXP result = PROTECT(Rf_allocVector(VECSXP, 2));
    SEXP fresh = Rf_mkNamed(VECSXP, names);
    SET_VECTOR_ELT(result, 0, fresh);
    SET_VECTOR_ELT(fresh, GUARDS, Rf_allocVector(VECSXP, 16));
    SET_VECTOR_ELT(fresh, N_GUARDS, Rf_ScalarInteger(0));
    SET_VECTOR_ELT(result, 1, recorder ? recorder : R_NilValue);
    recorder = fresh;
    UNPROTECT(1);
    return result;
}

SEXP call_record_end(SEXP opened)
{
    SEXP outer = VECTOR_ELT(opened, 1);
    recorder = outer == R_NilValue ? NULL : outer;
    return R_NilValue;
}

void record_guard(SEXP node)
{
    if (!is_recorded(node) || node_has(node, NODE_GUARD)) return;
    int n = INTEGER(VECTOR_ELT(recorder, N_GUARDS))[0];
    SEXP guards = VECTOR_ELT(recorder, GUARDS);
    if (n == LENGTH(guards)) {
        SEXP larger = PROTECT(Rf_allocVector(VECSXP, 2 * n));
        for (int i = 0; i < n; i++) SET_VECTOR_ELT(larger, i, VECTOR_ELT(guards, i));
        SET_VECTOR_ELT(recorder, GUARDS, larger);
        guards = larger;
        UNPROTECT(1);
    }
    SET_VECTOR_ELT(guards, n, node);
    INTEGER(VECTOR_ELT(recorder, N_GUARDS))[0] = n + 1;
    node_get_meta(node)->flags |= NODE_GUARD;
}

/* R code takes the values of x: truth values and whole numbers become a guard, real
 * numbers an escape. Returns TRUE when it is the first escape of a recording.      */
SEXP call_note_read(SEXP x)
{
    SEXP node = PROTECT(as_value(x, "x"));
    bool escapes = false;
    if (is_recorded(node)) {
        if (gt_is_floating((gt_dtype)node_get_meta(node)->dtype))
            escapes = VECTOR_ELT(recorder, ESCAPED) == R_NilValue;
        else
            record_guard(node);
    }
    UNPROTECT(1);
    return Rf_ScalarLogical(escapes);
}

/* text: which call let the value escape. */
SEXP call_record_escape(SEXP text)
{
    if (recorder) SET_VECTOR_ELT(recorder, ESCAPED, text);
    return R_NilValue;
}

void record_escape(const char *text)
{
    if (recorder) SET_VECTOR_ELT(recorder, ESCAPED, Rf_mkString(text));
}

/* What R code does next depends on the values of x, which change only in jumps. */
SEXP call_record_guard(SEXP x)
{
    record_guard(tensor_argument(x, "x"));
    return x;
}

/* ---- logical vectors that notice being read ------------------------------------
 * if, while and && read a logical without dispatch; an ALTREP vector sees it.    */

static R_altrep_class_t guarded_class;

SEXP guarded_logical(SEXP node) { return R_new_altrep(guarded_class, node, R_NilValue); }

SEXP guarded_node(SEXP x)
{
    return ALTREP(x) && R_altrep_inherits(x, guarded_class) ? R_altrep_data1(x) : NULL;
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
    guarded_class = R_make_altlogical_class("guarded_logical", "gradtape", dll);
    R_set_altrep_Length_method(guarded_class, guarded_length);
    R_set_altlogical_Elt_method(guarded_class, guarded_elt);
    R_set_altvec_Dataptr_method(guarded_class, guarded_dataptr);
    R_set_altvec_Dataptr_or_null_method(guarded_class, guarded_dataptr_or_null);
}
