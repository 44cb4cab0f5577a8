#' AdaFactor
#'
#' Steps by the gradient over the root of a running mean of its squares, as [optim_adam()] does,
#' with three differences. Of a matrix, only the running means of its rows and of its columns are
#' kept, whose outer product stands for the whole: the state of an \eqn{m \times n}{m x n} parameter
#' has \eqn{m + n} elements. Updates whose root mean square is above `clip_threshold` are scaled
#' down to it. And step lengths are relative to the parameter's own root mean square, so that no
#' `lr` has to be chosen.
#'
#' Of a parameter with more than two dimensions, the last two are the rows and columns of
#' matrices; with fewer than two, nothing is factored. The arguments are those of Hugging
#' Face's implementation, and so are its choices where the paper leaves one.
#'
#' @eval option_params("adafactor")
#' @return An [optimizer].
#' @section Errors: an option out of its range, an `lr` together with `relative_step` or neither of
#'   them, and parameters as described at [optimizer]. Schedulers need an `lr`.
#' @references Shazeer and Stern (2018), \doi{10.48550/arXiv.1804.04235}, algorithms 4 and 5.
#' @examples
#' x <- torch_tensor(matrix(c(-1, 1, 2, 0.5), 2), requires_grad = TRUE)
#' opt <- optim_adafactor(x, lr = 0.05, relative_step = FALSE, scale_parameter = FALSE)
#' for (i in 1:100) {
#'   opt$zero_grad()
#'   loss <- sum((x - 1)^2)
#'   loss$backward()
#'   opt$step()
#' }
#' x
#' opt$state$get(x)$exp_avg_sq_row
#' @export
optim_adafactor <- function(params, lr = NULL, eps = c(1e-30, 1e-3), clip_threshold = 1, decay_rate = -0.8,
                            beta1 = NULL, weight_decay = 0, scale_parameter = TRUE, relative_step = TRUE,
                            warmup_init = FALSE, maximize = FALSE) {
  FirstOrder$new("adafactor", params, given_options("adafactor"))
}
