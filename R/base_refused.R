# Functions of R that have no version for tensors: they say so, in place of what R's C code would
# say.

refusal_masks <- function() {
  no_version <- c(
    "dsignrank", "psignrank", "qsignrank", "dwilcox", "pwilcox", "qwilcox", "ptukey", "qtukey"
  )
  sapply(no_version, refusal, simplify = FALSE)
}

refusal <- function(name) {
  function(...) {
    if (!any_tensor(...)) return(original(name)(...))
    abort(c("{.fn {name}} has no version for tensors, and no derivative here.",
            i = "If the numbers are all that is wanted, pass {.code as_array(x)}."), "gradtape_gradient_error")
  }
}
