/* A whole minimization, from a start to an answer. */
#include "bridge/arguments.h"
#include "bridge/closure_objective.h"
#include "bridge/constrained_objective.h"
#include "bridge/entries.h"
#include "bridge/options.h"
#include "bridge/sparse_ldl.h"
#include "bridge/tape.h"
#include "core/blas_lapack.h"
#include "eager/errors.h"
#include "solvers/reduced.h"
#include "solvers/scaling.h"

#include <string.h>

/* ---- the answer: a list that R holds, so that it is there also when the run is interrupted ---- */

/* stationarity: gt_scaled_gradient(), hessian: NULL where it was not at hand at the end, scale: of the free
 * elements, or NULL, conditions: of an optimum with constraints (solvers/kkt.h) */
enum {
    PAR,
    VALUE,
    GRADIENT,
    STATUS,
    MESSAGE,
    ITERATIONS,
    COUNTS,
    TRACE,
    STATIONARITY,
    HESSIAN,
    SCALE,
    CONSTRAINTS,
    MULTIPLIERS,
    BOUND_MULTIPLIERS,
    CONDITIONS,
    N_ANSWERS
};
static const char *const answer_names[] = {"par",          "value",
                                           "gradient",     "status",
                                           "message",      "iterations",
                                           "counts",       "trace",
                                           "stationarity", "hessian",
                                           "scale",        "constraints",
                                           "multipliers",  "bound_multipliers",
                                           "conditions",   ""};
enum { N_PROGRESS = 10, N_COUNTS = 10, N_CONDITIONS = 6 };
static const char *const progress_names[] = {
    "iteration",   "evaluations", "value",       "gradient_size", "scaled_gradient",
    "step_length", "step_size",   "improvement", "violation",     "complementarity"};
static const char *const count_names[] = {
    "value",     "gradient",    "hessian_vector",      "hessian",           "residuals", "jacobian",
    "undefined", "constraints", "constraint_jacobian", "lagrangian_hessian"};

static SEXP named_numbers(int n, const char *const *names)
{
    SEXP x = PROTECT(Rf_allocVector(REALSXP, n)), text = PROTECT(Rf_allocVector(STRSXP, n));
    for (int k = 0; k < n; k++) {
        REAL(x)[k] = 0;
        SET_STRING_ELT(text, k, Rf_mkChar(names[k]));
    }
    Rf_setAttrib(x, R_NamesSymbol, text);
    UNPROTECT(2);
    return x;
}

static SEXP new_trace(int rows)
{
    SEXP m = PROTECT(Rf_allocMatrix(REALSXP, rows, N_PROGRESS)),
         dimnames = PROTECT(Rf_allocVector(VECSXP, 2));
    for (R_xlen_t k = 0; k < XLENGTH(m); k++) REAL(m)[k] = NA_REAL;
    SET_VECTOR_ELT(dimnames, 1,
                   Rf_getAttrib(named_numbers(N_PROGRESS, progress_names), R_NamesSymbol));
    Rf_setAttrib(m, R_DimNamesSymbol, dimnames);
    UNPROTECT(2);
    return m;
}

static SEXP zeros(R_xlen_t n)
{
    SEXP x = Rf_allocVector(REALSXP, n);
    if (n) memset(REAL(x), 0, (size_t)n * sizeof(double));
    return x;
}

/* Where the answer of call_minimize() goes, for n parameters and m constraints; n_trace: iterations that
 * are traced at most. */
SEXP call_new_minimum(SEXP n, SEXP m, SEXP n_trace)
{
    const R_xlen_t size = (R_xlen_t)Rf_asReal(n), n_constraints = (R_xlen_t)Rf_asReal(m);
    SEXP answer = PROTECT(Rf_mkNamed(VECSXP, (const char **)answer_names));
    SET_VECTOR_ELT(answer, PAR, Rf_allocVector(REALSXP, size));
    SET_VECTOR_ELT(answer, VALUE, Rf_ScalarReal(NA_REAL));
    SET_VECTOR_ELT(answer, GRADIENT, Rf_allocVector(REALSXP, size));
    SET_VECTOR_ELT(answer, STATUS, Rf_mkString(""));
    SET_VECTOR_ELT(answer, MESSAGE, Rf_mkString(""));
    SET_VECTOR_ELT(answer, ITERATIONS, Rf_ScalarReal(0));
    SET_VECTOR_ELT(answer, COUNTS, named_numbers(N_COUNTS, count_names));
    if (Rf_asInteger(n_trace) > 0) SET_VECTOR_ELT(answer, TRACE, new_trace(Rf_asInteger(n_trace)));
    SET_VECTOR_ELT(answer, STATIONARITY, Rf_ScalarReal(NA_REAL));
    SET_VECTOR_ELT(answer, CONSTRAINTS, zeros(n_constraints));
    SET_VECTOR_ELT(answer, MULTIPLIERS, zeros(n_constraints));
    SET_VECTOR_ELT(answer, BOUND_MULTIPLIERS, zeros(size));
    SET_VECTOR_ELT(answer, CONDITIONS, zeros(N_CONDITIONS));
    UNPROTECT(1);
    return answer;
}

static void progress_numbers(const gt_progress *p, double *to, R_xlen_t stride)
{
    const double v[N_PROGRESS] = {(double)p->iteration, (double)p->evaluations, p->value,
                                  p->gradient_size,     p->scaled_gradient,     p->step_length,
                                  p->step_size,         p->improvement,         p->violation,
                                  p->complementarity};
    for (int k = 0; k < N_PROGRESS; k++) to[k * stride] = v[k];
}

/* ---- the run ---- */

typedef struct {
    gt_solver solver;
    gt_reduced reduced;
    SEXP progress; /* an R function of an iteration and its point, or NULL */
    SEXP keeper;   /* an R function of an iteration, its point and the run as bytes, or NULL */
    SEXP saved; /* these bytes, the same vector each time; NULL where the method cannot be saved */
    SEXP answer;
} minimization;

static bool watch(void *host, const gt_progress *now)
{
    minimization *m = host;
    R_CheckUserInterrupt();
    R_xlen_t row = (R_xlen_t)now->iteration;
    SEXP trace = VECTOR_ELT(m->answer, TRACE);
    if (trace != R_NilValue && row < Rf_nrows(trace))
        progress_numbers(now, REAL(trace) + row, Rf_nrows(trace));
    if (m->progress == R_NilValue && m->keeper == R_NilValue) return false;
    SEXP numbers = PROTECT(named_numbers(N_PROGRESS, progress_names));
    SEXP point = PROTECT(Rf_allocVector(REALSXP, XLENGTH(VECTOR_ELT(m->answer, PAR))));
    progress_numbers(now, REAL(numbers), 1);
    gt_reduced_to_x(&m->reduced, m->solver.x, REAL(point));
    if (m->keeper != R_NilValue) {
        if (m->saved != R_NilValue) gt_solver_save(&m->solver, RAW(m->saved));
        Rf_eval(PROTECT(Rf_lang4(m->keeper, numbers, point, m->saved)), R_GlobalEnv);
        UNPROTECT(1);
    }
    bool stop = false;
    if (m->progress != R_NilValue) {
        SEXP call = PROTECT(Rf_lang3(m->progress, numbers, point));
        SEXP told = PROTECT(Rf_eval(call, R_GlobalEnv));
        stop = TYPEOF(told) == LGLSXP && XLENGTH(told) == 1 && LOGICAL(told)[0] == TRUE;
        UNPROTECT(2);
    }
    UNPROTECT(2);
    return stop;
}

static void write_counts(const gt_counts *c, double *to)
{
    const int64_t counts[N_COUNTS] = {c->value,
                                      c->gradient,
                                      c->hessian_vector,
                                      c->hessian,
                                      c->residuals,
                                      c->residual_jacobian,
                                      c->undefined,
                                      c->constraints,
                                      c->constraint_jacobian,
                                      c->lagrangian_hessian};
    for (int k = 0; k < N_COUNTS; k++) to[k] = (double)counts[k];
}

static void write_multipliers(minimization *m, bool is_best)
{
    const gt_solver *s = &m->solver;
    const gt_reduced *r = &m->reduced;
    double *c = REAL(VECTOR_ELT(m->answer, CONSTRAINTS));
    gt_reduced_constraints_to_x(r, is_best ? s->best_constraints : s->constraints, c);
    gt_reduced_multipliers_to_x(r, is_best ? s->best_multipliers : s->multipliers,
                                REAL(VECTOR_ELT(m->answer, MULTIPLIERS)));
    gt_reduced_gradient_to_x(r, is_best ? s->best_bound_multipliers : s->bound_multipliers,
                             REAL(VECTOR_ELT(m->answer, BOUND_MULTIPLIERS)));
}

/* Stationarity, feasibility and complementarity, as they are, then scaled. */
static void write_conditions(const gt_progress *p, double *to)
{
    const double v[N_CONDITIONS] = {p->gradient_size,    p->violation,
                                    p->complementarity,  p->scaled_gradient,
                                    p->scaled_violation, p->scaled_complementarity};
    memcpy(to, v, sizeof v);
}

/* The best point so far. Allocates nothing: it is called also when the run is left. */
static void write_answer(minimization *m)
{
    const gt_solver *s = &m->solver;
    const gt_problem *inner = m->reduced.inner;
    const bool is_best = gt_solver_was_better(s);
    const void *x = is_best ? s->best_x : s->x,
               *gradient = is_best ? s->best_gradient : s->gradient;
    const double value = is_best ? s->best_value : s->value;
    double *par = REAL(VECTOR_ELT(m->answer, PAR)), size;
    gt_reduced_to_x(&m->reduced, x, par);
    gt_reduced_gradient_to_x(&m->reduced, gradient, REAL(VECTOR_ELT(m->answer, GRADIENT)));
    REAL(VECTOR_ELT(m->answer, VALUE))[0] = m->reduced.sign * value;
    REAL(VECTOR_ELT(m->answer, ITERATIONS))[0] = (double)s->now.iteration;
    if (gt_solver_is_constrained(s)) {
        write_multipliers(m, is_best);
        write_conditions(is_best ? &s->best_now : &s->now, REAL(VECTOR_ELT(m->answer, CONDITIONS)));
    }
    gt_counts counts = s->problem->count;
    counts.hessian = inner->count.hessian; /* one is asked for twice where it is kept */
    write_counts(&counts, REAL(VECTOR_ELT(m->answer, COUNTS)));
    const double stationarity = gt_solver_is_constrained(s)
                                    ? s->now.scaled_gradient
                                    : gt_scaled_gradient(s->problem, x, gradient, value, &size);
    REAL(VECTOR_ELT(m->answer, STATIONARITY))[0] = isnan(stationarity) ? NA_REAL : stationarity;
    if (inner->last_hessian &&
        memcmp(par, inner->last_hessian_x, (size_t)inner->space.n * sizeof *par))
        SET_VECTOR_ELT(m->answer, HESSIAN, R_NilValue);
}

static SEXP run(void *data)
{
    minimization *m = data;
    if (gt_solver_is_constrained(&m->solver))
        gt_reduced_scale_constraints(&m->reduced, m->solver.x, m->solver.constraints,
                                     m->solver.jacobian);
    gt_status status = gt_minimize(&m->solver);
    const char *unfit = status == GT_STATUS_UNFIT ? gt_solver_unfit(&m->solver) : NULL;
    SET_VECTOR_ELT(m->answer, STATUS, Rf_mkString(gt_status_word(status)));
    SET_VECTOR_ELT(m->answer, MESSAGE, Rf_mkString(unfit ? unfit : gt_status_text(status)));
    return R_NilValue;
}

static void end(void *data, Rboolean jump)
{
    (void)jump;
    write_answer(data);
}

/* n numbers under a name, or NULL. */
static const double *numbers_of(SEXP list, const char *name, int64_t n)
{
    SEXP x = list_element(list, name);
    if (x == R_NilValue) return NULL;
    if (TYPEOF(x) != REALSXP || XLENGTH(x) != n)
        r_stop(ERROR_ARGUMENT, "`%s` must be %lld numbers", name, (long long)n);
    return REAL(x);
}

/* Positions of elements among n, counted from 0. */
static const int64_t *positions(SEXP at, int64_t n)
{
    int64_t *index = (int64_t *)R_alloc((size_t)XLENGTH(at) + 1, sizeof *index);
    for (R_xlen_t k = 0; k < XLENGTH(at); k++) {
        index[k] = TYPEOF(at) == INTSXP ? INTEGER(at)[k] - 1 : -1;
        if (index[k] < 0 || index[k] >= n || (k && index[k] <= index[k - 1]))
            r_stop(ERROR_ARGUMENT, "positions must be rising whole numbers up to %lld",
                   (long long)n);
    }
    return index;
}

/* The positions of the free elements, or NULL for all. */
static const int64_t *free_elements(SEXP space, int64_t n, int64_t *n_free)
{
    SEXP at = list_element(space, "free");
    *n_free = at == R_NilValue ? n : XLENGTH(at);
    return at == R_NilValue ? NULL : positions(at, n);
}

/* The last Hessian is kept, in the answer, for a method that computes them anyway. */
static void keep_last_hessian(gt_problem *p, SEXP answer)
{
    const int64_t n = p->space.n;
    if (!p->hessian || p->hessian_pattern.column_start) return;
    SET_VECTOR_ELT(answer, HESSIAN, Rf_allocMatrix(REALSXP, (int)n, (int)n));
    p->last_hessian = REAL(VECTOR_ELT(answer, HESSIAN));
    p->last_hessian_x = (double *)R_alloc((size_t)n + 1, sizeof(double));
    for (int64_t k = 0; k < n; k++) p->last_hessian_x[k] = NA_REAL;
}

/* The scale of the free elements: as R gives it or, for "auto", their typical sizes. */
static const double *scale_at(SEXP scale, gt_problem *p, int64_t n_free, const int64_t *index,
                              const double *x, SEXP answer)
{
    const int64_t n = p->space.n;
    if (TYPEOF(scale) == STRSXP) {
        double *h = p->last_hessian ? (double *)R_alloc((size_t)(n * n) + 1, sizeof *h) : NULL;
        if (h) gt_hessian(p, x, h);
        scale = PROTECT(Rf_allocVector(REALSXP, n_free));
        if (gt_typical_sizes(n_free, index, x, n, h, REAL(scale)))
            SET_VECTOR_ELT(answer, SCALE, scale);
        UNPROTECT(1);
    } else if (scale != R_NilValue) {
        if (TYPEOF(scale) != REALSXP || XLENGTH(scale) != n_free)
            r_stop(ERROR_ARGUMENT, "`scale` must be %lld numbers", (long long)n_free);
        SET_VECTOR_ELT(answer, SCALE, scale);
    }
    scale = VECTOR_ELT(answer, SCALE);
    return scale == R_NilValue ? NULL : REAL(scale);
}

/* Where a run is saved; NULL where nobody keeps it or it cannot be. */
static SEXP bytes_of_run(const minimization *m)
{
    size_t bytes = m->keeper == R_NilValue ? 0 : gt_solver_saved_bytes(&m->solver);
    if (!bytes) return R_NilValue;
    SEXP saved = Rf_allocVector(RAWSXP, (R_xlen_t)bytes);
    memset(RAW(saved), 0, bytes);
    return saved;
}

/* ---- the problem: of a tape, of a tape with constraints, or of R functions ---- */

typedef struct {
    gt_tape_objective tape;
    gt_constrained_tape constrained;
    gt_closure_objective closure;
} any_problem;

static bool is_constrained_tape(SEXP problem)
{
    return LENGTH(problem) == 2 && TYPEOF(VECTOR_ELT(problem, 1)) == VECSXP;
}

/* The functions among which n_residuals and n_constraints stand. */
static SEXP functions_of(SEXP problem)
{
    bool is_tape = Rf_getAttrib(problem, R_NamesSymbol) == R_NilValue;
    return is_tape && is_constrained_tape(problem) ? VECTOR_ELT(problem, 1) : problem;
}

static R_xlen_t count_of(SEXP functions, const char *name)
{
    SEXP count = list_element(functions, name);
    return count == R_NilValue ? 0 : (R_xlen_t)Rf_asReal(count);
}

/* What the problem works with; protected by whoever calls. */
static SEXP room_for(SEXP problem, int64_t n)
{
    SEXP room = PROTECT(Rf_allocVector(VECSXP, 4));
    const R_xlen_t rows = count_of(functions_of(problem), "n_residuals");
    SET_VECTOR_ELT(room, 0, Rf_allocVector(VECSXP, TAPE_OBJECTIVE_KEEPS));
    SET_VECTOR_ELT(room, 1, Rf_allocVector(VECSXP, CONSTRAINED_TAPE_KEEPS));
    SET_VECTOR_ELT(room, 2, Rf_allocVector(REALSXP, (R_xlen_t)n + 1));
    SET_VECTOR_ELT(room, 3, Rf_allocVector(REALSXP, rows * ((R_xlen_t)n + 1)));
    UNPROTECT(1);
    return room;
}

/* sparse: R functions of a library for sparse systems, or NULL: matrices are dense. */
static gt_problem *open_problem(any_problem *p, SEXP problem, int64_t n, SEXP room, SEXP sparse)
{
    gt_closure_objective closure = {.both = VECTOR_ELT(room, 2), .residuals = VECTOR_ELT(room, 3)};
    if (Rf_getAttrib(problem, R_NamesSymbol) != R_NilValue) {
        p->closure = closure;
        gt_closure_objective_init(&p->closure, n, problem);
        return &p->closure.base;
    }
    if (is_constrained_tape(problem)) {
        p->constrained = (gt_constrained_tape){.by_r = closure, .kept = VECTOR_ELT(room, 1)};
        gt_constrained_tape_init(&p->constrained, n, problem);
        if (sparse != R_NilValue) gt_constrained_tape_make_sparse(&p->constrained);
        return &p->constrained.base;
    }
    p->tape = (gt_tape_objective){.kept = VECTOR_ELT(room, 0)};
    gt_tape_objective_init(&p->tape, (gt_space){false, n}, problem);
    if (sparse != R_NilValue) gt_tape_objective_make_sparse(&p->tape);
    return &p->tape.base;
}

/* Minimises from x, whose answer goes into `answer`. problem: what the tape's R object gives for it, an
 * unnamed list (see gt_tape_objective_init() and gt_constrained_tape_init()), or a named list of R
 * functions. space: a list of what there is of lower, upper, free (positions), scale (of the free ones,
 * or "auto"), maximize, constraint_lower, constraint_upper, sparse (functions of sparse_ldl() in R), keeper (of
 * R/minimize_checkpoint.R), resume (bytes that it was given). */
SEXP call_minimize(SEXP method, SEXP x, SEXP problem, SEXP space, SEXP options, SEXP progress,
                   SEXP answer)
{
    const void *vmax = vmaxget();
    const int64_t n = XLENGTH(x);
    if (TYPEOF(answer) != VECSXP || LENGTH(answer) != N_ANSWERS ||
        XLENGTH(VECTOR_ELT(answer, PAR)) != n)
        r_stop(ERROR_ARGUMENT, "`answer` is none of call_new_minimum()");
    any_problem any;
    SEXP sparse = list_element(space, "sparse");
    gt_r_sparse_ldl ldl;
    gt_problem *inner = open_problem(&any, problem, n, PROTECT(room_for(problem, n)), sparse);
    if (sparse != R_NilValue) {
        gt_r_sparse_ldl_init(&ldl, sparse);
        inner->sparse_ldl = &ldl.base;
    }
    inner->lower = numbers_of(space, "lower", n);
    inner->upper = numbers_of(space, "upper", n);
    inner->constraint_lower = numbers_of(space, "constraint_lower", inner->n_constraints);
    inner->constraint_upper = numbers_of(space, "constraint_upper", inner->n_constraints);
    if (XLENGTH(VECTOR_ELT(answer, MULTIPLIERS)) != inner->n_constraints ||
        (inner->n_constraints && !(inner->constraint_lower && inner->constraint_upper)))
        r_stop(ERROR_ARGUMENT, "`answer` and `space` are of other constraints");

    int64_t n_free;
    const int64_t *index = free_elements(space, n, &n_free);
    const gt_method *row = method_argument(method);
    if ((row->needs | row->takes) & GT_PART_HESSIAN) keep_last_hessian(inner, answer);
    else inner->hessian = NULL; /* of many parameters there is no room for one */
    if (n) memcpy(REAL(VECTOR_ELT(answer, PAR)), REAL(x), (size_t)n * sizeof(double));
    const double *scale =
        scale_at(list_element(space, "scale"), inner, n_free, index, REAL(x), answer);
    SEXP maximize = list_element(space, "maximize");
    minimization m = {
        .progress = progress, .keeper = list_element(space, "keeper"), .answer = answer};
    gt_reduced_init(&m.reduced, inner, n_free, index, scale,
                    maximize != R_NilValue && Rf_asLogical(maximize) == TRUE, REAL(x),
                    (double *)R_alloc(gt_reduced_numbers(inner, n_free), sizeof(double)));
    m.solver = solver_argument(method, &m.reduced.base, options);
    const gt_option_table *tables[] = {m.solver.method->options, &gt_stopping_table,
                                       &gt_convergence_table};
    const char *unknown = unknown_option(tables, 3, options);
    if (unknown) r_error("abort_unknown_setting", method, Rf_mkString(unknown));
    m.solver.keep_best = true;
    m.solver.host = &m;
    m.solver.watch = watch;
    gt_solver_place(&m.solver, R_alloc(gt_solver_bytes(&m.solver), 1));
    gt_reduced_to_y(&m.reduced, REAL(x), m.solver.x);
    m.solver.value = NA_REAL;
    for (int64_t k = 0; k < n_free; k++) ((double *)m.solver.gradient)[k] = NA_REAL;
    m.saved = PROTECT(bytes_of_run(&m));
    SEXP resume = list_element(space, "resume");
    if (resume != R_NilValue) {
        if (TYPEOF(resume) != RAWSXP ||
            !gt_solver_load(&m.solver, RAW(resume), (size_t)XLENGTH(resume)))
            r_error("abort_damaged", PROTECT(Rf_mkString("run")),
                    PROTECT(Rf_mkString("it has another form")));
        inner->count = m.solver.problem->count;
    }
    R_UnwindProtect(run, &m, end, &m, NULL);
    vmaxset(vmax);
    UNPROTECT(2);
    return R_NilValue;
}

/* The typical sizes of the elements `free` of x, in doubles, as scale; NULL where none is needed.
 * hessian: at x, or NULL. */
SEXP call_typical_sizes(SEXP x, SEXP hessian, SEXP free)
{
    const void *vmax = vmaxget();
    const R_xlen_t n = XLENGTH(x), n_free = XLENGTH(free);
    const bool is_known = TYPEOF(hessian) == REALSXP && XLENGTH(hessian) == n * n;
    SEXP sizes = PROTECT(Rf_allocVector(REALSXP, n_free));
    bool needed = gt_typical_sizes(n_free, positions(free, n), REAL(x), n,
                                   is_known ? REAL(hessian) : NULL, REAL(sizes));
    vmaxset(vmax);
    UNPROTECT(1);
    return needed ? sizes : R_NilValue;
}

/* Is the part of a Hessian at the positions `at` positive definite, or negative definite at a maximum? */
SEXP call_is_definite(SEXP hessian, SEXP at, SEXP maximize)
{
    const void *vmax = vmaxget();
    const int n = LENGTH(at), rows = Rf_nrows(hessian);
    const double sign = Rf_asLogical(maximize) == TRUE ? -1 : 1;
    const int64_t *index = positions(at, rows);
    double *a = (double *)R_alloc((size_t)n * (size_t)n + 1, sizeof *a);
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            a[i + (R_xlen_t)j * n] = sign * REAL(hessian)[index[i] + index[j] * rows];
    int info = 1;
    if (n && gt_all_finite((gt_space){false, (int64_t)n * n}, a))
        F77_CALL(dpotrf)("L", &n, a, &n, &info FCONE);
    vmaxset(vmax);
    return Rf_ScalarLogical(info == 0);
}
