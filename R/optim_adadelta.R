#' Adadelta
#'
#' Steps by the gradient times the ratio of two running root mean squares: that of the
#' steps over that of the gradients, so that no step length needs to be chosen.
#'
#' @eval option_params("adadelta")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Zeiler (2012), \doi{10.48550/arXiv.1212.5701}.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_adadelta(x)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_adadelta <- function(params, lr = 1, rho = 0.9, eps = 1e-6, weight_decay = 0, maximize = FALSE) {
  FirstOrder$new("adadelta", params, given_options("adadelta"))
}
