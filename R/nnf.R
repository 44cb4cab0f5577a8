# Activations.

#' Activations
#'
#' torch's `nnf_*` functions of every element, and softmax. For losses see [losses].
#'
#' @param input A tensor or numbers.
#' @param dim The dimension along which values sum to 1.
#' @param beta,threshold `nnf_softplus()` is log(1 + exp(beta x)) / beta, and x itself
#'   where beta x exceeds `threshold`.
#' @param alpha,negative_slope Scale for negative values.
#' @param approximate `"none"` or `"tanh"`.
#' @param inplace If `TRUE`, the tensor `input` becomes the result, as for an in-place method such as `$exp_()`; a
#'   leaf that requires gradients cannot. Of numbers the result is always new.
#' @param dtype `NULL`, or a dtype to compute in.
#' @return A tensor of the input's shape.
#' @examples
#' nnf_softmax(torch_tensor(c(1, 2, 3)), dim = 1)
#' nnf_softplus(torch_tensor(c(-1, 0, 30)))
#' @name nnf
NULL

#' @rdname nnf
#' @export
nnf_softmax <- function(input, dim, dtype = NULL) .Call(C_exp, nnf_log_softmax(input, dim, dtype))
#' @rdname nnf
#' @export
nnf_log_softmax <- function(input, dim, dtype = NULL) {
  if (missing(dim)) abort("{.arg dim} is missing: the dimension along which the values sum to 1.")
  if (length(dim) != 1) normal_dim(dim, length(value_shape(input)))
  input <- in_dtype(input, dtype)
  .Call(C_sub, input, .Call(C_logsumexp, input, dim, TRUE))
}
into_input <- function(input, result, inplace) {
  check_flag(inplace, "inplace")
  if (inplace && is_torch_tensor(input)) .Call(C_call_assign, input, result) else result
}
in_dtype <- function(x, dtype) if (is.null(dtype)) x else as_tensor(x)$to(dtype = dtype)

#' @rdname nnf
#' @export
nnf_softplus <- function(input, beta = 1, threshold = 20) {
  scaled <- .Call(C_mul, input, beta)
  torch_where(torch_gt(scaled, threshold), input, .Call(C_div, .Call(C_softplus, scaled), beta))
}
#' @rdname nnf
#' @export
nnf_logsigmoid <- function(input) .Call(C_logsigmoid, input)
#' @rdname nnf
#' @export
nnf_sigmoid <- function(input) .Call(C_sigmoid, input)
#' @rdname nnf
#' @export
nnf_relu <- function(input, inplace = FALSE) into_input(input, .Call(C_relu, input), inplace)
#' @rdname nnf
#' @export
nnf_elu <- function(input, alpha = 1, inplace = FALSE) {
  low <- .Call(C_mul, .Call(C_expm1, torch_clamp(input, max = 0)), alpha)
  into_input(input, .Call(C_where, torch_gt(input, 0), input, low), inplace)
}
#' @rdname nnf
#' @export
nnf_leaky_relu <- function(input, negative_slope = 0.01, inplace = FALSE) {
  into_input(input, .Call(C_where, torch_gt(input, 0), input, .Call(C_mul, input, negative_slope)), inplace)
}
#' @rdname nnf
#' @export
nnf_silu <- function(input, inplace = FALSE) into_input(input, .Call(C_mul, input, .Call(C_sigmoid, input)), inplace)
#' @rdname nnf
#' @export
nnf_gelu <- function(input, approximate = "none") {
  approximate <- check_choice(approximate, "approximate", c("none", "tanh"))
  if (approximate == "none") {
    tail <- .Call(C_erfc, .Call(C_mul, input, -sqrt(0.5)))
    return(.Call(C_mul, .Call(C_mul, input, 0.5), tail))
  }
  inner <- torch_mul(torch_add(input, torch_mul(torch_pow(input, 3), 0.044715)), sqrt(2 / pi))
  torch_mul(torch_mul(input, 0.5), torch_add(torch_tanh(inner), 1))
}

#' Classes as rows of zeros and a one
#'
#' `nnf_one_hot()` adds a dimension of `num_classes` elements, which are 0 but for the one at the class.
#'
#' @param tensor Classes: a tensor of whole numbers, or numbers, from 1.
#' @param num_classes How many classes there are; -1 for the largest in `tensor`.
#' @return A tensor of dtype long, of the shape of `tensor` and one dimension more.
#' @section Errors: what is no class from 1 to `num_classes`.
#' @examples
#' nnf_one_hot(c(1, 3, 2))
#' @export
nnf_one_hot <- function(tensor, num_classes = -1) {
  check_whole(tensor, "tensor", 1)
  classes <- as.numeric(tensor)
  if (!identical(as.numeric(num_classes), -1)) check_count(num_classes, "num_classes")
  else if (length(classes)) num_classes <- max(classes)
  else abort("{.arg num_classes} must be given where {.arg tensor} is empty.")
  check_whole(tensor, "tensor", 1, num_classes)
  shape <- c(value_shape(tensor), num_classes)
  one <- as.numeric(rep(seq_len(num_classes), each = length(classes)) == classes)
  torch_tensor(array(one, shape), dtype = torch_long())
}
