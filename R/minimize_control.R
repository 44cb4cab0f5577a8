# What can be set of a minimization beside the problem itself.

#' Settings of minimize()
#'
#' @param tol_gradient Converged when every element of the gradient, times the larger of its parameter's
#'   size and scale, is at most this times the unit of the value: what the run has brought it down by, at
#'   most the larger of its size and 1, at least a millionth of its size (after Dennis and Schnabel 1983, section 7.2,
#'   who take the larger of size and 1; but a constant added to `fn`, or a small unit, must not end a run early).
#' @param tol_value Ended when twice in a row the value changes by at most this times its size.
#' @param tol_step Ended when no parameter changes by more than this times its size or scale.
#' @param tol_constraint With constraints: converged only where none is violated by more than this. (Constraints with
#'   slopes above 100 at the start are divided so that these are 100; those whose value, sides and slopes are all below
#'   0.01 are multiplied so that the largest is 1. Then 100 times as much in your units is too much as well, unless
#'   slopes are above a million.)
#' @param max_iter,max_eval,max_seconds Limits: iterations, evaluations of the function, seconds.
#' @param maximize If `TRUE`, a maximum is looked for.
#' @param scale The typical size of each parameter, in which steps are measured: `"auto"`, from the Hessian's
#'   diagonal or else the start, where these differ by more than a factor of 100 (and the start's numbers bring the
#'   elements of the gradient nearer to each other); numbers above 0, one or in the form of `par`; or `NULL` for 1.
#' @param line_search For methods that search along a line: `"strong_wolfe"`, `"more_thuente"`,
#'   `"hager_zhang"` or `"backtracking"`; `NULL` for the method's own.
#' @param hessian If `TRUE`, the result holds the Hessian also where it has to be computed for that.
#' @param likelihood Is `fn` a negative log-likelihood (or, with `maximize`, a log-likelihood)? Then the result has
#'   `logLik()`, `vcov()`, `confint()`; see [minimum-inference].
#' @param nobs The number of observations, for `BIC()`; `NULL` where it is not known.
#' @param trace If `TRUE`, the result holds a data frame of iterations; a number: of at most so many.
#' @param path If `TRUE`, the trace also holds the points.
#' @param callback A function of each iteration: it is given a list of `iteration`, `evaluations`, `value`,
#'   `gradient_size` (largest element), `par`; when it returns `TRUE`, the run ends.
#' @param progress Show progress on runs of more than a second?
#' @param check_gradient Compare a given `gr` once with the exact gradient?
#' @param compile If `TRUE`, the function is compiled, see [tape_compile()]: a second or a few, which pay where
#'   it does many operations on single numbers and is evaluated thousands of times.
#' @param checkpoint A file (`.rds`) in which the run is kept as it goes, or `NULL`. Where there is one from a run that
#'   was interrupted or killed, or ended at a limit, the run goes on from there: with the same steps as if it had not
#'   been stopped, but for methods with constraints, which begin anew from the last point. It is written as a whole (a
#'   file beside it takes its place), and removed when the run has converged. It must be of the same function, start,
#'   method and options: another is an error. A trace begins where the run goes on.
#' @param checkpoint_seconds How often it is written: after the first iteration that ends so many seconds after the last
#'   time, and at the end; 0 for each iteration.
#' @param options A named list of the method's own options, such as `list(history_size = 20)`.
#' @return A list of class `minimize_control`.
#' @references Dennis and Schnabel (1983), *Numerical Methods for Unconstrained Optimization and Nonlinear
#'   Equations*.
#' @examples
#' minimize(function(x) sum((x - 1:3)^4), c(0, 0, 0),
#'          control = minimize_control(tol_gradient = 1e-10, trace = TRUE))$trace
#' @export
minimize_control <- function(tol_gradient = 1e-8, tol_value = 1e-15, tol_step = 1e-15, tol_constraint = 1e-8,
                             max_iter = 1000, max_eval = Inf, max_seconds = Inf, maximize = FALSE, scale = "auto",
                             line_search = NULL, hessian = FALSE, likelihood = FALSE, nobs = NULL, trace = FALSE,
                             path = FALSE, callback = NULL, progress = interactive(), check_gradient = TRUE,
                             compile = FALSE, checkpoint = NULL, checkpoint_seconds = 10, options = list()) {
  check_number(tol_gradient, "tol_gradient", min = 0)
  check_number(tol_value, "tol_value", min = 0)
  check_number(tol_step, "tol_step", min = 0)
  check_number(tol_constraint, "tol_constraint", min = 0)
  check_count(max_iter, "max_iter")
  check_number(max_eval, "max_eval", min = 1)
  check_number(max_seconds, "max_seconds", above = 0)
  flags <- c("maximize", "hessian", "likelihood", "path", "progress", "check_gradient", "compile")
  for (flag in flags) check_flag(get(flag), flag)
  if (!is.logical(trace)) check_count(trace, "trace", min = 0) else check_flag(trace, "trace")
  if (!is.null(callback)) check_function(callback, "callback", " of an iteration")
  if (!is.null(nobs)) check_number(nobs, "nobs", above = 0)
  if (!is.null(line_search)) check_string(line_search, "line_search")
  check_checkpoint(checkpoint, checkpoint_seconds)
  if (!is.list(options) || length(options) && is.null(names(options))) {
    abort("{.arg options} must be a named list, not {given(options)}.")
  }
  structure(mget(names(formals())), class = "minimize_control")
}

# The defaults, made once, at load: see .onLoad().
preset <- new.env(parent = emptyenv())
fill_preset_control <- function() preset$control <- check_control(minimize_control())

# As a plain list. One of the user's is taken, and checked, as well.
check_control <- function(control) {
  if (inherits(control, "minimize_control")) return(unclass(control))
  known <- names(formals(minimize_control))
  if (!is.list(control) || length(control) && is.null(names(control))) {
    abort("{.arg control} must be made by {.fn minimize_control}, not {given(control)}.")
  }
  unknown <- setdiff(names(control), known)
  if (length(unknown)) {
    near <- known[which.min(utils::adist(unknown[1], known))]
    abort(c("{.arg control} has an unknown setting, {.val {unknown[1]}}.",
            i = "Did you mean {.arg {near}}? See {.fn minimize_control}."))
  }
  unclass(do.call(minimize_control, control))
}
