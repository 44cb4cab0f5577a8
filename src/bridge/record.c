/* .Call entries that note what R code does while a tape records. */
#include "bridge/arguments.h"
#include "bridge/entries.h"
#include "bridge/recording.h"
#include "eager/record.h"
#include "eager/tensor.h"
#include "eager/watched.h"

/* The caller keeps the result until it calls call_record_end(), see record_begin(). */
SEXP call_record_begin(SEXP place, SEXP tape, SEXP most_nodes)
{
    SEXP owner = PROTECT(tape == R_NilValue ? tape : recording_owner(tape));
    SEXP opened = record_begin(place, owner, Rf_asInteger(most_nodes));
    UNPROTECT(1);
    return opened;
}

SEXP call_record_end(SEXP opened)
{
    record_end(opened);
    return R_NilValue;
}

/* x is the input of the recording. */
SEXP call_track(SEXP x)
{
    record_input(tensor_argument(x, "x"));
    return x;
}

SEXP call_is_recorded(SEXP x)
{
    if (!is_recording()) return Rf_ScalarLogical(FALSE);
    SEXP value = PROTECT(as_value(x, "x"));
    bool recorded = is_recorded(value);
    UNPROTECT(1);
    return Rf_ScalarLogical(recorded);
}

/* The values of x for R code to use: truth values and whole numbers become a guard, real
 * numbers are watched. with_dim: with the dimensions of x.                      */
SEXP call_read(SEXP x, SEXP with_dim)
{
    SEXP node = PROTECT(as_value(x, "x"));
    bool shaped = flag_argument(with_dim, "with_dim");
    bool watched = is_recorded(node) && gt_is_floating((gt_dtype)node_get_meta(node)->dtype);
    if (!watched) record_guard(node);
    SEXP values = PROTECT(call_to_array(x));
    SEXP dim = PROTECT(Rf_getAttrib(values, R_DimSymbol));
    if (watched || !shaped) Rf_setAttrib(values, R_DimSymbol, R_NilValue);
    if (watched) {
        SEXP origin = PROTECT(escape_origin());
        values = PROTECT(watched_real(values, origin));
        if (shaped && dim != R_NilValue) Rf_setAttrib(values, R_DimSymbol, dim);
        UNPROTECT(2);
    }
    UNPROTECT(3);
    return values;
}

SEXP call_record_escape(SEXP origin)
{
    record_escape(origin);
    return R_NilValue;
}

SEXP call_record_escaped(SEXP opened) { return record_escaped(opened); }

SEXP call_record_place(void) { return record_place(); }

SEXP call_record_unreplayable(SEXP text)
{
    record_unreplayable(text);
    return R_NilValue;
}

/* What R code does next depends on the values of x, which change only in jumps. */
SEXP call_record_guard(SEXP x)
{
    record_guard(tensor_argument(x, "x"));
    return x;
}
