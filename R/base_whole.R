# Functions of whole numbers and digits.

whole_masks <- function() c(
  sapply(c("bitwAnd", "bitwOr", "bitwXor", "bitwNot", "bitwShiftL", "bitwShiftR"), whole_mask, simplify = FALSE),
  list(
    zapsmall = mask("zapsmall", function(x, digits = getOption("digits")) {
      size <- abs(x[!is.na(x)])
      if (!length(size)) return(x)
      largest <- max(size)
      if (!as.logical(largest > 0)) return(round(x, digits))
      magnitude <- if (getRversion() >= "4.4.0") ceiling(log10(largest)) else log10(largest)
      round(x, max(0L, as.integer(floor(digits - magnitude + 0.5))))
    })
  )
)

# R's function of the whole numbers, which a tape guards.
whole_mask <- function(name) {
  function(...) {
    if (!any_tensor(...)) return(original(name)(...))
    do.call(original(name), lapply(list(...), function(x) if (is_torch_tensor(x)) as.integer(countable(x,
      name)) else x))
  }
}
