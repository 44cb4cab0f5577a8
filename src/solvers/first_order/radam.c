/* RAdam (Liu et al. 2020): Adam whose adaptive step is rectified for the variance of
 * the second moment, and left out while that cannot be estimated (rho <= 5).    */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1e-3, GT_FINITE_AT_LEAST_0, GT_LR) \
    PAIR(betas, 0.9, 0.999, GT_BELOW_1, GT_BELOW_1, GT_BETAS) \
    NUMBER(eps, 1e-8, GT_AT_LEAST_0, GT_EPS) \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_WEIGHT_DECAY) \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(radam_options, OPTIONS)
GT_OPTION_TABLE(radam_table, OPTIONS)

#define RADAM(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const radam_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->betas[0], c1 = (T)(1 - o->betas[0]), b2 = (T)o->betas[1], \
                c2 = (T)(1 - o->betas[1]); \
        const double correction = 1 - pow(o->betas[1], u->step), \
                     rho_inf = 2 / (1 - o->betas[1]) - 1; \
        const double rho = rho_inf - 2 * u->step * pow(o->betas[1], u->step) / correction; \
        const bool adaptive = rho > 5; \
        const double rectified = sqrt((rho - 4) * (rho - 2) * rho_inf * correction / \
                                      ((rho_inf - 4) * (rho_inf - 2) * rho)); \
        const double lr = o->lr / (1 - pow(o->betas[0], u->step)); \
        const T size = (T)(adaptive ? lr * rectified : lr); \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize != 0 ? -1 : 1; \
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

const gt_first_order gt_radam = {
    .name = "radam",
    .options = &radam_table,
    .step = radam_step,
    .state = {{"exp_avg", GT_AS_PARAMETER, NULL}, {"exp_avg_sq", GT_AS_PARAMETER, NULL}}};
