#include "solvers/symmetric.h"

#include "core/blas_lapack.h"

#include <math.h>

enum { BLOCK = 32 }; /* of LAPACK: more of it is used where there is more memory */

int64_t gt_symmetric_numbers(int order, bool is_sparse)
{
    return is_sparse ? 0 : ((int64_t)order + 1) / 2 + (int64_t)order * BLOCK + 1;
}

void gt_symmetric_place(gt_symmetric *a, int order, double *entries, gt_sparse_ldl *sparse,
                        double *numbers)
{
    *a = (gt_symmetric){.order = order, .entries = entries, .sparse = sparse};
    if (sparse) return;
    a->pivot = (int *)numbers;
    a->work = numbers + ((int64_t)order + 1) / 2;
    a->n_work = order * BLOCK + 1;
}

/* Negative eigenvalues of D's blocks of order 1 and 2; false where one is singular. */
static bool count_negative(const gt_symmetric *a, int64_t *n_negative)
{
    const int64_t n = a->order;
    *n_negative = 0;
    for (int64_t k = 0; k < n; k++) {
        const double *d = a->entries + k * n + k;
        if (a->pivot[k] > 0) {
            if (!(fabs(*d) > 0)) return false;
            *n_negative += *d < 0;
        } else {
            /* one of each sign: the algorithm takes a block only where its determinant is negative */
            *n_negative += 1;
            k++;
        }
    }
    return true;
}

bool gt_symmetric_factorise(gt_symmetric *a, int64_t *n_negative)
{
    int info = 0;
    *n_negative = 0;
    if (a->order == 0) return true;
    if (a->sparse) return a->sparse->factorise(a->sparse, a->entries, n_negative);
    F77_CALL(dsytrf)
    ("L", &a->order, a->entries, &a->order, a->pivot, a->work, &a->n_work, &info FCONE);
    return info == 0 && count_negative(a, n_negative);
}

void gt_symmetric_solve(gt_symmetric *a, double *b)
{
    int info = 0, one = 1;
    if (a->order == 0) return;
    if (a->sparse) {
        a->sparse->solve(a->sparse, b);
        return;
    }
    F77_CALL(dsytrs)
    ("L", &a->order, &one, a->entries, &a->order, a->pivot, b, &a->order, &info FCONE);
}
