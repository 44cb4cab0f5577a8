test_that("the penalty is zero where constraints hold and adds up elsewhere", {
  p <- quadratic_penalty(eq = function(x) x[1] - 1, ineq = list(function(x) x[2], function(x) x - 5))
  expect_equal(as.numeric(p(torch_tensor(c(1, -1)))), 0)
  expect_equal(as.numeric(p(torch_tensor(c(3, 6)))), 4 + 36 + 1)
  expect_equal(eager(p, c(3, 6))$gradient, c(4, 12 + 2))
})

test_that("the method finds constrained minima", {
  line <- penalty_method(function(x) sum(x^2), quadratic_penalty(eq = function(x) x[1] + 2 * x[2] - 5), c(0, 0))
  expect_equal(as.numeric(line$x), c(1, 2), tolerance = 1e-5)
  expect_true(line$feasible)
  outside <- quadratic_penalty(ineq = function(x) 2 - torch_square(torch_norm(x)))
  x <- torch_tensor(c(0.5, 0.5), requires_grad = TRUE)
  result <- penalty_method(flower, outside, x)
  expect_equal(as.numeric(x), sqrt(2) * c(cos(3 * pi / 8), sin(3 * pi / 8)), tolerance = 1e-5)
  expect_equal(result$value, sqrt(2) - 1, tolerance = 1e-5)
  expect_true(result$feasible)
  expect_equal(result$steps$rho, 2^(seq_along(result$steps$k) - 1))
})

test_that("it prints as a table and says whether it is feasible", {
  p <- quadratic_penalty(eq = function(x) x[1] + 2 * x[2] - 5)
  expect_invisible(penalty_method(function(x) sum(x^2), p, c(0, 0), k_max = 2))
  short <- penalty_method(function(x) sum(x^2), p, c(0, 0), k_max = 2)
  expect_output(print(short), "k +rho +value +x1 +x2 +penalty")
  expect_output(print(short), "Not feasible")
  expect_false(short$feasible)
  expect_output(penalty_method(function(x) sum(x^2), p, c(0, 0), k_max = 1, verbose = TRUE), "rho = 1")
  other <- penalty_method(function(x) sum(x^2), p, c(0, 0), k_max = 5, num_iterations = 100,
                          optimizer = function(x) optim_adam(x, lr = 0.1))
  expect_lt(other$penalty, short$penalty)
})

test_that("bad input is named", {
  p <- quadratic_penalty(eq = function(x) x[1])
  f <- function(x) sum(x^2)
  expect_error(quadratic_penalty(), "at least one constraint")
  expect_error(quadratic_penalty(eq = 1), "`eq` must be a function")
  expect_error(penalty_method(1, p, c(0, 0)), "`f` must be a function")
  expect_error(penalty_method(f, p, c(0, 0), gamma = 0.5), "`gamma` must be one number above 1, not 0.5")
  expect_error(penalty_method(f, p, c(0, 0), optimizer = 3), "`optimizer` must be a function")
  expect_error(penalty_method(function(x) x, p, c(1, 2)), "`f` must return a tensor of one element, not 2 elements")
  expect_error(penalty_method(f, function(x) -sum(x^2), c(1, 2)), "`p` must return a penalty of at least 0")
})

test_that("constraints, starting points and optimizers are checked", {
  f <- function(x) sum(x^2)
  p <- quadratic_penalty(eq = function(x) x[1])
  expect_error(quadratic_penalty(eq = function(x) "a")(torch_tensor(1)), "A constraint must return a tensor, not \"a\"")
  expect_error(penalty_method(f, p, numeric()), "`x` must have at least one element")
  expect_error(penalty_method(f, p, c(1, 2), k_max = Inf), "`k_max` must be")
  expect_error(penalty_method(f, p, c(1, 2), optimizer = function(x) 3), "`optimizer` must return an optimizer, not 3")
})

test_that("constraints are plain R functions", {
  r <- penalty_method(function(x) sum(c(1, x)^2), quadratic_penalty(eq = function(x) max(0, 1 - x[1])), c(0, 0))
  expect_equal(as.numeric(r$x), c(1, 0), tolerance = 1e-4)
})
