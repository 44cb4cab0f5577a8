# minimize() with constraints: what it takes, what it answers. (The methods are tested in files of their own.)

disc <- function(x) sum(x^2)
line <- function(x) x[1] + x[2] - 1
distance <- function(x) sum((x - 2)^2)

# Problems of Hock and Schittkowski (1981), by their numbers there.
few_problems <- list(
  hs6 = list(fn = function(x) (1 - x[1])^2, par = c(-1.2, 1), eq = function(x) 10 * (x[2] - x[1]^2), minimum = 0),
  hs7 = list(fn = function(x) log(1 + x[1]^2) - x[2], par = c(2, 2), eq = function(x) (1 + x[1]^2)^2 + x[2]^2 - 4,
             minimum = -sqrt(3)),
  hs10 = list(fn = function(x) x[1] - x[2], par = c(-10, 10),
              ineq = function(x) 3 * x[1]^2 - 2 * x[1] * x[2] + x[2]^2 - 1, minimum = -1),
  hs35 = list(fn = function(x) 9 - 8 * x[1] - 6 * x[2] - 4 * x[3] + 2 * x[1]^2 + 2 * x[2]^2 + x[3]^2 +
                2 * x[1] * x[2] + 2 * x[1] * x[3],
              par = c(0.5, 0.5, 0.5), lower = 0, ineq = function(x) x[1] + x[2] + 2 * x[3] - 3, minimum = 1 / 9),
  hs39 = list(fn = function(x) -x[1], par = rep(2, 4),
              eq = function(x) c(x[2] - x[1]^3 - x[3]^2, x[1]^2 - x[2] - x[4]^2), minimum = -1),
  hs71 = list(fn = function(x) x[1] * x[4] * (x[1] + x[2] + x[3]) + x[3], par = c(1, 5, 5, 1), lower = 1, upper = 5,
              eq = function(x) sum(x^2) - 40, ineq = function(x) 25 - prod(x), minimum = 17.0140172891),
  hs106 = list(fn = function(x) x[1] + x[2] + x[3], par = c(5000, 5000, 5000, 200, 350, 150, 225, 425),
               lower = c(100, 1000, 1000, rep(10, 5)), upper = c(1e4, 1e4, 1e4, rep(1000, 5)),
               ineq = function(x) {
                 c(0.0025 * (x[4] + x[6]), 0.0025 * (x[5] + x[7] - x[4]), 0.01 * (x[8] - x[5]),
                   -x[1] * x[6] + 833.33252 * x[4] + 100 * x[1], -x[2] * x[7] + 1250 * x[5] + x[2] * x[4] - 1250 * x[4],
                   -x[3] * x[8] + x[3] * x[5] - 2500 * x[5])
               }, ineq_upper = c(1, 1, 1, 83333.333, 0, -1250000), minimum = 7049.24802))
constrained_methods <- intersect(c("auglag", "penalty", "sqp", "ipm"), asNamespace("gradtape")$method_names())

solve_problem <- function(p, method, ...) do.call(minimize, c(p[names(p) != "minimum"], list(method = method, ...)))

test_that("every method finds the known minima, feasible, with multipliers that satisfy the conditions", {
  for (method in c("auto", constrained_methods)) {
    for (name in setdiff(names(few_problems), if (method == "penalty") "hs106")) {
      fit <- solve_problem(few_problems[[name]], method)
      expect_identical(fit$convergence, 0L, label = paste(method, name))
      expect_equal(fit$value, few_problems[[name]]$minimum, tolerance = 1e-6, label = paste(method, name))
      expect_lt(fit$kkt["feasibility", "unscaled"], 1e-6)
      expect_lt(max(fit$kkt[, "scaled"]), 1e-5)
    }
  }
})

test_that("a small problem is solved by two methods, and the better answer is taken", {
  p <- test_problem("hs057")
  by <- function(method, ...) minimize(p$fn, p$start, method = method, lower = p$lower, ineq = p$ineq,
                                       ineq_lower = p$ineq_lower, ineq_upper = p$ineq_upper, ...)
  both <- by("auto")
  alone <- list(ipm = by("ipm"), sqp = by("sqp"))
  expect_equal(both$value, min(alone$ipm$value, alone$sqp$value))
  expect_identical(both$par, alone[[both$method]]$par)
  expect_equal(both$counts, alone$ipm$counts + alone$sqp$counts)
  expect_match(both$why, "better than")
  expect_identical(by("auto", control = minimize_control(options = list(mu = 0.1)))$method, "ipm")
  highest <- minimize(function(x) -p$fn(x), p$start, lower = p$lower, ineq = p$ineq, ineq_lower = p$ineq_lower,
                      ineq_upper = p$ineq_upper, control = minimize_control(maximize = TRUE))
  expect_equal(highest$value, -both$value)
})

test_that("multipliers have the signs that the help page states, and say how the value changes", {
  value <- function(b, ...) minimize(function(x) sum((x - c(3, 1))^2), c(0, 0), ineq = disc, ineq_upper = b, ...)
  fit <- value(4)
  expect_gt(fit$multipliers$ineq, 0)
  slope <- (value(4 + 1e-3)$value - value(4 - 1e-3)$value) / 2e-3
  expect_equal(-unname(fit$multipliers$ineq), slope, tolerance = 1e-5)
  sensitivity <- constraint_sensitivity(fit)
  expect_equal(sensitivity$value, c(ineq = slope), tolerance = 1e-5)
  moves <- (value(4 + 1e-3)$par - value(4 - 1e-3)$par) / 2e-3
  expect_equal(unname(sensitivity$par[, 1]), moves, tolerance = 1e-5)
  lower <- minimize(disc, c(3, 3), ineq = line, ineq_lower = 1, ineq_upper = Inf)
  expect_lt(lower$multipliers$ineq, 0)
  held <- minimize(function(x) sum((x + 1)^2), c(1, 1), lower = c(0.5, -Inf), eq = function(x) x[1] - x[2])
  # gradient + Jacobian' multipliers + bounds' multipliers = 0
  expect_equal(unname(held$gradient + c(1, -1) * held$multipliers$eq + held$multipliers$bounds), c(0, 0),
               tolerance = 1e-6)
  expect_lt(held$multipliers$bounds[[1]], 0)
  highest <- minimize(function(x) -distance(x), c(0, 0), ineq = line, control = minimize_control(maximize = TRUE))
  expect_equal(highest$par, c(0.5, 0.5), tolerance = 1e-6)
  expect_equal(unname(highest$gradient + highest$multipliers$ineq), c(0, 0), tolerance = 1e-6)
  expect_lt(highest$multipliers$ineq, 0)
})

test_that("constraints are plain functions of what the function takes", {
  weighted <- function(p, w) sum(w * (p$a - 1)^2) + p$b^2
  fit <- minimize(weighted, list(a = c(u = 2, v = 3), b = 1), w = c(1, 2), eq = function(p) c(total = sum(p$a) - 1),
                  ineq = function(p, w) p$b * w[1] + 1)
  expect_equal(fit$par, list(a = c(u = 1 / 3, v = 2 / 3), b = -1), tolerance = 1e-6)
  expect_named(fit$multipliers$eq, "total")
  expect_equal(unname(fit$multipliers$eq), 4 / 3, tolerance = 1e-6)
  A <- rbind(first = c(1, 1, 1), second = c(1, -1, 0))
  by_matrix <- minimize(disc, rep(0.3, 3), eq = function(x) A %*% x - c(1, 0.1))
  expect_equal(by_matrix$par, drop(t(A) %*% solve(A %*% t(A), c(1, 0.1))), tolerance = 1e-6)
  expect_named(by_matrix$multipliers$eq, c("first", "second"))
  by_loop <- minimize(disc, c(3, 4), eq = function(x) {
    total <- 0
    for (i in 1:2) total <- total + i * x[i]
    total - 1
  })
  expect_equal(by_loop$par, c(0.2, 0.4), tolerance = 1e-6)
  branched <- minimize(distance, c(0, 0), ineq = function(x) if (x[2] > 0.5) x[2] - 1 else 2 * (x[2] - 1))
  expect_equal(branched$par, c(2, 1), tolerance = 1e-6)
  square <- minimize(function(M) sum((M - diag(2))^2), diag(2) * 2, eq = function(M) sum(M) - 1)
  expect_equal(square$par, diag(2) - 0.25, tolerance = 1e-6)
  constant <- minimize(function(x) 0, c(3, 4), eq = function(x) c(sum(x^2) - 1, x[1] - x[2]))
  expect_equal(constant$par, rep(sqrt(0.5), 2), tolerance = 1e-6)
})

test_that("tapes, given gradients, differences and functions that run eagerly are taken too", {
  expect_equal(minimize(tape(distance, c(0, 0)), eq = line)$par, c(0.5, 0.5), tolerance = 1e-6)
  expect_equal(minimize(distance, c(0, 0), gr = function(x) 2 * (x - 2), eq = line)$par, c(0.5, 0.5), tolerance = 1e-6)
  expect_equal(minimize(distance, c(0, 0), gr = function(x) 2 * (x - 2), he = function(x) diag(2, 2),
                        eq = line)$par, c(0.5, 0.5), tolerance = 1e-6)
  expect_equal(minimize(distance, c(0, 0), gr = "numeric", eq = line)$par, c(0.5, 0.5), tolerance = 1e-6)
  set.seed(1)
  drawn <- function(x) sum((x - 2)^2) + 0 * rnorm(1)
  expect_message(fit <- minimize(drawn, c(0, 0), eq = function(x) line(x) + 0 * x[1] * rnorm(1)), "eagerly")
  expect_equal(fit$par, c(0.5, 0.5), tolerance = 1e-6)
})

test_that("parameters are held and scaled", {
  held <- minimize(distance, c(0, 0, 5), fixed = 3, eq = function(x) sum(x) - 1)
  expect_equal(held$par, c(-2, -2, 5), tolerance = 1e-6)
  scaled <- minimize(function(x) (x[1] / 1e4 - 2)^2 + (x[2] - 2)^2, c(0, 0), eq = function(x) x[1] / 1e4 + x[2] - 1,
                     control = minimize_control(scale = c(1e4, 1)))
  expect_equal(scaled$par, c(5e3, 0.5), tolerance = 1e-6)
})

test_that("what has no answer is called so", {
  for (method in constrained_methods) {
    contradiction <- minimize(disc, c(1, 1), eq = function(x) c(x[1] + x[2] - 1, x[1] + x[2] - 3), method = method)
    expect_identical(contradiction$status, "infeasible", label = method)
    expect_identical(contradiction$convergence, 3L)
    positive <- minimize(function(x) x[1], c(1, 1), ineq = function(x) x[1]^2 + x[2]^2 + 1, method = method)
    expect_identical(positive$status, "infeasible", label = method)
    endless <- minimize(function(x) x[1] + x[2], c(1, 1), eq = function(x) x[1] - 2 * x[2], method = method)
    expect_identical(endless$status, "unbounded", label = method)
    # (far below the value at the start, and yet an end)
    deep <- minimize(function(x) sum(x^2) / 2 - 1e7 * sum(x), c(0, 0), eq = function(x) x[1] - x[2], method = method)
    expect_identical(deep$convergence, 0L, label = method)
    expect_equal(deep$par, c(1e7, 1e7))
    # no multipliers: the constraint's gradient is 0 at its only point
    flat <- minimize(function(x) x[1] + x[2]^2, c(1, 1), eq = function(x) x[1]^2, method = method)
    expect_true(flat$convergence != 0 || any(grepl("vanishes", flat$message)), label = method)
    twice <- minimize(distance, c(0, 0), eq = function(x) c(line(x), 2 * line(x)), method = method)
    expect_identical(twice$convergence, 0L, label = method)
    expect_equal(twice$par, c(0.5, 0.5), tolerance = 1e-6)
    expect_match(twice$message, "dependent", all = FALSE)
  }
})

test_that("contradictions that curve, and values that fall far away, are called so", {
  for (method in c("auto", "ipm", "auglag")) {
    apart <- minimize(function(x) sum(x), c(0.5, 1, -1), method = method, eq = function(x) x[1] + 2 * x[3] - 1,
                      ineq = function(x) c(sum(x^2) - 1, 2 - x[1]))
    expect_identical(apart$status, "infeasible", label = method)
  }
  # where the constraint's terms are as large as 1e13 it is met to no more than a thousandth
  weights <- c(0.31, -1.27, 0.83)
  cost <- c(-0.7, 1.1, 0.4)
  endless <- minimize(function(x) sum(cost * x), c(0.1, -0.4, 2), method = "sqp",
                      eq = function(x) sum(weights * x) - 0.3)
  expect_identical(endless$status, "unbounded")
})

test_that("a likelihood's variance is that on the tangent space", {
  y <- c(a = 10, b = 20, c = 30)
  p <- y / sum(y)
  fit <- minimize(function(p) -sum(y * log(p)), c(a = 1, b = 1, c = 1) / 3, lower = 0, eq = function(p) sum(p) - 1,
                  control = minimize_control(likelihood = TRUE, nobs = 60))
  expect_equal(coef(fit), p, tolerance = 1e-6)
  expect_equal(vcov(fit), (diag(p) - outer(p, p)) / 60, tolerance = 1e-5, ignore_attr = TRUE)
  expect_equal(attr(logLik(fit), "df"), 2)
  wald <- p["a"] + c(-1, 1) * qnorm(0.975) * sqrt(p["a"] * (1 - p["a"]) / 60)
  expect_equal(unname(confint(fit, "a")[1, ]), unname(wald), tolerance = 1e-5)
  # the profile of one probability is that of a binomial
  rise <- function(q) 2 * (dbinom(10, 60, 1 / 6, log = TRUE) - dbinom(10, 60, q, log = TRUE)) - qchisq(0.95, 1)
  ends <- c(uniroot(rise, c(0.01, 1 / 6), tol = 1e-10)$root, uniroot(rise, c(1 / 6, 0.9), tol = 1e-10)$root)
  expect_equal(unname(confint(fit, "a", method = "profile")[1, ]), ends, tolerance = 1e-5)
})

test_that("a stationary point that is no minimum is left", {
  fit <- minimize(function(x) -x[1]^2 - 2 * x[2]^2, c(1, 0), eq = function(x) sum(x^2) - 1)
  expect_equal(fit$value, -2, tolerance = 1e-6)
  expect_identical(fit$convergence, 0L)
})

test_that("a problem without constraints has no multipliers, and its methods take none", {
  expect_null(minimize(distance, c(0, 0))$multipliers)
  expect_error(minimize(distance, c(0, 0), eq = line, method = "bfgs"), "constraints",
               class = "gradtape_argument_error")
  for (method in constrained_methods) {
    expect_equal(minimize(distance, c(0, 0), method = method, upper = c(1, Inf))$par, c(1, 2), tolerance = 1e-6)
  }
})

test_that("print() and summary() show what holds", {
  fit <- minimize(distance, c(0, 0), ineq = function(x) c(sum = x[1] + x[2]), ineq_upper = 1, method = "auglag")
  expect_output(print(fit), "sum")
  expect_output(print(summary(fit)), "complementarity")
  expect_identical(fit$active, "sum")
  expect_identical(summary(fit)$kind, "minimum")
})

test_that("bad constraints are errors that name the argument", {
  given <- function(...) minimize(distance, c(0, 0), ...)
  expect_snapshot(error = TRUE, {
    given(eq = function(x) NULL)
    given(eq = function(x) NA)
    given(ineq = function(x) x / 0)
    given(eq = function(x) outer(x, x))
    given(ineq = function(x) x[1] < 1)
    given(eq = function(x) "1")
    given(eq = 3)
    given(eq = function(x) if (x[1] > 0.3) c(x[1], x[2]) else x[1] + x[2] - 1)
    given(ineq = function(x) x, ineq_lower = c(0, 0, 0))
    given(ineq = function(x) x, ineq_lower = 1, ineq_upper = c(2, 0.5))
    given(ineq = function(x) x, ineq_lower = NA)
    given(ineq_upper = 1)
    given(eq = line, lower = 1:3)
    given(eq = line, lower = 1, upper = 0)
    given(eq = line, method = "nelder-mead")
    constraint_sensitivity(given())
    minimize_control(tol_constraint = -1)
  })
})

test_that("what is called feasible is so in the user's units", {
  p <- test_problem("hs071")
  for (unit in c(1e-6, 1e-3, 1e6)) {
    for (method in setdiff(constrained_methods, "penalty")) {
      fit <- suppressMessages(minimize(
        function(x) p$fn(x / unit), p$start * unit, method = method, lower = unit, upper = 5 * unit,
        eq = function(x) p$eq(x / unit), ineq = function(x) p$ineq(x / unit), ineq_lower = 0, ineq_upper = Inf))
      outside <- max(abs(p$eq(fit$par / unit)), -p$ineq(fit$par / unit))
      if (fit$convergence == 0) expect_lt(outside, 2e-6, label = paste(method, unit))
      expect_identical(fit$convergence, 0L, label = paste(method, unit))
    }
  }
})

test_that("constraints in large and small units are met as closely, and kkt is in the user's units", {
  p <- test_problem("hs043")
  for (unit in c(1e-9, 1e-6, 1e6, 1e9)) {
    for (method in c("ipm", "sqp", "auglag")) {
      fit <- minimize(p$fn, p$start, method = method, ineq = function(x) unit * p$ineq(x),
                      ineq_lower = unit * p$ineq_lower, ineq_upper = unit * p$ineq_upper)
      expect_identical(fit$convergence, 0L, label = paste(method, unit))
      expect_equal(fit$value, p$minimum, tolerance = 1e-6, label = paste(method, unit))
      outside <- max(0, unit * c(p$ineq_lower - p$ineq(fit$par), p$ineq(fit$par) - p$ineq_upper))
      expect_equal(fit$kkt["feasibility", "unscaled"], outside, tolerance = 1e-6, label = paste(method, unit))
    }
  }
  scaled <- minimize(function(x) (x[1] / 1e4 - 2)^2 + x[2]^2, c(0, 0), eq = function(x) x[1] / 1e4 + x[2] - 1,
                     method = "auglag", control = minimize_control(scale = c(1e4, 1)))
  slopes <- scaled$gradient + scaled$multipliers$eq * c(1e-4, 1)
  expect_equal(scaled$kkt["stationarity", "unscaled"], max(abs(slopes)), tolerance = 1e-4)
})

test_that("where no multipliers fit, a point that violates constraints a little is no optimum", {
  p <- test_problem("hs013")
  for (method in constrained_methods) {
    fit <- suppressMessages(minimize(p$fn, p$start, method = method, lower = p$lower, ineq = p$ineq,
                                     ineq_lower = p$ineq_lower, ineq_upper = p$ineq_upper))
    expect_false(fit$convergence == 0, label = method)
  }
})

test_that("two inequalities may make an equation, and active ones be more than parameters", {
  for (n in c(2, 5, 30)) {
    for (method in setdiff(constrained_methods, "penalty")) {
      fit <- minimize(function(x) sum((x - seq_len(n))^2), rep(0, n), ineq = function(x) c(sum(x) - 1, 1 - sum(x)),
                      method = method)
      expect_identical(fit$convergence, 0L, label = paste(method, n))
      expect_equal(fit$value, (sum(seq_len(n)) - 1)^2 / n, tolerance = 1e-6, label = paste(method, n))
    }
  }
  few <- minimize(function(x) sum((x - 1:2)^2), c(0, 0), ineq = function(x) c(sum(x) - 1, 1 - sum(x)))
  expect_lt(max(few$multipliers$ineq), 10)
  corner <- minimize(function(x) sum((x - 1)^2), rep(0.5, 30), lower = 0, upper = 1, method = "ipm",
                     ineq = function(x) c(sum(x), x[1] - x[2]))
  expect_identical(corner$convergence, 0L)
  expect_equal(corner$value, 30, tolerance = 1e-6)
})

test_that("a multiplier of the wrong sign is no optimum, however large the value", {
  for (method in setdiff(constrained_methods, "penalty")) {
    fit <- suppressMessages(minimize(function(x) x[1] - x[2], c(1, 1), ineq = function(x) x[1] - x[2], method = method))
    expect_identical(fit$convergence, 3L, label = method)
  }
})

test_that("a constant function has no saddle points, nor has a point at its bounds", {
  fit <- minimize(function(x) 0, c(1, 1), eq = function(x) x[1]^2 + x[2] - 3)
  expect_identical(fit$convergence, 0L)
  p <- test_problem("hs045")
  expect_identical(minimize(p$fn, p$start, lower = p$lower, upper = p$upper, method = "ipm")$convergence, 0L)
})
