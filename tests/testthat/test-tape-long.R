# Long recordings hand their nodes over while the function runs; here they do so after a few.

with_nodes <- function(n, code) {
  old <- options(gradtape.nodes = n)
  on.exit(options(old))
  code
}

test_that("recordings that hand over their nodes give the same as those that keep them", {
  for (seed in 1:30) {
    set.seed(seed)
    program <- if (seed %% 2) loop_program() else {
      n <- sample(c(2, 5, 40), 1)
      list(f = random_function(n, sample(3:15, 1)), x = rnorm(n))
    }
    x <- program$x
    v <- rnorm(length(x))
    whole <- tape(program$f, x)
    for (nodes in c(1L, 2L, 7L)) {
      parts <- with_nodes(nodes, tape(program$f, x))
      for (at in list(x, x * 0.9)) {
        info <- paste(seed, nodes)
        expect_equal(parts$fn(at), whole$fn(at), tolerance = 1e-13, info = info)
        expect_equal(parts$gr(at), whole$gr(at), tolerance = 1e-11, info = info)
        expect_equal(parts$hvp(at, v), whole$hvp(at, v), tolerance = 1e-10, info = info)
      }
    }
  }
})

test_that("branches, also those of kernels that fail, are guarded", {
  f <- as_user(function(x) {
    y <- x[1]
    for (i in 1:12) y <- if (y > 0.5) y * 0.7 + x[2] else y + 0.3
    y
  })
  tp <- with_nodes(3L, tape(f, c(0.9, 0.1)))
  with_nodes(3L, for (x in list(c(0.9, 0.1), c(-2, 0.4), c(5, -1))) {
    expect_equal(tp$fn(x), f(x))
    expect_equal(tp$gr(x), fd_gradient(f, x), tolerance = 1e-6)
  })
  # the factor is needed by nothing, only that there is one
  g <- as_user(function(x) {
    scale <- tryCatch({
      chol(diag(2) * x[1])
      1
    }, error = function(e) 3)
    y <- x[1]
    for (i in 1:12) y <- y * 0.9
    y * scale
  })
  tp <- with_nodes(2L, tape(g, 0.3))
  expect_equal(tp$fn(c(0.6)), g(0.6))
  expect_equal(tp$fn(c(-0.6)), 3 * -0.6 * 0.9^12)
  expect_equal(tp$fn(c(0.9)), g(0.9))
})

test_that("a gradient within the function finds its nodes", {
  calls <- 0
  f <- function(x) {
    calls <<- calls + 1
    y <- x[1]
    for (i in 1:9) y <- y * x[2] + sin(y)
    slope <- autograd_grad(y, x, create_graph = TRUE)[[1]]
    sum(slope^2) + y
  }
  whole <- tape(f, c(0.3, 0.4))
  once <- calls
  parts <- with_nodes(4L, tape(f, c(0.3, 0.4)))
  expect_equal(calls, 2 * once + 1)                       # recorded once more
  expect_identical(parts$fn(c(0.5, 0.1)), whole$fn(c(0.5, 0.1)))
  expect_identical(parts$gr(c(0.5, 0.1)), whole$gr(c(0.5, 0.1)))
  # a handler of the function's own does not catch that
  caught <- function(x) {
    if (!inherits(x, "torch_tensor")) stop("tensors only")
    tryCatch(f(x), error = function(e) x[1])
  }
  expect_identical(with_nodes(4L, tape(caught, c(0.3, 0.4)))$gr(c(0.5, 0.1)), whole$gr(c(0.5, 0.1)))
})

test_that("vectors that grow and are assigned to, floats and draws are as ever", {
  grow <- as_user(function(x) {
    v <- x[1]
    for (i in 1:9) v <- c(v, v[i] * x[2] + 1)
    m <- matrix(0, 3, 3)
    for (i in 1:3) m[i, ] <- v[i + 0:2] * x[1]
    for (i in 1:9) v[i] <- v[i] + m[(i - 1) %% 3 + 1, 1]
    sum(v * v) + sum(m)
  })
  for (nodes in c(1L, 4L)) {
    tp <- with_nodes(nodes, tape(grow, c(0.3, 0.4)))
    for (x in list(c(0.3, 0.4), c(-1, 0.7))) {
      expect_equal(tp$fn(x), grow(x), tolerance = 1e-14)
      expect_equal(tp$gr(x), fd_gradient(grow, x), tolerance = 1e-6)
    }
  }
  x <- torch_tensor(c(0.3, 0.7), dtype = torch_float(), requires_grad = TRUE)
  step <- function(x) {
    y <- x[1]
    for (i in 1:9) y <- y * x[2] + 0.1
    y
  }
  plain <- step(x)
  with_nodes(2L, fast <- jit(step)(x))
  expect_identical(as_array(fast), as_array(plain))
  expect_identical(as_array(autograd_grad(fast, x)[[1]]), as_array(autograd_grad(plain, x)[[1]]))
  draws <- as_user(function(x) {
    y <- x[1]
    for (i in 1:9) y <- y * 0.5 + rnorm(1)
    y
  })
  with_nodes(2L, expect_message(tape(draws, 1), "random numbers"))
})

test_that("what a long recording took over has no gradient outside of it", {
  kept <- new.env()
  f <- as_user(function(x) {
    y <- x[1]
    for (i in 1:9) y <- y * x[2]
    if (inherits(y, "torch_tensor")) assign("y", y, envir = kept)
    for (i in 1:9) y <- y * x[2]
    y
  }, kept = kept)
  with_nodes(2L, tape(f, c(0.3, 0.4)))
  expect_error(kept$y$backward(), "long recording", class = "gradtape_gradient_error")
  expect_false(kept$y$is_leaf)
  expect_equal(as_array(kept$y), 0.3 * 0.4^9)
})

test_that("a loop of any length keeps few nodes", {
  f <- as_user(function(x) {
    y <- x[1]
    for (i in 1:3000) y <- y * x[2] + 0.1
    if (inherits(y, "torch_tensor")) held <<- sum(gc()[, 1])
    y
  }, held = 0)
  count <- function(nodes) {
    with_nodes(nodes, tape(f, c(0.3, 0.4)))
    environment(f)$held
  }
  count(100L)
  expect_gt(count(65536L) - count(100L), 3 * 6000)         # a node is three objects of R, or more
})
