/* R's nmath as the library of the operations. */
#include "bridge/library.h"
#include "ops/library.h"

#include <R_ext/Arith.h>
#include <Rmath.h>
#include <math.h>

/* It warns of numbers of trials that are not whole. */
static double quiet_pbinom(double x, double n, double p, int lower, int log)
{
    int is_whole = !(fabs(n - nearbyint(n)) > 1e-7 * fmax(1, fabs(n)));
    return is_whole ? pbinom(x, n, p, lower, log) : R_NaN;
}
#undef pbinom
#define pbinom quiet_pbinom

static const gt_library nmath = {
#define DISTRIBUTION(name, n) .p_##name = p##name, .q_##name = q##name,
#include "ops/distribution_table.h"
#undef DISTRIBUTION
    .besselI = bessel_i,
    .besselK = bessel_k,
    .besselJ = bessel_j,
    .besselY = bessel_y,
};

void init_library(void) { gt_use_library(&nmath); }
