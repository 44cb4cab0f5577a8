# Nonlinear least squares: residuals and their exact Jacobian.

#' Nonlinear least squares
#'
#' Minimizes the sum of squared residuals, or of a robust loss of them, by the Levenberg-Marquardt method on
#' their exact Jacobian, which comes from a [tape()]. Parameters may have bounds.
#'
#' The model is a function of the parameters that returns a vector of residuals, or a formula as [nls()] takes
#' it: names in `start` are parameters, others are looked up in `data` and then where the formula was written.
#'
#' The robust losses, with \eqn{z = (r/c)^2} and the scale \eqn{c} = `loss_scale`, are \eqn{c^2\rho(z)}: `"huber"`
#' (\eqn{z} up to 1, then \eqn{2\sqrt z - 1}), `"soft_l1"` (\eqn{2(\sqrt{1 + z} - 1)}) and `"cauchy"` (\eqn{\log(1 +
#' z)}).
#'
#' `vcov()` is \eqn{\hat\sigma^2 (J'J)^{-1}} with the residual variance on `n - p` degrees of freedom, `confint()` uses
#' quantiles of the t distribution; parameters that are held or at a bound are left out. For a robust loss these are
#' those of the weighted problem at the solution, and approximate.
#'
#' @param residuals A function whose first argument is the parameters, in the form of `par`, and which returns a
#'   vector; or a formula `response ~ expression`.
#' @param par,start Where to start: a numeric vector, or a named list. For a formula, the names are the parameters.
#' @param data A list, data frame or environment with the formula's variables.
#' @param ... Further arguments of `residuals`.
#' @param lower,upper,fixed As for [minimize()].
#' @param weights Numbers of at least 0, one for each residual: squares are multiplied by them.
#' @param loss `"squares"`, `"huber"`, `"soft_l1"` or `"cauchy"`.
#' @param loss_scale The size of residuals from which a robust loss counts them less; above 0.
#' @param control See [minimize_control()]; `tol_gradient` is not used: a run has converged when the part of the
#'   residuals that a linear model could still explain is at most 1e-8 of them (option `tol_offset`; Bates and
#'   Watts 1981).
#' @return An object of the classes `least_squares` and `minimum`: as for [minimize()], `value` being the sum of the
#'   losses, and in addition `residuals`, `fitted` (for a formula), `jacobian` and `sigma`, the residual standard error.
#'   Methods: [summary()], [coef()], [vcov()], [confint()], [residuals()], [fitted()], [predict()] (for a formula),
#'   [deviance()], [df.residual()], [sigma()], [logLik()], [nobs()].
#' @section Errors: as [minimize()]; a formula without a response, a variable that is not found, weights that
#'   do not fit.
#' @references
#' Moré (1978), The Levenberg-Marquardt algorithm: implementation and theory, *Lecture Notes in Mathematics*
#' 630, 105-116.
#' Transtrum and Sethna (2012), Improvements to the Levenberg-Marquardt algorithm for nonlinear least-squares
#' minimization, arXiv:1201.5885 (the correction of steps along curved valleys).
#' Bates and Watts (1981), A relative offset orthogonality convergence criterion for nonlinear least squares,
#' *Technometrics* 23, 179-183.
#' Triggs, McLauchlan, Hartley and Fitzgibbon (2000), Bundle adjustment: a modern synthesis, section 4.3.
#' @examples
#' fit <- least_squares(rate ~ Vm * conc / (K + conc), subset(Puromycin, state == "treated"),
#'                      start = list(Vm = 160, K = 0.05))
#' summary(fit)
#' predict(fit, data.frame(conc = 0.5))
#'
#' rosenbrock <- function(x) c(1 - x[1], 10 * (x[2] - x[1]^2))
#' least_squares(rosenbrock, c(-1.2, 1), upper = c(0.5, Inf))
#' @export
least_squares <- function(residuals, ...) UseMethod("least_squares")

#' @rdname least_squares
#' @export
least_squares.default <- function(residuals, par, ..., lower = -Inf, upper = Inf, weights = NULL, fixed = NULL,
                                  loss = "squares", loss_scale = 1, control = minimize_control()) {
  check_function(residuals, "residuals", " of the parameters, or a formula")
  if (missing(par)) abort("{.arg par} is missing: where to start.")
  fit_residuals(residuals, par, function_name(substitute(residuals)), list(...), lower, upper, weights, fixed,
                       loss, loss_scale, control, match.call())
}

#' @rdname least_squares
#' @export
least_squares.formula <- function(residuals, data = list(), start, ..., lower = -Inf, upper = Inf, weights = NULL,
                                  fixed = NULL, loss = "squares", loss_scale = 1, control = minimize_control()) {
  if (...length()) abort("With a formula there are no further arguments; {.arg {names(list(...))[1]}} was given.")
  if (missing(start)) abort("{.arg start} is missing: a named list of the parameters, where to start.")
  model <- formula_model(residuals, data, start)
  fit <- fit_residuals(model$residuals, start, "residuals", list(), lower, upper, weights, fixed, loss, loss_scale,
                       control, match.call())
  fit$model <- model
  fit$fitted <- model$response - model$residuals(fit$par)
  fit
}

# ---- the formula ----

# response, expression (a function of the parameters and of data), residuals (of the parameters).
formula_model <- function(formula, data, start) {
  if (length(formula) != 3) abort("The formula must have a response: {.code y ~ expression}.")
  if (!is.list(start) && !is.numeric(start) || is.null(names(start)) || any(names(start) == "")) {
    abort("{.arg start} must be a named list or vector, whose names are the parameters in the formula.")
  }
  home <- environment(formula) %||% globalenv()
  variables <- if (is.environment(data)) data else list2env(as.list(data), parent = home)
  absent <- Filter(function(name) !name %in% names(start) && !exists(name, variables), all.vars(formula))
  if (length(absent)) abort("{.val {absent[1]}} is neither a parameter in {.arg start} nor a variable in {.arg data}.")
  unused <- setdiff(names(start), all.vars(formula[[3]]))
  if (length(unused)) abort("{.arg start} has {.val {unused[1]}}, which the formula does not use.")
  response <- eval(formula[[2]], variables)
  picks <- sapply(names(start), function(name) call("[[", quote(parameters), name), simplify = FALSE)
  of_parameters <- do.call(substitute, list(formula[[3]], picks))
  in_data <- function(body, where) as.function(list(parameters = quote(expr = ), body), envir = where)
  list(response = response, formula = formula, variables = variables,
       residuals = in_data(call("-", formula[[2]], of_parameters), variables),
       expected = function(parameters, newdata) {
         where <- if (is.null(newdata)) variables else list2env(as.list(newdata), parent = home)
         in_data(of_parameters, where)(parameters)
       })
}

# ---- the fit ----

fit_residuals <- function(residuals, par, called, arguments, lower, upper, weights, fixed, loss, loss_scale, control,
                          call) {
  started <- proc.time()[["elapsed"]]
  control <- check_control(control)
  check_no_checkpoint(control, "{.fn least_squares}")
  if (control$maximize) abort("{.arg maximize} has no meaning for least squares.")
  check_choice(loss, "loss", c("squares", "huber", "soft_l1", "cauchy"))
  check_number(loss_scale, "loss_scale", above = 0)
  start <- flat_start(par)
  tp <- residual_tape(residuals, par, called, arguments)
  task <- residual_task(start$shape, start$x, tp, weights, loss, loss_scale)
  task <- within_space(task, lower, upper, fixed)
  check_residuals_at_start(task)
  run <- run_method(task, "levenberg-marquardt", control, task$x)
  run$saddles <- 0
  fit <- new_minimum(task, list(name = "levenberg-marquardt", why = "least squares"), control, run, started, call)
  fit$value <- 2 * fit$value
  fit$gradient <- 2 * fit$gradient
  fit <- with_residuals(fit, run$par)
  structure(fit, class = c("least_squares", "minimum"))
}

residual_tape <- function(residuals, par, called, arguments) {
  tryCatch(Tape$new(residuals, par, "par", called, FALSE, arguments), gradtape_error = function(e) {
    if (!grepl("must return a tensor", conditionMessage(e), fixed = TRUE)) rethrow(e)
    abort("{.arg residuals} must return numbers that depend on the parameters.")
  })
}

residual_task <- function(shape, x, tp, weights, loss, loss_scale) {
  tape <- tape_private(tp)
  m <- tape$n_out
  if (!is.null(weights)) {
    good <- is.numeric(weights) && length(weights) == m && all(is.finite(weights)) && all(weights >= 0)
    if (!good) abort("{.arg weights} must be {m} numbers of at least 0, one for each residual, not {given(weights)}.")
  }
  root <- if (is.null(weights)) 1 else sqrt(as.double(weights))
  notes <- new.env(parent = emptyenv())
  residuals <- function(x) as.double(tape_fn(tape, x)) * root
  jacobian <- function(x) matrix(tape_jacobian(tape, x), m) * root
  problem <- list(
    residuals = function(x) undefined_where_it_stops(residuals(x), rep(NaN, m), notes),
    jacobian = function(x) as.double(undefined_where_it_stops(jacobian(x), rep(NaN, m * length(x)), notes)),
    n_residuals = m, loss = loss, loss_scale = loss_scale)
  fn <- function(x) losses_of(residuals(x), problem)$value
  gr <- function(x) {
    r <- residuals(x)
    2 * drop(crossprod(jacobian(x), losses_of(r, problem)$weights * r))
  }
  task <- new_task(shape, x, notes, problem, fn, gr, NULL, "tape")
  c(task, list(residuals = residuals, jacobian = jacobian, weights = weights))
}

# A list of value, the sum of losses, and weights, those of iteratively reweighted least squares.
losses_of <- function(residuals, problem) .Call(C_call_losses, residuals, problem$loss, problem$loss_scale)

check_residuals_at_start <- function(task) {
  r <- task$residuals(task$x)
  wrong <- which(!is.finite(r))
  if (length(wrong)) {
    abort("Residual {wrong[1]} is {format(r[wrong[1]])} at the start: begin where the model is defined.",
          "gradtape_numeric_error")
  }
}

with_residuals <- function(fit, x) {
  task <- fit$task
  root <- if (is.null(task$weights)) 1 else sqrt(task$weights)
  weighted <- task$residuals(x)
  fit$residuals <- if (is.null(task$weights)) weighted else ifelse(root > 0, weighted / root, NA_real_)
  names <- task$shape$flat_names
  fit$jacobian <- task$jacobian(x)
  colnames(fit$jacobian) <- parameter_names(task$shape)
  fit$robust <- losses_of(weighted, task$problem)$weights
  used <- if (is.null(task$weights)) length(weighted) else sum(task$weights > 0)
  fit$df.residual <- used - length(interior(task, x))
  fit$sigma <- if (fit$df.residual > 0) sqrt(sum(fit$robust * weighted^2) / fit$df.residual) else NA_real_
  fit
}
