/* torch's $step(closure): a solver whose problem is an R closure or a tape and whose memory is an
 * R list that lives on from step to step.                                         */
#include "bridge/entries.h"
#include "bridge/options.h"
#include "bridge/tape.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "globals.h"
#include "solvers/solver.h"

#include <string.h>

static size_t element_bytes(gt_space s) { return s.single ? sizeof(float) : sizeof(double); }

static void NORET refuse(const char *why)
{
    r_error("abort_solver", PROTECT(Rf_mkString(why)), R_NilValue);
}

/* ---- memory of a method that lives on: list(numbers, vectors) ----------------------------- */

enum { KEPT_NUMBERS, KEPT_VECTORS };
static const char *const kept_names[] = {"numbers", "vectors", ""};

static SEXP alloc_flat(gt_space s)
{
    return Rf_allocVector(s.single ? INTSXP : REALSXP, (R_xlen_t)s.n);
}

static gt_memory_size kept_size(const gt_solver *s)
{
    gt_memory_size kept, work;
    s->method->memory(s->problem, s->options, &kept, &work);
    return kept;
}

static SEXP new_kept(const gt_solver *s)
{
    gt_memory_size size = kept_size(s);
    SEXP kept = PROTECT(Rf_mkNamed(VECSXP, (const char **)kept_names));
    SET_VECTOR_ELT(kept, KEPT_NUMBERS, Rf_allocVector(REALSXP, (R_xlen_t)size.numbers));
    if (size.numbers)
        memset(REAL(VECTOR_ELT(kept, KEPT_NUMBERS)), 0, (size_t)size.numbers * sizeof(double));
    SET_VECTOR_ELT(kept, KEPT_VECTORS, Rf_allocVector(VECSXP, (R_xlen_t)size.vectors));
    UNPROTECT(1);
    return kept;
}

/* Gives the memory to the solver; or says what is wrong with it. The only place that
 * knows what a solver relies on, but for the method's own account of it.          */
static const char *use_kept(gt_solver *s, SEXP kept)
{
    const gt_space space = s->problem->space;
    gt_memory_size size = kept_size(s);
    SEXP names = TYPEOF(kept) == VECSXP ? Rf_getAttrib(kept, R_NamesSymbol) : R_NilValue;
    if (TYPEOF(names) != STRSXP || LENGTH(names) != 2 ||
        strcmp(CHAR(STRING_ELT(names, 0)), kept_names[0]) ||
        strcmp(CHAR(STRING_ELT(names, 1)), kept_names[1]))
        return "it is no list of `numbers` and `vectors`";
    SEXP numbers = VECTOR_ELT(kept, KEPT_NUMBERS), vectors = VECTOR_ELT(kept, KEPT_VECTORS);
    if (TYPEOF(numbers) != REALSXP || TYPEOF(vectors) != VECSXP ||
        XLENGTH(numbers) != size.numbers || XLENGTH(vectors) != size.vectors)
        return "it has another size: `history_size` differs";
    s->kept.numbers = REAL(numbers);
    s->kept.vector = (void **)R_alloc((size_t)size.vectors + 1, sizeof(void *));
    for (R_xlen_t k = 0; k < XLENGTH(vectors); k++) {
        SEXP v = VECTOR_ELT(vectors, k);
        s->kept.vector[k] = NULL;
        if (v == R_NilValue) continue;
        if (TYPEOF(v) != (space.single ? INTSXP : REALSXP) || XLENGTH(v) != space.n)
            return "its vectors differ from the parameters in number of elements or in dtype";
        s->kept.vector[k] = data_pointer(v);
    }
    return s->method->fault ? s->method->fault(s->problem, s->options, &s->kept) : NULL;
}

/* ---- parameters, one after the other in one vector -------------------------------------- */

static gt_space parameter_space(SEXP params)
{
    gt_space s = {false, 0};
    for (int i = 0; i < LENGTH(params); i++) {
        gt_type t = node_type(tensor_argument(VECTOR_ELT(params, i), "params"));
        if (i && gt_is_single(t.dtype) != s.single)
            refuse("the parameters must be of one dtype: all float or all double");
        s.single = gt_is_single(t.dtype);
        s.n += t.size;
    }
    return s;
}

/* A closure may have given a parameter another shape or dtype. */
static bool still_fit(SEXP params, gt_space s)
{
    int64_t n = 0;
    for (int i = 0; i < LENGTH(params); i++) {
        gt_type t = node_type(tensor_node(VECTOR_ELT(params, i)));
        if (gt_is_single(t.dtype) != s.single) return false;
        n += t.size;
    }
    return n == s.n;
}

static void write_parameters(SEXP params, gt_space space, const void *flat)
{
    size_t at = 0;
    for (int i = 0; i < LENGTH(params); i++) {
        SEXP node = tensor_node(VECTOR_ELT(params, i));
        gt_array x = node_writable(node);
        size_t bytes = (size_t)x.type.size * element_bytes(space);
        if (bytes) memcpy(x.data, (const char *)flat + at, bytes);
        node_get_meta(node)->version++;
        at += bytes;
    }
}

static void read_parameters(SEXP params, gt_space space, void *flat)
{
    size_t at = 0;
    for (int i = 0; i < LENGTH(params); i++) {
        gt_array x = node_array(tensor_node(VECTOR_ELT(params, i)));
        size_t bytes = (size_t)x.type.size * element_bytes(space);
        if (bytes) memcpy((char *)flat + at, x.data, bytes);
        at += bytes;
    }
}

static void read_gradients(SEXP params, gt_space space, void *flat)
{
    size_t at = 0;
    for (int i = 0; i < LENGTH(params); i++) {
        SEXP node = tensor_node(VECTOR_ELT(params, i)), grad = VECTOR_ELT(node, NODE_GRAD);
        gt_type type = node_type(node);
        size_t bytes = (size_t)type.size * element_bytes(space);
        if (grad == R_NilValue) {
            if (bytes) memset((char *)flat + at, 0, bytes);
        } else {
            gt_array g = node_array(tensor_node(grad));
            if (!gt_same_shape(&g.type, &type) || g.type.dtype != type.dtype)
                refuse("the gradient of a parameter differs from it in shape or dtype");
            if (bytes) memcpy((char *)flat + at, g.data, bytes);
        }
        at += bytes;
    }
}

/* Which parameter holds the first NaN of a gradient: "parameter 2, element 3". */
static void NORET nan_at_start(SEXP params, gt_space s, const void *g, double loss)
{
    gt_error why;
    int64_t at = 0;
    for (int i = 0; i < LENGTH(params); i++) {
        gt_array part = {node_type(tensor_node(VECTOR_ELT(params, i))),
                         (char *)g + (size_t)at * element_bytes(s)};
        for (int64_t k = 0; k < part.type.size; k++)
            if (ISNAN(gt_get(&part, k))) {
                gt_fail(&why,
                        "the gradient is NaN at the start (parameter %d, element %lld; loss %g); "
                        "start from a point where the function is smooth",
                        i + 1, (long long)k + 1, loss);
                refuse(why.message);
            }
        at += part.type.size;
    }
    refuse("the loss is NaN at the start; start from a point where the function is defined");
}

/* ---- a closure or a tape as problem ------------------------------------------------------- */

typedef struct {
    gt_problem base;
    SEXP params, closure, results; /* results[0]: what the first call returned */
} closure_problem;

static void check_fit(const closure_problem *p)
{
    if (!still_fit(p->params, p->base.space))
        refuse("a parameter got another shape or dtype within the step");
}

static void evaluate_closure(gt_problem *self, const void *x, double *value, void *gradient)
{
    closure_problem *p = (closure_problem *)self;
    R_CheckUserInterrupt();
    check_fit(p);
    write_parameters(p->params, p->base.space, x);
    SEXP call = PROTECT(Rf_lang1(p->closure));
    SEXP loss = PROTECT(Rf_eval(call, R_GlobalEnv));
    if (!is_tensor(loss) || node_type(tensor_node(loss)).size != 1)
        r_error("abort_loss", loss, R_NilValue);
    check_fit(p);
    gt_array a = node_array(tensor_node(loss));
    *value = gt_get(&a, 0);
    read_gradients(p->params, p->base.space, gradient);
    if (VECTOR_ELT(p->results, 0) == R_NilValue) SET_VECTOR_ELT(p->results, 0, loss);
    UNPROTECT(2);
}

/* ---- within a step ------------------------------------------------------------------------- */

/* While a closure runs, gradients are recorded and the optimizer's flag is set: a step within
 * the step is an error (R/optim.R). However it ends, both are put back, and the parameters
 * get the point that the solver last accepted.                                 */
typedef struct {
    int *is_stepping;
    bool grad_was_enabled;
    SEXP call;         /* what runs: a call, */
    gt_solver *solver; /* or a solver on these parameters */
    SEXP params;
    gt_status status;
} step;

static SEXP run_step(void *data)
{
    step *s = data;
    if (!s->solver) return Rf_eval(s->call, R_GlobalEnv);
    s->status = gt_minimize(s->solver);
    return R_NilValue;
}

static void end_step(void *data, Rboolean jump)
{
    const step *s = data;
    (void)jump;
    *s->is_stepping = FALSE;
    globals.grad_enabled = s->grad_was_enabled;
    if (!s->solver) return;
    const gt_space space = s->solver->problem->space;
    if (still_fit(s->params, space)) write_parameters(s->params, space, gt_solver_best(s->solver));
}

static SEXP within_step(step *s, SEXP is_stepping)
{
    s->is_stepping = LOGICAL(is_stepping);
    s->grad_was_enabled = globals.grad_enabled;
    *s->is_stepping = TRUE;
    globals.grad_enabled = true;
    return R_UnwindProtect(run_step, s, end_step, s, NULL);
}

/* What a closure returns, within a step. */
SEXP call_run_closure(SEXP closure, SEXP is_stepping)
{
    step s = {.call = PROTECT(Rf_lang1(closure))};
    SEXP loss = within_step(&s, is_stepping);
    UNPROTECT(1);
    return loss;
}

/* ---- torch's step ------------------------------------------------------------------------ */

SEXP call_solver_state(SEXP method, SEXP params, SEXP options)
{
    gt_problem shape = {.space = parameter_space(params)};
    gt_solver s = solver_argument(method, &shape, options);
    return new_kept(&s);
}

/* NULL, or what is wrong with a state. */
SEXP call_solver_fault(SEXP method, SEXP params, SEXP options, SEXP state)
{
    const void *vmax = vmaxget();
    gt_problem shape = {.space = parameter_space(params)};
    gt_solver s = solver_argument(method, &shape, options);
    const char *fault = use_kept(&s, state);
    vmaxset(vmax);
    return fault ? Rf_mkString(fault) : R_NilValue;
}

typedef struct {
    SEXP state;
    gt_space space;
} step_host;

static void reserve_vector(gt_solver *s, int64_t k)
{
    const step_host *host = s->host;
    SEXP v = alloc_flat(host->space);
    SET_VECTOR_ELT(VECTOR_ELT(host->state, KEPT_VECTORS), (R_xlen_t)k, v);
    s->kept.vector[k] = data_pointer(v);
}

/* closure: an R function or, for a tape, list(state, function that answers where no recording holds).
 * Returns list(loss at the start, status). */
SEXP call_solver_step(SEXP method, SEXP params, SEXP closure, SEXP options, SEXP state,
                      SEXP is_stepping)
{
    record_escape_by("an optimizer's $step()");
    const void *vmax = vmaxget();
    const char *names[] = {"loss", "status", ""};
    const gt_space space = parameter_space(params);
    const bool is_tape = TYPEOF(closure) == VECSXP;
    SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
    closure_problem by_closure = {.base = {.space = space, .value_and_gradient = evaluate_closure},
                                  .params = params,
                                  .closure = closure,
                                  .results = result};
    gt_tape_objective by_tape = {.kept = PROTECT(Rf_allocVector(VECSXP, TAPE_OBJECTIVE_KEEPS))};
    if (is_tape) gt_tape_objective_init(&by_tape, space, closure);

    step_host host = {state, space};
    gt_solver s = solver_argument(method, is_tape ? &by_tape.base : &by_closure.base, options);
    s.leaves_last = true;
    s.host = &host;
    s.reserve = reserve_vector;
    const char *fault = use_kept(&s, state);
    if (fault) r_error("abort_state", PROTECT(Rf_mkString(fault)), R_NilValue);
    gt_solver_place(&s, R_alloc(gt_solver_bytes(&s), 1));
    read_parameters(params, space, s.x);
    s.value = NAN;
    step run = {.solver = &s, .params = params};
    within_step(&run, is_stepping);

    if (run.status == GT_STATUS_UNDEFINED_START) nan_at_start(params, space, s.gradient, s.value);
    if (is_tape) SET_VECTOR_ELT(result, 0, Rf_ScalarReal(s.start_value));
    SET_VECTOR_ELT(result, 1, Rf_mkString(gt_status_word(run.status)));
    vmaxset(vmax);
    UNPROTECT(2);
    return result;
}
