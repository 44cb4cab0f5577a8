#ifndef GRADTAPE_BRIDGE_TAPE_H
#define GRADTAPE_BRIDGE_TAPE_H

#define R_NO_REMAP
#include <Rinternals.h>

#include "solvers/problem.h"
#include "tape/variants.h"

#include <R_ext/Rdynload.h>

/* ---- a tape's state (bridge/tape_state.c) ---- */

typedef struct {
    gt_variants variants;
    int n;     /* parameters */
    double *x; /* where it was evaluated last, if has_value */
    bool has_value, has_gradient;
    bool expects_gradient;   /* it was asked for the gradient too: compute both at once */
    bool gradient_was_asked; /* since the last value */
    bool is_stale;           /* saved by another version: it has to be recorded again */
    SEXP kept;               /* R's vectors that the state lives in */
} tape_state;

/* The state behind what R holds. An R error unless it is one. */
tape_state *tape_open(SEXP handle);
/* The constant of a recording that R's double vector is, kept without a copy where it can be. */
int tape_constant(tape_state *s, SEXP vector);
/* A handle without recordings, for graphs on the pool of another. */
SEXP tape_new_on(SEXP handle);
/* The point of the last evaluation, and R's vectors of its value and gradient. */
void tape_keep_point(tape_state *s, const double *x);
void tape_keep_results(tape_state *s, SEXP value, SEXP gradient);
SEXP tape_kept_value(const tape_state *s);
SEXP tape_kept_gradient(const tape_state *s);
/* Memory until the .Call returns or vmaxset(). */
extern const gt_arena transient_arena;
void init_tape_holder(DllInfo *dll);

/* Plays a program at x, made first where it is missing; false when no variant holds. An R error
 * where the function cannot be differentiated.                                    */
bool tape_play(tape_state *s, gt_program_kind kind, const double *x, double *const *out);
/* Replaces what is not finite in the gradient of the current variant by what the careful
 * program gives.                                                                  */
void tape_refine_gradient(tape_state *s, const double *x, double *gradient);
/* Products of the derivative with seeds, the columns of a matrix. */
typedef struct {
    gt_program_kind kind;
    const double *x, *multipliers; /* or NULL */
    int64_t rows, columns;
    const double *seeds;
} tape_products;
/* Computes them, one after the other, where the current variant holds at x; played: its program has
 * been run there, and no other since.                                               */
void tape_multiply(tape_state *s, const tape_products *q, double *to, bool played);
/* An R error where the function of the current variant has no such program. */
void tape_check_program(const tape_state *s, gt_program_kind kind);
/* Makes a program of the current variant. */
void tape_compile(tape_state *s, gt_program_kind kind);
gt_program_kind program_argument(SEXP name);
/* An R error unless the function gives one number. */
void tape_check_scalar(int64_t size);

/* ---- sparse derivatives (bridge/tape_sparse.c) ---- */

/* A matrix of the current variant, made where it is not there yet. */
const gt_compressed *tape_compressed(tape_state *s, gt_matrix matrix);
/* Its entries at x, where the variant holds. multipliers: of all outputs, for the Lagrangian, or NULL. */
void tape_compute(tape_state *s, const gt_compressed *c, const double *x, const double *multipliers,
                  double *entries);

/* A sparse matrix as a problem announces it: one pattern for all recordings that there are, into which the
 * entries of each are put (bridge/tape_matrix.c). */
typedef struct {
    tape_state *state;
    gt_matrix matrix;
    gt_pattern pattern; /* rows counted from the first that can have entries */
    int n_variants;     /* when it was announced */
} tape_matrix;

/* Memory lasts as long as R_alloc()'s. An R error where the tape has no recording. */
tape_matrix tape_matrix_new(tape_state *s, gt_matrix matrix);
/* The entries at x, where the current variant holds. multipliers: of all outputs, for the Lagrangian, or
 * NULL. An R error of class gradtape_pattern_error where a recording that came later has others. */
void tape_matrix_fill(const tape_matrix *m, const double *x, const double *multipliers,
                      double *entries);
/* Those of column j, which is given whole; or the same error. */
void tape_matrix_put_column(const tape_matrix *m, int64_t j, const double *column, double *entries);

/* ---- a tape as what a solver minimises: no R code runs but to record a new variant
 * (bridge/tape_objective.c) ---- */

typedef struct {
    gt_problem base;
    tape_state *state;
    SEXP answer;        /* R's function of a point: list(value, gradient) */
    SEXP multiply;      /* R's function of a point and a vector: the Hessian times that; or NULL */
    SEXP kept;          /* a protected list of TAPE_OBJECTIVE_KEEPS */
    tape_matrix matrix; /* the Hessian, where it is sparse */
    int64_t unchecked;  /* work since the user could last interrupt */
} gt_tape_objective;

/* point, gradient, R's answer, the point of Hessian products, a vector to multiply with */
enum { TAPE_OBJECTIVE_KEEPS = 5 };

/* `kept` must be set before. handle: list(state, answer) or, for Hessians too, list(state, answer,
 * multiply).                                                                      */
void gt_tape_objective_init(gt_tape_objective *o, gt_space space, SEXP handle);
/* A solver's own loop has no R code: lets the user interrupt it. unchecked: work since that was last possible; n:
 * that of an evaluation.                                                          */
void tape_check_interrupt(int64_t *unchecked, int64_t n);
/* From now on the Hessian is sparse. */
void gt_tape_objective_make_sparse(gt_tape_objective *o);

#endif
