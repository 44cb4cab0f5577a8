/* Sequential quadratic programming with dense matrices: each step is the minimum of a quadratic model of the
 * Lagrangian under linearised constraints; a line search on value plus weight times the largest violation, with a
 * second-order correction (Nocedal & Wright 2006, chapter 18, algorithm 18.3 and section 18.3; Han 1977; Powell
 * 1978). The model's Hessian is that of the Lagrangian, made positive definite first along the gradients of
 * active constraints, which changes no step that keeps them, or by damped BFGS where there is none. Where the
 * linearised constraints contradict each other, their largest violation is minimised along (elastic mode). */
#include "solvers/bounds.h"
#include "solvers/carver.h"
#include "solvers/kkt.h"
#include "solvers/qp.h"
#include "solvers/scaling.h"

#include <string.h>

#define SQP_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(weight, 1, GT_ABOVE_0, "First weight of the violation; it grows as steps need it")
GT_OPTION_STRUCT(sqp_options, SQP_OPTIONS)
GT_OPTION_TABLE(sqp_table, SQP_OPTIONS)

typedef struct {
    gt_qp model, elastic;
    double *hessian;                               /* n x n */
    double *x, *gradient, *constraints, *jacobian; /* of a trial point */
    double *step, *change, *slope;                 /* n */
    double *multipliers;                           /* m + n: of the model's solution */
    double weight;
    bool is_elastic;
    int64_t slow; /* iterations in a row that hardly changed value and violation */
} sqp_memory;

static const int64_t most_slow = 20;

static int64_t jacobian_numbers(const gt_problem *p)
{
    return p->n_constraints ? gt_pattern_entries(&p->constraint_pattern) : 0;
}

/* Divides the numbers at base, or only counts them, where it is NULL. */
static int64_t place(sqp_memory *q, const gt_problem *p, double *base)
{
    const int64_t n = p->space.n, m = p->n_constraints;
    gt_carver c = {base, 0};
    c.used += gt_qp_place(&q->model, n, m, base);
    c.used += gt_qp_place(&q->elastic, n + 1, 2 * m, base ? base + c.used : NULL);
    double **vectors[] = {&q->x, &q->gradient, &q->step, &q->change, &q->slope};
    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++) *vectors[k] = gt_carve(&c, n);
    q->multipliers = gt_carve(&c, m + n);
    q->constraints = gt_carve(&c, m);
    q->hessian = gt_carve(&c, n * n);
    q->jacobian = gt_carve(&c, jacobian_numbers(p));
    return c.used;
}

static int64_t own_numbers(void) { return gt_in_numbers(sizeof(sqp_memory)); }

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    sqp_memory counted;
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){own_numbers() + place(&counted, p, NULL), 0};
}

static sqp_memory *memory_of(gt_solver *s) { return (sqp_memory *)s->work.numbers; }

static void set_identity(int64_t n, double *h, double size)
{
    memset(h, 0, (size_t)(n * n) * sizeof *h);
    for (int64_t i = 0; i < n; i++) h[i + i * n] = size;
}

static void start(gt_solver *s)
{
    sqp_memory *q = memory_of(s);
    *q = (sqp_memory){.weight = ((const sqp_options *)s->options)->weight};
    place(q, s->problem, s->work.numbers + own_numbers());
    set_identity(s->problem->space.n, q->hessian, 1);
}

/* ---- the model ---- */

static void set_linear_part(gt_solver *s)
{
    const gt_problem *p = s->problem;
    gt_qp *m = &memory_of(s)->model;
    const double *x = s->x;
    memcpy(m->g, s->gradient, (size_t)m->n * sizeof *m->g);
    memset(m->rows, 0, (size_t)(m->m * m->n) * sizeof *m->rows);
    for (int64_t j = 0; m->m && j < m->n; j++)
        for (int64_t k = gt_column(&p->constraint_pattern, j);
             k < gt_column(&p->constraint_pattern, j + 1); k++)
            m->rows[gt_entry_row(&p->constraint_pattern, j, k) * m->n + j] = s->jacobian[k];
    for (int64_t i = 0; i < m->m; i++) {
        m->low[i] = p->constraint_lower[i] - s->constraints[i];
        m->high[i] = p->constraint_upper[i] - s->constraints[i];
    }
    for (int64_t j = 0; j < m->n; j++) {
        m->lower[j] = gt_lower(p, j) - x[j];
        m->upper[j] = gt_upper(p, j) - x[j];
    }
}

static bool has_hessian(const gt_solver *s)
{
    return gt_problem_has(s->problem) & GT_PART_LAGRANGIAN_HESSIAN;
}

static void set_hessian(gt_solver *s)
{
    sqp_memory *q = memory_of(s);
    const int64_t n = s->problem->space.n;
    const gt_pattern *pattern = gt_lagrangian_pattern(s->problem);
    if (!has_hessian(s)) return;
    double *entries = q->elastic.h; /* has room for them */
    gt_lagrangian_hessian(s->problem, s->x, 1, s->multipliers, entries);
    memset(q->hessian, 0, (size_t)(n * n) * sizeof *q->hessian);
    for (int64_t j = 0; j < n; j++)
        for (int64_t k = gt_column(pattern, j); k < gt_column(pattern, j + 1); k++) {
            const int64_t i = gt_entry_row(pattern, j, k);
            q->hessian[i + j * n] = isfinite(entries[k]) ? entries[k] : 0;
            if (pattern->column_start) q->hessian[j + i * n] = q->hessian[i + j * n];
        }
}

/* h += weight times the squares of the rows of active constraints. */
static void add_active(const gt_solver *s, gt_qp *m, double weight)
{
    const gt_problem *p = s->problem;
    for (int64_t i = 0; i < m->m; i++) {
        const double *row = m->rows + i * m->n;
        if (p->constraint_lower[i] < p->constraint_upper[i] && s->multipliers[i] == 0) continue;
        const double size = fmax(gt_dot(p->space, row, row), 1e-12);
        for (int64_t j = 0; j < m->n; j++)
            for (int64_t k = 0; k < m->n; k++)
                m->h[k + j * m->n] += weight / size * row[j] * row[k];
    }
}

/* Factors the Hessian, or the first of a few that is positive definite: with more curvature along active
 * gradients, then everywhere, in units in which rows of the Hessian are alike. */
static void factor_model(gt_solver *s)
{
    sqp_memory *q = memory_of(s);
    gt_qp *m = &q->model;
    const int64_t n = m->n;
    const double size = fmax(gt_max_abs((gt_space){false, n * n}, q->hessian), 1e-8);
    const double along[] = {0, 1, 10, 100}; /* multiples of the size */
    const double least =
        size > 1e-8 ? 1e-6 * size : 1e-8; /* of a linear problem there is no size */
    double shift = 0, *unit = q->change;
    gt_curvature_scale(n, q->hessian, unit);
    for (int try = 0;; try++) {
        memcpy(m->h, q->hessian, (size_t)(n * n) * sizeof *m->h);
        if (try > 0) add_active(s, m, along[try < 4 ? try : 3] * size);
        if (try >= 4) shift = try == 4 ? 1e-4 : 4 * shift;
        for (int64_t i = 0; i < n; i++) m->h[i + i * n] += shift * fmax(unit[i] * unit[i], least);
        if (gt_qp_factor(m)) return;
    }
}

/* ---- elastic mode: one more variable, the largest violation ---- */

static double violation_of(const gt_problem *p, const double *constraints)
{
    double largest = 0;
    for (int64_t i = 0; i < p->n_constraints; i++) {
        if (isnan(constraints[i])) return NAN;
        largest = fmax(largest,
                       gt_outside(constraints[i], p->constraint_lower[i], p->constraint_upper[i]));
    }
    return largest;
}

static void set_elastic(sqp_memory *q, double price)
{
    const gt_qp *m = &q->model;
    gt_qp *e = &q->elastic;
    const int64_t n = m->n, ne = n + 1;
    memset(e->h, 0, (size_t)(ne * ne) * sizeof *e->h);
    for (int64_t j = 0; j < n; j++) memcpy(e->h + j * ne, m->h + j * n, (size_t)n * sizeof *e->h);
    e->h[n + n * ne] = 1e-3 * sqrt(price); /* factored: a small curvature */
    memcpy(e->g, m->g, (size_t)n * sizeof *e->g);
    e->g[n] = price;
    for (int64_t i = 0; i < m->m; i++) {
        double *up = e->rows + 2 * i * ne, *down = up + ne;
        memcpy(up, m->rows + i * n, (size_t)n * sizeof *up);
        memcpy(down, up, (size_t)n * sizeof *up);
        up[n] = -1;
        down[n] = 1;
        e->low[2 * i] = -INFINITY;
        e->high[2 * i] = m->high[i];
        e->low[2 * i + 1] = m->low[i];
        e->high[2 * i + 1] = INFINITY;
    }
    memcpy(e->lower, m->lower, (size_t)n * sizeof *e->lower);
    memcpy(e->upper, m->upper, (size_t)n * sizeof *e->upper);
    e->lower[n] = 0;
    e->upper[n] = INFINITY;
}

/* False where the violation cannot be made smaller. */
static bool find_elastic_step(gt_solver *s)
{
    sqp_memory *q = memory_of(s);
    gt_qp *e = &q->elastic;
    const int64_t n = q->model.n, m = q->model.m;
    const double violation = violation_of(s->problem, s->constraints);
    double price = 10 * fmax(1, fmax(q->weight, gt_max_abs(s->problem->space, s->gradient)));
    for (int try = 0; try < 5; try++, price *= 100) {
        set_elastic(q, price);
        if (!gt_qp_solve(e) || violation - e->d[n] < 1e-4 * violation) continue;
        memcpy(q->step, e->d, (size_t)n * sizeof *q->step);
        for (int64_t i = 0; i < m; i++)
            q->multipliers[i] = e->multipliers[2 * i] + e->multipliers[2 * i + 1];
        memcpy(q->multipliers + m, e->multipliers + 2 * m, (size_t)n * sizeof *q->multipliers);
        return true;
    }
    return false;
}

static bool find_step(gt_solver *s)
{
    sqp_memory *q = memory_of(s);
    const gt_qp *m = &q->model;
    q->is_elastic = !gt_qp_solve(&q->model);
    if (q->is_elastic) return find_elastic_step(s);
    memcpy(q->step, m->d, (size_t)m->n * sizeof *q->step);
    memcpy(q->multipliers, m->multipliers, (size_t)(m->m + m->n) * sizeof *q->multipliers);
    return true;
}

/* ---- the line search ---- */

typedef struct {
    double value, violation;
} merit_parts;

static void set_trial(gt_solver *s, const double *step, double length)
{
    sqp_memory *q = memory_of(s);
    const double *x = s->x;
    for (int64_t j = 0; j < q->model.n; j++)
        q->x[j] = gt_stepped(s->problem, j, x[j], x[j] + length * step[j]);
}

static merit_parts evaluate(gt_solver *s)
{
    sqp_memory *q = memory_of(s);
    merit_parts at;
    gt_value(s->problem, q->x, &at.value, q->gradient);
    gt_constraints(s->problem, q->x, q->constraints);
    at.violation = violation_of(s->problem, q->constraints);
    return at;
}

/* What the linearised constraints are violated by after the step. */
static double violation_left(const gt_qp *m, const double *step)
{
    double largest = 0;
    for (int64_t i = 0; i < m->m; i++) {
        double value = gt_dot((gt_space){false, m->n}, m->rows + i * m->n, step);
        largest = fmax(largest, gt_outside(value, m->low[i], m->high[i]));
    }
    return largest;
}

static double curvature_along(const sqp_memory *q)
{
    const int64_t n = q->model.n;
    double sum = 0;
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < n; i++) sum += q->step[i] * q->hessian[i + j * n] * q->step[j];
    return sum;
}

/* The slope of the merit along the step, for which the weight is made large enough: for the multipliers (Powell
 * 1978) and the step (Nocedal & Wright 2006, equation 18.36). */
static double merit_slope(gt_solver *s, double violation)
{
    sqp_memory *q = memory_of(s);
    const double slope = gt_dot(s->problem->space, s->gradient, q->step),
                 removed = violation - violation_left(&q->model, q->step),
                 bend = fmax(0, curvature_along(q)) / 2,
                 forces = gt_sum_abs((gt_space){false, q->model.m}, q->multipliers);
    q->weight = fmax(forces, (q->weight + forces) / 2);
    if (removed > 0) {
        const double needed = (slope + bend) / (0.7 * removed);
        if (needed > q->weight) q->weight = 1.5 * needed;
    }
    return slope - q->weight * fmax(0, removed);
}

/* A correction for the constraints' curvature: the model again, with their values at the trial point. */
static bool find_correction(gt_solver *s)
{
    const gt_problem *p = s->problem;
    sqp_memory *q = memory_of(s);
    gt_qp *m = &q->model;
    for (int64_t i = 0; i < m->m; i++) {
        double moved = q->constraints[i] - gt_dot(p->space, m->rows + i * m->n, q->step);
        m->low[i] = p->constraint_lower[i] - moved;
        m->high[i] = p->constraint_upper[i] - moved;
    }
    return gt_qp_solve(m);
}

/* The largest sum of a constraint's terms, of which each is rounded. */
static double size_of_terms(const gt_solver *s, const gt_qp *m)
{
    const double *x = s->x;
    double largest = 0;
    for (int64_t i = 0; i < m->m; i++) {
        double sum = 0;
        for (int64_t j = 0; j < m->n; j++) sum += fabs(m->rows[i * m->n + j] * x[j]);
        largest = fmax(largest, sum);
    }
    return largest;
}

/* The length of the step that the merit accepts, at the trial point; 0: none. */
static double search(gt_solver *s, merit_parts *trial)
{
    sqp_memory *q = memory_of(s);
    const merit_parts at = {s->value, violation_of(s->problem, s->constraints)};
    const double slope = merit_slope(s, at.violation), merit = at.value + q->weight * at.violation,
                 rounding = 10 * DBL_EPSILON *
                            (fmax(1, fabs(merit)) + q->weight * size_of_terms(s, &q->model));
    if (slope >= 0 && slope > rounding) return 0;
    double length = 1;
    for (int k = 0; k < 40; k++, length /= 2) {
        set_trial(s, q->step, length);
        *trial = evaluate(s);
        const double wanted = merit + 1e-4 * length * slope + rounding;
        if (trial->value + q->weight * trial->violation <= wanted) return length;
        if (k > 0 || q->is_elastic || isnan(trial->violation) || isnan(trial->value) ||
            !find_correction(s))
            continue;
        set_trial(s, q->model.d, 1);
        *trial = evaluate(s);
        if (trial->value + q->weight * trial->violation <= wanted) return 1;
    }
    return 0;
}

/* ---- the next point ---- */

/* The damped BFGS update (Powell 1978; Nocedal & Wright 2006, procedure 18.2). change: of x, slope: of the
 * Lagrangian's gradient. */
static void update_hessian(sqp_memory *q)
{
    const int64_t n = q->model.n;
    const gt_space space = {false, n};
    double *product = q->gradient, *y = q->slope;
    for (int64_t i = 0; i < n; i++) product[i] = gt_dot(space, q->hessian + i * n, q->change);
    const double curved = gt_dot(space, q->change, product), met = gt_dot(space, q->change, y);
    if (!(curved > 0) || !isfinite(met)) return;
    const double share = met >= 0.2 * curved ? 1 : 0.8 * curved / (curved - met);
    for (int64_t i = 0; i < n; i++) y[i] = share * y[i] + (1 - share) * product[i];
    const double along = gt_dot(space, q->change, y);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < n; i++)
            q->hessian[i + j * n] += y[i] * y[j] / along - product[i] * product[j] / curved;
}

static void accept(gt_solver *s, double length, double value)
{
    const gt_problem *p = s->problem;
    sqp_memory *q = memory_of(s);
    const int64_t n = p->space.n, m = p->n_constraints;
    double *x = s->x;
    /* in elastic mode the curvature of violated constraints counts, however short the step */
    const double part = q->is_elastic ? 1 : length;
    for (int64_t i = 0; i < m; i++)
        s->multipliers[i] += part * (q->multipliers[i] - s->multipliers[i]);
    for (int64_t j = 0; j < n; j++)
        s->bound_multipliers[j] += part * (q->multipliers[m + j] - s->bound_multipliers[j]);
    s->now.step_length = length;
    s->now.step_size = 0;
    gt_solver_lagrangian_gradient(s, q->slope);
    for (int64_t j = 0; j < n; j++) {
        q->change[j] = q->x[j] - x[j];
        s->now.step_size = fmax(s->now.step_size, fabs(q->change[j]));
        q->slope[j] = -q->slope[j];
    }
    memcpy(x, q->x, (size_t)n * sizeof *x);
    memcpy(s->gradient, q->gradient, (size_t)n * sizeof *x);
    memcpy(s->constraints, q->constraints, (size_t)m * sizeof *x);
    memcpy(s->jacobian, q->jacobian, (size_t)jacobian_numbers(p) * sizeof *x);
    s->value = value;
    if (has_hessian(s)) return;
    gt_solver_lagrangian_gradient(s, q->gradient);
    for (int64_t j = 0; j < n; j++) q->slope[j] += q->gradient[j];
    update_hessian(q);
}

static gt_status stuck(gt_solver *s)
{
    sqp_memory *q = memory_of(s);
    return gt_solver_is_least_violated(s, NULL, q->constraints, q->slope) ? GT_STATUS_INFEASIBLE
                                                                          : gt_solver_stuck(s);
}

static void count_slow(gt_solver *s, const merit_parts *next)
{
    sqp_memory *q = memory_of(s);
    const double change = fabs(next->value - s->value) / fmax(1, fabs(s->value)),
                 less = fabs(next->violation - violation_of(s->problem, s->constraints));
    q->slow = change < 1e-9 && less < 1e-9 ? q->slow + 1 : 0;
}

static gt_status iterate(gt_solver *s)
{
    sqp_memory *q = memory_of(s);
    const gt_problem *p = s->problem;
    merit_parts trial;
    double length = 0;
    if (q->slow >= most_slow) return stuck(s);
    set_hessian(s);
    for (int try = 0; try < 2 && length == 0; try++) {
        /* the second time with steepest descent's model */
        if (try == 1) set_identity(p->space.n, q->hessian, 1);
        set_linear_part(s);
        factor_model(s);
        if (!find_step(s)) return GT_STATUS_INFEASIBLE;
        length = search(s, &trial);
    }
    if (length == 0) return stuck(s);
    gt_value_and_gradient(s->problem, q->x, &trial.value, q->gradient);
    gt_constraint_jacobian(s->problem, q->x, q->jacobian);
    if (!gt_all_finite(p->space, q->gradient) ||
        !gt_all_finite((gt_space){false, jacobian_numbers(p)}, q->jacobian))
        return GT_STATUS_UNDEFINED;
    count_slow(s, &trial);
    accept(s, length, trial.value);
    return GT_STATUS_RUNNING;
}

const gt_method gt_sqp = {.name = "sqp",
                          .needs = GT_PART_GRADIENT | GT_PART_CONSTRAINT_JACOBIAN,
                          .takes = GT_PART_BOUNDS | GT_PART_CONSTRAINTS,
                          .options = &sqp_table,
                          .memory = memory_size,
                          .start = start,
                          .is_double = true,
                          .iterate = iterate};
