#ifndef GRADTAPE_SOLVERS_LEVENBERG_MARQUARDT_H
#define GRADTAPE_SOLVERS_LEVENBERG_MARQUARDT_H

#include "solvers/solver.h"

#define GT_LM_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(factor, 1, GT_ABOVE_0, \
           "The first region's radius as a multiple of the start's size in scaled parameters; a " \
           "first " \
           "step that is longer is taken only if the model predicts it well") \
    FLAG(geodesic, true, \
         "Follow curved valleys by a second-order correction of each step, which takes one more " \
         "evaluation (Transtrum and Sethna 2012)") \
    NUMBER(tol_offset, 1e-8, GT_AT_LEAST_0, \
           "Converged when the part of the residuals that a linear model of the free parameters " \
           "can still explain is at most this times the residuals (Bates and Watts 1981)")
GT_OPTION_STRUCT(gt_lm_options, GT_LM_OPTIONS)

#endif
