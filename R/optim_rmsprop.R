#' RMSprop
#'
#' Steps by the gradient over the root of its running mean square, or its running standard
#' deviation when `centered`.
#'
#' @eval option_params("rmsprop")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Tieleman and Hinton (2012), *Lecture 6.5: RMSprop*; centered: Graves (2013),
#'   \doi{10.48550/arXiv.1308.0850}.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_rmsprop(x, lr = 0.05)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_rmsprop <- function(params, lr = 1e-2, alpha = 0.99, eps = 1e-8, weight_decay = 0, momentum = 0,
                          centered = FALSE, maximize = FALSE) {
  FirstOrder$new("rmsprop", params, given_options("rmsprop"))
}
