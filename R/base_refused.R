# Functions of R that have no version for tensors: they say so, in place of what R's C code would
# say.

refusal_masks <- function() {
  no_version <- c(
    "pgamma", "pbeta", "pt", "pchisq", "pf", "pcauchy", "punif", "pbinom", "ppois", "pnbinom", "pgeom",
    "qnorm", "qgamma", "qbeta", "qt", "qexp", "qunif", "df", "dhyper", "besselJ", "besselK", "besselY", "qr",
    "dist", "qr.solve", "qr.coef", "lm.fit"
  )
  for_numbers <- c("integrate", "uniroot", "optimize", "optimise")
  c(sapply(no_version, refusal, simplify = FALSE), sapply(for_numbers, numbers_only, simplify = FALSE))
}

refusal <- function(name) {
  function(...) {
    if (!any_tensor(...)) return(original(name)(...))
    abort(c("{.fn {name}} has no version for tensors, and no derivative here.",
            i = "If the numbers are all that is wanted, pass {.code as_array(x)}."), "gradtape_gradient_error")
  }
}

# integrate(f, ...) and its kin call f from C, which wants plain numbers.
numbers_only <- function(name) {
  function(f, ...) {
    original(name)(function(...) {
      value <- f(...)
      if (!is_torch_tensor(value)) return(value)
      abort(c("{.fn {name}} takes a function that returns plain numbers; here it returns a tensor.",
              i = "A fixed rule in R code, such as a weighted sum of values, has a derivative."),
            "gradtape_escape_error")
    }, ...)
  }
}
