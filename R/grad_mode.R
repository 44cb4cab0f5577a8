# Whether gradients are recorded.

#' Switch the recording of gradients off or on
#'
#' Inside `with_no_grad()` nothing is recorded for `$backward()`, so parameters can be
#' changed in place. `with_enable_grad()` records again inside it.
#'
#' @param code An expression.
#' @return The value of `code`; `local_no_grad()` and `local_enable_grad()` return nothing.
#' @examples
#' x <- torch_tensor(1, requires_grad = TRUE)
#' with_no_grad({
#'   x$sub_(0.5)
#' })
#' x
#' @export
with_no_grad <- function(code) {
  old <- .Call(C_call_set_grad_mode, FALSE)
  on.exit(.Call(C_call_set_grad_mode, old))
  code
}

#' @rdname with_no_grad
#' @export
with_enable_grad <- function(code) {
  old <- .Call(C_call_set_grad_mode, TRUE)
  on.exit(.Call(C_call_set_grad_mode, old))
  code
}

#' @rdname with_no_grad
#' @param .env The frame of the function whose end restores the former state. (At top level of a
#'   script nothing ends: it stays.)
#' @export
local_no_grad <- function(.env = parent.frame()) set_grad_mode_until_exit(FALSE, .env)

#' @rdname with_no_grad
#' @export
local_enable_grad <- function(.env = parent.frame()) set_grad_mode_until_exit(TRUE, .env)

set_grad_mode_until_exit <- function(enabled, env) {
  if (!is.environment(env)) abort("{.arg .env} must be an environment, not {given(env)}.")
  old <- .Call(C_call_set_grad_mode, enabled)
  restore <- function() .Call(C_call_set_grad_mode, old)
  do.call(on.exit, list(as.call(list(restore)), add = TRUE), envir = env)
  invisible()
}
