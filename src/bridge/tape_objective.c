#include "bridge/tape.h"

enum { KEPT_POINT, KEPT_SLOPE };

static void prepare(gt_tape_objective *o)
{
    R_CheckUserInterrupt();
    SEXP call = PROTECT(Rf_lang2(o->prepare, VECTOR_ELT(o->kept, KEPT_POINT)));
    SEXP prepared = PROTECT(Rf_eval(call, R_GlobalEnv));
    if (Rf_asLogical(prepared) != TRUE)
        Rf_errorcall(R_NilValue, "the tape's function cannot be replayed at every point (see its "
                                 "message); call $step() again to run it eagerly");
    UNPROTECT(2);
}

/* The solver's own loop has no R code: let the user interrupt it. */
static void check_interrupt(gt_tape_objective *o)
{
    if ((o->unchecked += o->base.space.n + 1024) < (1 << 18)) return;
    o->unchecked = 0;
    R_CheckUserInterrupt();
}

/* Plays a program at x, recorded where no variant holds. */
static gt_program *play(gt_tape_objective *o, gt_program_kind kind, const void *x, double *const *out)
{
    gt_variants *v = &o->state->variants;
    double *point = REAL(VECTOR_ELT(o->kept, KEPT_POINT));
    gt_convert(o->base.space.n, point, GT_DOUBLE, x, o->base.space.single ? GT_FLOAT : GT_DOUBLE);
    check_interrupt(o);
    while (gt_variants_play(v, kind, point, out) != GT_HOLDS) prepare(o);
    gt_program *p = gt_variants_program(v, kind);
    gt_program_fetch(p, GT_VALUE);
    return p;
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
    gt_program_fetch(play(o, GT_PROGRAM_gradient, x, out), GT_DERIVATIVE);
    tape_refine_gradient(o->state, REAL(VECTOR_ELT(o->kept, KEPT_POINT)), slope);
    gt_convert(self->space.n, gradient, self->space.single ? GT_FLOAT : GT_DOUBLE, slope, GT_DOUBLE);
}

void gt_tape_objective_init(gt_tape_objective *o, gt_space space, SEXP handle)
{
    tape_state *s = tape_open(VECTOR_ELT(handle, 0));
    if (s->n != space.n)
        Rf_errorcall(R_NilValue, "the tape was recorded for %d parameters; the optimizer has %lld", s->n,
                     (long long)space.n);
    o->base = (gt_problem){.space = space, .value = value_of_tape, .value_and_gradient = evaluate_tape};
    o->state = s;
    o->prepare = VECTOR_ELT(handle, 1);
    o->unchecked = 0;
    SET_VECTOR_ELT(o->kept, KEPT_POINT, Rf_allocVector(REALSXP, s->n));
    SET_VECTOR_ELT(o->kept, KEPT_SLOPE, Rf_allocVector(REALSXP, s->n));
}
