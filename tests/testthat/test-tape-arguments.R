# Arguments of a tape's function, and the names of what comes back.

normal <- function(mu, sigma, y, log_scale = FALSE) {
  if (log_scale) sigma <- exp(sigma)
  -sum(dnorm(y, mu, sigma, log = TRUE))
}
y <- c(1, 2, 4)

test_that("further arguments reach the function, as optim() hands them on", {
  line <- function(p, a, b, link = identity) sum((b - link(p[1] + p[2] * a))^2)
  tp <- tape(line, c(0.1, 0.2), a = 1:3, b = y)
  expect_equal(tp$fn(c(0.5, 2)), line(c(0.5, 2), 1:3, y))
  expect_equal(gradient(line, c(0.5, 2), 1:3, y), tp$gr(c(0.5, 2)))
  expect_equal(gradient(line, c(0.5, 0.2), 1:3, b = y, link = exp),
               numeric_gradient(function(p) line(p, 1:3, y, exp), c(0.5, 0.2)), tolerance = 1e-7)
  expect_equal(hessian(line, c(0.5, 2), a = 1:3, b = y), tp$he(c(0.5, 2)))
  expect_equal(hvp(line, c(0.5, 2), c(1, -1), a = 1:3, b = y), tp$hvp(c(0.5, 2), c(1, -1)))
  expect_equal(jacobian(function(p, k) p^k, c(2, 3), k = 2), diag(c(4, 6)))
  expect_equal(optim(c(0, 0), tp$fn, tp$gr, method = "BFGS")$par, unname(coef(lm(y ~ I(1:3)))), tolerance = 1e-4)
  # a helper that is given is followed, and arguments are evaluated once
  count <- 0
  tp <- tape(function(p, g) g(max(0, p)), 2, g = {
    count <- count + 1
    eval(quote(function(v) dnorm(v)), globalenv())
  })
  expect_equal(tp$gr(1), -dnorm(1))
  expect_equal(count, 1)
  expect_error(tape(function(p) sum(p), 1, bogus = 2), "unused argument")
})

test_that("an argument may have any name", {
  for (name in c(letters, "w", "wr", "sp", "nam", "name", "called", "arguments", "shape", "parameters")) {
    if (name %in% c("p", "f")) next                     # R takes these for `par` and `fn`
    f <- eval(call("function", as.pairlist(stats::setNames(list(quote(expr = ), quote(expr = )), c("theta", name))),
                   call("*", call("sum", quote(theta)), as.name(name))))
    expect_equal(do.call(tape, c(list(f, c(1, 2)), stats::setNames(list(3), name)))$gr(c(1, 2)), c(3, 3))
  }
  expect_equal(tape(function(p, y) nchar(deparse(substitute(y))) * p, 1, y = 1:1000)$fn(1), 1)
})

test_that("parameters are arguments of their own with spread = TRUE", {
  tp <- tape(normal, list(mu = 0, sigma = 1), y = y, spread = TRUE)
  expect_equal(tp$fn(c(1, 2)), normal(1, 2, y))
  expect_equal(tp$fn(list(mu = 1, sigma = 2)), normal(1, 2, y))
  expect_equal(tape(normal, c(mu = 0, sigma = 1), y = y, spread = TRUE)$gr(c(1, 2)), tp$gr(c(1, 2)))
  expect_equal(tape(normal, list(mu = 0, sigma = 1), y, TRUE, spread = TRUE)$fn(c(1, 2)), normal(1, 2, y, TRUE))
  vectors <- tape(function(a, B) sum(B %*% a), list(B = diag(2), a = c(1, 2)), spread = TRUE)
  expect_equal(vectors$gr(1:6), c(B1 = 5, B2 = 5, B3 = 6, B4 = 6, a1 = 3, a2 = 7))
  expect_snapshot(error = TRUE, {
    tape(normal, c(0, 1), y = y, spread = TRUE)
    tape(normal, list(mu = 0, sigma = 1), spread = 1)
    tape(normal, list(mu = 0, theta = 1), y = y, spread = TRUE)
  })
})

test_that("an argument that could be ours or the function's is an error", {
  f <- function(p, x, y) sum((y - p * x)^2)
  expect_error(gradient(f, 1, x = 1:3, y = 1:3), "`x` could be")
  expect_error(tape(function(theta, p) theta * p, 1, p = 3), "`p` could be")
  expect_equal(gradient(fn = f, 1, 1:3, y = 1:3), 0)
  expect_equal(gradient(function(p, x = 1) p * x, x = 3), 1)
})

test_that("derivatives have the names of the parameters", {
  f <- function(p) p[["a"]]^2 * p[["b"]]
  at <- c(a = 2, b = 3)
  tp <- tape(f, at)
  two <- list(c("a", "b"), c("a", "b"))
  for (x in list(at, unname(at), c(2L, 3L))) {
    expect_equal(tp$gr(x), c(a = 12, b = 4))
    expect_equal(tp$value_and_grad(x), list(value = 12, gradient = c(a = 12, b = 4)))
    expect_equal(tp$he(x), matrix(c(6, 4, 4, 0), 2, dimnames = two))
    expect_equal(tp$hvp(x, c(1, 0)), c(a = 6, b = 4))
  }
  expect_equal(tp$gr(at + 1), c(a = 24, b = 9))
  expect_equal(tp$gr(at + 1), c(a = 24, b = 9))
  # on other ways through the code, and where it runs eagerly
  g <- function(p) if (p[["a"]] > 0) p[["a"]] * p[["b"]] else p[["b"]]
  expect_equal(tape(g, at)$gr(c(-1, 3)), c(a = 0, b = 1))
  random <- suppressMessages(tape(function(p) sum(p^2) + 0 * rnorm(1), at))
  expect_equal(random$gr(at), c(a = 4, b = 6))
  expect_equal(random$value_and_grad(at)$gradient, c(a = 4, b = 6))
  expect_equal(random$he(at), matrix(c(2, 0, 0, 2), 2, dimnames = two))
  expect_equal(random$jacobian(at), matrix(c(4, 6), 1, dimnames = list(NULL, c("a", "b"))))
  # also of a saved tape, and of a list
  expect_equal(unserialize(serialize(tp, NULL))$gr(at), c(a = 12, b = 4))
  expect_named(gradient(function(p) sum(p$u) * p$v, list(u = 1:2, v = 3)), c("u1", "u2", "v"))
})

test_that("a function may return a vector: its value and Jacobian", {
  f <- function(p, t) c(first = p[[1]], p[[2]] * t)
  tp <- tape(f, c(a = 1, b = 2), t = c(u = 2, v = 3))
  expect_equal(tp$fn(c(5, 2)), f(c(5, 2), c(u = 2, v = 3)))
  expect_equal(tp$jacobian(c(5, 2)), matrix(c(1, 0, 0, 0, 2, 3), 3, dimnames = list(c("first", "u", "v"), c("a", "b"))))
  expect_error(tp$gr(c(5, 2)), "returned 3 elements")
  expect_equal(tp$fn(c(5, 2)), f(c(5, 2), c(u = 2, v = 3)))
  outer_product <- tape(function(p) outer(p, p), c(1, 2))
  expect_equal(outer_product$fn(c(3, 4)), outer(c(3, 4), c(3, 4)))
  expect_equal(outer_product$fn(c(3L, 4L)), outer(c(3, 4), c(3, 4)))
  eager <- suppressMessages(tape(function(p) p + 0 * rnorm(1), c(1, 2)))
  expect_equal(eager$fn(c(3, 4)), c(3, 4))
  expect_error(tp$fn(c(1, NA)), "must not hold NA")
})

test_that("a whole name leaves its abbreviations to the function", {
  expect_equal(tape(function(x, p) sum(x) * p, par = c(1, 2), p = 3)$gr(c(1, 2)), c(3, 3))
  a <- array(1:24 / 10, c(2, 3, 4))
  expect_equal(gradient(function(p) sum(colSums(a[1, , , drop = FALSE] * p, , 2)), 1), sum(a[1, , ]))
})
