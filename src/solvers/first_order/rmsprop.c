/* RMSprop (Tieleman & Hinton 2012, lecture 6.5); centered: by the variance of the
 * gradient (Graves 2013, eq. 38-45). As in PyTorch, eps is added to the root.   */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1e-2, GT_FINITE_AT_LEAST_0, GT_LR) \
    NUMBER(alpha, 0.99, GT_AT_LEAST_0, "Decay rate of the running means, below 1 to be of use") \
    NUMBER(eps, 1e-8, GT_AT_LEAST_0, GT_EPS) \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_WEIGHT_DECAY) \
    NUMBER(momentum, 0, GT_AT_LEAST_0, "Momentum of the scaled gradient; 0 for none") \
    FLAG(centered, false, "Subtract the squared running mean of the gradient?") \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(rmsprop_options, OPTIONS)
GT_OPTION_TABLE(rmsprop_table, OPTIONS)

#define RMSPROP(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const rmsprop_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T lr = (T)o->lr, a = (T)o->alpha, c = (T)(1 - o->alpha), mu = (T)o->momentum; \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize != 0 ? -1 : 1; \
        const bool centered = o->centered != 0; \
        const T *g = u->g; \
        T *x = u->x, *v = u->state[0], *velocity = u->state[1], *m = u->state[2]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            v[i] = a * v[i] + c * (d * d); \
            T s = v[i]; \
            if (centered) { \
                m[i] = a * m[i] + c * d; \
                s -= m[i] * m[i]; \
            } \
            T scaled = d / (SQRT(s) + eps); \
            if (mu > 0) scaled = velocity[i] = mu * velocity[i] + scaled; \
            x[i] -= lr * scaled; \
        } \
    }
RMSPROP(double, sqrt, rmsprop_double)
RMSPROP(float, sqrtf, rmsprop_float)
GT_DEFINE_STEP(rmsprop)

static bool has_momentum(const void *options, const gt_type *parameter)
{
    (void)parameter;
    return ((const rmsprop_options *)options)->momentum > 0;
}

static bool is_centered(const void *options, const gt_type *parameter)
{
    (void)parameter;
    return ((const rmsprop_options *)options)->centered != 0;
}

const gt_first_order gt_rmsprop = {.name = "rmsprop",
                                   .options = &rmsprop_table,
                                   .step = rmsprop_step,
                                   .state = {{"square_avg", GT_AS_PARAMETER, NULL},
                                             {"momentum_buffer", GT_AS_PARAMETER, has_momentum},
                                             {"grad_avg", GT_AS_PARAMETER, is_centered}}};
