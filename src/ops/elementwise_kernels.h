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

/* A block of one value repeated, so that there is one loop, without steps, which vectorises. */
#define REPEATED_BLOCK 128
#define OPERAND(to, i) \
    T repeated_##to[REPEATED_BLOCK]; \
    const T *p##to = in[i]; \
    if (!step[i]) \
        for (int64_t k = 0; k < n && k < REPEATED_BLOCK; k++) repeated_##to[k] = *p##to;
#define BLOCK_OF(to, i) (step[i] ? p##to + start : repeated_##to)
#define TERNARY(name, value, dx, dz, dw) \
    ATTRIBUTES static void KERNEL(name)(int64_t n, void *out, const void *const *in, \
                                        const int *step) \
    { \
        T *y = out; \
        OPERAND(x, 0) \
        OPERAND(z, 1) \
        OPERAND(w, 2) \
        for (int64_t start = 0; start < n; start += REPEATED_BLOCK) { \
            int64_t length = n - start < REPEATED_BLOCK ? n - start : REPEATED_BLOCK; \
            const T *bx = BLOCK_OF(x, 0), *bz = BLOCK_OF(z, 1), *bw = BLOCK_OF(w, 2); \
            T *by = y + start; \
            GT_INDEPENDENT \
            for (int64_t i = 0; i < length; i++) { \
                T x = bx[i], z = bz[i], w = bw[i]; \
                by[i] = (value); \
            } \
        } \
    }

/* What depends on the parameters only is computed anew when they change. */
#define PREPARED1(name, family, dx, dz) \
    static void KERNEL(name)(int64_t n, void *out, const void *const *in, const int *step) \
    { \
        T *y = out; \
        const T *px = in[0], *pz = in[1]; \
        const int64_t sx = step[0], sz = step[1]; \
        family prepared = family##_of(n ? (double)*pz : 0); \
        for (int64_t i = 0; i < n; i++) { \
            if (pz[i * sz] != prepared.z) prepared = family##_of(pz[i * sz]); \
            y[i] = (T)family##_at(&prepared, px[i * sx]); \
        } \
    }
#define PREPARED2(name, family, dx, dz, dw) \
    static void KERNEL(name)(int64_t n, void *out, const void *const *in, const int *step) \
    { \
        T *y = out; \
        const T *px = in[0], *pz = in[1], *pw = in[2]; \
        const int64_t sx = step[0], sz = step[1], sw = step[2]; \
        family prepared = family##_of(n ? (double)*pz : 0, n ? (double)*pw : 0); \
        for (int64_t i = 0; i < n; i++) { \
            double z = pz[i * sz], w = pw[i * sw]; \
            if (z != prepared.z || w != prepared.w) prepared = family##_of(z, w); \
            y[i] = (T)family##_at(&prepared, px[i * sx]); \
        } \
    }

#include "ops/elementwise_table.h"

#undef BINARY_LOOP
#undef REPEATED_BLOCK
#undef OPERAND
#undef BLOCK_OF
#undef WITHIN_BLOCK
#undef KERNEL
#undef ATTRIBUTES
#undef T
