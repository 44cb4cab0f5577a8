#ifndef GRADTAPE_OPTIM_SGD_H
#define GRADTAPE_OPTIM_SGD_H

#include "vec.h"

typedef struct {
    double lr;                  /* step length, >= 0 */
    double momentum;            /* 0 */
    double dampening;           /* of momentum; 0 */
    double weight_decay;        /* L2 penalty; 0 */
    bool nesterov;
    bool maximize;
} gt_sgd_params;

/* x: parameter; g: gradient; velocity: momentum buffer (unused without momentum);
 * step: 1 at the first call.                                                   */
void gt_sgd_step(gt_space s, const gt_sgd_params *o, double step, void *x, const void *g,
                 void *velocity);

#endif
