#include "solvers/kkt.h"

#include "solvers/bounds.h"

#include <string.h>

double gt_complementarity(double multiplier, double v, double low, double high)
{
    if (multiplier == 0) return 0;
    double distance = multiplier > 0 ? high - v : v - low;
    return fabs(multiplier) * (isinf(distance) ? fmax(1, fabs(v)) : fabs(distance));
}

void gt_solver_lagrangian_gradient(const gt_solver *s, double *to)
{
    const gt_problem *p = s->problem;
    memcpy(to, s->gradient, (size_t)p->space.n * sizeof *to);
    if (p->n_constraints)
        gt_add_transposed(&p->constraint_pattern, s->jacobian, s->multipliers, to);
}

void gt_solver_bound_multipliers(gt_solver *s, double *scratch)
{
    const double *x = s->x;
    gt_solver_lagrangian_gradient(s, scratch);
    for (int64_t j = 0; j < s->problem->space.n; j++)
        s->bound_multipliers[j] = gt_is_held(s->problem, j, x[j], scratch[j]) ? -scratch[j] : 0;
}

/* ---- measuring ---- */

/* The mean size of a multiplier beyond which it counts (Waechter & Biegler 2006, equation 6). */
static const double large_multiplier = 100;

double gt_size_of_value(const gt_solver *s)
{
    const double *x = s->x, *g = s->gradient;
    double size = fabs(s->value);
    for (int64_t j = 0; j < s->problem->space.n; j++)
        size = fmax(size, fabs(g[j]) * fmax(1, fabs(x[j])));
    return size;
}

double gt_least_size(const gt_solver *s)
{
    const double least = 1e-10;
    return s->start_size > 0 ? fmin(1, fmax(least, s->start_size)) : 1;
}

static double size_of_conditions(const gt_solver *s)
{
    const gt_problem *p = s->problem;
    const gt_space n = p->space, m = {false, p->n_constraints};
    double mean =
        (gt_sum_abs(m, s->multipliers) + gt_sum_abs(n, s->bound_multipliers)) / (double)(n.n + m.n);
    return fmax(gt_least_size(s), fmax(fabs(s->value), mean / large_multiplier));
}

/* The larger, or NaN where one is. */
static double larger(double a, double b) { return isnan(a) || b <= a ? a : b; }

static void measure_stationarity(gt_solver *s, double *scratch, double size)
{
    const double *x = s->x, *unit = s->problem->variable_scale;
    gt_solver_lagrangian_gradient(s, scratch);
    for (int64_t j = 0; j < s->problem->space.n; j++) {
        double slope = fabs(scratch[j] + s->bound_multipliers[j]);
        s->now.gradient_size = larger(s->now.gradient_size, unit ? slope / unit[j] : slope);
        s->now.scaled_gradient = larger(s->now.scaled_gradient, slope * fmax(1, fabs(x[j])) / size);
    }
}

/* Adds a product; *sum is that of all so far. */
static void add_product(gt_progress *now, double product, double size, double *sum)
{
    *sum += product;
    now->complementarity = larger(now->complementarity, product);
    now->scaled_complementarity =
        larger(now->scaled_complementarity, fmax(product, *sum / GT_MANY_PRODUCTS) / size);
}

static void measure_bounds(gt_solver *s, double size, double *sum)
{
    const gt_problem *p = s->problem;
    const double *x = s->x;
    for (int64_t j = 0; gt_has_bounds(p) && j < p->space.n; j++) {
        double product =
            gt_complementarity(s->bound_multipliers[j], x[j], gt_lower(p, j), gt_upper(p, j));
        add_product(&s->now, product, size, sum);
    }
}

/* Sides as large as this are not met to more digits. */
static const double large_side = 1e6;

static double unit_of(double side) { return isinf(side) ? 1 : fmax(1, fabs(side) / large_side); }

static double constraint_scale(const gt_problem *p, int64_t i)
{
    return p->constraint_scale ? p->constraint_scale[i] : 1;
}

/* How much more of the user's own constraints may be violated than of those that were scaled; and what of the scale's
 * inverse, where the user's slopes are so large that rounding allows no less. */
static const double looser = 100, of_slope = 1e-4;

/* How far c is outside of its sides, in units in which both kinds of constraints can be judged. */
static double scaled_violation(const gt_problem *p, int64_t i, double c)
{
    const double low = p->constraint_lower[i], high = p->constraint_upper[i],
                 outside = gt_outside(c, low, high), side = c < low ? low : high,
                 scale = constraint_scale(p, i),
                 unit = fmax(unit_of(side / scale), of_slope / scale);
    return fmax(outside / unit_of(side), outside / scale / unit / looser);
}

static void measure_constraints(gt_solver *s, double size, double *sum)
{
    const gt_problem *p = s->problem;
    for (int64_t i = 0; i < p->n_constraints; i++) {
        const double low = p->constraint_lower[i], high = p->constraint_upper[i],
                     c = s->constraints[i],
                     product = gt_complementarity(s->multipliers[i], c, low, high),
                     outside = gt_outside(c, low, high) / constraint_scale(p, i);
        s->now.violation = larger(s->now.violation, isnan(c) ? c : outside);
        s->now.scaled_violation =
            larger(s->now.scaled_violation, isnan(c) ? c : scaled_violation(p, i, c));
        add_product(&s->now, product, size, sum);
    }
}

void gt_measure_kkt(gt_solver *s, double *scratch)
{
    const double size = size_of_conditions(s);
    double products = 0;
    s->now.gradient_size = s->now.scaled_gradient = 0;
    s->now.violation = s->now.scaled_violation = 0;
    s->now.complementarity = s->now.scaled_complementarity = 0;
    measure_stationarity(s, scratch, size);
    measure_bounds(s, size, &products);
    measure_constraints(s, size, &products);
    if (!isfinite(size)) s->now.scaled_gradient = INFINITY;
}

/* ---- where a method makes no more progress ---- */

/* Multipliers that grow without end belong to no optimum. */
static const double endless_multiplier = 1e5;

bool gt_solver_has_endless_multipliers(const gt_solver *s)
{
    const gt_space rows = {false, s->problem->n_constraints};
    return gt_max_abs(rows, s->multipliers) > endless_multiplier * fmax(1, gt_size_of_value(s));
}

gt_status gt_solver_stuck(const gt_solver *s)
{
    const bool is_feasible = s->now.scaled_violation <= 100 * s->converge.tol_constraint;
    return is_feasible && gt_solver_has_endless_multipliers(s) ? GT_STATUS_DEGENERATE
                                                               : GT_STATUS_NO_LOWER_POINT;
}

/* How far a step down the gradient g leads within the bounds. */
static double projected_size(const gt_problem *p, const double *x, const double *g)
{
    double largest = 0;
    for (int64_t j = 0; j < p->space.n; j++)
        largest = fmax(largest, fabs(gt_within(p, j, x[j] - g[j]) - x[j]));
    return largest;
}

bool gt_solver_is_least_violated(const gt_solver *s, const double *weight, double *outside,
                                 double *slope)
{
    const gt_problem *p = s->problem;
    double largest = 0;
    for (int64_t i = 0; i < p->n_constraints; i++) {
        const double c = s->constraints[i], low = p->constraint_lower[i],
                     high = p->constraint_upper[i];
        outside[i] = c < low ? c - low : (c > high ? c - high : 0);
        largest = fmax(largest, fabs(outside[i]));
        if (weight) outside[i] *= weight[i];
    }
    memset(slope, 0, (size_t)p->space.n * sizeof *slope);
    if (p->n_constraints) gt_add_transposed(&p->constraint_pattern, s->jacobian, outside, slope);
    return largest > s->converge.tol_constraint && projected_size(p, s->x, slope) <= 1e-4 * largest;
}
