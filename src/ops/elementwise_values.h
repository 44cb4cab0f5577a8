/* What the value expressions of ops/elementwise_table.h are made of. T is the type of the
 * numbers, double or float.                                                     */
#ifndef GRADTAPE_OPS_ELEMENTWISE_VALUES_H
#define GRADTAPE_OPS_ELEMENTWISE_VALUES_H

#include "ops/densities.h"
#include "ops/elementary.h"
#include "ops/r_arithmetic.h"
#include "ops/special.h"
#include "ops/stirling.h"

#define K(c) ((T)(c))
#define ORDERED(v) (x != x || z != z ? x + z : K(v))
/* For floats that of the C library, as PyTorch's: line searches on the flower function bring
 * its last bit to light.                                                        */
#define ATAN2(x, z) (sizeof(T) == sizeof(float) ? (T)atan2f((float)x, (float)z) : (T)atan2(x, z))
#define WITHIN_TURNS (fabs(x) <= TURNS_LIMIT)

GT_INLINE double softplus(double x) { return (x > 0 ? x : 0) + el_log1p(el_exp(-fabs(x))); }
/* (not inlined: that would fill pages, for a few nanoseconds) */
static double logaddexp(double x, double z)
{
    double larger = x > z ? x : z;
    return x == z ? x + 0.69314718055994530942 : larger + el_log1p(el_exp(-fabs(x - z)));
}
/* With the sign of z. */
static inline double floored_mod(double x, double z)
{
    double r = fmod(x, z);
    return r != 0 && (r < 0) != (z < 0) ? r + z : r;
}

#endif
