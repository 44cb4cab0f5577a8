#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_ADAM_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_ADAM_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 1e-3 */
    double beta1, beta2;        /* decay of the moment averages, in [0, 1); 0.9, 0.999 */
    double eps;                 /* >= 0; 1e-8 */
    double weight_decay;        /* >= 0; Adam 0, AdamW 1e-2 */
    bool decoupled;             /* AdamW's weight decay */
    bool amsgrad;               /* divide by the largest second moment seen */
    bool maximize;
} gt_adam_options;

/* state: the two moment averages; the largest second moment, needed with amsgrad only. */
void gt_adam_step(const void *options, const gt_update *u);

#endif
