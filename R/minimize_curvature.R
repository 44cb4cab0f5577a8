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

# Free, and at no bound that holds it.
interior <- function(task, x) {
  if (!task$is_bounded) return(task$free)
  at_bound <- x <= task$lower | x >= task$upper
  task$free[!at_bound[task$free]]
}

# Is the Hessian certainly that of a minimum, by Cholesky's factorisation?
is_definite <- function(task, x, hessian) {
  !is.null(hessian) && .Call(C_call_is_definite, hessian, interior(task, x), task$maximize)
}

# Eigenvalues of the Hessian in the scale of the parameters, with the direction of the lowest.
task_curvature <- function(task, x, hessian) {
  inside <- interior(task, x)
  if (is.null(hessian) || !length(inside)) return(NULL)
  size <- pmax(abs(x[inside]), if (is.null(task$scale)) 1 else task$scale[match(inside, task$free)])
  H <- hessian[inside, inside, drop = FALSE] * outer(size, size) * if (task$maximize) -1 else 1
  if (!all(is.finite(H))) return(NULL)
  decomposed <- eigen(H, symmetric = TRUE)
  n <- length(inside)
  direction <- numeric(length(x))
  direction[inside] <- decomposed$vectors[, n] * size
  list(values = decomposed$values, direction = direction, inside = inside)
}

is_negative <- function(curvature) {
  values <- curvature$values
  !is.null(values) && min(values) < -1e-7 * max(abs(values), 1e-300)
}
