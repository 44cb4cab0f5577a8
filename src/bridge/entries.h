/* Prototypes of the .Call entries, which their definitions and the registration table share. */
#ifndef GRADTAPE_BRIDGE_ENTRIES_H
#define GRADTAPE_BRIDGE_ENTRIES_H

#include "bridge/calls.h"

#define UNARY(name, value, dx) SEXP call_##name(SEXP);
#define BINARY(name, value, dx, dz) SEXP call_##name(SEXP, SEXP);
#define TERNARY(name, value, dx, dz, dw) SEXP call_##name(SEXP, SEXP, SEXP);
#include "ops/elementwise_table.h"

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

#endif
