#include "solvers/compact.h"

#include "core/blas_lapack.h"

#include <float.h>
#include <math.h>
#include <string.h>

int64_t gt_compact_numbers(int64_t most) { return 4 * most * most; }

void gt_compact_place(gt_compact *c, gt_space space, int64_t most, double *numbers, void **vectors)
{
    *c = (gt_compact){.space = space,
                      .most = (int)most,
                      .count = c->count,
                      .first = c->first,
                      .theta = c->theta,
                      .s = vectors,
                      .y = vectors + most,
                      .ss = numbers,
                      .sy = numbers + most * most,
                      .yy = numbers + 2 * most * most,
                      .factor = numbers + 3 * most * most};
}

void gt_compact_clear(gt_compact *c)
{
    c->count = c->first = 0;
    c->theta = 1;
}

static int slot(const gt_compact *c, int k) { return (c->first + k) % c->most; }
const double *gt_compact_s(const gt_compact *c, int k) { return c->s[slot(c, k)]; }
const double *gt_compact_y(const gt_compact *c, int k) { return c->y[slot(c, k)]; }

static void forget_oldest(gt_compact *c)
{
    const int m = c->most;
    double *products[] = {c->ss, c->sy, c->yy};
    for (int k = 0; k < 3; k++)
        for (int j = 0; j + 1 < m; j++)
            memmove(products[k] + j * m, products[k] + (j + 1) * m + 1,
                    (size_t)(m - 1) * sizeof(double));
    c->first = slot(c, 1);
    c->count--;
}

static bool factor_middle(gt_compact *c)
{
    const int m = c->most;
    for (int j = 0; j < c->count; j++)
        for (int i = j; i < c->count; i++) {
            double sum = c->theta * c->ss[i + j * m];
            for (int k = 0; k < j; k++)
                sum += c->sy[i + k * m] * c->sy[j + k * m] / c->sy[k + k * m];
            c->factor[i + j * m] = sum;
        }
    int info;
    F77_CALL(dpotrf)("L", &c->count, c->factor, &m, &info FCONE);
    return info == 0;
}

void gt_compact_store(gt_compact *c, const double *s, const double *y)
{
    const int m = c->most;
    double sy = gt_dot(c->space, s, y), yy = gt_dot(c->space, y, y);
    if (!(sy > DBL_EPSILON * yy) || !isfinite(yy / sy)) return;
    if (c->count == m) forget_oldest(c);
    const int last = c->count++;
    gt_copy(c->space, c->s[slot(c, last)], s);
    gt_copy(c->space, c->y[slot(c, last)], y);
    for (int k = 0; k <= last; k++) {
        const double *sk = gt_compact_s(c, k), *yk = gt_compact_y(c, k);
        c->ss[k + last * m] = c->ss[last + k * m] = gt_dot(c->space, sk, s);
        c->yy[k + last * m] = c->yy[last + k * m] = gt_dot(c->space, yk, y);
        c->sy[k + last * m] = gt_dot(c->space, sk, y);
        c->sy[last + k * m] = gt_dot(c->space, s, yk);
    }
    c->theta = yy / sy;
    if (!factor_middle(c)) gt_compact_clear(c);
}

void gt_compact_project(const gt_compact *c, const double *v, double *to)
{
    for (int k = 0; k < c->count; k++) {
        to[k] = gt_dot(c->space, gt_compact_y(c, k), v);
        to[c->count + k] = c->theta * gt_dot(c->space, gt_compact_s(c, k), v);
    }
}

void gt_compact_row(const gt_compact *c, int64_t i, double *to)
{
    for (int k = 0; k < c->count; k++) {
        to[k] = gt_compact_y(c, k)[i];
        to[c->count + k] = c->theta * gt_compact_s(c, k)[i];
    }
}

void gt_compact_add(const gt_compact *c, double *to, double a, const double *coefficients)
{
    for (int k = 0; k < c->count; k++) {
        gt_add_scaled(c->space, to, to, a * coefficients[k], gt_compact_y(c, k));
        gt_add_scaled(c->space, to, to, a * c->theta * coefficients[c->count + k],
                      gt_compact_s(c, k));
    }
}

/* By elimination of the first block of M^-1: the second part of M v is
 * (theta S'S + L D^-1 L')^-1 (v2 + L D^-1 v1), the first D^-1 (L' times that - v1). */
void gt_compact_middle(const gt_compact *c, const double *v, double *to)
{
    const int m = c->most, count = c->count, one = 1;
    double *second = to + count;
    int info;
    if (count == 0) return;
    for (int i = 0; i < count; i++) {
        second[i] = v[count + i];
        for (int k = 0; k < i; k++) second[i] += c->sy[i + k * m] * v[k] / c->sy[k + k * m];
    }
    F77_CALL(dpotrs)("L", &count, &one, c->factor, &m, second, &count, &info FCONE);
    for (int k = 0; k < count; k++) {
        double sum = -v[k];
        for (int i = k + 1; i < count; i++) sum += c->sy[i + k * m] * second[i];
        to[k] = sum / c->sy[k + k * m];
    }
}
