# Pictures: that they are drawn, and of what.

fit <- minimize(test_problem("beale")$fn, c(1, 1), method = "lbfgs")
three <- minimize(function(x) sum((x - 1:3)^2 * c(1, 10, 100)), c(0, 0, 0), method = "lbfgs")

drawn <- function(code) {
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file)
  on.exit(unlink(file))
  value <- tryCatch(force(code), finally = grDevices::dev.off())
  expect_gt(file.size(file), 1000)
  value
}

test_that("base graphics draw path and trace", {
  expect_identical(drawn(plot(fit)), fit)
  drawn(plot(fit, which = "trace"))
  drawn(plot(three))
  expect_error(plot(three, which = "path"), "two free parameters; this fit has 3")
  held <- minimize(function(x) sum((x - 1:3)^2), c(0, 0, 0), fixed = 2, method = "lbfgs")
  drawn(plot(held))
})

test_that("a trace is made again where none was kept, and is the same", {
  kept <- minimize(test_problem("beale")$fn, c(1, 1), method = "lbfgs", control = list(trace = TRUE, path = TRUE))
  expect_equal(asNamespace("gradtape")$traced(fit), kept$trace)
})

test_that("ggplots hold the grid, the paths and their panels", {
  skip_if_not_installed("ggplot2")
  p <- test_problem("rosenbrock")
  path <- data.frame(x1 = c(-1.2, 0, 1), x2 = c(1, 0, 1))
  one <- contour_plot(p$fn, c(-2, 2), c(-1, 3), paths = path, n = 21)
  expect_s3_class(one, "ggplot")
  expect_equal(nrow(one$data), 21^2)
  k <- 100
  expect_equal(one$data$value[k], p$fn(c(one$data$x[k], one$data$y[k])))
  drawn(print(one))
  two <- contour_plot(p$fn, c(-2, 2), c(-1, 3), paths = list(a = path, b = as.matrix(path)), n = 21)
  expect_s3_class(two$facet, "FacetWrap")
  by_run <- contour_plot(p$fn, c(-2, 2), c(-1, 3), paths = cbind(path, run = c("u", "u", "v")), n = 21)
  expect_s3_class(by_run$facet, "FacetWrap")
  drawn(print(ggplot2::autoplot(fit)))
  drawn(print(ggplot2::autoplot(three)))
  held <- contour_plot(p$fn, c(-2, 2), c(-1, 3), n = 21, eq = function(x) c(x[1] - x[2], sum(x) - 1),
                       ineq = function(x) sum(x^2), ineq_lower = 1, ineq_upper = 4)
  drawn(print(held))
  shaded <- ggplot2::ggplot_build(held)$data
  expect_length(shaded, 5)
  radius <- sqrt(shaded[[3]]$x^2 + shaded[[3]]$y^2)
  expect_lt(max(pmin(abs(radius - 1), abs(radius - 2))), 0.03)
  expect_equal(shaded[[4]]$x, shaded[[4]]$y)
  constrained <- minimize(p$fn, c(-1, 0.5), eq = function(x) x[1] + x[2], ineq = function(x) sum(x^2) - 1)
  drawn(print(ggplot2::autoplot(constrained)))
  expect_length(ggplot2::ggplot_build(ggplot2::autoplot(constrained))$data, 10)
  expect_error(contour_plot(p$fn, c(0, 1), c(0, 1), ineq = 3), "`ineq` must be a function")
  expect_error(contour_plot(p$fn, c(0, 1), c(0, 1), eq = function(x) x[x > 0.5]), "as many numbers at every point")
  expect_error(contour_plot(p$fn, c(2, -2), c(0, 1)), "`xlim` must be two increasing numbers")
  expect_error(contour_plot(function(x) x, c(0, 1), c(0, 1)), "must return one number; it returned 2")
  expect_error(contour_plot("a", c(0, 1), c(0, 1)), "`fn` must be a function")
  expect_error(contour_plot(p$fn, c(0, 1), c(0, 1), paths = 3), "`paths` must be")
})

test_that("a recorded path has the start, each step, and its loss", {
  x <- torch_tensor(c(-1.2, 1), requires_grad = TRUE)
  optimizer <- optim_adam(x, lr = 0.1)
  loss_at <- function(x) (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2
  recorded <- record_path(optimizer)
  for (i in 1:5) recorded$step(function() {
    optimizer$zero_grad()
    loss <- loss_at(x)
    loss$backward()
    loss
  })
  path <- recorded$path()
  expect_identical(names(path), c("x1", "x2", "step", "loss"))
  expect_equal(nrow(path), 6)
  expect_equal(unlist(path[1, 1:2], use.names = FALSE), c(-1.2, 1))
  expect_equal(unlist(path[6, 1:2], use.names = FALSE), as.numeric(x))
  expect_equal(path$loss[-1], apply(path[-6, 1:2], 1, loss_at), ignore_attr = TRUE)
  expect_output(print(recorded), "5 steps of 2 parameters")
  expect_error(record_path(3), "must be an optimizer")
})
