# Each pass must leave what a graph computes as it was.

run_graph <- function(graph, x) .Call(C_call_tape_outputs, graph, x)[[1]]
second_output <- function(graph, x) .Call(C_call_tape_outputs, graph, x)[[2]]
recorded <- function(f, x) {
  state <- .Call(C_call_tape_new, length(x))
  record_function(f, x, state)
  state
}
count <- function(graph, op) sum(.Call(C_call_tape_instructions, graph)$op == op)
size <- function(graph) length(.Call(C_call_tape_instructions, graph)$op)

test_that("every pass keeps the value and gradient of random programs", {
  passes <- c("forward", "vectorise", "order", "fold", "simplify", "share", "assemble", "prune")
  for (seed in 1:25) {
    set.seed(seed)
    n <- sample(c(2, 5, 40, 700), 1)
    f <- random_function(n, sample(3:15, 1))
    graph <- .Call(C_call_tape_derive, recorded(f, rnorm(n)), "gradient")
    x <- rnorm(n)
    value <- run_graph(graph, x)
    gradient <- second_output(graph, x)
    for (pass in c(passes, sample(passes), sample(passes))) {
      graph <- .Call(C_call_tape_pass, graph, pass)
      expect_equal(run_graph(graph, x), value, tolerance = 1e-12, info = paste(seed, pass))
      expect_equal(second_output(graph, x), gradient, tolerance = 1e-10, info = paste(seed, pass))
    }
  }
})

test_that("fold computes constants", {
  # the gradient of 3 * (2 * x) multiplies the numbers 1, 3 and 2
  g <- .Call(C_call_tape_derive, recorded(function(x) sum(3 * (2 * x)), c(1, 2)), "gradient")
  g <- .Call(C_call_tape_pass, .Call(C_call_tape_pass, g, "simplify"), "prune")
  folded <- .Call(C_call_tape_pass, .Call(C_call_tape_pass, g, "fold"), "prune")
  expect_equal(second_output(folded, c(1, 2)), c(6, 6))
  expect_lt(count(folded, "mul"), count(g, "mul"))
})

test_that("simplify uses cheap forms", {
  g <- .Call(C_call_tape_pass, recorded(function(x) sum(x^2 * 1 - -x), c(1, 2)), "simplify")
  g <- .Call(C_call_tape_pass, g, "prune")
  expect_equal(count(g, "pow"), 0)
  expect_equal(count(g, "neg"), 0)
  expect_equal(count(g, "mul"), 0)
  expect_equal(run_graph(g, c(1, 2)), 8)
})

test_that("powers that are roots are R's, at zeros, infinities and negative numbers too", {
  x <- c(0.3, 2, 1e-320, 1e300, 0, -0, -1, Inf, -Inf)
  for (power in c(0.5, 1.5, -0.5)) {
    g <- .Call(C_call_tape_pass, recorded(function(x) sum(x^power), c(1, 2)), "simplify")
    g <- .Call(C_call_tape_pass, g, "prune")
    expect_equal(count(g, "power"), 0)
    tp <- tape(function(x) x^power, rep(1, length(x)))
    expect_equal(as.vector(tp$fn(x)), x^power, tolerance = 1e-15)
    expect_equal(1 / as.vector(tp$fn(x)), 1 / x^power, tolerance = 1e-15)
    expect_equal(diag(tp$jacobian(c(0.3, 2, rep(1, 7))))[1:2], power * c(0.3, 2)^(power - 1))
  }
})

test_that("share keeps one of equal instructions, and sums that commute are equal", {
  g <- recorded(function(x) sum(sin(x[1]) * x[2] + x[2] * sin(x[1])), c(1, 2))
  shared <- .Call(C_call_tape_pass, .Call(C_call_tape_pass, g, "share"), "prune")
  expect_equal(count(shared, "sin"), 1)
  expect_equal(count(shared, "mul"), 1)
  expect_equal(run_graph(shared, c(1, 2)), 4 * sin(1))
})

test_that("assemble gathers the gradients of slices", {
  f <- function(x) x[1] * x[2] + x[3]^2 * x[1]
  g <- .Call(C_call_tape_optimized, recorded(f, c(1, 2, 3)), "gradient")
  expect_equal(count(g, "assemble"), 1)
  expect_equal(count(g, "unslice"), 0)
  expect_equal(second_output(g, c(1, 2, 3)), c(11, 1, 6))
})

test_that("prune drops what nothing needs", {
  g <- recorded(function(x) {
    dead <- exp(x)
    sum(x)
  }, c(1, 2))
  expect_equal(count(.Call(C_call_tape_pass, g, "prune"), "exp"), 0)
})

test_that("a program of the Lagrangian is the weighted sum of the outputs' Hessians", {
  f <- function(x) c(x[1]^2 * x[2], sin(x[1]) * x[3], exp(x[2] * x[3]))
  x <- c(0.3, -0.7, 1.2)
  w <- c(2, -1, 0.5)
  hessians <- lapply(1:3, function(k) hessian(function(x) f(x)[k], x))
  tp <- tape_private(tape(f, x))
  expect_equal(tape_products(tp, "lagrangian", x, diag(3), w), Reduce(`+`, Map(`*`, w, hessians)))
  expect_equal(tape_products(tp, "vjp", x, matrix(w)), t(jacobian(f, x)) %*% w)
  expect_equal(tape_products(tp, "jvp", x, matrix(w)), jacobian(f, x) %*% w)
})
