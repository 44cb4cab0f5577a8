#ifndef GRADTAPE_BRIDGE_SPARSE_LDL_H
#define GRADTAPE_BRIDGE_SPARSE_LDL_H

#define R_NO_REMAP
#include <Rinternals.h>

#include "solvers/symmetric.h"

/* R functions that factorise sparse matrices: see sparse_ldl() in R. */
typedef struct {
    gt_sparse_ldl base;
    SEXP functions; /* protected */
    const gt_pattern *pattern;
} gt_r_sparse_ldl;

void gt_r_sparse_ldl_init(gt_r_sparse_ldl *o, SEXP functions);

#endif
