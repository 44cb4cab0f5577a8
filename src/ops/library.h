/* Values of distribution, quantile and Bessel functions come from a library: R's nmath, which also
 * exists apart from R (libRmath). The host hands it over, so that no name of it stands here; without
 * one, these values are NaN.                                                    */
#ifndef GRADTAPE_OPS_LIBRARY_H
#define GRADTAPE_OPS_LIBRARY_H

/* What to compute, its parameters, whether of the lower tail, whether with logarithms. */
typedef double (*gt_function1)(double x, double a, int lower, int log);
typedef double (*gt_function2)(double x, double a, double b, int lower, int log);
typedef double (*gt_function3)(double x, double a, double b, double c, int lower, int log);

/* A distribution and its quantiles: DISTRIBUTION(name, number of parameters). */
typedef struct {
#define DISTRIBUTION(name, n) gt_function##n p_##name, q_##name;
#include "ops/distribution_table.h"
#undef DISTRIBUTION
    double (*besselI)(double x, double nu, double kind); /* kind 2: scaled by an exponential */
    double (*besselK)(double x, double nu, double kind);
    double (*besselJ)(double x, double nu);
    double (*besselY)(double x, double nu);
} gt_library;

/* The library has to outlive its use. */
void gt_use_library(const gt_library *library);
const gt_library *gt_library_in_use(void); /* NULL: none */

#endif
