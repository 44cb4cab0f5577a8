/* A tape as R holds it: an external pointer to its state. The state and all that it points
 * to is in R's vectors, which a holder behind the pointer keeps; it is what R asks for what
 * to save.                                                                        */
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "globals.h"
#include "eager/errors.h"

#include <string.h>

/* ---- memory ---- */

static void *transient_alloc(void *host, size_t bytes)
{
    (void)host;
    return R_alloc(bytes ? bytes : 1, 1);
}
const gt_arena transient_arena = {transient_alloc, NULL};

/* What a holder keeps. */
enum {
    KEPT_BLOCKS,                /* a pairlist */
    KEPT_WORKSPACE,
    KEPT_POOL,                  /* a list with the vectors of the pool, and room for more */
    KEPT_VALUE, KEPT_GRADIENT,  /* of the last evaluation */
    KEPT_COUNT
};

static void keep(SEXP kept, SEXP x)
{
    PROTECT(x);
    SET_VECTOR_ELT(kept, KEPT_BLOCKS, Rf_cons(x, VECTOR_ELT(kept, KEPT_BLOCKS)));
    UNPROTECT(1);
}

static SEXP raw_block(size_t bytes) { return Rf_allocVector(RAWSXP, (R_xlen_t)(bytes ? bytes : 1)); }

static void *kept_alloc(void *kept, size_t bytes)
{
    SEXP block = raw_block(bytes);
    keep(kept, block);
    return RAW(block);
}

static void *workspace_alloc(void *kept, size_t bytes)
{
    SET_VECTOR_ELT(kept, KEPT_WORKSPACE, raw_block(bytes));
    return RAW(VECTOR_ELT(kept, KEPT_WORKSPACE));
}

/* ---- the pool ---- */

/* x is the next vector of the pool. */
static void pool_keep(tape_state *s, SEXP x)
{
    int n = s->variants.pool.n;
    SEXP pool = VECTOR_ELT(s->kept, KEPT_POOL);
    PROTECT(x);
    if (n == LENGTH(pool)) {
        SEXP larger = PROTECT(Rf_allocVector(VECSXP, 2 * n));
        for (int k = 0; k < n; k++) SET_VECTOR_ELT(larger, k, VECTOR_ELT(pool, k));
        SET_VECTOR_ELT(s->kept, KEPT_POOL, pool = larger);
        UNPROTECT(1);
    }
    SET_VECTOR_ELT(pool, n, x);
    UNPROTECT(1);
}

static double *pool_alloc(void *host, int64_t size)
{
    SEXP x = Rf_allocVector(REALSXP, (R_xlen_t)size);
    pool_keep(host, x);
    return REAL(x);
}

int tape_constant(tape_state *s, SEXP x)
{
    gt_pool *pool = &s->variants.pool;
    int64_t size = XLENGTH(x);
    /* What stands behind an ALTREP vector may move. */
    if (ALTREP(x)) return gt_pool_copy(pool, size, REAL(x));
    int at = gt_pool_find(pool, size, REAL(x));
    if (at != GT_NOT_IN_POOL) return at;
    pool_keep(s, x);
    return gt_pool_add(pool, size, REAL(x));
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
    SET_VECTOR_ELT(kept, KEPT_POOL, Rf_allocVector(VECSXP, 4));
    gt_arena arena = {kept_alloc, kept};
    tape_state *s = gt_alloc(arena, sizeof *s);
    *s = (tape_state){.n = n, .kept = kept, .x = gt_alloc_array(arena, (size_t)n, sizeof(double))};
    gt_variants_init(&s->variants, arena, transient_arena);
    s->variants.workspace.source = (gt_arena){workspace_alloc, kept};
    s->variants.pool.add = pool_alloc;
    s->variants.pool.host = s;
    R_SetExternalPtrProtected(handle, R_new_altrep(globals.tape_holder, kept, Rf_ScalarInteger(n)));
    R_SetExternalPtrAddr(handle, s);
    UNPROTECT(1);
    return s;
}

SEXP tape_new_on(SEXP handle)
{
    const tape_state *from = tape_open(handle);
    SEXP made = PROTECT(R_MakeExternalPtr(NULL, tape_tag(), R_NilValue));
    keep(start_state(made, from->n)->kept, handle);
    UNPROTECT(1);
    return made;
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
        r_stop(ERROR_FILE, "the tape is damaged");
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
