/* Errors that R code words. */
#include "eager/errors.h"

void NORET r_error(const char *function, SEXP x, SEXP detail)
{
    PROTECT(detail);
    SEXP package = PROTECT(Rf_mkString("gradtape"));
    SEXP namespace = PROTECT(R_FindNamespace(package));
    SEXP quoted = PROTECT(Rf_lang2(R_QuoteSymbol, x));
    SEXP call = PROTECT(Rf_lang3(Rf_install(function), quoted, detail));
    Rf_eval(call, namespace);
    Rf_error("%s() found nothing wrong", function);
}
