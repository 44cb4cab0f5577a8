by_values <- function(fn, x, ..., lower = NULL, upper = NULL, trace = 1e4) {
  minimize_in_c(list(value = fn), x, "nelder-mead", list(lower = lower, upper = upper),
                list(max_iter = 1e5, max_eval = 2e4, tolerance_change = 0, ...), trace = trace)
}

test_that("the simplex method finds known minima from values only", {
  for (name in setdiff(names(smooth_problems), c("large_and_small", "overflow"))) {
    p <- smooth_problems[[name]]
    seen <- 0
    got <- by_values(function(x) {
      seen <<- seen + 1
      suppressWarnings(p[[1]](x))
    }, p[[2]])
    label <- paste(name, got$status)
    expect_identical(got$status, "simplex", label = label)
    expect_equal(got$par, p[[3]], tolerance = 1e-6, label = label)
    expect_equal(got$value, p[[4]], tolerance = 1e-9, label = label)
    expect_equal(got$counts[["value"]], seen, label = label)
    expect_identical(got$counts[["gradient"]], 0)
    # nothing that was accepted is higher than what was there
    expect_false(is.unsorted(-got$trace[, "value"]))
  }
})

test_that("functions that have no derivative, or are defined on a part of space only", {
  expect_equal(by_values(function(x) sum(abs(x - c(1, -2))), c(5, 5))$par, c(1, -2), tolerance = 1e-6)
  expect_equal(by_values(function(x) max(abs(x[1] - 3), 10 * abs(x[2])), c(0.5, -1))$par, c(3, 0), tolerance = 1e-6)
  holes <- function(x) if (x[1] < 0) NaN else if (x[2] > 2) Inf else sum((x - c(0.01, 1.99))^2)
  expect_equal(by_values(holes, c(3, -3))$par, c(0.01, 1.99), tolerance = 1e-6)
  # on the edge of where it is defined; one vertex beside the start is not
  edge <- function(x) if (x[1] > 1) NaN else -x[1] + x[2]^2
  expect_equal(by_values(edge, c(1 - 1e-3, 1))$par, c(1, 0), tolerance = 1e-6)
  expect_identical(by_values(function(x) NaN, c(1, 2))$status, "nan at the start")
  expect_identical(by_values(function(x) Inf, c(1, 2))$status, "nan")
})

test_that("parameters in other units make other units of the answer, and nothing else", {
  fn <- smooth_problems$beale[[1]]
  plain <- by_values(fn, c(1, 1))
  units <- 2^c(20, -20)
  scaled <- by_values(in_units(fn, units), units)
  expect_identical(scaled$par / units, plain$par)
  expect_identical(scaled$counts, plain$counts)
})

test_that("a collapsed simplex is replaced: McKinnon's function", {
  # SIAM J. Optimization 9 (1998) 148-158: from this simplex the method contracts onto 0, where
  # the function is no minimum
  mckinnon <- function(x) (if (x[1] <= 0) 360 * x[1]^2 else 6 * x[1]^2) + x[2] + x[2]^2
  for (start in list(c(1, 1), c(0, 0), c(-0.3, 2))) {
    got <- by_values(mckinnon, start)
    expect_equal(got$par, c(0, -0.5), tolerance = 1e-6)
    expect_equal(got$value, -0.25)
  }
})

test_that("ten parameters, one, and a limit", {
  n <- 10
  expect_equal(by_values(function(x) sum((1:n) * (x - 1)^2) + prod(x - 1), rep(0, n))$par, rep(1, n), tolerance = 1e-6)
  expect_equal(by_values(cos, 2)$par, pi, tolerance = 1e-6)
  few <- by_values(smooth_problems$beale[[1]], c(1, 1), max_iter = 7)
  expect_identical(few$status, "iterations")
  expect_identical(few$iterations, 7)
  expect_lt(few$value, smooth_problems$beale[[1]](c(1, 1)))
})

test_that("what is unbounded below is not called converged", {
  got <- minimize(function(x) sum(x^3), c(1, 2), method = "nelder-mead", control = minimize_control(max_iter = 1e4))
  expect_identical(got$status, "unbounded")
  expect_gt(got$convergence, 0)
  expect_match(got$message[1], "there is no minimum")
})

test_that("bounds hold at every evaluation", {
  lower <- c(-1, 0.5)
  upper <- c(0.7, 2)
  fn <- function(x) {
    expect_true(all(x >= lower & x <= upper))
    sum((x - c(2, 0))^2) + x[1] * x[2]
  }
  got <- by_values(fn, c(0.7, 1), lower = lower, upper = upper)
  expect_equal(got$par, c(0.7, 0.5), tolerance = 1e-6)
  inside <- by_values(function(x) sum((x - c(0.2, 1))^2), c(0, 2), lower = lower, upper = upper)
  expect_equal(inside$par, c(0.2, 1), tolerance = 1e-6)
})

test_that("it is the same on a tape, and where it starts at 0", {
  got <- minimum_by(function(x) sum((x - c(1, 2))^2), c(0, 0), "nelder-mead")
  expect_equal(got$par, c(1, 2), tolerance = 1e-6)
  expect_identical(got$counts[["gradient"]], 0)
  expect_true(all(is.na(got$gradient)))
  # also where values come with gradients only, which are of other points
  got <- minimize_in_c(list(both = function(x) c(sum((x - 1)^2), 2 * (x - 1))), c(0, 5), "nelder-mead")
  expect_equal(got$par, c(1, 1), tolerance = 1e-4)
  expect_true(all(is.na(got$gradient)))
})
