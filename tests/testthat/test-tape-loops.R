# Loops of R code are loops of the tape: the same numbers as straight code, from code that does not grow with them.

straight_tape <- function(f, x) {
  tp <- tape(f, x)
  .Call(C_call_tape_straight, recorded_state(tp), TRUE)
  tp
}
sizes <- function(f, x, kind) .Call(C_call_tape_sizes, recorded_state(tape(f, x)), kind)

test_that("random programs of steps give the digits of straight code", {
  with_loops <- 0
  for (seed in 1:20) {
    set.seed(seed)
    program <- loop_program()
    f <- program$f
    x <- program$x
    v <- rnorm(length(x))
    points <- rbind(x, x * 0.9, x + 0.01)
    rolled <- tape(f, x)
    straight <- straight_tape(f, x)
    with_loops <- with_loops + (.Call(C_call_tape_sizes, recorded_state(rolled), "gradient")$loops > 0)
    expect_equal(rolled$fn(x), f(x), tolerance = 1e-12, info = seed)
    expect_identical(rolled$fn(x), straight$fn(x), info = seed)
    expect_identical(rolled$gr(x), straight$gr(x), info = seed)
    expect_identical(rolled$hvp(x, v), straight$hvp(x, v), info = seed)
    expect_equal(rolled$gr(x), fd_gradient(f, x), tolerance = 1e-5, info = seed)
    along <- (rolled$gr(x + 1e-6 * v) - rolled$gr(x - 1e-6 * v)) / 2e-6
    expect_equal(rolled$hvp(x, v), along, tolerance = 1e-4, info = seed)
    expect_equal(unname(rolled$fn_many(points)), unname(apply(points, 1, straight$fn)), tolerance = 1e-14, info = seed)
    if (length(x) <= 5) expect_identical(rolled$he(x), straight$he(x), info = seed)
  }
  expect_gt(with_loops, 8)
})

test_that("compiled loops have the interpreter's digits, and compile without a warning", {
  skip_on_cran()
  skip_if_not(has_compiler())
  programs <- lapply(101:112, function(seed) {
    set.seed(seed)
    loop_program()
  })
  interpreted <- lapply(programs, function(p) tape(p$f, p$x))
  compiled <- lapply(programs, function(p) tape(p$f, p$x))
  for (i in seq_along(programs)) compiled[[i]]$value_and_grad(programs[[i]]$x)
  warnings <- compile_together(compiled, c("value", "gradient"))
  expect_identical(warnings, character())
  for (i in seq_along(programs)) {
    x <- programs[[i]]$x
    expect_identical(compiled[[i]]$fn(x * 0.99), interpreted[[i]]$fn(x * 0.99), info = i)
    expect_identical(compiled[[i]]$gr(x * 0.99), interpreted[[i]]$gr(x * 0.99), info = i)
  }
})

test_that("operands that are at hand are those in memory", {
  skip_on_cran()
  programs <- lapply(1:24, function(seed) {
    set.seed(seed)
    arithmetic_program()
  })
  rolled <- lapply(programs, function(p) tape(p$f, p$x))
  compiled <- lapply(programs, function(p) tape(p$f, p$x))
  if (has_compiler()) {
    for (i in seq_along(programs)) compiled[[i]]$value_and_grad(programs[[i]]$x)
    expect_identical(compile_together(compiled, c("value", "gradient")), character())
  }
  for (i in seq_along(programs)) {
    f <- programs[[i]]$f
    x <- programs[[i]]$x
    straight <- straight_tape(f, x)
    expect_equal(rolled[[i]]$fn(x), f(x), tolerance = 1e-10, info = i)
    for (other in list(straight, compiled[[i]])) {
      expect_identical(rolled[[i]]$fn(x), other$fn(x), info = i)
      expect_identical(rolled[[i]]$gr(x), other$gr(x), info = i)
      expect_identical(rolled[[i]]$fn(0.9 * x), other$fn(0.9 * x), info = i)
    }
    expect_identical(rolled[[i]]$he(x), straight$he(x), info = i)
    expect_identical(unname(rolled[[i]]$fn_many(rbind(x, 0.9 * x))), c(straight$fn(x), straight$fn(0.9 * x)), info = i)
  }
})

test_that("code does not grow with the steps", {
  set.seed(1)
  y <- rnorm(2000)
  garch <- function(n) {
    as_user(function(b) {
      h <- 1
      value <- 0
      for (t in 2:n) {
        h <- b[1] + b[2] * y[t - 1]^2 + b[3] * h
        value <- value + log(h) + y[t]^2 / h
      }
      value
    }, y = y, n = n)
  }
  for (kind in c("value", "gradient", "hvp")) {
    few <- sizes(garch(200), c(0.1, 0.1, 0.8), kind)
    many <- sizes(garch(2000), c(0.1, 0.1, 0.8), kind)
    expect_equal(many$scalars, few$scalars, tolerance = 0.1, info = kind)
    expect_gt(many$loops, 0)
  }
  kept <- function(n) .Call(C_call_tape_recordings, recorded_state(tape(garch(n), c(0.1, 0.1, 0.8))))[[1]]$kept
  expect_equal(kept(2000), kept(200), tolerance = 0.1)
  fibonacci <- function(n) as_user(function(b) {
    x <- c(b, numeric(n))
    for (i in 3:(n + 2)) x[i] <- 0.5 * x[i - 1] + 0.3 * x[i - 2] * b[1]
    x[n + 2]
  }, n = n)
  expect_lt(sizes(fibonacci(1000), c(1, 2), "gradient")$scalars, 40)
})

test_that("loops within loops are found, uneven ones stay right", {
  set.seed(2)
  y <- matrix(rnorm(40 * 30), 40)
  even <- as_user(function(b) {
    total <- 0
    for (series in 1:30) {
      s <- b[1]
      for (t in 1:40) {
        s <- tanh(b[2] * s + y[t, series])
        total <- total + s^2
      }
    }
    total
  }, y = y)
  uneven <- as_user(function(b) {
    total <- 0
    for (series in 1:30) {
      s <- b[1]
      for (t in seq_len(5 + series %% 4 * 7)) s <- tanh(b[2] * s + y[t, series])
      total <- total + s^2
    }
    total
  }, y = y)
  x <- c(0.3, 0.7)
  expect_lt(sizes(even, x, "value")$scalars, 150)
  for (f in list(even, uneven)) {
    tp <- tape(f, x)
    straight <- straight_tape(f, x)
    expect_equal(tp$fn(x), f(x), tolerance = 1e-13)
    expect_identical(tp$value_and_grad(x), straight$value_and_grad(x))
    expect_identical(tp$he(x), straight$he(x))
  }
})

test_that("small arrays in long recordings become numbers, with the same values", {
  programs <- lapply(201:215, function(seed) {
    set.seed(seed)
    loop_program()
  })
  for (program in programs) {
    x <- program$x
    tp <- tape(program$f, x)
    old <- options(gradtape.vectorise = FALSE)
    as_arrays <- tape(program$f, x)
    options(old)
    expect_equal(tp$fn(x * 0.9), as_arrays$fn(x * 0.9), tolerance = 1e-12)
    expect_equal(tp$gr(x * 0.9), as_arrays$gr(x * 0.9), tolerance = 1e-10)
  }
  kalman <- as_user(function(b) {
    A <- matrix(c(1, 0, 1, 1), 2)
    P <- diag(10, 2)
    state <- c(0, 0)
    value <- 0
    for (t in 1:200) {
      state <- A %*% state
      P <- A %*% P %*% t(A) + diag(exp(b[1:2]))
      f <- P[1, 1] + exp(b[3])
      e <- cos(t) - state[1]
      k <- P[, 1] / f
      value <- value + log(f) + e^2 / f
      state <- state + k * e
      P <- P - outer(k, P[1, ])
    }
    value
  })
  expect_lt(sizes(kalman, c(-1, -2, 0), "gradient")$calls, 10)
  expect_lt(sizes(kalman, c(-1, -2, 0), "gradient")$scalars, 500)
})

test_that("filters written with solve() and det() of small matrices have loops, and their values", {
  set.seed(3)
  y <- matrix(rnorm(800), 2)
  filter <- function(n, rows) {
    as_user(function(p) {
      H <- diag(exp(p[1]), rows)
      phi <- diag(p[2], rows) + 0.1
      x <- matrix(0, rows, 1)
      P <- diag(rows)
      value <- 0
      for (t in 1:n) {
        S <- P + H
        v <- y[seq_len(rows), t] - x
        value <- value + log(det(S)) + t(v) %*% solve(S, v)
        K <- P %*% solve(S)
        x <- phi %*% (x + K %*% v)
        P <- phi %*% (P - K %*% P) %*% t(phi) + diag(0.3, rows)
      }
      drop(value)
    }, y = y, n = n, rows = rows)
  }
  p <- c(0.2, 0.6)
  for (rows in 1:2) {
    for (kind in c("value", "gradient")) {
      expect_lt(sizes(filter(400, rows), p, kind)$scalars, 1.2 * sizes(filter(200, rows), p, kind)$scalars + 20)
    }
    f <- filter(40, rows)
    tp <- tape(f, p)
    expect_equal(tp$fn(p * 1.1), f(p * 1.1), tolerance = 1e-12)
    expect_true(expect_near_differences(tp$gr(p), f, p, 1e-7, "gradient"))
    expect_true(expect_near_differences(tp$he(p), tp$gr, p, 1e-6, "Hessian"))
  }
})

test_that("determinants of up to three rows in a loop have their derivatives, also where they are zero", {
  for (n in 1:4) {
    rotated <- as_user(function(p) {
      s <- 0
      for (k in 1:50) s <- s + det(matrix(sin(k * seq_len(n * n)) * p[1] + p[2] * cos(k), n)) / k
      s
    }, n = n)
    tp <- tape(rotated, c(1, 0.5))
    for (p in list(c(1.2, 0.4), c(0, 0.5), c(0.3, 0), c(0, 0))) {
      expect_equal(tp$fn(p), rotated(p), tolerance = 1e-12)
      expect_near_differences(tp$gr(p), rotated, p, 1e-7, "gradient")
      expect_near_differences(tp$he(p), tp$gr, p, 1e-6, "Hessian")
    }
  }
})

test_that("small arrays as numbers keep gradients that are stopped, and the sign of zero", {
  stopped <- function(x) {
    s <- x
    for (i in 1:50) s <- s * 0.9 + (x * s)$detach()
    sum(s)
  }
  old <- options(gradtape.check = FALSE)
  on.exit(options(old))
  tp <- tape(stopped, c(0.3, 0.5))
  expect_equal(tp$gr(c(0.3, 0.5)), eager(stopped, c(0.3, 0.5))$gradient)
  zeros <- as_user(function(x) {
    s <- 0
    m <- matrix(c(0, 0, 0, 0), 2)
    for (i in 1:80) s <- s + x[1] / 1e3
    v <- m %*% (-x) * 1
    for (i in 1:80) v <- v * 1
    s + sum(1 / sum(v)) + sum(1 / v)
  })
  expect_identical(tape(zeros, c(1, 2))$fn(c(1, 2)), zeros(c(1, 2)))
})

test_that("a saved tape has its loops again", {
  set.seed(3)
  program <- loop_program(steps = 40, inner = 9)
  tp <- tape(program$f, program$x)
  file <- tempfile(fileext = ".rds")
  saveRDS(tp, file)
  again <- readRDS(file)
  expect_identical(again$fn(program$x), tp$fn(program$x))
  expect_identical(again$gr(program$x), tp$gr(program$x))
})
