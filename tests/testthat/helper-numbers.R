# Comparing what a function does with numbers and with tensors.

gradient_of <- function(fn, x) {
  x <- torch_tensor(x, requires_grad = TRUE)
  as_array(autograd_grad(fn(x), x)[[1]])
}

# Central differences in each element, of 4th order.
numeric_gradient <- function(fn, x, h = 1e-3) {
  step <- function(i, d) {
    x[i] <- x[i] + d
    as.numeric(fn(x))
  }
  out <- x
  for (i in seq_along(x)) {
    d <- h * max(1, abs(x[i]))
    out[i] <- (8 * (step(i, d) - step(i, -d)) - (step(i, 2 * d) - step(i, -2 * d))) / (12 * d)
  }
  out
}

# The same value on a tensor as on numbers, and a gradient that finite differences confirm.
expect_same_on_tensors <- function(fn, x, label = deparse(body(fn))[1], tolerance = 1e-6, h = 1e-3) {
  expected <- fn(x)
  value <- fn(torch_tensor(x, requires_grad = TRUE))
  expect_equal(as.numeric(value), as.numeric(expected), tolerance = 1e-12, info = label)
  expect_equal(dim(value), dim(expected), info = label)
  weight <- cos(seq_along(expected))
  total <- function(x) sum(fn(x) * array(weight, dim(expected) %||% length(expected)))
  if (!value$requires_grad) return(invisible())
  scale <- max(1, abs(numeric_gradient(total, x, h)))
  expect_lt(max(abs(gradient_of(total, x) - numeric_gradient(total, x, h))) / scale, tolerance, label = label)
}
`%||%` <- function(x, y) if (is.null(x)) y else x
