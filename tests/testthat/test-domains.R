# R's distributions and special functions on tensors: the domain and the values are R's, on a grid
# of hostile arguments; derivatives agree with identities and with differences.

# NA and NaN apart, infinities by sign.
kind <- function(x) {
  ifelse(is.nan(x), "NaN", ifelse(is.na(x), "NA", ifelse(is.finite(x), "finite", ifelse(x > 0, "Inf", "-Inf"))))
}

crossed <- function(...) unname(as.list(expand.grid(..., KEEP.OUT.ATTRS = FALSE)))

# The function on numbers and on tensors, all arguments tensors, or only one of them.
on_numbers <- function(name, args) suppressWarnings(do.call(name, args))
on_tensors <- function(name, args, which = seq_along(args)) {
  call <- eval(bquote(tensor_function(function(...) .(as.name(name))(...))))
  numbers <- vapply(args, is.numeric, NA)
  which <- intersect(which, which(numbers))
  args[which] <- lapply(args[which], torch_tensor, dtype = torch_double())
  value <- suppressWarnings(do.call(call, args))             # that a result is not precise
  if (is_torch_tensor(value)) as.numeric(value) else value
}

# `least`: values below are compared absolutely, as logarithms near 0 are differences of larger terms.
expect_values_of_r <- function(name, args, least = 1e-300, tolerance = 1e-12, which = seq_along(args)) {
  expected <- on_numbers(name, args)
  value <- on_tensors(name, args, which)
  label <- paste0(name, "(", paste(names(args), collapse = ", "), ")")
  differ <- which(kind(value) != kind(expected))
  expect_identical(differ, integer(), label = paste(label, "differ in kind:"))
  finite <- kind(value) == "finite" & kind(expected) == "finite"
  error <- abs(value - expected)[finite] / pmax(abs(expected[finite]), least)
  expect_lt(max(error, 0), tolerance, label = paste(label, "relative error"))
}

# ---- values ----

values <- c(0, -0, -1, -2.5, 0.3, 0.999, 1, 2, 3, 7.7, 30, 1e-300, 1e-10, 1e5, 1e10, 1e15, 1e300, Inf, -Inf, NA, NaN)
parameters <- c(0, -1, 0.3, 1, 1.5, 2, 30, 1e-10, 0.5, 1e5, 1e10, 1e15, Inf, NA, NaN)

with_one <- c("dexp", "dt", "dpois", "dgeom", "dchisq")
with_two <- c("dnorm", "dlnorm", "dgamma", "dbeta", "df", "dcauchy", "dlogis", "dunif", "dbinom")

test_that("densities are R's, whatever the arguments", {
  for (log in c(FALSE, TRUE)) {
    least <- if (log) 0.05 else 1e-290
    for (name in with_one) {
      expect_values_of_r(name, c(crossed(values, parameters), log = log), least)
    }
    grid <- crossed(values, parameters, parameters)
    for (name in with_two) {
      # (R squares a small number, and divides 0 by 0)
      at <- if (name == "df") lapply(grid, `[`, !(grid[[1]] %in% 1e-300 & grid[[2]] > 1e14)) else grid
      expect_values_of_r(name, c(at, log = log), least)
    }
    expect_values_of_r("dnbinom", c(lapply(grid, `[`, !grid[[2]] %in% Inf), log = log), least)
    expect_values_of_r("dnbinom", c(setNames(grid, c("x", "size", "mu")), log = log), least)
    # (and powers overflow in R's Weibull density: with the logarithm earlier than without)
    at <- lapply(grid, `[`, !((abs((grid[[2]] - 1) * log10(abs(grid[[1]] / grid[[3]]))) > 250) %in% TRUE))
    expect_values_of_r("dweibull", c(at, log = log), least)
  }
  counts <- c(0, 1, 2, 5, 7, 30, -1, 1.5, 1000, Inf, NA, NaN)
  for (log in c(FALSE, TRUE)) expect_values_of_r("dhyper", c(crossed(counts, counts, counts, counts), log = log), 1e-3)
})

test_that("large parameters keep their digits", {
  many <- 10^c(3, 6, 9, 10, 12, 14, 15)
  expect_values_of_r("dnbinom", list(x = rep(0:9, 7), size = rep(many, each = 10), mu = 4.2, log = TRUE))
  expect_values_of_r("dt", list(rep(c(-3, 0.1, 8), 7), rep(many, each = 3), log = TRUE))
  expect_values_of_r("dgamma", list(many * (1 + 1 / sqrt(many)), many, log = TRUE))
  expect_values_of_r("dpois", list(many, many + 2 * sqrt(many), log = TRUE))
  expect_values_of_r("dbinom", list(many / 5, many, 0.2, log = TRUE))
  expect_values_of_r("dbeta", list(0.5 + 1 / sqrt(many), many, many, log = TRUE))
  expect_values_of_r("choose", list(c(1e14, 1e15, 1e5, 60, 1e10), c(3, 2, 40, 30, 5)))
  expect_values_of_r("besselI", list(c(1e4, 9e4, 700), 0, TRUE))
  expect_values_of_r("lbeta", list(rep(many, 7), rep(many, each = 7)))
})

probabilities <- c(0, 1, -0.1, 1.2, 0.5, 1e-300, 1e-10, 0.999, -0.7, -20, -Inf, Inf, NA, NaN)
few <- c(0, -1, 0.3, 1, 2, 30, 1e-10, 1e5, Inf, NA, NaN)
one_parameter <- c("exp", "t", "pois", "geom", "chisq")
two_parameters <- c("norm", "lnorm", "gamma", "beta", "f", "cauchy", "logis", "weibull", "unif", "binom", "nbinom")

test_that("probabilities and quantiles are R's, whatever the arguments", {
  x <- c(0, -1, 0.3, 1, 2.5, 30, 1e-300, 1e-10, 1e10, 1e300, Inf, -Inf, NA, NaN)
  p <- c(0, 1, -0.1, 1.2, 0.5, 1e-10, 0.999, -0.7, -20, -Inf, NA, NaN)
  for (lower in c(TRUE, FALSE)) for (log in c(TRUE, FALSE)) {
    flags <- list(lower.tail = lower, log.p = log)
    for (name in one_parameter) expect_values_of_r(paste0("p", name), c(crossed(x, parameters), flags))
    for (name in two_parameters) expect_values_of_r(paste0("p", name), c(crossed(x, few, few), flags))
    moderate <- setdiff(few, c(1e5, 1e-10))
    for (name in one_parameter) expect_values_of_r(paste0("q", name), c(crossed(p, moderate), flags))
    for (name in setdiff(two_parameters, "beta")) {
      expect_values_of_r(paste0("q", name), c(crossed(p, moderate, moderate), flags))
    }
    expect_values_of_r("qbeta", c(crossed(p, c(0.3, 2, NA, -1), c(1, 3.3, NaN)), flags))
    expect_values_of_r("phyper", c(crossed(c(-1, 0, 2.5, 4, NA), c(3, 5, -1), c(2, 4.5), c(1, 3, NaN)), flags))
    expect_values_of_r("qhyper", c(crossed(c(0, 0.3, 1, NA), c(3, 5), c(2, 4), c(1, 3)), flags))
    expect_values_of_r("pnbinom", c(setNames(crossed(x, few, few), c("q", "size", "mu")), flags))
    expect_values_of_r("qnbinom", c(setNames(crossed(p, c(0.3, 4, NaN), c(1, 8, -1)), c("p", "size", "mu")), flags))
  }
})

test_that("special functions are R's, whatever the arguments", {
  x <- c(values, -values, seq(-5.5, 20, 0.25), 170.5, 171.7, -170.3, -171.5)
  for (name in c("gamma", "lgamma", "digamma", "trigamma", "factorial", "lfactorial")) {
    expect_values_of_r(name, list(x), 0.01)
  }
  for (order in 0:7) expect_values_of_r("psigamma", list(x, order), 1, 1e-9, which = 1)
  pairs <- crossed(c(values, -0.5, 4.4), parameters)
  expect_values_of_r("beta", pairs)
  expect_values_of_r("lbeta", pairs, 0.01)
  numbers <- crossed(c(values, 60, 61.5, -40.5), c(0, 1, 2, 3, 29, 30, 45, -1, 2.2, 1e3, NA, NaN))
  expect_values_of_r("choose", numbers, 1e-3)
  expect_values_of_r("lchoose", numbers, 0.01, 1e-11)
  at <- crossed(c(0, -1, 0.3, 1, 7.7, 30, 1e-300, 1e-10, 1e3, 1e4, 1e6, 1e300, Inf, NA, NaN),
                c(0, 1, 0.3, -0.5, -2.5, 7.7, 100, NA, NaN))
  for (name in c("besselJ", "besselY")) expect_values_of_r(name, at)
  for (name in c("besselI", "besselK")) for (scaled in c(FALSE, TRUE)) expect_values_of_r(name, c(at, scaled))
})

test_that("arguments are recycled, matched and refused as R does it", {
  for (which in 1:3) {
    args <- list(c(0.2, 1.4, 3, 0.7), c(1.5, 2.5), 3)
    for (name in c("dgamma", "pgamma", "dnorm", "pnorm")) {
      expect_equal(on_tensors(name, args, which), do.call(name, args))
    }
    args[[1]] <- plogis(args[[1]])
    for (name in c("qgamma", "qnorm", "dbeta", "pbeta")) {
      expect_equal(on_tensors(name, args, which), do.call(name, args))
    }
  }
  for (name in c("dnorm", "pnorm", "qnorm", "pgamma")) {
    expect_equal(on_tensors(name, list(numeric(), 1)), numeric())
    expect_equal(on_tensors(name, list(numeric(), c(1, 2, 3))), numeric())
  }
  expect_equal(on_tensors("pgamma", list(2, 3, scale = 2)), pgamma(2, 3, scale = 2))
  expect_equal(on_tensors("pgamma", list(2, 3, lower = FALSE)), pgamma(2, 3, lower.tail = FALSE))
  expect_error(on_tensors("pgamma", list(2, 3, 2, 0.5)), class = "gradtape_argument_error")
  expect_error(on_tensors("pt", list(2, 3, ncp = 1)), "ncp", class = "gradtape_argument_error")
  expect_error(on_tensors("dsignrank", list(2, 3)), "`dsignrank\\(\\)` has no version")
  p <- c(0.2, 0.5, 0.3)
  expect_equal(on_tensors("dmultinom", list(c(1, 2, 4), prob = p)), dmultinom(c(1, 2, 4), prob = p))
  expect_equal(on_tensors("dmultinom", list(c(1, 0, 4), prob = c(0.2, 0, 0.8), log = TRUE)),
               dmultinom(c(1, 0, 4), prob = c(0.2, 0, 0.8), log = TRUE))
  expect_equal(on_tensors("dmultinom", list(c(1, 1), prob = c(1, 0), log = TRUE)), -Inf)
})

# ---- derivatives ----

# Romberg's differences of a function of one number, and how far the last two are apart.
slope_of <- function(f, x) {
  h <- 0.02 * max(abs(x), 1e-8) / 2^(0:5)
  d <- vapply(h, function(h) (f(x + h) - f(x - h)) / (2 * h), 0)
  best <- d[1]
  error <- Inf
  for (j in 1:5) {
    d <- d[-1] + diff(d) / (4^j - 1)
    last <- d[length(d)]
    if (abs(last - best) < error) error <- abs(last - best)
    best <- last
  }
  c(best, error)
}

# First and second derivatives of name(args) in the arguments `which`, against differences of R's
# function, and of first derivatives.
expect_slopes <- function(name, args, flags = list(), which = seq_along(args)) {
  call <- eval(bquote(tensor_function(function(...) .(as.name(name))(...))))
  at <- function(i, v) do.call(call, c(replace(lapply(args, torch_tensor, dtype = torch_double()), i, list(v)), flags))
  gradient <- function(i, v) {
    v <- torch_tensor(v, dtype = torch_double(), requires_grad = TRUE)
    as.numeric(autograd_grad(at(i, v), v)[[1]])
  }
  label <- paste0(name, "(", paste(c(unlist(args), names(flags)), collapse = ", "), ")")
  for (i in which) {
    expected <- slope_of(function(v) do.call(name, c(replace(args, i, v), flags)), args[[i]])
    size <- max(abs(do.call(name, c(args, flags))) * 1e-3, abs(expected[1]))
    expect_lt(abs(gradient(i, args[[i]]) - expected[1]), max(1e-9 * size, 20 * expected[2]), label = paste(label, i))
    v <- torch_tensor(args[[i]], dtype = torch_double(), requires_grad = TRUE)
    first <- autograd_grad(at(i, v), v, create_graph = TRUE)[[1]]
    if (!first$requires_grad) next
    expected <- slope_of(function(w) gradient(i, w), args[[i]])
    second <- autograd_grad(first, v, allow_unused = TRUE)[[1]]
    second <- if (is.null(second)) 0 else as.numeric(second)
    most <- max(1e-7 * max(1, abs(expected[1])), 20 * expected[2])
    expect_lt(abs(second - expected[1]), most, label = paste(label, i, i))
  }
}

flags <- list(list(), list(log.p = TRUE), list(lower.tail = FALSE), list(lower.tail = FALSE, log.p = TRUE))

test_that("probabilities and quantiles have derivatives in all arguments", {
  points <- list(
    norm = list(0.3, 0.1, 1.4), lnorm = list(0.3, 0.1, 1.4), exp = list(0.3, 2), gamma = list(0.3, 0.2, 1.4),
    gamma = list(3, 2.5, 1.4), gamma = list(30, 25, 1.1), chisq = list(3, 2.2), beta = list(0.3, 0.4, 1.4),
    beta = list(0.7, 3, 2), beta = list(0.1, 30, 200), t = list(0.3, 2.2), t = list(-2, 7), t = list(3, 0.4),
    f = list(0.3, 2.2, 5), f = list(2, 7, 3), cauchy = list(0.3, 1, 2), logis = list(0.3, 1, 2),
    weibull = list(0.3, 1.7, 2), unif = list(0.3, 0.1, 2)
  )
  for (i in seq_along(points)) for (flag in flags) {
    name <- names(points)[i]
    p <- paste0("p", name)
    expect_slopes(p, points[[i]], flag)
    expect_slopes(paste0("q", name), replace(points[[i]], 1, do.call(p, c(points[[i]], flag))), flag)
  }
  for (flag in flags) {
    expect_slopes("pbinom", list(3, 7, 0.3), flag, 3)
    expect_slopes("ppois", list(3.5, 2.2), flag, 2)
    expect_slopes("pgeom", list(3, 0.3), flag, 2)
    expect_slopes("pnbinom", list(3, 2.2, 0.3), flag, 2:3)
    expect_slopes("pnbinom", list(q = 3, size = 2.2, mu = 3.3), flag, 2:3)
  }
})

test_that("densities and special functions have derivatives in all arguments", {
  for (log in list(list(log = TRUE), list(log = FALSE))) {
    for (name in c("dnorm", "dlnorm", "dcauchy", "dlogis", "dweibull", "dgamma", "df")) {
      for (at in list(list(0.3, 1.2, 2.3), list(3, 0.7, 5))) expect_slopes(name, at, log)
    }
    for (at in list(list(0.3, 0.4, 1.7), list(0.3, 4, 17))) expect_slopes("dbeta", at, log)
    for (at in list(list(0.3, 2.2), list(-4, 0.2))) expect_slopes("dt", at, log)
    expect_slopes("dunif", list(0.3, 0.1, 2), log, 2:3)
    expect_slopes("dexp", list(0.3, 2), log)
    expect_slopes("dchisq", list(3, 2.2), log)
    expect_slopes("dbinom", list(3, 7, 0.3), log, 3)
    expect_slopes("dpois", list(3, 2.2), log, 2)
    expect_slopes("dgeom", list(3, 0.3), log, 2)
    expect_slopes("dnbinom", list(3, 2.2, 0.3), log, 2:3)
    expect_slopes("dnbinom", list(x = 3, size = 2.2, mu = 3.3), log, 2:3)
  }
  for (nu in c(0, 0.3, 1, 2.5)) {
    for (name in c("besselI", "besselK", "besselJ", "besselY")) expect_slopes(name, list(2.2, nu), which = 1)
    for (name in c("besselI", "besselK")) expect_slopes(name, list(2.2, nu), list(expon.scaled = TRUE), 1)
  }
  for (at in list(list(0.3, 2), list(30, 20))) for (name in c("beta", "lbeta")) expect_slopes(name, at)
  for (at in list(list(5.5, 3), list(3, 5), list(50, 35), list(3.3, 35))) for (name in c("choose", "lchoose")) {
    if (name == "choose" || at[[1]] != 3) expect_slopes(name, at, which = 1)
  }
})

gradient_of <- function(f, x) {
  x <- torch_tensor(x, dtype = torch_double(), requires_grad = TRUE)
  as.numeric(autograd_grad(sum(tensor_function(f)(x)), x)[[1]])
}

test_that("derivatives keep their digits where parameters are large or small", {
  # sums that telescope, and series in the inverse of a large parameter
  for (size in c(1e3, 1e6, 1e10)) {
    value <- gradient_of(function(n) dnbinom(5, n, mu = 4.2, log = TRUE), size)
    expect_equal(value * size^2, (5 - (5 - 4.2)^2) / 2, tolerance = 20 / size + 1e-9)
    if (size > 1e3) next
    expect_equal(value, sum(1 / (size + 0:4)) - log1p(4.2 / size) + (4.2 - 5) / (size + 4.2), tolerance = 1e-9)
  }
  expect_equal(gradient_of(function(n) dnbinom(0, n, mu = 1e10, log = TRUE), 1e-10), log(1e-20) + 1, tolerance = 1e-12)
  expect_equal(gradient_of(function(n) dnbinom(3, n, mu = 1e15, log = TRUE), 0.3),
               sum(1 / (0.3 + 0:2)) + log(0.3 / 1e15) + 1, tolerance = 1e-12)
  for (df in c(1e4, 1e8, 1e12)) {
    u <- c(0.5, 2, 5)
    expect_equal(gradient_of(function(n) dt(2, n, log = TRUE), df) * df^2, (1 + 2 * 2^2 - 2^4) / 4,
                 tolerance = 30 / df + 1e-9)
    # pt(x, n) is pnorm(x) - (x^3 + x) dnorm(x) / (4 n) and smaller terms
    expect_equal(gradient_of(function(n) pt(2, n), df) * df^2, (2^3 + 2) / 4 * dnorm(2),
                 tolerance = 30 / df + 1e-9)
  }
  for (shape in 10^c(2, 5, 8, 10)) {
    x <- shape + 0.3 * sqrt(shape)
    # the shape moves the distribution, to first order, as its mean
    expect_equal(gradient_of(function(a) pgamma(x, a), shape) / -dgamma(x, shape), 1, tolerance = 2 / sqrt(shape))
    delta <- 0.3 / sqrt(shape)
    log_ratio <- delta - delta^2 / 2 + delta^3 / 3 - delta^4 / 4 + delta^5 / 5 - delta^6 / 6 + delta^7 / 7
    expect_equal(gradient_of(function(a) dgamma(x, a, log = TRUE), shape),
                 log_ratio + 1 / (2 * shape) + 1 / (12 * shape^2), tolerance = 1e-8)
  }
  # a P(a, x) and its kin for small a: P is 1 - a E_1(x)
  e1 <- stats::integrate(function(t) exp(-t) / t, 2, Inf, rel.tol = 1e-12)$value
  for (a in c(1e-6, 1e-10)) {
    expect_equal(gradient_of(function(a) pgamma(2, a), a), -e1, tolerance = 10 * a + 1e-10)
    expect_equal(gradient_of(function(a) pgamma(2, a, lower.tail = FALSE, log.p = TRUE), a) * a, 1, tolerance = 1e-5)
    expect_equal(gradient_of(function(a) lbeta(a, 2), a) * a, -1, tolerance = 1e-5)
    expect_equal(gradient_of(function(b) lbeta(3, b), a) * a, -1, tolerance = 1e-5)
    expect_equal(gradient_of(function(x) lbeta(x, a), 3) / -a, trigamma(3), tolerance = 1e-5)
  }
})

test_that("tails follow the recurrences of their functions", {
  # P(a + 1, x) = P(a, x) - x^a e^-x / gamma(a + 1), and its kin for the beta distribution, in derivatives by the shape
  a <- c(1e-3, 0.2, 0.9, 1.5, 8, 40, 300, 1e4)
  for (x in c(1e-3, 0.5, 1.5, 9, 45, 320, 9990)) {
    left <- gradient_of(function(a) pgamma(x, a + 1), a)
    right <- gradient_of(function(a) pgamma(x, a) - exp(a * log(x) - x - lgamma(a + 1)), a)
    expect_lt(max(abs(left - right) / pmax(abs(left), 1e-13)), 1e-9)
  }
  # I_x(a, b) = 1 - I_(1 - x)(b, a)
  for (x in c(1e-3, 0.3, 0.5, 0.9)) {
    b <- c(0.1, 3, 50, 200)
    left <- gradient_of(function(p) pbeta(x, p[1:4], p[5:8]), c(b, rev(b)))
    right <- gradient_of(function(p) pbeta(1 - x, p[5:8], p[1:4], lower.tail = FALSE), c(b, rev(b)))
    expect_equal(left, right, tolerance = 1e-10)
    # a I_x(a, b) (1 - x)... by steps of a: I_x(a + 1, b) = I_x(a, b) - x^a (1 - x)^b / (a B(a, b))
    left <- gradient_of(function(p) pbeta(x, p[1:4] + 1, p[5:8]), c(b, rev(b)))
    right <- gradient_of(function(p) {
      pbeta(x, p[1:4], p[5:8]) - exp(p[1:4] * log(x) + p[5:8] * log1p(-x) - log(p[1:4]) - lbeta(p[1:4], p[5:8]))
    }, c(b, rev(b)))
    expect_lt(max(abs(left - right) / pmax(abs(left), 1e-12)), 1e-9)
  }
  # the t distribution with 1 and 2 degrees of freedom, and the F distribution of its square
  for (x in c(-3, -0.4, 0.2, 1.7)) {
    expect_equal(gradient_of(function(n) pt(x, n), c(1, 2, 7)),
                 sign(x) / 2 * gradient_of(function(n) pf(x^2, 1, n), c(1, 2, 7)), tolerance = 1e-10)
  }
})

test_that("where a value is left out its derivative is exactly zero", {
  y <- c(1.2, NA, 0.7, NaN)
  k <- c(2, NA, 0, 4)
  p <- c(0.2, NA, 0.7, 0.4)
  left_out <- list(
    function(v) sum(dnorm(y, v[1], v[2], log = TRUE), na.rm = TRUE),
    function(v) sum(dgamma(y, v[1], v[2]), na.rm = TRUE),
    function(v) sum(ifelse(!is.na(y), dweibull(y, v[1], v[2], log = TRUE), 0)),
    function(v) sum(ifelse(!is.na(k), dnbinom(k, v[1], mu = v[2], log = TRUE), 0)),
    function(v) { d <- dt(y * v[1], v[2]); d[is.na(d)] <- 1; sum(d) },
    function(v) { d <- pgamma(y, v[1], v[2], log.p = TRUE); d[is.na(y)] <- 1; sum(d) },
    function(v) sum(pbeta(p, v[1], v[2]), na.rm = TRUE), function(v) sum(qgamma(p, v[1], v[2]), na.rm = TRUE),
    function(v) sum(qt(p, v[1]) * v[2], na.rm = TRUE), function(v) sum(besselK(y * v[1], 0.3), na.rm = TRUE) * v[2],
    function(v) sum(dpois(k, v[1]) + dbinom(k, 5, v[2] / 4), na.rm = TRUE),
    function(v) sum(pnorm(y, v[1], v[2]), na.rm = TRUE),
    function(v) sum(ifelse(v[1] * y > 0.9, v[2] * y, v[1]), na.rm = TRUE)        # the condition is NA
  )
  for (f in left_out) {
    at <- c(1.3, 2.2)
    expected <- vapply(1:2, function(i) slope_of(function(x) f(replace(at, i, x)), at[i])[1], 0)
    expect_equal(gradient_of(f, at), expected, tolerance = 1e-7)
    tp <- tape(f, at)
    expect_equal(tp$fn(at), f(at))
    expect_equal(tp$gr(at), expected, tolerance = 1e-7)
    expect_true(all(is.finite(tp$he(at))))
  }
  # outside the support nothing depends on a parameter; where there is no density, everything
  for (f in list(function(v) dgamma(-1, v, log = TRUE), function(v) dexp(-1, v), function(v) dbeta(2, v, 1, log = TRUE),
                 function(v) pgamma(-1, v), function(v) plnorm(-1, v), function(v) dpois(1.5, v))) {
    expect_identical(suppressWarnings(gradient_of(f, 1.3)), 0)
  }
  for (f in list(function(v) dgamma(1, v, log = TRUE), function(v) dexp(1, v), function(v) pgamma(1, v),
                 function(v) qt(0.3, v))) {
    expect_identical(gradient_of(f, -1.3), NaN)
  }
})

test_that("what has no derivative is an error where it is asked for, or counts", {
  nu <- torch_tensor(1.5, dtype = torch_double(), requires_grad = TRUE)
  y <- tensor_function(function(nu) besselK(2, nu))(nu)
  expect_equal(as.numeric(y), besselK(2, 1.5))
  expect_error(autograd_grad(y, nu), "no derivative with respect to `nu`")
  expect_error(tape(function(nu) besselJ(2, nu), 1.5)$gr(1.5), "no derivative with respect to `nu`")
  a <- torch_tensor(1.5, dtype = torch_double(), requires_grad = TRUE)
  first <- autograd_grad(tensor_function(function(a) pgamma(2, a))(a), a, create_graph = TRUE)[[1]]
  second <- autograd_grad(first, a, create_graph = TRUE)[[1]]
  expect_error(autograd_grad(second, a), "first and second derivatives only")
  expect_error(tensor_function(function(d) psigamma(2, d))(a), "`deriv`")
  expect_identical(gradient_of(function(n) dbinom(2, n, 0.3), 5), 0)
  expect_identical(gradient_of(function(x) dpois(x, 0.3), 5), 0)
})
