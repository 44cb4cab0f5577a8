/* R subscripts as operations: a slice where the positions are evenly spaced, else
 * a take.                                                                     */
#include "bridge/arguments.h"
#include "bridge/entries.h"
#include "eager/apply.h"
#include "eager/errors.h"
#include "eager/memory.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "globals.h"
#include "ops/shape.h"

#include <math.h>

/* A subscript of one dimension, resolved to positions from 0. */
typedef struct {
    int start, step, count; /* valid when is_slice */
    bool is_slice;
    SEXP at; /* otherwise: a double vector of positions */
} subscript;

static void NORET out_of_bounds(double position, int extent)
{
    r_stop(ERROR_INDEX, "subscript out of bounds: %.0f of %d elements", position, extent);
}

static SEXP positions_of_logical(SEXP i, int extent)
{
    R_xlen_t n = XLENGTH(i), count = 0;
    if (n > extent) out_of_bounds((double)n, extent);
    const int *on = LOGICAL(i);
    for (int k = 0; k < extent; k++) {
        int v = n ? on[k % n] : 0;
        if (v == NA_LOGICAL) r_stop(ERROR_INDEX, "NA in a subscript");
        count += v;
    }
    SEXP at = Rf_allocVector(REALSXP, count);
    double *p = REAL(at);
    for (int k = 0; k < extent; k++)
        if (n && on[k % n]) *p++ = k;
    return at;
}

/* Positive positions, or all but the negative ones; zeros are dropped. */
static SEXP positions_of_numbers(SEXP i, int extent)
{
    R_xlen_t n = XLENGTH(i);
    const double *v = REAL(i);
    bool negative = false, positive = false;
    R_xlen_t count = 0;
    for (R_xlen_t k = 0; k < n; k++) {
        if (ISNAN(v[k])) r_stop(ERROR_INDEX, "NA in a subscript");
        double p = trunc(v[k]);
        if (p < 0) negative = true;
        if (p > 0) positive = true;
        if (p > extent) out_of_bounds(p, extent);
        count += p != 0;
    }
    if (negative && positive)
        r_stop(ERROR_INDEX, "a subscript cannot mix negative and positive positions");
    if (!negative) {
        SEXP at = Rf_allocVector(REALSXP, count);
        double *to = REAL(at);
        for (R_xlen_t k = 0; k < n; k++)
            if (trunc(v[k]) != 0) *to++ = trunc(v[k]) - 1;
        return at;
    }
    SEXP keep = PROTECT(Rf_allocVector(LGLSXP, extent));
    for (int k = 0; k < extent; k++) LOGICAL(keep)[k] = TRUE;
    for (R_xlen_t k = 0; k < n; k++)
        if (v[k] <= -1 && trunc(-v[k]) <= extent) LOGICAL(keep)[(int)(-v[k]) - 1] = FALSE;
    SEXP at = positions_of_logical(keep, extent);
    UNPROTECT(1);
    return at;
}

static bool evenly_spaced(const double *at, R_xlen_t n, int *step)
{
    *step = n > 1 ? (int)(at[1] - at[0]) : 1;
    if (n > 1 && *step == 0) return false;
    for (R_xlen_t k = 2; k < n; k++)
        if (at[k] - at[k - 1] != *step) return false;
    return true;
}

/* Positions from 1 of the elements that have these names. */
static SEXP named_positions(SEXP wanted, SEXP names)
{
    if (names == R_NilValue)
        r_stop(
            ERROR_INDEX,
            "the tensor has no names, so no element is called '%s'; torch's functions drop names",
            LENGTH(wanted) ? CHAR(STRING_ELT(wanted, 0)) : "");
    SEXP at = Rf_match(names, wanted, 0);
    for (int k = 0; k < LENGTH(at); k++) {
        SEXP name = STRING_ELT(wanted, k);
        if (INTEGER(at)[k] == 0 || name == NA_STRING || name == R_BlankString)
            r_stop(ERROR_INDEX, "no element of the tensor is called '%s'", CHAR(name));
    }
    return at;
}

/* ---- torch's notation, of which R/tensor_notation.R makes subscripts ---- */

static bool is_symbol(SEXP code, const char *name)
{
    return TYPEOF(code) == SYMSXP && strcmp(CHAR(PRINTNAME(code)), name) == 0;
}
static bool is_colon(SEXP code)
{
    return TYPEOF(code) == LANGSXP && Rf_length(code) == 3 && is_symbol(CAR(code), ":");
}
static int is_notation(SEXP code)
{
    if (TYPEOF(code) == SYMSXP)
        return is_symbol(code, "..") || is_symbol(code, "newaxis") || is_symbol(code, "N");
    if (is_colon(code)) return is_colon(CADR(code)) || is_symbol(CADDR(code), "N");
    if (TYPEOF(code) == LANGSXP) return is_symbol(CAR(code), "slc");
    if (TYPEOF(code) == VECSXP)
        return Rf_inherits(code, "gradtape_slice") || Rf_inherits(code, "gradtape_word");
    /* a value of 1:10:2, perhaps; 1 of x[1] is none */
    bool is_number = TYPEOF(code) == INTSXP || TYPEOF(code) == REALSXP;
    return is_number && !(TYPEOF(code) == REALSXP && XLENGTH(code) == 1) ? NA_LOGICAL : 0;
}

/* Is a subscript written in it, or one of those in list(i, j, ...)? NA: none, but one is a value, of which only the
 * call can tell.                                                                */
SEXP call_is_notation(SEXP code)
{
    int found = is_notation(code);
    if (TYPEOF(code) == LANGSXP && is_symbol(CAR(code), "list"))
        for (SEXP a = CDR(code); found != 1 && a != R_NilValue; a = CDR(a)) {
            int one = is_notation(CAR(a));
            if (one) found = one;
        }
    return Rf_ScalarLogical(found);
}

/* The caller protects s->at. i: a symbol for all, numbers, logicals or a
 * tensor of them, some of the names, or NULL for none.                         */
static subscript resolve(SEXP i, int extent, SEXP names)
{
    subscript s = {.start = 0, .step = 1, .count = extent, .is_slice = true, .at = R_NilValue};
    if (TYPEOF(i) == SYMSXP) return s;
    PROTECT(i);
    if (is_tensor(i)) {
        SEXP node = tensor_node(i);
        gt_dtype dtype = node_type(node).dtype;
        if (gt_is_single(dtype)) r_stop(ERROR_DTYPE, "a float tensor cannot be a subscript");
        record_guard(node);
        i = node_data(node);
    }
    SEXP at;
    switch (TYPEOF(i)) {
    case NILSXP:
        at = Rf_allocVector(REALSXP, 0);
        break;
    case STRSXP:
        at = PROTECT(named_positions(i, names));
        at = positions_of_numbers(PROTECT(Rf_coerceVector(at, REALSXP)), extent);
        UNPROTECT(2);
        break;
    case LGLSXP:
        at = positions_of_logical(i, extent);
        break;
    case INTSXP:
    case REALSXP: {
        SEXP v = PROTECT(Rf_coerceVector(i, REALSXP));
        at = positions_of_numbers(v, extent);
        UNPROTECT(1);
        break;
    }
    default:
        r_error("abort_subscript", i, R_NilValue);
    }
    UNPROTECT(1);
    R_xlen_t n = XLENGTH(at);
    s.is_slice = evenly_spaced(REAL(at), n, &s.step);
    s.count = (int)n;
    s.start = n ? (int)REAL(at)[0] : 0;
    s.at = at;
    return s;
}

static SEXP result_of(SEXP node)
{
    PROTECT(node);
    SEXP result = node_to_r(node);
    UNPROTECT(1);
    return result;
}

/* ---- labels of what was selected ---- */

static SEXP selected_names(SEXP names, const subscript *s)
{
    if (names == R_NilValue) return R_NilValue;
    SEXP result = Rf_allocVector(STRSXP, s->count);
    for (int k = 0; k < s->count; k++) {
        int at = s->is_slice ? s->start + s->step * k : (int)REAL(s->at)[k];
        SET_STRING_ELT(result, k, STRING_ELT(names, at));
    }
    return result;
}

/* The dimnames of the dimensions that are kept; of one dimension its names. Of one element R
 * keeps a name where only one dimension has names.                                 */
static SEXP selected_labels(SEXP dimnames, int ndim, const subscript *s, bool drop)
{
    int kept = 0, last = -1, named = 0, last_named = -1;
    for (int d = 0; d < ndim; d++) {
        if (!drop || s[d].count != 1) last = d, kept++;
        if (VECTOR_ELT(dimnames, d) != R_NilValue) last_named = d, named++;
    }
    if (kept == 1 && drop && s[last].count == 0) return R_NilValue;
    if (kept == 1 && drop) return selected_names(VECTOR_ELT(dimnames, last), &s[last]);
    if (kept == 0)
        return named == 1 ? selected_names(VECTOR_ELT(dimnames, last_named), &s[last_named])
                          : R_NilValue;
    SEXP titles = PROTECT(Rf_getAttrib(dimnames, R_NamesSymbol));
    SEXP result = PROTECT(Rf_allocVector(VECSXP, kept));
    SEXP kept_titles = PROTECT(titles == R_NilValue ? titles : Rf_allocVector(STRSXP, kept));
    named = 0;
    for (int d = 0, k = 0; d < ndim; d++) {
        if (drop && s[d].count == 1) continue;
        if (s[d].count > 0)
            SET_VECTOR_ELT(result, k, selected_names(VECTOR_ELT(dimnames, d), &s[d]));
        if (VECTOR_ELT(result, k) != R_NilValue) named++;
        if (titles != R_NilValue) SET_STRING_ELT(kept_titles, k, STRING_ELT(titles, d));
        k++;
    }
    if (titles != R_NilValue) Rf_setAttrib(result, R_NamesSymbol, kept_titles);
    UNPROTECT(3);
    return named || kept == ndim ? result : R_NilValue;
}

static SEXP labelled_box(SEXP node, SEXP labels, int ndim, const subscript *s, bool drop)
{
    SEXP result = PROTECT(result_of(node));
    if (labels != R_NilValue)
        result = with_labels(TYPEOF(labels) == VECSXP ? selected_labels(labels, ndim, s, drop)
                                                      : selected_names(labels, s),
                             result);
    UNPROTECT(1);
    return result;
}

/* x[i, j, ...]: one subscript per dimension. labels: dimnames, or the names of a vector. */
static SEXP subset_box(SEXP value, const gt_type *t, SEXP subscripts, SEXP labels, bool drop)
{
    int params[3 * GT_MAX_NDIM];
    SEXP at = PROTECT(Rf_allocVector(VECSXP, t->ndim));
    bool slices = true;
    subscript s[GT_MAX_NDIM];
    for (int d = 0; d < t->ndim; d++) {
        SEXP names = TYPEOF(labels) == VECSXP ? VECTOR_ELT(labels, d) : labels;
        s[d] = resolve(VECTOR_ELT(subscripts, d), t->dim[d], names);
        SET_VECTOR_ELT(at, d, s[d].at);
        if (!s[d].is_slice) slices = false;
        params[3 * d] = s[d].start;
        params[3 * d + 1] = s[d].step;
        params[3 * d + 2] = drop && s[d].count == 1 ? GT_DROP : s[d].count;
    }
    if (slices) {
        SEXP node = apply_op1(GT_OP_slice, value, 3 * t->ndim, params);
        SEXP result = labelled_box(node, labels, t->ndim, s, drop);
        UNPROTECT(1);
        return result;
    }
    gt_type out = {.dtype = GT_LONG};
    int dim[GT_MAX_NDIM], index[GT_MAX_NDIM] = {0}, ndim = 0;
    gt_error err;
    for (int d = 0; d < t->ndim; d++)
        if (!(drop && s[d].count == 1)) dim[ndim++] = s[d].count;
    if (gt_type_set(&out, GT_LONG, ndim, dim, &err)) r_stop(ERROR_SHAPE, "%s", err.message);
    SEXP index_data = PROTECT(alloc_data(&out));
    for (int64_t k = 0; k < out.size; k++) {
        int64_t position = 0, stride = 1;
        for (int d = 0; d < t->ndim; d++) {
            double p =
                s[d].is_slice ? s[d].start + (double)s[d].step * index[d] : REAL(s[d].at)[index[d]];
            position += stride * (int64_t)p;
            stride *= t->dim[d];
        }
        REAL(index_data)[k] = (double)position;
        for (int d = 0; d < t->ndim && ++index[d] == s[d].count; d++) index[d] = 0;
    }
    SEXP positions = PROTECT(node_leaf(&out, index_data, 0));
    SEXP values[2] = {value, positions};
    SEXP result = labelled_box(apply_op(GT_OP_take, 2, values, NULL), labels, t->ndim, s, drop);
    UNPROTECT(3);
    return result;
}

/* x[3], by far the most frequent; NULL in other cases. */
static SEXP subset_one(SEXP value, const gt_type *t, SEXP i, SEXP labels)
{
    if ((TYPEOF(i) != REALSXP && TYPEOF(i) != INTSXP) || XLENGTH(i) != 1 || t->ndim != 1)
        return NULL;
    double p = Rf_asReal(i);
    if (!(p >= 1 && p < (double)t->size + 1)) return NULL;
    subscript s = {.start = (int)p - 1, .step = 1, .count = 1, .is_slice = true};
    int params[3] = {s.start, 1, GT_DROP};
    return labelled_box(apply_op1(GT_OP_slice, value, 3, params), labels, 1, &s, true);
}

/* A matrix of subscripts, one row for each element? */
static bool is_row_subscript(SEXP i, const gt_type *t)
{
    SEXP dim = Rf_getAttrib(i, R_DimSymbol);
    return LENGTH(dim) == 2 && INTEGER(dim)[1] == t->ndim && t->ndim > 1 &&
           (TYPEOF(i) == REALSXP || TYPEOF(i) == INTSXP);
}

static SEXP positions_of_rows(SEXP i, const gt_type *t)
{
    int rows = INTEGER(Rf_getAttrib(i, R_DimSymbol))[0];
    SEXP m = PROTECT(Rf_coerceVector(i, REALSXP));
    SEXP at = Rf_allocVector(REALSXP, rows);
    for (int r = 0; r < rows; r++) {
        double position = 1, stride = 1;
        for (int d = 0; d < t->ndim; d++) {
            double p = REAL(m)[r + (R_xlen_t)d * rows];
            if (!(p >= 1 && p <= t->dim[d])) out_of_bounds(p, t->dim[d]);
            position += stride * (p - 1);
            stride *= t->dim[d];
        }
        REAL(at)[r] = position;
    }
    UNPROTECT(1);
    return at;
}

/* Does a subscript pick elements that are not there, for which R gives NA? Names may be missing, numbers
 * and truth values NA; where `beyond`, positions may also lie after the end.                     */
static bool picks_missing(SEXP i, R_xlen_t extent, SEXP names, bool beyond)
{
    bool missing = false;
    R_xlen_t n = Rf_xlength(i);
    if (TYPEOF(i) == STRSXP && beyond && names != R_NilValue) {
        SEXP at = Rf_match(names, i, 0);
        for (R_xlen_t k = 0; k < n && !missing; k++)
            missing = INTEGER(at)[k] == 0 || STRING_ELT(i, k) == NA_STRING ||
                      STRING_ELT(i, k) == R_BlankString;
    } else if (TYPEOF(i) == LGLSXP) {
        missing = beyond && n > extent;
        for (R_xlen_t k = 0; k < n && !missing; k++) missing = LOGICAL(i)[k] == NA_LOGICAL;
    } else if (TYPEOF(i) == INTSXP) {
        for (R_xlen_t k = 0; k < n && !missing; k++)
            missing = INTEGER(i)[k] == NA_INTEGER || (beyond && INTEGER(i)[k] > extent);
    } else if (TYPEOF(i) == REALSXP) {
        for (R_xlen_t k = 0; k < n && !missing; k++)
            missing = ISNAN(REAL(i)[k]) || (beyond && REAL(i)[k] >= (double)extent + 1);
    }
    return missing;
}

/* x[i]: R's linear subscripts, by column; the result has names when `named`. NULL where an element is
 * missing, which in x[[i]] is an error.                                                      */
SEXP call_subset_vector(SEXP x, SEXP i, SEXP named)
{
    SEXP value = PROTECT(as_value(x, "x"));
    if (is_tensor(i)) record_guard(tensor_node(i));
    i = PROTECT(is_tensor(i) ? call_to_array(i) : i);
    gt_type t = value_type(value);
    bool is_vector = t.ndim <= 1, by_name = TYPEOF(i) == STRSXP;
    SEXP labels = is_vector ? labels_of(x) : R_NilValue;
    bool rows = is_row_subscript(i, &t);
    if (LOGICAL(named)[0] && picks_missing(i, (R_xlen_t)t.size, labels, !rows)) {
        UNPROTECT(2);
        return R_NilValue;
    }
    if (by_name) i = named_positions(i, labels);
    PROTECT(i);
    if (LOGICAL(named)[0] == FALSE) labels = R_NilValue;
    SEXP result = subset_one(value, &t, i, labels);
    if (result) {
        UNPROTECT(3);
        return result;
    }
    gt_type flat = {.dtype = t.dtype, .ndim = 1, .dim = {(int)t.size}, .size = t.size};
    if (t.ndim != 1) value = apply_op1(GT_OP_reshape, value, 1, flat.dim);
    PROTECT(value);
    SEXP subscripts = PROTECT(Rf_allocVector(VECSXP, 1));
    SET_VECTOR_ELT(subscripts, 0, rows ? positions_of_rows(i, &t) : i);
    result = subset_box(value, &flat, subscripts, labels, !rows && Rf_length(i) == 1);
    UNPROTECT(5);
    return result;
}

/* x[i, j, ...]; NULL where a subscript is NA. */
SEXP call_subset(SEXP x, SEXP subscripts, SEXP drop)
{
    SEXP value = PROTECT(as_value(x, "x"));
    gt_type t = value_type(value);
    if (LENGTH(subscripts) != t.ndim)
        r_stop(ERROR_INDEX,
               "%d subscripts were given for a tensor whose number of dimensions is %d",
               LENGTH(subscripts), t.ndim);
    SEXP labels = labels_of(x), result = R_NilValue;
    bool missing = false;
    for (int d = 0; d < t.ndim && !missing; d++)
        missing = picks_missing(VECTOR_ELT(subscripts, d), t.dim[d], R_NilValue, false);
    if (!missing) result = subset_box(value, &t, subscripts, labels, flag_argument(drop, "drop"));
    UNPROTECT(1);
    return result;
}

/* ---- assignment: NULL where R code (replace_elements()) has to say what is meant ---------------- */

static SEXP replaced(SEXP x, SEXP value, SEXP given, SEXP at)
{
    SEXP values[3] = {value, given, at};
    return with_labels_of(x, result_of(apply_op(GT_OP_replace, 3, values, NULL)));
}

/* x[i] <- v beyond the end of a vector without labels; the elements between are NaN. */
static SEXP grown(SEXP value, SEXP given, int gap)
{
    const int first = 0;
    gt_params p = {1, &first};
    SEXP between = PROTECT(Rf_allocVector(REALSXP, gap));
    for (int k = 0; k < gap; k++) REAL(between)[k] = R_NaN;
    SEXP values[3] = {value, gap ? between : given, given};
    SEXP result = result_of(apply_op(GT_OP_cat, gap ? 3 : 2, values, &p));
    UNPROTECT(1);
    return result;
}

/* x[i] <- one value. */
SEXP call_replace_one(SEXP x, SEXP i, SEXP replacement)
{
    if ((TYPEOF(i) != REALSXP && TYPEOF(i) != INTSXP) || XLENGTH(i) != 1 || OBJECT(i))
        return R_NilValue;
    SEXP value = PROTECT(as_value(x, "x"));
    gt_type t = value_type(value);
    SEXP given = PROTECT(as_value(replacement, "value")), result = R_NilValue;
    gt_type one = value_type(given);
    double position = trunc(Rf_asReal(i)), most = (double)t.size;
    if (one.size == 1 && position >= 1 && position <= most) {
        SEXP at = PROTECT(Rf_ScalarReal(position - 1));
        result = replaced(x, value, given, at);
        UNPROTECT(1);
    } else if (one.size == 1 && position > most && position < 2 * most + 16 && t.ndim == 1 &&
               one.ndim <= 1 && one.dtype <= t.dtype && labels_of(x) == R_NilValue) {
        result = grown(value, given, (int)(position - most) - 1);
    }
    UNPROTECT(2);
    return result;
}

/* The positions, from 0, that a subscript of one dimension means: TRUE for all, or numbers in
 * increasing order. NULL where it is another subscript.                               */
static int *plain_positions(SEXP s, int extent, int *n)
{
    if (OBJECT(s) || Rf_getAttrib(s, R_DimSymbol) != R_NilValue) return NULL;
    bool all = TYPEOF(s) == LGLSXP && XLENGTH(s) == 1 && LOGICAL(s)[0] == TRUE;
    if (!all && ((TYPEOF(s) != REALSXP && TYPEOF(s) != INTSXP) || XLENGTH(s) > extent)) return NULL;
    *n = all ? extent : (int)XLENGTH(s);
    int *at = (int *)R_alloc((size_t)*n + 1, sizeof *at);
    for (int k = 0; k < *n; k++) {
        double p = all ? k + 1 : TYPEOF(s) == INTSXP ? INTEGER(s)[k] : trunc(REAL(s)[k]);
        if (!(p >= 1 && p <= extent) || (k && p <= at[k - 1] + 1)) return NULL;
        at[k] = (int)p - 1;
    }
    return at;
}

/* The positions in the whole that subscripts mean, or NULL. */
static SEXP box_positions(const gt_type *t, SEXP subscripts)
{
    int dims = LENGTH(subscripts), *at[GT_MAX_NDIM], n[GT_MAX_NDIM], index[GT_MAX_NDIM] = {0};
    R_xlen_t count = 1;
    if (dims != 1 && dims != t->ndim) return NULL;
    for (int d = 0; d < dims; d++) {
        int extent = dims == 1 ? (int)t->size : t->dim[d];
        at[d] = plain_positions(VECTOR_ELT(subscripts, d), extent, &n[d]);
        if (!at[d]) return NULL;
        count *= n[d];
    }
    SEXP positions = Rf_allocVector(REALSXP, count);
    for (R_xlen_t k = 0; k < count; k++) {
        double position = 0, stride = 1;
        for (int d = 0; d < dims; d++) {
            position += stride * at[d][index[d]];
            stride *= t->dim[d];
        }
        REAL(positions)[k] = position;
        for (int d = 0; d < dims && ++index[d] == n[d]; d++) index[d] = 0;
    }
    return positions;
}

/* x[i, j] <- as many values as there are positions, or one. */
SEXP call_replace(SEXP x, SEXP subscripts, SEXP replacement)
{
    const void *vmax = vmaxget();
    SEXP value = PROTECT(as_value(x, "x"));
    gt_type t = value_type(value);
    SEXP at = box_positions(&t, subscripts), result = R_NilValue;
    if (at) {
        PROTECT(at);
        SEXP given = PROTECT(as_value(replacement, "value"));
        int64_t size = value_type(given).size;
        if (XLENGTH(at) > 0 && (size == 1 || size == XLENGTH(at)))
            result = replaced(x, value, given, at);
        UNPROTECT(2);
    }
    UNPROTECT(1);
    vmaxset(vmax);
    return result;
}
