# Which operation makes a NaN of a gradient.

#' Find what makes a gradient NaN
#'
#' While `code` runs, a backward pass that makes a `NaN` in a gradient is an error, which names the operation
#' that made it. If the function was computed inside `code` as well, the error shows the call too.
#'
#' @param code An expression, most often a whole computation with its `$backward()`.
#' @return The value of `code`.
#' @details A gradient that is `NaN` only on the way is an error as well: a step function, or a hook, may turn it
#'   into a number. What has no say in the result has gradient 0, see [singular_points], and infinite
#'   gradients are no error. A `NaN` that the pass starts with, or that a hook returns, is told as such.
#'
#'   Every gradient is looked at, and every call is noted: this is for finding errors. What counts is where
#'   tensors are differentiated: by `$backward()`, [autograd_grad()] and optimizers with a closure. Tapes, and with them
#'   [minimize()] and [jit()], do not know it: call the function itself with tensors.
#' @section Errors: `gradtape_numeric_error` with the name of the operation as `$operation` and the call, or
#'   `NULL`, as `$made_by`.
#' @examples
#' x <- torch_tensor(c(0, 4), requires_grad = TRUE)
#' y <- torch_sum(torch_sqrt(x) * x)
#' y$backward()
#' x$grad
#' try(with_detect_anomaly({
#'   y <- torch_sum(torch_sqrt(x) * x)
#'   y$backward()
#' }))
#' @export
with_detect_anomaly <- function(code) {
  old <- .Call(C_call_set_detect_anomaly, TRUE)
  on.exit(.Call(C_call_set_detect_anomaly, old))
  code
}
