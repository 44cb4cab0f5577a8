#' Yogi
#'
#' [optim_adam()] whose mean square \eqn{v} moves towards \eqn{g^2} by
#' \eqn{(1 - \beta_2) g^2} at most, so that it cannot drop quickly after large gradients.
#'
#' @eval option_params("yogi")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Zaheer, Reddi, Sachan, Kale and Kumar (2018), *Adaptive methods for nonconvex
#'   optimization*.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_yogi(x, lr = 0.1)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_yogi <- function(params, lr = 1e-2, betas = c(0.9, 0.999), eps = 1e-3, initial_accumulator = 1e-6,
                       weight_decay = 0, maximize = FALSE) {
  FirstOrder$new("yogi", params, given_options("yogi"))
}
