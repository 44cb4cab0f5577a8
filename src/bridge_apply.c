/* Applying operations eagerly: to the values that R hands over, and for the
 * derivative rules through the eager builder.                                 */
#include "bridge.h"
#include "bridge_calls.h"
#include "bridge_record.h"

#include <string.h>

static bool grad_enabled = true;
bool grad_mode(void) { return grad_enabled; }

SEXP call_set_grad_mode(SEXP enabled)
{
    bool old = grad_enabled;
    grad_enabled = Rf_asLogical(enabled) == TRUE;
    return Rf_ScalarLogical(old);
}
SEXP call_grad_mode(void) { return Rf_ScalarLogical(grad_enabled); }

static void NORET fail(gt_op op, const gt_error *err)
{
    Rf_errorcall(R_NilValue, "%s: %s", gt_op_get(op)->name, err->message);
}

/* Shape rule, allocation, kernel. Converts inputs between float and double where
 * the operation needs it. A result of one element goes to *number, if that is not
 * NULL, and R_NilValue is returned. Unprotected result.                        */
static SEXP compute(gt_op op, const gt_params *p, int n, gt_array *in, gt_type *out, double *number)
{
    static const gt_params no_params = {0, NULL};
    const void *vmax = vmaxget();
    gt_error err;
    gt_type small[SMALL_ARITY], *types = small;
    double scalar[SMALL_ARITY];
    if (!p) p = &no_params;
    if (n > SMALL_ARITY) types = (gt_type *)R_alloc((size_t)n, sizeof *types);
    for (int i = 0; i < n; i++) types[i] = in[i].type;
    if (gt_op_infer(op, p, n, types, out, &err)) fail(op, &err);

    if (out->size != 1) number = NULL;
    SEXP data = PROTECT(number ? R_NilValue : alloc_data(out));
    for (int i = 0; i < n; i++) {
        gt_dtype wanted = gt_op_input_dtype(op, i, types, out);
        if (gt_is_single(wanted) == gt_is_single(in[i].type.dtype)) continue;
        void *converted = i < SMALL_ARITY && in[i].type.size == 1
                              ? (void *)&scalar[i]
                              : (void *)R_alloc((size_t)in[i].type.size, (int)gt_element_size(wanted));
        gt_convert(in[i].type.size, converted, wanted, in[i].data, in[i].type.dtype);
        in[i].data = converted;
        in[i].type.dtype = wanted;
    }
    size_t bytes = gt_op_workspace(op, p, n, types);
    gt_array result = {*out, number ? (void *)number : data_pointer(data)};
    if (gt_op_eval(op, p, n, in, &result, bytes ? R_alloc(bytes, 1) : NULL, &err)) fail(op, &err);
    vmaxset(vmax);
    UNPROTECT(1);
    return data;
}

static gt_array value_array(SEXP value)
{
    if (is_node(value)) return node_array(value);
    gt_array a = {value_type(value), REAL(value)};
    return a;
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
    if (!grad_enabled || !gt_is_floating(dtype) || op == GT_OP_detach) flags &= ~NODE_REQUIRES_GRAD;
    if (!is_recording()) flags &= ~NODE_TRACKED;
    return flags & (NODE_REQUIRES_GRAD | NODE_TRACKED);
}

static SEXP apply_flagged(gt_op op, int n, SEXP const *values, const gt_params *params, int allowed)
{
    gt_array small[SMALL_ARITY], *in = small;
    const void *vmax = vmaxget();
    gt_type type;
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
    SEXP data = PROTECT(compute(op, params, n, in, &type, NULL));
    int flags = result_flags(op, type.dtype, n, values) & allowed;
    SEXP node = flags ? node_new(op, &type, data, n, values, params, flags)
                      : node_leaf(&type, data, 0);
    UNPROTECT(1);
    vmaxset(vmax);
    return node;
}

SEXP apply_op(gt_op op, int n, SEXP const *values, const gt_params *params)
{
    return apply_flagged(op, n, values, params, NODE_REQUIRES_GRAD | NODE_TRACKED);
}

SEXP apply_op1(gt_op op, SEXP x, int n_params, const int *params)
{
    gt_params p = {n_params, params};
    return apply_op(op, 1, &x, &p);
}

/* ---- the eager builder ----------------------------------------------------- */

static eager_builder *of(gt_builder *b) { return (eager_builder *)b; }

static gt_ref new_entry(eager_builder *b)
{
    if (b->n == b->capacity) {
        int capacity = 2 * b->capacity;
        eager_entry *entry = (eager_entry *)R_alloc((size_t)capacity, sizeof *entry);
        memcpy(entry, b->entry, (size_t)b->n * sizeof *entry);
        b->entry = entry;
        SEXP keep = Rf_allocVector(VECSXP, capacity);
        for (int i = 0; i < b->n; i++) SET_VECTOR_ELT(keep, i, VECTOR_ELT(b->keep, i));
        REPROTECT(b->keep = keep, b->keep_index);
        b->capacity = capacity;
    }
    b->entry[b->n] = (eager_entry){.is_set = true};
    return b->n++;
}

/* Adds a data vector or (when recording) a node that an operation made. */
static gt_ref add_result(eager_builder *b, const gt_type *type, SEXP data, SEXP node)
{
    PROTECT(node ? node : data);
    gt_ref ref = new_entry(b);
    SET_VECTOR_ELT(b->keep, ref, node ? node : data);
    UNPROTECT(1);
    b->entry[ref].node = node;
    b->entry[ref].array.type = *type;
    b->entry[ref].array.data = data_pointer(data);
    return ref;
}

static gt_ref add_number(eager_builder *b, const gt_type *type, double number)
{
    gt_ref ref = new_entry(b);
    b->entry[ref].array.type = *type;
    b->entry[ref].is_inline = true;
    b->entry[ref].number = number;
    return ref;
}

gt_array eager_array(eager_builder *b, gt_ref ref)
{
    gt_array a = b->entry[ref].array;
    if (b->entry[ref].is_inline) a.data = &b->entry[ref].number;
    return a;
}

SEXP eager_data(eager_builder *b, gt_ref ref)
{
    eager_entry *e = &b->entry[ref];
    if (!e->is_inline) return e->node ? VECTOR_ELT(e->node, NODE_DATA) : eager_kept(b, ref);
    SEXP data = alloc_data(&e->array.type);
    SET_VECTOR_ELT(b->keep, ref, data);
    memcpy(data_pointer(data), &e->number, gt_element_size(e->array.type.dtype));
    e->array.data = data_pointer(data);
    e->is_inline = false;
    return data;
}

bool eager_is_own(eager_builder *b, gt_ref ref)
{
    return b->entry[ref].is_inline || !MAYBE_SHARED(eager_kept(b, ref));
}

gt_ref eager_add(eager_builder *b, SEXP value, gt_dtype dtype, bool stale)
{
    gt_array a = value_array(value);
    gt_ref ref;
    if (is_node(value)) {
        ref = add_result(b, &a.type, VECTOR_ELT(value, NODE_DATA), value);
    } else if (gt_is_single(dtype)) {
        gt_type t = a.type;
        t.dtype = dtype;
        SEXP data = PROTECT(alloc_data(&t));
        gt_convert(t.size, data_pointer(data), dtype, REAL(value), GT_DOUBLE);
        ref = add_result(b, &t, data, NULL);
        UNPROTECT(1);
    } else {
        ref = add_result(b, &a.type, value, NULL);
    }
    b->entry[ref].stale = stale;
    b->entry[ref].constant = !is_node(value) || !node_has(value, NODE_REQUIRES_GRAD);
    return ref;
}

static SEXP entry_value(eager_builder *b, gt_ref ref)
{
    eager_entry *e = &b->entry[ref];
    if (!e->node) {
        e->node = node_leaf(&e->array.type, eager_data(b, ref), 0);
        SET_VECTOR_ELT(b->keep, ref, e->node);
    }
    return e->node;
}

static gt_ref eager_apply(gt_builder *base, gt_op op, int n, const gt_ref *in, const gt_params *p)
{
    eager_builder *b = of(base);
    gt_array small[SMALL_ARITY], *array = small;
    const void *vmax = vmaxget();
    for (int i = 0; i < n; i++) {
        if (in[i] == GT_NO_REF) return GT_NO_REF;
        if (b->entry[in[i]].stale)
            Rf_errorcall(R_NilValue,
                         "backward: a tensor that this gradient needs was changed in place after "
                         "it was used; compute the function again before backward()");
    }
    if (n > SMALL_ARITY) array = (gt_array *)R_alloc((size_t)n, sizeof *array);
    gt_ref ref;
    if (b->record) {
        SEXP *values = (SEXP *)R_alloc((size_t)n, sizeof *values);
        for (int i = 0; i < n; i++) values[i] = entry_value(b, in[i]);
        SEXP node = PROTECT(apply_flagged(op, n, values, p, b->flags));
        gt_type type = node_type(node);
        vmaxset(vmax);
        ref = add_result(b, &type, VECTOR_ELT(node, NODE_DATA), node);
        UNPROTECT(1);
    } else {
        gt_type type;
        double number;
        for (int i = 0; i < n; i++) array[i] = eager_array(b, in[i]);
        SEXP data = PROTECT(compute(op, p, n, array, &type, &number));
        vmaxset(vmax);
        ref = data == R_NilValue ? add_number(b, &type, number) : add_result(b, &type, data, NULL);
        UNPROTECT(1);
    }
    return ref;
}

static gt_ref eager_constant(gt_builder *base, double value, gt_dtype dtype)
{
    eager_builder *b = of(base);
    double number;
    gt_array a = {gt_scalar_type(dtype), &number};
    gt_set(&a, 0, value);
    gt_ref ref = add_number(b, &a.type, number);
    b->entry[ref].constant = true;
    return ref;
}

static gt_type eager_type(gt_builder *b, gt_ref x)
{
    return x == GT_NO_REF ? gt_scalar_type(GT_DOUBLE) : of(b)->entry[x].array.type;
}

static bool eager_constant_value(gt_builder *b, gt_ref x, double *value)
{
    const eager_entry *e = &of(b)->entry[x];
    if (!e->constant || e->stale || e->array.type.size != 1) return false;
    gt_array a = eager_array(of(b), x);
    *value = gt_get(&a, 0);
    return true;
}

void eager_init(eager_builder *b, int n_slots, bool create_graph)
{
    b->base = (gt_builder){eager_apply, eager_constant, eager_type, eager_constant_value};
    /* A tape must see the gradient's own operations, also where they carry none. */
    b->record = create_graph || is_recording();
    b->flags = create_graph ? NODE_REQUIRES_GRAD | NODE_TRACKED : NODE_TRACKED;
    b->n_slots = b->n = n_slots;
    b->capacity = n_slots + 16;
    b->entry = (eager_entry *)R_alloc((size_t)b->capacity, sizeof *b->entry);
    for (int i = 0; i < n_slots; i++) b->entry[i] = (eager_entry){.is_set = false};
    PROTECT_WITH_INDEX(b->keep = Rf_allocVector(VECSXP, b->capacity), &b->keep_index);
}

void eager_move_to_slot(eager_builder *b, int slot, gt_ref from)
{
    b->entry[slot] = b->entry[from];
    SET_VECTOR_ELT(b->keep, slot, VECTOR_ELT(b->keep, from));
}

void eager_release(eager_builder *b)
{
    for (int i = b->n_slots; i < b->n; i++) SET_VECTOR_ELT(b->keep, i, R_NilValue);
    b->n = b->n_slots;
}
