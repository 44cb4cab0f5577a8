/* Adam (Kingma & Ba 2015), with AMSGrad (Reddi et al. 2018), and AdamW (Loshchilov &
 * Hutter 2019), whose weight decay shrinks the parameter instead of adding to the
 * gradient. As in PyTorch, eps is added to the square root of the bias-corrected
 * second moment.                                                               */
#include "solvers/first_order/first_order.h"

#define COMMON(NUMBER, FLAG, PAIR, DECAY, DECAY_MEANING) \
    NUMBER(lr, 1e-3, GT_FINITE_AT_LEAST_0, GT_LR) \
    PAIR(betas, 0.9, 0.999, GT_BELOW_1, GT_BELOW_1, GT_BETAS) \
    NUMBER(eps, 1e-8, GT_AT_LEAST_0, GT_EPS) \
    NUMBER(weight_decay, DECAY, GT_AT_LEAST_0, DECAY_MEANING) \
    FLAG(amsgrad, false, "Divide by the largest mean square seen so far (Reddi et al.)?") \
    FLAG(maximize, false, GT_MAXIMIZE)
#define ADAM_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    COMMON(NUMBER, FLAG, PAIR, 0, GT_WEIGHT_DECAY)
#define ADAMW_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    COMMON(NUMBER, FLAG, PAIR, 1e-2, "Decay of the parameter")
GT_OPTION_STRUCT(adam_options, ADAM_OPTIONS)
GT_OPTION_TABLE(adam_table, ADAM_OPTIONS)
GT_OPTION_TABLE(adamw_table, ADAMW_OPTIONS)

#define ADAM(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const adam_options *o, const gt_update *u, bool decoupled) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->betas[0], c1 = (T)(1 - o->betas[0]), b2 = (T)o->betas[1], \
                c2 = (T)(1 - o->betas[1]); \
        const T size = (T)(o->lr / (1 - pow(o->betas[0], u->step))); \
        const T scale = (T)sqrt(1 - pow(o->betas[1], u->step)); \
        const T eps = (T)o->eps, sign = o->maximize != 0 ? -1 : 1; \
        const T decay = decoupled ? 0 : (T)o->weight_decay; \
        const T shrink = decoupled ? (T)(1 - o->lr * o->weight_decay) : 1; \
        const bool amsgrad = o->amsgrad != 0; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0], *v = u->state[1], *largest = u->state[2]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            m[i] = b1 * m[i] + c1 * d; \
            v[i] = b2 * v[i] + c2 * (d * d); \
            T s = v[i]; \
            if (amsgrad) s = largest[i] = largest[i] > s ? largest[i] : s; \
            x[i] = shrink * x[i] - size * (m[i] / (SQRT(s) / scale + eps)); \
        } \
    }
ADAM(double, sqrt, adam_double)
ADAM(float, sqrtf, adam_float)

static void adam_step(const void *options, const gt_update *u)
{
    if (u->space.single) adam_float(options, u, false);
    else adam_double(options, u, false);
}

static void adamw_step(const void *options, const gt_update *u)
{
    if (u->space.single) adam_float(options, u, true);
    else adam_double(options, u, true);
}

static bool has_largest(const void *options, const gt_type *parameter)
{
    (void)parameter;
    return ((const adam_options *)options)->amsgrad != 0;
}

#define ADAM_STATE \
    { \
        {"exp_avg", GT_AS_PARAMETER, NULL}, {"exp_avg_sq", GT_AS_PARAMETER, NULL}, \
        { \
            "max_exp_avg_sq", GT_AS_PARAMETER, has_largest \
        } \
    }
const gt_first_order gt_adam = {
    .name = "adam", .options = &adam_table, .step = adam_step, .state = ADAM_STATE};
const gt_first_order gt_adamw = {
    .name = "adamw", .options = &adamw_table, .step = adamw_step, .state = ADAM_STATE};
