# Roots of polynomials.

#' Roots of polynomials inside a function
#'
#' [polyroot()] of a tensor gives the roots in the order in which R's function finds them, as complex numbers whose
#' parts are tensors ([complex_tensors]). Which root comes first depends on its steps and may change from one point
#' to the next. A [tape()] therefore holds `polyroot()` where the code asks only what is the same in any order, as
#' `min(Mod(polyroot(z)))` and `any(Mod(polyroot(z)) <= 1)` do; where it does not, the function runs at every call.
#' @examples
#' slowest <- function(phi) min(Mod(polyroot(c(1, -phi))))
#' gradient(slowest, c(0.5, 0.3))
#' @name polynomial_roots
NULL

polynomial_masks <- function() list(
  polyroot = function(z) {
    if (!is_torch_tensor(z)) return(original("polyroot")(z))
    plain <- original("polyroot")(peeked(z))
    roots <- roots_of_polynomial(z)
    if (length(plain) < 2) return(roots)
    if (is_recorded(z) && !is_order_free(code_of_frame(parent.frame()), "polyroot")) {
      .Call(C_call_record_unreplayable, "the order of polyroot()'s roots")
    }
    roots[order_like(plain, complex(real = peeked(re_of(roots)), imaginary = peeked(im_of(roots))))]
  }
)

# Which of `values` is each of `wanted`: the nearest that is left.
order_like <- function(wanted, values) {
  at <- integer()
  for (w in wanted) {
    left <- setdiff(seq_along(values), at)
    at <- c(at, left[which.min(Mod(values[left] - w))])
  }
  at
}

# The roots of z[1] + z[2] x + ...: eigenvalues of the companion matrix, and two
# steps of Newton's method, which have the derivatives.
roots_of_polynomial <- function(z) {
  z <- flat_columns(z)
  zero <- as.logical(z == 0)
  n <- if (all(zero)) 0L else max(which(!zero))
  if (n < 2) return(complex())
  last <- elements(z, n)
  first <- elements(z, rev(seq_len(n - 1)))
  below <- if (n > 2) cbind(diag(n - 2), 0)
  values <- apply_op("eig", rbind(reshaped(first / -last, c(1L, n - 1L)), below))
  at <- rev(seq_len(n - 1))
  root <- complex_tensor(elements(values, at), -elements(values, at + n - 1L))
  for (step in 1:2) {
    value <- slope <- complex_tensor(0 * re_of(root))
    for (k in rev(seq_len(n))) {
      slope <- slope * root + value
      value <- value * root + z[k]
    }
    flat <- re_of(slope) == 0 & im_of(slope) == 0
    correction <- value / complex_tensor(torch_where(flat, 1, re_of(slope)), im_of(slope))
    root <- root - complex_tensor(torch_where(flat, 0, re_of(correction)), torch_where(flat, 0, im_of(correction)))
  }
  root
}

# ---- does the order matter? ----

# Is what `maker()` gives, a vector, used in the code only so that its order does not matter: element by element, the
# same with each, and then all together? What is assigned from it is looked at under its new name.
is_order_free <- function(code, maker) {
  names <- character()
  found <- FALSE
  holds <- function(e) {                      # is e such a vector, or made of one element by element?
    if (is.symbol(e)) return(as.character(e) %in% names)
    if (!is.call(e)) return(FALSE)
    if (calls_any(e, maker)) return(TRUE)
    if (!calls_any(e, elementwise_heads)) return(FALSE)
    arguments <- as.list(e)[-1]
    of_it <- vapply(arguments, holds, NA)
    # (of two such vectors each has its own order)
    sum(of_it) == 1 && all(of_it | vapply(arguments, is_constant, NA))
  }
  is_free <- function(e, summarised = FALSE) {
    if (missing(e) || !is.call(e) && !is.symbol(e)) return(TRUE)
    if (holds(e)) {
      if (maker %in% all.names(e)) found <<- TRUE
      return(summarised)
    }
    if (is.symbol(e)) return(TRUE)
    if (calls_any(e, c("<-", "=")) && is.symbol(e[[2]]) && holds(e[[3]])) {
      names <<- union(names, as.character(e[[2]]))
      return(is_free(e[[3]], TRUE))
    }
    summarised <- calls_any(e, summary_heads)
    all(vapply(as.list(e), is_free, NA, summarised))
  }
  # (twice: in a loop, a name may be used above where it is assigned)
  is_free(code) && is_free(code) && found
}

is_constant <- function(e) is.numeric(e) || calls_any(e, "-") && length(e) == 2 && is.numeric(e[[2]])
elementwise_heads <- c("Mod", "Re", "Im", "Arg", "Conj", "abs", "exp", "log", "sqrt", "(", "+", "-", "*", "/", "^", "<",
                       "<=", ">", ">=", "==", "!=", "!")
summary_heads <- c("any", "all", "min", "max", "sum", "prod", "range", "mean", "length", "sort")
