#include "bridge/tape.h"

enum { KEPT_POINT, KEPT_SLOPE };

static SEXP call_prepare(void *data)
{
    gt_tape_objective *o = data;
    R_CheckUserInterrupt();
    SEXP call = PROTECT(Rf_lang2(o->prepare, VECTOR_ELT(o->kept, KEPT_POINT)));
    SEXP prepared = PROTECT(Rf_eval(call, R_GlobalEnv));
    if (Rf_asLogical(prepared) != TRUE)
        Rf_errorcall(R_NilValue, "the tape's function cannot be replayed at every point (see its "
                                 "message); call $step() again to run it eagerly");
    UNPROTECT(2);
    return R_NilValue;
}

static SEXP check_interrupt(void *data)
{
    (void)data;
    R_CheckUserInterrupt();
    return R_NilValue;
}

static void evaluate_tape(gt_objective *self, const void *x, double *value, void *gradient)
{
    gt_tape_objective *o = (gt_tape_objective *)self;
    gt_variants *v = &o->state->variants;
    gt_dtype own = self->space.single ? GT_FLOAT : GT_DOUBLE;
    double *point = REAL(VECTOR_ELT(o->kept, KEPT_POINT)), *slope = REAL(VECTOR_ELT(o->kept, KEPT_SLOPE));
    double *out[GT_MAX_OUTPUTS] = {value, slope};
    gt_convert(self->space.n, point, GT_DOUBLE, x, own);
    while (gt_variants_play(v, GT_PROGRAM_gradient, point, out) != GT_HOLDS)
        R_UnwindProtect(call_prepare, o, o->on_error, self, NULL);
    gt_program *p = gt_variants_program(v, GT_PROGRAM_gradient);
    gt_program_fetch(p, GT_VALUE);
    gt_program_fetch(p, GT_DERIVATIVE);
    gt_convert(self->space.n, gradient, own, slope, GT_DOUBLE);
    /* The solver's own loop has no other R code: let the user interrupt it. */
    if (++o->evaluations % 256 == 0) R_UnwindProtect(check_interrupt, NULL, o->on_error, self, NULL);
}

void gt_tape_objective_init(gt_tape_objective *o, gt_space space, SEXP handle,
                            void (*on_error)(void *, Rboolean))
{
    tape_state *s = tape_open(VECTOR_ELT(handle, 0));
    if (s->n != space.n)
        Rf_errorcall(R_NilValue, "the tape was recorded for %d parameters; the optimizer has %lld", s->n,
                     (long long)space.n);
    o->base = (gt_objective){space, evaluate_tape};
    o->state = s;
    o->prepare = VECTOR_ELT(handle, 1);
    o->on_error = on_error;
    o->evaluations = 0;
    SET_VECTOR_ELT(o->kept, KEPT_POINT, Rf_allocVector(REALSXP, s->n));
    SET_VECTOR_ELT(o->kept, KEPT_SLOPE, Rf_allocVector(REALSXP, s->n));
}
