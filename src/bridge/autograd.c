/* .Call entries that differentiate, and what R functions add to the graph: hooks, and
 * operations with their own derivative.                                         */
#include "bridge/arguments.h"
#include "bridge/entries.h"
#include "eager/backward.h"
#include "eager/tensor.h"
#include "eager/errors.h"
#include "globals.h"

SEXP call_set_grad_mode(SEXP enabled)
{
    bool old = globals.grad_enabled;
    globals.grad_enabled = Rf_asLogical(enabled) == TRUE;
    return Rf_ScalarLogical(old);
}

SEXP call_grad_mode(void) { return Rf_ScalarLogical(globals.grad_enabled); }

SEXP call_set_detect_anomaly(SEXP enabled)
{
    bool old = globals.detects_anomalies;
    globals.detects_anomalies = Rf_asLogical(enabled) == TRUE;
    return Rf_ScalarLogical(old);
}

SEXP call_backward(SEXP roots, SEXP seeds, SEXP targets, SEXP retain_graph, SEXP create_graph)
{
    bool create = flag_argument(create_graph, "create_graph");
    return backward(roots, seeds, targets, flag_argument(retain_graph, "retain_graph"), create);
}

/* The same of one tensor, towards all leaves. */
SEXP call_backward_of(SEXP x, SEXP seed, SEXP retain_graph, SEXP create_graph)
{
    bool create = flag_argument(create_graph, "create_graph");
    bool retain = flag_argument(retain_graph, "retain_graph");
    if (seed == R_NilValue && !create && !retain && is_tensor(x) &&
        backward_of_call(tensor_node(x)))
        return R_NilValue;
    SEXP root = PROTECT(Rf_allocVector(VECSXP, 1)), seeds = PROTECT(Rf_allocVector(VECSXP, 1));
    SET_VECTOR_ELT(root, 0, x);
    SET_VECTOR_ELT(seeds, 0, seed);
    SEXP result = backward(root, seeds, R_NilValue, retain, create);
    UNPROTECT(2);
    return result;
}

/* A tensor of the value of `result`, computed from `inputs`. backward(gradient, record)
 * returns a list of gradients, one per input.                                 */
SEXP call_custom(SEXP result, SEXP inputs, SEXP backward)
{
    SEXP from = tensor_argument(result, "result");
    int n = LENGTH(inputs);
    bool wanted = false;
    const void *vmax = vmaxget();
    SEXP kept = PROTECT(Rf_allocVector(VECSXP, n));
    SEXP *values = (SEXP *)R_alloc((size_t)n + 1, sizeof *values);
    for (int i = 0; i < n; i++) {
        values[i] = as_value(VECTOR_ELT(inputs, i), "input");
        SET_VECTOR_ELT(kept, i, values[i]);
        if (is_node(values[i]) && node_has(values[i], NODE_REQUIRES_GRAD)) wanted = true;
    }
    gt_type type = node_type(from);
    SEXP data = node_data(from);
    bool record = wanted && globals.grad_enabled && gt_is_floating(type.dtype);
    SEXP node =
        PROTECT(record ? node_new(GT_OP_custom, &type, data, n, values, NULL, NODE_REQUIRES_GRAD)
                       : node_leaf(&type, data, 0));
    if (record) node_set_hook(node, HOOK_BACKWARD, backward);
    SEXP x = tensor_new(node);
    UNPROTECT(2);
    vmaxset(vmax);
    return x;
}

SEXP call_hook(SEXP x) { return node_hook(tensor_argument(x, "self"), HOOK_GRADIENT); }

SEXP call_set_hook(SEXP x, SEXP fun)
{
    SEXP node = tensor_argument(x, "self");
    if (!node_has(node, NODE_REQUIRES_GRAD))
        r_stop(ERROR_GRADIENT, "a hook needs a tensor that requires gradients");
    node_set_hook(node, HOOK_GRADIENT, fun);
    return x;
}

/* The tensors that x was computed from; NULL for those that carry no gradient. */
SEXP call_inputs(SEXP x)
{
    SEXP node = tensor_argument(x, "self");
    int n = node_get_meta(node)->n_inputs;
    SEXP result = PROTECT(Rf_allocVector(VECSXP, n));
    for (int i = 0; i < n; i++) {
        SEXP input = node_input(node, i);
        if (is_node(input) && node_has(input, NODE_REQUIRES_GRAD))
            SET_VECTOR_ELT(result, i, tensor_new(input));
    }
    UNPROTECT(1);
    return result;
}
