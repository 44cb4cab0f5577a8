/* Functions of tensors that replay a tape: see jit() in R. */
#include "bridge/arguments.h"
#include "bridge/entries.h"
#include "bridge/tape.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/node_graph.h"
#include "eager/record.h"
#include "eager/tensor.h"

#include <string.h>

/* Dtype, dimensions and labels of the tensors among some arguments: what a recording is made for. NULL
 * while another recording is open, to which the function's code belongs.         */
SEXP call_jit_signature(SEXP arguments)
{
    if (is_recording()) return R_NilValue;
    int n = LENGTH(arguments), size = 0;
    bool has_labels = false;
    for (int i = 0; i < n; i++) {
        SEXP x = VECTOR_ELT(arguments, i);
        size += is_tensor(x) ? 2 + node_get_meta(tensor_node(x))->ndim : 1;
        has_labels = has_labels || (is_tensor(x) && labels_of(x) != R_NilValue);
    }
    SEXP signature = PROTECT(Rf_allocVector(INTSXP, size));
    int *to = INTEGER(signature);
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

/* A tensor of these numbers; form: list(shape, is it float?, labels). */
static SEXP tensor_in_form(const double *x, int64_t n, SEXP form)
{
    gt_type type;
    gt_error err;
    SEXP shape = VECTOR_ELT(form, 0);
    gt_dtype dtype = Rf_asLogical(VECTOR_ELT(form, 1)) == TRUE ? GT_FLOAT : GT_DOUBLE;
    if (gt_type_set(&type, dtype, LENGTH(shape), INTEGER(shape), &err) || type.size != n)
        r_stop(ERROR_TAPE, "the recording gives another shape");
    SEXP data = PROTECT(alloc_data(&type));
    gt_convert(n, data_pointer(data), dtype, x, GT_DOUBLE);
    SEXP tensor = PROTECT(tensor_new(PROTECT(node_leaf(&type, data, 0))));
    tensor = with_labels(VECTOR_ELT(form, 2), tensor);
    UNPROTECT(3);
    return tensor;
}

static bool are_numbers(SEXP forms)
{
    for (int k = 0; k < LENGTH(forms); k++) {
        if (VECTOR_ELT(forms, k) == R_NilValue) continue;
        SEXP shape = VECTOR_ELT(VECTOR_ELT(forms, k), 0);
        for (int d = 0; d < LENGTH(shape); d++)
            if (INTEGER(shape)[d] != 1) return false;
    }
    return LENGTH(forms) > 0;
}

static bool form_is_known(const tape_state *s, SEXP forms)
{
    int k = s->variants.current;
    return k >= 0 && k < LENGTH(forms) && VECTOR_ELT(forms, k) != R_NilValue;
}

/* list(result, inputs, gradient): the function's value as a tensor without history and, where a gradient
 * may be asked for, the numbers it was computed from and, of one number, their gradient. forms: of
 * each recording's result. NULL where no recording holds whose form is known.     */
SEXP call_jit_replay(SEXP handle, SEXP tensors, SEXP forms)
{
    tape_state *s = tape_open(handle);
    SEXP x = PROTECT(flat_numbers(tensors, s->n));
    bool wanted = wants_gradient(tensors), both = wanted && are_numbers(forms);
    gt_program_kind kind = both ? GT_PROGRAM_gradient : GT_PROGRAM_value;
    SEXP gradient = PROTECT(both ? alloc_doubles(s->n) : R_NilValue);
    double *out[GT_MAX_OUTPUTS] = {NULL, both ? REAL(gradient) : NULL};
    s->has_value = false;
    if (!tape_play(s, kind, REAL(x), out) || !form_is_known(s, forms)) {
        UNPROTECT(2);
        return R_NilValue;
    }
    gt_program *p = gt_variants_program(&s->variants, kind);
    int64_t n = gt_plan_output_size(p->plan, GT_VALUE);
    SEXP value = PROTECT(alloc_doubles((R_xlen_t)n)), result = PROTECT(Rf_allocVector(VECSXP, 3));
    gt_program_output(p, GT_VALUE, REAL(value));
    gt_program_fetch(p, GT_VALUE);
    if (both) {
        gt_program_fetch(p, GT_DERIVATIVE);
        tape_refine_gradient(s, REAL(x), REAL(gradient));
    }
    SET_VECTOR_ELT(result, 0,
                   tensor_in_form(REAL(value), n, VECTOR_ELT(forms, s->variants.current)));
    if (wanted) SET_VECTOR_ELT(result, 1, x);
    SET_VECTOR_ELT(result, 2, gradient);
    UNPROTECT(4);
    return result;
}

/* The gradient with respect to all inputs, from that of the result; slope: of one number, or NULL. */
static SEXP pulled(tape_state *s, SEXP x, SEXP slope, const double *g, int64_t m)
{
    SEXP flat = PROTECT(alloc_doubles(s->n));
    if (slope != R_NilValue) { /* a gradient of zero contributes zero: see gt_op_vjp() */
        for (int k = 0; k < s->n; k++) REAL(flat)[k] = *g == 0 ? 0 : *g * REAL(slope)[k];
    } else {
        double *out[GT_MAX_OUTPUTS] = {NULL};
        s->has_value = false;
        if (!tape_play(s, GT_PROGRAM_value, REAL(x), out))
            r_stop(ERROR_TAPE, "the recording does not hold any more");
        tape_products q = {
            .kind = GT_PROGRAM_vjp, .x = REAL(x), .rows = m, .columns = 1, .seeds = g};
        tape_multiply(s, &q, REAL(flat), false);
    }
    UNPROTECT(1);
    return flat;
}

/* The gradients with respect to the tensors, NULL for those that carry none; got: what
 * call_jit_replay() gave.                                                         */
SEXP call_jit_pull(SEXP handle, SEXP tensors, SEXP got, SEXP gradient)
{
    tape_state *s = tape_open(handle);
    gt_array given = node_array(tensor_argument(gradient, "gradient"));
    SEXP g = PROTECT(alloc_doubles((R_xlen_t)given.type.size));
    gt_convert(given.type.size, REAL(g), GT_DOUBLE, given.data, given.type.dtype);
    SEXP flat =
        PROTECT(pulled(s, VECTOR_ELT(got, 1), VECTOR_ELT(got, 2), REAL(g), given.type.size));
    int n = LENGTH(tensors);
    SEXP result = PROTECT(Rf_allocVector(VECSXP, n));
    int64_t at = 0;
    for (int i = 0; i < n; i++) {
        SEXP node = tensor_node(VECTOR_ELT(tensors, i));
        gt_type type = node_type(node);
        if (at + type.size > s->n) r_stop(ERROR_TAPE, "the recording has other inputs");
        if (carries_gradient(node)) {
            SEXP data = PROTECT(alloc_data(&type));
            gt_convert(type.size, data_pointer(data), type.dtype, REAL(flat) + at, GT_DOUBLE);
            SET_VECTOR_ELT(result, i, tensor_new(PROTECT(node_leaf(&type, data, 0))));
            UNPROTECT(2);
        }
        at += type.size;
    }
    UNPROTECT(3);
    return result;
}
