/* Adadelta (Zeiler 2012, algorithm 1), with PyTorch's step length lr. */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1, GT_FINITE_AT_LEAST_0, "Multiplies the step") \
    NUMBER(rho, 0.9, GT_FROM_0_TO_1, "Decay rate of the running means") \
    NUMBER(eps, 1e-6, GT_AT_LEAST_0, "Added inside both roots") \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_WEIGHT_DECAY) \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(adadelta_options, OPTIONS)
GT_OPTION_TABLE(adadelta_table, OPTIONS)

#define ADADELTA(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const adadelta_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T lr = (T)o->lr, rho = (T)o->rho, c = (T)(1 - o->rho); \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize != 0 ? -1 : 1; \
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

const gt_first_order gt_adadelta = {
    .name = "adadelta",
    .options = &adadelta_table,
    .step = adadelta_step,
    .state = {{"square_avg", GT_AS_PARAMETER, NULL}, {"acc_delta", GT_AS_PARAMETER, NULL}}};
