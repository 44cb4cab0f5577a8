#include "ops/matrices.h"

#include <math.h>

/* ---- kernels ---- */

int gt_each_matrix(gt_member_kernel kernel, const gt_params *p, const gt_array *in, gt_array *out,
                   void *work, gt_error *err)
{
    gt_member m = {0, gt_matrices(&in->type)};
    for (; m.at < m.count; m.at++) {
        if (!kernel(p, in, out, m, work, err)) continue;
        size_t length = strlen(err->message);
        if (m.count > 1 && length < GT_ERROR_SIZE - 64) {
            char reason[GT_ERROR_SIZE];
            memcpy(reason, err->message, length + 1);
            gt_fail(err, "of matrix %lld of %lld: %.*s", (long long)m.at + 1, (long long)m.count,
                    GT_ERROR_SIZE - 64, reason);
        }
        return 1;
    }
    return 0;
}

void gt_collect(double *to, const gt_array *a, gt_member m)
{
    int64_t size = a->type.size / m.count;
    if (m.count == 1) gt_convert(size, to, GT_DOUBLE, a->data, a->type.dtype);
    else
        for (int64_t k = 0; k < size; k++) to[k] = gt_get(a, m.at + k * m.count);
}
void gt_distribute(gt_array *a, gt_member m, const double *from)
{
    int64_t size = a->type.size / m.count;
    if (m.count == 1) gt_convert(size, a->data, a->type.dtype, from, GT_DOUBLE);
    else
        for (int64_t k = 0; k < size; k++) gt_set(a, m.at + k * m.count, from[k]);
}

bool gt_finite_matrix(const double *a, int rows, int columns, bool lower)
{
    for (int j = 0; j < columns; j++)
        for (int i = lower ? j : 0; i < rows; i++)
            if (!isfinite(a[i + (int64_t)j * rows])) return false;
    return true;
}

double gt_one_norm(const double *a, int64_t n)
{
    double norm = 0;
    for (int64_t j = 0; j < n; j++) {
        double sum = 0;
        for (int64_t i = 0; i < n; i++) sum += fabs(a[i + j * n]);
        if (!(sum <= norm)) norm = sum;
    }
    return norm;
}

/* ---- shapes ---- */

gt_dtype gt_real_dtype(int n, const gt_type *in)
{
    gt_dtype dtype = gt_promote(n, in);
    return gt_is_floating(dtype) ? dtype : gt_default_dtype();
}

int gt_check_matrices(const gt_type *t, bool square, gt_error *err)
{
    char text[GT_SHAPE_TEXT];
    if (t->ndim < 2 || (square && gt_rows(t) != gt_columns(t)))
        return gt_fail(err, "a %smatrix is needed, not shape %s", square ? "square " : "",
                       gt_shape_text(t, text));
    return 0;
}

int gt_square_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (gt_check_matrices(in, true, err)) return 1;
    return gt_type_set(out, gt_real_dtype(1, in), in->ndim, in->dim, err);
}

int gt_packed_type(const gt_type *stack, gt_dtype dtype, int64_t count, gt_type *out, gt_error *err)
{
    int dim[GT_MAX_NDIM], ndim = stack->ndim - 2;
    memcpy(dim, stack->dim, sizeof dim);
    if (count > INT32_MAX) return gt_fail(err, "matrices this large are not supported");
    if (count != GT_ONE) dim[ndim++] = (int)count;
    return gt_type_set(out, dtype, ndim, dim, err);
}

/* ---- rules ---- */

gt_ref gt_transpose(gt_builder *b, gt_ref x)
{
    int order[GT_MAX_NDIM], ndim = b->type(b, x).ndim;
    for (int d = 0; d < ndim - 2; d++) order[d] = d;
    order[ndim - 2] = ndim - 1;
    order[ndim - 1] = ndim - 2;
    return gt_apply1(b, GT_OP_permute, x, ndim, order);
}
gt_ref gt_triangle(gt_builder *b, gt_ref x, int k, bool upper)
{
    int v[2] = {k, upper};
    return gt_apply1(b, GT_OP_tri, x, 2, v);
}
gt_ref gt_symmetric_part(gt_builder *b, gt_ref x)
{
    return scaled(b, 0.5, gt_add(b, x, gt_transpose(b, x)));
}

/* The last dimension as two. */
static gt_ref split_last(gt_builder *b, gt_ref x, int rows, int columns)
{
    gt_type t = b->type(b, x);
    t.dim[t.ndim - 1] = rows;
    t.dim[t.ndim] = columns;
    return gt_apply1(b, GT_OP_reshape, x, t.ndim + 1, t.dim);
}
static int last_extent(gt_builder *b, gt_ref x)
{
    gt_type t = b->type(b, x);
    return t.dim[t.ndim - 1];
}
gt_ref gt_as_rows(gt_builder *b, gt_ref x) { return split_last(b, x, 1, last_extent(b, x)); }
gt_ref gt_as_columns(gt_builder *b, gt_ref x) { return split_last(b, x, last_extent(b, x), 1); }
gt_ref gt_diagonals(gt_builder *b, gt_ref x)
{
    gt_ref rows = gt_as_rows(b, x);
    gt_type t = b->type(b, rows);
    t.dim[t.ndim - 2] = gt_columns(&t);
    rows = gt_apply1(b, GT_OP_expand, rows, t.ndim, t.dim);
    return gt_triangle(b, gt_triangle(b, rows, 0, false), 0, true);
}
gt_ref gt_as_scales(gt_builder *b, gt_ref x, const gt_type *stack)
{
    int dim[GT_MAX_NDIM];
    if (stack->ndim == 2 && b->type(b, x).ndim == 0) return x;
    memcpy(dim, stack->dim, sizeof dim);
    dim[stack->ndim - 2] = dim[stack->ndim - 1] = 1;
    return gt_apply1(b, GT_OP_reshape, x, stack->ndim, dim);
}
gt_ref gt_unpack(gt_builder *b, gt_ref x, int start, int count)
{
    return gt_part(b, x, b->type(b, x).ndim - 1, start, count);
}
gt_ref gt_unpack_matrices(gt_builder *b, gt_ref x, int start, int rows, int columns)
{
    return split_last(b, gt_unpack(b, x, start, rows * columns), rows, columns);
}
