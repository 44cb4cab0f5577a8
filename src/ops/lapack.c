/* Linear systems, inverses and determinants on LAPACK's LU factors.
 *
 * Derivatives after Giles (2008), "An extended collection of matrix derivative
 * results for forward and reverse mode automatic differentiation".             */
#include "ops/matrices.h"

#include <float.h>
#include <math.h>

/* ---- tri(x; k, upper): one triangle, zero elsewhere ---- */

static int tri_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    *out = in[0];
    return gt_check_matrices(in, false, err);
}
static int tri_eval(EVAL_ARGUMENTS)
{
    (void)n, (void)work, (void)err;
    const int rows = gt_rows(&in->type), columns = gt_columns(&in->type);
    const int64_t count = gt_matrices(&in->type);
    for (int j = 0; j < columns; j++)
        for (int i = 0; i < rows; i++) {
            int64_t at = (i + (int64_t)j * rows) * count;
            bool kept = p->v[1] ? j - i >= p->v[0] : j - i <= p->v[0];
            for (int64_t k = at; k < at + count; k++) gt_set(out, k, kept ? gt_get(in, k) : 0);
        }
    return 0;
}
static void tri_vjp(gt_builder *b, const gt_vjp_call *c)
{
    c->grad[0] = gt_triangle(b, c->g, c->params->v[0], c->params->v[1]);
}
const gt_op_def gt_op_tri = {.name = "tri",
                             .arity = 1,
                             .params = "if",
                             .infer = tri_infer,
                             .eval = tri_eval,
                             .vjp = tri_vjp,
                             .sparsity = GT_GATHERS};

/* ---- LU ---- */

static size_t square_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t order = gt_rows(in);
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
/* X in place of B, where A X = B, as R computes it; A is overwritten. */
static int solve_lu(double *a, int n, double *x, int columns, bool transposed, bool checked,
                    void *work, gt_error *err)
{
    int info;
    double norm = checked ? gt_one_norm(a, n) : 0, *space = take_doubles(&work, 4 * (int64_t)n);
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
static int inv_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type);
    if (!order) return 0;
    double *a = copy_in(&work, in, m), *x = take_doubles(&work, (int64_t)order * order);
    for (int64_t i = 0; i < (int64_t)order * order; i++) x[i] = i % (order + 1) == 0;
    if (solve_lu(a, order, x, order, false, p->v[0], work, err)) return 1;
    gt_distribute(out, m, x);
    return 0;
}
EACH_MATRIX(inv)
static void inv_vjp(gt_builder *b, const gt_vjp_call *c)
{
    c->grad[0] = gt_neg(b, matmul(b, matmul(b, c->out, true, c->g, false), false, c->out, true));
}
const gt_op_def gt_op_inv = {.name = "inv",
                             .arity = 1,
                             .params = "f",
                             .infer = gt_square_infer,
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
    if (gt_check_matrices(in, true, err)) return 1;
    return gt_packed_type(in, gt_real_dtype(1, in), 2, out, err);
}
static int slogdet_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type);
    double sign = 1, logarithm = 0;
    if (order) {
        double *a = copy_in(&work, in, m);
        int *pivot = take_ints(&work, order);
        factor_lu(a, order, pivot);
        sign = lu_sign(a, order, pivot);
        for (int i = 0; i < order; i++) logarithm += log(fabs(a[i + (int64_t)i * order]));
    }
    const double both[2] = {sign, logarithm};
    gt_distribute(out, m, both);
    return 0;
}
EACH_MATRIX(slogdet)
static void slogdet_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    gt_ref g = gt_as_scales(b, gt_unpack(b, c->g, 1, 1), &t);
    c->grad[0] = gt_mul(b, g, gt_transpose(b, inverse_of(b, c->in[0])));
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
    if (gt_check_matrices(in, true, err)) return 1;
    return gt_packed_type(in, gt_real_dtype(1, in), GT_ONE, out, err);
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
static int det_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type);
    double value = 1;
    if (order) {
        double *a = copy_in(&work, in, m);
        int *pivot = take_ints(&work, order);
        factor_lu(a, order, pivot);
        value = determinant(a, order, pivot);
    }
    gt_distribute(out, m, &value);
    return 0;
}
EACH_MATRIX(det)
static void det_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    gt_ref cofactors = gt_apply1(b, GT_OP_cofactor, c->in[0], 0, NULL);
    gt_ref g = gt_as_scales(b, c->g, &t);
    c->grad[0] = gt_held(b, g, gt_mul(b, g, cofactors));
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
    int64_t order = gt_rows(in);
    return (size_t)(9 * order * order + 24 * order + 16) * sizeof(double);
}
static double orthogonal_sign(const double *q, int n, double *copy, int *pivot)
{
    memcpy(copy, q, (size_t)n * (size_t)n * sizeof *copy);
    factor_lu(copy, n, pivot);
    return lu_sign(copy, n, pivot);
}
static int factor_singular(const gt_array *in, gt_member m, void *work, decomposition *d,
                           gt_error *err)
{
    int n = gt_rows(&in->type), info, length = 4 * n * n + 8 * n;
    int64_t size = (int64_t)n * n;
    d->order = n;
    d->spare = copy_in(&work, in, m);
    d->u = take_doubles(&work, size);
    d->vt = take_doubles(&work, size);
    d->result = take_doubles(&work, size);
    d->s = take_doubles(&work, n);
    int *integers = take_ints(&work, 8 * (int64_t)n);
    if (!gt_finite_matrix(d->spare, n, n, false)) return not_finite(err);
    F77_CALL(dgesdd)
    ("A", &n, &n, d->spare, &n, d->s, d->u, &n, d->vt, &n, work, &length, integers, &info FCONE);
    if (info) return gt_fail(err, "the singular value decomposition did not converge");
    d->sign = orthogonal_sign(d->u, n, d->spare, integers) *
              orthogonal_sign(d->vt, n, d->spare, integers);
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

static int cofactor_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    decomposition d;
    if (!in->type.size) return 0;
    if (factor_singular(in, m, work, &d, err)) return 1;
    for (int j = 0; j < d.order; j++) {
        double others = other_values(&d, j, j);
        for (int i = 0; i < d.order; i++) d.u[i + (int64_t)j * d.order] *= others;
    }
    multiply(&d, "N", d.u, "N", d.vt, d.result);
    gt_distribute(out, m, d.result);
    return 0;
}
EACH_MATRIX(cofactor)
static void cofactor_vjp(gt_builder *b, const gt_vjp_call *c)
{
    c->grad[0] = gt_apply2(b, GT_OP_cofactor_change, c->in[0], c->g, 0, NULL);
}
const gt_op_def gt_op_cofactor = {.name = "cofactor",
                                  .arity = 1,
                                  .infer = gt_square_infer,
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
    if (gt_check_matrices(in, true, err)) return 1;
    if (!gt_same_shape(&in[0], &in[1]))
        return gt_fail(err, "a direction has the shape of the matrix");
    return gt_type_set(out, gt_real_dtype(n, in), in->ndim, in->dim, err);
}
static int cofactor_change_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    decomposition d;
    const int64_t n = gt_rows(&in->type);
    if (!n) return 0;
    if (factor_singular(in, m, work, &d, err)) return 1;
    gt_collect(d.result, &in[1], m);
    multiply(&d, "T", d.u, "N", d.result, d.spare);
    double *f = d.result, *change = d.spare;
    multiply(&d, "N", d.spare, "T", d.vt, f);
    for (int i = 0; i < n; i++) {
        change[i + i * n] = 0;
        for (int j = 0; j < n; j++) {
            if (i == j) continue;
            double others = other_values(&d, i, j);
            change[i + i * n] += others * f[j + j * n];
            change[i + j * n] = -others * f[j + i * n];
        }
    }
    multiply(&d, "N", d.u, "N", change, d.result);
    multiply(&d, "N", d.result, "N", d.vt, d.spare);
    gt_distribute(out, m, d.spare);
    return 0;
}
EACH_MATRIX(cofactor_change)
/* Of matrices, as one element of each. */
static gt_ref inner_product(gt_builder *b, gt_ref x, gt_ref z)
{
    const int ndim = b->type(b, x).ndim, over[3] = {1, ndim - 2, ndim - 1};
    return gt_apply1(b, GT_OP_sum, gt_mul(b, x, z), 3, over);
}
/* With B = A^-T and d = det(A) the change is d (<E,B> B - B E' B), to be differentiated by
 * dB = -B dA' B and dd = d <B,dA>: only where A has an inverse.                */
static void cofactor_change_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_ref a = c->in[0], e = c->in[1], g = c->g;
    if (c->wanted[1]) c->grad[1] = gt_apply2(b, GT_OP_cofactor_change, a, g, 0, NULL);
    if (!c->wanted[0]) return;
    gt_type t = b->type(b, a);
    gt_ref det = gt_as_scales(b, gt_apply1(b, GT_OP_det, a, 0, NULL), &t);
    gt_ref inverse = gt_transpose(b, inverse_of(b, a));
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
    (void)p;
    char a[GT_SHAPE_TEXT], z[GT_SHAPE_TEXT];
    if (gt_check_matrices(&in[0], true, err) || gt_check_matrices(&in[1], false, err)) return 1;
    if (gt_rows(&in[0]) != gt_rows(&in[1]))
        return gt_fail(err, "shapes %s and %s do not fit: both need the same number of rows",
                       gt_shape_text(&in[0], a), gt_shape_text(&in[1], z));
    if (!gt_is_same_stack(&in[0], &in[1]))
        return gt_fail(err, "shapes %s and %s do not fit: both need as many matrices",
                       gt_shape_text(&in[0], a), gt_shape_text(&in[1], z));
    return gt_type_set(out, gt_real_dtype(n, in), in[1].ndim, in[1].dim, err);
}
static size_t solve_workspace(WORKSPACE_ARGUMENTS)
{
    (void)p, (void)n;
    int64_t order = gt_rows(in), columns = gt_columns(&in[1]);
    return (size_t)(order * (order + columns + 6) + 8) * sizeof(double);
}
static int solve_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type), columns = gt_columns(&in[1].type);
    if (!out->type.size) return 0;
    double *a = copy_in(&work, &in[0], m), *x = copy_in(&work, &in[1], m);
    if (solve_lu(a, order, x, columns, p->v[0], p->v[1], work, err)) return 1;
    gt_distribute(out, m, x);
    return 0;
}
EACH_MATRIX(solve)
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

static int trisolve_one(MEMBER_ARGUMENTS)
{
    UNUSED_MEMBER;
    int order = gt_rows(&in->type), columns = gt_columns(&in[1].type), info;
    if (!out->type.size) return 0;
    double *a = copy_in(&work, &in[0], m), *x = copy_in(&work, &in[1], m);
    F77_CALL(dtrtrs)
    (p->v[0] ? "U" : "L", p->v[1] ? "T" : "N", p->v[2] ? "U" : "N", &order, &columns, a, &order, x,
     &order, &info FCONE FCONE FCONE);
    if (info > 0) return singular(err);
    gt_distribute(out, m, x);
    return 0;
}
EACH_MATRIX(trisolve)
static void trisolve_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int upper = c->params->v[0], transposed = c->params->v[1], unit = c->params->v[2];
    const int v[3] = {upper, !transposed, unit};
    gt_ref g = gt_apply2(b, GT_OP_trisolve, c->in[0], c->g, 3, v);
    c->grad[1] = g;
    if (!c->wanted[0]) return;
    gt_ref full =
        transposed ? matmul(b, c->out, false, g, true) : matmul(b, g, false, c->out, true);
    c->grad[0] = gt_neg(b, gt_triangle(b, full, upper ? unit : -unit, upper));
}
const gt_op_def gt_op_trisolve = {.name = "trisolve",
                                  .arity = 2,
                                  .params = "fff",
                                  .infer = solve_infer,
                                  .eval = trisolve_eval,
                                  .workspace = solve_workspace,
                                  .vjp = trisolve_vjp,
                                  .may_fail = true};
