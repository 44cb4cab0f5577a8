/* What a solver minimises: a value and a gradient at a point. An R closure and a
 * tape are both objectives; a solver cannot tell them apart.                   */
#ifndef GRADTAPE_SOLVERS_OBJECTIVE_H
#define GRADTAPE_SOLVERS_OBJECTIVE_H

#include "core/vec.h"

typedef struct gt_objective gt_objective;
struct gt_objective {
    gt_space space;             /* of x and gradient */
    /* Sets *value and gradient at x. It may not return (an R error or an interrupt),
     * so a solver owns no memory, and changes the x that it was given to start from
     * only when it accepts a point: whoever owns that x finds the last one there. */
    void (*evaluate)(gt_objective *self, const void *x, double *value, void *gradient);
};

#endif
