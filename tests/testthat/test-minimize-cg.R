test_that("conjugate gradients find known minima with every line search", {
  for (name in setdiff(names(smooth_problems), "large_and_small")) for (search in line_searches) {
    # a value of 1e130 is to come down by 1e130: backtracking never goes further than it tries first
    if (name == "overflow" && search == "backtracking") next
    p <- smooth_problems[[name]]
    tp <- tape(p[[1]], p[[2]])
    got <- minimum_by(tp, p[[2]], "cg", line_search = search, tolerance_grad = 1e-7)
    label <- paste(name, search, got$status)
    expect_equal(got$par, p[[3]], tolerance = 1e-5, label = label)
    expect_equal(got$value, p[[4]], tolerance = 1e-9, label = label)
    expect_identical(got$value, tp$fn(got$par), label = label)
    expect_true(got$status %in% c("gradient", "line search"), label = label)
    expect_lte(got$counts[["gradient"]], got$counts[["value"]])
  }
})

test_that("a quadratic of n parameters takes n iterations", {
  set.seed(2)
  for (n in c(1, 2, 5, 10)) {
    a <- crossprod(matrix(rnorm(n^2), n)) / n + diag(n)
    got <- minimum_by(function(x) sum(x * c(a %*% x)) / 2 - sum(x), rnorm(n), "cg", tolerance_grad = 1e-7)
    # the first step has nothing to be exact with
    expect_lte(got$iterations, n + 2)
    expect_equal(got$par, solve(a, rep(1, n)), tolerance = 1e-6)
  }
  # as few as there are distinct eigenvalues
  few <- function(x) sum(rep(c(1, 10, 100), 100) * x^2) / 2 - sum(x)
  got <- minimum_by(few, rep(1, 300), "cg", tolerance_grad = 1e-7)
  expect_lte(got$iterations, 6)
})

test_that("a thousand parameters of a chain", {
  n <- 1000
  chain <- tape(function(x) sum((2:1000) * (2 * x[-1] - x[-1000])^2) + (x[1] - 1)^2, rep(1, n))
  got <- minimum_by(chain, rep(1, n), "cg", tolerance_grad = 1e-6)
  expect_identical(got$status, "gradient")
  expect_lt(got$counts[["gradient"]], 500)
  expect_equal(got$par, 0.5^(0:(n - 1)), tolerance = 1e-5)
})

test_that("conjugate gradients go the same way in coordinates that are shifted or turned", {
  fn <- smooth_problems$rosenbrock[[1]]
  path <- function(f, x) minimum_by(f, x, "cg", max_iter = 12, tolerance_grad = 0)$trace[, "value"]
  way <- path(fn, c(-1.2, 1))
  expect_equal(path(function(x) fn(x - c(3, -2)), c(-1.2, 1) + c(3, -2)), way, tolerance = 1e-5)
  turn <- matrix(c(0.8, 0.6, -0.6, 0.8), 2)
  expect_equal(path(function(x) fn(c(turn %*% x)), c(t(turn) %*% c(-1.2, 1))), way, tolerance = 1e-5)
})
