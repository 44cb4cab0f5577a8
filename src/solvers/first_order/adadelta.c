/* Adadelta (Zeiler 2012, algorithm 1), with PyTorch's step length lr. */
#include "solvers/first_order/adadelta.h"

#include "core/simd.h"

#include <math.h>

#define ADADELTA(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const gt_adadelta_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T lr = (T)o->lr, rho = (T)o->rho, c = (T)(1 - o->rho); \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *v = u->state[0], *moved = u->state[1]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            v[i] = rho * v[i] + c * (d * d); \
            T delta = SQRT(moved[i] + eps) / SQRT(v[i] + eps) * d; \
            moved[i] = rho * moved[i] + c * (delta * delta); \
            x[i] -= lr * delta; \
        } \
    }
ADADELTA(double, sqrt, adadelta_double)
ADADELTA(float, sqrtf, adadelta_float)
GT_DEFINE_STEP(adadelta)
