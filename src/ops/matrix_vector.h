#ifndef GRADTAPE_OPS_MATRIX_VECTOR_H
#define GRADTAPE_OPS_MATRIX_VECTOR_H

#include <stdint.h>

/* y = A x, and y = A'x, of a matrix A by columns. Memory limits them, so that BLAS is no faster, and their
 * digits do not depend on which BLAS it is.                                       */
void gt_matrix_vector(int64_t rows, int64_t columns, const double *a, const double *x, double *y);
void gt_transposed_vector(int64_t rows, int64_t columns, const double *a, const double *x,
                          double *y);

#endif
