#' Resilient backpropagation
#'
#' Each element has its own step length, which grows while the sign of its gradient stays
#' and shrinks where it turns; the gradient's size does not count. For objectives without
#' noise.
#'
#' @inheritParams optim_adam
#' @param lr Step length of the first step, at least 0.
#' @param etas By what a step length shrinks and grows, with 0 < `etas[1]` < 1 < `etas[2]`.
#' @param step_sizes Smallest and largest step length.
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Riedmiller and Braun (1993), \doi{10.1109/ICNN.1993.298623}.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_rprop(x)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_rprop <- function(params, lr = 1e-2, etas = c(0.5, 1.2), step_sizes = c(1e-6, 50),
                        maximize = FALSE) {
  Rprop$new(params, list(lr = lr, etas = etas, step_sizes = step_sizes, maximize = maximize))
}

Rprop <- first_order("optim_rprop", c("prev", "step_size"),
  function(params, states, options) .Call(C_call_rprop_step, params, states, options))
