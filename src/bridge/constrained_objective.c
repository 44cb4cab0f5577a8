/* A tape of c(value, constraints) as what a solver minimises. Where no recording holds, or the function runs
 * eagerly, R answers. */
#include "bridge/constrained_objective.h"

#include "bridge/arguments.h"
#include "eager/errors.h"

#include <math.h>
#include <string.h>

enum { KEPT_POINT, KEPT_VALUES, KEPT_SEED, KEPT_WEIGHTS, KEPT_ROW };

static double *kept(const gt_constrained_tape *o, int which)
{
    return REAL(VECTOR_ELT(o->kept, which));
}

static int64_t outputs(const gt_constrained_tape *o) { return o->base.n_constraints + 1; }

static bool is_at_point(const gt_constrained_tape *o, const double *x)
{
    return o->has_values && o->state->variants.current == o->variant &&
           !memcmp(kept(o, KEPT_POINT), x, (size_t)o->base.space.n * sizeof *x);
}

static void fetch_values(gt_constrained_tape *o, gt_program *p)
{
    const int64_t size = gt_plan_output_size(p->plan, GT_VALUE);
    if (size != outputs(o))
        r_stop(ERROR_SHAPE, "value and constraints are %lld numbers at a point, %lld at the start",
               (long long)size, (long long)outputs(o));
    gt_program_output(p, GT_VALUE, kept(o, KEPT_VALUES));
    gt_program_fetch(p, GT_VALUE);
}

/* Sees to it that the current variant holds at x and that its values there are known: by a program of
 * this kind, which then has been run but for the seed, or an earlier one. False: ask R. */
static bool settle(gt_constrained_tape *o, gt_program_kind kind, const double *x)
{
    double *out[GT_MAX_OUTPUTS] = {NULL};
    tape_check_interrupt(&o->unchecked, o->base.space.n);
    if (is_at_point(o, x)) return true;
    o->has_values = false;
    memcpy(kept(o, KEPT_POINT), x, (size_t)o->base.space.n * sizeof *x);
    if (!tape_play(o->state, kind, x, out)) return false;
    fetch_values(o, gt_variants_program(&o->state->variants, kind));
    o->variant = o->state->variants.current;
    o->has_values = true;
    return true;
}

static bool was_run_last(const gt_constrained_tape *o, gt_program_kind kind)
{
    const gt_variants *v = &o->state->variants;
    const gt_program *p = gt_variants_program(v, kind);
    return p && v->workspace.presets_of == p;
}

static void value_of_tape(gt_problem *self, const void *x, double *value)
{
    gt_constrained_tape *o = (gt_constrained_tape *)self;
    if (settle(o, GT_PROGRAM_value, x)) *value = kept(o, KEPT_VALUES)[0];
    else o->by_r.base.value(&o->by_r.base, x, value);
}

static void constraints_of_tape(gt_problem *self, const void *x, double *constraints)
{
    gt_constrained_tape *o = (gt_constrained_tape *)self;
    if (settle(o, GT_PROGRAM_value, x))
        memcpy(constraints, kept(o, KEPT_VALUES) + 1,
               (size_t)self->n_constraints * sizeof *constraints);
    else o->by_r.base.constraints(&o->by_r.base, x, constraints);
}

/* The weight of the value and those of the constraints, as weights of the tape's outputs. */
static const double *weights_of_outputs(const gt_constrained_tape *o, double weight,
                                        const double *multipliers)
{
    double *weights = kept(o, KEPT_WEIGHTS);
    weights[0] = weight;
    memcpy(weights + 1, multipliers, (size_t)o->base.n_constraints * sizeof *weights);
    return weights;
}

/* to = J' seed, of values and constraints, at the point where the variant holds. */
static void pull_back(gt_constrained_tape *o, const double *seed, double *to)
{
    const tape_products q = {.kind = GT_PROGRAM_vjp,
                             .x = kept(o, KEPT_POINT),
                             .rows = outputs(o),
                             .columns = 1,
                             .seeds = seed};
    tape_multiply(o->state, &q, to, was_run_last(o, GT_PROGRAM_vjp));
}

static void value_and_gradient_of_tape(gt_problem *self, const void *x, double *value,
                                       void *gradient)
{
    gt_constrained_tape *o = (gt_constrained_tape *)self;
    double *seed = kept(o, KEPT_SEED);
    if (!settle(o, GT_PROGRAM_vjp, x)) {
        o->by_r.base.value_and_gradient(&o->by_r.base, x, value, gradient);
        return;
    }
    *value = kept(o, KEPT_VALUES)[0];
    memset(seed, 0, (size_t)outputs(o) * sizeof *seed);
    seed[0] = 1;
    pull_back(o, seed, gradient);
}

static void lagrangian_gradient_of_tape(gt_problem *self, const void *x, double weight,
                                        const double *multipliers, double *gradient)
{
    gt_constrained_tape *o = (gt_constrained_tape *)self;
    if (!settle(o, GT_PROGRAM_vjp, x)) {
        SEXP jacobian =
            PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)(self->n_constraints * self->space.n)));
        gt_lagrangian_gradient(&o->by_r.base, x, weight, multipliers, gradient, REAL(jacobian));
        UNPROTECT(1);
        return;
    }
    pull_back(o, weights_of_outputs(o, weight, multipliers), gradient);
}

static void jacobian_by_rows(gt_constrained_tape *o, double *entries)
{
    const int64_t n = o->base.space.n, m = o->base.n_constraints;
    double *seed = kept(o, KEPT_SEED), *row = kept(o, KEPT_ROW);
    memset(seed, 0, (size_t)(m + 1) * sizeof *seed);
    for (int64_t i = 0; i < m; i++) {
        seed[i + 1] = 1;
        pull_back(o, seed, row);
        seed[i + 1] = 0;
        for (int64_t j = 0; j < n; j++) entries[i + j * m] = row[j];
    }
}

/* False where something is not finite: rows may be, where a row does not depend on what is not. */
static bool jacobian_by_columns(gt_constrained_tape *o, double *entries)
{
    const int64_t n = o->base.space.n, m = o->base.n_constraints;
    double *seed = kept(o, KEPT_ROW), *column = kept(o, KEPT_SEED);
    tape_products q = {
        .kind = GT_PROGRAM_jvp, .x = kept(o, KEPT_POINT), .rows = n, .columns = 1, .seeds = seed};
    memset(seed, 0, (size_t)n * sizeof *seed);
    for (int64_t j = 0; j < n; j++) {
        seed[j] = 1;
        tape_multiply(o->state, &q, column, was_run_last(o, GT_PROGRAM_jvp));
        seed[j] = 0;
        memcpy(entries + j * m, column + 1, (size_t)m * sizeof *entries);
    }
    return gt_all_finite((gt_space){false, m * n}, entries);
}

static void constraint_jacobian_of_tape(gt_problem *self, const void *x, double *entries)
{
    gt_constrained_tape *o = (gt_constrained_tape *)self;
    const bool by_rows = self->n_constraints <= self->space.n;
    if (!settle(o, by_rows ? GT_PROGRAM_vjp : GT_PROGRAM_jvp, x)) {
        o->by_r.base.constraint_jacobian(&o->by_r.base, x, entries);
        return;
    }
    if (by_rows || !jacobian_by_columns(o, entries)) jacobian_by_rows(o, entries);
}

static void lagrangian_hessian_of_tape(gt_problem *self, const void *x, double weight,
                                       const double *multipliers, double *entries)
{
    gt_constrained_tape *o = (gt_constrained_tape *)self;
    const int64_t n = self->space.n;
    if (!settle(o, GT_PROGRAM_value, x)) {
        o->by_r.base.lagrangian_hessian(&o->by_r.base, x, weight, multipliers, entries);
        return;
    }
    double *unit = kept(o, KEPT_ROW);
    memset(unit, 0, (size_t)n * sizeof *unit);
    const tape_products q = {.kind = GT_PROGRAM_lagrangian,
                             .x = kept(o, KEPT_POINT),
                             .multipliers = weights_of_outputs(o, weight, multipliers),
                             .rows = n,
                             .columns = 1,
                             .seeds = unit};
    for (int64_t j = 0; j < n; j++) {
        unit[j] = 1;
        tape_multiply(o->state, &q, entries + j * n, j && was_run_last(o, GT_PROGRAM_lagrangian));
        unit[j] = 0;
    }
}

/* ---- sparse ---- */

/* What R gives whole, column by column, put into a pattern. */
static void put_columns(const tape_matrix *m, const double *whole, double *entries)
{
    for (int64_t j = 0; j < m->pattern.n_columns; j++)
        tape_matrix_put_column(m, j, whole + j * m->pattern.n_rows, entries);
}

static double *whole_matrix(const tape_matrix *m)
{
    return (double *)R_alloc((size_t)(m->pattern.n_rows * m->pattern.n_columns) + 1,
                             sizeof(double));
}

/* Does a recording hold at x, or one that R makes there? */
static bool settle_or_record(gt_constrained_tape *o, const double *x)
{
    if (settle(o, GT_PROGRAM_value, x)) return true;
    double value;
    o->by_r.base.value(&o->by_r.base, x, &value);
    return settle(o, GT_PROGRAM_value, x);
}

static void sparse_jacobian_of_tape(gt_problem *self, const void *x, double *entries)
{
    gt_constrained_tape *o = (gt_constrained_tape *)self;
    const void *vmax = vmaxget();
    if (settle_or_record(o, x)) {
        tape_matrix_fill(&o->jacobian, kept(o, KEPT_POINT), NULL, entries);
    } else {
        double *whole = whole_matrix(&o->jacobian);
        o->by_r.base.constraint_jacobian(&o->by_r.base, x, whole);
        put_columns(&o->jacobian, whole, entries);
    }
    vmaxset(vmax);
}

static void sparse_hessian_of_tape(gt_problem *self, const void *x, double weight,
                                   const double *multipliers, double *entries)
{
    gt_constrained_tape *o = (gt_constrained_tape *)self;
    const void *vmax = vmaxget();
    if (settle_or_record(o, x)) {
        tape_matrix_fill(&o->hessian, kept(o, KEPT_POINT),
                         weights_of_outputs(o, weight, multipliers), entries);
    } else {
        double *whole = whole_matrix(&o->hessian);
        o->by_r.base.lagrangian_hessian(&o->by_r.base, x, weight, multipliers, whole);
        put_columns(&o->hessian, whole, entries);
    }
    vmaxset(vmax);
}

void gt_constrained_tape_make_sparse(gt_constrained_tape *o)
{
    o->jacobian = tape_matrix_new(o->state, GT_MATRIX_constraints);
    o->hessian = tape_matrix_new(o->state, GT_MATRIX_lagrangian);
    o->base.constraint_pattern = o->jacobian.pattern;
    o->base.constraint_jacobian = sparse_jacobian_of_tape;
    o->base.lagrangian_pattern = o->hessian.pattern;
    o->base.lagrangian_hessian = sparse_hessian_of_tape;
}

void gt_constrained_tape_init(gt_constrained_tape *o, int64_t n, SEXP handle)
{
    tape_state *s = tape_open(VECTOR_ELT(handle, 0));
    if (s->n != n)
        r_stop(ERROR_TAPE, "the tape was recorded for %d parameters; there are %lld", s->n,
               (long long)n);
    gt_closure_objective_init(&o->by_r, n, VECTOR_ELT(handle, 1));
    const gt_problem *by_r = &o->by_r.base;
    const int64_t m = by_r->n_constraints;
    o->state = s;
    o->has_values = false;
    o->unchecked = 0;
    const int64_t size[] = {n, m + 1, m + 1, m + 1, n};
    for (int k = 0; k < CONSTRAINED_TAPE_KEEPS; k++)
        SET_VECTOR_ELT(o->kept, k, Rf_allocVector(REALSXP, (R_xlen_t)size[k]));
    o->base = (gt_problem){.space = by_r->space,
                           .value = value_of_tape,
                           .value_and_gradient = value_and_gradient_of_tape,
                           .n_constraints = m,
                           .constraints = constraints_of_tape,
                           .constraint_pattern = by_r->constraint_pattern,
                           .constraint_jacobian = constraint_jacobian_of_tape,
                           .lagrangian_gradient = lagrangian_gradient_of_tape,
                           .lagrangian_pattern = by_r->lagrangian_pattern,
                           .lagrangian_hessian = lagrangian_hessian_of_tape};
}
