# tensor_function(): where R does not dispatch.

expect_same_when_wrapped <- function(fn, x, ...) {
  wrapped <- tensor_function(fn)
  expect_identical(wrapped(x), fn(x))
  expect_same_on_tensors(wrapped, x, label = deparse(body(fn))[1], ...)
}

test_that("numbers first, numbers on the left, and loops", {
  x <- c(0.7, -1.2, 2.5)
  functions <- list(
    function(x) c(1, x), function(x) max(0, x), function(x) min(1, x), function(x) sum(1, x), function(x) prod(2, x),
    function(x) range(0, x), function(x) pmax(0, x), function(x) pmin(c(1, 2, 3), x),
    function(x) { f <- numeric(4); f[4] <- prod(x) - 1; f[1:3] <- x; f },
    function(x) { f <- c(); for (i in 1:3) f[i] <- x[i]^i; f },
    function(x) { f <- matrix(0, 2, 3); f[1, ] <- x; f[2, 2] <- x[1]; f },
    function(x) { s <- 0; for (xi in x) s <- s + xi^2; s },
    function(x) { s <- 0; for (xi in x) { if (xi < 0) next; s <- s + xi }; s },
    function(x) sapply(1:3, function(i) x[i]^2), function(x) vapply(1:3, function(i) x[i] * i, 0),
    function(x) unlist(lapply(1:3, function(i) x[i]^2)), function(x) { f <- list(); f[[1]] <- x[1]; f[[1]] * 2 },
    function(x) matrix(x, 3, 2), function(x) matrix(x, 1, 3, byrow = TRUE), function(x) matrix(c(x, x), 2, byrow = TRUE),
    function(x) array(x, c(3, 1)), function(x) outer(x, x), function(x) x %o% c(1, 2),
    function(x) outer(c(1, 2), x, "+"), function(x) crossprod(x), function(x) tcrossprod(x, 1:3), function(x) diag(x),
    function(x) x[which.max(x)], function(x) x[which.min(x)], function(x) var(x), function(x) sd(x),
    function(x) beta(x^2, 2), function(x) lbeta(3, x^2), function(x) lchoose(5 + x, 2), function(x) psigamma(x^2, 2)
  )
  for (f in functions) expect_same_when_wrapped(f, x)
})

test_that("functions of a matrix", {
  x <- matrix(c(4, 1, 0.5, 1, 3, 0.3, 0.2, 0.6, 5), 3)
  functions <- list(
    function(x) rowSums(x), function(x) colSums(x), function(x) rowMeans(x), function(x) colMeans(x),
    function(x) apply(x, 1, sum), function(x) apply(x, 2, function(v) v^2), function(x) det(x), function(x) diag(x),
    function(x) solve(diag(3), x[, 1]), function(x) backsolve(x, c(1, 2, 3)), function(x) forwardsolve(x, diag(3))
  )
  for (f in functions) expect_same_when_wrapped(f, x, tolerance = 1e-5)
})

test_that("functions inside the function, and default arguments", {
  x <- matrix(c(4, 1, 0.5, 1, 3, 0.3), 3)
  expect_same_when_wrapped(function(x) {
    g <- function(a, b = c(1, x[1, 1])) {
      s <- 0
      for (v in x[, 2]) s <- s + v * a
      s * sum(b)
    }
    g(3)
  }, x)
  expect_same_when_wrapped(function(x, y = max(0.5, x[2, 1])) x[, 1] * y, x)
  weighted <- tensor_function(function(x, ..., w) sum(c(w, x)^2))
  expect_equal(as.numeric(weighted(torch_tensor(c(1, 2)), w = 3)), 14)
})

test_that("a user's own function of the same name is left alone", {
  outer <- function(x, y) x + y
  f <- tensor_function(function(x) outer(x, x))
  expect_equal(as.numeric(f(torch_tensor(c(1, 2)))), c(2, 4))
  expect_identical(tensor_function(sum), sum)
  expect_error(tensor_function(3), "must be a function")
})
