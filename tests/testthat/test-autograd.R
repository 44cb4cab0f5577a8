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

test_that("a bad argument switches nothing off", {
  expect_error(local_no_grad(3), "`.env` must be an environment")
  x <- torch_tensor(1, requires_grad = TRUE)
  expect_true((x * 2)$requires_grad)
  expect_error(x$requires_grad_("no"), "requires_grad")
  expect_error({ x$requires_grad <- NA }, "requires_grad")
  expect_true(x$requires_grad)
  expect_error(autograd_grad(x^2, x, create_graph = "a"), "create_graph")
})

test_that("a deep graph needs no stack", {
  x <- torch_tensor(0.5, requires_grad = TRUE)
  y <- x
  for (i in 1:20000) y <- y * 0.9999
  y$backward()
  expect_equal(x$grad$item(), 0.9999^20000)
})

test_that("a rule that emits many operations survives gctorture", {
  x <- torch_tensor(1 + 1:30 / 30, requires_grad = TRUE)
  y <- prod(x) + torch_atan2(x[1], x[2])
  gctorture(TRUE)
  on.exit(gctorture(FALSE))
  y$backward()
  gctorture(FALSE)
  expect_equal(as.numeric(x$grad)[3:30], prod(1 + 1:30 / 30) / (1 + 3:30 / 30))
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
  a$add_(1)                                          # b keeps the value that it was computed from
  x$grad$zero_()
  b$backward()
  expect_equal(as.numeric(x$grad), 8 * as.numeric(x))
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
  bad <- x$register_hook(function(g) torch_tensor(c(1, 2, 3)))
  expect_error(sum(x)$backward(), "A hook gave a gradient of shape \\[3\\] for a tensor of shape \\[2\\]")
  bad$remove()
  bad <- x$register_hook(function(g) g > 0)
  expect_error(sum(x)$backward(), "A hook gave truth values as a gradient")
  expect_error(bad$delete(), "no field or method")
  expect_output(print(bad), "\\$remove")
})

test_that("a hook whose value is no tensor changes nothing", {
  for (value in list(NULL, 7, c(1, 2), TRUE, "seen", list(torch_tensor(c(1, 2))), invisible)) {
    x <- torch_tensor(c(1, 2), requires_grad = TRUE)
    h <- x$register_hook(function(g) value)
    x$register_hook(function(g) g * 2)
    sum(x^2)$backward()
    expect_equal(as.numeric(x$grad), c(4, 8))
    h$remove()
  }
})

test_that("autograd_grad() runs hooks, and custom derivatives, only on the way to its inputs", {
  heard <- character()
  hear <- function(name) function(g) heard <<- c(heard, name)
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  w <- torch_tensor(3, requires_grad = TRUE)
  square <- autograd_function(
    forward = function(ctx, v) { ctx$save_for_backward(v = v); v^2 },
    backward = function(ctx, grad_output) {
      heard <<- c(heard, "custom")
      list(v = 2 * ctx$saved_variables$v * grad_output)
    }
  )
  graph <- function() {
    y <- square(x)
    z <- sum(y * w)
    x$register_hook(hear("x"))
    y$register_hook(hear("y"))
    z$register_hook(hear("z"))
    list(y = y, z = z)
  }
  w$register_hook(hear("w"))
  g <- graph()
  expect_equal(autograd_grad(g$z, w, retain_graph = TRUE)[[1]]$item(), 5)
  expect_equal(heard, c("z", "w"))
  heard <- character()
  expect_equal(as.numeric(autograd_grad(g$z, g$y, retain_graph = TRUE)[[1]]), c(3, 3))
  expect_equal(heard, c("z", "y"))
  heard <- character()
  both <- autograd_grad(g$z, list(g$y, x))
  expect_equal(as.numeric(both[[2]]), 2 * 3 * c(1, 2))
  expect_equal(heard, c("z", "y", "custom", "x"))
})

test_that("a gradient has the shape of its tensor, or is a vector that fills it", {
  x <- torch_tensor(matrix(1:6 + 0, 2), requires_grad = TRUE)
  h <- x$register_hook(function(g) t(g))
  expect_error(sum(x)$backward(), "shape \\[3, 2\\] for a tensor of shape \\[2, 3\\]")
  h$remove()
  x$register_hook(function(g) torch_tensor(1:6 + 0))
  sum(x)$backward()
  expect_equal(as_array(x$grad), matrix(1:6 + 0, 2))
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
  expect_equal(y$grad_fn$next_functions[[1]]$name, "AccumulateGrad")

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

test_that("what was not chosen has no say in the gradient, also where its derivative is not finite", {
  y <- c(1, NA, 3)
  counts <- c(0, 2, 5)
  cases <- list(
    list(function(x) sum(ifelse(x > 0, sqrt(x), 0)), c(-1, 0, 4), c(0, 0, 0.25)),
    list(function(b) mean((y - b * 1:3)^2, na.rm = TRUE), 2, 10),
    list(function(b) sum((y - b * 1:3)[!is.na(y)]^2), 2, 20),
    list(function(mu) sum(ifelse(counts == 0, 0, counts * log(counts / mu)) - (counts - mu)), c(1, 2, 3),
         c(1, 0, 1 - 5 / 3)),
    list(function(x) sum(pmax(log(x), -1)), c(0, 1, 2), c(0, 1, 0.5)),
    list(function(x) sum(torch_clamp(1 / x, min = 0, max = 5)), c(0, 0.1, 2), c(0, 0, -0.25)),
    list(function(x) sum(torch_where(x > 0, log(x) * x, x^2)), c(-3, 0, exp(1)), c(-6, 0, 2))
  )
  for (case in cases) {
    fn <- tensor_function(case[[1]])
    x <- torch_tensor(case[[2]], requires_grad = TRUE)
    expect_equal(as.numeric(autograd_grad(fn(x), x)[[1]]), case[[3]], info = deparse(body(case[[1]])))
    expect_equal(gradient(case[[1]], case[[2]]), case[[3]], info = deparse(body(case[[1]])))
  }
  entropy <- function(x) sum(ifelse(x > 0, x * log(x), 0))
  expect_equal(hessian(entropy, c(0, 2, 4)), diag(c(0, 0.5, 0.25)))
  # a gradient that only happens to be zero has derivatives of its own
  residual <- list(function(x) sum((pmax(x^2, 0.1) - 1)^2), function(x) pmax(2 * x - 2, -1)^2,
                   function(x) { r <- x * x - 1; sum(ifelse(x > 0, r, 2 * r)^2) })
  for (fn in residual) {
    expect_equal(hessian(fn, 1), matrix(8), info = deparse(body(fn)))
    expect_equal(hvp(fn, 1, 1), 8)
    x <- torch_tensor(1, requires_grad = TRUE)
    g <- autograd_grad(tensor_function(fn)(x), x, create_graph = TRUE)[[1]]
    expect_equal(as.numeric(autograd_grad(g, x)[[1]]), 8)
  }
  penalized <- function(x) sum((x^2 - 1)^2) + 10 * max(0, sum(x^2) - 5)^2
  expect_equal(hessian(penalized, c(1, 1)), diag(8, 2))
  expect_equal(hessian(function(x) { z <- sin(x); sum(tanh(outer(z, z))) }, c(0, 0)), matrix(2, 2, 2))
  # more outputs than inputs
  expect_equal(jacobian(function(x) { z <- 2 * x; c(max(z), min(z), z[1] * z[2]) }, c(1, 2)),
               rbind(c(0, 2), c(2, 0), c(8, 4)))
  expect_equal(jacobian(function(x) pmax(2 * x[c(1, 1)], 0), 1), matrix(2, 2, 1))
  expect_equal(jacobian(function(x) pmax(x[c(1, 2, 3, 1)], x[c(1, 1, 1, 2)]), c(0.3, 1.2, -0.7)),
               rbind(c(1, 0, 0), c(0, 1, 0), c(1, 0, 0), c(0, 1, 0)))
  # chosen, it has
  expect_equal(gradient(function(x) sum(ifelse(x >= 0, sqrt(x), 0)), c(0, 4)), c(Inf, 0.25))
  expect_equal(gradient(function(x) sum(sqrt(x)), c(0, 4)), c(Inf, 0.25))
})

test_that("what was not chosen does not depend on how the elements are left out", {
  x <- c(0, 1, 4, 9, 16)
  for (fn in list(function(x) sum(sqrt(x)[c(2, 3, 5)]), function(x) sum(sqrt(x)[2:3]),
                  function(x) { y <- sqrt(x); sum(y[x > 0]) }, function(x) { y <- sqrt(x); y[x == 0] <- 0; sum(y) },
                  function(x) sum(pmax(sqrt(x), 0.5)))) {
    at <- torch_tensor(x, requires_grad = TRUE)
    expect_identical(as.numeric(autograd_grad(fn(at), at)[[1]])[1], 0, info = deparse(body(fn)))
    expect_identical(gradient(fn, x)[1], 0, info = deparse(body(fn)))
  }
})

test_that("gradients have the dtype of their tensor", {
  x <- torch_tensor(c(1, 2, 3), dtype = torch_float(), requires_grad = TRUE)
  w <- torch_tensor(c(1, 2, 3.5))
  sum(x * w)$backward(create_graph = TRUE)
  expect_equal(x$grad$dtype, torch_float())
  sum(x * w)$backward()
  expect_equal(as.numeric(x$grad), c(2, 4, 7))
  expect_error(x$grad <- torch_tensor(c(0, 0, 0), dtype = torch_double()), "dtype double")
  expect_equal(autograd_grad(sum(x * w), x, create_graph = TRUE)[[1]]$dtype, torch_float())
})

test_that("a hook may free the graph or change its tensors", {
  x <- torch_tensor(rep(0.5, 50), requires_grad = TRUE)
  b <- x * x
  y <- sum(sin(b) * b)
  b$register_hook(function(g) {
    y$zero_()
    gc()
    NULL
  })
  rm(b)
  y$backward()
  expect_equal(as.numeric(x$grad)[1], cos(0.25) * 0.25 + sin(0.25))
  b <- x * x
  y <- sum(b)
  nested <- FALSE
  b$register_hook(function(g) {
    if (!nested) {
      nested <<- TRUE
      y$backward()
    }
    NULL
  })
  expect_error(y$backward(), "freed")
})

test_that("an exponent that depends on the input is followed by a tape", {
  f <- function(x) autograd_grad(x[1]^(x[2]$detach()), x, create_graph = TRUE)[[1]][1]
  expect_equal(tape(f, c(3, 2))$fn(c(3, 4)), 108)
})

test_that("what R code in the graph does to requires_grad holds from the next pass on", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  k <- torch_tensor(c(3, 4))
  y <- x * 2
  z <- y * k
  turn_on <- function(g) { k$requires_grad_(TRUE); NULL }
  y$register_hook(turn_on)
  z$register_hook(turn_on)
  z$sum()$backward(retain_graph = TRUE)
  expect_equal(as_array(x$grad), c(6, 8))
  expect_null(k$grad)
  z$sum()$backward()
  expect_equal(as_array(x$grad), c(12, 16))
  expect_equal(as_array(k$grad), c(2, 4))

  # in a custom derivative
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  k <- torch_tensor(c(3, 4))
  double <- autograd_function(function(ctx, x, k) x * k, function(ctx, g) {
    k$requires_grad_(TRUE)
    list(x = g * k, k = g * x)
  })
  double(x, k)$sum()$backward()
  expect_equal(as_array(x$grad), c(3, 4))
  expect_null(k$grad)

  # turned off after the function was computed
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- x[1] * 2 + x[2]
  x$requires_grad_(FALSE)
  expect_no_error(y$backward())

  # the graph is freed by its own derivative
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  again <- TRUE
  frees <- autograd_function(function(ctx, x) x^2, function(ctx, g) {
    if (again) {
      again <<- FALSE
      with_enable_grad(y$sum()$backward())
    }
    list(x = g)
  })
  y <- frees(x)
  expect_error(y$sum()$backward(), "freed")
})

test_that("a gradient that a hook changes in place is the one that goes on", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- x * 3
  y$register_hook(function(g) g$mul_(10))
  y$sum()$backward()
  expect_equal(as_array(x$grad), c(30, 30))
  # what a hook returned may be changed, and its old values freed, before it is used
  x <- torch_tensor(runif(2000), requires_grad = TRUE)
  y <- x * 3
  given <- NULL
  y$register_hook(function(g) given <<- g * 10)
  y$register_hook(function(g) { given$fill_(0); gc(); given <<- NULL; NULL })
  (y * 1)$sum()$backward()
  expect_true(all(as_array(x$grad) %in% c(0, 30)))
})

test_that("backward(inputs) adds to the gradients of these tensors only", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  w <- torch_tensor(3, requires_grad = TRUE)
  h <- x^2
  y <- sum(h * w)
  y$backward(inputs = x, retain_graph = TRUE)
  expect_equal(as.numeric(x$grad), c(6, 12))
  expect_null(w$grad)
  y$backward(inputs = list(x, x, h), retain_graph = TRUE)      # one twice
  expect_equal(as.numeric(x$grad), c(12, 24))
  expect_equal(as.numeric(h$grad), c(3, 3))
  autograd_backward(y, inputs = w)
  expect_equal(as.numeric(w$grad), 5)
  expect_equal(as.numeric(x$grad), c(12, 24))
  expect_error(y$backward(inputs = w), "freed", class = "gradtape_gradient_error")
  z <- torch_tensor(1, requires_grad = TRUE)
  sum(x)$backward(inputs = list(z))
  expect_null(z$grad)
  expect_error(sum(x)$backward(inputs = torch_tensor(1)), "requires_grad = TRUE", class = "gradtape_gradient_error")
  expect_error(sum(x)$backward(inputs = 3), "`inputs` must be a tensor or a list of tensors")
  expect_error((x * 2)$backward(inputs = x), "needs `gradient`")
  x$grad <- NULL
  sum(x^3)$backward(inputs = x, create_graph = TRUE)
  expect_equal(as.numeric(autograd_grad(sum(x$grad), x)[[1]]), c(6, 12))
})
