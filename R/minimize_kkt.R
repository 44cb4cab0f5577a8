# How far a point is from the conditions of an optimum with constraints.

# A matrix of stationarity, feasibility and complementarity, unscaled and scaled: as solvers/kkt.h says it, but beside
# 1 where the value is smaller, and constraints in hundredths of slopes above 100, as solvers/reduced.h scales them.
kkt_of <- function(task, run) {
  constraints <- task$constraints
  sign <- if (task$maximize) -1 else 1
  x <- run$par
  jacobian <- tryCatch(constraints$jacobian(x), error = function(e) matrix(NaN, length(run$multipliers), length(x)))
  slope <- run$gradient + run$bound_multipliers + as.vector(transposed_times(jacobian, run$multipliers))
  slope <- abs(slope[task$free])
  outside <- pmax(constraints$lower - run$constraints, run$constraints - constraints$upper, 0)
  product <- c(complementarity(sign * run$multipliers, run$constraints, constraints$lower, constraints$upper),
               complementarity(sign * run$bound_multipliers[task$free], x[task$free], task$lower[task$free],
                               task$upper[task$free]))
  all <- c(run$multipliers, run$bound_multipliers[task$free])
  size <- max(1, abs(run$value), mean(abs(all)) / 100)
  matrix(c(max(slope, 0), max(outside, 0), max(product, 0), max(slope * pmax(1, abs(x[task$free])), 0) / size,
           max(outside / pmax(1, row_sizes(jacobian) / 100), 0), max(product, 0) / size),
         3, dimnames = list(c("stationarity", "feasibility", "complementarity"), c("unscaled", "scaled")))
}

complementarity <- function(multipliers, values, lower, upper) {
  distance <- ifelse(multipliers > 0, upper - values, values - lower)
  ifelse(multipliers == 0, 0, abs(multipliers) * ifelse(is.infinite(distance), pmax(1, abs(values)), abs(distance)))
}

# Is a constraint active whose gradient vanishes so close by that the tolerance cannot tell the point from one that has
# no multipliers? (x^2 = 0, for instance: beside its curvature, the square of its slope is as small.)
has_vanishing_gradient <- function(task, run) {
  if (is.null(task$lagrangian) || length(task$free) > most_dense) return(FALSE)
  inside <- interior(task, run$par)
  gradients <- active_gradients(task, run$par, inside)
  active <- attr(gradients, "active")
  slope <- apply(abs(gradients), 1, max, 0)
  any(vapply(which(slope > 0 & slope < 0.1), function(k) {
    weights <- replace(numeric(length(run$constraints) + 1), active[k] + 1, 1)
    curvature <- max(abs(task$lagrangian(run$par, weights)[inside, inside]))
    isTRUE(slope[k]^2 <= 1e-6 * curvature)
  }, NA))
}
