/* Registration of the .Call entries, under the names C_<function>. */
#include "bridge_calls.h"
#include "bridge_record.h"

#include <R_ext/Rdynload.h>
#include <stdlib.h>

/* Declarations */
#define UNARY(name, value, dx) SEXP call_##name(SEXP);
#define BINARY(name, value, dx, dz) SEXP call_##name(SEXP, SEXP);
#define TERNARY(name, value, dx, dz, dw) SEXP call_##name(SEXP, SEXP, SEXP);
#include "ops_elementwise_table.h"

#define DECLARE_OPERATOR(name, symbol) SEXP operator_##name(SEXP, SEXP);
OPERATORS(DECLARE_OPERATOR)
#define DECLARE_REDUCTION(name) SEXP call_##name(SEXP, SEXP, SEXP);
REDUCTIONS(DECLARE_REDUCTION)

#define SEXPS_0 void
#define SEXPS_1 SEXP
#define SEXPS_2 SEXPS_1, SEXP
#define SEXPS_3 SEXPS_2, SEXP
#define SEXPS_4 SEXPS_3, SEXP
#define SEXPS_5 SEXPS_4, SEXP
#define SEXPS_6 SEXPS_5, SEXP
#define SEXPS_7 SEXPS_6, SEXP
#define DECLARE_CALL(function, n) SEXP function(SEXPS_##n);
CALLS(DECLARE_CALL)

/* Table */
#define ENTRY(r_name, function, n) {r_name, (DL_FUNC)(void (*)(void))function, n},
static const R_CallMethodDef entries[] = {
#define UNARY(name, value, dx) ENTRY("C_" #name, call_##name, 1)
#define BINARY(name, value, dx, dz) ENTRY("C_" #name, call_##name, 2)
#define TERNARY(name, value, dx, dz, dw) ENTRY("C_" #name, call_##name, 3)
#include "ops_elementwise_table.h"
#define OPERATOR_ENTRY(name, symbol) ENTRY("C_operator_" #name, operator_##name, 2)
    OPERATORS(OPERATOR_ENTRY)
#define REDUCTION_ENTRY(name) ENTRY("C_" #name, call_##name, 3)
    REDUCTIONS(REDUCTION_ENTRY)
#define CALL_ENTRY(function, n) ENTRY("C_" #function, function, n)
    CALLS(CALL_ENTRY)
    {NULL, NULL, 0}};

void R_init_gradtape(DllInfo *dll)
{
    R_registerRoutines(dll, NULL, entries, NULL, NULL);
    R_useDynamicSymbols(dll, FALSE);
    R_forceSymbols(dll, TRUE);
    init_node_holder(dll);
    init_guarded_logical(dll);
}
