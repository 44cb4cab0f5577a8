/* Yogi (Zaheer et al. 2018, algorithm 2): Adam whose second moment moves towards the
 * squared gradient by steps that do not depend on its own size; with Adam's bias
 * corrections.                                                                  */
#include "solvers/first_order/yogi.h"

#include "core/simd.h"

#include <math.h>

#define YOGI(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const gt_yogi_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->beta1, c1 = (T)(1 - o->beta1), c2 = (T)(1 - o->beta2); \
        const T size = (T)(o->lr / (1 - pow(o->beta1, u->step))); \
        const T scale = (T)sqrt(1 - pow(o->beta2, u->step)); \
        const T begin = u->first ? (T)o->initial_accumulator : 0; \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0], *v = u->state[1]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            m[i] = b1 * m[i] + c1 * d; \
            T s = v[i] + begin, square = d * d, move = c2 * square; \
            s -= s > square ? move : s < square ? -move : 0; \
            v[i] = s; \
            x[i] -= size * (m[i] / (SQRT(s) / scale + eps)); \
        } \
    }
YOGI(double, sqrt, yogi_double)
YOGI(float, sqrtf, yogi_float)
GT_DEFINE_STEP(yogi)
