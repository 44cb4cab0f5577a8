#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_ADABELIEF_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_ADABELIEF_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 1e-3 */
    double beta1, beta2;        /* decay of the moment averages, in [0, 1); 0.9, 0.999 */
    double eps;                 /* >= 0; 1e-8 */
    double weight_decay;        /* decoupled, >= 0; 0 */
    bool amsgrad;               /* divide by the largest deviation seen */
    bool maximize;
} gt_adabelief_options;

/* state: mean, squared deviation; the largest of it, needed with amsgrad only. */
void gt_adabelief_step(const void *options, const gt_update *u);

#endif
