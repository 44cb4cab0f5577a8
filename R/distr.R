# Probability distributions: what they have in common.

#' Probability distributions
#'
#' `distr_*()` make distributions as torch does; `$log_prob(value)` is the logarithm of the
#' density (or of the probability), differentiable with respect to the value and the
#' parameters. It is `-Inf` outside the support. All random numbers come from R's generator (see
#' [set.seed()]).
#'
#' @section Members:
#' - `$log_prob(value)`, `$cdf(value)`, `$icdf(value)`: logarithm of the density, probability of at most `value`,
#'   quantile. Value and parameters are broadcast as torch does. Distributions of vectors have no `$cdf()`; neither has
#'   the categorical one. Mixtures have no `$icdf()`.
#' - `$sample(sample_shape = NULL)`: draws, a tensor whose shape is `sample_shape` followed by `$batch_shape` and
#'   `$event_shape`; no gradient flows back through them.
#' - `$rsample(sample_shape = NULL)`: the same draws as functions of the parameters at fixed randomness, of which there
#'   are first and second derivatives. What is drawn by transforming standard draws is differentiated as such; for
#'   shapes and degrees of freedom the draw is the quantile of a fixed probability. Counts and mixtures have
#'   none (`$has_rsample` says so).
#' - `$mean`, `$variance`, `$stddev`, `$entropy()`: exact, differentiable in the parameters; `NaN` where there is no
#'   mean. The
#'   Poisson, negative binomial and mixture distributions have no entropy in closed form, and it is an error to ask
#' for it.
#' - the parameters by their names, broadcast, and `$probs` and `$logits` whichever of them was given.
#' - `$batch_shape`, `$event_shape`: shape of the parameters, and of one draw; `$expand(batch_shape)`: the same
#'   distribution for parameters of that shape.
#'
#' @param loc,scale Location, and scale (positive). Of the log-normal distribution, those of the logarithm.
#' @param concentration,rate Shape and rate, positive (the Poisson distribution's rate may be 0). Of the Dirichlet
#'   distribution, a vector of shapes, or an array whose last dimension holds them.
#' @param concentration1,concentration0 The two shapes of the beta distribution, positive.
#' @param total_count Number of trials, whole numbers of at least 0; of the negative binomial distribution, the number
#'   of
#'   failures at which counting ends, positive.
#' @param probs,logits Probability of success, or its logit; give one. Of the categorical distribution, weights
#'   of the categories 1, 2, ... (they need not add up to 1), or their logarithms, in the last dimension.
#' @param df Degrees of freedom, positive.
#' @param low,high The ends of an interval; `low` belongs to it, `high` does not.
#' @param covariance_matrix,precision_matrix,scale_tril Of the multivariate normal, give one:
#'   the covariance, its inverse, or its lower Cholesky factor.
#' @param mixture_distribution A categorical distribution: the weights of the components.
#' @param component_distribution A distribution whose last batch dimension counts the components.
#' @param validate_args Are parameters out of their range an error? With `NULL`, those that
#'   carry no gradient are checked. One that is being optimized may leave its range on the way:
#'   the log-density is then `NaN`, from where a line search steps back. `TRUE` checks all
#'   parameters, `FALSE` none.
#' @return An object of class `gradtape_distribution` with the members below. For the multivariate normal and
#'   the Dirichlet distribution, the last dimension of a value is one draw.
#' @references Johnson, Kotz and Balakrishnan (1994) *Continuous Univariate Distributions*,
#'   Wiley. Figurnov, Mohamed and Mnih (2018) *Implicit Reparameterization Gradients*.
#' @seealso [kl_divergence()]; [random_draws] for R's own functions.
#' @examples
#' y <- c(1.2, 0.7, 2.1)
#' mu <- torch_tensor(1, requires_grad = TRUE)
#' loss <- -sum(distr_normal(mu, 1)$log_prob(y))
#' loss$backward()
#' mu$grad
#' distr_normal(c(0, 10), 1)$sample(3)
#' shape <- torch_tensor(2, requires_grad = TRUE)
#' distr_gamma(shape, 1)$rsample(1000)$mean()$backward()
#' shape$grad                                             # the mean's derivative, 1, estimated
#' mixture <- distr_mixture_same_family(distr_categorical(c(0.3, 0.7)), distr_normal(c(-2, 1), 1))
#' mixture$log_prob(c(-2, 0, 1))
#' @name distributions
NULL

# parameters: a named list. log_prob: a function of the value. The other functions are given the parameters, in
# the list's order, broadcast to each other:
#   mean, variance, entropy(...)
#   cdf, icdf(value, ...)
#   draw(n, ...)         plain numbers, from plain parameters of length n; or, where own_dims are more than 0,
#   draw_events(shape, ...)   a tensor: draws for this batch shape
#   smooth(shape, ...)   draws for this batch shape that are differentiable in the parameters
# others: parameters that follow from those given. make: makes the distribution of other parameters.
# own_dims: how many of a parameter's last dimensions belong to one draw.
new_distribution <- function(name, parameters, log_prob, ..., others = list(), make, event_shape = integer(),
                             own_dims = integer(length(parameters)),
                             batch_shape = common_shape(Map(without_last, lapply(parameters, value_shape), own_dims))) {
  structure(list(name = name, parameters = parameters, log_prob = log_prob, functions = list(...), others = others,
                 make = make, batch_shape = batch_shape, event_shape = event_shape, own_dims = own_dims),
            class = "gradtape_distribution")
}

#' @export
`$.gradtape_distribution` <- function(x, name) {
  if (name == "log_prob") return(.subset2(x, "log_prob"))
  d <- unclass(x)
  member <- distribution_members[[name]]
  if (!is.null(member)) return(member(d))
  if (!is.null(d$parameters[[name]])) return(as_tensor(broadcast_parameters(d)[[name]]))
  if (!is.null(d$others[[name]])) return(as_tensor(d$others[[name]]()))
  abort_unknown_member(name, c("log_prob", names(distribution_members), names(d$parameters), names(d$others)),
                       "The {d$name} distribution")
}

#' @export
print.gradtape_distribution <- function(x, ...) {
  d <- unclass(x)
  cat("<distribution> ", d$name, if (length(d$batch_shape)) paste0(", batch shape ", shape_text_of(d$batch_shape)),
      if (length(d$event_shape)) paste0(", event shape ", shape_text_of(d$event_shape)), "\n", sep = "")
  invisible(x)
}

# ---- members: functions of the list in a distribution ----

distribution_members <- list(
  sample = function(d) function(sample_shape = NULL) with_no_grad(detached(draw_sample(d, sample_shape))),
  rsample = function(d) function(sample_shape = NULL) {
    if (is.null(d$functions$smooth)) abort_no_function(d, "rsample", "its draws change in jumps")
    smooth_sample(d, sample_shape)
  },
  has_rsample = function(d) !is.null(d$functions$smooth),
  cdf = function(d) function(value) of_value(d, "cdf", value),
  icdf = function(d) function(value) of_value(d, "icdf", value),
  mean = function(d) of_parameters(d, "mean"),
  variance = function(d) of_parameters(d, "variance"),
  stddev = function(d) torch_sqrt(of_parameters(d, "variance")),
  entropy = function(d) function() {
    if (is.null(d$functions$entropy)) abort_no_function(d, "entropy", "there is no closed form")
    of_parameters(d, "entropy", event_shape = integer())
  },
  batch_shape = function(d) d$batch_shape,
  event_shape = function(d) d$event_shape,
  expand = function(d) function(batch_shape) {
    batch_shape <- check_shape(batch_shape, "batch_shape")
    common_shape(list(batch_shape, d$batch_shape), "batch shapes")
    d$make(broadcast_parameters(d, batch_shape), batch_shape)
  }
)

abort_no_function <- function(d, what, why) abort("The {d$name} distribution has no {.field ${what}()}: {why}.")

broadcast_parameters <- function(d, batch_shape = d$batch_shape) {
  Map(function(p, own) expanded(p, c(batch_shape, last_dims(value_shape(p), own))), d$parameters, d$own_dims)
}

of_parameters <- function(d, what, event_shape = d$event_shape) {
  value <- do.call(d$functions[[what]], unname(broadcast_parameters(d)))
  as_tensor(expanded(value, c(d$batch_shape, event_shape)))
}

of_value <- function(d, what, value) {
  if (is.null(d$functions[[what]])) abort_no_function(d, what, "it is not known for this one")
  shape <- common_shape(list(value_shape(value), d$batch_shape), "value and parameters")
  do.call(d$functions[[what]], c(list(expanded(value, shape)), unname(broadcast_parameters(d, shape))))
}

draw_sample <- function(d, sample_shape) {
  draw <- d$functions[["draw"]]                                 # ($draw would find draw_events)
  if (is.null(draw) && is.null(d$functions$draw_events)) return(smooth_sample(d, sample_shape))
  shape <- c(check_shape(sample_shape, "sample_shape"), d$batch_shape)
  parameters <- unname(broadcast_parameters(d, shape))
  if (is.null(draw)) do.call(d$functions$draw_events, c(list(shape), parameters))
  else drawn_tensor(do.call(draw, c(list(prod(shape)), plain_parameters(parameters))), shape, d$parameters)
}

smooth_sample <- function(d, sample_shape) {
  shape <- c(check_shape(sample_shape, "sample_shape"), d$batch_shape)
  as_tensor(do.call(d$functions$smooth, c(list(shape), unname(broadcast_parameters(d, shape)))))
}

# ---- parameters: their ranges, their common shape ----

# What a parameter's values must be, and its name. All are NA for NA.
is_real <- structure(function(v) v == v, range = "numbers")
is_positive <- structure(function(v) v > 0, range = "positive")
is_not_negative <- structure(function(v) v >= 0, range = "at least 0")
is_probability <- structure(function(v) v >= 0 & v <= 1, range = "probabilities, from 0 to 1")
is_whole <- structure(function(v) v >= 0 & v == trunc(v), range = "whole numbers of at least 0")

check_parameter <- function(x, name, validate_args, is_good = is_real, ndim = 0L) {
  if (!is.null(validate_args)) check_flag(validate_args, "validate_args")
  if (!is.numeric(x)) abort("{.arg {name}} must be numeric or a tensor, not {given(x)}.")
  if (length(value_shape(x)) < ndim) {
    abort("{.arg {name}} must have at least {ndim} dimension{?s}; it has shape {shape_text(x)}.",
          "gradtape_shape_error")
  }
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

check_distribution <- function(x, name) {
  if (!inherits(x, "gradtape_distribution")) abort("{.arg {name}} must be a distribution, not {given(x)}.")
}

# One of probs and logits, with which a distribution is made.
check_probs_or_logits <- function(probs, logits, validate_args, is_good = is_probability, ndim = 0L) {
  if (is.null(probs) == is.null(logits)) abort("Give either {.arg probs} or {.arg logits}.")
  if (is.null(probs)) check_parameter(logits, "logits", validate_args, ndim = ndim)
  else check_parameter(probs, "probs", validate_args, is_good, ndim)
}

# In the dtype of the parameters that are real tensors.
drawn_tensor <- function(values, shape, parameters) random_tensor(values, parameters, shape, dtype_of(parameters))
dtype_of <- function(parameters) {
  dtypes <- unlist(lapply(Filter(is_torch_tensor, parameters), function(p) tensor_info(p)$dtype))
  if ("double" %in% dtypes) "double" else if ("float" %in% dtypes) "float"
}

# A function smooth() of standard draws and the parameters.
transformed <- function(standard, transform) {
  function(shape, ...) transform(drawn_tensor(standard(prod(shape)), shape, list(...)), ...)
}
