test_that("operators mean on tensors what they mean on numbers", {
  set.seed(1)
  operators <- list(`+`, `-`, `*`, `/`, `^`, `%%`, `%/%`, `<`, `<=`, `>`, `>=`, `==`, `!=`)
  pairs <- list(list(c(1.5, -2, 3), c(2, 2, -1.5)), list(2, c(1, 2, 3)), list(c(1, 2, 3, 4), c(1, 2)),
                list(matrix(rnorm(6), 2), 3), list(matrix(1:6 / 2, 2), c(5, 7)),
                list(matrix(1:6 / 2, 2), matrix(6:1 / 3, 2)),
                list(numeric(), 1), list(array(1:8 / 3, c(2, 2, 2)), c(1, 2)))
  for (op in operators) {
    for (p in pairs) {
      expected <- op(p[[1]], p[[2]])
      for (got in list(op(torch_tensor(p[[1]]), p[[2]]), op(p[[1]], torch_tensor(p[[2]])),
                       op(torch_tensor(p[[1]]), torch_tensor(p[[2]])))) {
        expect_equal(as.array(got), if (is.null(dim(expected))) c(expected) else expected)
      }
    }
  }
  x <- torch_tensor(c(TRUE, FALSE))
  expect_equal(as.logical(!x), c(FALSE, TRUE))
  expect_equal(as.numeric(-torch_tensor(c(1, -2))), c(-1, 2))
})

test_that("vectors are recycled across matrices as R recycles them", {
  m <- torch_tensor(matrix(1:6, 2))
  expect_equal(as_array(m + c(1, 2, 3)), matrix(1:6, 2) + c(1, 2, 3))
  expect_warning(expect_equal(as_array(m + 1:4), suppressWarnings(matrix(1:6, 2) + 1:4)), "multiple")
  expect_error(m + 1:12, "torch_add")
  expect_error(m + torch_tensor(matrix(1:6, 3)), "torch_add")
  expect_warning(torch_tensor(c(1, 2, 3)) + c(1, 2), "multiple")
})

test_that("mathematical functions agree with base R", {
  x <- c(0.3, 0.7, 0.9)
  for (name in c("abs", "sign", "sqrt", "exp", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan",
                 "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "atanh", "floor", "ceiling", "trunc",
                 "round")) {
    f <- get(name)
    expect_equal(as.numeric(f(torch_tensor(x))), f(x), tolerance = 1e-14, info = name)
  }
  expect_equal(as.numeric(acosh(torch_tensor(1 + x))), acosh(1 + x))
  expect_equal(as.numeric(log(torch_tensor(x), base = 3)), log(x, 3))
  expect_equal(as.numeric(round(torch_tensor(pi * x), 2)), round(pi * x, 2))
})

test_that("summaries agree with base R", {
  x <- c(3, -1, 2)
  t <- torch_tensor(x)
  expect_equal(as.numeric(sum(t)), sum(x))
  expect_equal(as.numeric(sum(t, 5, t)), sum(x, 5, x))
  expect_equal(as.numeric(prod(t)), prod(x))
  expect_equal(as.numeric(max(t)), 3)
  expect_equal(as.numeric(min(t, -7)), -7)
  expect_equal(as.numeric(mean(t)), mean(x))
  expect_true(any(t > 2))
  expect_false(all(t > 2))
  expect_equal(as.numeric(sum(torch_tensor(c(1, NaN)), na.rm = TRUE)), 1)
})

test_that("matrix products and transposes agree with base R", {
  A <- matrix(rnorm(6), 2)
  B <- matrix(rnorm(6), 3)
  tA <- torch_tensor(A)
  expect_equal(as.matrix(tA %*% B), A %*% B)
  expect_equal(as.matrix(A %*% torch_tensor(B)), A %*% B)
  expect_equal(as.matrix(tA %*% torch_tensor(c(1, 2, 3))), A %*% c(1, 2, 3))
  expect_equal(as.matrix(torch_tensor(c(1, 2)) %*% tA), c(1, 2) %*% A)
  expect_equal(as.matrix(torch_tensor(c(1, 2)) %*% torch_tensor(c(3, 4))), c(1, 2) %*% c(3, 4))
  expect_equal(as.matrix(t(tA)), t(A))
  expect_equal(as.matrix(t(torch_tensor(1:3))), t(1:3) * 1.0)
  expect_error(tA %*% A, "non-conformable")
})

test_that("a comparison works in if, while and &&", {
  x <- torch_tensor(c(1, -1))
  expect_equal(if (x[1] > 0 && x[2] < 0) "yes" else "no", "yes")
  n <- 0
  while (x[1] * n < 3) n <- n + 1
  expect_equal(n, 3)
  expect_error(if (torch_tensor(NaN) > 0) 1, "missing value")
})

test_that("derivatives of operators and functions agree with finite differences", {
  set.seed(3)
  functions <- list(
    function(x) sum(x[1:2] * x[3:4] - x[1] / x[2]), function(x) sum(x^3 + x^-1 + x^0.5), function(x) x[1]^x[2],
    function(x) sum(exp(x) * log(x) + sqrt(x)), function(x) sum(sin(x) * cos(x) + tan(x) * tanh(x)),
    function(x) prod(x), function(x) max(x) * min(x), function(x) mean(x)^2, function(x) sum(2^x %% 1.5),
    function(x) sum(atan(x) + asinh(x) + sinh(x) * cosh(x)), function(x) sum(log1p(x) + expm1(x) + log2(x) * log10(x)),
    function(x) sum(abs(x - 0.5)), function(x) sum(asin(x / 3) + acos(x / 4) + atanh(x / 5) + acosh(1 + x)))
  for (f in functions) {
    x <- runif(4, 0.2, 2)
    numeric_f <- function(v) as.numeric(f(v))
    expect_equal(eager(f, x)$gradient, fd_gradient(numeric_f, x), tolerance = 1e-6)
    expect_equal(eager(f, x)$value, numeric_f(x))
  }
})

test_that("a product with zeros has its exact gradient, to second order", {
  for (x in list(c(2, 0, 3), c(0, 0, 3), c(2, 5, 3), c(1, 0, 2, 4, 5))) {
    expect_equal(eager(prod, x)$gradient, vapply(seq_along(x), function(i) prod(x[-i]), 0))
    h <- hessian(prod, x)
    expect_equal(h[1, 3], prod(x[-c(1, 3)]))
    expect_equal(h[2, 3], prod(x[-c(2, 3)]))
  }
})

test_that("comparisons and logic keep names and shape", {
  named <- list(c(a = 1, b = -2, c = NaN), array(1, 1), 1, matrix(c(1, -1), 2, 1), numeric(), c(a = 1, 2))
  functions <- list(function(x) x > 0, function(x) 0 <= x, function(x) !(x > 0), function(x) x > 0 & x < 3,
                    function(x) x == x | FALSE, is.na, is.nan, is.finite, is.infinite)
  for (value in named) for (f in functions) {
    x <- torch_tensor(value)
    y <- f(x)
    expect_identical(y$shape, x$shape)
    expect_identical(names(y), names(f(value)), info = deparse1(f))
    expect_identical(as.logical(y), as.vector(f(value)), info = deparse1(f))
  }
  x <- torch_tensor(c(a = 1, b = -2))
  expect_true(as.logical((x > 0)["a"]))
  expect_false((x > 0)[["b"]] == 1)
  expect_identical(which(x > 0), c(a = 1L))
  expect_identical(names(x[x > -3]), c("a", "b"))
  expect_true(is.na((x > 0)["c"]))
  one <- torch_tensor(array(1, 1)) > 0
  expect_identical((one & one)$shape, 1L)
  expect_equal(torch_stack(list(one + 0))$shape, c(1, 1))
})

test_that("operators of the S4 kind are those of the S3 kind", {
  x <- torch_tensor(c(1, 2, 3))
  others <- list(torch_tensor(c(3, 2, 1)), torch_tensor(matrix(1:6 / 2, 3)), 2.5, c(a = 1, b = 2, c = 3), 1:3, 4:1,
                 TRUE, matrix(2, 3, 2), numeric(), "a", NULL, list(1), x > 1)
  outcome <- function(operator, a, b) {
    tryCatch(suppressWarnings(operator(a, b)), error = function(e) sub("^.* of `[^`]*` ", "", conditionMessage(e)))
  }
  text <- function(value) if (is_torch_tensor(value)) list(as_array(value), dim(value), names(value)) else value
  for (name in c("+", "-", "*", "/", "^", "<", "<=", ">", ">=")) {
    expect_true(methods::existsMethod(name, methods::signature("gradtape_tensor", "numeric")))
    s3 <- getS3method(name, "gradtape_tensor")
    for (other in others[1:9]) {
      expect_identical(text(outcome(match.fun(name), x, other)), text(outcome(s3, x, other)), info = name)
      expect_identical(text(outcome(match.fun(name), other, x)), text(outcome(s3, other, x)), info = name)
    }
    for (other in others[10:12]) expect_error(match.fun(name)(x, other), class = "gradtape_argument_error")
    expect_error(match.fun(name)(x, factor("a")), "factor", class = "gradtape_argument_error")
  }
  expect_identical(as_array(-x), -(1:3) + 0)
})
