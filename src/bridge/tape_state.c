/* A tape as R holds it: an external pointer to its state. The state and all that it points
 * to is in R's vectors, which a holder behind the pointer keeps; it is what R asks for what
 * to save.                                                                        */
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "globals.h"

#include <string.h>

/* ---- memory ---- */

static void *transient_alloc(void *host, size_t bytes)
{
    (void)host;
    return R_alloc(bytes ? bytes : 1, 1);
}
const gt_arena transient_arena = {transient_alloc, NULL};

/* What a holder keeps. */
enum { KEPT_BLOCKS, KEPT_VALUE, KEPT_GRADIENT, KEPT_COUNT };

static void *kept_alloc(void *host, size_t bytes)
{
    SEXP kept = host, block = PROTECT(Rf_allocVector(RAWSXP, (R_xlen_t)(bytes ? bytes : 1)));
    SET_VECTOR_ELT(kept, KEPT_BLOCKS, Rf_cons(block, VECTOR_ELT(kept, KEPT_BLOCKS)));
    UNPROTECT(1);
    return RAW(block);
}

void tape_keep_results(tape_state *s, SEXP value, SEXP gradient)
{
    SET_VECTOR_ELT(s->kept, KEPT_VALUE, value);
    SET_VECTOR_ELT(s->kept, KEPT_GRADIENT, gradient);
}
SEXP tape_kept_value(const tape_state *s) { return VECTOR_ELT(s->kept, KEPT_VALUE); }
SEXP tape_kept_gradient(const tape_state *s) { return VECTOR_ELT(s->kept, KEPT_GRADIENT); }

/* ---- the handle ---- */

static SEXP tape_tag(void) { return Rf_install("gradtape_tape_state"); }

/* data1: what is kept, or after loading what was saved. */
static SEXP holder_of(SEXP handle) { return R_ExternalPtrProtected(handle); }

/* Gives the handle a state without recordings. */
static tape_state *start_state(SEXP handle, int n)
{
    SEXP kept = PROTECT(Rf_allocVector(VECSXP, KEPT_COUNT));
    gt_arena keep = {kept_alloc, kept};
    tape_state *s = gt_alloc(keep, sizeof *s);
    *s = (tape_state){.n = n, .kept = kept, .x = gt_alloc_array(keep, (size_t)n, sizeof(double))};
    gt_variants_init(&s->variants, keep);
    R_SetExternalPtrProtected(handle, R_new_altrep(globals.tape_holder, kept, Rf_ScalarInteger(n)));
    R_SetExternalPtrAddr(handle, s);
    UNPROTECT(1);
    return s;
}

SEXP call_tape_new(SEXP n)
{
    SEXP handle = PROTECT(R_MakeExternalPtr(NULL, tape_tag(), R_NilValue));
    start_state(handle, Rf_asInteger(n));
    UNPROTECT(1);
    return handle;
}

tape_state *tape_open(SEXP handle)
{
    if (TYPEOF(handle) != EXTPTRSXP || R_ExternalPtrTag(handle) != tape_tag())
        Rf_errorcall(R_NilValue, "the tape is damaged");
    tape_state *s = R_ExternalPtrAddr(handle);
    if (s) return s;
    SEXP holder = holder_of(handle);
    return start_state(handle, Rf_asInteger(R_altrep_data2(holder)));
}

/* ---- saving ---- */

static SEXP holder_serialized_state(SEXP holder) { return R_altrep_data2(holder); }

static SEXP holder_unserialize(SEXP class, SEXP state)
{
    (void)class;
    return R_new_altrep(globals.tape_holder, R_NilValue, state);
}

static R_xlen_t holder_length(SEXP holder)
{
    (void)holder;
    return 0;
}

void init_tape_holder(DllInfo *dll)
{
    globals.tape_holder = R_make_altinteger_class("tape_holder", "gradtape", dll);
    R_set_altrep_Length_method(globals.tape_holder, holder_length);
    R_set_altrep_Serialized_state_method(globals.tape_holder, holder_serialized_state);
    R_set_altrep_Unserialize_method(globals.tape_holder, holder_unserialize);
}
