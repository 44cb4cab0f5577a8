# R's random numbers with parameters that are tensors.

at_home <- function(functions) lapply(functions, `environment<-`, globalenv())
draws <- at_home(list(
  function(p) rnorm(4, p[1], exp(p[2])), function(p) rnorm(3, mean = p), function(p) rlnorm(4, p[1], exp(p[2])),
  function(p) runif(3, p[2], p[1] + 1), function(p) rexp(5, exp(p)), function(p) rlogis(3, p[1], exp(p[2])),
  function(p) rcauchy(3, p[1], exp(p[2])), function(p) rweibull(4, exp(p[1]), exp(p[2])),
    function(p) rgamma(4, 2.5, exp(p[1])),
  function(p) rgamma(3, shape = 0.7, scale = exp(p)), function(p) sample(p), function(p) sample(p, 2),
    function(p) sample(p, 5, TRUE, 1:3)
))
constant <- at_home(list(
  function(p) rbinom(3, 10, plogis(p)), function(p) rpois(4, exp(p)), function(p) rgeom(3, plogis(p)),
    function(p) rnbinom(3, mu = exp(p), size = 2),
  function(p) rnbinom(3, exp(p[1]), plogis(p[2])), function(p) rhyper(2, 5, 6, trunc(p[3] * 4)),
    function(p) rmultinom(2, 5, exp(p)),
  function(p) sample.int(3, 2, prob = exp(p)), function(p) sample(c(5, 7, 9), 2, prob = exp(p)),
    function(p) rnorm(p[3] * 3)
))
implicit <- at_home(list(function(p) rgamma(3, exp(p[1])), function(p) rchisq(3, exp(p)), function(p) rt(3, exp(p)),
                          function(p) rbeta(3, exp(p[1]), 2), function(p) rf(2, exp(p[1]), 3)))
x <- c(0.7, 0.3, 1.1)
seeded <- function(fn, x) {
  set.seed(7)
  fn(x)
}

test_that("the numbers are R's, and so is the state of the generator", {
  for (fn in c(draws, constant, implicit)) {
    plain <- seeded(fn, x)
    after <- runif(1)
    drawn <- seeded(tensor_function(fn), torch_tensor(x, requires_grad = TRUE))
    expect_identical(runif(1), after, info = deparse1(body(fn)))
    expect_equal(as.numeric(if (is_torch_tensor(drawn)) drawn$detach() else drawn), as.numeric(plain),
                 tolerance = 1e-15, info = deparse1(body(fn)))
  }
})

test_that("what is smooth has its derivative, what jumps has none", {
  weighted <- function(fn) {
    target <- function(p) {
      z <- fn(p)
      sum(z * seq_along(z)^0.5)
    }
    environment(target) <- list2env(list(fn = fn), parent = globalenv())
    target
  }
  for (fn in draws) {
    target <- weighted(fn)
    gradient <- seeded(function(x) eager(tensor_function(target), x)$gradient, x)
    expect_equal(gradient, numeric_gradient(function(x) seeded(target, x), x), tolerance = 1e-6,
                 info = deparse1(body(fn)))
  }
  for (fn in constant) {
    value <- seeded(tensor_function(fn), torch_tensor(x, requires_grad = TRUE))
    expect_false(is_torch_tensor(value) && value$requires_grad, info = deparse1(body(fn)))
  }
})

test_that("other draws have the derivatives of the quantile of their probability", {
  quantiles <- list(
    list(function(p) rgamma(3, exp(p[1]), exp(p[2])), function(x, p) pgamma(x, exp(p[1]), exp(p[2])),
         function(u, p) qgamma(u, exp(p[1]), exp(p[2]))),
    list(function(p) rchisq(3, exp(p)), function(x, p) pchisq(x, exp(p)), function(u, p) qchisq(u, exp(p))),
    list(function(p) rt(3, exp(p)), function(x, p) pt(x, exp(p)), function(u, p) qt(u, exp(p))),
    list(function(p) rbeta(3, exp(p[1]), 2), function(x, p) pbeta(x, exp(p[1]), 2),
         function(u, p) qbeta(u, exp(p[1]), 2)),
    list(function(p) rf(2, exp(p[1]), 3), function(x, p) pf(x, exp(p[1]), 3), function(u, p) qf(u, exp(p[1]), 3))
  )
  for (one in quantiles) {
    fn <- at_home(one)[[1]]
    drawn <- seeded(fn, x)
    u <- one[[2]](drawn, x)
    at_fixed_probability <- function(p) sum(one[[3]](u, p) * c(1, 2, 3)[seq_along(u)])
    value <- function(p) sum(fn(p) * c(1, 2, 3)[seq_along(drawn)])
    environment(value) <- list2env(list(fn = fn, drawn = drawn), parent = globalenv())
    got <- seeded(function(x) eager(tensor_function(value), x)$gradient, x)
    expect_equal(got, numeric_gradient(at_fixed_probability, x), tolerance = 1e-6, info = deparse1(body(fn)))
  }
  # where one tail's probability is 1 in all digits
  far <- torch_tensor(2, requires_grad = TRUE)
  z <- gradtape:::with_slope_of_quantile(torch_tensor(c(60, 1e-20)), "gamma", list(far, 1))
  expect_equal(as.numeric(z$detach()), c(60, 1e-20))
  sum(z)$backward()
  h <- 1e-5
  exact <- function(x, lower) {
    p <- pgamma(x, 2, lower.tail = lower, log.p = TRUE)
    (qgamma(p, 2 + h, lower.tail = lower, log.p = TRUE) - qgamma(p, 2 - h, lower.tail = lower, log.p = TRUE)) / (2 * h)
  }
  expect_equal(as.numeric(far$grad), exact(60, FALSE) + exact(1e-20, TRUE), tolerance = 1e-6)
})

test_that("a tape replays what does not depend on draws, and runs the rest at every call", {
  y <- c(1.2, 0.4, 2.5)
  model <- function(p) {
    mu <- p[1] + p[2] * y
    yhat <- rnorm(length(mu), mu, exp(p[3]))
    counts <- rpois(3, exp(mu))
    list(LP = sum(dnorm(y, mu, exp(p[3]), log = TRUE)), yhat = yhat, n = sum(counts))$LP
  }
  expect_plain(model, x)
  for (fn in c(draws, constant[1:3])) {
    target <- function(p) sum(fn(p)) + sum(p^2)
    environment(target) <- list2env(list(fn = fn), parent = globalenv())
    expect_message(tp <- tape(target, x), "random numbers are drawn")
    expect_equal(seeded(tp$fn, x), seeded(target, x), info = deparse1(body(fn)))
  }
  expect_message(tape(function(p) sum(p) + if (rbinom(1, 1, plogis(p[1])) > 0) 1 else 2, x), "random numbers")
  expect_message(tp <- tape(function(p) sum(p) * rnorm(1), x), "random numbers")
  expect_equal(seeded(tp$fn, x), seeded(function(p) sum(p) * rnorm(1), x))
})

test_that("draws after set.seed() are constants, and are replayed", {
  home <- list(y = c(1.2, 0.4, 2.5))
  expect_all_plain(list(
    function(p) {
      set.seed(3)
      z <- rnorm(20)
      sum(log(rowMeans(exp(outer(y, p[1] + exp(p[2]) * z, "-") / 5))))
    },
    function(p) {
      set.seed(3)
      mean(exp(rnorm(20, p[1], exp(p[2]))) * runif(20, 0, p[3]) + rexp(20, p[3]))
    }
  ), x, home)
})
