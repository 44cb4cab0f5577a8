#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_ADAMAX_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_ADAMAX_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 2e-3 */
    double beta1, beta2;        /* decay of mean and norm, in [0, 1); 0.9, 0.999 */
    double eps;                 /* >= 0; 1e-8 */
    double weight_decay;        /* L2 penalty, >= 0; 0 */
    bool maximize;
} gt_adamax_options;

/* state: mean, norm. */
void gt_adamax_step(const void *options, const gt_update *u);

#endif
