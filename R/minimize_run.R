# One run or more of a method, and what became of it.

# checkpoint: of new_checkpoint().
run_method <- function(task, method, control, x, checkpoint = NULL) {
  space <- list(lower = if (task$is_bounded) task$lower, upper = if (task$is_bounded) task$upper,
                maximize = task$maximize, free = if (length(task$free) < length(x)) task$free, scale = task$scale,
                constraint_lower = task$constraints$lower, constraint_upper = task$constraints$upper,
                sparse = if (method == "ipm" && has_thin_matrices(task)) sparse_ldl(),
                keeper = checkpoint$keeper, resume = checkpoint$resume)
  if (!is.null(checkpoint)) on.exit(checkpoint$end())
  trace <- if (isTRUE(control$trace)) min(control$max_iter, 1e5) + 1 else control$trace
  watcher <- if (is_watched(control)) new_watcher(task, control)
  run <- minimize_in_c(task$problem, x, method, space, run_options(method, control), watcher$progress, trace)
  if (!is.null(watcher)) {
    watcher$done()
    if (!is.null(watcher$why())) run[c("status", "message")] <- watcher$why()
    run$points <- watcher$points()
  }
  if (!is.null(task$jacobian)) run$stationarity <- residual_angle(task, run$par)
  if (!is.null(task$constraints)) run <- judge_constrained(task, run)
  run
}

# Adds to a run how far it is from an optimum, and says so where no multipliers fit.
judge_constrained <- function(task, run) {
  run$kkt <- matrix(run$conditions, 3, dimnames = list(c("stationarity", "feasibility", "complementarity"),
                                                       c("unscaled", "scaled")))
  run$stationarity <- max(run$kkt[c("stationarity", "complementarity"), "scaled"])
  is_at_end <- run$status == "optimal" || run$status %in% settled_statuses
  run$vanishes <- is_at_end && has_vanishing_gradient(task, run)
  if (run$vanishes && run$status != "optimal") {
    run$status <- "degenerate"
    run$message <- "the gradient of an active constraint vanishes close by, and no multipliers fit"
  }
  run
}

# In C's words: limits and tolerances, the line search, and the method's own options. (Least squares have a test of
# their own, tol_offset.)
run_options <- function(method, control) {
  options <- list(max_iter = control$max_iter, max_eval = control$max_eval, tolerance_grad = 0, tolerance_change = 0,
                  tol_gradient = if (method == "levenberg-marquardt") 0 else control$tol_gradient,
                  tol_value = control$tol_value, tol_step = control$tol_step, tol_constraint = control$tol_constraint)
  if (!is.null(control$line_search)) options <- c(options, search_option(method, control$line_search))
  if (method == "lbfgs") options <- c(options, lbfgs_presets[setdiff(names(lbfgs_presets),
                                                                     c(names(options), names(control$options)))])
  c(options, control$options)
}

# Not torch's defaults: its memory of 100 steps costs more than it saves, and its step is fixed.
lbfgs_presets <- list(history_size = 10, line_search_fn = "more_thuente")

# The option by which a method takes its line search.
search_option <- function(method, line_search) {
  known <- method_options(method)
  names <- vapply(known, `[[`, "", "name")
  at <- match(c("line_search", "line_search_fn"), names)
  at <- at[!is.na(at)][1]
  if (is.na(at)) abort("The method {.val {method}} searches along no line: leave {.arg line_search} out.")
  check_choice(line_search, "line_search", known[[at]]$words)
  stats::setNames(list(line_search), names[at])
}

# The cosine of the angle between the residuals and the nearest of the Jacobian's free columns.
residual_angle <- function(task, x) {
  r <- task$residuals(x)
  J <- task$jacobian(x)[, interior(task, x), drop = FALSE]
  size <- sqrt(colSums(J^2)) * sqrt(sum(r^2))
  if (!ncol(J) || !any(size > 0)) return(0)
  max(abs(crossprod(J, r)[size > 0] / size[size > 0]))
}

# ---- scale ----

# What C takes: numbers for the free parameters, NULL, or "auto" where it finds them itself, from a Hessian that the
# method needs at the start anyway.
scale_of <- function(task, method, control) {
  scale <- control$scale
  # (the interior point scales by itself; sizes at a start near a bound mislead it)
  by_itself <- method == "ipm" || !is.null(task$constraints)
  if (is.null(scale) || identical(scale, "auto") && by_itself) return(NULL)
  if (identical(scale, "auto")) {
    if (task$source %in% c("tape", "shards") && (method == "trust" || method == "trust-bounds")) return("auto")
    hessian <- if (has_cheap_hessian(task) && length(task$x) <= most_dense) {
      tryCatch(task$he(task$x), error = function(e) NULL)
    }
    sizes <- .Call(C_call_typical_sizes, task$x, hessian, task$free)
    return(if (is_told_by(hessian, task) || are_units(sizes, task)) sizes)
  }
  scale <- bound_vector(scale, "scale", 1, task$shape)
  if (any(scale <= 0 | !is.finite(scale))) abort("{.arg scale} must be numbers above 0.")
  scale[task$free]
}

# Does the Hessian tell the size of each free parameter?
is_told_by <- function(hessian, task) {
  curvature <- if (!is.null(hessian)) diag(hessian)[task$free]
  !is.null(hessian) && all(is.finite(curvature) & curvature != 0)
}

# The start's sizes are those of units only where the gradient's elements are more alike in them: random numbers are of
# several sizes, too. Where there is no gradient they are all that is known.
are_units <- function(sizes, task) {
  if (is.null(sizes) || is.null(task$gr)) return(TRUE)
  slope <- tryCatch(abs(as.double(task$gr(task$x))[task$free]), error = function(e) NA)
  if (!all(is.finite(slope))) return(FALSE)
  tells <- slope > 0
  sum(tells) > 1 && stats::var(log(slope[tells] * sizes[tells])) < stats::var(log(slope[tells]))
}

# ---- watching ----

# Of least squares, C minimises half the sum.
halved_in_c <- c("value", "gradient_size", "improvement")

is_watched <- function(control) {
  control$path || control$progress || control$max_seconds < Inf || !is.null(control$callback)
}

# A function for C, and what is known afterwards.
new_watcher <- function(task, control) {
  started <- proc.time()[["elapsed"]]
  points <- list()
  why <- NULL
  bar <- NULL
  show <- function(now) {
    if (is.null(bar) && proc.time()[["elapsed"]] - started < 1) return()
    if (is.null(bar)) {
      bar <<- cli::cli_progress_bar("minimizing", total = NA, .auto_close = FALSE,
                                    format = "{cli::pb_spin} iteration {cli::pb_current}, value {cli::pb_status}")
    }
    cli::cli_progress_update(set = now[["iteration"]], status = format(now[["value"]], digits = 10), id = bar)
  }
  progress <- function(now, x) {
    if (control$path) points[[length(points) + 1]] <<- x
    if (control$progress) show(now)
    if (proc.time()[["elapsed"]] - started > control$max_seconds) {
      why <<- c("time", "max_seconds have passed")
      return(TRUE)
    }
    if (is.null(control$callback)) return(FALSE)
    if (!is.null(task$residuals)) now[halved_in_c] <- 2 * now[halved_in_c]
    state <- c(as.list(now[c("iteration", "evaluations", "value", "gradient_size")]),
               list(par = shape_parameters(x, task$shape)))
    if (task$maximize) state$value <- -state$value
    if (!isTRUE(control$callback(state))) return(FALSE)
    why <<- c("callback", "the callback ended it")
    TRUE
  }
  list(progress = progress, points = function() points, why = function() why,
       done = function() if (!is.null(bar)) cli::cli_progress_done(id = bar))
}

# ---- has it converged? ----

# Within this scaled gradient, a run that can make no more progress counts as converged.
loosely_stationary <- 1e-5

is_converged <- function(run) {
  if (run$status == "stationary" || run$status == "gradient" || run$status == "optimal") return(TRUE)
  run$status %in% settled_statuses && is_loosely_stationary(run) && is_loosely_feasible(run)
}
settled_statuses <- c("value", "step", "change", "slope", "line search", "simplex")

# (Constraints as large as a million are not met to more digits.)
is_loosely_feasible <- function(run) {
  is.null(run$kkt) ||
    isTRUE(max(run$kkt["feasibility", ]) <= loosely_feasible * max(1, abs(run$constraints) / 1e6))
}
is_loosely_stationary <- function(run) isTRUE(run$stationarity <= loosely_stationary) || is.na(run$stationarity)
