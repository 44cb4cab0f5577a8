# R's functions of distributions: densities and probabilities.

distribution_masks <- function() list(
  dnorm = density_mask("dnorm", function(x, mean = 0, sd = 1) {
    at_mean(sd, function() torch_where(x == mean, Inf, -Inf), recycling(log_normal)(x, mean, sd))
  }),
  dlnorm = density_mask("dlnorm", function(x, meanlog = 0, sdlog = 1) recycling(log_log_normal)(x, meanlog, sdlog)),
  dgamma = density_mask("dgamma", function(x, shape, rate = 1 / scale, scale = 1) {
    if (!missing(rate) && !missing(scale)) one_of("dgamma", "rate", "scale")
    recycling(log_gamma_density)(x, shape, rate)
  }),
  dchisq = density_mask("dchisq", function(x, df) recycling(log_gamma_density)(x, torch_mul(df, 0.5), 0.5)),
  dbeta = density_mask("dbeta", function(x, shape1, shape2) recycling(log_beta_density)(x, shape1, shape2)),
  dexp = density_mask("dexp", function(x, rate = 1) recycling(log_exponential)(x, rate)),
  dweibull = density_mask("dweibull", function(x, shape, scale = 1) recycling(log_weibull)(x, shape, scale)),
  dt = density_mask("dt", function(x, df) recycling(function(x, df) log_student_t(x, df, 0, 1))(x, df)),
  dcauchy = density_mask("dcauchy", function(x, location = 0, scale = 1) recycling(log_cauchy)(x, location, scale)),
  dlogis = density_mask("dlogis", function(x, location = 0, scale = 1) recycling(log_logistic)(x, location, scale)),
  dunif = density_mask("dunif", function(x, min = 0, max = 1) recycling(log_uniform)(x, min, max)),
  dbinom = density_mask("dbinom", function(x, size, prob) recycling(log_binomial)(x, size, prob)),
  dpois = density_mask("dpois", function(x, lambda) recycling(log_poisson)(x, lambda)),
  dgeom = density_mask("dgeom", function(x, prob) {
    recycling(log_negative_binomial)(x, 1, torch_log(prob), torch_log1p(torch_neg(prob)))
  }),
  dnbinom = density_mask("dnbinom", function(x, size, prob, mu) {
    if (!missing(mu) && !missing(prob)) one_of("dnbinom", "prob", "mu")
    if (missing(mu)) recycling(log_negative_binomial)(x, size, torch_log(prob), torch_log1p(torch_neg(prob)))
    else recycling(log_negative_binomial)(x, size, torch_log(size / (size + mu)), torch_log(mu / (size + mu)))
  }),
  pnorm = mask("pnorm", normal_probability),
  plnorm = mask("plnorm", function(q, meanlog = 0, sdlog = 1, lower.tail = TRUE, log.p = FALSE) {
    normal_probability(torch_log(torch_maximum(q, 0)), meanlog, sdlog, lower.tail, log.p)
  }),
  pexp = survival_mask("pexp", function(q, rate = 1) recycling(function(q, rate) torch_mul(q, rate))(q, rate)),
  pweibull = survival_mask("pweibull", function(q, shape, scale = 1) {
    recycling(function(q, shape, scale) torch_pow(torch_div(q, scale), shape))(q, shape, scale)
  }),
  plogis = mask("plogis", logistic_probability),
  qlogis = mask("qlogis", logistic_quantile)
)

# Where sd is 0, all of a distribution is at its mean: what stands there.
at_mean <- function(sd, there, elsewhere) {
  if (isTRUE(any(sd == 0))) torch_where(sd == 0, there(), elsewhere) else elsewhere
}

# d*(x, ..., log = FALSE) from the logarithm of the density.
density_mask <- function(name, fun) {
  density <- bquote({
    value <- .(body(fun))
    if (as_flag(log, "log")) value else exp(value)
  })
  mask(name, as.function(c(formals(fun), alist(log = FALSE), density)))
}

# p*(q, ..., lower.tail = TRUE, log.p = FALSE) of a positive variable from its cumulative hazard.
survival_mask <- function(name, hazard) {
  probability <- bquote({
    q <- like_first(torch_maximum(q, 0), list(q))
    log_upper <- -.(body(hazard))
    log_p <- as_flag(log.p, "log.p")
    if (!as_flag(lower.tail, "lower.tail")) return(if (log_p) log_upper else exp(log_upper))
    if (log_p) log(-expm1(log_upper)) else -expm1(log_upper)
  })
  mask(name, as.function(c(formals(hazard), alist(lower.tail = TRUE, log.p = FALSE), probability)))
}

normal_probability <- function(q, mean = 0, sd = 1, lower.tail = TRUE, log.p = FALSE) {
  z <- recycling(function(q, mean, sd) torch_div(torch_sub(q, mean), sd))(q, mean, sd)
  z <- at_mean(sd, function() torch_where(q < mean, -Inf, Inf), z)
  if (!as_flag(lower.tail, "lower.tail")) z <- -z
  if (as_flag(log.p, "log.p")) .Call(C_log_pnorm, z) else 0.5 * torch_erfc(z * -sqrt(0.5))
}

logistic_probability <- function(q, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE) {
  z <- recycling(function(q, location, scale) torch_div(torch_sub(q, location), scale))(q, location, scale)
  if (!as_flag(lower.tail, "lower.tail")) z <- -z
  if (as_flag(log.p, "log.p")) .Call(C_logsigmoid, z) else torch_sigmoid(z)
}

logistic_quantile <- function(p, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE) {
  z <- if (as_flag(log.p, "log.p")) p - log(-expm1(p)) else torch_logit(p)
  if (!as_flag(lower.tail, "lower.tail")) z <- -z
  recycling(function(z, location, scale) torch_add(location, torch_mul(z, scale)))(z, location, scale)
}

one_of <- function(fun, first, second) {
  abort("{.fn {fun}} takes {.arg {first}} or {.arg {second}}, not both.", class = "gradtape_argument_error")
}
