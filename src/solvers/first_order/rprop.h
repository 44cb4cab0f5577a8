#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_RPROP_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_RPROP_H

#include "solvers/first_order/update.h"

typedef struct {
    double lr;                  /* first step length, >= 0; 1e-2 */
    double shrink, grow;        /* factors, 0 < shrink < 1 < grow; 0.5, 1.2 */
    double smallest, largest;   /* step lengths, >= 0; 1e-6, 50 */
    bool maximize;
} gt_rprop_options;

/* state: previous gradient, step lengths. */
void gt_rprop_step(const void *options, const gt_update *u);

#endif
