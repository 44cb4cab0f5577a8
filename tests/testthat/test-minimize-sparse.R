# Large problems with sparse derivatives: the same answers as with dense ones.

skip_if_not_installed("Matrix")

in_place_of <- function(name, value, code) {
  home <- asNamespace("gradtape")
  old <- get(name, home)
  set <- function(value) {
    unlockBinding(name, home)
    assign(name, value, home)
    lockBinding(name, home)
  }
  set(value)
  on.exit(set(old))
  code
}
# What C is given as a library for sparse systems, or NULL: nothing is asked of it here.
library_for <- function(fn, par, ...) {
  given <- NULL
  looks <- function(problem, x, method, space, ...) {
    given <<- space$sparse
    stop("enough")
  }
  in_place_of("minimize_in_c", looks, expect_error(minimize(fn, par, ..., method = "ipm"), "enough"))
  given
}
# A particle of unit mass that is pushed from rest at 0 to rest at 1, with least effort, in k steps.
k <- 60
effort <- as_user(function(z) sum(z[2 * k + 1:k]^2), k = k)
motion <- as_user(function(z) {
  x <- z[1:k]
  v <- z[k + 1:k]
  u <- z[2 * k + 1:k]
  h <- 1 / (k - 1)
  c(x[-1] - x[-k] - h * (v[-1] + v[-k]) / 2, v[-1] - v[-k] - h * (u[-1] + u[-k]) / 2, x[1], v[1], x[k] - 1, v[k])
}, k = k)

test_that("patterns are sparse where they are large and thin", {
  expect_named(library_for(effort, numeric(3 * k), eq = motion), c("analyse", "factorise", "solve"))
  expect_named(library_for(as_user(function(x) sum(x^2)), numeric(120), lower = -1),
               c("analyse", "factorise", "solve"))
  expect_null(library_for(as_user(function(x) sum(x)^2 + sum(x^2)), numeric(120)))
  expect_null(library_for(as_user(function(x) sum(x^2)), numeric(20)))
})

test_that("a control problem has its known answer", {
  fit <- minimize(effort, numeric(3 * k), eq = motion, method = "ipm")
  expect_equal(fit$convergence, 0)
  t <- (1:k - 1) / (k - 1)
  expect_lt(max(abs(fit$par[1:k] - (3 * t^2 - 2 * t^3))), 5e-3)
  # A quadratic problem: the conditions of an optimum are linear
  J <- jacobian(motion, numeric(3 * k))
  m <- nrow(J)
  solution <- solve(rbind(cbind(diag(rep(c(0, 2), c(2 * k, k))), t(J)), cbind(J, matrix(0, m, m))),
                    c(numeric(3 * k), -motion(numeric(3 * k))))
  expect_equal(fit$par, solution[1:(3 * k)], tolerance = 1e-7)
  expect_equal(unname(fit$multipliers$eq), solution[-(1:(3 * k))], tolerance = 1e-6)
})

test_that("bounds alone, and inequalities, are met as by dense methods", {
  n <- 150
  chain <- as_user(function(x) sum((x[-1] - x[-n])^2) + sum((x - 1)^2) / 50, n = n)
  lower <- sin(seq_len(n) / 9)
  fit <- minimize(chain, rep(2, n), lower = lower, method = "ipm")
  dense <- minimize(chain, rep(2, n), lower = lower, method = "trust-bounds")
  expect_equal(fit$value, dense$value, tolerance = 1e-6)
  expect_equal(fit$par, dense$par, tolerance = 1e-4)
  steps <- as_user(function(x) diff(x)^2)
  fit <- minimize(chain, rep(2, n), lower = lower, ineq = steps, ineq_upper = 0.001, method = "ipm")
  expect_equal(fit$convergence, 0)
  expect_lt(max(diff(fit$par)^2), 0.001 + 1e-8)
})

test_that("a run begins again where another way through the function has other entries", {
  begun_again <- 0
  join <- joined_answers
  counting <- function(...) {
    begun_again <<- begun_again + 1
    join(...)
  }
  n <- 120
  f <- as_user(function(x) {
    apart <- sum((x - 3 - sin(seq_len(n)))^2)
    if (x[1] < 1) apart else apart + sum((x[-1] - x[-n])^4) / 10
  }, n = n)
  in_place_of("joined_answers", counting, fit <- minimize(f, numeric(n), method = "ipm"))
  expect_equal(begun_again, 1)
  expect_equal(fit$convergence, 0)
  expect_equal(fit$par, minimize(f, numeric(n), method = "trust")$par, tolerance = 1e-6)
  g <- as_user(function(x) if (x[1] < 1) x[1:5] - 2 else x[1:5] - 2 + 0.1 * (x[6:10] - x[1])^2)
  h <- as_user(function(x) sum((x - 3)^2))
  in_place_of("joined_answers", counting, fit <- minimize(h, numeric(n), eq = g, method = "ipm"))
  expect_equal(fit$convergence, 0)
  expect_equal(begun_again, 2)
  expect_lt(max(abs(g(fit$par))), 1e-7)
})
