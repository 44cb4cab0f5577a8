/* Lion (Chen et al. 2023, program 1): steps by the sign of an interpolation between
 * momentum and gradient; weight decay shrinks the parameter.                   */
#include "solvers/first_order/lion.h"

#include "core/simd.h"

#define LION(T, NAME) \
    GT_KERNEL static void NAME(const gt_lion_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->beta1, c1 = (T)(1 - o->beta1), b2 = (T)o->beta2, c2 = (T)(1 - o->beta2); \
        const T lr = (T)o->lr, shrink = (T)(1 - o->lr * o->weight_decay); \
        const T sign = o->maximize ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i], c = b1 * m[i] + c1 * d; \
            x[i] = shrink * x[i] - (c > 0 ? lr : c < 0 ? -lr : c); \
            m[i] = b2 * m[i] + c2 * d; \
        } \
    }
LION(double, lion_double)
LION(float, lion_float)
GT_DEFINE_STEP(lion)
