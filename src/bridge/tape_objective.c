#include "bridge/tape.h"
#include "eager/errors.h"

#include <math.h>
#include <string.h>

enum { KEPT_POINT, KEPT_SLOPE, KEPT_ANSWER, KEPT_PRODUCT_POINT, KEPT_UNIT };

/* Where no recording holds, R records, or runs the function eagerly. gradient: or NULL. */
static void ask_r(gt_tape_objective *o, double *value, double *gradient)
{
    R_CheckUserInterrupt();
    SEXP call = PROTECT(Rf_lang2(o->answer, VECTOR_ELT(o->kept, KEPT_POINT)));
    SEXP answer = Rf_eval(call, R_GlobalEnv);
    SET_VECTOR_ELT(o->kept, KEPT_ANSWER, answer);
    *value = REAL(VECTOR_ELT(answer, 0))[0];
    if (gradient)
        memcpy(gradient, REAL(VECTOR_ELT(answer, 1)), (size_t)o->base.space.n * sizeof *gradient);
    UNPROTECT(1);
}

void tape_check_interrupt(int64_t *unchecked, int64_t n)
{
    if ((*unchecked += n + 1024) < (1 << 18)) return;
    *unchecked = 0;
    R_CheckUserInterrupt();
}

/* Runs a program at x. */
static void play(gt_tape_objective *o, gt_program_kind kind, const void *x, double *const *out)
{
    double *point = REAL(VECTOR_ELT(o->kept, KEPT_POINT));
    gt_convert(o->base.space.n, point, GT_DOUBLE, x, o->base.space.single ? GT_FLOAT : GT_DOUBLE);
    tape_check_interrupt(&o->unchecked, o->base.space.n);
    if (!tape_play(o->state, kind, point, out)) {
        ask_r(o, out[GT_VALUE], out[GT_DERIVATIVE]);
        return;
    }
    gt_program *p = gt_variants_program(&o->state->variants, kind);
    tape_check_scalar(gt_plan_output_size(p->plan, GT_VALUE));
    gt_program_fetch(p, GT_VALUE);
    if (!out[GT_DERIVATIVE]) return;
    gt_program_fetch(p, GT_DERIVATIVE);
    tape_refine_gradient(o->state, point, out[GT_DERIVATIVE]);
}

static void value_of_tape(gt_problem *self, const void *x, double *value)
{
    double *out[GT_MAX_OUTPUTS] = {value};
    play((gt_tape_objective *)self, GT_PROGRAM_value, x, out);
}

static void evaluate_tape(gt_problem *self, const void *x, double *value, void *gradient)
{
    gt_tape_objective *o = (gt_tape_objective *)self;
    double *slope = REAL(VECTOR_ELT(o->kept, KEPT_SLOPE)), *out[GT_MAX_OUTPUTS] = {value, slope};
    play(o, GT_PROGRAM_gradient, x, out);
    gt_convert(self->space.n, gradient, self->space.single ? GT_FLOAT : GT_DOUBLE, slope,
               GT_DOUBLE);
}

/* ---- Hessians ---- */

/* The Hessian's program has been run at the point of the last product, and no other since. */
static bool is_at_hand(const gt_tape_objective *o, const double *x)
{
    const gt_variants *v = &o->state->variants;
    if (v->current == GT_NO_VARIANT) return false;
    const gt_program *p = gt_variants_program(v, GT_PROGRAM_hvp);
    return p && v->workspace.presets_of == p &&
           !memcmp(REAL(VECTOR_ELT(o->kept, KEPT_PRODUCT_POINT)), x,
                   (size_t)o->base.space.n * sizeof *x);
}

static void ask_r_for_product(gt_tape_objective *o, const double *v, double *product)
{
    const size_t bytes = (size_t)o->base.space.n * sizeof *v;
    SEXP vector = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)o->base.space.n));
    memcpy(REAL(vector), v, bytes);
    SEXP call = PROTECT(Rf_lang3(o->multiply, VECTOR_ELT(o->kept, KEPT_PRODUCT_POINT), vector));
    SEXP answer = Rf_eval(call, R_GlobalEnv);
    SET_VECTOR_ELT(o->kept, KEPT_ANSWER, answer);
    memcpy(product, REAL(answer), bytes);
    UNPROTECT(2);
}

static void multiply_tape(gt_problem *self, const void *x, const void *v, void *product)
{
    gt_tape_objective *o = (gt_tape_objective *)self;
    const int64_t n = self->space.n;
    double *point = REAL(VECTOR_ELT(o->kept, KEPT_PRODUCT_POINT));
    tape_check_interrupt(&o->unchecked, o->base.space.n);
    bool played = is_at_hand(o, x);
    if (!played) {
        double *out[GT_MAX_OUTPUTS] = {NULL, product};
        memcpy(point, x, (size_t)n * sizeof *point);
        if (!tape_play(o->state, GT_PROGRAM_hvp, point, out)) {
            ask_r_for_product(o, v, product);
            return;
        }
    }
    tape_products q = {.kind = GT_PROGRAM_hvp, .x = point, .rows = n, .columns = 1, .seeds = v};
    tape_multiply(o->state, &q, product, true);
}

static void hessian_of_tape(gt_problem *self, const void *x, double *entries)
{
    gt_tape_objective *o = (gt_tape_objective *)self;
    const int64_t n = self->space.n;
    double *unit = REAL(VECTOR_ELT(o->kept, KEPT_UNIT));
    memset(unit, 0, (size_t)n * sizeof *unit);
    for (int64_t k = 0; k < n; k++) {
        unit[k] = 1;
        multiply_tape(self, x, unit, entries + k * n);
        unit[k] = 0;
    }
}

/* ---- sparse ---- */

/* Where the function runs eagerly. */
static void sparse_hessian_by_r(gt_tape_objective *o, double *entries)
{
    const int64_t n = o->base.space.n;
    double *unit = REAL(VECTOR_ELT(o->kept, KEPT_UNIT));
    SEXP column = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)n));
    memset(unit, 0, (size_t)n * sizeof *unit);
    for (int64_t j = 0; j < n; j++) {
        unit[j] = 1;
        ask_r_for_product(o, unit, REAL(column));
        unit[j] = 0;
        tape_matrix_put_column(&o->matrix, j, REAL(column), entries);
    }
    UNPROTECT(1);
}

static void sparse_hessian_of_tape(gt_problem *self, const void *x, double *entries)
{
    gt_tape_objective *o = (gt_tape_objective *)self;
    const int64_t n = self->space.n;
    double *point = REAL(VECTOR_ELT(o->kept, KEPT_PRODUCT_POINT)),
           *unit = REAL(VECTOR_ELT(o->kept, KEPT_UNIT)), *out[GT_MAX_OUTPUTS] = {NULL};
    tape_check_interrupt(&o->unchecked, o->base.space.n);
    memcpy(point, x, (size_t)n * sizeof *point);
    bool holds = tape_play(o->state, GT_PROGRAM_value, point, out);
    if (!holds) {
        memset(unit, 0, (size_t)n * sizeof *unit);
        ask_r_for_product(o, unit, unit); /* which records, if it can be */
        holds = tape_play(o->state, GT_PROGRAM_value, point, out);
    }
    if (holds) tape_matrix_fill(&o->matrix, point, NULL, entries);
    else sparse_hessian_by_r(o, entries);
    point[0] = NAN; /* the last program is that of a product with another seed */
}

void gt_tape_objective_make_sparse(gt_tape_objective *o)
{
    if (!o->base.hessian) return;
    o->matrix = tape_matrix_new(o->state, GT_MATRIX_hessian);
    o->base.hessian_pattern = o->matrix.pattern;
    o->base.hessian = sparse_hessian_of_tape;
}

void gt_tape_objective_init(gt_tape_objective *o, gt_space space, SEXP handle)
{
    tape_state *s = tape_open(VECTOR_ELT(handle, 0));
    if (s->n != space.n)
        r_stop(ERROR_TAPE, "the tape was recorded for %d parameters; the optimizer has %lld", s->n,
               (long long)space.n);
    o->base =
        (gt_problem){.space = space, .value = value_of_tape, .value_and_gradient = evaluate_tape};
    o->state = s;
    o->answer = VECTOR_ELT(handle, 1);
    o->multiply = LENGTH(handle) > 2 ? VECTOR_ELT(handle, 2) : R_NilValue;
    if (o->multiply != R_NilValue && !space.single) {
        o->base.hessian_vector = multiply_tape;
        o->base.hessian = hessian_of_tape;
        o->base.hessian_pattern = (gt_pattern){.n_rows = space.n, .n_columns = space.n};
        SET_VECTOR_ELT(o->kept, KEPT_PRODUCT_POINT, Rf_allocVector(REALSXP, s->n));
        SET_VECTOR_ELT(o->kept, KEPT_UNIT, Rf_allocVector(REALSXP, s->n));
        double *point = REAL(VECTOR_ELT(o->kept, KEPT_PRODUCT_POINT));
        for (int i = 0; i < s->n; i++) point[i] = NAN;
    }
    o->unchecked = 0;
    SET_VECTOR_ELT(o->kept, KEPT_POINT, Rf_allocVector(REALSXP, s->n));
    SET_VECTOR_ELT(o->kept, KEPT_SLOPE, Rf_allocVector(REALSXP, s->n));
}
