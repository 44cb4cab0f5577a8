#include "solvers/penalized.h"

#include "solvers/bounds.h"
#include "solvers/carver.h"
#include "solvers/kkt.h"

#include <string.h>

/* ---- the problem ---- */

double gt_penalized_force(const gt_penalized *p, int64_t i, double c)
{
    const double low = p->inner->constraint_lower[i], high = p->inner->constraint_upper[i],
                 weight = p->weight * p->row_weight[i], shifted = c + p->multipliers[i] / weight;
    return shifted < low ? weight * (shifted - low)
                         : (shifted > high ? weight * (shifted - high) : 0);
}

/* Sets constraints and forces at x; returns what they cost. */
static double penalty_at(gt_penalized *p, const double *x)
{
    const int64_t m = p->inner->n_constraints;
    double sum = 0;
    gt_constraints(p->inner, x, p->constraints);
    for (int64_t i = 0; i < m; i++) {
        p->forces[i] = gt_penalized_force(p, i, p->constraints[i]);
        sum += isnan(p->constraints[i]) ? NAN : p->forces[i] * p->forces[i] / p->row_weight[i];
    }
    return sum / (2 * p->weight);
}

static void value_of_penalized(gt_problem *self, const void *x, double *value)
{
    gt_penalized *p = (gt_penalized *)self;
    gt_value(p->inner, x, value, NULL);
    *value += penalty_at(p, x);
}

static void value_and_gradient_of_penalized(gt_problem *self, const void *x, double *value,
                                            void *gradient)
{
    gt_penalized *p = (gt_penalized *)self;
    gt_value(p->inner, x, value, gradient);
    *value += penalty_at(p, x);
    gt_lagrangian_gradient(p->inner, x, 1, p->forces, gradient, p->jacobian);
}

/* Of what is added: weight times the products of the Jacobian's rows with themselves. */
static void add_squares(const gt_penalized *p, double *entries)
{
    const int64_t n = p->base.space.n, m = p->inner->n_constraints;
    for (int64_t j = 0; j < n; j++)
        for (int64_t k = 0; k <= j; k++) {
            const double *left = p->jacobian + j * m, *right = p->jacobian + k * m;
            double sum = 0;
            for (int64_t i = 0; i < m; i++)
                if (p->forces[i] != 0) sum += p->row_weight[i] * left[i] * right[i];
            entries[k + j * n] += p->weight * sum;
            if (k < j) entries[j + k * n] += p->weight * sum;
        }
}

static void hessian_of_penalized(gt_problem *self, const void *x, double *entries)
{
    gt_penalized *p = (gt_penalized *)self;
    penalty_at(p, x);
    gt_lagrangian_hessian(p->inner, x, 1, p->forces, entries);
    gt_constraint_jacobian(p->inner, x, p->jacobian);
    add_squares(p, entries);
}

/* ---- its minimisation ---- */

/* As many variables may have whole Hessians. */
static const int64_t most_dense = 200;

static void set_problem(gt_penalized *p, gt_problem *inner)
{
    const int64_t n = inner->space.n;
    p->inner = inner;
    p->weight = 1;
    p->base = (gt_problem){.space = inner->space,
                           .lower = inner->lower,
                           .upper = inner->upper,
                           .value_and_gradient = value_and_gradient_of_penalized,
                           .hessian_pattern = {.n_rows = n, .n_columns = n}};
    if (inner->value) p->base.value = value_of_penalized;
    const bool is_dense = !gt_lagrangian_pattern(inner)->column_start &&
                          !inner->constraint_pattern.column_start && n <= most_dense;
    const bool has_hessian = gt_problem_has(inner) & GT_PART_LAGRANGIAN_HESSIAN;
    if (is_dense && has_hessian) p->base.hessian = hessian_of_penalized;
}

static gt_solver new_solver(gt_penalized *p)
{
    gt_solver s =
        gt_solver_new(gt_method_find(p->base.hessian ? "trust-bounds" : "lbfgsb"), &p->base);
    s.keep_best = true;
    s.stop.tolerance_grad = s.stop.tolerance_change = 0;
    s.converge.tol_value = s.converge.tol_step = 1e-15;
    return s;
}

static int64_t jacobian_numbers(const gt_problem *p)
{
    return p->n_constraints ? gt_pattern_entries(&p->constraint_pattern) : 0;
}

int64_t gt_penalized_run_numbers(const gt_problem *p)
{
    gt_penalized penalized;
    set_problem(&penalized, (gt_problem *)p); /* not written to */
    gt_solver s = new_solver(&penalized);
    return gt_in_numbers(sizeof(gt_penalized_run)) + 4 * p->n_constraints + jacobian_numbers(p) +
           p->space.n + gt_in_numbers(gt_solver_bytes(&s));
}

/* A slope below the smallest may be one of a constraint that happens to be flat at the start. */
static const double smallest_slope = 1e-4;

static void weigh_rows(const gt_solver *s, double *weight)
{
    const gt_problem *p = s->problem;
    gt_row_sizes(&p->constraint_pattern, s->jacobian, weight);
    for (int64_t i = 0; i < p->n_constraints; i++)
        weight[i] = weight[i] > smallest_slope ? 1 / (weight[i] * weight[i]) : 1;
}

double *gt_penalized_run_start(gt_solver *s)
{
    gt_penalized_run *r = gt_penalized_run_of(s);
    gt_problem *p = s->problem;
    const int64_t m = p->n_constraints;
    double *numbers = s->work.numbers + gt_in_numbers(sizeof *r);
    set_problem(&r->penalized, p);
    r->penalized.multipliers = numbers;
    r->penalized.constraints = numbers + m;
    r->penalized.forces = numbers + 2 * m;
    r->penalized.row_weight = numbers + 3 * m;
    r->penalized.jacobian = numbers + 4 * m;
    r->gradient = r->penalized.jacobian + jacobian_numbers(p);
    memset(numbers, 0, (size_t)m * sizeof *numbers);
    weigh_rows(s, r->penalized.row_weight);
    r->solver = new_solver(&r->penalized);
    numbers = r->gradient + p->space.n;
    gt_solver_place(&r->solver, numbers);
    return numbers + gt_in_numbers(gt_solver_bytes(&r->solver));
}

/* Moves s to a point where all that belongs to it is known. */
static void accept(gt_solver *s, const gt_penalized_run *r, double value)
{
    const gt_problem *p = s->problem;
    const size_t n = (size_t)p->space.n, m = (size_t)p->n_constraints;
    const double *x = r->solver.x, *old = s->x;
    s->now.step_size = 0;
    for (size_t j = 0; j < n; j++) s->now.step_size = fmax(s->now.step_size, fabs(x[j] - old[j]));
    s->now.step_length = r->penalized.weight;
    memcpy(s->x, x, n * sizeof *x);
    memcpy(s->gradient, r->gradient, n * sizeof *x);
    memcpy(s->constraints, r->penalized.constraints, m * sizeof *x);
    memcpy(s->multipliers, r->penalized.forces, m * sizeof *x);
    memcpy(s->jacobian, r->penalized.jacobian, (size_t)jacobian_numbers(p) * sizeof *x);
    s->value = value;
    gt_solver_bound_multipliers(s, r->gradient);
}

const double gt_largest_weight = 1e16;

/* Does the value fall where the constraints hold, beside the size of x? */
static bool falls_feasibly(gt_penalized_run *r)
{
    const gt_problem *p = r->penalized.inner;
    double outside = 0;
    penalty_at(&r->penalized, r->solver.x);
    for (int64_t i = 0; i < p->n_constraints; i++)
        outside = fmax(outside, gt_outside(r->penalized.constraints[i], p->constraint_lower[i],
                                           p->constraint_upper[i]));
    return outside <= 1e-6 * fmax(1, gt_max_abs(p->space, r->solver.x));
}

static gt_status minimize_penalized(gt_solver *s, double tolerance, double gamma)
{
    gt_penalized_run *r = gt_penalized_run_of(s);
    gt_solver *inner = &r->solver;
    inner->converge.tol_gradient = tolerance;
    inner->stop.max_eval = s->stop.max_eval - (double)s->now.evaluations;
    inner->floor = s->floor;
    inner->horizon = s->horizon;
    for (;;) {
        inner->problem->count = (gt_counts){0};
        memcpy(inner->x, s->x, (size_t)s->problem->space.n * sizeof(double));
        gt_status status = gt_minimize(inner);
        if (status != GT_STATUS_UNBOUNDED || r->penalized.weight >= gt_largest_weight ||
            falls_feasibly(r))
            return status;
        r->penalized.weight *= gamma;
    }
}

gt_status gt_penalized_move(gt_solver *s, double tolerance, double gamma)
{
    gt_penalized_run *r = gt_penalized_run_of(s);
    gt_problem *p = s->problem;
    const gt_solver *inner = &r->solver;
    gt_status status = minimize_penalized(s, tolerance, gamma);
    if (status == GT_STATUS_UNBOUNDED || status == GT_STATUS_UNDEFINED_START ||
        status == GT_STATUS_UNDEFINED)
        return status;
    double value;
    gt_value_and_gradient(p, inner->x, &value, r->gradient);
    penalty_at(&r->penalized, inner->x);
    gt_constraint_jacobian(p, inner->x, r->penalized.jacobian);
    accept(s, r, value);
    return GT_STATUS_RUNNING;
}

bool gt_penalized_is_stuck(gt_solver *s)
{
    gt_penalized_run *r = gt_penalized_run_of(s);
    return gt_solver_is_least_violated(s, r->penalized.row_weight, r->penalized.forces,
                                       r->gradient);
}
