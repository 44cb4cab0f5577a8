#' Yogi
#'
#' [optim_adam()] whose mean square \eqn{v} moves towards \eqn{g^2} by
#' \eqn{(1 - \beta_2) g^2} at most, so that it cannot drop quickly after large gradients.
#'
#' @inheritParams optim_adam
#' @param initial_accumulator What \eqn{v} starts from, at least 0.
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Zaheer, Reddi, Sachan, Kale and Kumar (2018), *Adaptive methods for nonconvex
#'   optimization*.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_yogi(x, lr = 0.1)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_yogi <- function(params, lr = 1e-2, betas = c(0.9, 0.999), eps = 1e-3, initial_accumulator = 1e-6,
                       weight_decay = 0, maximize = FALSE) {
  Yogi$new(params, list(lr = lr, betas = betas, eps = eps, initial_accumulator = initial_accumulator,
                        weight_decay = weight_decay, maximize = maximize))
}

Yogi <- first_order("optim_yogi", c("exp_avg", "exp_avg_sq"),
  function(params, states, options) .Call(C_call_yogi_step, params, states, options))
