#include "ops/r_arithmetic.h"

#include <float.h>
#include <math.h>

static const double pi = 3.14159265358979323846;

/* ---- powers, remainders, quotients ---- */

/* As pow(), but zero has no sign, and a negative number to a power that is no finite whole
 * number is NaN also where an infinity is involved.                            */
double r_power(double x, double z)
{
    if (x == 1 || z == 0) return 1;
    if (x == 0) return z > 0 ? 0 : z < 0 ? INFINITY : z;
    if (x < 0 && (isinf(z) || (isinf(x) && z != floor(z)))) return NAN;
    return pow(x, z);
}

/* With the sign of z, exact but for the sum, which may round to z: that is then 0, or R's rule
 * x == z * (x %/% z) + x %% z would not hold. Zero has no sign.                */
double r_modulo(double x, double z)
{
    double r = fmod(x, z);
    if (r != 0 && (r < 0) != (z < 0)) r += z;
    return r == 0 || (r == z && fabs(z) < 1 / DBL_EPSILON) ? 0 : r;
}

/* The floor of the true quotient. */
double r_whole_quotient(double x, double z)
{
    double q = x / z;
    if (z == 0 || !isfinite(q)) return q;
    if (fabs(q) < 1) return x != 0 && (x < 0) != (z < 0) ? -1 : 0;
    double rest = fma(-q, z, x);
    return rest != 0 && (rest < 0) != (z < 0) ? q - 1 : q;
}

/* ---- rounding to digits: of the two decimal neighbours, as doubles, the nearer one; of two
 * equally near ones the one whose last digit is even (as R from 4.0.0) ---- */

/* 10^n by repeated squaring, with the rounding errors that this has from 10^23 on in R too. */
static double power_of_ten(int n)
{
    double result = 1, square = 10;
    for (; n > 0; n >>= 1, square *= square)
        if (n & 1) result *= square;
    return result;
}
/* 10^digits, which may be out of range, as a product. */
typedef struct {
    double first, second;
} scale;
static scale scale_of(int digits)
{
    int first = digits > DBL_MAX_10_EXP ? DBL_MAX_10_EXP : digits;
    return (scale){power_of_ten(first), power_of_ten(digits - first)};
}
static double scaled_up(double x, int digits)
{
    if (digits < 0) return x / power_of_ten(-digits);
    scale s = scale_of(digits);
    return s.first * x * s.second;
}
static double scaled_down(double x, int digits)
{
    if (digits < 0) return x * power_of_ten(-digits);
    scale s = scale_of(digits);
    return x / s.first / s.second;
}

static double round_positive(double x, int digits)
{
    /* all its digits are wanted */
    if (digits + (logb(x) + 0.5) * 0.30102999566398119521 > DBL_DIG) return x;
    double whole = floor(scaled_up(x, digits));
    double lower = scaled_down(whole, digits),
           upper = scaled_down(ceil(scaled_up(x, digits)), digits);
    double below = x - lower, above = upper - x;
    return below < above || (below == above && fmod(whole, 2) == 0) ? lower : upper;
}

double r_round(double x, double digits)
{
    if (x != x || digits != digits) return x + digits;
    if (isinf(x) || x == 0 || digits > DBL_MAX_10_EXP + DBL_DIG) return x;
    if (digits < -DBL_MAX_10_EXP) return 0;
    int d = (int)floor(digits + 0.5);
    if (d == 0) return nearbyint(x);
    return x < 0 ? -round_positive(-x, d) : round_positive(x, d);
}

double r_signif(double x, double digits)
{
    const int most = 22;
    if (x != x || digits != digits) return x + digits;
    if (isinf(x) || x == 0 || digits > most + 0.5) return x;
    int d = digits < 1 ? 1 : (int)round(digits);
    if (d > most) return x;
    int after = d - 1 - (int)floor(log10(fabs(x))); /* digits behind the point */
    if (after <= 0) return nearbyint(x / power_of_ten(-after)) * power_of_ten(-after);
    scale s = scale_of(after);
    return nearbyint(x * s.first * s.second) / s.first / s.second;
}

/* ---- of multiples of pi: exact where they are whole, or halves ---- */

double r_sinpi(double x)
{
    double r = fmod(x, 2); /* -1 < r <= 1 from here */
    if (r <= -1) r += 2;
    else if (r > 1) r -= 2;
    if (r == 0 || r == 1) return 0;
    return fabs(r) == 0.5 ? 2 * r : sin(pi * r);
}

double r_cospi(double x)
{
    double r = fmod(fabs(x), 2);
    if (r == 0.5 || r == 1.5) return 0;
    return r == 0 || r == 1 ? 1 - 2 * r : cos(pi * r);
}

double r_tanpi(double x)
{
    double r = fmod(x, 1); /* -1/2 < r <= 1/2 from here */
    if (r <= -0.5) r += 1;
    else if (r > 0.5) r -= 1;
    if (r == 0) return 0;
    if (r == 0.5) return NAN;
    return fabs(r) == 0.25 ? 4 * r : tan(pi * r);
}
