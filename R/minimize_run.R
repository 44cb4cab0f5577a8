# One run or more of a method, and what became of it.

run_method <- function(task, method, control, x) {
  watcher <- new_watcher(task, control)
  options <- c(list(max_iter = control$max_iter, max_eval = if (is.finite(control$max_eval)) control$max_eval,
                    tolerance_grad = 0, tolerance_change = 0, tol_gradient = control$tol_gradient,
                    tol_value = control$tol_value, tol_step = control$tol_step),
               search_option(method, control$line_search), method_presets(method, control$options), control$options)
  bounded <- any(is.finite(c(task$lower, task$upper)))
  space <- list(lower = if (bounded) task$lower, upper = if (bounded) task$upper, maximize = task$maximize,
                free = if (length(task$free) < length(x)) task$free, scale = task$scale)
  trace <- if (isTRUE(control$trace)) min(control$max_iter, 1e5) + 1 else as.integer(control$trace)
  run <- minimize_in_c(task$problem, x, method, space, options, watcher$progress, trace)
  watcher$done()
  if (!is.null(watcher$why())) run[c("status", "message")] <- watcher$why()
  run$points <- watcher$points()
  run$stationarity <- stationarity_of(task, run)
  run
}

# The largest element of the gradient, as far as bounds let it lead, in units of parameters and value: what
# tol_gradient is compared with. NA without a gradient.
stationarity_of <- function(task, run) {
  if (is.null(task$gr)) return(NA_real_)
  if (!is.null(task$jacobian)) return(residual_angle(task, run$par))
  k <- task$free
  x <- run$par[k]
  unit <- if (is.null(task$scale)) 1 else task$scale
  slope <- run$gradient[k] * if (task$maximize) -1 else 1
  held <- slope > 0 & x <= task$lower[k] | slope < 0 & x >= task$upper[k]
  max(ifelse(held, 0, abs(slope) * pmax(unit, abs(x)))) / max(1, abs(run$value))
}

# Other defaults than torch's, whose memory of 100 steps costs more than it saves.
method_presets <- function(method, options) {
  if (method == "lbfgs" && is.null(options$history_size)) list(history_size = 10)
}

# The option by which a method takes its line search.
search_option <- function(method, line_search) {
  known <- method_options(method)
  names <- vapply(known, `[[`, "", "name")
  at <- match(c("line_search", "line_search_fn"), names)
  at <- at[!is.na(at)][1]
  if (is.null(line_search)) {
    # torch's default is a fixed step
    if (method == "lbfgs") return(list(line_search_fn = "more_thuente"))
    return(NULL)
  }
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

# Numbers for the free parameters, or NULL.
scale_of <- function(task, control) {
  scale <- control$scale
  if (is.null(scale)) return(NULL)
  if (!identical(scale, "auto")) {
    scale <- bound_vector(scale, "scale", 1, task$shape)
    if (any(scale <= 0 | !is.finite(scale))) abort("{.arg scale} must be numbers above 0.")
    return(scale[task$free])
  }
  sizes <- automatic_scale(task)[task$free]
  if (max(sizes) > 100 * min(sizes)) sizes
}

automatic_scale <- function(task) {
  x <- abs(task$x)
  curvature <- if (!is.null(task$he) && length(x) <= most_dense && task$source != "eager") {
    tryCatch(abs(diag(as.matrix(task$he(task$x)))), error = function(e) NULL)
  }
  usable <- is.finite(curvature) & curvature > 0
  if (length(curvature) && all(usable)) return(1 / sqrt(curvature))
  ifelse(x > 0, x, 1)
}

# ---- saddle points ----

# From a stationary point that is no minimum on, downhill along the most negative curvature. Adds to the run the
# Hessian at its end, how many saddle points were left, and whether it ended at one.
leave_saddles <- function(task, method, control, run, most = 5) {
  run$saddles <- 0
  repeat {
    hessian <- task_hessian(task, run$par, control)
    curvature <- if (is_converged(run)) task_curvature(task, run$par, hessian)
    run$is_saddle <- is_negative(curvature)
    lower <- if (run$is_saddle && run$saddles < most) lower_along(task, run, curvature$direction)
    if (is.null(lower)) break
    run <- joined_runs(run, run_method(task, method, control, lower))
  }
  run["hessian"] <- list(hessian)
  run
}

# A run, and the one that went on from the saddle point where it ended.
joined_runs <- function(run, again) {
  again$saddles <- run$saddles + 1
  again$counts <- again$counts + run$counts
  again$iterations <- again$iterations + run$iterations
  again["trace"] <- list(rbind(run$trace, again$trace))
  again$points <- c(run$points, again$points)
  again
}

lower_along <- function(task, run, direction) {
  sign <- if (task$maximize) -1 else 1
  for (t in 0.1 * 4^-(0:8)) {
    for (way in c(t, -t)) {
      x <- pmin(pmax(run$par + way * direction, task$lower), task$upper)
      value <- tryCatch(as.double(task$fn(x)), error = function(e) NaN)
      if (isTRUE(sign * value < sign * run$value)) return(x)
    }
  }
}

# ---- watching ----

# A function for C, or NULL where nobody looks; and what is known afterwards.
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
    state <- c(as.list(now[c("iteration", "evaluations", "value", "gradient_size")]),
               list(par = shape_parameters(x, task$shape)))
    if (task$maximize) state$value <- -state$value
    if (!isTRUE(control$callback(state))) return(FALSE)
    why <<- c("callback", "the callback ended it")
    TRUE
  }
  needed <- control$path || control$progress || is.finite(control$max_seconds) || !is.null(control$callback)
  list(progress = if (needed) progress, points = function() points, why = function() why,
       done = function() if (!is.null(bar)) cli::cli_progress_done(id = bar))
}

# ---- has it converged? ----

# Within this scaled gradient, a run that can make no more progress counts as converged.
loosely_stationary <- 1e-5

is_converged <- function(run) {
  if (run$status %in% c("stationary", "gradient")) return(TRUE)
  run$status %in% settled_statuses && is_loosely_stationary(run)
}
settled_statuses <- c("value", "step", "change", "slope", "line search", "simplex")

is_loosely_stationary <- function(run) isTRUE(run$stationarity <= loosely_stationary) || is.na(run$stationarity)
