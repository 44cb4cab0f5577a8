/* Errors that R code words and classes. */
#include "eager/errors.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const class_words[] = {
    [ERROR_ARGUMENT] = "argument", [ERROR_SHAPE] = "shape",     [ERROR_DTYPE] = "dtype",
    [ERROR_INDEX] = "index",       [ERROR_NUMERIC] = "numeric", [ERROR_GRADIENT] = "gradient",
    [ERROR_TAPE] = "tape",         [ERROR_STATE] = "state",     [ERROR_FILE] = "file",
    [ERROR_PATTERN] = "pattern",
};

void NORET r_stop(error_class class, const char *format, ...)
{
    char text[2 * GT_ERROR_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    SEXP message = PROTECT(Rf_mkString(text));
    r_error("abort_plain", message, Rf_mkString(class_words[class]));
}

void NORET stop_in_operation(error_class class, gt_op op, const gt_error *err)
{
    const char *names[] = {"message", "class", "op", "inputs", ""};
    SEXP what = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(what, 0, Rf_mkString(err->message));
    SET_VECTOR_ELT(what, 1, Rf_mkString(class_words[class]));
    SET_VECTOR_ELT(what, 2, Rf_mkString(gt_op_get(op)->name));
    SEXP inputs = SET_VECTOR_ELT(what, 3, Rf_allocVector(INTSXP, 2));
    for (int i = 0; i < 2; i++) INTEGER(inputs)[i] = err->input[i];
    r_error("abort_operation", what, R_NilValue);
}

static SEXP our_namespace(void)
{
    SEXP package = PROTECT(Rf_mkString("gradtape"));
    SEXP namespace = R_FindNamespace(package);
    UNPROTECT(1);
    return namespace;
}

SEXP r_call(const char *function, SEXP what, SEXP x, SEXP z)
{
    PROTECT(what);
    SEXP namespace = PROTECT(our_namespace());
    SEXP first = PROTECT(Rf_lang2(R_QuoteSymbol, x)), second = PROTECT(Rf_lang2(R_QuoteSymbol, z));
    SEXP call = PROTECT(Rf_lang4(Rf_install(function), what, first, second));
    SEXP result = Rf_eval(call, namespace);
    UNPROTECT(5);
    return result;
}

void NORET r_error(const char *function, SEXP x, SEXP detail)
{
    PROTECT(detail);
    SEXP namespace = PROTECT(our_namespace());
    SEXP quoted = PROTECT(Rf_lang2(R_QuoteSymbol, x));
    SEXP call = PROTECT(Rf_lang3(Rf_install(function), quoted, detail));
    Rf_eval(call, namespace);
    Rf_error("%s() found nothing wrong", function);
}
