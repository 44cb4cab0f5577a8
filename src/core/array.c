#include "core/array.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int gt_fail(gt_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, GT_ERROR_SIZE, format, args);
    va_end(args);
    err->input[0] = err->input[1] = 0;
    return 1;
}

int gt_type_set(gt_type *t, gt_dtype dtype, int ndim, const int *dim, gt_error *err)
{
    if (ndim > GT_MAX_NDIM)
        return gt_fail(err, "a tensor has at most %d dimensions, not %d", GT_MAX_NDIM, ndim);
    t->dtype = dtype;
    t->ndim = ndim;
    t->size = 1;
    int64_t product = 1; /* of those that are not 0 */
    for (int i = 0; i < ndim; i++) {
        if (dim[i] < 0)
            return gt_fail(err, "dimension %d would be %d: it cannot be negative", i + 1, dim[i]);
        t->dim[i] = dim[i];
        t->size *= dim[i];
        if (dim[i] > 0) product *= dim[i];
        if (product > INT32_MAX)
            return gt_fail(err, "a tensor of 2^31 or more elements is not supported, nor one whose "
                                "other dimensions multiply to that beside a dimension of 0");
    }
    return 0;
}

const char *const gt_dtype_names[] = {"bool", "int", "long", "float", "double"};

int gt_to_dtype(double *v, gt_dtype dtype, gt_error *err)
{
    if (gt_is_floating(dtype)) return 0;
    if (*v != *v)
        return gt_fail(err,
                       "NA cannot be held by dtype %s; in a tensor of dtype = torch_double() or "
                       "torch_float() it becomes NaN",
                       gt_dtype_names[dtype]);
    if (dtype == GT_BOOL) {
        *v = *v != 0;
        return 0;
    }
    *v = trunc(*v);
    double limit = dtype == GT_INT ? 2147483648.0 : 9223372036854775808.0;
    if (fabs(*v) < limit) return 0;
    if (isinf(*v))
        return gt_fail(err, "%sInf cannot be held by dtype %s", *v < 0 ? "-" : "",
                       gt_dtype_names[dtype]);
    return gt_fail(err, "%.15g does not fit dtype %s; use %s", *v, gt_dtype_names[dtype],
                   fabs(*v) < 9223372036854775808.0 ? "torch_long()" : "torch_double()");
}

const gt_params gt_no_params = {0, NULL};

gt_type gt_scalar_type(gt_dtype dtype)
{
    gt_type t = {.dtype = dtype, .ndim = 0, .size = 1};
    return t;
}

bool gt_same_shape(const gt_type *a, const gt_type *b)
{
    if (a->ndim != b->ndim) return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->dim[i] != b->dim[i]) return false;
    return true;
}

const char *gt_shape_text(const gt_type *t, char *buf)
{
    int used = snprintf(buf, GT_SHAPE_TEXT, "[");
    for (int i = 0; i < t->ndim && used < GT_SHAPE_TEXT; i++)
        used +=
            snprintf(buf + used, (size_t)(GT_SHAPE_TEXT - used), "%s%d", i ? ", " : "", t->dim[i]);
    if (used < GT_SHAPE_TEXT) snprintf(buf + used, (size_t)(GT_SHAPE_TEXT - used), "]");
    return buf;
}

void gt_fill(gt_array *a, double v)
{
    int64_t n = a->type.size;
    if (gt_is_single(a->type.dtype)) {
        float *out = a->data;
        for (int64_t i = 0; i < n; i++) out[i] = (float)v;
    } else {
        double *out = a->data;
        for (int64_t i = 0; i < n; i++) out[i] = v;
    }
}

void gt_convert(int64_t n, void *to, gt_dtype to_dtype, const void *from, gt_dtype from_dtype)
{
    bool to_single = gt_is_single(to_dtype), from_single = gt_is_single(from_dtype);
    if (to_single == from_single) {
        memcpy(to, from, (size_t)n * gt_element_size(to_dtype));
    } else if (to_single) {
        float *out = to;
        const double *in = from;
        for (int64_t i = 0; i < n; i++) out[i] = (float)in[i];
    } else {
        double *out = to;
        const float *in = from;
        for (int64_t i = 0; i < n; i++) out[i] = (double)in[i];
    }
}
