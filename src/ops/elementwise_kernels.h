/* The elementwise kernels of one real type. Included twice, with T the type,
 * KERNEL(name) the kernel's name and ATTRIBUTES how it is compiled.
 *
 * A loop per combination of steps 0 and 1 lets the compiler vectorise; input and
 * output may be the same array, which GT_INDEPENDENT allows and restrict would not. */

#define UNARY(name, value, dx) \
    ATTRIBUTES static void KERNEL(name)(int64_t n, void *out, const void *const *in, \
                                        const int *step) \
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

/* One test a block keeps the branch out of the loop. */
#define WITHIN_BLOCK 512
#define UNARY_WITHIN(name, value, within, otherwise, dx) \
    ATTRIBUTES static void KERNEL(name)(int64_t n, void *out, const void *const *in, \
                                        const int *step) \
    { \
        T *y = out; \
        const T *px = in[0]; \
        (void)step; \
        for (int64_t start = 0; start < n; start += WITHIN_BLOCK) { \
            int64_t end = n - start < WITHIN_BLOCK ? n : start + WITHIN_BLOCK; \
            int outside = 0; \
            for (int64_t i = start; i < end; i++) { \
                T x = px[i]; \
                outside |= !(within); \
            } \
            if (outside) { \
                for (int64_t i = start; i < end; i++) { \
                    T x = px[i]; \
                    y[i] = within ? value : otherwise; \
                } \
            } else { \
                GT_INDEPENDENT \
                for (int64_t i = start; i < end; i++) { \
                    T x = px[i]; \
                    y[i] = value; \
                } \
            } \
        } \
    }

#define BINARY_LOOP(value, ix, iz) \
    GT_INDEPENDENT \
    for (int64_t i = 0; i < n; i++) { \
        T x = px[ix], z = pz[iz]; \
        y[i] = (value); \
    }
#define BINARY(name, value, dx, dz) \
    ATTRIBUTES static void KERNEL(name)(int64_t n, void *out, const void *const *in, \
                                        const int *step) \
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
            BINARY_LOOP(value, 0, i *step[1]) \
        } \
    }

#define TERNARY(name, value, dx, dz, dw) \
    ATTRIBUTES static void KERNEL(name)(int64_t n, void *out, const void *const *in, \
                                        const int *step) \
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

#include "ops/elementwise_table.h"

#undef BINARY_LOOP
#undef WITHIN_BLOCK
#undef KERNEL
#undef ATTRIBUTES
#undef T
