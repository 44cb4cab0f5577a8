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
#' @param input A tensor whose shape and dtype are taken.
#' @param dtype,device,requires_grad As in [torch_tensor()].
#' @param seed A whole number.
#' @return A tensor: uniform on (0, 1) from `torch_rand()`, standard normal from
#'   `torch_randn()`. `torch_manual_seed()`: nothing.
#' @examples
#' set.seed(1)
#' torch_randn(2, 3)
#' torch_randint(1, 7, size = 5)
#' @name random
NULL

#' @rdname random
#' @export
torch_rand <- function(..., dtype = NULL, device = NULL, requires_grad = FALSE) {
  filled(stats::runif, c(...), dtype, device, requires_grad)
}
#' @rdname random
#' @export
torch_randn <- function(..., dtype = NULL, device = NULL, requires_grad = FALSE) {
  filled(stats::rnorm, c(...), dtype, device, requires_grad)
}
#' @rdname random
#' @export
torch_randint <- function(low, high, size, dtype = NULL, device = NULL, requires_grad = FALSE) {
  check_plain(low, "low", whole = TRUE)
  check_plain(high, "high", min = low + 1, whole = TRUE)
  filled(function(n) floor(stats::runif(n, low, high)), size, dtype, device, requires_grad)
}
#' @rdname random
#' @export
torch_randperm <- function(n, dtype = torch_long(), device = NULL, requires_grad = FALSE) {
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
torch_rand_like <- function(input, dtype = NULL, device = NULL, requires_grad = FALSE) {
  torch_rand(value_shape(input), dtype = dtype_like(input, dtype), device = device, requires_grad = requires_grad)
}
#' @rdname random
#' @export
torch_randn_like <- function(input, dtype = NULL, device = NULL, requires_grad = FALSE) {
  torch_randn(value_shape(input), dtype = dtype_like(input, dtype), device = device, requires_grad = requires_grad)
}
