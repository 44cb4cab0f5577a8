#include "solvers/ipm/filter.h"

#include <float.h>
#include <math.h>
#include <string.h>

bool gt_no_more(double a, double b, double beside)
{
    return a - b <= 10 * DBL_EPSILON * fabs(beside);
}

void gt_filter_clear(gt_filter *f) { f->count = 0; }

bool gt_filter_accepts(const gt_filter *f, double theta, double phi)
{
    if (!(theta <= f->theta_max)) return false;
    for (int64_t k = 0; k < f->count; k++)
        if (!gt_no_more(theta, f->theta[k], f->theta[k]) && !gt_no_more(phi, f->phi[k], f->phi[k]))
            return false;
    return true;
}

static void forget(gt_filter *f, int64_t k)
{
    const size_t after = (size_t)(f->count - k - 1) * sizeof *f->theta;
    memmove(f->theta + k, f->theta + k + 1, after);
    memmove(f->phi + k, f->phi + k + 1, after);
    f->count--;
}

void gt_filter_add(gt_filter *f, double theta, double phi)
{
    for (int64_t k = f->count - 1; k >= 0; k--)
        if (f->theta[k] >= theta && f->phi[k] >= phi) forget(f, k);
    if (f->count == GT_FILTER_SIZE) forget(f, 0);
    f->theta[f->count] = theta;
    f->phi[f->count] = phi;
    f->count++;
}
