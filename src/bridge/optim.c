/* Optimizers as R sees them: parameters are tensors, state is an R list whose vectors
 * are updated in place, the objective of L-BFGS is an R closure.               */
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "solvers/first_order/adabelief.h"
#include "solvers/first_order/adadelta.h"
#include "solvers/first_order/adagrad.h"
#include "solvers/first_order/adam.h"
#include "solvers/first_order/adamax.h"
#include "solvers/first_order/asgd.h"
#include "solvers/lbfgs.h"
#include "solvers/first_order/lion.h"
#include "solvers/first_order/nadam.h"
#include "solvers/first_order/radam.h"
#include "solvers/first_order/rmsprop.h"
#include "solvers/first_order/rprop.h"
#include "solvers/first_order/sgd.h"
#include "solvers/first_order/yogi.h"

#include <string.h>

/* ---- options ------------------------------------------------------- */

static SEXP element(SEXP list, const char *name)
{
    SEXP names = Rf_getAttrib(list, R_NamesSymbol);
    for (int i = 0; i < LENGTH(names); i++)
        if (!strcmp(CHAR(STRING_ELT(names, i)), name)) return VECTOR_ELT(list, i);
    return R_NilValue;
}

static double option(SEXP options, const char *name)
{
    SEXP v = element(options, name);
    if ((TYPEOF(v) != REALSXP && TYPEOF(v) != INTSXP && TYPEOF(v) != LGLSXP) || XLENGTH(v) != 1)
        Rf_errorcall(R_NilValue, "optimizer option `%s` must be one number", name);
    double value = Rf_asReal(v);
    if (ISNAN(value)) Rf_errorcall(R_NilValue, "optimizer option `%s` is NA", name);
    return value;
}

static double option_at(SEXP options, const char *name, int i)
{
    SEXP v = element(options, name);
    if ((TYPEOF(v) != REALSXP && TYPEOF(v) != INTSXP) || LENGTH(v) <= i)
        Rf_errorcall(R_NilValue, "optimizer option `%s` must hold %d numbers", name, i + 1);
    return TYPEOF(v) == REALSXP ? REAL(v)[i] : INTEGER(v)[i];
}

/* ---- parameters and their state ------------------------------------------------ */

/* Where the first tensor stands that occurs before in the list, from 1; 0 if none does. */
SEXP call_first_duplicate(SEXP params)
{
    for (int i = 1; i < LENGTH(params); i++)
        for (int k = 0; k < i; k++)
            if (tensor_node(VECTOR_ELT(params, i)) == tensor_node(VECTOR_ELT(params, k)))
                return Rf_ScalarInteger(i + 1);
    return Rf_ScalarInteger(0);
}

/* A copy of a state that shares nothing with it: a state is changed in place. */
SEXP call_copy_state(SEXP x)
{
    if (is_tensor(x)) {
        gt_type type = node_type(tensor_node(x));
        SEXP data = PROTECT(Rf_duplicate(VECTOR_ELT(tensor_node(x), NODE_DATA)));
        SEXP node = PROTECT(node_leaf(&type, data, 0));
        SEXP copy = tensor_new(node);
        UNPROTECT(2);
        return copy;
    }
    if (TYPEOF(x) != VECSXP) return Rf_duplicate(x);
    SEXP copy = PROTECT(Rf_shallow_duplicate(x));
    for (int i = 0; i < LENGTH(x); i++) SET_VECTOR_ELT(copy, i, call_copy_state(VECTOR_ELT(x, i)));
    UNPROTECT(1);
    return copy;
}

static SEXP new_zeros(const gt_type *type)
{
    SEXP data = PROTECT(alloc_data(type));
    if (type->size) memset(data_pointer(data), 0, (size_t)type->size * gt_element_size(type->dtype));
    SEXP node = PROTECT(node_leaf(type, data, 0));
    SEXP zeros = tensor_new(node);
    UNPROTECT(2);
    return zeros;
}

/* ---- first-order methods: one fused pass per parameter ------------------------ */

/* The state of a parameter is a list: its numbers (the step, and what the method carries
 * along), then its vectors, which are NULL until they are needed.               */
enum { STATE_NUMBERS, STATE_VECTORS };

static SEXP gradient(SEXP param)
{
    SEXP grad = VECTOR_ELT(tensor_argument(param, "params"), NODE_GRAD);
    return grad == R_NilValue ? grad : tensor_node(grad);
}

static void check_gradients(SEXP params)
{
    for (int i = 0; i < LENGTH(params); i++) {
        SEXP grad = gradient(VECTOR_ELT(params, i));
        if (grad == R_NilValue) continue;
        gt_type x = node_type(tensor_node(VECTOR_ELT(params, i))), g = node_type(grad);
        if (!gt_same_shape(&x, &g) || x.dtype != g.dtype)
            Rf_errorcall(R_NilValue, "the gradient of parameter %d differs from it in shape or "
                                     "dtype; nothing was changed", i + 1);
    }
}

/* Steps every parameter that has a gradient. needed: which vectors of the state are. */
static SEXP step_all(SEXP params, SEXP states, gt_update_function step, const void *options,
                     int n_vectors, const bool *needed)
{
    record_escape("an optimizer's $step()");
    check_gradients(params);
    for (int i = 0; i < LENGTH(params); i++) {
        SEXP grad = gradient(VECTOR_ELT(params, i)), state = VECTOR_ELT(states, i);
        if (grad == R_NilValue) continue;
        SEXP node = tensor_node(VECTOR_ELT(params, i));
        gt_type type = node_type(node);
        gt_update u = {.space = {gt_is_single(type.dtype), type.size}};
        for (int k = 0; k < n_vectors; k++) {
            if (!needed[k]) continue;
            if (VECTOR_ELT(state, STATE_VECTORS + k) == R_NilValue) {
                SET_VECTOR_ELT(state, STATE_VECTORS + k, new_zeros(&type));
                u.first = true;
            }
            u.state[k] = node_writable(tensor_node(VECTOR_ELT(state, STATE_VECTORS + k))).data;
        }
        double *numbers = REAL(VECTOR_ELT(state, STATE_NUMBERS));
        u.step = ++numbers[0];
        u.carried = numbers + 1;
        u.x = node_writable(node).data;
        u.g = node_array(grad).data;
        step(options, &u);
        node_get_meta(node)->version++;
    }
    return R_NilValue;
}

/* The body of a .Call entry; the rest of the arguments say which vectors are needed. */
#define STEP_ALL(name, ...) \
    const bool needed[] = {__VA_ARGS__}; \
    return step_all(params, states, gt_##name##_step, &o, sizeof needed / sizeof *needed, needed)

#define NUMBER(name) option(options, #name)
#define FLAG(name) (option(options, #name) != 0)
#define BETAS option_at(options, "betas", 0), option_at(options, "betas", 1)

SEXP call_sgd_step(SEXP params, SEXP states, SEXP options)
{
    gt_sgd_options o = {NUMBER(lr), NUMBER(momentum), NUMBER(dampening), NUMBER(weight_decay),
                        FLAG(nesterov), FLAG(maximize)};
    STEP_ALL(sgd, o.momentum != 0);
}

static SEXP adam_step(SEXP params, SEXP states, SEXP options, bool decoupled)
{
    gt_adam_options o = {NUMBER(lr), BETAS, NUMBER(eps), NUMBER(weight_decay), decoupled,
                         FLAG(amsgrad), FLAG(maximize)};
    STEP_ALL(adam, true, true, o.amsgrad);
}
SEXP call_adam_step(SEXP params, SEXP states, SEXP options)
{
    return adam_step(params, states, options, false);
}
SEXP call_adamw_step(SEXP params, SEXP states, SEXP options)
{
    return adam_step(params, states, options, true);
}

SEXP call_adamax_step(SEXP params, SEXP states, SEXP options)
{
    gt_adamax_options o = {NUMBER(lr), BETAS, NUMBER(eps), NUMBER(weight_decay), FLAG(maximize)};
    STEP_ALL(adamax, true, true);
}

SEXP call_nadam_step(SEXP params, SEXP states, SEXP options)
{
    gt_nadam_options o = {NUMBER(lr), BETAS, NUMBER(eps), NUMBER(weight_decay),
                          NUMBER(momentum_decay), FLAG(maximize)};
    STEP_ALL(nadam, true, true);
}

SEXP call_radam_step(SEXP params, SEXP states, SEXP options)
{
    gt_radam_options o = {NUMBER(lr), BETAS, NUMBER(eps), NUMBER(weight_decay), FLAG(maximize)};
    STEP_ALL(radam, true, true);
}

SEXP call_rmsprop_step(SEXP params, SEXP states, SEXP options)
{
    gt_rmsprop_options o = {NUMBER(lr), NUMBER(alpha), NUMBER(eps), NUMBER(weight_decay),
                            NUMBER(momentum), FLAG(centered), FLAG(maximize)};
    STEP_ALL(rmsprop, true, o.momentum > 0, o.centered);
}

SEXP call_adagrad_step(SEXP params, SEXP states, SEXP options)
{
    gt_adagrad_options o = {NUMBER(lr), NUMBER(lr_decay), NUMBER(weight_decay),
                            NUMBER(initial_accumulator_value), NUMBER(eps), FLAG(maximize)};
    STEP_ALL(adagrad, true);
}

SEXP call_adadelta_step(SEXP params, SEXP states, SEXP options)
{
    gt_adadelta_options o = {NUMBER(lr), NUMBER(rho), NUMBER(eps), NUMBER(weight_decay),
                             FLAG(maximize)};
    STEP_ALL(adadelta, true, true);
}

SEXP call_rprop_step(SEXP params, SEXP states, SEXP options)
{
    gt_rprop_options o = {NUMBER(lr), option_at(options, "etas", 0), option_at(options, "etas", 1),
                          option_at(options, "step_sizes", 0), option_at(options, "step_sizes", 1),
                          FLAG(maximize)};
    STEP_ALL(rprop, true, true);
}

SEXP call_asgd_step(SEXP params, SEXP states, SEXP options)
{
    gt_asgd_options o = {NUMBER(lr), NUMBER(lambda), NUMBER(alpha), NUMBER(t0),
                         NUMBER(weight_decay), FLAG(maximize)};
    STEP_ALL(asgd, true);
}

SEXP call_lion_step(SEXP params, SEXP states, SEXP options)
{
    gt_lion_options o = {NUMBER(lr), BETAS, NUMBER(weight_decay), FLAG(maximize)};
    STEP_ALL(lion, true);
}

SEXP call_adabelief_step(SEXP params, SEXP states, SEXP options)
{
    gt_adabelief_options o = {NUMBER(lr), BETAS, NUMBER(eps), NUMBER(weight_decay), FLAG(amsgrad),
                              FLAG(maximize)};
    STEP_ALL(adabelief, true, true, o.amsgrad);
}

SEXP call_yogi_step(SEXP params, SEXP states, SEXP options)
{
    gt_yogi_options o = {NUMBER(lr), BETAS, NUMBER(eps), NUMBER(initial_accumulator),
                         NUMBER(weight_decay), FLAG(maximize)};
    STEP_ALL(yogi, true, true);
}

/* ---- state of L-BFGS ----------------------------------------------------------- */

/* Parts of the state list, in this order. */
enum { LBFGS_SCALARS, LBFGS_D, LBFGS_PREVIOUS_G, LBFGS_RHO, LBFGS_PAIRS_X, LBFGS_PAIRS_G };
enum { N_ITER, FUNC_EVALS, FIRST, COUNT, H_DIAG, STEP, PREVIOUS_LOSS, N_SCALARS };

static void load_scalars(gt_lbfgs_memory *m, const double *v)
{
    *m = (gt_lbfgs_memory){(int64_t)v[N_ITER], (int64_t)v[FUNC_EVALS], (int)v[FIRST], (int)v[COUNT],
                           v[H_DIAG], v[STEP], v[PREVIOUS_LOSS]};
}
static void save_scalars(const gt_lbfgs_memory *m, double *v)
{
    v[N_ITER] = (double)m->n_iter;
    v[FUNC_EVALS] = (double)m->func_evals;
    v[FIRST] = m->first;
    v[COUNT] = m->count;
    v[H_DIAG] = m->h_diag;
    v[STEP] = m->t;
    v[PREVIOUS_LOSS] = m->previous_loss;
}

/* ---- an R closure as objective ------------------------------------------------ */

/* What an error or interrupt on its way through a solver must put in order. */
typedef struct {
    SEXP params;
    const void *accepted;               /* the solver's x */
    gt_lbfgs_memory *memory;            /* saved into scalars */
    double *scalars;
} solver_exit;

typedef struct {
    gt_objective base;
    const solver_exit *exit;
    SEXP closure, results;              /* results[0]: what the first call returned */
    const void *trial;
    double *value;
    void *gradient;
} closure_objective;

static void write_parameters(SEXP params, gt_space space, const void *flat)
{
    size_t size = space.single ? sizeof(float) : sizeof(double), at = 0;
    for (int i = 0; i < LENGTH(params); i++) {
        SEXP node = tensor_node(VECTOR_ELT(params, i));
        gt_array x = node_writable(node);
        size_t bytes = (size_t)x.type.size * size;
        memcpy(x.data, (const char *)flat + at, bytes);
        node_get_meta(node)->version++;
        at += bytes;
    }
}

static void read_parameters(SEXP params, gt_space space, void *flat, bool gradients)
{
    size_t size = space.single ? sizeof(float) : sizeof(double), at = 0;
    for (int i = 0; i < LENGTH(params); i++) {
        SEXP node = tensor_node(VECTOR_ELT(params, i));
        size_t bytes = (size_t)node_type(node).size * size;
        SEXP grad = VECTOR_ELT(node, NODE_GRAD);
        if (!gradients) memcpy((char *)flat + at, node_array(node).data, bytes);
        else if (grad == R_NilValue) memset((char *)flat + at, 0, bytes);
        else memcpy((char *)flat + at, node_array(tensor_node(grad)).data, bytes);
        at += bytes;
    }
}

static SEXP call_closure(void *data)
{
    closure_objective *o = data;
    R_CheckUserInterrupt();
    write_parameters(o->exit->params, o->base.space, o->trial);
    SEXP call = PROTECT(Rf_lang1(o->closure));
    SEXP loss = PROTECT(Rf_eval(call, R_GlobalEnv));
    if (!is_tensor(loss) || node_type(tensor_node(loss)).size != 1)
        Rf_errorcall(R_NilValue,
                     "`closure` must return the loss as a tensor of one element, not %s; its last "
                     "line should be the loss",
                     is_tensor(loss) ? "a larger tensor" : Rf_type2char(TYPEOF(loss)));
    gt_array a = node_array(tensor_node(loss));
    *o->value = gt_get(&a, 0);
    read_parameters(o->exit->params, o->base.space, o->gradient, true);
    if (VECTOR_ELT(o->results, 0) == R_NilValue) SET_VECTOR_ELT(o->results, 0, loss);
    UNPROTECT(2);
    return R_NilValue;
}

static void leave_solver(const solver_exit *e, gt_space space)
{
    write_parameters(e->params, space, e->accepted);
    save_scalars(e->memory, e->scalars);
}

static void leave_closure(void *data, Rboolean jump)
{
    closure_objective *o = data;
    if (jump) leave_solver(o->exit, o->base.space);
}

static void evaluate_closure(gt_objective *self, const void *x, double *value, void *gradient)
{
    closure_objective *o = (closure_objective *)self;
    o->trial = x;
    o->value = value;
    o->gradient = gradient;
    R_UnwindProtect(call_closure, o, leave_closure, o, NULL);
}

/* ---- a tape as objective -------------------------------------------------------- */

typedef struct {
    gt_tape_objective tape;
    const solver_exit *exit;
} tape_minimization;

static void leave_tape(void *data, Rboolean jump)
{
    tape_minimization *m = data;
    if (jump) leave_solver(m->exit, m->tape.base.space);
}

/* ---- L-BFGS --------------------------------------------------------------------- */

static gt_space parameter_space(SEXP params)
{
    gt_space s = {false, 0};
    for (int i = 0; i < LENGTH(params); i++) {
        gt_type t = node_type(tensor_argument(VECTOR_ELT(params, i), "params"));
        if (i && gt_is_single(t.dtype) != s.single)
            Rf_errorcall(R_NilValue, "L-BFGS needs parameters of one dtype: all float or all double");
        s.single = gt_is_single(t.dtype);
        s.n += t.size;
    }
    return s;
}

static SEXP alloc_flat(gt_space s)
{
    return Rf_allocVector(s.single ? INTSXP : REALSXP, (R_xlen_t)s.n);
}

SEXP call_lbfgs_state(SEXP params, SEXP history_size)
{
    const char *names[] = {"scalars", "d", "prev_flat_grad", "ro", "old_stps", "old_dirs", ""};
    gt_space s = parameter_space(params);
    int history = Rf_asInteger(history_size);
    SEXP state = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(state, LBFGS_SCALARS, Rf_allocVector(REALSXP, N_SCALARS));
    memset(REAL(VECTOR_ELT(state, LBFGS_SCALARS)), 0, N_SCALARS * sizeof(double));
    SET_VECTOR_ELT(state, LBFGS_D, alloc_flat(s));
    SET_VECTOR_ELT(state, LBFGS_PREVIOUS_G, alloc_flat(s));
    SET_VECTOR_ELT(state, LBFGS_RHO, Rf_allocVector(REALSXP, history));
    memset(REAL(VECTOR_ELT(state, LBFGS_RHO)), 0, (size_t)history * sizeof(double));
    SET_VECTOR_ELT(state, LBFGS_PAIRS_X, Rf_allocVector(VECSXP, history));
    SET_VECTOR_ELT(state, LBFGS_PAIRS_G, Rf_allocVector(VECSXP, history));
    UNPROTECT(1);
    return state;
}

/* The ring of pairs: R vectors, and pointers to them for the solver. */
typedef struct {
    SEXP state;
    gt_space space;
    void **x, **g;
} lbfgs_host;

static void reserve_pair(void *data, int slot)
{
    lbfgs_host *host = data;
    for (int part = LBFGS_PAIRS_X; part <= LBFGS_PAIRS_G; part++) {
        SEXP v = alloc_flat(host->space);
        SET_VECTOR_ELT(VECTOR_ELT(host->state, part), slot, v);
        (part == LBFGS_PAIRS_X ? host->x : host->g)[slot] = data_pointer(v);
    }
}

static void **pair_pointers(SEXP ring)
{
    void **p = (void **)R_alloc((size_t)LENGTH(ring), sizeof *p);
    for (int i = 0; i < LENGTH(ring); i++)
        p[i] = VECTOR_ELT(ring, i) == R_NilValue ? NULL : data_pointer(VECTOR_ELT(ring, i));
    return p;
}

/* Which parameter holds the first NaN of a gradient: "parameter 2, element 3". */
static void NORET nan_at_start(SEXP params, gt_space s, const void *g, double loss)
{
    int64_t at = 0;
    for (int i = 0; i < LENGTH(params); i++) {
        gt_array part = {node_type(tensor_node(VECTOR_ELT(params, i))),
                         (char *)g + (size_t)at * (s.single ? sizeof(float) : sizeof(double))};
        for (int64_t k = 0; k < part.type.size; k++)
            if (ISNAN(gt_get(&part, k)))
                Rf_errorcall(R_NilValue,
                             "the gradient is NaN at the start (parameter %d, element %lld; loss "
                             "%g); start from a point where the function is smooth",
                             i + 1, (long long)k + 1, loss);
        at += part.type.size;
    }
    Rf_errorcall(R_NilValue, "the loss is NaN at the start; start from a point where the function "
                             "is defined");
}

/* closure: an R function or, for a tape, list(state, function that prepares it).
 * Returns list(loss at the start, status). */
SEXP call_lbfgs_step(SEXP params, SEXP closure, SEXP options, SEXP state)
{
    record_escape("an optimizer's $step()");
    static const char *const status_names[] = {"gradient", "change", "slope", "line search",
                                               "iterations", "evaluations", "nan at the start", "nan"};
    gt_space s = parameter_space(params);
    SEXP line_search = element(options, "line_search_fn");
    gt_lbfgs_params o = {
        option(options, "lr"), (int)option(options, "max_iter"), (int)option(options, "max_eval"),
        option(options, "tolerance_grad"), option(options, "tolerance_change"),
        (int)option(options, "history_size"),
        line_search == R_NilValue ? GT_FIXED_STEP : GT_STRONG_WOLFE};
    if (LENGTH(VECTOR_ELT(state, LBFGS_RHO)) != o.history_size ||
        XLENGTH(VECTOR_ELT(state, LBFGS_D)) != s.n)
        Rf_errorcall(R_NilValue, "`history_size` or the parameters changed since the first step; "
                                 "make a new optimizer");

    enum { N_WORK = 6 };
    SEXP work = PROTECT(Rf_allocVector(VECSXP, N_WORK + 1));
    void *v[N_WORK];
    for (int i = 0; i < N_WORK; i++) {
        SET_VECTOR_ELT(work, i, alloc_flat(s));
        v[i] = data_pointer(VECTOR_ELT(work, i));
    }
    SET_VECTOR_ELT(work, N_WORK, Rf_allocVector(REALSXP, o.history_size));

    const char *names[] = {"loss", "status", ""};
    SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
    const void *vmax = vmaxget();
    lbfgs_host host = {state, s, pair_pointers(VECTOR_ELT(state, LBFGS_PAIRS_X)),
                       pair_pointers(VECTOR_ELT(state, LBFGS_PAIRS_G))};
    double *scalars = REAL(VECTOR_ELT(state, LBFGS_SCALARS));
    gt_lbfgs_memory memory;
    load_scalars(&memory, scalars);
    gt_lbfgs_state st = {.memory = &memory, .x = v[0], .g = v[1],
                         .d = data_pointer(VECTOR_ELT(state, LBFGS_D)),
                         .previous_g = data_pointer(VECTOR_ELT(state, LBFGS_PREVIOUS_G)),
                         .trial = v[2], .line_g = {v[3], v[4], v[5]},
                         .rho = REAL(VECTOR_ELT(state, LBFGS_RHO)),
                         .alpha = REAL(VECTOR_ELT(work, N_WORK)),
                         .change_in_x = host.x, .change_in_g = host.g,
                         .reserve = reserve_pair, .host = &host};
    solver_exit on_exit = {params, st.x, &memory, scalars};
    closure_objective by_closure = {.base = {s, evaluate_closure}, .exit = &on_exit,
                                    .closure = closure, .results = result};
    tape_minimization by_tape = {.tape.kept = PROTECT(Rf_allocVector(VECSXP, 2)), .exit = &on_exit};
    bool is_tape = TYPEOF(closure) == VECSXP;
    if (is_tape) gt_tape_objective_init(&by_tape.tape, s, closure, leave_tape);
    read_parameters(params, s, st.x, false);
    double loss;
    gt_objective *objective = is_tape ? &by_tape.tape.base : &by_closure.base;
    gt_lbfgs_status status = gt_lbfgs_step(objective, &o, &st, &loss);
    if (is_tape) SET_VECTOR_ELT(result, 0, Rf_ScalarReal(loss));
    write_parameters(params, s, st.x);
    if (status == GT_LBFGS_START_NAN) nan_at_start(params, s, st.g, loss);
    save_scalars(&memory, scalars);
    SET_VECTOR_ELT(result, 1, Rf_mkString(status_names[status]));
    vmaxset(vmax);
    UNPROTECT(3);
    return result;
}
