problems <- more_garbow_hillstrom
precise <- list(tolerance_grad = 1e-9, tolerance_change = 0)
trust <- function(fn, x, ..., options = precise) {
  do.call(minimize_tape, c(list(tape(fn, x), x, "trust"), utils::modifyList(options, list(...))))
}

# Where trust goes from the standard start when it is not the problem's minimum there.
elsewhere <- list(biggs_exp6 = 0, gulf = c(0, 0.038))

for (name in setdiff(names(problems), "meyer")) local({
  name <- name
  test_that(paste("trust finds the minimum of", name), {
    x <- problems[[name]][[2]]
    tp <- tape(problems[[name]][[1]], x)
    got <- minimize_tape(tp, x, "trust", tolerance_grad = 1e-8, tolerance_change = 0)
    expect_identical(got$status, "gradient")
    known <- c(problems[[name]][[4]], elsewhere[[name]])
    expect_lte(min(abs(got$value - known) - 1e-6 * known), 1e-9)
    expect_lte(max(abs(tp$gr(got$par))), 1e-8)
    curvature <- eigen(tp$he(got$par), symmetric = TRUE, only.values = TRUE)$values
    expect_gte(min(curvature), -1e-7 * max(curvature))
    expect_lt(got$counts[["hessian"]], got$counts[["value"]] + 2)
  })
})

test_that("trust finds the minimum of meyer, where the gradient's rounding is large", {
  got <- trust(problems$meyer[[1]], problems$meyer[[2]])
  expect_equal(got$value, problems$meyer[[4]], tolerance = 1e-8)
})

test_that("trust does not mind the units of parameters", {
  units <- c(1e-6, 1e6, 1, 1e3)
  plain <- trust(problems$wood[[1]], c(-3, -1, -3, -1))
  scaled <- trust(in_units(problems$wood[[1]], units), c(-3, -1, -3, -1) * units, tolerance_grad = 1e-14)
  expect_equal(scaled$par / units, rep(1, 4), tolerance = 1e-9)
  expect_lte(scaled$counts[["value"]], 1.5 * plain$counts[["value"]])
})

test_that("trust leaves saddle points and maxima, at the start too", {
  saddle <- function(x) x[1] * x[2] + x[1]^4 + x[2]^4
  for (start in list(c(0, 0), c(1e-9, 0), c(0, -1e-12))) {
    got <- trust(saddle, start)
    expect_identical(got$status, "gradient")
    expect_equal(got$value, -1 / 8, tolerance = 1e-10)
  }
  # no component of the gradient along the direction of negative curvature: the hard case
  ridge <- function(x) (x[1] - 1)^2 - x[2]^2 + x[2]^4 / 2
  got <- trust(ridge, c(-3, 0))
  expect_equal(abs(got$par), c(1, 1), tolerance = 1e-8)
  got <- trust(function(x) sum(cos(x) + x^2 / 20), c(0, 0, 0))
  expect_equal(abs(got$par), rep(2.85234, 3), tolerance = 1e-5)
})

test_that("trust takes a flat direction for no saddle point", {
  expect_equal(trust(function(x) (x[1] - 1)^2 + 0 * x[2], c(0, 5))$par, c(1, 5))
  got <- trust(function(x) (x[1] + x[2] - 2)^2, c(5, -1))
  expect_equal(sum(got$par), 2)
  expect_equal(trust(function(x) sum((x - 1)^4), c(3, -2), tolerance_grad = 1e-12)$par, c(1, 1), tolerance = 1e-3)
})

test_that("trust comes back from where the function is not defined", {
  got <- trust(function(x) sum(x - log(x)), c(1e-3, 50))
  expect_equal(got$par, c(1, 1), tolerance = 1e-8)
  got <- trust(function(x) -sum(sqrt(1 - x^2)) + sum(x) / 2, c(0.999, -0.9999))
  expect_equal(got$par, rep(-1 / sqrt(5), 2), tolerance = 1e-8)
  # the Hessian is infinite at the minimum, and at a start of 0
  got <- trust(function(x) sum(abs(x)^1.5 + x / 10), c(0, 3))
  expect_equal(got$par, rep(-(1 / 15)^2, 2), tolerance = 1e-6)
})

test_that("trust says what it needs, and gives the same answer twice", {
  functions <- list(value = function(x) sum(x^2), gradient = function(x) 2 * x)
  expect_identical(minimize_in_c(functions, c(1, 2), "trust")$status, "unfit")
  functions$hessian <- function(x) diag(2, 2)
  expect_equal(minimize_in_c(functions, c(1, 2), "trust")$par, c(0, 0))
  x <- problems$penalty_2[[2]]
  runs <- lapply(1:2, function(i) trust(problems$penalty_2[[1]], x, trace = 500))
  expect_identical(runs[[1]], runs[[2]])
  expect_error(trust(problems$wood[[1]], rep(1, 4), radius = 0), "`radius` must be", class = "gradtape_argument_error")
})

test_that("trust is exact for quadratics of many variables", {
  set.seed(1)
  n <- 60
  A <- crossprod(matrix(rnorm(n * n), n)) * 1e3
  b <- rnorm(n)
  functions <- list(value = function(x) sum(x * (A %*% x)) / 2 - sum(b * x), gradient = function(x) drop(A %*% x) - b,
                    hessian = function(x) A)
  got <- minimize_in_c(functions, rnorm(n), "trust", options = precise)
  expect_equal(got$par, solve(A, b), tolerance = 1e-8)
  expect_lte(got$iterations, 12)
})

test_that("methods with trust regions end where numbers get too large, where there is nothing, where all is linear", {
  of <- function(value, gradient, hessian) {
    list(value = value, gradient = gradient, hessian = hessian, multiply = function(x, v) drop(hessian(x) %*% v))
  }
  below <- of(function(x) -sum(x^2), function(x) -2 * x, function(x) diag(-2, 2))
  linear <- of(function(x) sum(x), function(x) rep(1, 2), function(x) diag(0, 2))
  nowhere <- of(function(x) Inf, function(x) x, function(x) diag(1, 2))
  nothing <- of(function(x) 0, function(x) numeric(), function(x) matrix(0, 0, 0))
  for (method in c("trust", "trust-bounds", "newton-cg")) {
    long <- list(max_iter = 3000, tolerance_change = 0)
    expect_lt(minimize_in_c(below, c(3, 4), method, options = long)$value, -1e100)
    expect_lt(minimize_in_c(linear, c(3, 4), method, options = long)$value, -1e50)
    expect_identical(minimize_in_c(nowhere, c(3, 4), method)$par, c(3, 4))
    expect_identical(minimize_in_c(nothing, numeric(), method)$value, 0)
  }
  box <- list(lower = c(-1, 2), upper = c(5, 5))
  expect_identical(minimize_in_c(linear, c(3, 4), "trust-bounds", box)$par, c(-1, 2))
  expect_identical(minimize_in_c(linear, c(3, 4), "lbfgsb", box)$par, c(-1, 2))
})
