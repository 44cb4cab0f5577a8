# Order, differences and cumulative functions of R.

#' @rdname base-functions
#' @export
sort.gradtape_tensor <- function(x, decreasing = FALSE, na.last = NA, ...) {
  more <- list(...)                             # all are sorted where R sorts some
  do.call(refuse_more, c("sort", more[!names(more) %in% c("partial", "method")]))
  check_flag(decreasing, "decreasing")
  if (!is.logical(na.last) || length(na.last) != 1) {
    abort("{.arg na.last} must be TRUE, FALSE or NA, not {given(na.last)}.")
  }
  if (!is.null(names(x)) && is.null(more$partial)) return(sorted_with_names(x, decreasing, na.last))
  x <- flat_columns(x)
  missing <- which(is.na(x))
  if (!length(missing)) return(torch_sort(x, 1L, decreasing)[[1]])
  sorted <- torch_sort(elements(x, which(!is.na(x))), 1L, decreasing)[[1]]
  if (is.na(na.last)) return(sorted)
  nan <- elements(x, missing)
  if (na.last) c.gradtape_tensor(sorted, nan) else c.gradtape_tensor(nan, sorted)
}

sorted_with_names <- function(x, decreasing, na.last) x[order(xtfrm(x), decreasing = decreasing, na.last = na.last)]

# What order() sorts by: ranks, as what a tape records holds for one order only.
#' @export
xtfrm.gradtape_tensor <- function(x) {
  x <- flat_columns(x)
  there <- if (anyNA(x)) which(!is.na(x)) else seq_along(x)
  ranks <- rep(NA_real_, length(x))
  n <- length(there)
  if (n == 0) return(ranks)
  if (n < length(x)) x <- elements(x, there)
  at <- plain_subscript(torch_sort(x, 1L)[[2]])
  sorted <- elements(x, at)
  ranks[there[at]] <- cumsum(c(1, if (n > 1) as.logical(elements(sorted, 2:n) > elements(sorted, 1:(n - 1)))))
  ranks
}

#' @rdname base-functions
#' @export
diff.gradtape_tensor <- function(x, lag = 1L, differences = 1L, ...) {
  refuse_more("diff", ...)
  check_count(lag, "lag")
  check_count(differences, "differences")
  if (length(value_shape(x)) != 2) x <- flat_columns(x)
  labels <- if (!is.null(labels_of(x))) labels_of(diff(positions_of(x), lag, differences))
  if (lag * differences >= value_shape(x)[1]) return(elements(x, integer()))
  for (k in seq_len(differences)) {
    n <- value_shape(x)[1]
    x <- .Call(C_sub, torch_narrow(x, 1L, lag + 1L, n - lag), torch_narrow(x, 1L, 1L, n - lag))
  }
  labelled(x, labels)
}

#' @rdname base-functions
#' @export
cumsum.gradtape_tensor <- function(x) labelled(apply_op("cumsum", flat_columns(x), c(0L, 0L)), labels_of(x))
#' @rdname base-functions
#' @export
cumprod.gradtape_tensor <- function(x) labelled(apply_op("cumprod", flat_columns(x), c(0L, 0L)), labels_of(x))
#' @rdname base-functions
#' @export
cummax.gradtape_tensor <- function(x) labelled(torch_cummax(flat_columns(x), 1L)[[1]], labels_of(x))
#' @rdname base-functions
#' @export
cummin.gradtape_tensor <- function(x) labelled(torch_cummin(flat_columns(x), 1L)[[1]], labels_of(x))
