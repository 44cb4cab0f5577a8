# Assignments to elements: R's value semantics, and a cost that grows with the number of assignments,
# not with that times the length of what is assigned to.

# The elements that a tape's program computes in all.
computed_elements <- function(f, x, kind = "gradient") {
  state <- .Call(C_call_tape_new, length(x))
  record_function(tensor_function(f), x, state)
  shapes <- .Call(C_call_tape_instructions, .Call(C_call_tape_optimized, state, kind))$shape
  sum(vapply(shapes, prod, 0))
}

garch <- function(n, y = sin(seq_len(n)) / 2) {
  function(p) {
    s <- numeric(n)
    s[1] <- 0.2
    for (i in 2:n) s[i] <- p[1] + p[2] * y[i - 1]^2 + p[3] * s[i - 1]
    sum(log(s) + y^2 / s)
  }
}

local_level <- function(n, y = sin(seq_len(n))) {
  function(p) {
    a <- v <- f <- k <- numeric(n)
    a[1] <- y[1]
    v[1] <- exp(p[1])
    for (i in 2:n) {
      f[i] <- v[i - 1] + exp(p[1]) + exp(p[2])
      k[i] <- (v[i - 1] + exp(p[2])) / f[i]
      a[i] <- a[i - 1] + k[i] * (y[i] - a[i - 1])
      v[i] <- k[i] * exp(p[1])
    }
    sum(log(f[-1]) + (y[-1] - a[-n])^2 / f[-1])
  }
}

markov <- function(n, y = sin(seq_len(n))) {
  function(p) {
    move <- matrix(c(plogis(p[1]), plogis(-p[1]), 0.3, 0.7), 2, byrow = TRUE)
    alpha <- matrix(0, n, 2)
    scale <- numeric(n)
    alpha[1, ] <- c(0.5, 0.5)
    scale[1] <- 1
    for (i in 2:n) {
      alpha[i, ] <- (alpha[i - 1, ] %*% move) * dnorm(y[i], c(p[2], -p[2]), 1)
      scale[i] <- sum(alpha[i, ])
      alpha[i, ] <- alpha[i, ] / scale[i]
    }
    sum(log(scale)) + sum(alpha[, 1]) / n
  }
}

growing <- function(n) {
  function(p) {
    v <- c()
    w <- p[1]
    m <- NULL
    columns <- NULL
    for (i in seq_len(n)) {
      v <- c(v, if (i > 1) v[i - 1] * p[2] + 0.1 else p[1])
      w[length(w) + 1] <- w[length(w)] * 0.9 + p[2]
      m <- rbind(m, c(v[i], w[i + 1], 1))
      columns <- cbind(columns, c(v[i], p[2]))
    }
    sum(v^2) + sum(w) + sum(m[, 1:2] * seq_len(n)) + sum(columns^2)
  }
}

test_that("random programs of assignments mean on tensors and tapes what they mean on numbers", {
  for (seed in 1:30) {
    set.seed(seed)
    expect_null(assign_check(assign_program(sample(c(10, 40), 1))), info = paste("seed", seed))
  }
})

test_that("a copy keeps its value when the original is assigned to", {
  f <- function(p) {
    x <- p
    x[1] <- p[1] * 2
    y <- x
    x[2] <- y[1] * p[2]
    z <- x
    x[1] <- 0
    y[2] <- z[2] + z[1]
    c(x, y, z)
  }
  p <- c(0.5, 3)
  expect_equal(as.numeric(f(torch_tensor(p))), f(p))
  expect_equal(tape(function(p) sum(f(p) * 1:6), p)$fn(c(2, 5)), sum(f(c(2, 5)) * 1:6))
  expect_equal(tape(f, p)$jacobian(p), rbind(c(0, 0), c(6, 1), c(2, 0), c(8, 1), c(2, 0), c(6, 1)))
})

test_that("a tape of a loop that assigns computes as many elements as the loop has steps", {
  for (make in list(garch, local_level, markov, growing)) {
    p <- c(0.1, 0.2, 0.6)
    for (kind in c("value", "gradient")) {
      few <- computed_elements(make(200), p, kind)
      many <- computed_elements(make(800), p, kind)
      expect_lt(many, 4.2 * few)
    }
  }
  expect_lt(computed_elements(garch(2000), c(0.1, 0.2, 0.6)), 60 * 2000)
  expect_lt(computed_elements(garch(500), c(0.1, 0.2, 0.6), "hvp"), 200 * 500)
})

test_that("loops that assign have the right derivatives", {
  p <- c(0.1, 0.2, 0.6)
  for (f in list(garch(60), local_level(40), markov(30), growing(25))) {
    tp <- tape(f, p)
    expect_equal(tp$fn(p), f(p), tolerance = 1e-12)
    expect_equal(tp$gr(p), fd_gradient(f, p), tolerance = 1e-6)
    curvature <- vapply(1:3, function(k) fd_gradient(function(x) tp$gr(x)[k], p), p)
    expect_equal(tp$he(p), curvature, tolerance = 1e-5)
  }
})
