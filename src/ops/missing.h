/* What R makes of arguments of which one is NaN: NA if one is NA, else NaN. R tells NA by the lower
 * half of its bits.                                                            */
#ifndef GRADTAPE_OPS_MISSING_H
#define GRADTAPE_OPS_MISSING_H

#include "core/simd.h"

#include <stdint.h>
#include <string.h>

#define NA_BITS 1954u
GT_INLINE int is_na(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return x != x && (uint32_t)bits == NA_BITS;
}
GT_INLINE double missing(double x, double z, double w)
{
    double y = x + z + w;
    y = is_na(w) ? w : y;
    y = is_na(z) ? z : y;
    return is_na(x) ? x : y;
}

#endif
