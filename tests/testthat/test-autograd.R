test_that("autograd_backward() and autograd_grad() take several results", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  autograd_backward(list(sum(x^2), x[1] * x), list(NULL, torch_tensor(c(1, 10))))
  expect_equal(as.numeric(x$grad), c(2 + 2 * 1 + 20, 4 + 10))
  g <- autograd_grad(list(sum(x^2), x), x, list(NULL, c(1, 1)))[[1]]
  expect_equal(as.numeric(g), c(3, 5))
  expect_error(autograd_backward(list(sum(x)), list(1, 2)), "grad_tensors.* has 2 elements for 1 output")
  y <- torch_tensor(1, requires_grad = TRUE)
  expect_error(autograd_grad(sum(x), y), "allow_unused")
  expect_null(autograd_grad(sum(x), y, allow_unused = TRUE)[[1]])
})

test_that("a step function has gradient zero", {
  x <- torch_tensor(c(1.5, 2.5), requires_grad = TRUE)
  y <- sum(floor(x))
  y$backward()
  expect_equal(as.numeric(x$grad), c(0, 0))
  expect_equal(as.numeric(autograd_grad(sum(sign(x)), x)[[1]]), c(0, 0))
})

test_that("graphs are freed, and kept on demand", {
  x <- torch_tensor(2, requires_grad = TRUE)
  y <- x^3
  y$backward(retain_graph = TRUE)
  y$backward()
  expect_equal(x$grad$item(), 24)
  expect_error(y$backward(), "freed")
})

test_that("a tensor changed after its use is an error", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- sum(x^2)
  with_no_grad(x$add_(1))
  expect_error(y$backward(), "changed in place")
  y <- sum(x + 1)                                    # does not need x's value
  with_no_grad(x$add_(1))
  expect_silent(y$backward())
  a <- x * 2
  b <- sum(a^2)
  a$add_(1)
  expect_error(b$backward(), "changed in place")
})

test_that("hooks see and change gradients, and can be removed", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  seen <- NULL
  y <- x * 3
  remove_seen <- y$register_hook(function(g) { seen <<- as.numeric(g); NULL })
  double <- x$register_hook(function(g) g * 2)
  z <- sum(y^2)
  z$backward(retain_graph = TRUE)
  expect_equal(seen, c(6, 12))
  expect_equal(as.numeric(x$grad), 2 * 18 * c(1, 2))
  double()
  remove_seen()
  seen <- NULL
  x$grad <- NULL
  z$backward()
  expect_equal(as.numeric(x$grad), 18 * c(1, 2))
  expect_null(seen)
  expect_equal(as.numeric(autograd_grad(sum(x^2), x)[[1]]), 2 * c(1, 2))
  expect_error(torch_tensor(1)$register_hook(identity), "requires gradients")
  bad <- x$register_hook(function(g) c(1, 2, 3))
  expect_error(sum(x)$backward(), "a hook gave a gradient of shape \\[3\\] for a tensor of shape \\[2\\]")
})

test_that("grad_fn names the graph", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- sum(x * 2)
  expect_null(x$grad_fn)
  expect_equal(y$grad_fn$name, "SumBackward0")
  product <- y$grad_fn$next_functions[[1]]
  expect_equal(product$name, "MulBackward0")
  expect_equal(product$next_functions[[1]]$name, "AccumulateGrad")
  expect_null(product$next_functions[[2]])
  expect_output(print(y$grad_fn), "<SumBackward0>")
})

test_that("recording is switched locally", {
  x <- torch_tensor(1, requires_grad = TRUE)
  f <- function() {
    local_no_grad()
    g <- function() {
      local_enable_grad()
      (x * 2)$requires_grad
    }
    c((x * 2)$requires_grad, g(), (x * 2)$requires_grad)
  }
  expect_identical(f(), c(FALSE, TRUE, FALSE))
  expect_true((x * 2)$requires_grad)
  expect_error({ local({ local_no_grad(); stop("oops") }) }, "oops")
  expect_true((x * 2)$requires_grad)
})

test_that("autograd_function() gives a function its derivative", {
  cube <- autograd_function(
    forward = function(ctx, x, scale = 1) {
      ctx$save_for_backward(x = x)
      ctx$scale <- scale
      expect_identical(ctx$needs_input_grad$x, TRUE)
      scale * x^3
    },
    backward = function(ctx, grad_output) list(x = grad_output * 3 * ctx$scale * ctx$saved_variables$x^2)
  )
  expect_identical(names(formals(cube)), c("x", "scale"))
  expect_true(gradcheck(function(x) cube(x, 2), c(1, -2))$ok)
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  g <- autograd_grad(sum(cube(x)), x, create_graph = TRUE)[[1]]
  expect_equal(as.numeric(autograd_grad(sum(g), x)[[1]]), 6 * c(1, 2))
  y <- cube(x)
  expect_equal(y$grad_fn$next_functions[[1]]$name, "SliceBackward0")

  two <- autograd_function(
    forward = function(ctx, a, b) {
      sign <- torch_sign(a)
      ctx$mark_non_differentiable(sign)
      list(a * b, sign)
    },
    backward = function(ctx, g_product, g_sign) list(a = g_product * 10, b = NULL)
  )
  a <- torch_tensor(c(3, -4), requires_grad = TRUE)
  out <- two(a, torch_tensor(2, requires_grad = TRUE))
  expect_false(out[[2]]$requires_grad)
  sum(out[[1]])$backward()
  expect_equal(as.numeric(a$grad), c(10, 10))
  wrong <- autograd_function(function(ctx, x) x * 2, function(ctx, g) list(z = g))
  expect_error(sum(wrong(a))$backward(), "named by the arguments")
  expect_error(autograd_function(function() 1, function(ctx, g) g), "first argument is")
})

test_that("gradcheck() says which entries differ", {
  expect_true(gradcheck(function(x) x[1]^2 * sin(x[2]), c(1, 2))$ok)
  wrong <- autograd_function(function(ctx, x) x^2, function(ctx, g) list(x = g * torch_tensor(c(2, 5))))
  result <- gradcheck(wrong, c(1, 2))
  expect_false(result$ok)
  expect_equal(result$entries$gradient, c(2, 0, 0, 5))
  expect_equal(result$entries$differences, c(2, 0, 0, 4))
  expect_output(print(result), "differs from finite differences in 1 of 4 entries")
  expect_output(print(gradcheck(sum, 1)), "agrees with finite differences: 1 entries")
  expect_error(gradcheck(function(x) 1, 1), "must return a tensor")
})
