/* Elementary functions without branches, which compilers vectorise; libm's are called one
 * element at a time. The errors are below 1 unit in the last place (expm1 1.3, tanh 2),
 * and the results the same on every machine with IEEE arithmetic.
 *
 * Range reduction after Cody and Waite (1980), "Software Manual for the Elementary
 * Functions": constants are split so that products with small whole numbers are exact.
 * On the reduced range, Taylor series: of exp(r), sin(r), cos(r) and artanh(s).
 *
 * Infinities, NaN, zeros with their sign and subnormal numbers come out as from libm.
 * Adding ROUND rounds to a whole number, which is then in the low bits of the sum.  */
#ifndef GRADTAPE_OPS_ELEMENTARY_H
#define GRADTAPE_OPS_ELEMENTARY_H

#include "core/simd.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define ROUND 6755399441055744.0 /* 1.5 * 2^52 */
#define ROUND_BITS 0x4338000000000000u
#define ONE_BITS 0x3ff0000000000000u
#define LN2_HIGH 0x1.62e42fefa3p-1 /* 41 bits */
#define LN2_LOW 0x1.3de6af278ece6p-42

GT_INLINE uint64_t bits_of(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}
GT_INLINE double double_of(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}
/* 2^k for a rounded sum ROUND + k */
GT_INLINE double power_of_two(double sum)
{
    return double_of((bits_of(sum) - ROUND_BITS + 1023) << 52);
}

/* (exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2 */
GT_INLINE double exp_series(double r)
{
    double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    double a = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
    double b = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    double c =
        (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
    return a + (r4 * b + r8 * c);
}

/* x = k log(2) + r + low; k as the sum ROUND + k */
typedef struct {
    double sum, k, r, low;
} exp_parts;
GT_INLINE exp_parts exp_reduce(double x)
{
    exp_parts p;
    p.sum = x * 1.4426950408889634 + ROUND;
    p.k = p.sum - ROUND;
    double high = x - p.k * LN2_HIGH, small = p.k * LN2_LOW;
    p.r = high - small;
    p.low = (high - p.r) - small;
    return p;
}
/* y 2^k in two steps, as 2^k itself may be out of range */
GT_INLINE double scale_by_power(double y, const exp_parts *p)
{
    double half = p->k * 0.5 + ROUND;
    return y * power_of_two(half) * power_of_two((p->k - (half - ROUND)) + ROUND);
}

GT_INLINE double el_exp(double x)
{
    double in_range = x > 710 ? 710 : x < -746 ? -746 : x;
    exp_parts p = exp_reduce(in_range);
    double y = 1 + p.r, lost = p.r - (y - 1);
    return scale_by_power(y + (lost + (p.r * p.r * exp_series(p.r) + p.low)), &p);
}

/* 2^k - 1 + 2^k (exp(r) - 1) */
GT_INLINE double el_expm1(double x)
{
    double in_range = x > 710 ? 710 : x < -40 ? -40 : x;
    exp_parts p = exp_reduce(in_range);
    double rest = p.r * p.r * exp_series(p.r) + p.low;
    double near = power_of_two(p.sum); /* used where it is far from 2^1024 */
    double high = (near - 1) + near * p.r, lost = near * p.r - (high - (near - 1));
    double y = p.k > 60 ? scale_by_power(1 + (p.r + rest), &p) : high + (lost + near * rest);
    return x == 0 ? x : y;
}

/* log(u (1 + c)) for u > 0 and a tiny c */
GT_INLINE double log_core(double u, double c)
{
    double tiny = u < 0x1p-1022 ? 54 : 0;
    uint64_t bits = bits_of(tiny > 0 ? u * 0x1p54 : u);
    /* u = m 2^k, with m from sqrt(1/2) to sqrt(2) */
    uint64_t exponent = (bits + (ONE_BITS - 0x3fe6a09e667f3bcdu)) >> 52;
    double m = double_of(bits - (exponent << 52) + ONE_BITS);
    double k = double_of(exponent | 0x4330000000000000u) - (0x1p52 + 1023) - tiny;
    double f = m - 1, s = f / (2 + f), z = s * s, z2 = z * z, z4 = z2 * z2;
    double a = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
    double b = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17));
    double d = (2.0 / 19 + z * (2.0 / 21)) + z2 * (2.0 / 23);
    double series = z * (a + z4 * (b + z4 * d));
    double half = 0.5 * f * f;
    return k * LN2_HIGH - ((half - (s * (half + series) + (k * LN2_LOW + c))) - f);
}

GT_INLINE double el_log(double x)
{
    double y = log_core(x, 0);
    y = x == INFINITY ? x : y;
    y = x == 0 ? -INFINITY : y;
    return x >= 0 ? y : NAN + x;
}

/* 1 + x = u (1 + c) with u rounded */
GT_INLINE double el_log1p(double x)
{
    double u = 1 + x;
    double lost = x > 1 ? 1 - (u - x) : x - (u - 1);
    double y = log_core(u, lost / u);
    y = x == INFINITY ? x : y;
    y = x == -1 ? -INFINITY : y;
    y = fabs(x) < 0x1p-54 ? x : y;
    return x >= -1 ? y : NAN + x;
}

GT_INLINE double el_tanh(double x)
{
    double size = fabs(x), t = el_expm1(size < 0.45 ? -2 * size : 2 * size);
    double ratio = (size < 0.45 ? -t : 2) / (t + 2);
    return copysign(size < 0.45 ? ratio : 1 - ratio, x);
}

/* ---- sine and cosine for |x| <= TURNS_LIMIT; beyond, libm reduces ---- */

#define TURNS_LIMIT 1e6

typedef struct {
    double r, low;     /* x - n pi/2 */
    uint64_t quadrant; /* n, in its two lowest bits */
} turn_parts;
GT_INLINE double lost_by_difference(double a, double b, double difference)
{
    double c = a - difference;
    return (a - (difference + c)) + (c - b);
}
GT_INLINE turn_parts turn_reduce(double x)
{
    turn_parts p;
    double sum = x * 0.6366197723675814 + ROUND, n = sum - ROUND;
    double a = x - n * 0x1.921fb544p+0;
    double second = n * 0x1.0b4611a6p-34, third = n * 0x1.3198a2ep-69;
    double b = a - second, c = b - third;
    double low = (lost_by_difference(a, second, b) + lost_by_difference(b, third, c)) -
                 n * 0x1.b839a252049c1p-104;
    p.r = c + low;
    p.low = (c - p.r) + low;
    p.quadrant = bits_of(sum);
    return p;
}
GT_INLINE double sin_series(double r, double low)
{
    double z = r * r, z2 = z * z, z4 = z2 * z2;
    double a = (-1.0 / 6 + z * (1.0 / 120)) + z2 * (-1.0 / 5040 + z * (1.0 / 362880));
    double b = (-1.0 / 39916800 + z * (1.0 / 6227020800)) +
               z2 * (-1.0 / 1307674368000 + z * (1.0 / 355687428096000));
    return r + (r * z * (a + z4 * b) + low * (1 - 0.5 * z));
}
GT_INLINE double cos_series(double r, double low)
{
    double z = r * r, z2 = z * z, z4 = z2 * z2;
    double a = (1.0 / 24 + z * (-1.0 / 720)) + z2 * (1.0 / 40320 + z * (-1.0 / 3628800));
    double b = (1.0 / 479001600 + z * (-1.0 / 87178291200)) + z2 * (1.0 / 20922789888000);
    double half = 0.5 * z, one = 1 - half;
    return one + (((1 - one) - half) + (z2 * (a + z4 * b) - r * low));
}
GT_INLINE double from_quadrant(const turn_parts *p, uint64_t quadrant)
{
    double s = sin_series(p->r, p->low), c = cos_series(p->r, p->low);
    double y = quadrant & 1 ? c : s;
    return double_of(bits_of(y) ^ ((quadrant & 2) << 62));
}
GT_INLINE double el_sin(double x)
{
    turn_parts p = turn_reduce(x);
    double y = from_quadrant(&p, p.quadrant);
    return x == 0 ? x : y;
}
GT_INLINE double el_cos(double x)
{
    turn_parts p = turn_reduce(x);
    return from_quadrant(&p, p.quadrant + 1);
}

#undef ROUND
#undef ROUND_BITS
#undef ONE_BITS
#undef LN2_HIGH
#undef LN2_LOW
#endif
