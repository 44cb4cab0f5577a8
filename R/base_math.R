# R's mathematical functions.

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
  recycling(torch_div)(.Call(C_log, x), log(base))
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
trunc.gradtape_tensor <- function(x, ...) {
  refuse_more("trunc", ...)
  .Call(C_trunc, x)
}
#' @rdname operators
#' @export
round.gradtape_tensor <- function(x, digits = 0, ...) {
  refuse_more("round", ...)
  check_number(digits, "digits")
  if (digits == 0) .Call(C_round, x) else labelled(.Call(C_round_digits, x, digits), labels_of(x))
}

#' @rdname operators
#' @export
signif.gradtape_tensor <- function(x, digits = 6) {
  check_number(digits, "digits")
  labelled(.Call(C_signif_digits, x, digits), labels_of(x))
}

#' @rdname base-functions
#' @export
gamma.gradtape_tensor <- function(x) .Call(C_gamma, x)
#' @rdname base-functions
#' @export
lgamma.gradtape_tensor <- function(x) .Call(C_lgamma, x)
#' @rdname base-functions
#' @export
digamma.gradtape_tensor <- function(x) labelled(.Call(C_polygamma, x, 0), labels_of(x))    # at 0, NaN: R's
#' @rdname base-functions
#' @export
trigamma.gradtape_tensor <- function(x) labelled(.Call(C_polygamma, x, 1), labels_of(x))
#' @rdname base-functions
#' @export
cospi.gradtape_tensor <- function(x) .Call(C_cospi, x)
#' @rdname base-functions
#' @export
sinpi.gradtape_tensor <- function(x) .Call(C_sinpi, x)
#' @rdname base-functions
#' @export
tanpi.gradtape_tensor <- function(x) .Call(C_tanpi, x)

# ---- functions that do not dispatch ----

math_masks <- function() list(
  log = log_to_base("log"),
  logb = log_to_base("logb"),
  atan2 = mask("atan2", function(y, x) recycling(torch_atan2)(y, x)),
  beta = mask("beta", function(a, b) exp(recycling(log_beta)(a, b))),
  lbeta = mask("lbeta", function(a, b) recycling(log_beta)(a, b)),
  choose = mask("choose", function(n, k) recycling(function(n, k) .Call(C_choose, n, k, 0))(n, k)),
  lchoose = mask("lchoose", function(n, k) recycling(function(n, k) .Call(C_lchoose, n, k))(n, k)),
  psigamma = mask("psigamma", function(x, deriv = 0L) {
    if (is_torch_tensor(deriv)) {
      abort("{.fn psigamma} takes {.arg deriv}, the order of a derivative, as a number and not a tensor.",
            "gradtape_argument_error")
    }
    recycling(derivative_of_digamma)(x, round(deriv))
  }),
  besselI = mask("besselI", function(x, nu, expon.scaled = FALSE) bessel("besselI", x, nu, expon.scaled)),
  besselK = mask("besselK", function(x, nu, expon.scaled = FALSE) bessel("besselK", x, nu, expon.scaled)),
  besselJ = mask("besselJ", function(x, nu) bessel("besselJ", x, nu)),
  besselY = mask("besselY", function(x, nu) bessel("besselY", x, nu))
)

# R dispatches on the first argument only.
log_to_base <- function(name) {
  fun <- original(name)
  function(x, base) {
    if (missing(base)) return(fun(x))
    if (is_torch_tensor(base) && !is_torch_tensor(x)) x <- labelled(torch_tensor(x + 0), labels_of(x))
    fun(x, base)
  }
}

log_beta <- function(a, b) .Call(C_lbeta, a, b)

# R's C code knows orders up to 5 left of 0, and poles.
derivative_of_digamma <- function(x, deriv) {
  value <- .Call(C_polygamma, x, deriv)
  if (all(deriv <= 5, na.rm = TRUE)) return(value)
  left <- torch_logical_and(torch_lt(x, 0), torch_ne(x, torch_floor(x)))
  unknown <- torch_logical_and(torch_logical_and(left, deriv > 5), torch_logical_not(torch_isnan(x)))
  torch_where(unknown, NaN, value)
}

bessel <- function(op, x, nu, expon.scaled = NULL) {
  flag <- if (!is.null(expon.scaled)) as_flag(expon.scaled, "expon.scaled")
  recycling(function(x, nu) apply_op(op, list(x, nu), flag))(x, nu)
}
