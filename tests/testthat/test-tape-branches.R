# Many ways through a function: branches become choices, and mean what they mean in R.

n_recordings <- function(tp) length(.Call(C_call_tape_recordings, tape_private(tp)$state))

# The tape of f agrees with plain f at points that take many ways, with few recordings.
expect_few_ways <- function(f, n = 3, points = 30, recordings = most_ways + 1, tolerance = 1e-6) {
  environment(f) <- new.env(parent = globalenv())
  tp <- tape(f, seq_len(n) / 10)
  for (k in seq_len(points)) {
    x <- round(rnorm(n), 3)
    expect_equal(tp$fn(x), f(x), tolerance = 1e-12)
    expect_equal(tp$gr(x), gradient(f, x), tolerance = 1e-12)
  }
  expect_equal(tp$gr(x), numeric_gradient(f, x), tolerance = tolerance)
  expect_lte(n_recordings(tp), recordings)
  expect_false(tape_private(tp)$eager)
}

test_that("an if for each observation needs few recordings", {
  set.seed(5)
  expect_few_ways(function(p) {
    check <- function(u) if (u < 0) -0.7 * u else 0.3 * u
    s <- 0
    for (y in c(-0.5, 0.2, 0.9, 1.4, -1.1, 0.6)) s <- s + check(y - p[1] - p[2] * y^2) * p[3]
    s
  })
  expect_few_ways(function(p) {
    check <- function(u) {
      if (u < 0) return(-0.7 * u)
      0.3 * u
    }
    s <- p[3]^2
    for (y in c(-0.5, 0.2, 0.9, 1.4, -1.1, 0.6)) s <- s + check(y - p[1] - p[2] * y^2)
    s
  })
  expect_few_ways(function(p) {
    m <- 0
    v <- exp(p[3])
    s <- 0
    for (y in c(-0.5, 0.2, 0.9, 1.4, -1.1, 0.6)) {
      e <- y - m
      if (e > p[1]) {
        v <- 0.9 * v + e^2
        m <- m + p[2] * e
      } else if (e > 0) {
        v <- 0.8 * v + 0.1
      } else {
        m <- m * p[2]
      }
      s <- s + dnorm(e, m, sqrt(v), log = TRUE)
    }
    s
  })
  expect_few_ways(function(p) {
    out <- numeric(6)
    for (i in 1:6) if (p[1] * i > p[2] + 2) out[i] <- p[3] * i else out[i] <- p[2]^2
    sum(out * 1:6)
  })
  expect_few_ways(function(p) {
    s <- sum(p^2)
    for (y in c(-0.5, 0.2, 0.9, 1.4)) if (p[1] < y) s <- s + (p[1] - y)^2 * p[2]
    s
  })
  expect_few_ways(function(p) {
    total <- 0
    for (y in c(-0.5, 0.2, 0.9, 1.4)) total <- total +
      (if (p[1] < y) { (p[2] - y) * p[3] } else (if (p[2] < y) p[3] else p[1]))
    total
  })
})

test_that("a side that cannot be had, or that decides what R does next, is recorded as before", {
  set.seed(6)
  # a position that is not there, plain numbers, values of unlike lengths, side effects
  expect_few_ways(function(p) {
    index <- 0
    for (y in c(-0.5, 0.2)) index <- index + (if (p[1] > y) 1 else 0)
    x <- p[1:2]
    s <- sum(rep(p[2], index + 1)) + p[3]
    if (p[1] > 0.7) s <- s + x[2] else s <- s - x[1]
    if (p[2] > 0) x <- p else x <- p[1]
    s + sum(x)
  }, recordings = 12)
  seen <- 0
  f <- function(p) {
    touch <- function(v) {
      seen <<- seen + 1
      v
    }
    s <- 0
    for (y in c(-0.5, 0.2, 0.9)) if (p[1] > y) s <- s + touch(p[2]) else s <- s + p[1]
    s
  }
  tp <- tape(f, c(1, 2))
  for (x in list(c(-2, 1), c(0, 3), c(0.5, 1), c(0.3, 7))) expect_equal(tp$fn(x), f(x))
})

test_that("a variable that only one side sets stays unset on the other", {
  f <- function(p) {
    s <- 0
    for (y in 1:6) {
      if (p[1] > y) extra <- p[2] * y
      s <- s + if (exists("extra", inherits = FALSE)) extra else p[1]
    }
    s
  }
  environment(f) <- new.env(parent = globalenv())
  tp <- tape(f, c(0.5, 2))
  for (a in c(0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5)) expect_equal(tp$fn(c(a, 2)), f(c(a, 2)))
})

test_that("a condition that is NA gives NaN on a choice", {
  f <- function(p) {
    s <- 0
    for (y in 1:6) s <- s + (if (sqrt(p[1]) > y) p[1] else p[2])
    s
  }
  environment(f) <- new.env(parent = globalenv())
  tp <- tape(f, c(0.5, 2))
  for (a in c(1.5, 4.5, 9.5, 16.5, 25.5, 36.5)) expect_equal(tp$fn(c(a, 2)), f(c(a, 2)))
  expect_equal(n_recordings(tp), most_ways + 1)
  expect_true(is.nan(tp$fn(c(-1, 2))))
})

test_that("functions without a body, and of every form, stay what they are", {
  f <- function(p) {
    nothing <- function(e) NULL
    empty <- function() {}
    early <- function(v) {
      if (v > 0) return(v)
      NULL
    }
    sum(p) + length(nothing(p)) + length(empty()) + length(early(-1)) +
      length(tryCatch(stop("no"), error = function(e) NULL))
  }
  environment(f) <- new.env(parent = globalenv())
  expect_equal(tape(f, c(1, 2))$fn(c(1, 2)), 3)
})
