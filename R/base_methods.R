# Base R's generic functions on tensors: what they mean on numbers, they mean on tensors.

#' Base R functions on tensors
#'
#' Methods for the generic functions of base R, which mean on tensors what they mean on
#' numbers: joining, repeating, sorting, cumulative functions, matrices. See also
#' [operators] for arithmetic, [subset] for subscripts, and [tensor_function()] for
#' functions such as `outer()` and `for`, that R does not let a package extend.
#'
#' @param x,y,a,target,object A tensor.
#' @param ... Tensors or numbers (`c()`, `cbind()`, `rbind()`), arguments of [base::rep()],
#'   or nothing.
#' @param decreasing Largest first?
#' @param lag,differences As in [base::diff()].
#' @param b A matrix or vector of right-hand sides; if missing, the inverse of `a` results.
#' @param logarithm Give the logarithm of the modulus?
#' @param perm The new order of the dimensions.
#' @param na.rm Leave `NaN` out?
#' @param deparse.level Ignored: the rows and columns of a tensor have no names.
#' @param value The new dimensions.
#' @param current What to compare with.
#' @param resize Ignored.
#' @return A tensor; from `is.na()` and its kin a bool tensor, which is an R logical vector too;
#'   from `all.equal()` and `summary()` what they give for numbers.
#' @details
#' `crossprod()` and `tcrossprod()` take tensors from R 4.4 on; before that, inside
#' [tensor_function()] (or write `t(x) %*% y`).
#'
#' `median()` of an even number of elements is the mean of the middle two. `sort()` leaves
#' `NaN` out. `chol()` reads the upper triangle, as R does.
#' @examples
#' x <- torch_tensor(c(3, 1, 2), requires_grad = TRUE)
#' c(x, 10)
#' cumsum(rev(sort(x)))
#' solve(torch_tensor(diag(2)), x[1:2])
#' @name base-functions
#' @aliases kronecker,gradtape_tensor,ANY-method kronecker,ANY,gradtape_tensor-method
#'   kronecker,gradtape_tensor,gradtape_tensor-method
NULL

# ---- joining and repeating ----

#' @rdname base-functions
#' @export
c.gradtape_tensor <- function(...) {
  parts <- list(...)
  joined <- .Call(C_call_join, parts) %||% return(do.call(base::c, lapply(parts, as_list_part)))
  if (.Call(C_call_has_names, parts)) named(joined, names(unlist(positions_in(parts)))) else joined
}
# The positions of the elements in place of the elements, with their names: R's own functions
# know what names they give to a result.
positions_in <- function(parts) {
  lapply(parts, function(p) if (is.list(p)) positions_in(p) else stats::setNames(seq_along(p), names(p)))
}
as_list_part <- function(p) if (is.list(p)) p else list(p)

#' @rdname base-functions
#' @export
rep.gradtape_tensor <- function(x, ...) elements(x, rep(seq_along(x), ...))
#' @rawNamespace S3method(rep_len, gradtape_tensor)
#' @rdname base-functions
#' @method rep_len gradtape_tensor
rep_len.gradtape_tensor <- function(x, ...) elements(x, rep_len(seq_along(x), ...))
#' @rdname base-functions
#' @method rep.int gradtape_tensor
#' @export
rep.int.gradtape_tensor <- function(x, ...) elements(x, rep.int(seq_along(x), ...))
#' @rdname base-functions
#' @export
rev.gradtape_tensor <- function(x) elements(x, rev(seq_along(x)))

# The elements at positions (from 1) in R's order; always of one dimension.
elements <- function(x, at) {
  if (is_torch_tensor(x)) apply_op("take", list(x, index_tensor(at - 1))) else as.vector(x)[at]
}

#' @rdname base-functions
#' @export
cbind.gradtape_tensor <- function(..., deparse.level = 1) bound(list(...), 2L)
#' @rdname base-functions
#' @export
rbind.gradtape_tensor <- function(..., deparse.level = 1) bound(list(...), 1L)

# Matrices joined along `dim`; a vector is one row or column, recycled to fit.
bound <- function(parts, dim) {
  parts <- unname(parts[!vapply(parts, is.null, NA)])
  other <- 3L - dim
  shapes <- lapply(parts, value_shape)
  matrices <- lengths(shapes) == 2
  n <- if (any(matrices)) shapes[[which(matrices)[1]]][other] else max(vapply(parts, length, 1L))
  as_matrix <- function(part, shape) {
    if (length(shape) == 2) return(part)
    if (length(part) != n) part <- elements(part, rep_len(seq_along(part), n))
    reshaped(part, if (dim == 1L) c(1L, n) else c(n, 1L))
  }
  apply_op("cat", Map(as_matrix, parts, shapes), dim - 1L)
}

#' @rdname base-functions
#' @export
as.list.gradtape_tensor <- function(x, ...) {
  parts <- lapply(seq_along(x), function(i) .Call(C_call_subset_vector, x, i))
  names(parts) <- names(x)
  parts
}

# ---- shape ----

#' @rdname base-functions
#' @export
`dim<-.gradtape_tensor` <- function(x, value) {
  if (is.null(value)) value <- length(x)
  check_whole(value, "value", min = 0)
  reshaped(x, value)
}
#' @rdname base-functions
#' @export
aperm.gradtape_tensor <- function(a, perm = NULL, resize = TRUE, ...) {
  check_tensor(a, "a")
  if (!is.null(perm) && !(is.numeric(perm) && setequal(perm, seq_along(value_shape(a))))) {
    abort("{.arg perm} must be an order of the dimensions 1 to {length(value_shape(a))}, not {given(perm)}.")
  }
  torch_permute(a, if (is.null(perm)) rev(seq_along(value_shape(a))) else perm)
}
#' @export
is.matrix.gradtape_tensor <- function(x) length(value_shape(x)) == 2
#' @export
is.array.gradtape_tensor <- function(x) length(value_shape(x)) > 1

# ---- missing values ----

#' @rdname base-functions
#' @export
is.na.gradtape_tensor <- function(x) .Call(C_isnan, x)
#' @rdname base-functions
#' @export
is.nan.gradtape_tensor <- function(x) .Call(C_isnan, x)
#' @rdname base-functions
#' @export
is.finite.gradtape_tensor <- function(x) !.Call(C_isnan, x - x)
#' @rdname base-functions
#' @export
is.infinite.gradtape_tensor <- function(x) .Call(C_eq, .Call(C_abs, x), Inf) & !.Call(C_isnan, x)
#' @export
anyNA.gradtape_tensor <- function(x, recursive = FALSE) isTRUE(as.logical(any(is.na(x))))
# What order() sorts by: ranks, as what a tape records holds for one order only.
#' @export
xtfrm.gradtape_tensor <- function(x) {
  x <- flat_columns(x)
  n <- length(x)
  if (n < 2 || anyNA(x)) return(as.double(x))
  at <- plain_subscript(torch_sort(x, 1L)[[2]])
  sorted <- elements(x, at)
  ranks <- numeric(n)
  ranks[at] <- cumsum(c(1, as.logical(elements(sorted, 2:n) > elements(sorted, 1:(n - 1)))))
  ranks
}

# ---- mathematical functions ----

#' @rdname base-functions
#' @export
gamma.gradtape_tensor <- function(x) .Call(C_gamma, x)
#' @rdname base-functions
#' @export
lgamma.gradtape_tensor <- function(x) .Call(C_lgamma, x)
#' @rdname base-functions
#' @export
digamma.gradtape_tensor <- function(x) .Call(C_digamma, x)
#' @rdname base-functions
#' @export
trigamma.gradtape_tensor <- function(x) .Call(C_polygamma, x, 1)
#' @rdname base-functions
#' @export
cospi.gradtape_tensor <- function(x) .Call(C_cos, .Call(C_mul, .Call(C_remainder, x, 2), pi))
#' @rdname base-functions
#' @export
sinpi.gradtape_tensor <- function(x) .Call(C_sin, .Call(C_mul, .Call(C_remainder, x, 2), pi))
#' @rdname base-functions
#' @export
tanpi.gradtape_tensor <- function(x) .Call(C_tan, .Call(C_mul, .Call(C_remainder, x, 1), pi))
#' @rdname base-functions
#' @export
cumsum.gradtape_tensor <- function(x) apply_op("cumsum", flat_columns(x), c(0L, 0L))
#' @rdname base-functions
#' @export
cumprod.gradtape_tensor <- function(x) apply_op("cumprod", flat_columns(x), c(0L, 0L))
#' @rdname base-functions
#' @export
cummax.gradtape_tensor <- function(x) torch_cummax(flat_columns(x), 1L)[[1]]
#' @rdname base-functions
#' @export
cummin.gradtape_tensor <- function(x) torch_cummin(flat_columns(x), 1L)[[1]]
#' @rdname base-functions
#' @export
range.gradtape_tensor <- function(x, ..., na.rm = FALSE) {
  all <- joined(x, ..., na.rm = na.rm)
  c(min(all), max(all))
}

# ---- order and differences ----

#' @rdname base-functions
#' @export
sort.gradtape_tensor <- function(x, decreasing = FALSE, ...) {
  check_flag(decreasing, "decreasing")
  x <- flat_columns(x)
  missing <- is.na(x)
  if (any(missing)) x <- elements(x, which(!missing))
  torch_sort(x, 1L, decreasing)[[1]]
}

#' @rdname base-functions
#' @importFrom stats median
#' @export
median.gradtape_tensor <- function(x, na.rm = FALSE, ...) {
  x <- without_missing(x, na.rm)
  n <- length(x)
  if (n == 0) abort("The median of no elements does not exist.")
  if (anyNA(x)) return(torch_tensor(NaN))
  sorted <- torch_sort(flat_columns(x), 1L)[[1]]
  if (n %% 2 == 1) sorted[(n + 1) / 2] else torch_mean(sorted[n / 2 + 0:1])
}

#' @rdname base-functions
#' @export
diff.gradtape_tensor <- function(x, lag = 1L, differences = 1L, ...) {
  check_count(lag, "lag")
  check_count(differences, "differences")
  for (k in seq_len(differences)) {
    n <- value_shape(x)[1]
    if (lag >= n) return(torch_narrow(x, 1L, 1L, 0L))
    x <- .Call(C_sub, torch_narrow(x, 1L, lag + 1L, n - lag), torch_narrow(x, 1L, 1L, n - lag))
  }
  x
}

# ---- matrices ----

#' @rdname base-functions
#' @export
solve.gradtape_tensor <- function(a, b, ...) if (missing(b)) linalg_inv(a) else linalg_solve(a, b)
#' @rdname base-functions
#' @export
determinant.gradtape_tensor <- function(x, logarithm = TRUE, ...) {
  check_flag(logarithm, "logarithm")
  both <- linalg_slogdet(x)
  structure(list(modulus = if (logarithm) both[[2]] else exp(both[[2]]), sign = both[[1]]), class = "det")
}
#' @rdname base-functions
#' @export
chol.gradtape_tensor <- function(x, ...) t(linalg_cholesky(t(x)))
# A vector as a matrix of one column.
at_least_matrix <- function(x) if (length(value_shape(x)) == 2) x else reshaped(x, c(length(x), 1L))

#' @rawNamespace S3method(crossprod, gradtape_tensor)
#' @rdname base-functions
#' @method crossprod gradtape_tensor
crossprod.gradtape_tensor <- function(x, y = x, ...) matrix_product(t(at_least_matrix(x)), y)
#' @rawNamespace S3method(tcrossprod, gradtape_tensor)
#' @rdname base-functions
#' @method tcrossprod gradtape_tensor
tcrossprod.gradtape_tensor <- function(x, y = x, ...) matrix_product(at_least_matrix(x), t(at_least_matrix(y)))

# ---- comparing and describing ----

#' @rdname base-functions
#' @method all.equal gradtape_tensor
#' @export
all.equal.gradtape_tensor <- function(target, current, ...) {
  if (is_torch_tensor(target)) target <- read_values(target)
  if (is_torch_tensor(current)) current <- read_values(current)
  all.equal(target, current, ...)
}
#' @rdname base-functions
#' @export
summary.gradtape_tensor <- function(object, ...) summary(as.double(object), ...)
