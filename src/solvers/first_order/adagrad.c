/* Adagrad (Duchi, Hazan & Singer 2011), diagonal form. As in PyTorch, the step length
 * decays as lr / (1 + (t - 1) lr_decay).                                        */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1e-2, GT_FINITE_AT_LEAST_0, GT_LR) \
    NUMBER(lr_decay, 0, GT_AT_LEAST_0, \
           "Step \\eqn{t} has length \\eqn{lr / (1 + (t - 1)\\, lr\\_decay)}") \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_WEIGHT_DECAY) \
    NUMBER(initial_accumulator_value, 0, GT_AT_LEAST_0, "What the sum starts from") \
    NUMBER(eps, 1e-10, GT_AT_LEAST_0, GT_EPS) \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(adagrad_options, OPTIONS)
GT_OPTION_TABLE(adagrad_table, OPTIONS)

#define ADAGRAD(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const adagrad_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T size = (T)(o->lr / (1 + (u->step - 1) * o->lr_decay)); \
        const T begin = u->first ? (T)o->initial_accumulator_value : 0; \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize != 0 ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *sum = u->state[0]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            sum[i] = (sum[i] + begin) + d * d; \
            x[i] -= size * (d / (SQRT(sum[i]) + eps)); \
        } \
    }
ADAGRAD(double, sqrt, adagrad_double)
ADAGRAD(float, sqrtf, adagrad_float)
GT_DEFINE_STEP(adagrad)

const gt_first_order gt_adagrad = {.name = "adagrad",
                                   .options = &adagrad_table,
                                   .step = adagrad_step,
                                   .state = {{"sum", GT_AS_PARAMETER, NULL}}};
