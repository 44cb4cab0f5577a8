/* Lion (Chen et al. 2023, program 1): steps by the sign of an interpolation between
 * momentum and gradient; weight decay shrinks the parameter.                   */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1e-4, GT_FINITE_AT_LEAST_0, GT_LR) \
    PAIR(betas, 0.9, 0.99, GT_BELOW_1, GT_BELOW_1, "\\eqn{\\beta_1} and \\eqn{\\beta_2}") \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_DECOUPLED_DECAY) \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(lion_options, OPTIONS)
GT_OPTION_TABLE(lion_table, OPTIONS)

#define LION(T, NAME) \
    GT_KERNEL static void NAME(const lion_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->betas[0], c1 = (T)(1 - o->betas[0]), b2 = (T)o->betas[1], \
                c2 = (T)(1 - o->betas[1]); \
        const T lr = (T)o->lr, shrink = (T)(1 - o->lr * o->weight_decay); \
        const T sign = o->maximize != 0 ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i], c = b1 * m[i] + c1 * d; \
            x[i] = shrink * x[i] - (c > 0 ? lr : c < 0 ? -lr : c); \
            m[i] = b2 * m[i] + c2 * d; \
        } \
    }
LION(double, lion_double)
LION(float, lion_float)
GT_DEFINE_STEP(lion)

const gt_first_order gt_lion = {.name = "lion",
                                .options = &lion_table,
                                .step = lion_step,
                                .state = {{"exp_avg", GT_AS_PARAMETER, NULL}}};
