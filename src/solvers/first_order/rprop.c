/* Rprop (Riedmiller & Braun 1993): only the signs of the gradient count. Where the sign
 * turned, the step length shrinks and, as in PyTorch, no step is made.          */
#include "solvers/first_order/rprop.h"

#include "core/simd.h"

#define RPROP(T, NAME) \
    GT_KERNEL static void NAME(const gt_rprop_options *o, const gt_update *u) \
    { \
        const int64_t n = u->space.n; \
        const T begin = u->first ? (T)o->lr : 0, shrink = (T)o->shrink, grow = (T)o->grow; \
        const T smallest = (T)o->smallest, largest = (T)o->largest, sign = o->maximize ? -1 : 1; \
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
