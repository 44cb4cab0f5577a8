#' AdamW: Adam with decoupled weight decay
#'
#' [optim_adam()] whose weight decay multiplies the parameter by
#' \eqn{1 - lr \cdot weight\_decay} in each step, instead of adding to the gradient: so it
#' is not divided by the gradient's size.
#'
#' @eval option_params("adamw")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Loshchilov and Hutter (2019), \doi{10.48550/arXiv.1711.05101}.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_adamw(x, lr = 0.1)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_adamw <- function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 1e-2,
                        amsgrad = FALSE, maximize = FALSE) {
  FirstOrder$new("adamw", params, given_options("adamw"))
}
