/* What methods do with a line search. */
#ifndef GRADTAPE_SOLVERS_SEARCH_STEP_H
#define GRADTAPE_SOLVERS_SEARCH_STEP_H

#include "solvers/search/line.h"
#include "solvers/solver.h"

/* Workspace of a step: vectors. */
enum { GT_STEP_VECTORS = 4 };

/* Goes from the solver's point along d, whose slope there is given, by a search that first
 * tries t, and not beyond bounds where there are any: moves x, value and gradient and sets the progress' step_length and step_size.
 * Returns the step; 0, and all is as it was, where no lower point was found.        */
double gt_step_along(gt_solver *s, const gt_line_search *search, const void *options, void *d,
                     double slope, double t, void **work);

/* d = -g / max |g|, so that its slope is finite where the gradient is. What to try first along it,
 * where nothing else is known: see step.c.                                        */
double gt_down_the_gradient(const gt_solver *s, void *d);

/* Is the decrease that a slope promises, for a step of length 1, lost in the value's
 * rounding? Then a direction is not to blame where no lower point was found along it.  */
bool gt_is_lost_in_rounding(const gt_solver *s, double slope);

#endif
