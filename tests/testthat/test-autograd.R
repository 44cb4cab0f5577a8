test_that("backward() adds to the gradients of leaves", {
  x <- torch_tensor(c(2, 3), requires_grad = TRUE)
  y <- x[1]^2 * x[2]
  expect_null(x$grad)
  y$backward()
  expect_equal(as.numeric(x$grad), c(12, 4))
  (x[1]^2 * x[2])$backward()
  expect_equal(as.numeric(x$grad), c(24, 8))
  x$grad$zero_()
  expect_equal(as.numeric(x$grad), c(0, 0))
})

test_that("a vector needs a gradient to start from", {
  x <- torch_tensor(c(2, 3), requires_grad = TRUE)
  expect_error((x^2)$backward(), "shape \\[2\\] needs `gradient`")
  (x^2)$backward(gradient = torch_tensor(c(1, 10)))
  expect_equal(as.numeric(x$grad), c(4, 60))
  expect_error((x^2)$backward(gradient = 1:3), "`gradient` has shape \\[3\\]")
})

test_that("a freed graph is an error, a retained one is not", {
  x <- torch_tensor(2, requires_grad = TRUE)
  y <- x^3
  y$backward(retain_graph = TRUE)
  y$backward()
  expect_equal(x$grad$item(), 24)
  expect_error(y$backward(), "freed")
  expect_equal(x$grad$item(), 24)
})

test_that("what depends on nothing has no gradient", {
  expect_error(torch_tensor(2)$backward(), "requires_grad = TRUE")
  x <- torch_tensor(2, requires_grad = TRUE)
  expect_error(with_no_grad(x^2)$backward(), "requires_grad = TRUE")
  z <- torch_tensor(1, requires_grad = TRUE)
  expect_error(autograd_grad(x^2, z), "allow_unused")
  expect_null(autograd_grad(x^2, z, allow_unused = TRUE)[[1]])
})

test_that("derivatives of higher order", {
  x <- torch_tensor(c(0.5, 2), requires_grad = TRUE)
  first <- autograd_grad(sum(x^4), x, create_graph = TRUE)[[1]]
  second <- autograd_grad(sum(first), x, create_graph = TRUE)[[1]]
  third <- autograd_grad(sum(second), x)[[1]]
  expect_equal(as.numeric(second), 12 * c(0.5, 2)^2)
  expect_equal(as.numeric(third), 24 * c(0.5, 2))
})

test_that("a leaf changes in place only outside grad mode", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  expect_error(x$sub_(1), "with_no_grad")
  expect_equal(as.numeric(x), c(1, 2))
  with_no_grad(x$sub_(1))
  expect_equal(as.numeric(x), c(0, 1))
  expect_true(x$requires_grad)
})

test_that("an in-place change of a computed tensor is part of the graph", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- x * 3
  y$add_(1)
  y$mul_(y)
  sum(y)$backward()
  expect_equal(as.numeric(x$grad), 2 * (3 * c(1, 2) + 1) * 3)
})

test_that("a value that a gradient needs must not have changed", {
  w <- torch_tensor(c(1, 2))
  x <- torch_tensor(c(3, 4), requires_grad = TRUE)
  y <- sum(w * x)
  w$mul_(2)
  expect_error(y$backward(), "changed in place")
  z <- sum(x + w)
  w$mul_(2)
  z$backward()
  expect_equal(as.numeric(x$grad), c(1, 1))
})

test_that("grad mode comes back after an error", {
  x <- torch_tensor(1, requires_grad = TRUE)
  expect_error(with_no_grad(stop("inside")), "inside")
  expect_true((x * 2)$requires_grad)
  with_no_grad(expect_true(with_enable_grad(x * 2)$requires_grad))
})

test_that("a deep graph needs no stack", {
  x <- torch_tensor(0.5, requires_grad = TRUE)
  y <- x
  for (i in 1:20000) y <- y * 0.9999
  y$backward()
  expect_equal(x$grad$item(), 0.9999^20000)
})

test_that("gradients survive gctorture", {
  gctorture(TRUE)
  on.exit(gctorture(FALSE))
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- sum((x[2] - x[1]^2)^2 + torch_norm(x) * torch_atan2(x[2], x[1]))
  y$backward()
  g <- as.numeric(x$grad)
  gctorture(FALSE)
  f <- function(x) (x[2] - x[1]^2)^2 + sqrt(sum(x^2)) * atan2(x[2], x[1])
  expect_equal(g, fd_gradient(f, c(1, 2)), tolerance = 1e-7)
})
