#ifndef GRADTAPE_SOLVERS_LBFGS_H
#define GRADTAPE_SOLVERS_LBFGS_H

#include "solvers/search/line.h"
#include "solvers/solver.h"

/* `line_search_fn`: the number of the search, from 1; 0 for a fixed step. */
#define GT_LBFGS_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(lr, 1, GT_FINITE_AT_LEAST_0, "Step length without a line search, first trial with one") \
    WHOLE(history_size, 100, GT_COUNT, "How many past steps are remembered") \
    CHOICE(line_search_fn, 0, gt_line_search_names, \
           "`NULL` for a fixed step, `\"strong_wolfe\"`, torch's; `\"backtracking\"`, which asks " \
           "for sufficient decrease only and is cheaper where a first trial mostly fails; " \
           "`\"more_thuente\"` or `\"hager_zhang\"`, which go on where values are " \
           "all rounding and take all scales from the function: the most robust")
GT_OPTION_STRUCT(gt_lbfgs_options, GT_LBFGS_OPTIONS)

extern const gt_method gt_lbfgs;

#endif
