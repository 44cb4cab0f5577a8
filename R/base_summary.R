# Summaries of R: sums, extremes, means, variances.

# The argument of a summary function, or the elements of several joined.
joined <- function(fun, ..., na.rm) {
  if (...length() == 1L) return(without_missing(..1, na.rm))
  parts <- list(...)
  if (!is.null(names(parts))) refuse_dims(fun, names(parts))
  without_missing(.Call(C_call_join, parts) %||% abort_no_numbers(fun, parts), na.rm)
}

# A list cannot be joined.
abort_no_numbers <- function(fun, parts) {
  wrong <- which(vapply(parts, is.list, NA))[1]
  abort("Argument {wrong} of {.fn {fun}} must be numeric or a tensor, not {given(parts[[wrong]])}.")
}

without_missing <- function(x, na.rm) {
  check_flag(na.rm, "na.rm")
  missing <- if (na.rm) is.na(x)
  if (any(missing)) elements(x, which(!missing)) else x
}

#' @rdname operators
#' @export
sum.gradtape_tensor <- function(..., na.rm = FALSE) {
  x <- if (...length() == 1L && isFALSE(na.rm)) ..1 else joined("sum", ..., na.rm = na.rm)
  .Call(C_sum, x, NULL, FALSE)
}
#' @rdname operators
#' @export
prod.gradtape_tensor <- function(..., na.rm = FALSE) {
  x <- if (...length() == 1L && isFALSE(na.rm)) ..1 else joined("prod", ..., na.rm = na.rm)
  .Call(C_prod, x, NULL, FALSE)
}
#' @rdname operators
#' @export
max.gradtape_tensor <- function(..., na.rm = FALSE) {
  x <- if (...length() == 1L && isFALSE(na.rm)) ..1 else joined("max", ..., na.rm = na.rm)
  if (.Call(C_call_length, x)) .Call(C_amax, x, NULL, FALSE) else extreme_of_none("max", -Inf)
}
#' @rdname operators
#' @export
min.gradtape_tensor <- function(..., na.rm = FALSE) {
  x <- if (...length() == 1L && isFALSE(na.rm)) ..1 else joined("min", ..., na.rm = na.rm)
  if (.Call(C_call_length, x)) .Call(C_amin, x, NULL, FALSE) else extreme_of_none("min", Inf)
}
extreme_of_none <- function(fun, value) {
  warning("no non-missing arguments to ", fun, "; returning ", value, call. = FALSE)
  torch_tensor(value)
}

#' @rdname base-functions
#' @export
range.gradtape_tensor <- function(..., na.rm = FALSE, finite = FALSE) {
  all <- joined("range", ..., na.rm = na.rm)
  check_flag(finite, "finite")
  if (finite) all <- elements(all, which(is.finite(all)))
  c(min(all), max(all))
}

#' @rdname operators
#' @export
mean.gradtape_tensor <- function(x, trim = 0, na.rm = FALSE, ...) {
  refuse_more("mean", ...)
  x <- without_missing(x, na.rm)
  check_number(trim, "trim", min = 0, max = 1)
  if (trim == 0 || !length(x)) return(torch_mean(x))
  if (trim >= 0.5 || anyNA(x)) return(median(x))
  cut <- floor(length(x) * trim)
  torch_mean(torch_narrow(torch_sort(flat_columns(x), 1L)[[1]], 1L, cut + 1L, length(x) - 2L * cut))
}

#' @rdname base-functions
#' @importFrom stats median
#' @export
median.gradtape_tensor <- function(x, na.rm = FALSE, ...) {
  refuse_more("median", ...)
  x <- without_missing(x, na.rm)
  n <- length(x)
  if (n == 0) return(moved(x, positions_of(x)[NA_integer_]))
  if (anyNA(x)) return(torch_tensor(NaN))
  sorted <- torch_sort(flat_columns(x), 1L)[[1]]
  if (n %% 2 == 1) sorted[(n + 1) / 2] else torch_mean(sorted[n / 2 + 0:1])
}

# NaN counts as a truth value that is not known: any(TRUE, NA) is TRUE, any(FALSE, NA) is NA.
#' @rdname operators
#' @export
any.gradtape_tensor <- function(..., na.rm = FALSE) {
  flags <- joined("any", ..., na.rm = na.rm) != 0
  if (!length(flags)) return(FALSE)
  known <- .Call(C_amax, .Call(C_where, is.na(flags), FALSE, flags), NULL, FALSE)
  .Call(C_where, known, known, .Call(C_amax, flags, NULL, FALSE))
}
#' @rdname operators
#' @export
all.gradtape_tensor <- function(..., na.rm = FALSE) {
  flags <- joined("all", ..., na.rm = na.rm) != 0
  if (!length(flags)) return(TRUE)
  known <- .Call(C_amin, .Call(C_where, is.na(flags), TRUE, flags), NULL, FALSE)
  .Call(C_where, known, .Call(C_amin, flags, NULL, FALSE), known)
}

# ---- functions that do not dispatch ----

summary_masks <- function() list(
  sum = mask("sum", sum.gradtape_tensor),
  prod = mask("prod", prod.gradtape_tensor),
  max = mask("max", max.gradtape_tensor),
  min = mask("min", min.gradtape_tensor),
  range = mask("range", range.gradtape_tensor),
  var = mask("var", function(x, y = NULL, na.rm = FALSE,
                             use = if (as_flag(na.rm, "na.rm")) "na.or.complete" else "everything") {
    covariance("var", x, y, use)
  }),
  cov = mask("cov", function(x, y = NULL, use = "everything") covariance("cov", x, y, use)),
  cor = mask("cor", function(x, y = NULL, use = "everything") {
    products <- covariance("cor", x, y, use)
    rows <- complete_rows(x, y, use)
    spread <- function(x) torch_sqrt(torch_var(at_least_matrix(rows(x)), dim = 1L))
    scale <- reshaped(outer_product(spread(x), spread(y %||% x)), value_shape(products))
    with_itself <- if (is.null(y)) diag(ncol(products)) == 1 else FALSE
    labelled(torch_where(with_itself, 1, torch_div(products, scale)),
        labels_of(products))                   # in R also where that is NaN
  }),
  sd = mask("sd", function(x, na.rm = FALSE) {
    x <- flat_columns(without_missing(x, as_flag(na.rm, "na.rm")))
    if (length(x) > 1) torch_std(x) else sum(x) * NaN
  }),
  mad = rewritten("mad"),
  IQR = rewritten("IQR"),
  weighted.mean = mask("weighted.mean", weighted_mean),
  scale = rewritten("scale", "scale.default"),
  proportions = rewritten("proportions"),
  prop.table = rewritten("prop.table"),
  marginSums = rewritten("marginSums"),
  margin.table = rewritten("marginSums"),
  rowsum = mask("rowsum", sums_by_group),
  rowSums = margin_mask("rowSums", rows = TRUE, mean = FALSE),
  colSums = margin_mask("colSums", rows = FALSE, mean = FALSE),
  rowMeans = margin_mask("rowMeans", rows = TRUE, mean = TRUE),
  colMeans = margin_mask("colMeans", rows = FALSE, mean = TRUE),
  .rowSums = margin_of_vector("rowSums"),
  .colSums = margin_of_vector("colSums"),
  .rowMeans = margin_of_vector("rowMeans"),
  .colMeans = margin_of_vector("colMeans")
)

# .rowSums() and kin, which are told the numbers of rows and columns.
margin_of_vector <- function(name) {
  first_mask(paste0(".", name), function(x, m, n, na.rm = FALSE) {
    masks[[name]](reshaped(elements(x, seq_len(m * n)), c(m, n)), na.rm = na.rm)
  })
}

# Sums and means over all but the first `dims` dimensions (rows) or over these (columns).
margin_mask <- function(name, rows, mean) {
  of_matrix(first_mask(name, function(x, na.rm = FALSE, dims = 1L) {
    ndim <- length(value_shape(x))
    if (ndim < 2) abort("{.arg x} must have at least two dimensions; it has {ndim}.")
    check_number(dims, "dims", min = 1, max = ndim - 1, whole = TRUE)
    over <- if (rows) seq(dims + 1, ndim) else seq_len(dims)
    missing <- if (as_flag(na.rm, "na.rm")) is.na(x) else FALSE
    total <- torch_sum(torch_where(missing, 0, x), dim = over)
    labels <- if (!is.null(labels_of(x))) labels_of(original(name)(positions_of(x), dims = dims))
    if (!mean) return(labelled(total, labels))
    labelled(torch_div(total, if (na.rm) torch_sum(!missing, dim = over) else prod(value_shape(x)[over])), labels)
  }))
}

# As weighted.mean.default(): what has the weight zero does not count, not even NaN.
weighted_mean <- function(x, w, na.rm = FALSE) {
  if (missing(w)) return(mean.gradtape_tensor(x, na.rm = na.rm))
  if (length(w) != length(x)) abort("{.arg w} must have as many elements as {.arg x}, {length(x)}, not {length(w)}.")
  x <- flat_columns(x)
  w <- flat_columns(w)
  if (as_flag(na.rm, "na.rm")) {
    there <- which(!is.na(x))
    w <- elements(w, there)
    x <- elements(x, there)
  }
  sum(torch_where(w != 0, x * w, 0)) / sum(w)
}

sums_by_group <- function(x, group, reorder = TRUE, na.rm = FALSE) {
  if (is_torch_tensor(group)) abort("{.arg group} must be a plain vector, not {given(group)}.")
  x <- at_least_matrix(x)
  if (length(group) != value_shape(x)[1]) abort("{.arg group} must have one element for each row of {.arg x}.")
  columns <- column_names(x)
  if (as_flag(na.rm, "na.rm")) x <- torch_where(is.na(x), 0, x)
  groups <- unique(group)
  if (as_flag(reorder, "reorder")) groups <- sort(groups, na.last = TRUE, method = "quick")
  at <- match(group, groups)
  sums <- lapply(seq_along(groups),
                 function(k) torch_sum(torch_index_select(x, 1L, which(at == k)), dim = 1L, keepdim = TRUE))
  labelled(apply_op("cat", sums, 0L), list(as.character(groups), columns))
}

# var(), cov(): of vectors a number, else a matrix for the columns.
covariance <- function(fun, x, y, use) {
  flat <- function(v) is.null(v) || length(value_shape(v)) < 2
  vectors <- flat(x) && flat(y)
  if (is.null(y) && vectors && fun != "var") abort("{.fn {fun}} takes {.arg y} too, or a matrix as {.arg x}.")
  n <- value_shape(at_least_matrix(x))[1]
  if (!is.null(y) && value_shape(at_least_matrix(y))[1] != n) {
    abort(paste("{.arg x} and {.arg y} of {.fn {fun}} must have as many rows,",
                "not {n} and {value_shape(at_least_matrix(y))[1]}."))
  }
  labels <- list(column_names(x), column_names(y %||% x))
  if (is.null(unlist(labels))) labels <- NULL
  rows <- complete_rows(x, y, use)
  centred <- function(x) {
    x <- at_least_matrix(rows(x))
    torch_sub(x, torch_mean(x, dim = 1L, keepdim = TRUE))
  }
  x <- centred(x)
  n <- value_shape(x)[1]
  y <- if (is.null(y)) x else centred(y)
  products <- torch_div(crossprod.gradtape_tensor(x, y), if (n > 1) n - 1 else NaN)
  if (vectors) reshaped(products, integer()) else labelled(products, labels)
}

# A function of x or y that leaves out the rows in which one of them has a missing value.
complete_rows <- function(x, y, use) {
  choices <- c("everything", "complete.obs", "na.or.complete", "all.obs")
  use <- choices[pmatch(use, choices)]
  if (is.na(use)) abort("{.arg use} of a tensor must be {.or {.val {choices}}}.")
  if (use == "everything") return(identity)
  missing <- matrix(as.logical(is.na(cbind.gradtape_tensor(x, y))), nrow = value_shape(at_least_matrix(x))[1])
  complete <- which(rowSums(missing) == 0)
  if (use == "all.obs" && any(missing)) abort("There are missing values, and {.arg use} is {.val all.obs}.")
  if (use == "complete.obs" && !length(complete)) abort("No row is complete.")
  function(v) if (length(value_shape(v)) == 2) v[complete, , drop = FALSE] else elements(v, complete)
}
