/* Tapes: evaluation of the function and its derivatives. */
#include "bridge/entries.h"
#include "bridge/scratch.h"
#include "bridge/tape.h"
#include "core/vec.h"
#include "eager/memory.h"
#include "eager/errors.h"

#include <math.h>
#include <string.h>

gt_program_kind program_argument(SEXP name)
{
    gt_program_kind kind = TYPEOF(name) == STRSXP && XLENGTH(name) == 1
                               ? gt_program_find(CHAR(STRING_ELT(name, 0)))
                               : GT_PROGRAM_COUNT;
    if (kind == GT_PROGRAM_COUNT) r_stop(ERROR_TAPE, "there is no such program");
    return kind;
}

/* ---- programs ------------------------------------------------------------------------ */

void tape_check_scalar(int64_t size)
{
    if (size != 1)
        r_stop(ERROR_SHAPE,
               "`fn` returned %lld elements where a scalar is needed; sum them in "
               "`fn`, or use $jacobian()",
               (long long)size);
}

void tape_check_program(const tape_state *s, gt_program_kind kind)
{
    if (gt_program_needs_scalar(kind))
        tape_check_scalar(s->variants.variant[s->variants.current].n_out);
}

void tape_compile(tape_state *s, gt_program_kind kind)
{
    gt_error err;
    tape_check_program(s, kind);
    SEXP scratch = PROTECT(scratch_new());
    const bool failed = gt_variants_compile(&s->variants, kind, scratch_arena(scratch), &err);
    scratch_free(scratch);
    UNPROTECT(1);
    if (failed) r_stop(ERROR_TAPE, "the tape's function cannot be differentiated: %s", err.message);
}

/* Makes a program of the current variant. */
SEXP call_tape_compile(SEXP handle, SEXP kind)
{
    tape_state *s = tape_open(handle);
    if (s->variants.current == GT_NO_VARIANT) r_stop(ERROR_TAPE, "the tape has no recording");
    tape_compile(s, program_argument(kind));
    return R_NilValue;
}

bool tape_play(tape_state *s, gt_program_kind kind, const double *x, double *const *out)
{
    gt_outcome outcome;
    while ((outcome = gt_variants_play(&s->variants, kind, x, out)) == GT_LACKS_PROGRAM)
        /* The value first: it says whether the variant holds, and may be a vector. */
        tape_compile(s,
                     gt_variants_program(&s->variants, GT_PROGRAM_value) ? kind : GT_PROGRAM_value);
    return outcome == GT_HOLDS;
}

/* ---- where something is not finite: see gt_op_vjp() ---- */

static void replace_non_finite(int64_t n, double *to, const double *from)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(to[i])) to[i] = from[i];
}

void tape_refine_gradient(tape_state *s, const double *x, double *gradient)
{
    gt_space space = {false, s->n};
    if (gt_all_finite(space, gradient)) return;
    double value;
    SEXP careful = PROTECT(alloc_doubles(s->n));
    double *out[GT_MAX_OUTPUTS] = {&value, REAL(careful)};
    tape_compile(s, GT_PROGRAM_careful_gradient);
    gt_error err;
    if (!gt_variants_play_settled(&s->variants, GT_PROGRAM_careful_gradient, x, out, &err)) {
        gt_program_fetch(gt_variants_program(&s->variants, GT_PROGRAM_careful_gradient),
                         GT_DERIVATIVE);
        replace_non_finite(s->n, gradient, REAL(careful));
    }
    UNPROTECT(1);
}

/* ---- value and gradient: what optimizers call ---------------------------------------------
 * Each returns NULL where R has to look at the arguments, or to record.               */

static bool is_point(const tape_state *s, SEXP x)
{
    return TYPEOF(x) == REALSXP && XLENGTH(x) == s->n;
}

/* NA among the inputs is an error that the R side words. */
static bool has_nan(SEXP x)
{
    for (R_xlen_t i = 0; i < XLENGTH(x); i++)
        if (ISNAN(REAL(x)[i])) return true;
    return false;
}

/* The value that the program has just computed, of any length. */
static SEXP fetched_value(gt_program *p)
{
    SEXP value = PROTECT(alloc_doubles((R_xlen_t)gt_plan_output_size(p->plan, GT_VALUE)));
    gt_program_output(p, GT_VALUE, REAL(value));
    gt_program_fetch(p, GT_VALUE);
    UNPROTECT(1);
    return value;
}

/* Names a gradient, which nobody has seen yet, as the parameters; names: or NULL. */
static SEXP name_gradient(SEXP gradient, SEXP names)
{
    if (TYPEOF(names) == STRSXP && XLENGTH(names) == XLENGTH(gradient))
        Rf_setAttrib(gradient, R_NamesSymbol, names);
    return gradient;
}

/* The value at x or, if `gradient`, its gradient, with these names. */
SEXP call_tape_evaluate(SEXP handle, SEXP x, SEXP want_gradient, SEXP names)
{
    bool gradient = Rf_asLogical(want_gradient) == TRUE;
    tape_state *s = tape_open(handle);
    if (!is_point(s, x)) return R_NilValue;
    bool cached = s->has_value && !memcmp(s->x, REAL(x), (size_t)s->n * sizeof(double));
    if (cached && !gradient) return tape_kept_value(s);
    if (gradient) {
        if (cached && s->has_gradient) {
            SEXP kept = tape_kept_gradient(s);
            if (!s->gradient_was_asked) name_gradient(kept, names);
            s->gradient_was_asked = true;
            return kept;
        }
    } else {
        /* A gradient that nobody asked for is not computed again. */
        if (s->has_gradient && !s->gradient_was_asked) s->expects_gradient = false;
        s->gradient_was_asked = false;
    }
    bool both = gradient || s->expects_gradient;
    gt_program_kind kind = both ? GT_PROGRAM_gradient : GT_PROGRAM_value;
    SEXP slope = PROTECT(both ? alloc_doubles(s->n) : R_NilValue);
    double *out[GT_MAX_OUTPUTS] = {NULL, both ? REAL(slope) : NULL};
    s->has_value = false;
    if (!tape_play(s, kind, REAL(x), out)) {
        UNPROTECT(1);
        return R_NilValue;
    }
    gt_program *p = gt_variants_program(&s->variants, kind);
    SEXP value = PROTECT(fetched_value(p));
    if (XLENGTH(value) == 1 && ISNAN(REAL(value)[0]) && has_nan(x)) {
        UNPROTECT(2);
        return R_NilValue;
    }
    if (both) {
        gt_program_fetch(p, GT_DERIVATIVE);
        tape_refine_gradient(s, REAL(x), REAL(slope));
    }
    tape_keep_point(s, REAL(x));
    tape_keep_results(s, value, slope);
    s->has_value = true;
    s->has_gradient = both;
    if (gradient) {
        name_gradient(slope, names);
        s->gradient_was_asked = s->expects_gradient = true;
    }
    UNPROTECT(2);
    return gradient ? slope : value;
}

/* list(value, gradient) at x. */
SEXP call_tape_value_and_grad(SEXP handle, SEXP x, SEXP parameter_names)
{
    tape_state *s = tape_open(handle);
    if (!is_point(s, x)) return R_NilValue;
    const char *names[] = {"value", "gradient", ""};
    SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(result, 0, Rf_allocVector(REALSXP, 1));
    SET_VECTOR_ELT(result, 1, alloc_doubles(s->n));
    name_gradient(VECTOR_ELT(result, 1), parameter_names);
    double *value = REAL(VECTOR_ELT(result, 0));
    double *out[GT_MAX_OUTPUTS] = {value, REAL(VECTOR_ELT(result, 1))};
    bool answered = tape_play(s, GT_PROGRAM_gradient, REAL(x), out);
    if (answered) {
        gt_program *p = gt_variants_program(&s->variants, GT_PROGRAM_gradient);
        gt_program_fetch(p, GT_VALUE);
        gt_program_fetch(p, GT_DERIVATIVE);
        answered = !(ISNAN(*value) && has_nan(x));
        if (answered) tape_refine_gradient(s, REAL(x), out[GT_DERIVATIVE]);
    }
    UNPROTECT(1);
    return answered ? result : R_NilValue;
}

/* list(value, gradient) at x from the current variant, of which call_tape_search() has said that
 * it holds there.                                                                 */
SEXP call_tape_settled(SEXP handle, SEXP x, SEXP parameter_names)
{
    tape_state *s = tape_open(handle);
    gt_error err;
    if (!is_point(s, x) || s->variants.current == GT_NO_VARIANT) return R_NilValue;
    tape_compile(s, GT_PROGRAM_gradient);
    const char *names[] = {"value", "gradient", ""};
    SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(result, 0, Rf_allocVector(REALSXP, 1));
    SET_VECTOR_ELT(result, 1, alloc_doubles(s->n));
    name_gradient(VECTOR_ELT(result, 1), parameter_names);
    double *out[GT_MAX_OUTPUTS] = {REAL(VECTOR_ELT(result, 0)), REAL(VECTOR_ELT(result, 1))};
    if (gt_variants_play_settled(&s->variants, GT_PROGRAM_gradient, REAL(x), out, &err))
        r_stop(ERROR_TAPE, "%s", err.message);
    gt_program *p = gt_variants_program(&s->variants, GT_PROGRAM_gradient);
    gt_program_fetch(p, GT_VALUE);
    gt_program_fetch(p, GT_DERIVATIVE);
    tape_refine_gradient(s, REAL(x), out[GT_DERIVATIVE]);
    UNPROTECT(1);
    return result;
}

/* ---- values of any length, and products --------------------------------------------------- */

static SEXP value_of_current(tape_state *s, SEXP x)
{
    double *out[GT_MAX_OUTPUTS] = {NULL};
    if (!gt_variants_play_current(&s->variants, GT_PROGRAM_value, REAL(x), out)) return R_NilValue;
    return fetched_value(gt_variants_program(&s->variants, GT_PROGRAM_value));
}

/* The value at x of the variant that holds there, which becomes the current one; NULL when
 * none does. Each is tried: where a kernel failed, it is not known which guard would have. */
SEXP call_tape_search(SEXP handle, SEXP x)
{
    tape_state *s = tape_open(handle);
    gt_variants *v = &s->variants;
    int first = v->current;
    if (!is_point(s, x)) return R_NilValue;
    for (int k = -1; k < v->n; k++) {
        if (k == first || (k < 0 && first == GT_NO_VARIANT)) continue;
        v->current = k < 0 ? first : k;
        tape_compile(s, GT_PROGRAM_value);
        SEXP value = value_of_current(s, x);
        if (value != R_NilValue) return value;
    }
    v->current = GT_NO_VARIANT;
    return R_NilValue;
}

/* The number of the current variant, from 1; 0 for none. */
SEXP call_tape_current(SEXP handle)
{
    return Rf_ScalarInteger(tape_open(handle)->variants.current + 1);
}

static void run_products(tape_state *s, const tape_products *q, gt_program_kind kind, double *to,
                         bool played)
{
    gt_error err;
    if (!played) {
        double *out[GT_MAX_OUTPUTS] = {NULL, to};
        tape_compile(s, kind);
        if (q->multipliers)
            gt_program_input(gt_variants_program(&s->variants, kind), GT_MULTIPLIERS,
                             q->multipliers);
        if (gt_variants_play_settled(&s->variants, kind, q->x, out, &err))
            r_stop(ERROR_TAPE, "%s", err.message);
    }
    gt_program *p = gt_variants_program(&s->variants, kind);
    const int64_t size = gt_plan_output_size(p->plan, GT_DERIVATIVE);
    for (int64_t k = 0; k < q->columns; k++) {
        gt_program_input(p, GT_SEED, q->seeds + k * q->rows);
        gt_program_output(p, GT_DERIVATIVE, to + k * size);
        if (gt_program_run_seed(p, &err)) r_stop(ERROR_NUMERIC, "%s", err.message);
        gt_program_fetch(p, GT_DERIVATIVE);
        R_CheckUserInterrupt();
    }
}

void tape_multiply(tape_state *s, const tape_products *q, double *to, bool played)
{
    run_products(s, q, q->kind, to, played);
    const gt_program *p = gt_variants_program(&s->variants, q->kind);
    gt_space space = {false, gt_plan_output_size(p->plan, GT_DERIVATIVE) * q->columns};
    const gt_program_kind careful = gt_program_careful(q->kind);
    if (careful == GT_PROGRAM_COUNT || gt_all_finite(space, to)) return;
    SEXP again = PROTECT(alloc_doubles((R_xlen_t)space.n));
    run_products(s, q, careful, REAL(again), false);
    replace_non_finite(space.n, to, REAL(again));
    UNPROTECT(1);
}

/* For each column of `v`, which is the seed, the derivative of a program of the current variant
 * as a column of the result; w: the multipliers, or NULL. The variant holds at x, as
 * call_tape_search() has said.                                                    */
SEXP call_tape_products(SEXP handle, SEXP kind, SEXP x, SEXP w, SEXP v)
{
    tape_state *s = tape_open(handle);
    if (!is_point(s, x) || s->variants.current == GT_NO_VARIANT) return R_NilValue;
    tape_products q = {.kind = program_argument(kind),
                       .x = REAL(x),
                       .multipliers = w == R_NilValue ? NULL : REAL(w),
                       .rows = Rf_nrows(v),
                       .columns = Rf_ncols(v),
                       .seeds = REAL(v)};
    tape_compile(s, q.kind);
    const gt_program *p = gt_variants_program(&s->variants, q.kind);
    SEXP result = PROTECT(
        Rf_allocMatrix(REALSXP, (int)gt_plan_output_size(p->plan, GT_DERIVATIVE), (int)q.columns));
    tape_multiply(s, &q, REAL(result), false);
    UNPROTECT(1);
    return result;
}

/* Runs a program at x again and again, for measuring it. */
SEXP call_tape_repeat(SEXP handle, SEXP x, SEXP times, SEXP name)
{
    tape_state *s = tape_open(handle);
    gt_program_kind kind = program_argument(name);
    gt_error err;
    if (!is_point(s, x)) return R_NilValue;
    SEXP gradient = PROTECT(alloc_doubles(s->n));
    double *out[GT_MAX_OUTPUTS] = {NULL, kind == GT_PROGRAM_gradient ? REAL(gradient) : NULL};
    s->has_value = false;
    if (!tape_play(s, kind, REAL(x), out)) r_stop(ERROR_TAPE, "no recording holds here");
    gt_program *p = gt_variants_program(&s->variants, kind);
    for (int i = 0; i < Rf_asInteger(times); i++) {
        if (gt_program_run(p, &err)) r_stop(ERROR_NUMERIC, "%s", err.message);
        if (out[GT_DERIVATIVE]) gt_program_fetch(p, GT_DERIVATIVE);
    }
    UNPROTECT(1);
    return gradient;
}
