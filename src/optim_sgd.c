/* Stochastic gradient descent with momentum (Polyak 1964) or Nesterov momentum
 * (Sutskever et al. 2013), as in PyTorch: the velocity starts as the first gradient,
 * and lr multiplies it when it is applied.                                     */
#include "optim_sgd.h"

#include "simd.h"

#define SGD(T, NAME) \
    GT_KERNEL static void NAME(int64_t n, const gt_sgd_params *o, bool first, T *x, const T *g, T *v) \
    { \
        const T lr = (T)o->lr, mu = (T)o->momentum, fresh = (T)(1 - o->dampening); \
        const T decay = (T)o->weight_decay, sign = o->maximize ? -1 : 1; \
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

void gt_sgd_step(gt_space s, const gt_sgd_params *o, double step, void *x, const void *g,
                 void *velocity)
{
    if (s.single) sgd_float(s.n, o, step == 1, x, g, velocity);
    else sgd_double(s.n, o, step == 1, x, g, velocity);
}
