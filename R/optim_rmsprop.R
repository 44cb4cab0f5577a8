#' RMSprop
#'
#' Steps by the gradient over the root of its running mean square, or its running standard
#' deviation when `centered`.
#'
#' @inheritParams optim_adam
#' @param alpha Decay rate of the running means, at least 0 and below 1 to be of use.
#' @param momentum Momentum of the scaled gradient, at least 0; 0 for none.
#' @param centered Subtract the squared running mean of the gradient?
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Tieleman and Hinton (2012), *Lecture 6.5: RMSprop*; centered: Graves (2013),
#'   \doi{10.48550/arXiv.1308.0850}.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_rmsprop(x, lr = 0.05)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_rmsprop <- function(params, lr = 1e-2, alpha = 0.99, eps = 1e-8, weight_decay = 0, momentum = 0,
                          centered = FALSE, maximize = FALSE) {
  RMSprop$new(params, list(lr = lr, alpha = alpha, eps = eps, weight_decay = weight_decay,
                           momentum = momentum, centered = centered, maximize = maximize))
}

RMSprop <- first_order("optim_rmsprop", c("square_avg", "momentum_buffer", "grad_avg"),
  function(params, states, options) .Call(C_call_rmsprop_step, params, states, options))
