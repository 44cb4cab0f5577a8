# Order, differences and cumulative functions of R.

#' @rdname base-functions
#' @export
sort.gradtape_tensor <- function(x, decreasing = FALSE, ...) {
  check_flag(decreasing, "decreasing")
  x <- flat_columns(x)
  missing <- is.na(x)
  if (any(missing)) x <- elements(x, which(!missing))
  torch_sort(x, 1L, decreasing)[[1]]
}

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
