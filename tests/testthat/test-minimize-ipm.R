# The interior point, from R. What it is without R is tested in tests/core/ipm.c.

solved_by_ipm <- function(name, ...) {
  p <- test_problem(name)
  given <- list(fn = p$fn, par = p$start, method = "ipm", lower = p$lower, upper = p$upper)
  if (!is.null(p$eq)) given$eq <- p$eq
  if (!is.null(p$ineq)) given <- c(given, p[c("ineq", "ineq_lower", "ineq_upper")])
  list(fit = suppressMessages(do.call(minimize, c(given, list(...)))), minimum = p$minimum)
}

test_that("problems of Hock and Schittkowski end at optima, most of them at the book's", {
  skip_on_cran()
  names <- c("hs001", "hs006", "hs010", "hs019", "hs023", "hs026", "hs032", "hs039", "hs043", "hs047", "hs056", "hs063",
             "hs071", "hs076", "hs085", "hs093", "hs099", "hs101", "hs106", "hs109", "hs112", "hs116", "hs119")
  for (name in names) {
    s <- solved_by_ipm(name)
    expect_identical(s$fit$convergence, 0L, info = name)
    expect_lte(s$fit$value, s$minimum + 1e-6 * max(1, abs(s$minimum)))
    expect_lte(max(0, s$fit$kkt["feasibility", "unscaled"]), 1e-6)
  }
})

test_that("a linear program has multipliers, and ends in its corner", {
  fit <- minimize(function(x) -3 * x[1] - 5 * x[2], c(1, 1), method = "ipm", lower = 0,
                  ineq = function(x) c(x[1] - 4, 2 * x[2] - 12, 3 * x[1] + 2 * x[2] - 18))
  expect_equal(fit$par, c(2, 6), tolerance = 1e-7)
  expect_equal(unname(fit$multipliers$ineq), c(0, 1.5, 1), tolerance = 1e-6)
})

test_that("a small unit of the value ends no run early", {
  skip_on_cran()
  for (name in c("hs010", "hs043", "hs071", "hs076", "hs113")) {
    p <- test_problem(name)
    small <- function(x) 1e-6 * p$fn(x)
    for (method in c("ipm", "sqp")) {
      given <- list(small, p$start, method = method, lower = p$lower, upper = p$upper, eq = p$eq, ineq = p$ineq,
                    ineq_lower = p$ineq_lower, ineq_upper = p$ineq_upper)
      fit <- suppressMessages(do.call(minimize, given))
      expect_identical(fit$convergence, 0L, label = paste(method, name))
      expect_equal(1e6 * fit$value, p$minimum, tolerance = 1e-6, label = paste(method, name))
    }
  }
})

test_that("parameters that a bound holds end on it", {
  fit <- minimize(function(x) sum((x - c(-1, 2, 5))^2), rep(0.5, 3), method = "ipm", lower = 0, upper = 1)
  expect_identical(fit$par, c(0, 1, 1))
  fit <- minimize(function(x) sum((x - c(-1, 2, 5))^2), rep(0.5, 3), method = "ipm", lower = 0,
                  eq = function(x) sum(x) - 1)
  expect_identical(fit$par[1:2], c(0, 0))
  expect_equal(fit$par[3], 1)
})

test_that("many small numbers are not pushed to where they are large", {
  skip_on_cran()
  skip_if_not_installed("Matrix")
  n <- 5000
  at <- seq(0, 1, length.out = n)
  means <- rbind(1, cos(pi * outer(1:49, at)))
  given <- dnorm(at, 0.3, 0.1) + 0.5 * dnorm(at, 0.7, 0.05)
  goal <- drop(means %*% (given / sum(given)))
  fit <- minimize(function(p) sum(p * log(p)), rep(1 / n, n), method = "ipm", lower = 0,
                  eq = function(p) means %*% p - goal)
  expect_identical(fit$convergence, 0L)
  expect_lt(fit$iterations, 60)
})

test_that("of many bounds, all together count: the value is right", {
  skip_if_not_installed("Matrix")
  centre <- sin(seq_len(2e4))
  fn <- function(x) sum((x - centre)^2 / 2 + 1e-4 * x)
  fit <- minimize(fn, rep(0.5, 2e4), lower = 0, method = "ipm")
  expect_equal(fit$value, fn(pmax(centre - 1e-4, 0)), tolerance = 1e-8)
})

test_that("what has no solution is said to have none", {
  by_ipm <- function(...) suppressMessages(minimize(..., method = "ipm"))
  circle <- by_ipm(function(x) x[2], c(1, 1), eq = function(x) sum(x^2) + 1)
  expect_identical(circle[c("status", "convergence")], list(status = "infeasible", convergence = 3L))
  strip <- by_ipm(function(x) sum(x), c(1, 1), ineq = function(x) c(3 - sum(x), sum(x) - 1))
  expect_identical(strip$status, "infeasible")
  half_plane <- by_ipm(function(x) x[1] - x[2], c(1, 1), ineq = function(x) -sum(x))
  expect_identical(half_plane$status, "unbounded")
})

test_that("dependent equations, too many of them, and fixed parameters do no harm", {
  square <- function(x) sum((x - 1:4)^2)
  twice <- minimize(square, rep(0, 4), method = "ipm",
                    eq = function(x) c(sum(x) - 1, x[1] - x[2], 2 * x[1] - 2 * x[2]))
  expect_identical(twice$convergence, 0L)
  expect_equal(twice$par, c(-0.75, -0.75, 0.75, 1.75))
  determined <- minimize(function(x) sum(x^2), c(5, 5), method = "ipm",
                         eq = function(x) c(x[1] - 1, x[2] - 2, x[1] * x[2] - 2))
  expect_equal(determined$par, c(1, 2))
  # x[2] = 2.5; the others, nearest to 1, 3 and 4, add up to 2.5
  held <- minimize(square, c(0, 2.5, 0, 0), method = "ipm", lower = c(-9, 2.5, -9, -9),
                   upper = c(9, 2.5, 9, 9), eq = function(x) sum(x) - 5)
  expect_equal(held$par, c(1, 2.5, 3, 4) - c(5.5, 0, 5.5, 5.5) / 3)
})

test_that("it steps back from where functions are not defined, and needs no Hessian", {
  entropy <- minimize(function(x) sum(x * log(x)), c(0.2, 0.3, 0.5), method = "ipm", lower = 0,
                      eq = function(x) c(sum(x) - 1, sum(x * 1:3) - 2.9))
  # p[k] is proportional to a^k
  expect_equal(entropy$par[2]^2, entropy$par[1] * entropy$par[3], tolerance = 1e-6)
  root <- minimize(function(x) -x[1], c(0.1, 0.6), method = "ipm", ineq = function(x) x[2] - sqrt(1 - x[1]^2),
                   lower = c(-Inf, 0.5))
  expect_equal(root$par, c(sqrt(0.75), 0.5))
  functions <- list(value = function(x) sum((x - 1:3)^4), gradient = function(x) 4 * (x - 1:3)^3)
  learned <- minimize_in_c(functions, c(5, 5, 5), "ipm", list(lower = c(2, -Inf, -Inf), upper = c(Inf, Inf, 2.5)),
                           list(tol_gradient = 1e-8, tol_constraint = 1e-8))
  expect_equal(learned$value, 1 + 0.5^4, tolerance = 1e-6)
})
