param <- function(x, ...) torch_tensor(x, ..., requires_grad = TRUE)
closure_of <- function(opt, f) {
  function() {
    opt$zero_grad()
    value <- f()
    value$backward()
    value
  }
}
rosenbrock <- function(x) (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2

test_that("NaN at the start is an error that names the parameter and changes nothing", {
  x <- param(c(1, 2))
  y <- param(c(1, -1, 4))
  opt <- optim_lbfgs(list(x, y), line_search_fn = "strong_wolfe")
  expect_error(opt$step(closure_of(opt, function() sum(x) + sum(sqrt(y)))), "parameter 2, element 2")
  expect_equal(as.numeric(x), c(1, 2))
  expect_equal(as.numeric(y), c(1, -1, 4))
  expect_error(opt$step(closure_of(opt, function() sum(x) * NaN)), "NaN at the start")
})

test_that("a flat start returns at once", {
  x <- param(c(0, 0))
  opt <- optim_lbfgs(x)
  n <- 0
  loss <- opt$step(function() {
    n <<- n + 1
    closure_of(opt, function() sum(x^2))()
  })
  expect_equal(n, 1)
  expect_equal(as.numeric(loss), 0)
  expect_identical(opt$status, "gradient")
})

test_that("the status says why it stopped", {
  x <- param(c(-1, 1))
  status <- function(...) {
    x <- param(c(-1, 1))
    opt <- optim_lbfgs(x, ...)
    opt$step(closure_of(opt, function() rosenbrock(x)))
    opt$status
  }
  expect_identical(status(max_iter = 3), "evaluations")
  expect_identical(status(max_iter = 3, max_eval = 100), "iterations")
  expect_identical(status(lr = 1e-6, tolerance_change = 1e-4), "change")
  expect_identical(status(max_iter = 100, tolerance_grad = 1e-3, line_search_fn = "strong_wolfe"), "gradient")
  opt <- optim_lbfgs(x)
  opt$step(closure_of(opt, function() rosenbrock(x)))
  expect_output(print(opt), "<optim_lbfgs> after 20 iterations, stopped by: iterations|evaluations")
})

test_that("a step to where the function is undefined is shortened", {
  for (search in list(NULL, "strong_wolfe")) {
    x <- param(c(0.01, 5))
    opt <- optim_lbfgs(x, lr = 1, line_search_fn = search, max_iter = 50)
    # log() is NaN below 0, and from 5 a full step goes there
    f <- function() sum(x^2) / 2 - sum(log(x))
    for (i in 1:5) opt$step(closure_of(opt, f))
    expect_equal(as.numeric(x), c(1, 1), tolerance = 1e-5)
  }
})

test_that("an error in the closure leaves the last accepted point, and the optimizer usable", {
  x <- param(c(-1, 1))
  opt <- optim_lbfgs(x, line_search_fn = "strong_wolfe")
  best <- Inf
  n <- 0
  failing <- function() {
    n <<- n + 1
    if (n == 8) stop("out of order")
    value <- closure_of(opt, function() rosenbrock(x))()
    best <<- min(best, as.numeric(value))
    value
  }
  expect_error(opt$step(failing), "out of order")
  expect_lte(as.numeric(rosenbrock(x)), 4)
  expect_equal(as.numeric(rosenbrock(x)), best)
  for (i in 1:3) opt$step(closure_of(opt, function() rosenbrock(x)))
  expect_equal(as.numeric(x), c(1, 1), tolerance = 1e-4)
})

test_that("after a failed line search the memory is dropped once", {
  # at a kink, a direction from the memory leads nowhere; the gradient does
  x <- param(1:6, dtype = torch_double())
  opt <- optim_lbfgs(x, line_search_fn = "strong_wolfe", max_iter = 30)
  for (i in 1:6) opt$step(closure_of(opt, function() max(x^2)))
  expect_lt(as.numeric(max(x^2)), 1e-6)
})

test_that("the best point is kept when no lower one is found", {
  x <- param(c(3, -2, 5))
  opt <- optim_lbfgs(x, line_search_fn = "strong_wolfe")
  f <- function() sum(abs(x))
  last <- Inf
  for (i in 1:10) {
    opt$step(closure_of(opt, f))
    expect_lte(as.numeric(f()), last)
    last <- as.numeric(f())
  }
})

test_that("a closure that gives no loss is an error", {
  x <- param(c(-1, 1))
  opt <- optim_lbfgs(x)
  expect_error(opt$step(), "closure")
  expect_error(opt$step(function() 3), "must return the loss")
  expect_error(opt$step(function() x), "a larger tensor")
  expect_equal(as.numeric(x), c(-1, 1))
})
