# A plain R function means the same on a tensor as on numbers.

test_that("functions of a vector", {
  x <- c(0.7, -1.2, 2.5, 0.3, 1.9)
  functions <- list(
    function(x) c(x, 1, x[2]), function(x) rep(x, 2), function(x) rep(x, each = 2),
    function(x) rep_len(x, 7), function(x) rev(x), function(x) cumsum(x), function(x) cumprod(x),
    function(x) cummax(x), function(x) cummin(x), function(x) range(x), function(x) sort(x),
    function(x) sort(x, decreasing = TRUE), function(x) median(x), function(x) median(x[1:4]),
    function(x) mean(x), function(x) diff(x), function(x) diff(x, lag = 2), function(x) diff(x, differences = 2),
    function(x) prod(x), function(x) max(x, 2), function(x) min(x), function(x) head(x, 2),
    function(x) tail(x, -2), function(x) x[-1] * x[-5], function(x) x[x > 0], function(x) x[[3]]^2,
    function(x) ifelse(x > 0, x^2, -x), function(x) pmax(x, 0.5), function(x) pmin(x, 0.5),
    function(x) abs(x) %% 0.37, function(x) x %/% 0.61 + x, function(x) round(x, 1) * x,
    function(x) gamma(abs(x)), function(x) lgamma(abs(x)), function(x) digamma(abs(x)),
    function(x) trigamma(abs(x)), function(x) cospi(x) + sinpi(x) + tanpi(x / 10), function(x) log(abs(x), 3),
    function(x) factorial(abs(x)), function(x) sum(x > 0) + x, function(x) cbind(x, x^2, 1),
    function(x) rbind(1, x), function(x) x %*% x, function(x) t(x) %*% diag(5), function(x) as.vector(x) + 1,
    function(x) Reduce(`+`, lapply(x, function(v) v^2)), function(x) do.call(sum, as.list(x)),
    function(x) Reduce(function(a, b) a * 2 + b, as.list(x)),
    function(x) x[order(x)], function(x) signif(x, 2) + x,
    function(x) quantile(x)[[2]], function(x) sum(x, na.rm = TRUE), function(x) x[which(x > 0)],
    function(x) x[x[5] - 0.9], function(x) { dim(x) <- c(1, 5); x }, function(x) crossprod(cbind(x))
  )
  if (getRversion() < "4.4") functions <- functions[-length(functions)]
  for (f in functions) expect_same_on_tensors(f, x)
})

test_that("functions of a matrix", {
  set.seed(3)
  x <- crossprod(matrix(rnorm(9), 3)) + diag(3)
  functions <- list(
    function(x) solve(x), function(x) solve(x, c(1, 2, 3)), function(x) solve(x, x[, 1:2]),
    function(x) det(x), function(x) determinant(x)$modulus, function(x) t(x), function(x) x %*% x[, 1],
    function(x) x[2, ], function(x) x[, -1], function(x) x[cbind(1:3, 3:1)], function(x) x[2:4],
    function(x) aperm(x), function(x) rbind(x, 1:3), function(x) cbind(0, x), function(x) diff(x),
    function(x) x * c(1, 2, 3), function(x) sum(x), function(x) x[x > 0.5], function(x) kronecker(x, x[1:2, ]),
    function(x) kronecker(diag(2), x), function(x) x %x% c(1, 2), function(x) diag(x)
  )
  for (f in functions) expect_same_on_tensors(f, x)
  symmetric <- function(x) chol(x + t(x))
  expect_same_on_tensors(symmetric, x)
})

test_that("assignment gives a new value", {
  x <- c(1, 2.2, 3.1, 4)
  functions <- list(
    function(x) { y <- x; y[1] <- 0; y * x }, function(x) { x[2:3] <- x[1]^2; x },
    function(x) { x[-1] <- c(5, 6, 7); x }, function(x) { x[x > 2] <- 0; x }, function(x) { x[[2]] <- x[[1]] * 3; x },
    function(x) { x[c(1, 1)] <- c(8, 9) * x[2]; x }, function(x) { x[c(TRUE, FALSE)] <- x[2]; x },
    function(x) { x[6] <- x[1]; x[-5] }, function(x) { x[] <- x[3]; x },
    function(x) { for (i in 2:4) x[i] <- x[i] * x[i - 1]; x }
  )
  for (f in functions) expect_same_on_tensors(f, x)
  m <- matrix(c(1, 2, 2.5, 4, 5, 6), 2)
  functions <- list(
    function(x) { x[1, ] <- 0; x }, function(x) { x[, 2] <- x[, 1]; x }, function(x) { x[2, 3] <- x[1, 1]^2; x },
    function(x) { x[x > 3] <- x[1, 1]; x }, function(x) { x[cbind(1:2, 2:3)] <- x[1:2]; x }
  )
  for (f in functions) expect_same_on_tensors(f, m)

  t1 <- torch_tensor(c(1, 2))
  t2 <- t1
  t2[1] <- 9
  expect_equal(as.numeric(t1), c(1, 2))
  expect_warning(t1[1:2] <- 1:3 + 0, "not a multiple")
  expect_error(t1[1:2] <- numeric(), "length zero")
  expect_error({ t1[c(1, NA)] <- 0 }, "out of bounds")
})

test_that("tests and comparisons are logical vectors", {
  x <- torch_tensor(c(1, NaN, Inf))
  expect_identical(as.logical(is.na(x)), c(FALSE, TRUE, FALSE))
  expect_identical(as.logical(is.finite(x)), c(TRUE, FALSE, FALSE))
  expect_identical(as.logical(is.infinite(x)), c(FALSE, FALSE, TRUE))
  expect_true(anyNA(x))
  expect_true(is.numeric(x))
  expect_true(all.equal(torch_tensor(c(1, 2)), c(1, 2)))
  expect_match(all.equal(torch_tensor(1), 2), "relative difference")
  expect_equal(names(summary(x))[4], "Mean")
  y <- torch_tensor(c(3, NaN, 1))
  expect_equal(c(sum(y, na.rm = TRUE)$item(), max(y, na.rm = TRUE)$item(), mean(y, na.rm = TRUE)$item(),
                 median(y, na.rm = TRUE)$item()),
               c(4, 3, 2, 2))
  expect_true(is.nan(mean(y)$item()))
})

test_that("a base function that would lose the gradient is an error", {
  x <- torch_tensor(c(1, 2, 4), requires_grad = TRUE)
  m <- torch_tensor(diag(3) + 1, requires_grad = TRUE)
  for (f in list(function() sd(x), function() apply(m, 1, sum), function() svd(m), function() scale(m),
                 function() backsolve(m, 1:3))) {
    expect_error(f(), "the gradient would be lost", info = deparse(body(f)))
  }
  expect_equal(sd(as.numeric(x)), sd(c(1, 2, 4)))
  expect_equal(sd(x$detach()), sd(c(1, 2, 4)))
  expect_equal(with_no_grad(sd(x)), sd(c(1, 2, 4)))
  expect_equal(sapply(list(x, x), as.numeric), cbind(c(1, 2, 4), c(1, 2, 4)))
  expect_equal(findInterval(x, 1:3), c(1, 2, 3))
})

test_that("random expressions agree on numbers and tensors", {
  set.seed(42)
  unary <- c("sin", "exp", "tanh", "cumsum", "rev", "abs", "sqrt(1 + (%s)^2)", "sort", "cumprod", "-%s",
             "rep_len(%s, 4)", "c(%s, 1)[1:4]", "ifelse(%s > 0, %s, 0.5)", "pmax(%s, 0.1)", "round", "x[(%s) > 0][1]",
             "local({ z <- %s; z[2] <- 1; z })", "(%s)[-1][c(1, 1, 2, 3)]", "log1p(abs(%s))",
             "range(%s)[c(1, 2, 1, 2)]", "mean(%s)", "sum(%s)", "as.vector(rbind(%s, 1))[1:4]", "trunc(%s)", "(%s)^2",
             "max(%s)", "atan")
  binary <- c("(%s) + %s", "(%s) * %s", "(%s) - %s", "(%s) / (1 + (%s)^2)", "(%s) %%%% (1.5 + abs(%s))",
              "abs(%s) ^ cos(%s)", "(%s) %%/%% (0.3 + abs(%s))", "((%s) > %s) + 0")
  build <- function(depth) {
    if (depth == 0) return(sample(c("x", "y", "2", "x[3]", "c(0.5, -1, 1.5, 2)"), 1))
    if (runif(1) < 0.5) {
      u <- sample(unary, 1)
      inner <- build(depth - 1)
      if (!grepl("%", u)) return(sprintf("%s(%s)", u, inner))
      return(do.call(sprintf, c(list(u), rep(inner, lengths(regmatches(u, gregexpr("%s", u)))))))
    }
    sprintf(sample(binary, 1), build(depth - 1), build(depth - 1))
  }
  same <- 0
  for (k in 1:300) {
    text <- build(3)
    code <- parse(text = text)[[1]]
    x <- round(rnorm(4), 2)
    y <- round(rnorm(4), 2)
    expected <- tryCatch(suppressWarnings(eval(code)), error = function(e) NULL)
    if (is.null(expected) || anyNA(expected)) next
    x <- torch_tensor(x)
    y <- torch_tensor(y)
    value <- tryCatch(suppressWarnings(eval(code)), error = function(e) stop(text, ": ", conditionMessage(e)))
    expect_equal(as.numeric(value), as.numeric(expected), tolerance = 1e-10, info = text)
    same <- same + 1
  }
  expect_gt(same, 150)
})

test_that("solve() stops where R's does, and is as exact for ill-conditioned matrices", {
  hilbert <- function(n, x = 1) outer(1:n, 1:n, function(i, j) x / (i + j - 1))
  for (n in c(2, 5, 8, 10, 11, 12, 14)) for (b in list(NULL, cos(1:n))) {
    f <- function(x, ...) (if (is.null(b)) solve(hilbert(n, x), ...) else solve(hilbert(n, x), b, ...))[2]
    expected <- tryCatch(f(1.1), error = function(e) NULL)
    if (is.null(expected)) {
      expect_error(tape(f, 1.1), "singular to the precision", class = "gradtape_error")
      guarded <- tape(function(x) if (x > 1) tryCatch(f(x), error = function(e) 1e10) * x else x, 0.5)
      expect_equal(guarded$fn(1.1), 1.1e10)
    } else {
      # (the same algorithm: the digits are R's, whatever they are worth)
      expect_equal(tape(f, 1.1)$fn(1.1), expected, tolerance = 1e-13)
    }
    expect_equal(tape(f, 1.1, tol = 0)$fn(1.1), f(1.1, tol = 0), tolerance = 1e-13)
  }
  near <- matrix(c(1, 1, 1, 1 + 1e-9), 2)
  expect_identical(as_array(solve(torch_tensor(near))), solve(near))
  expect_error(solve(torch_tensor(hilbert(14)), tol = 0), NA)
  expect_error(linalg_inv(torch_tensor(hilbert(14))), NA)
})
