# Loops whose steps do not need one another are vectors on the tape.

in_user_code <- function(f, ...) {
  environment(f) <- list2env(list(...), parent = globalenv())
  f
}
straight_tape <- function(f, x) {
  old <- options(gradtape.vectorise = FALSE)
  on.exit(options(old))
  tape(f, x)
}

test_that("random loops keep value, gradient and Hessian", {
  skip_if_not_installed("Matrix")
  for (seed in 1:40) {
    set.seed(seed)
    n <- sample(c(28, 45, 80), 1)
    expect_null(check_independent_loops(independent_loops(n), n), info = paste("seed", seed))
  }
})

chained_loop <- in_user_code(function(x) {
  s <- 0
  for (i in 1:(length(x) - 1)) s <- s + 100 * (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2
  s
})

test_that("a loop over elements is as few operations as the same on vectors", {
  for (n in c(50, 500)) {
    tp <- tape(chained_loop, rep(c(-1.2, 1), n / 2))
    expect_lt(operations_of(tp), 20)
    expect_equal(tp$value_and_grad(rep(c(-1.1, 1.3), n / 2)),
                 tape(chained_rosenbrock, rep(c(-1.2, 1), n / 2))$value_and_grad(rep(c(-1.1, 1.3), n / 2)))
  }
  wood <- in_user_code(function(x) {
    s <- 0
    for (i in seq(1, length(x), by = 4)) {
      s <- s + (x[i] + 10 * x[i + 1])^2 + 5 * (x[i + 2] - x[i + 3])^2 + (x[i + 1] - 2 * x[i + 2])^4 +
        10 * (x[i] - x[i + 3])^4
    }
    s
  })
  expect_lt(operations_of(tape(wood, rep(c(3, -1, 0, 1), 100))), 40)
  residuals <- in_user_code(function(x) {
    r <- numeric(length(x) - 1)
    for (i in seq_along(r)) r[i] <- x[i + 1] - x[i]^2
    sum(r^2)
  })
  expect_lt(operations_of(tape(residuals, rep(0.5, 400))), 10)
})

test_that("loops over data and loops in loops are vectors too", {
  set.seed(1)
  X <- matrix(rnorm(300), 100)
  y <- rpois(100, 2)
  rows <- in_user_code(function(b) {
    s <- 0
    for (i in seq_along(y)) s <- s + dpois(y[i], exp(b[1] + b[2] * X[i, 1] + b[3] * X[i, 2]), log = TRUE)
    -s
  }, X = X, y = y)
  tp <- tape(rows, c(0.1, 0.2, 0.3))
  expect_lt(operations_of(tp), 30)
  expect_equal(tp$gr(c(0.2, 0, 0.1)), straight_tape(rows, c(0.1, 0.2, 0.3))$gr(c(0.2, 0, 0.1)))
  series <- in_user_code(function(b) {
    s <- 0
    for (j in 1:20) {
      h <- 1
      for (t in 2:15) {
        h <- b[1] + b[2] * Y[t - 1, j]^2 + b[3] * h
        s <- s + log(h) + Y[t, j]^2 / h
      }
    }
    s
  }, Y = matrix(rnorm(300), 15))
  tp <- tape(series, c(0.1, 0.1, 0.8))
  straight <- straight_tape(series, c(0.1, 0.1, 0.8))
  expect_lt(operations_of(tp), operations_of(straight) / 5)
  expect_equal(tp$fn(c(0.2, 0.1, 0.7)), series(c(0.2, 0.1, 0.7)))
  expect_equal(tp$he(c(0.2, 0.1, 0.7)), straight$he(c(0.2, 0.1, 0.7)))
})

test_that("rows of data are rows of a matrix", {
  set.seed(3)
  X <- matrix(rnorm(600), 100)
  y <- rnorm(100)
  S <- matrix(c(2, 0.3, 0.3, 1), 2)
  loops <- list(
    dot = function(b) {
      s <- 0
      for (i in seq_along(y)) s <- s + (y[i] - sum(X[i, ] * b))^2
      s
    },
    product = function(b) {
      s <- 0
      for (i in seq_along(y)) s <- s + dnorm(y[i], X[i, ] %*% b, exp(b[1]), log = TRUE)
      s
    },
    softmax = function(b) {
      s <- 0
      for (i in seq_along(y)) {
        e <- exp(X[i, 1:3] * b[1] + b[2:4])
        s <- s + log(e[2] / sum(e))
      }
      s
    },
    quadratic = function(b) {
      L <- solve(S + diag(exp(b[3:4])))
      s <- 0
      for (i in seq_along(y)) {
        d <- X[i, 1:2] - b[1:2]
        s <- s + t(d) %*% L %*% d
      }
      s
    },
    mixture = function(b) {
      s <- 0
      for (i in seq_along(y)) {
        l <- numeric(3)
        for (k in 1:3) l[k] <- b[k] + dnorm(y[i], b[3 + k], 1, log = TRUE)
        s <- s + max(l) + log(sum(exp(l - max(l))))
      }
      s
    },
    array = function(b) {
      m <- numeric(6)
      for (i in seq_along(y)) m <- m + X[i, ] * y[i] * b
      sum(m^2)
    },
    filled = function(b) {
      R <- matrix(0, 100, 6)
      for (i in seq_along(y)) R[i, ] <- X[i, ] * b - y[i]
      sum(R^2 * X)
    },
    parameters = function(b) {
      M <- outer(y, b[1:2])
      s <- 0
      for (i in seq_len(nrow(M))) s <- s + log(sum(exp(M[i, ]))) * y[i]
      s
    })
  b <- c(0.3, -0.2, 0.5, 0.1, -0.4, 0.2)
  for (name in names(loops)) {
    f <- in_user_code(loops[[name]], X = X, y = y, S = S)
    tp <- tape(f, b)
    straight <- straight_tape(f, b)
    expect_lt(operations_of(tp), 45)
    expect_equal(tp$fn(b / 2), as.numeric(f(b / 2)), tolerance = 1e-12, info = name)
    expect_equal(tp$gr(b / 2), straight$gr(b / 2), info = name)
    expect_equal(tp$he(b / 2), straight$he(b / 2), info = name)
  }
})

test_that("compiled, the vectors of loops have the interpreter's digits", {
  skip_on_cran()
  skip_if_not(has_compiler())
  made <- lapply(201:206, function(seed) {
    set.seed(seed)
    f <- independent_loops(40)
    x <- rnorm(40)
    list(x = x, interpreted = tape(f, x), compiled = tape(f, x))
  })
  for (m in made) m$compiled$value_and_grad(m$x)
  expect_identical(compile_together(lapply(made, `[[`, "compiled"), c("value", "gradient")), character())
  for (m in made) {
    x <- m$x + 1e-5
    expect_identical(m$compiled$fn(x), m$interpreted$fn(x))
    expect_identical(m$compiled$gr(x), m$interpreted$gr(x))
  }
})

test_that("conditions in steps decide as they did", {
  huber <- in_user_code(function(x) {
    s <- 0
    for (i in seq_along(x)) s <- s + if (abs(x[i]) < 1) x[i]^2 / 2 else abs(x[i]) - 0.5
    s
  })
  set.seed(2)
  tp <- tape(huber, rnorm(60))
  expect_lt(operations_of(tp), 30)
  for (k in 1:3) {
    x <- rnorm(60)
    expect_equal(tp$fn(x), huber(x))
    expect_equal(tp$gr(x), pmax(pmin(x, 1), -1))
  }
  two <- in_user_code(function(x) {            # two conditions in each step, in turn
    s <- 0
    for (i in seq_along(x)) {
      if (x[i] > 0) s <- s + x[i]^2
      if (x[i] * x[1] > 0.5) s <- s + sin(x[i])
    }
    s
  })
  tp <- tape(two, rnorm(60))
  for (k in 1:3) {
    x <- rnorm(60)
    expect_equal(tp$fn(x), two(x))
    expect_equal(tp$gr(x), straight_tape(two, x)$gr(x))
  }
})

test_that("sums keep their start, signs, constants and terms of other kinds", {
  f <- in_user_code(function(x) {
    s <- 10 + exp(x[1])
    for (i in 1:30) s <- s - x[i]
    for (i in 1:30) s <- i / 8 + s
    s <- s - sin(x[2])
    for (i in 1:30) s <- s - x[3]
    -s
  })
  x <- seq(-1, 1, length.out = 30)
  tp <- tape(f, x)
  expect_equal(tp$fn(x), f(x), tolerance = 1e-14)
  expect_equal(tp$gr(x), c(1 - exp(x[1]), 1 + cos(x[2]), 31, rep(1, 27)))
  one_by_one <- in_user_code(function(x) {       # each partial sum is used
    s <- x[1]
    r <- numeric(30)
    for (i in 1:30) {
      s <- s + x[i]
      r[i] <- s^2
    }
    sum(r)
  })
  tp <- tape(one_by_one, x)
  expect_equal(tp$fn(x), one_by_one(x))
  expect_equal(tp$gr(x), fd_gradient(one_by_one, x), tolerance = 1e-6)
})

test_that("no gradient comes through what stops it in the steps", {
  f <- function(x) {
    s <- 0L
    for (i in 1:30) {
      a <- if (stops) with_no_grad(c(x[i], x[i + 1])) else c(x[i], x[i + 1])$detach()
      b <- c(x[i]$detach(), x[i + 1])
      s <- s + sum(a * x[i]) + b[1] * x[i + 2] + prod(b) + 2L + 1L
    }
    s
  }
  x <- seq(0.1, 2, length.out = 32)
  expected <- numeric(32)
  expected[1:30] <- x[1:30] + x[2:31]
  expected[2:31] <- expected[2:31] + x[1:30]
  expected[3:32] <- expected[3:32] + x[1:30]
  for (stops in c(TRUE, FALSE)) {
    tp <- tape(in_user_code(f, stops = stops), x)
    if (!stops) expect_lt(operations_of(tp), 60)
    expect_equal(tp$fn(x), sum(x[1:30]^2 + x[2:31] * x[1:30] + x[1:30] * x[3:32] + x[1:30] * x[2:31] + 3))
    expect_equal(tp$gr(x), expected)
    expect_identical(unserialize(serialize(tp, NULL))$gr(x), tp$gr(x))
  }
})

test_that("vectors of a loop are saved, compiled and run for many points", {
  x <- rep(c(-1.2, 1), 20)
  tp <- tape(chained_loop, x)
  file <- tempfile(fileext = ".rds")
  on.exit(unlink(file))
  saveRDS(tp, file)
  expect_identical(readRDS(file)$value_and_grad(x), tp$value_and_grad(x))
  expect_equal(unname(tp$fn_many(rbind(x, x + 1))), c(chained_loop(x), chained_loop(x + 1)))
})

test_that("sparse Hessians of a loop are found as quickly as those of vectors", {
  skip_if_not_installed("Matrix")
  x <- rep(c(-1.2, 1), 100)
  tp <- tape(chained_loop, x)
  expect_equal(as.matrix(tp$he(x, sparse = TRUE)), straight_tape(chained_loop, x)$he(x))
  sizes <- .Call(C_call_tape_recordings, tape_private(tp)$state)[[1]]$programs$hvp
  expect_lt(sizes$scalars, 20)
})

test_that("what is not a number, or infinite, is so in loops too", {
  f <- in_user_code(function(x) {
    s <- 0
    for (i in seq_along(x)) s <- s + if (i %% 2 == 0) sqrt(x[i]) else log(abs(x[i]))
    s
  })
  tp <- tape(f, rep(c(1, 2), 20))
  suppressWarnings(expect_identical(tp$fn(rep(c(1, -2), 20)), NaN))
  expect_identical(tp$fn(rep(c(0, 2), 20)), -Inf)
  expect_equal(tp$gr(c(0, rep(1, 39))), straight_tape(f, rep(c(1, 2), 20))$gr(c(0, rep(1, 39))))
})

test_that("as many steps as elements in a step's row", {
  set.seed(3)
  n <- 20
  shared <- list(n = n, X = matrix(rnorm(n * n), n), w = rnorm(n), W = rnorm(n),
                 A = lapply(1:n, function(i) matrix(rnorm(9), 3)), B = lapply(1:n, function(i) matrix(rnorm(12), 4)))
  functions <- list(
    function(b) {
      s <- 0
      for (i in 1:n) s <- s + sum(X[i, ] * (w[i] * b[1]))^2 * b[2]
      s
    },
    function(b) {
      s <- 0
      for (i in 1:n) s <- s + sum(X[i, ] * W * b[2]) * b[1]
      s
    },
    function(b) {
      M <- outer(w, b)
      s <- 0
      for (i in 1:n) s <- s + sum(X[i, ] * rep(M[i, 1], n))^2
      s
    },
    function(b) {
      m <- matrix(b, 3)
      s <- 0
      for (i in 1:n) s <- s + sum((m %*% (A[[i]] * b[1]))^2 * A[[i]])
      s
    },
    function(b) {
      m <- matrix(b, 3)
      s <- 0
      for (i in 1:n) s <- s + sum(crossprod(m, A[[i]] * b[1]) * ((A[[i]] + b[2]) %*% (A[[i]] * b[3])))
      s
    },
    function(b) {
      m <- matrix(b[1:8], 2)
      s <- 0
      for (i in 1:n) s <- s + sum((m %*% (B[[i]] * b[1]))^2)
      s
    }
  )
  b <- rnorm(9)
  for (f in functions) {
    environment(f) <- list2env(shared, parent = globalenv())
    tp <- tape(f, b)
    expect_equal(tp$fn(1.1 * b), f(1.1 * b), tolerance = 1e-11, info = deparse1(body(f)))
    expect_equal(tp$gr(b), numeric_gradient(f, b), tolerance = 1e-6, info = deparse1(body(f)))
    expect_equal(as.vector(tp$hvp(b, b)), numeric_gradient(function(x) sum(tp$gr(x) * b), b), tolerance = 1e-6,
                 info = deparse1(body(f)))
  }
})

test_that("conditions on the elements of a row are looked at one by one", {
  f <- in_user_code(function(x) {
    D <- matrix(1:80 / 40, 20, 4)
    s <- 0
    for (i in 1:20) {
      r <- D[i, ] * x[1:4]
      s <- s + sum(r[r > 0]) * x[5]
    }
    s
  })
  x <- c(1, 2, 3, 4, 5)
  tp <- tape(f, x)
  saved <- unserialize(serialize(tp, NULL))
  for (k in 1:5) {
    y <- replace(x, k, -x[k])
    expect_equal(tp$fn(y), f(y), info = k)
    expect_identical(saved$fn(y), tp$fn(y), info = k)
    expect_equal(tp$gr(y), fd_gradient(f, y), tolerance = 1e-6, info = k)
  }
})

test_that("what is batched has the dtype that it had by itself: a saved tape is read again", {
  D <- matrix(sin(1:80), 20, 4)
  terms <- expression((r > 0.1) * x[1:4], (r > 0.1) * w, x[1:4] * (r > 0.1), (r > 0.1) * (x[1:4] > 1), r > 0.1,
                      (x[1:4] > 0.3) * r)
  x <- c(1.1, 0.2, 1.3, 0.4, 0.5)
  for (term in terms) {
    f <- in_user_code(eval(bquote(function(x) {
      s <- 0
      for (i in 1:20) {
        r <- D[i, ] * x[5]
        s <- s + sum(.(term)) * x[i %% 3 + 1]
      }
      s
    })), D = D, w = c(2L, 3L, 1L, -1L))
    tp <- tape(f, x)
    saved <- unserialize(serialize(tp, NULL))
    expect_equal(tp$fn(1.1 * x), f(1.1 * x), info = deparse1(term))
    expect_identical(saved$fn(1.1 * x), tp$fn(1.1 * x), info = deparse1(term))
    expect_identical(saved$gr(x), tp$gr(x), info = deparse1(term))
  }
})
