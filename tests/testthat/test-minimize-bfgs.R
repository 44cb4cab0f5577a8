test_that("BFGS finds known minima with every line search", {
  for (name in names(smooth_problems)) for (search in line_searches) {
    # where parameters differ by 1e10 values are all rounding: these two look at nothing else
    if (name == "large_and_small" && search %in% c("strong_wolfe", "backtracking")) next
    p <- smooth_problems[[name]]
    tp <- tape(p[[1]], p[[2]])
    got <- minimum_by(tp, p[[2]], "bfgs", line_search = search)
    label <- paste(name, search, got$status)
    expect_true(all(abs(got$par - p[[3]]) <= 1e-6 * ifelse(p[[3]] == 0, 1, abs(p[[3]]))), label = label)
    expect_equal(got$value, p[[4]], tolerance = 1e-9, label = label)
    expect_identical(got$value, tp$fn(got$par), label = label)
    expect_true(got$status %in% c("gradient", "line search"), label = label)
    # no point is computed twice
    expect_identical(got$counts[["gradient"]], got$counts[["value"]], label = label)
    expect_lte(got$counts[["value"]], if (name == "overflow") 500 else 350)
  }
})

test_that("a descent is one: values do not rise, and a run is the same to the bit again", {
  p <- smooth_problems$chained_rosenbrock
  for (search in line_searches) {
    got <- minimum_by(p[[1]], p[[2]], "bfgs", line_search = search)
    values <- got$trace[, "value"]
    expect_true(all(diff(values) <= 1e-12 * abs(values[-1])))
    expect_identical(minimum_by(p[[1]], p[[2]], "bfgs", line_search = search), got)
  }
})

test_that("BFGS takes the same way in coordinates that are shifted or turned", {
  fn <- smooth_problems$rosenbrock[[1]]
  path <- function(f, x) minimum_by(f, x, "bfgs", max_iter = 25, tolerance_grad = 0)$trace[, "value"]
  way <- path(fn, c(-1.2, 1))
  expect_equal(path(function(x) fn(x - c(3, -2)), c(-1.2, 1) + c(3, -2)), way, tolerance = 1e-5)
  turn <- matrix(c(0.8, 0.6, -0.6, 0.8), 2)
  expect_equal(path(function(x) fn(c(turn %*% x)), c(t(turn) %*% c(-1.2, 1))), way, tolerance = 1e-5)
})

test_that("its matrix becomes the inverse Hessian: the last steps are superlinear", {
  set.seed(4)
  n <- 12
  a <- crossprod(matrix(rnorm(n^2), n)) + diag(n)
  got <- minimum_by(function(x) sum(x * c(a %*% x)) / 2 - sum(x), rnorm(n), "bfgs", tolerance_grad = 1e-12)
  expect_equal(got$par, solve(a, rep(1, n)), tolerance = 1e-10)
  size <- got$trace[, "gradient_size"]
  expect_lt(length(size), 4 * n)
  expect_lt(min(size[-1] / size[-length(size)]), 0.02)
})

test_that("a concave start, a maximum nearby and no curvature do not stop it", {
  # curvature is negative along the first steps
  got <- minimum_by(function(x) sum(1 - exp(-x^2)) + 1e-3 * sum(x^2), c(2.2, -2.5), "bfgs",
                    line_search = "backtracking")
  expect_equal(got$par, c(0, 0), tolerance = 1e-8)
  expect_identical(minimum_by(function(x) sum(x * 0) + 3, c(1, 2), "bfgs")$iterations, 0)
  # linear: unbounded below, ended by a limit or an infinity, and said
  down <- minimum_by(function(x) sum(x), c(1, 2), "bfgs", max_iter = 20)
  expect_false(down$status == "gradient")
  expect_lt(down$value, -1e3)
})

test_that("a start that is infinitely high is an error, whatever the method", {
  for (method in c("bfgs", "lbfgs", "cg", "trust", "nelder-mead")) {
    expect_error(minimize(function(x) sum(exp(x^2)), c(100, 1), method = method), "is Inf at the start",
                 class = "gradtape_numeric_error", label = method)
  }
})

test_that("the line search is an option, checked", {
  tp <- tape(smooth_problems$rosenbrock[[1]], c(-1.2, 1))
  expect_error(minimum_by(tp, c(-1.2, 1), "bfgs", line_search = "none"), "line_search",
               class = "gradtape_argument_error")
  expect_identical(minimum_by(tp, c(-1.2, 1), "bfgs"), minimum_by(tp, c(-1.2, 1), "bfgs", line_search = "more_thuente"))
})
