problems <- more_garbow_hillstrom
precise <- list(tolerance_grad = 1e-6, tolerance_change = 0, max_iter = 5000)
lbfgsb <- function(tp, x, ..., lower = NULL, upper = NULL) {
  do.call(minimize_tape, c(list(tp, x, "lbfgsb", lower = lower, upper = upper), utils::modifyList(precise, list(...))))
}

# Rounding of the value hides what is lower before the gradient is small.
badly_scaled <- c("meyer", "powell_badly_scaled", "osborne_1")

for (name in setdiff(names(problems), badly_scaled)) local({
  name <- name
  test_that(paste("lbfgsb ends at a point of the box that satisfies the first-order conditions:", name), {
    x <- problems[[name]][[2]]
    tp <- tape(problems[[name]][[1]], x)
    box <- box_around(x)
    for (start in list(x, box$lower, pmin(x + 10, box$upper))) {
      if (!all(is.finite(start)) || !is.finite(tp$fn(start))) next
      got <- lbfgsb(tp, start, lower = box$lower, upper = box$upper)
      expect_true(all(got$par >= box$lower & got$par <= box$upper))
      scale <- max(1, abs(got$value))
      expect_lte(projected_gradient(got$par, tp$gr(got$par), box$lower, box$upper), 1e-5 * scale, label = name)
      reference <- nlminb(start, tp$fn, tp$gr, tp$he, lower = box$lower, upper = box$upper)
      if (identical(start, x)) expect_lte(got$value, reference$objective + 1e-5 * scale)
    }
    got <- lbfgsb(tp, x)
    if (name != "penalty_2") expect_lte(abs(got$value - problems[[name]][[4]]), 1e-6 * abs(got$value) + 1e-8)
  })
})

test_that("lbfgsb finds the minimum of quadratics in a box", {
  set.seed(3)
  for (run in 1:20) {
    problem <- random_box_problem(4)
    got <- minimize_in_c(problem$functions, runif(4, problem$box$lower, problem$box$upper), "lbfgsb", problem$box,
                         list(tolerance_grad = 1e-8, tolerance_change = 0))
    expect_equal(got$par, problem$known$par, tolerance = 1e-6)
  }
})

test_that("lbfgsb never evaluates outside of the bounds", {
  lower <- c(0, -1, 1e-300, -Inf)
  upper <- c(0.1, 0.3, Inf, 1 / 3)
  outside <- 0
  target <- c(-1, 0.7, 1 / 3, 2)
  functions <- list(
    value = function(x) {
      outside <<- outside + any(x < lower | x > upper)
      sum((x - target)^4) + sum(x[1] * x[2:4])
    },
    gradient = function(x) 4 * (x - target)^3 + c(sum(x[2:4]), rep(x[1], 3))
  )
  # a start outside is moved in
  for (start in list(c(0.05, 0, 3, 0), c(5, 5, -5, 5), c(0, -1, 1e-300, 1 / 3))) {
    got <- minimize_in_c(functions, start, "lbfgsb", list(lower = lower, upper = upper), precise)
    expect_identical(outside, 0)
    expect_lte(projected_gradient(got$par, functions$gradient(got$par), lower, upper), 1e-6)
  }
})

test_that("lbfgsb holds what equal bounds fix, and does without bounds", {
  tp <- tape(problems$wood[[1]], rep(1, 4))
  got <- lbfgsb(tp, c(-3, -1, -3, -1), lower = c(-Inf, 2, -Inf, -Inf), upper = c(Inf, 2, Inf, Inf))
  expect_identical(got$par[2], 2)
  expect_lte(max(abs(tp$gr(got$par)[-2])), 1e-6)
  expect_identical(lbfgsb(tp, 1:4 + 0, lower = rep(2, 4), upper = rep(2, 4))$par, rep(2, 4))
  without <- lbfgsb(tp, c(-3, -1, -3, -1))
  expect_equal(without$par, rep(1, 4), tolerance = 1e-5)
  infinite <- lbfgsb(tp, c(-3, -1, -3, -1), lower = rep(-Inf, 4), upper = rep(Inf, 4))
  expect_equal(infinite$par, rep(1, 4), tolerance = 1e-5)
})

test_that("lbfgsb has many variables, and leaves bounds on which it started", {
  n <- 2000
  chained <- function(x) {
    a <- x[-length(x)]
    b <- x[-1]
    sum(100 * (b - a^2)^2 + (1 - a)^2)
  }
  lower <- seq_len(n) %% 3 / 20
  upper <- 0.2 + seq_len(n) %% 7 / 10
  tp <- tape(chained, rep(0, n))
  got <- lbfgsb(tp, upper, lower = lower, upper = upper)
  expect_lte(projected_gradient(got$par, tp$gr(got$par), lower, upper), 1e-6)
  expect_gt(sum(got$par == lower), 1000)
  expect_lt(got$counts[["value"]], 300)
  # at once from all lower bounds
  got <- lbfgsb(tape(function(x) sum((x - 3)^2), rep(0, n)), rep(0, n), lower = rep(0, n), upper = rep(2, n))
  expect_identical(got$par, rep(2, n))
  expect_lte(got$counts[["value"]], 6)
})

test_that("lbfgsb does with any number of remembered steps, and of parameters", {
  tp <- tape(problems$wood[[1]], rep(1, 4))
  for (history_size in c(1, 2, 200)) {
    got <- lbfgsb(tp, c(-3, -1, -3, -1), lower = rep(-4, 4), upper = c(9, 9, 0.5, 9), history_size = history_size)
    expect_lte(projected_gradient(got$par, tp$gr(got$par), -4, c(9, 9, 0.5, 9)), 1e-5)
  }
  one <- lbfgsb(tape(function(x) (x - 2)^4, 9), 9, lower = 3, upper = 10, history_size = 1)
  expect_identical(one$par, 3)
})
