# A function by jit() does what the function does.

value_and_slope <- function(f, x) {
  t <- torch_tensor(x, requires_grad = TRUE)
  y <- f(t)
  y$backward()
  list(as.numeric(y), as.numeric(t$grad))
}

test_that("values, gradients and second derivatives are the function's", {
  for (seed in 1:15) {
    set.seed(seed)
    n <- sample(c(2, 5, 40), 1)
    f <- random_function(n, 15)
    j <- jit(f)
    for (i in 1:3) {
      x <- rnorm(n)
      expect_equal(value_and_slope(j, x), value_and_slope(f, x), tolerance = 1e-9, info = seed)
    }
    second <- function(f) {
      t <- torch_tensor(x, requires_grad = TRUE)
      g <- autograd_grad(f(t), t, create_graph = TRUE)[[1]]
      as.numeric(autograd_grad(sum(g * cos(seq_len(n))), t)[[1]])
    }
    expect_equal(second(j), second(f), tolerance = 1e-9, info = seed)
  }
})

test_that("plain R functions are followed as tape() does, recorded or not", {
  y <- sin(1:30)
  plain <- local(function(p) {
    h <- numeric(30)
    h[1] <- plogis(p[1])
    for (t in 2:30) h[t] <- exp(p[2]) + max(p[1], 0.1) * h[t - 1] * y[t]^2
    -sum(dnorm(y, 0, sqrt(h), log = TRUE))
  }, new.env(parent = list2env(list(y = y), parent = globalenv())))
  p <- c(0.4, -1)
  expected <- list(plain(p), as.numeric(gradient(plain, p)))
  j <- jit(plain)
  for (i in 1:2) expect_equal(value_and_slope(j, p), expected)
  drawing <- plain
  body(drawing)[[length(body(drawing))]] <- bquote(.(body(plain)[[5]]) + 0 * rnorm(1))
  j <- suppressMessages(jit(drawing))
  suppressMessages(for (i in 1:2) expect_equal(value_and_slope(j, p), expected))
})

test_that("several arguments, matrices, branches and numbers beside them", {
  f <- function(a, b, k = 2) if (sum(a) > 0) a %*% b * k else a %*% b - k
  j <- jit(f)
  run <- function(f, a, b, ...) {
    a <- torch_tensor(a, requires_grad = TRUE)
    b <- torch_tensor(b, requires_grad = TRUE)
    y <- f(a, b, ...)
    (y^2)$sum()$backward()
    list(as_array(y), as_array(a$grad), as_array(b$grad), y$shape)
  }
  a <- matrix(c(1, 2, 3, 4), 2)
  b <- matrix(c(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), 2)
  for (i in 1:2) {
    expect_equal(run(j, a, b), run(f, a, b))
    expect_equal(run(j, -a, b), run(f, -a, b))
    expect_equal(run(j, a, b, k = 3), run(f, a, b, k = 3))
    expect_equal(run(j, a, b, 5), run(f, a, b, 5))
    expect_equal(run(j, t(b), a), run(f, t(b), a))
  }
  expect_equal(as_array(j(b = torch_tensor(b), a = torch_tensor(a))), f(a, b))
})

test_that("it is one operation, and nothing is kept where no gradient is wanted", {
  j <- jit(function(x) sum(exp(x) * 2))
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  expect_identical(j(x)$requires_grad, TRUE)
  expect_length(.Call(asNamespace("gradtape")$C_call_inputs, j(x)), 1)
  expect_identical(with_no_grad(j(x))$requires_grad, FALSE)
  expect_identical(j(torch_tensor(c(1, 2)))$requires_grad, FALSE)
  y <- j(x * 3)
  y$backward()
  expect_equal(as.numeric(x$grad), 6 * exp(c(3, 6)))
})

# Gradient, and derivatives of sums over it, up to the fourth order, with respect to all arguments.
up_to_fourth <- function(f, values) {
  x <- lapply(values, torch_tensor, requires_grad = TRUE)
  got <- list()
  y <- sum(f(x[[1]], x[[2]])^2)
  for (order in 1:4) {
    g <- autograd_grad(y, x, create_graph = TRUE, allow_unused = TRUE)
    # (the one operation depends on all its arguments)
    for (k in 1:2) if (is.null(g[[k]])) g[[k]] <- 0 * x[[k]]
    got[[order]] <- lapply(g, as_array)
    y <- sum(sin(g[[1]]) * 0.5) + sum(g[[2]]^2) * 0.1
  }
  got
}

test_that("derivatives of higher orders are recorded too", {
  cases <- list(
    function(a, b) sum(exp(a * 0.3) * b),
    function(a, b) a %*% b,
    function(a, b) if (sum(a) > 0) sum(a^3) * b[1] else b * 2,
    function(a, b) if (sum(a) < 0) sum(a^3) * b[1] else b * 2,
    function(a, b) sqrt(sum(a * a)) + 0 * sum(b))
  values <- list(matrix(c(0.1, 0.4, -0.2, 0.5), 2), c(0.7, -0.3))
  for (k in seq_along(cases)) {
    environment(cases[[k]]) <- globalenv()
    j <- jit(cases[[k]])
    for (sign in c(1, -1)) {
      at <- list(values[[1]] * sign, values[[2]])
      expect_equal(up_to_fourth(j, at), up_to_fourth(cases[[k]], at), tolerance = 1e-9, info = k)
    }
    plan <- environment(j)$plans[[1]]
    expect_false(plan$runs_as_it_is)
    expect_false(environment(plan$derivative)$plans[[1]]$runs_as_it_is)
  }
})

test_that("arguments by name and beside tensors have second derivatives", {
  f <- function(a, k, b) sum(a^k) * b
  second <- function(f) {
    a <- torch_tensor(c(1, 2), requires_grad = TRUE)
    b <- torch_tensor(3, requires_grad = TRUE)
    g <- autograd_grad(f(b = b, 3, a = a), list(a, b), create_graph = TRUE)
    lapply(autograd_grad(sum(g[[1]]) + g[[2]], list(a, b)), as_array)
  }
  environment(f) <- globalenv()
  expect_equal(second(jit(f)), second(f))
})

test_that("its node is one of the graph like others", {
  f <- function(x) sum(x^3)
  environment(f) <- globalenv()
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  j <- jit(f)
  y <- j(x)
  y$backward(retain_graph = TRUE)
  y$backward()
  expect_equal(as.numeric(x$grad), 2 * 3 * c(1, 4))
  expect_error(y$backward(), "freed")
  seen <- NULL
  y <- j(x * 2)
  y$register_hook(function(g) {
    seen <<- as.numeric(g)
    g * 10
  })
  expect_equal(as.numeric(autograd_grad(y * 3, x)[[1]]), 30 * 2 * 3 * c(4, 16))
  expect_equal(seen, 3)
  both <- j(x) + j(x)
  expect_equal(as.numeric(autograd_grad(both, x)[[1]]), 2 * 3 * c(1, 4))
  # the gradient at the point where it was called, also where a tensor got another value since
  z <- x * 1
  y <- j(z)
  z$mul_(5)
  expect_equal(as.numeric(autograd_grad(y, x, retain_graph = TRUE)[[1]]), 3 * c(1, 4))
  g <- autograd_grad(y, x, create_graph = TRUE)[[1]]
  expect_equal(as.numeric(autograd_grad(sum(g), x)[[1]]), 6 * c(1, 2))
})

test_that("a penalty of functions by jit() is minimized as one operation", {
  f <- function(x) sum(x^2)
  p <- quadratic_penalty(eq = function(x) x[1] + 2 * x[2] - 5)
  environment(f) <- globalenv()
  expected <- penalty_method(f, p, c(0, 0))
  j <- jit(f)
  q <- jit(p)
  expect_equal(penalty_method(j, q, c(0, 0))$steps, expected$steps, tolerance = 1e-6)
  expect_equal(penalty_method(j, q, c(1, 0))$value, expected$value, tolerance = 1e-6)
  expect_true(is.function(environment(j)$penalized))
  expect_error(penalty_method(jit(function(x) x), q, c(0, 0)), "`f` must return a tensor of one element")
})

test_that("loops of optimizers go the same way", {
  f <- function(x) (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
  path <- function(f, make) {
    x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
    optimizer <- make(x)
    for (i in 1:20) optimizer$step(function() {
      optimizer$zero_grad()
      y <- f(x)
      y$backward()
      y
    })
    as.numeric(x)
  }
  for (make in list(function(x) optim_adam(x, lr = 0.1), function(x) optim_lbfgs(x, line_search_fn = "strong_wolfe"))) {
    expect_equal(path(jit(f), make), path(f, make), tolerance = 1e-7)
  }
})

test_that("floats stay floats", {
  f <- function(x) sum(sin(x) * x)
  x <- torch_tensor(c(0.3, 0.7), dtype = torch_float(), requires_grad = TRUE)
  y <- jit(f)(x)
  expect_identical(y$dtype$name, "float")
  expect_equal(as.numeric(y), as.numeric(f(x)), tolerance = 1e-6)
  y$backward()
  expect_identical(x$grad$dtype$name, "float")
  expect_equal(as.numeric(x$grad), sin(c(0.3, 0.7)) + c(0.3, 0.7) * cos(c(0.3, 0.7)), tolerance = 1e-6)
})

test_that("inside a tape, and inside another, it is part of the recording", {
  j <- jit(function(x) sum(x^2))
  expect_equal(tape(function(x) j(x) * x[1], c(1, 2))$he(c(1, 2)), rbind(c(6, 4), c(4, 2)))
  outer <- jit(function(x) j(x * 2) + j(x))
  expect_equal(value_and_slope(outer, c(1, 2)), list(25, c(10, 20)))
  expect_equal(value_and_slope(outer, c(2, 2)), list(40, c(20, 20)))
})

test_that("zero times infinity is zero, as elsewhere", {
  j <- jit(function(x) sqrt(x[1]))
  x <- torch_tensor(c(0, 1), requires_grad = TRUE)
  torch_where(x[2] > 0, x[2], j(x))$backward()
  expect_equal(as.numeric(x$grad), c(0, 1))
})

test_that("what cannot be recorded runs as it is, and says so once", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  w <- torch_tensor(c(3, 4), requires_grad = TRUE)
  cases <- list(
    "none of its arguments" = function(x) sum(x * w),
    "one tensor" = function(x) list(x, x),
    "random numbers" = function(x) sum(x) + 0 * rnorm(1),
    "numbers leave" = function(x) sum(x) * as_array(x)[1])
  for (why in names(cases)) {
    f <- cases[[why]]
    environment(f) <- list2env(list(w = w), parent = globalenv())
    j <- jit(f)
    expect_message(first <- j(x), why)
    expect_no_message(again <- j(x))
    expect_equal(lapply(list(again), function(y) if (is_torch_tensor(y)) as_array(y)),
                 lapply(list(f(x)), function(y) if (is_torch_tensor(y)) as_array(y)))
  }
  holder <- new.env()
  expect_message(jit(function(x, e) sum(x))(x, holder), "may change")
  counts <- jit(function(x, k) sum(x) * k)
  expect_message(for (k in 1:40) counts(x, k), "more than 32 forms")
  expect_equal(as.numeric(counts(x, 50)), 150)
  expect_error(jit(function(x) stop("no such luck"))(x), "no such luck")
})

test_that("functions with a mind of their own do what they do without it", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  # random numbers are those of the seed
  noisy <- as_user(function(x) sum(x) + rnorm(1) + sum(torch_randn(2)))
  j <- suppressMessages(jit(noisy))
  set.seed(3)
  expected <- c(as.numeric(noisy(x)), as.numeric(noisy(x)))
  set.seed(3)
  expect_equal(suppressMessages(c(as.numeric(j(x)), as.numeric(j(x)))), expected)
  # a result that changes from call to call is noticed
  counting <- as_user(function(x) {
    e$n <- e$n + 1
    sum(x) * e$n
  }, e = list2env(list(n = 0)))
  j <- jit(counting)
  expect_message(first <- as.numeric(j(x)), "another value at each call")
  expect_equal(as.numeric(j(x)), first + 3)
  # forms of results
  forms <- as_user(function(x, k = NULL) if (is.null(k)) x["b"] * 2 else if (k) sum(x) else x)
  j <- jit(forms)
  named <- torch_tensor(c(a = 1, b = 2), requires_grad = TRUE)
  for (i in 1:2) {
    expect_identical(as_array(j(named)), as_array(forms(named)))
    expect_identical(names(j(named)), "b")
    expect_identical(names(j(named, FALSE)), c("a", "b"))
    expect_equal(as.numeric(j(named, k = TRUE)), 3)
    expect_equal(as.numeric(j(torch_tensor(c(b = 7, a = 5)), NULL)), 14)
  }
  way <- jit(as_user(function(x) if (x[1] > 1) x * 2 else sum(x)))
  for (v in c(0.5, 3, 0.7, 4)) {
    expect_equal(as.numeric(way(torch_tensor(c(v, 1)))), if (v > 1) 2 * c(v, 1) else v + 1)
  }
  # an argument that is changed in place
  doubling <- suppressMessages(jit(as_user(function(x) sum(x$mul_(2)))))
  z <- torch_tensor(c(1, 2))
  expect_equal(suppressMessages(c(as.numeric(doubling(z)), as.numeric(doubling(z)))), c(6, 12))
  expect_equal(as.numeric(z), c(4, 8))
  # an error of the function's own, and what follows it
  picky <- jit(as_user(function(x) if (x[1] > 2) stop("too big") else sum(x)))
  expect_equal(as.numeric(picky(x)), 3)
  expect_error(picky(torch_tensor(c(3, 1))), "too big")
  expect_equal(as.numeric(picky(x)), 3)
  # without a history, with the same tensor twice, with itself
  product <- jit(as_user(function(a, b) sum(a * b) + sum(a$detach()) + with_no_grad(sum(b))))
  product(x, x)$backward()
  expect_equal(as.numeric(x$grad), c(2, 4))
  doubled <- as_user(function(x, n) if (n == 0) sum(x) else itself(x, n - 1) * 2)
  assign("itself", jit(doubled), environment(doubled))
  expect_equal(as.numeric(jit(doubled)(x, 3)), 24)
})

test_that("calls of one function wait for their gradients in any order", {
  cases <- list(function(x) x * 0 + 3, function(x) c(x[1], x[1]), function(x) x, function(x) sqrt(x), function(x) x + 1,
                function(x) if (x[1] > 1) x^2 else x^3, function(x) x$detach() * x, function(x) x %*% t(x))
  run <- function(f, v) {
    x <- torch_tensor(v, requires_grad = TRUE)
    y <- f(x)
    z <- f(x * 2)
    grads <- list(autograd_grad(sum(y * y), x, retain_graph = TRUE), autograd_grad(sum(z * 3), x, retain_graph = TRUE),
                  autograd_grad(sum(z), x), autograd_grad(sum(y * y), x), autograd_grad(sum(f(x)), x))
    lapply(grads, function(g) as.numeric(g[[1]]))
  }
  for (f in cases) {
    environment(f) <- globalenv()
    j <- jit(f)
    for (v in list(c(1, 2), c(0, 3), c(4, 1))) expect_equal(run(j, v), run(f, v), info = deparse(body(f)))
  }
})

test_that("vmap() takes it", {
  f <- function(p) sum(p^2)
  environment(f) <- globalenv()
  many <- vmap(jit(f))
  X <- rbind(c(1, 2), c(3, 4))
  expect_equal(many(X), c(5, 25))
  X <- torch_tensor(X, requires_grad = TRUE)
  many(X)$sum()$backward()
  expect_equal(as_array(X$grad), 2 * as_array(X))
  expect_equal(minimize(jit(f), c(1, 2))$par, c(0, 0), tolerance = 1e-6)
})

test_that("the minimizations of the blog go the same way", {
  source(system.file("examples", "blog.R", package = "gradtape"), local = TRUE)
  for (f in c("rosenbrock", "flower", "outside_circle")) assign(f, `environment<-`(get(f), globalenv()))
  path <- function(minimizer, f, start, ...) {
    trace <- new_trace()
    minimizer(f, start_at(start), ..., see = trace$see)
    trace$rows()
  }
  compare <- function(minimizer, f, start, ...) {
    expect_equal(path(minimizer, jit(f), start, ...), path(minimizer, f, start, ...), tolerance = 1e-6)
  }
  compare(minimize_by_hand, rosenbrock, c(-1, 1), lr = 0.01, iterations = 50)
  compare(minimize_adam, rosenbrock, c(-1, 1), lr = 1, iterations = 50)
  compare(minimize_lbfgs, rosenbrock, c(-1, 1), steps = 3)
  compare(minimize_lbfgs, flower, c(20, 20), steps = 2, line_search_fn = "strong_wolfe")
  penalty <- quadratic_penalty(ineq = outside_circle)
  expect_equal(minimize_outside_circle(start_at(c(0.5, 0.5)), jit(flower), jit(penalty))$steps,
               minimize_outside_circle(start_at(c(0.5, 0.5)), flower, penalty)$steps, tolerance = 1e-5)
})

test_that("NaN is the function's own, and what was changed in place is noticed", {
  j <- jit(function(x) if (x[1] > 0) sum(x) else sum(x^2))
  expect_error(j(torch_tensor(c(NaN, 1))))
  expect_equal(as.numeric(j(torch_tensor(c(1, NaN)))), NaN)
  expect_equal(as.numeric(j(torch_tensor(c(-1, 1)))), 2)
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- j(x)
  with_no_grad(x$add_(1))
  expect_error(autograd_grad(y, x, create_graph = TRUE), "changed in place")
})

test_that("jit_trace() records at once, and jit() prints", {
  x <- torch_tensor(c(1, 2))
  expect_equal(as.numeric(jit_trace(function(x) sum(x), x)(x)), 3)
  expect_output(print(jit(function(x) sum(x))), "jit")
  expect_error(jit(3), "function")
})

test_that("backward() of one call does what it does of a graph", {
  f <- function(x) sum(x^3)
  environment(f) <- new.env(parent = globalenv())
  g <- jit(f)
  numbers <- c(1, -2)
  start <- function() torch_tensor(numbers, requires_grad = TRUE)
  x <- start()
  y <- g(x)
  expect_identical(withVisible(y$backward())$visible, FALSE)
  expect_equal(as_array(x$grad), 3 * numbers^2)
  expect_error(y$backward(), class = "gradtape_gradient_error")
  first <- x$grad
  g(x)$backward()                               # is added, in place
  expect_equal(as_array(first), 6 * numbers^2)
  y <- g(x)
  y$backward(retain_graph = TRUE)
  y$backward()
  expect_equal(as_array(x$grad), 12 * numbers^2)

  x <- start()                                  # hooks, and gradients of what is no leaf
  x$register_hook(function(grad) 2 * grad)
  y <- g(x)
  y$retain_grad()
  y$backward()
  expect_equal(as_array(x$grad), 6 * numbers^2)
  expect_equal(as_array(y$grad), 1)
  x <- start()
  y <- g(x)
  y$register_hook(function(grad) 5 * grad)
  y$backward()
  expect_equal(as_array(x$grad), 15 * numbers^2)
  x <- start()
  z <- x * 1
  g(z)$backward()
  expect_equal(as_array(x$grad), 3 * numbers^2)
  with_no_grad(expect_error(g(x)$backward(), class = "gradtape_gradient_error"))

  root <- function(x) ifelse(x > 0, sqrt(x), 0 * x)
  environment(root) <- new.env(parent = globalenv())
  x <- torch_tensor(0, requires_grad = TRUE)
  jit(root)(x)$backward()
  expect_identical(as_array(x$grad), 0)
})
