/* Arithmetic where R's meaning differs from that of C and of torch. */
#ifndef GRADTAPE_OPS_R_ARITHMETIC_H
#define GRADTAPE_OPS_R_ARITHMETIC_H

#include <math.h>

double r_power(double x, double z);  /* x ^ z */
double r_modulo(double x, double z); /* x %% z */
/* x %/% z, where the rounded quotient x / z is a whole number, or no number: it may have
 * reached the next whole one.                                                  */
double r_whole_quotient(double x, double z);
static inline double r_quotient(double x, double z)
{
    double q = x / z, whole = floor(q);
    return whole < q ? whole : r_whole_quotient(x, z);
}
double r_round(double x, double digits);
double r_signif(double x, double digits);
double r_sinpi(double x);
double r_cospi(double x);
double r_tanpi(double x);

#endif
