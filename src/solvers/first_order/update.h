/* What every first-order method is given: one call updates one parameter, in one pass
 * over its memory. A method is one file: options in a struct whose header documents
 * each with its range and default, and a kernel for double and float.           */
#ifndef GRADTAPE_SOLVERS_FIRST_ORDER_UPDATE_H
#define GRADTAPE_SOLVERS_FIRST_ORDER_UPDATE_H

#include "core/vec.h"

#define GT_MAX_STATE 3

typedef struct {
    gt_space space;
    void *x;                    /* parameter, n elements */
    const void *g;              /* gradient */
    void *state[GT_MAX_STATE];  /* vectors of n elements, zero before the first step */
    bool first;                 /* the vectors are new */
    double step;                /* counts from 1 */
    double *carried;            /* a number that the method keeps (NAdam, ASGD) */
} gt_update;

typedef void (*gt_update_function)(const void *options, const gt_update *u);

/* Defines gt_<name>_step from the kernels <name>_double and <name>_float. */
#define GT_DEFINE_STEP(name) \
    void gt_##name##_step(const void *options, const gt_update *u) \
    { \
        if (u->space.single) name##_float(options, u); \
        else name##_double(options, u); \
    }

#endif
