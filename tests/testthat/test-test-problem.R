test_that("known minima are minima", {
  expect_true(all(c("rosenbrock", "flower", "wood", "chebyquad") %in% test_problem()))
  expect_length(names(asNamespace("gradtape")$more_garbow_hillstrom), 35)
  for (name in test_problem()) {
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
  for (name in setdiff(test_problem(), c("flower", "ackley", "easom"))) {
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
