#' Resilient backpropagation
#'
#' Each element has its own step length, which grows while the sign of its gradient stays
#' and shrinks where it turns; the gradient's size does not count. For objectives without
#' noise.
#'
#' @eval option_params("rprop")
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
  FirstOrder$new("rprop", params, given_options("rprop"))
}
