/* Errors that R code words and classes: it sees the call, and so which argument was meant. */
#ifndef GRADTAPE_EAGER_ERRORS_H
#define GRADTAPE_EAGER_ERRORS_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>

#include "core/array.h"
#include "ops/table.h"

/* The classes of conditions, see ?gradtape_error. */
typedef enum {
    ERROR_ARGUMENT,
    ERROR_SHAPE,
    ERROR_DTYPE,
    ERROR_INDEX,
    ERROR_NUMERIC,
    ERROR_GRADIENT,
    ERROR_TAPE,
    ERROR_STATE,
    ERROR_FILE,
    ERROR_PATTERN /* never seen by users: see tape_matrix_fill() */
} error_class;

/* Stops with a condition of that class: every error that is worded in C. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void NORET
r_stop(error_class class, const char *format, ...);

/* Stops because the shape rule or the kernel of an operation failed. */
void NORET stop_in_operation(error_class class, gt_op op, const gt_error *err);

/* Calls the check `function(x, detail)` of R's side, which stops. */
void NORET r_error(const char *function, SEXP x, SEXP detail);

/* What `function(what, x, z)` of R's side gives. */
SEXP r_call(const char *function, SEXP what, SEXP x, SEXP z);

#endif
