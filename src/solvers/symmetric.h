/* Systems with a symmetric matrix that need not be definite, and its inertia.
 *
 * A dense one is factorised by LAPACK (Bunch & Kaufman 1977), in place. A sparse one by a library
 * that the host hands over, as L D L' with a diagonal D: such a factorisation exists, whatever the
 * order, where the matrix is quasi-definite (Vanderbei 1995), and is stable where it is so by a
 * margin. By Sylvester's law D has the signs of the eigenvalues.                  */
#ifndef GRADTAPE_SOLVERS_SYMMETRIC_H
#define GRADTAPE_SOLVERS_SYMMETRIC_H

#include "solvers/pattern.h"

#include <stdbool.h>

/* What a library does for sparse matrices, of which the lower triangle is given. Its memory is its own;
 * a call may not return. */
typedef struct gt_sparse_ldl gt_sparse_ldl;
struct gt_sparse_ldl {
    /* Another pattern than before. It outlives its use. */
    void (*analyse)(gt_sparse_ldl *self, const gt_pattern *pattern);
    /* False: there is no such factorisation, a pivot is 0 or not finite. Else D has so many elements
     * below 0.                                                                    */
    bool (*factorise)(gt_sparse_ldl *self, const double *entries, int64_t *n_negative);
    void (*solve)(gt_sparse_ldl *self, double *b);
};

typedef struct {
    int order;
    double *entries;       /* the lower triangle: of a whole square where it is dense */
    gt_sparse_ldl *sparse; /* NULL: dense */
    int *pivot;
    double *work;
    int n_work;
} gt_symmetric;

/* Doubles that gt_symmetric_place() divides, but for the entries. */
int64_t gt_symmetric_numbers(int order, bool is_sparse);
void gt_symmetric_place(gt_symmetric *a, int order, double *entries, gt_sparse_ldl *sparse,
                        double *numbers);
/* False where the matrix is singular, or its factors do not exist. */
bool gt_symmetric_factorise(gt_symmetric *a, int64_t *n_negative);
/* b becomes the solution; after a factorisation that succeeded. */
void gt_symmetric_solve(gt_symmetric *a, double *b);

#endif
