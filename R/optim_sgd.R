#' Stochastic gradient descent
#'
#' Steps against the gradient, with momentum (Polyak) or Nesterov momentum.
#'
#' With velocity \eqn{v} and gradient \eqn{g} (plus `weight_decay` times the parameter),
#' \eqn{v \leftarrow \mu v + (1 - \tau) g} (in the first step \eqn{v = g}) and
#' \eqn{x \leftarrow x - lr\, v}; Nesterov's form steps by \eqn{g + \mu v}.
#'
#' @eval option_params("sgd")
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
  FirstOrder$new("sgd", params, given_options("sgd"))
}
