# x[i], x[i, j]: R's subscripts.

#' Subscripts
#'
#' `x[i]`, `x[i, j]` and so on select as R does: positions from 1, negative positions leave
#' out, logicals choose, a matrix with one column per dimension picks single elements, and
#' dimensions of one element are dropped unless `drop = FALSE`. A tensor is never named.
#' A position beyond the end is an error, where R gives `NA`.
#'
#' Gradients flow back to the selected elements.
#'
#' @param x A tensor.
#' @param i,j,... Subscripts: numbers, logicals or tensors of them; empty for all.
#' @param drop Drop dimensions of one element?
#' @return A tensor; a copy, not a view.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' x[2, ]
#' x[-1, 2:3]
#' x[x > 2]
#' @name subset
NULL

#' @rdname subset
#' @export
`[.gradtape_tensor` <- function(x, i, j, ..., drop = TRUE) {
  # x[i], the common case, before all else
  if (nargs() == 2L && !missing(i)) return(.Call(C_call_subset_vector, x, i))
  n <- nargs() - !missing(drop)
  if (n == 2L && !missing(i)) return(.Call(C_call_subset_vector, x, i))
  if (n < 3L) return(x)
  given <- eval(substitute(alist(i, j, ...)))
  caller <- parent.frame()
  subscripts <- lapply(given, function(s) if (identical(s, quote(expr = ))) TRUE else eval(s, caller))
  .Call(C_call_subset, x, unname(subscripts), drop)
}

#' @rdname subset
#' @export
`[[.gradtape_tensor` <- function(x, i, ...) {
  if (...length()) return(x[i, ...])
  if (length(i) != 1) cli::cli_abort("{.code x[[i]]} selects one element: {.arg i} must be one position.", call = NULL)
  .Call(C_call_subset_vector, x, i)
}
