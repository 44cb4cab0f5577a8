/* RMSprop (Tieleman & Hinton 2012, lecture 6.5); centered: by the variance of the
 * gradient (Graves 2013, eq. 38-45). As in PyTorch, eps is added to the root.   */
#include "solvers/first_order/rmsprop.h"

#include "core/simd.h"

#include <math.h>

#define RMSPROP(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const gt_rmsprop_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T lr = (T)o->lr, a = (T)o->alpha, c = (T)(1 - o->alpha), mu = (T)o->momentum; \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize ? -1 : 1; \
        const bool centered = o->centered; \
        const T *g = u->g; \
        T *x = u->x, *v = u->state[0], *velocity = u->state[1], *m = u->state[2]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            v[i] = a * v[i] + c * (d * d); \
            T s = v[i]; \
            if (centered) { \
                m[i] = a * m[i] + c * d; \
                s -= m[i] * m[i]; \
            } \
            T scaled = d / (SQRT(s) + eps); \
            if (mu > 0) scaled = velocity[i] = mu * velocity[i] + scaled; \
            x[i] -= lr * scaled; \
        } \
    }
RMSPROP(double, sqrt, rmsprop_double)
RMSPROP(float, sqrtf, rmsprop_float)
GT_DEFINE_STEP(rmsprop)
