# Least squares: against nls(), lm() and known minima.

treated <- subset(datasets::Puromycin, state == "treated")
kinetics <- rate ~ Vm * conc / (K + conc)

test_that("a formula gives what nls() gives", {
  fit <- least_squares(kinetics, treated, start = list(Vm = 160, K = 0.05))
  reference <- nls(kinetics, treated, start = list(Vm = 160, K = 0.05), control = nls.control(tol = 1e-7))
  expect_equal(coef(fit), coef(reference), tolerance = 1e-6)
  expect_equal(vcov(fit), vcov(reference), tolerance = 1e-5)
  expect_equal(deviance(fit), deviance(reference))
  expect_equal(sigma(fit), sigma(reference), tolerance = 1e-8)
  expect_equal(df.residual(fit), df.residual(reference))
  expect_equal(nobs(fit), nobs(reference))
  expect_equal(logLik(fit), logLik(reference), tolerance = 1e-8, ignore_attr = TRUE)
  expect_equal(AIC(fit), AIC(reference), tolerance = 1e-8)
  expect_equal(as.vector(fitted(fit)), as.vector(fitted(reference)), tolerance = 1e-6)
  expect_equal(as.vector(residuals(fit)), as.vector(residuals(reference)), tolerance = 1e-5)
  new <- data.frame(conc = c(0.1, 2))
  expect_equal(predict(fit, new), predict(reference, new), tolerance = 1e-6)
  expect_equal(summary(fit)$coefficients, summary(reference)$coefficients, tolerance = 1e-5)
  expect_equal(fit$convergence, 0)
  # with weights
  w <- seq_len(nrow(treated))
  weighted <- least_squares(kinetics, treated, start = list(Vm = 160, K = 0.05), weights = w)
  reference <- nls(kinetics, treated, start = list(Vm = 160, K = 0.05), weights = 1:12,
                   control = nls.control(tol = 1e-7))
  expect_equal(coef(weighted), coef(reference), tolerance = 1e-6)
  expect_equal(vcov(weighted), vcov(reference), tolerance = 1e-5)
  expect_equal(logLik(weighted), logLik(reference), tolerance = 1e-8, ignore_attr = TRUE)
})

test_that("a linear model takes one step, and has the intervals of lm()", {
  x <- cbind(1, cars$speed)
  fit <- least_squares(function(b) cars$dist - x %*% b, c(0, 0))
  reference <- lm(dist ~ speed, cars)
  expect_lte(fit$iterations, 3)
  expect_equal(unname(coef(fit)), unname(coef(reference)))
  expect_equal(unname(vcov(fit)), unname(vcov(reference)))
  expect_equal(unname(confint(fit)), unname(confint(reference)))
})

test_that("bounds and held parameters", {
  valley <- function(x) c(1 - x[1], 10 * (x[2] - x[1]^2))
  free <- least_squares(valley, c(-1.2, 1))
  expect_equal(free$par, c(1, 1))
  expect_equal(free$value, 0)
  bounded <- least_squares(valley, c(-1.2, 1), upper = c(0.5, Inf))
  expect_equal(bounded$par, c(0.5, 0.25))
  expect_equal(bounded$value, 0.25)
  expect_equal(bounded$convergence, 0)
  expect_message(corner <- least_squares(valley, c(0.3, 0.3), lower = c(-2, 0.5), upper = c(0.4, 3)), "moved to 0.5")
  expect_equal(corner$par, c(0.4, 0.5))
  held <- least_squares(kinetics, treated, start = list(Vm = 200, K = 0.05), fixed = "Vm")
  expect_identical(held$par$Vm, 200)
  of_K <- function(K) sum((treated$rate - 200 * treated$conc / (K + treated$conc))^2)
  expect_equal(held$par$K, optimize(of_K, c(0, 1), tol = 1e-10)$minimum, tolerance = 1e-6)
  expect_identical(rownames(vcov(held)), "K")
})

test_that("robust losses end where their own gradient is zero, near the line without the outlier", {
  set.seed(1)
  x <- 1:20
  y <- 2 + 3 * x + rnorm(20)
  y[5] <- 100
  rho <- list(huber = function(z) ifelse(z <= 1, z, 2 * sqrt(z) - 1), soft_l1 = function(z) 2 * (sqrt(1 + z) - 1),
              cauchy = function(z) log1p(z))
  for (loss in names(rho)) for (scale in c(1, 2.5)) {
    fit <- least_squares(function(p) y - p[1] - p[2] * x, c(0, 0), loss = loss, loss_scale = scale)
    total <- function(p) scale^2 * sum(rho[[loss]](((y - p[1] - p[2] * x) / scale)^2))
    expect_equal(fit$value, total(fit$par))
    expect_lt(max(abs(gradient(total, fit$par))), 1e-5)
    expect_equal(unname(fit$par), c(2, 3), tolerance = 0.25)
    expect_gt(sigma(fit), 0)
  }
})

test_that("parameters of unlike sizes, and a curved valley that takes long", {
  set.seed(2)
  t <- 1:10
  y <- 1e6 * exp(-1e-6 * t * 1e5) + rnorm(10)
  fit <- least_squares(y ~ a * exp(-b * t * 1e5), list(t = t, y = y), start = c(a = 1, b = 1e-7))
  expect_equal(unname(fit$par), c(1e6, 1e-6), tolerance = 1e-4)
  expect_equal(fit$convergence, 0)
})

test_that("bad input is told", {
  expect_snapshot(error = TRUE, {
    least_squares("a", 1)
    least_squares(~ a * x, list(x = 1), start = c(a = 1))
    least_squares(y ~ a * x, list(x = 1:3), start = c(a = 1))
    least_squares(y ~ a * x, list(x = 1:3, y = 1:3), start = c(a = 1, b = 2))
    least_squares(y ~ a * x, list(x = 1:3, y = 1:3), start = 1)
    least_squares(function(p) p, c(1, 2), weights = 1)
    least_squares(function(p) log(p), -1)
    least_squares(function(p) p, 1, loss = "tukey")
    least_squares(function(p) p, 1, control = list(maximize = TRUE))
    vcov(least_squares(function(p) c(p[1] + p[2], 1, 2), c(1, 2)))
    predict(least_squares(function(p) c(p, 1), 1))
  })
})

test_that("as many parameters as residuals, or more", {
  expect_silent(fit <- least_squares(function(p) p[1] + p[2], c(1, 1)))
  expect_true(is.na(sigma(fit)))
  expect_error(least_squares(function(p) 3, 1), "must return numbers that depend")
  expect_error(least_squares(function(p) p, numeric(0)), "at least one parameter")
})

test_that("a printed fit", {
  fit <- least_squares(kinetics, treated, start = list(Vm = 160, K = 0.05))
  expect_output(print(fit), "Converged: .*levenberg-marquardt.*value: 1195.449.*212.68")
  expect_output(print(summary(fit)), "Estimate Std. Error.*Residual standard error: 10.934 on 10 degrees of freedom")
})

test_that("a first step that the model predicts badly is not taken into another valley", {
  # MGH09 of the National Institute of Standards and Technology, from its far start
  y <- c(0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246)
  x <- c(4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625)
  fit <- least_squares(y ~ b1 * (x^2 + x * b2) / (x^2 + x * b3 + b4), list(x = x, y = y),
                       list(b1 = 25, b2 = 39, b3 = 41.5, b4 = 39))
  expect_equal(deviance(fit), 3.0750560385e-04, tolerance = 1e-9)
  expect_equal(unname(coef(fit)), c(0.19280693458, 0.19128232873, 0.12305650693, 0.13606233068), tolerance = 1e-6)
})

test_that("trace and callback have the sum of squares, not half of it", {
  seen <- NULL
  watched <- minimize_control(trace = TRUE, callback = function(state) {
    seen <<- c(seen, state$value)
    FALSE
  })
  fit <- least_squares(function(x) c(1 - x[1], 10 * (x[2] - x[1]^2)), c(-1.2, 1), control = watched)
  expect_equal(seen[1], 24.2)
  expect_equal(fit$trace$value, seen)
  expect_equal(fit$trace$value[nrow(fit$trace)], fit$value)
  expect_error(least_squares(function(x) x), "`par` is missing")
  expect_error(least_squares(dist ~ a * speed, cars), "`start` is missing")
})
