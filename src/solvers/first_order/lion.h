#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_LION_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_LION_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 1e-4 */
    double beta1, beta2;        /* of the step and of the momentum, in [0, 1); 0.9, 0.99 */
    double weight_decay;        /* decoupled, >= 0; 0 */
    bool maximize;
} gt_lion_options;

/* state: momentum. */
void gt_lion_step(const void *options, const gt_update *u);

#endif
