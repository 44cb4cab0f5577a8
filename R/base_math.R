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
digamma.gradtape_tensor <- function(x) .Call(C_digamma, x)
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
  atan2 = mask("atan2", function(y, x) recycling(torch_atan2)(y, x)),
  beta = mask("beta", function(a, b) exp(recycling(log_beta)(a, b))),
  lbeta = mask("lbeta", function(a, b) recycling(log_beta)(a, b)),
  choose = mask("choose", function(n, k) recycling(binomial_coefficient)(n, k)),
  lchoose = mask("lchoose", function(n, k) recycling(log_choose_size)(n, round(k))),
  psigamma = mask("psigamma", function(x, deriv = 0L) .Call(C_polygamma, x, as.numeric(deriv))),
  besselI = mask("besselI", function(x, nu, expon.scaled = FALSE) {
    if (!is.numeric(nu) || is_torch_tensor(nu) || any(nu != round(nu) | nu < 0)) {
      abort("{.fn besselI} of a tensor takes whole numbers as {.arg nu}.")
    }
    value <- recycling(function(x, nu) .Call(C_besseli, x, nu))(x, nu)
    if (expon.scaled) value * exp(-x) else value
  })
)

log_gamma <- function(x) .Call(C_lgamma, x)
log_beta <- function(a, b) {
  value <- torch_sub(torch_add(log_gamma(a), log_gamma(b)), log_gamma(torch_add(a, b)))
  torch_where(torch_isnan(torch_add(a, b)), NaN,
              torch_where(torch_logical_or(torch_eq(a, 0), torch_eq(b, 0)), Inf, value))
}
# As R does, a product: exact where n is whole, as far as doubles go.
choose_few <- function(n, k) {
  if (k < 1) return(0 * n + (k == 0))
  value <- n
  for (j in seq_len(k)[-1]) value <- value * (n - (j - 1)) / j
  value
}
binomial_coefficient <- function(n, k) {
  k <- round(k)
  if (length(k) == 1 && !is_torch_tensor(k) && k < 30) return(choose_few(n, k))
  # of the k factors n, n - 1, ..., so many are negative
  negative <- torch_maximum(torch_sub(k, torch_maximum(torch_add(floor(n), 1), 0)), 0)
  (1 - 2 * (negative %% 2)) * exp(log_choose_size(n, k))
}
# log(abs(choose(n, k)))
log_choose_size <- function(n, k) log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1)
