#' NAdam: Adam with Nesterov momentum
#'
#' [optim_adam()] that looks ahead: the step mixes the present gradient with the running
#' mean, by weights \eqn{\mu_t = \beta_1 (1 - 0.96^{t\, momentum\_decay} / 2)}. The bias
#' correction of the mean agrees with PyTorch 1.13, where the product of all \eqn{\mu} holds
#' \eqn{\mu_t} twice.
#'
#' @eval option_params("nadam")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Dozat (2016), *Incorporating Nesterov momentum into Adam*.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_nadam(x, lr = 0.1)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_nadam <- function(params, lr = 2e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 0,
                        momentum_decay = 4e-3, maximize = FALSE) {
  FirstOrder$new("nadam", params, given_options("nadam"))
}
