/* Factorizations on LAPACK, but for those by eigenvalues: Cholesky, QR, LU. */
#include "ops/matrices.h"

static size_t matrix_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    return (size_t)gt_rows(in) * (size_t)gt_columns(in) * sizeof(double);
}

/* ---- cholesky(A): lower L with A = L L'; reads the lower triangle. ---- */

static int cholesky_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type), info;
    if (!order) return 0;
    double *a = copy_in(&work, in, m);
    F77_CALL(dpotrf)("L", &order, a, &order, &info FCONE);
    if (info > 0)
        return gt_fail(err, "the matrix is not positive definite (leading minor of order %d)",
                       info);
    for (int j = 1; j < order; j++) memset(a + (int64_t)j * order, 0, (size_t)j * sizeof *a);
    gt_distribute(out, m, a);
    return 0;
}
EACH_MATRIX(cholesky)
static void cholesky_vjp(gt_builder *b, const gt_vjp_call *c)
{
    c->grad[0] = gt_apply2(b, GT_OP_cholesky_gradient, c->out, c->g, 0, NULL);
}
const gt_op_def gt_op_cholesky = {.name = "cholesky",
                                  .arity = 1,
                                  .infer = gt_square_infer,
                                  .eval = cholesky_eval,
                                  .workspace = matrix_workspace,
                                  .vjp = cholesky_vjp,
                                  .may_fail = true};

/* ---- cholesky_gradient(L, G): sym(L^-T P L^-1), P the lower triangle of L' G with half its diagonal. By blocks of
 * columns, backwards (Murray 2016, "Differentiation of the Cholesky decomposition"), twice what the factor costs. ---- */

#define BLOCK 32 /* columns that are treated at once */

static size_t cholesky_gradient_workspace(WORKSPACE_ARGUMENTS)
{
    return 2 * matrix_workspace(p, n, in) + (size_t)BLOCK * BLOCK * sizeof(double);
}

/* The gradient d (its lower triangle, with that of the factor l) of a diagonal block becomes that of the block of A that
 * was factored; sum is the same as a symmetric matrix, twice.              */
static void reverse_block(int n, int w, const double *l, double *d, double *sum)
{
    const double one = 1;
    for (int j = 0; j < w; j++)
        for (int i = 0; i < w; i++) sum[i + j * w] = i < j ? 0 : d[i + (int64_t)j * n];
    F77_CALL(dtrmm)("L", "L", "T", "N", &w, &w, &one, l, &n, sum, &w FCONE FCONE FCONE FCONE);
    for (int j = 0; j < w; j++)
        for (int i = 0; i < j; i++) sum[i + j * w] = sum[j + i * w];
    F77_CALL(dtrsm)("L", "L", "T", "N", &w, &w, &one, l, &n, sum, &w FCONE FCONE FCONE FCONE);
    F77_CALL(dtrsm)("R", "L", "N", "N", &w, &w, &one, l, &n, sum, &w FCONE FCONE FCONE FCONE);
    for (int j = 0; j < w; j++)
        for (int i = j; i < w; i++) d[i + (int64_t)j * n] = sum[i + j * w] * (i == j ? 0.5 : 1);
}

/* g, of which the lower triangle is read, becomes the gradient with respect to the lower triangle of A. */
static void reverse_cholesky(int n, const double *l, double *g, double *sum)
{
    const double one = 1, minus = -1, zero = 0;
    for (int end = n, start; end > 0; end = start) {
        start = (end - 1) / BLOCK * BLOCK;
        int w = end - start, below = n - end;
        int64_t diagonal = start + (int64_t)start * n, under = end + (int64_t)start * n;
        if (below) {
            F77_CALL(dtrsm)
            ("R", "L", "N", "N", &below, &w, &one, l + diagonal, &n, g + under,
             &n FCONE FCONE FCONE FCONE);
            F77_CALL(dgemm)
            ("N", "N", &below, &start, &w, &minus, g + under, &n, l + start, &n, &one, g + end,
             &n FCONE FCONE);
            F77_CALL(dgemm)
            ("T", "N", &w, &w, &below, &one, g + under, &n, l + under, &n, &zero, sum,
             &w FCONE FCONE);
            for (int j = 0; j < w; j++)
                for (int i = j; i < w; i++) g[diagonal + i + (int64_t)j * n] -= sum[i + j * w];
        }
        reverse_block(n, w, l + diagonal, g + diagonal, sum);
        F77_CALL(dgemm)
        ("N", "N", &w, &start, &w, &minus, sum, &w, l + start, &n, &one, g + start, &n FCONE FCONE);
        F77_CALL(dgemm)
        ("T", "N", &w, &start, &below, &minus, g + under, &n, l + end, &n, &one, g + start,
         &n FCONE FCONE);
    }
}

static int cholesky_gradient_infer(INFER_ARGUMENTS)
{
    (void)p;
    *out = in[0];
    out->dtype = gt_real_dtype(n, in);
    return gt_check_matrices(in, true, err);
}
static int cholesky_gradient_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type);
    if (!order) return 0;
    double *l = copy_in(&work, &in[0], m), *g = copy_in(&work, &in[1], m);
    reverse_cholesky(order, l, g, take_doubles(&work, BLOCK * BLOCK));
    for (int j = 0; j < order; j++)
        for (int i = 0; i < j; i++) {
            int64_t upper = i + (int64_t)j * order, lower = j + (int64_t)i * order;
            g[upper] = g[lower] *= 0.5;
        }
    gt_distribute(out, m, g);
    return 0;
}
EACH_MATRIX(cholesky_gradient)
static gt_ref lower_half(gt_builder *b, gt_ref x)
{
    return scaled(b, 0.5, gt_add(b, gt_triangle(b, x, 0, false), gt_triangle(b, x, -1, false)));
}
/* With S = sym(C) of the gradient C, K the matrix L^-1 S L^-T and H its lower triangle with half the diagonal: dG = L H and
 * dL = G H' - 2 A S L^-T, the lower triangles of them.              */
static void cholesky_gradient_vjp(gt_builder *b, const gt_vjp_call *c)
{
    const int lower[3] = {0, 0, 0};
    gt_ref l = c->in[0], s = gt_symmetric_part(b, c->g);
    gt_ref left = gt_apply2(b, GT_OP_trisolve, l, s, 3, lower);
    gt_ref half = lower_half(b, gt_apply2(b, GT_OP_trisolve, l, gt_transpose(b, left), 3, lower));
    if (c->wanted[1]) c->grad[1] = gt_triangle(b, matmul(b, l, false, half, false), 0, false);
    if (!c->wanted[0]) return;
    gt_ref solved = gt_apply2(b, GT_OP_trisolve, l, matmul(b, s, false, c->out, false), 3, lower);
    gt_ref product = matmul(b, gt_triangle(b, c->in[1], 0, false), false, half, true);
    c->grad[0] =
        gt_triangle(b, gt_sub(b, product, scaled(b, 2, gt_transpose(b, solved))), 0, false);
}
const gt_op_def gt_op_cholesky_gradient = {.name = "cholesky_gradient",
                                           .arity = 2,
                                           .infer = cholesky_gradient_infer,
                                           .eval = cholesky_gradient_eval,
                                           .workspace = cholesky_gradient_workspace,
                                           .vjp = cholesky_gradient_vjp};

/* ---- factor_failure(A; Cholesky or LU): 0, or the order of the first leading minor that is not positive,
 * or zero. ---- */

static int factor_failure_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (gt_check_matrices(in, true, err)) return 1;
    return gt_packed_type(in, GT_LONG, GT_ONE, out, err);
}
static size_t factor_failure_workspace(WORKSPACE_ARGUMENTS)
{
    return matrix_workspace(p, n, in) + (size_t)(gt_rows(in) + 1) * sizeof(double);
}
static int factor_failure_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type), info = 0;
    double *a = copy_in(&work, in, m);
    if (order && p->v[0])
        F77_CALL(dgetrf)(&order, &order, a, &order, take_ints(&work, order), &info);
    else if (order) F77_CALL(dpotrf)("L", &order, a, &order, &info FCONE);
    gt_set(out, m.at, info);
    return 0;
}
EACH_MATRIX(factor_failure)
const gt_op_def gt_op_factor_failure = {.name = "factor_failure",
                                        .arity = 1,
                                        .params = "f",
                                        .infer = factor_failure_infer,
                                        .eval = factor_failure_eval,
                                        .workspace = factor_failure_workspace};

/* ---- qr(A): of a matrix with at least as many rows as columns, Q (orthonormal columns), then R (upper
 * triangular), packed. Derivative: Walter and Lehmann (2018), "Algorithmic differentiation of linear
 * algebra functions with application in optimum experimental design", section 4.2. ---- */

static int check_tall(const gt_type *t, gt_error *err)
{
    char text[GT_SHAPE_TEXT];
    if (gt_check_matrices(t, false, err)) return 1;
    if (gt_rows(t) < gt_columns(t))
        return gt_fail(err, "at least as many rows as columns are needed, not shape %s",
                       gt_shape_text(t, text));
    return 0;
}
static int qr_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (check_tall(in, err)) return 1;
    int64_t rows = gt_rows(in), columns = gt_columns(in);
    return gt_packed_type(in, gt_real_dtype(1, in), (rows + columns) * columns, out, err);
}
static size_t qr_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t rows = gt_rows(in), columns = gt_columns(in);
    return (size_t)((rows + columns + 1 + BLOCK) * columns) * sizeof(double);
}
static int qr_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int rows = gt_rows(&in->type), columns = gt_columns(&in->type), info, length = BLOCK * columns;
    if (!columns) return 0;
    double *a = copy_in(&work, in, m), *r = take_doubles(&work, (int64_t)columns * columns);
    double *scale = take_doubles(&work, columns);
    F77_CALL(dgeqrf)(&rows, &columns, a, &rows, scale, work, &length, &info);
    for (int j = 0; j < columns; j++)
        for (int i = 0; i < columns; i++)
            r[i + (int64_t)j * columns] = i <= j ? a[i + (int64_t)j * rows] : 0;
    F77_CALL(dorgqr)(&rows, &columns, &columns, a, &rows, scale, work, &length, &info);
    gt_distribute(out, m, a); /* r follows */
    return 0;
}
EACH_MATRIX(qr)
static void qr_vjp(gt_builder *b, const gt_vjp_call *c)
{
    const int upper[3] = {1, 0, 0};
    gt_type t = b->type(b, c->in[0]);
    int rows = gt_rows(&t), columns = gt_columns(&t);
    if (!t.size) return;
    gt_ref q = gt_unpack_matrices(b, c->out, 0, rows, columns),
           r = gt_unpack_matrices(b, c->out, rows * columns, columns, columns),
           gq = gt_unpack_matrices(b, c->g, 0, rows, columns),
           gr = gt_unpack_matrices(b, c->g, rows * columns, columns, columns);
    gr = gt_triangle(b, gr, 0, true);
    gt_ref inner = gt_sub(b, matmul(b, r, false, gr, true), matmul(b, gq, true, q, false));
    inner = gt_add(b, gt_triangle(b, inner, 0, false),
                   gt_transpose(b, gt_triangle(b, inner, -1, false)));
    gt_ref full = gt_add(b, gq, matmul(b, q, false, inner, false));
    c->grad[0] = gt_transpose(b, gt_apply2(b, GT_OP_trisolve, r, gt_transpose(b, full), 3, upper));
}
const gt_op_def gt_op_qr = {.name = "qr",
                            .arity = 1,
                            .infer = qr_infer,
                            .eval = qr_eval,
                            .workspace = qr_workspace,
                            .vjp = qr_vjp};

/* ---- complement(Q): more orthonormal columns, which make a square matrix of those of Q. They may turn
 * among themselves: the derivative is that of columns which do not, dC = -Q dQ' C.       ---- */

static int complement_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    int dim[GT_MAX_NDIM];
    if (check_tall(in, err)) return 1;
    memcpy(dim, in->dim, sizeof dim);
    dim[in->ndim - 1] = gt_rows(in) - gt_columns(in);
    return gt_type_set(out, gt_real_dtype(1, in), in->ndim, dim, err);
}
static size_t complement_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t rows = gt_rows(in), columns = gt_columns(in);
    return (size_t)((rows + BLOCK) * rows + columns) * sizeof(double);
}
static int complement_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int rows = gt_rows(&in->type), columns = gt_columns(&in->type), info, length = BLOCK * rows;
    if (rows == columns) return 0;
    double *a = take_doubles(&work, (int64_t)rows * rows), *scale = take_doubles(&work, columns);
    gt_collect(a, in, m);
    if (columns) F77_CALL(dgeqrf)(&rows, &columns, a, &rows, scale, work, &length, &info);
    F77_CALL(dorgqr)(&rows, &rows, &columns, a, &rows, scale, work, &length, &info);
    gt_distribute(out, m, a + (int64_t)rows * columns);
    return 0;
}
EACH_MATRIX(complement)
static void complement_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_ref along = matmul(b, c->g, true, c->in[0], false);
    c->grad[0] = gt_neg(b, matmul(b, c->out, false, along, false));
}
const gt_op_def gt_op_complement = {.name = "complement",
                                    .arity = 1,
                                    .infer = complement_infer,
                                    .eval = complement_eval,
                                    .workspace = complement_workspace,
                                    .vjp = complement_vjp};

/* ---- lu(A): A = L U without exchange of rows, of a square matrix: U, and below it L without its ones.
 * dA = L^-T (P + S) U^-T, P and S the strictly lower triangle of L' G and the upper one of G U'. ---- */

static int lu_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    const int64_t n = gt_rows(&in->type);
    double *a = copy_in(&work, in, m);
    for (int64_t k = 0; k < n; k++)
        for (int64_t j = k; j < n; j++) {
            double above = a[k + j * n];
            for (int64_t i = k + 1; i < n; i++) {
                if (j > k) a[i + j * n] -= a[i + k * n] * above;
                else if (a[i + k * n] != 0) a[i + k * n] /= above;
            }
        }
    gt_distribute(out, m, a);
    return 0;
}
EACH_MATRIX(lu)
static void lu_vjp(gt_builder *b, const gt_vjp_call *c)
{
    const int unit_lower_transposed[3] = {0, 1, 1}, upper[3] = {1, 0, 0};
    gt_type t = b->type(b, c->in[0]);
    if (!t.size) return;
    gt_ref identity =
        gt_diagonals(b, gt_full(b, 1, &(gt_type){t.dtype, 1, {gt_rows(&t)}, gt_rows(&t)}));
    gt_ref l = gt_add(b, gt_triangle(b, c->out, -1, false), identity),
           u = gt_triangle(b, c->out, 0, true);
    gt_ref gl = gt_triangle(b, c->g, -1, false), gu = gt_triangle(b, c->g, 0, true);
    gt_ref inner = gt_add(b, gt_triangle(b, matmul(b, l, true, gl, false), -1, false),
                          gt_triangle(b, matmul(b, gu, false, u, true), 0, true));
    gt_ref left = gt_apply2(b, GT_OP_trisolve, c->out, inner, 3, unit_lower_transposed);
    c->grad[0] =
        gt_transpose(b, gt_apply2(b, GT_OP_trisolve, c->out, gt_transpose(b, left), 3, upper));
}
const gt_op_def gt_op_lu = {.name = "lu",
                            .arity = 1,
                            .infer = gt_square_infer,
                            .eval = lu_eval,
                            .workspace = matrix_workspace,
                            .vjp = lu_vjp};

/* ---- lu_pivots(A): the row (from 1) with which each row is exchanged, as LAPACK says it ---- */

static int lu_pivots_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (gt_check_matrices(in, false, err)) return 1;
    int count = gt_rows(in) < gt_columns(in) ? gt_rows(in) : gt_columns(in);
    gt_type t = *in;
    t.dim[in->ndim - 2] = count;
    return gt_type_set(out, GT_LONG, in->ndim - 1, t.dim, err);
}
static size_t lu_pivots_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t rows = gt_rows(in), columns = gt_columns(in);
    return (size_t)(rows * columns + rows + 1) * sizeof(double);
}
static int lu_pivots_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int rows = gt_rows(&in->type), columns = gt_columns(&in->type), info;
    int count = rows < columns ? rows : columns;
    if (!count) return 0;
    double *a = copy_in(&work, in, m);
    int *pivot = take_ints(&work, count);
    F77_CALL(dgetrf)(&rows, &columns, a, &rows, pivot, &info);
    for (int k = 0; k < count; k++) gt_set(out, m.at + k * m.count, pivot[k]);
    return 0;
}
EACH_MATRIX(lu_pivots)
const gt_op_def gt_op_lu_pivots = {.name = "lu_pivots",
                                   .arity = 1,
                                   .infer = lu_pivots_infer,
                                   .eval = lu_pivots_eval,
                                   .workspace = lu_pivots_workspace};

/* ---- row_order(pivots; rows): where (from 0) each row comes from when they have been exchanged ---- */

static int row_order_infer(INFER_ARGUMENTS)
{
    (void)n;
    gt_type t = *in;
    if (in->ndim < 1 || in->dim[in->ndim - 1] > p->v[0])
        return gt_fail(err, "there are at most as many pivots as rows");
    t.dim[t.ndim - 1] = p->v[0];
    return gt_type_set(out, GT_LONG, t.ndim, t.dim, err);
}
static int row_order_eval(EVAL_ARGUMENTS)
{
    (void)n, (void)work;
    const int64_t rows = p->v[0], pivots = in->type.dim[in->type.ndim - 1],
                  count = out->type.size && rows ? out->type.size / rows : 0;
    const double *pivot = in->data;
    double *at = out->data;
    for (int64_t b = 0; b < count; b++) {
        for (int64_t k = 0; k < rows; k++) at[b + k * count] = (double)k;
        for (int64_t k = 0; k < pivots; k++) {
            double with = pivot[b + k * count] - 1, here = at[b + k * count];
            if (!(with >= 0 && with < (double)rows))
                return gt_fail(err, "pivots are from 1 to %lld, the number of rows, not %g",
                               (long long)rows, with + 1);
            at[b + k * count] = at[b + (int64_t)with * count];
            at[b + (int64_t)with * count] = here;
        }
    }
    return 0;
}
const gt_op_def gt_op_row_order = {.name = "row_order",
                                   .arity = 1,
                                   .params = "n",
                                   .infer = row_order_infer,
                                   .eval = row_order_eval,
                                   .index_inputs = 1,
                                   .may_fail = true};
