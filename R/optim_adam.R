#' Adam
#'
#' Steps by the running mean of the gradient over the root of its running mean square,
#' both corrected for their start at zero.
#'
#' @eval option_params("adam")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
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
  FirstOrder$new("adam", params, given_options("adam"))
}
