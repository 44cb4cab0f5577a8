#' Adadelta
#'
#' Steps by the gradient times the ratio of two running root mean squares: that of the
#' steps over that of the gradients, so that no step length needs to be chosen.
#'
#' @inheritParams optim_adam
#' @param lr Multiplies the step, at least 0.
#' @param rho Decay rate of the running means, in \[0, 1\].
#' @param eps Added inside both roots, at least 0.
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Zeiler (2012), \doi{10.48550/arXiv.1212.5701}.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_adadelta(x)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_adadelta <- function(params, lr = 1, rho = 0.9, eps = 1e-6, weight_decay = 0, maximize = FALSE) {
  Adadelta$new(params, list(lr = lr, rho = rho, eps = eps, weight_decay = weight_decay,
                            maximize = maximize))
}

Adadelta <- first_order("optim_adadelta", c("square_avg", "acc_delta"),
  function(params, states, options) .Call(C_call_adadelta_step, params, states, options))
