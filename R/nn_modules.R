# The modules that come with the package. (Assigned when all files of R code have been read.)

#' Linear layers and how modules are joined
#'
#' `nn_linear()` computes \eqn{x A^T + b}. `nn_sequential()` calls its modules in order, each
#' with the result of the one before. `nn_identity()` returns its input. `nn_dropout()`, in
#' training, sets each element to zero with probability `p` and divides the others by
#' \eqn{1 - p}; in evaluation (`$eval()`) it returns its input. `nnf_dropout()` is the function of it.
#'
#' `nn_module_list()` and `nn_module_dict()` hold modules, so that their parameters are found, and compute nothing.
#' `l[[i]]` or `l[["name"]]` is one of them, `length(l)` their number, and `lapply(l, f)` takes them in order.
#' `l$append(module)`, `l$extend(modules)` and `l$insert(index, module)` change a list, which they return;
#' `l$add_module(name, module)` a dict.
#'
#' Weight and bias of a linear layer begin as uniform numbers in \eqn{\pm 1 / \sqrt{in}},
#' drawn from R's generator: use [set.seed()].
#'
#' @param in_features,out_features Elements of one input and of one output, at least 1.
#' @param bias Is there a `bias`?
#' @param ... Modules; names, where given, are kept. Otherwise they are "0", "1", ...
#' @param modules A list of modules, for `nn_module_list()`.
#' @param dict A list of modules, named.
#' @param p Probability, in \[0, 1).
#' @param training Are elements dropped? If `FALSE`, the result is the input.
#' @param inplace If `TRUE`, the input becomes the result, as for an in-place method.
#' @param input A tensor; for `nnf_linear()` its last dimension has `in_features` elements.
#' @param weight A tensor of shape `[out_features, in_features]`.
#' @return A module; see [nn_module()]. `nnf_linear()`: a tensor.
#' @examples
#' set.seed(1)
#' model <- nn_sequential(nn_linear(2, 8), nn_tanh(), nn_linear(8, 1))
#' x <- torch_tensor(matrix(1:6, 3))
#' model(x)
#' opt <- optim_adam(model$parameters, lr = 0.01)
#' @export
delayedAssign("nn_linear", nn_module("nn_linear",
  initialize = function(in_features, out_features, bias = TRUE) {
    check_count(in_features, "in_features")
    check_count(out_features, "out_features")
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
))

#' @rdname nn_linear
#' @export
nnf_linear <- function(input, weight, bias = NULL) {
  shape <- value_shape(input)
  n <- length(shape)
  features <- value_shape(weight)
  if (length(features) != 2) {
    abort("{.arg weight} must be a matrix of shape [out_features, in_features]; it has shape {shape_text(weight)}.",
          "gradtape_shape_error")
  }
  if (!n || shape[n] != features[2]) {
    abort(paste("{.arg input} has shape {shape_text(input)}; its last dimension must be {features[2]},",
                "the layer's number of inputs."),
          "gradtape_shape_error")
  }
  reshape <- function(x, shape) .Call(C_call_apply, "reshape", list(x), as.integer(shape))
  if (n != 2) input <- reshape(input, c(prod(shape[-n]), shape[n]))
  out <- matrix_product(input, t(weight))
  if (!is.null(bias)) out <- torch_add(out, bias)
  if (n != 2) reshape(out, c(shape[-n], features[1])) else out
}

#' @rdname nn_linear
#' @export
delayedAssign("nn_sequential", nn_module("nn_sequential",
  initialize = function(...) {
    given <- list(...)
    names <- if (is.null(names(given))) rep("", length(given)) else names(given)
    names[names == ""] <- (seq_along(given) - 1)[names == ""]
    abort_if_called(given, "nn_sequential")
    for (i in seq_along(given)) self$add_module(names[i], given[[i]])
  },
  forward = function(input) {
    for (module in self$children) input <- module(input)
    input
  }
))

#' @rdname nn_linear
#' @export
delayedAssign("nn_identity", nn_module("nn_identity", forward = function(input) input))

#' @rdname nn_linear
#' @export
delayedAssign("nn_dropout", nn_module("nn_dropout",
  initialize = function(p = 0.5, inplace = FALSE) {
    check_number(p, "p", min = 0, below = 1)
    check_flag(inplace, "inplace")
    self$p <- p
    self$inplace <- inplace
  },
  forward = function(input) nnf_dropout(input, self$p, self$training, self$inplace)
))

#' @rdname nn_linear
#' @export
nnf_dropout <- function(input, p = 0.5, training = TRUE, inplace = FALSE) {
  check_number(p, "p", min = 0, below = 1)
  check_flag(training, "training")
  if (!training || p == 0) return(input)
  kept <- stats::runif(length(input)) >= p
  if (!is_torch_tensor(input)) return(input * kept / (1 - p))
  shape <- value_shape(input)
  scale <- .Call(C_call_apply, "reshape", list(torch_tensor(kept / (1 - p), dtype = input$dtype)), shape)
  into_input(input, .Call(C_mul, input, scale), inplace)
}

#' @rdname nn_linear
#' @export
delayedAssign("nn_module_list", nn_module("nn_module_list",
  initialize = function(modules = list()) self$extend(modules),
  append = function(module) {
    self$add_module(as.character(length(self$children)), module)
    invisible(as_callable(self))
  },
  extend = function(modules) {
    if (is_nn_module(modules)) modules <- unname(modules$children)
    if (!is.list(modules)) abort("{.arg modules} must be a list of modules, not {given(modules)}.")
    for (module in modules) self$append(module)
    invisible(as_callable(self))
  },
  insert = function(index, module) {
    children <- unname(self$children)
    check_count(index, "index")
    if (index > length(children) + 1) {
      abort("{.arg index} must be at most {length(children) + 1}, not {index}.", "gradtape_index_error")
    }
    # (the names are the positions: from this one on they move up)
    self$append(module)
    changed <- append(children, list(module), index - 1)
    for (i in seq_along(changed)) self[[as.character(i - 1)]] <- changed[[i]]
    invisible(as_callable(self))
  }
))

#' @rdname nn_linear
#' @export
delayedAssign("nn_module_dict", nn_module("nn_module_dict",
  initialize = function(dict = list()) {
    if (!is.list(dict) || length(dict) && (is.null(names(dict)) || any(names(dict) == ""))) {
      abort("{.arg dict} must be a named list of modules, not {given(dict)}.")
    }
    for (name in names(dict)) self$add_module(name, dict[[name]])
  }
))

# (Of other modules R asks too; they are functions, of length 1.)
holds_modules <- function(x) inherits(x, c("nn_module_list", "nn_module_dict", "nn_sequential"))
#' @export
length.gradtape_nn_module <- function(x) if (holds_modules(x)) length(x$children) else 1L
#' @export
as.list.gradtape_nn_module <- function(x, ...) if (holds_modules(x)) x$children else as.list.function(x, ...)

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
#' Modules that call the function of the same name: `nn_elu()` calls [nnf_elu()], and so on.
#' The settings are given when the module is made; the tensor when it is called.
#'
#' @param alpha,negative_slope,beta,threshold,approximate,dim,inplace As in the functions.
#' @param ... Nothing: a tensor given here is an error that says where it belongs.
#' @return A module; see [nn_module()].
#' @examples
#' nn_tanh()(torch_tensor(c(-1, 0, 1)))
#' @name nn_activations
NULL

#' @rdname nn_activations
#' @export
nn_relu <- function(inplace = FALSE) activation("nn_relu", nnf_relu, inplace = inplace)
#' @rdname nn_activations
#' @export
nn_tanh <- function(...) {
  check_no_settings("nn_tanh", ...)
  activation("nn_tanh", torch_tanh)
}
#' @rdname nn_activations
#' @export
nn_sigmoid <- function(...) {
  check_no_settings("nn_sigmoid", ...)
  activation("nn_sigmoid", nnf_sigmoid)
}
#' @rdname nn_activations
#' @export
nn_silu <- function(inplace = FALSE) activation("nn_silu", nnf_silu, inplace = inplace)
#' @rdname nn_activations
#' @export
nn_gelu <- function(approximate = "none") activation("nn_gelu", nnf_gelu, approximate = approximate)
#' @rdname nn_activations
#' @export
nn_elu <- function(alpha = 1, inplace = FALSE) activation("nn_elu", nnf_elu, alpha = alpha, inplace = inplace)
#' @rdname nn_activations
#' @export
nn_leaky_relu <- function(negative_slope = 0.01, inplace = FALSE) {
  activation("nn_leaky_relu", nnf_leaky_relu, negative_slope = negative_slope, inplace = inplace)
}
#' @rdname nn_activations
#' @export
nn_softplus <- function(beta = 1, threshold = 20) {
  activation("nn_softplus", nnf_softplus, beta = beta, threshold = threshold)
}
#' @rdname nn_activations
#' @export
nn_softmax <- function(dim) activation("nn_softmax", nnf_softmax, dim = dim)
#' @rdname nn_activations
#' @export
nn_log_softmax <- function(dim) activation("nn_log_softmax", nnf_log_softmax, dim = dim)

activation <- function(name, fun, ...) {
  settings <- list(...)
  abort_if_called(settings, name)
  for (setting in names(settings)) activation_checks()[[setting]](settings[[setting]], setting)
  function_module(name, fun, ...)
}

activation_checks <- function() list(
  alpha = check_number, negative_slope = check_number, threshold = check_number, inplace = check_flag,
  beta = function(x, name) check_number(x, name, above = 0),
  approximate = function(x, name) check_choice(x, name, c("none", "tanh")),
  dim = function(x, name) check_number(x, name, whole = TRUE)
)

# A tensor among the settings was meant for the module.
abort_if_called <- function(settings, name, arguments = "x") {
  if (!any(vapply(settings, is_torch_tensor, NA))) return(invisible())
  same <- sub("^nn_", "nnf_", name)
  or_write <- if (exists(same)) paste0(", or write ", same, "(", arguments, ")")
  abort(c("{.fn {name}} makes a module: it takes settings, not a tensor.",
          i = "Call the module on the tensor: {.code {name}()({arguments})}{or_write}."))
}

check_no_settings <- function(name, ...) {
  abort_if_called(list(...), name)
  if (...length()) abort("{.fn {name}} takes no arguments, but was given {given(..1)}.")
}
