# The answer of a minimization: class `minimum`.

convergence_code <- function(run) {
  if (isTRUE(run$is_saddle)) 4L
  else if (is_converged(run)) 0L
  else if (run$status %in% c("interrupted", "callback")) 2L
  else if (run$status %in% c("iterations", "evaluations", "time")) 1L
  else 3L
}

new_minimum <- function(task, choice, control, run, started, call) {
  names <- task$shape$flat_names
  code <- convergence_code(run)
  if (!is.null(names)) {
    names(run$gradient) <- names
    if (!is.null(run$hessian)) dimnames(run$hessian) <- list(names, names)
  }
  fit <- list(
    par = shape_parameters(run$par, task$shape), value = run$value, gradient = if (!is.null(task$gr)) run$gradient,
    hessian = run$hessian, convergence = code, message = message_of(code, run, task), method = choice$name,
    why = choice$why, iterations = run$iterations, counts = run$counts, stationarity = run$stationarity,
    saddles = run$saddles, status = run$status, trace = trace_of(run, task),
    time = proc.time()[["elapsed"]] - started, task = task, control = control, call = call)
  if (!is.null(task$constraints)) fit <- c(fit, constrained_answer(task, run))
  class(fit) <- "minimum"
  fit
}

message_of <- function(code, run, task) {
  if (code == 4) run$message <- "the Hessian has a negative eigenvalue, and no lower point was found"
  heading <- if (code == 0) "Converged: " else if (code == 4) "Saddle point: " else "Not converged: "
  text <- paste0(heading, run$message, ".")
  undefined <- run$counts[["undefined"]]
  error <- task$notes$error
  if (run$saddles == 0 && undefined == 0 && is.null(error) && is.null(task$constraints)) return(text)
  c(text, dependence_note(task, run),
    if (run$saddles > 0) cli::format_inline("{run$saddles} saddle point{?s} {?was/were} left on the way."),
    if (undefined > 0) cli::format_inline("The function was not defined at {undefined} trial point{?s};",
                                          " {?it was/they were} stepped back from."),
    if (!is.null(error)) paste0("The last such error: ", trimws(conditionMessage(error))))
}

trace_of <- function(run, task) {
  if (is.null(run$trace)) return(NULL)
  trace <- as.data.frame(run$trace)
  trace$iteration <- as.integer(trace$iteration[1]) + seq_len(nrow(trace)) - 1L
  if (is.null(task$constraints)) trace$violation <- trace$complementarity <- NULL
  if (task$maximize) trace$value <- -trace$value
  if (!is.null(task$residuals)) trace[halved_in_c] <- 2 * trace[halved_in_c]
  if (length(run$points) >= nrow(trace)) {
    points <- do.call(rbind, run$points[seq_len(nrow(trace))])
    colnames(points) <- parameter_names(task$shape)
    trace <- cbind(trace, points)
  }
  trace
}

flat_par <- function(fit) {
  stats::setNames(flatten_parameters(fit$par, fit$task$shape), parameter_names(fit$task$shape))
}

# ---- what users see ----

#' @export
print.minimum <- function(x, digits = max(3L, getOption("digits") - 3L), ...) {
  for (line in x$message) cat(line, "\n", sep = "")
  print_work(x)
  cat(if (x$task$maximize) "maximum: " else "value: ", format(x$value, digits = digits + 3L), "\n", sep = "")
  print_parameters(x, digits)
  print_constraints(x, digits)
  invisible(x)
}

print_work <- function(fit) {
  cat("method: ", fit$method, " (", fit$why, "), ", fit$iterations, " iteration", if (fit$iterations != 1) "s", ", ",
      evaluations_text(fit$counts), "\n", sep = "")
}

evaluations_text <- function(counts) {
  words <- c(value = "value", gradient = "gradient", hessian_vector = "Hessian product", hessian = "Hessian",
             residuals = "residual", jacobian = "Jacobian", constraints = "constraint",
             constraint_jacobian = "constraint Jacobian", lagrangian_hessian = "Lagrangian Hessian")
  counts <- counts[names(words)]
  counts <- counts[counts > 0]
  paste0(format(counts, trim = TRUE, scientific = FALSE), " ", words[names(counts)], ifelse(counts == 1, "", "s"),
         collapse = ", ")
}

print_parameters <- function(fit, digits, most = 20) {
  par <- flat_par(fit)
  if (length(par) <= most) return(print(par, digits = digits))
  print(utils::head(par, most), digits = digits)
  cat("... and", length(par) - most, "more parameters\n")
}

#' @export
coef.minimum <- function(object, ...) flat_par(object)

#' @export
as.data.frame.minimum <- function(x, row.names = NULL, optional = FALSE, ...) {
  frame <- data.frame(parameter = parameter_names(x$task$shape), estimate = unname(flat_par(x)),
                      gradient = if (is.null(x$gradient)) NA_real_ else unname(x$gradient),
                      lower = x$task$lower, upper = x$task$upper,
                      fixed = !seq_along(x$task$x) %in% x$task$free)
  if (!is.null(row.names)) row.names(frame) <- row.names
  frame
}

#' Summary of a minimum
#'
#' Says whether the point can be trusted: how stationary it is, whether the Hessian there is that of a minimum
#' and how well conditioned, which bounds hold it and, of a likelihood, estimates with standard errors.
#'
#' @param object A `minimum`, as [minimize()] gives it.
#' @param ... Not used.
#' @return An object of class `summary.minimum`, which prints: a list of the fit, `coefficients` (a matrix),
#'   `stationarity` (the largest element of the gradient in units of parameters and value), `eigenvalues` of the
#'   Hessian in units of the parameters, `kind` ("minimum", "saddle point", "degenerate", `NA` without a
#'   Hessian), `condition`, and `at_bounds`.
#' @examples
#' rosenbrock <- function(x) (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2
#' summary(minimize(rosenbrock, c(-1.2, 1)))
#' @export
summary.minimum <- function(object, ...) {
  task <- object$task
  x <- unname(flat_par(object))
  curvature <- task_curvature(task, x, object$hessian)
  values <- curvature$values
  at_bounds <- setdiff(task$free, interior(task, x))
  structure(list(
    fit = object, coefficients = coefficient_table(object), stationarity = object$stationarity, eigenvalues = values,
    kind = if (is.null(values)) NA_character_
           else if (is_negative(curvature)) "saddle point"
           else if (min(values) <= 1e-10 * max(values)) "degenerate"
           else if (task$maximize) "maximum" else "minimum",
    condition = if (length(values)) max(abs(values)) / min(abs(values)) else NA_real_,
    at_bounds = parameter_names(task$shape)[at_bounds]), class = "summary.minimum")
}

# Of all parameters by their names; NA for those that have none.
standard_errors <- function(fit) {
  names <- parameter_names(fit$task$shape)
  error <- stats::setNames(rep(NA_real_, length(names)), names)
  variance <- tryCatch(vcov(fit), error = function(e) NULL)
  if (!is.null(variance)) error[rownames(variance)] <- sqrt(diag(variance))
  error
}

coefficient_table <- function(fit) {
  estimate <- flat_par(fit)
  if (!fit$control$likelihood) return(cbind(Estimate = estimate))
  error <- standard_errors(fit)
  z <- estimate / error
  cbind(Estimate = estimate, "Std. Error" = error, "z value" = z, "Pr(>|z|)" = 2 * stats::pnorm(-abs(z)))
}

#' @export
print.summary.minimum <- function(x, digits = max(3L, getOption("digits") - 3L), ...) {
  fit <- x$fit
  for (line in fit$message) cat(line, "\n", sep = "")
  print_work(fit)
  cat("value: ", format(fit$value, digits = digits + 3L), "; largest scaled element of the gradient: ",
      format(x$stationarity, digits = 3), "\n", sep = "")
  if (!is.na(x$kind)) {
    cat("Hessian: ", x$kind, ", smallest eigenvalue ", format(min(x$eigenvalues), digits = 3), ", condition ",
        format(x$condition, digits = 3), " (in units of the parameters)\n", sep = "")
  }
  if (length(x$at_bounds)) cat("At a bound: ", paste(x$at_bounds, collapse = ", "), "\n", sep = "")
  if (ncol(x$coefficients) > 1) stats::printCoefmat(x$coefficients, digits = digits)
  else print_parameters(fit, digits)
  print_constraints(fit, digits)
  print_kkt(fit)
  invisible(x)
}
