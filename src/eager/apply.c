/* Applying operations to the values that R hands over. */
#include "eager/apply.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/states.h"
#include "eager/tensor.h"
#include "globals.h"

gt_type infer_op(gt_op op, const gt_params *p, int n, const gt_array *in)
{
    const void *vmax = vmaxget();
    gt_type small[SMALL_ARITY], *types = small, out;
    gt_error err;
    if (n > SMALL_ARITY) types = (gt_type *)R_alloc((size_t)n, sizeof *types);
    for (int i = 0; i < n; i++) types[i] = in[i].type;
    if (gt_op_infer(op, p, n, types, &out, &err)) stop_in_operation(ERROR_SHAPE, op, &err);
    vmaxset(vmax);
    return out;
}

static void NORET stop_in_kernel(gt_op op, const gt_error *err)
{
    stop_in_operation(gt_op_get(op)->index_inputs ? ERROR_INDEX : ERROR_NUMERIC, op, err);
}

/* run_op() that returns 1 with a message where the kernel fails. */
static int try_op(gt_op op, const gt_params *p, int n, gt_array *in, gt_array *out, gt_error *err)
{
    const void *vmax = vmaxget();
    gt_type small[SMALL_ARITY], *types = small;
    double scalar[SMALL_ARITY];
    if (n > SMALL_ARITY) types = (gt_type *)R_alloc((size_t)n, sizeof *types);
    for (int i = 0; i < n; i++) types[i] = in[i].type;
    for (int i = 0; i < n; i++) {
        gt_dtype wanted = gt_op_input_dtype(op, i, types, &out->type);
        if (gt_is_single(wanted) == gt_is_single(in[i].type.dtype)) continue;
        void *converted =
            i < SMALL_ARITY && in[i].type.size == 1
                ? (void *)&scalar[i]
                : (void *)R_alloc((size_t)in[i].type.size, (int)gt_element_size(wanted));
        gt_convert(in[i].type.size, converted, wanted, in[i].data, in[i].type.dtype);
        in[i].data = converted;
        in[i].type.dtype = wanted;
    }
    size_t bytes = gt_op_workspace(op, p, n, types);
    int failed = gt_op_eval(op, p, n, in, out, bytes ? R_alloc(bytes, 1) : NULL, err);
    vmaxset(vmax);
    return failed;
}

void run_op(gt_op op, const gt_params *p, int n, gt_array *in, gt_array *out)
{
    gt_error err;
    if (try_op(op, p, n, in, out, &err)) stop_in_kernel(op, &err);
}

void run_op_in_place(gt_op op, SEXP leaf, gt_array other)
{
    gt_array to = node_writable(leaf);
    gt_array in[2] = {to, other};
    run_op(op, NULL, 2, in, &to);
    node_get_meta(leaf)->version++;
}

/* Plain R numbers take the dtype of the tensors that they meet. */
static gt_dtype weak_dtype(int n, SEXP const *values)
{
    gt_dtype dtype = GT_BOOL;
    for (int i = 0; i < n; i++)
        if (is_node(values[i])) {
            gt_dtype d = (gt_dtype)node_get_meta(values[i])->dtype;
            if (d > dtype) dtype = d;
        }
    return gt_is_floating(dtype) ? dtype : gt_default_dtype();
}

/* The flags of a result: does it carry a gradient, is it tracked by a recording?
 * With neither, its inputs are forgotten.                                      */
static int result_flags(gt_op op, gt_dtype dtype, int n, SEXP const *values)
{
    int flags = 0;
    for (int i = 0; i < n; i++)
        if (is_node(values[i])) flags |= node_get_meta(values[i])->flags;
    if (!globals.grad_enabled || !gt_is_floating(dtype) || op == GT_OP_detach)
        flags &= ~NODE_REQUIRES_GRAD;
    if (!is_recording()) flags &= ~NODE_TRACKED;
    if (flags & NODE_TRACKED) check_same_process();
    return flags & (NODE_REQUIRES_GRAD | NODE_TRACKED);
}

SEXP apply_op_flagged(gt_op op, int n, SEXP const *values, const gt_params *params, int allowed)
{
    gt_array small[SMALL_ARITY], *in = small;
    const void *vmax = vmaxget();
    if (!params) params = &gt_no_params;
    if (n > SMALL_ARITY) in = (gt_array *)R_alloc((size_t)n, sizeof *in);
    gt_dtype weak = weak_dtype(n, values);
    float scalar[SMALL_ARITY];
    for (int i = 0; i < n; i++) {
        in[i] = value_array(values[i]);
        if (is_node(values[i]) || !gt_is_single(weak)) continue;
        void *converted = i < SMALL_ARITY && in[i].type.size == 1
                              ? (void *)&scalar[i]
                              : (void *)R_alloc((size_t)in[i].type.size, sizeof(float));
        gt_convert(in[i].type.size, converted, weak, in[i].data, GT_DOUBLE);
        in[i].data = converted;
        in[i].type.dtype = weak;
    }
    gt_array out = {infer_op(op, params, n, in), NULL};
    SEXP data = PROTECT(alloc_data(&out.type));
    out.data = data_pointer(data);
    gt_error err;
    if (try_op(op, params, n, in, &out, &err)) {
        record_failure(op, n, values, params);
        stop_in_kernel(op, &err);
    }
    int flags = result_flags(op, out.type.dtype, n, values) & allowed;
    SEXP node = flags ? node_new(op, &out.type, data, n, values, params, flags)
                      : node_leaf(&out.type, data, 0);
    if (flags & NODE_TRACKED && gt_op_get(op)->may_fail) {
        PROTECT(node);
        record_success(op, n, values, node);
        UNPROTECT(1);
    }
    UNPROTECT(1);
    vmaxset(vmax);
    return node;
}

SEXP known_result(gt_op op, const gt_type *type, SEXP data, int n, SEXP const *values,
                  const gt_params *params)
{
    int flags = result_flags(op, type->dtype, n, values);
    return flags ? node_new(op, type, data, n, values, params, flags) : node_leaf(type, data, 0);
}

/* The result of an operation that only moves elements, where states make it cheap; or NULL. */
static SEXP apply_to_state(gt_op op, int n, SEXP const *values, const gt_params *params)
{
    switch (op) {
    case GT_OP_replace:
        return state_assigned(values[0], values[1], values[2]);
    case GT_OP_cat:
        return state_joined(n, values, params->v[0]);
    case GT_OP_slice:
        return state_slice(values[0], params);
    case GT_OP_take:
        return state_take(values[0], values[1]);
    case GT_OP_reshape:
        return state_reshape(values[0], params);
    default:
        return NULL;
    }
}

SEXP apply_op(gt_op op, int n, SEXP const *values, const gt_params *params)
{
    SEXP known = apply_to_state(op, n, values, params ? params : &gt_no_params);
    if (known) return known;
    return apply_op_flagged(op, n, values, params, NODE_REQUIRES_GRAD | NODE_TRACKED);
}

SEXP apply_op1(gt_op op, SEXP x, int n_params, const int *params)
{
    gt_params p = {n_params, params};
    return apply_op(op, 1, &x, &p);
}
