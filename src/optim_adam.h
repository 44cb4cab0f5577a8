#ifndef GRADTAPE_OPTIM_ADAM_H
#define GRADTAPE_OPTIM_ADAM_H

#include "vec.h"

typedef struct {
    double lr;                  /* >= 0; 1e-3 */
    double beta1, beta2;        /* decay of the moment averages, in [0, 1); 0.9, 0.999 */
    double eps;                 /* >= 0; 1e-8 */
    double weight_decay;        /* >= 0; 0 */
    bool amsgrad;               /* divide by the largest second moment seen */
    bool maximize;
} gt_adam_params;

/* x: parameter; g: gradient; mean, square: moment averages, zero before the first
 * step; largest: used with amsgrad only; step counts from 1.                    */
void gt_adam_step(gt_space s, const gt_adam_params *o, double step, void *x, const void *g,
                  void *mean, void *square, void *largest);

#endif
