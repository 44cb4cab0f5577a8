#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_SGD_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_SGD_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0 */
    double momentum;            /* 0 */
    double dampening;           /* of momentum; 0 */
    double weight_decay;        /* L2 penalty, >= 0; 0 */
    bool nesterov;
    bool maximize;
} gt_sgd_options;

/* state: velocity, needed with momentum only. */
void gt_sgd_step(const void *options, const gt_update *u);

#endif
