/* The elementwise kernels of one real type. Included twice, with T the type,
 * F(f) its libm function and KERNEL(name) the kernel's name.
 *
 * A loop per combination of steps 0 and 1 lets the compiler vectorise; input and
 * output may be the same array, which GT_INDEPENDENT allows and restrict would not. */

#define K(c) ((T)(c))
#define LOGADDEXP(x, z) \
    (x == z ? x + F(log)(K(2)) : (x > z ? x : z) + F(log1p)(F(exp)(-F(fabs)(x - z))))

static inline T F(floored_mod)(T x, T z)
{
    T r = F(fmod)(x, z);
    return r != 0 && (r < 0) != (z < 0) ? r + z : r;
}
#define REMAINDER(x, z) F(floored_mod)(x, z)

#define UNARY(name, value, dx) \
    GT_KERNEL static void KERNEL(name)(int64_t n, void *out, const void *const *in, const int *step) \
    { \
        T *y = out; \
        const T *px = in[0]; \
        (void)step; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T x = px[i]; \
            y[i] = (value); \
        } \
    }

#define ORDERED(v) (x != x || z != z ? x + z : K(v))
#define BINARY_LOOP(value, ix, iz) \
    GT_INDEPENDENT \
    for (int64_t i = 0; i < n; i++) { \
        T x = px[ix], z = pz[iz]; \
        y[i] = (value); \
    }
#define BINARY(name, value, dx, dz) \
    GT_KERNEL static void KERNEL(name)(int64_t n, void *out, const void *const *in, const int *step) \
    { \
        T *y = out; \
        const T *px = in[0], *pz = in[1]; \
        if (step[0] && step[1]) { \
            BINARY_LOOP(value, i, i) \
        } else if (step[0]) { \
            const T c = *pz; \
            pz = &c; \
            BINARY_LOOP(value, i, 0) \
        } else { \
            const T c = *px; \
            px = &c; \
            BINARY_LOOP(value, 0, i * step[1]) \
        } \
    }

#define TERNARY(name, value, dx, dz, dw) \
    GT_KERNEL static void KERNEL(name)(int64_t n, void *out, const void *const *in, const int *step) \
    { \
        T *y = out; \
        const T *px = in[0], *pz = in[1], *pw = in[2]; \
        const int64_t sx = step[0], sz = step[1], sw = step[2]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T x = px[i * sx], z = pz[i * sz], w = pw[i * sw]; \
            y[i] = (value); \
        } \
    }

#include "ops_elementwise_table.h"

#undef BINARY_LOOP
#undef ORDERED
#undef REMAINDER
#undef LOGADDEXP
#undef K
#undef T
#undef F
#undef KERNEL
