# Tensors of given values.

#' Tensors of evenly spaced or constant values
#'
#' @param start,end First and last value (for `torch_logspace()`, their logarithms).
#' @param steps How many values; a whole number of at least 0.
#' @param base Base of the logarithm.
#' @param ... The shape: whole numbers, or one vector of them.
#' @param size The shape, as a vector of whole numbers.
#' @param fill_value A number.
#' @param dtype,device,requires_grad As in [torch_tensor()].
#' @return A tensor: of one dimension from `torch_linspace()` and `torch_logspace()`, else
#'   of the given shape.
#' @examples
#' torch_linspace(0, 1, steps = 5)
#' torch_logspace(-3, 3, steps = 3)
#' torch_zeros(2, 3)
#' @name creation
NULL

#' @rdname creation
#' @export
torch_linspace <- function(start, end, steps = 100, dtype = NULL, device = NULL, requires_grad = FALSE) {
  check_number(start, "start")
  check_number(end, "end")
  check_number(steps, "steps", min = 0)
  torch_tensor(as_shape(seq(start, end, length.out = steps), steps), dtype, device, requires_grad)
}

#' @rdname creation
#' @export
torch_logspace <- function(start, end, steps = 100, base = 10, dtype = NULL, device = NULL,
                           requires_grad = FALSE) {
  check_number(start, "start")
  check_number(end, "end")
  check_number(steps, "steps", min = 0)
  check_number(base, "base")
  torch_tensor(as_shape(base^seq(start, end, length.out = steps), steps), dtype, device, requires_grad)
}

# One value keeps its one dimension.
as_shape <- function(x, shape) if (length(x) == 1) array(x, shape) else x

#' @rdname creation
#' @export
torch_full <- function(size, fill_value, dtype = NULL, device = NULL, requires_grad = FALSE) {
  check_device(device)
  check_number(fill_value, "fill_value")
  check_shape(size)
  .Call(C_call_tensor, as.numeric(fill_value), dtype_name(dtype), requires_grad, as.integer(size))
}

check_shape <- function(size) {
  if (!is.numeric(size) || anyNA(size) || any(size < 0) || any(size != trunc(size))) {
    cli::cli_abort("{.arg size} must hold whole numbers of at least 0, not {.val {size}}.", call = NULL)
  }
}

#' @rdname creation
#' @export
torch_zeros <- function(..., dtype = NULL, device = NULL, requires_grad = FALSE) {
  torch_full(c(...), 0, dtype, device, requires_grad)
}

#' @rdname creation
#' @export
torch_ones <- function(..., dtype = NULL, device = NULL, requires_grad = FALSE) {
  torch_full(c(...), 1, dtype, device, requires_grad)
}
