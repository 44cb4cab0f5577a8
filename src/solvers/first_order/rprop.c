/* Rprop (Riedmiller & Braun 1993): only the signs of the gradient count. Where the sign
 * turned, the step length shrinks and, as in PyTorch, no step is made.          */
#include "solvers/first_order/first_order.h"

#define OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1e-2, GT_FINITE_AT_LEAST_0, "Step length of the first step") \
    PAIR(etas, 0.5, 1.2, GT_BETWEEN_0_AND_1, GT_ABOVE_1, \
         "By what a step length shrinks and grows") \
    PAIR(step_sizes, 1e-6, 50, GT_RISING_FROM_0, GT_RISING_FROM_0, \
         "Smallest and largest step length") \
    FLAG(maximize, false, GT_MAXIMIZE)
GT_OPTION_STRUCT(rprop_options, OPTIONS)
GT_OPTION_TABLE(rprop_table, OPTIONS)

#define RPROP(T, NAME) \
    GT_KERNEL static void NAME(const rprop_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T begin = u->first ? (T)o->lr : 0, shrink = (T)o->etas[0], grow = (T)o->etas[1]; \
        const T smallest = (T)o->step_sizes[0], largest = (T)o->step_sizes[1]; \
        const T sign = o->maximize != 0 ? -1 : 1; \
        const T *g = u->g; \
        T *x = u->x, *previous = u->state[0], *size = u->state[1]; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i], turn = d * previous[i]; \
            T s = (size[i] + begin) * (turn > 0 ? grow : turn < 0 ? shrink : 1); \
            s = s < smallest ? smallest : s; \
            size[i] = s = s > largest ? largest : s; \
            d = turn < 0 ? 0 : d; \
            x[i] -= d > 0 ? s : d < 0 ? -s : d; \
            previous[i] = d; \
        } \
    }
RPROP(double, rprop_double)
RPROP(float, rprop_float)
GT_DEFINE_STEP(rprop)

const gt_first_order gt_rprop = {
    .name = "rprop",
    .options = &rprop_table,
    .step = rprop_step,
    .state = {{"prev", GT_AS_PARAMETER, NULL}, {"step_size", GT_AS_PARAMETER, NULL}}};
