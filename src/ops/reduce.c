/* Reductions. Parameters: keepdim (0 or 1), then the dimensions (from 0) to
 * reduce; none means all of them.                                             */
#include "ops/reduce.h"
#include "ops/elementary.h"
#include "ops/rules.h"
#include "core/simd.h"
#include "core/threads.h"

#include <math.h>

static bool is_reduced(const gt_params *p, int d)
{
    if (p->n <= 1) return true;
    for (int k = 1; k < p->n; k++)
        if (p->v[k] == d) return true;
    return false;
}

static int reduce_infer(const gt_params *p, const gt_type *in, gt_type *out, gt_dtype dtype,
                        gt_error *err)
{
    int ndim = 0, dim[GT_MAX_NDIM];
    for (int d = 0; d < in->ndim; d++) {
        if (!is_reduced(p, d)) dim[ndim++] = in->dim[d];
        else if (p->v[0]) dim[ndim++] = 1;
    }
    return gt_type_set(out, dtype, ndim, dim, err);
}

/* Whole numbers add up to a long, as in torch. */
static int total_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    (void)n;
    return reduce_infer(p, in, out, gt_is_floating(in->dtype) ? in->dtype : GT_LONG, err);
}

static int real_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    (void)n;
    return reduce_infer(p, in, out, gt_is_floating(in->dtype) ? in->dtype : gt_default_dtype(),
                        err);
}

static int is_empty(const gt_params *p, const gt_type *in)
{
    for (int d = 0; d < in->ndim; d++)
        if (is_reduced(p, d) && in->dim[d] == 0) return 1;
    return 0;
}

static int extremum_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    (void)n;
    if (is_empty(p, in)) return gt_fail(err, "no elements: the maximum or minimum does not exist");
    return reduce_infer(p, in, out, in->dtype, err);
}

static int arg_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    (void)n;
    if (is_empty(p, in)) return gt_fail(err, "no elements: the maximum or minimum does not exist");
    return reduce_infer(p, in, out, GT_LONG, err);
}

/* A reduction seen as a walk: the result has `outer` rows of `inner` elements (the
 * leading kept dimensions), each reduced over `count` positions. For an arbitrary
 * set of dimensions the input is visited in order and each element sent to its
 * place in the result.                                                        */
typedef struct {
    int64_t inner, count, outer;
    bool simple; /* the reduced dimensions are adjacent */
} reduction;

static reduction plan(const gt_params *p, const gt_type *in)
{
    reduction r = {1, 1, 1, true};
    int first = -1, last = -1;
    for (int d = 0; d < in->ndim; d++)
        if (is_reduced(p, d)) {
            if (first < 0) first = d;
            last = d;
        }
    for (int d = 0; d < in->ndim; d++) {
        if (first < 0 || d < first) r.inner *= in->dim[d];
        else if (d > last) r.outer *= in->dim[d];
        else {
            r.count *= in->dim[d];
            if (!is_reduced(p, d)) r.simple = false;
        }
    }
    return r;
}

/* Where each input element of a non-simple reduction goes. */
static void next_place(const gt_params *p, const gt_type *in, int *index, int64_t *place)
{
    int64_t stride = 1;
    for (int d = 0; d < in->ndim; d++) {
        bool reduced = is_reduced(p, d);
        if (++index[d] < in->dim[d]) {
            if (!reduced) *place += stride;
            return;
        }
        if (!reduced) {
            *place -= stride * (in->dim[d] - 1);
            stride *= in->dim[d];
        }
        index[d] = 0;
    }
}

static void reduced_places(PLACES_ARGUMENTS)
{
    (void)out;
    int index[GT_MAX_NDIM] = {0};
    int64_t place = 0;
    for (int64_t k = 0; k < in[i].type.size; k++, next_place(p, &in[i].type, index, &place))
        to[k] = (int)place;
}

/* Over n elements that lie together, in eight lanes that are joined in a fixed order: fast,
 * for sums more accurate than one running sum, and the same on every machine.   */
#define LANES GT_SUM_LANES
#define JOIN_LANES(T, i, k, JOIN) \
    { \
        T a = lane[i], v = lane[k]; \
        lane[i] = (T)(JOIN); \
    }
#define CONTIGUOUS(T, NAME, START, STEP, JOIN) \
    GT_KERNEL static T NAME(int64_t n, const T *x) \
    { \
        T lane[LANES]; \
        int64_t i = 0; \
        for (int k = 0; k < LANES; k++) lane[k] = (START); \
        for (; i + LANES <= n; i += LANES) \
            for (int k = 0; k < LANES; k++) { \
                T a = lane[k], v = x[i + k]; \
                lane[k] = (T)(STEP); \
            } \
        for (int k = 0; k < LANES / 2; k++) JOIN_LANES(T, k, k + LANES / 2, JOIN) \
        JOIN_LANES(T, 0, 1, JOIN) \
        JOIN_LANES(T, 2, 3, JOIN) \
        JOIN_LANES(T, 0, 2, JOIN) \
        T a = lane[0]; \
        for (; i < n; i++) { \
            T v = x[i]; \
            a = (T)(STEP); \
        } \
        return a; \
    }
/* y[i] = STEP(y[i], x[i]) over the reduced positions; the first one is copied. */
#define FOLD(T, NAME, START, STEP) \
    static void NAME(const gt_params *p, const gt_array *in, gt_array *out) \
    { \
        const T *x = in->data; \
        T *y = out->data; \
        reduction r = plan(p, &in->type); \
        for (int64_t i = 0; i < out->type.size; i++) y[i] = (START); \
        if (r.simple) { \
            for (int64_t o = 0; o < r.outer; o++, y += r.inner) \
                for (int64_t c = 0; c < r.count; c++, x += r.inner) GT_INDEPENDENT \
            for (int64_t i = 0; i < r.inner; i++) { \
                T a = y[i], v = x[i]; \
                y[i] = (T)(STEP); \
            } \
            return; \
        } \
        int index[GT_MAX_NDIM] = {0}; \
        int64_t place = 0; \
        for (int64_t i = 0; i < in->type.size; i++) { \
            T a = y[place], v = x[i]; \
            y[place] = (T)(STEP); \
            next_place(p, &in->type, index, &place); \
        } \
    }
#define FOLD_BOTH(NAME, START, STEP) \
    FOLD(double, NAME##_double, START, STEP) \
    FOLD(float, NAME##_float, START, STEP)

/* In double, also for floats: there it is a fused multiply-add, as PyTorch's. */
#define ADD_SQUARE (a + (double)v * v)
#define LARGER (v > a || v != v ? v : a)
#define SMALLER (v < a || v != v ? v : a)

/* Long sums of floats are added up in double, a block of floats at a time. */
#define BLOCK 512
static float blocked_sum(int64_t n, const float *x, float (*sum)(int64_t n, const float *x))
{
    double total = 0;
    if (n <= BLOCK) return sum(n, x);
    for (int64_t i = 0; i < n; i += BLOCK)
        total += (double)sum(n - i < BLOCK ? n - i : BLOCK, x + i);
    return (float)total;
}
/* The same where what is added up does not lie together: of the rows of a simple reduction. */
static void blocked_fold(const reduction *r, const float *x, float *y, double *total)
{
    for (int64_t o = 0; o < r->outer; o++, y += r->inner) {
        for (int64_t i = 0; i < r->inner; i++) total[i] = 0;
        for (int64_t c = 0; c < r->count; c += BLOCK) {
            int64_t end = r->count - c < BLOCK ? r->count : c + BLOCK;
            for (int64_t i = 0; i < r->inner; i++) y[i] = 0;
            for (int64_t k = c; k < end; k++, x += r->inner) GT_INDEPENDENT
            for (int64_t i = 0; i < r->inner; i++) y[i] += x[i];
            for (int64_t i = 0; i < r->inner; i++) total[i] += (double)y[i];
        }
        for (int64_t i = 0; i < r->inner; i++) y[i] = (float)total[i];
    }
}

/* The sums of parts, by several threads. */
typedef struct {
    int64_t n;
    const double *x;
    double *sum;
} parts_to_sum;
static void sum_parts(void *work, int64_t from, int64_t to, int worker)
{
    const parts_to_sum *w = work;
    (void)worker;
    for (int64_t k = from; k < to; k++) {
        const int64_t start = k * GT_SUM_PART;
        w->sum[k] = gt_sum(w->n - start < GT_SUM_PART ? w->n - start : GT_SUM_PART, w->x + start);
    }
}
#define PARTS_AT_ONCE 256
static double sum_run_double(int64_t n, const double *x)
{
    const int threads = gt_workers(n);
    double sum[PARTS_AT_ONCE], total = 0;
    if (threads == 1) return gt_sum(n, x);
    for (int64_t start = 0; start < n; start += PARTS_AT_ONCE * GT_SUM_PART) {
        parts_to_sum w = {n - start, x + start, sum};
        int64_t parts = (w.n + GT_SUM_PART - 1) / GT_SUM_PART;
        if (parts > PARTS_AT_ONCE) parts = PARTS_AT_ONCE;
        gt_share_out(parts, threads, sum_parts, &w);
        for (int64_t k = 0; k < parts; k++) total += sum[k];
    }
    return total;
}

/* NAME_reduce(): where what is reduced lies together in memory, run by run. */
#define REDUCTION(NAME, START, STEP, JOIN, RUN_FLOAT) \
    CONTIGUOUS(float, NAME##_run_float, START, STEP, JOIN) \
    FOLD(double, NAME##_fold_double, START, STEP) \
    FOLD(float, NAME##_fold_float, START, STEP) \
    static void NAME##_reduce(const gt_params *p, const gt_array *in, gt_array *out) \
    { \
        bool single = gt_is_single(in->type.dtype); \
        reduction r = plan(p, &in->type); \
        if (r.simple && r.inner == 1) \
            for (int64_t o = 0; o < r.outer; o++) { \
                if (single) \
                    ((float *)out->data)[o] = \
                        RUN_FLOAT(NAME, (const float *)in->data + o * r.count); \
                else \
                    ((double *)out->data)[o] = \
                        NAME##_run_double(r.count, (const double *)in->data + o * r.count); \
            } \
        else if (single) NAME##_fold_float(p, in, out); \
        else NAME##_fold_double(p, in, out); \
    }
#define AT_ONCE(NAME, x) NAME##_run_float(r.count, x)
#define BLOCKED(NAME, x) blocked_sum(r.count, x, NAME##_run_float)
CONTIGUOUS(double, squares_run_double, 0, ADD_SQUARE, a + v)
CONTIGUOUS(double, prod_run_double, 1, a *v, a *v)
CONTIGUOUS(double, max_run_double, -INFINITY, LARGER, LARGER)
CONTIGUOUS(double, min_run_double, INFINITY, SMALLER, SMALLER)
REDUCTION(sum, 0, a + v, a + v, BLOCKED)
REDUCTION(squares, 0, ADD_SQUARE, a + v, BLOCKED)
REDUCTION(prod, 1, a *v, a *v, AT_ONCE)
REDUCTION(max, -INFINITY, LARGER, LARGER, AT_ONCE)
REDUCTION(min, INFINITY, SMALLER, SMALLER, AT_ONCE)

#define UNUSED (void)n, (void)work, (void)err

/* ---- sum ---- */

static bool is_long_fold(const reduction *r, gt_dtype dtype)
{
    return gt_is_single(dtype) && r->simple && r->inner > 1 && r->count > BLOCK;
}
static size_t sum_workspace(WORKSPACE_ARGUMENTS)
{
    (void)n;
    reduction r = plan(p, in);
    return is_long_fold(&r, in->dtype) ? (size_t)r.inner * sizeof(double) : 0;
}
static int sum_eval(EVAL_ARGUMENTS)
{
    (void)n, (void)err;
    reduction r = plan(p, &in->type);
    if (is_long_fold(&r, in->type.dtype)) blocked_fold(&r, in->data, out->data, work);
    else sum_reduce(p, in, out);
    return 0;
}
static void sum_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    c->grad[0] = gt_expand_to(b, gt_unreduce(b, c->g, &t, c->params), &t);
}
const gt_op_def gt_op_sum = {.name = "sum",
                             .arity = 1,
                             .params = "fd*",
                             .infer = total_infer,
                             .eval = sum_eval,
                             .workspace = sum_workspace,
                             .vjp = sum_vjp,
                             .traits = GT_REDUCES,
                             .sparsity = GT_SCATTERS,
                             .places = reduced_places};

/* ---- prod: over one dimension, or over all ---- */

static int prod_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    if (p->n > 2) return gt_fail(err, "prod reduces one dimension or all, not %d", p->n - 1);
    return total_infer(p, n, in, out, err);
}
static int prod_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    prod_reduce(p, in, out);
    return 0;
}

/* The product is a balanced tree whose every level multiplies the lower half by
 * the upper half; the gradient descends the same tree. Unlike y / x this holds
 * where x is 0, and so do its own derivatives.                                */
static void prod_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    gt_ref level[33], g = gt_unreduce(b, c->g, &t, c->params);
    level[0] = c->in[0];
    int dim = c->params->n > 1 ? c->params->v[1] : 0;
    if (c->params->n <= 1) { /* all: as one dimension */
        gt_type flat = {.ndim = 1, .dim = {(int)t.size}, .size = t.size};
        gt_type one = {.ndim = 1, .dim = {1}, .size = 1};
        level[0] = gt_reshape_to(b, level[0], &flat);
        g = gt_reshape_to(b, g, &one);
    }
    int size[33], depth = 0;
    for (size[0] = b->type(b, level[0]).dim[dim]; size[depth] > 1; depth++) {
        int half = size[depth] / 2, odd = size[depth] % 2;
        gt_ref up = gt_mul(b, gt_part(b, level[depth], dim, 0, half),
                           gt_part(b, level[depth], dim, half, half));
        if (odd)
            up = gt_apply2(b, GT_OP_cat, up, gt_part(b, level[depth], dim, 2 * half, 1), 1, &dim);
        level[depth + 1] = up;
        size[depth + 1] = half + odd;
    }
    while (depth-- > 0) {
        int half = size[depth] / 2, odd = size[depth] % 2;
        gt_ref down = odd ? gt_part(b, g, dim, 0, half) : g;
        gt_ref lower = gt_held(b, down, gt_mul(b, down, gt_part(b, level[depth], dim, half, half)));
        gt_ref upper = gt_held(b, down, gt_mul(b, down, gt_part(b, level[depth], dim, 0, half)));
        gt_ref both = gt_apply2(b, GT_OP_cat, lower, upper, 1, &dim);
        g = odd ? gt_apply2(b, GT_OP_cat, both, gt_part(b, g, dim, half, 1), 1, &dim) : both;
    }
    if (t.size) c->grad[0] = gt_reshape_to(b, g, &t);
}
const gt_op_def gt_op_prod = {.name = "prod",
                              .arity = 1,
                              .params = "fd*",
                              .infer = prod_infer,
                              .eval = prod_eval,
                              .vjp = prod_vjp,
                              .traits = GT_REDUCES,
                              .sparsity = GT_SCATTERS,
                              .places = reduced_places};

/* ---- amax, amin: ties share the gradient evenly ---- */

static int amax_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    max_reduce(p, in, out);
    return 0;
}
static int amin_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    min_reduce(p, in, out);
    return 0;
}
static void extremum_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    gt_ref y = gt_unreduce(b, c->out, &t, c->params);
    gt_ref g = gt_unreduce(b, c->g, &t, c->params);
    gt_ref chosen = gt_eq(b, c->in[0], y);
    int v[GT_MAX_NDIM + 1] = {1};
    for (int k = 1; k < c->params->n; k++) v[k] = c->params->v[k];
    gt_ref count = gt_apply1(b, GT_OP_sum, chosen, c->params->n > 1 ? c->params->n : 1, v);
    gt_ref shared = gt_held(b, g, gt_mul(b, chosen, gt_div(b, g, count)));
    c->grad[0] = gt_held(b, chosen, shared);
}
const gt_op_def gt_op_amax = {.name = "amax",
                              .arity = 1,
                              .params = "fd*",
                              .infer = extremum_infer,
                              .eval = amax_eval,
                              .vjp = extremum_vjp,
                              .traits = GT_REDUCES,
                              .sparsity = GT_SCATTERS,
                              .places = reduced_places};
const gt_op_def gt_op_amin = {.name = "amin",
                              .arity = 1,
                              .params = "fd*",
                              .infer = extremum_infer,
                              .eval = amin_eval,
                              .vjp = extremum_vjp,
                              .traits = GT_REDUCES,
                              .sparsity = GT_SCATTERS,
                              .places = reduced_places};

/* ---- norm2: Euclidean norm; at 0 the subgradient 0 ---- */

static int norm2_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    squares_reduce(p, in, out);
    if (gt_is_single(out->type.dtype)) {
        float *y = out->data;
        for (int64_t i = 0; i < out->type.size; i++) y[i] = sqrtf(y[i]);
    } else {
        double *y = out->data;
        for (int64_t i = 0; i < out->type.size; i++) y[i] = sqrt(y[i]);
    }
    return 0;
}
static void norm2_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    gt_ref y = gt_unreduce(b, c->out, &t, c->params);
    gt_ref g = gt_unreduce(b, c->g, &t, c->params);
    gt_ref zero = gt_constant_like(b, c->g, 0);
    gt_ref at_zero = gt_eq(b, y, zero);
    gt_ref divisor = gt_where(b, at_zero, gt_constant_like(b, c->g, 1), y);
    gt_ref slope = gt_where(b, at_zero, zero, gt_div(b, c->in[0], divisor));
    c->grad[0] = gt_held(b, g, gt_mul(b, g, slope));
}
const gt_op_def gt_op_norm2 = {.name = "norm2",
                               .arity = 1,
                               .params = "fd*",
                               .infer = real_infer,
                               .eval = norm2_eval,
                               .vjp = norm2_vjp,
                               .traits = GT_REDUCES,
                               .sparsity = GT_SCATTERS,
                               .places = reduced_places};

/* ---- logsumexp: log(sum(exp(x))), shifted by the maximum lest exp() overflow ---- */

static size_t logsumexp_workspace(const gt_params *p, int n, const gt_type *in)
{
    (void)n;
    int64_t results = 1;
    for (int d = 0; d < in->ndim; d++)
        if (!is_reduced(p, d)) results *= in->dim[d];
    return (size_t)results * sizeof(double);
}
GT_KERNEL static double sum_of_exp(int64_t n, const double *x, double top)
{
    double lane[LANES] = {0}, total = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) lane[k] += el_exp(x[i + k] - top);
    for (int k = 0; k < LANES; k++) total += lane[k];
    for (; i < n; i++) total += el_exp(x[i] - top);
    return total;
}
GT_KERNEL static void add_exp(int64_t n, double *total, const double *x, const double *top)
{
    GT_INDEPENDENT
    for (int64_t i = 0; i < n; i++) total[i] += el_exp(x[i] - top[i]);
}
/* Of doubles whose reduced dimensions are adjacent. */
static void sums_of_exp(const reduction *r, const double *x, const double *top, double *total)
{
    for (int64_t o = 0; o < r->outer; o++, top += r->inner, total += r->inner) {
        if (r->inner == 1) total[0] = sum_of_exp(r->count, x + o * r->count, top[0]);
        else
            for (int64_t k = 0; k < r->count; k++)
                add_exp(r->inner, total, x + (o * r->count + k) * r->inner, top);
    }
}
static void any_sums_of_exp(const gt_params *p, const gt_array *in, const gt_array *top,
                            double *total)
{
    int index[GT_MAX_NDIM] = {0};
    int64_t place = 0;
    for (int64_t k = 0; k < in->type.size; k++, next_place(p, &in->type, index, &place))
        total[place] += el_exp(gt_get(in, k) - gt_get(top, place));
}
static int logsumexp_eval(EVAL_ARGUMENTS)
{
    (void)n, (void)err;
    double *total = work;
    max_reduce(p, in, out);
    for (int64_t i = 0; i < out->type.size; i++) total[i] = 0;
    reduction r = plan(p, &in->type);
    if (r.simple && !gt_is_single(in->type.dtype)) sums_of_exp(&r, in->data, out->data, total);
    else any_sums_of_exp(p, in, out, total);
    for (int64_t i = 0; i < out->type.size; i++) {
        double top = gt_get(out, i);
        if (isfinite(top)) gt_set(out, i, top + log(total[i]));
    }
    return 0;
}
static void logsumexp_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    gt_ref y = gt_unreduce(b, c->out, &t, c->params);
    gt_ref g = gt_unreduce(b, c->g, &t, c->params);
    c->grad[0] = gt_held(b, g, gt_mul(b, g, gt_exp(b, gt_sub(b, c->in[0], y))));
}
const gt_op_def gt_op_logsumexp = {.name = "logsumexp",
                                   .arity = 1,
                                   .params = "fd*",
                                   .infer = real_infer,
                                   .eval = logsumexp_eval,
                                   .workspace = logsumexp_workspace,
                                   .vjp = logsumexp_vjp,
                                   .traits = GT_REDUCES,
                                   .sparsity = GT_SCATTERS,
                                   .places = reduced_places};

/* ---- argmax, argmin: positions from 0, the first of equals; a NaN wins ---- */

static void arg_extremum(const gt_params *p, const gt_array *in, gt_array *out, double sign)
{
    const double *x = in->data;
    double *y = out->data;
    reduction r = plan(p, &in->type);
    for (int64_t o = 0; o < r.outer; o++, x += r.inner * r.count)
        for (int64_t i = 0; i < r.inner; i++) {
            int64_t best = 0;
            for (int64_t c = 1; c < r.count && x[best * r.inner + i] == x[best * r.inner + i];
                 c++) {
                double v = x[c * r.inner + i];
                if (v != v || sign * v > sign * x[best * r.inner + i]) best = c;
            }
            y[o * r.inner + i] = (double)best;
        }
}
static int argmax_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    arg_extremum(p, in, out, 1);
    return 0;
}
static int argmin_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    arg_extremum(p, in, out, -1);
    return 0;
}
const gt_op_def gt_op_argmax = {
    .name = "argmax", .arity = 1, .params = "fd*", .infer = arg_infer, .eval = argmax_eval};
const gt_op_def gt_op_argmin = {
    .name = "argmin", .arity = 1, .params = "fd*", .infer = arg_infer, .eval = argmin_eval};
