#' AdaBelief
#'
#' [optim_adam()] with the running mean square of the gradient's deviation from its running
#' mean: long steps where the gradient is as expected, short ones where it is not.
#'
#' @eval option_params("adabelief")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Zhuang et al. (2020), \doi{10.48550/arXiv.2010.07468}, algorithm 2.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_adabelief(x, lr = 0.1)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_adabelief <- function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 0,
                            amsgrad = FALSE, maximize = FALSE) {
  FirstOrder$new("adabelief", params, given_options("adabelief"))
}
