# Tensors of given values.

#' Tensors of evenly spaced or constant values
#'
#' @param start,end First and last value (for `torch_logspace()`, their logarithms).
#' @param steps How many values; a whole number of at least 0.
#' @param base Base of the logarithm.
#' @param ... The shape: whole numbers, or one vector of them.
#' @param size The shape, as a vector of whole numbers.
#' @param fill_value,value A number.
#' @param step Distance between values. As in R's torch (and in [seq()]) the end is included. With one bound
#'   only, `torch_arange()` counts from 1 to it.
#' @param n,m Rows and columns; `torch_eye()` has ones on the diagonal.
#' @param input A tensor whose shape and dtype are taken.
#' @param dtype,device,requires_grad As in [torch_tensor()].
#' @param names Only `NULL`: dimensions have no names here.
#' @param layout,memory_format As in [formats].
#' @details Where `start`, `end`, `step`, `base`, `fill_value` or `value` is a tensor of one element,
#'   the result is computed from it and keeps the gradient.
#' @return A tensor: of one dimension from `torch_linspace()`, `torch_logspace()` and
#'   `torch_arange()`, else
#'   of the given shape.
#' @examples
#' torch_linspace(0, 1, steps = 5)
#' torch_logspace(-3, 3, steps = 3)
#' torch_zeros(2, 3)
#' @name creation
NULL

#' @rdname creation
#' @export
torch_linspace <- function(start, end, steps = 100, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  check_form(layout = layout)
  check_finite(start, "start")
  check_finite(end, "end")
  check_count(steps, "steps", min = 0)
  if (any_tensor(start, end)) return(computed_tensor(tensor_sequence(start, end, steps), dtype, device, requires_grad))
  torch_tensor(as_shape(seq(start, end, length.out = steps), steps), dtype, device, requires_grad)
}

# start ... end, where one of them or both are tensors.
tensor_sequence <- function(start, end, steps) {
  part <- array(seq(0, 1, length.out = steps), steps)
  torch_add(torch_mul(flat_or_scalar(start), 1 - part), torch_mul(flat_or_scalar(end), part))
}

# What was computed from tensors keeps its gradient.
computed_tensor <- function(x, dtype, device, requires_grad) {
  check_device(device)
  check_flag(requires_grad, "requires_grad")
  if (!is.null(dtype)) x <- x$to(dtype)
  if (requires_grad && !tensor_info(x)$requires_grad) x$detach()$requires_grad_() else x
}

#' @rdname creation
#' @export
torch_logspace <- function(start, end, steps = 100, base = 10, dtype = NULL, layout = NULL, device = NULL,
                           requires_grad = FALSE) {
  check_form(layout = layout)
  check_finite(start, "start")
  check_finite(end, "end")
  check_count(steps, "steps", min = 0)
  check_number(base, "base")
  if (any_tensor(start, end, base)) {
    return(computed_tensor(torch_pow(base, tensor_sequence(start, end, steps)), dtype, device, requires_grad))
  }
  torch_tensor(as_shape(base^seq(start, end, length.out = steps), steps), dtype, device, requires_grad)
}

# One value keeps its one dimension.
as_shape <- function(x, shape) if (length(x) == 1) array(x, shape) else x

#' @rdname creation
#' @export
torch_full <- function(size, fill_value, names = NULL, dtype = NULL, layout = NULL, device = NULL,
                       requires_grad = FALSE) {
  if (!is.null(names) || !is.null(layout)) check_form(names, layout)
  check_device(device)
  check_number(fill_value, "fill_value")
  if (is_torch_tensor(fill_value)) {
    return(computed_tensor(torch_expand(flat_or_scalar(fill_value), check_shape(size)), dtype, NULL, requires_grad))
  }
  .Call(C_call_tensor, as.numeric(fill_value), dtype_name(dtype), requires_grad, check_shape(size))
}

#' @rdname creation
#' @export
torch_zeros <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  torch_full(c(...), 0, names, dtype, layout, device, requires_grad)
}

#' @rdname creation
#' @export
torch_ones <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  torch_full(c(...), 1, names, dtype, layout, device, requires_grad)
}

#' @rdname creation
#' @export
torch_empty <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  torch_full(c(...), 0, names, dtype, layout, device, requires_grad)
}

#' @rdname creation
#' @export
torch_eye <- function(n, m = n, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  check_form(layout = layout)
  check_count(n, "n", min = 0)
  check_count(m, "m", min = 0)
  torch_tensor(diag(1, n, m), dtype, device, requires_grad)
}

#' @rdname creation
#' @export
torch_arange <- function(start, end, step = 1, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  check_form(layout = layout)
  if (missing(end)) {
    end <- start
    start <- 1L
  }
  if (is.null(dtype) && is.integer(start) && is.integer(end) && (missing(step) || is.integer(step))) dtype <- "long"
  check_finite(start, "start")
  check_finite(end, "end")
  check_number(step, "step")
  if (step == 0 || (end - start) * step < 0) {
    abort("{.arg step} = {step} does not lead from {start} to {end}.")
  }
  if (any_tensor(start, end, step)) {
    n <- as.integer((end - start) / step + 1e-10)         # as seq() counts them
    values <- torch_add(flat_or_scalar(start), torch_mul(flat_or_scalar(step), array(0:n, n + 1)))
    return(computed_tensor(values, dtype, device, requires_grad))
  }
  values <- seq(start, end, by = step)
  check_device(device)
  .Call(C_call_tensor, as.numeric(values), dtype_name(dtype), requires_grad, length(values))
}

#' @rdname creation
#' @export
torch_scalar_tensor <- function(value, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  check_form(layout = layout)
  check_number(value, "value")
  if (is_torch_tensor(value)) return(computed_tensor(flat_or_scalar(value), dtype, device, requires_grad))
  torch_tensor(value, dtype, device, requires_grad)
}

#' @rdname creation
#' @export
torch_zeros_like <- function(input, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                             memory_format = NULL) {
  torch_full_like(input, 0, dtype, layout, device, requires_grad, memory_format)
}
#' @rdname creation
#' @export
torch_ones_like <- function(input, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                            memory_format = NULL) {
  torch_full_like(input, 1, dtype, layout, device, requires_grad, memory_format)
}
#' @rdname creation
#' @export
torch_empty_like <- torch_zeros_like
#' @rdname creation
#' @export
torch_full_like <- function(input, fill_value, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                            memory_format = NULL) {
  check_form(memory_format = memory_format)
  torch_full(value_shape(input), fill_value, NULL, dtype_like(input, dtype), layout, device, requires_grad)
}
