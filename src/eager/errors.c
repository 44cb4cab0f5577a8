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

bool flag_argument(SEXP x, const char *argument)
{
    if (TYPEOF(x) != LGLSXP || XLENGTH(x) != 1 || LOGICAL(x)[0] == NA_LOGICAL)
        r_error("check_flag", x, Rf_mkString(argument));
    return LOGICAL(x)[0];
}
