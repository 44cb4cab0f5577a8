#include "solvers/reduced.h"

#include <math.h>
#include <string.h>

static int64_t at(const gt_reduced *w, int64_t k) { return w->index ? w->index[k] : k; }
static double unit(const gt_reduced *w, int64_t k) { return w->scale ? w->scale[k] : 1; }

static void place(gt_reduced *w, const double *y)
{
    for (int64_t k = 0; k < w->base.space.n; k++) w->x[at(w, k)] = unit(w, k) * y[k];
}

void gt_reduced_to_y(const gt_reduced *w, const double *x, double *y)
{
    for (int64_t k = 0; k < w->base.space.n; k++) y[k] = x[at(w, k)] / unit(w, k);
}

void gt_reduced_to_x(const gt_reduced *w, const double *y, double *x)
{
    memcpy(x, w->x, (size_t)w->inner->space.n * sizeof *x);
    for (int64_t k = 0; k < w->base.space.n; k++) x[at(w, k)] = unit(w, k) * y[k];
}

void gt_reduced_gradient_to_x(const gt_reduced *w, const double *gradient, double *to)
{
    memset(to, 0, (size_t)w->inner->space.n * sizeof *to);
    for (int64_t k = 0; k < w->base.space.n; k++) to[at(w, k)] = w->sign * gradient[k] / unit(w, k);
}

/* ---- the problem in y ---- */

static void value_of_reduced(gt_problem *self, const void *y, double *value)
{
    gt_reduced *w = (gt_reduced *)self;
    place(w, y);
    gt_value(w->inner, w->x, value, w->g);
    *value *= w->sign;
}

static void gather(const gt_reduced *w, const double *from, double *to)
{
    for (int64_t k = 0; k < w->base.space.n; k++) to[k] = w->sign * unit(w, k) * from[at(w, k)];
}

static void value_and_gradient_of_reduced(gt_problem *self, const void *y, double *value,
                                          void *gradient)
{
    gt_reduced *w = (gt_reduced *)self;
    place(w, y);
    gt_value_and_gradient(w->inner, w->x, value, w->g);
    *value *= w->sign;
    gather(w, w->g, gradient);
}

static void hessian_vector_of_reduced(gt_problem *self, const void *y, const void *v, void *product)
{
    gt_reduced *w = (gt_reduced *)self;
    const double *vector = v;
    place(w, y);
    memset(w->v, 0, (size_t)w->inner->space.n * sizeof *w->v);
    for (int64_t k = 0; k < w->base.space.n; k++) w->v[at(w, k)] = unit(w, k) * vector[k];
    gt_hessian_vector(w->inner, w->x, w->v, w->g);
    gather(w, w->g, product);
}

/* ---- matrices: some columns, and rows that are variables or something else ---- */

typedef struct {
    const gt_pattern *from, *to; /* of the inner problem and of ours */
    const int64_t *source;
    bool is_square;          /* rows are variables as well */
    const double *row_scale; /* of rows that are none; NULL: 1 */
    double factor;
} matrix_view;

/* Where an entry of ours is among the inner problem's. */
static int64_t source_of(const gt_reduced *w, const matrix_view *v, int64_t i, int64_t j, int64_t k)
{
    if (v->to->column_start) return v->source ? v->source[k] : k;
    return (v->is_square ? at(w, i) : i) + at(w, j) * v->from->n_rows;
}

static void gather_matrix(const gt_reduced *w, const matrix_view *v, const double *all,
                          double *entries)
{
    for (int64_t j = 0; j < v->to->n_columns; j++)
        for (int64_t k = gt_column(v->to, j); k < gt_column(v->to, j + 1); k++) {
            const int64_t i = gt_entry_row(v->to, j, k);
            const double row = v->is_square ? unit(w, i) : (v->row_scale ? v->row_scale[i] : 1);
            entries[k] = v->factor * row * unit(w, j) * all[source_of(w, v, i, j, k)];
        }
}

static double *inner_entries(const gt_reduced *w, double *entries)
{
    return w->entries ? w->entries : entries;
}

static void hessian_of_reduced(gt_problem *self, const void *y, double *entries)
{
    gt_reduced *w = (gt_reduced *)self;
    double *all = inner_entries(w, entries);
    const matrix_view v = {
        &w->inner->hessian_pattern, &self->hessian_pattern, w->hessian_source, true, NULL, w->sign};
    place(w, y);
    gt_hessian(w->inner, w->x, all);
    gather_matrix(w, &v, all, entries);
}

static void residuals_of_reduced(gt_problem *self, const void *y, double *residuals)
{
    gt_reduced *w = (gt_reduced *)self;
    place(w, y);
    gt_residuals(w->inner, w->x, residuals);
}

static void residual_jacobian_of_reduced(gt_problem *self, const void *y, double *entries)
{
    gt_reduced *w = (gt_reduced *)self;
    double *all = inner_entries(w, entries);
    const matrix_view v = {
        &w->inner->residual_pattern, &self->residual_pattern, NULL, false, NULL, 1};
    place(w, y);
    gt_residual_jacobian(w->inner, w->x, all);
    gather_matrix(w, &v, all, entries);
}

/* ---- constraints ---- */

static void constraints_of_reduced(gt_problem *self, const void *y, double *constraints)
{
    gt_reduced *w = (gt_reduced *)self;
    place(w, y);
    gt_constraints(w->inner, w->x, constraints);
    for (int64_t i = 0; i < self->n_constraints; i++) constraints[i] *= w->row_scale[i];
}

static void constraint_jacobian_of_reduced(gt_problem *self, const void *y, double *entries)
{
    gt_reduced *w = (gt_reduced *)self;
    double *all = inner_entries(w, entries);
    const matrix_view v = {&w->inner->constraint_pattern,
                           &self->constraint_pattern,
                           w->jacobian_source,
                           false,
                           w->row_scale,
                           1};
    place(w, y);
    gt_constraint_jacobian(w->inner, w->x, all);
    gather_matrix(w, &v, all, entries);
}

static const double *inner_multipliers(gt_reduced *w, const double *multipliers)
{
    for (int64_t i = 0; i < w->base.n_constraints; i++)
        w->row_multipliers[i] = w->row_scale[i] * multipliers[i];
    return w->row_multipliers;
}

static void lagrangian_gradient_of_reduced(gt_problem *self, const void *y, double weight,
                                           const double *multipliers, double *gradient)
{
    gt_reduced *w = (gt_reduced *)self;
    place(w, y);
    gt_lagrangian_gradient(w->inner, w->x, w->sign * weight, inner_multipliers(w, multipliers),
                           w->g, NULL);
    for (int64_t k = 0; k < self->space.n; k++) gradient[k] = unit(w, k) * w->g[at(w, k)];
}

static void lagrangian_hessian_of_reduced(gt_problem *self, const void *y, double weight,
                                          const double *multipliers, double *entries)
{
    gt_reduced *w = (gt_reduced *)self;
    double *all = inner_entries(w, entries);
    const matrix_view v = {&w->inner->lagrangian_pattern,
                           &self->lagrangian_pattern,
                           w->lagrangian_source,
                           true,
                           NULL,
                           1};
    place(w, y);
    gt_lagrangian_hessian(w->inner, w->x, w->sign * weight, inner_multipliers(w, multipliers), all);
    gather_matrix(w, &v, all, entries);
}

static void scale_sides(gt_reduced *w)
{
    const gt_problem *p = w->inner;
    for (int64_t i = 0; i < p->n_constraints; i++) {
        w->row_lower[i] = w->row_scale[i] * p->constraint_lower[i];
        w->row_upper[i] = w->row_scale[i] * p->constraint_upper[i];
    }
}

static const double largest_slope = 100;

/* So that no slope is larger. */
static void scale_by_slopes(gt_reduced *w, const double *entries)
{
    gt_row_sizes(&w->base.constraint_pattern, entries, w->row_scale);
    for (int64_t i = 0; i < w->base.n_constraints; i++) {
        const double size = w->row_scale[i];
        w->row_scale[i] = isfinite(size) && size > largest_slope ? largest_slope / size : 1;
    }
}

static const double small_size = 0.01, largest_scale = 1e8;

static double size_of_side(double side) { return isinf(side) ? 0 : fabs(side); }

/* Those of which all numbers are small: value, sides, and what it changes by when a parameter changes by its size. (A
 * slope alone may be small at this point only.) entries are overwritten. */
static void scale_small(gt_reduced *w, const double *y, const double *constraints, double *entries)
{
    const gt_pattern *pattern = &w->base.constraint_pattern;
    double *change = w->row_multipliers;
    for (int64_t j = 0; j < pattern->n_columns; j++)
        for (int64_t k = gt_column(pattern, j); k < gt_column(pattern, j + 1); k++)
            entries[k] *= fmax(1, fabs(y[j]));
    gt_row_sizes(pattern, entries, change);
    for (int64_t i = 0; i < w->base.n_constraints; i++) {
        const double value = fmax(fabs(constraints[i]), change[i]),
                     side = fmax(size_of_side(w->inner->constraint_lower[i]),
                                 size_of_side(w->inner->constraint_upper[i])),
                     size = fmax(value, side);
        if (size > 0 && size < small_size) w->row_scale[i] = fmin(1 / size, largest_scale);
    }
}

void gt_reduced_scale_constraints(gt_reduced *w, const double *y, double *constraints,
                                  double *entries)
{
    const gt_space m = {false, w->base.n_constraints};
    if (!m.n) return;
    gt_constraints(&w->base, y, constraints);
    gt_constraint_jacobian(&w->base, y, entries);
    scale_by_slopes(w, entries);
    if (gt_all_finite(m, constraints)) scale_small(w, y, constraints, entries);
    scale_sides(w);
}

void gt_reduced_multipliers_to_x(const gt_reduced *w, const double *multipliers, double *to)
{
    for (int64_t i = 0; i < w->base.n_constraints; i++)
        to[i] = w->sign * w->row_scale[i] * multipliers[i];
}

void gt_reduced_constraints_to_x(const gt_reduced *w, const double *constraints, double *to)
{
    for (int64_t i = 0; i < w->base.n_constraints; i++) to[i] = constraints[i] / w->row_scale[i];
}

/* ---- making one ---- */

static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

/* Of the largest matrix of the inner problem. */
static int64_t entries_needed(const gt_problem *p)
{
    int64_t entries = 0;
    if (p->hessian) entries = most(entries, gt_pattern_entries(&p->hessian_pattern));
    if (p->residual_jacobian) entries = most(entries, gt_pattern_entries(&p->residual_pattern));
    if (p->constraint_jacobian) entries = most(entries, gt_pattern_entries(&p->constraint_pattern));
    if (p->lagrangian_hessian) entries = most(entries, gt_pattern_entries(&p->lagrangian_pattern));
    return entries;
}

/* Numbers that take_pattern() divides: where columns start, and two for each entry. */
static int64_t pattern_numbers(const gt_pattern *p, int64_t n)
{
    return p->column_start ? n + 1 + 2 * gt_pattern_entries(p) : 0;
}

static int64_t matrix_numbers(const gt_problem *p, int64_t n)
{
    return entries_needed(p) + p->space.n + pattern_numbers(&p->hessian_pattern, n) +
           pattern_numbers(&p->constraint_pattern, n) + pattern_numbers(&p->lagrangian_pattern, n);
}

size_t gt_reduced_numbers(const gt_problem *inner, int64_t n)
{
    const int64_t whole = inner->space.n;
    return (size_t)(3 * whole + 2 * n + 4 * inner->n_constraints +
                    (n < whole ? matrix_numbers(inner, n) : 0));
}

static double *take(double **numbers, int64_t n)
{
    double *p = *numbers;
    *numbers += n;
    return p;
}

/* The pattern of the free columns (and rows) of another. of_row: the free variable that a row is, or -1;
 * NULL where rows are no variables.                                               */
static gt_pattern take_pattern(const gt_reduced *w, const gt_pattern *from, const int64_t *of_row,
                               int64_t **source, double **numbers)
{
    const int64_t n = w->base.space.n;
    gt_pattern to = {of_row ? n : from->n_rows, n, NULL, NULL};
    if (!from->column_start) return to;
    if (!w->index) {
        to.column_start = from->column_start;
        to.row = from->row;
        return to;
    }
    const int64_t entries = gt_pattern_entries(from);
    int64_t *start = (int64_t *)take(numbers, n + 1), count = 0;
    int *row = (int *)take(numbers, entries);
    *source = (int64_t *)take(numbers, entries);
    for (int64_t j = 0; j < n; j++) {
        start[j] = count;
        for (int64_t k = gt_column(from, at(w, j)); k < gt_column(from, at(w, j) + 1); k++) {
            const int64_t i = of_row ? of_row[from->row[k]] : from->row[k];
            if (i < 0) continue;
            row[count] = (int)i;
            (*source)[count++] = k;
        }
    }
    start[n] = count;
    to.column_start = start;
    to.row = row;
    return to;
}

static void take_matrices(gt_reduced *w, double **numbers)
{
    const gt_problem *inner = w->inner;
    gt_problem *p = &w->base;
    int64_t *of_row = NULL;
    if (p->space.n < inner->space.n) {
        w->entries = take(numbers, entries_needed(inner));
        of_row = (int64_t *)take(numbers, inner->space.n);
        for (int64_t i = 0; i < inner->space.n; i++) of_row[i] = -1;
        for (int64_t k = 0; k < p->space.n; k++) of_row[at(w, k)] = k;
    }
    p->hessian_pattern =
        take_pattern(w, &inner->hessian_pattern, of_row, &w->hessian_source, numbers);
    p->hessian_pattern.n_rows = p->space.n;
    p->residual_pattern = (gt_pattern){.n_rows = inner->n_residuals, .n_columns = p->space.n};
    p->constraint_pattern =
        take_pattern(w, &inner->constraint_pattern, NULL, &w->jacobian_source, numbers);
    p->lagrangian_pattern =
        take_pattern(w, &inner->lagrangian_pattern, of_row, &w->lagrangian_source, numbers);
    p->lagrangian_pattern.n_rows = p->space.n;
}

static void take_constraints(gt_reduced *w, double **numbers)
{
    const gt_problem *inner = w->inner;
    gt_problem *p = &w->base;
    const int64_t m = p->n_constraints = inner->n_constraints;
    if (!m) return;
    w->row_scale = take(numbers, m);
    w->row_lower = take(numbers, m);
    w->row_upper = take(numbers, m);
    w->row_multipliers = take(numbers, m);
    for (int64_t i = 0; i < m; i++) w->row_scale[i] = 1;
    scale_sides(w);
    p->constraint_lower = w->row_lower;
    p->constraint_upper = w->row_upper;
    p->constraint_scale = w->row_scale;
    p->variable_scale = w->scale;
    if (inner->constraints) p->constraints = constraints_of_reduced;
    if (inner->constraint_jacobian) p->constraint_jacobian = constraint_jacobian_of_reduced;
    if (inner->lagrangian_gradient) p->lagrangian_gradient = lagrangian_gradient_of_reduced;
    if (inner->lagrangian_hessian) p->lagrangian_hessian = lagrangian_hessian_of_reduced;
}

static void scale_bounds(gt_reduced *w, const double *from, double *to)
{
    for (int64_t k = 0; k < w->base.space.n; k++) to[k] = from[at(w, k)] / unit(w, k);
}

void gt_reduced_init(gt_reduced *w, gt_problem *inner, int64_t n, const int64_t *index,
                     const double *scale, bool maximize, const double *x, double *numbers)
{
    const int64_t whole = inner->space.n;
    *w = (gt_reduced){.base = {.space = {false, n},
                               .n_residuals = inner->n_residuals,
                               .loss = inner->loss,
                               .sparse_ldl = inner->sparse_ldl},
                      .inner = inner,
                      .index = n < whole ? index : NULL,
                      .scale = scale,
                      .sign = maximize ? -1 : 1};
    w->x = take(&numbers, whole);
    w->g = take(&numbers, whole);
    w->v = take(&numbers, whole);
    w->lower = take(&numbers, n);
    w->upper = take(&numbers, n);
    memcpy(w->x, x, (size_t)whole * sizeof *x);
    gt_problem *p = &w->base;
    if (inner->value) p->value = value_of_reduced;
    if (inner->value_and_gradient) p->value_and_gradient = value_and_gradient_of_reduced;
    if (inner->hessian_vector) p->hessian_vector = hessian_vector_of_reduced;
    if (inner->hessian) p->hessian = hessian_of_reduced;
    if (inner->residuals) p->residuals = residuals_of_reduced;
    if (inner->residual_jacobian) p->residual_jacobian = residual_jacobian_of_reduced;
    take_constraints(w, &numbers);
    take_matrices(w, &numbers);
    if (inner->lower) scale_bounds(w, inner->lower, w->lower), p->lower = w->lower;
    if (inner->upper) scale_bounds(w, inner->upper, w->upper), p->upper = w->upper;
}
