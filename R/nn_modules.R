# The modules that come with the package.

#' Linear layers and how modules are joined
#'
#' `nn_linear()` computes \eqn{x A^T + b}. `nn_sequential()` calls its modules in order, each
#' with the result of the one before. `nn_identity()` returns its input. `nn_dropout()`, in
#' training, sets each element to zero with probability `p` and divides the others by
#' \eqn{1 - p}; in evaluation (`$eval()`) it returns its input.
#'
#' Weight and bias of a linear layer begin as uniform numbers in \eqn{\pm 1 / \sqrt{in}},
#' drawn from R's generator: use [set.seed()].
#'
#' @param in_features,out_features Elements of one input and of one output, at least 1.
#' @param bias Is there a `bias`?
#' @param ... Modules; names, where given, are kept. Otherwise they are "0", "1", ...
#' @param p Probability, in \[0, 1).
#' @param input A tensor whose last dimension has `in_features` elements.
#' @param weight A tensor of shape `[out_features, in_features]`.
#' @return A module; see [nn_module()]. `nnf_linear()`: a tensor.
#' @examples
#' set.seed(1)
#' model <- nn_sequential(nn_linear(2, 8), nn_tanh(), nn_linear(8, 1))
#' x <- torch_tensor(matrix(1:6, 3))
#' model(x)
#' opt <- optim_adam(model$parameters, lr = 0.01)
#' @export
nn_linear <- nn_module("nn_linear",
  initialize = function(in_features, out_features, bias = TRUE) {
    check_number(in_features, "in_features", min = 1)
    check_number(out_features, "out_features", min = 1)
    check_flag(bias, "bias")
    self$weight <- nn_parameter(torch_zeros(out_features, in_features))
    if (bias) self$bias <- nn_parameter(torch_zeros(out_features))
    self$reset_parameters()
  },
  reset_parameters = function() {
    bound <- 1 / sqrt(value_shape(self$weight)[2])
    nn_init_uniform_(self$weight, -bound, bound)
    if (!is.null(self$bias)) nn_init_uniform_(self$bias, -bound, bound)
  },
  forward = function(input) nnf_linear(input, self$weight, self$bias)
)

#' @rdname nn_linear
#' @export
nnf_linear <- function(input, weight, bias = NULL) {
  shape <- value_shape(input)
  n <- length(shape)
  features <- value_shape(weight)
  if (!n || shape[n] != features[2]) {
    cli::cli_abort("{.arg input} has shape {shape_text(input)}; its last dimension must be {features[2]}, the layer's number of inputs.",
                   call = NULL)
  }
  reshape <- function(x, shape) .Call(C_call_apply, "reshape", list(x), as.integer(shape))
  if (n != 2) input <- reshape(input, c(prod(shape[-n]), shape[n]))
  out <- matrix_product(input, t(weight))
  if (!is.null(bias)) out <- torch_add(out, bias)
  if (n != 2) reshape(out, c(shape[-n], features[1])) else out
}

#' @rdname nn_linear
#' @export
nn_sequential <- nn_module("nn_sequential",
  initialize = function(...) {
    given <- list(...)
    names <- if (is.null(names(given))) rep("", length(given)) else names(given)
    names[names == ""] <- (seq_along(given) - 1)[names == ""]
    for (i in seq_along(given)) self$add_module(names[i], given[[i]])
  },
  forward = function(input) {
    for (module in self$children) input <- module(input)
    input
  }
)

#' @rdname nn_linear
#' @export
nn_identity <- nn_module("nn_identity", forward = function(input) input)

#' @rdname nn_linear
#' @export
nn_dropout <- nn_module("nn_dropout",
  initialize = function(p = 0.5) {
    check_number(p, "p", min = 0, max = 1 - 1e-15)
    self$p <- p
  },
  forward = function(input) {
    if (!self$training || self$p == 0) return(input)
    kept <- stats::runif(length(input)) >= self$p
    shape <- value_shape(input)
    input * .Call(C_call_apply, "reshape", list(torch_tensor(kept / (1 - self$p), dtype = input$dtype)), shape)
  }
)

# ---- modules that call one function ----

FunctionModule <- R6Class("nn_function", inherit = Module, cloneable = FALSE, lock_objects = FALSE,
  public = list(
    initialize = function(fun, settings) {
      self$fun <- fun
      self$settings <- settings
    },
    forward = function(...) do.call(self$fun, c(list(...), self$settings))
  )
)

function_module <- function(name, fun, ...) {
  module <- as_callable(FunctionModule$new(fun, list(...)))
  class(module)[1] <- name
  module
}

#' Activation functions as modules
#'
#' `nn_relu()` is \eqn{\max(x, 0)}, `nn_tanh()` the hyperbolic tangent, `nn_sigmoid()`
#' \eqn{1 / (1 + e^{-x})}, and `nn_softplus()` \eqn{\log(1 + e^{\beta x}) / \beta}, each
#' element by element. `nn_log_softmax()` and `nn_softmax()` scale the slices along `dim` so
#' that their exponentials, or they themselves, sum to 1.
#'
#' @param beta Sharpness, positive.
#' @param dim A dimension, from 1; negative ones count from the last.
#' @return A module; see [nn_module()].
#' @examples
#' nn_tanh()(torch_tensor(c(-1, 0, 1)))
#' @name nn_activations
NULL

#' @rdname nn_activations
#' @export
nn_relu <- function() function_module("nn_relu", torch_relu)
#' @rdname nn_activations
#' @export
nn_tanh <- function() function_module("nn_tanh", torch_tanh)
#' @rdname nn_activations
#' @export
nn_sigmoid <- function() function_module("nn_sigmoid", torch_sigmoid)
#' @rdname nn_activations
#' @export
nn_softplus <- function(beta = 1) {
  check_number(beta, "beta", min = .Machine$double.xmin)
  function_module("nn_softplus", function(input) torch_logaddexp(input * beta, 0) / beta)
}
#' @rdname nn_activations
#' @export
nn_softmax <- function(dim) {
  check_number(dim, "dim")
  function_module("nn_softmax", function(input) torch_exp(log_softmax(input, dim)))
}
#' @rdname nn_activations
#' @export
nn_log_softmax <- function(dim) {
  check_number(dim, "dim")
  function_module("nn_log_softmax", function(input) log_softmax(input, dim))
}

# The largest element is subtracted first, so that no exponential overflows.
log_softmax <- function(x, dim) {
  shifted <- torch_sub(x, torch_amax(x, dim, TRUE)$detach())
  torch_sub(shifted, torch_log(torch_sum(torch_exp(shifted), dim, TRUE)))
}
