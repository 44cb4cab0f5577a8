# Distributions of counts and categories.

#' @rdname distributions
#' @export
distr_binomial <- function(total_count = 1, probs = NULL, logits = NULL, validate_args = NULL) {
  check_parameter(total_count, "total_count", validate_args, is_whole)
  check_probs_or_logits(probs, logits, validate_args)
  success <- success_of(probs, logits)
  log_prob <- if (is.null(probs)) function(value) log_binomial_logits(value, total_count, logits)
              else function(value) log_dbinom(value, total_count, probs)
  in_c <- function(n, p) list(n, success$probs(p))
  new_distribution("binomial", c(list(total_count = total_count), success$given), log_prob, others = success$others,
    mean = function(n, p) n * success$probs(p), variance = function(n, p) n * success$probs(p) * success$failure(p),
    entropy = function(n, p) binomial_entropy(total_count, probs = if (is.null(logits)) p,
                                              logits = if (is.null(probs)) p),
    cdf = probability_of("binom", in_c), icdf = quantile_of("binom", in_c),
    draw = function(n, size, p) stats::rbinom(n, size, success$plain(p)), make = maker_of(distr_binomial))
}

#' @rdname distributions
#' @export
distr_bernoulli <- function(probs = NULL, logits = NULL, validate_args = NULL) {
  check_probs_or_logits(probs, logits, validate_args)
  success <- success_of(probs, logits)
  log_prob <- if (is.null(probs)) function(value) log_binomial_logits(value, 1, logits)
              else function(value) log_dbinom(value, 1, probs)
  in_c <- function(p) list(1, success$probs(p))
  new_distribution("bernoulli", success$given, log_prob, others = success$others,
    mean = success$probs, variance = function(p) success$probs(p) * success$failure(p),
    entropy = function(p) -torch_add(success$weighted_log(p), success$weighted_log_failure(p)),
    cdf = probability_of("binom", in_c), icdf = quantile_of("binom", in_c),
    draw = function(n, p) stats::rbinom(n, 1, success$plain(p)), make = maker_of(distr_bernoulli))
}

#' @rdname distributions
#' @export
distr_negative_binomial <- function(total_count, probs = NULL, logits = NULL, validate_args = NULL) {
  check_parameter(total_count, "total_count", validate_args, is_positive)
  check_probs_or_logits(probs, logits, validate_args)
  success <- success_of(probs, logits)
  log_prob <- if (is.null(probs)) function(value) log_negative_binomial_logits(value, total_count, logits)
              else function(value) log_dnbinom(value, total_count, torch_sub(1, probs))
  in_c <- function(n, p) list(n, success$failure(p))
  odds <- function(p) if (is.null(probs)) exp(p) else p / (1 - p)
  new_distribution("negative binomial", c(list(total_count = total_count), success$given), log_prob,
    others = success$others, mean = function(n, p) n * odds(p), variance = function(n,
                                                                                    p) n * odds(p) / success$failure(p),
    cdf = probability_of("nbinom", in_c), icdf = quantile_of("nbinom", in_c),
    draw = function(n, size, p) stats::rnbinom(n, size, 1 - success$plain(p)), make = maker_of(distr_negative_binomial))
}

#' @rdname distributions
#' @export
distr_poisson <- function(rate, validate_args = NULL) {
  check_parameter(rate, "rate", validate_args, is_not_negative)
  new_distribution("poisson", list(rate = rate), function(value) log_dpois(value, rate), mean = identity,
    variance = identity, cdf = probability_of("pois"), icdf = quantile_of("pois"), draw = stats::rpois,
    make = maker_of(distr_poisson))
}

#' @rdname distributions
#' @export
distr_categorical <- function(probs = NULL, logits = NULL, validate_args = NULL) {
  check_probs_or_logits(probs, logits, validate_args, is_not_negative, ndim = 1L)
  log_share <- function(p) if (is.null(probs)) log_category_shares(logits = p) else log_category_shares(p)
  given <- if (is.null(probs)) list(logits = logits) else list(probs = probs)
  p <- given[[1]]
  new_distribution("categorical", given, function(value) log_categorical(value, log_share(p)), own_dims = 1L,
    others = if (is.null(probs)) list(probs = function() torch_exp(log_share(p)))
      else list(logits = function() log_share(p)),
    mean = function(p) NaN, variance = function(p) NaN,
    entropy = function(p) {
      shares <- if (is.null(probs)) torch_exp(log_share(p)) else category_shares(p)
      torch_neg(torch_sum(torch_where(torch_eq(shares, 0), 0, torch_mul(shares, log_share(p))), dim = -1L))
    },
    draw_events = function(shape, p) drawn_tensor(draw_categories(peeked(torch_exp(log_share(p)))), shape, given),
    make = maker_of(distr_categorical))
}

# ---- what the definitions are made of ----

# The probability of success, from `probs` or `logits` as they were given. Functions of the parameter p.
success_of <- function(probs, logits) {
  if (is.null(logits)) {
    list(given = list(probs = probs), others = list(logits = function() torch_logit(probs)), probs = identity,
         failure = function(p) 1 - p, plain = identity, weighted_log = function(p) torch_xlogy(p, p),
         weighted_log_failure = function(p) torch_xlogy(1 - p, 1 - p))
  } else {
    list(given = list(logits = logits), others = list(probs = function() torch_sigmoid(logits)),
         probs = torch_sigmoid, failure = function(p) torch_sigmoid(-p), plain = stats::plogis,
         weighted_log = function(p) torch_mul(torch_sigmoid(p), nnf_logsigmoid(p)),
         weighted_log_failure = function(p) torch_mul(torch_sigmoid(-p), nnf_logsigmoid(-p)))
  }
}

# A sum over the counts from 0 to n, which must be one number; they stand in a dimension of their own.
binomial_entropy <- function(n, probs, logits) {
  if (length(n) != 1) {
    abort("The entropy of binomial distributions is known for one {.arg total_count}, not {length(n)}.")
  }
  n <- as.integer(n)
  counts <- array(0:n, c(n + 1L, rep(1L, length(value_shape(probs %||% logits)))))
  log_prob <- distr_binomial(n, probs, logits, validate_args = FALSE)$log_prob(counts)
  torch_neg(torch_sum(torch_where(torch_eq(log_prob, -Inf), 0, torch_mul(torch_exp(log_prob), log_prob)), 1L))
}

# For each row of weights, the last dimension of which counts categories, one of 1, 2, ...
draw_categories <- function(weights) {
  n <- last_dims(dim(weights), 1L)
  weights <- matrix(weights, ncol = n)
  sought <- stats::runif(nrow(weights)) * rowSums(weights)
  category <- rep(1, nrow(weights))
  below <- 0
  for (k in seq_len(n - 1)) {
    below <- below + weights[, k]
    category <- category + (sought > below)
  }
  category
}
