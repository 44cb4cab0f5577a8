# Distributions of numbers: real ones.

#' @rdname distributions
#' @export
distr_normal <- function(loc, scale, validate_args = NULL) {
  check_parameter(loc, "loc", validate_args)
  check_parameter(scale, "scale", validate_args, is_positive)
  new_distribution("normal", list(loc = loc, scale = scale), function(value) log_dnorm(value, loc, scale),
    mean = function(loc, scale) loc, variance = function(loc, scale) scale^2,
    entropy = function(loc, scale) log(scale) + (1 + log(2 * pi)) / 2,
    cdf = probability_of("norm"), icdf = quantile_of("norm"), draw = stats::rnorm,
    smooth = transformed(stats::rnorm, function(z, loc, scale) loc + scale * z), make = maker_of(distr_normal))
}

#' @rdname distributions
#' @export
distr_lognormal <- function(loc, scale, validate_args = NULL) {
  check_parameter(loc, "loc", validate_args)
  check_parameter(scale, "scale", validate_args, is_positive)
  new_distribution("log-normal", list(loc = loc, scale = scale), function(value) log_dlnorm(value, loc, scale),
    mean = function(loc, scale) exp(loc + scale^2 / 2),
    variance = function(loc, scale) expm1(scale^2) * exp(2 * loc + scale^2),
    entropy = function(loc, scale) loc + log(scale) + (1 + log(2 * pi)) / 2,
    cdf = probability_of("lnorm"), icdf = quantile_of("lnorm"), draw = stats::rlnorm,
    smooth = transformed(stats::rnorm, function(z, loc, scale) exp(loc + scale * z)), make = maker_of(distr_lognormal))
}

#' @rdname distributions
#' @export
distr_half_normal <- function(scale, validate_args = NULL) {
  check_parameter(scale, "scale", validate_args, is_positive)
  log_prob <- function(value) {
    torch_where(torch_ge(value, 0), torch_add(log_dnorm(value, 0, scale), log(2)), -Inf)
  }
  new_distribution("half-normal", list(scale = scale), log_prob,
    mean = function(scale) scale * sqrt(2 / pi), variance = function(scale) scale^2 * (1 - 2 / pi),
    entropy = function(scale) log(scale) + (1 + log(pi / 2)) / 2,
    cdf = function(value, scale) torch_where(torch_ge(value, 0), torch_erf(torch_div(value, scale * sqrt(2))), 0),
    icdf = function(value, scale) apply_op("qnorm", list((value + 1) / 2, 0, scale), c(0L, 0L)),
    smooth = transformed(stats::rnorm, function(z, scale) scale * abs(z)), make = maker_of(distr_half_normal))
}

#' @rdname distributions
#' @export
distr_laplace <- function(loc, scale, validate_args = NULL) {
  check_parameter(loc, "loc", validate_args)
  check_parameter(scale, "scale", validate_args, is_positive)
  log_prob <- function(value) {
    torch_neg(torch_add(torch_div(torch_abs(torch_sub(value, loc)), scale), torch_log(torch_mul(2, scale))))
  }
  new_distribution("laplace", list(loc = loc, scale = scale), log_prob,
    mean = function(loc, scale) loc, variance = function(loc, scale) 2 * scale^2,
    entropy = function(loc, scale) 1 + log(2 * scale),
    cdf = function(value, loc, scale) {
      z <- torch_div(torch_sub(value, loc), scale)
      tail <- torch_mul(torch_exp(torch_neg(torch_abs(z))), 0.5)
      torch_where(torch_lt(z, 0), tail, torch_sub(1, tail))
    },
    icdf = function(value, loc, scale) {
      lower <- torch_le(value, 0.5)
      tail <- torch_where(lower, value, torch_sub(1, value))
      z <- torch_log(torch_mul(2, tail))
      torch_add(loc, torch_mul(scale, torch_where(lower, z, torch_neg(z))))
    },
    smooth = transformed(function(n) stats::rexp(n) - stats::rexp(n), function(z, loc, scale) loc + scale * z),
    make = maker_of(distr_laplace))
}

#' @rdname distributions
#' @export
distr_cauchy <- function(loc, scale, validate_args = NULL) {
  check_parameter(loc, "loc", validate_args)
  check_parameter(scale, "scale", validate_args, is_positive)
  new_distribution("cauchy", list(loc = loc, scale = scale), function(value) log_dcauchy(value, loc, scale),
    mean = function(loc, scale) NaN, variance = function(loc, scale) Inf,
    entropy = function(loc, scale) log(4 * pi * scale),
    cdf = probability_of("cauchy"), icdf = quantile_of("cauchy"), draw = stats::rcauchy,
    smooth = transformed(stats::rcauchy, function(z, loc, scale) loc + scale * z), make = maker_of(distr_cauchy))
}

#' @rdname distributions
#' @export
distr_uniform <- function(low, high, validate_args = NULL) {
  check_parameter(low, "low", validate_args)
  check_parameter(high, "high", validate_args)
  check_parameter(torch_sub(high, low), "high - low", validate_args, is_positive)
  log_prob <- function(value) {
    inside <- torch_logical_and(torch_ge(value, low), torch_lt(value, high))
    torch_where(inside, torch_neg(torch_log(torch_sub(high, low))), -Inf)
  }
  new_distribution("uniform", list(low = low, high = high), log_prob,
    mean = function(low, high) (low + high) / 2, variance = function(low, high) (high - low)^2 / 12,
    entropy = function(low, high) log(high - low), cdf = probability_of("unif"), icdf = quantile_of("unif"),
    draw = stats::runif, smooth = transformed(stats::runif, function(u, low, high) low + (high - low) * u),
    make = maker_of(distr_uniform))
}

#' @rdname distributions
#' @export
distr_exponential <- function(rate, validate_args = NULL) {
  check_parameter(rate, "rate", validate_args, is_positive)
  new_distribution("exponential", list(rate = rate), function(value) log_dexp(value, torch_reciprocal(rate)),
    mean = function(rate) 1 / rate, variance = function(rate) 1 / rate^2, entropy = function(rate) 1 - log(rate),
    cdf = probability_of("exp", function(rate) list(1 / rate)), icdf = quantile_of("exp",
                                                                                   function(rate) list(1 / rate)),
    draw = stats::rexp, smooth = transformed(stats::rexp, function(z, rate) z / rate),
    make = maker_of(distr_exponential))
}

#' @rdname distributions
#' @export
distr_weibull <- function(scale, concentration, validate_args = NULL) {
  check_parameter(scale, "scale", validate_args, is_positive)
  check_parameter(concentration, "concentration", validate_args, is_positive)
  in_c <- function(scale, concentration) list(concentration, scale)
  new_distribution("weibull", list(scale = scale, concentration = concentration),
    function(value) log_dweibull(value, concentration, scale),
    mean = function(scale, k) scale * gamma(1 + 1 / k),
    variance = function(scale, k) scale^2 * (gamma(1 + 2 / k) - gamma(1 + 1 / k)^2),
    entropy = function(scale, k) -digamma(1) * (1 - 1 / k) + log(scale / k) + 1,
    cdf = probability_of("weibull", in_c), icdf = quantile_of("weibull", in_c),
    draw = function(n, scale, k) stats::rweibull(n, k, scale),
    smooth = transformed(function(n) log(-log(stats::runif(n))), function(z, scale, k) scale * exp(z / k)),
    make = maker_of(distr_weibull))
}

#' @rdname distributions
#' @export
distr_gamma <- function(concentration, rate, validate_args = NULL) {
  check_parameter(concentration, "concentration", validate_args, is_positive)
  check_parameter(rate, "rate", validate_args, is_positive)
  in_c <- function(concentration, rate) list(concentration, 1 / rate)
  new_distribution("gamma", list(concentration = concentration, rate = rate),
    function(value) log_dgamma(value, concentration, torch_reciprocal(rate)),
    mean = function(concentration, rate) concentration / rate,
    variance = function(concentration, rate) concentration / rate^2, entropy = gamma_entropy,
    cdf = probability_of("gamma", in_c), icdf = quantile_of("gamma", in_c), draw = stats::rgamma,
    smooth = implicit(stats::rgamma, "gamma", in_c), make = maker_of(distr_gamma))
}

#' @rdname distributions
#' @export
distr_chi2 <- function(df, validate_args = NULL) {
  check_parameter(df, "df", validate_args, is_positive)
  in_c <- function(df) list(df / 2, 2)
  new_distribution("chi2", list(df = df), function(value) log_dgamma(value, torch_div(df, 2), 2),
    mean = function(df) df, variance = function(df) 2 * df, entropy = function(df) gamma_entropy(df / 2, 0.5),
    cdf = probability_of("gamma", in_c), icdf = quantile_of("gamma", in_c), draw = stats::rchisq,
    smooth = implicit(stats::rchisq, "gamma", in_c), make = maker_of(distr_chi2))
}

gamma_entropy <- function(shape, rate) shape - log(rate) + lgamma(shape) + (1 - shape) * digamma(shape)

#' @rdname distributions
#' @export
distr_beta <- function(concentration1, concentration0, validate_args = NULL) {
  check_parameter(concentration1, "concentration1", validate_args, is_positive)
  check_parameter(concentration0, "concentration0", validate_args, is_positive)
  new_distribution("beta", list(concentration1 = concentration1, concentration0 = concentration0),
    function(value) log_dbeta(value, concentration1, concentration0),
    mean = function(a, b) a / (a + b), variance = function(a, b) a * b / ((a + b)^2 * (a + b + 1)),
    entropy = function(a, b) {
      log_beta(a, b) - (a - 1) * digamma(a) - (b - 1) * digamma(b) +
        (a + b - 2) * digamma(a + b)
    },
    cdf = probability_of("beta"), icdf = quantile_of("beta"), draw = stats::rbeta,
    smooth = implicit(stats::rbeta, "beta"), make = maker_of(distr_beta))
}

#' @rdname distributions
#' @export
distr_student_t <- function(df, loc = 0, scale = 1, validate_args = NULL) {
  check_parameter(df, "df", validate_args, is_positive)
  check_parameter(loc, "loc", validate_args)
  check_parameter(scale, "scale", validate_args, is_positive)
  standard <- implicit(stats::rt, "t")
  new_distribution("student_t", list(df = df, loc = loc, scale = scale),
    function(value) log_student_t(value, df, loc, scale),
    mean = function(df, loc, scale) torch_where(torch_gt(df, 1), loc, NaN),
    variance = function(df, loc, scale) {
      ratio <- torch_where(torch_gt(df, 2), torch_div(df, torch_sub(df, 2)), torch_where(torch_gt(df, 1), Inf, NaN))
      scale^2 * ratio
    },
    entropy = function(df, loc, scale) {
      log(scale) + (df + 1) / 2 * (digamma((df + 1) / 2) - digamma(df / 2)) + log(df) / 2 + lgamma(df / 2) +
        lgamma(0.5) - lgamma((df + 1) / 2)
    },
    cdf = function(value, df, loc, scale) {
      apply_op("pt", list(torch_div(torch_sub(value, loc), scale), df), c(0L, 0L))
    },
    icdf = function(value, df, loc, scale) {
      torch_add(loc, torch_mul(scale, apply_op("qt", list(value, df), c(0L, 0L))))
    },
    draw = function(n, df, loc, scale) loc + scale * stats::rt(n, df),
    smooth = function(shape, df, loc, scale) loc + scale * standard(shape, df), make = maker_of(distr_student_t))
}

# ---- what the definitions are made of ----

# cdf() and icdf() by R's distribution `name`; in_c: from the parameters to those of R's C code.
probability_of <- function(name, in_c = list) function_of(paste0("p", name), in_c)
quantile_of <- function(name, in_c = list) function_of(paste0("q", name), in_c)
function_of <- function(op, in_c) function(value, ...) apply_op(op, c(list(value), in_c(...)), c(0L, 0L))

# smooth() for what R does not draw by transforming standard draws.
implicit <- function(draw, name, in_c = list) {
  function(shape, ...) {
    x <- drawn_tensor(do.call(draw, c(list(prod(shape)), plain_parameters(list(...)))), shape, list(...))
    with_slope_of_quantile(x, name, in_c(...))
  }
}

# make(): with the parameters of another shape, which need not be checked again.
maker_of <- function(constructor) function(parameters, batch_shape) do.call(constructor, c(parameters,
                                                                                           validate_args = FALSE))
