/* Matrix products on BLAS. */
#include "ops/linalg.h"
#include "core/blas_lapack.h"
#include "core/threads.h"
#include "ops/matrix_vector.h"
#include "ops/rules.h"

#include <string.h>

/* ---- matmul(x, z): (n x k) times (k x m), or as many such products as a third
 * dimension says. Parameters: transpose x, transpose z.
 * Float matrices are multiplied in double: R's BLAS has no single precision.   */

static int matmul_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    int ndim = in[0].ndim;
    if ((ndim != 2 && ndim != 3) || in[1].ndim != ndim ||
        (ndim == 3 && in[0].dim[2] != in[1].dim[2])) {
        char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
        return gt_fail(err, "a matrix product takes matrices, not shapes %s and %s",
                       gt_shape_text(&in[0], a), gt_shape_text(&in[1], b));
    }
    int rows = in[0].dim[p->v[0]], inner = in[0].dim[!p->v[0]];
    int inner2 = in[1].dim[p->v[1]], cols = in[1].dim[!p->v[1]];
    if (inner != inner2) {
        char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
        return gt_fail(err, "non-conformable: shapes %s and %s, %d against %d inner elements",
                       gt_shape_text(&in[0], a), gt_shape_text(&in[1], b), inner, inner2);
    }
    int dim[3] = {rows, cols, ndim == 3 ? in[0].dim[2] : 1};
    gt_dtype dtype = gt_promote(n, in);
    return gt_type_set(out, dtype == GT_BOOL ? GT_LONG : dtype, ndim, dim, err);
}

/* Small products: BLAS takes longer to be called. Sums are those of the reference BLAS. */
static void multiply_small(const gt_params *p, const double *x, const double *z, double *y, int m,
                           int n, int k)
{
    const int by_row = p->v[0] ? k : 1, by_inner = p->v[0] ? 1 : m;
    const int by_column = p->v[1] ? 1 : k, z_by_inner = p->v[1] ? n : 1;
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            const double *a = x + i * by_row, *b = z + j * by_column;
            double sum = 0;
            for (int l = 0; l < k; l++) sum += a[l * by_inner] * b[l * z_by_inner];
            *y++ = sum;
        }
}

/* A product by BLAS, in pieces, which are the same however many threads there are: BLAS may round
 * otherwise in a product of another size.                                         */
typedef struct {
    const gt_params *p;
    const gt_array *in;
    const double *x, *z;
    double *y;
    int m, n, k, rows, columns; /* the last two: of a piece */
} product;

static void multiply_pieces(void *work, int64_t from, int64_t to, int worker)
{
    const product *w = work;
    const double one = 1, zero = 0;
    const int ldx = w->in[0].type.dim[0], ldz = w->in[1].type.dim[0];
    (void)worker;
    for (int64_t piece = from; piece < to; piece++) {
        const int64_t i = w->rows < w->m ? piece * w->rows : 0, j = i ? 0 : piece * w->columns;
        const int m = w->m - i < w->rows ? (int)(w->m - i) : w->rows;
        const int n = w->n - j < w->columns ? (int)(w->n - j) : w->columns;
        F77_CALL(dgemm)
        (w->p->v[0] ? "T" : "N", w->p->v[1] ? "T" : "N", &m, &n, &w->k, &one,
         w->x + (w->p->v[0] ? i * ldx : i), &ldx, w->z + (w->p->v[1] ? j : j * ldz), &ldz, &zero,
         w->y + i + j * w->m, &w->m FCONE FCONE);
    }
}

#define MOST_COLUMNS 64
#define MOST_ROWS 4096

static void multiply_matrices(product *w)
{
    const bool is_large = (double)w->m * w->n * w->k >= 8 * GT_WORTH_SHARING;
    if (is_large && w->n >= 8) {
        w->columns = (w->n + 3) / 4;
        if (w->columns > MOST_COLUMNS) w->columns = MOST_COLUMNS;
    } else if (is_large && w->m > MOST_ROWS) {
        w->rows = MOST_ROWS;
    }
    const int pieces = (w->m + w->rows - 1) / w->rows * ((w->n + w->columns - 1) / w->columns);
    gt_share_out(pieces, pieces > 1 ? gt_threads() : 1, multiply_pieces, w);
}

static void multiply_one(const gt_params *p, const gt_array *in, const double *x, const double *z,
                         double *y, const gt_type *out)
{
    const int m = out->dim[0], n = out->dim[1], k = in[0].type.dim[!p->v[0]];
    if (k == 0) {
        memset(y, 0, (size_t)m * (size_t)n * sizeof *y);
        return;
    }
    if (gt_is_small_product(m, n, k)) {
        multiply_small(p, x, z, y, m, n, k);
        return;
    }
    /* Where one side is a vector, its elements are contiguous either way. */
    if (n == 1) {
        (p->v[0] ? gt_transposed_vector : gt_matrix_vector)(in[0].type.dim[0], in[0].type.dim[1], x,
                                                            z, y);
    } else if (m == 1) {
        (p->v[1] ? gt_matrix_vector : gt_transposed_vector)(in[1].type.dim[0], in[1].type.dim[1], z,
                                                            x, y);
    } else {
        product w = {p, in, x, z, y, m, n, k, m, n};
        multiply_matrices(&w);
    }
}

static void multiply(const gt_params *p, const gt_array *in, const double *x, const double *z,
                     double *y, const gt_type *out)
{
    int products = out->ndim == 3 ? out->dim[2] : 1;
    for (int k = 0; k < products; k++)
        multiply_one(p, in, x + k * (in[0].type.size / products),
                     z + k * (in[1].type.size / products), y + k * (out->size / products), out);
}

static int matmul_eval(EVAL_ARGUMENTS)
{
    (void)n, (void)err;
    if (out->type.size == 0) return 0;
    if (!gt_is_single(out->type.dtype)) {
        multiply(p, in, in[0].data, in[1].data, out->data, &out->type);
        return 0;
    }
    double *x = work, *z = x + in[0].type.size, *y = z + in[1].type.size;
    gt_convert(in[0].type.size, x, GT_DOUBLE, in[0].data, GT_FLOAT);
    gt_convert(in[1].type.size, z, GT_DOUBLE, in[1].data, GT_FLOAT);
    multiply(p, in, x, z, y, &out->type);
    gt_convert(out->type.size, out->data, GT_FLOAT, y, GT_DOUBLE);
    return 0;
}
static size_t matmul_workspace(const gt_params *p, int n, const gt_type *in)
{
    if (!gt_is_single(gt_promote(n, in))) return 0;
    int64_t result = (int64_t)in[0].dim[p->v[0]] * in[1].dim[!p->v[1]];
    if (in[0].ndim == 3) result *= in[0].dim[2];
    return (size_t)(in[0].size + in[1].size + result) * sizeof(double);
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
