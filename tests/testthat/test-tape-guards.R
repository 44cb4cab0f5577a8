# Points on every side of what the function decides: the tape must always agree with an
# eager run.
expect_same <- function(f, points, tp = tape(f, points[[1]])) {
  for (x in c(points, rev(points))) {
    e <- eager(f, x)
    expect_equal(tp$fn(x), e$value, tolerance = 1e-12)
    expect_equal(tp$gr(x), e$gradient, tolerance = 1e-10)
  }
}

test_that("a piecewise function is recorded anew on each side", {
  f <- function(x) if (x[1] < 0) x[1]^2 + x[2] else if (x[2] > 1 && x[1] > 2) prod(x) else x[1]^3 * x[2]
  expect_same(f, list(c(-1, 2), c(1, 2), c(3, 2), c(3, 0.5), c(-2, 0)))
})

test_that("a loop whose length depends on a value", {
  f <- function(x) {
    s <- x[1]
    while (s < 10) s <- s * x[2]
    s
  }
  expect_same(f, list(c(1, 2), c(1, 1.5), c(20, 3), c(3, 2), c(0.1, 1.2)))
})

test_that("a Newton iteration run to convergence inside the objective", {
  # the cube root of x[1], whose derivative is known
  f <- function(x) {
    r <- x[1] * 0 + 1
    repeat {
      step <- (r^3 - x[1]) / (3 * r^2)
      r <- r - step
      if (abs(step) < 1e-12) break
    }
    r * x[2]
  }
  tp <- tape(f, c(2, 1))
  for (a in c(2, 27, 0.3, 1000, 5)) {
    expect_equal(tp$fn(c(a, 2)), 2 * a^(1 / 3), tolerance = 1e-12)
    expect_equal(tp$gr(c(a, 2)), c(2 / 3 * a^(-2 / 3), a^(1 / 3)), tolerance = 1e-9)
  }
})

test_that("logical subscripts, any(), all(), which() and ifelse-like choices", {
  expect_same(function(x) sum(x[x > 0]^2), list(c(1, -1, 2), c(-1, 3, 2), c(1, 1, 1), c(-1, -2, -3)))
  expect_same(function(x) if (any(x > 1)) sum(x^2) else sum(x^3), list(c(0.5, 0.2), c(2, 0), c(2, 3)))
  expect_same(function(x) if (all(x > 1)) sum(x^2) else sum(x^3), list(c(0.5, 0.2), c(2, 0), c(2, 3)))
  expect_same(function(x) prod(x[which(x < 1)]), list(c(0.5, 0.2, 3), c(2, 0.1, 3), c(0.1, 0.1, 0.1)))
})

test_that("as.integer() is a guard, not an escape", {
  f <- function(x) {
    s <- 0 * x[1]
    for (i in seq_len(as.integer(x[1]))) s <- s + x[2]^i
    s
  }
  expect_silent(tp <- tape(f, c(2.5, 0.5)))
  expect_same(f, list(c(2.5, 0.5), c(4.2, 0.5), c(2.1, 0.9), c(7, 0.3)), tp)
})

test_that("a mask that is only multiplied needs no guard", {
  f <- function(x) sum((x > 0) * x^2)
  tp <- tape(f, c(1, -1))
  expect_output(print(tp), "0 guards")
  expect_equal(tp$gr(c(-3, 2)), c(0, 4))
})

test_that("dozens of branches are kept and found", {
  f <- function(x) {
    s <- x[1]
    for (i in 1:6) s <- if (s > i) s * 0.5 + x[2] else s + x[1]
    s
  }
  set.seed(2)
  points <- replicate(60, runif(2, 0, 8), simplify = FALSE)
  tp <- tape(f, points[[1]])
  expect_same(f, points, tp)
  before <- length(describe_tape(tp)$recordings)
  expect_same(f, points, tp)
  expect_equal(length(describe_tape(tp)$recordings), before)
  expect_gt(before, 3)
})

test_that("a value that escapes makes the function run eagerly, and says why", {
  f <- function(x) {
    s <- as_array(x[1])
    s * x[2]
  }
  expect_message(tp <- tape(f, c(1, 2)), "as_array\\(x\\[1\\]\\)")
  expect_equal(tp$gr(c(3, 4)), c(0, 3))
  expect_equal(tp$fn(c(3, 4)), 12)
  expect_equal(tp$he(c(3, 4)), matrix(0, 2, 2))
  expect_message(tape(function(x) x[1]$item() * x[2], c(1, 2)), "item")
  expect_output(print(tp), "eagerly")
})

test_that("a value that is only printed does not escape", {
  f <- function(x) {
    cat("x is", as.numeric(x), "\n")
    print(x)
    sum(x^2)
  }
  expect_output(expect_no_message(tp <- tape(f, c(1, 2))), "x is 1 2")
  expect_silent(expect_equal(tp$gr(c(3, 4)), c(6, 8)))
})

test_that("detached and unrecorded parts are followed, without a gradient", {
  expect_same(function(x) sum(x$detach() * x), list(c(1, 2), c(3, 4)))
  expect_same(function(x) {
    w <- with_no_grad(exp(x))
    sum(w * x)
  }, list(c(1, 2), c(0.3, 0.4)))
  inner <- function(x) {
    y <- torch_tensor(1.5, requires_grad = TRUE)
    g <- autograd_grad(y^2 * x[1], y, create_graph = TRUE)[[1]]
    sum(g * x)
  }
  expect_same(inner, list(c(1, 2), c(0.3, 0.4)))
})

test_that("positions and truth values that R code reads are guards", {
  expect_same(function(x) x[torch_argmax(x)]^2, list(c(1, 2, 3), c(9, 2, 3)))
  expect_same(function(x) sum(x[torch_sort(x, 1L)[[2]]] * 1:3), list(c(1, 2, 3), c(9, 2, 3), c(2, 9, 1)))
  expect_same(function(x) sum(x[order(x)] * 1:3), list(c(1, 2, 3), c(9, 2, 3), c(2, 9, 1), c(2, 2, 1)))
  expect_same(function(x) sum(x[order(c(2, 1, 2), -x)] * 1:3), list(c(1, 2, 3), c(9, 2, 3), c(2, 9, 1), c(2, 2, 1)))
  expect_same(tensor_function(function(x) x[which.max(x)]^2 + which.min(x)), list(c(1, 2, 3), c(9, 2, 3)))
  expect_same(function(x) if (as.logical((x > 2)[1])) sum(x) else sum(x^2), list(c(1, 2), c(3, 2)))
  expect_same(function(x) if (as.logical(floor(x[1]))) sum(x) else sum(x^2), list(c(0.5, 2), c(3, 2)))
  expect_same(function(x) if (torch_equal(floor(x), torch_tensor(c(1, 2)))) sum(x) else sum(x^2), list(c(1.5, 2.5), c(3, 2)))
  expect_same(function(x) sum(torch_masked_select(x, x > 2)^2), list(c(1, 3), c(5, 3)))
})

test_that("comparisons in R of real numbers are escapes", {
  for (f in list(function(x) if (isTRUE(all.equal(x[1], x[2]))) sum(x) else prod(x),
                 function(x) if (torch_allclose(x[1], torch_tensor(1.3))) sum(x) else prod(x),
                 function(x) if (paste(as.numeric(x[1])) == "1") sum(x) else prod(x),
                 function(x) if (format(x[1]) == "1") sum(x) else prod(x))) {
    expect_message(tp <- tape(f, c(1, 3)), "eagerly")
    expect_same(f, list(c(1, 3), c(3, 3), c(1.3, 2)), tp)
  }
  expect_identical(capture_messages(tape(function(x) {
    message("at ", x[1])
    sum(x)
  }, c(1, 3))), "at 1\n")
  expect_output(expect_no_message(tape(function(x) {
    cat(format(as.numeric(x)), paste(as.numeric(x)), "\n")
    sum(x)
  }, c(1, 2))))
})

test_that("a decision on the last bit ends in an eager run, not in endless recording", {
  k <- sum(sqrt(1:2000 / 7))
  f <- function(x) if (sum(sqrt(x)) == k) sum(x) else sum(x^2)
  tp <- suppressMessages(tape(f, 1:2000 / 7))
  expect_equal(tp$fn(1:2000 / 7), eager(f, 1:2000 / 7)$value)
  cube <- function(x) if (x[1]^3 == 1.3^3) x[1] else x[1]^2
  tp <- suppressMessages(tape(cube, 1.3))
  expect_equal(tp$fn(1.3), eager(cube, 1.3)$value)
})

test_that("a tape or an optimizer inside the function makes it run eagerly", {
  inner <- function(x) x[2] * gradient(function(y) y^2 * x[1], 3)
  expect_message(tp <- tape(inner, c(0.3, -1.2)), "a tape inside")
  expect_equal(tp$fn(c(1.3, 0.2)), 0.2 * 6 * 1.3)
  steps <- function(x) {
    w <- torch_zeros(2, requires_grad = TRUE)
    opt <- optim_sgd(w, lr = 0.1)
    for (k in 1:3) {
      opt$zero_grad()
      sum((w - x)^2)$backward()
      opt$step()
    }
    sum(w * x)
  }
  expect_message(tp <- tape(steps, c(1, 2)), "optimizer")
  expect_equal(tp$fn(c(3, 4)), 12.2)
})

test_that("a constant that is changed in place keeps its value where it was used before", {
  tp <- tape(function(x) {
    w <- torch_tensor(c(1, 2))
    y <- sum(w * x)
    w$add_(5)
    w$mul_(2)
    y + sum(w * x^2)
  }, c(1, 2))
  x <- c(3, -4)
  expect_equal(tp$fn(x), sum(c(1, 2) * x) + sum(c(12, 14) * x^2))
  expect_equal(tp$gr(x), c(1, 2) + 2 * c(12, 14) * x)
})

test_that("a branch may return a plain number", {
  f <- function(p) if (p[1] < 0) 1e10 else if (p[1] > 5) return(NA) else sum(p^2)
  tp <- tape(f, c(1, 2))
  expect_identical(tp$fn(c(-1, 2)), 1e10)
  expect_identical(tp$gr(c(-1, 2)), c(0, 0))
  expect_identical(tp$fn(c(6, 2)), NA_real_)
  expect_equal(tp$gr(c(2, 3)), c(4, 6))
  expect_equal(tp$he(c(-1, 3)), matrix(0, 2, 2))
  expect_equal(gradient(f, c(-1, 2)), c(0, 0))
  expect_equal(nlminb(c(1, 2), tp$fn, tp$gr)$objective, 0, tolerance = 1e-10)
})
