/* Elements by position. Positions count from 0 in column-major order; every kind
 * of R and torch indexing that is not a slice comes down to these two.        */
#include "core/simd.h"
#include "core/threads.h"
#include "ops/rules.h"

#include <string.h>

GT_KERNEL static bool has_outside(int64_t n, const double *at, double size)
{
    int64_t outside = 0;
    for (int64_t i = 0; i < n; i++) outside += !(at[i] >= 0 && at[i] < size);
    return outside != 0;
}

static int check_positions(const gt_array *index, int64_t size, gt_error *err)
{
    const double *at = index->data;
    int64_t i = 0;
    if (!has_outside(index->type.size, at, (double)size)) return 0;
    while (at[i] >= 0 && at[i] < (double)size) i++;
    return gt_fail(err, "subscript out of bounds: %.0f of %lld elements", at[i] + 1,
                   (long long)size);
}

/* ---- take(x, index): out[i] = x[index[i]], in the shape of index ---- */

static int take_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    (void)p, (void)n;
    return gt_type_set(out, in[0].dtype, in[1].ndim, in[1].dim, err);
}
typedef struct {
    const gt_array *in;
    gt_array *out;
} taking;
static void take_some(void *work, int64_t from, int64_t to, int worker)
{
    const taking *w = work;
    const double *at = w->in[1].data;
    (void)worker;
    if (gt_is_single(w->out->type.dtype)) {
        const float *x = w->in[0].data;
        float *y = w->out->data;
        for (int64_t i = from; i < to; i++) y[i] = x[(int64_t)at[i]];
    } else {
        const double *x = w->in[0].data;
        double *y = w->out->data;
        for (int64_t i = from; i < to; i++) y[i] = x[(int64_t)at[i]];
    }
}
static int take_eval(EVAL_ARGUMENTS)
{
    (void)p, (void)n, (void)work;
    taking w = {in, out};
    if (check_positions(&in[1], in[0].type.size, err)) return 1;
    gt_share_out(out->type.size, gt_workers(out->type.size), take_some, &w);
    return 0;
}
static void take_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    if (c->wanted[0]) c->grad[0] = gt_apply2(b, GT_OP_put, c->g, c->in[1], t.ndim, t.dim);
}
const gt_op_def gt_op_take = {.name = "take",
                              .arity = 2,
                              .infer = take_infer,
                              .eval = take_eval,
                              .vjp = take_vjp,
                              .index_inputs = 1u << 1,
                              .may_fail = true,
                              .sparsity = GT_GATHERS};

/* ---- put(x, index; dims): zeros, then out[index[i]] += x[i] ---- */

static int put_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    (void)n;
    if (in[0].size != in[1].size)
        return gt_fail(err, "%lld values for %lld positions", (long long)in[0].size,
                       (long long)in[1].size);
    return gt_type_set(out, in[0].dtype, p->n, p->v, err);
}
static int put_eval(EVAL_ARGUMENTS)
{
    (void)p, (void)n, (void)work;
    const double *at = in[1].data;
    if (check_positions(&in[1], out->type.size, err)) return 1;
    memset(out->data, 0, (size_t)out->type.size * gt_element_size(out->type.dtype));
    if (gt_is_single(out->type.dtype)) {
        const float *x = in[0].data;
        for (int64_t i = 0; i < in[0].type.size; i++) ((float *)out->data)[(int64_t)at[i]] += x[i];
    } else {
        const double *x = in[0].data;
        for (int64_t i = 0; i < in[0].type.size; i++) ((double *)out->data)[(int64_t)at[i]] += x[i];
    }
    return 0;
}
static void put_places(PLACES_ARGUMENTS)
{
    (void)p, (void)out;
    const double *at = in[1].data;
    for (int64_t k = 0; k < in[i].type.size; k++) to[k] = (int)at[k];
}
static void put_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    if (c->wanted[0])
        c->grad[0] = gt_reshape_to(b, gt_apply2(b, GT_OP_take, c->g, c->in[1], 0, NULL), &t);
}
const gt_op_def gt_op_put = {.name = "put",
                             .arity = 2,
                             .params = "n*",
                             .infer = put_infer,
                             .eval = put_eval,
                             .vjp = put_vjp,
                             .index_inputs = 1u << 1,
                             .may_fail = true,
                             .sparsity = GT_SCATTERS,
                             .places = put_places};

/* ---- replace(x, value, index): x, but out[index[i]] = value[i]. No position may
 * occur twice; `value` may be one number for all.                              ---- */

static int replace_infer(const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    (void)p, (void)n;
    if (in[1].size != in[2].size && in[1].size != 1)
        return gt_fail(err, "%lld values for %lld positions", (long long)in[1].size,
                       (long long)in[2].size);
    return gt_type_set(out, gt_promote(2, in), in[0].ndim, in[0].dim, err);
}
static int replace_eval(EVAL_ARGUMENTS)
{
    (void)p, (void)n, (void)work;
    const double *at = in[2].data;
    if (check_positions(&in[2], out->type.size, err)) return 1;
    memcpy(out->data, in[0].data, (size_t)out->type.size * gt_element_size(out->type.dtype));
    int64_t step = in[1].type.size != 1;
    for (int64_t i = 0; i < in[2].type.size; i++)
        gt_set(out, (int64_t)at[i], gt_get(&in[1], i * step));
    return 0;
}
static void replace_vjp(gt_builder *b, const gt_vjp_call *c)
{
    if (c->wanted[0]) {
        gt_ref in[3] = {c->g, gt_constant_like(b, c->g, 0), c->in[2]};
        c->grad[0] = b->apply(b, GT_OP_replace, 3, in, NULL);
    }
    if (c->wanted[1]) {
        gt_type t = b->type(b, c->in[1]);
        gt_ref taken = gt_apply2(b, GT_OP_take, c->g, c->in[2], 0, NULL);
        if (t.size == 1 && b->type(b, taken).size != 1) {
            const int all = 0;
            taken = gt_apply1(b, GT_OP_sum, taken, 1, &all);
        }
        c->grad[1] = gt_reshape_to(b, taken, &t);
    }
}
const gt_op_def gt_op_replace = {.name = "replace",
                                 .arity = 3,
                                 .infer = replace_infer,
                                 .eval = replace_eval,
                                 .vjp = replace_vjp,
                                 .index_inputs = 1u << 2,
                                 .may_fail = true,
                                 .sparsity = GT_GATHERS};
