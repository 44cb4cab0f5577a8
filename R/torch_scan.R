# Functions along one dimension that keep its length, or nearly.

#' Cumulative sums, sorting, differences
#'
#' Each works along one dimension of a tensor.
#'
#' @param self A tensor, or numbers.
#' @param dim The dimension, from 1; negative ones count from the last.
#' @param descending Largest first?
#' @param stable Accepted for compatibility: sorting always keeps the order of equals.
#' @param k How many.
#' @param largest The largest, or the smallest?
#' @param sorted Accepted for compatibility: the result is always sorted.
#' @param dims Dimensions to reverse.
#' @param n How often to take differences.
#' @param prepend,append What is joined to `self` before and after; `NULL`: nothing.
#' @param dtype The dtype that the elements are converted to first; `NULL`: none.
#' @param y,x Values, and the places where they are taken; `dx`: the distance of places that are evenly spaced.
#' @param dx See `x`.
#' @param N The number of columns; `NULL`: as many as elements.
#' @param increasing Do the powers increase?
#' @return A tensor. `torch_sort()`, `torch_topk()`, `torch_cummax()` and `torch_cummin()` give a list of
#'   the values and their positions (from 1). `NaN` sorts last.
#' @details Gradients of `torch_cumprod()` are exact where elements are 0. `torch_logcumsumexp()` does not overflow.
#'   `torch_trapezoid()` integrates by the trapezoidal rule; `torch_vander()` has powers of a vector in its columns.
#' @examples
#' x <- torch_tensor(c(3, 1, 2))
#' torch_cumsum(x, dim = 1)
#' torch_sort(x)
#' torch_diff(x)
#' @name scan
NULL

#' @rdname scan
#' @export
torch_cumsum <- function(self, dim, dtype = NULL) along("cumsum", as_dtype(self, dtype), dim)
#' @rdname scan
#' @export
torch_cumprod <- function(self, dim, dtype = NULL) along("cumprod", as_dtype(self, dtype), dim)
#' @rdname scan
#' @export
torch_logcumsumexp <- function(self, dim) along("logcumsumexp", self, dim)
#' @rdname scan
#' @export
torch_cummax <- function(self, dim) picked(self, along("argcummax", self, dim), dim, TRUE)
#' @rdname scan
#' @export
torch_cummin <- function(self, dim) picked(self, along("argcummin", self, dim), dim, TRUE)

along <- function(op, self, dim, reverse = FALSE) {
  if (!length(value_shape(self))) return(reshaped(along(op, at_least_vector(self), dim, reverse), integer()))
  apply_op(op, self, c(normal_dim(dim, length(value_shape(self))) - 1L, reverse))
}

#' @rdname scan
#' @export
torch_sort <- function(self, dim = -1L, descending = FALSE, stable = FALSE) {
  check_flag(descending, "descending")
  if (!length(value_shape(self))) return(list(self, torch_tensor(1L)))
  picked(self, along("argsort", self, dim, descending), dim, TRUE)
}

#' @rdname scan
#' @export
torch_argsort <- function(self, dim = -1L, descending = FALSE) torch_sort(self, dim, descending)[[2]]

#' @rdname scan
#' @export
torch_topk <- function(self, k, dim = -1L, largest = TRUE, sorted = TRUE) {
  check_flag(largest, "largest")
  self <- at_least_vector(self)
  most <- size_along(self, dim)
  check_number(k, "k", min = 0, max = most, whole = TRUE)
  lapply(torch_sort(self, dim, descending = largest), torch_narrow, dim = dim, start = 1L, length = k)
}

#' @rdname scan
#' @export
torch_flip <- function(self, dims) {
  shape <- value_shape(self)
  dims <- normal_dims(dims, length(shape))
  if (!length(dims) || !length(shape)) return(self)
  slice <- rbind(rep(0L, length(shape)), 1L, shape)
  slice[1, dims] <- shape[dims] - 1L
  slice[2, dims] <- -1L
  apply_op("slice", self, slice)
}

#' @rdname scan
#' @export
torch_diff <- function(self, n = 1, dim = -1L, prepend = NULL, append = NULL) {
  check_count(n, "n", min = 0)
  ends <- list(prepend, self, append)
  ends <- ends[lengths(ends) > 0 | c(FALSE, TRUE, FALSE)]
  if (length(ends) > 1) self <- torch_cat(ends, dim)
  for (k in seq_len(n)) {
    size <- value_shape(self)[normal_dim(dim, length(value_shape(self)))]
    if (size == 0) return(self)
    self <- torch_sub(torch_narrow(self, dim, 2L, size - 1L), torch_narrow(self, dim, 1L, size - 1L))
  }
  self
}

#' @rdname scan
#' @export
torch_trapezoid <- function(y, dx = 1, x, dim = -1L) {
  y <- at_least_vector(y)
  n <- value_shape(y)[normal_dim(dim, length(value_shape(y)))]
  if (n == 0) return(torch_sum(y, dim))
  sums <- torch_add(torch_narrow(y, dim, 1L, n - 1L), torch_narrow(y, dim, 2L, n - 1L))
  if (missing(x) && length(dx) == 1) return(torch_mul(torch_sum(sums, dim), dx / 2))
  if (missing(x)) x <- dx
  if (length(value_shape(x)) < 2) {
    if (length(x) != n) {
      abort("{.arg x} must have an element for each of the {n} values, not {length(x)}.", "gradtape_shape_error")
    }
    widths <- torch_diff(at_least_vector(x))
    x_shape <- replace(rep(1L, length(value_shape(y))), normal_dim(dim, length(value_shape(y))), n - 1L)
    widths <- reshaped(widths, x_shape)
  } else widths <- torch_diff(x, dim = dim)
  torch_div(torch_sum(torch_mul(sums, widths), dim), 2)
}
#' @rdname scan
#' @export
torch_trapz <- torch_trapezoid

#' @rdname scan
#' @export
torch_vander <- function(x, N = NULL, increasing = FALSE) {
  check_flag(increasing, "increasing")
  n <- length(with_ndim(x, 1, "x"))
  check_count(N %||% n, "N", min = 0)
  powers <- seq_len(N %||% n) - 1
  torch_pow(reshaped(x, c(n, 1L)), array(if (increasing) powers else rev(powers), c(1L, length(powers))))
}
