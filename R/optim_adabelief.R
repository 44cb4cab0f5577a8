#' AdaBelief
#'
#' [optim_adam()] with the running mean square of the gradient's deviation from its running
#' mean: long steps where the gradient is as expected, short ones where it is not.
#'
#' @inheritParams optim_adam
#' @param eps Added to the denominator and to the mean square, at least 0.
#' @param weight_decay Decay of the parameter, as in [optim_adamw()]; at least 0.
#' @param amsgrad Divide by the largest mean square seen so far?
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Zhuang et al. (2020), \doi{10.48550/arXiv.2010.07468}, algorithm 2.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_adabelief(x, lr = 0.1)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_adabelief <- function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 0,
                            amsgrad = FALSE, maximize = FALSE) {
  AdaBelief$new(params, list(lr = lr, betas = betas, eps = eps, weight_decay = weight_decay,
                             amsgrad = amsgrad, maximize = maximize))
}

AdaBelief <- first_order("optim_adabelief", c("exp_avg", "exp_avg_var", "max_exp_avg_var"),
  function(params, states, options) .Call(C_call_adabelief_step, params, states, options))
