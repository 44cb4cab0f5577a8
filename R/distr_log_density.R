# Logarithms of densities, differentiable in the value and in the parameters, by torch's
# broadcasting. The parameters are those of R's C code (scale, not rate); the domain is R's.

log_dnorm <- function(x, mean, sd) torch_add(.Call(C_norm_exponent, x, mean, sd), .Call(C_norm_constant, sd))
log_dlnorm <- function(x, meanlog, sdlog) .Call(C_log_dlnorm, x, meanlog, sdlog)
log_dgamma <- function(x, shape, scale) {
  torch_add(.Call(C_gamma_exponent, x, shape, scale), .Call(C_gamma_constant, shape, scale))
}
log_dbeta <- function(x, a, b) .Call(C_log_dbeta, x, a, b)
log_dexp <- function(x, scale) .Call(C_log_dexp, x, scale)
log_dweibull <- function(x, shape, scale) .Call(C_log_dweibull, x, shape, scale)
log_dt <- function(x, df) .Call(C_log_dt, x, df)
log_df <- function(x, df1, df2) .Call(C_log_df, x, df1, df2)
log_dcauchy <- function(x, location, scale) .Call(C_log_dcauchy, x, location, scale)
log_dlogis <- function(x, location, scale) .Call(C_log_dlogis, x, location, scale)
log_dunif <- function(x, min, max) .Call(C_log_dunif, x, min, max)
log_dbinom <- function(x, size, prob) {
  torch_add(.Call(C_binom_exponent, x, size, prob), .Call(C_binom_constant, x, size))
}
log_dpois <- function(x, mean) torch_add(.Call(C_pois_exponent, x, mean), .Call(C_pois_constant, x))
log_dgeom <- function(x, prob) .Call(C_log_dgeom, x, prob)
log_dnbinom <- function(x, size, prob) .Call(C_log_dnbinom, x, size, prob)
log_dnbinom_mu <- function(x, size, mu) .Call(C_log_dnbinom_mu, x, size, mu)

log_dhyper <- function(x, m, n, k) apply_op("log_dhyper", list(x, m, n, k))

log_student_t <- function(x, df, loc, scale) {
  torch_sub(log_dt(torch_div(torch_sub(x, loc), scale), df), torch_log(scale))
}

is_count <- function(x, most = Inf) {
  torch_logical_and(torch_logical_and(torch_ge(x, 0), torch_le(x, most)), torch_eq(x, torch_floor(x)))
}

log_binomial_logits <- function(x, n, logits) {
  value <- torch_sub(torch_mul(x, logits), torch_mul(n, .Call(C_softplus, logits)))
  torch_where(is_count(x, n), torch_add(.Call(C_lchoose, n, x), value), -Inf)
}

# Successes before n failures.
log_negative_binomial_logits <- function(x, n, logits) {
  choose <- torch_neg(torch_add(log_beta(n, torch_add(x, 1)), torch_log(torch_add(n, x))))
  value <- torch_sub(torch_mul(x, logits), torch_mul(torch_add(n, x), .Call(C_softplus, logits)))
  torch_where(is_count(x), torch_add(choose, value), -Inf)
}

# x: of 1, 2, ...; log_share: logarithms of their probabilities, in the last dimension.
log_categorical <- function(x, log_share) {
  n <- last_dims(value_shape(log_share), 1L)
  shape <- common_shape(list(value_shape(x), without_last(value_shape(log_share), 1L)), "value and parameters")
  at <- torch_unsqueeze(as_tensor(expanded(x, shape)), -1L)
  reshaped(torch_gather(expanded(log_share, c(shape, n)), -1L, at), shape)
}

# Probabilities of categories from their weights, in the last dimension, and the logarithms from either.
category_shares <- function(probs) torch_div(probs, torch_sum(probs, dim = -1L, keepdim = TRUE))
log_category_shares <- function(probs = NULL, logits = NULL) {
  if (is.null(probs)) nnf_log_softmax(as_tensor(logits), -1L) else torch_log(category_shares(probs))
}

log_dirichlet <- function(x, concentration) {
  norm <- torch_sub(torch_sum(torch_lgamma(concentration), dim = -1L), torch_lgamma(torch_sum(concentration,
                                                                                              dim = -1L)))
  value <- torch_sub(torch_sum(torch_xlogy(torch_sub(concentration, 1), x), dim = -1L), norm)
  inside <- torch_logical_and(torch_ge(torch_amin(x, dim = -1L), 0),
                              torch_lt(torch_abs(torch_sub(torch_sum(x, dim = -1L), 1)), 1e-6))
  torch_where(inside, value, -Inf)
}

log_dmultinom <- function(x, size, prob) {
  if (length(x) != length(prob)) {
    abort("{.arg x} and {.arg prob} must have equal lengths, not {length(x)} and {length(prob)}.",
          "gradtape_shape_error")
  }
  if (any(!is.finite(prob)) || any(prob < 0) || sum(prob) == 0) {
    abort("{.arg prob} must be finite, not negative and not all 0.", "gradtape_argument_error")
  }
  x <- trunc(x + 0.5)
  if (any(x < 0)) abort("{.arg x} must not be negative.", "gradtape_argument_error")
  if (is.null(size)) size <- sum(x)
  else if (size != sum(x)) abort("{.arg size} must be the sum of {.arg x}.", "gradtape_argument_error")
  share <- torch_where(x == 0, 1, prob / sum(prob))    # (what cannot occur, and did not, has no derivative)
  torch_add(torch_lgamma(size + 1), torch_sum(torch_sub(torch_xlogy(x, share), torch_lgamma(x + 1))))
}

log_multivariate_normal <- function(x, loc, lower) {
  d <- value_shape(lower)[1]
  centred <- torch_sub(x, loc)
  shape <- without_last(value_shape(centred), 1L)
  columns <- torch_t(reshaped(centred, c(prod(shape), d)))
  z <- linalg_solve_triangular(lower, columns, upper = FALSE)
  constant <- torch_add(torch_sum(torch_log(torch_diag(lower))), d * log(2 * pi) / 2)
  reshaped(torch_sub(torch_mul(torch_sum(torch_square(z), 1L), -0.5), constant), shape)
}
