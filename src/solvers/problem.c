#include "solvers/problem.h"

#include <math.h>
#include <string.h>

void gt_value(gt_problem *p, const void *x, double *value, void *scratch)
{
    if (p->value) {
        p->count.value++;
        p->value(p, x, value);
        p->count.undefined += isnan(*value);
    } else {
        gt_value_and_gradient(p, x, value, scratch);
    }
}

void gt_value_and_gradient(gt_problem *p, const void *x, double *value, void *gradient)
{
    p->count.value++;
    p->count.gradient++;
    p->value_and_gradient(p, x, value, gradient);
    p->count.undefined += isnan(*value);
}

void gt_hessian_vector(gt_problem *p, const void *x, const void *v, void *product)
{
    p->count.hessian_vector++;
    p->hessian_vector(p, x, v, product);
}

static bool is_last_hessian(const gt_problem *p, const void *x)
{
    return p->last_hessian && !memcmp(p->last_hessian_x, x, (size_t)p->space.n * sizeof(double));
}

void gt_hessian(gt_problem *p, const void *x, double *entries)
{
    const size_t bytes = (size_t)gt_pattern_entries(&p->hessian_pattern) * sizeof(double);
    if (is_last_hessian(p, x)) {
        memcpy(entries, p->last_hessian, bytes);
        return;
    }
    p->count.hessian++;
    p->hessian(p, x, entries);
    if (!p->last_hessian) return;
    memcpy(p->last_hessian, entries, bytes);
    memcpy(p->last_hessian_x, x, (size_t)p->space.n * sizeof(double));
}

void gt_residuals(gt_problem *p, const void *x, double *residuals)
{
    p->count.residuals++;
    p->residuals(p, x, residuals);
}

void gt_residual_jacobian(gt_problem *p, const void *x, double *entries)
{
    p->count.residual_jacobian++;
    p->residual_jacobian(p, x, entries);
}

void gt_constraints(gt_problem *p, const void *x, double *constraints)
{
    if (!p->n_constraints) return;
    p->count.constraints++;
    p->constraints(p, x, constraints);
}

void gt_constraint_jacobian(gt_problem *p, const void *x, double *entries)
{
    if (!p->n_constraints) return;
    p->count.constraint_jacobian++;
    p->constraint_jacobian(p, x, entries);
}

void gt_lagrangian_gradient(gt_problem *p, const void *x, double weight, const double *multipliers,
                            double *gradient, double *jacobian)
{
    if (p->lagrangian_gradient) {
        p->count.gradient++;
        p->lagrangian_gradient(p, x, weight, multipliers, gradient);
        return;
    }
    double value;
    gt_value_and_gradient(p, x, &value, gradient);
    for (int64_t j = 0; j < p->space.n; j++) gradient[j] *= weight;
    gt_constraint_jacobian(p, x, jacobian);
    gt_add_transposed(&p->constraint_pattern, jacobian, multipliers, gradient);
}

void gt_lagrangian_hessian(gt_problem *p, const void *x, double weight, const double *multipliers,
                           double *entries)
{
    if (p->n_constraints) {
        p->count.lagrangian_hessian++;
        p->lagrangian_hessian(p, x, weight, multipliers, entries);
        return;
    }
    gt_hessian(p, x, entries);
    const int64_t n = gt_pattern_entries(&p->hessian_pattern);
    for (int64_t k = 0; k < n; k++) entries[k] *= weight;
}

const gt_pattern *gt_lagrangian_pattern(const gt_problem *p)
{
    return p->n_constraints ? &p->lagrangian_pattern : &p->hessian_pattern;
}

unsigned gt_problem_has(const gt_problem *p)
{
    unsigned has = 0;
    if (p->value || p->value_and_gradient) has |= GT_PART_VALUE;
    if (p->value_and_gradient) has |= GT_PART_GRADIENT;
    if (p->hessian_vector) has |= GT_PART_HESSIAN_VECTOR;
    if (p->hessian) has |= GT_PART_HESSIAN;
    if (p->residuals) has |= GT_PART_RESIDUALS;
    if (p->residual_jacobian) has |= GT_PART_RESIDUAL_JACOBIAN;
    if (p->lower || p->upper) has |= GT_PART_BOUNDS;
    if (!p->n_constraints) { /* what there would be of none is known */
        has |= GT_PART_CONSTRAINT_JACOBIAN;
        if (p->hessian) has |= GT_PART_LAGRANGIAN_HESSIAN;
        return has;
    }
    if (p->constraints) has |= GT_PART_CONSTRAINTS;
    if (p->constraint_jacobian) has |= GT_PART_CONSTRAINT_JACOBIAN;
    if (p->lagrangian_hessian) has |= GT_PART_LAGRANGIAN_HESSIAN;
    return has;
}

const char *gt_part_name(unsigned part)
{
    switch (part) {
    case GT_PART_VALUE:
        return "value";
    case GT_PART_GRADIENT:
        return "gradient";
    case GT_PART_HESSIAN_VECTOR:
        return "Hessian-vector product";
    case GT_PART_HESSIAN:
        return "Hessian";
    case GT_PART_RESIDUALS:
        return "residuals";
    case GT_PART_RESIDUAL_JACOBIAN:
        return "Jacobian of the residuals";
    case GT_PART_BOUNDS:
        return "bounds";
    case GT_PART_CONSTRAINTS:
        return "constraints";
    case GT_PART_CONSTRAINT_JACOBIAN:
        return "Jacobian of the constraints";
    case GT_PART_LAGRANGIAN_HESSIAN:
        return "Hessian of the Lagrangian";
    default:
        return "unknown part";
    }
}
