/* ---- matrix_exp(A): the exponential of a square matrix, by scaling and squaring with the diagonal Pade
 * approximant of degree 13 (Higham 2005, "The scaling and squaring method for the matrix
 * exponential revisited"). Its derivative is a block of the exponential of a matrix twice as large
 * (Najfeld and Havel 1995, "Derivatives of the matrix exponential and their computation"). ---- */
#include "ops/matrices.h"

#include <math.h>

/* Higham's theta_13: up to this 1-norm the approximant is exact to double precision. */
#define LARGEST_NORM 5.371920351148152

static const double coefficient[14] = {64764752532480000,
                                       32382376266240000,
                                       7771770303897600,
                                       1187353796428800,
                                       129060195264000,
                                       10559470521600,
                                       670442572800,
                                       33522128640,
                                       1323241920,
                                       40840800,
                                       960960,
                                       16380,
                                       182,
                                       1};

static size_t exponential_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t order = gt_rows(in);
    return (size_t)(7 * order * order + order) * sizeof(double);
}

static void multiply_square(int n, const double *x, const double *z, double *to)
{
    const double one = 1, zero = 0;
    F77_CALL(dgemm)("N", "N", &n, &n, &n, &one, x, &n, z, &n, &zero, to, &n FCONE FCONE);
}
/* The sum of matrices, as they are needed: those of the 6th, 4th, 2nd and 0th power. */
static void combine(int64_t n, double *to, const double *const power[3], double c6, double c4,
                    double c2, double c0)
{
    for (int64_t k = 0; k < n * n; k++)
        to[k] = c6 * power[2][k] + c4 * power[1][k] + c2 * power[0][k] + (k % (n + 1) ? 0 : c0);
}

static int matrix_exp_one(MEMBER_ARGUMENTS)
{
    (void)p;
    const int n = gt_rows(&in->type);
    const int64_t size = (int64_t)n * n;
    const double *b = coefficient;
    if (!n) return 0;
    double *a = copy_in(&work, in, m), *square = take_doubles(&work, size),
           *fourth = take_doubles(&work, size), *sixth = take_doubles(&work, size),
           *odd = take_doubles(&work, size), *even = take_doubles(&work, size),
           *spare = take_doubles(&work, size);
    int *pivot = take_ints(&work, n), squarings = 0, info;
    if (!gt_finite_matrix(a, n, n, false)) return not_finite(err);
    double norm = gt_one_norm(a, n);
    if (norm > LARGEST_NORM) frexp(norm / LARGEST_NORM, &squarings);
    for (int64_t k = 0; k < size; k++) a[k] = ldexp(a[k], -squarings);
    multiply_square(n, a, a, square);
    multiply_square(n, square, square, fourth);
    multiply_square(n, square, fourth, sixth);
    const double *const power[3] = {square, fourth, sixth};
    combine(n, spare, power, b[13], b[11], b[9], 0);
    multiply_square(n, sixth, spare, even);
    combine(n, spare, power, b[7], b[5], b[3], b[1]);
    for (int64_t k = 0; k < size; k++) spare[k] += even[k];
    multiply_square(n, a, spare, odd);
    combine(n, spare, power, b[12], b[10], b[8], 0);
    multiply_square(n, sixth, spare, even);
    combine(n, spare, power, b[6], b[4], b[2], b[0]);
    for (int64_t k = 0; k < size; k++) {
        double v = even[k] + spare[k];
        a[k] = v - odd[k];
        even[k] = v + odd[k];
    }
    F77_CALL(dgesv)(&n, &n, a, &n, pivot, even, &n, &info);
    if (info) return gt_fail(err, "the exponential of the matrix could not be computed");
    for (; squarings > 0; squarings--) {
        multiply_square(n, even, even, spare);
        memcpy(even, spare, (size_t)size * sizeof *even);
    }
    gt_distribute(out, m, even);
    return 0;
}
EACH_MATRIX(matrix_exp)
static void matrix_exp_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    const int n = gt_rows(&t), by_row = t.ndim - 2, by_column = t.ndim - 1;
    int corner[3 * GT_MAX_NDIM];
    if (!t.size) return;
    gt_ref a = gt_transpose(b, c->in[0]), zero = gt_full(b, 0, &t);
    gt_ref above = gt_apply2(b, GT_OP_cat, a, c->g, 1, &by_column),
           below = gt_apply2(b, GT_OP_cat, zero, a, 1, &by_column);
    gt_ref whole = gt_apply2(b, GT_OP_cat, above, below, 1, &by_row);
    whole = gt_apply1(b, GT_OP_matrix_exp, whole, 0, NULL);
    for (int d = 0; d < t.ndim; d++) {
        corner[3 * d] = d == by_column ? n : 0;
        corner[3 * d + 1] = 1;
        corner[3 * d + 2] = t.dim[d];
    }
    c->grad[0] = gt_apply1(b, GT_OP_slice, whole, 3 * t.ndim, corner);
}
const gt_op_def gt_op_matrix_exp = {.name = "matrix_exp",
                                    .arity = 1,
                                    .infer = gt_square_infer,
                                    .eval = matrix_exp_eval,
                                    .workspace = exponential_workspace,
                                    .vjp = matrix_exp_vjp,
                                    .may_fail = true};
