/* Functions of tensors that replay a tape: see jit() in R. */
#include "bridge/arguments.h"
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "eager/apply.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/node_graph.h"
#include "eager/record.h"
#include "eager/tensor.h"

#include <string.h>

/* The default dtype, and dtype, dimensions and labels of the tensors among some arguments: what a recording is made
 * for. NULL while another recording is open, to which the function's code belongs.  */
SEXP call_jit_signature(SEXP arguments)
{
    if (is_recording()) return R_NilValue;
    int n = LENGTH(arguments), size = 1;
    bool has_labels = false;
    for (int i = 0; i < n; i++) {
        SEXP x = VECTOR_ELT(arguments, i);
        size += is_tensor(x) ? 2 + node_get_meta(tensor_node(x))->ndim : 1;
        has_labels = has_labels || (is_tensor(x) && labels_of(x) != R_NilValue);
    }
    SEXP signature = PROTECT(Rf_allocVector(INTSXP, size));
    int *to = INTEGER(signature);
    *to++ = gt_default_dtype();
    for (int i = 0; i < n; i++) {
        SEXP x = VECTOR_ELT(arguments, i);
        *to++ = is_tensor(x) ? node_get_meta(tensor_node(x))->dtype : -1;
        if (!is_tensor(x)) continue;
        gt_type type = node_type(tensor_node(x));
        *to++ = type.ndim;
        for (int d = 0; d < type.ndim; d++) *to++ = type.dim[d];
    }
    if (has_labels) {
        SEXP labels = PROTECT(Rf_allocVector(VECSXP, n));
        for (int i = 0; i < n; i++)
            if (is_tensor(VECTOR_ELT(arguments, i)))
                SET_VECTOR_ELT(labels, i, labels_of(VECTOR_ELT(arguments, i)));
        Rf_setAttrib(signature, Rf_install("labels"), labels);
        UNPROTECT(1);
    }
    UNPROTECT(1);
    return signature;
}

static bool carries_gradient(SEXP value)
{
    return is_node(value) && node_has(value, NODE_REQUIRES_GRAD);
}

/* Does y depend on a tensor that requires a gradient and is none of the inputs, which are leaves? */
SEXP call_jit_uses_others(SEXP y, SEXP inputs)
{
    const void *vmax = vmaxget();
    SEXP root = tensor_argument(y, "y");
    node_graph g;
    node_graph_init(&g);
    bool found = false;
    if (carries_gradient(root)) node_graph_collect(&g, root, carries_gradient);
    for (int i = 0; i < g.n && !found; i++) {
        if (node_get_meta(g.node[i])->n_inputs) continue;
        found = true;
        for (int k = 0; k < LENGTH(inputs); k++)
            if (tensor_node(VECTOR_ELT(inputs, k)) == g.node[i]) found = false;
    }
    vmaxset(vmax);
    return Rf_ScalarLogical(found);
}

/* ---- a plan: a recording for arguments of one form (R/tape_jit.R) ---------------------------- */

enum {
    PLAN_SIGNATURE, /* of arguments that are tensors all; NULL where others are among them */
    PLAN_NAMES,     /* of the arguments, or NULL */
    PLAN_STATE,     /* of the tape */
    PLAN_FORMS,     /* of each recording's result: list(shape, is it float?, labels), or NULL */
    PLAN_GRAPH /* R's function of tensors, their numbers and a gradient: gradients with their graph */
};

static bool same_names(SEXP names, SEXP expected)
{
    if (names == R_NilValue || expected == R_NilValue) return names == expected;
    for (int i = 0; i < LENGTH(names); i++)
        if (STRING_ELT(names, i) != STRING_ELT(expected, i)) return false;
    return true;
}

/* Are the arguments tensors of the form that the plan is for? Those with labels are left to R. */
static bool fits(SEXP plan, SEXP arguments)
{
    SEXP signature = VECTOR_ELT(plan, PLAN_SIGNATURE);
    if (signature == R_NilValue) return false;
    const int *expected = INTEGER(signature), *end = expected + LENGTH(signature);
    if (*expected++ != (int)gt_default_dtype()) return false;
    for (int i = 0; i < LENGTH(arguments); i++) {
        SEXP x = VECTOR_ELT(arguments, i);
        if (!is_tensor(x) || end - expected < 2) return false;
        const node_meta *m = node_get_meta(tensor_node(x));
        if (*expected++ != m->dtype || *expected++ != m->ndim || end - expected < m->ndim)
            return false;
        for (int d = 0; d < m->ndim; d++)
            if (*expected++ != m->tail[d]) return false;
        if (labels_of(x) != R_NilValue) return false;
    }
    return expected == end &&
           same_names(Rf_getAttrib(arguments, R_NamesSymbol), VECTOR_ELT(plan, PLAN_NAMES));
}

/* The numbers of tensors one after the other. */
static SEXP flat_numbers(SEXP tensors, int n)
{
    SEXP x = PROTECT(alloc_doubles(n));
    int64_t at = 0;
    for (int i = 0; i < LENGTH(tensors); i++) {
        gt_array a = node_array(tensor_argument(VECTOR_ELT(tensors, i), "input"));
        if (at + a.type.size > n) r_stop(ERROR_TAPE, "the recording has other inputs");
        gt_convert(a.type.size, REAL(x) + at, GT_DOUBLE, a.data, a.type.dtype);
        at += a.type.size;
    }
    if (at != n) r_stop(ERROR_TAPE, "the recording has other inputs");
    UNPROTECT(1);
    return x;
}

static bool wants_gradient(SEXP tensors)
{
    for (int i = 0; i < LENGTH(tensors) && globals.grad_enabled; i++)
        if (carries_gradient(tensor_node(VECTOR_ELT(tensors, i)))) return true;
    return false;
}

/* Does the function give one number, in all its recordings? */
static bool gives_number(SEXP forms)
{
    for (int k = 0; k < LENGTH(forms); k++) {
        if (VECTOR_ELT(forms, k) == R_NilValue) continue;
        SEXP shape = VECTOR_ELT(VECTOR_ELT(forms, k), 0);
        for (int d = 0; d < LENGTH(shape); d++)
            if (INTEGER(shape)[d] != 1) return false;
    }
    return LENGTH(forms) > 0;
}

/* The form of what the current recording gives; NULL where it is not known. */
static SEXP current_form(const tape_state *s, SEXP forms)
{
    int k = s->variants.current;
    return k >= 0 && k < LENGTH(forms) ? VECTOR_ELT(forms, k) : R_NilValue;
}

/* ---- the derivative of a call's node ------------------------------------------------------------ */

/* What the node keeps: its plan, the tensors that it was given, the numbers that these had, which recording
 * held there and the run of the tape's programs that it was and, of a function of one number, the gradient. */
enum { CALL_PLAN, CALL_TENSORS, CALL_NUMBERS, CALL_VARIANT_AND_RUN, CALL_SLOPE, CALL_COUNT };

static SEXP pull_numbers(SEXP call, const gt_array *gradient)
{
    tape_state *s = tape_open(VECTOR_ELT(VECTOR_ELT(call, CALL_PLAN), PLAN_STATE));
    SEXP x = VECTOR_ELT(call, CALL_NUMBERS), slope = VECTOR_ELT(call, CALL_SLOPE);
    SEXP flat = PROTECT(alloc_doubles(s->n));
    const double g = gradient->type.size == 1 ? gt_get(gradient, 0) : 0;
    /* (In float, a gradient of 3 is not 3 times that of 1.) */
    if (slope != R_NilValue && (g == 1 || !gt_is_single(gradient->type.dtype))) {
        /* a gradient of zero contributes zero: see gt_op_vjp() */
        for (int k = 0; k < s->n; k++) REAL(flat)[k] = g == 0 ? 0 : g * REAL(slope)[k];
        UNPROTECT(1);
        return flat;
    }
    SEXP seed = PROTECT(alloc_doubles((R_xlen_t)gradient->type.size));
    gt_convert(gradient->type.size, REAL(seed), GT_DOUBLE, gradient->data, gradient->type.dtype);
    const double *variant_and_run = REAL(VECTOR_ELT(call, CALL_VARIANT_AND_RUN));
    s->variants.current = (int)variant_and_run[0];
    if (s->variants.current >= s->variants.n)
        r_stop(ERROR_TAPE, "the recording is not there any more");
    s->has_value = false;
    tape_products q = {.kind = GT_PROGRAM_vjp,
                       .x = REAL(x),
                       .rows = gradient->type.size,
                       .columns = 1,
                       .seeds = REAL(seed)};
    /* Where no other call came between, what does not depend on the seed is there. */
    bool played = (double)s->variants.workspace.n_runs == variant_and_run[1];
    tape_multiply(s, &q, REAL(flat), played && slope == R_NilValue);
    UNPROTECT(2);
    return flat;
}

static SEXP pull_graph(SEXP call, SEXP node, SEXP gradient)
{
    SEXP tensors = VECTOR_ELT(call, CALL_TENSORS);
    SEXP inputs = PROTECT(Rf_allocVector(VECSXP, LENGTH(tensors)));
    for (int i = 0; i < LENGTH(tensors); i++) {
        SET_VECTOR_ELT(inputs, i, tensor_new(node_input(node, i)));
        with_labels_of(VECTOR_ELT(tensors, i), VECTOR_ELT(inputs, i));
    }
    SEXP pull = PROTECT(Rf_lang4(VECTOR_ELT(VECTOR_ELT(call, CALL_PLAN), PLAN_GRAPH), inputs,
                                 VECTOR_ELT(call, CALL_NUMBERS), gradient));
    SEXP result = Rf_eval(pull, R_GlobalEnv);
    UNPROTECT(2);
    return result;
}

static const node_derivative derivative = {pull_numbers, pull_graph};

/* ---- a call ------------------------------------------------------------------------------------- */

/* The node of a result; kept: CALL_COUNT elements for its derivative, or NULL where none is wanted. */
static SEXP result_node(const gt_type *type, SEXP data, SEXP kept)
{
    if (kept == R_NilValue) return node_leaf(type, data, 0);
    const void *vmax = vmaxget();
    SEXP tensors = VECTOR_ELT(kept, CALL_TENSORS);
    const int n = LENGTH(tensors);
    SEXP small[SMALL_ARITY], *inputs = small;
    if (n > SMALL_ARITY) inputs = (SEXP *)R_alloc((size_t)n, sizeof *inputs);
    for (int i = 0; i < n; i++) inputs[i] = tensor_node(VECTOR_ELT(tensors, i));
    SEXP node = PROTECT(node_new(GT_OP_custom, type, data, n, inputs, NULL, NODE_REQUIRES_GRAD));
    node_set_derivative(node, &derivative, kept);
    UNPROTECT(1);
    vmaxset(vmax);
    return node;
}

/* The value that a program has computed, as a tensor of this form. */
static SEXP result_of(gt_program *p, SEXP form, SEXP kept)
{
    gt_type type;
    gt_error err;
    SEXP shape = VECTOR_ELT(form, 0);
    const bool is_float = LOGICAL(VECTOR_ELT(form, 1))[0];
    const int64_t n = gt_plan_output_size(p->plan, GT_VALUE);
    if (gt_type_set(&type, is_float ? GT_FLOAT : GT_DOUBLE, LENGTH(shape), INTEGER(shape), &err) ||
        type.size != n)
        r_stop(ERROR_TAPE, "the recording gives another shape");
    SEXP value = PROTECT(alloc_doubles((R_xlen_t)n)), data = value;
    gt_program_output(p, GT_VALUE, REAL(value));
    gt_program_fetch(p, GT_VALUE);
    if (is_float) {
        data = alloc_data(&type);
        gt_convert(n, data_pointer(data), GT_FLOAT, REAL(value), GT_DOUBLE);
    }
    PROTECT(data);
    SEXP result = with_labels(VECTOR_ELT(form, 2), tensor_new(result_node(&type, data, kept)));
    UNPROTECT(2);
    return result;
}

/* The function's value as a tensor; NULL where no recording holds whose form is known. */
SEXP call_jit_replay(SEXP plan, SEXP tensors)
{
    tape_state *s = tape_open(VECTOR_ELT(plan, PLAN_STATE));
    SEXP forms = VECTOR_ELT(plan, PLAN_FORMS), x = PROTECT(flat_numbers(tensors, s->n));
    const bool wanted = wants_gradient(tensors), both = wanted && gives_number(forms);
    const gt_program_kind kind =
        both ? GT_PROGRAM_gradient : (wanted ? GT_PROGRAM_vjp : GT_PROGRAM_value);
    SEXP slope = PROTECT(both ? alloc_doubles(s->n) : R_NilValue), kept = R_NilValue;
    double *out[GT_MAX_OUTPUTS] = {NULL, both ? REAL(slope) : NULL};
    s->has_value = false;
    if (!tape_play(s, kind, REAL(x), out) || current_form(s, forms) == R_NilValue) {
        UNPROTECT(2);
        return R_NilValue;
    }
    SEXP form = current_form(s, forms);
    gt_program *p = gt_variants_program(&s->variants, kind);
    if (both) gt_program_fetch(p, GT_DERIVATIVE);
    if (wanted) {
        SEXP variant_and_run = PROTECT(Rf_allocVector(REALSXP, 2));
        REAL(variant_and_run)[0] = s->variants.current;
        REAL(variant_and_run)[1] = (double)s->variants.workspace.n_runs;
        SEXP parts[CALL_COUNT] = {plan, tensors, x, variant_and_run, slope};
        kept = Rf_allocVector(VECSXP, CALL_COUNT);
        for (int k = 0; k < CALL_COUNT; k++) SET_VECTOR_ELT(kept, k, parts[k]);
        UNPROTECT(1);
    }
    PROTECT(kept);
    SEXP result = PROTECT(result_of(p, form, kept));
    if (both) tape_refine_gradient(s, REAL(x), REAL(slope));
    UNPROTECT(4);
    return result;
}

/* The same for all arguments of a function by jit() at once; NULL also where R has to look at them. plan: the
 * one that was used last, or NULL.                                                    */
SEXP call_jit_play(SEXP plan, SEXP arguments)
{
    if (plan == R_NilValue || is_recording() || !fits(plan, arguments)) return R_NilValue;
    return call_jit_replay(plan, arguments);
}
