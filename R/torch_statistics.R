# Order statistics, counts and covariances.

#' Quantiles, counts and covariances
#'
#' `torch_quantile()` has the quantiles of a tensor, `torch_kthvalue()` the element that is k-th in order,
#' `torch_mode()` the most frequent one. `torch_bincount()` counts whole numbers, `torch_histc()` elements in
#' intervals of one width. `torch_cov()` has the covariances of the rows of a matrix, `torch_corrcoef()` their
#' correlations.
#'
#' @param self A tensor, or numbers; for `torch_cov()` and `torch_corrcoef()` a matrix with a variable in each row.
#' @param q Probabilities: a number, or a vector of them.
#' @param dim The dimension, from 1; negative ones count from the last. `NULL`: all elements.
#' @param keepdim Keep this dimension, with one element?
#' @param interpolation How a quantile between two elements is made of them: `"linear"` (as `type = 7` of
#'   [quantile()]), `"lower"`, `"higher"`, `"midpoint"` or `"nearest"`.
#' @param k Which in order, from 1.
#' @param weights What each element counts; `NULL`: 1.
#' @param minlength Count at least to this number.
#' @param bins The number of intervals.
#' @param min,max Bounds of the intervals, between which all elements count; where both are 0, the lowest and the
#'   highest element.
#' @param correction The divisor is the number of columns less this.
#' @param fweights How often each column counts, a whole number; `aweights`: its importance; `NULL`: 1.
#' @param aweights See `fweights`.
#' @return A tensor. `torch_quantile()` has, where `q` is a vector, a first dimension more, with an element for each.
#'   `torch_kthvalue()` and `torch_mode()`: a list of values and positions (from 1). `torch_bincount()`: how
#'   often 1, 2, 3, ... occur; as in R's torch it counts from 1.
#' @details Gradients flow to the elements between which a quantile is, and to `q`. `NaN` among the elements makes a
#'   quantile `NaN`; `torch_nanquantile()` leaves it out. Of equally frequent elements the mode is the lowest; its
#'   position is the last.
#' @examples
#' torch_quantile(torch_tensor(c(1, 2, 4)), c(0.25, 0.5))
#' torch_kthvalue(torch_tensor(c(3, 1, 2)), 2)
#' torch_bincount(c(1, 3, 3))
#' torch_cov(rbind(c(1, 2, 3), c(1, 0, 1)))
#' @name statistics
NULL

#' @rdname statistics
#' @export
torch_quantile <- function(self, q, dim = NULL, keepdim = FALSE, interpolation = "linear") {
  quantiles_along(self, q, dim, keepdim, interpolation, nan_omitted = FALSE)
}
#' @rdname statistics
#' @export
torch_nanquantile <- function(self, q, dim = NULL, keepdim = FALSE, interpolation = "linear") {
  quantiles_along(self, q, dim, keepdim, interpolation, nan_omitted = TRUE)
}

quantiles_along <- function(self, q, dim, keepdim, interpolation, nan_omitted) {
  interpolation <- check_choice(interpolation, "interpolation", c("linear", "lower", "higher", "midpoint", "nearest"))
  check_flag(keepdim, "keepdim")
  if (!is.numeric(q) || length(value_shape(q)) > 1 ||
        length(bad_elements(q, function(v) v >= 0 & v <= 1))) {
    abort("{.arg q} must be a number or a vector of numbers from 0 to 1, not {given(q)}.")
  }
  ndim <- length(value_shape(self))
  at <- if (is.null(dim)) 1L else normal_dim(dim, ndim)
  x <- if (is.null(dim)) flat_columns(self) else if (ndim > 1) torch_movedim(self, at, 1L) else self
  n <- value_shape(x)[1]
  if (n == 0) abort("The quantiles of no elements do not exist.")
  # the quantiles are the first dimension, as the elements were
  rest <- value_shape(x)[-1]
  is_vector <- length(q) != 1 || is_torch_tensor(q) && length(value_shape(q)) == 1
  q <- reshaped(q, c(length(q), rep(1L, length(rest))))
  missing <- torch_sum(torch_isnan(x), 1L, keepdim = TRUE)
  last <- if (nan_omitted) torch_clamp(torch_sub(n - 1, missing), min = 0) else n - 1
  y <- between_ranks(torch_sort(x, 1L)[[1]], torch_mul(q, last), interpolation, rest)
  y <- torch_where(if (nan_omitted) torch_eq(missing, n) else torch_gt(missing, 0), NaN, y)
  if (!is_vector) y <- torch_squeeze(y, 1L)
  if (!keepdim) return(y)
  kept <- if (is.null(dim)) rep(1L, ndim) else replace(value_shape(self), at, 1L)
  reshaped(y, c(if (is_vector) value_shape(y)[1], kept))
}

# Of sorted elements (along the first dimension) those at ranks from 0, which may lie between two.
between_ranks <- function(sorted, rank, interpolation, rest) {
  size <- c(value_shape(rank)[1], rest)
  element <- function(k) take_along(sorted, torch_expand(as_dtype(k, "long"), size), 1L)
  real <- if (tensor_info(sorted)$dtype == "float") "float" else "double"
  below <- torch_floor(detached(as_tensor(rank)))
  above <- torch_ceil(detached(as_tensor(rank)))
  switch(interpolation,
    linear = torch_lerp(element(below), element(above), as_dtype(torch_expand(torch_sub(rank, below), size), real)),
    lower = element(below),
    higher = element(above),
    midpoint = torch_lerp(element(below), element(above), as_dtype(torch_mul(torch_gt(above, below), 0.5), real)),
    nearest = element(torch_round(detached(as_tensor(rank))))
  )
}

#' @rdname statistics
#' @export
torch_kthvalue <- function(self, k, dim = -1L, keepdim = FALSE) {
  self <- at_least_vector(self)
  at <- normal_dim(dim, length(value_shape(self)))
  check_number(k, "k", min = 1, max = value_shape(self)[at], whole = TRUE)
  picked(self, torch_narrow(apply_op("argsort", self, c(at - 1L, 0L)), at, k, 1L), at, keepdim)
}

#' @rdname statistics
#' @export
torch_mode <- function(self, dim = -1L, keepdim = FALSE) {
  self <- at_least_vector(self)
  at <- normal_dim(dim, length(value_shape(self)))
  n <- value_shape(self)[at]
  if (n == 0) abort("The mode of no elements does not exist.")
  order <- apply_op("argsort", self, c(at - 1L, 0L))
  sorted <- take_along(self, order, at)
  place <- torch_expand(reshaped(index_tensor(seq_len(n) - 1), replace(rep(1L, length(value_shape(self))), at, n)),
                        value_shape(self))
  # a run begins where an element differs from the one before; its length so far is largest at its end
  differs <- torch_ne(torch_narrow(sorted, at, 2L, n - 1L), torch_narrow(sorted, at, 1L, n - 1L))
  start <- torch_mul(torch_narrow(place, at, 2L, n - 1L), torch_where(torch_isnan(differs), 1, differs))
  start <- torch_cat(list(torch_mul(torch_narrow(place, at, 1L, 1L), 0L), start), at)
  run <- torch_sub(place, torch_cummax(start, at)[[1]])
  picked(self, take_along(order, .Call(C_argmax, run, at, TRUE), at), at, keepdim)
}

#' @rdname statistics
#' @export
torch_bincount <- function(self, weights = NULL, minlength = 0) {
  with_ndim(self <- at_least_vector(self), 1, "self")
  check_whole(self, "self", min = 1)
  check_count(minlength, "minlength", min = 0)
  if (!length(weights)) weights <- torch_ones(length(self), dtype = torch_long())
  else if (length(weights) != length(self)) {
    abort("{.arg weights} must have an element for each of the {length(self)} of {.arg self}, not {length(weights)}.",
          "gradtape_shape_error")
  }
  most <- if (length(self)) as.integer(max(self)) else 0L
  apply_op("put", list(weights, torch_sub(as_index(self), 1L)), max(most, minlength))
}

#' @rdname statistics
#' @export
torch_histc <- function(self, bins = 100, min = 0, max = 0) {
  check_count(bins, "bins")
  check_finite(min, "min")
  check_finite(max, "max", min = min)
  x <- detached(as_tensor(flat_columns(self)))
  if (min == 0 && max == 0 && length(x)) {
    min <- torch_amin(x)
    max <- torch_amax(x)
  }
  if (min == max) {
    min <- min - 1
    max <- max + 1
  }
  inside <- torch_logical_and(torch_ge(x, min), torch_le(x, max))
  bin <- torch_floor(torch_mul(torch_div(torch_sub(x, min), max - min), bins))
  bin <- torch_clamp(torch_where(inside, bin, 0), 0, bins - 1)
  apply_op("put", list(torch_mul(torch_ones_like(x), inside), as_dtype(bin, "long")), bins)
}

#' @rdname statistics
#' @export
torch_cov <- function(self, correction = 1, fweights = NULL, aweights = NULL) {
  check_plain(correction, "correction")
  shape <- value_shape(self)
  if (length(shape) > 2) {
    abort("{.arg self} must have at most 2 dimensions, not {length(shape)}.", "gradtape_shape_error")
  }
  x <- torch_atleast_2d(self)
  n <- value_shape(x)[2]
  w <- column_weights(fweights, aweights, n)
  total <- if (is.null(w)) n else torch_sum(w)
  weighted <- function(v) if (is.null(w)) v else torch_mul(v, w)
  centred <- torch_sub(x, torch_div(torch_sum(weighted(x), 2L, keepdim = TRUE), total))
  lost <- if (length(aweights)) torch_div(torch_mul(torch_sum(torch_mul(w, aweights)), correction), total)
          else correction
  scale <- if (is.null(w)) max(n - correction, 0) else torch_clamp(torch_sub(total, lost), min = 0)
  cov <- torch_div(matrix_multiply(weighted(centred), centred, transpose_y = TRUE), scale)
  if (length(shape) < 2) reshaped(cov, integer()) else cov
}
column_weights <- function(fweights, aweights, n) {
  if (length(fweights)) check_whole(fweights, "fweights", min = 0)
  given <- list(fweights = fweights, aweights = aweights)
  given <- given[lengths(given) > 0]
  for (name in names(given)) {
    if (length(given[[name]]) != n) {
      abort("{.arg {name}} must have an element for each of the {n} column{?s}, not {length(given[[name]])}.",
            "gradtape_shape_error")
    }
  }
  if (length(given)) Reduce(torch_mul, given)
}

#' @rdname statistics
#' @export
torch_corrcoef <- function(self) {
  cov <- torch_cov(self)
  if (!length(value_shape(cov))) return(torch_div(cov, cov))
  sd <- torch_sqrt(torch_diag(cov))
  n <- length(sd)
  torch_div(torch_div(cov, reshaped(sd, c(n, 1L))), reshaped(sd, c(1L, n)))
}
