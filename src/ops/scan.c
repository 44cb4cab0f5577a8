/* Operations along one dimension that keep its length. Parameters: the dimension
 * (from 0), then `reverse` or `descending` (0 or 1).                          */
#include "ops/rules.h"

#include <math.h>
#include <stdlib.h>

static int scan_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    (void)p, (void)n, (void)err;
    *out = in[0];
    if (out->dtype == GT_BOOL) out->dtype = GT_LONG;
    return 0;
}

/* An array as outer x length x inner, with the scanned dimension in the middle. */
typedef struct {
    int64_t inner, length, outer;
} extent;

static extent extent_of(const gt_type *t, int dim)
{
    extent e = {1, 1, 1};
    for (int d = 0; d < t->ndim; d++) {
        if (d < dim) e.inner *= t->dim[d];
        else if (d == dim) e.length = t->dim[d];
        else e.outer *= t->dim[d];
    }
    return e;
}

#define UNUSED (void)n, (void)work, (void)err

/* Visits every line along the dimension: `i` is the offset of its first element,
 * `s` the (signed) distance to the next.                                      */
#define FOR_EACH_LINE(e, reverse, i, s) \
    for (int64_t o_ = 0, s = (reverse) ? -(e).inner : (e).inner; o_ < (e).outer; o_++) \
        for (int64_t k_ = 0, i = o_ * (e).inner * (e).length + \
                                 ((reverse) ? (e).inner * ((e).length - 1) : 0); \
             k_ < (e).inner; k_++, i++)

/* Carried on in double, as PyTorch does for floats. */
#define SCAN(NAME, T, NEXT) \
    static void NAME(const gt_params *p, const gt_array *in, gt_array *out) \
    { \
        const T *x = in->data; \
        T *y = out->data; \
        extent e = extent_of(&in->type, p->v[0]); \
        if (in->type.size == 0) return; \
        FOR_EACH_LINE(e, p->v[1], i, s) \
        { \
            double last = (double)(y[i] = x[i]); \
            for (int64_t k = 1, j = i + s; k < e.length; k++, j += s) { \
                double v = (double)x[j]; \
                last = (NEXT); \
                y[j] = (T)last; \
            } \
        } \
    }
SCAN(cumsum_double, double, last + v)
SCAN(cumsum_float, float, last + v)
SCAN(cumprod_double, double, last *v)
SCAN(cumprod_float, float, last *v)

/* ---- cumsum ---- */

static int cumsum_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    gt_is_single(out->type.dtype) ? cumsum_float(p, in, out) : cumsum_double(p, in, out);
    return 0;
}
static void cumsum_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int v[2] = {c->params->v[0], !c->params->v[1]};
    c->grad[0] = gt_apply1(b, GT_OP_cumsum, c->g, 2, v);
}
const gt_op_def gt_op_cumsum = {.name = "cumsum",
                                .arity = 1,
                                .params = "df",
                                .infer = scan_infer,
                                .eval = cumsum_eval,
                                .vjp = cumsum_vjp,
                                .sparsity = GT_SCANS};

/* ---- linrec(a, b): the linear recurrence y_k = b_k + a_k y_(k-1) ----
 * Its derivative is a linear recurrence run backwards, so it serves as the exact
 * derivative of cumprod, zeros included.                                      */

#define LINREC(NAME, T) \
    static void NAME(const gt_params *p, const gt_array *in, gt_array *out) \
    { \
        const T *a = in[0].data, *x = in[1].data; \
        T *y = out->data; \
        extent e = extent_of(&in->type, p->v[0]); \
        if (in->type.size == 0) return; \
        FOR_EACH_LINE(e, p->v[1], i, s) \
        { \
            T last = y[i] = x[i]; \
            for (int64_t k = 1, j = i + s; k < e.length; k++, j += s) \
                y[j] = last = x[j] + a[j] * last; \
        } \
    }
LINREC(linrec_double, double)
LINREC(linrec_float, float)

static int linrec_infer(INFER_ARGUMENTS)
{
    if (!gt_same_shape(&in[0], &in[1]))
        return gt_fail(err, "a recurrence takes two arrays of one shape");
    return scan_infer(p, n, in, out, err);
}
static int linrec_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    gt_is_single(out->type.dtype) ? linrec_float(p, in, out) : linrec_double(p, in, out);
    return 0;
}

/* x moved one place along the scan: out[k] = x[k - 1], out[first] = fill. */
static gt_ref shifted(gt_builder *b, gt_ref x, int dim, bool reverse, double fill)
{
    gt_type t = b->type(b, x);
    gt_type edge = t;
    edge.dim[dim] = 1;
    edge.size = t.size / t.dim[dim];
    gt_ref kept = gt_part(b, x, dim, reverse, t.dim[dim] - 1);
    gt_ref filler = gt_full(b, fill, &edge);
    return reverse ? gt_apply2(b, GT_OP_cat, kept, filler, 1, &dim)
                   : gt_apply2(b, GT_OP_cat, filler, kept, 1, &dim);
}

static void linrec_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int dim = c->params->v[0];
    bool reverse = c->params->v[1];
    if (b->type(b, c->out).size == 0) return;
    int v[2] = {dim, !reverse};
    gt_ref adjoint = gt_apply2(b, GT_OP_linrec, shifted(b, c->in[0], dim, !reverse, 0), c->g, 2, v);
    c->grad[1] = adjoint;
    if (!c->wanted[0]) return;
    gt_ref before = shifted(b, c->out, dim, reverse, 0);
    c->grad[0] = gt_held(b, adjoint, gt_mul(b, adjoint, before));
}
const gt_op_def gt_op_linrec = {.name = "linrec",
                                .arity = 2,
                                .params = "df",
                                .infer = linrec_infer,
                                .eval = linrec_eval,
                                .vjp = linrec_vjp,
                                .sparsity = GT_SCANS};

/* ---- recur(x, a; reverse): y_k = x_k + a_1 y_(k-1) + a_2 y_(k-2) + ..., of vectors ---- */

#define RECUR(NAME, T) \
    static void NAME(const gt_params *p, const gt_array *in, gt_array *out) \
    { \
        const T *x = in[0].data, *a = in[1].data; \
        T *y = out->data; \
        int64_t n = in[0].type.size, lags = in[1].type.size, s = p->v[0] ? -1 : 1; \
        for (int64_t k = 0, i = s < 0 ? n - 1 : 0; k < n; k++, i += s) { \
            T sum = x[i]; \
            for (int64_t j = 0; j < lags && j < k; j++) sum += a[j] * y[i - s * (j + 1)]; \
            y[i] = sum; \
        } \
    }
RECUR(recur_double, double)
RECUR(recur_float, float)

static int recur_infer(INFER_ARGUMENTS)
{
    if (in[0].ndim != 1 || in[1].ndim != 1) return gt_fail(err, "a recurrence takes two vectors");
    scan_infer(p, n, in, out, err);
    out->dtype = gt_promote(2, in);
    return 0;
}
static int recur_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    gt_is_single(out->type.dtype) ? recur_float(p, in, out) : recur_double(p, in, out);
    return 0;
}
static void recur_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int reverse = c->params->v[0], other = !reverse, all = 0, first = 0;
    gt_type coefficients = b->type(b, c->in[1]), one = coefficients;
    if (b->type(b, c->out).size == 0) return;
    gt_ref adjoint = gt_apply2(b, GT_OP_recur, c->g, c->in[1], 1, &other);
    c->grad[0] = adjoint;
    if (!c->wanted[1] || coefficients.size == 0) return;
    one.size = one.dim[0] = 1;
    gt_ref before = c->out, sums = GT_NO_REF;
    for (int j = 0; j < coefficients.dim[0]; j++) {
        before = shifted(b, before, 0, reverse, 0);
        gt_ref product = gt_held(b, adjoint, gt_mul(b, adjoint, before));
        gt_ref sum = gt_reshape_to(b, gt_apply1(b, GT_OP_sum, product, 1, &all), &one);
        sums = j ? gt_apply2(b, GT_OP_cat, sums, sum, 1, &first) : sum;
    }
    c->grad[1] = sums;
}
const gt_op_def gt_op_recur = {.name = "recur",
                               .arity = 2,
                               .params = "f",
                               .infer = recur_infer,
                               .eval = recur_eval,
                               .vjp = recur_vjp};

/* ---- cumprod: dy_i/dx_j is the product up to i without x_j ---- */

static int cumprod_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    gt_is_single(out->type.dtype) ? cumprod_float(p, in, out) : cumprod_double(p, in, out);
    return 0;
}
static void cumprod_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int dim = c->params->v[0];
    bool reverse = c->params->v[1];
    if (b->type(b, c->out).size == 0) return;
    int v[2] = {dim, !reverse};
    gt_ref after = gt_apply2(b, GT_OP_linrec, shifted(b, c->in[0], dim, !reverse, 0), c->g, 2, v);
    gt_ref before = shifted(b, c->out, dim, reverse, 1);
    c->grad[0] = gt_held(b, after, gt_mul(b, after, before));
}
const gt_op_def gt_op_cumprod = {.name = "cumprod",
                                 .arity = 1,
                                 .params = "df",
                                 .infer = scan_infer,
                                 .eval = cumprod_eval,
                                 .vjp = cumprod_vjp,
                                 .sparsity = GT_SCANS};

/* ---- logcumsumexp: y_k = log(exp(x_1) + ... + exp(x_k)). dy_i/dx_j is exp(x_j - y_i), and the gradient
 * exp(x_j - y_j) times what a linear recurrence run backwards makes of it, whose coefficients
 * exp(y_k - y_(k+1)) are at most 1.                                              ---- */

static double log_sum(double a, double b)
{
    double most = a > b ? a : b, least = a > b ? b : a;
    if (a != a || b != b) return a + b;
    return least == -INFINITY || most == INFINITY ? most : most + log1p(exp(least - most));
}
static int logcumsumexp_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    extent e = extent_of(&in->type, p->v[0]);
    if (in->type.size == 0) return 0;
    FOR_EACH_LINE(e, p->v[1], i, s)
    {
        double last = -INFINITY;
        for (int64_t k = 0, j = i; k < e.length; k++, j += s) {
            last = log_sum(last, gt_get(in, j));
            gt_set(out, j, last);
        }
    }
    return 0;
}
static int logcumsumexp_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n, (void)err;
    *out = in[0];
    if (!gt_is_floating(out->dtype)) out->dtype = gt_default_dtype();
    return 0;
}
/* exp(x - z), and 0 where x is -Inf. */
static gt_ref share_of(gt_builder *b, gt_ref x, gt_ref z)
{
    gt_ref none = gt_constant_like(b, x, -INFINITY);
    return gt_exp(b, gt_where(b, gt_eq(b, x, none), none, gt_sub(b, x, z)));
}
static void logcumsumexp_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int dim = c->params->v[0];
    bool reverse = c->params->v[1];
    if (b->type(b, c->out).size == 0) return;
    int v[2] = {dim, !reverse};
    gt_ref share = share_of(b, c->out, shifted(b, c->out, dim, !reverse, 0));
    gt_ref sums = gt_apply2(b, GT_OP_linrec, share, c->g, 2, v);
    c->grad[0] = gt_held(b, sums, gt_mul(b, sums, share_of(b, c->in[0], c->out)));
}
const gt_op_def gt_op_logcumsumexp = {.name = "logcumsumexp",
                                      .arity = 1,
                                      .params = "df",
                                      .infer = logcumsumexp_infer,
                                      .eval = logcumsumexp_eval,
                                      .vjp = logcumsumexp_vjp,
                                      .sparsity = GT_SCANS};

/* ---- argsort: positions from 0; equal elements keep their order, NaN is last ---- */

static int argsort_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    (void)p, (void)n, (void)err;
    *out = in[0];
    out->dtype = GT_LONG;
    return 0;
}

typedef struct {
    double value;
    int64_t position;
} sort_item;

static int ascending(const void *p, const void *q)
{
    const sort_item *a = p, *b = q;
    bool nan_a = a->value != a->value, nan_b = b->value != b->value;
    if (nan_a != nan_b) return nan_a ? 1 : -1;
    if (!nan_a && a->value != b->value) return a->value < b->value ? -1 : 1;
    return a->position < b->position ? -1 : 1;
}

static int argsort_eval(EVAL_ARGUMENTS)
{
    (void)n, (void)err;
    const double *x = in->data;
    double *y = out->data;
    sort_item *item = work;
    extent e = extent_of(&in->type, p->v[0]);
    double sign = p->v[1] ? -1 : 1;
    if (in->type.size == 0) return 0;
    FOR_EACH_LINE(e, false, i, s)
    {
        for (int64_t k = 0; k < e.length; k++) {
            item[k].value = sign * x[i + k * s];
            item[k].position = k;
        }
        qsort(item, (size_t)e.length, sizeof *item, ascending);
        for (int64_t k = 0; k < e.length; k++) y[i + k * s] = (double)item[k].position;
    }
    return 0;
}
static size_t argsort_workspace(const gt_params *p, int n, const gt_type *in)
{
    (void)n;
    return (size_t)extent_of(in, p->v[0]).length * sizeof(sort_item);
}
const gt_op_def gt_op_argsort = {.name = "argsort",
                                 .arity = 1,
                                 .params = "df",
                                 .infer = argsort_infer,
                                 .eval = argsort_eval,
                                 .workspace = argsort_workspace};

/* ---- argcummax, argcummin: where (from 0, along the dimension) the extremum so
 * far is, the last of equals; from a NaN on, it stays there.                   ---- */

static void arg_running_extremum(const gt_params *p, const gt_array *in, gt_array *out, double sign)
{
    const double *x = in->data;
    double *y = out->data;
    extent e = extent_of(&in->type, p->v[0]);
    if (in->type.size == 0) return;
    FOR_EACH_LINE(e, false, i, s)
    {
        int64_t best = 0;
        for (int64_t k = 0; k < e.length; k++) {
            double v = x[i + k * s], top = x[i + best * s];
            if (top == top && (v != v || sign * v >= sign * top)) best = k;
            y[i + k * s] = (double)best;
        }
    }
}
static int argcummax_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    arg_running_extremum(p, in, out, 1);
    return 0;
}
static int argcummin_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    arg_running_extremum(p, in, out, -1);
    return 0;
}
const gt_op_def gt_op_argcummax = {.name = "argcummax",
                                   .arity = 1,
                                   .params = "df",
                                   .infer = argsort_infer,
                                   .eval = argcummax_eval};
const gt_op_def gt_op_argcummin = {.name = "argcummin",
                                   .arity = 1,
                                   .params = "df",
                                   .infer = argsort_infer,
                                   .eval = argcummin_eval};

/* ---- searchsorted(sorted, x; right): how many elements come before x, where those that are equal do if
 * `right`. `sorted` is a vector, or one in its last dimension for each of those of x.       ---- */

static int searchsorted_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n;
    bool fits = in[0].ndim == 1 || (in[0].ndim > 1 && in[0].ndim == in[1].ndim);
    for (int d = 0; fits && d < in[0].ndim - 1; d++) fits = in[0].dim[d] == in[1].dim[d];
    if (!fits) {
        char a[GT_SHAPE_TEXT], z[GT_SHAPE_TEXT];
        return gt_fail(err,
                       "shapes %s and %s do not fit: a sorted vector is needed, or one in the last "
                       "dimension for each in the other",
                       gt_shape_text(&in[0], a), gt_shape_text(&in[1], z));
    }
    *out = in[1];
    out->dtype = GT_LONG;
    return 0;
}
static int searchsorted_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    const double *sorted = in[0].data, *x = in[1].data;
    const int64_t length = in[0].type.dim[in[0].type.ndim - 1],
                  lines = length ? in[0].type.size / length : 1;
    for (int64_t k = 0; k < out->type.size; k++) {
        const double *line = sorted + k % lines;
        int64_t low = 0, high = length;
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            double v = line[middle * lines];
            if (p->v[0] ? v <= x[k] || x[k] != x[k] : v < x[k] || (x[k] != x[k] && v == v))
                low = middle + 1;
            else high = middle;
        }
        ((double *)out->data)[k] = (double)low;
    }
    return 0;
}
const gt_op_def gt_op_searchsorted = {.name = "searchsorted",
                                      .arity = 2,
                                      .params = "f",
                                      .infer = searchsorted_infer,
                                      .eval = searchsorted_eval};
