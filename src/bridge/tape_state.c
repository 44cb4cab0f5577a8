/* A tape as R holds it: an external pointer to its state. The state and all that it points
 * to is in R's vectors, which a holder behind the pointer keeps; it is what R asks for what
 * to save.                                                                        */
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "eager/errors.h"
#include "globals.h"
#include "tape/serialize.h"

#include <stdio.h>
#include <string.h>

/* ---- memory ---- */

static void *transient_alloc(void *host, size_t bytes)
{
    (void)host;
    return R_alloc(bytes ? bytes : 1, 1);
}
const gt_arena transient_arena = {.alloc = transient_alloc};

/* What a holder keeps. */
enum {
    KEPT_STATE,
    KEPT_BLOCKS, /* a pairlist */
    KEPT_WORKSPACE,
    KEPT_POOL, /* a list with the vectors of the pool, and room for more */
    KEPT_VALUE,
    KEPT_GRADIENT, /* of the last evaluation */
    KEPT_COUNT
};

static void keep(SEXP kept, SEXP x)
{
    PROTECT(x);
    SET_VECTOR_ELT(kept, KEPT_BLOCKS, Rf_cons(x, VECTOR_ELT(kept, KEPT_BLOCKS)));
    UNPROTECT(1);
}

static SEXP raw_block(size_t bytes)
{
    return Rf_allocVector(RAWSXP, (R_xlen_t)(bytes ? bytes : 1));
}

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

void tape_keep_point(tape_state *s, const double *x)
{
    if (!s->x) s->x = gt_alloc_array(s->variants.memory.keep, (size_t)s->n, sizeof(double));
    if (s->n) memcpy(s->x, x, (size_t)s->n * sizeof(double));
}

void tape_keep_results(tape_state *s, SEXP value, SEXP gradient)
{
    SET_VECTOR_ELT(s->kept, KEPT_VALUE, value);
    SET_VECTOR_ELT(s->kept, KEPT_GRADIENT, gradient);
}
SEXP tape_kept_value(const tape_state *s) { return VECTOR_ELT(s->kept, KEPT_VALUE); }
SEXP tape_kept_gradient(const tape_state *s) { return VECTOR_ELT(s->kept, KEPT_GRADIENT); }

/* ---- the handle ---- */

/* What is behind a handle: a holder with what is kept, or after loading with what was saved. */
enum { HOLDS_KEPT, HOLDS_SAVED };

static SEXP held(SEXP holder, int which)
{
    return which == HOLDS_KEPT ? R_altrep_data1(holder) : R_altrep_data2(holder);
}

static tape_state *state_of(SEXP kept) { return (tape_state *)RAW(VECTOR_ELT(kept, KEPT_STATE)); }

/* A state without recordings; returns what is kept. */
static SEXP new_state(int n)
{
    SEXP kept = PROTECT(Rf_allocVector(VECSXP, KEPT_COUNT));
    SET_VECTOR_ELT(kept, KEPT_POOL, Rf_allocVector(VECSXP, 4));
    SET_VECTOR_ELT(kept, KEPT_STATE, raw_block(sizeof(tape_state)));
    gt_arena arena = {.alloc = kept_alloc, .host = kept};
    tape_state *s = state_of(kept);
    *s = (tape_state){.n = n, .kept = kept};
    gt_variants_init(&s->variants, arena, transient_arena);
    s->variants.workspace.source = (gt_arena){.alloc = workspace_alloc, .host = kept};
    s->variants.pool.add = pool_alloc;
    s->variants.pool.host = s;
    UNPROTECT(1);
    return kept;
}

static tape_state *attach(SEXP handle, SEXP kept)
{
    R_SetExternalPtrProtected(handle, R_new_altrep(globals.tape_holder, kept, R_NilValue));
    R_SetExternalPtrAddr(handle, state_of(kept));
    return state_of(kept);
}

static SEXP handle_on(SEXP kept)
{
    SEXP handle = PROTECT(R_MakeExternalPtr(NULL, globals.tape_tag, R_NilValue));
    attach(handle, kept);
    UNPROTECT(1);
    return handle;
}

SEXP call_tape_new(SEXP n)
{
    SEXP handle = handle_on(PROTECT(new_state(Rf_asInteger(n))));
    UNPROTECT(1);
    return handle;
}

SEXP tape_new_on(SEXP handle)
{
    SEXP kept = PROTECT(new_state(tape_open(handle)->n));
    keep(kept, handle);
    SEXP made = handle_on(kept);
    UNPROTECT(1);
    return made;
}

/* ---- saving ---- */

enum {
    SAVED_FORMAT,
    SAVED_TABLE,
    SAVED_N,
    SAVED_OPERATIONS,
    SAVED_INTEGERS,
    SAVED_REALS,
    SAVED_VECTORS,
    SAVED_CHECKSUM,
    SAVED_COUNT
};
static const char *const saved_names[] = {
    "format", "table", "n", "operations", "integers", "reals", "vectors", "checksum", ""};
static const SEXPTYPE saved_types[SAVED_COUNT] = {INTSXP, STRSXP,  INTSXP, STRSXP,
                                                  INTSXP, REALSXP, VECSXP, STRSXP};

static SEXP hexadecimal(uint64_t v)
{
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)v);
    return Rf_mkString(text);
}

static SEXP saved_list(const tape_state *s)
{
    const void *vmax = vmaxget();
    const int *vector_of;
    gt_saved saved = gt_save_variants(&s->variants, transient_arena, &vector_of);
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, (const char **)saved_names));
    SET_VECTOR_ELT(list, SAVED_FORMAT, Rf_ScalarInteger(GT_SAVED_FORMAT));
    SET_VECTOR_ELT(list, SAVED_TABLE, hexadecimal(gt_table_fingerprint()));
    SET_VECTOR_ELT(list, SAVED_N, Rf_ScalarInteger(s->n));
    SET_VECTOR_ELT(list, SAVED_OPERATIONS, Rf_allocVector(STRSXP, saved.n_names));
    for (int k = 0; k < saved.n_names; k++)
        SET_STRING_ELT(VECTOR_ELT(list, SAVED_OPERATIONS), k, Rf_mkChar(saved.names[k]));
    SET_VECTOR_ELT(list, SAVED_INTEGERS, Rf_allocVector(INTSXP, (R_xlen_t)saved.n_ints));
    memcpy(INTEGER(VECTOR_ELT(list, SAVED_INTEGERS)), saved.ints,
           (size_t)saved.n_ints * sizeof(int));
    SET_VECTOR_ELT(list, SAVED_REALS, Rf_allocVector(REALSXP, (R_xlen_t)saved.n_reals));
    if (saved.n_reals)
        memcpy(REAL(VECTOR_ELT(list, SAVED_REALS)), saved.reals,
               (size_t)saved.n_reals * sizeof(double));
    SET_VECTOR_ELT(list, SAVED_VECTORS, Rf_allocVector(VECSXP, saved.n_vectors));
    for (int k = 0; k < saved.n_vectors; k++)
        SET_VECTOR_ELT(VECTOR_ELT(list, SAVED_VECTORS), k,
                       VECTOR_ELT(VECTOR_ELT(s->kept, KEPT_POOL), vector_of[k]));
    SET_VECTOR_ELT(list, SAVED_CHECKSUM, hexadecimal(gt_saved_checksum(&saved)));
    UNPROTECT(1);
    vmaxset(vmax);
    return list;
}

static SEXP holder_serialized_state(SEXP holder)
{
    SEXP kept = held(holder, HOLDS_KEPT);
    return kept == R_NilValue ? held(holder, HOLDS_SAVED) : saved_list(state_of(kept));
}

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
    globals.tape_tag = Rf_install("gradtape_tape_state");
    globals.tape_holder = R_make_altinteger_class("tape_holder", "gradtape", dll);
    R_set_altrep_Length_method(globals.tape_holder, holder_length);
    R_set_altrep_Serialized_state_method(globals.tape_holder, holder_serialized_state);
    R_set_altrep_Unserialize_method(globals.tape_holder, holder_unserialize);
}

/* ---- loading: at the first use ---- */

static void NORET refuse(const char *why)
{
    r_error("abort_damaged", PROTECT(Rf_mkString("tape")), Rf_mkString(why));
}

static const char another_form[] = "it has another form";

static bool is_one(SEXP x) { return XLENGTH(x) == 1; }

/* What is wrong with the form of a saved list, or NULL. */
static const char *wrong_form(SEXP list)
{
    if (TYPEOF(list) != VECSXP || XLENGTH(list) != SAVED_COUNT) return another_form;
    for (int k = 0; k < SAVED_COUNT; k++)
        if ((SEXPTYPE)TYPEOF(VECTOR_ELT(list, k)) != saved_types[k]) return another_form;
    if (!is_one(VECTOR_ELT(list, SAVED_FORMAT)) || !is_one(VECTOR_ELT(list, SAVED_TABLE)) ||
        !is_one(VECTOR_ELT(list, SAVED_N)) || !is_one(VECTOR_ELT(list, SAVED_CHECKSUM)) ||
        INTEGER(VECTOR_ELT(list, SAVED_N))[0] < 0 ||
        XLENGTH(VECTOR_ELT(list, SAVED_OPERATIONS)) > GT_OP_COUNT ||
        XLENGTH(VECTOR_ELT(list, SAVED_VECTORS)) > INT32_MAX)
        return another_form;
    SEXP vectors = VECTOR_ELT(list, SAVED_VECTORS);
    for (R_xlen_t k = 0; k < XLENGTH(vectors); k++)
        if (TYPEOF(VECTOR_ELT(vectors, k)) != REALSXP) return "a constant has another form";
    return NULL;
}

static bool is_text(SEXP x, SEXP expected)
{
    return !strcmp(CHAR(STRING_ELT(x, 0)), CHAR(STRING_ELT(expected, 0)));
}

/* A list of the right form as the tape layer reads it. Its vectors go into the pool of s. */
static gt_saved saved_view(SEXP list, tape_state *s)
{
    SEXP operations = VECTOR_ELT(list, SAVED_OPERATIONS), vectors = VECTOR_ELT(list, SAVED_VECTORS);
    gt_saved saved = {.n_names = LENGTH(operations),
                      .n_ints = XLENGTH(VECTOR_ELT(list, SAVED_INTEGERS)),
                      .ints = INTEGER(VECTOR_ELT(list, SAVED_INTEGERS)),
                      .n_reals = XLENGTH(VECTOR_ELT(list, SAVED_REALS)),
                      .reals = REAL(VECTOR_ELT(list, SAVED_REALS)),
                      .n_vectors = LENGTH(vectors)};
    saved.names = gt_alloc_array(transient_arena, (size_t)saved.n_names, sizeof *saved.names);
    for (int k = 0; k < saved.n_names; k++) saved.names[k] = CHAR(STRING_ELT(operations, k));
    for (int k = 0; k < saved.n_vectors; k++) {
        SEXP x = VECTOR_ELT(vectors, k);
        if (ALTREP(x)) { /* what stands behind it may move */
            double *copy = pool_alloc(s, XLENGTH(x));
            memcpy(copy, REAL(x), (size_t)XLENGTH(x) * sizeof(double));
            gt_pool_add(&s->variants.pool, XLENGTH(x), copy);
        } else {
            pool_keep(s, x);
            gt_pool_add(&s->variants.pool, XLENGTH(x), REAL(x));
        }
    }
    saved.vectors = s->variants.pool.vector;
    return saved;
}

/* What is kept of a tape that was saved as `list`, or R_NilValue and what is wrong with it. What
 * another version saved is left behind: its function is recorded again.          */
static SEXP load_state(SEXP list, gt_error *err)
{
    const void *vmax = vmaxget();
    const char *wrong = wrong_form(list);
    if (wrong) return gt_fail(err, "%s", wrong), R_NilValue;
    SEXP kept = PROTECT(new_state(INTEGER(VECTOR_ELT(list, SAVED_N))[0]));
    SEXP table = PROTECT(hexadecimal(gt_table_fingerprint()));
    tape_state *s = state_of(kept);
    bool failed = false;
    s->is_stale = INTEGER(VECTOR_ELT(list, SAVED_FORMAT))[0] != GT_SAVED_FORMAT ||
                  !is_text(VECTOR_ELT(list, SAVED_TABLE), table);
    if (!s->is_stale) {
        gt_saved saved = saved_view(list, s);
        SEXP checksum = PROTECT(hexadecimal(gt_saved_checksum(&saved)));
        failed = is_text(VECTOR_ELT(list, SAVED_CHECKSUM), checksum)
                     ? gt_load_variants(&s->variants, &saved, s->n, transient_arena, err)
                     : gt_fail(err, "its checksum is another");
        UNPROTECT(1);
    }
    UNPROTECT(2);
    vmaxset(vmax);
    return failed ? R_NilValue : kept;
}

static SEXP load_or_refuse(SEXP list)
{
    gt_error err;
    SEXP kept = load_state(list, &err);
    if (kept == R_NilValue) refuse(err.message);
    return kept;
}

tape_state *tape_open(SEXP handle)
{
    if (TYPEOF(handle) != EXTPTRSXP || R_ExternalPtrTag(handle) != globals.tape_tag)
        refuse("it has no recordings");
    tape_state *s = R_ExternalPtrAddr(handle);
    if (s) return s;
    SEXP holder = R_ExternalPtrProtected(handle);
    if (!ALTREP(holder) || !R_altrep_inherits(holder, globals.tape_holder))
        refuse("its recordings were not saved: save it with version = 3, which is R's default");
    s = attach(handle, PROTECT(load_or_refuse(held(holder, HOLDS_SAVED))));
    UNPROTECT(1);
    return s;
}

/* Was the tape saved by another version, and not recorded since? */
SEXP call_tape_is_stale(SEXP handle) { return Rf_ScalarLogical(tape_open(handle)->is_stale); }

/* ---- for tests: what is saved, a handle made of such a list, and its checksum ---- */

SEXP call_tape_saved(SEXP handle) { return saved_list(tape_open(handle)); }

SEXP call_tape_loaded(SEXP list)
{
    SEXP handle = handle_on(PROTECT(load_or_refuse(list)));
    UNPROTECT(1);
    return handle;
}

/* What is wrong with such a list, or NULL. */
SEXP call_tape_damage(SEXP list)
{
    gt_error err;
    return load_state(list, &err) == R_NilValue ? Rf_mkString(err.message) : R_NilValue;
}

SEXP call_tape_checksum(SEXP list)
{
    const void *vmax = vmaxget();
    if (wrong_form(list)) refuse(another_form);
    SEXP kept = PROTECT(new_state(0));
    gt_saved saved = saved_view(list, state_of(kept));
    SEXP checksum = hexadecimal(gt_saved_checksum(&saved));
    UNPROTECT(1);
    vmaxset(vmax);
    return checksum;
}
