# What tests of methods in C share.

minimize_in_c <- function(...) asNamespace("gradtape")$minimize_in_c(...)
minimize_tape <- function(...) asNamespace("gradtape")$minimize_tape(...)

# How far x is from satisfying the first-order conditions: max |P(x - g) - x|.
projected_gradient <- function(x, g, lower = -Inf, upper = Inf) max(abs(pmin(pmax(x - g, lower), upper) - x))

# A function of which each parameter is measured in another unit.
in_units <- function(fn, units) function(x) fn(x / units)

# Minimization by a method in C, with tight tolerances; and functions to minimize.
minimum_by <- function(fn, x, method, ..., tolerance_grad = 1e-9, max_iter = 2000, trace = 3000) {
  tp <- if (inherits(fn, "gradtape_tape")) fn else tape(fn, x)
  minimize_tape(tp, x, method, ..., tolerance_grad = tolerance_grad, tolerance_change = 0, max_iter = max_iter,
                trace = trace)
}
line_searches <- c("strong_wolfe", "backtracking", "more_thuente", "hager_zhang")

# Each with start, minimum and value there.
smooth_problems <- list(
  rosenbrock = list(function(x) 100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2, c(-1.2, 1), c(1, 1), 0),
  chained_rosenbrock = list(function(x) sum(100 * (x[-1] - x[-10]^2)^2 + (1 - x[-10])^2), rep(c(-1.2, 1), 5),
                            rep(1, 10), 0),
  quartic = list(function(x) sum((x - 1:3)^4) + sum((x - 1:3)^2) + 7, c(9, -9, 0), 1:3, 7),
  one_parameter = list(function(x) exp(x) - 3 * x, 5, log(3), 3 - 3 * log(3)),
  beale = list(function(x) {
    (1.5 - x[1] * (1 - x[2]))^2 + (2.25 - x[1] * (1 - x[2]^2))^2 + (2.625 - x[1] * (1 - x[2]^3))^2
  }, c(1, 1), c(3, 0.5), 0),
  ill_conditioned = list(function(x) sum(10^(0:5) * (x - 1)^2) / 2, rep(-3, 6), rep(1, 6), 0),
  # not defined everywhere: NaN, or infinite, on the way
  logarithm = list(function(x) sum(x - log(x)), c(1e-6, 50, 3), rep(1, 3), 3),
  root = list(function(x) sum(x) - sum(sqrt(1 - x^2)), c(0.9999, -0.2), rep(-sqrt(0.5), 2), -2 * sqrt(2)),
  overflow = list(function(x) sum(exp(x) + exp(-x)), c(-300, 20), c(0, 0), 4),
  # far from 1
  large_and_small = list(function(x) (x[1] / 1e5 - 2)^2 + (x[2] * 1e5 - 3)^2 + (x[1] * x[2] - 6)^2 / 9,
                         c(1e5, 1e-5), c(2e5, 3e-5), 0)
)

# A box that holds the start and cuts many minima off; one side is open here and there.
box_around <- function(x) {
  width <- abs(x) * c(0.3, 1, 0.6, 0.1)[1 + seq_along(x) %% 4] + 0.1
  list(lower = ifelse(seq_along(x) %% 5 == 0, -Inf, x - width), upper = ifelse(seq_along(x) %% 3 == 0, Inf, x + width))
}

# All faces of the box: the lowest of the minima of a convex quadratic on each of them.
lowest_on_faces <- function(A, b, lower, upper) {
  sides <- as.matrix(expand.grid(rep(list(c("lower", "free", "upper")), length(b))))
  best <- list(value = Inf)
  for (k in seq_len(nrow(sides))) {
    x <- ifelse(sides[k, ] == "upper", upper, lower)
    free <- sides[k, ] == "free"
    if (any(free)) x[free] <- solve(A[free, free], b[free] - A[free, !free, drop = FALSE] %*% x[!free])
    value <- sum(x * (A %*% x)) / 2 - sum(b * x)
    if (all(x >= lower & x <= upper) && value < best$value) best <- list(value = value, par = unname(x))
  }
  best
}

# A convex quadratic in a random box: the functions, bounds and lowest point.
random_box_problem <- function(n) {
  A <- crossprod(matrix(rnorm(n * n), n)) + diag(0.1, n)
  b <- 3 * rnorm(n)
  box <- list(lower = -runif(n), upper = runif(n))
  list(functions = list(value = function(x) sum(x * (A %*% x)) / 2 - sum(b * x),
                        gradient = function(x) drop(A %*% x) - b, hessian = function(x) A),
       box = box, known = lowest_on_faces(A, b, box$lower, box$upper))
}
