# Many points at once give what one after the other gives.

each_alone <- function(tp, X) vapply(seq_len(nrow(X)), function(i) tp$fn(unname(X[i, ])), 0)
each_gradient <- function(tp, X) t(vapply(seq_len(nrow(X)), function(i) tp$gr(unname(X[i, ])), numeric(ncol(X))))

test_that("values and gradients at many points are those of one at a time", {
  for (seed in 1:40) {
    set.seed(seed)
    n <- sample(c(2, 3, 9, 40, 300), 1)
    tp <- tape(random_function(n, sample(3:25, 1)), rnorm(n))
    X <- matrix(rnorm(sample(c(1, 7, 300), 1) * n), ncol = n)
    expect_identical(tp$fn_many(X), each_alone(tp, X), info = seed)
    expect_equal(unname(tp$gr_many(X)), matrix(each_gradient(tp, X), nrow(X)), tolerance = 1e-13, info = seed)
    expect_identical(tp$fn_many(t(X), 2), tp$fn_many(X))
    expect_identical(tp$gr_many(t(X), margin = 2), t(tp$gr_many(X)))
  }
})

test_that("points that take other ways through the code are done by other recordings", {
  ways <- function(x) {
    if (x[1] > 1) return(x[1] * 2)
    s <- x[2]
    while (s < x[1]) s <- s + 0.5
    if (x[2] > 0) log(x[2]) + s else exp(x[1]) * s
  }
  X <- as.matrix(expand.grid(seq(-2, 2, 0.25), seq(-2, 2, 0.25)))
  tp <- tape(ways, c(0, 0))
  expect_equal(unname(tp$fn_many(X)), unname(apply(X, 1, ways)), tolerance = 1e-14)
  expect_equal(unname(tp$gr_many(X)), each_gradient(tp, X))
})

test_that("a function that runs eagerly, or takes too many ways, is right at each point", {
  many_ways <- function(x) {
    s <- x[2]
    for (i in seq_len(200)) if (x[1] * 100 > i) s <- s * 1.001 else break
    s
  }
  X <- cbind(seq(0, 2, length.out = 150), 1)
  tp <- tape(many_ways, c(0, 1))
  expect_equal(suppressMessages(tp$fn_many(X)), unname(apply(X, 1, many_ways)))
})

test_that("kernels of matrices run point by point, and one that fails is the function's own error", {
  inverse <- function(x) {
    A <- matrix(c(1 + x[1]^2, x[2], x[2], 1), 2)
    sum(log(diag(chol(A)))) + sum(solve(A, c(1, 2)))
  }
  X <- matrix(runif(60, -0.9, 0.9), 30)
  tp <- tape(inverse, c(0.1, 0.2))
  expect_identical(tp$fn_many(X), each_alone(tp, X))
  expect_equal(tp$gr_many(X), each_gradient(tp, X), tolerance = 1e-13)
  expect_error(tp$fn_many(rbind(X, c(0, 3))))
  expect_identical(tp$fn_many(X), each_alone(tp, X))
})

test_that("gradients where the plain sweep is not finite are the careful ones", {
  f <- function(x) sum(ifelse(x > 0, sqrt(x), 0)) + x[1]
  tp <- tape(f, c(1, 2))
  X <- rbind(c(1, 2), c(0, 1), c(-1, 0), c(4, 4))
  expect_identical(tp$gr_many(X), each_gradient(tp, X))
})

test_that("vectors are rows, and names are kept", {
  f <- function(p) p$a * c(1, 2, 3) + p$b
  tp <- tape(f, list(a = 1, b = 2))
  X <- rbind(u = c(1, 2), v = c(3, 4))
  expect_identical(tp$fn_many(X), rbind(u = c(3, 4, 5), v = c(7, 10, 13)))
  expect_identical(tp$fn_many(t(X), 2), t(tp$fn_many(X)))
  g <- tape(function(p) p$a * p$b, list(a = 1, b = 2))
  expect_identical(g$gr_many(X), matrix(c(2, 4, 1, 3), 2, dimnames = list(c("u", "v"), c("a", "b"))))
  expect_identical(g$fn_many(as.data.frame(X)), c(u = 2, v = 12))
  expect_identical(g$fn_many(X[0, ]), numeric(0))
  expect_identical(dim(g$gr_many(X[0, ])), c(0L, 2L))
})

test_that("scores are the gradients of the elements", {
  y <- c(1, 2, 4, 8, 3)
  each <- function(p, y) dnorm(y, p[1], exp(p[2]), log = TRUE)
  p <- c(m = 2, s = 0.5)
  scores <- tape(each, p, y = y)$scores(p)
  expect_equal(unname(scores), unname(cbind((y - 2) / exp(1), (y - 2)^2 / exp(1) - 1)))
  expect_identical(colnames(scores), c("m", "s"))
  expect_equal(colSums(scores), tape(function(p) sum(dnorm(y, p[1], exp(p[2]), log = TRUE)), p)$gr(p))
  expect_error(tape(function(p) sum(p^2), p)$scores(p), "contribution of each observation")
})

test_that("vmap() maps over rows or columns, of numbers and of tensors", {
  f <- function(x, a = 1) a * x[1] * sin(x[2])
  X <- matrix(c(1, 2, 3, 0.1, 0.2, 0.3), 3)
  expect_equal(vmap(f)(X), X[, 1] * sin(X[, 2]))
  expect_equal(vmap(f, margin = 2)(t(X)), X[, 1] * sin(X[, 2]))
  expect_equal(vmap(f)(X, a = 2), 2 * X[, 1] * sin(X[, 2]))
  V <- torch_tensor(X, requires_grad = TRUE)
  vmap(f)(V)$sum()$backward()
  expect_equal(as_array(V$grad), cbind(sin(X[, 2]), X[, 1] * cos(X[, 2])))
  expect_equal(as_array(vmap(function(x) x * 2, margin = 2)(V)), X * 2)
})

test_that("errors say what was expected", {
  tp <- tape(function(x) x[1] * x[2], c(1, 2))
  expect_error(tp$fn_many(c(1, 2)), "matrix or data frame of numbers")
  expect_error(tp$fn_many(matrix(1, 2, 3)), "2 numbers in each row")
  expect_error(tp$fn_many(matrix(c(1, NA), 1)), "row 1")
  expect_error(tp$gr_many(matrix(1, 2, 2), 3), "margin")
  expect_error(tape(function(x) x[1:2] * x[3], 1:3 + 0)$gr_many(matrix(1, 2, 3)), "scalar")
  sizes <- function(x) if (x[1] > 0) x else x[1]
  expect_error(tape(sizes, c(1, 2))$fn_many(rbind(c(1, 1), c(-1, 1))), "1 element")
  expect_error(vmap(sizes, 0), "margin")
})
