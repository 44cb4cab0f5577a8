# Integrals, roots and minima inside a function.

data <- list(y = c(0, 1, 1, 0, 1))
x <- c(0.7, 0.3, 1.1)

test_that("integrals, by parameters and limits, are replayed", {
  functions <- list(
    function(p) integrate(function(t) exp(-p[1] * t), 0, 2)$value +
      integrate(dnorm, -Inf, p[2], mean = p[1], sd = p[3])$value,
    function(p) integrate(function(t, a) exp(-a * t^2), p[1], Inf, a = p[2])$value +
      integrate(function(t) t^2, p[1], p[2])$value,
    function(p) {
      f <- function(t) dnorm(t) * plogis(p[1] + p[2] * t)
      log(integrate(f, -Inf, Inf)$value) + log(integrate(f, -8, 8, subdivisions = 200, rel.tol = 1e-8)[["value"]])
    },
    function(p) {
      # a random effect
      marginal <- function(eta, sigma) integrate(function(u) sapply(u,
        function(v) prod(dbinom(y, 1, plogis(eta + sigma * v)))) * dnorm(u), -6, 6)$value
      -log(marginal(p[1], exp(p[2])))
    },
    function(p) {
      lazy <- function(a = p[1]) integrate(function(t) sin(a * t) / (1 + t), 0, 20, rel.tol = 1e-9)$value
      lazy() + integrate(function(t) t, 0, 1)$value * p[2]
    }
  )
  expect_all_plain(functions, x, data, value_tolerance = 1e-7)
  for (fn in functions[1:3]) {
    environment(fn) <- list2env(data, parent = globalenv())
    expect_hessian(fn, x)
  }
  result <- integrate(function(t) exp(-t), 0, Inf)
  ours <- tensor_function(function(a) integrate(function(t) exp(-a * t), 0, Inf))(torch_tensor(1, requires_grad = TRUE))
  expect_equal(as.numeric(ours$value$detach()), result$value, tolerance = 1e-14)
  expect_equal(ours$abs.error, result$abs.error, tolerance = 1e-6)
  expect_identical(names(ours), names(result))
  expect_identical(ours$subdivisions, result$subdivisions)
})

test_that("a tape divides the interval anew where its rule is not accurate", {
  peak <- function(p) integrate(function(t) 1 / (1 + ((t - p[1]) / p[2])^2), 0, 1)$value
  tp <- tape(peak, c(0.3, 0.5))
  for (at in list(c(0.3, 0.4), c(0.7, 0.01), c(0.31, 0.001), c(0.3, 0.5))) {
    exact <- at[2] * (atan((1 - at[1]) / at[2]) - atan(-at[1] / at[2]))
    expect_equal(tp$fn(at), exact, tolerance = 1e-4)
    expect_equal(tp$gr(at), numeric_gradient(function(p) p[2] * (atan((1 - p[1]) / p[2]) - atan(-p[1] / p[2])), at,
                                             h = 1e-5), tolerance = 1e-3)
  }
})

test_that("singularities, and integrals that do not exist", {
  fn <- function(p) integrate(function(t) t^(p[1] - 1), 0, 1)$value
  tp <- tape(fn, 0.5)
  expect_equal(c(tp$fn(0.5), tp$gr(0.5)), c(2, -4), tolerance = 1e-4)
  expect_message(tp <- tape(fn, 0.1), "cannot be replayed")
  expect_equal(tp$fn(0.1), fn(0.1), tolerance = 1e-12)
  expect_equal(tp$gr(0.1), -100, tolerance = 1e-2)
  expect_error(tape(function(p) integrate(function(t) p / t, 0, 1)$value, 1), "non-finite|divergent|subdivisions")
  expect_error(tape(function(p) integrate(function(t) p[1] + NaN * t, 0, 1)$value, 1), "non-finite function value")
  expect_error(tape(function(p) integrate(function(t) p[1], 0, 1)$value, 1), "incorrect length")
})

# Run at every call, with R's value.
expect_solved <- function(fn, x, ..., label = deparse1(body(fn))) {
  environment(fn) <- globalenv()
  tape <- function(...) suppressMessages(gradtape::tape(...))
  expect_message(tp <- gradtape::tape(fn, x), "cannot be replayed")
  for (at in list(x, x * 1.1 + 0.05)) {
    expect_equal(tp$fn(at), as.numeric(fn(at)), tolerance = 1e-14, info = label)
    expect_equal(tp$gr(at), numeric_gradient(fn, at), tolerance = 1e-5, info = label)
  }
  differences <- vapply(seq_along(x), function(i) {
    e <- replace(numeric(length(x)), i, 1e-4)
    (tp$gr(x + e) - tp$gr(x - e)) / 2e-4
  }, x)
  expect_equal(tp$he(x), differences, tolerance = 1e-4, ignore_attr = TRUE, info = label)
}

test_that("roots, by the implicit function theorem", {
  expect_solved(function(p) uniroot(function(t) t^3 + p[1] * t - p[3], c(-5, 5), tol = 1e-12)$root, x)
  expect_solved(function(p) uniroot(function(t, a) exp(-a * t) - 0.5, lower = 0, upper = 10, a = p[1],
                                    tol = 1e-12)$root^2 * p[2], x)
  expect_solved(function(p) {
    # Euler and Lotka
    fertility <- c(0, p[1], 2 * p[2])
    uniroot(function(r) sum(exp(-r * 1:3) * fertility) - 1, c(-1, 1), extendInt = "yes", tol = 1e-12)$root
  }, x)
  expect_error(suppressMessages(tape(function(p) uniroot(function(t) p[1] + t^2, c(-1, 1))$root, 1)), "opposite sign")
  expect_equal(tape(function(p) uniroot(function(t) t - 1, c(0, 3), tol = 1e-9)$root * p, 2)$gr(2), 1, tolerance = 1e-8)
})

test_that("minima, by the implicit function theorem", {
  expect_solved(function(p) optimize(function(t) (t - p[1])^2 + p[2] * t^4 / 10, c(-3, 3), tol = 1e-9)$objective, x)
  expect_solved(function(p) optimise(function(t) -(t - p[1])^2 + p[3], c(-3, 3), maximum = TRUE,
                                     tol = 1e-9)$objective * p[2], x)
  quartic <- function(t, a, b) sum((t - a)^2) + b * t[1]^2 * t[2]^2
  profile <- function(p) optim(c(0.5, 0.5), function(t) (t[1] - p[1])^2 + (t[2] - p[2])^2 + p[3] * t[1]^2 * t[2]^2,
                               method = "BFGS",
                               control = list(reltol = 1e-15))$value
  expect_solved(profile, x)
  expect_solved(function(p) nlm(function(t, k) sum((t - p[1:2])^2 * c(1, 2)) + p[3] * t[1]^4 * k, c(0.5, 0.5), k = 2,
                                gradtol = 1e-10)$minimum, x)
  expect_solved(function(p) nlminb(c(0.5, 0.5), function(t) sum((t - p[1:2])^2) + p[3] * t[1]^4)$objective, x)
  # the points themselves: R finds them to half the digits of the value
  gradients <- list(
    optim = function(p) sum(optim(c(a = 0.5, b = 0.5), function(t) (t[["a"]] - p[1])^2 + (t[["b"]] - p[2]^2)^2,
                                  method = "BFGS")$par * 1:2),
    optimize = function(p) sum(optimize(function(t) (t - p[1])^2 + 2 * (t - p[2]^2)^2, c(-3, 3))$minimum * 3),
    nlm = function(p) sum(nlm(function(t) (t[1] - p[1])^2 + (t[2] - p[2]^2)^2, c(0.5, 0.5))$estimate * 1:2),
    nlminb = function(p) sum(nlminb(c(0.5, 0.5), function(t) (t[1] - p[1])^2 + (t[2] - p[2]^2)^2,
                                    lower = c(0.9, -9))$par * 1:2)
  )
  expected <- list(c(1, 4 * 0.3), c(1, 4 * 0.3), c(1, 4 * 0.3), c(0, 4 * 0.3))
  for (k in seq_along(gradients)) {
    environment(gradients[[k]]) <- globalenv()
    expect_equal(suppressMessages(gradient(gradients[[k]], c(0.7, 0.3))), expected[[k]], tolerance = 1e-6,
                 info = names(gradients)[k])
  }
  # an end of the interval does not move
  end <- function(p) optimize(function(t) t * p[1], c(0, 1))$minimum * 2 + p[1]
  environment(end) <- globalenv()
  expect_equal(suppressMessages(gradient(end, 0.7)), 1)
})

test_that("a Laplace approximation inside a function", {
  laplace <- function(p) {
    nll <- function(u) -dbinom(3, 5, plogis(p[1] + exp(p[2]) * u), log = TRUE) - dnorm(u, log = TRUE)
    inner <- optim(0, nll, method = "BFGS", hessian = TRUE, control = list(reltol = 1e-14))
    inner$value + 0.5 * log(inner$hessian[1, 1])
  }
  environment(laplace) <- globalenv()
  tp <- suppressMessages(tape(laplace, c(0.7, 0.3)))
  expect_equal(tp$fn(c(0.7, 0.3)), laplace(c(0.7, 0.3)), tolerance = 1e-9)
  expect_equal(tp$gr(c(0.7, 0.3)), numeric_gradient(laplace, c(0.7, 0.3)), tolerance = 1e-4)
  at_minimum <- function(p) optimHess(p[1:2], function(t) sum(t^3 * p[1]))[1, 1] + p[2]
  environment(at_minimum) <- globalenv()
  expect_equal(suppressMessages(gradient(at_minimum, c(0.7, 0.3))), c(12 * 0.7, 1), tolerance = 1e-6)
})

test_that("gradients and Hessians that a solver inside is given are each their own", {
  expect_solved(function(p) {
    f <- function(t, a) sum((t - p[1:2])^2) + a * t[1]^4
    gr <- function(t, a) 2 * (t - p[1:2]) + c(4 * a * t[1]^3, 0)
    he <- function(t, a) diag(c(2 + 12 * a * t[1]^2, 2))
    nlminb(c(0.5, 0.5), f, gr, he, a = p[3])$objective + optim(c(0.5, 0.5), f, gr, a = p[3], method = "BFGS")$value
  }, c(0.8, 1.2, 0.3))
})
