# What tests of methods in C share.

minimize_in_c <- function(...) asNamespace("gradtape")$minimize_in_c(...)
minimize_tape <- function(...) asNamespace("gradtape")$minimize_tape(...)

# How far x is from satisfying the first-order conditions: max |P(x - g) - x|.
projected_gradient <- function(x, g, lower = -Inf, upper = Inf) max(abs(pmin(pmax(x - g, lower), upper) - x))

# A function of which each parameter is measured in another unit.
in_units <- function(fn, units) function(x) fn(x / units)
