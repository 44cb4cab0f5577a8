#include "solvers/scaling.h"

#include <math.h>
#include <stdbool.h>

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
