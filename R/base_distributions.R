# R's functions of distributions: densities, probabilities and quantiles. Each is one operation, with
# R's domain; its parameters are those of R's C code (scale, not rate).

#' R's distributions on tensors
#'
#' On a tape and in a copy made by [tensor_function()], R's functions of distributions take tensors as any
#' argument: `d*()`, `p*()` and `q*()` of `norm`, `lnorm`, `gamma`, `chisq`, `beta`, `exp`, `weibull`,
#' `t`, `f`, `cauchy`, `logis`, `unif`, `binom`, `pois`, `geom`, `nbinom` (`prob` or `mu`) and `hyper`, and
#' `dmultinom()`; so do `beta`, `lbeta`, `choose`, `lchoose`, `gamma`, `lgamma`, `digamma`, `trigamma`,
#' `psigamma`, `factorial`, `lfactorial` and `besselI`, `besselJ`, `besselK`, `besselY` of real order.
#'
#' @section Values:
#' They are R's, with R's domain: `NaN`, `Inf` and `NA` come out where they do on numbers. R's warning that
#' `NaN`s were produced is not given, nor that a count is no whole number: an optimizer tries such
#' points on its way. Warnings that a result is not precise are R's own, and come through.
#'
#' Densities are computed in Loader's form, so that large parameters keep their digits. R's own C library
#' computes probabilities, quantiles and Bessel functions.
#'
#' @section Derivatives:
#' There are first and second derivatives with respect to the first argument and to all parameters that may be
#' real numbers, those of `p*()` and `q*()` with respect to shapes and degrees of freedom included. A
#' derivative of higher order with respect to these, one with respect to `nu`, the order of a Bessel function,
#' or to `deriv` of `psigamma()` is an error that says so. Counts, and parameters that R takes only as
#' whole numbers (`size` of the binomial, all of the hypergeometric distribution, `k` of `choose()`), have the
#' derivative 0, as has a density outside its support. Where a density is `NaN`, so are its derivatives;
#' what is left out afterwards, by `na.rm`, `ifelse()` or `x[is.na(x)] <- 0`, contributes 0 (see
#' [singular_points]).
#'
#' Noncentral distributions (`ncp`) have no version for tensors; neither have `signrank`, `wilcox` and `tukey`.
#'
#' @references Loader, C. (2000) *Fast and accurate computation of binomial probabilities*.
#'   Takahasi, H. and Mori, M. (1974) Double exponential formulas for numerical integration, *Publications of
#'   the RIMS* 9, 721-741: derivatives of probabilities are means of the density's over the tail.
#' @examples
#' y <- c(1.2, 0.7, 2.1)
#' censored <- c(FALSE, FALSE, TRUE)
#' loss <- function(par) {
#'   -sum(dgamma(y[!censored], par[1], par[2], log = TRUE)) -
#'     sum(pgamma(y[censored], par[1], par[2], lower.tail = FALSE, log.p = TRUE))
#' }
#' tape(loss, c(2, 1))$gr(c(2, 1))
#' @name r_distributions
#' @seealso [distributions], torch's objects.
NULL

distribution_masks <- function() c(density_masks(), probability_masks(), quantile_masks())

density_masks <- function() list(
  dnorm = density_mask("dnorm", function(x, mean = 0, sd = 1) recycling(log_dnorm)(x, mean, sd)),
  dlnorm = density_mask("dlnorm", function(x, meanlog = 0, sdlog = 1) recycling(log_dlnorm)(x, meanlog, sdlog)),
  dgamma = density_mask("dgamma", function(x, shape, rate = 1, scale = 1 / rate) {
    if (!missing(rate) && !missing(scale)) one_of("dgamma", "rate", "scale")
    recycling(log_dgamma)(x, shape, scale)
  }),
  dchisq = density_mask("dchisq", function(x, df) recycling(log_dgamma)(x, df / 2, 2)),
  dbeta = density_mask("dbeta", function(x, shape1, shape2) recycling(log_dbeta)(x, shape1, shape2)),
  dexp = density_mask("dexp", function(x, rate = 1) recycling(log_dexp)(x, 1 / rate)),
  dweibull = density_mask("dweibull", function(x, shape, scale = 1) recycling(log_dweibull)(x, shape, scale)),
  dt = density_mask("dt", function(x, df) recycling(log_dt)(x, df)),
  df = density_mask("df", function(x, df1, df2) recycling(log_df)(x, df1, df2)),
  dcauchy = density_mask("dcauchy", function(x, location = 0, scale = 1) recycling(log_dcauchy)(x, location, scale)),
  dlogis = density_mask("dlogis", function(x, location = 0, scale = 1) recycling(log_dlogis)(x, location, scale)),
  dunif = density_mask("dunif", function(x, min = 0, max = 1) recycling(log_dunif)(x, min, max)),
  dbinom = density_mask("dbinom", function(x, size, prob) recycling(log_dbinom)(x, size, prob)),
  dpois = density_mask("dpois", function(x, lambda) recycling(log_dpois)(x, lambda)),
  dgeom = density_mask("dgeom", function(x, prob) recycling(log_dgeom)(x, prob)),
  dnbinom = density_mask("dnbinom", function(x, size, prob, mu) {
    if (!missing(mu) && !missing(prob)) one_of("dnbinom", "prob", "mu")
    if (missing(mu)) recycling(log_dnbinom)(x, size, prob) else recycling(log_dnbinom_mu)(x, size, mu)
  }),
  dhyper = density_mask("dhyper", function(x, m, n, k) recycling(log_dhyper)(x, m, n, k)),
  dmultinom = mask("dmultinom", function(x, size = NULL, prob, log = FALSE) {
    value <- log_dmultinom(x, size, prob)
    if (as_flag(log, "log")) value else exp(value)
  })
)

probability_masks <- function() list(
  pnorm = distribution_mask("pnorm", function(q, mean = 0, sd = 1) list(q, mean, sd)),
  plnorm = distribution_mask("plnorm", function(q, meanlog = 0, sdlog = 1) list(q, meanlog, sdlog)),
  pgamma = distribution_mask("pgamma", function(q, shape, rate = 1, scale = 1 / rate) {
    if (!missing(rate) && !missing(scale)) one_of("pgamma", "rate", "scale")
    list(q, shape, scale)
  }),
  pchisq = distribution_mask("pchisq", function(q, df) list(q, df / 2, 2), op = "pgamma"),
  pbeta = distribution_mask("pbeta", function(q, shape1, shape2) list(q, shape1, shape2)),
  pexp = distribution_mask("pexp", function(q, rate = 1) list(q, 1 / rate)),
  pweibull = distribution_mask("pweibull", function(q, shape, scale = 1) list(q, shape, scale)),
  pt = distribution_mask("pt", function(q, df) list(q, df)),
  pf = distribution_mask("pf", function(q, df1, df2) list(q, df1, df2)),
  pcauchy = distribution_mask("pcauchy", function(q, location = 0, scale = 1) list(q, location, scale)),
  plogis = mask("plogis", logistic_probability),
  punif = distribution_mask("punif", function(q, min = 0, max = 1) list(q, min, max)),
  pbinom = distribution_mask("pbinom", function(q, size, prob) list(q, size, prob)),
  ppois = distribution_mask("ppois", function(q, lambda) list(q, lambda)),
  pgeom = distribution_mask("pgeom", function(q, prob) list(q, prob)),
  pnbinom = negative_binomial_mask("pnbinom", "q"),
  phyper = distribution_mask("phyper", function(q, m, n, k) list(q, m, n, k))
)

quantile_masks <- function() list(
  qnorm = distribution_mask("qnorm", function(p, mean = 0, sd = 1) list(p, mean, sd)),
  qlnorm = distribution_mask("qlnorm", function(p, meanlog = 0, sdlog = 1) list(p, meanlog, sdlog)),
  qgamma = distribution_mask("qgamma", function(p, shape, rate = 1, scale = 1 / rate) {
    if (!missing(rate) && !missing(scale)) one_of("qgamma", "rate", "scale")
    list(p, shape, scale)
  }),
  qchisq = distribution_mask("qchisq", function(p, df) list(p, df / 2, 2), op = "qgamma"),
  qbeta = distribution_mask("qbeta", function(p, shape1, shape2) list(p, shape1, shape2)),
  qexp = distribution_mask("qexp", function(p, rate = 1) list(p, 1 / rate)),
  qweibull = distribution_mask("qweibull", function(p, shape, scale = 1) list(p, shape, scale)),
  qt = distribution_mask("qt", function(p, df) list(p, df)),
  qf = distribution_mask("qf", function(p, df1, df2) list(p, df1, df2)),
  qcauchy = distribution_mask("qcauchy", function(p, location = 0, scale = 1) list(p, location, scale)),
  qlogis = mask("qlogis", logistic_quantile),
  qunif = distribution_mask("qunif", function(p, min = 0, max = 1) list(p, min, max)),
  qbinom = distribution_mask("qbinom", function(p, size, prob) list(p, size, prob)),
  qpois = distribution_mask("qpois", function(p, lambda) list(p, lambda)),
  qgeom = distribution_mask("qgeom", function(p, prob) list(p, prob)),
  qnbinom = negative_binomial_mask("qnbinom", "p"),
  qhyper = distribution_mask("qhyper", function(p, m, n, k) list(p, m, n, k))
)

# d*(x, ..., log = FALSE) from the logarithm of the density.
density_mask <- function(name, fun) {
  density <- bquote({
    value <- .(body(fun))
    if (as_flag(log, "log")) value else exp(value)
  })
  mask(name, as.function(c(formals(fun), alist(log = FALSE), density)))
}

# p*() and q*(): the operation `op` of the arguments that `arguments` gives.
distribution_mask <- function(name, arguments, op = name) {
  value <- bquote(apply_distribution(.(op), .(body(arguments)), lower.tail, log.p))
  mask(name, as.function(c(formals(arguments), alist(lower.tail = TRUE, log.p = FALSE), value)))
}

negative_binomial_mask <- function(name, first) {
  method <- function(q, size, prob, mu, lower.tail = TRUE, log.p = FALSE) {
    if (!missing(mu) && !missing(prob)) one_of(name, "prob", "mu")
    if (missing(mu)) apply_distribution(name, list(q, size, prob), lower.tail, log.p)
    else apply_distribution(paste0(name, "_mu"), list(q, size, mu), lower.tail, log.p)
  }
  names(formals(method))[1] <- first
  body(method) <- do.call(substitute, list(body(method), list(q = as.name(first), name = name)))
  mask(name, method)
}

apply_distribution <- function(op, args, lower.tail = TRUE, log.p = FALSE) {
  flags <- c(!as_flag(lower.tail, "lower.tail"), as_flag(log.p, "log.p"))
  do.call(recycling(function(...) apply_op(op, list(...), flags)), args)
}

# The logistic distribution by operations that vectorise, as regressions use it, where no parameter
# can be out of its range.
logistic_probability <- function(q, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE) {
  if (is_torch_tensor(scale) || !all(scale > 0) %in% TRUE) {
    return(apply_distribution("plogis", list(q, location, scale), lower.tail, log.p))
  }
  standard <- missing(location) && missing(scale)
  z <- if (standard) q else {
    recycling(function(q, location, scale) torch_div(torch_sub(q, location), scale))(q, location, scale)
  }
  if (!as_flag(lower.tail, "lower.tail")) z <- -z
  if (as_flag(log.p, "log.p")) .Call(C_logsigmoid, z) else torch_sigmoid(z)
}

logistic_quantile <- function(p, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE) {
  standard <- missing(location) && missing(scale) && !as_flag(log.p, "log.p")
  if (!standard) return(apply_distribution("qlogis", list(p, location, scale), lower.tail, log.p))
  z <- recycling(torch_logit)(p)
  if (as_flag(lower.tail, "lower.tail")) z else -z
}

one_of <- function(fun, first, second) {
  abort("{.fn {fun}} takes {.arg {first}} or {.arg {second}}, not both.", class = "gradtape_argument_error")
}
