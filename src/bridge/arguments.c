#include "bridge/arguments.h"
#include "eager/errors.h"

#include <string.h>

bool flag_argument(SEXP x, const char *argument)
{
    if (TYPEOF(x) != LGLSXP || XLENGTH(x) != 1 || LOGICAL(x)[0] == NA_LOGICAL)
        r_error("check_flag", x, Rf_mkString(argument));
    return LOGICAL(x)[0];
}

SEXP list_element(SEXP list, const char *name)
{
    SEXP names = Rf_getAttrib(list, R_NamesSymbol);
    for (int i = 0; i < LENGTH(list) && TYPEOF(names) == STRSXP; i++)
        if (!strcmp(CHAR(STRING_ELT(names, i)), name)) return VECTOR_ELT(list, i);
    return R_NilValue;
}
