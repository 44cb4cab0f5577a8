# What is asked of a least squares fit.

#' @export
getCall.least_squares <- function(x, ...) x$call

#' @export
residuals.least_squares <- function(object, ...) object$residuals

#' @export
fitted.least_squares <- function(object, ...) {
  if (is.null(object$fitted)) abort("Only a fit of a formula has fitted values.", "gradtape_state_error")
  object$fitted
}

#' @export
predict.least_squares <- function(object, newdata = NULL, ...) {
  if (is.null(object$model)) abort("Only a fit of a formula can predict.", "gradtape_state_error")
  value <- object$model$expected(object$par, newdata)
  as.vector(value)
}

#' @importFrom stats deviance
#' @export
deviance.least_squares <- function(object, ...) object$value

#' @importFrom stats df.residual
#' @export
df.residual.least_squares <- function(object, ...) object$df.residual

#' @importFrom stats sigma
#' @export
sigma.least_squares <- function(object, ...) object$sigma

#' @export
nobs.least_squares <- function(object, ...) object$df.residual + length(interior(object$task, unname(flat_par(object))))

#' @export
vcov.least_squares <- function(object, ...) {
  task <- object$task
  inside <- interior(task, unname(flat_par(object)))
  names <- parameter_names(task$shape)[inside]
  J <- sqrt(object$robust) * object$jacobian[, inside, drop = FALSE]
  variance <- inverse_of_square(J, names) * object$sigma^2
  dimnames(variance) <- list(names, names)
  variance
}

# (J'J)^-1 without forming J'J, in units in which the columns have length 1.
inverse_of_square <- function(J, names) {
  size <- sqrt(colSums(J^2))
  size[size == 0] <- 1
  decomposed <- svd(J / rep(size, each = nrow(J)), nu = 0)
  n <- length(names)
  if (length(decomposed$d) < n || decomposed$d[n] <= 1e-13 * decomposed$d[1]) {
    direction <- if (length(decomposed$d) < n) NULL else decomposed$v[, n] / size
    what <- if (is.null(direction)) "all parameters, of which there are more than residuals"
            else direction_text(direction, names)
    abort("The Jacobian is singular: the data do not identify {what}.", "gradtape_numeric_error")
  }
  decomposed$v %*% (t(decomposed$v) / decomposed$d^2) / outer(size, size)
}

#' @export
confint.least_squares <- function(object, parm, level = 0.95, ...) {
  check_number(level, "level", above = 0, below = 1)
  task <- object$task
  at <- if (missing(parm)) task$free else fixed_positions(parm, task$shape, "parm")
  named_ends(wald_ends(object, at, stats::qt(tails_of(level), object$df.residual)), object, at, level)
}

# Of normal errors whose variance is estimated too, as nls() counts.
#' @export
logLik.least_squares <- function(object, ...) {
  if (object$task$problem$loss != "squares") abort("A robust loss is no likelihood.", "gradtape_state_error")
  w <- object$task$weights %||% rep(1, length(object$residuals))
  w <- w[w > 0]
  n <- length(w)
  value <- (-n * (log(2 * pi) + 1 - log(n) + log(object$value)) + sum(log(w))) / 2
  structure(value, df = 1L + length(interior(object$task, unname(flat_par(object)))), nobs = n, class = "logLik")
}

#' @export
summary.least_squares <- function(object, ...) {
  result <- NextMethod()
  estimate <- flat_par(object)
  error <- standard_errors(object)
  t <- estimate / error
  result$coefficients <- cbind(Estimate = estimate, "Std. Error" = error, "t value" = t,
                               "Pr(>|t|)" = 2 * stats::pt(-abs(t), object$df.residual))
  structure(result, class = c("summary.least_squares", class(result)))
}

#' @export
print.summary.least_squares <- function(x, ...) {
  NextMethod()
  cat("Residual standard error:", format(x$fit$sigma, digits = 5), "on", x$fit$df.residual, "degrees of freedom\n")
  invisible(x)
}
