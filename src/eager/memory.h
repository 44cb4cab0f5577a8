/* Memory for elements, which R owns. */
#ifndef GRADTAPE_EAGER_MEMORY_H
#define GRADTAPE_EAGER_MEMORY_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>

#include "core/array.h"

SEXP alloc_doubles(R_xlen_t n);
/* Storage for the elements of a type: a double vector, or the bits of floats in
 * an integer vector.                                                          */
SEXP alloc_data(const gt_type *type);

static inline void *data_pointer(SEXP data)
{
    return TYPEOF(data) == INTSXP ? (void *)INTEGER(data) : (void *)REAL(data);
}

#endif
