/* Arithmetic where R's meaning differs from that of C and of torch. */
#ifndef GRADTAPE_OPS_R_ARITHMETIC_H
#define GRADTAPE_OPS_R_ARITHMETIC_H

double r_power(double x, double z);     /* x ^ z */
double r_modulo(double x, double z);    /* x %% z */
double r_quotient(double x, double z);  /* x %/% z */
double r_round(double x, double digits);
double r_signif(double x, double digits);
double r_sinpi(double x);
double r_cospi(double x);
double r_tanpi(double x);

#endif
