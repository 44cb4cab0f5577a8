# R's random numbers, with parameters that are tensors.

#' Random numbers with parameters that are tensors
#'
#' Inside [tensor_function()] and [tape()], R's `rnorm()` and its kin take tensors as parameters. They
#' draw from R's generator exactly the numbers that R's function would draw, and leave it in the
#' same state.
#'
#' Whether a gradient flows through a draw follows one rule. It does where the draw is a smooth
#' function of the parameter at fixed randomness ("reparametrised"):
#' - `rnorm()`, `rlnorm()`, `runif()`, `rexp()`, `rlogis()`, `rcauchy()`, `rweibull()`: all parameters;
#' - `rgamma()`, `rbeta()`, `rchisq()`, `rt()`, `rf()`: all parameters; a draw is the quantile of a fixed probability,
#'   of
#'   which there are first and second derivatives;
#' - `sample()`: the values that are drawn from.
#'
#' Counts and positions change in jumps, so the draws of `rbinom()`, `rpois()`, `rgeom()`, `rnbinom()`,
#' `rhyper()`, `rmultinom()` and `sample.int()`, and what `prob` decides in `sample()`, are constants, of gradient zero.
#'
#' A tape replays a function whose draws do not reach its value, such as the posterior-predictive
#' `yhat` of a model that returns its log-posterior: no numbers are drawn then. Where they do reach it, the
#' function runs at every call. After `set.seed()` inside the function, draws are the same at every call,
#' and are replayed as constants (those whose parameters are tensors where they are standard draws, transformed: the
#' first line above).
#' @references Figurnov, Mohamed and Mnih (2018) *Implicit Reparameterization Gradients*.
#' @examples
#' model <- function(p) {
#'   mu <- p[1] + p[2] * 1:3
#'   yhat <- rnorm(3, mu, exp(p[3]))
#'   list(LP = sum(dnorm(c(1.2, 1.9, 3.3), mu, exp(p[3]), log = TRUE)), yhat = yhat)$LP
#' }
#' gradient(model, c(0, 1, 0))
#' @name random_draws
NULL

random_masks <- function() list(
  set.seed = function(seed, ...) {
    is_known <- draws$is_fixed || identical(draws$seed, random_seed())
    original("set.seed")(if (is_torch_tensor(seed)) as.integer(seed) else seed, ...)
    draws$is_fixed <- is_known
  },
  rnorm = mask("rnorm", function(n, mean = 0, sd = 1) {
    smooth_draw("rnorm", n, list(mean, sd), function(x, mean, sd) (x - mean) / sd, function(z, mean, sd) mean + sd * z)
  }),
  rlnorm = mask("rlnorm", function(n, meanlog = 0, sdlog = 1) {
    smooth_draw("rlnorm", n, list(meanlog, sdlog), function(x, mean, sd) (log(x) - mean) / sd,
                function(z, mean, sd) exp(mean + sd * z))
  }),
  runif = mask("runif", function(n, min = 0, max = 1) {
    smooth_draw("runif", n, list(min, max), function(x, min, max) (x - min) / (max - min), function(u, min, max) min +
                (max - min) * u)
  }),
  rexp = mask("rexp", function(n, rate = 1) {
    smooth_draw("rexp", n, list(rate), function(x, rate) x * rate, function(e, rate) e / rate)
  }),
  rlogis = mask("rlogis", function(n, location = 0, scale = 1) {
    smooth_draw("rlogis", n, list(location, scale), function(x, at, scale) (x - at) / scale,
                function(z, at, scale) at + scale * z)
  }),
  rcauchy = mask("rcauchy", function(n, location = 0, scale = 1) {
    smooth_draw("rcauchy", n, list(location, scale), function(x, at, scale) (x - at) / scale,
                function(z, at, scale) at + scale * z)
  }),
  rweibull = mask("rweibull", function(n, shape, scale = 1) {
    smooth_draw("rweibull", n, list(shape, scale), function(x, shape, scale) shape * log(x / scale),
                function(log_e, shape, scale) scale * exp(log_e / shape))
  }),
  rgamma = mask("rgamma", function(n, shape, rate = 1 / scale, scale = 1) {
    if (!missing(rate) && !missing(scale)) one_of("rgamma", "rate", "scale")
    scale <- if (missing(scale)) 1 / rate else scale
    if (is_torch_tensor(shape)) return(implicit_draw("rgamma", n, list(shape, scale = scale), "gamma"))
    smooth_draw("rgamma", n, list(shape, scale = scale), function(x, shape, scale) x / scale,
                function(z, shape, scale) scale * z, is_steady = FALSE)
  }),
  rchisq = mask("rchisq", function(n, df) implicit_draw("rchisq", n, list(df), "gamma", function(df) list(df / 2, 2))),
  rt = mask("rt", function(n, df) implicit_draw("rt", n, list(df), "t")),
  rf = mask("rf", function(n, df1, df2) implicit_draw("rf", n, list(df1, df2), "f")),
  rbeta = mask("rbeta", function(n, shape1, shape2) implicit_draw("rbeta", n, list(shape1, shape2), "beta")),
  rbinom = mask("rbinom", function(n, size, prob) constant_draw("rbinom", n, list(size, prob))),
  rpois = mask("rpois", function(n, lambda) constant_draw("rpois", n, list(lambda))),
  rgeom = mask("rgeom", function(n, prob) constant_draw("rgeom", n, list(prob))),
  rhyper = mask("rhyper", function(nn, m, n, k) constant_draw("rhyper", nn, list(m, n, k))),
  rnbinom = mask("rnbinom", function(n, size, prob, mu) {
    constant_draw("rnbinom", n, c(list(size), if (missing(mu)) list(prob = prob) else list(mu = mu)))
  }),
  rmultinom = mask("rmultinom", function(n, size, prob) constant_draw("rmultinom", n, list(size, prob))),
  sample = mask("sample", function(x, size, replace = FALSE, prob = NULL) {
    is_count <- length(x) == 1 && is.numeric(x) && as.logical(x >= 1)
    n <- if (is_count) how_many(x) else length(x)
    at <- drawn_positions(n, if (missing(size)) n else size, replace, prob)
    if (is_count) at else drawn_elements(x, at)
  }),
  sample.int = mask("sample.int", function(n, size = n, replace = FALSE, prob = NULL) {
    drawn_positions(how_many(n), size, replace, prob)
  })
)

# What a recording knows of R's generator: `seed`, its state after the last draw that is part of
# the recording; is_fixed, whether the function has set it.
draws <- list2env(list(seed = NULL, is_fixed = FALSE))
expect_draws <- function() {
  draws$seed <- random_seed()
  draws$is_fixed <- FALSE
}
# Were numbers drawn that are constants for a recording, and would be others at the next call?
has_unknown_draws <- function() !draws$is_fixed && !identical(draws$seed, random_seed())

# R's function on the values of the parameters.
draw_values <- function(name, n, parameters) {
  is_known <- identical(draws$seed, random_seed())
  x <- do.call(original(name), c(list(n), plain_parameters(parameters)), quote = TRUE)
  if (is_known) draws$seed <- random_seed()
  x
}
plain_parameters <- function(parameters) lapply(parameters, function(p) as.vector(peeked(p)))

# As many as R's functions draw for `n`.
how_many <- function(n) if (length(n) > 1) length(n) else if (is_torch_tensor(n)) as.integer(n) else n

# A draw that is a function of what is random and of the parameters. noise(x, ...) finds what was
# random. is_steady: it does not depend on the parameters how many numbers of the stream are used.
smooth_draw <- function(name, n, parameters, noise, value, is_steady = TRUE) {
  x <- draw_values(name, how_many(n), parameters)
  if (!has_tensor(parameters)) return(x)
  each <- function(p) if (length(p) == 1) reshaped(p, integer()) else elements(p, rep_len(seq_along(p), length(x)))
  if (!length(x)) return(torch_tensor(x))
  z <- do.call(noise, unname(c(list(x), lapply(lapply(parameters, each), peeked))))
  z[is.nan(z)] <- 0                            # 0 / 0, where all lies at one point
  smooth <- do.call(value, unname(c(list(z), lapply(parameters, each))))
  if (draws$is_fixed && is_steady) return(smooth)
  # exactly the numbers of R, with the derivative of the function
  torch_where(is.finite(x), random_tensor(x, parameters) + (smooth - detached(smooth)), random_tensor(x, parameters))
}

# A draw that R does not make by transforming standard ones: with the derivatives of the quantile of its probability
# (Figurnov, Mohamed and Mnih 2018). in_c: from R's parameters to those of R's C code.
implicit_draw <- function(name, n, parameters, distribution, in_c = list) {
  x <- draw_values(name, how_many(n), parameters)
  if (!has_tensor(parameters)) return(x)
  if (!length(x)) return(torch_tensor(x))
  each <- lapply(unname(parameters), function(p) elements(p, rep_len(seq_along(p), length(x))))
  with_slope_of_quantile(random_tensor(x, parameters), distribution, do.call(in_c, each))
}

# x, drawn from the distribution `name` (of R's C code), with the derivatives of the quantile of its probability in the
# parameters. The tail that is the smaller one is taken: the other's probability may be 1 in all digits.
with_slope_of_quantile <- function(x, name, parameters) {
  plain <- c(list(peeked(x)), lapply(parameters, peeked))
  log_tail <- function(upper) peeked(apply_op(paste0("p", name), plain, c(upper, 1L)))
  tails <- list(log_tail(0L), log_tail(1L))
  is_lower <- tails[[1]] <= tails[[2]]
  quantile <- function(upper) {
    apply_op(paste0("q", name), c(list(ifelse(is_lower == upper, -1, tails[[upper + 1L]])), parameters), c(upper, 1L))
  }
  # (nothing is known of a draw at the end of the range, where it was rounded to)
  is_inside <- is.finite(tails[[1]]) & is.finite(tails[[2]])
  q <- torch_where(is_lower, quantile(0L), quantile(1L))
  x + torch_where(is_inside, q - detached(q), 0)
}

# A draw that changes in jumps only. For a recording it is a tensor, lest it be taken for a constant.
constant_draw <- function(name, n, parameters) {
  x <- draw_values(name, how_many(n), parameters)
  if (any(vapply(parameters, is_recorded, NA))) random_tensor(x, parameters) else x
}

random_tensor <- function(x, parameters, shape = dim(x) %||% length(x), dtype = NULL) {
  x <- .Call(C_call_tensor, as.numeric(x), dtype, FALSE, shape)
  recorded <- Filter(is_recorded, unname(parameters))
  if (length(recorded)) apply_op("draw", c(list(x), recorded)) else x
}

drawn_positions <- function(n, size, replace, prob) {
  size <- if (is_torch_tensor(size)) as.integer(size) else size
  is_known <- identical(draws$seed, random_seed())
  at <- original("sample.int")(n, size, replace, peeked(prob))
  if (is_known) draws$seed <- random_seed()
  if (is_recorded(prob)) random_tensor(at, list(prob)) else at
}
drawn_elements <- function(x, at) {
  if (!is_torch_tensor(at) && is_recorded(x)) at <- random_tensor(at, list(x))
  if (!is_torch_tensor(at)) return(elements(x, at))
  if (is.numeric(x)) return(apply_op("take", list(x, at - 1)))
  .Call(C_call_record_unreplayable, "a random choice of what is no number")
  x[peeked(at)]
}
