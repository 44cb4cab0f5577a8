/* Linear algebra on LAPACK, for single matrices.
 *
 * Derivatives after Giles (2008), "An extended collection of matrix derivative
 * results for forward and reverse mode automatic differentiation". An operation
 * with several results packs them into one array, from which they are sliced.
 * LAPACK overwrites its input, so each kernel works on copies; in double, also
 * for floats.                                                                 */
#include "core/blas_lapack.h"
#include "ops/rules.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define UNUSED (void)p, (void)n, (void)work, (void)err, (void)in

static gt_dtype real_dtype(int n, const gt_type *in)
{
    gt_dtype dtype = gt_promote(n, in);
    return gt_is_floating(dtype) ? dtype : gt_default_dtype();
}

static int check_matrix(const gt_type *t, bool square, gt_error *err)
{
    char text[GT_SHAPE_TEXT];
    if (t->ndim != 2 || (square && t->dim[0] != t->dim[1]))
        return gt_fail(err, "a %smatrix is needed, not shape %s", square ? "square " : "",
                       gt_shape_text(t, text));
    return 0;
}

static int singular(gt_error *err)
{
    return gt_fail(err, "the matrix is singular: it has no inverse");
}

/* LAPACK's decompositions stop R with an error of their own where they meet NaN or Inf.
 * Looks at the rows of each column from the diagonal on, or at all of them.   */
static bool is_finite(const double *a, int rows, int columns, bool lower)
{
    for (int j = 0; j < columns; j++)
        for (int i = lower ? j : 0; i < rows; i++)
            if (!isfinite(a[i + (int64_t)j * rows])) return false;
    return true;
}
static int not_finite(gt_error *err) { return gt_fail(err, "the matrix holds NaN or Inf"); }

/* Workspace handed out from the front. */
static double *take_doubles(void **work, int64_t count)
{
    double *block = *work;
    *work = block + count;
    return block;
}
static int *take_ints(void **work, int64_t count)
{
    return (int *)take_doubles(work, (count + 1) / 2);
}
static double *copy_in(void **work, const gt_array *a)
{
    double *copy = take_doubles(work, a->type.size);
    gt_convert(a->type.size, copy, GT_DOUBLE, a->data, a->type.dtype);
    return copy;
}
static void copy_out(gt_array *out, const double *from)
{
    gt_convert(out->type.size, out->data, out->type.dtype, from, GT_DOUBLE);
}

/* ---- shorthand for the rules ---- */

static gt_ref matmul(gt_builder *b, gt_ref x, bool tx, gt_ref z, bool tz)
{
    int v[2] = {tx, tz};
    return gt_apply2(b, GT_OP_matmul, x, z, 2, v);
}
static gt_ref transpose(gt_builder *b, gt_ref x)
{
    const int order[2] = {1, 0};
    return gt_apply1(b, GT_OP_permute, x, 2, order);
}
/* Keeps the lower (upper) triangle up to the k-th diagonal above the main one. */
static gt_ref triangle(gt_builder *b, gt_ref x, int k, bool upper)
{
    int v[2] = {k, upper};
    return gt_apply1(b, GT_OP_tri, x, 2, v);
}
static gt_ref scaled(gt_builder *b, double a, gt_ref x)
{
    return gt_mul(b, gt_constant_like(b, x, a), x);
}
static gt_ref symmetric_part(gt_builder *b, gt_ref x)
{
    return scaled(b, 0.5, gt_add(b, x, transpose(b, x)));
}
/* A vector of n elements as a row or a column. */
static gt_ref as_row(gt_builder *b, gt_ref x, int n)
{
    const int dim[2] = {1, n};
    return gt_apply1(b, GT_OP_reshape, x, 2, dim);
}
static gt_ref as_column(gt_builder *b, gt_ref x, int n)
{
    const int dim[2] = {n, 1};
    return gt_apply1(b, GT_OP_reshape, x, 2, dim);
}
static gt_ref diagonal_matrix(gt_builder *b, gt_ref x, int n)
{
    const int dim[2] = {n, n};
    gt_ref rows = gt_apply1(b, GT_OP_expand, as_row(b, x, n), 2, dim);
    return triangle(b, triangle(b, rows, 0, false), 0, true);
}
/* 1 / (w_j - w_i), and 0 on the diagonal and where values are equal. */
static gt_ref inverse_differences(gt_builder *b, gt_ref w, int n)
{
    gt_ref d = gt_sub(b, as_row(b, w, n), as_column(b, w, n));
    gt_ref zero = gt_constant_like(b, w, 0), one = gt_constant_like(b, w, 1);
    gt_ref equal = gt_eq(b, d, zero);
    return gt_where(b, equal, zero, gt_reciprocal(b, gt_where(b, equal, one, d)));
}
/* `count` elements of a vector from `start`, as a matrix of `rows` rows (0: a vector). */
static gt_ref unpack(gt_builder *b, gt_ref x, int start, int count, int rows)
{
    int v[3] = {start, 1, count};
    gt_ref part = gt_apply1(b, GT_OP_slice, x, 3, v);
    if (!rows) return part;
    int dim[2] = {rows, count / rows};
    return gt_apply1(b, GT_OP_reshape, part, 2, dim);
}

/* ---- tri(x; k, upper): one triangle, zero elsewhere ---- */

static int tri_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    *out = in[0];
    return check_matrix(in, false, err);
}
static int tri_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int rows = in->type.dim[0], cols = in->type.dim[1];
    for (int j = 0; j < cols; j++)
        for (int i = 0; i < rows; i++) {
            int64_t at = i + (int64_t)j * rows;
            bool kept = p->v[1] ? j - i >= p->v[0] : j - i <= p->v[0];
            gt_set(out, at, kept ? gt_get(in, at) : 0);
        }
    return 0;
}
static void tri_vjp(gt_builder *b, const gt_vjp_call *c)
{
    c->grad[0] = triangle(b, c->g, c->params->v[0], c->params->v[1]);
}
const gt_op_def gt_op_tri = {.name = "tri",
                             .arity = 1,
                             .params = "if",
                             .infer = tri_infer,
                             .eval = tri_eval,
                             .vjp = tri_vjp,
                             .sparsity = GT_GATHERS};

/* ---- LU ---- */

static int square_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (check_matrix(in, true, err)) return 1;
    return gt_type_set(out, real_dtype(1, in), 2, in->dim, err);
}
static size_t square_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t order = in->dim[0];
    return (size_t)(3 * order * order + 8 * order + 16) * sizeof(double);
}

/* Factors a in place; returns whether it is singular. */
static bool factor_lu(double *a, int n, int *pivot)
{
    int info;
    F77_CALL(dgetrf)(&n, &n, a, &n, pivot, &info);
    return info > 0;
}
/* As solve() of R: fails where the reciprocal condition number, in the 1-norm, is below the precision. */
static bool is_ill_conditioned(const double *lu, int n, double norm, double *work, int *iwork)
{
    int info;
    double rcond = 0;
    F77_CALL(dgecon)("1", &n, lu, &n, &norm, &rcond, work, iwork, &info FCONE);
    return rcond < DBL_EPSILON;
}
static double one_norm(const double *a, int n)
{
    double norm = 0;
    for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int i = 0; i < n; i++) sum += fabs(a[i + (int64_t)j * n]);
        if (!(sum <= norm)) norm = sum;
    }
    return norm;
}
/* X in place of B, where A X = B, as R computes it; A is overwritten. */
static int solve_lu(double *a, int n, double *x, int columns, bool transposed, bool checked,
                    void *work, gt_error *err)
{
    int info;
    double norm = checked ? one_norm(a, n) : 0, *space = take_doubles(&work, 4 * (int64_t)n);
    int *pivot = take_ints(&work, n), *iwork = take_ints(&work, n);
    if (factor_lu(a, n, pivot)) return singular(err);
    if (checked && is_ill_conditioned(a, n, norm, space, iwork))
        return gt_fail(
            err,
            "the matrix is singular to the precision of its numbers, and `solve()` of R stops");
    F77_CALL(dgetrs)(transposed ? "T" : "N", &n, &columns, a, &n, pivot, x, &n, &info FCONE);
    return 0;
}
static double lu_sign(const double *lu, int n, const int *pivot)
{
    double sign = 1;
    for (int i = 0; i < n; i++) {
        double u = lu[i + (int64_t)i * n];
        if (pivot[i] != i + 1) sign = -sign;
        sign = u < 0 ? -sign : u > 0 ? sign : u;
    }
    return sign;
}

/* inv: dA = -Y' G Y'. By the columns of the identity, as R does it: A Y - I is small then, also where A
 * is ill-conditioned. The parameter: whether to fail there as R does.   */
static int inv_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int order = in->type.dim[0];
    if (!order) return 0;
    double *a = copy_in(&work, in), *x = take_doubles(&work, (int64_t)order * order);
    for (int64_t i = 0; i < (int64_t)order * order; i++) x[i] = i % (order + 1) == 0;
    if (solve_lu(a, order, x, order, false, p->v[0], work, err)) return 1;
    copy_out(out, x);
    return 0;
}
static void inv_vjp(gt_builder *b, const gt_vjp_call *c)
{
    c->grad[0] = gt_neg(b, matmul(b, matmul(b, c->out, true, c->g, false), false, c->out, true));
}
const gt_op_def gt_op_inv = {.name = "inv",
                             .arity = 1,
                             .params = "f",
                             .infer = square_infer,
                             .eval = inv_eval,
                             .workspace = square_workspace,
                             .vjp = inv_vjp,
                             .may_fail = true};

static gt_ref inverse_of(gt_builder *b, gt_ref a)
{
    const int unchecked = 0;
    return gt_apply1(b, GT_OP_inv, a, 1, &unchecked);
}

/* slogdet: [sign of det, log |det|]; d log|det A| = A^-T */
static int slogdet_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    const int two = 2;
    if (check_matrix(in, true, err)) return 1;
    return gt_type_set(out, real_dtype(1, in), 1, &two, err);
}
static int slogdet_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int order = in->type.dim[0];
    double sign = 1, logarithm = 0;
    if (order) {
        double *a = copy_in(&work, in);
        int *pivot = take_ints(&work, order);
        factor_lu(a, order, pivot);
        sign = lu_sign(a, order, pivot);
        for (int i = 0; i < order; i++) logarithm += log(fabs(a[i + (int64_t)i * order]));
    }
    gt_set(out, 0, sign);
    gt_set(out, 1, logarithm);
    return 0;
}
static void slogdet_vjp(gt_builder *b, const gt_vjp_call *c)
{
    const int second[3] = {1, 1, 1}, scalar[2] = {1, 1};
    gt_ref g = gt_apply1(b, GT_OP_slice, c->g, 3, second);
    g = gt_apply1(b, GT_OP_reshape, g, 2, scalar);
    c->grad[0] = gt_mul(b, g, transpose(b, inverse_of(b, c->in[0])));
}
const gt_op_def gt_op_slogdet = {.name = "slogdet",
                                 .arity = 1,
                                 .infer = slogdet_infer,
                                 .eval = slogdet_eval,
                                 .workspace = square_workspace,
                                 .vjp = slogdet_vjp};

/* det: its gradient is the cofactor matrix, which a singular matrix has too. */
static int det_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (check_matrix(in, true, err)) return 1;
    *out = gt_scalar_type(real_dtype(1, in));
    return 0;
}
static double determinant(const double *lu, int n, const int *pivot)
{
    double value = 1;
    for (int i = 0; i < n; i++) {
        value *= lu[i + (int64_t)i * n];
        if (pivot[i] != i + 1) value = -value;
    }
    return value;
}
static int det_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int order = in->type.dim[0];
    double value = 1;
    if (order) {
        double *a = copy_in(&work, in);
        int *pivot = take_ints(&work, order);
        factor_lu(a, order, pivot);
        value = determinant(a, order, pivot);
    }
    gt_set(out, 0, value);
    return 0;
}
static void det_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_ref cofactors = gt_apply1(b, GT_OP_cofactor, c->in[0], 0, NULL);
    c->grad[0] = gt_held(b, c->g, gt_mul(b, c->g, cofactors));
}
const gt_op_def gt_op_det = {.name = "det",
                             .arity = 1,
                             .infer = det_infer,
                             .eval = det_eval,
                             .workspace = square_workspace,
                             .vjp = det_vjp};

/* Derivatives of the determinant that a singular matrix has too. With A = U S V',
 * det(A + E) = det(U) det(V) det(S + U'EV); so the cofactor matrix is U cof(S) V' up to the
 * sign det(U) det(V), where each element of the diagonal cof(S) is the product of the other
 * singular values.                                                             */
typedef struct {
    int order;
    double sign; /* det(U) det(V) */
    double *u, *s, *vt;
    double *spare, *result; /* matrices */
} decomposition;

static size_t decomposition_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t order = in->dim[0];
    return (size_t)(9 * order * order + 24 * order + 16) * sizeof(double);
}
static double orthogonal_sign(const double *q, int n, double *copy, int *pivot)
{
    memcpy(copy, q, (size_t)n * (size_t)n * sizeof *copy);
    factor_lu(copy, n, pivot);
    return lu_sign(copy, n, pivot);
}
static int decompose(const gt_array *in, void *work, decomposition *d, gt_error *err)
{
    int m = in->type.dim[0], info, length = 4 * m * m + 8 * m;
    int64_t size = in->type.size;
    d->order = m;
    d->spare = copy_in(&work, in);
    d->u = take_doubles(&work, size);
    d->vt = take_doubles(&work, size);
    d->result = take_doubles(&work, size);
    d->s = take_doubles(&work, m);
    int *integers = take_ints(&work, 8 * (int64_t)m);
    if (!is_finite(d->spare, m, m, false)) return not_finite(err);
    F77_CALL(dgesdd)
    ("A", &m, &m, d->spare, &m, d->s, d->u, &m, d->vt, &m, work, &length, integers, &info FCONE);
    if (info) return gt_fail(err, "the singular value decomposition did not converge");
    d->sign = orthogonal_sign(d->u, m, d->spare, integers) *
              orthogonal_sign(d->vt, m, d->spare, integers);
    return 0;
}
/* The product of the singular values but for those at i and j. */
static double other_values(const decomposition *d, int i, int j)
{
    double product = d->sign;
    for (int k = 0; k < d->order; k++)
        if (k != i && k != j) product *= d->s[k];
    return product;
}
static void multiply(const decomposition *d, const char *tx, const double *x, const char *tz,
                     const double *z, double *to)
{
    const double one = 1, zero = 0;
    const int *m = &d->order;
    F77_CALL(dgemm)(tx, tz, m, m, m, &one, x, m, z, m, &zero, to, m FCONE FCONE);
}

static int cofactor_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    decomposition d;
    if (!in->type.size) return 0;
    if (decompose(in, work, &d, err)) return 1;
    for (int j = 0; j < d.order; j++) {
        double others = other_values(&d, j, j);
        for (int i = 0; i < d.order; i++) d.u[i + (int64_t)j * d.order] *= others;
    }
    multiply(&d, "N", d.u, "N", d.vt, d.result);
    copy_out(out, d.result);
    return 0;
}
static void cofactor_vjp(gt_builder *b, const gt_vjp_call *c)
{
    c->grad[0] = gt_apply2(b, GT_OP_cofactor_change, c->in[0], c->g, 0, NULL);
}
const gt_op_def gt_op_cofactor = {.name = "cofactor",
                                  .arity = 1,
                                  .infer = square_infer,
                                  .eval = cofactor_eval,
                                  .workspace = decomposition_workspace,
                                  .vjp = cofactor_vjp,
                                  .may_fail = true};

/* cofactor_change(A, E): how the cofactors of A change with it in the direction E. The terms of
 * second order of det(S + F), F = U'EV, are the minors f_ii f_jj - f_ij f_ji times the other
 * singular values. Linear in E, and symmetric: its own vector-Jacobian product. */
static int cofactor_change_infer(INFER_ARGUMENTS)
{
    (void)p;
    if (check_matrix(in, true, err)) return 1;
    if (!gt_same_shape(&in[0], &in[1]))
        return gt_fail(err, "a direction has the shape of the matrix");
    return gt_type_set(out, real_dtype(n, in), 2, in->dim, err);
}
static int cofactor_change_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    decomposition d;
    int64_t m = in->type.dim[0];
    if (!m) return 0;
    if (decompose(in, work, &d, err)) return 1;
    gt_convert(m * m, d.result, GT_DOUBLE, in[1].data, in[1].type.dtype);
    multiply(&d, "T", d.u, "N", d.result, d.spare);
    double *f = d.result, *change = d.spare;
    multiply(&d, "N", d.spare, "T", d.vt, f);
    for (int i = 0; i < m; i++) {
        change[i + i * m] = 0;
        for (int j = 0; j < m; j++) {
            if (i == j) continue;
            double others = other_values(&d, i, j);
            change[i + i * m] += others * f[j + j * m];
            change[i + j * m] = -others * f[j + i * m];
        }
    }
    multiply(&d, "N", d.u, "N", change, d.result);
    multiply(&d, "N", d.result, "N", d.vt, d.spare);
    copy_out(out, d.spare);
    return 0;
}
static gt_ref inner_product(gt_builder *b, gt_ref x, gt_ref z)
{
    const int all = 0;
    return gt_apply1(b, GT_OP_sum, gt_mul(b, x, z), 1, &all);
}
/* With B = A^-T and d = det(A) the change is d (<E,B> B - B E' B), to be differentiated by
 * dB = -B dA' B and dd = d <B,dA>: only where A has an inverse.                */
static void cofactor_change_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_ref a = c->in[0], e = c->in[1], g = c->g;
    if (c->wanted[1]) c->grad[1] = gt_apply2(b, GT_OP_cofactor_change, a, g, 0, NULL);
    if (!c->wanted[0]) return;
    gt_ref det = gt_apply1(b, GT_OP_det, a, 0, NULL);
    gt_ref inverse = transpose(b, inverse_of(b, a));
    gt_ref be = matmul(b, matmul(b, inverse, false, e, true), false, inverse, false);
    gt_ref bg = matmul(b, matmul(b, inverse, false, g, true), false, inverse, false);
    gt_ref along_e = inner_product(b, e, inverse), along_g = inner_product(b, g, inverse);
    gt_ref scale = gt_sub(b, gt_mul(b, along_e, along_g), inner_product(b, g, be));
    gt_ref mixed = gt_add(b, matmul(b, matmul(b, be, false, g, true), false, inverse, false),
                          matmul(b, matmul(b, bg, false, e, true), false, inverse, false));
    gt_ref change = gt_sub(b, gt_mul(b, scale, inverse), gt_mul(b, along_g, be));
    change = gt_add(b, gt_sub(b, change, gt_mul(b, along_e, bg)), mixed);
    c->grad[0] = gt_mul(b, det, change);
}
const gt_op_def gt_op_cofactor_change = {.name = "cofactor_change",
                                         .arity = 2,
                                         .infer = cofactor_change_infer,
                                         .eval = cofactor_change_eval,
                                         .workspace = decomposition_workspace,
                                         .vjp = cofactor_change_vjp,
                                         .may_fail = true};

/* ---- solve(A, B; transpose): A X = B or A' X = B ---- */

static int solve_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    char a[GT_SHAPE_TEXT], z[GT_SHAPE_TEXT];
    if (check_matrix(&in[0], true, err) || check_matrix(&in[1], false, err)) return 1;
    if (in[0].dim[0] != in[1].dim[0])
        return gt_fail(err, "shapes %s and %s do not fit: both need the same number of rows",
                       gt_shape_text(&in[0], a), gt_shape_text(&in[1], z));
    return gt_type_set(out, real_dtype(n, in), 2, in[1].dim, err);
}
static size_t solve_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    return (size_t)(in[0].size + in[1].size + 6 * (int64_t)in[0].dim[0] + 8) * sizeof(double);
}
static int solve_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int order = in[0].type.dim[0], columns = in[1].type.dim[1];
    if (!out->type.size) return 0;
    double *a = copy_in(&work, &in[0]), *x = copy_in(&work, &in[1]);
    if (solve_lu(a, order, x, columns, p->v[0], p->v[1], work, err)) return 1;
    copy_out(out, x);
    return 0;
}
static void solve_vjp(gt_builder *b, const gt_vjp_call *c)
{
    const int other = !c->params->v[0], unchecked[2] = {other, 0};
    gt_ref g = gt_apply2(b, GT_OP_solve, c->in[0], c->g, 2, unchecked);
    c->grad[1] = g;
    if (c->wanted[0])
        c->grad[0] = gt_neg(b, other ? matmul(b, g, false, c->out, true)
                                     : matmul(b, c->out, false, g, true));
}
const gt_op_def gt_op_solve = {.name = "solve",
                               .arity = 2,
                               .params = "ff",
                               .infer = solve_infer,
                               .eval = solve_eval,
                               .workspace = solve_workspace,
                               .vjp = solve_vjp,
                               .may_fail = true};

/* ---- trisolve(A, B; upper, transpose, unit diagonal): A one triangle ---- */

static int trisolve_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int order = in[0].type.dim[0], columns = in[1].type.dim[1], info;
    if (!out->type.size) return 0;
    double *a = copy_in(&work, &in[0]), *x = copy_in(&work, &in[1]);
    F77_CALL(dtrtrs)
    (p->v[0] ? "U" : "L", p->v[1] ? "T" : "N", p->v[2] ? "U" : "N", &order, &columns, a, &order, x,
     &order, &info FCONE FCONE FCONE);
    if (info > 0) return singular(err);
    copy_out(out, x);
    return 0;
}
static void trisolve_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int upper = c->params->v[0], transposed = c->params->v[1], unit = c->params->v[2];
    const int v[3] = {upper, !transposed, unit};
    gt_ref g = gt_apply2(b, GT_OP_trisolve, c->in[0], c->g, 3, v);
    c->grad[1] = g;
    if (!c->wanted[0]) return;
    gt_ref full =
        transposed ? matmul(b, c->out, false, g, true) : matmul(b, g, false, c->out, true);
    c->grad[0] = gt_neg(b, triangle(b, full, upper ? unit : -unit, upper));
}
const gt_op_def gt_op_trisolve = {.name = "trisolve",
                                  .arity = 2,
                                  .params = "fff",
                                  .infer = solve_infer,
                                  .eval = trisolve_eval,
                                  .workspace = solve_workspace,
                                  .vjp = trisolve_vjp,
                                  .may_fail = true};

/* ---- cholesky(A): lower L with A = L L'; reads the lower triangle.
 * dA = sym(L^-T P L^-1), P the lower triangle of L' G with half its diagonal. ---- */

static int cholesky_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int order = in->type.dim[0], info;
    if (!order) return 0;
    double *a = copy_in(&work, in);
    F77_CALL(dpotrf)("L", &order, a, &order, &info FCONE);
    if (info > 0)
        return gt_fail(err, "the matrix is not positive definite (leading minor of order %d)",
                       info);
    for (int j = 1; j < order; j++) memset(a + (int64_t)j * order, 0, (size_t)j * sizeof *a);
    copy_out(out, a);
    return 0;
}
static void cholesky_vjp(gt_builder *b, const gt_vjp_call *c)
{
    const int lower_transposed[3] = {0, 1, 0};
    gt_ref product = matmul(b, c->out, true, c->g, false);
    gt_ref half =
        scaled(b, 0.5, gt_add(b, triangle(b, product, 0, false), triangle(b, product, -1, false)));
    gt_ref left = gt_apply2(b, GT_OP_trisolve, c->out, half, 3, lower_transposed);
    gt_ref both = gt_apply2(b, GT_OP_trisolve, c->out, transpose(b, left), 3, lower_transposed);
    c->grad[0] = symmetric_part(b, both);
}
const gt_op_def gt_op_cholesky = {.name = "cholesky",
                                  .arity = 1,
                                  .infer = square_infer,
                                  .eval = cholesky_eval,
                                  .workspace = square_workspace,
                                  .vjp = cholesky_vjp,
                                  .may_fail = true};

/* ---- eigh(A): of a symmetric matrix (its lower triangle) the eigenvectors, then
 * the eigenvalues, ascending, in one vector. Equal eigenvalues: the gradient of
 * the vectors, which are then not unique, omits the directions between them.  ---- */

static int eigh_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (check_matrix(in, true, err)) return 1;
    int size = (int)in->size + in->dim[0];
    return gt_type_set(out, real_dtype(1, in), 1, &size, err);
}
static int eigh_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int order = in->type.dim[0], info, length = 3 * order;
    if (!order) return 0;
    double *a = copy_in(&work, in);
    double *values = take_doubles(&work, order); /* follows the vectors */
    if (!is_finite(a, order, order, true)) return not_finite(err);
    F77_CALL(dsyev)("V", "L", &order, a, &order, values, work, &length, &info FCONE FCONE);
    if (info) return gt_fail(err, "the eigenvalues did not converge");
    copy_out(out, a);
    return 0;
}
static void eigh_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int order = b->type(b, c->in[0]).dim[0], size = order * order;
    if (!order) return;
    gt_ref v = unpack(b, c->out, 0, size, order), w = unpack(b, c->out, size, order, 0);
    gt_ref gv = unpack(b, c->g, 0, size, order), gw = unpack(b, c->g, size, order, 0);
    gt_ref inner = gt_mul(b, inverse_differences(b, w, order), matmul(b, v, true, gv, false));
    inner = gt_add(b, inner, diagonal_matrix(b, gw, order));
    gt_ref full = matmul(b, matmul(b, v, false, inner, false), false, v, true);
    c->grad[0] = symmetric_part(b, full);
}
const gt_op_def gt_op_eigh = {.name = "eigh",
                              .arity = 1,
                              .infer = eigh_infer,
                              .eval = eigh_eval,
                              .workspace = square_workspace,
                              .vjp = eigh_vjp,
                              .may_fail = true};

/* ---- eig(A): of any square matrix the eigenvalues' real parts, their imaginary parts, and the
 * eigenvectors (of a complex pair the real part, then the imaginary one), by decreasing modulus.
 * It has no derivative: R code corrects it to the order that it needs (base_eigen.R).       ---- */

static int eig_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    if (check_matrix(in, true, err)) return 1;
    int size = (int)in->size + 2 * in->dim[0];
    return gt_type_set(out, real_dtype(1, in), 1, &size, err);
}
static size_t eig_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t order = in->dim[0];
    return (size_t)(3 * in->size + 9 * order + 8) * sizeof(double);
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
static int eig_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int order = in->type.dim[0], one = 1, info, length = 4 * order;
    if (!order) return 0;
    double *a = copy_in(&work, in), *v = take_doubles(&work, (int64_t)order * order);
    double *re = take_doubles(&work, order), *im = take_doubles(&work, order), none;
    double *sorted = take_doubles(&work, (int64_t)order * (order + 2));
    int *at = take_ints(&work, order);
    if (!is_finite(a, order, order, false)) return not_finite(err);
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
    copy_out(out, sorted);
    return 0;
}
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
    if (check_matrix(in, false, err)) return 1;
    int m = in->dim[0], columns = in->dim[1], k = m < columns ? m : columns;
    int size = m * k + k + k * columns;
    return gt_type_set(out, real_dtype(1, in), 1, &size, err);
}
static size_t svd_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t m = in->dim[0], columns = in->dim[1], k = m < columns ? m : columns;
    int64_t longest = m < columns ? columns : m;
    return (size_t)(in->size + m * k + k + k * columns + 4 * k + 1 + 4 * k * k + 8 * k + longest) *
           sizeof(double);
}
static int svd_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int m = in->type.dim[0], columns = in->type.dim[1], k = m < columns ? m : columns;
    int longest = m < columns ? columns : m, length = 4 * k * k + 8 * k + longest, info;
    if (!k) return 0;
    double *a = copy_in(&work, in);
    double *u = take_doubles(&work, (int64_t)m * k), *s = take_doubles(&work, k);
    double *vt = take_doubles(&work, (int64_t)k * columns);
    int *integers = take_ints(&work, 8 * (int64_t)k);
    if (!is_finite(a, m, columns, false)) return not_finite(err);
    F77_CALL(dgesdd)
    ("S", &m, &columns, a, &m, s, u, &m, vt, &k, work, &length, integers, &info FCONE);
    if (info) return gt_fail(err, "the singular value decomposition did not converge");
    copy_out(out, u);
    return 0;
}
/* x minus its projection on the columns of the orthonormal q. */
static gt_ref off_span(gt_builder *b, gt_ref x, gt_ref q)
{
    return gt_sub(b, x, matmul(b, q, false, matmul(b, q, true, x, false), false));
}
static gt_ref antisymmetric(gt_builder *b, gt_ref x) { return gt_sub(b, x, transpose(b, x)); }

static void svd_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    int m = t.dim[0], n = t.dim[1], k = m < n ? m : n;
    if (!k) return;
    gt_ref u = unpack(b, c->out, 0, m * k, m), s = unpack(b, c->out, m * k, k, 0);
    gt_ref v = transpose(b, unpack(b, c->out, m * k + k, k * n, k));
    gt_ref gu = unpack(b, c->g, 0, m * k, m), gs = unpack(b, c->g, m * k, k, 0);
    gt_ref gv = transpose(b, unpack(b, c->g, m * k + k, k * n, k));
    gt_ref row = as_row(b, s, k), column = as_column(b, s, k);
    gt_ref f = inverse_differences(b, gt_square(b, s), k);
    gt_ref left = gt_mul(b, f, antisymmetric(b, matmul(b, u, true, gu, false)));
    gt_ref right = gt_mul(b, f, antisymmetric(b, matmul(b, v, true, gv, false)));
    gt_ref inner = gt_add(b, gt_mul(b, left, row), gt_mul(b, column, right));
    inner = gt_add(b, inner, diagonal_matrix(b, gs, k));
    gt_ref grad = matmul(b, matmul(b, u, false, inner, false), false, v, true);
    if (m > k) {
        gt_ref extra = off_span(b, gt_div(b, gu, row), u);
        grad = gt_add(b, grad, matmul(b, extra, false, v, true));
    }
    if (n > k) {
        gt_ref extra = off_span(b, gt_div(b, gv, row), v);
        grad = gt_add(b, grad, matmul(b, u, false, extra, true));
    }
    c->grad[0] = grad;
}
const gt_op_def gt_op_svd = {.name = "svd",
                             .arity = 1,
                             .infer = svd_infer,
                             .eval = svd_eval,
                             .workspace = svd_workspace,
                             .vjp = svd_vjp,
                             .may_fail = true};
