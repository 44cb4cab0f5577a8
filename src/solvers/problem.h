/* What a solver minimises: a point's value, and whatever else of derivatives, residuals and
 * constraints there is. A tape, an R closure and a function written in C are all problems;
 * a solver cannot tell them apart.
 *
 * A callback that is not there is NULL. None has to return (an R error or an interrupt may
 * leave it), so a solver owns no memory, and changes the point that it was given to start
 * from only when it accepts another: whoever owns that finds the last one there. A
 * function that is not defined at x gives NaN or Inf.                               */
#ifndef GRADTAPE_SOLVERS_PROBLEM_H
#define GRADTAPE_SOLVERS_PROBLEM_H

#include "core/vec.h"
#include "solvers/loss.h"
#include "solvers/pattern.h"
#include "solvers/symmetric.h"

/* What there is of a problem, what a method needs of it, and what it can take. */
enum {
    GT_PART_VALUE = 1,
    GT_PART_GRADIENT = 2,
    GT_PART_HESSIAN_VECTOR = 4,
    GT_PART_HESSIAN = 8,
    GT_PART_RESIDUALS = 16,
    GT_PART_RESIDUAL_JACOBIAN = 32,
    GT_PART_BOUNDS = 64,
    GT_PART_CONSTRAINTS = 128,
    GT_PART_CONSTRAINT_JACOBIAN = 256,
    GT_PART_LAGRANGIAN_HESSIAN = 512
};

/* How often each was computed. */
typedef struct {
    int64_t undefined; /* values that were NaN */
    int64_t value, gradient, hessian_vector, hessian, residuals, residual_jacobian, constraints,
        constraint_jacobian, lagrangian_hessian;
} gt_counts;

typedef struct gt_problem gt_problem;
struct gt_problem {
    gt_space space;              /* of x and what has its shape: how many, how precise */
    const double *lower, *upper; /* bounds of x, or NULL */

    void (*value)(gt_problem *self, const void *x, double *value);
    void (*value_and_gradient)(gt_problem *self, const void *x, double *value, void *gradient);
    void (*hessian_vector)(gt_problem *self, const void *x, const void *v, void *product);
    gt_pattern hessian_pattern; /* of the lower triangle where it is sparse */
    void (*hessian)(gt_problem *self, const void *x, double *entries);
    double *last_hessian, *last_hessian_x; /* memory for the last one and where it was, or NULL */

    int64_t n_residuals; /* the value is half the sum of their losses, squares by default */
    gt_loss loss;
    void (*residuals)(gt_problem *self, const void *x, double *residuals);
    gt_pattern residual_pattern;
    void (*residual_jacobian)(gt_problem *self, const void *x, double *entries);

    /* constraint_lower <= c(x) <= constraint_upper: the same for an equation, infinite for none */
    int64_t n_constraints;
    const double *constraint_lower, *constraint_upper;
    const double *constraint_scale; /* what the user's constraints were multiplied by; NULL: 1 */
    const double *variable_scale;   /* what the user's variables were divided by; NULL: 1 */
    void (*constraints)(gt_problem *self, const void *x, double *constraints);
    gt_pattern constraint_pattern;
    void (*constraint_jacobian)(gt_problem *self, const void *x, double *entries);
    /* weight times the gradient plus the Jacobian's transpose times the multipliers */
    void (*lagrangian_gradient)(gt_problem *self, const void *x, double weight,
                                const double *multipliers, double *gradient);
    /* Of weight times the value plus multipliers' c(x); the lower triangle where it is sparse. */
    gt_pattern lagrangian_pattern;
    void (*lagrangian_hessian)(gt_problem *self, const void *x, double weight,
                               const double *multipliers, double *entries);

    /* A library for sparse systems, where the host has one: methods that need one do without otherwise, with
     * dense matrices. */
    gt_sparse_ldl *sparse_ldl;

    gt_counts count;
};

/* Solvers call these, which count. */

/* `scratch` (n elements) is overwritten where the value comes with a gradient only. */
void gt_value(gt_problem *p, const void *x, double *value, void *scratch);
void gt_value_and_gradient(gt_problem *p, const void *x, double *value, void *gradient);
void gt_hessian_vector(gt_problem *p, const void *x, const void *v, void *product);
void gt_hessian(gt_problem *p, const void *x, double *entries);
void gt_residuals(gt_problem *p, const void *x, double *residuals);
void gt_residual_jacobian(gt_problem *p, const void *x, double *entries);
void gt_constraints(gt_problem *p, const void *x, double *constraints);
void gt_constraint_jacobian(gt_problem *p, const void *x, double *entries);
void gt_lagrangian_hessian(gt_problem *p, const void *x, double weight, const double *multipliers,
                           double *entries);
/* jacobian: of its entries; it is overwritten where the sum does not come in one sweep. */
void gt_lagrangian_gradient(gt_problem *p, const void *x, double weight, const double *multipliers,
                            double *gradient, double *jacobian);
/* A problem without constraints has a Lagrangian as well: its value. */
const gt_pattern *gt_lagrangian_pattern(const gt_problem *p);

unsigned gt_problem_has(const gt_problem *p);
/* "Hessian", for the GT_PART_HESSIAN of the list above. */
const char *gt_part_name(unsigned part);

#endif
