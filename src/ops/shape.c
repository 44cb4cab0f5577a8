/* Operations that move or reinterpret elements without computing on them. */
#include "ops/shape.h"
#include "ops/rules.h"

#include <string.h>

#define UNUSED (void)n, (void)work, (void)err

static void copy_elements(gt_dtype dtype, void *to, int64_t to_at, const void *from,
                          int64_t from_at, int64_t count)
{
    size_t size = gt_element_size(dtype);
    memcpy((char *)to + (size_t)to_at * size, (const char *)from + (size_t)from_at * size,
           (size_t)count * size);
}

/* Visits the elements of a box in column-major order; `offset` follows along the
 * given strides in another array.                                             */
typedef struct {
    int ndim;
    int dim[GT_MAX_NDIM];
    int64_t stride[GT_MAX_NDIM];
    int index[GT_MAX_NDIM];
    int64_t offset;
} walk;

static walk walk_over(const gt_type *box)
{
    walk w = {.ndim = box->ndim};
    memcpy(w.dim, box->dim, sizeof w.dim);
    return w;
}

static void walk_next(walk *w)
{
    for (int d = 0; d < w->ndim; d++) {
        w->offset += w->stride[d];
        if (++w->index[d] < w->dim[d]) return;
        w->offset -= w->stride[d] * w->dim[d];
        w->index[d] = 0;
    }
}

/* to[k] = from[walk] for every element k of the box. */
static void gather_walk(gt_dtype dtype, void *to, const void *from, walk *w, int64_t count)
{
    if (gt_is_single(dtype)) {
        for (int64_t k = 0; k < count; k++, walk_next(w))
            ((float *)to)[k] = ((const float *)from)[w->offset];
    } else {
        for (int64_t k = 0; k < count; k++, walk_next(w))
            ((double *)to)[k] = ((const double *)from)[w->offset];
    }
}

/* ---- reshape(x; dims): the same elements in the same (column-major) order ---- */

static int reshape_infer(INFER_ARGUMENTS)
{
    (void)n;
    if (gt_type_set(out, in->dtype, p->n, p->v, err)) return 1;
    if (out->size != in->size) {
        char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
        return gt_fail(err, "%s has %lld elements: it cannot be reshaped to %s",
                       gt_shape_text(in, a), (long long)in->size, gt_shape_text(out, b));
    }
    return 0;
}
static int copy_eval(EVAL_ARGUMENTS)
{
    UNUSED, (void)p;
    copy_elements(out->type.dtype, out->data, 0, in->data, 0, out->type.size);
    return 0;
}
static void reshape_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    c->grad[0] = gt_reshape_to(b, c->g, &t);
}
const gt_op_def gt_op_reshape = {.name = "reshape",
                                 .arity = 1,
                                 .params = "n*",
                                 .infer = reshape_infer,
                                 .eval = copy_eval,
                                 .vjp = reshape_vjp,
                                 .traits = GT_MOVES,
                                 .sparsity = GT_GATHERS};

/* ---- permute(x; order): result dimension d is input dimension order[d] ---- */

static int permute_infer(INFER_ARGUMENTS)
{
    (void)n;
    int dim[GT_MAX_NDIM];
    unsigned seen = 0;
    if (p->n != in->ndim)
        return gt_fail(err, "a permutation of %d dimensions is needed, not of %d", in->ndim, p->n);
    for (int d = 0; d < p->n; d++) {
        if (p->v[d] < 0 || p->v[d] >= in->ndim || (seen >> p->v[d] & 1u))
            return gt_fail(err, "each dimension must appear once in a permutation");
        seen |= 1u << p->v[d];
        dim[d] = in->dim[p->v[d]];
    }
    return gt_type_set(out, in->dtype, p->n, dim, err);
}
static int permute_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    int64_t stride[GT_MAX_NDIM], s = 1;
    for (int d = 0; d < in->type.ndim; d++) {
        stride[d] = s;
        s *= in->type.dim[d];
    }
    walk w = walk_over(&out->type);
    for (int d = 0; d < p->n; d++) w.stride[d] = stride[p->v[d]];
    gather_walk(out->type.dtype, out->data, in->data, &w, out->type.size);
    return 0;
}
static void permute_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int inverse[GT_MAX_NDIM];
    for (int d = 0; d < c->params->n; d++) inverse[c->params->v[d]] = d;
    c->grad[0] = gt_apply1(b, GT_OP_permute, c->g, c->params->n, inverse);
}
const gt_op_def gt_op_permute = {.name = "permute",
                                 .arity = 1,
                                 .params = "d*",
                                 .infer = permute_infer,
                                 .eval = permute_eval,
                                 .vjp = permute_vjp,
                                 .traits = GT_MOVES,
                                 .sparsity = GT_GATHERS};

/* ---- expand(x; dims): torch's broadcasting to a given shape ---- */

static int expand_infer(INFER_ARGUMENTS)
{
    (void)n;
    if (gt_type_set(out, in->dtype, p->n, p->v, err)) return 1;
    for (int d = 0; d < in->ndim; d++) {
        int k = d + p->n - in->ndim;
        if (k < 0 || (in->dim[d] != 1 && in->dim[d] != p->v[k])) {
            char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
            return gt_fail(err, "shape %s cannot be expanded to %s", gt_shape_text(in, a),
                           gt_shape_text(out, b));
        }
    }
    return 0;
}
static int expand_eval(EVAL_ARGUMENTS)
{
    UNUSED, (void)p;
    walk w = walk_over(&out->type);
    int64_t s = 1;
    for (int d = 0; d < in->type.ndim; d++) {
        w.stride[d + out->type.ndim - in->type.ndim] = in->type.dim[d] == 1 ? 0 : s;
        s *= in->type.dim[d];
    }
    gather_walk(out->type.dtype, out->data, in->data, &w, out->type.size);
    return 0;
}
static void expand_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    c->grad[0] = gt_sum_to(b, c->g, &t);
}
const gt_op_def gt_op_expand = {.name = "expand",
                                .arity = 1,
                                .params = "n*",
                                .infer = expand_infer,
                                .eval = expand_eval,
                                .vjp = expand_vjp,
                                .traits = GT_MOVES,
                                .sparsity = GT_GATHERS};

/* ---- slice(x; start, step, count for each dimension) ----
 * A count of GT_DROP takes one element and drops the dimension.               */

static int slice_infer(INFER_ARGUMENTS)
{
    (void)n;
    int ndim = 0, dim[GT_MAX_NDIM];
    if (p->n != 3 * in->ndim)
        return gt_fail(err, "a slice of %d dimensions was given for %d", p->n / 3, in->ndim);
    for (int d = 0; d < in->ndim; d++) {
        int start = p->v[3 * d], step = p->v[3 * d + 1], count = p->v[3 * d + 2];
        int64_t last = count == GT_DROP ? start : start + (int64_t)step * (count - 1);
        if (count != 0 && (start < 0 || start >= in->dim[d] || last < 0 || last >= in->dim[d]))
            return gt_fail(err, "subscript out of bounds: dimension %d has %d elements", d + 1,
                           in->dim[d]);
        if (count != GT_DROP) dim[ndim++] = count;
    }
    return gt_type_set(out, in->dtype, ndim, dim, err);
}

/* A walk over the sliced elements of a whole array. */
static walk slice_walk(const gt_params *p, const gt_type *whole)
{
    walk w = {.ndim = whole->ndim};
    int64_t s = 1;
    for (int d = 0; d < whole->ndim; d++) {
        w.offset += s * p->v[3 * d];
        w.stride[d] = s * p->v[3 * d + 1];
        w.dim[d] = p->v[3 * d + 2] == GT_DROP ? 1 : p->v[3 * d + 2];
        s *= whole->dim[d];
    }
    return w;
}
void gt_slice_positions(const gt_params *p, const gt_type *whole, int64_t count, int *at)
{
    walk w = slice_walk(p, whole);
    for (int64_t k = 0; k < count; k++, walk_next(&w)) at[k] = (int)w.offset;
}
static int slice_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    walk w = slice_walk(p, &in->type);
    if (in->type.ndim == 1 && p->v[1] == 1)
        copy_elements(out->type.dtype, out->data, 0, in->data, p->v[0], out->type.size);
    else gather_walk(out->type.dtype, out->data, in->data, &w, out->type.size);
    return 0;
}

/* Parameters of the unslice that undoes a slice, and the other way round. */
static int unslice_params(int *v, const gt_params *slice, const gt_type *whole)
{
    memcpy(v, slice->v, (size_t)slice->n * sizeof *v);
    memcpy(v + slice->n, whole->dim, (size_t)whole->ndim * sizeof *v);
    return slice->n + whole->ndim;
}
static void slice_vjp(gt_builder *b, const gt_vjp_call *c)
{
    gt_type t = b->type(b, c->in[0]);
    int v[4 * GT_MAX_NDIM];
    int n = unslice_params(v, c->params, &t);
    c->grad[0] = gt_apply1(b, GT_OP_unslice, c->g, n, v);
}
const gt_op_def gt_op_slice = {.name = "slice",
                               .arity = 1,
                               .params = "S",
                               .infer = slice_infer,
                               .eval = slice_eval,
                               .vjp = slice_vjp,
                               .sparsity = GT_GATHERS};

/* ---- unslice(x; slice, dims of the whole): zeros but for the slice ---- */

static int unslice_infer(INFER_ARGUMENTS)
{
    (void)n;
    return gt_type_set(out, in->dtype, p->n / 4, p->v + 3 * (p->n / 4), err);
}
static int unslice_eval(EVAL_ARGUMENTS)
{
    UNUSED;
    memset(out->data, 0, (size_t)out->type.size * gt_element_size(out->type.dtype));
    gt_unslice_add(p, in, out);
    return 0;
}
void gt_unslice_add(const gt_params *p, const gt_array *in, gt_array *out)
{
    walk w = slice_walk(p, &out->type);
    if (in->type.size == 1) {
        gt_set(out, w.offset, gt_get(out, w.offset) + gt_get(in, 0));
    } else if (gt_is_single(out->type.dtype)) {
        for (int64_t k = 0; k < in->type.size; k++, walk_next(&w))
            ((float *)out->data)[w.offset] += ((const float *)in->data)[k];
    } else {
        for (int64_t k = 0; k < in->type.size; k++, walk_next(&w))
            ((double *)out->data)[w.offset] += ((const double *)in->data)[k];
    }
}
static void unslice_vjp(gt_builder *b, const gt_vjp_call *c)
{
    c->grad[0] = gt_apply1(b, GT_OP_slice, c->g, 3 * (c->params->n / 4), c->params->v);
}
const gt_op_def gt_op_unslice = {.name = "unslice",
                                 .arity = 1,
                                 .params = "U",
                                 .infer = unslice_infer,
                                 .eval = unslice_eval,
                                 .vjp = unslice_vjp,
                                 .sparsity = GT_GATHERS};

/* ---- assemble(x, ...; ndim, dims, a slice for each x): the sum of their unslices ---- */

gt_params gt_assemble_slice(const gt_params *p, int i)
{
    int each = 3 * p->v[0];
    gt_params slice = {each, p->v + 1 + p->v[0] + i * each};
    return slice;
}
static int assemble_infer(INFER_ARGUMENTS)
{
    return gt_type_set(out, gt_promote(n, in), p->v[0], p->v + 1, err);
}
static int assemble_eval(EVAL_ARGUMENTS)
{
    (void)work, (void)err;
    memset(out->data, 0, (size_t)out->type.size * gt_element_size(out->type.dtype));
    for (int i = 0; i < n; i++) {
        gt_params slice = gt_assemble_slice(p, i);
        gt_unslice_add(&slice, &in[i], out);
    }
    return 0;
}
static void assemble_places(PLACES_ARGUMENTS)
{
    gt_params slice = gt_assemble_slice(p, i);
    gt_slice_positions(&slice, out, in[i].type.size, to);
}
static void assemble_vjp(gt_builder *b, const gt_vjp_call *c)
{
    for (int i = 0; i < c->n; i++) {
        gt_params slice = gt_assemble_slice(c->params, i);
        if (c->wanted[i]) c->grad[i] = gt_apply1(b, GT_OP_slice, c->g, slice.n, slice.v);
    }
}
const gt_op_def gt_op_assemble = {.name = "assemble",
                                  .arity = -1,
                                  .params = "A",
                                  .infer = assemble_infer,
                                  .eval = assemble_eval,
                                  .vjp = assemble_vjp,
                                  .sparsity = GT_SCATTERS,
                                  .places = assemble_places};

/* ---- cat(x, ...; dim): joined along an existing dimension; a number is a vector of one ---- */

static int cat_ndim(const gt_type *t) { return t->ndim ? t->ndim : 1; }
static int cat_extent(const gt_type *t, int d) { return t->ndim ? t->dim[d] : 1; }

static int cat_infer(INFER_ARGUMENTS)
{
    int dim[GT_MAX_NDIM], at = p->v[0];
    if (n == 0) return gt_fail(err, "nothing to join");
    int ndim = cat_ndim(&in[0]);
    if (at < 0 || at >= ndim)
        return gt_fail(err, "dimension %d does not exist: there are %d", at + 1, in[0].ndim);
    for (int d = 0; d < ndim; d++) dim[d] = cat_extent(&in[0], d);
    int64_t joined = dim[at];
    for (int i = 1; i < n; i++) {
        bool fits = cat_ndim(&in[i]) == ndim;
        for (int d = 0; fits && d < ndim; d++)
            if (d != at && cat_extent(&in[i], d) != dim[d]) fits = false;
        if (!fits) {
            char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
            return gt_fail(err, "shapes %s and %s cannot be joined along dimension %d",
                           gt_shape_text(&in[0], a), gt_shape_text(&in[i], b), at + 1);
        }
        joined += cat_extent(&in[i], at);
    }
    if (joined > INT32_MAX) return gt_fail(err, "a dimension of 2^31 or more is not supported");
    dim[at] = (int)joined;
    return gt_type_set(out, gt_promote(n, in), ndim, dim, err);
}
static int cat_eval(EVAL_ARGUMENTS)
{
    (void)work, (void)err;
    int64_t inner = 1, outer = 1, at = 0;
    for (int d = 0; d < out->type.ndim; d++) {
        if (d < p->v[0]) inner *= out->type.dim[d];
        if (d > p->v[0]) outer *= out->type.dim[d];
    }
    for (int64_t o = 0; o < outer; o++)
        for (int i = 0; i < n; i++) {
            int64_t run = inner * cat_extent(&in[i].type, p->v[0]);
            if (run == 1 && !gt_is_single(out->type.dtype))
                ((double *)out->data)[at] = ((const double *)in[i].data)[o];
            else copy_elements(out->type.dtype, out->data, at, in[i].data, o * run, run);
            at += run;
        }
    return 0;
}
static void cat_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int at = c->params->v[0], start = 0;
    for (int i = 0; i < c->n; i++) {
        gt_type t = b->type(b, c->in[i]);
        if (c->wanted[i]) {
            int v[3 * GT_MAX_NDIM];
            for (int d = 0; d < cat_ndim(&t); d++) {
                v[3 * d] = d == at ? start : 0;
                v[3 * d + 1] = 1;
                v[3 * d + 2] = t.ndim ? t.dim[d] : GT_DROP;
            }
            c->grad[i] = gt_apply1(b, GT_OP_slice, c->g, 3 * cat_ndim(&t), v);
        }
        start += cat_extent(&t, at);
    }
}
const gt_op_def gt_op_cat = {.name = "cat",
                             .arity = -1,
                             .params = "d",
                             .infer = cat_infer,
                             .eval = cat_eval,
                             .vjp = cat_vjp,
                             .sparsity = GT_GATHERS};

/* ---- detach(x): the value without its history ---- */

static int same_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n, (void)err;
    *out = in[0];
    return 0;
}
const gt_op_def gt_op_detach = {.name = "detach",
                                .arity = 1,
                                .infer = same_infer,
                                .eval = copy_eval,
                                .sparsity = GT_BY_ELEMENT};

/* ---- draw(x, ...): random numbers x, which were drawn by parameters that follow. What depends
 * on it is not replayed: call_tape_record() refuses it.                           ---- */

static int draw_infer(INFER_ARGUMENTS)
{
    if (n < 1) return gt_fail(err, "no numbers were drawn");
    return same_infer(p, n, in, out, err);
}
const gt_op_def gt_op_draw = {
    .name = "draw", .arity = -1, .infer = draw_infer, .eval = copy_eval, .sparsity = GT_BY_ELEMENT};

/* ---- cast(x; dtype): to a whole-number dtype, towards zero ---- */

static int cast_infer(INFER_ARGUMENTS)
{
    (void)n;
    if (p->n != 1 || p->v[0] < GT_BOOL || p->v[0] > GT_DOUBLE) return gt_fail(err, "unknown dtype");
    *out = in[0];
    out->dtype = (gt_dtype)p->v[0];
    return 0;
}
static int cast_eval(EVAL_ARGUMENTS)
{
    (void)n, (void)work, (void)p;
    gt_dtype to = out->type.dtype;
    gt_convert(out->type.size, out->data, to, in->data, in->type.dtype);
    if (gt_is_floating(to) || to == in->type.dtype) return 0;
    for (int64_t i = 0; i < out->type.size; i++)
        if (gt_to_dtype((double *)out->data + i, to, err)) return 1;
    return 0;
}
static void cast_vjp(gt_builder *b, const gt_vjp_call *c)
{
    int from = (int)b->type(b, c->in[0]).dtype;
    if (!gt_is_floating((gt_dtype)from)) return;
    c->grad[0] = gt_apply1(b, GT_OP_cast, c->g, 1, &from);
}
const gt_op_def gt_op_cast = {.name = "cast",
                              .arity = 1,
                              .params = "t",
                              .infer = cast_infer,
                              .eval = cast_eval,
                              .vjp = cast_vjp,
                              .may_fail = true,
                              .sparsity = GT_BY_ELEMENT};

/* ---- custom(x, ...): what a user's R function computed, with its own derivative,
 * which only the bridge can call. It cannot be computed from here.             ---- */

static int custom_infer(INFER_ARGUMENTS)
{
    (void)p, (void)n, (void)in, (void)out;
    return gt_fail(err, "a function made by autograd_function() runs in R only");
}
const gt_op_def gt_op_custom = {.name = "custom", .arity = -1, .infer = custom_infer};
