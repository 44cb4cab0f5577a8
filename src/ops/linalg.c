/* Matrix products on BLAS. */
#include "ops/linalg.h"
#include "core/blas_lapack.h"
#include "core/threads.h"
#include "ops/matrix_vector.h"
#include "ops/rules.h"

#include <string.h>

/* ---- matmul(x, z): (n x k) times (k x m), or a stack of such products. Parameters:
 * transpose x, transpose z.
 * Float matrices are multiplied in double: R's BLAS has no single precision.   */

static int matmul_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    int ndim = in[0].ndim, dim[GT_MAX_NDIM];
    char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
    if (ndim < 2 || !gt_is_same_stack(&in[0], &in[1]))
        return gt_fail(err, "a matrix product takes matrices, not shapes %s and %s",
                       gt_shape_text(&in[0], a), gt_shape_text(&in[1], b));
    const int *x = in[0].dim + ndim - 2, *z = in[1].dim + ndim - 2;
    int rows = x[p->v[0]], inner = x[!p->v[0]], inner2 = z[p->v[1]], cols = z[!p->v[1]];
    if (inner != inner2)
        return gt_fail(err, "non-conformable: shapes %s and %s, %d against %d inner elements",
                       gt_shape_text(&in[0], a), gt_shape_text(&in[1], b), inner, inner2);
    memcpy(dim, in[0].dim, sizeof dim);
    dim[ndim - 2] = rows;
    dim[ndim - 1] = cols;
    gt_dtype dtype = gt_promote(n, in);
    return gt_type_set(out, dtype == GT_BOOL ? GT_LONG : dtype, ndim, dim, err);
}

/* Products of which each is m x n with k inner elements, and the distances in memory between the
 * rows, inner elements and columns of the factors, in matrices of one element.    */
typedef struct {
    int64_t count;
    int m, n, k;
    int64_t x_row, x_inner, z_inner, z_column;
    const gt_params *transposed;
} product;

static product product_of(const gt_params *p, const gt_array *in, const gt_type *out)
{
    product q = {.count = gt_matrices(out), .m = gt_rows(out), .n = gt_columns(out)};
    q.k = p->v[0] ? gt_rows(&in[0].type) : gt_columns(&in[0].type);
    q.x_row = p->v[0] ? q.k : 1;
    q.x_inner = p->v[0] ? 1 : q.m;
    q.z_inner = p->v[1] ? q.n : 1;
    q.z_column = p->v[1] ? 1 : q.k;
    q.transposed = p;
    return q;
}

/* Small products: BLAS takes longer to be called. Sums are those of the reference BLAS. */
static void multiply_small(const product *q, const double *x, const double *z, double *y)
{
    for (int j = 0; j < q->n; j++)
        for (int i = 0; i < q->m; i++) {
            const double *a = x + i * q->x_row, *b = z + j * q->z_column;
            double sum = 0;
            for (int l = 0; l < q->k; l++) sum += a[l * q->x_inner] * b[l * q->z_inner];
            *y++ = sum;
        }
}

/* A product by BLAS, in pieces, which are the same however many threads there are: BLAS may round
 * otherwise in a product of another size.                                         */
typedef struct {
    const product *q;
    const double *x, *z;
    double *y;
    int rows, columns; /* of a piece */
} pieces;

static void multiply_pieces(void *work, int64_t from, int64_t to, int worker)
{
    const pieces *w = work;
    const product *q = w->q;
    const int tx = q->transposed->v[0], tz = q->transposed->v[1];
    const int ldx = tx ? q->k : q->m, ldz = tz ? q->n : q->k;
    const double one = 1, zero = 0;
    (void)worker;
    for (int64_t piece = from; piece < to; piece++) {
        const int64_t i = w->rows < q->m ? piece * w->rows : 0, j = i ? 0 : piece * w->columns;
        const int m = q->m - i < w->rows ? (int)(q->m - i) : w->rows;
        const int n = q->n - j < w->columns ? (int)(q->n - j) : w->columns;
        F77_CALL(dgemm)
        (tx ? "T" : "N", tz ? "T" : "N", &m, &n, &q->k, &one, w->x + i * q->x_row, &ldx,
         w->z + j * q->z_column, &ldz, &zero, w->y + i + j * q->m, &q->m FCONE FCONE);
    }
}

#define MOST_COLUMNS 64
#define MOST_ROWS 4096

static void multiply_matrices(const product *q, const double *x, const double *z, double *y)
{
    pieces w = {q, x, z, y, q->m, q->n};
    const bool is_large = (double)q->m * q->n * q->k >= 8 * GT_WORTH_SHARING;
    if (is_large && q->n >= 8) {
        w.columns = (q->n + 3) / 4;
        if (w.columns > MOST_COLUMNS) w.columns = MOST_COLUMNS;
    } else if (is_large && q->m > MOST_ROWS) {
        w.rows = MOST_ROWS;
    }
    const int count = (q->m + w.rows - 1) / w.rows * ((q->n + w.columns - 1) / w.columns);
    gt_share_out(count, count > 1 ? gt_threads() : 1, multiply_pieces, &w);
}

static void multiply_one(const product *q, const double *x, const double *z, double *y)
{
    const int tx = q->transposed->v[0], tz = q->transposed->v[1];
    if (q->k == 0) memset(y, 0, (size_t)q->m * (size_t)q->n * sizeof *y);
    else if (gt_is_small_product(q->m, q->n, q->k)) multiply_small(q, x, z, y);
    /* Where one side is a vector, its elements are contiguous either way. */
    else if (q->n == 1)
        (tx ? gt_transposed_vector : gt_matrix_vector)(tx ? q->k : q->m, tx ? q->m : q->k, x, z, y);
    else if (q->m == 1)
        (tz ? gt_matrix_vector : gt_transposed_vector)(tz ? q->n : q->k, tz ? q->k : q->n, z, x, y);
    else multiply_matrices(q, x, z, y);
}

/* Many products side by side: an element of all of them is a vector. In blocks that stay in cache,
 * with the sums of multiply_small().                                             */
#define BLOCK 256
static void multiply_abreast(const product *q, const double *x, const double *z, double *y)
{
    for (int64_t first = 0; first < q->count; first += BLOCK) {
        int64_t width = q->count - first < BLOCK ? q->count - first : BLOCK;
        for (int64_t j = 0; j < q->n; j++)
            for (int64_t i = 0; i < q->m; i++) {
                double *restrict to = y + first + (i + j * q->m) * q->count;
                memset(to, 0, (size_t)width * sizeof *to);
                for (int64_t l = 0; l < q->k; l++) {
                    const double *a = x + first + (i * q->x_row + l * q->x_inner) * q->count;
                    const double *b = z + first + (l * q->z_inner + j * q->z_column) * q->count;
                    for (int64_t k = 0; k < width; k++) to[k] += a[k] * b[k];
                }
            }
    }
}
static bool is_abreast(int64_t count, int64_t m, int64_t n, int64_t k)
{
    return count > 1 && (gt_is_small_product(m, n, k) || (count >= 8 && m * n * k <= 4096));
}

/* One matrix of a stack, put together. */
static const double *collected(const double *x, int64_t count, int64_t at, int64_t size, double *to)
{
    for (int64_t k = 0; k < size; k++) to[k] = x[at + k * count];
    return to;
}
static void multiply(const product *q, const double *x, const double *z, double *y, double *work)
{
    const int64_t size_x = (int64_t)q->m * q->k, size_z = (int64_t)q->k * q->n,
                  size_y = (int64_t)q->m * q->n;
    if (q->count == 1) multiply_one(q, x, z, y);
    else if (is_abreast(q->count, q->m, q->n, q->k)) multiply_abreast(q, x, z, y);
    else
        for (int64_t b = 0; b < q->count; b++) {
            double *result = work + size_x + size_z;
            multiply_one(q, collected(x, q->count, b, size_x, work),
                         collected(z, q->count, b, size_z, work + size_x), result);
            for (int64_t k = 0; k < size_y; k++) y[b + k * q->count] = result[k];
        }
}

static int matmul_eval(EVAL_ARGUMENTS)
{
    (void)n, (void)err;
    if (out->type.size == 0) return 0;
    const product q = product_of(p, in, &out->type);
    if (!gt_is_single(out->type.dtype)) {
        multiply(&q, in[0].data, in[1].data, out->data, work);
        return 0;
    }
    double *x = work, *z = x + in[0].type.size, *y = z + in[1].type.size;
    gt_convert(in[0].type.size, x, GT_DOUBLE, in[0].data, GT_FLOAT);
    gt_convert(in[1].type.size, z, GT_DOUBLE, in[1].data, GT_FLOAT);
    multiply(&q, x, z, y, y + out->type.size);
    gt_convert(out->type.size, out->data, GT_FLOAT, y, GT_DOUBLE);
    return 0;
}
static size_t matmul_workspace(const gt_params *p, int n, const gt_type *in)
{
    int64_t count = gt_matrices(in), m = in[0].dim[in[0].ndim - 2 + p->v[0]],
            columns = in[1].dim[in[1].ndim - 1 - p->v[1]],
            inner = in[0].dim[in[0].ndim - 1 - p->v[0]];
    int64_t size = count == 1 || is_abreast(count, m, columns, inner)
                       ? 0
                       : m * inner + inner * columns + m * columns;
    if (gt_is_single(gt_promote(n, in))) size += in[0].size + in[1].size + count * m * columns;
    return (size_t)size * sizeof(double);
}

static void matmul_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int tx = c->params->v[0], tz = c->params->v[1];
    if (c->wanted[0]) { /* dX = G Z', or its transpose */
        int v[2] = {tx ? tz : 0, tx ? 1 : !tz};
        c->grad[0] = tx ? gt_apply2(b, GT_OP_matmul, c->in[1], c->g, 2, v)
                        : gt_apply2(b, GT_OP_matmul, c->g, c->in[1], 2, v);
    }
    if (c->wanted[1]) { /* dZ = X' G, or its transpose */
        int v[2] = {tz ? 1 : !tx, tz ? tx : 0};
        c->grad[1] = tz ? gt_apply2(b, GT_OP_matmul, c->g, c->in[0], 2, v)
                        : gt_apply2(b, GT_OP_matmul, c->in[0], c->g, 2, v);
    }
}
const gt_op_def gt_op_matmul = {.name = "matmul",
                                .arity = 2,
                                .params = "ff",
                                .infer = matmul_infer,
                                .eval = matmul_eval,
                                .workspace = matmul_workspace,
                                .vjp = matmul_vjp,
                                .sparsity = GT_MULTIPLIES};
