/* Eigenvalues and singular values on LAPACK, and least squares by them. */
#include "ops/matrices.h"

#include <math.h>

/* ---- eigh(A): of a symmetric matrix (its lower triangle) the eigenvectors, then
 * the eigenvalues, ascending, in one vector. Equal eigenvalues: the gradient of
 * the vectors, which are then not unique, omits the directions between them.  ---- */

static int eigh_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (gt_check_matrices(in, true, err)) return 1;
    int64_t order = gt_rows(in);
    return gt_packed_type(in, gt_real_dtype(1, in), order * (order + 1), out, err);
}
static size_t eigh_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    return (size_t)gt_rows(in) * (size_t)(gt_rows(in) + 4) * sizeof(double);
}
static int eigh_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type), info, length = 3 * order;
    if (!order) return 0;
    double *a = copy_in(&work, in, m);
    double *values = take_doubles(&work, order); /* follows the vectors */
    if (!gt_finite_matrix(a, order, order, true)) return not_finite(err);
    F77_CALL(dsyev)("V", "L", &order, a, &order, values, work, &length, &info FCONE FCONE);
    if (info) return gt_fail(err, "the eigenvalues did not converge");
    gt_distribute(out, m, a);
    return 0;
}
EACH_MATRIX(eigh)
/* 1 / (w_j - w_i), and 0 on the diagonal and where values are equal. */
static gt_ref inverse_differences(gt_builder *b, gt_ref w)
{
    gt_ref d = gt_sub(b, gt_as_rows(b, w), gt_as_columns(b, w));
    gt_ref zero = gt_constant_like(b, w, 0), one = gt_constant_like(b, w, 1);
    gt_ref equal = gt_eq(b, d, zero);
    return gt_where(b, equal, zero, gt_reciprocal(b, gt_where(b, equal, one, d)));
}
static void eigh_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    int order = gt_rows(&t), size = order * order;
    if (!t.size) return;
    gt_ref v = gt_unpack_matrices(b, c->out, 0, order, order),
           w = gt_unpack(b, c->out, size, order);
    gt_ref gv = gt_unpack_matrices(b, c->g, 0, order, order), gw = gt_unpack(b, c->g, size, order);
    gt_ref inner = gt_mul(b, inverse_differences(b, w), matmul(b, v, true, gv, false));
    inner = gt_add(b, inner, gt_diagonals(b, gw));
    gt_ref full = matmul(b, matmul(b, v, false, inner, false), false, v, true);
    c->grad[0] = gt_symmetric_part(b, full);
}
const gt_op_def gt_op_eigh = {.name = "eigh",
                              .arity = 1,
                              .infer = eigh_infer,
                              .eval = eigh_eval,
                              .workspace = eigh_workspace,
                              .vjp = eigh_vjp,
                              .may_fail = true};

/* ---- eig(A): of any square matrix the eigenvalues' real parts, their imaginary parts, and the
 * eigenvectors (of a complex pair the real part, then the imaginary one), by decreasing modulus.
 * It has no derivative: R code corrects it to the order that it needs (base_eigen.R).       ---- */

static int eig_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (gt_check_matrices(in, true, err)) return 1;
    int64_t order = gt_rows(in);
    return gt_packed_type(in, gt_real_dtype(1, in), order * (order + 2), out, err);
}
static size_t eig_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t order = gt_rows(in);
    return (size_t)(3 * order * order + 9 * order + 8) * sizeof(double);
}
/* Positions by decreasing modulus; equal ones, as those of a complex pair, keep their order. */
static void order_by_modulus(int n, const double *re, const double *im, int *at)
{
    for (int i = 0; i < n; i++) {
        int j = i;
        double size = hypot(re[i], im[i]);
        for (; j > 0 && hypot(re[at[j - 1]], im[at[j - 1]]) < size; j--) at[j] = at[j - 1];
        at[j] = i;
    }
}
static int eig_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type), one = 1, info, length = 4 * order;
    if (!order) return 0;
    double *a = copy_in(&work, in, m), *v = take_doubles(&work, (int64_t)order * order);
    double *re = take_doubles(&work, order), *im = take_doubles(&work, order), none;
    double *sorted = take_doubles(&work, (int64_t)order * (order + 2));
    int *at = take_ints(&work, order);
    if (!gt_finite_matrix(a, order, order, false)) return not_finite(err);
    F77_CALL(dgeev)
    ("N", "V", &order, a, &order, re, im, &none, &one, v, &order, work, &length, &info FCONE FCONE);
    if (info) return gt_fail(err, "the eigenvalues did not converge");
    order_by_modulus(order, re, im, at);
    for (int j = 0; j < order; j++) {
        sorted[j] = re[at[j]];
        sorted[order + j] = im[at[j]];
        memcpy(sorted + (int64_t)(j + 2) * order, v + (int64_t)at[j] * order,
               (size_t)order * sizeof *v);
    }
    gt_distribute(out, m, sorted);
    return 0;
}
EACH_MATRIX(eig)
const gt_op_def gt_op_eig = {.name = "eig",
                             .arity = 1,
                             .infer = eig_infer,
                             .eval = eig_eval,
                             .workspace = eig_workspace,
                             .may_fail = true};

/* ---- svd(A): U (m x k), the k singular values (descending), V' (k x n), in one
 * vector; k = min(m, n). Derivative: Giles (2008), section 2.3.2, with the terms
 * of the thin factors (Townsend 2016, "Differentiating the singular value
 * decomposition").                                                        ---- */

static int svd_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (gt_check_matrices(in, false, err)) return 1;
    int64_t rows = gt_rows(in), columns = gt_columns(in), k = rows < columns ? rows : columns;
    return gt_packed_type(in, gt_real_dtype(1, in), rows * k + k + k * columns, out, err);
}
/* Of the numbers that decompose() takes from it, and of its matrix. */
static int64_t decomposition_doubles(int64_t rows, int64_t columns)
{
    int64_t k = rows < columns ? rows : columns, longest = rows < columns ? columns : rows;
    return rows * columns + rows * k + k + k * columns + 4 * k + 1 + 4 * k * k + 8 * k + longest;
}
static size_t svd_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    return (size_t)decomposition_doubles(gt_rows(in), gt_columns(in)) * sizeof(double);
}
/* U, the singular values and V', one after the other, from the front of the workspace. */
static int decompose(const gt_array *in, gt_member m, void **work, double **usv, gt_error *err)
{
    int rows = gt_rows(&in->type), columns = gt_columns(&in->type);
    int k = rows < columns ? rows : columns, longest = rows < columns ? columns : rows;
    int length = 4 * k * k + 8 * k + longest, info;
    double *a = copy_in(work, in, m);
    double *u = take_doubles(work, (int64_t)rows * k), *s = take_doubles(work, k);
    double *vt = take_doubles(work, (int64_t)k * columns);
    int *integers = take_ints(work, 8 * (int64_t)k);
    *usv = u;
    if (!gt_finite_matrix(a, rows, columns, false)) return not_finite(err);
    F77_CALL(dgesdd)
    ("S", &rows, &columns, a, &rows, s, u, &rows, vt, &k, *work, &length, integers, &info FCONE);
    return info ? gt_fail(err, "the singular value decomposition did not converge") : 0;
}
static int svd_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    double *usv;
    if (out->type.size == 0) return 0;
    if (decompose(in, m, &work, &usv, err)) return 1;
    gt_distribute(out, m, usv);
    return 0;
}
EACH_MATRIX(svd)
/* x minus its projection on the columns of the orthonormal q. */
static gt_ref off_span(gt_builder *b, gt_ref x, gt_ref q)
{
    return gt_sub(b, x, matmul(b, q, false, matmul(b, q, true, x, false), false));
}
static gt_ref antisymmetric(gt_builder *b, gt_ref x) { return gt_sub(b, x, gt_transpose(b, x)); }
/* The gradient of columns over their singular values, off the span of the columns; a gradient of
 * zero contributes zero also where the value is zero.                             */
static gt_ref off_span_over(gt_builder *b, gt_ref g, gt_ref values, gt_ref q)
{
    return off_span(b, gt_held(b, g, gt_div(b, g, values)), q);
}

static void svd_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    int m = gt_rows(&t), n = gt_columns(&t), k = m < n ? m : n, to_v = m * k + k;
    if (!t.size) return;
    gt_ref u = gt_unpack_matrices(b, c->out, 0, m, k), s = gt_unpack(b, c->out, m * k, k);
    gt_ref v = gt_transpose(b, gt_unpack_matrices(b, c->out, to_v, k, n));
    gt_ref gu = gt_unpack_matrices(b, c->g, 0, m, k), gs = gt_unpack(b, c->g, m * k, k);
    gt_ref gv = gt_transpose(b, gt_unpack_matrices(b, c->g, to_v, k, n));
    gt_ref row = gt_as_rows(b, s), column = gt_as_columns(b, s);
    gt_ref f = inverse_differences(b, gt_square(b, s));
    gt_ref left = gt_mul(b, f, antisymmetric(b, matmul(b, u, true, gu, false)));
    gt_ref right = gt_mul(b, f, antisymmetric(b, matmul(b, v, true, gv, false)));
    gt_ref inner = gt_add(b, gt_mul(b, left, row), gt_mul(b, column, right));
    inner = gt_add(b, inner, gt_diagonals(b, gs));
    gt_ref grad = matmul(b, matmul(b, u, false, inner, false), false, v, true);
    if (m > k) grad = gt_add(b, grad, matmul(b, off_span_over(b, gu, row, u), false, v, true));
    if (n > k) grad = gt_add(b, grad, matmul(b, u, false, off_span_over(b, gv, row, v), true));
    c->grad[0] = grad;
}
const gt_op_def gt_op_svd = {.name = "svd",
                             .arity = 1,
                             .infer = svd_infer,
                             .eval = svd_eval,
                             .workspace = svd_workspace,
                             .vjp = svd_vjp,
                             .may_fail = true};

/* ---- lstsq(A, B, atol, rtol; transpose): the shortest of the X that minimise |A X - B|, or of A' X - B,
 * where singular values up to max(atol, rtol times the largest) count as zero. With X = A^+ B the
 * derivative of the pseudoinverse (Golub and Pereyra 1973, "The differentiation of pseudo-inverses
 * and nonlinear least squares problems whose variables separate", equation 4.12), which takes the rank
 * as constant, is made of three more such problems.                              ---- */

static int lstsq_infer(INFER_ARGUMENTS)
{
    char a[GT_SHAPE_TEXT], z[GT_SHAPE_TEXT];
    (void)n;
    if (gt_check_matrices(&in[0], false, err) || gt_check_matrices(&in[1], false, err)) return 1;
    int rows = p->v[0] ? gt_columns(in) : gt_rows(in), dim[GT_MAX_NDIM];
    if (!gt_is_same_stack(&in[0], &in[1]) || gt_rows(&in[1]) != rows)
        return gt_fail(err, "shapes %s and %s do not fit: both need the same number of rows",
                       gt_shape_text(&in[0], a), gt_shape_text(&in[1], z));
    for (int k = 2; k < 4; k++)
        if (in[k].size != 1 && in[k].size != gt_matrices(in))
            return gt_fail(err, "a tolerance is one number, or one for each matrix");
    memcpy(dim, in[1].dim, sizeof dim);
    dim[in->ndim - 2] = p->v[0] ? gt_rows(in) : gt_columns(in);
    return gt_type_set(out, gt_real_dtype(2, in), in->ndim, dim, err);
}
static size_t lstsq_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t rows = gt_rows(in), columns = gt_columns(in), k = rows < columns ? rows : columns,
            solutions = gt_columns(&in[1]);
    return (size_t)(decomposition_doubles(rows, columns) + (rows + columns + k) * solutions) *
           sizeof(double);
}
static double tolerance(const gt_array *in, gt_member m, double largest)
{
    double atol = gt_get(&in[2], in[2].type.size == 1 ? 0 : m.at),
           rtol = gt_get(&in[3], in[3].type.size == 1 ? 0 : m.at);
    return atol > rtol * largest ? atol : rtol * largest;
}
static int lstsq_one(MEMBER_ARGUMENTS)
{
    const int rows = gt_rows(&in->type), columns = gt_columns(&in->type),
              k = rows < columns ? rows : columns, solutions = gt_columns(&in[1].type);
    const double one = 1, zero = 0;
    if (out->type.size == 0) return 0;
    double *inner = take_doubles(&work, (int64_t)k * solutions),
           *x = take_doubles(&work, out->type.size / m.count), *y = copy_in(&work, &in[1], m), *u;
    if (!k) memset(x, 0, (size_t)(out->type.size / m.count) * sizeof *x);
    else {
        if (decompose(in, m, &work, &u, err)) return 1;
        double *s = u + (int64_t)rows * k, *vt = s + k, least = tolerance(in, m, s[0]);
        const bool t = p->v[0];
        const double *first = t ? vt : u, *second = t ? u : vt;
        const int ld_first = t ? k : rows, ld_second = t ? rows : k, given = t ? columns : rows,
                  found = t ? rows : columns;
        F77_CALL(dgemm)
        (t ? "N" : "T", "N", &k, &solutions, &given, &one, first, &ld_first, y, &given, &zero,
         inner, &k FCONE FCONE);
        for (int64_t i = 0; i < (int64_t)k * solutions; i++)
            inner[i] = s[i % k] > least ? inner[i] / s[i % k] : 0;
        F77_CALL(dgemm)
        (t ? "N" : "T", "N", &found, &solutions, &k, &one, second, &ld_second, inner, &k, &zero, x,
         &found FCONE FCONE);
    }
    gt_distribute(out, m, x);
    return 0;
}
EACH_MATRIX(lstsq)
static gt_ref again(gt_builder *b, const gt_vjp_call *c, gt_ref y, int transposed)
{
    gt_ref in[4] = {c->in[0], y, c->in[2], c->in[3]};
    return b->apply(b, GT_OP_lstsq, 4, in, &(gt_params){1, &transposed});
}
static void lstsq_vjp(gt_builder *b, const gt_vjp_call *c)
{
    const int t = c->params->v[0];
    if (!b->type(b, c->out).size) return;
    gt_ref a = c->in[0], x = c->out, y = again(b, c, c->g, !t);
    c->grad[1] = y;
    if (!c->wanted[0]) return;
    gt_ref residual = gt_sub(b, c->in[1], matmul(b, a, t, x, false)),
           rest = gt_sub(b, c->g, matmul(b, a, !t, y, false)), from_y = again(b, c, y, t),
           from_x = again(b, c, x, !t);
    gt_ref grad = gt_sub(b, matmul(b, residual, false, from_y, true), matmul(b, y, false, x, true));
    grad = gt_add(b, grad, matmul(b, from_x, false, rest, true));
    c->grad[0] = t ? gt_transpose(b, grad) : grad;
}
const gt_op_def gt_op_lstsq = {.name = "lstsq",
                               .arity = 4,
                               .params = "f",
                               .infer = lstsq_infer,
                               .eval = lstsq_eval,
                               .workspace = lstsq_workspace,
                               .vjp = lstsq_vjp,
                               .may_fail = true};
