/* Special functions that the C library lacks, with their derivatives of any order. */
#ifndef GRADTAPE_OPS_SPECIAL_H
#define GRADTAPE_OPS_SPECIAL_H

/* B_2, B_4, ... */
#define N_BERNOULLI 12
extern const double sf_bernoulli[N_BERNOULLI];

double sf_digamma(double x);
/* Derivative of order n of digamma; n a whole number of at least 0. */
double sf_polygamma(double x, double n);
/* Modified Bessel function of the first kind, of whole order n. */
double sf_besseli(double x, double n);
double sf_erfinv(double x);
/* Derivative of order n of sin(pi x) / (pi x). */
double sf_sinc(double x, double n);
double sf_gamma(double x);
double sf_lgamma(double x);

#endif
