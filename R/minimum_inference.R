# Standard errors and intervals of a likelihood's maximum.

#' Inference from a minimum
#'
#' For a fit whose function is a negative log-likelihood (`minimize_control(likelihood = TRUE)`; or a
#' log-likelihood with `maximize = TRUE`).
#'
#' `vcov()` is the inverse of the Hessian, the observed information. Parameters that are held, or that lie at a
#' bound, have no standard error and are left out. With constraints it is the inverse on the tangent space of those that
#' are active, of the Hessian of the Lagrangian: the matrix then is singular, as estimates move only within the
#' constraints (Aitchison and Silvey 1958). Where the Hessian is singular, the data do not
#' tell some combination of parameters apart: the error says which.
#'
#' `confint(method = "wald")` is the estimate plus and minus a normal quantile times the standard error.
#' `method = "profile"` inverts the likelihood ratio test: each end is where the function, minimized over all other
#' parameters, has risen by half of a chi-squared quantile.
#' Bounds are respected: an end that is not reached before a bound is that bound.
#'
#' @param object,x A `minimum`, as [minimize()] gives it.
#' @param parm Names or positions of parameters; all by default.
#' @param level The confidence level, between 0 and 1.
#' @param method `"wald"` or `"profile"`.
#' @param ... Not used.
#' @return `vcov()`: a matrix. `logLik()`: an object of class `logLik`, so that [AIC()] and [BIC()] work (the latter
#'   needs `nobs` in [minimize_control()]). `confint()`: a matrix with two columns.
#'   `tidy()`: a data frame with a row for each parameter; `glance()`: one of one row.
#' @references Aitchison and Silvey (1958), Maximum-likelihood estimation of parameters subject to restraints, *Annals
#'   of Mathematical Statistics* 29, 813-828.
#'
#'   Venzon and Moolgavkar (1988), A method for computing profile-likelihood-based confidence
#'   intervals, *Applied Statistics* 37, 87-94.
#' @examples
#' y <- c(2.1, 3.4, 1.9, 4.2, 2.8)
#' nll <- function(p) -sum(dnorm(y, p[["mean"]], exp(p[["log_sd"]]), log = TRUE))
#' likelihood <- minimize_control(likelihood = TRUE, nobs = 5)
#' fit <- minimize(nll, c(mean = 0, log_sd = 0), control = likelihood)
#' summary(fit)
#' vcov(fit)
#' confint(fit)
#' confint(fit, "mean", method = "profile")
#' AIC(fit)
#' @name minimum-inference
NULL

check_likelihood <- function(fit, what) {
  if (!fit$control$likelihood) {
    abort(c("{.fn {what}} needs a likelihood.",
            i = paste("If {.arg fn} is a negative log-likelihood, say so:",
                      "{.code control = minimize_control(likelihood = TRUE)}.")),
          "gradtape_state_error")
  }
}

#' @rdname minimum-inference
#' @importFrom stats vcov
#' @export
vcov.minimum <- function(object, ...) {
  check_likelihood(object, "vcov")
  task <- object$task
  inside <- interior(task, unname(flat_par(object)))
  if (is.null(object$hessian)) abort("The Hessian is not known.", "gradtape_state_error")
  information <- object$hessian[inside, inside, drop = FALSE] * if (task$maximize) -1 else 1
  names <- parameter_names(task$shape)[inside]
  variance <- if (is.null(task$constraints)) inverse_information(information, names)
              else tangent_variance(task, unname(flat_par(object)), inside, information, names)
  dimnames(variance) <- list(names, names)
  variance
}

# What moves within the constraints has a variance.
tangent_variance <- function(task, x, inside, information, names) {
  basis <- null_space(active_gradients(task, x, inside))$basis
  basis %*% inverse_information(crossprod(basis, information %*% basis), names, basis) %*% t(basis)
}

# In units in which the diagonal is 1, so that sizes of parameters do not look like singularity.
# basis: of the parameters, in columns, where these are not the parameters themselves.
inverse_information <- function(information, names, basis = NULL) {
  if (!length(information)) return(information)
  if (!all(is.finite(information))) abort("The Hessian is not finite at the minimum.", "gradtape_numeric_error")
  size <- sqrt(abs(diag(information)))
  size[size == 0] <- 1
  decomposed <- eigen(information / outer(size, size), symmetric = TRUE)
  values <- decomposed$values
  n <- length(values)
  if (values[n] <= 1e-12 * max(values)) {
    direction <- decomposed$vectors[, n] / size
    if (!is.null(basis)) direction <- drop(basis %*% direction)
    kind <- if (values[n] < -1e-8 * max(values)) "has a negative eigenvalue: this is no minimum along"
            else "is singular: the data do not identify"
    abort("The Hessian {kind} {direction_text(direction, names)}.", "gradtape_numeric_error")
  }
  decomposed$vectors %*% (t(decomposed$vectors) / values) / outer(size, size)
}

# "0.71 a - 0.71 b"
direction_text <- function(direction, names) {
  direction <- direction / sqrt(sum(direction^2))
  direction <- direction * sign(direction[which.max(abs(direction))])
  large <- which(abs(direction) > 0.05)
  terms <- paste(format(abs(direction[large]), digits = 2, trim = TRUE), names[large])
  signs <- ifelse(direction[large] < 0, "- ", "+ ")
  signs[1] <- if (direction[large][1] < 0) "-" else ""
  paste(paste0(signs, terms), collapse = " ")
}

#' @rdname minimum-inference
#' @importFrom stats logLik
#' @export
logLik.minimum <- function(object, ...) {
  check_likelihood(object, "logLik")
  value <- if (object$task$maximize) object$value else -object$value
  equations <- sum(object$task$constraints$lower == object$task$constraints$upper)
  structure(value, df = length(object$task$free) - equations, nobs = object$control$nobs, class = "logLik")
}

#' @rdname minimum-inference
#' @importFrom stats nobs
#' @export
nobs.minimum <- function(object, ...) {
  if (is.null(object$control$nobs)) {
    abort("The number of observations is not known: give {.code minimize_control(nobs = )}.", "gradtape_state_error")
  }
  object$control$nobs
}

#' @rdname minimum-inference
#' @importFrom stats confint
#' @export
confint.minimum <- function(object, parm, level = 0.95, method = c("wald", "profile"), ...) {
  check_likelihood(object, "confint")
  check_number(level, "level", above = 0, below = 1)
  method <- check_choice(method, "method", c("wald", "profile"))
  task <- object$task
  at <- if (missing(parm)) task$free else fixed_positions(parm, task$shape, "parm")
  ends <- if (method == "wald") wald_ends(object, at, stats::qnorm(tails_of(level)))
          else t(vapply(at, function(k) profile_ends(object, k, level), c(0, 0)))
  named_ends(ends, object, at, level)
}

tails_of <- function(level) c((1 - level) / 2, (1 + level) / 2)

named_ends <- function(ends, fit, at, level) {
  percent <- paste(format(100 * tails_of(level), trim = TRUE, digits = 3), "%")
  dimnames(ends) <- list(parameter_names(fit$task$shape)[at], percent)
  ends
}

wald_ends <- function(fit, at, quantiles) {
  names <- parameter_names(fit$task$shape)[at]
  variance <- vcov(fit)
  error <- sqrt(diag(variance))[match(names, rownames(variance))]
  outer(unname(error), quantiles) + unname(flat_par(fit))[at]
}

# ---- profile likelihood ----

# Both ends for parameter k: where the signed root of the deviance is the normal quantile.
profile_ends <- function(fit, k, level) {
  z <- stats::qnorm((1 + level) / 2)
  step <- profile_step(fit, k)
  c(profile_end(fit, k, -step, z), profile_end(fit, k, step, z))
}

profile_step <- function(fit, k) {
  variance <- tryCatch(vcov(fit), error = function(e) NULL)
  name <- parameter_names(fit$task$shape)[k]
  error <- if (!is.null(variance) && name %in% rownames(variance)) sqrt(variance[name, name]) else NA
  if (is.finite(error) && error > 0) error else 0.1 * max(abs(flat_par(fit)[[k]]), 1)
}

# Steps outward until the root of the deviance passes z, then in between (regula falsi, Illinois).
profile_end <- function(fit, k, step, z) {
  task <- fit$task
  start <- unname(flat_par(fit))
  bound <- if (step < 0) task$lower[k] else task$upper[k]
  best <- fit$value
  near <- list(at = start[k], root = -z, x = start)
  distance <- step * z
  for (try in 1:40) {
    at <- start[k] + distance
    if ((at - bound) * step >= 0) at <- bound
    far <- profile_point(fit, k, at, near$x, best, z)
    if (is.na(far$root) || far$root >= 0) break
    if (at == bound) return(bound)
    near <- far
    distance <- distance * 1.6
  }
  if (is.na(far$root) || far$root < 0) return(if (step < 0) -Inf else Inf)
  for (try in 1:60) {
    if (abs(far$at - near$at) <= 1e-7 * abs(step)) break
    at <- near$at - near$root * (far$at - near$at) / (far$root - near$root)
    new <- profile_point(fit, k, at, near$x, best, z)
    if (is.na(new$root)) return(NA_real_)
    if (abs(new$root) <= 1e-8) return(new$at)
    if (new$root < 0) {
      near <- new
      far$root <- far$root / 2
    } else {
      far <- new
      near$root <- near$root / 2
    }
  }
  (near$at + far$at) / 2
}

# The point where parameter k is `at` and the others are best, and how far the root of the deviance is from z.
profile_point <- function(fit, k, at, x, best, z) {
  task <- fit$task
  x[k] <- at
  task$x <- x
  task$free <- setdiff(task$free, k)
  control <- fit$control
  control[c("trace", "path", "progress")] <- list(FALSE, FALSE, FALSE)
  control["callback"] <- list(NULL)
  sign <- if (task$maximize) -1 else 1
  if (length(task$free)) {
    task$scale <- if (!is.null(fit$task$scale)) fit$task$scale[match(task$free, fit$task$free)]
    run <- run_method(task, fit$method, control, x)
    x <- run$par
    value <- run$value
  } else {
    value <- as.double(task$fn(x))
  }
  rise <- 2 * sign * (value - best)
  list(at = at, x = x, root = if (is.na(rise)) NA_real_ else sqrt(max(rise, 0)) - z)
}

# ---- broom ----

#' @rdname minimum-inference
#' @exportS3Method generics::tidy
tidy.minimum <- function(x, ...) {
  table <- coefficient_table(x)
  frame <- data.frame(term = rownames(table), estimate = unname(table[, 1]))
  if (ncol(table) > 1) frame[c("std.error", "statistic", "p.value")] <- unname(as.data.frame(table[, -1, drop = FALSE]))
  frame
}

#' @rdname minimum-inference
#' @exportS3Method generics::glance
glance.minimum <- function(x, ...) {
  frame <- data.frame(value = x$value, convergence = x$convergence, method = x$method, iterations = x$iterations)
  if (!x$control$likelihood) return(frame)
  log_lik <- logLik(x)
  cbind(frame, logLik = as.numeric(log_lik), AIC = stats::AIC(log_lik),
        BIC = if (is.null(x$control$nobs)) NA_real_ else stats::BIC(log_lik), df = attr(log_lik, "df"))
}
