/* Yogi (Zaheer et al. 2018, algorithm 2): Adam whose second moment moves towards the
 * squared gradient by steps that do not depend on its own size; with Adam's bias
 * corrections.                                                                  */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1e-2, GT_FINITE_AT_LEAST_0, GT_LR) \
    PAIR(betas, 0.9, 0.999, GT_BELOW_1, GT_BELOW_1, GT_BETAS) \
    NUMBER(eps, 1e-3, GT_AT_LEAST_0, GT_EPS) \
    NUMBER(initial_accumulator, 1e-6, GT_AT_LEAST_0, "What \\eqn{v} starts from") \
    NUMBER(weight_decay, 0, GT_AT_LEAST_0, GT_WEIGHT_DECAY) \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(yogi_options, OPTIONS)
GT_OPTION_TABLE(yogi_table, OPTIONS)

#define YOGI(T, SQRT, NAME) \
    GT_KERNEL static void NAME(const yogi_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T b1 = (T)o->betas[0], c1 = (T)(1 - o->betas[0]), c2 = (T)(1 - o->betas[1]); \
        const T size = (T)(o->lr / (1 - pow(o->betas[0], u->step))); \
        const T scale = (T)sqrt(1 - pow(o->betas[1], u->step)); \
        const T begin = u->first ? (T)o->initial_accumulator : 0; \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize != 0 ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *m = u->state[0], *v = u->state[1]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            m[i] = b1 * m[i] + c1 * d; \
            T s = v[i] + begin, square = d * d, move = c2 * square; \
            s -= s > square ? move : s < square ? -move : 0; \
            v[i] = s; \
            x[i] -= size * (m[i] / (SQRT(s) / scale + eps)); \
        } \
    }
YOGI(double, sqrt, yogi_double)
YOGI(float, sqrtf, yogi_float)
GT_DEFINE_STEP(yogi)

const gt_first_order gt_yogi = {
    .name = "yogi",
    .options = &yogi_table,
    .step = yogi_step,
    .state = {{"exp_avg", GT_AS_PARAMETER, NULL}, {"exp_avg_sq", GT_AS_PARAMETER, NULL}}};
