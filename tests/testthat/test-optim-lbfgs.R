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

closure_for <- function(opt, x, f) {
  function() {
    opt$zero_grad()
    v <- f(x)
    v$backward()
    v
  }
}

test_that("a condition class passes through", {
  x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
  opt <- optim_lbfgs(x)
  signal <- structure(class = c("my_stop", "error", "condition"), list(message = "m", call = NULL))
  expect_error(opt$step(function() stop(signal)), class = "my_stop")
  expect_equal(as.numeric(x), c(-1, 1))
})

test_that("NaN and Inf shorten the step of a line search", {
  # the logarithm is NaN beyond x = 2, where the first trial goes
  f <- function(x) (x[1] - 1.5)^2 - log(2 - x[1])
  x <- torch_tensor(-3, requires_grad = TRUE)
  opt <- optim_lbfgs(x, lr = 20, line_search_fn = "strong_wolfe")
  for (i in 1:3) opt$step(closure_for(opt, x, f))
  best <- optimize(function(v) (v - 1.5)^2 - log(2 - v), c(-3, 1.999), tol = 1e-10)$minimum
  expect_equal(as.numeric(x), best, tolerance = 1e-5)
  walled <- function(x) if (x[1] > 0.5) x[1] * Inf else (x[1] - 1)^2
  y <- torch_tensor(-3, requires_grad = TRUE)
  opt <- optim_lbfgs(y, line_search_fn = "strong_wolfe")
  for (i in 1:3) opt$step(closure_for(opt, y, walled))
  expect_true(is.finite(as.numeric(y)) && as.numeric(y) > 0.3 && as.numeric(y) <= 0.5)
})

test_that("several parameters of several shapes are one problem", {
  a <- torch_tensor(matrix(c(1, 2, 3, 4), 2), requires_grad = TRUE)
  b <- torch_tensor(5, requires_grad = TRUE)
  opt <- optim_lbfgs(list(a, b), line_search_fn = "strong_wolfe")
  f <- function() {
    opt$zero_grad()
    v <- sum((a - 1)^2) + (b - sum(a))^2
    v$backward()
    v
  }
  for (i in 1:3) opt$step(f)
  expect_equal(as.matrix(a), matrix(1, 2, 2), tolerance = 1e-6)
  expect_equal(as.numeric(b), 4, tolerance = 1e-6)
})

test_that("bad input is named and changes nothing", {
  x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
  expect_error(optim_lbfgs(x, line_search_fn = "armijo"), "strong_wolfe")
  expect_error(optim_lbfgs(x, lr = -1), "`lr` must be one number of at least 0")
  expect_error(optim_lbfgs(x, history_size = 0), "history_size")
  expect_error(optim_lbfgs(x * 2), "not a leaf")
  expect_error(optim_lbfgs(torch_tensor(1)), "does not require gradients")
  expect_error(optim_lbfgs(list()), "non-empty list")
  expect_error(optim_lbfgs("a"), "`params` must be a tensor")
  expect_error(optim_adam(list(x, x)), "twice")
  opt <- optim_lbfgs(x)
  expect_error(opt$step(), "closure")
  expect_error(opt$step(function() 3), "must return the loss as a tensor of one element")
  expect_error(opt$step(function() x^2), "a larger tensor")
  expect_equal(as.numeric(x), c(-1, 1))
})
