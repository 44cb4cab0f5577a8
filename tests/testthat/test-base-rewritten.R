# Functions that R has written in R, and small ones beside them.

test_that("tests of samples, sets, tables and kin give on tensors what they give on numbers", {
  expect_calls_agree(rewritten_calls())
})

test_that("functions that give text, classes, frames and complex numbers do so of tensors", {
  expect_calls_agree(other_calls())
})

test_that("their results have derivatives", {
  y <- c(1.2, 0.4, 2.5, 3.1, 0.7, 1.9)
  x <- c(0.3, 1.1, 0.2, 2.2, 1.5, 0.9)
  home <- list2env(list(x = x, y = y), parent = globalenv())
  differentiated <- list(
    function(p) t.test(y - p[1] * x)$statistic + t.test(y, p[2] * x)$p.value,
    function(p) var.test(y - p[1] * x, x)$statistic + cor.test(y + p[2] * x^2, x)$p.value,
    function(p) Box.test(y - p[1] * x, 2)$statistic + prcomp(cbind(x, y * p[2]))$sdev[1],
    function(p) sum(combn(p, 2, prod)) + sum(combn(c(p, 1), 2)^2) + sum(setdiff(p, 2)) + sum(union(p, 1)),
    function(p) chisq.test(c(10, 20), p = p / sum(p))$statistic + bw.nrd0(y * p[1]),
    function(p) log(8, base = p[1] + 1) + logb(p[2], 3) + sum(.colSums(cbind(p, p^2), 2, 2)^2),
    function(p) sum(seq.int(p[1], p[1] + 3)^2) + sum(seq.int(1, by = p[2], length.out = 4)^2)
  )
  for (fn in differentiated) {
    environment(fn) <- home
    expect_equal(gradient(fn, c(0.4, 1.3)), fd_gradient(fn, c(0.4, 1.3)), tolerance = 1e-6, info = deparse1(body(fn)))
  }
})

test_that("what cannot occur, and did not, takes no part in the derivatives of dmultinom()", {
  fn <- function(p) dmultinom(c(3, 0, 2), prob = c(p[1], 0, p[2]), log = TRUE)
  environment(fn) <- new.env(parent = globalenv())
  expect_equal(gradient(fn, c(0.4, 0.8)), fd_gradient(fn, c(0.4, 0.8)), tolerance = 1e-6)
  tp <- tape(fn, c(0.4, 0.8))
  expect_equal(tp$he(c(0.4, 0.8)), extrapolated_jacobian(tp$gr, c(0.4, 0.8)), tolerance = 1e-6)
})
