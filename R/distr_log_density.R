# Logarithms of densities, differentiable in the value and in the parameters, by torch's
# broadcasting.

log_normal <- function(x, loc, scale) {
  z <- torch_div(torch_sub(x, loc), scale)
  torch_sub(torch_mul(torch_square(z), -0.5), torch_add(torch_log(scale), log(2 * pi) / 2))
}

outside <- function(inside, value) torch_where(inside, value, -Inf)

# NaN where a parameter is out of its range, as R's densities have it.
where_positive <- function(x, value) {
  if (!is_torch_tensor(x) && all(x > 0)) value else torch_where(torch_gt(x, 0), value, NaN)
}
where_between <- function(x, min, max, value) {
  if (!is_torch_tensor(x) && all(x >= min & x <= max)) return(value)
  torch_where(torch_logical_and(torch_ge(x, min), torch_le(x, max)), value, NaN)
}

log_gamma_density <- function(x, shape, rate) {
  value <- torch_sub(torch_xlogy(torch_sub(shape, 1), x), torch_mul(rate, x))
  value <- torch_add(value, torch_sub(torch_mul(shape, torch_log(rate)), torch_lgamma(shape)))
  where_positive(shape, outside(torch_ge(x, 0), value))
}

log_exponential <- function(x, rate) {
  outside(torch_ge(x, 0), torch_sub(torch_log(rate), torch_mul(rate, x)))
}

log_beta_function <- function(a, b) {
  torch_sub(torch_add(torch_lgamma(a), torch_lgamma(b)), torch_lgamma(torch_add(a, b)))
}

log_beta_density <- function(x, a, b) {
  value <- torch_add(torch_xlogy(torch_sub(a, 1), x), torch_xlogy(torch_sub(b, 1), torch_sub(1, x)))
  value <- outside(torch_logical_and(torch_ge(x, 0), torch_le(x, 1)), torch_sub(value, log_beta_function(a, b)))
  where_positive(a, where_positive(b, value))
}

log_choose <- function(n, k) {
  torch_neg(torch_add(torch_log(torch_add(n, 1)), log_beta_function(torch_add(torch_sub(n, k), 1), torch_add(k, 1))))
}

is_count <- function(x, most = Inf) {
  torch_logical_and(torch_logical_and(torch_ge(x, 0), torch_le(x, most)), torch_eq(x, torch_floor(x)))
}

log_binomial <- function(x, n, p) {
  failures <- torch_sub(n, x)
  value <- torch_add(torch_xlogy(x, p), torch_xlogy(failures, torch_sub(1, p)))
  where_between(p, 0, 1, outside(is_count(x, n), torch_add(log_choose(n, x), value)))
}

log_binomial_logits <- function(x, n, logits) {
  value <- torch_sub(torch_mul(x, logits), torch_mul(n, .Call(C_softplus, logits)))
  outside(is_count(x, n), torch_add(log_choose(n, x), value))
}

log_poisson <- function(x, rate) {
  value <- torch_sub(torch_sub(torch_xlogy(x, rate), rate), torch_lgamma(torch_add(x, 1)))
  where_between(rate, 0, Inf, outside(is_count(x), value))
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
