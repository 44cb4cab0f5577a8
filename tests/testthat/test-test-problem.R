of_the_book <- function() grep("^hs[0-9]{3}$", test_problem(), value = TRUE)

test_that("known minima are minima", {
  expect_true(all(c("rosenbrock", "flower", "wood", "chebyquad") %in% test_problem()))
  expect_length(names(asNamespace("gradtape")$more_garbow_hillstrom), 35)
  for (name in setdiff(test_problem(), of_the_book())) {
    p <- test_problem(name)
    expect_identical(p$name, name)
    expect_true(is.finite(p$fn(p$start)))
    at <- if (is.matrix(p$at)) p$at else rbind(p$at)
    for (i in seq_len(NROW(at))) {
      expect_equal(p$fn(at[i, ]), p$minimum, tolerance = 1e-10, label = name)
      if (name != "ackley") expect_lt(max(abs(gradient(p$fn, at[i, ]))), 1e-6)
      hessian <- if (name != "ackley") hessian(p$fn, at[i, ])
      if (!is.null(hessian)) expect_gt(min(eigen(hessian, symmetric = TRUE)$values), 0)
    }
  }
})

test_that("minimize() finds them from their starts", {
  for (name in setdiff(test_problem(), c(of_the_book(), "flower", "ackley", "easom"))) {
    p <- test_problem(name)
    fit <- suppressMessages(minimize(p$fn, p$start))
    expect_true(fit$value <= p$minimum + 1e-6 * abs(p$minimum) + 1e-9 || fit$convergence == 0, label = name)
  }
})

test_that("a wrong name is told with the nearest one", {
  expect_error(test_problem("rosenbrok"), "Did you mean \"rosenbrock\"")
  expect_error(test_problem(3), "must be one string")
  expect_output(print(test_problem("himmelblau")), "2 parameters, minimum 0")
})

# How far x is from what the problem allows.
violation <- function(p, x) {
  inside <- if (is.null(p$ineq)) 0 else drop(p$ineq(x))
  max(abs(c(0, if (!is.null(p$eq)) p$eq(x))), if (!is.null(p$ineq)) c(p$ineq_lower - inside, inside - p$ineq_upper),
      p$lower - x, x - p$upper)
}

test_that("there are the 115 problems of Hock and Schittkowski, whose solutions are feasible and have their values", {
  expect_identical(of_the_book(), sprintf("hs%03d", setdiff(1:119, c(58, 82, 94, 115))))
  for (name in of_the_book()) {
    p <- test_problem(name)
    expect_true(is.finite(p$fn(p$start)), label = name)
    expect_true(all(p$lower < p$upper) && length(p$lower) == length(p$start), label = name)
    expect_true(violation(p, p$start) < Inf, label = name)
    if (!is.null(p$at)) {
      expect_equal(p$fn(p$at), p$minimum, tolerance = 1e-9, label = name)
      expect_lt(violation(p, p$at), 1e-7, label = name)
    }
  }
})

test_that("tapes follow them and their constraints", {
  for (name in of_the_book()) {
    p <- test_problem(name)
    x <- pmin(pmax(p$start * 1.01 + 0.01, p$lower), p$upper)
    for (f in list(p$fn, p$eq, p$ineq)) {
      if (is.null(f)) next
      tp <- tape(f, p$start)
      expect_equal(as.vector(tp$fn(x)), as.vector(f(x)), tolerance = 1e-12, label = name)
      v <- sin(seq_along(x)) * pmax(abs(x), 0.01)
      along <- function(t) as.vector(f(x + t * v))
      slope <- (along(1e-6) - along(-1e-6)) / 2e-6
      error <- abs(as.vector(matrix(tp$jacobian(x), ncol = length(x)) %*% v) - slope)
      expect_true(all(error <= 1e-5 * abs(slope) + 1e-8 * pmax(1, abs(along(0)))), label = name)
    }
  }
})
