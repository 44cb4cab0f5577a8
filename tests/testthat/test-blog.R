# The figures that the post "torch for optimization" prints, in single precision as there.
# The expected numbers are the post's own.

source(system.file("examples", "blog.R", package = "gradtape", mustWork = TRUE), local = TRUE)

with_dtype <- function(dtype, code) {
  old <- torch_set_default_dtype(dtype)
  on.exit(torch_set_default_dtype(old))
  force(code)
}

evaluations <- function(dtype, minimize, f, from, ...) {
  trace <- new_trace()
  with_dtype(dtype, minimize(f, start_at(from), ..., see = trace$see))
  trace$rows()
}

# Digits are lost where a value is a small difference, hence a tolerance per call.
expect_rows <- function(rows, at, value, g1 = NULL, g2 = NULL, x1 = NULL, x2 = NULL, tolerance) {
  expect_equal(rows$value[at], value, tolerance = tolerance)
  if (!is.null(g1)) expect_equal(rows$g1[at], g1, tolerance = tolerance)
  if (!is.null(g2)) expect_equal(rows$g2[at], g2, tolerance = tolerance)
  if (!is.null(x1)) expect_equal(rows$x1[at], x1, tolerance = tolerance)
  if (!is.null(x2)) expect_equal(rows$x2[at], x2, tolerance = tolerance)
}

test_that("gradient descent by hand goes the post's way", {
  rows <- evaluations(torch_float(), minimize_by_hand, rosenbrock, c(-1, 1), lr = 0.01, iterations = 1000)
  expect_rows(rows, c(100, 200, 900, 1000),
              value = c(0.3502924, 0.07398106, 0.0001532408, 6.962555e-05),
              g1 = c(-0.667685, -0.1603189, -0.004811743, -0.003222887),
              g2 = c(-0.5771312, -0.2532476, -0.009894371, -0.006653666), tolerance = 1e-4)
  expect_equal(rows$value[c(100, 200)], c(0.3502924, 0.07398106), tolerance = 1e-6)
})

test_that("Adam goes the post's way", {
  rows <- evaluations(torch_float(), minimize_adam, rosenbrock, c(-1, 1), lr = 1, iterations = 100)
  expect_rows(rows, c(10, 20), value = c(0.8559565, 0.1282992), g1 = c(-1.732036, -3.22681),
              g2 = c(-0.5898831, 1.577383), tolerance = 1e-5)
  expect_rows(rows, c(90, 100), value = c(4.003079e-05, 6.937736e-05), g1 = c(-0.05383469, -0.003240437),
              g2 = c(0.02346456, -0.006630421), tolerance = 5e-3)
})

test_that("L-BFGS reaches the optimum in the post's two steps", {
  rows <- evaluations(torch_float(), minimize_lbfgs, rosenbrock, c(-1, 1), steps = 3)
  expect_rows(rows, 1:2, value = c(4, 6), g1 = c(-4, -2), g2 = c(0, 10), tolerance = 1e-6)
  expect_rows(rows, 19:22, value = c(0.04880721, 0.0302862, 0.01697086, 0.01124081),
              g1 = c(-0.262119, 1.293824, 0.3468466, 0.2420997),
              g2 = c(-0.1132655, -0.7403332, -0.3173429, -0.2347881), tolerance = 1e-3)
  expect_equal(nrow(rows), 28)
  expect_lt(rows$value[27], 1e-10)
  # the third step evaluates once, and stays
  expect_equal(rows[28, ], rows[27, ], ignore_attr = "row.names")
})

test_that("L-BFGS without a line search leaves the flower, as in the post", {
  rows <- evaluations(torch_float(), minimize_lbfgs, flower, c(20, 20), steps = 3)
  expect_rows(rows, c(1, 10, 11, 19), value = c(28.28427, 19.33546, 18.29546, 9.853705),
              g1 = c(0.8071069, 0.8100872, 0.8096464, 0.7546976),
              g2 = c(0.6071068, 0.6188223, 0.622064, 0.7025688),
              x1 = c(20, 12.957, 12.14691, 5.763702),
              x2 = c(20, 14.68274, 14.06392, 8.895616), tolerance = 1e-5)
  expect_rows(rows, 20:21, value = c(2635.866, 1333.113), x1 = c(-1949.697, -985.4553),
              x2 = c(-1773.551, -897.5367), tolerance = 1e-3)
  # what follows is chaotic but for its end
  expect_equal(rows$value[nrow(rows)], Inf)
})

test_that("with a strong Wolfe line search the flower's minimum is found", {
  rows <- evaluations(torch_float(), minimize_lbfgs, flower, c(20, 20), steps = 5,
                      line_search_fn = "strong_wolfe")
  best <- rows[which.min(rows$value), ]
  expect_lt(best$value, -0.9999998)
  expect_lt(max(abs(c(best$x1, best$x2))), 1e-5)
})

test_that("the penalty run becomes feasible where the post's does", {
  steps <- with_dtype(torch_float(), minimize_outside_circle(start_at(c(0.5, 0.5)), tol = 0))$steps
  expect_equal(steps$rho[1:3], c(1, 2, 4))
  expect_equal(steps$value[1:3], c(0.3469974, 0.3818618, 0.3983252), tolerance = 1e-4)
  expect_equal(steps$x1[1:3], c(0.5154735, 0.5288152, 0.5351116), tolerance = 1e-4)
  expect_equal(steps$x2[1:3], c(1.244463, 1.276674, 1.291886), tolerance = 1e-4)
  expect_equal(steps$penalty[1:3], c(0.03444662, 0.008182613, 0.001996888), tolerance = 2e-3)
  last <- steps[nrow(steps), ]
  expect_lt(last$penalty, 1e-12)
  expect_equal(c(last$value, last$x1, last$x2), c(0.4142135, 0.5411962, 1.306563), tolerance = 1e-6)
})

test_that("double precision gives better answers", {
  flower_rows <- evaluations(torch_double(), minimize_lbfgs, flower, c(20, 20), steps = 5,
                             line_search_fn = "strong_wolfe")
  expect_lt(min(flower_rows$value), -0.99999999)

  result <- with_dtype(torch_double(), minimize_outside_circle(start_at(c(0.5, 0.5)), tol = 1e-16))
  expect_true(result$feasible)
  expect_equal(c(result$value, as.numeric(result$x)),
               c(sqrt(2) - 1, sqrt(2) * cos(3 * pi / 8), sqrt(2) * sin(3 * pi / 8)),
               tolerance = 1e-7)
})
