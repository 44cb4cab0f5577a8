#include "core/vec.h"

#include "core/array.h"
#include "core/simd.h"

#include <math.h>
#include <string.h>

#define VECTOR_OPERATIONS(T, ABS, NAME) \
    GT_KERNEL static double dot_##NAME(int64_t n, const T *x, const T *y) \
    { \
        T lane[4] = {0}, rest = 0; \
        int64_t i = 0; \
        for (; i + 4 <= n; i += 4) \
            for (int k = 0; k < 4; k++) lane[k] += x[i + k] * y[i + k]; \
        for (; i < n; i++) rest += x[i] * y[i]; \
        return (T)((T)((lane[0] + lane[2]) + (lane[1] + lane[3])) + rest); \
    } \
    static double max_abs_##NAME(int64_t n, const T *x) \
    { \
        T best = 0; \
        for (int64_t i = 0; i < n; i++) { \
            T v = ABS(x[i]); \
            if (v > best || v != v) best = v; \
            if (v != v) break; \
        } \
        return best; \
    } \
    static double sum_abs_##NAME(int64_t n, const T *x) \
    { \
        T sum = 0; \
        for (int64_t i = 0; i < n; i++) sum += ABS(x[i]); \
        return sum; \
    } \
    GT_KERNEL static void subtract_##NAME(int64_t n, T *out, const T *x, const T *y) \
    { \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) out[i] = x[i] - y[i]; \
    } \
    /* In double, also for floats: there it is a fused multiply-add, as PyTorch's. */ \
    GT_KERNEL static void add_scaled_##NAME(int64_t n, T *out, const T *x, double a, const T *y) \
    { \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) out[i] = (T)(x[i] + a * y[i]); \
    } \
    GT_KERNEL static void scale_##NAME(int64_t n, T *out, T a, const T *x) \
    { \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) out[i] = a * x[i]; \
    } \
    /* Block by block: x - x is 0, but NaN where x is not finite. */ \
    GT_KERNEL static bool all_finite_##NAME(int64_t n, const T *x) \
    { \
        for (int64_t start = 0; start < n; start += 1024) { \
            int64_t end = n - start < 1024 ? n : start + 1024, i = start; \
            T lane[16] = {0}, rest = 0; \
            for (; i + 16 <= end; i += 16) \
                for (int k = 0; k < 16; k++) lane[k] += x[i + k] - x[i + k]; \
            for (; i < end; i++) rest += x[i] - x[i]; \
            for (int k = 0; k < 16; k++) rest += lane[k]; \
            if (rest != 0) return false; \
        } \
        return true; \
    } \
    static bool has_nan_##NAME(int64_t n, const T *x) \
    { \
        for (int64_t i = 0; i < n; i++) \
            if (x[i] != x[i]) return true; \
        return false; \
    }
VECTOR_OPERATIONS(double, fabs, double)
VECTOR_OPERATIONS(float, fabsf, float)

double gt_real(gt_space s, double v) { return s.single ? (float)v : v; }

double gt_dot(gt_space s, const void *x, const void *y)
{
    return s.single ? dot_float(s.n, x, y) : dot_double(s.n, x, y);
}
double gt_max_abs(gt_space s, const void *x)
{
    return s.single ? max_abs_float(s.n, x) : max_abs_double(s.n, x);
}
double gt_sum_abs(gt_space s, const void *x)
{
    return s.single ? sum_abs_float(s.n, x) : sum_abs_double(s.n, x);
}
bool gt_all_finite(gt_space s, const void *x)
{
    return s.single ? all_finite_float(s.n, x) : all_finite_double(s.n, x);
}
bool gt_has_nan(gt_space s, const void *x)
{
    return s.single ? has_nan_float(s.n, x) : has_nan_double(s.n, x);
}
double gt_element(gt_space s, const void *x, int64_t i)
{
    return s.single ? ((const float *)x)[i] : ((const double *)x)[i];
}
void gt_set_element(gt_space s, void *x, int64_t i, double v)
{
    if (s.single) ((float *)x)[i] = (float)v;
    else ((double *)x)[i] = v;
}
void gt_set_all(gt_space s, void *x, double v)
{
    for (int64_t i = 0; i < s.n; i++) gt_set_element(s, x, i, v);
}
void gt_copy(gt_space s, void *to, const void *from)
{
    if (s.n) memcpy(to, from, (size_t)s.n * (s.single ? sizeof(float) : sizeof(double)));
}
void gt_subtract(gt_space s, void *out, const void *x, const void *y)
{
    if (s.single) subtract_float(s.n, out, x, y);
    else subtract_double(s.n, out, x, y);
}
void gt_scale(gt_space s, void *out, double a, const void *x)
{
    if (s.single) scale_float(s.n, out, (float)a, x);
    else scale_double(s.n, out, a, x);
}
void gt_add_scaled(gt_space s, void *out, const void *x, double a, const void *y)
{
    if (s.single) add_scaled_float(s.n, out, x, gt_real(s, a), y);
    else add_scaled_double(s.n, out, x, a, y);
}
