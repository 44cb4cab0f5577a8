/* R functions of a plain vector as what a solver minimises: the user's own derivatives, or what runs
 * eagerly. They answer with plain numbers, checked in R (R/minimize_problem.R); NaN where the
 * function is not defined.                                                        */
#include "bridge/closure_objective.h"
#include "bridge/arguments.h"
#include "bridge/entries.h"
#include "eager/errors.h"

#include <math.h>
#include <string.h>

static SEXP as_vector(int64_t n, const double *x)
{
    SEXP v = Rf_allocVector(REALSXP, (R_xlen_t)n);
    if (n) memcpy(REAL(v), x, (size_t)n * sizeof *x);
    return v;
}

/* n numbers of f(x) or, with v, f(x, v), to where they go. */
static void ask_with(gt_closure_objective *o, const char *name, const double *x, SEXP v, int64_t n,
                     double *to)
{
    R_CheckUserInterrupt();
    SEXP f = list_element(o->functions, name);
    SEXP point = PROTECT(as_vector(o->base.space.n, x));
    SEXP call = PROTECT(v != R_NilValue ? Rf_lang3(f, point, v) : Rf_lang2(f, point));
    SEXP answer = PROTECT(Rf_eval(call, R_GlobalEnv));
    if (TYPEOF(answer) != REALSXP || XLENGTH(answer) != n)
        r_stop(ERROR_ARGUMENT, "the function `%s` of the problem gives no %lld numbers", name,
               (long long)n);
    if (n) memcpy(to, REAL(answer), (size_t)n * sizeof *to);
    UNPROTECT(3);
}

static void ask(gt_closure_objective *o, const char *name, const double *x, int64_t n, double *to)
{
    ask_with(o, name, x, R_NilValue, n, to);
}

static void value_by_closure(gt_problem *self, const void *x, double *value)
{
    ask((gt_closure_objective *)self, "value", x, 1, value);
}

/* The gradient is not asked for where there is no value. */
static void value_and_gradient_by_closure(gt_problem *self, const void *x, double *value,
                                          void *gradient)
{
    gt_closure_objective *o = (gt_closure_objective *)self;
    const int64_t n = self->space.n;
    if (list_element(o->functions, "both") != R_NilValue) {
        double *both = REAL(o->both);
        ask(o, "both", x, n + 1, both);
        *value = both[0];
        if (n) memcpy(gradient, both + 1, (size_t)n * sizeof *both);
        return;
    }
    ask(o, "value", x, 1, value);
    double *to = gradient;
    if (R_FINITE(*value)) ask(o, "gradient", x, n, to);
    else
        for (int64_t i = 0; i < n; i++) to[i] = NA_REAL;
}

static void multiply_by_closure(gt_problem *self, const void *x, const void *v, void *product)
{
    SEXP vector = PROTECT(as_vector(self->space.n, v));
    ask_with((gt_closure_objective *)self, "multiply", x, vector, self->space.n, product);
    UNPROTECT(1);
}

static void hessian_by_closure(gt_problem *self, const void *x, double *entries)
{
    ask((gt_closure_objective *)self, "hessian", x, self->space.n * self->space.n, entries);
}

static void residuals_by_closure(gt_problem *self, const void *x, double *residuals)
{
    ask((gt_closure_objective *)self, "residuals", x, self->n_residuals, residuals);
}

static void jacobian_by_closure(gt_problem *self, const void *x, double *entries)
{
    ask((gt_closure_objective *)self, "jacobian", x, self->n_residuals * self->space.n, entries);
}

static void constraints_by_closure(gt_problem *self, const void *x, double *constraints)
{
    ask((gt_closure_objective *)self, "constraints", x, self->n_constraints, constraints);
}

static void constraint_jacobian_by_closure(gt_problem *self, const void *x, double *entries)
{
    ask((gt_closure_objective *)self, "constraint_jacobian", x, self->n_constraints * self->space.n,
        entries);
}

static void lagrangian_by_closure(gt_problem *self, const void *x, double weight,
                                  const double *multipliers, double *entries)
{
    SEXP weights = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)self->n_constraints + 1));
    REAL(weights)[0] = weight;
    memcpy(REAL(weights) + 1, multipliers, (size_t)self->n_constraints * sizeof *multipliers);
    ask_with((gt_closure_objective *)self, "lagrangian", x, weights, self->space.n * self->space.n,
             entries);
    UNPROTECT(1);
}

/* Value and gradient by the residuals: half the sum of their losses. */
static void value_by_residuals(gt_problem *self, const void *x, double *value)
{
    gt_closure_objective *o = (gt_closure_objective *)self;
    double *r = REAL(o->residuals);
    residuals_by_closure(self, x, r);
    gt_space all = {false, self->n_residuals};
    *value = gt_all_finite(all, r) ? gt_loss_value(&self->loss, self->n_residuals, r) : NA_REAL;
}

static void value_and_gradient_by_residuals(gt_problem *self, const void *x, double *value,
                                            void *gradient)
{
    gt_closure_objective *o = (gt_closure_objective *)self;
    const int64_t m = self->n_residuals;
    double *r = REAL(o->residuals), *jacobian = r + m, *g = gradient;
    value_by_residuals(self, x, value);
    if (isnan(*value)) {
        for (int64_t j = 0; j < self->space.n; j++) g[j] = NA_REAL;
        return;
    }
    jacobian_by_closure(self, x, jacobian);
    for (int64_t j = 0; j < self->space.n; j++) {
        g[j] = 0;
        for (int64_t i = 0; i < m; i++) {
            double of_residual, of_row;
            gt_loss_factors(&self->loss, r[i], &of_residual, &of_row);
            g[j] += of_residual * of_row * r[i] * jacobian[i + j * m];
        }
    }
}

static bool has(const gt_closure_objective *o, const char *name)
{
    return list_element(o->functions, name) != R_NilValue;
}

/* Squares and 1 by default. */
static gt_loss loss_argument(SEXP name, SEXP scale)
{
    gt_loss loss = {.scale = scale == R_NilValue ? 1 : Rf_asReal(scale)};
    if (TYPEOF(name) == STRSXP) loss.kind = gt_loss_find(CHAR(STRING_ELT(name, 0)));
    if (loss.kind == GT_N_LOSSES) r_stop(ERROR_ARGUMENT, "there is no such loss");
    return loss;
}

/* Of residuals: list(value, the sum of losses; weights, those of iteratively reweighted least squares). */
SEXP call_losses(SEXP residuals, SEXP name, SEXP scale)
{
    const gt_loss loss = loss_argument(name, scale);
    const R_xlen_t m = XLENGTH(residuals);
    const char *names[] = {"value", "weights", ""};
    SEXP answer = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(answer, 0, Rf_ScalarReal(2 * gt_loss_value(&loss, m, REAL(residuals))));
    SET_VECTOR_ELT(answer, 1, Rf_allocVector(REALSXP, m));
    double *weight = REAL(VECTOR_ELT(answer, 1));
    for (R_xlen_t i = 0; i < m; i++) weight[i] = gt_loss_weight(&loss, REAL(residuals)[i]);
    UNPROTECT(1);
    return answer;
}

static void take_constraints(gt_closure_objective *o, SEXP count)
{
    gt_problem *p = &o->base;
    if (count == R_NilValue) return;
    p->n_constraints = (int64_t)Rf_asReal(count);
    p->constraint_pattern = (gt_pattern){.n_rows = p->n_constraints, .n_columns = p->space.n};
    p->lagrangian_pattern = p->hessian_pattern;
    if (has(o, "constraints")) p->constraints = constraints_by_closure;
    if (has(o, "constraint_jacobian")) p->constraint_jacobian = constraint_jacobian_by_closure;
    if (has(o, "lagrangian")) p->lagrangian_hessian = lagrangian_by_closure;
}

void gt_closure_objective_init(gt_closure_objective *o, int64_t n, SEXP functions)
{
    gt_problem *p = &o->base;
    o->functions = functions;
    *p = (gt_problem){.space = {false, n}, .hessian_pattern = {.n_rows = n, .n_columns = n}};
    if (has(o, "value")) p->value = value_by_closure;
    if (has(o, "both") || (has(o, "value") && has(o, "gradient")))
        p->value_and_gradient = value_and_gradient_by_closure;
    if (has(o, "multiply")) p->hessian_vector = multiply_by_closure;
    if (has(o, "hessian")) p->hessian = hessian_by_closure;
    take_constraints(o, list_element(functions, "n_constraints"));
    SEXP count = list_element(functions, "n_residuals");
    if (count == R_NilValue) return;
    p->n_residuals = (int64_t)Rf_asReal(count);
    p->residual_pattern = (gt_pattern){.n_rows = p->n_residuals, .n_columns = n};
    if (has(o, "residuals")) p->residuals = residuals_by_closure;
    if (has(o, "jacobian")) p->residual_jacobian = jacobian_by_closure;
    p->loss = loss_argument(list_element(functions, "loss"), list_element(functions, "loss_scale"));
    if (p->value || !p->residuals || !p->residual_jacobian) return;
    p->value = value_by_residuals;
    p->value_and_gradient = value_and_gradient_by_residuals;
}
