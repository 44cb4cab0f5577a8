#include "eager/states.h"
#include "eager/apply.h"
#include "eager/memory.h"
#include "eager/tensor.h"
#include "ops/shape.h"

#include <string.h>

/* AT: of the newest state the array, which may be longer than the state; else the state after it.
 * BEFORE: NULL, or positions and the elements that stood there before that.
 * COLUMNS: 0 where the array is in R's order, else it is by row, of a matrix so wide.        */
enum { AT, BEFORE, COLUMNS, STATE_LENGTH };

static SEXP new_state(SEXP array, int columns)
{
    PROTECT(array);
    SEXP state = PROTECT(Rf_allocVector(VECSXP, STATE_LENGTH));
    SET_VECTOR_ELT(state, AT, array);
    if (columns) SET_VECTOR_ELT(state, COLUMNS, Rf_ScalarInteger(columns));
    UNPROTECT(2);
    return state;
}

static SEXP state_of(SEXP node) { return VECTOR_ELT(node, NODE_DATA); }
static bool is_newest(SEXP state) { return TYPEOF(VECTOR_ELT(state, AT)) != VECSXP; }
static bool is_newest_state(SEXP value)
{
    return is_node(value) && is_state(value) && is_newest(state_of(value));
}

static int columns_of(SEXP state)
{
    SEXP columns = VECTOR_ELT(state, COLUMNS);
    return columns == R_NilValue ? 0 : INTEGER(columns)[0];
}

/* Where an element of a value of this type stands in the array. */
static int64_t slot_of(int64_t position, const gt_type *t, int columns)
{
    if (!columns) return position;
    return position % t->dim[0] * columns + position / t->dim[0];
}

static gt_array array_of(SEXP data, const gt_type *t)
{
    gt_array a = {*t, data_pointer(data)};
    return a;
}

/* to[k] = from[slot of k], or the other way round. */
static void copy_from_slots(gt_array *to, const gt_array *from, int columns)
{
    if (!columns) {
        memcpy(to->data, from->data, (size_t)to->type.size * gt_element_size(to->type.dtype));
        return;
    }
    for (int64_t k = 0; k < to->type.size; k++)
        gt_set(to, k, gt_get(from, slot_of(k, &to->type, columns)));
}
static void copy_to_slots(gt_array *to, const gt_array *from, int columns)
{
    if (!columns) {
        memcpy(to->data, from->data, (size_t)from->type.size * gt_element_size(from->type.dtype));
        return;
    }
    for (int64_t k = 0; k < from->type.size; k++)
        gt_set(to, slot_of(k, &from->type, columns), gt_get(from, k));
}

/* ---- reading ------------------------------------------------------------------------------ */

/* In `slots`, those of a newer state, puts back what was there before. */
static void step_back(gt_array *slots, SEXP state)
{
    SEXP before = VECTOR_ELT(state, BEFORE);
    R_xlen_t n = before == R_NilValue ? 0 : XLENGTH(before) / 2;
    for (R_xlen_t k = 0; k < n; k++) {
        int64_t slot = (int64_t)REAL(before)[2 * k];
        if (slot < slots->type.size) gt_set(slots, slot, REAL(before)[2 * k + 1]);
    }
}

SEXP state_elements(SEXP node)
{
    const void *vmax = vmaxget();
    gt_type type = node_type(node);
    R_xlen_t older = 0;
    SEXP newest = state_of(node);
    for (; !is_newest(newest); newest = VECTOR_ELT(newest, AT)) older++;
    SEXP *way = (SEXP *)R_alloc((size_t)older + 1, sizeof *way), state = state_of(node);
    for (R_xlen_t k = 0; k < older; k++, state = VECTOR_ELT(state, AT)) way[k] = state;

    SEXP data = PROTECT(alloc_data(&type));
    gt_array elements = array_of(data, &type), slots = elements;
    int columns = columns_of(newest);
    if (columns) slots.data = R_alloc((size_t)type.size + 1, sizeof(double));
    memcpy(slots.data, data_pointer(VECTOR_ELT(newest, AT)),
           (size_t)type.size * gt_element_size(type.dtype));
    while (older) step_back(&slots, way[--older]);
    if (columns) copy_from_slots(&elements, &slots, columns);
    SET_VECTOR_ELT(node, NODE_DATA, data);
    UNPROTECT(1);
    vmaxset(vmax);
    return data;
}

/* What an operation that only reads elements gives: those at `at`, of the newest state. */
static SEXP read(gt_op op, SEXP x, const gt_type *type, const int *at, int n, SEXP const *values,
                 const gt_params *params)
{
    SEXP state = state_of(x);
    gt_type whole = node_type(x);
    SEXP data = PROTECT(alloc_data(type));
    gt_array to = array_of(data, type), from = array_of(VECTOR_ELT(state, AT), &whole);
    for (int64_t k = 0; k < type->size; k++)
        gt_set(&to, k, gt_get(&from, slot_of(at[k], &whole, columns_of(state))));
    SEXP node = known_result(op, type, data, n, values, params);
    UNPROTECT(1);
    return node;
}

SEXP state_slice(SEXP x, const gt_params *slice)
{
    if (!is_newest_state(x)) return NULL;
    const void *vmax = vmaxget();
    gt_type whole = node_type(x), type;
    gt_error err;
    if (gt_op_infer(GT_OP_slice, slice, 1, &whole, &type, &err)) return NULL;
    int one, *at = type.size == 1 ? &one : (int *)R_alloc((size_t)type.size + 1, sizeof *at);
    gt_slice_positions(slice, &whole, type.size, at);
    SEXP node = read(GT_OP_slice, x, &type, at, 1, &x, slice);
    vmaxset(vmax);
    return node;
}

/* Positions that no tape has to follow, all in x; else NULL, and the operation deals with them.
 * To be freed by vmaxset().                                                        */
static int *known_positions(SEXP positions, SEXP x)
{
    if (is_node(positions) && node_has(positions, NODE_TRACKED)) return NULL;
    gt_array p = value_array(positions);
    int64_t size = node_type(x).size;
    int *at = (int *)R_alloc((size_t)p.type.size + 1, sizeof *at);
    for (int64_t k = 0; k < p.type.size; k++) {
        double position = gt_get(&p, k);
        if (!(position >= 0 && position < (double)size)) return NULL;
        at[k] = (int)position;
    }
    return at;
}

SEXP state_take(SEXP x, SEXP positions)
{
    if (!is_newest_state(x)) return NULL;
    const void *vmax = vmaxget();
    const int *at = known_positions(positions, x);
    gt_type type = value_type(positions);
    type.dtype = node_type(x).dtype;
    SEXP values[2] = {x, positions};
    SEXP node = at ? read(GT_OP_take, x, &type, at, 2, values, NULL) : NULL;
    vmaxset(vmax);
    return node;
}

SEXP state_reshape(SEXP x, const gt_params *dims)
{
    if (!is_newest_state(x) || columns_of(state_of(x))) return NULL;
    gt_type from = node_type(x), type;
    gt_error err;
    if (gt_op_infer(GT_OP_reshape, dims, 1, &from, &type, &err)) return NULL;
    return known_result(GT_OP_reshape, &type, state_of(x), 1, &x, dims);
}

/* ---- writing ------------------------------------------------------------------------------- */

/* The array of x that a new state may write to, with room for `length` elements: that of the newest
 * state, or a copy where x is no state but was made as one would be, by an assignment or by
 * joining twice. Else NULL.                                                       */
static SEXP array_to_write(SEXP x, int64_t length, int columns)
{
    gt_type type = node_type(x), longer = type;
    SEXP array = NULL;
    if (is_newest_state(x)) {
        if (columns_of(state_of(x)) != columns) return NULL;
        array = VECTOR_ELT(state_of(x), AT);
        if (XLENGTH(array) >= length) return array;
    } else if ((gt_op)node_get_meta(x)->op == GT_OP_cat) {
        SEXP first = node_get_meta(x)->n_inputs ? node_input(x, 0) : R_NilValue;
        if (!is_node(first) || (gt_op)node_get_meta(first)->op != GT_OP_cat) return NULL;
    } else if ((gt_op)node_get_meta(x)->op != GT_OP_replace) {
        return NULL;
    }
    longer.size = length > type.size ? 2 * length : length;
    SEXP copy = PROTECT(alloc_data(&longer));
    gt_array to = array_of(copy, &longer), from;
    if (array) from = array_of(array, &type);
    else from = node_array(x);
    if (array) memcpy(to.data, from.data, (size_t)type.size * gt_element_size(type.dtype));
    else copy_to_slots(&to, &from, columns);
    UNPROTECT(1);
    return copy;
}

/* Makes `next` the state after that of x, which had `before` in its place. */
static void set_newest(SEXP x, SEXP next, SEXP before)
{
    if (!is_newest_state(x)) return;
    SET_VECTOR_ELT(state_of(x), BEFORE, before);
    SET_VECTOR_ELT(state_of(x), AT, next);
}

/* Has a value the dtype of x, or is it a constant that takes it? */
static bool fits(SEXP value, gt_dtype dtype)
{
    if (!is_node(value)) return true;
    const node_meta *m = node_get_meta(value);
    return (gt_dtype)m->dtype == dtype ||
           (!gt_is_floating((gt_dtype)m->dtype) && (gt_op)m->op == GT_OP_leaf &&
            !(m->flags & NODE_TRACKED));
}

static bool can_be_state(SEXP x)
{
    return is_node(x) && gt_is_floating((gt_dtype)node_get_meta(x)->dtype);
}

SEXP state_assigned(SEXP x, SEXP value, SEXP positions)
{
    if (!can_be_state(x) || !fits(value, (gt_dtype)node_get_meta(x)->dtype)) return NULL;
    const void *vmax = vmaxget();
    gt_type type = node_type(x);
    gt_array from = value_array(value); /* may be x, which then has elements of its own */
    int64_t n = value_type(positions).size, step = from.type.size != 1;
    const int *at = n == from.type.size || !step ? known_positions(positions, x) : NULL;
    int columns = is_state(x) ? columns_of(state_of(x)) : 0;
    SEXP array = at ? array_to_write(x, type.size, columns) : NULL;
    if (!array) {
        vmaxset(vmax);
        return NULL;
    }
    PROTECT(array);
    gt_array slots = array_of(array, &type);
    SEXP before =
        PROTECT(is_newest_state(x) ? Rf_allocVector(REALSXP, 2 * (R_xlen_t)n) : R_NilValue);
    SEXP next = PROTECT(new_state(array, columns)), values[3] = {x, value, positions};
    SEXP node = PROTECT(known_result(GT_OP_replace, &type, next, 3, values, NULL));
    for (int64_t k = 0; k < n; k++) {
        int64_t slot = slot_of(at[k], &type, columns);
        if (before != R_NilValue) {
            REAL(before)[2 * k] = (double)slot;
            REAL(before)[2 * k + 1] = gt_get(&slots, slot);
        }
        gt_set(&slots, slot, gt_get(&from, k * step));
    }
    set_newest(x, next, before);
    UNPROTECT(4);
    vmaxset(vmax);
    return node;
}

/* The type of joined values, of which the first is much of the whole, and how they are laid out in
 * slots. False where they cannot be states.                                           */
static bool joined_type(int n, SEXP const *values, const gt_params *p, gt_type *type, int *columns)
{
    const void *vmax = vmaxget();
    gt_type *in = (gt_type *)R_alloc((size_t)n, sizeof *in);
    gt_error err;
    gt_dtype dtype = (gt_dtype)node_get_meta(values[0])->dtype;
    bool fit = true;
    for (int k = 0; k < n; k++) {
        in[k] = value_type(values[k]);
        if (!is_node(values[k])) in[k].dtype = dtype;
        fit = fit && fits(values[k], dtype);
    }
    fit = fit && !gt_op_infer(GT_OP_cat, p, n, in, type, &err);
    vmaxset(vmax);
    if (!fit || type->ndim > 2 || type->size > 2 * in[0].size) return false;
    *columns = type->ndim == 2 && p->v[0] == 0 ? type->dim[1] : 0;
    return true;
}

SEXP state_joined(int n, SEXP const *values, int dim)
{
    const gt_params p = {1, &dim};
    gt_type type;
    int columns;
    if (n < 2 || !can_be_state(values[0]) || !joined_type(n, values, &p, &type, &columns))
        return NULL;
    for (int k = 1; k < n; k++) (void)value_array(values[k]); /* one may be the first */
    SEXP array = array_to_write(values[0], type.size, columns);
    if (!array) return NULL;
    PROTECT(array);
    SEXP next = PROTECT(new_state(array, columns));
    SEXP node = PROTECT(known_result(GT_OP_cat, &type, next, n, values, &p));
    int64_t at = node_type(values[0]).size;
    gt_array slots = array_of(array, &type);
    for (int k = 1; k < n; k++) {
        gt_array from = value_array(values[k]);
        for (int64_t i = 0; i < from.type.size; i++)
            gt_set(&slots, at + slot_of(i, &from.type, columns), gt_get(&from, i));
        at += from.type.size;
    }
    set_newest(values[0], next, R_NilValue);
    UNPROTECT(3);
    return node;
}
