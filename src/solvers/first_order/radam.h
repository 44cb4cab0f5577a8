#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_RADAM_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_RADAM_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 1e-3 */
    double beta1, beta2;        /* decay of the moment averages, in [0, 1); 0.9, 0.999 */
    double eps;                 /* >= 0; 1e-8 */
    double weight_decay;        /* L2 penalty, >= 0; 0 */
    bool maximize;
} gt_radam_options;

/* state: the two moment averages. */
void gt_radam_step(const void *options, const gt_update *u);

#endif
