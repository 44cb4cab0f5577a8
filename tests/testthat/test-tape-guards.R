# Points on every side of what the function decides: the tape must always agree with an
# eager run.
expect_same <- function(f, points, tp = tape(f, points[[1]])) {
  for (x in c(points, rev(points))) {
    e <- eager(f, x)
    expect_equal(tp$fn(x), e$value, tolerance = 1e-12)
    expect_equal(tp$gr(x), e$gradient, tolerance = 1e-10)
  }
}

test_that("a piecewise function is recorded anew on each side", {
  f <- function(x) if (x[1] < 0) x[1]^2 + x[2] else if (x[2] > 1 && x[1] > 2) prod(x) else x[1]^3 * x[2]
  expect_same(f, list(c(-1, 2), c(1, 2), c(3, 2), c(3, 0.5), c(-2, 0)))
})

test_that("a loop whose length depends on a value", {
  f <- function(x) {
    s <- x[1]
    while (s < 10) s <- s * x[2]
    s
  }
  expect_same(f, list(c(1, 2), c(1, 1.5), c(20, 3), c(3, 2), c(0.1, 1.2)))
})

test_that("a Newton iteration run to convergence inside the objective", {
  # the cube root of x[1], whose derivative is known
  f <- function(x) {
    r <- x[1] * 0 + 1
    repeat {
      step <- (r^3 - x[1]) / (3 * r^2)
      r <- r - step
      if (abs(step) < 1e-12) break
    }
    r * x[2]
  }
  tp <- tape(f, c(2, 1))
  for (a in c(2, 27, 0.3, 1000, 5)) {
    expect_equal(tp$fn(c(a, 2)), 2 * a^(1 / 3), tolerance = 1e-12)
    expect_equal(tp$gr(c(a, 2)), c(2 / 3 * a^(-2 / 3), a^(1 / 3)), tolerance = 1e-9)
  }
})

test_that("logical subscripts, any(), all(), which() and ifelse-like choices", {
  expect_same(function(x) sum(x[x > 0]^2), list(c(1, -1, 2), c(-1, 3, 2), c(1, 1, 1), c(-1, -2, -3)))
  expect_same(function(x) if (any(x > 1)) sum(x^2) else sum(x^3), list(c(0.5, 0.2), c(2, 0), c(2, 3)))
  expect_same(function(x) if (all(x > 1)) sum(x^2) else sum(x^3), list(c(0.5, 0.2), c(2, 0), c(2, 3)))
  expect_same(function(x) prod(x[which(x < 1)]), list(c(0.5, 0.2, 3), c(2, 0.1, 3), c(0.1, 0.1, 0.1)))
})

test_that("as.integer() is a guard, not an escape", {
  f <- function(x) {
    s <- 0 * x[1]
    for (i in seq_len(as.integer(x[1]))) s <- s + x[2]^i
    s
  }
  expect_silent(tp <- tape(f, c(2.5, 0.5)))
  expect_same(f, list(c(2.5, 0.5), c(4.2, 0.5), c(2.1, 0.9), c(7, 0.3)), tp)
})

test_that("a mask that is only multiplied needs no guard", {
  f <- function(x) sum((x > 0) * x^2)
  tp <- tape(f, c(1, -1))
  expect_output(print(tp), "0 guards")
  expect_equal(tp$gr(c(-3, 2)), c(0, 4))
})

test_that("dozens of branches are kept and found", {
  f <- function(x) {
    s <- x[1]
    for (i in 1:6) s <- if (s > i) s * 0.5 + x[2] else s + x[1]
    s
  }
  set.seed(2)
  points <- replicate(60, runif(2, 0, 8), simplify = FALSE)
  tp <- tape(f, points[[1]])
  expect_same(f, points, tp)
  before <- length(.Call(C_call_tape_recordings, tape_private(tp)$state))
  expect_same(f, points, tp)
  expect_equal(length(.Call(C_call_tape_recordings, tape_private(tp)$state)), before)
  expect_gt(before, 3)
})

test_that("detached and unrecorded parts are followed, without a gradient", {
  expect_same(function(x) sum(x$detach() * x), list(c(1, 2), c(3, 4)))
  expect_same(function(x) {
    w <- with_no_grad(exp(x))
    sum(w * x)
  }, list(c(1, 2), c(0.3, 0.4)))
  inner <- function(x) {
    y <- torch_tensor(1.5, requires_grad = TRUE)
    g <- autograd_grad(y^2 * x[1], y, create_graph = TRUE)[[1]]
    sum(g * x)
  }
  expect_same(inner, list(c(1, 2), c(0.3, 0.4)))
})

test_that("positions and truth values that R code reads are guards", {
  expect_same(function(x) x[torch_argmax(x)]^2, list(c(1, 2, 3), c(9, 2, 3)))
  expect_same(function(x) sum(x[torch_sort(x, 1L)[[2]]] * 1:3), list(c(1, 2, 3), c(9, 2, 3), c(2, 9, 1)))
  expect_same(function(x) sum(x[order(x)] * 1:3), list(c(1, 2, 3), c(9, 2, 3), c(2, 9, 1), c(2, 2, 1)))
  expect_same(function(x) sum(x[order(c(2, 1, 2), -x)] * 1:3), list(c(1, 2, 3), c(9, 2, 3), c(2, 9, 1), c(2, 2, 1)))
  expect_same(tensor_function(function(x) x[which.max(x)]^2 + which.min(x)), list(c(1, 2, 3), c(9, 2, 3)))
  expect_same(function(x) if (as.logical((x > 2)[1])) sum(x) else sum(x^2), list(c(1, 2), c(3, 2)))
  expect_same(function(x) if (as.logical(floor(x[1]))) sum(x) else sum(x^2), list(c(0.5, 2), c(3, 2)))
  expect_same(function(x) if (torch_equal(floor(x), torch_tensor(c(1, 2)))) sum(x) else sum(x^2),
              list(c(1.5, 2.5), c(3, 2)))
  expect_same(function(x) sum(torch_masked_select(x, x > 2)^2), list(c(1, 3), c(5, 3)))
  expect_same(function(x) if (torch_allclose(x[1], torch_tensor(1.3))) sum(x) else prod(x),
              list(c(1, 3), c(3, 3), c(1.3, 2)))
})

test_that("a decision on the last bit ends in an eager run, not in endless recording", {
  k <- sum(sqrt(1:2000 / 7))
  f <- function(x) if (sum(sqrt(x)) == k) sum(x) else sum(x^2)
  tp <- suppressMessages(tape(f, 1:2000 / 7))
  expect_equal(tp$fn(1:2000 / 7), eager(f, 1:2000 / 7)$value)
  cube <- function(x) if (x[1]^3 == 1.3^3) x[1] else x[1]^2
  tp <- suppressMessages(tape(cube, 1.3))
  expect_equal(tp$fn(1.3), eager(cube, 1.3)$value)
})

test_that("a constant that is changed in place keeps its value where it was used before", {
  tp <- tape(function(x) {
    w <- torch_tensor(c(1, 2))
    y <- sum(w * x)
    w$add_(5)
    w$mul_(2)
    y + sum(w * x^2)
  }, c(1, 2))
  x <- c(3, -4)
  expect_equal(tp$fn(x), sum(c(1, 2) * x) + sum(c(12, 14) * x^2))
  expect_equal(tp$gr(x), c(1, 2) + 2 * c(12, 14) * x)
})

test_that("a branch may return a plain number", {
  f <- function(p) if (p[1] < 0) 1e10 else if (p[1] > 5) return(NA) else sum(p^2)
  tp <- tape(f, c(1, 2))
  expect_identical(tp$fn(c(-1, 2)), 1e10)
  expect_identical(tp$gr(c(-1, 2)), c(0, 0))
  expect_identical(tp$fn(c(6, 2)), NA_real_)
  expect_equal(tp$gr(c(2, 3)), c(4, 6))
  expect_equal(tp$he(c(-1, 3)), matrix(0, 2, 2))
  expect_equal(gradient(f, c(-1, 2)), c(0, 0))
  expect_equal(nlminb(c(1, 2), tp$fn, tp$gr)$objective, 0, tolerance = 1e-10)
})

# ---- the outcome of a kernel that may fail ----

test_that("whether a decomposition succeeds is a decision, whichever outcome came first", {
  square <- tensor_function(function(x) matrix(c(x[1], x[2], x[2], 1), 2))
  functions <- list(
    chol = function(x) {
      L <- tryCatch(chol(square(x)), error = function(e) NULL)
      if (is.null(L)) 0 * sum(x) + 1e10 else sum(L^2)
    },
    solve = function(x) {
      y <- tryCatch(solve(square(x), c(1, 2)), error = function(e) x)
      sum(y^2)
    },
    inverse = function(x) sum(tryCatch(solve(square(x)), error = function(e) square(x) * 3)),
    triangular = function(x) {
      y <- tryCatch(backsolve(square(x), c(1, 2)), error = function(e) x^2)
      sum(y)
    },
    # the result itself is not used
    tested = function(x) {
      ok <- !inherits(try(chol(square(x)), silent = TRUE), "try-error")
      if (ok) sum(x^2) else prod(x)
    },
    jitter = function(x) {
      for (eps in c(0, 1, 10, 100)) {
        L <- tryCatch(chol(square(x) + diag(2) * eps), error = function(e) NULL)
        if (!is.null(L)) break
      }
      sum(log(diag(L)))
    },
    plain_number = function(x) {
      if (inherits(try(chol(square(x)), silent = TRUE), "try-error")) return(1e10)
      sum(x^2)
    }
  )
  points <- list(c(2, 0.5), c(2, 5), c(0, 0), c(3, 0.2), c(-1, 0.1), c(1, 1), c(4, 2), c(0.5, 2))
  for (f in functions) {
    f <- tensor_function(f)
    for (first in points) {
      tp <- tape(f, first)
      for (x in c(points, rev(points))) {
        expect_equal(tp$fn(x), as.numeric(f(x)))
        if (is_torch_tensor(f(torch_tensor(x)))) expect_equal(tp$gr(x), eager(f, x)$gradient)
      }
    }
  }
})

test_that("an optimizer finds its way out of where chol() fails", {
  f <- function(x) {
    S <- matrix(c(x[1], x[2], x[2], 1), 2)
    L <- tryCatch(chol(S), error = function(e) NULL)
    if (is.null(L)) return(1e10 + 0 * sum(x))
    sum((x - c(2, 0.5))^2)
  }
  tp <- tape(f, c(1, 3))
  expect_equal(optim(c(1, 3), tp$fn)$par,
               optim(c(1, 3), function(x) as.numeric(tensor_function(f)(torch_tensor(x))))$par, tolerance = 1e-6)
  expect_equal(optim(c(1, 0.1), tp$fn, tp$gr, method = "BFGS")$par, c(2, 0.5), tolerance = 1e-5)
})

test_that("an error of a kernel that nobody catches is the user's", {
  tp <- tape(function(x) sum(chol(matrix(c(x[1], x[2], x[2], 1), 2))), c(2, 0.5))
  expect_error(tp$fn(c(2, 5)), "positive definite")
  expect_error(tp$gr(c(2, 5)), "positive definite")
  expect_equal(tp$fn(c(2, 0.5)), sum(chol(matrix(c(2, 0.5, 0.5, 1), 2))))
})

test_that("checks of values are decisions", {
  target <- torch_tensor(c(0, 1))
  functions <- list(
    function(x) tryCatch(nnf_binary_cross_entropy(x, target), error = function(e) sum(x^2)),
    function(x) tryCatch(nnf_gaussian_nll_loss(x, target, x^2 - 0.01), error = function(e) sum(x^2)),
    function(x) tryCatch(sum(distr_normal(x[1], x[2], validate_args = TRUE)$log_prob(0.3)), error = function(e) prod(x))
  )
  points <- list(c(0.3, 0.6), c(0.05, -2), c(0.4, 0.7), c(3, -0.03))
  for (f in functions) for (first in points[1:2]) expect_same(f, points, tape(f, first))
})

# ---- settings of the caller ----

test_that("parameters that are first used without gradients keep them", {
  start <- list(A = diag(2), b = c(0.5, -1))
  use <- function(f) unname(tape(f, start)$gr(c(1, 2, 3, 4, 5, 6)))
  expect_equal(use(function(p) {
    size <- with_no_grad(sum(p$A) + sum(p$b))
    sum(p$A^2) + size * sum(p$b)
  }), c(2 * 1:4, rep(21, 2)))
  expect_equal(tape(function(m) {
    rows <- with_no_grad(nrow(m))
    sum(m^2) * rows
  }, diag(2))$gr(1:4), 4 * 1:4)
  expect_equal(jacobian(function(m) {
    with_no_grad(dim(m))
    m[, 1]^2
  }, matrix(1:4, 2)), cbind(diag(2) * 2 * 1:2, 0, 0))
})

test_that("a tape does the same whatever the caller has set", {
  functions <- list(function(x) sum(x^3) * torch_tensor(0.1), function(x) { runif(1); sum(x^3) * torch_tensor(0.1) })
  old <- torch_set_default_dtype(torch_float())
  for (f in functions) {
    tp <- suppressMessages(tape(f, c(1, 2)))
    for (run in list(identity, with_no_grad)) {
      expect_equal(run(tp$gr(c(2, 3))), c(1.2, 2.7), tolerance = 1e-14)
      expect_equal(run(tp$he(c(2, 3))), diag(c(1.2, 1.8)), tolerance = 1e-14)
      expect_equal(run(tp$hvp(c(2, 3), c(1, 1))), c(1.2, 1.8), tolerance = 1e-14)
      expect_equal(run(tp$jacobian(c(2, 3))), rbind(c(1.2, 2.7)), tolerance = 1e-14)
      expect_equal(run(tp$value_and_grad(c(2, 3))), list(value = 3.5, gradient = c(1.2, 2.7)), tolerance = 1e-14)
    }
  }
  torch_set_default_dtype(old)
})

# ---- one decision, whatever is asked ----

test_that("every program of a tape gives the same digits", {
  set.seed(11)
  for (n in c(1, 3, 8, 100, 129, 1000, 1500, 5000)) {
    for (k in 1:4) {
      f <- random_function(n, 6)
      x <- rnorm(n)
      tp <- tape(f, x)
      value <- tp$fn(x + 1e-3)
      expect_identical(tape(f, x)$value_and_grad(x + 1e-3)$value, value)
      state <- tape_private(tp)$state
      tp$hvp(x, x)
      expect_identical(.Call(C_call_tape_search, state, x + 1e-3), value)
      # an eager run too, where no operation was replaced by a cheaper one
      plain <- function(x) sum(sin(x) * x) + sum(exp(-x * x)) * x[1]
      expect_identical(tape(plain, x)$value_and_grad(x)$value, as.numeric(plain(torch_tensor(x))))
    }
  }
})

test_that("a guard may compare with a value that was computed at the same point", {
  set.seed(12)
  for (n in c(5, 300, 2000)) {
    x <- runif(n) + 1
    g <- function(x) sum(sqrt(x) * x) + sum(exp(-x) * x) - mean(x^3)
    best <- tape(g, x)$fn(x)
    for (f in list(function(x) if (g(x) > best) g(x) * 2 else g(x), function(x) if (g(x) >= best) g(x) else g(x)^2,
                   function(x) if (g(x) == best) sum(x) else g(x))) {
      tp <- suppressMessages(tape(f, x))
      same <- suppressMessages(tape(f, x))
      value <- tp$fn(x)
      both <- same$value_and_grad(x)
      expect_identical(both$value, value)
      expect_identical(suppressMessages(tape(f, x))$gr(x), both$gradient)
      expect_length(tp$he(x[1:n]), n^2)
      p <- torch_tensor(x, requires_grad = TRUE)
      loss <- optim_lbfgs(p, lr = 1e-6, max_iter = 3)$step(same)
      expect_equal(as.numeric(loss), value)
    }
  }
})

test_that("there are at most so many recordings, and then an eager run with one message", {
  f <- function(x) {
    cube <- function(v) v^3
    s <- 0
    for (i in 1:8) s <- s + if (x[i] > 0) x[i]^2 else cube(x[i])
    s
  }
  set.seed(13)
  points <- replicate(200, rnorm(8), simplify = FALSE)
  tp <- tape(f, points[[1]])
  messages <- capture_messages(for (x in points) expect_equal(tp$fn(x), eager(f, x)$value))
  expect_length(messages, 1)
  expect_match(messages, "64 ways")
  for (x in points[1:10]) expect_equal(tp$gr(x), eager(f, x)$gradient)
  # an optimizer that comes to this goes on
  tp <- tape(f, points[[1]])
  p <- torch_tensor(points[[1]], requires_grad = TRUE)
  opt <- optim_lbfgs(p, lr = 0.01, max_iter = 20)
  suppressMessages(for (x in points[1:70]) tp$fn(x))
  expect_no_error(opt$step(tp))
  wobbly <- function(x) {
    sum(floor(x * 1000)$detach() * 0) + if (as.integer(x[1] * 1e6) %% 2 == 0) sum(x^2) else sum(x^2) + 0 * x[1]
  }
  tp <- tape(wobbly, c(1, 2))
  p <- torch_tensor(c(1, 2), requires_grad = TRUE)
  opt <- optim_lbfgs(p, lr = 0.01, max_iter = 200)
  suppressMessages(opt$step(tp))
  expect_lt(sum(as.numeric(p)^2), 5)
})

test_that("a number of any shape may be expanded, reshaped and sliced on a tape", {
  for (f in list(
    function(x) sum(torch_expand(torch_reshape(x[1], c(1, 1)), c(2, 3))$reshape(6) * (1:6)),
    function(x) sum(torch_expand(torch_reshape(x[1], c(1, 1)), c(2, 3))[1, ] * x[1:3]),
    function(x) sum(torch_expand(torch_reshape(x[1], c(1, 1, 1)), c(2, 3, 4))$reshape(c(4, 6))[, 2] * x),
    function(x) sum(sin(torch_expand(torch_reshape(x[1], c(1, 1)), c(300, 5))$reshape(1500))),
    function(x) torch_expand(torch_reshape(x[2], c(1, 1)), c(2, 3))$reshape(6)[4] * x[1],
    function(x) sum(torch_expand(torch_reshape(x[1], c(1, 1)), c(2, 3))$reshape(6)$reshape(c(3, 2))$t() * 2),
    function(x) sum(torch_mul(torch_reshape(sum(x), c(1, 1)), matrix(1:6, 2))) +
      sum(torch_expand(torch_reshape(x[1], c(1, 1)), c(1, 4))[1, ] * x)
  )) {
    x <- c(0.3, -1.2, 2, 0.7)
    e <- eager(f, x)
    tp <- tape(f, x)
    expect_equal(tp$fn(x), e$value)
    expect_equal(tp$gr(x), e$gradient)
    expect_equal(tp$he(x), eager_hessian(f, x))
    expect_equal(tp$jacobian(x), rbind(e$gradient))
  }
})

test_that("solve() of small matrices on a tape fails where R's does", {
  scaled <- eval(quote(function(p) {
    m <- matrix(c(p[1], p[2], p[2], p[3]), 2)
    part <- tryCatch(sum(solve(m, c(1, 2))) + solve(m)[1, 2], error = function(e) p[1] * 100)
    part + tryCatch(drop(solve(p[4], 3)), error = function(e) p[2] * 1000)
  }), new.env(parent = globalenv()))
  tp <- tape(scaled, c(2, 1, 3, 4))
  points <- list(c(2, 1, 3, 5), c(1, 1, 1, 5), c(0, 1, 0, -2), c(0, 0, 0, 0), c(1e8, 1, 1e-8, 2), c(1e8, 1, 1.1e-8, 2),
                 c(1e-200, 0, 1e200, 1), c(1e160, 0, 1e160, 1e-320), c(1e-160, 0, 1e-160, 1e300), c(1, 2, 4, 0),
                 c(1, 1, 1 + 1e-14, 1), c(1, 1, 1 + 1e-15, 1), c(Inf, 1, 1, 1), c(1, 1, 2, Inf))
  for (p in points) expect_equal(tp$fn(p), scaled(p), tolerance = 1e-6, info = deparse(p))
  for (p in points[c(1, 3, 6, 8, 9)]) {
    eager <- torch_tensor(p, requires_grad = TRUE)
    tensor_function(scaled)(eager)$backward()
    expect_equal(tp$gr(p), as.numeric(eager$grad), tolerance = 1e-6, info = deparse(p))
  }
  named <- function(p) solve(matrix(p, 2, dimnames = list(c("a", "b"), c("x", "y"))), c(u = 1, v = 2))
  expect_equal(tape(named, c(2, 1, 1, 3))$fn(c(2, 1, 1, 4)), named(c(2, 1, 1, 4)))
})
