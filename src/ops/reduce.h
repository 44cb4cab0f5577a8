#ifndef GRADTAPE_OPS_REDUCE_H
#define GRADTAPE_OPS_REDUCE_H

#include <stdint.h>

/* The sum of n doubles that lie together: in so many lanes, which are joined in a fixed order. */
#define GT_SUM_LANES 8
double gt_sum(int64_t n, const double *x);
/* The same sum part by part, with the same digits: lanes that start at zero, a multiple of
 * GT_SUM_LANES elements at a time, then what is left.                             */
void gt_sum_part(int64_t n, const double *x, double *lane);
double gt_sum_rest(int64_t n, const double *x, const double *lane);

#endif
