#' Stochastic gradient descent
#'
#' Steps against the gradient, with momentum (Polyak) or Nesterov momentum.
#'
#' With velocity \eqn{v} and gradient \eqn{g} (plus `weight_decay` times the parameter),
#' \eqn{v \leftarrow \mu v + (1 - \tau) g} (in the first step \eqn{v = g}) and
#' \eqn{x \leftarrow x - lr\, v}; Nesterov's form steps by \eqn{g + \mu v}.
#'
#' @param params A tensor, or a list of tensors: leaves that require gradients.
#' @param lr Step length ("learning rate"), at least 0.
#' @param momentum \eqn{\mu}, at least 0; 0 for none.
#' @param dampening \eqn{\tau}, of the gradient's part in the velocity.
#' @param weight_decay Factor of an L2 penalty, at least 0.
#' @param nesterov Use Nesterov momentum? Needs `momentum > 0` and `dampening = 0`.
#' @param maximize Step along the gradient instead of against it?
#' @return An [optimizer].
#' @references Polyak (1964); Sutskever, Martens, Dahl and Hinton (2013), *On the importance
#'   of initialization and momentum in deep learning*.
#' @examples
#' x <- torch_tensor(c(2, 3), requires_grad = TRUE)
#' opt <- optim_sgd(x, lr = 0.1, momentum = 0.5)
#' for (i in 1:50) {
#'   opt$zero_grad()
#'   loss <- sum(x^2)
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_sgd <- function(params, lr, momentum = 0, dampening = 0, weight_decay = 0,
                      nesterov = FALSE, maximize = FALSE) {
  if (missing(lr)) cli::cli_abort("{.arg lr} has no default: give the step length, say {.code lr = 0.01}.", call = NULL)
  SGD$new(params, list(lr = lr, momentum = momentum, dampening = dampening,
                       weight_decay = weight_decay, nesterov = nesterov, maximize = maximize))
}

SGD <- R6Class("optim_sgd", inherit = Optimizer, cloneable = FALSE,
  public = list(
    initialize = function(params, options) {
      self$check_options(options)
      super$initialize(params, options)
    },
    check_options = function(options) {
      check_lr(options$lr)
      check_number(options$momentum, "momentum", min = 0)
      check_number(options$dampening, "dampening")
      check_number(options$weight_decay, "weight_decay", min = 0)
      check_flag(options$nesterov, "nesterov")
      check_flag(options$maximize, "maximize")
      if (options$nesterov && (options$momentum == 0 || options$dampening != 0)) {
        cli::cli_abort("{.arg nesterov} needs {.arg momentum} above 0 and {.arg dampening} 0.", call = NULL)
      }
    }
  ),
  private = list(
    new_state = function(param, options) {
      if (options$momentum != 0) list(momentum_buffer = zeros_like(param))
    },
    update = function(params, states, options) .Call(C_call_sgd_step, params, states, options)
  )
)
