#' Lion: the sign of an interpolated momentum
#'
#' Steps by the sign of \eqn{\beta_1 m + (1 - \beta_1) g}, so that every element moves by
#' `lr`; the momentum \eqn{m} decays by \eqn{\beta_2}. Needs smaller steps than
#' [optim_adam()].
#'
#' @eval option_params("lion")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Chen et al. (2023), \doi{10.48550/arXiv.2302.06675}.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_lion(x, lr = 0.01)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_lion <- function(params, lr = 1e-4, betas = c(0.9, 0.99), weight_decay = 0, maximize = FALSE) {
  FirstOrder$new("lion", params, given_options("lion"))
}
