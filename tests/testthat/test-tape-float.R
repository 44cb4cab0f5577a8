# What is computed in float is computed in float on tapes too, with the digits of an eager run.

float <- function(x) torch_tensor(x, dtype = torch_float(), requires_grad = TRUE)

# Value and gradients of f, and of a multiple of it.
eager_digits <- function(f, values) {
  x <- lapply(values, float)
  y <- do.call(f, x)
  g <- autograd_grad(sum(y * 2.7), x, retain_graph = TRUE)
  h <- if (length(y) == 1) autograd_grad(y, x)
  list(y$dtype$name, as_array(y), lapply(g, as_array), lapply(h, as_array))
}

expect_same_digits <- function(f, values, info) {
  environment(f) <- new.env(parent = globalenv())
  j <- jit(f)
  for (i in 1:2) {
    expect_identical(eager_digits(j, values), eager_digits(f, values), info = info)
    values <- lapply(values, function(v) v * 1.1)
  }
  expect_false(environment(j)$plans[[1]]$runs_as_it_is, info = info)
}

test_that("random programs have the digits of eager runs", {
  for (seed in 1:30) {
    set.seed(seed)
    n <- sample(c(2, 5, 40), 1)
    f <- random_function(n, 15)
    expect_identical(eager_digits(jit(f), list(x <- rnorm(n))), eager_digits(f, list(x)), info = seed)
  }
})

test_that("operations of all kinds have them", {
  set.seed(1)
  m <- crossprod(matrix(rnorm(16), 4)) + diag(4)
  v <- c(0.3, -0.7, 1.1, 0.4)
  cases <- list(
    product = list(function(a, b) t(a) %*% (a %*% b) + b, m, v),
    solve = list(function(a, b) solve(a, b), m, v),
    chol = list(function(a) sum(chol(a)^3), m),
    assign = list(function(x) {
      y <- x * 1
      for (i in 2:4) y[i] <- y[i - 1] * x[i] + y[i]
      sum(y * y)
    }, v),
    recurrence = list(function(x) {
      s <- x[1]
      for (i in 1:20) s <- 0.3 * s + sin(s * x[1 + i %% 4])
      s
    }, v),
    cumulated = list(function(x) sum(cumsum(x) * cumprod(x)), v),
    weak = list(function(x) torch_where(x < 0.1, x * 0.1, x / 0.3), v),
    branch = list(function(x) if (x[2] < 0.1) prod(x) / 3 else sum(x), v),
    dims = list(function(a) (a / 7)$sum(dim = 2) * a$mean(dim = 1), m),
    power = list(function(x) abs(x)^1.7 + x^3 / 2L, v),
    index = list(function(x) x[c(1, 1, 3)] * 3.1, v),
    joined = list(function(x) torch_cat(list(x, x[2:3] * 2)), v),
    constant = list(function(x) sum(x * torch_tensor(c(0.1, 0.2, 0.3, 0.4), dtype = torch_float())), v),
    promoted = list(function(x) torch_tensor(c(0.1, 0.2, 0.3, 0.4), dtype = torch_double()) * x, v))
  for (name in names(cases)) expect_same_digits(cases[[name]][[1]], cases[[name]][-1], name)
})

test_that("tensors that a function makes have the default dtype of the call", {
  f <- function(x) sum(x * torch_tensor(c(0.1, 0.7))) / torch_ones(1)
  old <- torch_get_default_dtype()
  on.exit(torch_set_default_dtype(old))
  torch_set_default_dtype(torch_float())
  expect_same_digits(f, list(c(0.3, 0.4)), "float by default")
  environment(f) <- new.env(parent = globalenv())
  j <- jit(f)
  expect_identical(j(float(c(1, 2)))$dtype$name, "float")
  torch_set_default_dtype(torch_double())
  expect_identical(j(float(c(1, 2)))$dtype$name, "double")
})

test_that("arguments of both dtypes, and second derivatives", {
  f <- function(a, b) sum(exp(a * 0.3) * b)
  environment(f) <- new.env(parent = globalenv())
  run <- function(f) {
    a <- float(c(0.1, 0.7))
    b <- torch_tensor(c(0.3, 0.2), requires_grad = TRUE)
    y <- f(a, b)
    g <- autograd_grad(y, list(a, b), create_graph = TRUE)
    h <- autograd_grad(sum(g[[1]]^2) + sum(g[[2]]), list(a, b))
    list(c(y$dtype$name, g[[1]]$dtype$name, g[[2]]$dtype$name), as_array(y), lapply(g, as_array), lapply(h, as_array))
  }
  expect_identical(run(jit(f))[1:3], run(f)[1:3])
  expect_equal(run(jit(f))[[4]], run(f)[[4]], tolerance = 1e-6)
})

in_float <- function(x) {
  x <- x$to(dtype = torch_float())
  sum((x[-1] - x[-length(x)]^2)^2) / 3 + sum((1 - x)^2)
}
in_double <- function(x) sum((x[-1] - x[-length(x)]^2)^2) / 3 + sum((1 - x)^2)
environment(in_float) <- environment(in_double) <- globalenv()

test_that("all that a tape gives is there", {
  x <- c(0.1, 0.2, -0.3, 0.4, 0.5, 1.1)
  tp <- tape(in_float, x)
  exact <- tape(in_double, x)
  expect_equal(tp$fn(x), exact$fn(x), tolerance = 1e-6)
  expect_false(tp$fn(x) == exact$fn(x))
  expect_equal(tp$gr(x), exact$gr(x), tolerance = 1e-6)
  expect_equal(tp$he(x), exact$he(x), tolerance = 1e-6)
  expect_equal(tp$hvp(x, 1:6), exact$hvp(x, 1:6), tolerance = 1e-6)
  skip_if_not_installed("Matrix")
  expect_identical(tp$sparsity(), exact$sparsity())
  expect_equal(as.matrix(tp$he(x, sparse = TRUE)), exact$he(x), tolerance = 1e-6)
  X <- matrix(sin(1:60), 10)
  expect_identical(tp$fn_many(X), apply(X, 1, tp$fn))
  expect_identical(tp$gr_many(X), t(apply(X, 1, tp$gr)))
  loaded <- unserialize(serialize(tp, NULL))
  expect_identical(loaded$gr(x), tp$gr(x))
  expect_error(tape_code(tp), "computes in float", class = "gradtape_tape_error")
  vectors <- tape(function(x) x$to(dtype = torch_float())[-1] * x[-6], x)
  expect_equal(vectors$jacobian(x), jacobian(function(x) x[-1] * x[-6], x), tolerance = 1e-6)
})

test_that("it is minimized as far as floats tell points apart", {
  for (method in c("lbfgs", "bfgs", "newton-cg", "trust")) {
    fit <- minimize(in_float, rep(0.5, 6), method = method)
    expect_equal(fit$par, rep(1, 6), tolerance = 1e-3, info = method)
  }
})

test_that("code that was compiled has the digits too", {
  skip_on_cran()
  x <- c(0.1, 0.2, -0.3, 0.4, 0.5, 1.1)
  tp <- tape(in_float, x)
  before <- list(tp$fn(x), tp$gr(x), tp$he(x))
  suppressMessages(tape_compile(tp))
  expect_identical(list(tp$fn(x), tp$gr(x), tp$he(x)), before)
})
