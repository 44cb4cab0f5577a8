# Our own elementary functions against R's, in units of the last place.

units_apart <- function(ours, theirs) {
  spacing <- 2^pmax(floor(log2(abs(theirs))) - 52, -1074)
  max(ifelse(ours == theirs, 0, abs(ours - theirs) / spacing))
}

functions <- list(exp = exp, expm1 = expm1, log = log, log1p = log1p, tanh = tanh, sin = sin, cos = cos)

test_that("elementary functions agree with R's to the last places", {
  set.seed(1)
  u <- runif(2000)
  points <- list(exp = c(2 * u - 1, 1500 * u - 750, 709 + u),
                 expm1 = c(2 * u - 1, (u - 0.5) * 1e-5, 100 * u - 50, 700 + 9 * u),
                 log = c(2 * u, exp(1400 * u - 700), 1 + (u - 0.5) * 1e-3, u * 2^-1022),
                 log1p = c(2 * u - 1, (u - 0.5) * 1e-6, exp(100 * u), -1 + 1e-10 * u),
                 tanh = c(2 * u - 1, 40 * u - 20, 1e-5 * u),
                 sin = c(2 * u - 1, 20 * u - 10, 2e6 * u - 1e6, 1e9 * u, round(6e5 * u) * pi / 2),
                 cos = c(2 * u - 1, 20 * u - 10, 2e6 * u - 1e6, 1e9 * u, round(6e5 * u) * pi / 2))
  for (name in names(functions)) {
    x <- points[[name]]
    ours <- as.numeric(functions[[name]](torch_tensor(x)))
    expect_lte(units_apart(ours, functions[[name]](x)), if (name == "tanh") 3 else 2, label = name)
    # a tape's scalar code computes the same
    first <- tape(function(x) functions[[name]](x), x[1])
    expect_identical(vapply(x[1:50], first$fn, 0), ours[1:50])
  }
})

test_that("elementary functions keep infinities, NaN, signs of zero and subnormal numbers", {
  x <- c(0, -0, Inf, -Inf, NaN, 2^-1074, -2^-1074, 2^-1022, 1e308, -1e308, 1e-20, -1, 710, -746)
  for (name in names(functions)) {
    ours <- as.numeric(functions[[name]](torch_tensor(x)))
    theirs <- suppressWarnings(functions[[name]](x))
    special <- !is.finite(theirs) | theirs == 0
    expect_identical(ours[special], theirs[special], label = name)
    expect_identical(1 / ours[special], 1 / theirs[special], label = name)
    expect_equal(ours, theirs, tolerance = 1e-15, label = name)
  }
  expect_identical(as.numeric(exp(torch_tensor(c(0, 1)))), exp(c(0, 1)))
})
