/* The filter (section 2.3): pairs of violation theta and barrier value phi that a trial point must not be
 * worse than in both. */
#ifndef GRADTAPE_SOLVERS_IPM_FILTER_H
#define GRADTAPE_SOLVERS_IPM_FILTER_H

#include <stdbool.h>
#include <stdint.h>

enum { GT_FILTER_SIZE = 200 };

typedef struct {
    double theta_max; /* no point has more */
    double theta_min; /* where less, a step may be judged by phi alone */
    double rounding;  /* theta is no more than 0 where it is less */
    int64_t count;
    double theta[GT_FILTER_SIZE], phi[GT_FILTER_SIZE];
} gt_filter;

void gt_filter_clear(gt_filter *f);
bool gt_filter_accepts(const gt_filter *f, double theta, double phi);
/* Of entries that are no longer needed, and of the oldest when there is no room, it forgets. */
void gt_filter_add(gt_filter *f, double theta, double phi);
/* Is a no more than b, but for rounding in numbers of the size of `beside`? */
bool gt_no_more(double a, double b, double beside);

#endif
