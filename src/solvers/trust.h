#ifndef GRADTAPE_SOLVERS_TRUST_H
#define GRADTAPE_SOLVERS_TRUST_H

#include "solvers/solver.h"

#define GT_TRUST_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    OPTIONAL( \
        radius, GT_ABOVE_0, \
        "First radius of the region, in units in which the curvature along " \
        "each parameter is 1; by default the start's distance from 0 or, where that is more, the " \
        "length of its gradient")
GT_OPTION_STRUCT(gt_trust_options, GT_TRUST_OPTIONS)

extern const gt_method gt_trust;

#endif
