#ifndef GRADTAPE_OPS_REDUCE_H
#define GRADTAPE_OPS_REDUCE_H

#include <stdint.h>

/* The sum of n doubles that lie together: of parts of GT_SUM_PART, in this order, each added up in so
 * many lanes, which are joined in a fixed order. So threads may add up parts.      */
#define GT_SUM_LANES 8
#define GT_SUM_PART 4096
double gt_sum(int64_t n, const double *x);
/* The sum of a part, with the same digits, piece by piece: lanes that start at zero, a multiple of
 * GT_SUM_LANES elements at a time, then what is left.                             */
void gt_sum_piece(int64_t n, const double *x, double *lane);
double gt_sum_rest(int64_t n, const double *x, const double *lane);

#endif
