#' Adam
#'
#' Steps by the running mean of the gradient over the root of its running mean square,
#' both corrected for their start at zero.
#'
#' @inheritParams optim_sgd
#' @param lr Step length, at least 0.
#' @param betas Decay rates of the two running means, each in \[0, 1).
#' @param eps Added to the denominator, at least 0.
#' @param amsgrad Divide by the largest mean square seen so far (Reddi et al.)?
#' @return An [optimizer].
#' @references Kingma and Ba (2015), \doi{10.48550/arXiv.1412.6980}; Reddi, Kale and Kumar
#'   (2018), *On the convergence of Adam and beyond*.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_adam(x, lr = 0.1)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_adam <- function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 0,
                       amsgrad = FALSE, maximize = FALSE) {
  Adam$new(params, list(lr = lr, betas = betas, eps = eps, weight_decay = weight_decay,
                        amsgrad = amsgrad, maximize = maximize))
}

Adam <- R6Class("optim_adam", inherit = Optimizer, cloneable = FALSE,
  public = list(
    initialize = function(params, options) {
      self$check_options(options)
      super$initialize(params, options)
    },
    check_options = function(options) {
      check_lr(options$lr)
      check_betas(options$betas)
      check_number(options$eps, "eps", min = 0)
      check_number(options$weight_decay, "weight_decay", min = 0)
      check_flag(options$amsgrad, "amsgrad")
      check_flag(options$maximize, "maximize")
    }
  ),
  private = list(
    new_state = function(param, options) {
      c(list(exp_avg = zeros_like(param), exp_avg_sq = zeros_like(param)),
        if (options$amsgrad) list(max_exp_avg_sq = zeros_like(param)))
    },
    update = function(params, states, options) .Call(C_call_adam_step, params, states, options)
  )
)
