/* The operation table: look-up, shape inference and evaluation. */
#include "ops/table.h"
#include "ops/elementwise.h"
#include "core/threads.h"

#include <string.h>

#define STRUCTURED(name) extern const gt_op_def gt_op_##name;
#include "ops/structured_table.h"
#undef STRUCTURED

static const gt_op_def *const structured_ops[] = {
#define STRUCTURED(name) &gt_op_##name,
#include "ops/structured_table.h"
#undef STRUCTURED
};

const gt_op_def *gt_op_get(gt_op op)
{
    return op < GT_OP_ELEMENTWISE_END ? &gt_elementwise_ops[op]
                                      : structured_ops[op - GT_OP_ELEMENTWISE_END];
}

bool gt_op_has(gt_op op, gt_trait trait)
{
    unsigned traits =
        op < GT_OP_ELEMENTWISE_END ? gt_elementwise_traits[op] : gt_op_get(op)->traits;
    return traits & trait;
}

gt_op gt_op_find(const char *name)
{
    for (int op = 0; op < GT_OP_COUNT; op++)
        if (!strcmp(gt_op_get((gt_op)op)->name, name)) return (gt_op)op;
    return GT_OP_COUNT;
}

static gt_dtype default_dtype = GT_DOUBLE;
gt_dtype gt_default_dtype(void) { return default_dtype; }
void gt_set_default_dtype(gt_dtype dtype) { default_dtype = dtype; }

gt_dtype gt_promote(int n, const gt_type *in)
{
    gt_dtype dtype = GT_BOOL;
    for (int i = 0; i < n; i++)
        if (in[i].dtype > dtype) dtype = in[i].dtype;
    return dtype;
}

int gt_broadcast(int n, const gt_type *in, gt_type *out, gt_error *err)
{
    gt_dtype dtype = gt_promote(n, in);
    int ndim = 0, dim[GT_MAX_NDIM];
    for (int i = 0; i < n; i++)
        if (in[i].ndim > ndim) ndim = in[i].ndim;
    for (int d = 0; d < ndim; d++) {
        int first = 0; /* the input that made this dimension what it is */
        dim[d] = 1;
        for (int i = 0; i < n; i++) {
            int at = d - (ndim - in[i].ndim);
            if (at < 0 || in[i].dim[at] == 1) continue;
            if (dim[d] != 1 && dim[d] != in[i].dim[at]) {
                char a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT];
                gt_fail(err,
                        "shapes %s and %s do not fit: counted from the last, dimensions must be "
                        "equal or 1",
                        gt_shape_text(&in[first], a), gt_shape_text(&in[i], b));
                err->input[0] = first + 1;
                err->input[1] = i + 1;
                return 1;
            }
            dim[d] = in[i].dim[at];
            first = i;
        }
    }
    return gt_type_set(out, dtype, ndim, dim, err);
}

/* Of whole numbers, arithmetic makes whole numbers (TRUE + TRUE is 2), anything
 * else makes real ones.                                                       */
static gt_dtype whole_number_result(gt_op op, gt_dtype dtype)
{
    if (gt_op_has(op, GT_KEEPS_DTYPE)) return dtype;
    if (gt_op_has(op, GT_KEEPS_WHOLE)) return dtype == GT_BOOL ? GT_LONG : dtype;
    return default_dtype;
}

int gt_op_infer(gt_op op, const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    const gt_op_def *def = gt_op_get(op);
    if (def->arity >= 0 && n != def->arity)
        return gt_fail(err, "%d values were given, %d are needed", n, def->arity);
    if (def->infer) return def->infer(p, n, in, out, err);
    if (gt_broadcast(n, in, out, err)) return 1;
    if (def->is_bool) out->dtype = GT_BOOL;
    else if (!gt_is_floating(out->dtype)) out->dtype = whole_number_result(op, out->dtype);
    return 0;
}

gt_dtype gt_op_input_dtype(gt_op op, int i, const gt_type *in, const gt_type *out)
{
    if (op == GT_OP_cast) return in[i].dtype;
    if (gt_is_index_input(gt_op_get(op), i)) return GT_LONG;
    return gt_is_single(out->dtype) ? GT_FLOAT : GT_DOUBLE;
}

/* The elements of a kernel call, shared out. */
typedef struct {
    gt_kernel kernel;
    int n;
    size_t bytes; /* of an element */
    char *to;
    const void *const *in;
    const int *step;
} elements;
static void run_elements(void *work, int64_t from, int64_t to, int worker)
{
    const elements *w = work;
    const void *at[3];
    (void)worker;
    for (int i = 0; i < w->n; i++)
        at[i] = (const char *)w->in[i] + (w->step[i] ? (size_t)from * w->bytes : 0);
    w->kernel(to - from, w->to + (size_t)from * w->bytes, at, w->step);
}

/* Elementwise evaluation with broadcasting. The first `run` dimensions, over
 * which every input is either whole or one value, make one kernel call; the
 * rest are walked by an odometer.                                             */
static void eval_elementwise(gt_kernel kernel, int n, const gt_array *in, gt_array *out)
{
    const void *at[3];
    int step[3];
    int64_t stride[3][GT_MAX_NDIM];
    int ndim = out->type.ndim, run = ndim;
    size_t bytes = gt_element_size(out->type.dtype);

    bool flat = true;
    for (int i = 0; i < n; i++) {
        at[i] = in[i].data;
        step[i] = in[i].type.size != 1;
        if (in[i].type.size != out->type.size && step[i]) flat = false;
    }
    if (out->type.size == 0) return;
    if (flat) {
        elements all = {kernel, n, bytes, out->data, at, step};
        gt_share_out(out->type.size, gt_workers(out->type.size), run_elements, &all);
        return;
    }

    for (int i = 0; i < n; i++) {
        const gt_type *t = &in[i].type;
        int64_t s = 1;
        for (int d = 0; d < ndim; d++) {
            int k = d - (ndim - t->ndim);
            int extent = k < 0 ? 1 : t->dim[k];
            stride[i][d] = extent == 1 ? 0 : s;
            s *= extent;
        }
        int r = 0;
        bool stretched = false, whole = false;
        for (; r < ndim; r++) {
            if (out->type.dim[r] == 1) continue;
            if (stride[i][r]) whole = true;
            else stretched = true;
            if (whole && stretched) break;
        }
        if (r < run) run = r;
    }
    int64_t length = 1;
    for (int d = 0; d < run; d++) length *= out->type.dim[d];
    for (int i = 0; i < n; i++) {
        step[i] = 0;
        for (int d = 0; d < run; d++)
            if (stride[i][d]) step[i] = 1;
    }

    int index[GT_MAX_NDIM] = {0};
    char *y = out->data;
    for (int64_t done = 0; done < out->type.size; done += length) {
        for (int i = 0; i < n; i++) {
            int64_t offset = 0;
            for (int d = run; d < ndim; d++) offset += stride[i][d] * index[d];
            at[i] = (const char *)in[i].data + (size_t)offset * bytes;
        }
        kernel(length, y, at, step);
        y += (size_t)length * bytes;
        for (int d = run; d < ndim && ++index[d] == out->type.dim[d]; d++) index[d] = 0;
    }
}

int gt_op_eval(gt_op op, const gt_params *p, int n, const gt_array *in, gt_array *out, void *work,
               gt_error *err)
{
    const gt_op_def *def = gt_op_get(op);
    if (def->eval) return def->eval(p, n, in, out, work, err);
    eval_elementwise(def->kernel[gt_is_single(out->type.dtype)], n, in, out);
    return 0;
}

size_t gt_op_workspace(gt_op op, const gt_params *p, int n, const gt_type *in)
{
    const gt_op_def *def = gt_op_get(op);
    return def->workspace ? def->workspace(p, n, in) : 0;
}
