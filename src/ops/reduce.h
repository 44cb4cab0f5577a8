#ifndef GRADTAPE_OPS_REDUCE_H
#define GRADTAPE_OPS_REDUCE_H

#include <stdint.h>

/* The sum of n doubles that lie together. */
double gt_sum(int64_t n, const double *x);

#endif
