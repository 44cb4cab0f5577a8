#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_NADAM_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_NADAM_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 2e-3 */
    double beta1, beta2;        /* decay of the moment averages, in [0, 1); 0.9, 0.999 */
    double eps;                 /* >= 0; 1e-8 */
    double weight_decay;        /* L2 penalty, >= 0; 0 */
    double momentum_decay;      /* >= 0; 4e-3 */
    bool maximize;
} gt_nadam_options;

/* state: the two moment averages; carried: the product of all mu, 1 at first. */
void gt_nadam_step(const void *options, const gt_update *u);

#endif
