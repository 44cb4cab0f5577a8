#' Clip gradients
#'
#' `nn_utils_clip_grad_norm_()` scales the gradients of all parameters together, so that
#' their joint norm is at most `max_norm`; `nn_utils_clip_grad_value_()` bounds each element.
#' Call them between `$backward()` and `$step()`.
#'
#' @param parameters A tensor or a list of tensors; those without a gradient are skipped.
#' @param max_norm The largest norm allowed, at least 0.
#' @param norm_type Order of the norm: a positive number or `Inf`.
#' @param error_if_nonfinite Is a norm that is NaN or infinite an error? Otherwise the
#'   gradients become NaN or zero.
#' @param clip_value Bound on the size of each element, at least 0.
#' @return `nn_utils_clip_grad_norm_()`: the norm before clipping, a tensor.
#'   `nn_utils_clip_grad_value_()`: `NULL`, invisibly.
#' @references Pascanu, Mikolov and Bengio (2013), \doi{10.48550/arXiv.1211.5063}.
#' @examples
#' x <- torch_tensor(c(3, 4), requires_grad = TRUE)
#' sum(x^2)$backward()
#' nn_utils_clip_grad_norm_(x, max_norm = 1)
#' x$grad
#' @export
nn_utils_clip_grad_norm_ <- function(parameters, max_norm, norm_type = 2, error_if_nonfinite = FALSE) {
  check_number(max_norm, "max_norm", min = 0)
  check_number(norm_type, "norm_type", above = 0)
  check_flag(error_if_nonfinite, "error_if_nonfinite")
  grads <- gradients_of(parameters)
  with_no_grad({
    norms <- vapply(grads, function(g) as.numeric(torch_norm(g, norm_type)), 0)
    total <- if (!length(norms)) 0 else if (is.infinite(norm_type)) max(norms) else sum(norms^norm_type)^(1 / norm_type)
    if (error_if_nonfinite && !is.finite(total)) {
      abort("The norm of the gradients is {total}, so they cannot be clipped.", "gradtape_numeric_error")
    }
    scale <- max_norm / (total + 1e-6)
    if (is.nan(scale) || scale < 1) for (g in grads) g$mul_(scale)
  })
  torch_tensor(total)
}

#' @rdname nn_utils_clip_grad_norm_
#' @export
nn_utils_clip_grad_value_ <- function(parameters, clip_value) {
  check_number(clip_value, "clip_value", min = 0)
  with_no_grad(for (g in gradients_of(parameters)) g$clamp_(-clip_value, clip_value))
  invisible(NULL)
}

gradients_of <- function(parameters) {
  grads <- lapply(tensor_list(parameters, "parameters"), function(p) p$grad)
  grads[!vapply(grads, is.null, NA)]
}
