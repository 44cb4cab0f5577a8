# Probability distributions.

#' Probability distributions
#'
#' `distr_*()` make distributions as torch does; `$log_prob(value)` is the logarithm of the
#' density (or of the probability), differentiable with respect to the value and the
#' parameters. It is `-Inf` outside the support. `$sample()` draws from R's generator (see
#' [set.seed()]); no gradient flows back through what is drawn.
#'
#' @param loc,scale Location, and scale (positive).
#' @param concentration,rate Shape and rate, positive (the Poisson distribution's rate may be 0).
#' @param concentration1,concentration0 The two shapes of the beta distribution, positive.
#' @param total_count Number of trials, whole numbers of at least 0.
#' @param probs,logits Probability of success, or its logit; give one.
#' @param df Degrees of freedom, positive.
#' @param covariance_matrix,precision_matrix,scale_tril Of the multivariate normal, give one:
#'   the covariance, its inverse, or its lower Cholesky factor.
#' @param validate_args Are parameters out of their range an error? With `NULL`, those that
#'   carry no gradient are checked. One that is being optimized may leave its range on the way:
#'   the log-density is then `NaN`, from where a line search steps back. `TRUE` checks all
#'   parameters, `FALSE` none.
#' @return An object of class `gradtape_distribution` with `$log_prob(value)`,
#'   `$sample(sample_shape = NULL)`, a tensor whose shape is `sample_shape` followed by that of
#'   the parameters, `$mean` and `$variance`. Values and parameters are broadcast as torch does;
#'   for the multivariate normal, each row of a matrix is a value.
#' @references Johnson, Kotz and Balakrishnan (1994) *Continuous Univariate Distributions*,
#'   Wiley.
#' @examples
#' y <- c(1.2, 0.7, 2.1)
#' mu <- torch_tensor(1, requires_grad = TRUE)
#' loss <- -sum(distr_normal(mu, 1)$log_prob(y))
#' loss$backward()
#' mu$grad
#' distr_normal(c(0, 10), 1)$sample(3)
#' @name distributions
NULL

# mean and variance: functions, for who asks.
new_distribution <- function(name, log_prob, sample, mean, variance) {
  structure(list(name = name, log_prob = log_prob, sample = sample, mean = mean, variance = variance),
            class = "gradtape_distribution")
}

#' @export
`$.gradtape_distribution` <- function(x, name) {
  member <- .subset2(x, name)
  if (is.null(member)) abort_unknown_member(name, names(unclass(x)), "A distribution")
  if (name == "mean" || name == "variance") as_tensor(member()) else member
}

#' @export
print.gradtape_distribution <- function(x, ...) {
  cat("<distribution> ", x$name, "\n", sep = "")
  invisible(x)
}

#' @rdname distributions
#' @export
distr_normal <- function(loc, scale, validate_args = NULL) {
  check_parameter(loc, "loc", validate_args)
  check_parameter(scale, "scale", validate_args, is_positive)
  new_distribution("normal", function(value) log_dnorm(value, loc, scale), sampler(stats::rnorm, loc, scale),
                   function() broadcast_to(loc, scale), function() broadcast_to(torch_square(scale), loc))
}
#' @rdname distributions
#' @export
distr_gamma <- function(concentration, rate, validate_args = NULL) {
  check_parameter(concentration, "concentration", validate_args, is_positive)
  check_parameter(rate, "rate", validate_args, is_positive)
  mean <- function() torch_div(concentration, rate)
  new_distribution("gamma", function(value) log_dgamma(value, concentration, torch_reciprocal(rate)),
                   sampler(stats::rgamma, concentration, rate), mean, function() torch_div(mean(), rate))
}
#' @rdname distributions
#' @export
distr_exponential <- function(rate, validate_args = NULL) {
  check_parameter(rate, "rate", validate_args, is_positive)
  mean <- function() torch_reciprocal(rate)
  new_distribution("exponential", function(value) log_dexp(value, torch_reciprocal(rate)), sampler(stats::rexp, rate),
                   mean, function() torch_square(mean()))
}
#' @rdname distributions
#' @export
distr_beta <- function(concentration1, concentration0, validate_args = NULL) {
  check_parameter(concentration1, "concentration1", validate_args, is_positive)
  check_parameter(concentration0, "concentration0", validate_args, is_positive)
  total <- function() torch_add(concentration1, concentration0)
  mean <- function() torch_div(concentration1, total())
  new_distribution("beta", function(value) log_dbeta(value, concentration1, concentration0),
                   sampler(stats::rbeta, concentration1, concentration0), mean,
                   function() torch_div(torch_mul(mean(), torch_sub(1, mean())), torch_add(total(), 1)))
}
#' @rdname distributions
#' @export
distr_binomial <- function(total_count = 1, probs = NULL, logits = NULL, validate_args = NULL) {
  check_parameter(total_count, "total_count", validate_args, is_whole)
  binomial_distribution("binomial", total_count, probs, logits, validate_args)
}
#' @rdname distributions
#' @export
distr_bernoulli <- function(probs = NULL, logits = NULL, validate_args = NULL) {
  binomial_distribution("bernoulli", 1, probs, logits, validate_args)
}

binomial_distribution <- function(name, total_count, probs, logits, validate_args) {
  if (is.null(probs) == is.null(logits)) {
    abort("Give either {.arg probs} or {.arg logits}.")
  }
  if (is.null(probs)) check_parameter(logits, "logits", validate_args)
  else check_parameter(probs, "probs", validate_args, is_probability)
  p <- if (is.null(probs)) torch_sigmoid(logits) else probs
  log_prob <- if (is.null(probs)) {
    function(value) log_binomial_logits(value, total_count, logits)
  } else {
    function(value) log_dbinom(value, total_count, probs)
  }
  mean <- function() torch_mul(total_count, p)
  new_distribution(name, log_prob, sampler(stats::rbinom, total_count, p), mean,
                   function() torch_mul(mean(), torch_sub(1, p)))
}
#' @rdname distributions
#' @export
distr_poisson <- function(rate, validate_args = NULL) {
  check_parameter(rate, "rate", validate_args, is_not_negative)
  new_distribution("poisson", function(value) log_dpois(value, rate), sampler(stats::rpois, rate),
                   function() rate, function() rate)
}
#' @rdname distributions
#' @export
distr_student_t <- function(df, loc = 0, scale = 1, validate_args = NULL) {
  check_parameter(df, "df", validate_args, is_positive)
  check_parameter(loc, "loc", validate_args)
  check_parameter(scale, "scale", validate_args, is_positive)
  mean <- function() broadcast_to(torch_where(torch_gt(df, 1), loc, NaN), scale)
  variance <- function() {
    ratio <- torch_where(torch_gt(df, 2), torch_div(df, torch_sub(df, 2)), torch_where(torch_gt(df, 1), Inf, NaN))
    broadcast_to(torch_mul(torch_square(scale), ratio), loc)
  }
  new_distribution("student_t", function(value) log_student_t(value, df, loc, scale),
                   sampler(function(n, df, loc, scale) loc + scale * stats::rt(n, df), df, loc, scale), mean, variance)
}
#' @rdname distributions
#' @export
distr_multivariate_normal <- function(loc, covariance_matrix = NULL, precision_matrix = NULL, scale_tril = NULL,
                                      validate_args = NULL) {
  given <- Filter(Negate(is.null), list(covariance_matrix = covariance_matrix, precision_matrix = precision_matrix,
                                        scale_tril = scale_tril))
  if (length(given) != 1) {
    abort("Give one of {.arg covariance_matrix}, {.arg precision_matrix} and {.arg scale_tril}.")
  }
  check_parameter(loc, "loc", validate_args)
  check_parameter(given[[1]], names(given), validate_args)
  check_matrix_of(given[[1]], names(given), loc)
  lower <- if (!is.null(scale_tril)) scale_tril
           else linalg_cholesky(if (is.null(covariance_matrix)) linalg_inv(precision_matrix) else covariance_matrix)
  new_distribution("multivariate_normal", function(value) log_multivariate_normal(value, loc, lower),
                   function(sample_shape = NULL) sample_multivariate_normal(sample_shape, loc, lower),
                   function() loc, function() torch_diag(matrix_multiply(lower, lower, transpose_y = TRUE)))
}

# ---- parameters: their ranges, their common shape ----

# What a parameter's values must be, and its name. All are NA for NA.
is_real <- structure(function(v) v == v, range = "numbers")
is_positive <- structure(function(v) v > 0, range = "positive")
is_not_negative <- structure(function(v) v >= 0, range = "at least 0")
is_probability <- structure(function(v) v >= 0 & v <= 1, range = "probabilities, from 0 to 1")
is_whole <- structure(function(v) v >= 0 & v == trunc(v), range = "whole numbers of at least 0")

check_parameter <- function(x, name, validate_args, is_good = is_real) {
  if (!is.null(validate_args)) check_flag(validate_args, "validate_args")
  if (!is.numeric(x)) abort("{.arg {name}} must be numeric or a tensor, not {given(x)}.")
  is_plain <- !is_torch_tensor(x)
  if (isFALSE(validate_args) || is.null(validate_args) && !is_plain && tensor_info(x)$requires_grad) return(invisible())
  bad <- bad_elements(x, is_good)
  if (!length(bad)) return(invisible())
  which_one <- if (length(x) > 1) paste0(": element ", bad[1], " is") else ", not"
  abort("{.arg {name}} must be {attr(is_good, 'range')}{which_one} {given_element(x, bad[1])}.")
}

check_matrix_of <- function(x, name, loc) {
  d <- c(1L, value_shape(loc))[length(value_shape(loc)) + 1L]
  if (!identical(value_shape(x), c(d, d))) {
    abort(paste("{.arg {name}} must be a matrix of shape {shape_text_of(c(d, d))}, for {d} element{?s} of {.arg loc};",
                "it has shape {shape_text(x)}."),
          "gradtape_shape_error")
  }
}

# x in the common shape of x and like.
broadcast_to <- function(x, like) {
  shape <- broadcast_shape(value_shape(x), value_shape(like))
  if (identical(shape, value_shape(x))) x else torch_expand(x, shape)
}

# $sample(): draw(n, ...) gives n numbers for n values of each parameter.
sampler <- function(draw, ...) {
  parameters <- list(...)
  function(sample_shape = NULL) {
    shape <- c(check_shape(sample_shape, "sample_shape"), Reduce(broadcast_shape, lapply(parameters, value_shape)))
    values <- lapply(parameters, function(p) as.vector(read_values(torch_expand(p, shape))))
    drawn_tensor(do.call(draw, c(list(prod(shape)), values)), shape, parameters)
  }
}

sample_multivariate_normal <- function(sample_shape, loc, lower) {
  shape <- c(check_shape(sample_shape, "sample_shape"), value_shape(loc))
  means <- matrix(read_values(torch_expand(loc, shape)), ncol = value_shape(lower)[1])
  drawn_tensor(means + matrix(stats::rnorm(length(means)), nrow(means)) %*% t(read_values(lower)), shape,
               list(loc, lower))
}

# In the dtype of the parameters that are real tensors.
drawn_tensor <- function(values, shape, parameters) {
  dtypes <- unlist(lapply(Filter(is_torch_tensor, parameters), function(p) tensor_info(p)$dtype))
  dtype <- if ("double" %in% dtypes) "double" else if ("float" %in% dtypes) "float"
  .Call(C_call_tensor, as.numeric(values), dtype, FALSE, shape)
}
