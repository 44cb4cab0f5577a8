/* Averaged stochastic gradient descent (Polyak & Juditsky 1992), with the step length
 * lr / (1 + lambda lr t)^alpha and averaging from step t0 on (Bottou 2012, section 5).
 * As in PyTorch, step length and weight are single precision.                  */
#include "solvers/first_order/asgd.h"

#include "core/simd.h"

#include <math.h>

#define ASGD(T, NAME) \
    GT_KERNEL static void NAME(const gt_asgd_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const double eta = (float)(u->step == 1 ? o->lr : *u->carried); \
        const double averaged = u->step - 1 - o->t0; \
        *u->carried = o->lr / pow(1 + o->lambda * o->lr * u->step, o->alpha); \
        const T size = (T)eta, shrink = (T)(1 - o->lambda * eta); \
        const T weight = (float)(1 / (averaged > 1 ? averaged : 1)); \
        const T decay = (T)o->weight_decay, sign = o->maximize ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *mean = u->state[0]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            x[i] = shrink * x[i] - size * d; \
            mean[i] = weight == 1 ? x[i] : mean[i] + weight * (x[i] - mean[i]); \
        } \
    }
ASGD(double, asgd_double)
ASGD(float, asgd_float)
GT_DEFINE_STEP(asgd)
