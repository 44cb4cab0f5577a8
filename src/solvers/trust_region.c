#include "solvers/trust_region.h"

#include <float.h>
#include <math.h>

/* Its square and sums of such are finite. */
#define LARGEST 1e150

/* Near a minimum the difference of two values is rounding and the ratio noise, by which a
 * good step would be refused (Conn, Gould & Toint 2000, section 17.4.2). There the slopes at
 * both ends, which still have digits, tell how much lower the trial is.            */
double gt_trust_ratio(const gt_trust_step *t)
{
    if (!isfinite(t->trial_value) || !isfinite(t->trial_slope)) return -INFINITY;
    const double size = fmax(fabs(t->value), fabs(t->trial_value)), noise = 10 * DBL_EPSILON * size;
    double actual = t->value - t->trial_value;
    if (t->predicted <= 1e3 * noise && fabs(actual) <= 1e3 * noise)
        actual = actual < -noise ? actual : -(t->slope + t->trial_slope) / 2;
    return t->predicted > 0 ? actual / t->predicted : -INFINITY;
}

bool gt_trust_accepts(double ratio) { return ratio > 1e-4; }

/* The length, in parts of the step, at which the parabola through both values and the first
 * slope is lowest.                                                                */
static double lowest_part(const gt_trust_step *t)
{
    double curvature = t->trial_value - t->value - t->slope;
    return curvature > 0 ? -t->slope / (2 * curvature) : 1;
}

double gt_trust_radius(double radius, double ratio, const gt_trust_step *t)
{
    if (ratio == -INFINITY) return t->length / 4;
    if (ratio < 0.25) return t->length * fmin(fmax(lowest_part(t), 0.1), 0.5);
    if (ratio > 0.75) return fmin(fmax(radius, 3 * t->length), LARGEST);
    return radius;
}
