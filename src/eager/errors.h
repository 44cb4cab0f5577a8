/* Errors that R code words: it sees the call, and so which argument was meant. */
#ifndef GRADTAPE_EAGER_ERRORS_H
#define GRADTAPE_EAGER_ERRORS_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>

/* Calls the check `function(x, detail)` of R/checks.R, which stops. */
void NORET r_error(const char *function, SEXP x, SEXP detail);

#endif
