# Distributions of vectors, and mixtures.

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
  loc <- at_least_vector(loc)
  lower <- if (!is.null(scale_tril)) scale_tril
           else linalg_cholesky(if (is.null(covariance_matrix)) linalg_inv(precision_matrix) else covariance_matrix)
  covariance <- function() covariance_matrix %||% matrix_multiply(lower, lower, transpose_y = TRUE)
  others <- list(covariance_matrix = covariance, precision_matrix = function() linalg_inv(covariance()),
                 scale_tril = function() lower)
  d <- value_shape(lower)[1]
  new_distribution("multivariate normal", list(loc = loc), function(value) log_multivariate_normal(value, loc, lower),
    others = others, mean = identity, variance = function(loc) torch_diag(covariance()),
    entropy = function(loc) torch_sum(torch_log(torch_diag(lower))) + d * (1 + log(2 * pi)) / 2,
    smooth = function(shape, loc) {
      z <- drawn_tensor(stats::rnorm(prod(shape) * d), as.integer(c(prod(shape), d)), list(loc, lower))
      loc + reshaped(matrix_multiply(z, lower, transpose_y = TRUE), c(shape, d))
    },
    event_shape = d, own_dims = 1L,
    make = function(parameters, batch_shape) {
      distr_multivariate_normal(parameters$loc, scale_tril = lower, validate_args = FALSE)
    })
}

#' @rdname distributions
#' @export
distr_dirichlet <- function(concentration, validate_args = NULL) {
  check_parameter(concentration, "concentration", validate_args, is_positive, ndim = 1L)
  n <- last_dims(value_shape(concentration), 1L)
  total <- function(a) torch_sum(a, dim = -1L, keepdim = TRUE)
  share <- function(a) torch_div(a, total(a))
  new_distribution("dirichlet", list(concentration = concentration),
    function(value) log_dirichlet(value, concentration), mean = share,
    variance = function(a) torch_div(torch_mul(share(a), torch_sub(1, share(a))), torch_add(total(a), 1)),
    entropy = function(a) {
      sum_of <- function(x) torch_sum(x, dim = -1L)
      all <- sum_of(a)
      sum_of(torch_lgamma(a)) - torch_lgamma(all) + (all - n) * torch_digamma(all) -
        sum_of(torch_mul(torch_sub(a, 1), torch_digamma(a)))
    },
    smooth = draw_dirichlet, event_shape = n, own_dims = 1L, make = maker_of(distr_dirichlet))
}

# Shares of gamma draws. A gamma draw of shape a is one of shape a + 1 times a uniform one to the power 1 / a (Marsaglia
# and Tsang 2000), whose logarithm is still a number where a is small and all draws would be 0.
draw_dirichlet <- function(shape, concentration) {
  above <- concentration + 1
  whole <- c(shape, last_dims(value_shape(concentration), 1L))
  log_u <- drawn_tensor(log(stats::runif(prod(whole))), whole, list(concentration))
  nnf_softmax(log(implicit(stats::rgamma, "gamma", function(a) list(a, 1))(whole, above)) + log_u / concentration, -1L)
}

#' @rdname distributions
#' @export
distr_mixture_same_family <- function(mixture_distribution, component_distribution, validate_args = NULL) {
  weights <- check_weights(mixture_distribution)
  component_distribution <- check_components(component_distribution, value_shape(weights))
  components <- unclass(component_distribution)
  event <- length(components$event_shape)
  # values beside the components: a dimension of 1 in front of those of one draw
  beside <- function(value) torch_unsqueeze(as_tensor(value), -1L - event)
  shares <- torch_exp(weights)
  # weighted with the shares, one of which belongs to `dims` further dimensions
  weighted <- function(x, dims = event) {
    for (k in seq_len(dims)) shares <- torch_unsqueeze(shares, -1L)
    torch_sum(torch_mul(shares, x), dim = -1L - dims)
  }
  log_prob <- function(value) {
    torch_logsumexp(torch_add(weights, component_distribution$log_prob(beside(value))), dim = -1L)
  }
  mean <- function() weighted(component_distribution$mean)
  new_distribution("mixture", list(), log_prob,
    others = list(), mean = mean,
    variance = function() {
      deviation <- torch_sub(component_distribution$mean, torch_unsqueeze(mean(), -1L - event))
      weighted(torch_add(component_distribution$variance, torch_square(deviation)))
    },
    cdf = if (!is.null(components$functions$cdf)) function(value) weighted(component_distribution$cdf(beside(value)),
                                                                           0L),
    draw_events = function(shape) draw_mixture(shape, mixture_distribution, component_distribution),
    batch_shape = without_last(components$batch_shape, 1L), event_shape = components$event_shape,
    make = function(parameters, batch_shape) {
      n <- last_dims(components$batch_shape, 1L)
      distr_mixture_same_family(mixture_distribution$expand(batch_shape),
                                component_distribution$expand(c(batch_shape, n)))
    })
}

# The logarithms of the weights.
check_weights <- function(mixture_distribution) {
  if (!inherits(mixture_distribution, "gradtape_distribution") || unclass(mixture_distribution)$name != "categorical") {
    abort("{.arg mixture_distribution} must be made by {.fn distr_categorical}, not {given(mixture_distribution)}.")
  }
  p <- mixture_distribution$logits
  nnf_log_softmax(p, -1L)
}

# The components, for each row of the weights.
check_components <- function(component_distribution, shape) {
  check_distribution(component_distribution, "component_distribution")
  components <- unclass(component_distribution)
  n <- last_dims(shape, 1L)
  if (!identical(utils::tail(components$batch_shape, 1L), n)) {
    abort(paste("The last batch dimension of {.arg component_distribution} must be {n}, as many as there are weights;",
                "its batch shape is {shape_text_of(components$batch_shape)}."), "gradtape_shape_error")
  }
  batch_shape <- common_shape(list(shape, components$batch_shape), "weights and components")
  if (identical(batch_shape, components$batch_shape)) component_distribution
    else component_distribution$expand(batch_shape)
}

# A draw of each component, of which one is taken.
draw_mixture <- function(shape, weights, components) {
  batch <- length(components$batch_shape) - 1L
  sample_shape <- shape[seq_len(length(shape) - batch)]
  all <- components$sample(sample_shape)
  event <- components$event_shape
  n <- last_dims(components$batch_shape, 1L)
  chosen <- peeked(weights$expand(last_dims(shape, batch))$sample(sample_shape))
  rows <- prod(shape)
  at <- seq_len(rows) + (as.vector(chosen) - 1) * rows
  at <- outer(at, (seq_len(prod(event)) - 1) * rows * n, `+`)
  reshaped(elements(all, as.vector(at)), c(shape, event))
}
