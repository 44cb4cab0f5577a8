/* Adam (Kingma & Ba 2015), with AMSGrad (Reddi et al. 2018), and AdamW (Loshchilov &
 * Hutter 2019), whose weight decay shrinks the parameter instead of adding to the
 * gradient. As in PyTorch, eps is added to the square root of the bias-corrected
 * second moment.                                                               */
#include "solvers/first_order/adam.h"

#include "core/simd.h"

#include <math.h>

#define ADAM(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const gt_adam_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->beta1, c1 = (T)(1 - o->beta1), b2 = (T)o->beta2, c2 = (T)(1 - o->beta2); \
        const T size = (T)(o->lr / (1 - pow(o->beta1, u->step))); \
        const T scale = (T)sqrt(1 - pow(o->beta2, u->step)); \
        const T eps = (T)o->eps, sign = o->maximize ? -1 : 1; \
        const T decay = o->decoupled ? 0 : (T)o->weight_decay; \
        const T shrink = o->decoupled ? (T)(1 - o->lr * o->weight_decay) : 1; \
        const bool amsgrad = o->amsgrad; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0], *v = u->state[1], *largest = u->state[2]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            m[i] = b1 * m[i] + c1 * d; \
            v[i] = b2 * v[i] + c2 * (d * d); \
            T s = v[i]; \
            if (amsgrad) s = largest[i] = largest[i] > s ? largest[i] : s; \
            x[i] = shrink * x[i] - size * (m[i] / (SQRT(s) / scale + eps)); \
        } \
    }
ADAM(double, sqrt, adam_double)
ADAM(float, sqrtf, adam_float)
GT_DEFINE_STEP(adam)
