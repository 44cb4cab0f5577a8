/* NAdam (Dozat 2016): Adam with Nesterov momentum, mu_t = beta1 (1 - 0.96^(t decay) / 2).
 * The bias correction of the mean is that of PyTorch 1.13, where the product of all mu
 * up to t + 1 holds mu_t twice; as there, the products are single precision.     */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 2e-3, GT_FINITE_AT_LEAST_0, GT_LR) \
    PAIR(betas, 0.9, 0.999, GT_BELOW_1, GT_BELOW_1, GT_BETAS) \
    NUMBER(eps, 1e-8, GT_AT_LEAST_0, GT_EPS) \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_WEIGHT_DECAY) \
    NUMBER(momentum_decay, 4e-3, GT_AT_LEAST_0, "How fast \\eqn{\\mu_t} grows") \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(nadam_options, OPTIONS)
GT_OPTION_TABLE(nadam_table, OPTIONS)

#define NADAM(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const nadam_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->betas[0], c1 = (T)(1 - o->betas[0]), b2 = (T)o->betas[1], \
                c2 = (T)(1 - o->betas[1]); \
        const double mu = o->betas[0] * (1 - 0.5 * pow(0.96, u->step * o->momentum_decay)); \
        const double next = \
            o->betas[0] * (1 - 0.5 * pow(0.96, (u->step + 1) * o->momentum_decay)); \
        const float product = (float)*u->carried * (float)mu; \
        const float product_next = product * (float)mu * (float)next; \
        *u->carried = product; \
        const T by_gradient = (T)(o->lr * (1 - mu) / (1 - (double)product)); \
        const T by_mean = (T)(o->lr * next / (1 - (double)product_next)); \
        const T correction = (T)(1 - pow(o->betas[1], u->step)); \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize != 0 ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0], *v = u->state[1]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            m[i] = b1 * m[i] + c1 * d; \
            v[i] = b2 * v[i] + c2 * (d * d); \
            x[i] -= (by_gradient * d + by_mean * m[i]) / (SQRT(v[i] / correction) + eps); \
        } \
    }
NADAM(double, sqrt, nadam_double)
NADAM(float, sqrtf, nadam_float)
GT_DEFINE_STEP(nadam)

const gt_first_order gt_nadam = {
    .name = "nadam",
    .options = &nadam_table,
    .step = nadam_step,
    .state = {{"exp_avg", GT_AS_PARAMETER, NULL}, {"exp_avg_sq", GT_AS_PARAMETER, NULL}},
    .carried = "mu_product",
    .carried_at_first = 1};
