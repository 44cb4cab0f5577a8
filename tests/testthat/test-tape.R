test_that("a tape gives the eager value and gradient", {
  for (f in list(rosenbrock, flower)) {
    tp <- tape(f, c(0.5, 2))
    for (x in list(c(0.5, 2), c(-1.3, 0.4), c(20, 20))) {
      e <- eager(f, x)
      expect_equal(tp$fn(x), e$value, tolerance = 1e-14)
      expect_equal(tp$gr(x), e$gradient, tolerance = 1e-12)
      expect_equal(tp$value_and_grad(x), e, tolerance = 1e-12)
    }
  }
})

test_that("chained Rosenbrock is right where blocks end and at odd lengths", {
  for (n in c(2, 3, 7, 8, 9, 511, 512, 513, 1030, 5000)) {
    set.seed(n)
    x <- rnorm(n)
    a <- x[-n]
    t <- x[-1] - a^2
    g <- c(-400 * t * a - 2 * (1 - a), 0) + c(0, 200 * t)
    v <- tape(chained_rosenbrock, x)$value_and_grad(x)
    expect_equal(v$value, sum(100 * t^2 + (1 - a)^2), tolerance = 1e-13)
    expect_equal(v$gradient, g, tolerance = 1e-12)
  }
})

test_that("random programs replay as they ran, at other points too", {
  for (seed in 1:60) {
    set.seed(seed)
    n <- sample(c(2, 3, 5, 17, 300, 1100), 1)
    f <- random_function(n, sample(3:25, 1))
    tp <- tape(f, rnorm(n))
    for (i in 1:2) {
      x <- rnorm(n)
      e <- eager(f, x)
      v <- tp$value_and_grad(x)
      expect_equal(v$value, e$value, tolerance = 1e-11, info = seed)
      expect_equal(v$gradient, e$gradient, tolerance = 1e-9, info = seed)
      expect_equal(tp$fn(x), e$value, tolerance = 1e-11, info = seed)
    }
  }
})

test_that("Hessian, products and Jacobian agree with finite differences", {
  set.seed(1)
  x <- c(0.7, -1.2)
  tp <- tape(rosenbrock, x)
  expect_equal(tp$he(x), rbind(c(2 - 20 * (x[2] - 3 * x[1]^2), -20 * x[1]), c(-20 * x[1], 10)))
  for (seed in 1:15) {
    set.seed(seed)
    f <- random_function(4, 10)
    x <- rnorm(4)
    tp <- tape(f, x)
    v <- rnorm(4)
    h <- 1e-5
    fd <- (tp$gr(x + h * v) - tp$gr(x - h * v)) / (2 * h)
    expect_equal(tp$hvp(x, v), fd, tolerance = 1e-5, info = seed)
    expect_equal(drop(tp$he(x) %*% v), tp$hvp(x, v), tolerance = 1e-10, info = seed)
    expect_equal(tp$he(x), t(tp$he(x)), tolerance = 1e-9, info = seed)
  }
  wide <- function(x) c(1, 1)[1] * x[c(1, 2, 2, 1, 2)] * x[1]^2
  narrow <- function(x) x[1:2] * x[3]
  expect_equal(jacobian(wide, c(2, 3)),
               rbind(c(12, 0), c(12, 4), c(12, 4), c(12, 0), c(12, 4)))
  expect_equal(jacobian(narrow, c(2, 3, 4, 5)), rbind(c(4, 0, 2, 0), c(0, 4, 3, 0)))
  expect_equal(jacobian(rosenbrock, c(-1, 1)), rbind(c(-4, 0)))
})

test_that("the short forms use a tape", {
  f <- function(x) x[1]^2 * x[2]
  expect_equal(gradient(f, c(2, 3)), c(12, 4))
  expect_equal(hessian(f, c(2, 3)), rbind(c(6, 4), c(4, 0)))
  expect_equal(hvp(f, c(2, 3), c(1, 1)), c(10, 4))
})

test_that("matrices and lists of parameters are flattened in their order", {
  p <- list(A = matrix(c(1, 2, 3, 4), 2), b = c(5, 6), s = 7)
  f <- function(p) sum((p$A %*% p$b)^2) * p$s
  tp <- tape(f, p)
  r <- p$A %*% p$b
  expected <- c(2 * p$s * r %*% t(p$b), 2 * p$s * t(p$A) %*% r, sum(r^2))
  names(expected) <- names(unlist(p))
  expect_equal(tp$gr(p), expected)
  expect_equal(tp$gr(unlist(p)), expected)
  expect_equal(tp$fn(p), sum(r^2) * 7)
  m <- matrix(1:6 / 3, 2)
  expect_equal(tape(function(x) sum(x[1, ] * x[2, ]), m)$gr(m), c(m[2:1, ]))
})

test_that("optim(), nlminb() and L-BFGS run on a tape", {
  tp <- tape(rosenbrock, c(-1, 1))
  expect_equal(optim(c(-1, 1), tp$fn, tp$gr, method = "BFGS", control = list(reltol = 1e-15))$par, c(1, 1),
               tolerance = 1e-6)
  expect_equal(nlminb(c(-1, 1), tp$fn, tp$gr, tp$he)$par, c(1, 1), tolerance = 1e-8)
  x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
  y <- torch_tensor(c(-1, 1), requires_grad = TRUE)
  on_tape <- optim_lbfgs(x, line_search_fn = "strong_wolfe")
  on_closure <- optim_lbfgs(y, line_search_fn = "strong_wolfe")
  for (i in 1:2) {
    loss <- on_tape$step(tp)
    by_closure <- on_closure$step(function() {
      on_closure$zero_grad()
      v <- rosenbrock(y)
      v$backward()
      v
    })
    expect_equal(as.numeric(loss), as.numeric(by_closure), tolerance = 1e-9)
  }
  expect_equal(as.numeric(x), c(1, 1), tolerance = 1e-4)
  expect_equal(on_tape$status, on_closure$status)
  expect_error(optim_lbfgs(torch_tensor(1:3 / 2, requires_grad = TRUE))$step(tp), "recorded for 2 parameters")
})

test_that("a tape survives saving", {
  tp <- tape(function(x) if (x[1] > 0) sum(x^2) else sum(x^3), c(1, 2))
  tp$gr(c(1, 2))
  file <- tempfile(fileext = ".rds")
  on.exit(unlink(file))
  saveRDS(tp, file)
  back <- readRDS(file)
  expect_equal(back$gr(c(1, 2)), c(2, 4))
  expect_equal(back$gr(c(-1, 2)), c(3, 12))
  expect_equal(unserialize(serialize(tp, NULL))$he(c(-1, 2)), diag(c(-6, 12)))
})

test_that("errors name what is wrong and leave the tape usable", {
  tp <- tape(rosenbrock, c(-1, 1))
  expect_error(tp$fn(1:3), "must have 2 elements")
  expect_error(tp$gr(c(1, NA)), "element 2 is")
  expect_error(tp$fn("a"), "plain numbers")
  expect_equal(tp$fn(c(-1, 1)), 4)
  expect_error(tape(function(x) 3, 1), "must return a tensor")
  expect_error(tape("f", 1), "`fn` must be a function")
  expect_error(tape(rosenbrock, "a"), "`par` must be plain numbers .* not \"a\"")
  expect_error(tape(rosenbrock, list(1, 2)), "names")
  vector <- tape(function(x) x^2, c(1, 2))
  expect_error(vector$gr(c(1, 2)), "returned 2 elements")
  expect_equal(vector$jacobian(c(1, 2)), diag(c(2, 4)))
  listed <- tape(function(p) p$a * p$b, list(a = 1, b = 2))
  expect_error(listed$fn(list(a = 1, c = 2)), "must have the names")
  expect_error(listed$fn(list(a = 1, b = 1:2)), "b")
  expect_equal(listed$gr(list(a = 3, b = 4)), c(a = 4, b = 3))
  fails <- tape(function(x) if (x[1] > 0) sum(x) else stop("no way"), c(1, 2))
  expect_error(fails$fn(c(-1, 2)), "no way")
  expect_equal(fails$fn(c(1, 2)), 3)
})

test_that("a function that uses random numbers or is in float is not frozen", {
  expect_message(tp <- tape(function(x) sum(x * runif(2)), c(1, 2)), "random numbers")
  set.seed(1)
  u <- runif(2)
  set.seed(1)
  expect_equal(tp$gr(c(5, 6)), u)
  w <- torch_tensor(c(1, 2), dtype = torch_float())
  expect_equal(tape(function(x) sum(x * w), c(1, 1))$gr(c(1, 1)), c(1, 2))
})

test_that("a number that is also seen through an alias is kept", {
  for (f in list(function(x) { a <- sum(x) * 2; b <- a + 1; sum(c(a, x)) * b },
                 function(x) { a <- x[1] * x[2]; sum(c(a, x)) * (a + 1) })) {
    for (x in list(c(1, 2), c(-3, 0.5))) {
      tp <- tape(f, c(1, 2))
      expect_equal(tp$value_and_grad(x), eager(f, x))
      expect_equal(tp$he(x), eager_hessian(f, x))
    }
  }
})

test_that("derivatives that are constant fill every column", {
  expect_equal(hessian(function(x) sum(x), c(1, 2, 3)), matrix(0, 3, 3))
  expect_equal(hessian(function(x) sum(x * c(2, 3)), c(1, 1)), matrix(0, 2, 2))
  expect_equal(jacobian(function(x) torch_tensor(c(5, 6)), c(1, 2, 3)), matrix(0, 2, 3))
  expect_equal(jacobian(function(x) sort(x), c(3, 1, 2)), diag(3)[c(2, 3, 1), ])
})

test_that("a function may return a vector on one side of a branch", {
  tp <- tape(function(x) if (x[1] > 0) rep(sum(x), 1000) else sum(x), c(-1, 2))
  expect_equal(tp$fn(c(-1, 2)), 1)
  expect_equal(dim(tp$jacobian(c(1, 2))), c(1000, 2))
  expect_equal(tp$fn(c(1, 2)), rep(3, 1000))
  expect_error(tp$gr(c(1, 2)), "returned 1000 elements")
  expect_equal(tp$fn(c(1, 2)), rep(3, 1000))
  expect_equal(tp$gr(c(-3, 2)), c(1, 1))
  expect_equal(tp$jacobian(c(-1, 2)), rbind(c(1, 1)))
  expect_error(tp$he(c(1, 2)), "returned 1000 elements")
})

test_that("an eager tape of a constant has gradient zero", {
  suppressMessages(tp <- tape(function(x) {
    as.numeric(x[1])
    torch_tensor(3)
  }, c(1, 2)))
  expect_equal(tp$gr(c(1, 2)), c(0, 0))
  expect_equal(tp$he(c(1, 2)), matrix(0, 2, 2))
})

test_that("arguments of a tape and of what shows it are named", {
  expect_error(tape(function() 1, 1), "`fn` must be a function of one argument, the tensor; it has none")
  expect_error(gradient(function(x) x, "a"), "`x` must be plain numbers .* not \"a\"")
  expect_error(tape(function(x) x, torch_tensor(1)), "`par` must be plain numbers .* not a tensor")
  tp <- tape(function(x) sum(x^2), c(1, 2))
  expect_error(as_dot(tp, "q"), "`kind` must be \"gradient\" or \"value\", not \"q\"")
  expect_error(summary(tp, kind = 1), "`kind` must be")
  expect_error(plot(tp, kind = NA), "`kind` must be")
})
