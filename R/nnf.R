# Activations and losses.

#' Activations and losses
#'
#' torch's `nnf_*` functions that are of use without a neural network.
#'
#' @param input,target Tensors or numbers, of equal shapes for the losses.
#' @param dim The dimension along which values sum to 1.
#' @param beta,threshold `nnf_softplus()` is log(1 + exp(beta x)) / beta, and x itself
#'   where beta x exceeds `threshold`. For `nnf_smooth_l1_loss()`, `beta` is where the loss
#'   turns from quadratic to linear.
#' @param alpha,negative_slope Scale for negative values.
#' @param approximate `"none"` or `"tanh"`.
#' @param inplace Accepted for compatibility; the result is always new.
#' @param weight,pos_weight Weights of the elements, and of the positive class, or `NULL`.
#' @param reduction `"mean"`, `"sum"` or `"none"`.
#' @param dtype `NULL`, or a dtype to compute in.
#' @return A tensor: of the input's shape, or for losses a scalar unless `reduction` is
#'   `"none"`.
#' @examples
#' nnf_softmax(torch_tensor(c(1, 2, 3)), dim = 1)
#' nnf_mse_loss(torch_tensor(c(1, 2)), c(0, 0))
#' @name nnf
NULL

#' @rdname nnf
#' @export
nnf_softmax <- function(input, dim, dtype = NULL) .Call(C_exp, nnf_log_softmax(input, dim, dtype))
#' @rdname nnf
#' @export
nnf_log_softmax <- function(input, dim, dtype = NULL) {
  input <- in_dtype(input, dtype)
  .Call(C_sub, input, .Call(C_logsumexp, input, dim, TRUE))
}
in_dtype <- function(x, dtype) if (is.null(dtype)) x else x$to(dtype = dtype)

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
nnf_relu <- function(input, inplace = FALSE) .Call(C_relu, input)
#' @rdname nnf
#' @export
nnf_elu <- function(input, alpha = 1, inplace = FALSE) {
  low <- .Call(C_mul, .Call(C_expm1, torch_clamp(input, max = 0)), alpha)
  .Call(C_where, torch_gt(input, 0), input, low)
}
#' @rdname nnf
#' @export
nnf_leaky_relu <- function(input, negative_slope = 0.01, inplace = FALSE) {
  .Call(C_where, torch_gt(input, 0), input, .Call(C_mul, input, negative_slope))
}
#' @rdname nnf
#' @export
nnf_silu <- function(input, inplace = FALSE) .Call(C_mul, input, .Call(C_sigmoid, input))
#' @rdname nnf
#' @export
nnf_gelu <- function(input, approximate = "none") {
  if (approximate == "none") {
    tail <- .Call(C_erfc, .Call(C_mul, input, -sqrt(0.5)))
    return(.Call(C_mul, .Call(C_mul, input, 0.5), tail))
  }
  if (approximate != "tanh") cli::cli_abort("{.arg approximate} must be {.val none} or {.val tanh}, not {.val {approximate}}.", call = NULL)
  inner <- torch_mul(torch_add(input, torch_mul(torch_pow(input, 3), 0.044715)), sqrt(2 / pi))
  torch_mul(torch_mul(input, 0.5), torch_add(torch_tanh(inner), 1))
}

#' @rdname nnf
#' @export
nnf_mse_loss <- function(input, target, reduction = "mean") {
  reduced(.Call(C_square, .Call(C_sub, input, target)), reduction)
}
#' @rdname nnf
#' @export
nnf_l1_loss <- function(input, target, reduction = "mean") {
  reduced(.Call(C_abs, .Call(C_sub, input, target)), reduction)
}
#' @rdname nnf
#' @export
nnf_smooth_l1_loss <- function(input, target, reduction = "mean", beta = 1) {
  size <- .Call(C_abs, .Call(C_sub, input, target))
  near <- .Call(C_mul, .Call(C_square, size), 0.5 / beta)
  reduced(.Call(C_where, torch_lt(size, beta), near, .Call(C_sub, size, beta / 2)), reduction)
}
#' @rdname nnf
#' @export
nnf_binary_cross_entropy <- function(input, target, weight = NULL, reduction = "mean") {
  # torch bounds the logarithms by -100, so that the loss stays finite
  yes <- torch_clamp(.Call(C_log, input), min = -100)
  no <- torch_clamp(.Call(C_log1p, .Call(C_neg, input)), min = -100)
  loss <- .Call(C_neg, torch_add(torch_mul(target, yes), torch_mul(torch_sub(1, target), no)))
  reduced(weighted(loss, weight), reduction)
}
#' @rdname nnf
#' @export
nnf_binary_cross_entropy_with_logits <- function(input, target, weight = NULL, reduction = "mean",
                                                 pos_weight = NULL) {
  yes <- weighted(torch_mul(target, .Call(C_logsigmoid, input)), pos_weight)
  no <- torch_mul(torch_sub(1, target), .Call(C_logsigmoid, .Call(C_neg, input)))
  reduced(weighted(.Call(C_neg, torch_add(yes, no)), weight), reduction)
}

weighted <- function(x, weight) if (is.null(weight)) x else .Call(C_mul, x, weight)
reduced <- function(loss, reduction) {
  switch(reduction, mean = torch_mean(loss), sum = torch_sum(loss), none = loss,
         cli::cli_abort("{.arg reduction} must be {.val mean}, {.val sum} or {.val none}, not {.val {reduction}}.", call = NULL))
}
