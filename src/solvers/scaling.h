/* In which unit each parameter is measured: one in which its curvature is about 1. */
#ifndef GRADTAPE_SOLVERS_SCALING_H
#define GRADTAPE_SOLVERS_SCALING_H

#include <stdbool.h>
#include <stdint.h>

/* scale[i], 1 / unit, such that the largest element of each row of h[i, j] / (scale[i] scale[j])
 * is about 1 in size; 0 for a row of zeros. h: n x n, symmetric.                  */
void gt_curvature_scale(int64_t n, const double *h, double *scale);

/* The typical size of each of n variables, those at index[k] of x (NULL: all): 1 / sqrt of the Hessian's
 * diagonal, or |x| where that is not known or does not tell. False where they are so alike that
 * no scale is needed. h: size x size, or NULL.                                     */
bool gt_typical_sizes(int64_t n, const int64_t *index, const double *x, int64_t size,
                      const double *h, double *sizes);

#endif
