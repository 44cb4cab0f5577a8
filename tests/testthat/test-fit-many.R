# fit_many(): one function, many data sets.

decay <- as_user(function(p, d) sum((d$y - p[["a"]] * exp(-p[["b"]] * d$x))^2))
start <- c(a = 1, b = 0.5)

# Groups of 8 or 12 rows.
decays <- function(n) {
  set.seed(1)
  lapply(stats::setNames(seq_len(n), paste0("g", seq_len(n))), function(k) {
    x <- runif(if (k %% 2) 8 else 12)
    data.frame(group = paste("group", k), x = x, y = (1 + k / 10) * exp(-x * (1 + k / 20)) + rnorm(length(x), 0, 0.02))
  })
}

test_that("each fit is that of minimize()", {
  data <- decays(12)
  fits <- fit_many(decay, start, data)
  expect_identical(fits$fit, names(data))
  expect_identical(fits$convergence, rep(0, 12))
  for (k in seq_along(data)) {
    alone <- minimize(decay, start, data[[k]])
    expect_equal(unlist(fits[k, names(start)]), alone$par, tolerance = 1e-6)
    expect_equal(fits$value[k], alone$value, tolerance = 1e-10)
  }
  sets <- lapply(unname(data), split_data)
  shape <- flat_start(start)$shape
  families <- families_of(sets, matrix(start, 2, 12), decay, list(), shape, "bfgs")
  expect_identical(families$of, rep(families$of[1:2], 6))
  expect_setequal(families$of, 1:2)
})

test_that("likelihoods have standard errors, bounds and maxima hold", {
  data <- lapply(1:5, function(k) c(2, 3, 5, 8) * k)
  loglik <- as_user(function(p, y) sum(dexp(y, p, log = TRUE)))
  control <- minimize_control(maximize = TRUE, likelihood = TRUE)
  fits <- fit_many(loglik, c(rate = 0.3), data, lower = 1e-3, control = control)
  means <- vapply(data, mean, 0)
  expect_equal(fits$rate, 1 / means, tolerance = 1e-6)
  expect_equal(fits$se.rate, 1 / means / 2, tolerance = 1e-6)
  held <- fit_many(loglik, c(rate = 0.3), data, lower = 1e-3, upper = 0.1, control = control)
  expect_equal(held$rate, pmin(1 / means, 0.1), tolerance = 1e-6)
  expect_true(all(is.na(held$se.rate) == (held$rate == 0.1)))
})

test_that("what a function makes of names, labels, gaps and classes of its data is its own for each", {
  data <- lapply(1:6, function(k) list(y = c(1, 2, 3 + k), kind = if (k > 3) "far" else "near"))
  f <- as_user(function(p, d) sum((d$y - p - if (d$kind == "far") 10 else 0)^2))
  expected <- vapply(data, function(d) mean(d$y) - if (d$kind == "far") 10 else 0, 0)
  expect_equal(fit_many(f, 0, data)[[6]], expected, tolerance = 1e-6)

  gaps <- lapply(1:6, function(k) c(1, k, if (k %% 2) NA else 3))
  g <- as_user(function(p, y) sum((y - p)^2, na.rm = TRUE))
  expect_equal(fit_many(g, 0, gaps)[[6]], vapply(gaps, mean, 0, na.rm = TRUE), tolerance = 1e-6)

  # (the data decide the way through the function)
  h <- as_user(function(p, y) if (y[1] > 3) sum((y - p)^2) else sum((y + p)^4) + p^2)
  sets <- lapply(1:6, function(k) c(k, 2 * k))
  alone <- vapply(sets, function(y) minimize(h, 1, y)$par, 0)
  expect_equal(fit_many(h, 1, sets)[[6]], alone, tolerance = 1e-4)

  # (a tape knows no whole numbers)
  type <- as_user(function(p, y) if (is.integer(y)) (p - y[1])^2 else (p - 2 * y[1])^2)
  expect_equal(fit_many(type, 1, lapply(1:6, identity))[[6]], 1:6, tolerance = 1e-6)
  expect_equal(fit_many(type, 1, lapply(1:6, as.double))[[6]], 2 * 1:6, tolerance = 1e-6)

  # (a function of numbers, not of tensors)
  k <- as_user(function(p, y) (p - as.numeric(paste(y[1])))^2)
  expect_equal(fit_many(k, 1, sets)[[6]], as.numeric(1:6), tolerance = 1e-6)
})

test_that("starts are one for all, a function of the data, or given", {
  data <- lapply(1:4, function(k) c(k, k + 2))
  f <- as_user(function(p, y) sum((y - p$m)^2) + (p$s - 1)^2)
  for (par in list(list(m = 0, s = 0), function(y) list(m = y[1], s = 2))) {
    expect_equal(fit_many(f, par, data)$m, 1:4 + 1, tolerance = 1e-6)
  }
  fits <- fit_many(f, list(m = 0, s = 0), data, starts = matrix(1, 4, 2), control = minimize_control(max_iter = 1))
  expect_true(all(fits$iterations <= 2))
  expect_identical(fit_many(f, list(m = 0, s = 0), data, starts = cbind(2:5, 1))$iterations, rep(0, 4))
})

test_that("what fails is a row with its message", {
  f <- as_user(function(p, y) if (y[1] < 0) stop("negative data") else sum((y - p)^2))
  fits <- suppressMessages(fit_many(f, 0, list(c(1, 2), c(-1, 2), c(3, 4), c(4, 5))))
  expect_identical(fits$convergence, c(0, NA, 0, 0))
  expect_match(fits$message[2], "negative data")
  expect_true(is.na(fits[2, "value"]))
  expect_error(suppressMessages(fit_many(f, 0, list(-1, -2))), "None of the 2 fits")
  expect_error(fit_many(f, 0, data.frame(a = 1)), "split\\(data, group\\)")
  expect_error(fit_many(f, 0, list()), "no data set")
  expect_error(fit_many(f, 0, list(1, 2), starts = matrix(1, 3, 1)), "a row for each of 2 data sets")
  expect_error(fit_many(f, 0, list(1, 2), method = "best"), "`method` must be")
})
