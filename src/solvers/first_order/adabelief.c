/* AdaBelief (Zhuang et al. 2020, algorithm 2): Adam whose second moment is that of the
 * gradient's deviation from its running mean; weight decay shrinks the parameter. */
#include "solvers/first_order/adabelief.h"

#include "core/simd.h"

#include <math.h>

#define ADABELIEF(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const gt_adabelief_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->beta1, c1 = (T)(1 - o->beta1), b2 = (T)o->beta2, c2 = (T)(1 - o->beta2); \
        const T size = (T)(o->lr / (1 - pow(o->beta1, u->step))); \
        const T scale = (T)sqrt(1 - pow(o->beta2, u->step)); \
        const T shrink = (T)(1 - o->lr * o->weight_decay); \
        const T eps = (T)o->eps, sign = o->maximize ? -1 : 1; \
        const bool amsgrad = o->amsgrad; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0], *v = u->state[1], *largest = u->state[2]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            m[i] = b1 * m[i] + c1 * d; \
            T off = d - m[i]; \
            v[i] = b2 * v[i] + c2 * (off * off) + eps; \
            T s = v[i]; \
            if (amsgrad) s = largest[i] = largest[i] > s ? largest[i] : s; \
            x[i] = shrink * x[i] - size * (m[i] / (SQRT(s) / scale + eps)); \
        } \
    }
ADABELIEF(double, sqrt, adabelief_double)
ADABELIEF(float, sqrtf, adabelief_float)
GT_DEFINE_STEP(adabelief)
