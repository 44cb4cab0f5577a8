# Points where a function has no derivative, or an infinite one: the rule of ?singular_points,
# the same for eager derivatives and for every kind that a tape gives.

# All derivatives of f at x, or an error that names the two that differ.
expect_one_answer <- function(f, x, label, at = rep(0.3, length(x)) + seq_along(x) / 10) {
  leaf <- torch_tensor(x, requires_grad = TRUE)
  gradient <- as.numeric(autograd_grad(f(leaf), leaf, allow_unused = TRUE)[[1]])
  hessian <- gradtape:::eager_hessian(f, x)
  tp <- tape(f, at)
  n <- length(x)
  where <- paste0(label, " at (", paste(x, collapse = ", "), "): ")
  expect_equal(tp$gr(x), gradient, label = paste0(where, "gr"))
  expect_equal(tp$value_and_grad(x)$gradient, gradient, label = paste0(where, "value_and_grad"))
  expect_equal(as.numeric(tp$jacobian(x)), gradient, label = paste0(where, "jacobian"))
  expect_equal(tp$he(x), hessian, label = paste0(where, "he"))
  products <- vapply(seq_len(n), function(k) tp$hvp(x, replace(numeric(n), k, 1)), numeric(n))
  expect_equal(products, hessian, label = paste0(where, "hvp"))
  # two orders of the same infinite derivative may come out as Inf and NaN
  finite <- is.finite(hessian) & is.finite(t(hessian))
  expect_equal(hessian[finite], t(hessian)[finite], label = paste0(where, "symmetry of he"))
  list(gradient = gradient, hessian = hessian)
}

functions <- list(
  "sum(x^-2)" = function(x) sum(x^-2), "atan2(x, x)" = function(x) sum(torch_atan2(x, x)),
  "sqrt(abs(x))" = function(x) sum(sqrt(abs(x))), "x/x" = function(x) sum(x / x), "x^y" = function(x) x[1]^x[2],
  "y log x" = function(x) x[2] * log(x[1]), "xlogy" = function(x) torch_xlogy(x[1], x[2]),
  "norm" = function(x) torch_norm(x), "norm 1/2" = function(x) torch_norm(x, 0.5),
  "norm 3" = function(x) torch_norm(x, 3),
  "norm 1.5" = function(x) torch_norm(x, 1.5), "std" = torch_std, "prod" = function(x) prod(x),
  "max" = function(x) max(x),
  "sqrt(max)" = function(x) sqrt(max(x)), "sqrt(relu)" = function(x) sum(sqrt(torch_relu(x))),
  "sqrt(clamp)" = function(x) sum(sqrt(torch_clamp(x, 0, 2))),
  "ifelse" = function(x) sum(torch_where(x > 0, log(x), x)),
  "mask" = function(x) sum(log(x) * c(0, 1)), "pmax" = function(x) sum(torch_maximum(sqrt(x), 0.5)),
  "log1p" = function(x) sum(log1p(-x)),
  "logit" = function(x) sum(torch_logit(x)), "acos" = function(x) sum(acos(x)), "atanh" = function(x) sum(atanh(x)),
  "hypot" = function(x) torch_hypot(x[1], x[2]), "logsumexp" = function(x) torch_logsumexp(x, 1),
  "1/(x-y)" = function(x) 1 / (x[1] - x[2]),
  "sqrt(x-y)" = function(x) sqrt(x[1] - x[2]) + x[1]^2, "entropy" = function(x) -sum(torch_xlogy(x, x)),
  "cumprod" = function(x) sum(sqrt(cumprod(x))),
  "reciprocal of one" = function(x) 1 / x[1] + x[2]^2, "det" = function(x) linalg_det(torch_outer(x, x)),
  "gamma" = function(x) sum(lgamma(x))
)

test_that("eager derivatives, gr, he, hvp and jacobian agree at singular points", {
  points <- list(c(0, 2), c(3, 0), c(0, 0), c(2, 2), c(1, 0), c(0, 1), c(1, 1), c(-1, 0), c(0.5, -2))
  for (name in names(functions)) for (x in points) expect_one_answer(functions[[name]], x, name)
})

test_that("a coordinate that is singular leaves the others alone", {
  x <- c(0, 2)
  known <- list("sum(x^-2)" = c(-0.25, 6 / 16), "atan2(x, x)" = c(0, 0), "x/x" = c(0, 0),
                "sqrt(abs(x))" = c(0.5 / sqrt(2), -0.25 * 2^-1.5))
  for (name in names(known)) {
    d <- expect_one_answer(functions[[name]], x, name)
    expect_equal(c(d$gradient[2], d$hessian[2, 2]), known[[name]], label = name)
    expect_equal(c(d$hessian[1, 2], d$hessian[2, 1]), c(0, 0), label = name)
  }
  expect_identical(gradient(functions[["sum(x^-2)"]], c(0, 1))[1], -Inf)
  # more outputs than inputs, and fewer: a column or a row of products each
  f <- function(x) torch_cat(list(x^-2, sqrt(abs(x)), x^2))
  wide <- jacobian(f, c(0, 4))
  expect_equal(wide, gradtape:::eager_jacobian(f, c(0, 4)))
  expect_equal(wide[, 2], c(0, -2 / 64, 0, 0.25, 0, 8))
  expect_equal(jacobian(function(x) f(x)[c(1, 4)], c(0, 4)), wide[c(1, 4), ])
  # given gradients and hooks
  x <- torch_tensor(c(0, 4), requires_grad = TRUE)
  y <- sqrt(x)
  expect_equal(as.numeric(autograd_grad(y, x, list(torch_tensor(c(0, 1))), retain_graph = TRUE)[[1]]), c(0, 0.25))
  heard <- 0
  y$register_hook(function(g) heard <<- heard + 1)
  sum(y * c(0, 1))$backward()
  expect_equal(as.numeric(x$grad), c(0, 0.25))
  expect_equal(heard, 1)
})

test_that("an infinite gradient says nothing about what was not chosen", {
  expect_equal(gradient(function(x) sqrt(max(x)), c(0, -1)), c(Inf, 0))
  expect_equal(gradient(function(x) sum(sqrt(torch_relu(x))), c(-1, 4)), c(0, 0.25))
  expect_equal(gradient(function(x) sum(sqrt(torch_clamp(x, 0, 9))), c(-1, 4)), c(0, 0.25))
  expect_equal(gradient(function(x) sqrt(torch_minimum(x[1], x[2])), c(0, 1)), c(Inf, 0))
})

test_that("the mixed derivative of x^y", {
  f <- function(x) x[1]^x[2]
  expect_equal(hessian(f, c(3, 0)), matrix(c(0, 1 / 3, 1 / 3, log(3)^2), 2))
  expect_equal(hessian(f, c(2, 1)), matrix(c(0, 1 + log(2), 1 + log(2), 2 * log(2)^2), 2))
  expect_equal(hessian(f, c(0, 2)), matrix(c(2, 0, 0, 0), 2))
  torch <- function(x) torch_pow(x[1], x[2])
  expect_equal(hessian(torch, c(3, 0)), hessian(f, c(3, 0)))
})

test_that("norms and spreads have derivative 0 where they are smallest", {
  for (p in c(0.5, 1.5, 2, 3, 4)) {
    expect_equal(gradient(function(x) torch_norm(x, p), c(0, 0)), c(0, 0), label = paste("norm", p))
  }
  for (p in c(0.5, 1.5, 3)) {
    f <- function(x) torch_norm(x, p)
    expect_equal(gradient(f, c(0, 3, 4)), c(0, fd_gradient(function(y) sum(y^p)^(1 / p), c(3, 4))), tolerance = 1e-7)
    expect_equal(as.numeric(torch_norm(torch_tensor(c(0, 3, 4)), p)), sum(c(0, 3, 4)^p)^(1 / p))
  }
  expect_equal(gradient(torch_std, c(2, 2, 2)), c(0, 0, 0))
  expect_equal(gradient(function(x) sd(x), c(2, 2, 2)), c(0, 0, 0))
  expect_equal(as.numeric(torch_std(torch_tensor(c(1, 4), dtype = torch_float()))), 3 / sqrt(2), tolerance = 1e-7)
})

test_that("the determinant of a singular matrix has two derivatives", {
  f <- function(x) linalg_det(torch_reshape(x, c(3, 3)))
  slope <- function(x) gradient(f, x)
  set.seed(3)
  matrices <- list(matrix(0, 3, 3), matrix(1, 3, 3), outer(1:3, c(2, -1, 1)), matrix(c(1, 2, 3, 2, 4, 6, 1, 0, 1), 3),
                   diag(3), matrix(rnorm(9), 3))
  for (m in matrices) {
    h <- hessian(f, c(m))
    expect_equal(h, t(h))
    expect_equal(h, gradtape:::eager_hessian(f, c(m)))
    numeric <- vapply(1:9, function(k) {
      step <- replace(numeric(9), k, 1e-4)
      (slope(c(m) + step) - slope(c(m) - step)) / 2e-4
    }, numeric(9))
    expect_equal(h, numeric, tolerance = 1e-8)
  }
  # of third order, where the matrix has an inverse
  m <- torch_tensor(matrices[[6]], requires_grad = TRUE)
  twice <- function(x) {
    one <- autograd_grad(linalg_det(x), x, create_graph = TRUE)[[1]]
    sum(autograd_grad(sum(one * matrix(cos(1:9), 3)), x, create_graph = TRUE)[[1]] * matrix(sin(1:9), 3))
  }
  expect_true(gradcheck(twice, matrices[[6]])$ok)
})

# A random function of three numbers, over the elementwise operations and reductions.
singular_function <- function() {
  unary <- list(sqrt, abs, log, exp, sin, torch_relu, torch_square, torch_reciprocal, torch_sign, log1p, tanh,
                function(v) v^-1, function(v) v^0.5)
  binary <- list(`+`, `-`, `*`, `/`, `^`, torch_maximum, torch_minimum, torch_atan2, torch_hypot, torch_xlogy,
                 torch_logaddexp)
  steps <- lapply(seq_len(4),
                  function(k) list(f = sample(unary, 1)[[1]], g = sample(binary, 1)[[1]], a = runif(1), b = runif(1)))
  total <- sample(list(sum, function(v) torch_norm(v), max, function(v) prod(v), function(v) torch_logsumexp(v, 1)),
                  1)[[1]]
  function(x) {
    values <- list(x, x[c(2, 3, 1)])
    for (s in steps) {
      pick <- function(u) values[[1 + floor(u * length(values))]]
      values[[length(values) + 1]] <- if (s$a < 0.6) s$f(pick(s$b)) else s$g(pick(s$a), pick(s$b))
    }
    total(values[[length(values)]])
  }
}

test_that("random programs at points with zeros, ties and ones", {
  set.seed(20)
  points <- list(c(0, 1, 1), c(2, 0, 2), c(1, 1, 1), c(0, 0, 3), c(-1, 0, 1))
  symmetric <- 0
  for (k in 1:60) {
    f <- singular_function()
    x <- points[[k %% 5 + 1]]
    tp <- tape(f, c(0.4, 0.7, 1.2))
    leaf <- torch_tensor(x, requires_grad = TRUE)
    expect_equal(tp$gr(x), as.numeric(autograd_grad(f(leaf), leaf)[[1]]), label = paste("gradient of program", k))
    h <- tp$he(x)
    expect_equal(h, gradtape:::eager_hessian(f, x), label = paste("Hessian of program", k))
    finite <- is.finite(h) & is.finite(t(h))
    expect_equal(h[finite], t(h)[finite], label = paste("symmetry of program", k))
    symmetric <- symmetric + all(finite)
  }
  expect_gt(symmetric, 20)
})

test_that("what was left out because it is missing leaves no trace in first and second derivatives", {
  z <- c(0.4, NA, 0.7)
  there <- c(0.4, 0.7)
  of_data <- list(
    function(p, z) p[1]^z * p[2], function(p, z) z^p[1] + p[2]^2, function(p, z) exp(p[1] * z) / p[2],
    function(p, z) log(p[1] + z)^p[2], function(p, z) atan2(p[1], z) * p[2], function(p, z) pmax(p[1], z) * p[2]^2,
    function(p, z) sqrt(p[1] * z) %% p[2], function(p, z) beta(p[1], z) * p[2], function(p, z) dnorm(z, p[1], p[2]),
    function(p, z) pnorm(z, p[1], p[2], log.p = TRUE), function(p, z) dgamma(z, p[1], p[2], log = TRUE),
    function(p, z) pgamma(z, p[1], p[2]), function(p, z) dbeta(z, p[1], p[2]), function(p, z) qnorm(z, p[1], p[2]),
    function(p, z) dt(z, p[1]) * p[2], function(p, z) plogis(z, p[1], p[2]),
    function(p, z) besselK(p[1] + z, 0.5) * p[2], function(p, z) abs(p[1] - z)^p[2],
    function(p, z) tanh(p[1] * z) * p[2]
  )
  leave_out <- list(
    function(v, z) {
      v[is.na(z)] <- 0
      sum(v)
    },
    function(v, z) sum(ifelse(is.na(z), 0, v)), function(v, z) sum(v[!is.na(z)]),
    function(v, z) sum(v, na.rm = TRUE)
  )
  x <- c(1.3, 0.6)
  for (f in of_data) for (without in leave_out) {
    fn <- function(p) without(f(p, z), z)
    environment(fn) <- list2env(list(f = as_user(f), without = as_user(without), z = z),
                                parent = globalenv())
    of_those_there <- function(p) sum(f(p, there))
    environment(of_those_there) <- list2env(list(f = as_user(f), there = there), parent = globalenv())
    tp <- tape(fn, x)
    other <- tape(of_those_there, x)
    expect_equal(tp$fn(x), other$fn(x), info = deparse1(f))
    expect_equal(tp$gr(x), other$gr(x), info = deparse1(f))
    expect_equal(tp$he(x), other$he(x), info = deparse1(f))
  }
})
