problems <- more_garbow_hillstrom
precise <- list(tolerance_grad = 1e-7, tolerance_change = 0)
trust_bounds <- function(tp, x, ..., lower = NULL, upper = NULL) {
  do.call(minimize_tape, c(list(tp, x, "trust-bounds", lower = lower, upper = upper),
                           utils::modifyList(precise, list(...))))
}

for (name in setdiff(names(problems), "meyer")) local({
  name <- name
  test_that(paste("trust-bounds ends at a minimum of the function in the box:", name), {
    x <- problems[[name]][[2]]
    tp <- tape(problems[[name]][[1]], x)
    box <- box_around(x)
    got <- trust_bounds(tp, x, lower = box$lower, upper = box$upper)
    expect_identical(got$status, "gradient")
    expect_true(all(got$par >= box$lower & got$par <= box$upper))
    expect_lte(projected_gradient(got$par, tp$gr(got$par), box$lower, box$upper), 1e-7)
    free <- got$par > box$lower & got$par < box$upper
    if (any(free)) {
      curvature <- eigen(tp$he(got$par)[free, free], symmetric = TRUE, only.values = TRUE)$values
      expect_gte(min(curvature), -1e-7 * max(curvature))
    }
    reference <- nlminb(x, tp$fn, tp$gr, tp$he, lower = box$lower, upper = box$upper)
    expect_lte(got$value, reference$objective + 1e-6 * max(1, abs(got$value)))
    without <- trust_bounds(tp, x, lower = rep(-Inf, length(x)), upper = rep(1e9, length(x)))
    expect_equal(without$par, minimize_tape(tp, x, "trust", tolerance_grad = 1e-7, tolerance_change = 0)$par)
  })
})

test_that("trust-bounds finds the minimum of convex quadratics in a box in few steps", {
  set.seed(4)
  for (run in 1:20) {
    problem <- random_box_problem(5)
    lower <- problem$box$lower
    upper <- problem$box$upper
    known <- problem$known
    got <- minimize_in_c(problem$functions, runif(5, lower, upper), "trust-bounds", problem$box, precise)
    expect_equal(got$par, known$par, tolerance = 1e-8)
    expect_identical(got$par == lower | got$par == upper, known$par == lower | known$par == upper)
    expect_lte(got$iterations, 8)
  }
})

test_that("trust-bounds ends at minima of concave quadratics, which are corners", {
  set.seed(5)
  for (run in 1:10) {
    n <- 6
    A <- -crossprod(matrix(rnorm(n * n), n))
    functions <- list(value = function(x) sum(x * (A %*% x)) / 2, gradient = function(x) drop(A %*% x),
                      hessian = function(x) A)
    box <- list(lower = -runif(n), upper = runif(n))
    # from the maximum, and from where half of the variables are at the maximum
    for (start in list(numeric(n), c(runif(3, -0.1, 0.1), 0, 0, 0))) {
      got <- minimize_in_c(functions, start, "trust-bounds", box, precise)
      expect_true(all(got$par == box$lower | got$par == box$upper))
      expect_lte(projected_gradient(got$par, got$gradient, box$lower, box$upper), 1e-7)
    }
  }
  # the maximum is on a bound
  functions <- list(value = function(x) -x^2, gradient = function(x) -2 * x, hessian = function(x) matrix(-2))
  expect_identical(minimize_in_c(functions, 0, "trust-bounds", list(lower = 0, upper = 3), precise)$par, 3)
  expect_identical(minimize_in_c(functions, 0, "trust-bounds", list(lower = -2, upper = 0), precise)$par, -2)
})

test_that("trust-bounds never evaluates outside, holds fixed variables, minds no units", {
  units <- c(1e-5, 1, 1e5, 10)
  lower <- c(-10, -10, -10, -10) * units
  upper <- c(0.5, 10, 0.9, 10) * units
  outside <- 0
  wood <- problems$wood[[1]]
  tp <- tape(wood, rep(1, 4))
  functions <- list(
    value = function(x) {
      outside <<- outside + any(x < lower | x > upper)
      tp$fn(x / units)
    },
    gradient = function(x) tp$gr(x / units) / units,
    hessian = function(x) tp$he(x / units) / outer(units, units)
  )
  got <- minimize_in_c(functions, c(-3, -1, -3, -1) * units, "trust-bounds", list(lower = lower, upper = upper),
                       list(tolerance_grad = 1e-10, tolerance_change = 0))
  expect_identical(outside, 0)
  plain <- trust_bounds(tp, c(-3, -1, -3, -1), lower = lower / units, upper = upper / units)
  expect_equal(got$par / units, plain$par, tolerance = 1e-7)
  expect_identical(got$par[1] == upper[1], plain$par[1] == 0.5)
  fixed <- trust_bounds(tp, c(-3, -1, -3, -1), lower = c(-Inf, 2, -Inf, -Inf), upper = c(Inf, 2, Inf, Inf))
  expect_identical(fixed$par[2], 2)
  expect_lte(max(abs(tp$gr(fixed$par)[-2])), 1e-7)
  expect_identical(trust_bounds(tp, 1:4 + 0, lower = rep(2, 4), upper = rep(2, 4))$par, rep(2, 4))
  # a start outside is moved in
  expect_equal(trust_bounds(tp, c(9, 9, 9, 9), lower = rep(0, 4), upper = rep(2, 4))$par, rep(1, 4), tolerance = 1e-7)
})

test_that("trust-bounds comes back from where the function is not defined", {
  tp <- tape(function(x) sum(x - log(x)), c(1, 1))
  got <- trust_bounds(tp, c(1e-3, 50), lower = c(0, 2), upper = c(Inf, 100))
  expect_equal(got$par, c(1, 2), tolerance = 1e-6)
})
