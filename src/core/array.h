/* Types shared by every layer below the bridge: dtypes, array types, errors.
 * Nothing here, or in any file that does not start with "bridge_", knows of R.
 *
 * Arrays are dense and column-major, the layout of R and of BLAS/LAPACK.      */
#ifndef GRADTAPE_CORE_ARRAY_H
#define GRADTAPE_CORE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GT_MAX_NDIM 8

/* In promotion order: the result of an operation has the largest dtype of its
 * inputs. bool, int and long hold whole numbers in a double (exact to 2^53), so
 * that two sets of kernels, for double and for float, serve all five.         */
typedef enum { GT_BOOL, GT_INT, GT_LONG, GT_FLOAT, GT_DOUBLE } gt_dtype;

static inline bool gt_is_single(gt_dtype d) { return d == GT_FLOAT; }
static inline bool gt_is_floating(gt_dtype d) { return d >= GT_FLOAT; }
static inline size_t gt_element_size(gt_dtype d)
{
    return gt_is_single(d) ? sizeof(float) : sizeof(double);
}

/* What is known of a value before it is computed. */
typedef struct {
    gt_dtype dtype;
    int ndim;
    int dim[GT_MAX_NDIM];
    int64_t size; /* product of dim; 1 for a 0-d value */
} gt_type;

typedef struct {
    gt_type type;
    void *data;
} gt_array;

/* Integer arguments of an operation (dims, a shape, a slice, ...). Real-valued
 * arguments are constant inputs instead, so that they share one mechanism.    */
typedef struct {
    int n;
    const int *v;
} gt_params;

extern const gt_params gt_no_params;

#define GT_ERROR_SIZE 512
typedef struct {
    char message[GT_ERROR_SIZE];
    int input[2]; /* which inputs, from 1, do not fit each other; 0: none is meant */
} gt_error;

/* Writes a message and returns 1, so that a rule can `return gt_fail(...)`. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int gt_fail(gt_error *err, const char *format, ...);

/* Sets dims and size; returns 0, or 1 with a message. The dimensions multiply to less than 2^31
 * also beside one of 0, so that strides and products of some of them fit.       */
int gt_type_set(gt_type *t, gt_dtype dtype, int ndim, const int *dim, gt_error *err);
gt_type gt_scalar_type(gt_dtype dtype);
bool gt_same_shape(const gt_type *a, const gt_type *b);

/* "[2, 3]" for messages; returns buf. */
#define GT_SHAPE_TEXT 128
const char *gt_shape_text(const gt_type *t, char *buf);

/* Element i of an array as a double, and back. */
static inline double gt_get(const gt_array *a, int64_t i)
{
    return gt_is_single(a->type.dtype) ? (double)((const float *)a->data)[i]
                                       : ((const double *)a->data)[i];
}
static inline void gt_set(gt_array *a, int64_t i, double v)
{
    if (gt_is_single(a->type.dtype)) ((float *)a->data)[i] = (float)v;
    else ((double *)a->data)[i] = v;
}

extern const char *const gt_dtype_names[];
/* Makes of a number the one that a tensor of the dtype holds for it: towards zero where it is a
 * whole one. Returns 0, or 1 with a message where there is none.                 */
int gt_to_dtype(double *v, gt_dtype dtype, gt_error *err);

void gt_fill(gt_array *a, double v);
/* Copies n elements, converting between float and double where they differ. */
void gt_convert(int64_t n, void *to, gt_dtype to_dtype, const void *from, gt_dtype from_dtype);

#endif
