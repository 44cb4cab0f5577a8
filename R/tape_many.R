# Tapes at many points at once.

tape_fn_many <- function(tape, X, margin) {
  X <- check_points(X, margin, tape$shape$n)
  value <- tape_many(tape, "value", X, margin)$value
  points <- dimnames(X)[[margin]]
  one_each <- is.null(dim(value))
  if (one_each) names(value) <- points
  else if (!is.null(points)) dimnames(value) <- if (margin == 1) list(points, NULL) else list(NULL, points)
  value
}

tape_gr_many <- function(tape, X, margin) {
  X <- check_points(X, margin, tape$shape$n)
  gradient <- tape_many(tape, "gradient", X, margin)$gradient
  points <- dimnames(X)[[margin]]
  names <- tape$shape$flat_names
  if (!is.null(points) || !is.null(names)) {
    dimnames(gradient) <- if (margin == 1) list(points, names) else list(names, points)
  }
  gradient
}

# Points as a matrix of doubles, `n` numbers each.
check_points <- function(X, margin, n) {
  check_margin(margin)
  if (is.data.frame(X) && all(vapply(X, is.numeric, NA))) X <- as.matrix(X)
  if (!is.numeric(X) || is_torch_tensor(X) || !is.matrix(X)) {
    abort("{.arg X} must be a matrix or data frame of numbers, with a point in each {margin_name(margin)}, not {given(X)}.")
  }
  if (dim(X)[3 - margin] != n) {
    abort(paste("{.arg X} must have a point of {n} number{?s} in each {margin_name(margin)};",
                "its {margin_name(margin)}s have {dim(X)[3 - margin]}."))
  }
  if (anyNA(X)) {
    at <- which(is.na(X), arr.ind = TRUE)[1, margin]
    abort("{.arg X} must not hold NA: {margin_name(margin)} {at} does.")
  }
  storage.mode(X) <- "double"
  X
}

check_margin <- function(margin) {
  if (!is.numeric(margin) || length(margin) != 1 || !margin %in% 1:2) {
    abort("{.arg margin} must be 1 (points are rows) or 2 (columns), not {given(margin)}.")
  }
}
margin_name <- function(margin) c("row", "column")[margin]
point_of <- function(X, margin, i) if (margin == 1) X[i, ] else X[, i]

# list(value, gradient) at the points of X; the gradient only if `kind` is that.
tape_many <- function(tape, kind, X, margin) {
  m <- dim(X)[margin]
  if (m == 0) return(list(value = numeric(0), gradient = array(0, dim(X))))
  n_out <- length(tape_value_at(tape, unname(point_of(X, margin, 1))) %||% tape_fn(tape, unname(point_of(X, margin, 1))))
  by_point <- function(n) array(NA_real_, if (n == 1) m else if (margin == 1) c(m, n) else c(n, m))
  results <- list(value = by_point(n_out), gradient = if (kind == "gradient") array(NA_real_, dim(X)), done = logical(m))
  while (!tape$eager && !all(results$done)) {
    results <- .Call(C_call_tape_many, tape$state, kind, X, margin == 1, results)
    left <- which(!results$done)[1]
    # what no recording holds for is recorded; it may hold for others
    if (!is.na(left)) results <- point_alone(tape, kind, X, margin, left, results, n_out)
  }
  for (i in which(!results$done)) results <- point_alone(tape, kind, X, margin, i, results, n_out)
  if (n_out == 1) dim(results$value) <- NULL
  results
}

# The results with those of point i, computed by itself.
point_alone <- function(tape, kind, X, margin, i, results, n_out) {
  x <- unname(point_of(X, margin, i))
  value <- as.vector(tape_fn(tape, x))
  if (length(value) != n_out) {
    abort(paste("{.fn {tape$called}} returned {length(value)} element{?s} at the point in {margin_name(margin)} {i},",
                "and {n_out} at the first."), "gradtape_shape_error")
  }
  if (n_out == 1) results$value[i] <- value
  else if (margin == 1) results$value[i, ] <- value
  else results$value[, i] <- value
  if (kind == "gradient") {
    if (margin == 1) results$gradient[i, ] <- tape_gr(tape, x)
    else results$gradient[, i] <- tape_gr(tape, x)
  }
  results$done[i] <- TRUE
  results
}

#' A function of a point as one of many
#'
#' `vmap()` makes of a function of a vector one of a matrix, which computes the function at each row.
#' On numbers the function is recorded once, see [tape()], and all points are computed at once. On a
#' tensor it is run on row after row, and gradients flow through it.
#'
#' The recording takes all that `fn` uses beside its arguments as it is at the first call, as a
#' tape does.
#'
#' @param fn A function whose first argument is a vector. It returns one number or a vector of them.
#' @param margin 1: points are the rows; 2: the columns.
#' @return A function of `X`, a matrix (or data frame) of numbers or a tensor of two dimensions, and of
#'   further arguments of `fn`. It returns a vector with an element for each point, or a matrix with a row
#'   (with `margin = 2` a column) for each.
#' @section Errors: `X` is no matrix, or holds `NA`; `fn` returns another number of elements at one
#'   point than at another.
#' @seealso The methods `$fn_many()` and `$gr_many()` of a [tape()].
#' @examples
#' rosenbrock <- function(x) (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2
#' many <- vmap(rosenbrock)
#' many(rbind(c(-1.2, 1), c(0, 0), c(1, 1)))
#' X <- torch_tensor(rbind(c(-1.2, 1), c(0, 0)), requires_grad = TRUE)
#' many(X)$sum()$backward()
#' X$grad
#' @export
vmap <- function(fn, margin = 1) {
  check_function(fn, "fn")
  check_margin(margin)
  called <- function_name(substitute(fn))
  tapes <- list()                                 # by the length of a point, of calls without other arguments
  function(X, ...) {
    if (is_torch_tensor(X)) return(map_points(fn, X, margin, ...))
    n <- dim(X)[3 - margin]
    X <- check_points(X, margin, n %||% 0L)
    if (nrow(X) == 0 || ncol(X) == 0) return(numeric(0))
    key <- as.character(n)
    tp <- if (...length() == 0) tapes[[key]]
    if (is.null(tp)) {
      tp <- Tape$new(fn, unname(point_of(X, margin, 1)), "X", called, FALSE, list(...))
      if (...length() == 0) tapes[[key]] <<- tp
    }
    tp$fn_many(X, margin)
  }
}

# fn at each row or column of a tensor.
map_points <- function(fn, X, margin, ...) {
  if (length(dim(X)) != 2) abort("{.arg X} must have two dimensions, not {given(X)}.")
  f <- tensor_function(fn)
  values <- lapply(seq_len(dim(X)[margin]), function(i) as_tensor(f(point_of(X, margin, i), ...)))
  stacked <- torch_stack(values, dim = 1L)
  if (length(dim(stacked)) == 2 && margin == 2) stacked$t() else stacked
}
