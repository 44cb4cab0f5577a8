problems <- more_garbow_hillstrom
precise <- list(tolerance_grad = 1e-8, tolerance_change = 0, max_iter = 3000)
newton_cg <- function(fn, x, ...) {
  do.call(minimize_tape, c(list(tape(fn, x), x, "newton-cg"), utils::modifyList(precise, list(...))))
}

# Where it goes from the standard start when that is not the paper's minimum.
elsewhere <- list(biggs_exp6 = 0, gulf = c(0, 0.038), jennrich_sampson = 259.58)

for (name in setdiff(names(problems), "meyer")) local({
  name <- name
  test_that(paste("newton-cg finds the minimum of", name), {
    x <- problems[[name]][[2]]
    for (precondition in c(FALSE, TRUE)) {
      got <- newton_cg(problems[[name]][[1]], x, precondition = precondition)
      known <- c(problems[[name]][[4]], elsewhere[[name]])
      expect_lte(min(abs(got$value - known) - 1e-6 * known), 1e-8)
      expect_identical(got$counts[["hessian"]], 0)
    }
  })
})

test_that("newton-cg leaves saddle points and maxima, at the start too", {
  saddle <- function(x) x[1] * x[2] + x[1]^4 + x[2]^4
  for (start in list(c(0, 0), c(1e-9, 0), c(0, -1e-12))) {
    got <- newton_cg(saddle, start)
    expect_identical(got$status, "gradient")
    expect_equal(got$value, -1 / 8, tolerance = 1e-10)
  }
  got <- newton_cg(function(x) (x[1] - 1)^2 - x[2]^2 + x[2]^4 / 2, c(-3, 0))
  expect_equal(abs(got$par), c(1, 1), tolerance = 1e-6)
  got <- newton_cg(function(x) sum(cos(x) + x^2 / 20), numeric(40))
  expect_equal(abs(got$par), rep(2.85234, 40), tolerance = 1e-5)
  # minima, flat ones too, are none
  expect_identical(newton_cg(function(x) sum((x - 1)^2) + 0 * x[3], c(1, 1, 1))$iterations, 0)
  expect_equal(newton_cg(function(x) (x[1] + x[2] - 2)^2, c(5, -1))$value, 0)
})

test_that("newton-cg comes back from where the function is not defined", {
  got <- newton_cg(function(x) sum(x - log(x)), c(1e-3, 50))
  expect_equal(got$par, c(1, 1), tolerance = 1e-6)
  got <- newton_cg(function(x) -sum(sqrt(1 - x^2)) + sum(x) / 2, c(0.999, -0.9999))
  expect_equal(got$par, rep(-1 / sqrt(5), 2), tolerance = 1e-6)
})

test_that("newton-cg minimizes functions of many variables with few products", {
  n <- 20000
  chained <- function(x) {
    a <- x[-length(x)]
    b <- x[-1]
    sum(100 * (b - a^2)^2 + (1 - a)^2)
  }
  tp <- tape(chained, rep(0.5, n))
  got <- minimize_tape(tp, rep(0.5, n), "newton-cg", tolerance_grad = 1e-5, tolerance_change = 0)
  expect_identical(got$status, "gradient")
  expect_equal(got$par, rep(1, n), tolerance = 1e-4)
  expect_lt(got$counts[["value"]], 100)
  expect_lt(got$counts[["hessian_vector"]], 600)
})

test_that("newton-cg learns the units of parameters where it is told to", {
  set.seed(1)
  n <- 30
  units <- 10^runif(n, -3, 3)
  fn <- function(x) {
    y <- x / units
    sum((y - 1)^2) + sum(y^4) / n + sum(y[-1] * y[-length(y)]) / 4
  }
  with <- newton_cg(fn, 3 * units, precondition = TRUE, tolerance_grad = 1e-6)
  without <- newton_cg(fn, 3 * units, tolerance_grad = 1e-6)
  expect_identical(with$status, "gradient")
  expect_lt(with$counts[["hessian_vector"]], without$counts[["hessian_vector"]] / 2)
})

test_that("newton-cg needs products only, keeps to what it is allowed, and gives the same answer twice", {
  calls <- 0
  functions <- list(value = function(x) sum((x - 1)^4 + (x - 1)^2), gradient = function(x) 4 * (x - 1)^3 + 2 * (x - 1))
  expect_identical(minimize_in_c(functions, c(1, 2), "newton-cg")$status, "unfit")
  functions$multiply <- function(x, v) {
    calls <<- calls + 1
    (12 * (x - 1)^2 + 2) * v
  }
  one <- minimize_in_c(functions, c(4, -9, 2), "newton-cg", options = precise)
  expect_equal(one$par, rep(1, 3))
  expect_identical(one$counts[["hessian_vector"]], calls)
  expect_identical(one, minimize_in_c(functions, c(4, -9, 2), "newton-cg", options = precise))
  calls <- 0
  few <- minimize_in_c(functions, c(4, -9, 2), "newton-cg", options = c(precise, max_products = 1))
  expect_equal(few$par, rep(1, 3))
})
