#include "solvers/scaling.h"

#include <math.h>
#include <stddef.h>

static double largest_in_row(int64_t n, const double *h, const double *scale, int64_t i)
{
    double largest = 0;
    for (int64_t j = 0; j < n; j++) {
        double size = fabs(h[i * n + j]);
        if (size > 0) largest = fmax(largest, scale ? size / (scale[i] * scale[j]) : size);
    }
    return largest;
}

/* Each sweep halves the logarithm of what is wrong (Ruiz 2001, "A scaling algorithm to equilibrate
 * both rows and columns norms in matrices"). Where h is positive definite this ends at its
 * diagonal; the start is not the diagonal, as that is little elsewhere, at a saddle point of x y
 * for instance, and the sweeps would keep the proportion.                         */
void gt_curvature_scale(int64_t n, const double *h, double *scale)
{
    for (int64_t i = 0; i < n; i++) scale[i] = sqrt(largest_in_row(n, h, 0, i));
    bool done = false;
    for (int sweep = 0; sweep < 20 && !done; sweep++) {
        done = true;
        for (int64_t i = 0; i < n; i++) {
            if (scale[i] == 0) continue;
            double largest = largest_in_row(n, h, scale, i);
            scale[i] *= sqrt(largest);
            if (!(largest > 0.5 && largest < 2)) done = false;
        }
    }
}

static const double alike = 100;

bool gt_typical_sizes(int64_t n, const int64_t *index, const double *x, int64_t size,
                      const double *h, double *sizes)
{
    bool is_known = h != NULL;
    double low = INFINITY, high = 0;
    for (int64_t k = 0; k < n; k++) {
        const int64_t i = index ? index[k] : k;
        const double curvature = h ? fabs(h[i + i * size]) : 0;
        is_known = is_known && curvature > 0 && isfinite(curvature);
    }
    for (int64_t k = 0; k < n; k++) {
        const int64_t i = index ? index[k] : k;
        sizes[k] = is_known ? 1 / sqrt(fabs(h[i + i * size])) : fabs(x[i]);
        if (sizes[k] == 0) sizes[k] = 1;
        low = fmin(low, sizes[k]);
        high = fmax(high, sizes[k]);
    }
    return high > alike * low;
}
