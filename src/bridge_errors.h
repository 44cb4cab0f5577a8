/* Errors that R code words: it sees the call, and so which argument was meant. */
#ifndef GRADTAPE_BRIDGE_ERRORS_H
#define GRADTAPE_BRIDGE_ERRORS_H

#include "bridge.h"

/* Calls the check `function(x, detail)` of R/checks.R, which stops. */
void NORET r_error(const char *function, SEXP x, SEXP detail);
/* The value of an argument that must be TRUE or FALSE. */
bool flag_argument(SEXP x, const char *argument);

#endif
