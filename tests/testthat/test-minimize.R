# minimize(): the front door, with the methods that are there.

rosenbrock <- function(x) (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2
sse <- function(p, x, y) sum((y - p$a * exp(-p$b * x))^2)
decay <- list(x = 1:8, y = 3 * exp(-0.4 * 1:8))

test_that("it finds minima of plain functions, in the form of the start", {
  fit <- minimize(rosenbrock, c(-1.2, 1))
  expect_s3_class(fit, "minimum")
  expect_equal(fit$par, c(1, 1), tolerance = 1e-6)
  expect_equal(fit$convergence, 0)
  expect_lt(fit$value, 1e-12)
  expect_equal(fit$gradient, tape(rosenbrock, fit$par)$gr(fit$par))
  expect_equal(coef(fit), c("x[1]" = 1, "x[2]" = 1), tolerance = 1e-6)
  listed <- minimize(sse, list(a = 1, b = 0.1), x = decay$x, y = decay$y)
  expect_equal(listed$par, list(a = 3, b = 0.4), tolerance = 1e-6)
  expect_equal(coef(listed), c(a = 3, b = 0.4), tolerance = 1e-6)
  named <- minimize(function(p) (p[["u"]] - 2)^2 + (p[["v"]] + 1)^4, c(u = 0, v = 0))
  expect_named(named$par, c("u", "v"))
  square <- minimize(function(M) sum((M %*% M - diag(2))^2), diag(2) * 1.5)
  expect_equal(square$par, diag(2), tolerance = 1e-6)
})

test_that("a second run gives the same bits", {
  one <- minimize(rosenbrock, c(-1.2, 1))
  two <- minimize(rosenbrock, c(-1.2, 1))
  expect_identical(one[c("par", "value", "gradient", "counts")], two[c("par", "value", "gradient", "counts")])
})

test_that("a tape is taken, from its own start too", {
  tp <- tape(rosenbrock, c(-1.2, 1))
  expect_equal(minimize(tp)$par, c(1, 1), tolerance = 1e-6)
  expect_equal(minimize(tp, c(2, 2))$par, c(1, 1), tolerance = 1e-6)
})

test_that("parameters are held, maximised over, and scaled", {
  held <- minimize(sse, list(a = 2, b = 0.1), x = decay$x, y = decay$y, fixed = "a")
  expect_identical(held$par$a, 2)
  best <- optimize(function(b) sse(list(a = 2, b = b), decay$x, decay$y), c(0, 2), tol = 1e-10)$minimum
  expect_equal(held$par$b, best, tolerance = 1e-6)
  expect_equal(as.data.frame(held)$fixed, c(TRUE, FALSE))
  up <- minimize(function(x) 7 - sum((x - 3)^2), c(0, 0), control = minimize_control(maximize = TRUE, trace = TRUE))
  expect_equal(up$par, c(3, 3), tolerance = 1e-6)
  expect_equal(up$value, 7)
  expect_equal(utils::tail(up$trace$value, 1), 7)
  sizes <- c(1e-6, 1, 1e6)
  for (method in intersect(c("trust", "lbfgs", "bfgs"), asNamespace("gradtape")$method_names())) {
    unlike <- function(x) rosenbrock(x[1:2] / sizes[1:2]) + (x[3] / sizes[3] - x[2])^2
    fit <- minimize(unlike, c(-1.2, 1, 3) * sizes, method = method)
    expect_equal(fit$par / sizes, c(1, 1, 1), tolerance = 1e-4, label = method)
    expect_equal(fit$convergence, 0)
  }
})

test_that("sizes of the start are units where the gradient confirms it, and not where they are sizes by chance", {
  n <- 300
  start <- sin((1:n)^2)^3
  weight <- 1 + 10 * (1:n) / n
  square <- function(x) sum(weight * (x - 1)^2) + sum((x[-1] - x[-n])^2)
  expect_gt(max(abs(start)) / min(abs(start)), 100)
  expect_lt(minimize(square, start)$iterations, 100)
  expect_lt(minimize(square, start, lower = -2, upper = 3)$iterations, 100)
  # without a Hessian: in other units it is the same run, about
  slope <- tape(square, start)
  units <- 10^(6 * cos(1:n))
  fit <- minimize(function(x) square(x / units), (2 + start) * units, gr = function(x) slope$gr(x / units) / units)
  expect_equal(fit$par / units, rep(1, n), tolerance = 1e-6)
  expect_lt(fit$iterations, 100)
})

test_that("derivatives may be given or differenced, and are compared with the exact ones", {
  tp <- tape(rosenbrock, c(1, 1))
  given <- minimize(rosenbrock, c(-1.2, 1), gr = function(x) tp$gr(x), he = function(x) tp$he(x))
  expect_equal(given$par, c(1, 1), tolerance = 1e-6)
  expect_equal(minimize(rosenbrock, c(-1.2, 1), gr = "numeric")$par, c(1, 1), tolerance = 1e-5)
  expect_message(minimize(rosenbrock, c(-1.2, 1), gr = function(x) 1.1 * tp$gr(x)), "differs from the exact gradient")
  unchecked <- list(check_gradient = FALSE)
  expect_silent(minimize(rosenbrock, c(-1.2, 1), gr = function(x) 1.1 * tp$gr(x), control = unchecked))
  args <- minimize(function(x, k) sum((x - k)^2), c(0, 0), k = 2, gr = function(x, k) 2 * (x - k))
  expect_equal(args$par, c(2, 2), tolerance = 1e-6)
  # where it cannot be recorded it runs eagerly
  noisy <- function(x) sum((x - 1)^2) + 0 * rnorm(1)
  expect_message(eager <- minimize(noisy, c(0, 0)), "eagerly")
  expect_equal(eager$par, c(1, 1), tolerance = 1e-6)
})

test_that("saddle points are left", {
  f <- function(x) x[1]^2 - x[2]^2 + x[2]^4
  for (method in c("auto", intersect(c("lbfgs", "trust", "newton-cg"), asNamespace("gradtape")$method_names()))) {
    fit <- minimize(f, c(1, 0), method = method)
    expect_equal(c(fit$par[1], abs(fit$par[2])), c(0, sqrt(0.5)), tolerance = 1e-6, label = method)
    expect_equal(fit$convergence, 0)
  }
  expect_equal(abs(minimize(f, c(0, 0))$par[2]), sqrt(0.5), tolerance = 1e-6)
  expect_match(minimize(f, c(0, 0), method = "lbfgs")$message[2], "1 saddle point was left")
})

test_that("trial points outside the domain are stepped back from, and told", {
  fit <- minimize(function(x) x[1] - log(x[1]), 50, method = "lbfgs")
  expect_equal(fit$par, 1, tolerance = 1e-6)
  expect_gt(fit$counts[["undefined"]], 0)
  expect_match(fit$message[2], "not defined at")
  stops <- function(x) {
    if (x[1] < 0) stop("below zero")
    x[1] - log(x[1])
  }
  fit <- minimize(stops, 50, method = "lbfgs")
  expect_equal(fit$par, 1, tolerance = 1e-6)
  expect_match(fit$message, "below zero", all = FALSE)
})

test_that("limits, callbacks and the trace", {
  traced <- minimize_control(max_iter = 3, trace = TRUE, path = TRUE)
  few <- minimize(rosenbrock, c(-1.2, 1), method = "lbfgs", control = traced)
  expect_equal(few$convergence, 1)
  expect_match(few$message, "^Not converged: max_iter")
  expect_equal(nrow(few$trace), 4)
  expect_equal(unlist(few$trace[1, c("x[1]", "x[2]")], use.names = FALSE), c(-1.2, 1))
  expect_equal(unlist(few$trace[4, c("x[1]", "x[2]")], use.names = FALSE), few$par)
  expect_equal(few$trace$value[4], few$value)
  seen <- NULL
  stopped <- minimize(rosenbrock, c(-1.2, 1), method = "lbfgs", control = minimize_control(callback = function(state) {
    seen <<- rbind(seen, c(state$iteration, state$value, state$par))
    state$iteration >= 5
  }))
  expect_equal(stopped$convergence, 2)
  expect_equal(stopped$iterations, 5)
  expect_equal(seen[6, 2], rosenbrock(seen[6, 3:4]))
  slow <- function(x) {
    Sys.sleep(0.02)
    rosenbrock(x)
  }
  timed <- minimize(slow, c(-1.2, 1), gr = "numeric", method = "lbfgs", control = minimize_control(max_seconds = 0.1))
  expect_equal(timed$convergence, 1)
  expect_match(timed$message, "max_seconds")
})

test_that("bounds by number, by name and by list; a start outside is moved", {
  skip_if_not("lbfgsb" %in% asNamespace("gradtape")$method_names())
  fit <- minimize(rosenbrock, c(-1.2, 1), upper = c(0.5, Inf))
  expect_equal(fit$par, c(0.5, 0.25), tolerance = 1e-6)
  expect_equal(fit$convergence, 0)
  expect_identical(summary(fit)$at_bounds, "x[1]")
  some <- minimize(sse, list(a = 1, b = 0.1), x = decay$x, y = decay$y, upper = c(a = 2))
  expect_equal(some$par$a, 2)
  held <- minimize(sse, list(a = 2, b = 0.1), x = decay$x, y = decay$y, fixed = "a")
  expect_equal(some$par$b, held$par$b, tolerance = 1e-6)
  expect_message(moved <- minimize(rosenbrock, c(3, 1), upper = 2), "moved to 2")
  expect_equal(moved$par, c(1, 1), tolerance = 1e-6)
})

test_that("likelihoods have standard errors: a normal sample, a GLM", {
  set.seed(1)
  y <- rnorm(40, 3, 2)
  nll <- function(p) -sum(dnorm(y, p[["mean"]], exp(p[["log_sd"]]), log = TRUE))
  fit <- minimize(nll, c(mean = 0, log_sd = 0), control = minimize_control(likelihood = TRUE, nobs = 40))
  s <- sqrt(mean((y - mean(y))^2))
  expect_equal(coef(fit), c(mean = mean(y), log_sd = log(s)), tolerance = 1e-7)
  known <- matrix(c(s^2 / 40, 0, 0, 1 / 80), 2, dimnames = rep(list(c("mean", "log_sd")), 2))
  expect_equal(vcov(fit), known, tolerance = 1e-6)
  expect_equal(as.numeric(logLik(fit)), sum(dnorm(y, mean(y), s, log = TRUE)))
  expect_equal(AIC(fit), 4 - 2 * as.numeric(logLik(fit)))
  expect_equal(BIC(fit), 2 * log(40) - 2 * as.numeric(logLik(fit)))
  expect_equal(nobs(fit), 40)
  expect_equal(unname(confint(fit)["mean", ]), mean(y) + c(-1, 1) * qnorm(0.975) * s / sqrt(40), tolerance = 1e-6)
  # the profile of a mean has a closed form
  rise <- qchisq(0.95, 1)
  half <- s * sqrt(exp(rise / 40) - 1)
  expect_equal(as.vector(confint(fit, "mean", method = "profile")), mean(y) + c(-1, 1) * half, tolerance = 1e-6)

  x <- cbind(1, seq(-1, 1, length.out = 30))
  count <- rpois(30, exp(0.5 + x[, 2]))
  poisson_nll <- function(b) -sum(dpois(count, exp(x %*% b), log = TRUE))
  pois <- minimize(poisson_nll, c(0, 0), control = list(likelihood = TRUE))
  reference <- glm(count ~ x[, 2], family = poisson, control = list(epsilon = 1e-14))
  expect_equal(unname(coef(pois)), unname(coef(reference)), tolerance = 1e-7)
  expect_equal(unname(vcov(pois)), unname(vcov(reference)), tolerance = 1e-6)
  expect_equal(as.numeric(logLik(pois)), as.numeric(logLik(reference)))
  expect_equal(unname(summary(pois)$coefficients[, 4]), unname(summary(reference)$coefficients[, 4]), tolerance = 1e-5)
  poisson_loglik <- function(b) sum(dpois(count, exp(x %*% b), log = TRUE))
  up <- minimize(poisson_loglik, c(0, 0), control = list(likelihood = TRUE, maximize = TRUE))
  expect_equal(vcov(up), vcov(pois), tolerance = 1e-6)
  expect_equal(logLik(up), logLik(pois), tolerance = 1e-10)
})

test_that("what is not identified is named", {
  y <- c(1, 2, 4)
  nll <- function(p) -sum(dnorm(y, p[["a"]] + p[["b"]], 1, log = TRUE))
  fit <- minimize(nll, c(a = 0, b = 0), method = "lbfgs", control = list(likelihood = TRUE))
  expect_identical(summary(fit)$kind, "degenerate")
  expect_error(vcov(fit), "singular: the data do not identify 0.71 a - 0.71 b")
})

test_that("bad input is told", {
  f <- function(x) sum(x^2)
  expect_error(minimize(f, c(1, 2), method = "newtn"), "`method` must be \"auto\", .*\"trust\".* not \"newtn\"")
  expect_snapshot(error = TRUE, {
    minimize(f)
    minimize(f, "a")
    minimize(f, c(1, NA))
    minimize(f, c(a = 1, b = 2), lower = c(c = 0))
    minimize(f, c(1, 2), lower = c(0, 0, 0))
    minimize(f, c(a = 1, b = 2), lower = 3, upper = 2)
    minimize(f, c(1, 2), fixed = "z")
    minimize(f, c(1, 2), fixed = 1:2)
    minimize(f, c(1, 2), control = list(max_itr = 3))
    minimize(f, c(1, 2), control = minimize_control(maximize = "yes"))
    minimize(f, c(1, 2), bogus = 3)
    minimize(function(x) "a", c(1, 2))
    minimize(function(x) x, c(1, 2))
    minimize(function(x) log(x[1]), -1)
    minimize(f, c(1, 2), method = "lbfgs", control = list(options = list(history = 3)))
    minimize(f, c(1, 2), gr = function(x) 1)
    vcov(minimize(f, c(1, 2)))
  })
})

test_that("printed answers", {
  fit <- minimize(function(x) sum((x - c(1, 2))^2) + 7, c(a = 0, b = 0), method = "lbfgs")
  expect_output(print(fit),
                "^Converged: .*\nmethod: lbfgs \\(asked for\\), 2 iterations, 3 values, 3 gradients\nvalue: 7\na b")
  expect_output(print(summary(fit)),
                "value: 7; largest scaled element.*Hessian: minimum, smallest eigenvalue 2, condition 4")
  failed <- minimize(rosenbrock, c(-1.2, 1), method = "lbfgs", control = list(max_iter = 2))
  expect_output(print(failed), "^Not converged: max_iter iterations were made")
})

test_that("what gives no hold is told", {
  expect_error(minimize(function(x) 5, 1), "gives 5 without using its parameters")
  expect_error(minimize(function(x) sum(x^2), 1, he = function(x) 2), "give both, or neither")
  fit <- minimize(function(x) -sum(dnorm(c(1, 2, 4), x, log = TRUE)), 1, control = list(likelihood = TRUE))
  expect_error(confint(fit, "q"), "`parm` names \"q\"")
  expect_match(minimize(function(x) sum(x^2), c(0, 0))$message, "^Converged: the gradient is small")
})

test_that("neither a constant added to the value nor its unit ends a run early", {
  for (unit in c(1e-12, 1, 1e9)) {
    for (constant in c(0, 1e5 * unit)) {
      for (method in c("trust", "bfgs", "lbfgs", "newton-cg", "lbfgsb")) {
        fit <- minimize(function(x) unit * rosenbrock(x) + constant, c(-1.2, 1), method = method)
        expect_equal(fit$par, c(1, 1), tolerance = 1e-6, label = paste(method, unit, constant))
        expect_equal(fit$convergence, 0)
      }
    }
  }
  # from the minimum on there is nothing to be done
  fit <- minimize(rosenbrock, c(-1.2, 1))
  expect_equal(minimize(rosenbrock, fit$par)$convergence, 0)
})

test_that("a fit is updated, also from arguments without names", {
  fit <- minimize(rosenbrock, c(-1.2, 1))
  again <- update(fit, par = c(2, 2), method = "bfgs")
  expect_equal(again$par, c(1, 1), tolerance = 1e-6)
  expect_identical(again$method, "bfgs")
  x <- c(1, 2, 3, 4)
  y <- c(2.1, 3.9, 6.2, 7.8)
  line <- least_squares(y ~ a * x, list(x = x, y = y), list(a = 1))
  expect_equal(coef(update(line, start = list(a = 5))), coef(line))
})

test_that("what is kept with a tape is of one run only", {
  tp <- tape(rosenbrock, c(-1.2, 1))
  first <- minimize(tp, c(-1.2, 1))
  expect_equal(minimize(tp, c(2, 2), upper = c(0.5, 9))$par, c(0.5, 0.25), tolerance = 1e-6)
  expect_equal(minimize(tp, c(a = 2, b = 2))$par, c(a = 1, b = 1), tolerance = 1e-6)
  expect_identical(minimize(tp, c(-1.2, 1))[c("par", "counts", "why")], first[c("par", "counts", "why")])
  expect_error(minimize(tp, c(1, 1), gr = function(x) x), "own derivatives")
  path <- tempfile()
  saveRDS(tp, path)
  expect_identical(minimize(readRDS(path), c(-1.2, 1))$par, first$par)
  expect_error(minimize(tp, c(NA, 1)), "NA")
})

test_that("a start where the gradient is infinite is an error that says for what; NA is named", {
  expect_error(minimize(function(p) sqrt(p[["a"]]) + p[["b"]]^2, c(a = 0, b = 2)), "Inf at the start, for a")
  expect_error(minimize(rosenbrock, c(a = 1, b = NA)), "`b` is")
  expect_error(minimize(function(p) p$a^2 + p$b^2, list(a = 1, b = NA)), "not NA, in")
})

test_that("parameters are held among many", {
  fit <- minimize(function(x) sum((x - 2)^2), rep(0.5, 1e5), fixed = 1)
  expect_equal(fit$par, c(0.5, rep(2, 1e5 - 1)), tolerance = 1e-6)
})

test_that("a value without end is called so, one that is only far down is not", {
  for (method in c("auto", setdiff(gradtape:::method_names(), "levenberg-marquardt"))) {
    for (fn in list(function(x) sum(x), function(x) -sum(x^2) + x[1], function(x) x[1]^3 + x[2]^2)) {
      environment(fn) <- globalenv()
      endless <- minimize(fn, c(-1, 2), method = method)
      # (sqp takes short steps where there is no curvature)
      expect_true(endless$status %in% c("unbounded", if (method == "sqp") "iterations"), label = method)
      expect_gt(endless$convergence, 0)
    }
    deep <- minimize(function(x) sum(x^2) / 2 - 1e7 * sum(x), c(0, 0), method = method)
    expect_identical(deep$convergence, 0L, label = method)
    expect_equal(deep$par, c(1e7, 1e7), tolerance = 1e-5)
  }
})
