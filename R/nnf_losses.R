# Loss functions, and the modules that compute them.

#' Loss functions
#'
#' With input \eqn{x} and target \eqn{t}, element by element:
#'
#' - `nnf_mse_loss()`: \eqn{(x - t)^2};
#' - `nnf_l1_loss()`: \eqn{|x - t|};
#' - `nnf_smooth_l1_loss()`: \eqn{(x - t)^2 / (2\beta)} where \eqn{|x - t| < \beta}, else
#'   \eqn{|x - t| - \beta / 2};
#' - `nnf_huber_loss()`: \eqn{(x - t)^2 / 2} where \eqn{|x - t| < \delta}, else
#'   \eqn{\delta (|x - t| - \delta / 2)};
#' - `nnf_binary_cross_entropy()`: \eqn{-t \log x - (1 - t) \log(1 - x)}, for probabilities
#'   \eqn{x}, with the logarithms bounded by -100;
#' - `nnf_binary_cross_entropy_with_logits()`: the same of \eqn{1 / (1 + e^{-x})}, safe for
#'   large \eqn{|x|};
#' - `nnf_poisson_nll_loss()`: \eqn{e^x - t x}, or \eqn{x - t \log(x + eps)};
#' - `nnf_gaussian_nll_loss()`: \eqn{(\log v + (x - t)^2 / v) / 2} with variance \eqn{v};
#' - `nnf_kl_div()`: \eqn{t (\log t - x)}, for log-probabilities \eqn{x}.
#'
#' `nnf_nll_loss()` takes log-probabilities, one row per observation, and gives minus the
#' one in the column of the target class. `nnf_cross_entropy()` does so after a log-softmax
#' of each row; its targets may also be a matrix of probabilities. With `weight`, their mean
#' is weighted.
#'
#' The modules `nn_*_loss()` take the settings and are then called with input and target.
#'
#' @param input,target Tensors, or numbers, of the same shape (or one number). For
#'   `nnf_nll_loss()` and `nnf_cross_entropy()`: a matrix of one row per observation (or a
#'   vector, for one), and the numbers of the classes, from 1.
#' @param reduction `"mean"`, `"sum"`, or `"none"` for the single values; for
#'   `nnf_kl_div()` also `"batchmean"`: the sum over the number of rows.
#' @param beta,delta Where the loss turns from quadratic to linear; at least 0, and positive.
#' @param weight Factors of the elements; for classes, one for each class.
#' @param pos_weight Factor of the positive part, one for each column or element.
#' @param ignore_index A class whose observations do not count.
#' @param label_smoothing How much of the target's probability is spread evenly over all
#'   classes, in \[0, 1\].
#' @param log_input Is the input the logarithm of the rate?
#' @param full Include the terms that do not depend on the input? (For the Poisson loss,
#'   Stirling's approximation of \eqn{\log t!} where \eqn{t > 1}.)
#' @param eps Small number for stability: added in the logarithm (Poisson), or the smallest
#'   variance (Gaussian).
#' @param var Variances: of the shape of the input, or one number.
#' @param log_target Is the target given as log-probabilities?
#' @return A tensor: a scalar, or for `reduction = "none"` of the input's shape (one value
#'   per observation for classes). The modules: see [nn_module()].
#' @section Errors: shapes that differ; classes that are not whole numbers from 1 to the
#'   number of columns; an unknown `reduction`.
#' @references Huber (1964), \doi{10.1214/aoms/1177703732}; label smoothing: Szegedy et al.
#'   (2016), \doi{10.48550/arXiv.1512.00567}.
#' @examples
#' x <- torch_tensor(c(0.5, 2), requires_grad = TRUE)
#' loss <- nnf_mse_loss(x, c(1, 1))
#' loss$backward()
#' x$grad
#'
#' logits <- torch_tensor(rbind(c(2, 0, -1), c(0, 0, 3)))
#' nn_cross_entropy_loss()(logits, c(1, 3))
#' @name losses
NULL

#' @rdname losses
#' @export
nnf_mse_loss <- function(input, target, reduction = "mean") {
  check_same_shape(input, target)
  reduce_loss(torch_square(torch_sub(input, target)), reduction)
}

#' @rdname losses
#' @export
nnf_l1_loss <- function(input, target, reduction = "mean") {
  check_same_shape(input, target)
  reduce_loss(torch_abs(torch_sub(input, target)), reduction)
}

#' @rdname losses
#' @export
nnf_smooth_l1_loss <- function(input, target, reduction = "mean", beta = 1) {
  check_number(beta, "beta", min = 0)
  if (beta == 0) return(nnf_l1_loss(input, target, reduction))
  check_same_shape(input, target)
  reduce_loss(quadratic_then_linear(torch_sub(input, target), beta) / beta, reduction)
}

#' @rdname losses
#' @export
nnf_huber_loss <- function(input, target, reduction = "mean", delta = 1) {
  check_number(delta, "delta", above = 0)
  check_same_shape(input, target)
  reduce_loss(quadratic_then_linear(torch_sub(input, target), delta), reduction)
}

quadratic_then_linear <- function(d, bound) {
  size <- torch_abs(d)
  torch_where(torch_lt(size, bound), torch_square(d) / 2, (size - bound / 2) * bound)
}

#' @rdname losses
#' @export
nnf_binary_cross_entropy <- function(input, target, weight = NULL, reduction = "mean") {
  check_same_shape(input, target)
  if (length(bad_elements(input, function(p) is.na(p) | (p >= 0 & p <= 1)))) {
    abort(c("{.arg input} must hold probabilities, from 0 to 1.",
                     i = "For real numbers use {.fn nnf_binary_cross_entropy_with_logits}."))
  }
  loss <- torch_mul(torch_sub(target, 1), torch_clamp(torch_log1p(torch_neg(input)), min = -100)) -
    torch_mul(target, torch_clamp(torch_log(input), min = -100))
  reduce_loss(weighted(loss, weight), reduction)
}

#' @rdname losses
#' @export
nnf_binary_cross_entropy_with_logits <- function(input, target, weight = NULL, reduction = "mean",
                                                 pos_weight = NULL) {
  check_same_shape(input, target)
  negative <- torch_mul(torch_sub(1, target), torch_logaddexp(input, 0))
  positive <- torch_mul(target, torch_logaddexp(torch_neg(input), 0))
  reduce_loss(weighted(torch_add(negative, weighted(positive, pos_weight)), weight), reduction)
}

#' @rdname losses
#' @export
nnf_poisson_nll_loss <- function(input, target, log_input = TRUE, full = FALSE, eps = 1e-8, reduction = "mean") {
  check_same_shape(input, target)
  check_flag(log_input, "log_input")
  check_flag(full, "full")
  check_number(eps, "eps", min = 0)
  loss <- if (log_input) torch_sub(torch_exp(input), torch_mul(target, input))
          else torch_sub(input, torch_mul(target, torch_log(torch_add(input, eps))))
  if (full) {
    above <- torch_maximum(target, 1)
    stirling <- above * torch_log(above) - above + torch_log(above * (2 * pi)) / 2
    loss <- torch_add(loss, torch_where(torch_gt(target, 1), stirling, 0))
  }
  reduce_loss(loss, reduction)
}

#' @rdname losses
#' @export
nnf_gaussian_nll_loss <- function(input, target, var, full = FALSE, eps = 1e-6, reduction = "mean") {
  check_same_shape(input, target)
  check_same_shape(input, var, "var")
  check_flag(full, "full")
  check_number(eps, "eps", min = 0)
  if (length(bad_elements(var, function(v) is.na(v) | v >= 0))) abort("{.arg var} must hold variances, of at least 0.")
  var <- torch_clamp(var, min = eps)
  loss <- torch_add(torch_log(var), torch_div(torch_square(torch_sub(input, target)), var)) / 2
  reduce_loss(if (full) loss + log(2 * pi) / 2 else loss, reduction)
}

#' @rdname losses
#' @export
nnf_kl_div <- function(input, target, reduction = "mean", log_target = FALSE) {
  check_same_shape(input, target)
  check_flag(log_target, "log_target")
  loss <- if (log_target) torch_mul(torch_exp(target), torch_sub(target, input))
          else torch_sub(torch_xlogy(target, target), torch_mul(target, input))
  if (identical(reduction, "batchmean")) return(torch_sum(loss) / c(value_shape(loss), 1)[1])
  reduce_loss(loss, reduction)
}

#' @rdname losses
#' @export
nnf_nll_loss <- function(input, target, weight = NULL, ignore_index = -100, reduction = "mean") {
  input <- as_rows(input)
  classes <- check_classes(target, input, ignore_index)
  counted <- classes != ignore_index
  weights <- class_weights(weight, classes, counted, input)
  at <- cbind(seq_along(classes), ifelse(counted, classes, 1))
  reduce_weighted(torch_neg(input[at]), weights, reduction)
}

#' @rdname losses
#' @export
nnf_cross_entropy <- function(input, target, weight = NULL, ignore_index = -100, reduction = "mean",
                              label_smoothing = 0) {
  check_number(label_smoothing, "label_smoothing", min = 0, max = 1)
  given <- value_shape(target)
  probabilities <- length(given) > 0 && identical(given, value_shape(input)) && !(length(given) == 1 && given == 1)
  input <- as_rows(input)
  log_p <- nnf_log_softmax(input, 2)
  n_classes <- value_shape(input)[2]
  if (probabilities) {
    target <- torch_add(torch_mul(as_rows(target), 1 - label_smoothing), label_smoothing / n_classes)
    loss <- torch_neg(torch_sum(torch_mul(weighted(log_p, weight), target), 2))
    return(reduce_loss(loss, reduction))
  }
  loss <- nnf_nll_loss(log_p, target, weight, ignore_index, reduction)
  if (label_smoothing == 0) return(loss)
  classes <- check_classes(target, input, ignore_index)
  counted <- classes != ignore_index
  evenly <- torch_neg(torch_sum(weighted(log_p, weight), 2)) / n_classes
  spread <- if (reduction == "mean") {
    torch_sum(evenly * as.numeric(counted)) / sum(class_weights(weight, classes, counted, input))
  } else {
    reduce_loss(evenly * as.numeric(counted), reduction)
  }
  loss * (1 - label_smoothing) + spread * label_smoothing
}

# ---- what they share ----

check_same_shape <- function(input, target, name = "target") {
  a <- value_shape(input)
  b <- value_shape(target)
  if (!identical(a, b) && prod(b) != 1 && prod(a) != 1) {
    abort("{.arg input} has shape {shape_text(input)} and {.arg {name}} {shape_text(target)}; they must be the same.",
          "gradtape_shape_error")
  }
}

reduce_loss <- function(loss, reduction) {
  switch(check_choice(reduction, "reduction", c("mean", "sum", "none")),
         mean = torch_mean(loss), sum = torch_sum(loss), none = loss)
}

reduce_weighted <- function(loss, weights, reduction) {
  total <- loss * weights
  if (identical(reduction, "mean")) torch_sum(total) / sum(weights) else reduce_loss(total, reduction)
}

weighted <- function(loss, weight) if (is.null(weight)) loss else torch_mul(loss, weight)

# One row per observation.
as_rows <- function(x) {
  n <- length(value_shape(x))
  if (n == 1) return(t(if (is_torch_tensor(x)) x else torch_tensor(x)))
  if (n != 2) {
    abort("{.arg input} must be a matrix with one row per observation; it has shape {shape_text(x)}.",
          "gradtape_shape_error")
  }
  if (is_torch_tensor(x)) x else torch_tensor(x)
}

check_classes <- function(target, input, ignore_index) {
  shape <- value_shape(input)
  if (!is.numeric(target)) abort("{.arg target} must hold classes, whole numbers from 1, not {given(target)}.")
  check_number(ignore_index, "ignore_index", whole = TRUE)
  classes <- as.numeric(target)
  if (length(classes) != shape[1]) {
    abort("{.arg target} has {length(classes)} element{?s} for {shape[1]} row{?s} of {.arg input}.",
          "gradtape_shape_error")
  }
  bad <- which(is.na(classes) | (classes != ignore_index & !classes %in% seq_len(shape[2])))
  if (length(bad)) {
    abort(c("{.arg target} must hold classes from 1 to {shape[2]}; element {bad[1]} is {classes[bad[1]]}.",
                     i = "Classes are counted from 1."), "gradtape_index_error")
  }
  classes
}

class_weights <- function(weight, classes, counted, input) {
  if (is.null(weight)) return(as.numeric(counted))
  n <- value_shape(input)[2]
  if (length(weight) != n) {
    abort("{.arg weight} must have one element for each of the {n} classes, not {length(weight)}.")
  }
  as.numeric(weight)[ifelse(counted, classes, 1)] * counted
}

# ---- modules ----

#' @rdname losses
#' @export
nn_mse_loss <- function(reduction = "mean") loss_module("nn_mse_loss", nnf_mse_loss, reduction)
#' @rdname losses
#' @export
nn_l1_loss <- function(reduction = "mean") loss_module("nn_l1_loss", nnf_l1_loss, reduction)
#' @rdname losses
#' @export
nn_smooth_l1_loss <- function(reduction = "mean", beta = 1) {
  loss_module("nn_smooth_l1_loss", nnf_smooth_l1_loss, reduction, beta = beta)
}
#' @rdname losses
#' @export
nn_huber_loss <- function(reduction = "mean", delta = 1) {
  loss_module("nn_huber_loss", nnf_huber_loss, reduction, delta = delta)
}
#' @rdname losses
#' @export
nn_bce_loss <- function(weight = NULL, reduction = "mean") {
  loss_module("nn_bce_loss", nnf_binary_cross_entropy, reduction, weight = weight)
}
#' @rdname losses
#' @export
nn_bce_with_logits_loss <- function(weight = NULL, reduction = "mean", pos_weight = NULL) {
  loss_module("nn_bce_with_logits_loss", nnf_binary_cross_entropy_with_logits, reduction, weight = weight,
              pos_weight = pos_weight)
}
#' @rdname losses
#' @export
nn_poisson_nll_loss <- function(log_input = TRUE, full = FALSE, eps = 1e-8, reduction = "mean") {
  loss_module("nn_poisson_nll_loss", nnf_poisson_nll_loss, reduction, log_input = log_input, full = full, eps = eps)
}
#' @rdname losses
#' @export
nn_gaussian_nll_loss <- function(full = FALSE, eps = 1e-6, reduction = "mean") {
  loss_module("nn_gaussian_nll_loss", nnf_gaussian_nll_loss, reduction, full = full, eps = eps)
}
#' @rdname losses
#' @export
nn_kl_div_loss <- function(reduction = "mean", log_target = FALSE) {
  loss_module("nn_kl_div_loss", nnf_kl_div, reduction, log_target = log_target)
}
#' @rdname losses
#' @export
nn_nll_loss <- function(weight = NULL, ignore_index = -100, reduction = "mean") {
  loss_module("nn_nll_loss", nnf_nll_loss, reduction, weight = weight, ignore_index = ignore_index)
}
#' @rdname losses
#' @export
nn_cross_entropy_loss <- function(weight = NULL, ignore_index = -100, reduction = "mean", label_smoothing = 0) {
  loss_module("nn_cross_entropy_loss", nnf_cross_entropy, reduction, weight = weight, ignore_index = ignore_index,
              label_smoothing = label_smoothing)
}

loss_module <- function(name, fun, reduction, ...) {
  abort_if_called(list(reduction), name, "input, target")
  check_choice(reduction, "reduction", c("mean", "sum", "none", if (name == "nn_kl_div_loss") "batchmean"))
  settings <- list(...)
  for (setting in names(settings)) loss_checks()[[setting]](settings[[setting]], setting)
  function_module(name, fun, reduction = reduction, ...)
}

loss_checks <- function() list(
  beta = function(x, name) check_number(x, name, min = 0),
  delta = function(x, name) check_number(x, name, above = 0),
  eps = function(x, name) check_number(x, name, min = 0),
  label_smoothing = function(x, name) check_number(x, name, min = 0, max = 1),
  ignore_index = function(x, name) check_number(x, name, whole = TRUE),
  margin = check_number, p = check_number, swap = check_flag, full = check_flag, log_input = check_flag,
  log_target = check_flag,
  weight = function(x, name) check_weight(x, name), pos_weight = function(x, name) check_weight(x, name)
)
check_weight <- function(x, name) {
  if (!is.null(x) && !is.numeric(x)) abort("{.arg {name}} must be NULL or numbers, not {given(x)}.")
}
