# Logarithms of densities, differentiable in the value and in the parameters.

#' Probability distributions
#'
#' `distr_*()` make distributions as torch does; `$log_prob(value)` is the logarithm of the
#' density (or of the probability), differentiable with respect to the value and the
#' parameters. It is `-Inf` outside the support.
#'
#' @param loc,scale Location, and scale (positive).
#' @param concentration,rate Shape and rate, positive.
#' @param concentration1,concentration0 The two shapes of the beta distribution, positive.
#' @param total_count Number of trials.
#' @param probs,logits Probability of success, or its logit; give one.
#' @param df Degrees of freedom, positive.
#' @param covariance_matrix,precision_matrix,scale_tril Of the multivariate normal, give one:
#'   the covariance, its inverse, or its lower Cholesky factor.
#' @param validate_args Accepted for compatibility with torch.
#' @return An object of class `gradtape_distribution` with `$log_prob(value)`, `$mean` and
#'   `$variance`. Values and parameters are broadcast as torch does; for the multivariate
#'   normal, each row of a matrix is a value.
#' @references Johnson, Kotz and Balakrishnan (1994) *Continuous Univariate Distributions*,
#'   Wiley.
#' @examples
#' y <- c(1.2, 0.7, 2.1)
#' mu <- torch_tensor(1, requires_grad = TRUE)
#' loss <- -sum(distr_normal(mu, 1)$log_prob(y))
#' loss$backward()
#' mu$grad
#' @name distributions
NULL

new_distribution <- function(name, log_prob, mean, variance) {
  structure(list(name = name, log_prob = log_prob, mean = mean, variance = variance), class = "gradtape_distribution")
}

#' @export
print.gradtape_distribution <- function(x, ...) {
  cat("<distribution> ", x$name, "\n", sep = "")
  invisible(x)
}

#' @rdname distributions
#' @export
distr_normal <- function(loc, scale, validate_args = NULL) {
  new_distribution("normal", function(value) log_normal(value, loc, scale), loc, torch_square(scale))
}
#' @rdname distributions
#' @export
distr_gamma <- function(concentration, rate, validate_args = NULL) {
  mean <- torch_div(concentration, rate)
  new_distribution("gamma", function(value) log_gamma_density(value, concentration, rate), mean, torch_div(mean, rate))
}
#' @rdname distributions
#' @export
distr_exponential <- function(rate, validate_args = NULL) {
  mean <- torch_reciprocal(rate)
  new_distribution("exponential", function(value) log_exponential(value, rate), mean, torch_square(mean))
}
#' @rdname distributions
#' @export
distr_beta <- function(concentration1, concentration0, validate_args = NULL) {
  total <- torch_add(concentration1, concentration0)
  mean <- torch_div(concentration1, total)
  new_distribution("beta", function(value) log_beta_density(value, concentration1, concentration0), mean,
                   torch_div(torch_mul(mean, torch_sub(1, mean)), torch_add(total, 1)))
}
#' @rdname distributions
#' @export
distr_binomial <- function(total_count = 1, probs = NULL, logits = NULL, validate_args = NULL) {
  if (is.null(probs) == is.null(logits)) {
    cli::cli_abort("Give either {.arg probs} or {.arg logits}.", call = NULL)
  }
  p <- if (is.null(probs)) torch_sigmoid(logits) else probs
  mean <- torch_mul(total_count, p)
  log_prob <- if (is.null(probs)) {
    function(value) log_binomial_logits(value, total_count, logits)
  } else {
    function(value) log_binomial(value, total_count, probs)
  }
  new_distribution("binomial", log_prob, mean, torch_mul(mean, torch_sub(1, p)))
}
#' @rdname distributions
#' @export
distr_bernoulli <- function(probs = NULL, logits = NULL, validate_args = NULL) distr_binomial(1, probs, logits)
#' @rdname distributions
#' @export
distr_poisson <- function(rate, validate_args = NULL) {
  new_distribution("poisson", function(value) log_poisson(value, rate), rate, rate)
}
#' @rdname distributions
#' @export
distr_student_t <- function(df, loc = 0, scale = 1, validate_args = NULL) {
  variance <- torch_mul(torch_square(scale), torch_where(torch_gt(df, 2), torch_div(df, torch_sub(df, 2)), Inf))
  new_distribution("student_t", function(value) log_student_t(value, df, loc, scale),
                   torch_where(torch_gt(df, 1), loc, NaN), variance)
}
#' @rdname distributions
#' @export
distr_multivariate_normal <- function(loc, covariance_matrix = NULL, precision_matrix = NULL, scale_tril = NULL,
                                      validate_args = NULL) {
  given <- list(covariance_matrix, precision_matrix, scale_tril)
  if (sum(!vapply(given, is.null, NA)) != 1) {
    cli::cli_abort("Give one of {.arg covariance_matrix}, {.arg precision_matrix} and {.arg scale_tril}.", call = NULL)
  }
  lower <- if (!is.null(scale_tril)) scale_tril
           else linalg_cholesky(if (is.null(covariance_matrix)) linalg_inv(precision_matrix) else covariance_matrix)
  new_distribution("multivariate_normal", function(value) log_multivariate_normal(value, loc, lower), loc,
                   torch_diag(matrix_multiply(lower, lower, transpose_y = TRUE)))
}

# ---- log densities, by torch's broadcasting ----

log_normal <- function(x, loc, scale) {
  z <- torch_div(torch_sub(x, loc), scale)
  torch_sub(torch_mul(torch_square(z), -0.5), torch_add(torch_log(scale), log(2 * pi) / 2))
}

outside <- function(inside, value) torch_where(inside, value, -Inf)

log_gamma_density <- function(x, shape, rate) {
  value <- torch_sub(torch_xlogy(torch_sub(shape, 1), x), torch_mul(rate, x))
  outside(torch_ge(x, 0), torch_add(value, torch_sub(torch_mul(shape, torch_log(rate)), torch_lgamma(shape))))
}

log_exponential <- function(x, rate) {
  outside(torch_ge(x, 0), torch_sub(torch_log(rate), torch_mul(rate, x)))
}

log_beta_function <- function(a, b) torch_sub(torch_add(torch_lgamma(a), torch_lgamma(b)), torch_lgamma(torch_add(a, b)))

log_beta_density <- function(x, a, b) {
  value <- torch_add(torch_xlogy(torch_sub(a, 1), x), torch_xlogy(torch_sub(b, 1), torch_sub(1, x)))
  outside(torch_logical_and(torch_ge(x, 0), torch_le(x, 1)), torch_sub(value, log_beta_function(a, b)))
}

log_choose <- function(n, k) {
  torch_neg(torch_add(torch_log(torch_add(n, 1)), log_beta_function(torch_add(torch_sub(n, k), 1), torch_add(k, 1))))
}

is_count <- function(x, most = Inf) torch_logical_and(torch_logical_and(torch_ge(x, 0), torch_le(x, most)), torch_eq(x, torch_floor(x)))

log_binomial <- function(x, n, p) {
  failures <- torch_sub(n, x)
  value <- torch_add(torch_xlogy(x, p), torch_xlogy(failures, torch_sub(1, p)))
  outside(is_count(x, n), torch_add(log_choose(n, x), value))
}

log_binomial_logits <- function(x, n, logits) {
  value <- torch_sub(torch_mul(x, logits), torch_mul(n, .Call(C_softplus, logits)))
  outside(is_count(x, n), torch_add(log_choose(n, x), value))
}

log_poisson <- function(x, rate) {
  outside(is_count(x), torch_sub(torch_sub(torch_xlogy(x, rate), rate), torch_lgamma(torch_add(x, 1))))
}

# With the logarithms of the probabilities of success and of failure.
log_negative_binomial <- function(x, size, log_success, log_failure) {
  ways <- torch_sub(torch_sub(torch_lgamma(torch_add(x, size)), torch_lgamma(size)), torch_lgamma(torch_add(x, 1)))
  value <- torch_add(ways, torch_mul(size, log_success))
  # no failure, no term: also where its probability is 0
  outside(is_count(x), torch_add(value, torch_where(torch_eq(x, 0), 0, torch_mul(x, log_failure))))
}

log_weibull <- function(x, shape, scale) {
  z <- torch_div(x, scale)
  value <- torch_add(torch_log(torch_div(shape, scale)), torch_xlogy(torch_sub(shape, 1), z))
  outside(torch_ge(x, 0), torch_sub(value, torch_pow(torch_maximum(z, 0), shape)))
}

log_log_normal <- function(x, meanlog, sdlog) {
  value <- torch_sub(log_normal(torch_log(x), meanlog, sdlog), torch_log(x))
  outside(torch_gt(x, 0), value)
}

log_cauchy <- function(x, loc, scale) {
  z <- torch_div(torch_sub(x, loc), scale)
  torch_neg(torch_add(torch_log(torch_mul(scale, pi)), torch_log1p(torch_square(z))))
}

log_uniform <- function(x, min, max) {
  outside(torch_logical_and(torch_ge(x, min), torch_le(x, max)), torch_neg(torch_log(torch_sub(max, min))))
}

log_student_t <- function(x, df, loc, scale) {
  z <- torch_div(torch_sub(x, loc), scale)
  half <- torch_mul(torch_add(df, 1), 0.5)
  tail <- torch_mul(half, torch_log1p(torch_div(torch_square(z), df)))
  constant <- torch_sub(torch_sub(torch_lgamma(half), torch_lgamma(torch_mul(df, 0.5))),
                        torch_add(torch_mul(torch_log(torch_mul(df, pi)), 0.5), torch_log(scale)))
  torch_sub(constant, tail)
}

log_logistic <- function(x, loc, scale) {
  z <- torch_neg(torch_abs(torch_div(torch_sub(x, loc), scale)))
  torch_sub(torch_sub(z, torch_log(scale)), torch_mul(.Call(C_softplus, z), 2))
}

log_multivariate_normal <- function(x, loc, lower) {
  d <- value_shape(lower)[1]
  centred <- torch_sub(x, loc)
  single <- length(value_shape(centred)) < 2
  columns <- if (single) reshaped(centred, c(d, 1L)) else torch_t(centred)
  z <- linalg_solve_triangular(lower, columns, upper = FALSE)
  constant <- torch_add(torch_sum(torch_log(torch_diag(lower))), d * log(2 * pi) / 2)
  value <- torch_sub(torch_mul(torch_sum(torch_square(z), 1L), -0.5), constant)
  if (single) reshaped(value, integer()) else value
}
