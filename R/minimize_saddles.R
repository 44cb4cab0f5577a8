# Saddle points, where a run ended, are left.

# From a stationary point that is no minimum on, downhill along the most negative curvature. Adds to the run the
# Hessian at its end, how many saddle points were left, and whether it ended at one.
leave_saddles <- function(task, method, control, run, most = 5) {
  run$saddles <- 0
  run$is_saddle <- FALSE
  if (!is.null(task$constraints)) return(leave_constrained_saddles(task, method, control, run, most))
  repeat {
    if (is.null(run$hessian)) run["hessian"] <- list(task_hessian(task, run$par, control))
    if (!is_converged(run) || is_definite(task, run$par, run$hessian)) break
    curvature <- task_curvature(task, run$par, run$hessian)
    run$is_saddle <- is_negative(curvature)
    lower <- if (run$is_saddle && run$saddles < most) lower_along(task, run, curvature$direction)
    if (is.null(lower)) break
    run <- joined_runs(run, run_method(task, method, control, lower))
  }
  run
}

# A run, and the one that went on from the saddle point where it ended.
joined_runs <- function(run, again) {
  again$saddles <- run$saddles + 1
  again$counts <- again$counts + run$counts
  again$iterations <- again$iterations + run$iterations
  again["trace"] <- list(rbind(run$trace, again$trace))
  again$points <- c(run$points, again$points)
  again$is_saddle <- FALSE
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

# ---- with constraints ----

# As leave_saddles(): along the tangent of the constraints, and back to them by another run.
leave_constrained_saddles <- function(task, method, control, run, most) {
  repeat {
    hessian <- lagrangian_hessian(task, run, control)
    curvature <- if (is_converged(run)) task_curvature(task, run$par, hessian)
    run$is_saddle <- is_negative(curvature, control$tol_gradient * max(1, abs(run$value)))
    lower <- if (run$is_saddle && run$saddles < most) lower_run_along(task, method, control, run, curvature$direction)
    if (is.null(lower)) break
    run <- joined_runs(run, lower)
  }
  run["hessian"] <- list(hessian)
  run
}

lower_run_along <- function(task, method, control, run, direction) {
  sign <- if (task$maximize) -1 else 1
  for (way in c(0.1, -0.1)) {
    x <- pmin(pmax(run$par + way * direction, task$lower), task$upper)
    again <- run_method(task, method, control, x)
    if (is_converged(again) && sign * again$value < sign * run$value - 1e-10 * max(1, abs(run$value))) return(again)
  }
}
