x <- c(0.2, 0.9, 1.7, 4)

test_that("log_prob agrees with R's densities", {
  expect_equal(as.numeric(distr_normal(1, 2)$log_prob(x)), dnorm(x, 1, 2, log = TRUE))
  expect_equal(as.numeric(distr_gamma(2.5, 3)$log_prob(x)), dgamma(x, 2.5, 3, log = TRUE))
  expect_equal(as.numeric(distr_exponential(3)$log_prob(c(x, -1))), dexp(c(x, -1), 3, log = TRUE))
  p <- c(0.1, 0.5, 0.9, 1.1)
  expect_equal(as.numeric(distr_beta(2, 3.5)$log_prob(p)), dbeta(p, 2, 3.5, log = TRUE))
  k <- c(0, 3, 7, 8)
  expect_equal(as.numeric(distr_binomial(7, 0.3)$log_prob(k)), dbinom(k, 7, 0.3, log = TRUE))
  expect_equal(as.numeric(distr_binomial(7, logits = qlogis(0.3))$log_prob(k)), dbinom(k, 7, 0.3, log = TRUE))
  expect_equal(as.numeric(distr_bernoulli(0.3)$log_prob(0:1)), dbinom(0:1, 1, 0.3, log = TRUE))
  expect_equal(as.numeric(distr_poisson(2.2)$log_prob(k)), dpois(k, 2.2, log = TRUE))
  expect_equal(as.numeric(distr_student_t(3.3, 1, 2)$log_prob(x)), dt((x - 1) / 2, 3.3, log = TRUE) - log(2))
  s <- matrix(c(2, 0.5, 0.5, 1), 2)
  m <- c(1, -1)
  v <- c(0.3, 0.8)
  expected <- -0.5 * (drop(t(v - m) %*% solve(s, v - m)) + log(det(s)) + 2 * log(2 * pi))
  for (d in list(distr_multivariate_normal(m, s), distr_multivariate_normal(m, precision_matrix = solve(s)),
                 distr_multivariate_normal(m, scale_tril = t(chol(s))))) {
    expect_equal(as.numeric(d$log_prob(v)), expected)
    expect_equal(as.numeric(d$log_prob(rbind(v, m))), c(expected, -0.5 * (log(det(s)) + 2 * log(2 * pi))))
  }
  expect_error(distr_multivariate_normal(m), "Give one of")
  expect_error(distr_binomial(3), "either")
})

test_that("gradients in value and parameters", {
  checks <- list(
    list(function(v) distr_normal(v[1], v[2])$log_prob(v[3]), c(0.5, 1.2, -0.3)),
    list(function(v) distr_gamma(v[1], v[2])$log_prob(v[3]), c(2.5, 1.2, 0.7)),
    list(function(v) distr_beta(v[1], v[2])$log_prob(v[3]), c(2.5, 1.2, 0.7)),
    list(function(v) distr_exponential(v[1])$log_prob(v[2]), c(2.5, 1.2)),
    list(function(v) distr_binomial(5, v[1])$log_prob(c(0, 2, 5)), 0.3),
    list(function(v) distr_binomial(5, logits = v[1])$log_prob(c(0, 2, 5)), 0.3),
    list(function(v) distr_poisson(v[1])$log_prob(c(0, 2, 5)), 1.3),
    list(function(v) distr_student_t(v[1], v[2], v[3])$log_prob(v[4]), c(3, 0.5, 1.2, 2)),
    list(function(v) distr_multivariate_normal(v[1:2], squared(v[3:4] + diag(2)))$log_prob(c(1, 2)),
         c(0.2, 0.4, 0.7, -0.3))
  )
  squared <- function(m) t(m) %*% m
  for (check in checks) expect_true(gradcheck(check[[1]], check[[2]])$ok, label = deparse(body(check[[1]])))
})

test_that("moments", {
  expect_equal(as.numeric(distr_gamma(2, 4)$mean), 0.5)
  expect_equal(as.numeric(distr_beta(2, 3)$variance), 2 * 3 / (25 * 6))
  expect_equal(as.numeric(distr_student_t(4)$variance), 2)
  expect_output(print(distr_poisson(1)), "poisson")
})

test_that("R's densities work inside tensor_function()", {
  y <- c(0.2, 0.9, 0.7)
  functions <- list(
    function(x) sum(dnorm(y, x[1], exp(x[2]), log = TRUE)), function(x) dnorm(y, sd = x[1:3]^2),
    function(x) dgamma(y, exp(x[1]), exp(x[2]), log = TRUE), function(x) dgamma(y, shape = 2, scale = exp(x[2])),
    function(x) dbeta(y, exp(x[1]), 2), function(x) dexp(y, exp(x)),
    function(x) dbinom(c(1, 0, 2), 3, plogis(x), log = TRUE),
    function(x) dpois(0:2, exp(x)), function(x) dt(x, 3), function(x) dlogis(x, 0.3, 2, log = TRUE),
    function(x) pnorm(x, 0.5, 2),
    function(x) pnorm(x, lower.tail = FALSE, log.p = TRUE), function(x) plogis(x, log.p = TRUE),
    function(x) qlogis(plogis(x))
  )
  for (f in functions) {
    wrapped <- tensor_function(f)
    expect_identical(wrapped(c(0.4, -0.2, 1)), f(c(0.4, -0.2, 1)))
    expect_same_on_tensors(wrapped, c(0.4, -0.2, 1), label = deparse(body(f))[1])
  }
})

test_that("parameters out of range are errors, but where they are optimized", {
  expect_error(distr_normal(0, -1), "`scale` must be positive, not -1")
  expect_error(distr_normal(0, c(1, 0)), "`scale` must be positive: element 2 is 0")
  expect_error(distr_normal("a", 1), "`loc` must be numeric or a tensor")
  expect_error(distr_gamma(1, NaN), "`rate` must be positive, not NaN")
  expect_error(distr_bernoulli(1.2), "`probs` must be probabilities, from 0 to 1, not 1.2")
  expect_error(distr_binomial(2.5, 0.5), "`total_count` must be whole numbers of at least 0, not 2.5")
  expect_error(distr_poisson(-1), "`rate` must be at least 0, not -1")
  expect_error(distr_multivariate_normal(c(0, 0), matrix(1, 3, 3)),
               "`covariance_matrix` must be a matrix of shape \\[2, 2\\]")
  expect_error(distr_normal(0, 1, validate_args = 2), "`validate_args` must be TRUE or FALSE")
  s <- torch_tensor(-1, requires_grad = TRUE)
  expect_equal(as.numeric(distr_normal(0, s)$log_prob(1)), NaN)
  expect_error(distr_normal(0, s, validate_args = TRUE), "`scale` must be positive, not -1")
  expect_s3_class(distr_normal(0, -1, validate_args = FALSE), "gradtape_distribution")
})

test_that("a density is NaN where a parameter left its range", {
  at <- function(value) torch_tensor(value, requires_grad = TRUE)
  expect_equal(as.numeric(distr_gamma(at(-0.5), 1)$log_prob(1)), NaN)
  expect_equal(as.numeric(distr_beta(at(-0.5), 1)$log_prob(0.5)), NaN)
  expect_equal(as.numeric(distr_binomial(1, at(1.2))$log_prob(1)), NaN)
  expect_equal(as.numeric(distr_poisson(at(-1))$log_prob(0)), NaN)
  expect_equal(tape(function(a) dgamma(1, a, log = TRUE), 2)$fn(-0.5), NaN)
})

test_that("$sample() draws from R's generator, in the shape of the parameters", {
  draw <- function(distribution, ...) { set.seed(1); distribution$sample(...) }
  with_seed <- function(code) { set.seed(1); code }
  expect_equal(as.numeric(draw(distr_normal(2, 3), 5)), with_seed(rnorm(5, 2, 3)))
  expect_equal(as.numeric(draw(distr_gamma(2, 3), 5)), with_seed(rgamma(5, 2, 3)))
  expect_equal(as.numeric(draw(distr_student_t(3, 1, 2), 5)), with_seed(1 + 2 * rt(5, 3)))
  expect_equal(draw(distr_normal(c(0, 10), 1), c(3, 4))$shape, c(3, 4, 2))
  expect_equal(draw(distr_normal(c(0, 10), 1))$shape, 2)
  expect_equal(draw(distr_poisson(1))$shape, integer())
  means <- colMeans(as.matrix(draw(distr_normal(c(0, 10), 0.1), 100)))
  expect_equal(means, c(0, 10), tolerance = 0.01)
  mvn <- as.matrix(draw(distr_multivariate_normal(c(1, 5), matrix(c(2, 0.5, 0.5, 1), 2)), 20000))
  expect_equal(cov(mvn), matrix(c(2, 0.5, 0.5, 1), 2), tolerance = 0.05)
  expect_false(draw(distr_normal(torch_tensor(0, requires_grad = TRUE), 1))$requires_grad)
  expect_error(distr_normal(0, 1)$sample("a"), "`sample_shape` must hold whole numbers")
})

test_that("names and moments", {
  expect_output(print(distr_bernoulli(0.5)), "bernoulli")
  expect_equal(as.numeric(distr_normal(c(0, 1), 2)$variance), c(4, 4))
  expect_equal(as.numeric(distr_student_t(c(1, 1.5, 4))$variance), c(NaN, Inf, 2))
  expect_error(distr_normal(0, 1)$smaple(), "Did you mean .*\\$sample")
})
