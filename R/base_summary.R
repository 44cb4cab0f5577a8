# Summaries of R: sums, extremes, means, variances.

# One tensor from the arguments of a summary function: their elements joined.
joined <- function(x, ..., na.rm) without_missing(.Call(C_call_join, list(x, ...)), na.rm)

without_missing <- function(x, na.rm) {
  check_flag(na.rm, "na.rm")
  missing <- if (na.rm) is.na(x)
  if (any(missing)) elements(x, which(!missing)) else x
}

#' @rdname operators
#' @export
sum.gradtape_tensor <- function(x, ..., na.rm = FALSE) {
  if (...length() || !isFALSE(na.rm)) x <- joined(x, ..., na.rm = na.rm)
  .Call(C_sum, x, NULL, FALSE)
}
#' @rdname operators
#' @export
prod.gradtape_tensor <- function(x, ..., na.rm = FALSE) {
  if (...length() || !isFALSE(na.rm)) x <- joined(x, ..., na.rm = na.rm)
  .Call(C_prod, x, NULL, FALSE)
}
#' @rdname operators
#' @export
max.gradtape_tensor <- function(x, ..., na.rm = FALSE) {
  if (...length() || !isFALSE(na.rm)) x <- joined(x, ..., na.rm = na.rm)
  .Call(C_amax, x, NULL, FALSE)
}
#' @rdname operators
#' @export
min.gradtape_tensor <- function(x, ..., na.rm = FALSE) {
  if (...length() || !isFALSE(na.rm)) x <- joined(x, ..., na.rm = na.rm)
  .Call(C_amin, x, NULL, FALSE)
}

#' @rdname base-functions
#' @export
range.gradtape_tensor <- function(x, ..., na.rm = FALSE) {
  all <- joined(x, ..., na.rm = na.rm)
  c(min(all), max(all))
}

#' @rdname operators
#' @export
mean.gradtape_tensor <- function(x, ..., trim = 0, na.rm = FALSE) {
  x <- without_missing(x, na.rm)
  check_number(trim, "trim", min = 0, max = 1)
  if (trim == 0) return(torch_mean(x))
  if (trim >= 0.5) return(median(x))
  cut <- floor(length(x) * trim)
  torch_mean(torch_narrow(torch_sort(flat_columns(x), 1L)[[1]], 1L, cut + 1L, length(x) - 2L * cut))
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

#' @rdname operators
#' @export
any.gradtape_tensor <- function(x, ..., na.rm = FALSE) {
  flags <- joined(x != 0, ..., na.rm = na.rm)
  if (length(flags)) .Call(C_amax, flags, NULL, FALSE) else FALSE
}
#' @rdname operators
#' @export
all.gradtape_tensor <- function(x, ..., na.rm = FALSE) {
  flags <- joined(x != 0, ..., na.rm = na.rm)
  if (length(flags)) .Call(C_amin, flags, NULL, FALSE) else TRUE
}

# ---- functions that do not dispatch ----

summary_masks <- function() list(
  sum = summary_mask("sum", sum.gradtape_tensor),
  prod = summary_mask("prod", prod.gradtape_tensor),
  max = summary_mask("max", max.gradtape_tensor),
  min = summary_mask("min", min.gradtape_tensor),
  range = summary_mask("range", range.gradtape_tensor),
  var = mask("var", function(x, y = x, na.rm = FALSE) covariance(x, y, na.rm)),
  cov = mask("cov", function(x, y = x) covariance(x, y)),
  cor = mask("cor", function(x, y = x) {
    spread <- function(x) torch_sqrt(torch_var(at_least_matrix(x), dim = 1L))
    products <- covariance(x, y)
    torch_div(products, reshaped(outer_product(spread(x), spread(y)), value_shape(products)))
  }),
  sd = mask("sd", function(x, na.rm = FALSE) torch_std(flat_columns(without_missing(x, na.rm)))),
  mad = rewritten("mad"),
  IQR = rewritten("IQR"),
  weighted.mean = mask("weighted.mean", function(x, w = 1) sum(x * w) / sum(0 * x + w)),
  scale = rewritten("scale", "scale.default"),
  proportions = rewritten("proportions"),
  prop.table = rewritten("prop.table"),
  marginSums = rewritten("marginSums"),
  rowsum = mask("rowsum", function(x, group) {
    member <- outer(sort(unique(group)), group, "==") + 0
    matrix_product(member, at_least_matrix(x))
  }),
  rowSums = margin_mask("rowSums", 2L, mean = FALSE),
  colSums = margin_mask("colSums", 1L, mean = FALSE),
  rowMeans = margin_mask("rowMeans", 2L, mean = TRUE),
  colMeans = margin_mask("colMeans", 1L, mean = TRUE)
)

# A summary function on arguments of which any may be the tensor.
summary_mask <- function(name, method) {
  mask(name, function(..., na.rm = FALSE) method(.Call(C_call_join, list(...)), na.rm = na.rm))
}

# Sums and means over the rows or columns of a matrix.
margin_mask <- function(name, dim, mean) {
  mask(name, function(x, na.rm = FALSE) {
    missing <- if (na.rm) is.na(x) else FALSE
    total <- torch_sum(torch_where(missing, 0, x), dim = dim)
    if (!mean) return(total)
    if (na.rm) torch_div(total, torch_sum(!missing, dim = dim)) else torch_div(total, value_shape(x)[dim])
  })
}

# cov(x, y), of vectors or of the columns of matrices.
covariance <- function(x, y = x, na.rm = FALSE) {
  centred <- function(x) {
    x <- at_least_matrix(x)
    torch_sub(x, torch_mean(x, dim = 1L, keepdim = TRUE))
  }
  force(y)
  if (na.rm) {
    missing <- matrix(as.logical(is.na(cbind.gradtape_tensor(x, y))), nrow = NROW(x))
    complete <- which(rowSums(missing) == 0)
    rows <- function(v) if (length(value_shape(v)) == 2) v[complete, , drop = FALSE] else v[complete]
    x <- rows(x)
    y <- rows(y)
  }
  products <- torch_div(crossprod.gradtape_tensor(centred(x), centred(y)), value_shape(x)[1] - 1)
  if (is.null(dim(x)) && is.null(dim(y))) reshaped(products, integer()) else products
}

outer_product <- function(x, y) torch_mul(reshaped(x, c(length(x), 1L)), reshaped(y, c(1L, length(y))))
