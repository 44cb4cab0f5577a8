/* Tensors and values: what an operation takes, and how its result looks to R. */
#include "eager/tensor.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/watched.h"
#include "globals.h"

#include <string.h>

/* ---- what is saved of a node ----
 * Between a tensor and its node stands a holder, for R to ask what it should save: a
 * leaf whole, of a computed node its value but not its history. A history would be
 * written once for each of its uses, which doubles with every x <- x * x.          */

static SEXP hold(SEXP node) { return R_new_altrep(globals.node_holder, node, R_NilValue); }
static SEXP held_node(SEXP x) { return R_altrep_data1(R_ExternalPtrProtected(x)); }

static SEXP holder_serialized_state(SEXP holder)
{
    SEXP node = R_altrep_data1(holder);
    record_serialization(node);
    SEXP data = node_data(node);
    if (node_get_meta(node)->op == GT_OP_leaf) return node;
    gt_type type = node_type(node);
    SEXP leaf = node_leaf(&type, data, 0);
    SET_VECTOR_ELT(leaf, NODE_GRAD, VECTOR_ELT(node, NODE_GRAD));
    return leaf;
}

/* What was saved is a leaf; NULL, or what is wrong with it. */
static const char *leaf_damage(SEXP node)
{
    const R_xlen_t head = sizeof(node_meta) / sizeof(int);
    if (TYPEOF(node) != VECSXP || XLENGTH(node) != NODE_INPUTS) return "it holds no value";
    SEXP meta = VECTOR_ELT(node, NODE_META), data = VECTOR_ELT(node, NODE_DATA);
    if (TYPEOF(meta) != INTSXP || XLENGTH(meta) < head) return "its description is incomplete";
    const node_meta *m = node_get_meta(node);
    if (m->op != GT_OP_leaf || m->n_inputs != 0 || m->ndim < 0 || XLENGTH(meta) != head + m->ndim)
        return "its description does not fit together";
    if (m->dtype < GT_BOOL || m->dtype > GT_DOUBLE) return "its dtype is unknown";
    gt_type type;
    gt_error err;
    if (gt_type_set(&type, (gt_dtype)m->dtype, m->ndim, m->tail, &err))
        return "its shape is not one";
    if (TYPEOF(data) != (gt_is_single(type.dtype) ? INTSXP : REALSXP) || XLENGTH(data) != type.size)
        return "its elements do not fill its shape";
    return NULL;
}

/* The hook of a leaf is an R function. */
static bool is_leaf_hook(SEXP hooks)
{
    return TYPEOF(hooks) == VECSXP && XLENGTH(hooks) == HOOK_COUNT &&
           TYPEOF(VECTOR_ELT(hooks, HOOK_GRADIENT)) == CLOSXP &&
           VECTOR_ELT(hooks, HOOK_BACKWARD) == R_NilValue;
}

static bool is_gradient_of(SEXP grad, SEXP node)
{
    if (!is_tensor(grad)) return false;
    gt_type a = node_type(held_node(grad)), b = node_type(node);
    return a.dtype == b.dtype && gt_same_shape(&a, &b);
}

/* Files may be damaged, and flags hold only where they were set. */
static SEXP holder_unserialize(SEXP class, SEXP node)
{
    (void)class;
    const char *damage = leaf_damage(node);
    if (damage) r_error("abort_damaged", PROTECT(Rf_mkString("tensor")), Rf_mkString(damage));
    SEXP holder = PROTECT(hold(node));
    node_meta *m = node_get_meta(node);
    m->flags &= gt_is_floating((gt_dtype)m->dtype) ? NODE_REQUIRES_GRAD | NODE_RETAIN_GRAD : 0;
    m->version = 0;
    SET_VECTOR_ELT(node, NODE_PARAMS, R_NilValue);
    if (!is_leaf_hook(VECTOR_ELT(node, NODE_HOOKS))) SET_VECTOR_ELT(node, NODE_HOOKS, R_NilValue);
    if (!is_gradient_of(VECTOR_ELT(node, NODE_GRAD), node))
        SET_VECTOR_ELT(node, NODE_GRAD, R_NilValue);
    UNPROTECT(1);
    return holder;
}

static R_xlen_t holder_length(SEXP holder)
{
    (void)holder;
    return 0;
}

/* ---- tensors ---- */

/* %*% and kronecker() dispatch on what is marked S4. asS3(), which deparse() calls, takes the
 * mark and the class away, and puts as class what .S3Class says.                    */
static void mark_s4(SEXP x)
{
    if (Rf_isS4(x)) return;
    Rf_setAttrib(x, Rf_install(".S3Class"), Rf_getAttrib(x, R_ClassSymbol));
    Rf_asS4(x, TRUE, 0); /* in place, as external pointers are not copied */
}

bool is_tensor(SEXP x)
{
    if (TYPEOF(x) != EXTPTRSXP) return false;
    /* Its own address, so that identical() tells tensors apart, and that nothing else has. */
    if (R_ExternalPtrAddr(x) != x) {
        SEXP holder = R_ExternalPtrProtected(x);
        if (!ALTREP(holder) || !R_altrep_inherits(holder, globals.node_holder)) return false;
        R_SetExternalPtrAddr(x, x); /* was lost by saving */
    }
    mark_s4(x);
    return true;
}

/* A comparison is a logical vector and says itself that it stands for a torch_tensor; of a tensor
 * S4 says it (R/tensor_s4.R).                                                       */
static SEXP class_vector(bool is_bool)
{
    static const char *const names[] = {"gradtape_bool", "gradtape_tensor", "torch_tensor"};
    int first = is_bool ? 0 : 1, n = is_bool ? 3 : 1;
    SEXP class = PROTECT(Rf_allocVector(STRSXP, n));
    for (int i = 0; i < n; i++) SET_STRING_ELT(class, i, Rf_mkChar(names[first + i]));
    R_PreserveObject(class);
    MARK_NOT_MUTABLE(class);
    UNPROTECT(1);
    return class;
}

/* A tensor without a node, whose class others copy. */
static SEXP new_model_tensor(void)
{
    SEXP x = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
    Rf_setAttrib(x, R_ClassSymbol, class_vector(false));
    mark_s4(x);
    R_PreserveObject(x);
    UNPROTECT(1);
    return x;
}

SEXP tensor_new(SEXP node)
{
    PROTECT(node);
    SEXP holder = PROTECT(hold(node));
    SEXP x = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, holder));
    R_SetExternalPtrAddr(x, x);
    Rf_copyMostAttrib(globals.model_tensor, x);
    UNPROTECT(3);
    return x;
}

SEXP tensor_node(SEXP x)
{
    if (!is_tensor(x)) r_stop(ERROR_ARGUMENT, "a tensor is needed here");
    return held_node(x);
}

void tensor_set_node(SEXP x, SEXP node)
{
    PROTECT(node);
    R_SetExternalPtrProtected(x, hold(node));
    UNPROTECT(1);
}

/* x$data may be called, as torch has it, and be used as the tensor that the call returns: it is a
 * function with that tensor as an attribute.                                          */
static SEXP called_tensor(SEXP x)
{
    if (TYPEOF(x) != CLOSXP || !Rf_inherits(x, "gradtape_data")) return R_NilValue;
    SEXP tensor = Rf_getAttrib(x, Rf_install("tensor"));
    return is_tensor(tensor) || TYPEOF(tensor) == LGLSXP ? tensor : R_NilValue;
}

bool stands_for_tensor(SEXP x)
{
    return is_tensor(x) || (TYPEOF(x) == LGLSXP && Rf_inherits(x, "gradtape_bool")) ||
           called_tensor(x) != R_NilValue;
}

static R_xlen_t dims_of(SEXP x) { return Rf_length(Rf_getAttrib(x, R_DimSymbol)); }

/* Of a tensor an attribute of its own; of R's vectors, also comparisons, R's. */
static SEXP labels_symbol(SEXP x, bool has_dims)
{
    if (TYPEOF(x) == EXTPTRSXP) return globals.labels_symbol;
    return has_dims ? R_DimNamesSymbol : R_NamesSymbol;
}

SEXP labels_of(SEXP x)
{
    if (TYPEOF(x) == CLOSXP) x = called_tensor(x);
    return Rf_getAttrib(x, labels_symbol(x, TYPEOF(x) != EXTPTRSXP && dims_of(x) > 1));
}

static bool fit(SEXP labels, const gt_type *t)
{
    if (TYPEOF(labels) != VECSXP) return t->ndim <= 1 && t->size == XLENGTH(labels);
    if (LENGTH(labels) != t->ndim || t->ndim < 2) return false;
    for (int d = 0; d < t->ndim; d++) {
        SEXP of_dim = VECTOR_ELT(labels, d);
        if (of_dim != R_NilValue && XLENGTH(of_dim) != t->dim[d]) return false;
    }
    return true;
}

SEXP with_labels(SEXP labels, SEXP result)
{
    if (labels == R_NilValue) return result;
    PROTECT(labels);
    PROTECT(result);
    SEXP value = PROTECT(as_value(result, "x"));
    gt_type t = value_type(value);
    if (fit(labels, &t))
        Rf_setAttrib(result, labels_symbol(result, TYPEOF(labels) == VECSXP), labels);
    UNPROTECT(3);
    return result;
}

SEXP with_labels_of(SEXP x, SEXP result)
{
    PROTECT(result);
    result = with_labels(labels_of(x), result);
    UNPROTECT(1);
    return result;
}

/* R's serialization before version 3 does not know ALTREP, and leaves the node out. */
static void check_not_empty(SEXP x, const char *argument)
{
    if (TYPEOF(x) == EXTPTRSXP && Rf_inherits(x, "gradtape_tensor"))
        r_stop(ERROR_FILE,
               "`%s` is a tensor whose values were not saved: save it with "
               "version = 3, which is R's default",
               argument);
}

SEXP tensor_argument(SEXP x, const char *argument)
{
    if (TYPEOF(x) == CLOSXP && is_tensor(called_tensor(x))) x = called_tensor(x);
    if (!is_tensor(x)) check_not_empty(x, argument);
    if (!is_tensor(x))
        r_stop(ERROR_ARGUMENT, "`%s` must be a tensor, not %s; make one with torch_tensor()",
               argument, Rf_isNull(x) ? "NULL" : Rf_type2char(TYPEOF(x)));
    return held_node(x);
}

static gt_type vector_type(SEXP x, gt_dtype dtype, const char *argument)
{
    gt_type t = {.dtype = dtype, .ndim = 1, .size = XLENGTH(x)};
    gt_error err;
    SEXP dim = Rf_getAttrib(x, R_DimSymbol);
    if (dim != R_NilValue) {
        if (gt_type_set(&t, dtype, LENGTH(dim), INTEGER(dim), &err))
            r_stop(ERROR_SHAPE, "`%s`: %s", argument, err.message);
    } else if (XLENGTH(x) == 1) {
        t.ndim = 0;
    } else if (XLENGTH(x) > INT32_MAX) {
        r_stop(ERROR_SHAPE, "`%s`: a tensor of 2^31 or more elements is not supported", argument);
    } else {
        t.dim[0] = (int)XLENGTH(x);
    }
    return t;
}

/* The whole numbers of 64 bits that bit64 keeps in a vector of doubles. */
static SEXP integer64_value(SEXP x, const char *argument)
{
    const int64_t largest = INT64_C(1) << 53;
    gt_type t = vector_type(x, GT_LONG, argument);
    SEXP data = PROTECT(alloc_data(&t));
    for (int64_t i = 0; i < t.size; i++) {
        int64_t v;
        memcpy(&v, &REAL(x)[i], sizeof v);
        if (v != INT64_MIN && (v > largest || v < -largest))
            r_stop(ERROR_DTYPE, "`%s`: %lld is too large; a tensor holds whole numbers up to 2^53",
                   argument, (long long)v);
        REAL(data)[i] = v == INT64_MIN ? NA_REAL : (double)v;
    }
    SEXP node = node_leaf(&t, data, 0);
    UNPROTECT(1);
    return node;
}

SEXP as_value(SEXP x, const char *argument)
{
    if (TYPEOF(x) == EXTPTRSXP && is_tensor(x)) return held_node(x);
    if (Rf_isFactor(x))
        r_stop(ERROR_ARGUMENT, "`%s` must be numeric or a tensor, not a factor", argument);
    switch (TYPEOF(x)) {
    case REALSXP:
        if (XLENGTH(x) > INT32_MAX) (void)vector_type(x, GT_DOUBLE, argument);
        return OBJECT(x) && Rf_inherits(x, "integer64") ? integer64_value(x, argument) : x;
    case INTSXP:
    case LGLSXP: {
        SEXP recorded = guarded_node(x);
        if (recorded) return recorded;
        gt_type t = vector_type(x, TYPEOF(x) == INTSXP ? GT_LONG : GT_BOOL, argument);
        SEXP data = PROTECT(alloc_data(&t));
        const int *from = TYPEOF(x) == INTSXP ? INTEGER(x) : LOGICAL(x);
        for (int64_t i = 0; i < t.size; i++)
            REAL(data)[i] = from[i] == NA_INTEGER ? NA_REAL : from[i];
        SEXP node = node_leaf(&t, data, 0);
        UNPROTECT(1);
        return node;
    }
    case CLOSXP:
        if (called_tensor(x) != R_NilValue) return as_value(called_tensor(x), argument);
        /* fall through */
    default:
        check_not_empty(x, argument);
        r_error("abort_no_value", x, Rf_mkString(argument));
    }
}

gt_type value_type(SEXP value)
{
    return is_node(value) ? node_type(value) : vector_type(value, GT_DOUBLE, "x");
}

gt_array value_array(SEXP value)
{
    if (is_node(value)) return node_array(value);
    gt_array a = {value_type(value), REAL(value)};
    return a;
}

SEXP node_to_r(SEXP node)
{
    gt_type t = node_type(node);
    if (t.dtype != GT_BOOL) return tensor_new(node);
    PROTECT(node);
    SEXP x;
    if (is_recorded(node)) {
        x = PROTECT(guarded_logical(node));
    } else {
        x = PROTECT(Rf_allocVector(LGLSXP, (R_xlen_t)t.size));
        const double *from = REAL(node_data(node));
        for (int64_t i = 0; i < t.size; i++)
            LOGICAL(x)[i] = from[i] != from[i] ? NA_LOGICAL : from[i] != 0;
    }
    if (t.ndim > 1 || (t.ndim == 1 && t.size == 1)) { /* one value without dim is a scalar */
        SEXP dim = PROTECT(Rf_allocVector(INTSXP, t.ndim));
        memcpy(INTEGER(dim), t.dim, (size_t)t.ndim * sizeof(int));
        Rf_setAttrib(x, R_DimSymbol, dim);
        UNPROTECT(1);
    }
    Rf_setAttrib(x, R_ClassSymbol, globals.bool_class);
    UNPROTECT(2);
    return x;
}

/* ---- at load ---- */

void init_tensors(DllInfo *dll)
{
    globals.node_holder = R_make_altinteger_class("node_holder", "gradtape", dll);
    R_set_altrep_Length_method(globals.node_holder, holder_length);
    R_set_altrep_Serialized_state_method(globals.node_holder, holder_serialized_state);
    R_set_altrep_Unserialize_method(globals.node_holder, holder_unserialize);
    globals.labels_symbol = Rf_install("element_names");
    globals.data_of_symbol = Rf_install("data_of");
    globals.bool_class = class_vector(true);
    globals.model_tensor = new_model_tensor();
}
