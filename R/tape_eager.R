# Derivatives of a function without a recording: it runs on tensors, with backward().

eager_value <- function(f, x) with_tape_settings({
  value <- f(torch_tensor(x, requires_grad = TRUE))
  with_form(as.vector(as_array(as_tensor(value))), form_of(value))
})

eager_value_and_grad <- function(f, x) with_tape_settings({
  x <- torch_tensor(x, requires_grad = TRUE)
  value <- as_tensor(f(x))
  if (length(value) != 1) {
    abort(paste("{.arg fn} returned {length(value)} elements where a scalar is needed; sum them in {.arg fn},",
                "or use {.code $jacobian()}."),
          "gradtape_shape_error")
  }
  list(value = as.numeric(value), gradient = drop(jacobian_rows(value, x)))
})

eager_jacobian <- function(f, x) with_tape_settings({
  x <- torch_tensor(x, requires_grad = TRUE)
  value <- as_tensor(f(x))
  rows <- jacobian_rows(value, x)
  if (length(value) > 1) rownames(rows) <- names(value)
  rows
})

# The Hessian, or its product with v: columns, as a tape gives them.
eager_hessian <- function(f, x, v = NULL) with_tape_settings({
  x <- torch_tensor(x, requires_grad = TRUE)
  value <- as_tensor(f(x))
  gradient <- if (value$requires_grad) autograd_grad(value, x, create_graph = TRUE, allow_unused = TRUE)[[1]]
  if (!is.null(gradient)) t(jacobian_rows(if (is.null(v)) gradient else sum(gradient * v), x))
  else if (is.null(v)) matrix(0, length(x), length(x))
  else numeric(length(x))
})

# The derivative of each element of y with respect to x.
jacobian_rows <- function(y, x) {
  rows <- lapply(seq_len(length(y)), function(i) {
    element <- y[i]
    row <- if (element$requires_grad) autograd_grad(element, x, retain_graph = TRUE, allow_unused = TRUE)[[1]]
    if (is.null(row)) 0 * as.numeric(x) else as.numeric(row)
  })
  do.call(rbind, rows)
}
