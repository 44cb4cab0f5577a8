# Losses with a margin, and what they measure by: distances, cosines, norms.

#' Losses with a margin
#'
#' As torch has them, for classes that are told apart by a margin, rankings and embeddings. With input \eqn{x},
#' target \eqn{t} and margin \eqn{m}, each element or row contributes
#'
#' - `nnf_hinge_embedding_loss()`: \eqn{x} where \eqn{t = 1}, \eqn{\max(0, m - x)} where \eqn{t = -1};
#' - `nnf_soft_margin_loss()`: \eqn{\log(1 + e^{-t x})}, for \eqn{t = \pm 1};
#' - `nnf_margin_ranking_loss()`: \eqn{\max(0, m - t (x_1 - x_2))};
#' - `nnf_cosine_embedding_loss()`: with the cosine \eqn{c} of the angle between two rows, \eqn{1 - c} where
#'   \eqn{t = 1}, \eqn{\max(0, c - m)} where \eqn{t = -1};
#' - `nnf_triplet_margin_loss()`: \eqn{\max(0, m + d(a, b) - d(a, c))} of an anchor, a positive and a negative row, with
#'   the distance of `nnf_pairwise_distance()`;
#' - `nnf_multi_margin_loss()`: \eqn{\sum_{j \ne t} \max(0, m - x_t + x_j)^p / n} of \eqn{n} classes;
#' - `nnf_multilabel_margin_loss()`: \eqn{\sum_{k}\sum_{j} \max(0, 1 - x_k + x_j) / n} over the target classes
#'   \eqn{k} and the other classes \eqn{j} of \eqn{n};
#' - `nnf_multilabel_soft_margin_loss()`: the mean over the columns of the binary cross entropy of logits.
#'
#' `nnf_cosine_similarity()` is the cosine itself, `nnf_pairwise_distance()` the p-norm of `x1 - x2 + eps` over the last
#' dimension, and `nnf_normalize()` divides by the p-norm.
#'
#' @param input,input1,input2,x1,x2,anchor,positive,negative Tensors or numbers; rows are observations.
#' @param target Of the shape of the input, or one number for each row: 1 or -1. For `nnf_multi_margin_loss()` classes,
#'   from 1; for `nnf_multilabel_margin_loss()` a matrix of the input's shape, each row the classes of a row of
#'   the input, from 1, then zeros (what is behind the first zero does not count); for
#'   `nnf_multilabel_soft_margin_loss()` 0 or 1.
#' @param margin The margin, a number.
#' @param p Order of the norm; for `nnf_multi_margin_loss()` 1 or 2.
#' @param weight Factors, one for each class.
#' @param swap Is the distance from positive to negative taken where it is smaller than that from the anchor?
#' @param dim The dimension along which elements form a vector.
#' @param eps Smallest norm that is divided by; for distances, what is added to each difference.
#' @param keepdim As in [torch_norm()].
#' @param reduction `"mean"`, `"sum"`, or `"none"`.
#' @return A tensor. The modules: see [nn_module()].
#' @section Errors: shapes that do not fit; classes that do not exist; an unknown `reduction`.
#' @references Weston and Watkins (1999), Support vector machines for multi-class pattern recognition; Schroff,
#'   Kalenichenko and Philbin (2015), \doi{10.1109/CVPR.2015.7298682}.
#' @examples
#' x <- torch_tensor(rbind(c(2, 0, -1), c(0, 1, 3)), requires_grad = TRUE)
#' nnf_multi_margin_loss(x, c(1, 2))
#' nnf_normalize(x)
#' nn_hinge_embedding_loss(margin = 2)(c(0.5, 1), c(1, -1))
#' @name margin_losses
NULL

# (At 0 it has derivative 1, as in torch; torch_relu() has 0, which is torch's in nnf_multi_margin_loss().)
hinge <- function(x) torch_clamp(x, min = 0)

#' @rdname margin_losses
#' @export
nnf_hinge_embedding_loss <- function(input, target, margin = 1, reduction = "mean") {
  check_number(margin, "margin")
  check_same_shape(input, target)
  reduce_loss(torch_where(torch_eq(target, 1), input, hinge(torch_sub(margin, input))), reduction)
}

#' @rdname margin_losses
#' @export
nnf_soft_margin_loss <- function(input, target, reduction = "mean") {
  check_same_shape(input, target)
  reduce_loss(torch_logaddexp(torch_neg(torch_mul(target, input)), 0), reduction)
}

#' @rdname margin_losses
#' @export
nnf_margin_ranking_loss <- function(input1, input2, target, margin = 0, reduction = "mean") {
  check_number(margin, "margin")
  check_same_shape(input1, input2, "input2")
  reduce_loss(hinge(torch_sub(margin, torch_mul(target, torch_sub(input1, input2)))), reduction)
}

#' @rdname margin_losses
#' @export
nnf_cosine_embedding_loss <- function(input1, input2, target, margin = 0, reduction = "mean") {
  check_number(margin, "margin")
  check_same_shape(input1, input2, "input2")
  square <- function(x) torch_add(torch_sum(torch_square(x), -1), 1e-12)
  cosine <- torch_div(torch_sum(torch_mul(input1, input2), -1), torch_sqrt(torch_mul(square(input1), square(input2))))
  reduce_loss(torch_where(torch_eq(target, 1), torch_sub(1, cosine), hinge(torch_sub(cosine, margin))), reduction)
}

#' @rdname margin_losses
#' @export
nnf_triplet_margin_loss <- function(anchor, positive, negative, margin = 1, p = 2, eps = 1e-6, swap = FALSE,
                                    reduction = "mean") {
  check_number(margin, "margin")
  check_flag(swap, "swap")
  near <- nnf_pairwise_distance(anchor, positive, p, eps)
  far <- nnf_pairwise_distance(anchor, negative, p, eps)
  if (swap) far <- torch_minimum(far, nnf_pairwise_distance(positive, negative, p, eps))
  reduce_loss(hinge(torch_add(torch_sub(near, far), margin)), reduction)
}

#' @rdname margin_losses
#' @export
nnf_multi_margin_loss <- function(input, target, p = 1, margin = 1, weight = NULL, reduction = "mean") {
  if (!p %in% 1:2) abort("{.arg p} must be 1 or 2, not {given(p)}.")
  check_number(margin, "margin")
  input <- as_rows(input)
  shape <- value_shape(input)
  classes <- check_classes(target, input, 0)
  at <- cbind(seq_len(shape[1]), classes)
  excess <- torch_relu(torch_add(torch_sub(input, reshaped(input[at], c(shape[1], 1L))), margin))
  if (p == 2) excess <- torch_square(excess)
  others <- matrix(1, shape[1], shape[2])
  others[at] <- 0
  if (!is.null(weight)) others <- others * class_weights(weight, classes, rep(TRUE, shape[1]), input)
  reduce_loss(torch_div(torch_sum(torch_mul(excess, others), 2), shape[2]), reduction)
}

#' @rdname margin_losses
#' @export
nnf_multilabel_margin_loss <- function(input, target, reduction = "mean") {
  check_same_extent(input, target)
  input <- as_rows(input)
  shape <- value_shape(input)
  is_target <- target_classes(target, shape)
  excess <- lapply(seq_len(shape[2]), function(k) {
    row <- torch_relu(torch_add(torch_sub(input, reshaped(input[, k], c(shape[1], 1L))), 1))
    torch_sum(torch_mul(row, is_target[, k] * !is_target), 2)
  })
  reduce_loss(torch_div(Reduce(torch_add, excess), shape[2]), reduction)
}

check_same_extent <- function(input, target) {
  if (!identical(value_shape(input), value_shape(target))) {
    abort("{.arg target} must have the shape of {.arg input}, {shape_text(input)}, not {shape_text(target)}.",
          "gradtape_shape_error")
  }
}

# TRUE for the classes that stand in a row of `target` before its first zero.
target_classes <- function(target, shape) {
  check_whole(target, "target", 0, shape[2])
  classes <- matrix(as.numeric(target), shape[1], shape[2])
  is_target <- matrix(FALSE, shape[1], shape[2])
  for (i in seq_len(shape[1])) is_target[i, classes[i, cumsum(classes[i, ] == 0) == 0]] <- TRUE
  is_target
}

#' @rdname margin_losses
#' @export
nnf_multilabel_soft_margin_loss <- function(input, target, weight = NULL, reduction = "mean") {
  loss <- nnf_binary_cross_entropy_with_logits(input, target, weight, "none")
  reduce_loss(torch_mean(loss, -1), reduction)
}

#' @rdname margin_losses
#' @export
nnf_cosine_similarity <- function(x1, x2, dim = 2, eps = 1e-8) {
  check_number(eps, "eps", min = 0)
  torch_sum(torch_mul(nnf_normalize(x1, 2, dim, eps), nnf_normalize(x2, 2, dim, eps)), dim)
}

#' @rdname margin_losses
#' @export
nnf_pairwise_distance <- function(x1, x2, p = 2, eps = 1e-6, keepdim = FALSE) {
  check_number(eps, "eps", min = 0)
  torch_norm(torch_add(torch_sub(x1, x2), eps), p, -1, keepdim)
}

#' @rdname margin_losses
#' @export
nnf_normalize <- function(input, p = 2, dim = 2, eps = 1e-12) {
  check_number(eps, "eps", min = 0)
  torch_div(input, torch_clamp(torch_norm(input, p, dim, keepdim = TRUE), min = eps))
}

# ---- modules ----

#' @rdname margin_losses
#' @export
nn_hinge_embedding_loss <- function(margin = 1, reduction = "mean") {
  loss_module("nn_hinge_embedding_loss", nnf_hinge_embedding_loss, reduction, margin = margin)
}
#' @rdname margin_losses
#' @export
nn_soft_margin_loss <- function(reduction = "mean") {
  loss_module("nn_soft_margin_loss", nnf_soft_margin_loss, reduction)
}
#' @rdname margin_losses
#' @export
nn_margin_ranking_loss <- function(margin = 0, reduction = "mean") {
  loss_module("nn_margin_ranking_loss", nnf_margin_ranking_loss, reduction, margin = margin)
}
#' @rdname margin_losses
#' @export
nn_cosine_embedding_loss <- function(margin = 0, reduction = "mean") {
  loss_module("nn_cosine_embedding_loss", nnf_cosine_embedding_loss, reduction, margin = margin)
}
#' @rdname margin_losses
#' @export
nn_triplet_margin_loss <- function(margin = 1, p = 2, eps = 1e-6, swap = FALSE, reduction = "mean") {
  loss_module("nn_triplet_margin_loss", nnf_triplet_margin_loss, reduction, margin = margin, p = p, eps = eps,
              swap = swap)
}
#' @rdname margin_losses
#' @export
nn_multi_margin_loss <- function(p = 1, margin = 1, weight = NULL, reduction = "mean") {
  loss_module("nn_multi_margin_loss", nnf_multi_margin_loss, reduction, p = p, margin = margin, weight = weight)
}
#' @rdname margin_losses
#' @export
nn_multilabel_soft_margin_loss <- function(weight = NULL, reduction = "mean") {
  loss_module("nn_multilabel_soft_margin_loss", nnf_multilabel_soft_margin_loss, reduction, weight = weight)
}
#' @rdname margin_losses
#' @export
nn_multilabel_margin_loss <- function(reduction = "mean") {
  loss_module("nn_multilabel_margin_loss", nnf_multilabel_margin_loss, reduction)
}
