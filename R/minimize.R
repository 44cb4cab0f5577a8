# minimize(): from a plain R function to an answer.

#' Minimize a function
#'
#' Finds a minimum of a plain R function, with exact derivatives from its [tape()]. The result says
#' what was found, why the run ended, and whether it can be trusted.
#'
#' `fn` is recorded once, and then the whole minimization runs in C. Where a function cannot be
#' recorded it runs eagerly, with a message; one that cannot be differentiated at all is an error
#' that says why: then give `gr`, or ask for differences by `gr = "numeric"`, or for `method =
#' "nelder-mead"`, which needs no derivative.
#'
#' The methods are, for problems without bounds: `"trust"` (trust region, exact Hessian; Moré and
#' Sorensen 1983), `"newton-cg"` (trust region, Hessian-vector products; Steihaug 1983), `"bfgs"`, `"lbfgs"`
#' (Liu and Nocedal 1989), `"cg"` (Hager and Zhang 2005), `"nelder-mead"` (Gao and Han 2012); with bounds:
#' `"trust-bounds"` (exact Hessian) and `"lbfgsb"` (Byrd, Lu, Nocedal and Zhu 1995); with constraints and bounds:
#' `"ipm"` (interior point; Wächter and Biegler 2006), `"sqp"` (quadratic programs with dense matrices; Nocedal and
#' Wright 2006, chapter 18), `"auglag"` (augmented Lagrangian; Conn, Gould and Toint 1991,
#' Andreani et al. 2008) and `"penalty"` (a quadratic penalty with growing weight, see [penalty_method()]). `"auto"`
#' takes `"ipm"` with constraints, else a
#' method with exact Hessian for up to 200 parameters and a quasi-Newton method for more; the result says
#' which and why. With constraints on up to 20 parameters it runs `"sqp"` as well, from the same start, and keeps what
#' is better: converged or, if both are, lower (`counts` are of both; ask for `"ipm"` to have one run). It does not
#' where a `callback`, the `path` or `options` of a method are asked for.
#'
#' A trial point outside the domain of `fn`, where it gives `NaN` or an infinite value or stops with an error, is
#' stepped back from, and the result says how often. A stationary point where the Hessian has a negative
#' eigenvalue is no minimum: it is left along that direction.
#'
#' The run has converged when every element of the gradient times the size of its parameter is at most
#' `tol_gradient` times what the run has brought the value down by (see [minimize_control()]); when it ends because
#' value or parameters no longer change in their last digits, it counts as converged only if that test is met loosely:
#' within `1e-5` of the larger of the value's size and 1.
#'
#' @section Constraints: `eq(x) = 0` and `ineq_lower <= ineq(x) <= ineq_upper`. `fn`, `eq` and `ineq` are recorded as
#' one function, so that gradients, Jacobian and the Hessian of the Lagrangian are exact and share their work. With
#' \eqn{L = f + \lambda' c + z' x} (\eqn{\lambda} for constraints, \eqn{z} for bounds) the multipliers in the
#' result are those for which the gradient of \eqn{L} is zero: at a minimum at least 0 where an upper side holds the
#' point, at most 0 where a lower one does (at a maximum the other way round), 0 where none does. The optimal value
#' changes by \eqn{-\lambda_i} for each unit by which side \eqn{i} rises; see [constraint_sensitivity()].
#'
#' The run has converged when the gradient of \eqn{L} and the products of multipliers and distances from their sides
#' are small beside value and multipliers, or beside 1 or, where that is less, value and gradient at the start
#' (`tol_gradient`), and no constraint is violated by more than `tol_constraint`. Otherwise the message says
#' whether the constraints cannot be met near the point (`status` `"infeasible"`), the value has no end
#' (`"unbounded"`), or no multipliers fit, as the gradients of the active constraints are dependent
#' (`"degenerate"`). `hessian` is that of \eqn{L}; [summary()] judges it on the constraints' tangent space.
#'
#' @param fn A function whose first argument is a numeric vector or, where `par` is one, a named list, or
#'   matrix; it returns one number. Or a [tape()] of such a function, or a [sharded()] one.
#' @param par Where to start: a numeric vector, matrix, or named list of them. With a tape it may be left out: where
#'   the tape was recorded.
#' @param ... Further arguments of `fn` (and of `gr`, `he`, `eq` and `ineq`).
#' @param method `"auto"`, or one of the methods above.
#' @param lower,upper Bounds: one number, or numbers in the form of `par`; a named vector or list sets those
#'   that it names. A start outside is moved to the nearest bound, with a message.
#' @param eq,ineq Constraints: functions of what `fn` takes, which return a numeric vector (or a matrix of one column or
#'   row, as `A %*% x` does), as long at each point; its names name the constraints. Further arguments are
#'   handed to them where they have an argument of that name. `NULL`: none.
#' @param ineq_lower,ineq_upper What `ineq` may be: one number, or one for each that it returns; infinite where there is
#'   no such side. Equal sides make an equation.
#' @param gr The gradient: a function of what `fn` takes that returns a numeric vector, or
#'   `"numeric"` for central differences. `NULL`: from the tape.
#' @param he The Hessian, a function that returns a matrix. `NULL`: from the tape.
#' @param fixed Names or positions of parameters that keep their start's value.
#' @param shards `NULL`, or how many pieces argument `data` of `fn(par, data, ...)` is cut into, whose sum is minimized
#'   by the workers of [future::plan()]: see [sharded()].
#' @param control See [minimize_control()].
#' @return An object of class `minimum`, which has methods for [print()], [summary()], [coef()], [plot()] and
#'   `as.data.frame()` and, of a likelihood, those at [minimum-inference]. A list of
#'   - `par`: the point, with shape and names of the start,
#'   - `value`, and `gradient` and `hessian` there (flat, with names; the Hessian where it is known or asked for),
#'   - `convergence`: 0 where it converged, 1 where a limit ended it, 2 where it was interrupted, 3 where no
#'     progress was possible though the gradient is not small, and where a problem is infeasible, unbounded or
#'     degenerate, 4 at a saddle point,
#'   - `status`: one word for how the run ended,
#'   - `message`: the same in words, `method` and `why` this method,
#'   - `counts` of evaluations, `iterations`, `time` in seconds, `trace` (a data frame) if asked for,
#'   - with constraints also `multipliers` (a list of `eq`, `ineq` and `bounds`), `constraints` (their values),
#'     `active` (the names of constraints that hold at one of their sides, and of parameters at a bound), and `kkt`:
#'     how far the point is from the conditions of an optimum (stationarity, feasibility, complementarity), unscaled
#'     and scaled: as it is compared with the tolerances.
#' @section Errors: `fn` returns no number; it is not defined at the start; bounds cross; a constraint returns no
#'   numbers, a matrix of several rows and columns, or another number of them at another point; an argument or
#'   option that does not exist.
#' @references
#' Nocedal and Wright (2006), *Numerical Optimization*.
#' Moré and Sorensen (1983), Computing a trust region step, *SIAM J. Sci. Stat. Comput.* 4, 553-572.
#' Steihaug (1983), The conjugate gradient method and trust regions in large scale optimization, *SIAM J.
#' Numer. Anal.* 20, 626-637.
#' Hager and Zhang (2005), A new conjugate gradient method with guaranteed descent, *SIAM J. Optim.* 16, 170-192.
#' Byrd, Lu, Nocedal and Zhu (1995), A limited memory algorithm for bound constrained optimization, *SIAM J. Sci.
#' Comput.* 16, 1190-1208.
#' Wächter and Biegler (2006), On the implementation of an interior-point filter line-search algorithm for
#' large-scale nonlinear programming, *Mathematical Programming* 106, 25-57.
#' Conn, Gould and Toint (1991), A globally convergent augmented Lagrangian algorithm for optimization with general
#' constraints and simple bounds, *SIAM J. Numer. Anal.* 28, 545-572.
#' Andreani, Birgin, Martínez and Schuverdt (2008), On augmented Lagrangian methods with general lower-level
#' constraints, *SIAM J. Optim.* 18, 1286-1309.
#' @seealso [minimum-inference] for standard errors.
#' @examples
#' rosenbrock <- function(x) (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2
#' minimize(rosenbrock, c(-1.2, 1))
#' minimize(rosenbrock, c(-1.2, 1), upper = c(0.5, Inf))
#'
#' # parameters by name, further arguments, a parameter that is held
#' sse <- function(p, x, y) sum((y - p$a * exp(-p$b * x))^2)
#' x <- 1:8
#' y <- 3 * exp(-0.4 * x)
#' fit <- minimize(sse, list(a = 1, b = 0.1), x = x, y = y)
#' coef(fit)
#' minimize(sse, list(a = 2, b = 0.1), x = x, y = y, fixed = "a")$par
#'
#' # the point of a disc, on a line, where the product is largest
#' minimize(function(x) -x[1] * x[2], c(0.5, 0.5), eq = function(x) x[1] - 2 * x[2],
#'          ineq = function(x) sum(x^2), ineq_upper = 1)
#' @export
minimize <- function(fn, par, ..., method = "auto", lower = -Inf, upper = Inf, eq = NULL, ineq = NULL,
                     ineq_lower = -Inf, ineq_upper = 0, gr = NULL, he = NULL, fixed = NULL, shards = NULL,
                     control = minimize_control()) {
  started <- proc.time()[["elapsed"]]
  control <- if (missing(control)) preset$control else check_control(control)
  if (missing(par)) par <- start_of_tape(fn)
  called <- function_name(substitute(fn))
  constraints <- list(eq = eq, ineq = ineq, lower = ineq_lower, upper = ineq_upper)
  arguments <- list(...)
  if (!is.null(shards)) {
    fn <- in_shards(fn, shards, arguments)
    on.exit(fn$close())
    arguments <- list()
  }
  task <- new_task_of(fn, par, called, arguments, gr, he, method, control, constraints)
  task <- within_space(task, lower, upper, fixed)
  task$maximize <- control$maximize
  minimum_of(task, choose_method(method, task), control, started, sys.call())
}

# For update(), which names arguments.
#' @importFrom stats getCall
#' @export
getCall.minimum <- function(x, ...) match.call(minimize, x$call)

start_of_tape <- function(fn) {
  start <- if (inherits(fn, "gradtape_tape")) tape_private(fn)$start
  if (is.null(start)) abort("{.arg par} is missing: where to start.")
  start
}

in_shards <- function(fn, shards, arguments) {
  if (is.null(arguments$data)) abort("{.arg shards} cuts {.arg data}, which was not given: {.code data = }.")
  do.call(sharded, c(list(fn, arguments$data, shards), arguments[names(arguments) != "data"]), quote = TRUE)
}

# constraints: list(eq, ineq, lower, upper).
new_task_of <- function(fn, par, called, arguments, gr, he, method, control, constraints) {
  if (!are_constraints_given(constraints$eq, constraints$ineq, constraints$lower, constraints$upper)) {
    return(minimization_task(fn, par, called, arguments, gr, he, method, control))
  }
  if (inherits(fn, "gradtape_sharded")) {
    abort(c("A sharded objective takes no constraints by itself.",
            i = "Give {.code function(p) objective$fn(p)}, and {.code gr = function(p) objective$gr(p)}."))
  }
  constrained_task(fn, par, called, arguments, gr, he, control, constraints[c("eq", "ineq")], constraints$lower,
                   constraints$upper)
}

# ---- the method ----

choose_method <- function(method, task) {
  if (identical(method, "auto")) return(task$suited)
  check_choice(method, "method", c("auto", method_names()))
  list(name = method, why = "asked for")
}

# (that of least squares asks for residuals)
method_names <- function() setdiff(.Call(C_call_method_names), "levenberg-marquardt")

# ---- the run ----

# The answer: a list of class `minimum`. choice: of choose_method().
minimum_of <- function(task, choice, control, started, call) {
  method <- choice$name
  task$is_interior_point <- method == "ipm"
  scale <- scale_of(task, method, control)
  if (!is.null(scale)) task$scale <- scale
  checkpoint <- new_checkpoint(task, method, control)
  run <- run_method(task, method, control, checkpoint$x %||% task$x, checkpoint)
  task["scale"] <- list(run$scale)
  if (run$status == "unfit") abort_misfit(method, run$message)
  # nothing was lower than where it began
  is_infinite <- isTRUE(run$value == if (task$maximize) -Inf else Inf)
  is_steep <- run$status == "nan" && identical(run$par, task$x) && !all(is.finite(run$gradient))
  if (run$status == "nan at the start" || is_infinite || is_steep) abort_undefined_start(task, run)
  run <- leave_saddles(task, method, control, run)
  if (is.null(checkpoint) && is_run_twice(choice, control, run)) {
    better <- better_of_two(task, choice, control, run)
    run <- better$run
    choice <- better$choice
  }
  fit <- new_minimum(task, choice, control, run, started, call)
  if (!is.null(checkpoint) && fit$convergence %in% c(0, 4)) checkpoint$remove()
  fit
}

# ---- what went wrong at the start ----

abort_misfit <- function(method, part) {
  abort(c("The method {.val {method}} does not fit this problem: {part}.",
          i = "{.code method = \"auto\"} takes one that does."))
}

abort_undefined_start <- function(task, run) {
  value <- tryCatch(task$fn(task$x), error = identity)
  if (inherits(value, "error")) rethrow(value)
  if (!is.numeric(value) || length(value) != 1) abort("{.arg fn} must return one number, not {given(value)}.")
  if (!is.finite(value)) {
    abort("{.arg fn} is {format(as.numeric(value))} at the start: begin where it is defined.", "gradtape_numeric_error")
  }
  abort_undefined_constraints(task)
  gradient <- as.double(task$gr(task$x))
  k <- which(!is.finite(gradient))[1]
  abort(c("The gradient is {format(gradient[k])} at the start, for {parameter_names(task$shape)[k]}.",
          i = "Begin where the function is smooth."), "gradtape_numeric_error")
}

# Where a start was moved, by bounds, constraints may be undefined as they were not where it was given.
abort_undefined_constraints <- function(task) {
  if (is.null(task$constraints)) return(invisible())
  wrong <- which(!is.finite(task$constraints$values(task$x)))[1]
  slopes <- task$constraints$jacobian(task$x)
  if (is.na(wrong)) wrong <- which(!is.finite(row_sizes(slopes)))[1]
  if (is.na(wrong)) return(invisible())
  abort(c("The constraint {task$constraints$labels[wrong]} or its gradient is not finite at the start.",
          i = "Begin where it is defined and smooth."), "gradtape_numeric_error")
}
