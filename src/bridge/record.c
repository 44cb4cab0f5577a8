/* .Call entries that note what R code does while a tape records. */
#include "bridge/entries.h"
#include "eager/record.h"
#include "eager/tensor.h"

/* The caller keeps the result until it calls call_record_end(), see record_begin(). */
SEXP call_record_begin(void) { return record_begin(); }

SEXP call_record_end(SEXP opened)
{
    record_end(opened);
    return R_NilValue;
}

/* x is the input of the recording. */
SEXP call_track(SEXP x)
{
    node_get_meta(tensor_argument(x, "x"))->flags |= NODE_TRACKED;
    return x;
}

SEXP call_note_read(SEXP x)
{
    SEXP value = PROTECT(as_value(x, "x"));
    bool escapes = record_read(value);
    UNPROTECT(1);
    return Rf_ScalarLogical(escapes);
}

SEXP call_record_escape(SEXP text)
{
    record_escape(Rf_translateChar(STRING_ELT(text, 0)));
    return R_NilValue;
}

/* What R code does next depends on the values of x, which change only in jumps. */
SEXP call_record_guard(SEXP x)
{
    record_guard(tensor_argument(x, "x"));
    return x;
}
