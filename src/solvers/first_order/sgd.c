/* Stochastic gradient descent with momentum (Polyak 1964) or Nesterov momentum
 * (Sutskever et al. 2013), as in PyTorch: the velocity starts as the first gradient,
 * and lr multiplies it when it is applied.                                     */
#include "solvers/first_order/sgd.h"

#include "core/simd.h"

#define SGD(T, NAME) \
    GT_KERNEL static void NAME(const gt_sgd_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const bool first = u->first; \
        const T lr = (T)o->lr, mu = (T)o->momentum, fresh = (T)(1 - o->dampening); \
        const T decay = (T)o->weight_decay, sign = o->maximize ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *v = u->state[0]; \
        if (o->momentum == 0) { \
            GT_INDEPENDENT \
            for (int64_t i = 0; i < n; i++) { \
                T d = sign * g[i]; \
                if (decay != 0) d += decay * x[i]; \
                x[i] -= lr * d; \
            } \
            return; \
        } \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            v[i] = first ? d : mu * v[i] + fresh * d; \
            x[i] -= lr * (o->nesterov ? d + mu * v[i] : v[i]); \
        } \
    }
SGD(double, sgd_double)
SGD(float, sgd_float)
GT_DEFINE_STEP(sgd)
