#' Averaged stochastic gradient descent
#'
#' Gradient descent with step length \eqn{lr / (1 + \lambda\, lr\, t)^\alpha}, which also
#' keeps the average of the iterates from step `t0` on: `opt$state$get(param)$ax`.
#'
#' @eval option_params("asgd")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Polyak and Juditsky (1992), \doi{10.1137/0330046}.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_asgd(x, lr = 0.02)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_asgd <- function(params, lr = 1e-2, lambda = 1e-4, alpha = 0.75, t0 = 1e6, weight_decay = 0,
                       maximize = FALSE) {
  FirstOrder$new("asgd", params, given_options("asgd"))
}
