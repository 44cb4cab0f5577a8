#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_RMSPROP_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_RMSPROP_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 1e-2 */
    double alpha;               /* decay of the averages, >= 0; 0.99 */
    double eps;                 /* >= 0; 1e-8 */
    double weight_decay;        /* L2 penalty, >= 0; 0 */
    double momentum;            /* >= 0; 0 */
    bool centered;
    bool maximize;
} gt_rmsprop_options;

/* state: mean square; velocity, needed with momentum; mean, needed when centered. */
void gt_rmsprop_step(const void *options, const gt_update *u);

#endif
