/* What trust-region methods share: how a step is judged, and what becomes of the radius. */
#ifndef GRADTAPE_SOLVERS_TRUST_REGION_H
#define GRADTAPE_SOLVERS_TRUST_REGION_H

#include <stdbool.h>

/* A step from x to a trial point. Slopes are derivatives along it, at either end. */
typedef struct {
    double value, slope;
    double predicted; /* what the model says the value comes down by */
    double length;    /* in the norm of the region */
    double trial_value, trial_slope;
} gt_trust_step;

/* What the value came down by, as a part of what was predicted; -Inf where there is no value. */
double gt_trust_ratio(const gt_trust_step *t);
bool gt_trust_accepts(double ratio);
double gt_trust_radius(double radius, double ratio, const gt_trust_step *t);

#endif
