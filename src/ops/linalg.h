#ifndef GRADTAPE_OPS_LINALG_H
#define GRADTAPE_OPS_LINALG_H

#include <stdbool.h>
#include <stdint.h>

/* A product of (n x k) and (k x m) that is done without BLAS: by plain sums, from the first to the last. */
static inline bool gt_is_small_product(int64_t n, int64_t m, int64_t k) { return n * m * k <= 64; }

#endif
