#include "solvers/reduced.h"

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

static void hessian_of_reduced(gt_problem *self, const void *y, double *entries)
{
    gt_reduced *w = (gt_reduced *)self;
    const int64_t n = w->base.space.n, inner = w->inner->space.n;
    double *all = w->entries ? w->entries : entries;
    place(w, y);
    gt_hessian(w->inner, w->x, all);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < n; i++)
            entries[i + j * n] =
                w->sign * unit(w, i) * unit(w, j) * all[at(w, i) + at(w, j) * inner];
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
    const int64_t n = w->base.space.n, m = w->inner->n_residuals;
    double *all = w->entries ? w->entries : entries;
    place(w, y);
    gt_residual_jacobian(w->inner, w->x, all);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < m; i++) entries[i + j * m] = unit(w, j) * all[i + at(w, j) * m];
}

/* ---- making one ---- */

static bool has_matrix(const gt_problem *p) { return p->hessian || p->residual_jacobian; }

static int64_t entries_needed(const gt_problem *p)
{
    int64_t n = p->space.n, hessian = p->hessian ? n * n : 0,
            jacobian = p->residual_jacobian ? p->n_residuals * n : 0;
    return hessian > jacobian ? hessian : jacobian;
}

size_t gt_reduced_numbers(const gt_problem *inner, int64_t n)
{
    const int64_t whole = inner->space.n;
    return (size_t)(3 * whole + 2 * n) + (size_t)(n < whole ? entries_needed(inner) : 0);
}

static void scale_bounds(gt_reduced *w, const double *from, double *to)
{
    for (int64_t k = 0; k < w->base.space.n; k++) to[k] = from[at(w, k)] / unit(w, k);
}

void gt_reduced_init(gt_reduced *w, gt_problem *inner, int64_t n, const int64_t *index,
                     const double *scale, bool maximize, const double *x, double *numbers)
{
    const int64_t whole = inner->space.n;
    *w = (gt_reduced){
        .base = {.space = {false, n}, .n_residuals = inner->n_residuals, .loss = inner->loss},
        .inner = inner,
        .index = index,
        .scale = scale,
        .sign = maximize ? -1 : 1,
        .x = numbers,
        .g = numbers + whole,
        .v = numbers + 2 * whole,
        .lower = numbers + 3 * whole,
        .upper = numbers + 3 * whole + n};
    memcpy(w->x, x, (size_t)whole * sizeof *x);
    if (n < whole && has_matrix(inner)) w->entries = w->upper + n;
    gt_problem *p = &w->base;
    if (inner->value) p->value = value_of_reduced;
    if (inner->value_and_gradient) p->value_and_gradient = value_and_gradient_of_reduced;
    if (inner->hessian_vector) p->hessian_vector = hessian_vector_of_reduced;
    if (inner->hessian) p->hessian = hessian_of_reduced;
    if (inner->residuals) p->residuals = residuals_of_reduced;
    if (inner->residual_jacobian) p->residual_jacobian = residual_jacobian_of_reduced;
    p->hessian_pattern = (gt_pattern){.n_rows = n, .n_columns = n};
    p->residual_pattern = (gt_pattern){.n_rows = inner->n_residuals, .n_columns = n};
    if (inner->lower) scale_bounds(w, inner->lower, w->lower), p->lower = w->lower;
    if (inner->upper) scale_bounds(w, inner->upper, w->upper), p->upper = w->upper;
}
