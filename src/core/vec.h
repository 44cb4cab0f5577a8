/* Operations on flat vectors of double or of float, for the solvers. In float,
 * products and sums are rounded to float, as a float tensor would be.         */
#ifndef GRADTAPE_CORE_VEC_H
#define GRADTAPE_CORE_VEC_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool single;
    int64_t n;
} gt_space;

/* A number as a vector of the space would hold it. */
double gt_real(gt_space s, double v);

double gt_dot(gt_space s, const void *x, const void *y);
double gt_max_abs(gt_space s, const void *x);
double gt_sum_abs(gt_space s, const void *x);
bool gt_all_finite(gt_space s, const void *x);
bool gt_has_nan(gt_space s, const void *x);
double gt_element(gt_space s, const void *x, int64_t i);
void gt_set_element(gt_space s, void *x, int64_t i, double v);
void gt_set_all(gt_space s, void *x, double v);
void gt_copy(gt_space s, void *to, const void *from);
void gt_subtract(gt_space s, void *out, const void *x, const void *y);             /* x - y */
void gt_scale(gt_space s, void *out, double a, const void *x);                     /* a x */
void gt_add_scaled(gt_space s, void *out, const void *x, double a, const void *y); /* x + a y */

#endif
