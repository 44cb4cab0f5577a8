# torch's elementwise functions. They broadcast by torch's rules.

#' Elementwise functions of one tensor
#'
#' Each applies its mathematical function to every element.
#'
#' @param self,input A tensor, or numbers.
#' @param n Order of the derivative of the digamma function: 0, 1, 2, ... (at most 60).
#' @param decimals To how many digits behind the point; negative ones before it.
#' @param eps Values below `eps` or above `1 - eps` are taken as these; `NULL`: none are.
#' @param p Order of the multivariate gamma function.
#' @param nan,posinf,neginf What stands in place of `NaN`, `Inf` and `-Inf`; `NULL`: 0, and the largest and the lowest
#'   number of the dtype.
#' @return A tensor of the same shape. `torch_isnan()`, `torch_isinf()`, `torch_isfinite()`
#'   and `torch_logical_not()` give a bool tensor, which is an R logical vector too.
#' @details
#' `torch_digamma()` is the derivative of `torch_lgamma()`, the logarithm of the absolute
#' gamma function; `torch_polygamma(n, x)` is its n-th derivative. `torch_sinc()` is
#' \eqn{\sin(\pi x) / (\pi x)}, `torch_i0()` the modified Bessel function of order 0,
#' `torch_logit()` \eqn{\log(x / (1 - x))}, `torch_frac()` the part behind the point, `torch_mvlgamma()` the logarithm
#' of the multivariate gamma function. `torch_absolute()`, `torch_negative()`, `torch_arccos()` and so on are other
#' names. All have derivatives of every order (Abramowitz and Stegun, 1964, chapters 6 and 9).
#'
#' `torch_abs()` has derivative 0 at 0 and `torch_relu()` too. `torch_round()` rounds
#' halves to the even neighbour. `torch_sign()`, `torch_floor()`, `torch_ceil()`,
#' `torch_round()` and `torch_trunc()` have derivative 0.
#' @examples
#' torch_sin(torch_tensor(c(0, pi / 2)))
#' torch_square(3)
#' @name elementwise
NULL

#' @rdname elementwise
#' @export
torch_abs <- function(self) .Call(C_abs, self)
#' @rdname elementwise
#' @export
torch_neg <- function(self) .Call(C_neg, self)
#' @rdname elementwise
#' @export
torch_sign <- function(self) .Call(C_sign, self)
#' @rdname elementwise
#' @export
torch_square <- function(self) .Call(C_square, self)
#' @rdname elementwise
#' @export
torch_sqrt <- function(self) .Call(C_sqrt, self)
#' @rdname elementwise
#' @export
torch_rsqrt <- function(self) .Call(C_rsqrt, self)
#' @rdname elementwise
#' @export
torch_reciprocal <- function(self) .Call(C_reciprocal, self)
#' @rdname elementwise
#' @export
torch_exp <- function(self) .Call(C_exp, self)
#' @rdname elementwise
#' @export
torch_exp2 <- function(self) .Call(C_exp2, self)
#' @rdname elementwise
#' @export
torch_expm1 <- function(self) .Call(C_expm1, self)
#' @rdname elementwise
#' @export
torch_log <- function(self) .Call(C_log, self)
#' @rdname elementwise
#' @export
torch_log2 <- function(self) .Call(C_log2, self)
#' @rdname elementwise
#' @export
torch_log10 <- function(self) .Call(C_log10, self)
#' @rdname elementwise
#' @export
torch_log1p <- function(self) .Call(C_log1p, self)
#' @rdname elementwise
#' @export
torch_sin <- function(self) .Call(C_sin, self)
#' @rdname elementwise
#' @export
torch_cos <- function(self) .Call(C_cos, self)
#' @rdname elementwise
#' @export
torch_tan <- function(self) .Call(C_tan, self)
#' @rdname elementwise
#' @export
torch_asin <- function(self) .Call(C_asin, self)
#' @rdname elementwise
#' @export
torch_acos <- function(self) .Call(C_acos, self)
#' @rdname elementwise
#' @export
torch_atan <- function(self) .Call(C_atan, self)
#' @rdname elementwise
#' @export
torch_sinh <- function(self) .Call(C_sinh, self)
#' @rdname elementwise
#' @export
torch_cosh <- function(self) .Call(C_cosh, self)
#' @rdname elementwise
#' @export
torch_tanh <- function(self) .Call(C_tanh, self)
#' @rdname elementwise
#' @export
torch_asinh <- function(self) .Call(C_asinh, self)
#' @rdname elementwise
#' @export
torch_acosh <- function(self) .Call(C_acosh, self)
#' @rdname elementwise
#' @export
torch_atanh <- function(self) .Call(C_atanh, self)
#' @rdname elementwise
#' @export
torch_sigmoid <- function(self) .Call(C_sigmoid, self)
#' @rdname elementwise
#' @export
torch_relu <- function(self) .Call(C_relu, self)
#' @rdname elementwise
#' @export
torch_erf <- function(self) .Call(C_erf, self)
#' @rdname elementwise
#' @export
torch_erfc <- function(self) .Call(C_erfc, self)
#' @rdname elementwise
#' @export
torch_floor <- function(self) .Call(C_floor, self)
#' @rdname elementwise
#' @export
torch_ceil <- function(self) .Call(C_ceil, self)
#' @rdname elementwise
#' @export
torch_round <- function(self, decimals = 0) {
  if (missing(decimals)) return(.Call(C_round, self))
  check_plain(decimals, "decimals", whole = TRUE)
  unit <- 10^abs(decimals)
  if (decimals == 0) .Call(C_round, self)
  else if (decimals > 0) .Call(C_div, .Call(C_round, .Call(C_mul, self, unit)), unit)
  else .Call(C_mul, .Call(C_round, .Call(C_div, self, unit)), unit)
}
#' @rdname elementwise
#' @export
torch_trunc <- function(self) .Call(C_trunc, self)
#' @rdname elementwise
#' @export
torch_erfinv <- function(self) .Call(C_erfinv, self)
#' @rdname elementwise
#' @export
torch_lgamma <- function(self) .Call(C_lgamma, self)
#' @rdname elementwise
#' @export
torch_digamma <- function(self) .Call(C_digamma, self)
#' @rdname elementwise
#' @export
torch_logit <- function(self, eps = NULL) {
  if (is.null(eps)) return(.Call(C_logit, self))
  check_number(eps, "eps", min = 0, max = 0.5)
  .Call(C_logit, .Call(C_clamp, self, eps, 1 - eps))
}
#' @rdname elementwise
#' @export
torch_sinc <- function(self) .Call(C_sinc, self)
#' @rdname elementwise
#' @export
torch_i0 <- function(self) .Call(C_i0, self)
#' @rdname elementwise
#' @export
torch_frac <- function(self) .Call(C_frac, self)
#' @rdname elementwise
#' @export
torch_polygamma <- function(n, input) {
  check_number(n, "n", min = 0, max = 60, whole = TRUE)
  if (n == 0) .Call(C_digamma, input) else .Call(C_polygamma, input, as.numeric(n))
}
#' @rdname elementwise
#' @export
torch_isinf <- function(self) torch_eq(torch_abs(self), Inf)
#' @rdname elementwise
#' @export
torch_isfinite <- function(self) torch_lt(torch_abs(self), Inf) & !torch_isnan(self)
#' @rdname elementwise
#' @export
torch_isnan <- function(self) .Call(C_isnan, self)
#' @rdname elementwise
#' @export
torch_logical_not <- function(self) .Call(C_not, self)

#' @rdname elementwise
#' @export
torch_mvlgamma <- function(self, p) {
  check_count(p, "p")
  shape <- value_shape(self)
  steps <- array((1 - seq_len(p)) / 2, c(rep(1L, length(shape)), p))
  terms <- .Call(C_lgamma, .Call(C_add, reshaped(self, c(shape, 1L)), steps))
  .Call(C_add, .Call(C_sum, terms, -1L, FALSE), p * (p - 1) / 4 * log(pi))
}
#' @rdname elementwise
#' @export
torch_nan_to_num <- function(self, nan = NULL, posinf = NULL, neginf = NULL) {
  is_single <- is_torch_tensor(self) && tensor_info(self)$dtype == "float"
  largest <- if (is_single) (2 - 2^-23) * 2^127 else .Machine$double.xmax
  self <- .Call(C_where, .Call(C_eq, .Call(C_isnan, self), 1), nan %||% 0, self)
  self <- .Call(C_where, .Call(C_eq, self, Inf), posinf %||% largest, self)
  .Call(C_where, .Call(C_eq, self, -Inf), neginf %||% -largest, self)
}
#' @rdname elementwise
#' @export
torch_isposinf <- function(self) torch_eq(self, Inf)
#' @rdname elementwise
#' @export
torch_isneginf <- function(self) torch_eq(self, -Inf)
#' @rdname elementwise
#' @export
torch_deg2rad <- function(self) .Call(C_mul, self, pi / 180)
#' @rdname elementwise
#' @export
torch_rad2deg <- function(self) .Call(C_mul, self, 180 / pi)
#' @rdname elementwise
#' @export
torch_absolute <- torch_abs
#' @rdname elementwise
#' @export
torch_negative <- torch_neg
#' @rdname elementwise
#' @export
torch_sgn <- torch_sign
#' @rdname elementwise
#' @export
torch_fix <- torch_trunc
#' @rdname elementwise
#' @export
torch_arccos <- torch_acos
#' @rdname elementwise
#' @export
torch_arcsin <- torch_asin
#' @rdname elementwise
#' @export
torch_arctan <- torch_atan
#' @rdname elementwise
#' @export
torch_arccosh <- torch_acosh
#' @rdname elementwise
#' @export
torch_arcsinh <- torch_asinh
#' @rdname elementwise
#' @export
torch_arctanh <- torch_atanh

#' Elementwise functions of two tensors
#'
#' Each combines two tensors element by element. Shapes are broadcast as torch does:
#' aligned at their last dimension, where each pair of dimensions must be equal or 1.
#' (R's operators recycle as R does; see [operators].)
#'
#' @param self,other Tensors or numbers.
#' @param alpha A number that multiplies `other`.
#' @param exponent A tensor or a number.
#' @param rounding_mode `"floor"` or `"trunc"`: the quotient is rounded down, or towards zero; `NULL`: it is not.
#' @param values What `torch_heaviside()` is at 0.
#' @param rtol,atol,equal_nan As in [torch_allclose()].
#' @return A tensor of the broadcast shape; for comparisons a bool tensor, which is an
#'   R logical vector too.
#' @details
#' At a tie, `torch_maximum()` and `torch_minimum()` give each side half the gradient;
#' `torch_fmax()` and `torch_fmin()` give it to `self`, and pass over a `NaN`.
#' `torch_remainder()` has the sign of `other`, `torch_fmod()` that of `self`.
#' `torch_atan2(y, x)` is the angle of the point `(x, y)`. A comparison with `NaN` is `NA`.
#' `torch_igamma(a, x)` is the lower incomplete gamma function over the whole, the distribution function of the gamma
#' distribution, `torch_igammac()` the upper one; both have derivatives in `a` too. `torch_heaviside()` is 0 below 0,
#' 1 above, and `values` at it. `torch_isclose()` is [torch_allclose()] element by element.
#' `torch_greater()`, `torch_multiply()` and so on are other names of the same.
#' @examples
#' torch_add(torch_tensor(matrix(1:6, 2)), torch_tensor(c(10, 20, 30)))
#' torch_atan2(torch_tensor(1), torch_tensor(1))
#' @name binary
NULL

#' @rdname binary
#' @export
torch_add <- function(self, other, alpha = 1) {
  if (missing(alpha)) return(.Call(C_add, self, other))
  .Call(C_add, self, .Call(C_mul, other, alpha))
}
#' @rdname binary
#' @export
torch_sub <- function(self, other, alpha = 1) {
  if (missing(alpha)) return(.Call(C_sub, self, other))
  .Call(C_sub, self, .Call(C_mul, other, alpha))
}
#' @rdname binary
#' @export
torch_mul <- function(self, other) .Call(C_mul, self, other)
#' @rdname binary
#' @export
torch_div <- function(self, other, rounding_mode = NULL) {
  if (is.null(rounding_mode)) return(.Call(C_div, self, other))
  rounding_mode <- check_choice(rounding_mode, "rounding_mode", c("floor", "trunc"))
  if (rounding_mode == "floor") return(.Call(C_floordiv, self, other))
  quotient <- .Call(C_trunc, .Call(C_div, self, other))
  if (holds_whole_numbers(self) && holds_whole_numbers(other)) as_dtype(quotient, "long") else quotient
}
holds_whole_numbers <- function(x) {
  if (is_torch_tensor(x)) tensor_info(x)$dtype %in% c("bool", "int", "long") else is.integer(x) || is.logical(x)
}
#' @rdname binary
#' @export
torch_pow <- function(self, exponent) .Call(C_pow, self, exponent)
#' @rdname binary
#' @export
torch_atan2 <- function(self, other) .Call(C_atan2, self, other)
#' @rdname binary
#' @export
torch_hypot <- function(self, other) .Call(C_hypot, self, other)
#' @rdname binary
#' @export
torch_maximum <- function(self, other) .Call(C_maximum, self, other)
#' @rdname binary
#' @export
torch_minimum <- function(self, other) .Call(C_minimum, self, other)
#' @rdname binary
#' @export
torch_fmax <- function(self, other) .Call(C_fmax, self, other)
#' @rdname binary
#' @export
torch_fmin <- function(self, other) .Call(C_fmin, self, other)
#' @rdname binary
#' @export
torch_remainder <- function(self, other) .Call(C_remainder, self, other)
#' @rdname binary
#' @export
torch_fmod <- function(self, other) .Call(C_fmod, self, other)
#' @rdname binary
#' @export
torch_logaddexp <- function(self, other) .Call(C_logaddexp, self, other)
#' @rdname binary
#' @export
torch_xlogy <- function(self, other) .Call(C_xlogy, self, other)
#' @rdname binary
#' @export
torch_logical_and <- function(self, other) .Call(C_and, self, other)
#' @rdname binary
#' @export
torch_logical_or <- function(self, other) .Call(C_or, self, other)
#' @rdname binary
#' @export
torch_lt <- function(self, other) .Call(C_lt, self, other)
#' @rdname binary
#' @export
torch_le <- function(self, other) .Call(C_le, self, other)
#' @rdname binary
#' @export
torch_gt <- function(self, other) .Call(C_gt, self, other)
#' @rdname binary
#' @export
torch_ge <- function(self, other) .Call(C_ge, self, other)
#' @rdname binary
#' @export
torch_eq <- function(self, other) .Call(C_eq, self, other)
#' @rdname binary
#' @export
torch_ne <- function(self, other) .Call(C_ne, self, other)

#' @rdname binary
#' @export
torch_subtract <- torch_sub
#' @rdname binary
#' @export
torch_multiply <- torch_mul
#' @rdname binary
#' @export
torch_divide <- torch_div
#' @rdname binary
#' @export
torch_arctan2 <- torch_atan2
#' @rdname binary
#' @export
torch_greater <- torch_gt
#' @rdname binary
#' @export
torch_greater_equal <- torch_ge
#' @rdname binary
#' @export
torch_less <- torch_lt
#' @rdname binary
#' @export
torch_less_equal <- torch_le
#' @rdname binary
#' @export
torch_not_equal <- torch_ne
#' @rdname binary
#' @export
torch_true_divide <- function(self, other) .Call(C_div, self, other)
#' @rdname binary
#' @export
torch_floor_divide <- function(self, other) .Call(C_floordiv, self, other)
#' @rdname binary
#' @export
torch_float_power <- function(self, exponent) .Call(C_pow, as_dtype(self, "double"), exponent)
#' @rdname binary
#' @export
torch_logaddexp2 <- function(self, other) {
  .Call(C_div, .Call(C_logaddexp, .Call(C_mul, self, log(2)), .Call(C_mul, other, log(2))), log(2))
}
#' @rdname binary
#' @export
torch_logical_xor <- function(self, other) .Call(C_ne, .Call(C_not, self), .Call(C_not, other))
#' @rdname binary
#' @export
torch_heaviside <- function(self, values) {
  step <- as_dtype(.Call(C_gt, self, 0), if (is_torch_tensor(self)) tensor_info(self)$dtype)
  .Call(C_where, .Call(C_eq, self, 0), values, step)
}
#' @rdname binary
#' @export
torch_igamma <- function(self, other) apply_op("pgamma", list(other, self, 1), c(0L, 0L))
#' @rdname binary
#' @export
torch_igammac <- function(self, other) apply_op("pgamma", list(other, self, 1), c(1L, 0L))
#' @rdname binary
#' @export
torch_isclose <- function(self, other, rtol = 1e-5, atol = 1e-8, equal_nan = FALSE) {
  check_number(rtol, "rtol", min = 0)
  check_number(atol, "atol", min = 0)
  check_flag(equal_nan, "equal_nan")
  near <- torch_le(torch_abs(torch_sub(self, other)), torch_add(torch_mul(torch_abs(other), rtol), atol))
  # (the distance of an infinite number is infinite, or NaN)
  finite <- torch_lt(torch_abs(other), Inf)
  close <- .Call(C_where, torch_eq(self, other), 1, .Call(C_where, finite, near, 0))
  if (equal_nan) close <- .Call(C_where, torch_isnan(self), torch_isnan(other), close)
  torch_eq(.Call(C_where, torch_isnan(close), 0, close), 1)
}

#' Products and quotients added up, and mixtures
#'
#' What optimizers are written with. `torch_addcmul()` is `self + value * tensor1 * tensor2`,
#' `torch_addcdiv()` is `self + value * tensor1 / tensor2`, and `torch_lerp()` is
#' `self + weight * (end - self)`. The methods `$addcmul_()`, `$addcdiv_()` and `$lerp_()` change the tensor itself.
#'
#' @param self,tensor1,tensor2,end Tensors or numbers, broadcast as torch does.
#' @param value A number.
#' @param weight A number or a tensor; 0 gives `self`, 1 gives `end`.
#' @return A tensor of the broadcast shape.
#' @examples
#' average <- torch_zeros(2)
#' g <- torch_tensor(c(1, -3))
#' average$mul_(0.9)$addcmul_(g, g, value = 0.1)
#' average
#' torch_lerp(torch_tensor(0), torch_tensor(10), 0.3)
#' @name fused
NULL

#' @rdname fused
#' @export
torch_addcmul <- function(self, tensor1, tensor2, value = 1) added(self, .Call(C_mul, tensor1, tensor2), value)
#' @rdname fused
#' @export
torch_addcdiv <- function(self, tensor1, tensor2, value = 1) added(self, .Call(C_div, tensor1, tensor2), value)

added <- function(self, term, value) {
  check_number(value, "value")
  .Call(C_add, self, if (identical(value, 1)) term else .Call(C_mul, term, value))
}

# From the nearer end, so that a weight of 1 gives `end` exactly.
#' @rdname fused
#' @export
torch_lerp <- function(self, end, weight) {
  way <- .Call(C_sub, end, self)
  from_self <- .Call(C_add, self, .Call(C_mul, way, weight))
  from_end <- function() .Call(C_sub, end, .Call(C_mul, way, .Call(C_sub, 1, weight)))
  if (is_torch_tensor(weight) || length(weight) > 1) {
    return(torch_where(torch_lt(torch_abs(weight), 0.5), from_self, from_end()))
  }
  if (isTRUE(abs(weight) < 0.5)) from_self else from_end()
}

#' Choose elements, or bound them
#'
#' @param condition A logical vector, or a tensor: non-zero means true.
#' @param self,other Tensors or numbers, broadcast as torch does. `torch_where()` takes
#'   `self` where the condition holds, else `other`.
#' @param min,max Bounds; `NULL` for none.
#' @param as_list Positions as a list, a tensor for each dimension, or as a matrix with a row for each?
#' @details `torch_nonzero()` says where elements are that are not 0 (or where a condition holds), row by row; so does
#'   `torch_where()` of a condition alone, as a list. On a tape, that these are the same is a guard.
#' @return A tensor, of positions (from 1) a tensor of whole numbers or a list of them. Where a value is bounded, no
#'   gradient flows back to it.
#' @examples
#' x <- torch_tensor(c(-2, 0, 2))
#' torch_where(x > 0, x, 0)
#' torch_clamp(x, min = -1, max = 1)
#' @name where
NULL

#' @rdname where
#' @export
torch_where <- function(condition, self, other) {
  if (missing(self) && missing(other)) return(torch_nonzero(condition, as_list = TRUE))
  .Call(C_where, condition, self, other)
}
#' @rdname where
#' @export
torch_nonzero <- function(self, as_list = FALSE) {
  check_flag(as_list, "as_list")
  shape <- value_shape(self)
  is_zero <- as.logical(.Call(C_eq, self, 0))
  at <- arrayInd(which(!(is_zero %in% TRUE)), if (length(shape)) shape else 1L)
  if (!length(shape)) at <- at[, 0, drop = FALSE]
  if (length(shape) > 1) at <- at[do.call(order, asplit(at, 2)), , drop = FALSE]
  if (as_list) lapply(seq_len(ncol(at)), function(d) index_tensor(at[, d]))
  else .Call(C_call_tensor, as.numeric(at), "long", FALSE, dim(at))
}
#' @rdname where
#' @export
torch_argwhere <- function(self) torch_nonzero(self)
#' @rdname where
#' @export
torch_clamp <- function(self, min = NULL, max = NULL) {
  .Call(C_clamp, self, if (is.null(min)) -Inf else min, if (is.null(max)) Inf else max)
}
#' @rdname where
#' @export
torch_clip <- torch_clamp

#' Are tensors equal?
#'
#' @param self,other,input Tensors or numbers.
#' @param rtol,atol Relative and absolute tolerance: elements are close when they differ by
#'   at most `atol + rtol * abs(other)`.
#' @param equal_nan Is `NaN` close to `NaN`?
#' @return `TRUE` or `FALSE`. Tensors of different shapes are not equal, nor close.
#' @examples
#' torch_equal(torch_tensor(c(1, 2)), c(1, 2))
#' torch_allclose(torch_tensor(1), 1 + 1e-10)
#' @export
torch_equal <- function(self, other) {
  identical(value_shape(self), value_shape(other)) && isTRUE(all(as.logical(torch_eq(self, other))))
}

#' @rdname torch_equal
#' @export
torch_allclose <- function(input, other, rtol = 1e-5, atol = 1e-8, equal_nan = FALSE) {
  identical(value_shape(input), value_shape(other)) &&
    isTRUE(as.logical(all(torch_isclose(input, other, rtol, atol, equal_nan))))
}
