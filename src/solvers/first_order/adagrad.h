#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_ADAGRAD_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_ADAGRAD_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 1e-2 */
    double lr_decay;            /* >= 0; 0 */
    double weight_decay;        /* L2 penalty, >= 0; 0 */
    double initial_accumulator_value;/* of the sum, >= 0; 0 */
    double eps;                 /* >= 0; 1e-10 */
    bool maximize;
} gt_adagrad_options;

/* state: sum of squares. */
void gt_adagrad_step(const void *options, const gt_update *u);

#endif
