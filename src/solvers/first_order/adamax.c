/* Adamax (Kingma & Ba 2015, section 7.1): Adam with the infinity norm. As in PyTorch,
 * eps is added to |gradient|.                                                  */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 2e-3, GT_FINITE_AT_LEAST_0, GT_LR) \
    PAIR(betas, 0.9, 0.999, GT_BELOW_1, GT_BELOW_1, "Decay rates of mean and maximum") \
    NUMBER(eps, 1e-8, GT_AT_LEAST_0, "Added to the gradient's size") \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_WEIGHT_DECAY) \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(adamax_options, OPTIONS)
GT_OPTION_TABLE(adamax_table, OPTIONS)

#define ADAMAX(T, ABS, NAME) \
    GT_KERNEL static void NAME(const adamax_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->betas[0], c1 = (T)(1 - o->betas[0]), b2 = (T)o->betas[1]; \
        const T size = (T)(o->lr / (1 - pow(o->betas[0], u->step))); \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize != 0 ? -1 : 1; \
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

const gt_first_order gt_adamax = {
    .name = "adamax",
    .options = &adamax_table,
    .step = adamax_step,
    .state = {{"exp_avg", GT_AS_PARAMETER, NULL}, {"exp_inf", GT_AS_PARAMETER, NULL}}};
