#' Stochastic gradient descent
#'
#' Steps against the gradient, with momentum (Polyak) or Nesterov momentum.
#' 
#' With velocity \eqn{v} and gradient \eqn{g} (plus `weight_decay` times the parameter),
#' \eqn{v \leftarrow \mu v + (1 - \tau) g} (in the first step \eqn{v = g}) and
#' \eqn{x \leftarrow x - lr\, v}; Nesterov's form steps by \eqn{g + \mu v}.
#'
#' @param params A tensor, or a list of tensors: leaves that require gradients. Or a list of
#'   groups, each a list of `params` and options of its own; see [optimizer].
#' @param lr Step length ("learning rate"), at least 0.
#' @param momentum \eqn{\mu}, at least 0; 0 for none.
#' @param dampening \eqn{\tau}, of the gradient's part in the velocity.
#' @param weight_decay Factor of an L2 penalty, at least 0.
#' @param nesterov Use Nesterov momentum? Needs `momentum > 0` and `dampening = 0`.
#' @param maximize Step along the gradient instead of against it?
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Polyak (1964), \doi{10.1016/0041-5553(64)90137-5}; Sutskever, Martens, Dahl and
#'   Hinton (2013), *On the importance of initialization and momentum in deep learning*.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_sgd(x, lr = 0.01, momentum = 0.9)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_sgd <- function(params, lr = optim_required(), momentum = 0, dampening = 0, weight_decay = 0,
                      nesterov = FALSE, maximize = FALSE) {
  SGD$new(params, list(lr = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay,
                       nesterov = nesterov, maximize = maximize))
}

SGD <- first_order("optim_sgd", "momentum_buffer",
  function(params, states, options) .Call(C_call_sgd_step, params, states, options), check = quote(check_nesterov))

check_nesterov <- function(options) {
  if (options$nesterov && (options$momentum == 0 || options$dampening != 0)) {
    abort("{.arg nesterov} needs {.arg momentum} above 0 (not {options$momentum}) and {.arg dampening} 0 (not {options$dampening}).")
  }
}
