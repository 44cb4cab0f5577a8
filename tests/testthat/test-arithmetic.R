# Arithmetic, rounding and mathematical functions on hostile numbers, against R's own: eager,
# and on a tape. Left out is where R itself loses all digits: remainders and quotients of more
# than 1 / epsilon, and the last bits of %% between.

hostile <- c(0, 1, -1, 5, -5, 0.1, -0.1, 0.15, 0.3, 0.5, -0.5, 0.7, 1.005, 1.5, 2, 2.45, 2.5, -2.5, 3, 4.35, 7, 20,
             1234.5678, -1234.5678, 1e15 + 0.3, 2^53, 1e22, 1e300, -1e300, 1e-300, Inf, -Inf, NaN, NA)
pairs <- expand.grid(a = hostile, b = hostile)

expect_as_in_r <- function(value, expected, label, tolerance = 0) {
  value <- as.numeric(value)
  same <- is.na(value) == is.na(expected) &
    (is.na(expected) | value == expected | abs(value - expected) <= tolerance * abs(expected))
  expect(all(same), paste0(label, ": ", sum(!same), " differ, such as element ", which(!same)[1], ", ",
                           format(value[!same][1], digits = 17), " instead of ",
                           format(expected[!same][1], digits = 17)))
}

test_that("operators on hostile numbers", {
  quiet <- suppressWarnings
  for (name in c("+", "-", "*", "/", "^", "%%", "%/%", "<", "<=", "==", "!=", "&", "|")) {
    f <- get(name)
    use <- if (name %in% c("%%", "%/%")) with(pairs, !is.finite(a + b) | b == 0 | abs(a / b) < 2^30) else TRUE
    a <- pairs$a[use]
    b <- pairs$b[use]
    # x^3 is x * (x * x), and R's remainder is rounded more than once
    tolerance <- c("^" = 4e-16, "%%" = 1e-7)[name]
    tolerance <- if (is.na(tolerance)) 0 else tolerance
    expected <- quiet(as.numeric(f(a, b)))
    expect_as_in_r(quiet(f(torch_tensor(a), torch_tensor(b))), expected, name, tolerance)
    expect_as_in_r(quiet(f(a, torch_tensor(b))), expected, name, tolerance)
  }
  expect_identical(as.numeric(torch_tensor(1) %/% 0.1), 1 %/% 0.1)
  expect_identical(as.numeric(torch_tensor(5) %/% -Inf), -1)
  expect_identical(as.numeric(torch_tensor(-5) %% Inf), Inf)
})

test_that("%/% and %% are exact, and fit each other", {
  set.seed(11)
  x <- c(round(runif(3000, -100, 100), 2), sample(-1000:1000, 3000, TRUE))
  z <- c(round(runif(3000, 0.1, 10), 1), sample(c(-30:-1, 1:30), 3000, TRUE))
  expect_identical(as.numeric(torch_tensor(x) %/% z), x %/% z)
  expect_equal(as.numeric(torch_tensor(x) %% z), x %% z, tolerance = 1e-14)
  whole <- torch_tensor(c(7L, -7L)) %/% torch_tensor(c(2L, 2L))
  expect_identical(whole$dtype$name, "long")
  # torch's own keep torch's meaning
  expect_identical(as.numeric(torch_remainder(torch_tensor(-5), Inf)), Inf)
  expect_identical(as.numeric(torch_pow(torch_tensor(-5), Inf)), Inf)
})

test_that("rounding to digits", {
  set.seed(12)
  for (digits in c(-300, -3:8, 12, 15, 16, 300)) {
    x <- c(hostile, round(runif(500, -1000, 1000), max(digits, 0) %% 20 + 1), rnorm(500) * 10^runif(500, -5, 5))
    expect_as_in_r(round(torch_tensor(x), digits), round(x, digits), paste("round", digits))
  }
  for (digits in c(-1, 0, 1:8, 15, 22)) {
    x <- c(setdiff(hostile, c(1e300, -1e300, 1e-300)), rnorm(500) * 10^runif(500, -5, 5))
    expect_as_in_r(signif(torch_tensor(x), digits), signif(x, digits), paste("signif", digits),
                   if (digits > 8) 4e-16 else 0)
  }
  expect_identical(as.numeric(round(torch_tensor(c(2.45, 0.15)), 1)), round(c(2.45, 0.15), 1))
  # no value is read: nothing to guard
  tp <- tape(function(x) sum(x * signif(x, 2)), c(1.234, 5))
  expect_equal(tp$fn(c(6.789, 0.123)), 6.789 * 6.8 + 0.123 * 0.12)
})

test_that("mathematical functions on hostile numbers", {
  exact <- c("abs", "sign", "sqrt", "floor", "ceiling", "trunc", "round", "cummax", "cummin", "sinpi", "cospi")
  close <- c("exp", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
             "cosh", "tanh", "asinh", "acosh", "atanh", "gamma", "factorial", "cumsum", "cumprod")
  x <- setdiff(hostile, c(NaN, NA))
  for (name in c(exact, close)) {
    f <- get(name)
    tolerance <- if (name %in% exact) 0 else if (name %in% c("gamma", "factorial")) 1e-13
                 else if (name == "cumsum") 1e-14 else 1e-15
    expect_as_in_r(suppressWarnings(f(torch_tensor(x))), suppressWarnings(f(x)), name, tolerance)
    # on a tape too: an element at a time, weighted
    total <- function(x) sum(f(x) * c(1, 0.5))
    tp <- suppressWarnings(tape(total, c(0.3, 0.7)))
    at <- x[is.finite(x) & is.finite(suppressWarnings(f(x)))]
    at <- at[seq_len(length(at) %/% 2 * 2)]
    for (k in seq(1, length(at), 2)) {
      p <- at[k + 0:1]
      if (!all(is.finite(total(p)))) next
      expect_lte(abs(tp$fn(p) - total(p)), max(tolerance, 4e-15) * max(abs(f(p))), label = paste(name, "on a tape"))
    }
  }
  quarters <- seq(-2.25, 2.25, by = 0.25)
  expect_identical(as.numeric(sinpi(torch_tensor(quarters))), sinpi(quarters))
  expect_identical(as.numeric(cospi(torch_tensor(quarters))), cospi(quarters))
  at <- quarters[abs(quarters) %% 1 != 0.5]
  expect_identical(as.numeric(tanpi(torch_tensor(at))), tanpi(at))
})

test_that("operators on a tape mean what they mean eagerly", {
  x <- c(5, -5, 0.15, -2.45, 7)
  z <- c(0.1, Inf, -0.7, 2, -3)
  for (name in c("^", "%%", "%/%")) {
    f <- get(name)
    for (k in seq_along(x)) {
      tp <- suppressWarnings(tape(function(p) f(p[1], p[2]) * 1, c(x[k], z[k])))
      expect_as_in_r(tp$fn(c(rev(x)[k], z[k])), suppressWarnings(f(rev(x)[k], z[k])), name, 1e-15)
    }
  }
  # x^-1 is 1 / x on a tape; R's zero has no sign
  expect_identical(tape(function(x) sum(x^-1), 2)$fn(-0), Inf)
})

test_that("derivatives of sinpi, cospi, tanpi and %%", {
  x <- c(-0.83, 0.37, 1.61)
  for (f in list(sinpi, cospi, tanpi, function(x) (3 * x) %% 0.7, function(x) 2 %% (x + 3))) {
    expect_true(gradcheck(function(x) sum(f(x) * c(1, 2, 3)), x)$ok)
    expect_equal(hessian(function(x) sum(f(x)), x), gradtape:::eager_hessian(function(x) sum(f(x)), x))
  }
})

test_that("long sums of floats keep their digits", {
  set.seed(13)
  x <- torch_tensor(runif(2e6), dtype = torch_float())
  values <- as.numeric(x)
  relative <- function(value, expected) max(abs(as.numeric(value) / expected - 1))
  expect_lt(relative(torch_sum(x), sum(values)), 1e-7)
  expect_lt(relative(torch_mean(x), mean(values)), 1e-7)
  expect_lt(relative(torch_norm(x), sqrt(sum(values^2))), 1e-7)
  expect_lt(relative(torch_cumsum(x, 1)[2e6], sum(values)), 1e-7)
  wide <- torch_reshape(x, c(2, 1e6))
  expect_lt(relative(torch_sum(wide, 2), rowSums(as_array(wide))), 1e-7)
  expect_lt(relative(torch_sum(wide, 1), colSums(as_array(wide))), 3e-7)
})

test_that("bounds of torch_clamp() that cross give the upper one, as in torch", {
  x <- torch_tensor(c(-5, 0, 2, 5, NaN), requires_grad = TRUE)
  low <- torch_tensor(rep(3, 5), requires_grad = TRUE)
  high <- torch_tensor(rep(1, 5), requires_grad = TRUE)
  y <- torch_clamp(x, low, high)
  expect_equal(as.numeric(y), c(1, 1, 1, 1, NaN))
  sum(y[1:4])$backward()
  expect_equal(as.numeric(x$grad), numeric(5))
  expect_equal(as.numeric(low$grad), numeric(5))
  expect_equal(as.numeric(high$grad), c(1, 1, 1, 1, 0))
})

test_that("one element: median and item", {
  expect_identical(torch_median(torch_tensor(5))$item(), 5)
  expect_identical(torch_median(5)$item(), 5)
  expect_identical(torch_median(torch_tensor(NaN))$item(), NaN)
  expect_identical(as.numeric(torch_median(torch_tensor(matrix(5)), dim = 1)[[1]]), 5)
  expect_identical(torch_tensor(matrix(5))$item(), 5)
  expect_identical(torch_tensor(array(TRUE, c(1, 1, 1)))$item(), TRUE)
})

test_that("whole numbers of bit64 keep their value", {
  skip_if_not_installed("bit64")
  x <- torch_tensor(bit64::as.integer64(c("1", "1099511627776", "-3")))
  expect_identical(x$dtype$name, "long")
  expect_identical(as.numeric(x), c(1, 2^40, -3))
  expect_identical(as.numeric(torch_add(torch_tensor(0.5), bit64::as.integer64(2))), 2.5)
  expect_error(torch_tensor(bit64::as.integer64("9007199254740993")), "2^53", fixed = TRUE)
})

test_that("choose(), plnorm() and normal distributions without spread give R's numbers", {
  few <- tensor_function(function(n, k) choose(n, k))
  n <- c(3, 5, 0, -2, 2.5, 50, 10)
  for (k in c(-1, 0, 1, 2, 3, 7)) expect_equal(as.numeric(few(torch_tensor(n), k)), choose(n, k), tolerance = 1e-15)
  expect_identical(as.numeric(floor(few(torch_tensor(3), 2))), 3)
  expect_equal(gradient(function(n) choose(n, 2), 5), 4.5)
  expect_equal(as.numeric(few(torch_tensor(60), 35)), choose(60, 35), tolerance = 1e-12)

  log_normal <- tensor_function(function(q) plnorm(q))
  expect_equal(as.numeric(log_normal(torch_tensor(c(-1, 0, 1)))), c(0, 0, 0.5))
  density <- tensor_function(function(x, mean, sd) dnorm(x, mean, sd))
  expect_identical(as.numeric(density(torch_tensor(c(0, 1)), 0, 0)), dnorm(c(0, 1), 0, 0))
  expect_identical(as.numeric(density(0, torch_tensor(0), torch_tensor(0))), Inf)
  probability <- tensor_function(function(q, mean, sd) pnorm(q, mean, sd))
  expect_identical(as.numeric(probability(torch_tensor(c(-1, 0, 1)), 0, 0)), pnorm(c(-1, 0, 1), 0, 0))
  tp <- tape(function(p) dnorm(p[1], p[2], p[3]), c(1, 2, 3))
  expect_equal(tp$fn(c(0, 0, 0)), Inf)
  expect_equal(tp$fn(c(2, 2, 4)), dnorm(2, 2, 4))
})
