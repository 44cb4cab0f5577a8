/* Stacks of matrices. As in torch, the last two dimensions are those of a matrix and the others count
 * them; these vary fastest in memory, so the elements of one matrix stand gt_matrices() apart. */
#ifndef GRADTAPE_OPS_LINALG_H
#define GRADTAPE_OPS_LINALG_H

#include "core/array.h"

static inline int gt_rows(const gt_type *t) { return t->dim[t->ndim - 2]; }
static inline int gt_columns(const gt_type *t) { return t->dim[t->ndim - 1]; }
static inline int64_t gt_matrices(const gt_type *t)
{
    int64_t count = 1;
    for (int d = 0; d < t->ndim - 2; d++) count *= t->dim[d];
    return count;
}
/* Are there as many of them, in the same dimensions? */
static inline bool gt_is_same_stack(const gt_type *a, const gt_type *b)
{
    if (a->ndim != b->ndim) return false;
    for (int d = 0; d < a->ndim - 2; d++)
        if (a->dim[d] != b->dim[d]) return false;
    return true;
}

/* A product of (n x k) and (k x m) that is done without BLAS: by plain sums, from the first to the last. */
static inline bool gt_is_small_product(int64_t n, int64_t m, int64_t k) { return n * m * k <= 64; }

#endif
