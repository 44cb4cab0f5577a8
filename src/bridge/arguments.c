#include "bridge/arguments.h"
#include "eager/errors.h"

bool flag_argument(SEXP x, const char *argument)
{
    if (TYPEOF(x) != LGLSXP || XLENGTH(x) != 1 || LOGICAL(x)[0] == NA_LOGICAL)
        r_error("check_flag", x, Rf_mkString(argument));
    return LOGICAL(x)[0];
}
