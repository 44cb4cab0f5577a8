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
    expect_equal(eager(tensor_function(f), p)$gradient, as.vector(tp$gr(p)), tolerance = 1e-10)
    curvature <- vapply(1:3, function(k) fd_gradient(function(x) tp$gr(x)[k], p), p)
    expect_equal(tp$he(p), curvature, tolerance = 1e-5)
  }
})

test_that("the states of a vector are told apart, whatever is asked of them and when", {
  p <- torch_tensor(c(0.5, 3), requires_grad = TRUE)
  x <- torch_zeros(4)
  x[1] <- p[1]
  x[2] <- p[2]                                             # from here on one array for all states
  old <- x
  x[3] <- old[1] * 2
  x$requires_grad
  newer <- x
  x[1] <- 7
  x[1:2] <- c(8, 9)
  expect_equal(as.numeric(old), c(0.5, 3, 0, 0))
  expect_equal(as.numeric(newer[3]), 1)
  expect_equal(as.numeric(newer), c(0.5, 3, 1, 0))
  expect_equal(as.numeric(x), c(8, 9, 1, 0))
  old[4] <- 1                                              # another line of states
  expect_equal(as.numeric(old), c(0.5, 3, 0, 1))
  expect_equal(as.numeric(newer), c(0.5, 3, 1, 0))
  longer <- c(x, p)
  x[2] <- 0
  expect_equal(as.numeric(longer), c(8, 9, 1, 0, 0.5, 3))
  x[3] <- x[3] + sum(x)                                    # reads whole, then goes on
  x[5] <- x[3]
  expect_equal(as.numeric(x), c(8, 0, 10, 0, 10))
  y <- x
  x[1:5] <- y * 2
  x[2:3] <- x[1:2]
  expect_equal(as.numeric(x), c(16, 16, 0, 0, 20))
  expect_equal(as.numeric(unserialize(serialize(x, NULL))), c(16, 16, 0, 0, 20))
  x$add_(1)
  x[1] <- 0
  expect_equal(as.numeric(x), c(0, 17, 1, 1, 21))
  m <- torch_zeros(2, 2)
  m[1, 1] <- p[1]
  m[2, ] <- p
  flat <- torch_reshape(m, 4)
  names(flat) <- letters[1:4]
  m[1, 2] <- 5
  flat["b"] <- 6
  m <- rbind(m, p * 2)
  m <- rbind(m, m[3, ] + 1)
  m <- rbind(m, m[4, ])
  m[5, 1] <- 0
  expect_equal(as_array(m), rbind(c(0.5, 5), c(0.5, 3), c(1, 6), c(2, 7), c(0, 7)))
  expect_equal(sum(as_array(flat)), sum(c(0.5, 6, 0.5, 3)))   # (by row, as torch)
})

test_that("gradients of states reach what is asked: leaves, states between, hooks", {
  p <- torch_tensor(c(0.5, 3), requires_grad = TRUE)
  x <- torch_zeros(3)
  x[1] <- p[1]
  x[2] <- p[2] * x[1]
  middle <- x
  x[3] <- x[2] * x[1]
  x[1] <- 1
  loss <- sum(x * c(1, 10, 100)) + middle[1]
  expect_equal(as.numeric(autograd_grad(loss, middle, retain_graph = TRUE)[[1]]), c(151, 60, 0))
  middle$retain_grad()
  seen <- NULL
  middle$register_hook(function(g) seen <<- as.numeric(g))
  loss$backward(retain_graph = TRUE)
  expect_equal(as.numeric(middle$grad), c(151, 60, 0))
  expect_equal(seen, c(151, 60, 0))
  # x[2] = p2 p1, x[3] = p2 p1^2
  expect_equal(as.numeric(p$grad), c(10 * 3 + 100 * 2 * 3 * 0.5 + 1, 10 * 0.5 + 100 * 0.25))
  again <- autograd_grad(loss, p, create_graph = TRUE)[[1]]
  expect_equal(as.numeric(again), as.numeric(p$grad))
  expect_equal(as.numeric(autograd_grad(again[1], p)[[1]]), c(200 * 3, 10 + 200 * 0.5))
})

test_that("an eager loop that assigns keeps no vector for each step", {
  n <- 3000
  f <- garch(n)
  before <- sum(gc()[, 2])
  p <- torch_tensor(c(0.1, 0.2, 0.6), requires_grad = TRUE)
  y <- tensor_function(f)(p)
  kept <- sum(gc()[, 2]) - before                          # in megabytes; a copy for each step would be 72
  expect_lt(kept, 30)
  y$backward()
  expect_equal(as.numeric(p$grad), tape(f, c(0.1, 0.2, 0.6))$gr(c(0.1, 0.2, 0.6)), tolerance = 1e-10)
})

test_that("lists are assigned to as in R, by R's own function", {
  f <- function(p) {
    l <- list(p, a = 1)
    l[[1]][2] <- p[1] * 2
    kept <- l
    l[["a"]] <- p[2]
    l$b <- sum(l[[1]])
    l[3] <- list(l$b^2)
    l[["new"]][["deep"]] <- l$a
    l[[1]] <- NULL
    unlist(l) * kept[[1]][2]
  }
  copy <- body(tensor_function(f))
  expect_true(any(grepl("base::`[[`", deparse(copy), fixed = TRUE)))
  p <- c(0.5, 3)
  expect_equal(f(p), unlist(lapply(tensor_function(f)(p), as.numeric)))
  expect_equal(jacobian(f, p), jacobian(function(p) c(p[2], 4.75 / 4.75 * (3 * p[1])^2, p[2]) * 2 * p[1], p),
               ignore_attr = TRUE)
  own <- function(p) {
    `[[<-` <- function(x, i, value) base::`[[<-`(x, i, value * 2)
    l <- list(0)
    l[[1]] <- p
    sum(l[[1]]) + sum(`[<-`(c(1, 2), 2, p[1])) + sum(`[<-`(matrix(0, 2, 2), 1, 1:2, p))
  }
  expect_equal(tape(own, p)$fn(p), own(p))
})

test_that("a gradient that is handed on in place is that of its tensor alone", {
  p <- torch_tensor(c(0.5, 3), requires_grad = TRUE)
  v <- c(p, p[1])
  v <- c(v, v[3] * p[2], 1)
  v <- c(v, v[1:2])
  x <- v
  x[1:7] <- v                                              # the same on both sides
  x[2:3] <- x[c(1, 1)]
  sum(x * 1:7)$backward()
  # v = (p1, p2, p1, p1 p2, 1, p1, p2), x = (p1, p1, p1, p1 p2, 1, p1, p2)
  expect_equal(as.numeric(p$grad), c(1 + 2 + 3 + 4 * 3 + 6, 4 * 0.5 + 7))
  expect_equal(as.numeric(unserialize(serialize(p$grad, NULL))), as.numeric(p$grad))
  q <- torch_tensor(c(1, 2, 3), requires_grad = TRUE)
  c(c(q, q[1]), 2)$backward(gradient = torch_tensor(c(1, 2, 3, 4, 5)))
  expect_equal(as.numeric(unserialize(serialize(q$grad, NULL))), c(5, 2, 3))
})

test_that("states are made without gradients too, in floats, and are saved whole", {
  p <- torch_tensor(c(0.5, 3), dtype = torch_float(), requires_grad = TRUE)
  x <- torch_zeros(3, dtype = torch_float())
  x[1] <- p[1]
  x[2] <- p[2]
  x[3] <- 0.1
  expect_identical(x$dtype$name, "float")
  expect_equal(as.numeric(x), c(0.5, 3, 0.1), tolerance = 1e-7)
  with_no_grad({
    x[1] <- 2
    x[2] <- x[1] + 1
  })
  expect_false(x$requires_grad)
  expect_equal(as.numeric(unserialize(serialize(x, NULL))), c(2, 3, 0.1), tolerance = 1e-7)
  x[1] <- 4
  x$requires_grad_(TRUE)
  sum(x * c(1, 2, 3))$backward()
  expect_equal(as.numeric(x$grad), c(1, 2, 3))
  with_no_grad(x$sub_(1))
  expect_equal(as.numeric(x), c(3, 2, -0.9), tolerance = 1e-6)
  whole <- torch_tensor(c(1, 2, 3))
  y <- torch_tensor(c(1, 2), requires_grad = TRUE) * 1
  y[1] <- 5L
  y[2] <- TRUE
  y[1] <- NA
  expect_identical(as.numeric(y), c(NA, 1))
  y[2] <- whole[3]
  expect_equal(as.numeric(y[2]), 3)
})
