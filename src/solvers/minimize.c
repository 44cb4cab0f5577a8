/* The loop that every method runs in: limits, convergence, trace, progress, best point. */
#include "solvers/solver.h"

#include "solvers/bounds.h"
#include "solvers/kkt.h"

#include <math.h>
#include <string.h>

gt_solver gt_solver_new(const gt_method *method, gt_problem *problem)
{
    gt_solver s = {.method = method,
                   .problem = problem,
                   .floor = -INFINITY,
                   .horizon = INFINITY,
                   .best_value = INFINITY,
                   .best_violation = INFINITY};
    gt_options_default(method->options, s.options);
    gt_options_default(&gt_stopping_table, (double *)&s.stop);
    gt_options_default(&gt_convergence_table, (double *)&s.converge);
    return s;
}

/* ---- memory: pointers, then numbers, then vectors ------------------------------- */

static size_t vector_bytes(gt_space s)
{
    size_t bytes = (size_t)s.n * (s.single ? sizeof(float) : sizeof(double));
    return (bytes + sizeof(double) - 1) / sizeof(double) * sizeof(double);
}

/* The point and its gradient, the best point and its gradient. */
static int64_t own_vectors(const gt_solver *s) { return s->keep_best ? 4 : 2; }

/* Numbers of what belongs to a point with constraints, and to the best one. */
static size_t constraint_numbers(const gt_solver *s)
{
    if (!gt_solver_is_constrained(s)) return 0;
    const gt_problem *p = s->problem;
    int64_t point = p->space.n + 2 * p->n_constraints,
            entries = p->n_constraints ? gt_pattern_entries(&p->constraint_pattern) : 0;
    return (size_t)(point * (s->keep_best ? 2 : 1) + entries + p->space.n);
}

static void memory_sizes(const gt_solver *s, gt_memory_size *kept, gt_memory_size *work)
{
    *kept = *work = (gt_memory_size){0, 0};
    s->method->memory(s->problem, s->options, kept, work);
    if (s->kept.numbers || s->kept.vector) *kept = (gt_memory_size){0, 0};
}

size_t gt_solver_bytes(const gt_solver *s)
{
    gt_memory_size kept, work;
    memory_sizes(s, &kept, &work);
    size_t vectors = (size_t)(kept.vectors + work.vectors),
           numbers = (size_t)(kept.numbers + work.numbers);
    return vectors * sizeof(void *) + sizeof(double) +
           (numbers + constraint_numbers(s)) * sizeof(double) +
           (vectors + (size_t)own_vectors(s)) * vector_bytes(s->problem->space);
}

static void *take(char **at, size_t bytes)
{
    void *p = *at;
    *at += bytes;
    return p;
}

static double *take_numbers(char **at, int64_t n) { return take(at, (size_t)n * sizeof(double)); }

static void place_constraints(gt_solver *s, char **at)
{
    if (!gt_solver_is_constrained(s)) return;
    const int64_t n = s->problem->space.n, m = s->problem->n_constraints;
    memset(*at, 0, constraint_numbers(s) * sizeof(double));
    s->scratch = take_numbers(at, n);
    s->constraints = take_numbers(at, m);
    s->multipliers = take_numbers(at, m);
    s->bound_multipliers = take_numbers(at, n);
    s->jacobian = take_numbers(at, m ? gt_pattern_entries(&s->problem->constraint_pattern) : 0);
    if (!s->keep_best) return;
    s->best_constraints = take_numbers(at, m);
    s->best_multipliers = take_numbers(at, m);
    s->best_bound_multipliers = take_numbers(at, n);
}

void gt_solver_place(gt_solver *s, void *memory)
{
    const size_t bytes = vector_bytes(s->problem->space);
    char *at = memory;
    gt_memory_size size[2];
    gt_memory *given[2] = {&s->kept, &s->work};
    memory_sizes(s, &size[0], &size[1]);
    bool has_kept = s->kept.numbers || s->kept.vector;
    for (int i = 0; i < 2; i++)
        if (i == 1 || !has_kept)
            given[i]->vector = take(&at, (size_t)size[i].vectors * sizeof(void *));
    at += ((size_t)(size[0].vectors + size[1].vectors) * sizeof(void *)) % sizeof(double);
    for (int i = 0; i < 2; i++) {
        if (i == 0 && has_kept) continue;
        given[i]->numbers = take(&at, (size_t)size[i].numbers * sizeof(double));
        memset(given[i]->numbers, 0, (size_t)size[i].numbers * sizeof(double));
        for (int64_t k = 0; k < size[i].vectors; k++) given[i]->vector[k] = take(&at, bytes);
    }
    place_constraints(s, &at);
    s->x = take(&at, bytes);
    s->gradient = take(&at, bytes);
    if (!s->keep_best) return;
    s->best_x = take(&at, bytes);
    s->best_gradient = take(&at, bytes);
}

/* ---- what fits ---------------------------------------------------------------------- */

const char *gt_solver_unfit(const gt_solver *s)
{
    const unsigned has = gt_problem_has(s->problem), needs = s->method->needs;
    const unsigned restricts = GT_PART_BOUNDS | GT_PART_CONSTRAINTS;
    for (unsigned part = 1; part <= GT_PART_LAGRANGIAN_HESSIAN; part *= 2)
        if ((needs & ~has & part) || (has & restricts & ~(needs | s->method->takes) & part))
            return gt_part_name(part);
    if (s->method->is_double && s->problem->space.single) return "double precision";
    return NULL;
}

/* ---- the loop ------------------------------------------------------------------------ */

static bool has_gradient(const gt_solver *s) { return s->method->needs & GT_PART_GRADIENT; }

static void evaluate_start(gt_solver *s)
{
    if (has_gradient(s)) {
        gt_value_and_gradient(s->problem, s->x, &s->value, s->gradient);
    } else {
        gt_value(s->problem, s->x, &s->value, s->gradient);
        gt_set_all(s->problem->space, s->gradient, NAN);
    }
    if (!gt_solver_is_constrained(s)) return;
    gt_constraints(s->problem, s->x, s->constraints);
    gt_constraint_jacobian(s->problem, s->x, s->jacobian);
}

static gt_space constraint_space(const gt_solver *s)
{
    return (gt_space){false, s->problem->n_constraints};
}

static bool is_constraint_undefined(const gt_solver *s)
{
    const gt_problem *p = s->problem;
    if (!gt_solver_is_constrained(s) || !p->n_constraints) return false;
    gt_space entries = {false, gt_pattern_entries(&p->constraint_pattern)};
    return !gt_all_finite(constraint_space(s), s->constraints) ||
           !gt_all_finite(entries, s->jacobian);
}

static bool is_undefined(const gt_solver *s)
{
    return isnan(s->value) || (has_gradient(s) && gt_has_nan(s->problem->space, s->gradient)) ||
           is_constraint_undefined(s);
}

/* How far the constraints are from being met as closely as is asked for. */
static double excess_violation(const gt_solver *s)
{
    if (!gt_solver_is_constrained(s)) return 0;
    if (isnan(s->now.scaled_violation)) return INFINITY;
    return fmax(0, s->now.scaled_violation - s->converge.tol_constraint);
}

static void keep_best(gt_solver *s)
{
    const double violation = excess_violation(s);
    if (!s->keep_best || !(violation < s->best_violation ||
                           (violation == s->best_violation && s->value < s->best_value)))
        return;
    s->best_value = s->value;
    s->best_violation = violation;
    gt_copy(s->problem->space, s->best_x, s->x);
    if (has_gradient(s)) gt_copy(s->problem->space, s->best_gradient, s->gradient);
    if (!gt_solver_is_constrained(s)) return;
    s->best_now = s->now;
    gt_copy(constraint_space(s), s->best_constraints, s->constraints);
    gt_copy(constraint_space(s), s->best_multipliers, s->multipliers);
    gt_copy(s->problem->space, s->best_bound_multipliers, s->bound_multipliers);
}

static void go_to_best(gt_solver *s)
{
    s->value = s->best_value;
    gt_copy(s->problem->space, s->x, s->best_x);
    if (has_gradient(s)) gt_copy(s->problem->space, s->gradient, s->best_gradient);
    if (!gt_solver_is_constrained(s)) return;
    gt_take_measures(&s->now, &s->best_now);
    gt_copy(constraint_space(s), s->constraints, s->best_constraints);
    gt_copy(constraint_space(s), s->multipliers, s->best_multipliers);
    gt_copy(s->problem->space, s->bound_multipliers, s->best_bound_multipliers);
}

double gt_scaled_gradient(const gt_problem *p, const double *x, const double *gradient,
                          double value, double *size)
{
    double largest = 0, scaled = 0;
    for (int64_t k = 0; k < p->space.n; k++) {
        double slope = fabs(gt_slope(p, k, x[k], gradient[k]));
        if (isnan(slope)) return *size = NAN;
        largest = fmax(largest, slope);
        scaled = fmax(scaled, slope * fmax(1, fabs(x[k])));
    }
    *size = largest;
    return isinf(value) ? INFINITY : scaled / fmax(1, fabs(value));
}

/* What stands for 1 in the value: what the run brought it down by or, where that is more, its size. So neither a
 * constant added to the value nor a small unit ends a run early. (Less than a millionth of the value is
 * rounding, times tol_gradient.)                                                   */
static double value_unit(const gt_solver *s)
{
    const double size = fabs(s->value), decrease = s->start_value - s->value;
    return fmin(fmax(1, size), fmax(decrease, 1e-6 * size));
}

/* Beside value_unit(); nothing is small beside 0. */
static double scaled_gradient(gt_solver *s)
{
    double size = fmax(1, fabs(s->value)), unit = value_unit(s);
    double scaled =
        gt_scaled_gradient(s->problem, s->x, s->gradient, s->value, &s->now.gradient_size);
    return scaled > 0 && unit < size ? scaled * (size / unit) : scaled;
}

static void take_stock(gt_solver *s, int64_t evaluations_before, double previous_value)
{
    const gt_space space = s->problem->space;
    s->now.evaluations = s->problem->count.value - evaluations_before;
    s->now.value = s->value;
    if (isnan(s->now.improvement)) s->now.improvement = previous_value - s->value;
    s->now.relative_step = s->now.step_size / fmax(1, space.single ? 1 : gt_max_abs(space, s->x));
    s->now.gradient_size = s->now.scaled_gradient = NAN;
    if (gt_solver_is_constrained(s)) gt_measure_kkt(s, s->scratch);
    else if (has_gradient(s) && !space.single &&
             (gt_has_bounds(s->problem) || s->converge.tol_gradient > 0))
        s->now.scaled_gradient = scaled_gradient(s);
    else if (has_gradient(s)) s->now.gradient_size = gt_max_abs(space, s->gradient);
    if (s->trace && s->n_traced < s->trace_capacity) s->trace[s->n_traced++] = s->now;
}

static bool is_told_to_stop(const gt_solver *s) { return s->watch && s->watch(s->host, &s->now); }

static bool is_stationary(gt_status status)
{
    return status == GT_STATUS_GRADIENT_SMALL || status == GT_STATUS_STATIONARY ||
           status == GT_STATUS_OPTIMAL;
}

/* A point that is stationary and no minimum is left, where the method sees how. */
static gt_status unless_left(gt_solver *s, gt_status status)
{
    if (!is_stationary(status) || !s->method->leaves || !s->method->leaves(s)) return status;
    return gt_judge_limits(&s->stop, &s->now);
}

/* ---- a value without end ---- */

/* So many times the start's, of value and of parameters. (Rounding keeps a value from coming down to
 * -Inf where constraints have to be met; the value of a bounded problem may be far below the start's.) */
static const double endless_descent = 1e12, endless_way = 1e10;

static void choose_horizon(gt_solver *s)
{
    if (s->floor > -INFINITY || s->problem->space.single) return;
    if (!gt_solver_is_constrained(s) && !(s->converge.tol_gradient > 0)) return;
    s->floor = -endless_descent * fmax(1, fabs(s->start_value));
    s->horizon = endless_way * fmax(1, gt_max_abs(s->problem->space, s->x));
}

static bool is_endless(const gt_solver *s)
{
    if (s->value == -INFINITY) return true;
    return s->value <= s->floor && gt_max_abs(s->problem->space, s->x) >= s->horizon;
}

/* Multipliers without end leave the value open, unless their products with what is violated are small as they are:
 * where gradients depend on each other, others may fit as well. */
static bool is_value_open(const gt_solver *s)
{
    const double size = fmax(gt_least_size(s), fabs(s->value)),
                 enough = 100 * s->converge.tol_gradient * size;
    return s->now.complementarity > enough && gt_solver_has_endless_multipliers(s);
}

/* Far away, constraints are met to fewer digits. */
static bool is_feasible_beside(const gt_solver *s, double size)
{
    return s->now.scaled_violation <= s->converge.tol_constraint * fmax(1, size);
}

static gt_status judge_constrained(const gt_solver *s)
{
    if (gt_is_optimal(&s->converge, &s->now) && !is_value_open(s)) return GT_STATUS_OPTIMAL;
    if (is_endless(s) && is_feasible_beside(s, gt_max_abs(s->problem->space, s->x)))
        return GT_STATUS_UNBOUNDED;
    return GT_STATUS_RUNNING;
}

static gt_status judge_start(gt_solver *s)
{
    if (gt_solver_is_constrained(s)) return judge_constrained(s);
    gt_status status = gt_judge_convergence(&s->converge, &s->now);
    return status == GT_STATUS_RUNNING ? gt_judge_start(&s->stop, &s->now) : status;
}

static gt_status judge(gt_solver *s)
{
    if (gt_solver_is_constrained(s)) {
        gt_status status = judge_constrained(s);
        return status == GT_STATUS_RUNNING ? gt_judge_limits(&s->stop, &s->now) : status;
    }
    if (is_endless(s)) return GT_STATUS_UNBOUNDED;
    gt_status status = gt_judge_convergence(&s->converge, &s->now);
    return status == GT_STATUS_RUNNING ? gt_judge(&s->stop, &s->now) : status;
}

static gt_status begin(gt_solver *s)
{
    const int64_t before = s->problem->count.value;
    s->now = (gt_progress){0};
    s->best_value = s->best_violation = INFINITY;
    if (!s->problem->space.single) gt_project(s->problem, s->x);
    evaluate_start(s);
    s->start_value = s->value;
    s->start_size = gt_solver_is_constrained(s) ? gt_size_of_value(s) : 0;
    choose_horizon(s);
    if (is_undefined(s)) return GT_STATUS_UNDEFINED_START;
    take_stock(s, before, s->value);
    keep_best(s);
    gt_status status = judge_start(s);
    if (s->method->start) s->method->start(s);
    status = unless_left(s, status);
    return is_told_to_stop(s) && status == GT_STATUS_RUNNING ? GT_STATUS_INTERRUPTED : status;
}

static gt_status run(gt_solver *s)
{
    s->n_traced = 0;
    if (gt_solver_unfit(s)) return GT_STATUS_UNFIT;
    gt_status status = s->is_resumed ? gt_judge_limits(&s->stop, &s->now) : begin(s);
    const int64_t before = s->problem->count.value - s->now.evaluations;
    while (status == GT_STATUS_RUNNING) {
        double previous = s->value;
        s->now.iteration++;
        s->now.improvement = NAN;
        s->is_last = s->leaves_last && (double)s->now.iteration >= s->stop.max_iter;
        status = s->method->iterate(s);
        if (status != GT_STATUS_RUNNING) break;
        take_stock(s, before, previous);
        keep_best(s);
        status = judge(s);
        if (status == GT_STATUS_UNBOUNDED) break;
        status = unless_left(s, status);
        if (is_told_to_stop(s) && status == GT_STATUS_RUNNING) status = GT_STATUS_INTERRUPTED;
    }
    return status;
}

/* A point with so many tolerances of violation is not given up for a feasible one that is higher. */
static const double loosely = 100;

bool gt_solver_was_better(const gt_solver *s)
{
    const double violation = excess_violation(s),
                 small = fmax(violation, s->best_violation) / loosely;
    if (small <= s->converge.tol_constraint)
        return s->best_violation <= violation && s->best_value < s->value;
    return s->best_violation < violation;
}

/* An optimum is not given up, a point with a small gradient not for one that is lower by rounding only. */
static bool is_to_go_back(const gt_solver *s, gt_status status)
{
    if (status == GT_STATUS_OPTIMAL || !gt_solver_was_better(s)) return false;
    if (gt_solver_is_constrained(s)) return true;
    double epsilon = s->problem->space.single ? FLT_EPSILON : DBL_EPSILON;
    double rounding = is_stationary(status) ? 16 * epsilon * fabs(s->value) : 0;
    return s->best_value < s->value - rounding;
}

gt_status gt_minimize(gt_solver *s)
{
    gt_status status = run(s);
    if (status == GT_STATUS_OPTIMAL && s->method->finish && s->now.iteration > 0)
        s->method->finish(s);
    double violation = excess_violation(s);
    if (is_to_go_back(s, status)) {
        violation = s->best_violation;
        go_to_best(s);
    }
    s->best_value = s->value;
    s->best_violation = violation;
    /* from a feasible point a method may come to where it finds none */
    return status == GT_STATUS_INFEASIBLE && violation == 0 ? GT_STATUS_NO_LOWER_POINT : status;
}

const void *gt_solver_best(const gt_solver *s)
{
    return gt_solver_was_better(s) ? s->best_x : s->x;
}
