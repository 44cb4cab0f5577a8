/* Derivatives of a tail's probability with respect to parameters of the distribution, divided by
 * that probability; 0 where it is 0 or 1.                                        */
#ifndef GRADTAPE_OPS_TAILS_H
#define GRADTAPE_OPS_TAILS_H

/* Of order k, 1 or 2, with respect to the shape; scale 1. */
double tail_gamma(double x, double shape, int k, int upper);
/* Of orders i and j, i + j being 1 or 2. */
double tail_beta(double x, double a, double b, int i, int j, int upper);
/* Of order k, 1 or 2, with respect to the degrees of freedom. */
double tail_t(double x, double df, int k, int upper);

#endif
