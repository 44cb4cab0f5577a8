/* AdaBelief (Zhuang et al. 2020, algorithm 2): Adam whose second moment is that of the
 * gradient's deviation from its running mean; weight decay shrinks the parameter. */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1e-3, GT_FINITE_AT_LEAST_0, GT_LR) \
    PAIR(betas, 0.9, 0.999, GT_BELOW_1, GT_BELOW_1, GT_BETAS) \
    NUMBER(eps, 1e-8, GT_AT_LEAST_0, "Added to the denominator and to the mean square") \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_DECOUPLED_DECAY) \
    FLAG(amsgrad, false, "Divide by the largest mean square seen so far?") \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(adabelief_options, OPTIONS)
GT_OPTION_TABLE(adabelief_table, OPTIONS)

#define ADABELIEF(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const adabelief_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->betas[0], c1 = (T)(1 - o->betas[0]), b2 = (T)o->betas[1], \
                c2 = (T)(1 - o->betas[1]); \
        const T size = (T)(o->lr / (1 - pow(o->betas[0], u->step))); \
        const T scale = (T)sqrt(1 - pow(o->betas[1], u->step)); \
        const T shrink = (T)(1 - o->lr * o->weight_decay); \
        const T eps = (T)o->eps, sign = o->maximize != 0 ? -1 : 1; \
        const bool amsgrad = o->amsgrad != 0; \
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

static bool has_largest(const void *options, const gt_type *parameter)
{
    (void)parameter;
    return ((const adabelief_options *)options)->amsgrad != 0;
}

const gt_first_order gt_adabelief = {.name = "adabelief",
                                     .options = &adabelief_table,
                                     .step = adabelief_step,
                                     .state = {{"exp_avg", GT_AS_PARAMETER, NULL},
                                               {"exp_avg_var", GT_AS_PARAMETER, NULL},
                                               {"max_exp_avg_var", GT_AS_PARAMETER, has_largest}}};
