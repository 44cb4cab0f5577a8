# Kullback-Leibler divergences.

#' Kullback-Leibler divergence of two distributions
#'
#' The expectation, under `p`, of the logarithm of the ratio of the densities of `p` and `q`, in closed form, and
#' differentiable in the parameters of both.
#'
#' It is known for two distributions of one family: normal, log-normal, half-normal, Laplace, Cauchy, uniform,
#' exponential, gamma, chi-squared (each of these three also with another of them), Weibull, beta, Dirichlet, Bernoulli
#' and binomial (of equal numbers of trials), Poisson, categorical, multivariate normal; and for a
#' uniform or Laplace distribution with a normal one.
#' @param p,q Distributions, see [distributions]; their batch shapes are broadcast.
#' @return A tensor of the common batch shape; `Inf` where `p` has values that `q` has not. Another pair is an error.
#' @references Soch et al. (2024) *The Book of Statistical Proofs*. Chyzak and Nielsen (2019) *A closed-form formula
#' for the
#'   Kullback-Leibler divergence between Cauchy distributions*. Bauckhage (2013) *Computing the Kullback-Leibler
#'   divergence between two Weibull distributions*.
#' @examples
#' mu <- torch_tensor(0.5, requires_grad = TRUE)
#' kl <- kl_divergence(distr_normal(mu, 1), distr_normal(0, 2))
#' kl$backward()
#' mu$grad                                        # (mu - 0) / 2^2
#' @export
kl_divergence <- function(p, q) {
  check_distribution(p, "p")
  check_distribution(q, "q")
  a <- as_family(unclass(p))
  b <- as_family(unclass(q))
  divergence <- kl_divergences[[paste(a$name, b$name)]]
  if (is.null(divergence)) {
    abort("The divergence of {unclass(p)$name} and {unclass(q)$name} distributions is not known in closed form.")
  }
  shape <- common_shape(list(a$batch_shape, b$batch_shape), "batch shapes")
  at <- function(d) c(broadcast_parameters(d, shape), list(distribution = d))
  as_tensor(expanded(divergence(at(a), at(b)), shape))
}

# A member of a larger family as one of it.
as_family <- function(d) {
  p <- d$parameters
  of <- function(distribution) unclass(distribution)
  switch(d$name,
    exponential = of(distr_gamma(1, p$rate, validate_args = FALSE)),
    chi2 = of(distr_gamma(torch_div(p$df, 2), 0.5, validate_args = FALSE)),
    bernoulli = of(distr_binomial(1, p$probs, p$logits, validate_args = FALSE)), d)
}

# By the names of both families: functions of the parameters of both.
kl_divergences <- list(
  `normal normal` = function(p, q) kl_normal(p$loc, p$scale^2, q),
  `log-normal log-normal` = function(p, q) kl_normal(p$loc, p$scale^2, q),
  `uniform normal` = function(p, q) {
    variance <- (p$high - p$low)^2 / 12
    kl_normal((p$low + p$high) / 2, variance, q) + (log(2 * pi * variance) + 1) / 2 - log(p$high - p$low)
  },
  `laplace normal` = function(p, q) {
    kl_normal(p$loc, 2 * p$scale^2, q) + (log(4 * pi * p$scale^2) + 1) / 2 - 1 - log(2 * p$scale)
  },
  `half-normal half-normal` = function(p, q) {
    ratio <- p$scale / q$scale
    (ratio^2 - 1) / 2 - log(ratio)
  },
  `laplace laplace` = function(p, q) {
    distance <- abs(p$loc - q$loc)
    log(q$scale / p$scale) + distance / q$scale + p$scale / q$scale * exp(-distance / p$scale) - 1
  },
  `cauchy cauchy` = function(p, q) {
    log(((p$scale + q$scale)^2 + (p$loc - q$loc)^2) / (4 * p$scale * q$scale))
  },
  `uniform uniform` = function(p, q) {
    inside <- torch_logical_and(torch_le(q$low, p$low), torch_ge(q$high, p$high))
    torch_where(inside, log((q$high - q$low) / (p$high - p$low)), Inf)
  },
  `gamma gamma` = function(p, q) {
    a <- p$concentration
    q$concentration * log(p$rate / q$rate) + lgamma(q$concentration) - lgamma(a) +
      (a - q$concentration) * digamma(a) + a * (q$rate / p$rate - 1)
  },
  `weibull weibull` = function(p, q) {
    k <- p$concentration
    ratio <- q$concentration / k
    log(k) - k * log(p$scale) - log(q$concentration) + q$concentration * log(q$scale) +
      (k - q$concentration) * (log(p$scale) + digamma(1) / k) +
      (p$scale / q$scale)^q$concentration * gamma(ratio + 1) - 1
  },
  `beta beta` = function(p, q) {
    a <- p$concentration1
    b <- p$concentration0
    log_beta(q$concentration1, q$concentration0) - log_beta(a, b) + (a - q$concentration1) * digamma(a) +
      (b - q$concentration0) * digamma(b) +
      (q$concentration1 - a + q$concentration0 - b) * digamma(a + b)
  },
  `dirichlet dirichlet` = function(p, q) {
    a <- p$concentration
    b <- q$concentration
    total <- torch_sum(a, dim = -1L, keepdim = TRUE)
    each <- torch_lgamma(b) - torch_lgamma(a) + torch_mul(a - b, torch_sub(torch_digamma(a), torch_digamma(total)))
    torch_lgamma(torch_sum(a, dim = -1L)) - torch_lgamma(torch_sum(b, dim = -1L)) + torch_sum(each, dim = -1L)
  },
  `binomial binomial` = function(p, q) {
    if (!isTRUE(torch_equal(as_tensor(p$total_count), as_tensor(q$total_count)))) {
      abort("The divergence of binomial distributions is known for equal {.arg total_count}.")
    }
    a <- log_shares(p)
    b <- log_shares(q)
    p$total_count * (expected_log_ratio(a$log_p, b$log_p) + expected_log_ratio(a$log_q, b$log_q))
  },
  `poisson poisson` = function(p, q) {
    torch_sub(torch_xlogy(p$rate, p$rate), torch_xlogy(p$rate, q$rate)) - (p$rate - q$rate)
  },
  `categorical categorical` = function(p, q) {
    log_share <- function(d) log_category_shares(d$probs, d$logits)
    torch_sum(expected_log_ratio(log_share(p), log_share(q)), dim = -1L)
  },
  `multivariate normal multivariate normal` = function(p, q) {
    lower <- lapply(list(p, q), function(d) d$distribution$others$scale_tril())
    n <- value_shape(lower[[1]])[1]
    distance <- torch_sub(p$loc, q$loc)
    flat <- reshaped(distance, c(length(distance) / n, n))
    in_q <- function(x) linalg_solve_triangular(lower[[2]], x, upper = FALSE)
    log_det <- function(l) torch_sum(torch_log(torch_diag(l)))
    squares <- torch_sum(torch_square(in_q(torch_t(flat))), 1L)
    constant <- log_det(lower[[2]]) - log_det(lower[[1]]) + (torch_sum(torch_square(in_q(lower[[1]]))) - n) / 2
    reshaped(squares / 2 + constant, without_last(value_shape(distance), 1L))
  }
)

# Of a distribution with this mean and variance, beside a normal one of the same mean and variance.
kl_normal <- function(mean, variance, q) {
  ratio <- variance / q$scale^2
  (ratio + ((mean - q$loc) / q$scale)^2 - 1 - log(ratio)) / 2
}

log_shares <- function(d) {
  if (is.null(d$logits)) list(log_p = torch_log(d$probs), log_q = torch_log1p(-d$probs))
  else list(log_p = nnf_logsigmoid(d$logits), log_q = nnf_logsigmoid(-d$logits))
}

# p log(p / q), where p = 0 counts nothing and q = 0 else is infinitely bad.
expected_log_ratio <- function(log_p, log_q) {
  torch_where(torch_eq(log_p, -Inf), 0, torch_mul(torch_exp(log_p), torch_sub(log_p, log_q)))
}
