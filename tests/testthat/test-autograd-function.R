# Functions with a derivative of their own, as code for torch writes them.

scaled_powers <- autograd_function(
  forward = function(ctx, x, n) {
    ctx$save_for_backward(x = x, n = n)
    list(low = x^n, high = list(x^(n + 1), x^(n + 2)))
  },
  backward = function(ctx, g_low, g_high) {
    s <- ctx$saved_variables
    list(x = g_low * s$n * s$x^(s$n - 1) + g_high[[1]] * (s$n + 1) * s$x^s$n + g_high[[2]] * (s$n + 2) * s$x^(s$n + 1))
  }
)

test_that("results may be lists with names and lists in them", {
  x <- torch_tensor(c(2, 3), requires_grad = TRUE)
  out <- scaled_powers(x, 2)
  expect_named(out, c("low", "high"))
  expect_equal(as_array(out$high[[2]]), c(16, 81))
  sum(out$low + 10 * out$high[[2]])$backward()
  expect_equal(as_array(x$grad), 2 * c(2, 3) + 40 * c(2, 3)^3)

  # fewer arguments than results: the last takes the rest
  f <- autograd_function(function(ctx, x) list(x, 2 * x, 3 * x),
                         function(ctx, g, rest) list(g + 2 * rest[[1]] + 3 * rest[[2]]))
  x <- torch_tensor(1, requires_grad = TRUE)
  out <- f(x)
  (out[[1]] + out[[2]] * 10 + out[[3]] * 100)$backward()
  expect_equal(x$grad$item(), 321)
})

test_that("arguments may be lists of tensors", {
  f <- autograd_function(
    function(ctx, parts, scale) {
      expect_identical(ctx$needs_input_grad, list(parts = TRUE, scale = FALSE))
      ctx$save_for_backward(parts = parts)
      scale * (parts$a * parts$rest[[1]] + parts$rest[[2]])
    },
    function(ctx, g) {
      p <- ctx$saved_variables$parts
      list(parts = list(rest = list(2 * g * p$a, NULL), a = 2 * g * p$rest[[1]]))
    })
  a <- torch_tensor(c(1, 2), requires_grad = TRUE)
  b <- torch_tensor(c(3, 4), requires_grad = TRUE)
  c <- torch_tensor(c(5, 6), requires_grad = TRUE)
  f(list(a = a, rest = list(b, c)), 2)$sum()$backward()
  expect_equal(as_array(a$grad), c(6, 8))
  expect_equal(as_array(b$grad), c(2, 4))
  expect_equal(as_array(c$grad), c(0, 0))
  wrong <- autograd_function(function(ctx, parts) parts[[1]] + parts[[2]], function(ctx, g) list(list(g)))
  expect_error(wrong(list(a, b))$sum()$backward(), "list of its 2 elements", class = "gradtape_gradient_error")
})

test_that("arguments may be left out", {
  linear <- autograd_function(
    function(ctx, input, weight, bias = NULL) {
      ctx$save_for_backward(input = input, weight = weight, bias = bias)
      output <- input$mm(weight$t())
      if (is.null(bias)) output else output + bias
    },
    function(ctx, g) {
      s <- ctx$saved_variables
      grads <- list(input = NULL, weight = NULL, bias = NULL)
      if (ctx$needs_input_grad$input) grads$input <- g$mm(s$weight)
      if (ctx$needs_input_grad$weight) grads$weight <- g$t()$mm(s$input)
      if (!is.null(s$bias) && ctx$needs_input_grad$bias) grads$bias <- g$sum()
      grads
    })
  x <- torch_tensor(matrix(1, 2, 2))
  w <- torch_tensor(matrix(c(2, 3), 1), requires_grad = TRUE)
  linear(x, w)$sum()$backward()
  expect_equal(as_array(w$grad), matrix(2, 1, 2))
  b <- torch_tensor(0, requires_grad = TRUE)
  linear(x, bias = b, weight = w)$sum()$backward()
  expect_equal(b$grad$item(), 2)

  # by position, those left out have theirs
  f <- autograd_function(function(ctx, x, k = 2, z) k * x * z, function(ctx, g) list(g * 20, NULL, g * 30))
  x <- torch_tensor(1, requires_grad = TRUE)
  z <- torch_tensor(1, requires_grad = TRUE)
  f(x, z = z)$backward()
  expect_equal(c(x$grad$item(), z$grad$item()), c(20, 30))

  # a default may be a tensor with a gradient, need another argument, or what forward() has made
  w <- torch_tensor(3, requires_grad = TRUE)
  f <- autograd_function(function(ctx, x, v = w, u = x, m = made, ...) { made <- 7; x * v + u * m },
                         function(ctx, g) list(v = g * 5, u = g * 100))
  x <- torch_tensor(1, requires_grad = TRUE)
  expect_equal(f(x)$item(), 10)
  f(x)$backward()
  expect_equal(c(w$grad$item(), x$grad$item()), c(5, 100))

  a <- torch_tensor(c(1, 2), requires_grad = TRUE)
  b <- torch_tensor(4, requires_grad = TRUE)
  f <- autograd_function(function(ctx, ...) Reduce(`+`, list(...)), function(ctx, g) list(g, 2 * g$sum()))
  f(a, b)$sum()$backward()
  expect_equal(as_array(a$grad), c(1, 1))
  expect_equal(b$grad$item(), 4)
  expect_error(linear(x), "weight")
})

test_that("what backward() returns is checked", {
  x <- torch_tensor(1, requires_grad = TRUE)
  run <- function(value) autograd_function(function(ctx, x, y = 1) x, function(ctx, g) value)(x)$backward()
  expect_error(run(list(z = 1)), "named by the arguments", class = "gradtape_gradient_error")
  expect_error(run(3), "must return a list")
  expect_error(run(list(1, 2, 3)), "must return a list")
  expect_error(run(list(x = 1, x = 2)), "must return a list")
  run(NULL)
  expect_equal(x$grad$item(), 0)
  expect_error(autograd_function(function(ctx, x) list(x, 1), identity)(x), "must return a tensor or a list")
})

test_that("results that are no real numbers carry no gradient", {
  f <- autograd_function(
    function(ctx, x) list(x * 2, x > 0, torch_argmax(x)),
    function(ctx, g, g_mask, g_at) {
      expect_equal(as_array(g_mask), c(0, 0))
      list(g * 2)
    })
  x <- torch_tensor(c(-1, 2), requires_grad = TRUE)
  out <- f(x)
  expect_false(out[[3]]$requires_grad)
  expect_identical(as.logical(out[[2]]), c(FALSE, TRUE))
  sum(out[[1]])$backward()
  expect_equal(as_array(x$grad), c(2, 2))
  x <- torch_tensor(c(-1, 2), requires_grad = TRUE)
  fixed <- autograd_function(function(ctx, x) { ctx$mark_non_differentiable(x); x }, function(ctx, g) list(g))(x)
  expect_false(fixed$requires_grad)
  # each result keeps its dtype
  f <- autograd_function(function(ctx, x) list(x$float(), x), function(ctx, g, h) list(g$double() + h))
  expect_identical(lapply(f(x), function(r) r$dtype$name), list("float", "double"))
})

test_that("mark_dirty(): an argument that was changed in place carries the gradient", {
  inplace <- autograd_function(
    function(ctx, a, b) {
      ctx$mark_dirty(a)
      list(a$add_(b), b + 2)
    },
    function(ctx, ga, gb) list(a = ga, b = ga + gb))
  x <- torch_tensor(2)
  y <- torch_tensor(3, requires_grad = TRUE)
  r <- inplace(x, y)
  expect_identical(r[[1]], x)
  expect_equal(x$item(), 5)
  expect_true(x$requires_grad)
  (x^2)$backward()
  expect_equal(y$grad$item(), 10)

  # an argument that was computed goes on to what it came from
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  a <- w * 3
  twice <- autograd_function(function(ctx, a) { a$mul_(2); ctx$mark_dirty(a); a }, function(ctx, g) list(g * 2))
  twice(a)
  expect_equal(as_array(a), c(6, 12))
  sum(a^2)$backward()
  expect_equal(as_array(w$grad), 2 * 36 * c(1, 2))

  expect_error(twice(w), "leaf that requires gradients", class = "gradtape_gradient_error")
  no_result <- autograd_function(function(ctx, a) { ctx$mark_dirty(a); a$mul_(2) + 1 }, function(ctx, g) list(g))
  expect_error(no_result(torch_tensor(1) * 1), "not among the results")
  other <- autograd_function(function(ctx, a) { b <- a * 2; ctx$mark_dirty(b); b }, function(ctx, g) list(g))
  expect_error(other(w), "arguments of")
  unmarked <- autograd_function(function(ctx, a) a$mul_(2) + 1, function(ctx, g) list(g))
  expect_error(unmarked(w * 3), "mark_dirty", class = "gradtape_gradient_error")
})

test_that("what was saved is what it was, with its gradient", {
  exp2 <- autograd_function(function(ctx, i) { r <- exp(i); ctx$save_for_backward(result = r); r },
                            function(ctx, g) list(i = g * ctx$saved_variables$result))
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  g <- autograd_grad(sum(exp2(x) * x), x, create_graph = TRUE)[[1]]
  h <- autograd_grad(sum(g), x, create_graph = TRUE)[[1]]
  expect_equal(as_array(h), exp(1:2) * (2 + 1:2))
  expect_equal(as_array(autograd_grad(sum(h), x)[[1]]), exp(1:2) * (3 + 1:2))

  square <- autograd_function(function(ctx, x) { ctx$save_for_backward(x, "kept"); x^2 }, function(ctx, g) {
    expect_identical(ctx$saved_variables[[2]], "kept")
    list(2 * g * ctx$saved_variables[[1]])
  })
  y <- square(x)
  with_no_grad(x$add_(1))
  expect_error(sum(y)$backward(), "changed in place", class = "gradtape_gradient_error")
  # a computed tensor that changes in place is another one
  z <- x * 1
  y <- square(z)
  z$add_(100)
  expect_equal(as_array(autograd_grad(sum(y), x)[[1]]), 2 * as_array(x))
})

test_that("arguments that are code are handed on as they are", {
  f <- autograd_function(function(ctx, x, code) x * eval(code, list(k = 3)), function(ctx, g) list(g * 3))
  x <- torch_tensor(2, requires_grad = TRUE)
  expect_equal(f(x, quote(k))$item(), 6)
})
