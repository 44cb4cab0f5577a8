# Which constraints hold a point, and what directions they leave.

# Within this violation a run that can make no more progress counts as converged, and beside parameters of size 1 a
# constraint as active.
loosely_feasible <- 1e-6

# Positions of constraints whose value at x is one of its sides, but for a part in a million of the parameters.
active_constraints <- function(constraints, x, values = constraints$values(x), jacobian = constraints$jacobian(x)) {
  size <- pmax(1, row_sizes(jacobian, pmax(1, abs(x))))
  near <- function(side) is.finite(side) & abs(values - side) <= loosely_feasible * pmax(size, abs(side))
  which(constraints$lower == constraints$upper | near(constraints$lower) | near(constraints$upper))
}

# The largest absolute value in each row of a matrix, whose columns are multiplied by `scale`.
row_sizes <- function(jacobian, scale = rep(1, ncol(jacobian))) {
  if (!is_sparse(jacobian)) return(apply(abs(jacobian) * rep(scale, each = nrow(jacobian)), 1, max, 0))
  size <- numeric(nrow(jacobian))
  entries <- abs(jacobian@x) * rep(scale, diff(jacobian@p))
  upwards <- order(entries)                             # NaN is last
  size[jacobian@i[upwards] + 1L] <- entries[upwards]
  size
}

# The gradients of active constraints by the parameters that no bound holds: rows; and which they are.
active_gradients <- function(task, x, inside) {
  jacobian <- task$constraints$jacobian(x)
  active <- active_constraints(task$constraints, x, jacobian = jacobian)
  structure(jacobian[active, inside, drop = FALSE], active = active)
}

# An orthonormal basis of what the rows of a matrix leave, and their rank.
null_space <- function(rows) {
  n <- ncol(rows)
  if (!nrow(rows) || !n) return(list(basis = diag(1, n), rank = 0L))
  size <- sqrt(rowSums(rows^2))
  decomposed <- svd(rows / ifelse(size > 0, size, 1), nu = 0, nv = n)
  rank <- sum(decomposed$d > 1e-8 * max(decomposed$d, 1e-300))
  list(basis = decomposed$v[, seq_len(n) > rank, drop = FALSE], rank = rank)
}
