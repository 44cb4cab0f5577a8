# Special functions against base R's.

x <- c(1e-3, 0.1, 0.5, 1, 1.3, 2, 3.7, 9.99, 10, 25, 170, 1e4)
negative <- c(-0.5, -1.3, -3.75, -20.1)

relative_error <- function(value, expected) max(abs(as.numeric(value) / expected - 1))

test_that("digamma and its derivatives agree with R's", {
  expect_lt(relative_error(torch_digamma(x), digamma(x)), 1e-13)
  expect_lt(relative_error(torch_digamma(negative), digamma(negative)), 1e-13)
  for (n in 1:5) {           # R's reflection ends there
    expect_lt(relative_error(torch_polygamma(n, x), psigamma(x, n)), 2e-13)
    expect_lt(relative_error(torch_polygamma(n, negative), psigamma(negative, n)), 1e-11)
  }
  expect_equal(as.numeric(torch_digamma(c(0, -1))), c(-Inf, NaN))
  expect_equal(as.numeric(torch_polygamma(1, c(0, -2))), c(Inf, Inf))
})

test_that("gamma and lgamma agree with R's", {
  expect_lt(relative_error(gamma(torch_tensor(x[1:10])), gamma(x[1:10])), 1e-13)
  expect_lt(relative_error(torch_lgamma(negative), lgamma(negative)), 1e-13)
})

test_that("Bessel functions agree with R's, on either side of the change of formula", {
  z <- c(1e-6, 0.3, 2, 15, 29.9, 30.1, 100, 600)
  for (n in c(0, 1, 2, 5)) {
    order <- torch_tensor(rep(n, length(z)))
    expect_lt(relative_error(.Call(gradtape:::C_besseli, z, order), besselI(z, n)), 1e-13)
  }
  expect_lt(relative_error(torch_i0(-z), besselI(z, 0)), 1e-13)
})

test_that("erfinv inverts erf, in the tails too", {
  p <- c(1e-300, 1e-12, 1e-5, 0.1, 0.499, 0.7, 0.95, 1 - 1e-6, 1 - 1e-12)
  expected <- c(p[1:3] * sqrt(pi) / 2, qnorm(0.5 + p[4:5] / 2) / sqrt(2), -qnorm((1 - p[6:9]) / 2) / sqrt(2))
  expect_lt(relative_error(torch_erfinv(p), expected), 1e-10)
  y <- c(0.01, 0.3, 1, 2.5)
  expect_lt(relative_error(torch_erfinv(torch_erf(y)), y), 1e-12)
  expect_equal(as.numeric(torch_erfinv(-p)), -as.numeric(torch_erfinv(p)))
  expect_equal(as.numeric(torch_erfinv(c(-1, 1, 1.1))), c(-Inf, Inf, NaN))
})

test_that("the logarithm of the normal distribution function holds in the tails", {
  z <- c(-1e4, -500, -38, -30.001, -29.999, -12, -1, 0, 1, 5, 9)
  x <- torch_tensor(z, requires_grad = TRUE)
  log_probability <- tensor_function(function(x) pnorm(x, log.p = TRUE))
  value <- log_probability(x)
  expect_lt(relative_error(value, pnorm(z, log.p = TRUE)), 1e-13)
  ratio <- exp(dnorm(z, log = TRUE) - pnorm(z, log.p = TRUE))
  expect_lt(relative_error(autograd_grad(sum(value), x)[[1]], ratio), 1e-11)
  expect_equal(as.numeric(log_probability(torch_tensor(c(-Inf, 40, Inf, NaN)))), c(-Inf, 0, 0, NaN))
})

test_that("sinc and its derivatives are smooth through 0", {
  at <- torch_tensor(c(0, 1e-9, 0.4), requires_grad = TRUE)
  first <- autograd_grad(sum(torch_sinc(at)), at, create_graph = TRUE)[[1]]
  second <- autograd_grad(sum(first), at, create_graph = TRUE)[[1]]
  third <- autograd_grad(sum(second), at)[[1]]
  u <- 0.4
  expect_equal(as.numeric(first), c(0, -pi^2 / 3 * 1e-9, (cos(pi * u) - sin(pi * u) / (pi * u)) / u))
  expect_equal(as.numeric(second)[1:2], c(-pi^2 / 3, -pi^2 / 3))
  expect_equal(as.numeric(third)[1], 0)
})

test_that("the median of what holds NaN is NaN, as in torch", {
  expect_identical(torch_median(torch_tensor(c(5, NaN, 3)))$item(), NaN)
  expect_equal(as.numeric(torch_median(torch_tensor(rbind(c(5, NaN, 3), c(1, 2, 3))), dim = 2)[[1]]), c(NaN, 2))
})
