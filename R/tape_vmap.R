# A function of one point as a function of many.

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
