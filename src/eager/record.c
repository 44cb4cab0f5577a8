#if !defined(_WIN32) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#endif
#include "eager/record.h"
#include "eager/errors.h"

#ifndef _WIN32
#include <sys/mman.h>
#include <unistd.h>
#endif

/* ---- the recorder: an R list that its caller keeps -------------------------------- */

enum {
    GUARDS,
    N_GUARDS,
    SUCCESSES,
    N_SUCCESSES,
    NODES,
    N_NODES, /* and their elements, and how many nodes are taken over at once */
    OWNER,
    INPUT,
    ESCAPED,
    UNREPLAYABLE,
    PLACE,
    PROCESS
};

/* Nodes are taken over also when they have so many elements together. */
#define MOST_ELEMENTS (1 << 25)

static SEXP part(int which) { return VECTOR_ELT(globals.recorder, which); }
static void set_part(int which, SEXP x) { SET_VECTOR_ELT(globals.recorder, which, x); }

/* ---- forked processes: what they compute comes back as constants ------------------ */

#ifdef _WIN32
static int process(void) { return 0; }
static void share_note(void) {}
static void note_in_parent(void) {}
static bool was_used_in_child(void) { return false; }
#else
static int process(void) { return (int)getpid(); }

static void share_note(void)
{
    if (globals.shared_note) {
        *globals.shared_note = 0;
        return;
    }
    void *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) r_stop(ERROR_STATE, "no memory for a recording");
    globals.shared_note = page;
}
static void note_in_parent(void) { *globals.shared_note = 1; }
static bool was_used_in_child(void) { return *globals.shared_note; }
#endif

bool is_used_in_child(void)
{
    if (!is_recording() || INTEGER(part(PROCESS))[0] == process()) return false;
    note_in_parent();
    return true;
}

/* ---- what R code sees of its own calls -------------------------------------------- */

/* Calls a function of R/tape_escape.R without arguments. */
static SEXP call_function(const char *name, SEXP (*run)(SEXP call, SEXP env))
{
    SEXP package = PROTECT(Rf_mkString("gradtape"));
    SEXP namespace = PROTECT(R_FindNamespace(package));
    SEXP call = PROTECT(Rf_lang1(Rf_install(name)));
    SEXP result = run(call, namespace);
    UNPROTECT(3);
    return result;
}

static SEXP try_eval(SEXP call, SEXP env)
{
    int failed;
    SEXP result = R_tryEvalSilent(call, env, &failed);
    return failed ? R_NilValue : result;
}

bool is_only_shown(void)
{
    SEXP shown = call_function("is_only_shown", try_eval);
    return TYPEOF(shown) == LGLSXP && LENGTH(shown) == 1 && LOGICAL(shown)[0] == TRUE;
}

SEXP escape_origin(void) { return call_function("escape_origin", Rf_eval); }

void check_same_process(void)
{
    if (is_used_in_child()) call_function("abort_in_child", Rf_eval);
}

/* ---- opening and closing ---------------------------------------------------------- */

SEXP record_begin(SEXP place, SEXP owner, int most_nodes)
{
    const char *names[] = {"guards",  "n_guards", "successes", "n_successes", "nodes",
                           "n_nodes", "owner",    "input",     "escaped",     "unreplayable",
                           "place",   "process",  ""};
    SEXP result = PROTECT(Rf_allocVector(VECSXP, 2));
    SEXP fresh = Rf_mkNamed(VECSXP, names);
    SET_VECTOR_ELT(result, 0, fresh);
    SET_VECTOR_ELT(fresh, GUARDS, Rf_allocVector(VECSXP, 16));
    SET_VECTOR_ELT(fresh, N_GUARDS, Rf_ScalarInteger(0));
    SET_VECTOR_ELT(fresh, SUCCESSES, Rf_allocVector(VECSXP, 4));
    SET_VECTOR_ELT(fresh, N_SUCCESSES, Rf_ScalarInteger(0));
    if (owner != R_NilValue) SET_VECTOR_ELT(fresh, NODES, Rf_allocVector(VECSXP, 64));
    int *nodes = INTEGER(SET_VECTOR_ELT(fresh, N_NODES, Rf_allocVector(INTSXP, 3)));
    nodes[0] = nodes[1] = 0;
    nodes[2] = most_nodes;
    SET_VECTOR_ELT(fresh, OWNER, owner);
    SET_VECTOR_ELT(fresh, PLACE, place);
    SET_VECTOR_ELT(fresh, PROCESS, Rf_ScalarInteger(process()));
    SET_VECTOR_ELT(result, 1, is_recording() ? globals.recorder : R_NilValue);
    if (!is_recording()) share_note();
    globals.recorder = fresh;
    UNPROTECT(1);
    return result;
}

void record_end(SEXP opened)
{
    SEXP outer = VECTOR_ELT(opened, 1);
    globals.recorder = outer == R_NilValue ? NULL : outer;
}

SEXP record_place(void) { return is_recording() ? part(PLACE) : R_NilValue; }

/* ---- guards ------------------------------------------------------------------------ */

/* Appends to a list of the recorder, which grows. */
static void append(int list, SEXP x)
{
    int *count = INTEGER(part(list + 1));
    SEXP kept = part(list);
    if (*count == LENGTH(kept)) {
        SEXP larger = PROTECT(Rf_allocVector(VECSXP, 2 * *count));
        for (int i = 0; i < *count; i++) SET_VECTOR_ELT(larger, i, VECTOR_ELT(kept, i));
        set_part(list, larger);
        kept = larger;
        UNPROTECT(1);
    }
    SET_VECTOR_ELT(kept, (*count)++, x);
}

/* Empties a list of the recorder. */
static void clear(int list)
{
    int *count = INTEGER(part(list + 1));
    for (int i = 0; i < *count; i++) SET_VECTOR_ELT(part(list), i, R_NilValue);
    *count = 0;
}

int recorded_guards(SEXP r) { return INTEGER(VECTOR_ELT(r, N_GUARDS))[0]; }
SEXP recorded_guard(SEXP r, int k) { return VECTOR_ELT(VECTOR_ELT(r, GUARDS), k); }
int recorded_successes(SEXP r) { return INTEGER(VECTOR_ELT(r, N_SUCCESSES))[0]; }
SEXP recorded_success(SEXP r, int k) { return VECTOR_ELT(VECTOR_ELT(r, SUCCESSES), k); }

void record_guard(SEXP node)
{
    if (!is_recorded(node) || node_has(node, NODE_GUARD)) return;
    append(GUARDS, node);
    node_get_meta(node)->flags |= NODE_GUARD;
}

gt_params outcome_params(gt_op op, const gt_params *params)
{
    int *v = (int *)R_alloc((size_t)params->n + 1, sizeof *v);
    v[0] = (int)op;
    for (int k = 0; k < params->n; k++) v[k + 1] = params->v[k];
    return (gt_params){params->n + 1, v};
}

SEXP outcome_node(gt_op op, int n, SEXP const *values, const gt_params *params, bool succeeds)
{
    const void *vmax = vmaxget();
    gt_type type = gt_scalar_type(GT_BOOL);
    gt_params all = outcome_params(op, params);
    SEXP data = PROTECT(Rf_ScalarReal(succeeds));
    SEXP node = node_new(GT_OP_succeeds, &type, data, n, values, &all, NODE_TRACKED);
    UNPROTECT(1);
    vmaxset(vmax);
    return node;
}

/* Can the outcome be another when the input is? Of an operation on positions, they decide. */
static bool has_recorded_outcome(gt_op op, int n, SEXP const *values)
{
    const gt_op_def *def = gt_op_get(op);
    for (int i = 0; i < n; i++)
        if ((!def->index_inputs || def->index_inputs >> i & 1u) && is_recorded(values[i]))
            return true;
    return false;
}

void record_failure(gt_op op, int n, SEXP const *values, const gt_params *params)
{
    if (!is_recording() || !gt_op_get(op)->may_fail || !has_recorded_outcome(op, n, values)) return;
    SEXP node = PROTECT(outcome_node(op, n, values, params, false));
    record_guard(node);
    UNPROTECT(1);
}

void record_success(gt_op op, int n, SEXP const *values, SEXP node)
{
    if (!has_recorded_outcome(op, n, values)) return;
    append(SUCCESSES, node);
    node_get_meta(node)->flags |= NODE_SUCCESS;
}

/* ---- nodes ------------------------------------------------------------------------- */

int recorded_nodes(SEXP r) { return INTEGER(VECTOR_ELT(r, N_NODES))[0]; }
SEXP recorded_node(SEXP r, int k) { return VECTOR_ELT(VECTOR_ELT(r, NODES), k); }
SEXP recorded_owner(SEXP r) { return VECTOR_ELT(r, OWNER); }
SEXP recorded_input(SEXP r) { return VECTOR_ELT(r, INPUT); }

void record_input(SEXP node)
{
    node_get_meta(node)->flags |= NODE_TRACKED;
    if (is_recording()) set_part(INPUT, node);
}

void record_node(SEXP node)
{
    if (!is_recording() || part(NODES) == R_NilValue) return;
    int *n = INTEGER(part(N_NODES)), *elements = n + 1;
    if (*n >= n[2] || *elements >= MOST_ELEMENTS) {
        globals.take_nodes(globals.recorder);
        clear(NODES);
        clear(SUCCESSES);
        *elements = 0;
    }
    append(NODES, node);
    const int64_t size = node_type(node).size;
    *elements += size < MOST_ELEMENTS ? (int)size : MOST_ELEMENTS;
}

void record_keep_nodes(void)
{
    if (!is_recording() || part(NODES) == R_NilValue) return;
    clear(NODES);
    set_part(NODES, R_NilValue);
}

void record_whole(SEXP node)
{
    if (!is_recording() || node_owner(node) != part(OWNER))
        r_stop(ERROR_GRADIENT,
               "this value is of a long recording, which keeps what it was computed "
               "from to itself; compute it outside of the tape");
    r_error("record_whole", R_NilValue, R_NilValue);
}

/* ---- escapes ----------------------------------------------------------------------- */

void record_escape(SEXP origin)
{
    if (is_recording() && part(ESCAPED) == R_NilValue) set_part(ESCAPED, origin);
}

void record_escape_by(const char *text)
{
    if (is_recording()) record_escape(Rf_mkString(text));
}

void record_serialization(SEXP node)
{
    if (!is_recorded(node)) return;
    SEXP origin = PROTECT(escape_origin());
    record_escape(origin);
    UNPROTECT(1);
}

SEXP record_escaped(SEXP opened)
{
    SEXP recorder = VECTOR_ELT(opened, 0);
    if (VECTOR_ELT(recorder, ESCAPED) == R_NilValue && was_used_in_child())
        SET_VECTOR_ELT(recorder, ESCAPED, Rf_mkString("a forked process"));
    return VECTOR_ELT(recorder, ESCAPED);
}

void record_unreplayable(SEXP text)
{
    if (is_recording()) set_part(UNREPLAYABLE, text);
}
