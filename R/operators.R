# R's operators and mathematical functions on tensors: what they mean on numbers, they
# mean on tensors. One function per operator keeps dispatch short.

#' R arithmetic on tensors
#'
#' The operators `+ - * / ^ %% %/%`, the comparisons, `& | !` and R's mathematical
#' functions mean on tensors what they mean on numbers: vectors are recycled as R
#' recycles them, a vector against a matrix by column. A plain R number or vector may
#' stand on either side.
#'
#' Comparisons give a bool tensor that is an R logical vector too, so that `if (x > 0)`,
#' `which(x > 0)` and `x[x > 0]` work.
#' Where R would recycle a vector across a matrix in a way that is not by column, an error
#' names [torch_add()] and its kin, which broadcast by torch's rules.
#'
#' @param e1,e2,x,y Tensors, or numbers where the other one is a tensor.
#' @param base Base of the logarithm; a number.
#' @param digits How many digits to keep, behind the point or (`signif()`) in all.
#' @param ... Further tensors for `sum()`, `prod()`, `max()` and `min()`.
#' @param na.rm Leave `NaN` out?
#' @param trim The fraction of elements left out of the mean at either end.
#' @return A tensor; for comparisons and logic a bool tensor, which is a logical vector too.
#' @examples
#' x <- torch_tensor(c(1, 2, 3))
#' x^2 + 1
#' if (x[1] < 2) "small"
#' @name operators
NULL

#' @rdname operators
#' @export
`+.gradtape_tensor` <- function(e1, e2) {
  if (missing(e2)) return(e1)
  .Call(C_operator_add, e1, e2)
}
#' @rdname operators
#' @export
`-.gradtape_tensor` <- function(e1, e2) {
  if (missing(e2)) return(.Call(C_neg, e1))
  .Call(C_operator_sub, e1, e2)
}
#' @rdname operators
#' @export
`*.gradtape_tensor` <- function(e1, e2) .Call(C_operator_mul, e1, e2)
#' @rdname operators
#' @export
`/.gradtape_tensor` <- function(e1, e2) .Call(C_operator_div, e1, e2)
#' @rdname operators
#' @export
`^.gradtape_tensor` <- function(e1, e2) .Call(C_operator_pow, e1, e2)
#' @rdname operators
#' @export
`%%.gradtape_tensor` <- function(e1, e2) .Call(C_operator_remainder, e1, e2)
#' @rdname operators
#' @export
`%/%.gradtape_tensor` <- function(e1, e2) .Call(C_operator_floordiv, e1, e2)
#' @rdname operators
#' @export
`<.gradtape_tensor` <- function(e1, e2) .Call(C_operator_lt, e1, e2)
#' @rdname operators
#' @export
`<=.gradtape_tensor` <- function(e1, e2) .Call(C_operator_le, e1, e2)
#' @rdname operators
#' @export
`>.gradtape_tensor` <- function(e1, e2) .Call(C_operator_gt, e1, e2)
#' @rdname operators
#' @export
`>=.gradtape_tensor` <- function(e1, e2) .Call(C_operator_ge, e1, e2)
#' @rdname operators
#' @export
`==.gradtape_tensor` <- function(e1, e2) .Call(C_operator_eq, e1, e2)
#' @rdname operators
#' @export
`!=.gradtape_tensor` <- function(e1, e2) .Call(C_operator_ne, e1, e2)
#' @rdname operators
#' @export
`&.gradtape_tensor` <- function(e1, e2) .Call(C_operator_and, e1, e2)
#' @rdname operators
#' @export
`|.gradtape_tensor` <- function(e1, e2) .Call(C_operator_or, e1, e2)
#' @rdname operators
#' @export
`!.gradtape_tensor` <- function(x) .Call(C_not, x)

# ---- mathematical functions ----

#' @rdname operators
#' @export
abs.gradtape_tensor <- function(x) .Call(C_abs, x)
#' @rdname operators
#' @export
sign.gradtape_tensor <- function(x) .Call(C_sign, x)
#' @rdname operators
#' @export
sqrt.gradtape_tensor <- function(x) .Call(C_sqrt, x)
#' @rdname operators
#' @export
exp.gradtape_tensor <- function(x) .Call(C_exp, x)
#' @rdname operators
#' @export
expm1.gradtape_tensor <- function(x) .Call(C_expm1, x)
#' @rdname operators
#' @export
log.gradtape_tensor <- function(x, base = exp(1)) {
  if (missing(base)) return(.Call(C_log, x))
  if (!is.numeric(base)) abort_no_value(base, "base")
  .Call(C_log, x) / log(base)
}
#' @rdname operators
#' @method log2 gradtape_tensor
#' @export
log2.gradtape_tensor <- function(x) .Call(C_log2, x)
#' @rdname operators
#' @method log10 gradtape_tensor
#' @export
log10.gradtape_tensor <- function(x) .Call(C_log10, x)
#' @rdname operators
#' @export
log1p.gradtape_tensor <- function(x) .Call(C_log1p, x)
#' @rdname operators
#' @export
sin.gradtape_tensor <- function(x) .Call(C_sin, x)
#' @rdname operators
#' @export
cos.gradtape_tensor <- function(x) .Call(C_cos, x)
#' @rdname operators
#' @export
tan.gradtape_tensor <- function(x) .Call(C_tan, x)
#' @rdname operators
#' @export
asin.gradtape_tensor <- function(x) .Call(C_asin, x)
#' @rdname operators
#' @export
acos.gradtape_tensor <- function(x) .Call(C_acos, x)
#' @rdname operators
#' @export
atan.gradtape_tensor <- function(x) .Call(C_atan, x)
#' @rdname operators
#' @export
sinh.gradtape_tensor <- function(x) .Call(C_sinh, x)
#' @rdname operators
#' @export
cosh.gradtape_tensor <- function(x) .Call(C_cosh, x)
#' @rdname operators
#' @export
tanh.gradtape_tensor <- function(x) .Call(C_tanh, x)
#' @rdname operators
#' @export
asinh.gradtape_tensor <- function(x) .Call(C_asinh, x)
#' @rdname operators
#' @export
acosh.gradtape_tensor <- function(x) .Call(C_acosh, x)
#' @rdname operators
#' @export
atanh.gradtape_tensor <- function(x) .Call(C_atanh, x)
#' @rdname operators
#' @export
floor.gradtape_tensor <- function(x) .Call(C_floor, x)
#' @rdname operators
#' @export
ceiling.gradtape_tensor <- function(x) .Call(C_ceil, x)
#' @rdname operators
#' @export
trunc.gradtape_tensor <- function(x, ...) .Call(C_trunc, x)
#' @rdname operators
#' @export
round.gradtape_tensor <- function(x, digits = 0, ...) {
  check_number(digits, "digits")
  if (digits == 0) return(.Call(C_round, x))
  .Call(C_round, x * 10^digits) / 10^digits
}

#' @rdname operators
#' @export
signif.gradtape_tensor <- function(x, digits = 6) {
  check_number(digits, "digits")
  digits <- max(1, digits)                      # as R does
  size <- abs(read_values(x))
  unit <- 10^(floor(log10(ifelse(size > 0, size, 1))) + 1 - digits)
  .Call(C_mul, .Call(C_round, .Call(C_div, x, unit)), unit)
}

# ---- summaries ----

# One tensor from the arguments of a summary function: their elements joined.
joined <- function(x, ..., na.rm) without_missing(.Call(C_call_join, list(x, ...)), na.rm)

without_missing <- function(x, na.rm) {
  check_flag(na.rm, "na.rm")
  missing <- if (na.rm) is.na(x)
  if (any(missing)) elements(x, which(!missing)) else x
}

# The elements in R's order, as one dimension.
flat_columns <- function(x) if (length(value_shape(x)) == 1L) x else reshaped(x, length(x))

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

# ---- matrices ----

#' @rdname operators
#' @export
t.gradtape_tensor <- function(x) {
  shape <- .Call(C_call_shape, x)
  if (length(shape) == 2) return(apply_op("permute", x, c(1L, 0L)))
  if (length(shape) > 2) abort("{.fn t} takes a matrix or a vector, not {length(shape)} dimensions.")
  reshaped(x, c(1L, length(x)))
}

# R's rules for %*%: a vector is a row or a column, whichever fits.
matrix_product <- function(x, y) {
  sx <- value_shape(x)
  sy <- value_shape(y)
  as_shape <- function(v, shape) reshaped(v, shape)
  if (length(sx) < 2) {
    n <- prod(sx)
    x <- if (length(sy) == 2) as_shape(x, if (n == sy[1]) c(1, n) else c(n, 1))
         else as_shape(x, if (n == prod(sy)) c(1, n) else c(n, 1))
    sx <- value_shape(x)
  }
  if (length(sy) < 2) {
    n <- prod(sy)
    y <- as_shape(y, if (n == sx[2]) c(n, 1) else c(1, n))
  }
  apply_op("matmul", list(x, y), c(0L, 0L))
}

value_shape <- function(x) .Call(C_call_shape, x)
