/* .Call entries that apply one operation. */
#include "bridge/arguments.h"
#include "bridge/entries.h"
#include "eager/apply.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/tensor.h"
#include "globals.h"

#include <math.h>
#include <string.h>

/* ---- elementwise, with torch's broadcasting: call_sin(x), call_add(x, z), ... ---- */

static SEXP finish(gt_op op, int n, SEXP const *values)
{
    SEXP node = PROTECT(apply_op(op, n, values, NULL));
    SEXP result = node_to_r(node);
    UNPROTECT(1);
    return result;
}

#define UNARY(name, value, dx) \
    SEXP call_##name(SEXP x) \
    { \
        SEXP v = PROTECT(as_value(x, "x")); \
        SEXP result = finish(GT_OP_##name, 1, &v); \
        UNPROTECT(1); \
        return with_labels_of(x, result); \
    }
#define BINARY(name, value, dx, dz) \
    SEXP call_##name(SEXP x, SEXP z) \
    { \
        SEXP v[2] = {PROTECT(as_value(x, "self")), PROTECT(as_value(z, "other"))}; \
        SEXP result = finish(GT_OP_##name, 2, v); \
        UNPROTECT(2); \
        return result; \
    }
#define TERNARY(name, value, dx, dz, dw) \
    SEXP call_##name(SEXP x, SEXP z, SEXP w) \
    { \
        SEXP v[3] = {PROTECT(as_value(x, "self")), PROTECT(as_value(z, "other")), \
                     PROTECT(as_value(w, "other"))}; \
        SEXP result = finish(GT_OP_##name, 3, v); \
        UNPROTECT(3); \
        return result; \
    }
#include "ops/elementwise_table.h"

/* ---- R's operators, with R's recycling ---------------------------------------- */

static SEXP reshaped(SEXP value, const gt_type *shape)
{
    return apply_op1(GT_OP_reshape, value, shape->ndim, shape->dim);
}

/* Repeats a vector to a given length. */
static SEXP recycled(SEXP value, int64_t from, int64_t length)
{
    gt_type t = {.dtype = GT_LONG, .ndim = 1, .dim = {(int)length}, .size = length};
    SEXP at = PROTECT(alloc_data(&t));
    for (int64_t i = 0; i < length; i++) REAL(at)[i] = (double)(i % from);
    SEXP values[2] = {value, at};
    SEXP result = apply_op(GT_OP_take, 2, values, NULL);
    UNPROTECT(1);
    return result;
}

static void warn_of_length(int64_t a, int64_t b)
{
    if (a > b ? a % b : b % a)
        Rf_warningcall(R_NilValue,
                       "longer object length is not a multiple of shorter object length");
}

/* A vector that stands beside a matrix or array, of more than one element each. */
static SEXP spread(SEXP value, const gt_type *t, const gt_type *other, const char *name)
{
    gt_type column = {.ndim = other->ndim, .size = other->dim[0]};
    for (int d = 0; d < other->ndim; d++) column.dim[d] = d ? 1 : other->dim[0];
    if (t->size == other->size) return reshaped(value, other);
    if (t->size == column.size) return reshaped(value, &column);
    if (other->size) warn_of_length(t->size, other->size);
    if (other->size && t->size > other->size) {
        char b[GT_SHAPE_TEXT];
        r_stop(ERROR_SHAPE,
               "`%s`: a vector of %lld elements is too long for shape %s. For torch's "
               "broadcasting use torch_add() and its kin",
               name, (long long)t->size, gt_shape_text(other, b));
    }
    SEXP repeated = PROTECT(recycled(value, t->size, other->size));
    SEXP result = reshaped(repeated, other);
    UNPROTECT(1);
    return result;
}

/* An array of one element beside a vector: for R's arithmetic a number, with a warning. */
static void lone_array(const gt_type *other, const char *name)
{
    if (strchr("<>=!&|", name[0]) && other->size > 0)
        r_stop(
            ERROR_SHAPE,
            "`%s`: an array of one element beside a vector of %lld; as.vector() makes it a number",
            name, (long long)other->size);
    Rf_warningcall(R_NilValue,
                   "Recycling array of length 1 in array-vector arithmetic is deprecated.\n"
                   "  Use c() or as.vector() instead.");
}

/* Shapes `value` so that broadcasting it against `other` is what R does. */
static SEXP match_shape(SEXP value, const gt_type *t, const gt_type *other, const char *name)
{
    char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
    bool is_array = t->ndim > 1, meets_array = other->ndim > 1;
    if (is_array && meets_array)
        r_stop(ERROR_SHAPE,
               "`%s`: non-conformable shapes %s and %s. For torch's broadcasting use "
               "torch_add() and its kin",
               name, gt_shape_text(t, a), gt_shape_text(other, b));
    if (is_array) {
        if (t->size == 1 && other->size != 1) {
            lone_array(other, name);
            gt_type scalar = gt_scalar_type(t->dtype);
            return reshaped(value, &scalar);
        }
        return other->size == 0 && t->size > 0 ? recycled(value, 1, 0) : value;
    }
    if (t->size == 1 || other->size == 1) return value;
    if (meets_array && (t->size > 0 || other->size == 0)) return spread(value, t, other, name);
    if (other->size == 0) return recycled(value, 1, 0);
    if (t->size >= other->size || t->size == 0) return value;
    warn_of_length(t->size, other->size);
    return recycled(value, t->size, other->size);
}

/* Operands that R code combines: complex ones, and time series with no tensor beside them. */
static bool is_series(SEXP x)
{
    return (TYPEOF(x) == REALSXP || TYPEOF(x) == INTSXP) && OBJECT(x) && Rf_inherits(x, "ts");
}
static bool is_complex(SEXP x)
{
    return TYPEOF(x) == CPLXSXP || (TYPEOF(x) == VECSXP && Rf_inherits(x, "gradtape_complex"));
}
static bool are_others(SEXP x, SEXP z)
{
    if (is_complex(x) || is_complex(z)) return true;
    return (is_series(x) || is_series(z)) && !is_tensor(x) && !is_tensor(z);
}

static SEXP operate(gt_op op, SEXP x, SEXP z, const char *name)
{
    if (are_others(x, z)) return r_call("operate_on_others", Rf_mkString(name), x, z);
    SEXP v[2] = {PROTECT(as_value(x, "e1")), PROTECT(as_value(z, "e2"))};
    gt_type tx = value_type(v[0]), tz = value_type(v[1]);
    if (!gt_same_shape(&tx, &tz)) {
        SEXP first = PROTECT(match_shape(v[0], &tx, &tz, name));
        v[1] = PROTECT(match_shape(v[1], &tz, &tx, name));
        v[0] = first;
    } else {
        PROTECT(v[0]);
        PROTECT(v[1]);
    }
    SEXP result = finish(op, 2, v);
    UNPROTECT(4);
    if (tx.size != tz.size && tx.size * tz.size == 0 && (tx.ndim > 1) != (tz.ndim > 1) &&
        (tx.ndim > 1 ? tz : tx).size == 0)
        return result; /* no elements, and nothing of the array beside them */
    return with_labels_of(x, with_labels_of(z, result));
}

#define OPERATOR(name, symbol) \
    SEXP operator_##name(SEXP x, SEXP z) { return operate(GT_OP_##name, x, z, symbol); }
OPERATORS(OPERATOR)

/* ---- structured ----------------------------------------------------------------- */

/* op: its name; inputs: list of tensors or numbers; params: integers. */
SEXP call_apply(SEXP op, SEXP inputs, SEXP params)
{
    const void *vmax = vmaxget();
    const char *name = CHAR(STRING_ELT(op, 0));
    gt_op code = gt_op_find(name);
    int n = LENGTH(inputs);
    if (code == GT_OP_COUNT) r_stop(ERROR_ARGUMENT, "no operation is called '%s'", name);
    SEXP kept = PROTECT(Rf_allocVector(VECSXP, n));
    SEXP *values = (SEXP *)R_alloc((size_t)n + 1, sizeof *values);
    for (int i = 0; i < n; i++) {
        values[i] = as_value(VECTOR_ELT(inputs, i), "input");
        SET_VECTOR_ELT(kept, i, values[i]);
    }
    gt_params p = {LENGTH(params), INTEGER(params)};
    SEXP node = PROTECT(apply_op(code, n, values, &p));
    SEXP result = node_to_r(node);
    UNPROTECT(2);
    vmaxset(vmax);
    return result;
}

/* c(): the elements of all parts in one vector, NULL left out. NULL when a part is a
 * list, which holds no elements.                                              */
SEXP call_join(SEXP parts)
{
    const void *vmax = vmaxget();
    int n = 0, length = LENGTH(parts);
    for (int i = 0; i < length; i++)
        if (TYPEOF(VECTOR_ELT(parts, i)) == VECSXP) return R_NilValue;
    SEXP kept = PROTECT(Rf_allocVector(VECSXP, length));
    SEXP *values = (SEXP *)R_alloc((size_t)length + 1, sizeof *values);
    for (int i = 0; i < length; i++) {
        if (VECTOR_ELT(parts, i) == R_NilValue) continue;
        SEXP value = PROTECT(as_value(VECTOR_ELT(parts, i), "c()"));
        gt_type t = value_type(value);
        int size = (int)t.size;
        values[n] = t.ndim <= 1 ? value : apply_op1(GT_OP_reshape, value, 1, &size);
        SET_VECTOR_ELT(kept, i, values[n++]);
        UNPROTECT(1);
    }
    const int first = 0;
    gt_params p = {1, &first};
    SEXP node = PROTECT(apply_op(GT_OP_cat, n, values, &p));
    SEXP result = node_to_r(node);
    UNPROTECT(2);
    vmaxset(vmax);
    return result;
}

SEXP call_labels(SEXP x) { return labels_of(x); }
/* In place: of a value that nobody else holds. */
SEXP call_set_labels(SEXP x, SEXP labels) { return with_labels(labels, x); }

/* The numbers of the elements, after the first `from`, with dim and labels as R has them. */
SEXP call_positions(SEXP x, SEXP from)
{
    SEXP value = PROTECT(as_value(x, "x"));
    gt_type t = value_type(value);
    SEXP at = PROTECT(Rf_allocVector(INTSXP, t.size)), labels = PROTECT(labels_of(x));
    for (int64_t i = 0; i < t.size; i++) INTEGER(at)[i] = INTEGER(from)[0] + (int)i + 1;
    if (t.ndim > 1) {
        SEXP dim = PROTECT(Rf_allocVector(INTSXP, t.ndim));
        memcpy(INTEGER(dim), t.dim, (size_t)t.ndim * sizeof(int));
        Rf_setAttrib(at, R_DimSymbol, dim);
        UNPROTECT(1);
    }
    if (labels != R_NilValue)
        Rf_setAttrib(at, t.ndim > 1 ? R_DimNamesSymbol : R_NamesSymbol, labels);
    UNPROTECT(3);
    return at;
}

/* Has the list, or one of its elements, names or dimnames? */
SEXP call_has_labels(SEXP parts)
{
    if (Rf_getAttrib(parts, R_NamesSymbol) != R_NilValue) return Rf_ScalarLogical(TRUE);
    for (int i = 0; i < LENGTH(parts); i++) {
        if (labels_of(VECTOR_ELT(parts, i)) != R_NilValue) return Rf_ScalarLogical(TRUE);
    }
    return Rf_ScalarLogical(FALSE);
}

/* A dimension given from 1, or from the last by a negative number, from 0; else -1.
 * A scalar counts as a vector of one element. */
static int dimension(SEXP dims, int i, int ndim)
{
    if (ndim == 0) ndim = 1;
    double d;
    if (TYPEOF(dims) == INTSXP) d = INTEGER(dims)[i];
    else if (TYPEOF(dims) == REALSXP) d = REAL(dims)[i];
    else return -1;
    if (!(fabs(d) >= 1 && fabs(d) <= ndim) || d != trunc(d)) return -1;
    return (int)d > 0 ? (int)d - 1 : ndim + (int)d;
}

/* Reductions: dims from 1, negative from the end; empty or NULL for all. */
static SEXP reduce(gt_op op, SEXP x, SEXP dims, SEXP keepdim)
{
    SEXP v = PROTECT(as_value(x, "self"));
    int params[GT_MAX_NDIM + 1] = {flag_argument(keepdim, "keepdim")}, n = 1;
    if (dims != R_NilValue) {
        int ndim = value_type(v).ndim;
        if (TYPEOF(dims) != INTSXP && TYPEOF(dims) != REALSXP)
            r_error("abort_dims", dims, Rf_ScalarInteger(ndim));
        bool seen[GT_MAX_NDIM] = {false};
        for (int i = 0; i < Rf_length(dims); i++) {
            int dim = dimension(dims, i, ndim);
            if (dim < 0 || seen[dim]) r_error("abort_dims", dims, Rf_ScalarInteger(ndim));
            seen[dim] = true;
            if (ndim > 0) params[n++] = dim;
        }
    }
    SEXP node = PROTECT(apply_op1(op, v, n, params));
    SEXP result = node_to_r(node);
    UNPROTECT(2);
    return result;
}
#define REDUCTION(name) \
    SEXP call_##name(SEXP x, SEXP dims, SEXP keepdim) \
    { \
        return reduce(GT_OP_##name, x, dims, keepdim); \
    }
REDUCTIONS(REDUCTION)
