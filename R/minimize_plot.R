# Pictures of minimizations.

#' Plot a minimization
#'
#' Value and gradient by iteration and, for two free parameters, the path on filled contours of the function. `plot()`
#' uses base graphics, `autoplot()` ggplot2. A fit that kept no trace is run again for it.
#'
#' @param x,object A `minimum`, as [minimize()] gives it.
#' @param which `"path"` (for two free parameters, the default then) or `"trace"`.
#' @param ... For `plot()` passed to [graphics::plot.default()] or [graphics::filled.contour()]; else not used.
#' @return `plot()`: the fit, invisibly. `autoplot()`: a ggplot.
#' @examples
#' fit <- minimize(test_problem("beale")$fn, c(1, 1), method = "lbfgs")
#' plot(fit)
#' plot(fit, which = "trace")
#' @name minimum-plot
NULL

#' @rdname minimum-plot
#' @export
plot.minimum <- function(x, which = c("path", "trace"), ...) {
  if (plot_kind(x, which, missing(which)) == "path") plot_path(x, ...) else plot_trace(x, ...)
  invisible(x)
}

plot_kind <- function(fit, which, is_default) {
  which <- check_choice(which, "which", c("path", "trace"))
  if (length(fit$task$free) == 2) return(which)
  if (!is_default && which == "path") {
    abort("A path is drawn for two free parameters; this fit has {length(fit$task$free)}.")
  }
  "trace"
}

# The trace with its points.
traced <- function(fit) {
  if (!is.null(fit$trace) && all(parameter_names(fit$task$shape) %in% names(fit$trace))) return(fit$trace)
  control <- fit$control
  control[c("trace", "path", "progress")] <- list(TRUE, TRUE, FALSE)
  control["callback"] <- list(NULL)
  trace_of(run_method(fit$task, fit$method, control, fit$task$x), fit$task)
}

plot_trace <- function(fit, xlab = "iteration", ylab = "", ...) {
  trace <- trace_curves(traced(fit))
  old <- graphics::par(mfrow = c(1, length(unique(trace$what))))
  on.exit(graphics::par(old))
  for (what in unique(trace$what)) {
    curve <- trace[trace$what == what, ]
    graphics::plot.default(curve$iteration, curve$y, type = "l", log = "y", main = what, xlab = xlab, ylab = ylab, ...)
  }
}

# What is drawn on a logarithmic axis: how far the value is from the best, and the gradient.
trace_curves <- function(trace) {
  last <- trace$value[nrow(trace)]
  above <- abs(trace$value - if (last > trace$value[1]) max(trace$value) else min(trace$value))
  curve <- function(what, y) data.frame(iteration = trace$iteration, what = rep(what, nrow(trace)), y = y)
  curves <- rbind(curve("distance of the value from the best", above),
                  curve("largest element of the gradient", trace$gradient_size))
  curves[is.finite(curves$y) & curves$y > 0, ]
}

plot_path <- function(fit, n = 101, nlevels = 25, ...) {
  path <- path_of(fit)
  window <- path_window(path)
  grid <- value_grid(fit_plane(fit), window$xlim, window$ylim, n)
  z <- matrix(grid$value, n)
  levels <- unique(stats::quantile(z[is.finite(z)], seq(0, 1, length.out = nlevels)))
  graphics::filled.contour(
    unique(grid$x), unique(grid$y), z, levels = levels, xlab = names(path)[1], ylab = names(path)[2],
    col = grDevices::hcl.colors(length(levels) - 1, "viridis", rev = TRUE),
    plot.axes = {
      graphics::axis(1)
      graphics::axis(2)
      graphics::lines(path[[1]], path[[2]], col = "#c1121f", type = "o", pch = 20)
      graphics::points(utils::tail(path[[1]], 1), utils::tail(path[[2]], 1), pch = 4, lwd = 2)
    }, ...)
}

path_of <- function(fit) traced(fit)[parameter_names(fit$task$shape)[fit$task$free]]

# The function over its two free parameters.
fit_plane <- function(fit) function(u) fit$task$fn(with_free(fit, u))

with_free <- function(fit, u) {
  x <- fit$task$x
  x[fit$task$free] <- u
  x
}

# The fit's constraints as functions of the two, as contour_plot() takes them.
constraints_in_plane <- function(fit) {
  constraints <- fit$task$constraints
  if (is.null(constraints)) return(list(lower = -Inf, upper = 0))
  kind <- rep(c("eq", "ineq"), constraints$n)
  part <- function(which) {
    if (any(kind == which)) function(u) constraints$values(with_free(fit, u))[kind == which]
  }
  list(eq = part("eq"), ineq = part("ineq"), lower = constraints$lower[kind == "ineq"],
       upper = constraints$upper[kind == "ineq"])
}

path_window <- function(path) {
  around <- function(v) {
    r <- range(v)
    r + c(-1, 1) * max(0.25 * diff(r), 0.05 * max(abs(r)), 1e-6)
  }
  list(xlim = around(path[[1]]), ylim = around(path[[2]]))
}

value_grid <- function(fn, xlim, ylim, n) {
  grid <- expand.grid(x = seq(xlim[1], xlim[2], length.out = n), y = seq(ylim[1], ylim[2], length.out = n))
  grid$value <- values_by_tape(fn, grid) %||% vapply(seq_len(nrow(grid)), function(i) {
    value <- tryCatch(as.double(fn(c(grid$x[i], grid$y[i]))), error = function(e) NaN)
    if (length(value) != 1) abort("{.arg fn} must return one number; it returned {length(value)}.")
    value
  }, 0)
  grid
}

# The values at all points at once; NULL where the function cannot be recorded, or stops at some point.
values_by_tape <- function(fn, points) {
  value <- tryCatch(Tape$new(fn, unlist(points[1, ], use.names = FALSE), "par", "fn", FALSE, list())$fn_many(points),
                    error = function(e) NULL, gradtape_message = function(m) NULL)
  if (is.numeric(value) && length(value) == nrow(points)) unname(value)
}

#' @rdname minimum-plot
#' @exportS3Method ggplot2::autoplot
autoplot.minimum <- function(object, which = c("path", "trace"), ...) {
  if (plot_kind(object, which, missing(which)) == "path") {
    path <- path_of(object)
    window <- path_window(path)
    held <- constraints_in_plane(object)
    picture <- contour_plot(fit_plane(object), window$xlim, window$ylim, paths = path, eq = held$eq, ineq = held$ineq,
                            ineq_lower = held$lower, ineq_upper = held$upper)
    return(picture + ggplot2::labs(x = names(path)[1], y = names(path)[2]))
  }
  curves <- trace_curves(traced(object))
  ggplot2::ggplot(curves, ggplot2::aes(x = .data$iteration, y = .data$y)) +
    ggplot2::geom_line() + ggplot2::geom_point() +
    ggplot2::facet_wrap(~what, scales = "free_y") + ggplot2::scale_y_log10() + ggplot2::labs(y = NULL)
}

#' Filled contours of a function of two parameters, with paths
#'
#' @param fn A function of a numeric vector of two elements that returns a number.
#' @param xlim,ylim The region: two numbers each.
#' @param paths `NULL`; or a data frame (or matrix) whose first two columns are the points of a path in their order,
#'   such as [record_path()] gives; or a named list of these, or a data frame with a column `run`: a panel for each.
#' @param n Points of the grid along each axis, at least 2.
#' @param breaks,bins Boundaries between colours, or how many; by default 30 colours with equal areas.
#' @param eq,ineq,ineq_lower,ineq_upper Constraints as [minimize()] takes them: what they forbid is shaded, and a line
#'   drawn where `eq` is 0.
#' @return A ggplot.
#' @section Errors: ggplot2 is not installed; limits that are not two increasing numbers; a constraint that is no
#'   function of two numbers or returns another number of values at another point.
#' @examples
#' if (requireNamespace("ggplot2", quietly = TRUE)) {
#'   p <- test_problem("rosenbrock")
#'   contour_plot(p$fn, c(-2, 2), c(-1, 3), paths = rbind(p$start, c(1, 1)))
#'   contour_plot(p$fn, c(-2, 2), c(-1, 3), ineq = function(x) sum(x^2) - 2)
#' }
#' @export
contour_plot <- function(fn, xlim, ylim, paths = NULL, n = 101, breaks = NULL, bins = NULL, eq = NULL, ineq = NULL,
                         ineq_lower = -Inf, ineq_upper = 0) {
  check_suggested("ggplot2", "{.fn contour_plot}")
  check_function(fn, "fn", " of two numbers")
  check_limits(xlim, "xlim")
  check_limits(ylim, "ylim")
  check_count(n, "n", min = 2)
  grid <- value_grid(fn, xlim, ylim, n)
  if (is.null(breaks) && is.null(bins)) {
    breaks <- unique(stats::quantile(grid$value[is.finite(grid$value)], seq(0, 1, length.out = 31), names = FALSE))
  }
  picture <- ggplot2::ggplot(grid, ggplot2::aes(x = .data$x, y = .data$y)) +
    ggplot2::geom_contour_filled(ggplot2::aes(z = .data$value), breaks = breaks, bins = bins, show.legend = FALSE,
                                 na.rm = TRUE) +
    ggplot2::scale_fill_viridis_d(direction = -1) +
    ggplot2::coord_cartesian(xlim = xlim, ylim = ylim, expand = FALSE) +
    ggplot2::labs(x = "x1", y = "x2") + ggplot2::theme_minimal() +
    constraint_layers(grid, eq, ineq, ineq_lower, ineq_upper)
  if (is.null(paths)) return(picture)
  path <- joined_paths(paths)
  picture <- picture + path_layers(path)
  if (length(unique(path$run)) > 1) picture + ggplot2::facet_wrap(~run) else picture
}

check_limits <- function(x, name) {
  if (!is.numeric(x) || length(x) != 2 || !all(is.finite(x)) || x[1] >= x[2]) {
    abort("{.arg {name}} must be two increasing numbers, not {given(x)}.")
  }
}

# One data frame of x, y and run.
joined_paths <- function(paths) {
  if (is.data.frame(paths) && !is.null(paths$run)) paths <- split(paths, factor(paths$run, unique(paths$run)))
  if (is.data.frame(paths) || is.matrix(paths)) paths <- list(paths)
  if (!is.list(paths)) abort("{.arg paths} must be a data frame, a matrix or a list of them, not {given(paths)}.")
  names <- names(paths) %||% as.character(seq_along(paths))
  frames <- Map(function(path, run) {
    path <- as.data.frame(path)
    if (ncol(path) < 2) abort("A path must have two columns; {.val {run}} has {ncol(path)}.")
    at <- intersect(c("x1", "x2"), names(path))
    if (length(at) < 2) at <- names(path)[1:2]
    data.frame(x = path[[at[1]]], y = path[[at[2]]], run = rep(run, nrow(path)))
  }, paths, names)
  path <- do.call(rbind, frames)
  path$run <- factor(path$run, levels = names)
  path
}

# White below the line, so that it shows on dark and on light; a circle where the path starts, a cross where it
# ends, dots between them where they are few enough to tell apart.
# What constraints forbid, shaded up to a line; lines where equations hold.
constraint_layers <- function(grid, eq, ineq, ineq_lower, ineq_upper) {
  line <- function(values) {
    ggplot2::geom_contour(ggplot2::aes(z = .data$z), data = data.frame(grid[c("x", "y")], z = values), breaks = 0,
                          colour = "black", linewidth = 0.6, na.rm = TRUE)
  }
  forbidden <- if (!is.null(ineq)) {
    values <- constraint_grid(ineq, "ineq", grid)
    outside <- data.frame(grid[c("x", "y")],
                          z = apply(rbind(rep_len(ineq_lower, nrow(values)) - values,
                                          values - rep_len(ineq_upper, nrow(values))), 2, max))
    list(ggplot2::geom_contour_filled(ggplot2::aes(z = .data$z), data = outside, breaks = c(0, Inf), fill = "white",
                                      alpha = 0.6, na.rm = TRUE),
         line(outside$z))
  }
  c(forbidden, if (!is.null(eq)) apply(constraint_grid(eq, "eq", grid), 1, line))
}

# The values of a constraint function on the grid: a column for each point.
constraint_grid <- function(f, name, grid) {
  check_function(f, name, " of two numbers")
  values <- lapply(seq_len(nrow(grid)), function(i) as.double(f(c(grid$x[i], grid$y[i]))))
  if (length(unique(lengths(values))) != 1 || !length(values[[1]])) {
    abort("{.arg {name}} must return as many numbers at every point; it returned {unique(lengths(values))}.")
  }
  matrix(unlist(values), ncol = nrow(grid))
}

path_layers <- function(path) {
  start <- path[!duplicated(path$run), ]
  end <- path[!duplicated(path$run, fromLast = TRUE), ]
  dots <- path[path$run %in% names(which(table(path$run) <= 200)), ]
  red <- "#c1121f"
  list(
    ggplot2::geom_path(data = path, colour = "white", linewidth = 1.3),
    ggplot2::geom_path(data = path, colour = red, linewidth = 0.6),
    ggplot2::geom_point(data = dots, colour = red, size = 0.9),
    ggplot2::geom_point(data = start, shape = 21, fill = "white", size = 2.8, stroke = 1),
    ggplot2::geom_point(data = end, shape = 4, colour = "white", size = 3.2, stroke = 2.2),
    ggplot2::geom_point(data = end, shape = 4, size = 3, stroke = 1.1)
  )
}

#' Record the path of an optimizer
#'
#' Steps an optimizer as its own `$step()` does, and keeps the parameters and the loss of each step.
#'
#' @param optimizer Any [optimizer], such as [optim_adam()] or [optim_lbfgs()] makes.
#' @return An object with
#'   - `$step(...)`: the optimizer's step, with its arguments and its result,
#'   - `$path()`: a data frame of the points so far, the start first: a column for each element of the parameters
#'     (`x1`, `x2`, ...), `step`, and `loss` (what the step returned: the loss before it; `NA` for the start).
#' @examples
#' x <- torch_tensor(c(-1.2, 1), requires_grad = TRUE)
#' recorded <- record_path(optim_lbfgs(x, line_search_fn = "strong_wolfe"))
#' for (i in 1:3) recorded$step(function() {
#'   x$grad <- NULL
#'   loss <- (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   loss
#' })
#' recorded$path()
#' @export
record_path <- function(optimizer) {
  if (!is_optimizer(optimizer)) abort("{.arg optimizer} must be an optimizer, not {given(optimizer)}.")
  parameters <- unlist(lapply(optimizer$param_groups, `[[`, "params"), recursive = FALSE)
  point <- function() unlist(lapply(parameters, function(p) as.vector(as_array(p))))
  points <- list(point())
  losses <- NA_real_
  step <- function(...) {
    loss <- optimizer$step(...)
    points[[length(points) + 1]] <<- point()
    losses[length(points)] <<- if (is_torch_tensor(loss) && length(loss) == 1) as.numeric(loss$detach()) else NA_real_
    invisible(loss)
  }
  path <- function() {
    frame <- as.data.frame(do.call(rbind, points))
    names(frame) <- paste0("x", seq_along(frame))
    cbind(frame, step = seq_along(points) - 1L, loss = losses)
  }
  structure(list(step = step, path = path), class = "gradtape_recorded_path")
}

#' @export
print.gradtape_recorded_path <- function(x, ...) {
  path <- x$path()
  cat("<recorded path> ", nrow(path) - 1, " steps of ", ncol(path) - 2, " parameters; $step(closure), $path()\n",
      sep = "")
  invisible(x)
}
