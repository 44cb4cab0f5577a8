#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_ASGD_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_ASGD_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* step length, >= 0; 1e-2 */
    double lambda;              /* decay of the parameter, >= 0; 1e-4 */
    double alpha;               /* power of the step's decay; 0.75 */
    double t0;                  /* step at which averaging starts; 1e6 */
    double weight_decay;        /* L2 penalty, >= 0; 0 */
    bool maximize;
} gt_asgd_options;

/* state: average of the parameter; carried: the next step length, 0 at first. */
void gt_asgd_step(const void *options, const gt_update *u);

#endif
