/* Adamax (Kingma & Ba 2015, section 7.1): Adam with the infinity norm. As in PyTorch,
 * eps is added to |gradient|.                                                  */
#include "solvers/first_order/adamax.h"

#include "core/simd.h"

#include <math.h>

#define ADAMAX(T, ABS, NAME) \
    GT_KERNEL static void NAME(const gt_adamax_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->beta1, c1 = (T)(1 - o->beta1), b2 = (T)o->beta2; \
        const T size = (T)(o->lr / (1 - pow(o->beta1, u->step))); \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0], *norm = u->state[1]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            m[i] = b1 * m[i] + c1 * d; \
            T old = b2 * norm[i], size_now = ABS(d) + eps; \
            norm[i] = old > size_now ? old : size_now; \
            x[i] -= size * (m[i] / norm[i]); \
        } \
    }
ADAMAX(double, fabs, adamax_double)
ADAMAX(float, fabsf, adamax_float)
GT_DEFINE_STEP(adamax)
