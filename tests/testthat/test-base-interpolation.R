# Interpolation.

data <- list(y = c(1.2, 0.4, 2.5, 0.9, 1.7, 3.1), outside = approxfun(1:6, c(1.2, 0.4, 2.5, 0.9, 1.7, 3.1), rule = 2),
             curve = splinefun(1:6, c(1.2, 0.4, 2.5, 0.9, 1.7, 3.1), method = "natural"),
               steps = ecdf(c(1.2, 0.4, 2.5)))
x <- c(0.7, 0.3, 1.1)

test_that("linear and constant interpolation, of data and of tensors", {
  expect_all_plain(list(
    function(p) sum(approx(1:6, y, xout = 1 + p)$y) + sum(approx(1:3, p, xout = c(1.5, 2.2))$y^2) +
      sum(approx(1:3, p, n = 5)$y * 1:5),
    function(p) sum(approxfun(1:6, y, rule = 2)(1 + 3 * p)^2) + sum(outside(6 * p)^2) + sum(outside(c(1, 2.5)) * p[1]),
    function(p) {
      f <- approxfun(1:3, p, yleft = 0, yright = p[3])
      sum(f(c(0.5, 1, 1.5, 2.2, 3, 4))^2) + f(1 + p[1])
    },
    function(p) sum(approx(c(3, 1, 2), p, xout = c(1.5, 2.2))$y^2) +
      sum(approx(cumsum(p), y[1:3], xout = c(0.9, 1.3))$y^2),
    function(p) sum(approx(1:6, y, xout = 1 + p, method = "constant")$y * p) +
      sum(approxfun(1:3, p, "constant", f = 0.3)(c(1, 1.4, 3)) * 1:3),
    function(p) sum(suppressWarnings(approx(c(1, 2, 2, 3), c(p, 1), xout = c(1.5, 2, 2.5))$y) * 1:3) +
      steps(p[3]) * p[1]
  ), x, data)
})

test_that("splines, of data and of tensors", {
  expect_all_plain(list(
    function(p) {
      f <- splinefun(1:6, y)
      sum(f(1 + p)) + sum(f(1 + p, deriv = 1)) + f(7 * p[3]) + f(p[1]) + sum(curve(4 * p)) + curve(p[1], deriv = 1) +
        curve(1.5 + p[2], 2)
    },
    function(p) {
      f <- splinefun(1:3, p, method = "natural")
      sum(f(c(0.5, 1.5, 2.2, 3.5))^2) + f(1 + p[1])
    },
    function(p) sum(splinefun(c(1:3, 5), c(p, 2))(c(0.5, 1.5, 2.2, 3.5, 6))^2) +
      sum(splinefun(c(1:3, 5), c(p, p[1]), "periodic")(c(-3, 1.5, 8))^2),
    function(p) sum(splinefun(1:6, cumsum(y), method = "monoH.FC")(1 + p)^2) +
      sum(splinefun(1:4, cumsum(c(p, 5)), "monoH.FC")(c(0.5, 1.5, 2.5, 3.5))),
    function(p) sum(splinefun(1:4, cumsum(c(p, 5)), "hyman")(c(1.5, 2.5, 3.5))^2),
    function(p) sum(spline(1:6, y * p[1], xout = c(1.5, 2.5, 3 + p[2]))$y^2) + sum(spline(1:6, y * p[1], n = 8)$y^2)
  ), x, data)
  smooth <- function(p) sum(splinefun(1:3, p^2, method = "natural")(c(1.5, 2.2) + p[1] / 9)^2)
  environment(smooth) <- globalenv()
  expect_hessian(smooth, x)
  expect_error(tape(function(p) splinefun(p, 1:3)(0.5), sort(x)), "plain numbers", class = "gradtape_error")
})

test_that("where an element lies among the knots needs no guard", {
  tp <- tape(function(p) sum(approxfun(1:6, c(2, 4, 1, 5, 3, 8))(p)), c(1.5, 2.5))
  expect_equal(tp$fn(c(4.5, 5.5)), 9.5)
  expect_equal(tp$gr(c(4.5, 5.5)), c(-2, 5))
  expect_equal(tp$fn(c(6, 1)), 10)
  expect_true(is.na(tp$fn(c(6.01, 1))))
  expect_length(gregexpr("recording", paste(capture.output(print(tp)), collapse = ""))[[1]], 1)
})
