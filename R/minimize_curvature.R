# The Hessian at a point, and what kind of point it is.

# As many parameters may have dense Hessians: beyond, they take more time than they save.
most_dense <- 200L

has_cheap_hessian <- function(task) !is.null(task$he) && task$source != "eager"

# The Hessian of all parameters, or NULL where it is not known, nor asked for.
task_hessian <- function(task, x, control) {
  wanted <- control$hessian || control$likelihood
  if (!wanted && !(has_cheap_hessian(task) && length(task$free) <= most_dense)) return(NULL)
  tryCatch(whole_hessian(task, x), error = function(e) NULL)
}

whole_hessian <- function(task, x) {
  if (!is.null(task$he)) return(as.matrix(task$he(x)))
  if (is.null(task$gr)) return(NULL)
  columns <- do.call(cbind, differences(function(x) as.double(task$gr(x)), x, 1e-4, 1e-2))
  (columns + t(columns)) / 2
}

# The Hessian of the Lagrangian, or NULL where it is not known, nor asked for.
lagrangian_hessian <- function(task, run, control) {
  wanted <- control$hessian || control$likelihood
  known <- !is.null(task$lagrangian) && length(task$free) <= most_dense && task$source != "eager"
  if (!wanted && !known) return(NULL)
  tryCatch(whole_lagrangian(task, run$par, c(1, run$multipliers)), error = function(e) NULL)
}

whole_lagrangian <- function(task, x, weights) {
  if (!is.null(task$lagrangian)) return(task$lagrangian(x, weights))
  slope <- function(x) as.double(task$gr(x)) + drop(crossprod(task$constraints$jacobian(x), weights[-1]))
  columns <- do.call(cbind, differences(slope, x, 1e-4, 1e-2))
  (columns + t(columns)) / 2
}

# Free, and at no bound that holds it. (Methods for constraints may end close to one.)
interior <- function(task, x) {
  if (!task$is_bounded) return(task$free)
  ends_close <- !is.null(task$constraints) || isTRUE(task$is_interior_point)
  close <- if (ends_close) loosely_feasible * pmax(1, abs(x)) else 0
  at_bound <- x - close <= task$lower | x + close >= task$upper
  task$free[!at_bound[task$free]]
}

# Is the Hessian certainly that of a minimum, by Cholesky's factorisation?
is_definite <- function(task, x, hessian) {
  !is.null(hessian) && .Call(C_call_is_definite, hessian, interior(task, x), task$maximize)
}

# Eigenvalues of the Hessian in the scale of the parameters, with the direction of the lowest; where there are
# constraints, on their tangent space.
task_curvature <- function(task, x, hessian) {
  inside <- interior(task, x)
  if (is.null(hessian) || !length(inside)) return(NULL)
  size <- pmax(abs(x[inside]), if (is.null(task$scale)) 1 else task$scale[match(inside, task$free)])
  H <- hessian[inside, inside, drop = FALSE] * outer(size, size) * if (task$maximize) -1 else 1
  if (!all(is.finite(H))) return(NULL)
  basis <- if (!is.null(task$constraints)) {
    gradients <- active_gradients(task, x, inside)
    if (!all(is.finite(gradients))) return(NULL)
    null_space(gradients * rep(size, each = nrow(gradients)))$basis
  }
  if (!is.null(basis)) H <- crossprod(basis, H %*% basis)
  if (!length(H)) return(NULL)
  decomposed <- eigen(H, symmetric = TRUE)
  lowest <- decomposed$vectors[, ncol(H)]
  direction <- numeric(length(x))
  direction[inside] <- size * if (is.null(basis)) lowest else drop(basis %*% lowest)
  list(values = decomposed$values, direction = direction, inside = inside)
}

# noise: what is no more than rounding and the error of multipliers.
is_negative <- function(curvature, noise = 1e-300) {
  values <- curvature$values
  !is.null(values) && min(values) < -max(1e-7 * abs(values), noise)
}
