#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_ADADELTA_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_ADADELTA_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 1 */
    double rho;                 /* decay of the averages, in [0, 1]; 0.9 */
    double eps;                 /* >= 0; 1e-6 */
    double weight_decay;        /* L2 penalty, >= 0; 0 */
    bool maximize;
} gt_adadelta_options;

/* state: mean squares of the gradient and of the step. */
void gt_adadelta_step(const void *options, const gt_update *u);

#endif
