# Where multipliers may not exist.

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
