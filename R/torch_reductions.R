# Sums, means, norms, extrema.

#' Reductions
#'
#' Each reduces a tensor over some of its dimensions, or over all of them.
#'
#' @param self A tensor, or numbers.
#' @param dim Dimensions to reduce, from 1; negative ones count from the last. Missing or
#'   `NULL`: all.
#' @param keepdim Keep reduced dimensions, with one element?
#' @param p Order of the norm; a positive number, `Inf` or `-Inf`.
#' @param unbiased Divide by n - 1 instead of n?
#' @param dtype The dtype that the elements are converted to first; `NULL`: none.
#' @param x1,x2 Points, one in each row of the last two dimensions.
#' @param compute_mode Accepted for compatibility: distances are those of the differences.
#' @param other For `torch_dist()`: a tensor to be subtracted. For `torch_max()` and `torch_min()`: a second tensor or
#'   number, for the elementwise maximum or minimum.
#' @return A tensor. `torch_max()`, `torch_min()` and `torch_median()` with `dim` give a
#'   list of the values and their positions (from 1). `torch_all()` and `torch_any()` give
#'   a bool tensor, which is an R logical vector too.
#'   `torch_std_mean()`, `torch_var_mean()` and `torch_aminmax()` give a list of two.
#' @details
#' `torch_nansum()` and `torch_nanmean()` leave `NaN` out. `torch_count_nonzero()` counts. `torch_dist()` is the norm
#' of a difference, `torch_cdist()` those between all rows of two matrices, `torch_pdist()` between those of one.
#'
#' `torch_median()` is the lower of the two middle elements, as in torch; [median()] is
#' their mean. Positions given by `torch_argmax()` and `torch_argmin()` count from 1, for a
#' whole tensor row by row; so do those of `torch_max()`. `torch_logsumexp()` does not
#' overflow. Among equal extrema of a whole tensor the gradient is shared evenly.
#'
#' `torch_norm()` of zeros, and in a norm of order below 1 each zero, has derivative 0, as in
#' torch. So has `torch_std()` of equal values, where torch gives `NaN`: the standard deviation
#' is a norm, smallest there, and 0 is one of its subgradients; a model that starts with all
#' values equal can then be fitted. See [singular_points] for other points without a derivative.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_sum(x, dim = 1)
#' torch_norm(c(3, 4))
#' torch_max(torch_tensor(c(-1, 2)), other = 0)
#' @name reductions
NULL

#' @rdname reductions
#' @export
torch_sum <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) {
  .Call(C_sum, if (is.null(dtype)) self else as_dtype(self, dtype), dim, keepdim)
}

#' @rdname reductions
#' @export
torch_mean <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) {
  if (!is.null(dtype)) self <- as_dtype(self, dtype)
  total <- .Call(C_sum, self, dim, keepdim)
  .Call(C_div, total, .Call(C_call_length, self) / .Call(C_call_length, total))
}

#' @rdname reductions
#' @export
torch_prod <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) {
  .Call(C_prod, if (is.null(dtype)) self else as_dtype(self, dtype), dim, keepdim)
}

#' @rdname reductions
#' @export
torch_var <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) {
  check_flag(unbiased, "unbiased")
  centre <- torch_mean(self, dim, keepdim = TRUE)
  squares <- .Call(C_sum, .Call(C_square, .Call(C_sub, self, centre)), dim, keepdim)
  .Call(C_div, squares, length(self) / length(centre) - unbiased)
}

#' @rdname reductions
#' @export
torch_std <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) {
  .Call(C_root, torch_var(self, dim, unbiased, keepdim))
}

#' @rdname reductions
#' @export
torch_logsumexp <- function(self, dim = NULL, keepdim = FALSE) .Call(C_logsumexp, self, dim, keepdim)

#' @rdname reductions
#' @export
torch_median <- function(self, dim = NULL, keepdim = FALSE) {
  if (is.null(dim)) return(torch_median(flat_columns(self), 1L)[[1]])
  self <- at_least_vector(self)
  at <- normal_dim(dim, length(value_shape(self)))
  check_flag(keepdim, "keepdim")
  n <- value_shape(self)[at]
  if (n == 0) abort("The median of no elements does not exist.")
  position <- torch_narrow(apply_op("argsort", self, c(at - 1L, 0L)), at, (n - 1L) %/% 2L + 1L, 1L)
  median <- picked(self, position, at, keepdim)
  if (n == 1) return(median)
  missing <- torch_any(torch_isnan(self), dim = at, keepdim = keepdim)
  if (any(missing)) median[[1]] <- torch_where(missing, NaN, median[[1]])
  median
}

#' @rdname reductions
#' @export
torch_argmax <- function(self, dim = NULL, keepdim = FALSE) {
  position_of(function(x) .Call(C_argmax, x, dim, keepdim), self, dim)
}
#' @rdname reductions
#' @export
torch_argmin <- function(self, dim = NULL, keepdim = FALSE) {
  position_of(function(x) .Call(C_argmin, x, dim, keepdim), self, dim)
}

# Positions from 1; of a whole tensor, row by row.
position_of <- function(argument, self, dim) {
  argument(if (is.null(dim)) row_major(self, length(self)) else self) + 1L
}

#' @rdname reductions
#' @export
torch_all <- function(self, dim = NULL, keepdim = FALSE) torch_eq(.Call(C_sum, .Call(C_eq, self, 0), dim, keepdim), 0)
#' @rdname reductions
#' @export
torch_any <- function(self, dim = NULL, keepdim = FALSE) torch_gt(.Call(C_sum, .Call(C_ne, self, 0), dim, keepdim), 0)

#' @rdname reductions
#' @export
torch_norm <- function(self, p = 2, dim = NULL, keepdim = FALSE, dtype = NULL) {
  if (!is.null(dtype)) self <- as_dtype(self, dtype)
  check_number(p, "p")
  if (p == 2) return(.Call(C_norm2, self, dim, keepdim))
  size <- .Call(C_abs, self)
  if (p == Inf) return(.Call(C_amax, size, dim, keepdim))
  if (p == -Inf) return(.Call(C_amin, size, dim, keepdim))
  if (p == 0) return(.Call(C_sum, .Call(C_ne, size, 0), dim, keepdim))
  if (p == 1) return(.Call(C_sum, size, dim, keepdim))
  powers <- if (p < 1) power_flat_at_zero(size, p) else .Call(C_pow, size, p)
  power_flat_at_zero(.Call(C_sum, powers, dim, keepdim), 1 / p)
}

# x^k, but with derivative 0 at x = 0.
power_flat_at_zero <- function(x, k) {
  at_zero <- .Call(C_eq, x, 0)
  .Call(C_where, at_zero, 0^k, .Call(C_pow, .Call(C_where, at_zero, 1, x), k))
}

#' @rdname reductions
#' @export
torch_amax <- function(self, dim = NULL, keepdim = FALSE) .Call(C_amax, self, dim, keepdim)
#' @rdname reductions
#' @export
torch_amin <- function(self, dim = NULL, keepdim = FALSE) .Call(C_amin, self, dim, keepdim)

#' @rdname reductions
#' @export
torch_max <- function(self, dim = NULL, other = NULL, keepdim = FALSE) {
  if (!is.null(other)) return(.Call(C_maximum, self, other))
  if (is.null(dim)) return(.Call(C_amax, self, NULL, FALSE))
  picked(self, .Call(C_argmax, self, dim, TRUE), dim, keepdim)
}

#' @rdname reductions
#' @export
torch_min <- function(self, dim = NULL, other = NULL, keepdim = FALSE) {
  if (!is.null(other)) return(.Call(C_minimum, self, other))
  if (is.null(dim)) return(.Call(C_amin, self, NULL, FALSE))
  picked(self, .Call(C_argmin, self, dim, TRUE), dim, keepdim)
}

#' @rdname reductions
#' @export
torch_aminmax <- function(self, dim = NULL, keepdim = FALSE) {
  list(torch_amin(self, dim, keepdim), torch_amax(self, dim, keepdim))
}

#' @rdname reductions
#' @export
torch_nansum <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) {
  self <- as_dtype(self, dtype)
  .Call(C_sum, .Call(C_where, .Call(C_isnan, self), 0, self), dim, keepdim)
}
#' @rdname reductions
#' @export
torch_nanmean <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) {
  self <- as_dtype(self, dtype)
  .Call(C_div, torch_nansum(self, dim, keepdim), .Call(C_sum, .Call(C_not, .Call(C_isnan, self)), dim, keepdim))
}
#' @rdname reductions
#' @export
torch_count_nonzero <- function(self, dim = NULL) {
  is_zero <- .Call(C_eq, self, 0)
  .Call(C_sum, .Call(C_not, .Call(C_where, .Call(C_isnan, is_zero), 0, is_zero)), dim, FALSE)
}
#' @rdname reductions
#' @export
torch_std_mean <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) {
  list(torch_std(self, dim, unbiased, keepdim), torch_mean(self, dim, keepdim))
}
#' @rdname reductions
#' @export
torch_var_mean <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) {
  list(torch_var(self, dim, unbiased, keepdim), torch_mean(self, dim, keepdim))
}

# ---- distances ----

#' @rdname reductions
#' @export
torch_dist <- function(self, other, p = 2) torch_norm(.Call(C_sub, self, other), p)

#' @rdname reductions
#' @export
torch_cdist <- function(x1, x2, p = 2, compute_mode = NULL) {
  a <- value_shape(x1)
  b <- value_shape(x2)
  if (length(a) < 2 || length(b) < 2 || last_dims(a, 1L) != last_dims(b, 1L)) {
    abort(paste("{.arg x1} and {.arg x2} must be matrices of as many columns, not of shapes {shape_text(x1)}",
                "and {shape_text(x2)}."), "gradtape_shape_error")
  }
  rows <- reshaped(x1, append(a, 1L, length(a) - 1L))
  columns <- reshaped(x2, append(b, 1L, length(b) - 2L))
  torch_norm(.Call(C_sub, rows, columns), p, dim = -1L)
}
#' @rdname reductions
#' @export
torch_pdist <- function(self, p = 2) {
  n <- value_shape(with_ndim(self, 2, "self"))[1]
  pairs <- which(lower.tri(diag(n)), arr.ind = TRUE)
  rows <- function(k) torch_index_select(self, 1L, pairs[, k])
  torch_norm(.Call(C_sub, rows(2), rows(1)), p, dim = 2L)
}
