# minimize_multistart(): many starts, in this process.

camel <- as_user(function(x) {
  (4 - 2.1 * x[1]^2 + x[1]^4 / 3) * x[1]^2 + x[1] * x[2] + 4 * (x[2]^2 - 1) * x[2]^2
})
box <- list(lower = c(-3, -2), upper = c(3, 2))

test_that("all minima of the six-hump camel are found, each once", {
  set.seed(1)
  fit <- minimize_multistart(camel, c(1, 1), 60, lower = box$lower, upper = box$upper, starts = "lhs")
  minima <- fit$multistart$minima
  expect_equal(minima$value, rep(c(-1.0316285, -0.2154638, 2.1042503), each = 2), tolerance = 1e-6)
  expect_equal(sum(minima$count), sum(fit$multistart$runs$convergence == 0))
  expect_equal(sort(abs(minima[1:2, "x[1]"])), rep(0.0898420, 2), tolerance = 1e-6)
  expect_equal(fit$value, minima$value[1])
  expect_s3_class(fit, "minimum")
  expect_identical(summary(fit)$kind, "minimum")
  expect_identical(tabulate(fit$multistart$runs$minimum), minima$count)
  expect_output(print(fit), "60 runs from 60 starts: 6 minima")
})

test_that("a seed gives the same answer, another one another", {
  answer <- function(seed, starts) {
    set.seed(seed)
    minimize_multistart(camel, c(1, 1), 8, lower = box$lower, upper = box$upper, starts = starts)$multistart
  }
  skip_if_not_installed("qrng")
  for (starts in c("sobol", "lhs", "normal")) {
    expect_identical(answer(1, starts), answer(1, starts))
    expect_false(identical(answer(1, starts), answer(2, starts)))
    X <- answer(1, starts)$starts
    expect_identical(unname(X[1, ]), c(1, 1))
    expect_true(all(t(X) >= box$lower & t(X) <= box$upper))
  }
})

test_that("points of a Latin hypercube and of Sobol's sequence are spread evenly", {
  set.seed(3)
  expect_identical(apply(ceiling(latin_hypercube(20, 3) * 20), 2, sort), matrix(rep(1:20 + 0, 3), 20))
  skip_if_not_installed("qrng")
  points <- shifted_sobol(256, 4)
  expect_true(all(points >= 0 & points < 1))
  expect_lt(max(abs(colMeans(points) - 0.5)), 0.01)
})

test_that("starts may be given, and what fails is a row with its message", {
  f <- as_user(function(p) if (p$a > 3) stop("too far") else sum((p$b - p$a)^2) + (p$a - 1)^2)
  starts <- rbind(c(0, 1, 2), c(5, 1, 2), c(-1, 0, 0))
  fit <- suppressMessages(minimize_multistart(f, list(a = 0, b = c(1, 2)), starts = starts))
  runs <- fit$multistart$runs
  expect_identical(runs$convergence, c(0, NA, 0))
  expect_match(runs$message[2], "too far")
  expect_identical(runs$minimum, c(1L, NA, 1L))
  expect_equal(fit$par, list(a = 1, b = c(1, 1)), tolerance = 1e-6)
  expect_output(print(fit), "1 failed")
  expect_error(suppressMessages(minimize_multistart(f, list(a = 0, b = c(1, 2)), starts = starts[2, , drop = FALSE])),
               "None of the 1 runs came to a value")
  named <- data.frame(b1 = c(0, 1), b2 = 0, a = 1)
  expect_identical(unname(minimize_multistart(f, list(a = 0, b = c(1, 2)), starts = named)$multistart$starts[2, ]),
                   c(1, 1, 0))
})

test_that("bounds, maxima, held parameters and constraints go along", {
  set.seed(4)
  f <- as_user(function(x) sum(cos(x)) - 0.01 * sum(x^2))
  fit <- minimize_multistart(f, c(x = 1, y = 7), 12, lower = -8, upper = 8, starts = "lhs", fixed = "y",
                             control = minimize_control(maximize = TRUE))
  expect_equal(fit$par, c(x = 0, y = 7), tolerance = 1e-6)
  expect_true(all(diff(fit$multistart$minima$value) < 0))
  expect_true(all(fit$multistart$ends[, "y"] == 7))
  free <- suppressMessages(minimize_multistart(camel, c(1, 1), 5, lower = 2, upper = 3, starts = "lhs",
                                               bounded = FALSE))
  expect_lt(min(free$par), 2)
  held <- minimize_multistart(camel, c(1, 1), 12, lower = -2, upper = 2, starts = "lhs",
                              eq = function(x) x[1] - x[2])
  expect_equal(held$par[1], held$par[2], tolerance = 1e-6)
  expect_identical(held$convergence, 0L)
})

test_that("single linkage runs from few points and finds the lowest minimum", {
  set.seed(5)
  fit <- minimize_multistart(rastrigin, c(3, 3), 400, lower = -5, upper = 5, starts = "lhs", rule = "mlsl")
  runs <- fit$multistart$runs
  expect_equal(fit$value, 0)
  expect_lt(sum(!is.na(runs$value)), 200)
  expect_true(all(is.na(runs$convergence) == is.na(runs$value)))
  expect_output(print(fit), "left out")
  expect_error(minimize_multistart(rastrigin, c(3, 3), starts = matrix(0, 2, 2), rule = "mlsl"), "finite")
})

test_that("a branch of the function gives the same digits whatever was run before", {
  f <- as_user(function(x) if (x[1] > 0) sum((x - 1)^2) + x[2] else if (x[2] > 0) sum((x + 2)^2) else sum(x^4))
  starts <- rbind(c(3, 1), c(-3, 2), c(-2, -5), c(4, -1))
  together <- minimize_multistart(f, c(1, 1), starts = starts)$multistart
  alone <- lapply(1:4, function(k) minimize_multistart(f, c(1, 1), starts = starts[k, , drop = FALSE])$multistart)
  expect_identical(together$runs$value, vapply(alone, function(m) m$runs$value, 0))
  expect_identical(unname(together$ends), do.call(rbind, lapply(alone, function(m) unname(m$ends))))
})

test_that("random numbers of the function are those of its run", {
  f <- function(x) sum((x - 1)^2) + 0 * rnorm(1)
  fit <- function(n) {
    set.seed(6)
    minimize_multistart(f, c(0, 0), starts = diag(3)[seq_len(n), 1:2], method = "nelder-mead")$multistart$runs
  }
  before <- random_seed()
  expect_identical(fit(3)[1:2, "value"], fit(2)$value)
  expect_identical(RNGkind()[1], "Mersenne-Twister")
})

test_that("wrong arguments are named", {
  expect_error(minimize_multistart(camel, c(1, 1), 5, starts = "lhs"), "leave x\\[1\\] open")
  expect_error(minimize_multistart(camel, c(1, 1), 0, lower = 0, upper = 1), "`n` must be")
  expect_error(minimize_multistart(camel, c(1, 1), starts = matrix(1, 2, 3)), "a column for each of the 2 parameters")
  expect_error(minimize_multistart(camel, c(1, 1), starts = matrix(c(1, NA), 1)), "row 1 does not")
  expect_error(minimize_multistart(camel, c(1, 1), starts = "grid"), "`starts` must be")
  expect_error(minimize_multistart(camel, c(1, 1), starts = matrix(0, 0, 2)), "no rows")
})
