/* A problem seen through fewer, scaled variables: those that are free, each in its own unit, and
 * the value with its sign turned where it is to be maximised. x[index[k]] = scale[k] y[k]; the other
 * elements of x stay as they are. Constraints may be scaled as well. In double precision. */
#ifndef GRADTAPE_SOLVERS_REDUCED_H
#define GRADTAPE_SOLVERS_REDUCED_H

#include "solvers/problem.h"

#include <stddef.h>

typedef struct {
    gt_problem base; /* in y */
    gt_problem *inner;
    const int64_t *index; /* of y's elements in x, rising; NULL: all */
    const double *scale;  /* above 0; NULL: 1 */
    double sign;          /* 1, or -1 */
    double *x, *g, *v;    /* of the inner problem */
    double *lower, *upper;
    /* of constraints: what each is multiplied by, its sides then, and multipliers for the inner problem */
    double *row_scale, *row_lower, *row_upper, *row_multipliers;
    /* where entries of sparse matrices are among those of the inner problem's; NULL: in the same place */
    int64_t *hessian_source, *jacobian_source, *lagrangian_source;
    double *entries; /* of an inner matrix, where only some columns are wanted */
} gt_reduced;

/* So many doubles are to be given to gt_reduced_init(). */
size_t gt_reduced_numbers(const gt_problem *inner, int64_t n);
/* n: elements of y. x: a whole point, from which the elements that are not free are taken. */
void gt_reduced_init(gt_reduced *reduced, gt_problem *inner, int64_t n, const int64_t *index,
                     const double *scale, bool maximize, const double *x, double *numbers);
/* Scales constraints so that no element of their gradients at y is larger than a hundred (Waechter &
 * Biegler 2006, section 3.8), and those of which all numbers are small so that the largest is 1. It overwrites
 * constraints, and the entries of their Jacobian. */
void gt_reduced_scale_constraints(gt_reduced *reduced, const double *y, double *constraints,
                                  double *entries);
/* From x to y, and back, where all of x is written. */
void gt_reduced_to_y(const gt_reduced *reduced, const double *x, double *y);
void gt_reduced_to_x(const gt_reduced *reduced, const double *y, double *x);
/* The gradient in y, or multipliers of bounds, as one in x: 0 where x is not free. */
void gt_reduced_gradient_to_x(const gt_reduced *reduced, const double *gradient, double *to);
/* Multipliers of y's constraints, and their values, as of x's problem, with the sign of its value. */
void gt_reduced_multipliers_to_x(const gt_reduced *reduced, const double *multipliers, double *to);
void gt_reduced_constraints_to_x(const gt_reduced *reduced, const double *constraints, double *to);

#endif
