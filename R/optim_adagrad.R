#' Adagrad
#'
#' Steps by the gradient over the root of the sum of all its squares so far: a step length
#' of its own for each element, which never grows.
#'
#' @eval option_params("adagrad")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Duchi, Hazan and Singer (2011), *Adaptive subgradient methods for online
#'   learning and stochastic optimization*, JMLR 12.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_adagrad(x, lr = 0.5)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_adagrad <- function(params, lr = 1e-2, lr_decay = 0, weight_decay = 0,
                          initial_accumulator_value = 0, eps = 1e-10, maximize = FALSE) {
  FirstOrder$new("adagrad", params, given_options("adagrad"))
}
