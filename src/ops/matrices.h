/* What the operations on LAPACK share: one matrix of a stack in and out, workspace, and the
 * compositions that their derivative rules are made of.
 *
 * LAPACK overwrites its input, so each kernel works on copies; in double, also for floats. An
 * operation with several results packs them into the last dimension of one array, from which
 * they are sliced.                                                               */
#ifndef GRADTAPE_OPS_MATRICES_H
#define GRADTAPE_OPS_MATRICES_H

#include "core/blas_lapack.h"
#include "ops/linalg.h"
#include "ops/rules.h"

#include <string.h>

/* ---- kernels: each does its work for one matrix of the stack ---- */

typedef struct {
    int64_t at, count;
} gt_member;

#define MEMBER_ARGUMENTS \
    const gt_params *p, const gt_array *in, gt_array *out, gt_member m, void *work, gt_error *err
#define UNUSED_MEMBER (void)p, (void)in, (void)out, (void)m, (void)work, (void)err

typedef int (*gt_member_kernel)(MEMBER_ARGUMENTS);
int gt_each_matrix(gt_member_kernel kernel, const gt_params *p, const gt_array *in, gt_array *out,
                   void *work, gt_error *err);

/* Makes name_eval() of name_one(). */
#define EACH_MATRIX(name) \
    static int name##_eval(EVAL_ARGUMENTS) \
    { \
        (void)n; \
        return gt_each_matrix(name##_one, p, in, out, work, err); \
    }

/* Workspace handed out from the front. */
static inline double *take_doubles(void **work, int64_t count)
{
    double *block = *work;
    *work = block + count;
    return block;
}
static inline int *take_ints(void **work, int64_t count)
{
    return (int *)take_doubles(work, (count + 1) / 2);
}
void gt_collect(double *to, const gt_array *a, gt_member m);
void gt_distribute(gt_array *a, gt_member m, const double *from);
static inline double *copy_in(void **work, const gt_array *a, gt_member m)
{
    double *copy = take_doubles(work, a->type.size / m.count);
    gt_collect(copy, a, m);
    return copy;
}

/* ---- shapes ---- */

gt_dtype gt_real_dtype(int n, const gt_type *in);
int gt_check_matrices(const gt_type *t, bool square, gt_error *err);
/* Square matrices, of reals. */
int gt_square_infer(INFER_ARGUMENTS);
/* What is left of a stack when each matrix becomes `count` numbers, or one of no dimension. */
#define GT_ONE (-1)
int gt_packed_type(const gt_type *stack, gt_dtype dtype, int64_t count, gt_type *out,
                   gt_error *err);

/* ---- errors ---- */

static inline int singular(gt_error *err)
{
    return gt_fail(err, "the matrix is singular: it has no inverse");
}
static inline int not_finite(gt_error *err) { return gt_fail(err, "the matrix holds NaN or Inf"); }
/* LAPACK's decompositions stop R with an error of their own where they meet NaN or Inf.
 * Looks at the rows of each column from the diagonal on, or at all of them.   */
bool gt_finite_matrix(const double *a, int rows, int columns, bool lower);

/* The largest sum of absolute values of a column. */
double gt_one_norm(const double *a, int64_t n);

/* ---- rules ---- */

static inline gt_ref matmul(gt_builder *b, gt_ref x, bool tx, gt_ref z, bool tz)
{
    int v[2] = {tx, tz};
    return gt_apply2(b, GT_OP_matmul, x, z, 2, v);
}
static inline gt_ref scaled(gt_builder *b, double a, gt_ref x)
{
    return gt_mul(b, gt_constant_like(b, x, a), x);
}
gt_ref gt_transpose(gt_builder *b, gt_ref x);
/* Keeps the lower (upper) triangle up to the k-th diagonal above the main one. */
gt_ref gt_triangle(gt_builder *b, gt_ref x, int k, bool upper);
gt_ref gt_symmetric_part(gt_builder *b, gt_ref x);
/* Vectors (the last dimension) as rows, columns or diagonals of matrices. */
gt_ref gt_as_rows(gt_builder *b, gt_ref x);
gt_ref gt_as_columns(gt_builder *b, gt_ref x);
gt_ref gt_diagonals(gt_builder *b, gt_ref x);
/* One number for each matrix of the stack, shaped to multiply all its elements. */
gt_ref gt_as_scales(gt_builder *b, gt_ref x, const gt_type *stack);
/* `count` of the packed numbers from `start`, as they are or as matrices of `rows` rows. */
gt_ref gt_unpack(gt_builder *b, gt_ref x, int start, int count);
gt_ref gt_unpack_matrices(gt_builder *b, gt_ref x, int start, int rows, int columns);

#endif
