/* In which unit each parameter is measured: one in which its curvature is about 1. */
#ifndef GRADTAPE_SOLVERS_SCALING_H
#define GRADTAPE_SOLVERS_SCALING_H

#include <stdint.h>

/* scale[i], 1 / unit, such that the largest element of each row of h[i, j] / (scale[i] scale[j])
 * is about 1 in size; 0 for a row of zeros. h: n x n, symmetric.                  */
void gt_curvature_scale(int64_t n, const double *h, double *scale);

#endif
