/* Averaged stochastic gradient descent (Polyak & Juditsky 1992), with the step length
 * lr / (1 + lambda lr t)^alpha and averaging from step t0 on (Bottou 2012, section 5).
 * As in PyTorch, step length and weight are single precision.                  */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1e-2, GT_FINITE_AT_LEAST_0, GT_LR) \
    NUMBER(lambda, 1e-4, GT_AT_LEAST_0, "Decay of the parameter and of the step length") \
    NUMBER(alpha, 0.75, GT_AT_LEAST_0, "Power of the step length's decay") \
    NUMBER(t0, 1e6, GT_AT_LEAST_0, "The step at which averaging starts") \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_WEIGHT_DECAY) \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(asgd_options, OPTIONS)
GT_OPTION_TABLE(asgd_table, OPTIONS)

#define ASGD(T, NAME) \
    GT_KERNEL static void NAME(const asgd_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const double eta = (float)(u->step == 1 ? o->lr : *u->carried); \
        const double averaged = u->step - 1 - o->t0; \
        *u->carried = o->lr / pow(1 + o->lambda * o->lr * u->step, o->alpha); \
        const T size = (T)eta, shrink = (T)(1 - o->lambda * eta); \
        const T weight = (float)(1 / (averaged > 1 ? averaged : 1)); \
        const T decay = (T)o->weight_decay, sign = o->maximize != 0 ? -1 : 1; \
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

const gt_first_order gt_asgd = {.name = "asgd",
                                .options = &asgd_table,
                                .step = asgd_step,
                                .state = {{"ax", GT_AS_PARAMETER, NULL}},
                                .carried = "eta",
                                .carried_at_first = 0};
