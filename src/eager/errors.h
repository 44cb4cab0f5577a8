/* Errors that R code words: it sees the call, and so which argument was meant. */
#ifndef GRADTAPE_EAGER_ERRORS_H
#define GRADTAPE_EAGER_ERRORS_H

#include "eager/node.h"

/* Calls the check `function(x, detail)` of R/checks.R, which stops. */
void NORET r_error(const char *function, SEXP x, SEXP detail);
/* The value of an argument that must be TRUE or FALSE. */
bool flag_argument(SEXP x, const char *argument);

#endif
