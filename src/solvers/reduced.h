/* A problem seen through fewer, scaled variables: those that are free, each in its own unit, and
 * the value with its sign turned where it is to be maximised. x[index[k]] = scale[k] y[k]; the other
 * elements of x stay as they are. In double precision.                             */
#ifndef GRADTAPE_SOLVERS_REDUCED_H
#define GRADTAPE_SOLVERS_REDUCED_H

#include "solvers/problem.h"

#include <stddef.h>

typedef struct {
    gt_problem base; /* in y */
    gt_problem *inner;
    const int64_t *index; /* of y's elements in x; NULL: all */
    const double *scale;  /* above 0; NULL: 1 */
    double sign;          /* 1, or -1 */
    double *x, *g, *v;    /* of the inner problem */
    double *lower, *upper;
    double *entries; /* of the inner Hessian or Jacobian, where only some columns are wanted */
} gt_reduced;

/* So many doubles are to be given to gt_reduced_init(). */
size_t gt_reduced_numbers(const gt_problem *inner, int64_t n);
/* n: elements of y. x: a whole point, from which the elements that are not free are taken. */
void gt_reduced_init(gt_reduced *reduced, gt_problem *inner, int64_t n, const int64_t *index,
                     const double *scale, bool maximize, const double *x, double *numbers);
/* From x to y, and back, where all of x is written. */
void gt_reduced_to_y(const gt_reduced *reduced, const double *x, double *y);
void gt_reduced_to_x(const gt_reduced *reduced, const double *y, double *x);
/* The gradient in y as one in x: 0 where x is not free. */
void gt_reduced_gradient_to_x(const gt_reduced *reduced, const double *gradient, double *to);

#endif
