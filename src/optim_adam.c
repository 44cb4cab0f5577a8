/* Adam (Kingma & Ba 2015), with AMSGrad (Reddi et al. 2018). Weight decay is an L2
 * penalty added to the gradient. As in PyTorch, eps is added to the square root of
 * the bias-corrected second moment.                                            */
#include "optim_adam.h"

#include "simd.h"

#include <math.h>

#define ADAM(T, SQRT, NAME) \
    GT_KERNEL static void NAME(int64_t n, const gt_adam_params *o, double step, T *x, const T *g, \
                               T *m, T *v, T *largest) \
    { \
        const T b1 = (T)o->beta1, c1 = (T)(1 - o->beta1), b2 = (T)o->beta2, c2 = (T)(1 - o->beta2); \
        const T size = (T)(o->lr / (1 - pow(o->beta1, step))); \
        const T scale = (T)sqrt(1 - pow(o->beta2, step)); \
        const T eps = (T)o->eps, decay = (T)o->weight_decay, sign = o->maximize ? -1 : 1; \
        const bool amsgrad = o->amsgrad; \
        GT_INDEPENDENT \
        for (int64_t i = 0; i < n; i++) { \
            T d = sign * g[i]; \
            if (decay != 0) d += decay * x[i]; \
            m[i] = b1 * m[i] + c1 * d; \
            v[i] = b2 * v[i] + c2 * (d * d); \
            T s = v[i]; \
            if (amsgrad) s = largest[i] = largest[i] > s ? largest[i] : s; \
            x[i] -= size * (m[i] / (SQRT(s) / scale + eps)); \
        } \
    }
ADAM(double, sqrt, adam_double)
ADAM(float, sqrtf, adam_float)

void gt_adam_step(gt_space s, const gt_adam_params *o, double step, void *x, const void *g,
                  void *mean, void *square, void *largest)
{
    if (s.single) adam_float(s.n, o, step, x, g, mean, square, largest);
    else adam_double(s.n, o, step, x, g, mean, square, largest);
}
