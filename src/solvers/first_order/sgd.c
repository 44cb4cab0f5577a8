/* Stochastic gradient descent with momentum (Polyak 1964) or Nesterov momentum
 * (Sutskever et al. 2013), as in PyTorch: the velocity starts as the first gradient,
 * and lr multiplies it when it is applied.                                     */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, NAN, GT_FINITE_AT_LEAST_0, GT_LR) \
    NUMBER(momentum, 0, GT_AT_LEAST_0, "Momentum \\eqn{\\mu}; 0 for none") \
    NUMBER(dampening, 0, GT_ANY, "\\eqn{\\tau}, of the gradient's part in the velocity") \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_WEIGHT_DECAY) \
    FLAG(nesterov, false, "Use Nesterov momentum? Needs `momentum > 0` and `dampening = 0`") \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(sgd_options, OPTIONS)
GT_OPTION_TABLE(sgd_table, OPTIONS)

#define SGD(T, NAME) \
    GT_KERNEL static void NAME(const sgd_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const bool first = u->first, nesterov = o->nesterov != 0; \
        const T lr = (T)o->lr, mu = (T)o->momentum, fresh = (T)(1 - o->dampening); \
        const T decay = (T)o->weight_decay, sign = o->maximize != 0 ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *v = u->state[0]; \
        if (o->momentum == 0) { \
            GT_INDEPENDENT \
            for (int64_t i = 0; i < n; i++) { \
                T d = sign * g[i]; \
                if (decay != 0) d += decay * x[i]; \
                x[i] -= lr * d; \
            } \
            return; \
        } \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            v[i] = first ? d : mu * v[i] + fresh * d; \
            x[i] -= lr * (nesterov ? d + mu * v[i] : v[i]); \
        } \
    }
SGD(double, sgd_double)
SGD(float, sgd_float)
GT_DEFINE_STEP(sgd)

static bool has_momentum(const void *options, const gt_type *parameter)
{
    (void)parameter;
    return ((const sgd_options *)options)->momentum != 0;
}

static const char *conflict(const void *options)
{
    const sgd_options *o = options;
    bool fits = o->nesterov == 0 || (o->momentum != 0 && o->dampening == 0);
    return fits ? NULL : "`nesterov` needs `momentum` above 0 and `dampening` 0";
}

const gt_first_order gt_sgd = {.name = "sgd",
                               .options = &sgd_table,
                               .step = sgd_step,
                               .state = {{"momentum_buffer", GT_AS_PARAMETER, has_momentum}},
                               .conflict = conflict};
