closure_for <- function(opt, x, f) {
  function() {
    opt$zero_grad()
    v <- f(x)
    v$backward()
    v
  }
}

test_that("an error in the closure surfaces and the accepted point stays", {
  x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
  opt <- optim_lbfgs(x, line_search_fn = "strong_wolfe")
  calls <- 0
  points <- list()
  fine <- closure_for(opt, x, rosenbrock)
  failing <- function() {
    calls <<- calls + 1
    points[[calls]] <<- as.numeric(x)
    if (calls == 4) stop("my own error")
    fine()
  }
  expect_error(opt$step(failing), "my own error")
  expect_true(any(vapply(points[1:3], identical, NA, as.numeric(x))))
  expect_true((x * 2)$requires_grad)
  for (i in 1:4) opt$step(fine)
  expect_equal(as.numeric(x), c(1, 1), tolerance = 1e-4)
})

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

test_that("NaN shortens a fixed step, and at the start is an error", {
  f <- function(x) x[1]^2 - log(x[1])
  x <- torch_tensor(3, requires_grad = TRUE)
  opt <- optim_lbfgs(x, lr = 5)
  opt$step(closure_for(opt, x, f))
  expect_true(is.finite(as.numeric(x)))
  y <- torch_tensor(c(1, -1), requires_grad = TRUE)
  opt <- optim_lbfgs(y)
  expect_error(opt$step(closure_for(opt, y, function(x) sum(log(x)))), "NaN at the start")
  expect_equal(as.numeric(y), c(1, -1))
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

test_that("it says why it stopped", {
  x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
  opt <- optim_lbfgs(x, line_search_fn = "strong_wolfe")
  opt$step(closure_for(opt, x, function(x) sum(x) * 0))
  expect_equal(opt$status, "gradient")
  y <- torch_tensor(c(-1, 1), requires_grad = TRUE)
  opt <- optim_lbfgs(y, line_search_fn = "strong_wolfe", max_iter = 2)
  opt$step(closure_for(opt, y, rosenbrock))
  expect_true(opt$status %in% c("iterations", "evaluations"))
})
