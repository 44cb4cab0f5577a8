#' Adamax: Adam by the largest gradient
#'
#' [optim_adam()] with a decaying maximum of the gradient's size in the place of its root
#' mean square.
#'
#' @eval option_params("adamax")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Kingma and Ba (2015), \doi{10.48550/arXiv.1412.6980}, section 7.1.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_adamax(x, lr = 0.1)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_adamax <- function(params, lr = 2e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 0,
                         maximize = FALSE) {
  FirstOrder$new("adamax", params, given_options("adamax"))
}
