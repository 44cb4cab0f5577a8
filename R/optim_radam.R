#' RAdam: rectified Adam
#'
#' [optim_adam()] whose steps are rectified for the variance of the running mean square: in
#' the first steps, where it cannot be estimated, it is left out.
#'
#' @eval option_params("radam")
#' @return An [optimizer].
#' @section Errors: an option out of its range, and parameters as described at [optimizer].
#' @references Liu, Jiang, He, Chen, Liu, Gao and Han (2020), \doi{10.48550/arXiv.1908.03265}.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_radam(x, lr = 0.1)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' @export
optim_radam <- function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 0,
                        maximize = FALSE) {
  FirstOrder$new("radam", params, given_options("radam"))
}
