/* The eager builder. Gradients often start as one number for all elements, that of sum() or
 * mean(): such a value stays a number until an operation needs its elements.     */
#include "eager/builder.h"
#include "eager/apply.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "eager/errors.h"

#include <string.h>

static eager_builder *of(gt_builder *b) { return (eager_builder *)b; }

/* ---- vectors that nothing uses any more ------------------------------------------
 * R's collector would free them later, and then malloc() return fresh pages.     */

#define SPARE_COUNT 4
#define SPARE_LENGTH 64 /* shorter vectors are not worth it */

static bool is_spare_for(SEXP data, const gt_type *type)
{
    return data != R_NilValue && XLENGTH(data) == type->size &&
           (TYPEOF(data) == INTSXP) == gt_is_single(type->dtype);
}

static SEXP take_vector(eager_builder *b, const gt_type *type)
{
    SEXP spares = VECTOR_ELT(b->keep, b->capacity);
    if (type->size >= SPARE_LENGTH && spares != R_NilValue)
        for (int i = 0; i < SPARE_COUNT; i++) {
            SEXP data = VECTOR_ELT(spares, i);
            if (!is_spare_for(data, type)) continue;
            PROTECT(data);
            SET_VECTOR_ELT(spares, i, R_NilValue);
            UNPROTECT(1);
            return data;
        }
    return alloc_data(type);
}

static void spare_vector(eager_builder *b, SEXP data)
{
    if (XLENGTH(data) < SPARE_LENGTH || MAYBE_SHARED(data)) return;
    if (VECTOR_ELT(b->keep, b->capacity) == R_NilValue)
        SET_VECTOR_ELT(b->keep, b->capacity, Rf_allocVector(VECSXP, SPARE_COUNT));
    SEXP spares = VECTOR_ELT(b->keep, b->capacity);
    for (int i = 0; i < SPARE_COUNT; i++)
        if (VECTOR_ELT(spares, i) == R_NilValue) {
            SET_VECTOR_ELT(spares, i, data);
            return;
        }
}

void eager_forget(eager_builder *b, gt_ref ref)
{
    SET_VECTOR_ELT(b->keep, ref, R_NilValue);
    b->entry[ref].is_set = false;
}

void eager_drop(eager_builder *b, gt_ref ref)
{
    SEXP kept = VECTOR_ELT(b->keep, ref);
    eager_entry *e = &b->entry[ref];
    if (kept != R_NilValue && e->is_own && !e->node) spare_vector(b, kept);
    eager_forget(b, ref);
}

/* ---- entries ---- */

static SEXP new_keep(int capacity) { return Rf_allocVector(VECSXP, capacity + 1); }

static void reserve(eager_builder *b)
{
    if (b->n < b->capacity) return;
    int capacity = 2 * b->capacity;
    eager_entry *entry = (eager_entry *)R_alloc((size_t)capacity, sizeof *entry);
    memcpy(entry, b->entry, (size_t)b->n * sizeof *entry);
    SEXP keep = new_keep(capacity);
    for (int i = 0; i < b->n; i++) SET_VECTOR_ELT(keep, i, VECTOR_ELT(b->keep, i));
    SET_VECTOR_ELT(keep, capacity, VECTOR_ELT(b->keep, b->capacity));
    REPROTECT(b->keep = keep, b->keep_index);
    b->entry = entry;
    b->capacity = capacity;
}

static gt_ref new_entry(eager_builder *b)
{
    reserve(b);
    b->entry[b->n] = (eager_entry){.is_set = true};
    return b->n++;
}

/* Adds a data vector, or a node. */
static gt_ref add_vector(eager_builder *b, const gt_type *type, SEXP data, SEXP node)
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

static gt_ref add_uniform(eager_builder *b, const gt_type *type, double number)
{
    gt_ref ref = new_entry(b);
    b->entry[ref].array.type = *type;
    b->entry[ref].is_uniform = true;
    b->entry[ref].number = number;
    return ref;
}

/* The number of a uniform entry as an array of one element. */
static gt_array uniform_scalar(eager_entry *e)
{
    gt_array a = {gt_scalar_type(e->array.type.dtype), &e->number};
    return a;
}

static void set_own_vector(eager_builder *b, gt_ref ref, SEXP data)
{
    eager_entry *e = &b->entry[ref];
    SET_VECTOR_ELT(b->keep, ref, data);
    e->array.data = data_pointer(data);
    e->is_own = true;
    e->is_uniform = false;
}

SEXP eager_data(eager_builder *b, gt_ref ref)
{
    eager_entry *e = &b->entry[ref];
    if (!e->is_uniform) return e->node ? node_data(e->node) : VECTOR_ELT(b->keep, ref);
    SEXP data = take_vector(b, &e->array.type);
    set_own_vector(b, ref, data);
    gt_array number = uniform_scalar(e);
    gt_fill(&e->array, gt_get(&number, 0));
    return data;
}

gt_array eager_array(eager_builder *b, gt_ref ref)
{
    eager_entry *e = &b->entry[ref];
    if (eager_is_wide_uniform(e)) eager_data(b, ref);
    gt_array a = e->array;
    if (e->is_uniform) a.data = &e->number;
    /* a hook may have changed the tensor that it returned */
    else if (e->node) a.data = data_pointer(node_data(e->node));
    return a;
}

bool eager_is_own(eager_builder *b, gt_ref ref)
{
    return b->entry[ref].is_uniform || !MAYBE_SHARED(VECTOR_ELT(b->keep, ref));
}

gt_ref eager_add(eager_builder *b, SEXP value, gt_dtype dtype, bool stale)
{
    gt_array a = {value_type(value), NULL};
    gt_ref ref;
    if (is_node(value)) { /* its elements are looked up when they are needed */
        ref = new_entry(b);
        SET_VECTOR_ELT(b->keep, ref, value);
        b->entry[ref].node = value;
        b->entry[ref].array = a;
    } else if (gt_is_single(dtype)) {
        gt_type t = a.type;
        t.dtype = dtype;
        SEXP data = PROTECT(alloc_data(&t));
        gt_convert(t.size, data_pointer(data), dtype, REAL(value), GT_DOUBLE);
        ref = add_vector(b, &t, data, NULL);
        UNPROTECT(1);
    } else {
        ref = add_vector(b, &a.type, value, NULL);
    }
    b->entry[ref].stale = stale;
    b->entry[ref].constant =
        !is_node(value) || !(node_has(value, NODE_REQUIRES_GRAD) || is_recorded(value));
    return ref;
}

gt_ref eager_add_own(eager_builder *b, const gt_type *type, SEXP data)
{
    gt_ref ref = add_vector(b, type, data, NULL);
    b->entry[ref].is_own = true;
    return ref;
}

void eager_move_to_slot(eager_builder *b, int slot, gt_ref from)
{
    b->entry[slot] = b->entry[from];
    SET_VECTOR_ELT(b->keep, slot, VECTOR_ELT(b->keep, from));
}

gt_ref eager_zeros(eager_builder *b, const gt_type *type)
{
    gt_ref ref = add_uniform(b, type, 0);
    if (type->size != 1) (void)eager_data(b, ref);
    return ref;
}

void eager_fill_with_zeros(eager_builder *b, int slot, const gt_type *type)
{
    b->entry[slot] = (eager_entry){.array = {*type, NULL}, .is_set = true, .is_uniform = true};
}

void eager_release(eager_builder *b)
{
    for (int i = b->n_slots; i < b->n; i++) eager_drop(b, i);
    b->n = b->n_slots;
}

/* ---- operations ---- */

static SEXP entry_node(eager_builder *b, gt_ref ref)
{
    eager_entry *e = &b->entry[ref];
    if (!e->node) {
        e->node = node_leaf(&e->array.type, eager_data(b, ref), 0);
        SET_VECTOR_ELT(b->keep, ref, e->node);
    }
    return e->node;
}

static gt_ref apply_recorded(eager_builder *b, gt_op op, int n, const gt_ref *in,
                             const gt_params *p)
{
    const void *vmax = vmaxget();
    SEXP *values = (SEXP *)R_alloc((size_t)n, sizeof *values);
    for (int i = 0; i < n; i++) values[i] = entry_node(b, in[i]);
    SEXP node = PROTECT(apply_op_flagged(op, n, values, p, b->flags));
    gt_type type = node_type(node);
    gt_ref ref = add_vector(b, &type, node_data(node), node);
    UNPROTECT(1);
    vmaxset(vmax);
    return ref;
}

static gt_ref apply_to_arrays(eager_builder *b, gt_op op, int n, gt_array *in, const gt_params *p,
                              const gt_type *type)
{
    gt_array out = {*type, NULL};
    if (type->size == 1) {
        double number;
        out.data = &number;
        run_op(op, p, n, in, &out);
        return add_uniform(b, type, number);
    }
    SEXP data = PROTECT(take_vector(b, type));
    out.data = data_pointer(data);
    run_op(op, p, n, in, &out);
    gt_ref ref = eager_add_own(b, type, data);
    UNPROTECT(1);
    return ref;
}

static bool keeps_uniform(gt_op op)
{
    return gt_op_has(op, GT_MOVES) || gt_is_elementwise(gt_op_get(op));
}

/* Where uniform entries can stand as one number, replaces them in `in`. Returns whether all
 * are uniform, so that one element of the result tells the rest.                */
static bool use_numbers(eager_builder *b, gt_op op, int n, const gt_ref *ref, gt_array *in,
                        const gt_type *type)
{
    bool all = keeps_uniform(op), any = false, shaped = false;
    for (int i = 0; i < n; i++) {
        const eager_entry *e = &b->entry[ref[i]];
        all = all && e->is_uniform;
        any = any || eager_is_wide_uniform(e);
        shaped = shaped || (!e->is_uniform && gt_same_shape(&e->array.type, type));
    }
    bool numbers = all || (any && shaped && gt_is_elementwise(gt_op_get(op)));
    for (int i = 0; i < n; i++)
        in[i] = numbers && b->entry[ref[i]].is_uniform ? uniform_scalar(&b->entry[ref[i]])
                                                       : eager_array(b, ref[i]);
    return all;
}

static gt_ref apply_uniform(eager_builder *b, gt_op op, int n, gt_array *in, const gt_params *p,
                            const gt_type *type)
{
    double number = 0;
    gt_array out = {gt_scalar_type(type->dtype), &number};
    if (gt_is_elementwise(gt_op_get(op))) run_op(op, p, n, in, &out);
    else memcpy(&number, in[0].data, gt_element_size(type->dtype));
    return add_uniform(b, type, number);
}

static gt_ref apply_unrecorded(eager_builder *b, gt_op op, int n, const gt_ref *ref,
                               const gt_params *p)
{
    gt_array small[SMALL_ARITY], *in = small;
    const void *vmax = vmaxget();
    if (!p) p = &gt_no_params;
    if (n > SMALL_ARITY) in = (gt_array *)R_alloc((size_t)n, sizeof *in);
    for (int i = 0; i < n; i++) in[i] = b->entry[ref[i]].array;
    gt_type type = infer_op(op, p, n, in);
    gt_ref result = use_numbers(b, op, n, ref, in, &type) ? apply_uniform(b, op, n, in, p, &type)
                                                          : apply_to_arrays(b, op, n, in, p, &type);
    vmaxset(vmax);
    return result;
}

static gt_ref eager_apply(gt_builder *base, gt_op op, int n, const gt_ref *in, const gt_params *p)
{
    eager_builder *b = of(base);
    for (int i = 0; i < n; i++) {
        if (in[i] == GT_NO_REF) return GT_NO_REF;
        if (b->entry[in[i]].stale)
            r_stop(ERROR_GRADIENT, "a tensor that this gradient needs was changed in place after "
                                   "it was used; compute the function again before backward()");
    }
    reserve(b); /* before vmaxget(): the entries stay */
    return b->record ? apply_recorded(b, op, n, in, p) : apply_unrecorded(b, op, n, in, p);
}

static gt_ref eager_constant(gt_builder *base, double value, gt_dtype dtype)
{
    eager_builder *b = of(base);
    double number;
    gt_array a = {gt_scalar_type(dtype), &number};
    gt_set(&a, 0, value);
    gt_ref ref = add_uniform(b, &a.type, number);
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
    b->base = (gt_builder){eager_apply, eager_constant, eager_type, eager_constant_value, false};
    /* A tape must see the gradient's own operations, also where they carry none. */
    b->record = create_graph || is_recording();
    b->flags = create_graph ? NODE_REQUIRES_GRAD | NODE_TRACKED : NODE_TRACKED;
    b->n_slots = b->n = n_slots;
    bool small = n_slots + 8 <= EAGER_SMALL;
    b->capacity = small ? EAGER_SMALL : n_slots + 16;
    b->entry = small ? b->small : (eager_entry *)R_alloc((size_t)b->capacity, sizeof *b->entry);
    for (int i = 0; i < n_slots; i++) b->entry[i].is_set = false;
    PROTECT_WITH_INDEX(b->keep = new_keep(b->capacity), &b->keep_index);
}
