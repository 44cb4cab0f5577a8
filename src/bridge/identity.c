/* Whether two R objects are one and the same. */
#include "eager/tensor.h"
#include "bridge/entries.h"

/* Do two tensors hold one node? */
SEXP call_same(SEXP x, SEXP y)
{
    return Rf_ScalarLogical(tensor_argument(x, "x") == tensor_argument(y, "y"));
}

/* Another tensor that holds the node of x. */
SEXP call_alias(SEXP x)
{
    if (!is_tensor(x)) return x;
    return with_labels_of(x, tensor_new(tensor_node(x)));
}

/* Where x itself, not a copy, is in a list, from 1; 0 where it is not. */
SEXP call_position_of(SEXP list, SEXP x)
{
    if (TYPEOF(list) != VECSXP) return Rf_ScalarInteger(0);
    for (R_xlen_t i = 0; i < XLENGTH(list); i++)
        if (VECTOR_ELT(list, i) == x) return Rf_ScalarInteger((int)i + 1);
    return Rf_ScalarInteger(0);
}
