/* R code as data: what a copy of a function has to change in it. */
#include "bridge/entries.h"

#include <stdbool.h>
#include <string.h>

static bool is_one_of(SEXP name, SEXP names)
{
    for (R_xlen_t i = 0; i < XLENGTH(names); i++)
        if (PRINTNAME(name) == STRING_ELT(names, i)) return true;
    return false;
}

static bool is_among(SEXP name, const char *const *among)
{
    for (; *among; among++)
        if (!strcmp(CHAR(PRINTNAME(name)), *among)) return true;
    return false;
}

/* Calls that a copy writes in another way: f(x) <- value calls a function `f<-`. */
static bool is_special(SEXP call)
{
    static const char *const always[] = {"if",       "for", "switch", "while",     "&&", "||",
                                         "function", "::",  ":::",    "UseMethod", NULL};
    static const char *const assignments[] = {"<-", "<<-", "=", NULL};
    if (is_among(CAR(call), always)) return true;
    return is_among(CAR(call), assignments) && TYPEOF(CADR(call)) == LANGSXP;
}

/* f(x, , 2), where no element is selected? */
static bool has_empty_argument(SEXP call)
{
    static const char *const subsets[] = {"[", "[[", NULL};
    if (is_among(CAR(call), subsets)) return false;
    for (SEXP rest = CDR(call); rest != R_NilValue; rest = CDR(rest))
        if (CAR(rest) == R_MissingArg) return true;
    return false;
}

static bool changes(SEXP code, SEXP looked_up)
{
    R_CheckStack();
    if (TYPEOF(code) != LANGSXP) return false;
    SEXP head = CAR(code);
    if (TYPEOF(head) != SYMSXP || is_special(code) || is_one_of(head, looked_up)) return true;
    if (has_empty_argument(code)) return true;
    for (SEXP rest = CDR(code); rest != R_NilValue; rest = CDR(rest))
        if (changes(CAR(rest), looked_up)) return true;
    return false;
}

/* Is there anything to change in a call: a call by what is no name, by a name that is to be
 * looked up, a loop, an assignment, a function, a function of a package, one with an empty argument?  */
SEXP call_code_changes(SEXP code, SEXP looked_up)
{
    return Rf_ScalarLogical(TYPEOF(looked_up) == STRSXP && changes(code, looked_up));
}
