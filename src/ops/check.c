/* Inputs and parameters that come from outside, from a file for instance. */
#include "ops/shape.h"
#include "ops/table.h"

#include <string.h>

static int refuse(gt_op op, gt_error *err)
{
    return gt_fail(err, "%s cannot have such parameters", gt_op_get(op)->name);
}

static bool fits_letter(char letter, int v, const gt_type *in)
{
    switch (letter) {
    case 'f':
        return v == 0 || v == 1;
    case 'd':
        return v >= 0 && v < (in->ndim ? in->ndim : 1);
    case 'n':
        return v >= 0;
    case 't':
        return v >= GT_BOOL && v <= GT_DOUBLE;
    default:
        return letter == 'i';
    }
}

static bool fit_letters(const char *letter, const gt_params *p, const gt_type *in)
{
    for (int k = 0; k < p->n; k++) {
        if (!*letter || !fits_letter(*letter, p->v[k], in)) return false;
        if (letter[1] != '*') letter++;
    }
    return !*letter || letter[1] == '*';
}

/* Is a value with the shape of `in` what the slice takes out of `whole`? */
static bool is_slice_of(const gt_params *slice, const gt_type *whole, const gt_type *in)
{
    gt_type taken;
    gt_error err;
    for (int d = 0; d < whole->ndim; d++)
        if (slice->v[3 * d + 2] < GT_DROP) return false;
    return !gt_op_infer(GT_OP_slice, slice, 1, whole, &taken, &err) && taken.size == in->size;
}

static bool fits_unslice(const gt_params *p, const gt_type *in)
{
    gt_type whole;
    gt_error err;
    int ndim = p->n / 4;
    gt_params slice = {3 * ndim, p->v};
    return p->n % 4 == 0 && !gt_type_set(&whole, GT_DOUBLE, ndim, p->v + 3 * ndim, &err) &&
           is_slice_of(&slice, &whole, in);
}

static bool fits_assemble(const gt_params *p, int n, const gt_type *in)
{
    gt_type whole;
    gt_error err;
    if (p->n < 1 || p->v[0] < 0 || p->v[0] > GT_MAX_NDIM) return false;
    int64_t ndim = p->v[0];
    if (p->n != 1 + ndim + 3 * ndim * n ||
        gt_type_set(&whole, GT_DOUBLE, (int)ndim, p->v + 1, &err))
        return false;
    for (int k = 0; k < n; k++) {
        gt_params slice = gt_assemble_slice(p, k);
        if (!is_slice_of(&slice, &whole, &in[k])) return false;
    }
    return true;
}

static bool fit_params(gt_op op, const gt_params *p, int n, const gt_type *in);

static bool fits_operation(const gt_params *p, int n, const gt_type *in)
{
    if (p->n < 1 || p->v[0] <= GT_OP_leaf || p->v[0] >= GT_OP_COUNT) return false;
    gt_op op = (gt_op)p->v[0];
    gt_params inner = {p->n - 1, p->v + 1};
    int arity = gt_op_get(op)->arity;
    return gt_op_get(op)->may_fail && (arity < 0 || n == arity) && fit_params(op, &inner, n, in);
}

static bool fit_params(gt_op op, const gt_params *p, int n, const gt_type *in)
{
    const char *letters = gt_op_get(op)->params;
    if (!letters) return p->n == 0;
    if (!strcmp(letters, "S")) {
        for (int k = 2; k < p->n; k += 3)
            if (p->v[k] < GT_DROP) return false;
        return p->n == 3 * in->ndim;
    }
    if (!strcmp(letters, "U")) return fits_unslice(p, in);
    if (!strcmp(letters, "O")) return fits_operation(p, n, in);
    if (!strcmp(letters, "A")) return fits_assemble(p, n, in);
    return fit_letters(letters, p, in);
}

int gt_op_check(gt_op op, const gt_params *p, int n, const gt_type *in, gt_type *out, gt_error *err)
{
    int arity = gt_op_get(op)->arity;
    if (n < 1 || (arity >= 0 && n != arity)) return refuse(op, err);
    return fit_params(op, p, n, in) ? gt_op_infer(op, p, n, in, out, err) : refuse(op, err);
}
