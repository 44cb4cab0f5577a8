# Tensors of random numbers, from R's generator.

#' Tensors of random numbers
#'
#' The numbers come from R's generator, so `set.seed()` makes them repeatable;
#' `torch_manual_seed()` is another name for it.
#'
#' @param ... The shape: whole numbers, or one vector of them.
#' @param low,high Whole numbers from `low` to `high - 1`.
#' @param size The shape.
#' @param n How many; the result is a random order of `1:n`.
#' @param input A tensor whose shape and dtype are taken; of `torch_bernoulli()` without `p`, probabilities; of
#'   `torch_poisson()`, rates; of `torch_multinomial()`, weights of the categories 1, 2, ..., in the last dimension.
#' @param p The probability of a 1.
#' @param mean,std Mean and standard deviation: tensors that are broadcast to each other, or numbers with `size`.
#' @param num_samples How many categories are drawn.
#' @param replacement May a category be drawn more than once?
#' @param dtype,device,requires_grad As in [torch_tensor()].
#' @param names Only `NULL`: dimensions have no names here.
#' @param layout,memory_format As in [formats].
#' @param seed A whole number.
#' @param code What is run with this seed; R's generator is in its former state afterwards.
#' @param generator No other generator than R's is there; it must be `NULL`.
#' @return A tensor: uniform on (0, 1) from `torch_rand()`, standard normal from
#'   `torch_randn()`, normal from `torch_normal()`; 0 or 1, counts, and categories (from 1) from `torch_bernoulli()`,
#'   `torch_poisson()` and `torch_multinomial()`. None has a gradient; see `$rsample()` of [distributions].
#'   `torch_manual_seed()`: nothing. `with_torch_manual_seed()`: the value of `code`.
#'
#' @section In place: `$normal_(mean = 0, std = 1)`, `$uniform_(from = 0, to = 1)`, `$bernoulli_(p = 0.5)`,
#'   `$exponential_(lambd = 1)`, `$log_normal_(mean = 1, std = 2)`, `$cauchy_(median = 0, sigma = 1)`,
#'   `$geometric_(p)` (trials up to a success) and `$random_(from, to)` (whole numbers up to `to - 1`) fill a tensor
#' with draws.
#' @examples
#' set.seed(1)
#' torch_randn(2, 3)
#' torch_randint(1, 7, size = 5)
#' torch_multinomial(c(0.2, 0.5, 0.3), 2)
#' with_torch_manual_seed(seed = 3, torch_normal(0, 2, size = 2))
#' @name random
NULL

#' @rdname random
#' @export
torch_rand <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  check_form(names, layout)
  filled(stats::runif, c(...), dtype, device, requires_grad)
}
#' @rdname random
#' @export
torch_randn <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  check_form(names, layout)
  filled(stats::rnorm, c(...), dtype, device, requires_grad)
}
#' @rdname random
#' @export
torch_randint <- function(low, high, size, generator = NULL, dtype = NULL, layout = NULL, device = NULL,
                          requires_grad = FALSE, memory_format = NULL) {
  check_form(layout = layout, memory_format = memory_format)
  check_generator(generator)
  check_plain(low, "low", whole = TRUE)
  check_plain(high, "high", min = low + 1, whole = TRUE)
  filled(function(n) floor(stats::runif(n, low, high)), size, dtype, device, requires_grad)
}
#' @rdname random
#' @export
torch_randint_like <- function(input, low, high, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  torch_randint(low, high, value_shape(input), NULL, dtype_like(input, dtype), layout, device, requires_grad)
}
#' @rdname random
#' @export
torch_randperm <- function(n, dtype = torch_long(), layout = NULL, device = NULL, requires_grad = FALSE) {
  check_form(layout = layout)
  check_count(n, "n", min = 0)
  filled(sample.int, n, dtype, device, requires_grad)
}
#' @rdname random
#' @export
torch_manual_seed <- function(seed) {
  check_plain(seed, "seed", whole = TRUE)
  set.seed(seed)
}

filled <- function(draw, size, dtype, device, requires_grad) {
  check_device(device)
  size <- check_shape(size)
  .Call(C_call_tensor, as.numeric(draw(prod(size))), dtype_name(dtype), requires_grad, size)
}

#' @rdname random
#' @export
torch_rand_like <- function(input, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                            memory_format = NULL) {
  check_form(layout = layout, memory_format = memory_format)
  torch_rand(value_shape(input), dtype = dtype_like(input, dtype), device = device, requires_grad = requires_grad)
}
#' @rdname random
#' @export
torch_randn_like <- function(input, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                            memory_format = NULL) {
  check_form(layout = layout, memory_format = memory_format)
  torch_randn(value_shape(input), dtype = dtype_like(input, dtype), device = device, requires_grad = requires_grad)
}

#' @rdname random
#' @export
torch_normal <- function(mean = 0, std = 1, size = NULL, generator = NULL, dtype = NULL, device = NULL,
                         requires_grad = FALSE) {
  check_device(device)
  check_generator(generator)
  check_parameter(mean, "mean", TRUE)
  check_parameter(std, "std", TRUE, is_not_negative)
  shape <- if (is.null(size)) common_shape(list(value_shape(mean), value_shape(std)), "mean and std")
    else check_shape(size)
  values <- lapply(list(mean, std), function(p) as.vector(peeked(expanded(p, shape))))
  dtype <- if (is.null(dtype)) dtype_of(list(mean, std)) else dtype_name(dtype)
  .Call(C_call_tensor, values[[1]] + values[[2]] * stats::rnorm(prod(shape)), dtype, requires_grad, shape)
}
#' @rdname random
#' @export
torch_bernoulli <- function(input, p, generator = NULL) {
  check_generator(generator)
  if (missing(p)) {
    check_parameter(input, "input", TRUE, is_probability)
    return(drawn_like(input, function(n, x) stats::rbinom(n, 1, x)))
  }
  check_number(p, "p", min = 0, max = 1)
  drawn_like(input, function(n, x) stats::rbinom(n, 1, peeked(p)))
}
#' @rdname random
#' @export
torch_poisson <- function(input, generator = NULL) {
  check_generator(generator)
  check_parameter(input, "input", TRUE, is_not_negative)
  drawn_like(input, stats::rpois)
}
#' @rdname random
#' @export
torch_multinomial <- function(input, num_samples, replacement = FALSE, generator = NULL) {
  check_generator(generator)
  check_parameter(input, "input", TRUE, is_not_negative, ndim = 1L)
  check_count(num_samples, "num_samples")
  check_flag(replacement, "replacement")
  n <- last_dims(value_shape(input), 1L)
  rows <- matrix(peeked(input), ncol = n)
  fewest <- min(if (replacement) rowSums(rows > 0) * num_samples else rowSums(rows > 0))
  if (fewest < num_samples) {
    how <- if (!replacement) " without replacement"
    abort("{num_samples} categor{?y/ies} cannot be drawn{how} from {fewest} with a weight.")
  }
  at <- apply(rows, 1, function(weights) sample.int(n, num_samples, replacement, weights))
  .Call(C_call_tensor, as.numeric(t(matrix(at, num_samples))), "long", FALSE,
        c(without_last(value_shape(input), 1L), as.integer(num_samples)))
}

#' @rdname random
#' @export
with_torch_manual_seed <- function(code, ..., seed) {
  if (...length()) abort("{.fn with_torch_manual_seed} takes {.arg code} and {.arg seed}.")
  check_plain(seed, "seed", whole = TRUE)
  with_random_state(NULL, {
    set.seed(seed)
    force(code)
  })
}

check_generator <- function(generator) {
  if (!is.null(generator)) abort("{.arg generator} must be NULL: all random numbers come from R's generator.")
}

# draw(n, x): n numbers for n values.
drawn_like <- function(x, draw) {
  drawn_tensor(draw(length(x), as.vector(peeked(x))), value_shape(x), list(x))
}

# ---- methods that fill a tensor with draws ----

drawing_methods <- list(
  normal_ = function(self) function(mean = 0, std = 1) {
    check_number(std, "std", min = 0)
    fill_drawn(self, stats::rnorm, mean, std)
  },
  log_normal_ = function(self) function(mean = 1, std = 2) {
    check_number(std, "std", min = 0)
    fill_drawn(self, stats::rlnorm, mean, std)
  },
  cauchy_ = function(self) function(median = 0, sigma = 1) {
    check_number(sigma, "sigma", above = 0)
    fill_drawn(self, stats::rcauchy, median, sigma)
  },
  uniform_ = function(self) function(from = 0, to = 1) {
    check_number(to, "to", min = peeked(from))
    fill_drawn(self, stats::runif, from, to)
  },
  exponential_ = function(self) function(lambd = 1) {
    check_number(lambd, "lambd", above = 0)
    fill_drawn(self, stats::rexp, lambd)
  },
  geometric_ = function(self) function(p) {
    check_number(p, "p", above = 0, max = 1)
    fill_drawn(self, function(n, p) stats::rgeom(n, p) + 1, p)
  },
  bernoulli_ = function(self) function(p = 0.5) {
    check_number(p, "p", min = 0, max = 1)
    fill_drawn(self, stats::rbinom, 1, p)
  },
  random_ = function(self) function(from, to) {
    check_plain(from, "from", whole = TRUE)
    check_plain(to, "to", min = from + 1, whole = TRUE)
    fill_drawn(self, function(n, from, to) floor(stats::runif(n, from, to)), from, to)
  }
)

fill_drawn <- function(self, draw, ...) {
  shape <- value_shape(self)
  values <- as.numeric(do.call(draw, c(list(prod(shape)), plain_parameters(list(...)))))
  invisible(.Call(C_call_assign, self, .Call(C_call_tensor, values, tensor_info(self)$dtype, FALSE, shape)))
}
