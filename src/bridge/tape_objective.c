#include "bridge/tape.h"
#include "eager/errors.h"

#include <string.h>

enum { KEPT_POINT, KEPT_SLOPE, KEPT_ANSWER };

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

/* The solver's own loop has no R code: let the user interrupt it. */
static void check_interrupt(gt_tape_objective *o)
{
    if ((o->unchecked += o->base.space.n + 1024) < (1 << 18)) return;
    o->unchecked = 0;
    R_CheckUserInterrupt();
}

/* Runs a program at x. */
static void play(gt_tape_objective *o, gt_program_kind kind, const void *x, double *const *out)
{
    double *point = REAL(VECTOR_ELT(o->kept, KEPT_POINT));
    gt_convert(o->base.space.n, point, GT_DOUBLE, x, o->base.space.single ? GT_FLOAT : GT_DOUBLE);
    check_interrupt(o);
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
    o->unchecked = 0;
    SET_VECTOR_ELT(o->kept, KEPT_POINT, Rf_allocVector(REALSXP, s->n));
    SET_VECTOR_ELT(o->kept, KEPT_SLOPE, Rf_allocVector(REALSXP, s->n));
}
