/* RAdam (Liu et al. 2020): Adam whose adaptive step is rectified for the variance of
 * the second moment, and left out while that cannot be estimated (rho <= 5).    */
#include "solvers/first_order/radam.h"

#include "core/simd.h"

#include <math.h>

#define RADAM(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const gt_radam_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->beta1, c1 = (T)(1 - o->beta1), b2 = (T)o->beta2, c2 = (T)(1 - o->beta2); \
        const double correction = 1 - pow(o->beta2, u->step), rho_inf = 2 / (1 - o->beta2) - 1; \
        const double rho = rho_inf - 2 * u->step * pow(o->beta2, u->step) / correction; \
        const bool adaptive = rho > 5; \
        const double rectified = sqrt((rho - 4) * (rho - 2) * rho_inf * correction / \
                                      ((rho_inf - 4) * (rho_inf - 2) * rho)); \
        const double lr = o->lr / (1 - pow(o->beta1, u->step)); \
        const T size = (T)(adaptive ? lr * rectified : lr); \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0], *v = u->state[1]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            m[i] = b1 * m[i] + c1 * d; \
            v[i] = b2 * v[i] + c2 * (d * d); \
            x[i] -= adaptive ? size * m[i] / (SQRT(v[i]) + eps) : size * m[i]; \
        } \
    }
RADAM(double, sqrt, radam_double)
RADAM(float, sqrtf, radam_float)
GT_DEFINE_STEP(radam)
