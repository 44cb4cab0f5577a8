/* Tensors made from R vectors and turned back into them; what a tensor is asked. */
#include "bridge/arguments.h"
#include "bridge/entries.h"
#include "core/threads.h"
#include "eager/apply.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "eager/errors.h"
#include "globals.h"

#include <math.h>
#include <string.h>

static SEXP default_dtype_name(void);

static gt_dtype dtype_named(SEXP name, gt_dtype otherwise)
{
    if (name == R_NilValue) return otherwise;
    for (int i = 0; i <= GT_DOUBLE; i++)
        if (TYPEOF(name) == STRSXP && LENGTH(name) == 1 &&
            !strcmp(CHAR(STRING_ELT(name, 0)), gt_dtype_names[i]))
            return (gt_dtype)i;
    r_stop(ERROR_ARGUMENT, "`dtype` must be torch_float(), torch_double(), torch_int(), "
                           "torch_long() or torch_bool()");
}

SEXP call_set_default_dtype(SEXP name)
{
    SEXP old = PROTECT(default_dtype_name());
    gt_dtype dtype = dtype_named(name, GT_DOUBLE);
    if (!gt_is_floating(dtype))
        r_stop(ERROR_ARGUMENT, "`d` must be torch_float() or torch_double(), not %s",
               gt_dtype_names[dtype]);
    gt_set_default_dtype(dtype);
    UNPROTECT(1);
    return old;
}
static SEXP default_dtype_name(void) { return Rf_mkString(gt_dtype_names[gt_default_dtype()]); }
SEXP call_default_dtype(void) { return default_dtype_name(); }

SEXP call_set_threads(SEXP n)
{
    gt_set_threads(Rf_asInteger(n));
    return R_NilValue;
}
SEXP call_threads(void) { return Rf_ScalarInteger(gt_threads()); }

static double as_dtype(double v, gt_dtype dtype)
{
    gt_error err;
    if (gt_to_dtype(&v, dtype, &err)) r_stop(ERROR_DTYPE, "%s", err.message);
    return v;
}

/* A value that a tensor takes in place: torch too refuses one that its dtype cannot hold. */
static double as_held(double v, gt_dtype dtype)
{
    double held = as_dtype(v, dtype);
    if (held != v)
        r_stop(ERROR_DTYPE,
               "a tensor of dtype %s cannot take the value %.15g in place; convert it "
               "first, with $to(dtype = torch_double())",
               gt_dtype_names[dtype], v);
    return held;
}

/* x: numeric, logical or a tensor; shape: integers or NULL for that of x; a leaf. */
SEXP call_tensor(SEXP x, SEXP dtype_name, SEXP requires_grad, SEXP shape)
{
    SEXP value = PROTECT(as_value(x, "data"));
    gt_type from = value_type(value), type = from;
    gt_error err;
    bool whole = TYPEOF(x) == INTSXP || TYPEOF(x) == LGLSXP || is_node(value);
    gt_dtype dtype = dtype_named(dtype_name, whole ? from.dtype : gt_default_dtype());
    bool grad = flag_argument(requires_grad, "requires_grad");
    if (grad && !gt_is_floating(dtype)) {
        if (dtype_name != R_NilValue || is_tensor(x))
            r_stop(ERROR_DTYPE,
                   "only tensors of dtype float or double can require gradients, "
                   "not %s",
                   gt_dtype_names[dtype]);
        dtype = gt_default_dtype();
    }
    type.dtype = dtype;
    if (is_recorded(value)) { /* a copy that a tape can follow */
        int to = (int)dtype;
        SEXP copy = PROTECT(apply_op(GT_OP_detach, 1, &value, NULL));
        if (dtype != from.dtype) copy = apply_op1(GT_OP_cast, copy, 1, &to);
        SEXP tensor = tensor_new(copy);
        UNPROTECT(2);
        return tensor;
    }
    if (shape != R_NilValue && gt_type_set(&type, dtype, LENGTH(shape), INTEGER(shape), &err))
        r_stop(ERROR_SHAPE, "%s", err.message);
    if (type.size != from.size && from.size != 1)
        r_stop(ERROR_SHAPE, "%lld values do not fill the shape", (long long)from.size);
    SEXP data = PROTECT(alloc_data(&type));
    gt_array in = {from, is_node(value) ? data_pointer(node_data(value)) : (void *)REAL(value)};
    gt_array out = {type, data_pointer(data)};
    if (gt_is_floating(dtype) && from.size == type.size) {
        gt_convert(type.size, out.data, dtype, in.data, from.dtype);
    } else {
        int64_t step = from.size != 1;
        for (int64_t i = 0; i < type.size; i++)
            gt_set(&out, i, as_dtype(gt_get(&in, i * step), dtype));
    }
    SEXP node = PROTECT(node_leaf(&type, data, grad ? NODE_REQUIRES_GRAD : 0));
    SEXP result = tensor_new(node);
    UNPROTECT(3);
    return result;
}

SEXP call_is_tensor(SEXP x) { return Rf_ScalarLogical(stands_for_tensor(x)); }

SEXP call_to_array(SEXP x)
{
    SEXP value = PROTECT(as_value(x, "x"));
    gt_type type = value_type(value);
    gt_array a = {type, is_node(value) ? data_pointer(node_data(value)) : (void *)REAL(value)};
    SEXP result = PROTECT(Rf_allocVector(type.dtype == GT_BOOL ? LGLSXP : REALSXP, type.size));
    for (int64_t i = 0; i < type.size; i++) {
        double v = gt_get(&a, i);
        if (type.dtype == GT_BOOL) LOGICAL(result)[i] = v != v ? NA_LOGICAL : v != 0;
        else REAL(result)[i] = v;
    }
    if (type.ndim > 1) {
        SEXP dim = PROTECT(Rf_allocVector(INTSXP, type.ndim));
        memcpy(INTEGER(dim), type.dim, (size_t)type.ndim * sizeof(int));
        Rf_setAttrib(result, R_DimSymbol, dim);
        UNPROTECT(1);
    }
    UNPROTECT(2);
    return result;
}

SEXP call_shape(SEXP x)
{
    SEXP value = PROTECT(as_value(x, "x"));
    gt_type type = value_type(value);
    SEXP result = Rf_allocVector(INTSXP, type.ndim);
    memcpy(INTEGER(result), type.dim, (size_t)type.ndim * sizeof(int));
    UNPROTECT(1);
    return result;
}

SEXP call_length(SEXP x)
{
    SEXP value = PROTECT(as_value(x, "x"));
    SEXP result = Rf_ScalarInteger((int)value_type(value).size);
    UNPROTECT(1);
    return result;
}

/* dtype, operation, requires_grad, is_leaf, version */
SEXP call_info(SEXP x)
{
    const char *names[] = {"dtype", "op", "requires_grad", "is_leaf", "version", ""};
    SEXP value = PROTECT(as_value(x, "x"));
    SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
    bool node = is_node(value);
    const node_meta *m = node ? node_get_meta(value) : NULL;
    gt_op op = node ? (gt_op)m->op : GT_OP_leaf;
    gt_dtype dtype = node ? (gt_dtype)m->dtype : gt_default_dtype();
    SET_VECTOR_ELT(result, 0, Rf_mkString(gt_dtype_names[dtype]));
    SET_VECTOR_ELT(result, 1, Rf_mkString(gt_op_get(op)->name));
    SET_VECTOR_ELT(result, 2, Rf_ScalarLogical(node && node_has(value, NODE_REQUIRES_GRAD)));
    SET_VECTOR_ELT(result, 3, Rf_ScalarLogical(op == GT_OP_leaf));
    SET_VECTOR_ELT(result, 4, Rf_ScalarInteger(node ? m->version : 0));
    UNPROTECT(2);
    return result;
}

SEXP call_carries_gradient(SEXP x)
{
    return Rf_ScalarLogical(is_tensor(x) && globals.grad_enabled &&
                            node_has(tensor_node(x), NODE_REQUIRES_GRAD));
}

/* NULL of a comparison's result, which is an R vector. */
SEXP call_grad(SEXP x)
{
    if (TYPEOF(x) == LGLSXP) return R_NilValue;
    return VECTOR_ELT(tensor_argument(x, "x"), NODE_GRAD);
}

SEXP call_set_grad(SEXP x, SEXP grad)
{
    SEXP node = tensor_argument(x, "x");
    if (grad != R_NilValue) {
        if (tensor_argument(grad, "grad") == node)
            r_stop(ERROR_GRADIENT, "a tensor cannot be its own gradient");
        gt_type type = node_type(node), given = node_type(tensor_argument(grad, "grad"));
        char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
        if (!gt_same_shape(&type, &given))
            r_stop(ERROR_SHAPE, "`grad` has shape %s; the tensor has %s", gt_shape_text(&given, a),
                   gt_shape_text(&type, b));
        if (given.dtype != type.dtype)
            r_stop(ERROR_DTYPE,
                   "`grad` has dtype %s; the tensor has %s: convert it with $to(dtype = )",
                   gt_dtype_names[given.dtype], gt_dtype_names[type.dtype]);
    }
    SET_VECTOR_ELT(node, NODE_GRAD, grad);
    return x;
}

/* flag: "requires_grad" (leaves only) or "retain_grad". */
SEXP call_set_flag(SEXP x, SEXP flag, SEXP on)
{
    SEXP node = tensor_argument(x, "x");
    node_meta *m = node_get_meta(node);
    bool set = Rf_asLogical(on) == TRUE;
    int bit = NODE_RETAIN_GRAD;
    if (!strcmp(CHAR(STRING_ELT(flag, 0)), "requires_grad")) {
        bit = NODE_REQUIRES_GRAD;
        if (m->op != GT_OP_leaf)
            r_stop(ERROR_GRADIENT, "requires_grad can be changed on a leaf only; for a computed "
                                   "tensor use $detach()");
        if (set && !gt_is_floating((gt_dtype)m->dtype))
            r_stop(ERROR_DTYPE,
                   "only tensors of dtype float or double can require gradients, "
                   "not %s",
                   gt_dtype_names[m->dtype]);
    }
    m->flags = set ? m->flags | bit : m->flags & ~bit;
    return x;
}

SEXP call_detach(SEXP x)
{
    SEXP node = tensor_argument(x, "x");
    gt_type type = node_type(node);
    SEXP leaf = PROTECT(is_recorded(node) ? apply_op(GT_OP_detach, 1, &node, NULL)
                                          : node_leaf(&type, node_data(node), 0));
    SEXP result = tensor_new(leaf);
    UNPROTECT(1);
    return result;
}

/* ---- in-place methods: x takes the value of y ---------------------------------- */

/* What x may become: a leaf that requires gradients may change only outside grad
 * mode, where the change is not recorded.                                     */
static SEXP in_place_target(SEXP x, bool records)
{
    SEXP node = tensor_argument(x, "self");
    if (records && node_has(node, NODE_REQUIRES_GRAD) && node_get_meta(node)->op == GT_OP_leaf)
        r_stop(ERROR_GRADIENT, "a leaf that requires gradients cannot be changed in place while "
                               "gradients are recorded; wrap the change in with_no_grad({ })");
    return node;
}

static SEXP assign_value(SEXP x, SEXP y, bool records)
{
    SEXP node = in_place_target(x, records);
    SEXP value = PROTECT(as_value(y, "other"));
    gt_type type = node_type(node), given = value_type(value);
    char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
    if (!gt_same_shape(&type, &given) && given.size != 1)
        r_stop(ERROR_SHAPE, "a tensor of shape %s cannot take a value of shape %s in place",
               gt_shape_text(&type, a), gt_shape_text(&given, b));
    if (is_recorded(node) && node_get_meta(node)->op == GT_OP_leaf)
        r_stop(ERROR_TAPE, "the input of a tape cannot be changed in place; write "
                           "y <- x + ... instead");
    if (is_recorded(value) || (records && is_node(value) && node_has(value, NODE_REQUIRES_GRAD))) {
        SEXP next = value;
        if (!gt_same_shape(&type, &given))
            next = apply_op1(GT_OP_expand, value, type.ndim, type.dim);
        PROTECT(next);
        if (given.dtype != type.dtype) {
            int to = (int)type.dtype;
            next = apply_op1(GT_OP_cast, next, 1, &to);
        }
        /* The old node keeps its value for those who use it. */
        tensor_set_node(x, next);
        UNPROTECT(2);
        return x;
    }
    gt_array from = {given, is_node(value) ? data_pointer(node_data(value)) : (void *)REAL(value)};
    /* A computed tensor becomes a leaf of its own; so does a leaf that a tape may have seen. */
    if (node_get_meta(node)->op != GT_OP_leaf || is_recording()) {
        SEXP data = PROTECT(alloc_data(&type));
        int flags = node_get_meta(node)->op == GT_OP_leaf
                        ? node_get_meta(node)->flags & NODE_REQUIRES_GRAD
                        : 0;
        SEXP leaf = PROTECT(node_leaf(&type, data, flags));
        if (flags) SET_VECTOR_ELT(leaf, NODE_GRAD, VECTOR_ELT(node, NODE_GRAD));
        tensor_set_node(x, leaf);
        node = leaf;
        UNPROTECT(2);
    }
    gt_array to = node_writable(node);
    if (!gt_is_floating(type.dtype)) {
        for (int64_t i = 0; i < type.size; i++)
            gt_set(&to, i, as_held(gt_get(&from, given.size == 1 ? 0 : i), type.dtype));
    } else if (given.size == type.size) {
        gt_convert(type.size, to.data, type.dtype, from.data, given.dtype);
    } else {
        gt_fill(&to, gt_get(&from, 0));
    }
    node_get_meta(node)->version++;
    UNPROTECT(1);
    return x;
}

/* What changes y$data() changes y, unseen by the gradient. */
static SEXP also_where_from(SEXP x)
{
    SEXP origin = Rf_getAttrib(x, globals.data_of_symbol);
    if (origin != R_NilValue) assign_value(origin, x, false);
    return x;
}

SEXP call_assign(SEXP x, SEXP y)
{
    return also_where_from(assign_value(x, y, globals.grad_enabled));
}

SEXP call_fill(SEXP x, SEXP v)
{
    SEXP node = in_place_target(x, globals.grad_enabled);
    if (node_get_meta(node)->op != GT_OP_leaf || is_recording()) return call_assign(x, v);
    gt_array a = node_writable(node);
    gt_fill(&a, as_dtype(Rf_asReal(v), a.type.dtype));
    node_get_meta(node)->version++;
    return also_where_from(x);
}

/* Has the tensor doubles of its own that may be overwritten, unseen by gradients and tapes? */
static bool may_be_overwritten(SEXP x)
{
    if (!is_tensor(x) || is_recording()) return false;
    const node_meta *m = node_get_meta(tensor_node(x));
    return m->op == GT_OP_leaf && m->dtype == GT_DOUBLE &&
           !(globals.grad_enabled && m->flags & NODE_REQUIRES_GRAD);
}

/* x takes the value of x - y: in its own memory where both are doubles of one shape. */
SEXP call_subtract(SEXP x, SEXP y)
{
    if (may_be_overwritten(x)) {
        SEXP node = tensor_node(x), value = PROTECT(as_value(y, "other"));
        gt_type type = node_type(node), given = value_type(value);
        if (given.dtype == GT_DOUBLE && gt_same_shape(&type, &given) &&
            !(globals.grad_enabled && is_node(value) && node_has(value, NODE_REQUIRES_GRAD))) {
            run_op_in_place(GT_OP_sub, node, value_array(value));
            UNPROTECT(1);
            return also_where_from(x);
        }
        UNPROTECT(1);
    }
    SEXP difference = PROTECT(call_sub(x, y));
    call_assign(x, difference);
    UNPROTECT(1);
    return x;
}

static void zero_grad(SEXP param, bool to_none)
{
    SEXP node = tensor_argument(param, "params"), grad = VECTOR_ELT(node, NODE_GRAD);
    if (grad == R_NilValue) return;
    SEXP held = tensor_node(grad);
    if (to_none || node_get_meta(held)->op != GT_OP_leaf) {
        SET_VECTOR_ELT(node, NODE_GRAD, R_NilValue);
        return;
    }
    gt_array a = node_writable(held);
    gt_fill(&a, 0);
    node_get_meta(held)->version++;
}

/* Of all parameters of an optimizer's groups. */
SEXP call_zero_grad(SEXP groups, SEXP set_to_none)
{
    bool none = flag_argument(set_to_none, "set_to_none");
    for (int k = 0; k < Rf_length(groups); k++) {
        SEXP params = list_element(VECTOR_ELT(groups, k), "params");
        for (int i = 0; i < Rf_length(params); i++) zero_grad(VECTOR_ELT(params, i), none);
    }
    return R_NilValue;
}
