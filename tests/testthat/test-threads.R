# The same numbers, to the last bit, for any number of threads.

with_threads <- function(n, code) {
  old <- torch_get_num_threads()
  on.exit(torch_set_num_threads(old))
  torch_set_num_threads(n)
  code
}

# What run() returns, after its results with 2, 3 and 7 threads were compared with those of one.
expect_same_for_threads <- function(run, info = NULL) {
  one <- with_threads(1, run())
  for (n in c(2, 3, 7)) expect_identical(with_threads(n, run()), one, info = paste(info, n, "threads"))
  one
}

test_that("one thread is the default, and more are counted where there are any", {
  expect_identical(torch_get_num_threads(), 1L)
  with_threads(2, expect_true(torch_get_num_threads() %in% 1:2))
  with_threads(1e9, expect_lte(torch_get_num_threads(), 64L))
  expect_identical(torch_get_num_threads(), 1L)
  expect_null(torch_set_num_threads(1))
  expect_error(torch_set_num_threads(0), class = "gradtape_error")
  expect_error(torch_set_num_threads("a"), class = "gradtape_error")
})

test_that("random programs on long vectors", {
  for (seed in 1:12) {
    set.seed(seed)
    n <- sample(c(40000, 65536, 131077, 200001), 1)
    tp <- tape(random_function(n, sample(3:25, 1)), rnorm(n))
    x <- rnorm(n)
    expect_same_for_threads(function() list(tp$fn(x), tp$gr(x)), seed)
  }
})

test_that("slices that overlap, at all distances and strides, collect their gradients in one order", {
  set.seed(1)
  n <- 100000
  x <- rnorm(n)
  w <- rnorm(n)
  lag <- function(x, by) x[seq_len(length(x) - by)]
  lead <- function(x, by) x[(by + 1):length(x)]
  for (by in c(1, 2, 7, 1000, 1024, 4095, 4096, 4097, 50000)) {
    tp <- tape(function(x) {
      a <- lag(x, by)
      b <- lead(x, by)
      m <- x[(by %/% 2 + 1):(length(x) - by + by %/% 2)]
      sum(w[1] * a * b - sin(a) * m + m^2 * b)
    }, x)
    expect_same_for_threads(function() list(tp$fn(x), tp$gr(x), tp$hvp(x, w)), by)
  }
  for (by in 2:5) {
    tp <- tape(function(x) {
      a <- x[seq(1, length(x) - by, by = by)]
      b <- x[seq(2, length(x) - by + 1, by = by)]
      d <- x[seq(by + 1, length(x), by = by)]
      k <- seq_len(min(length(a), length(b), length(d)))
      sum(a[k] * b[k] + exp(-d[k]^2) * a[k])
    }, x)
    expect_same_for_threads(function() list(tp$fn(x), tp$gr(x)), by)
  }
  mixed <- tape(function(x) {
    a <- x[1:40000]
    b <- x[seq(2, 80000, by = 2)]
    sum(a * b + exp(a) / (1 + b^2) + sin(a * b) * a)
  }, x)
  expect_same_for_threads(function() list(mixed$fn(x), mixed$gr(x)))
})

test_that("sums of any length, eager and on a tape, have one value", {
  set.seed(2)
  for (n in c(1, 7, 8, 9, 1023, 4095, 4096, 4097, 8195, 131072, 140000, 2^20 + 4097, 2500000)) {
    x <- rnorm(n)
    tp <- tape(function(x) sum(x), x)
    total <- expect_same_for_threads(function() as.numeric(sum(torch_tensor(x))), n)
    expect_identical(tp$fn(x), total, info = n)
    expect_identical(unname(tp$fn_many(rbind(x, x)))[1], total, info = n)
    expect_equal(total, sum(x), tolerance = 1e-12)
  }
})

test_that("eager operations on large tensors, double and float", {
  set.seed(3)
  for (dtype in list(torch_double(), torch_float())) {
    x <- torch_tensor(runif(300001), dtype = dtype)
    z <- torch_tensor(runif(300001), dtype = dtype)
    m <- torch_tensor(matrix(runif(300000), 600), dtype = dtype)
    operations <- list(
      function() x + z, function() x * 2.5, function() 1 / x, function() exp(x), function() torch_where(x > z, x, z),
      function() x %% 0.1, function() lgamma(x), function() torch_logaddexp(x, z), function() torch_relu(x - 0.5),
      function() x[300001:1], function() x[c(TRUE, FALSE, TRUE)], function() m + m[, 1], function() m * m[1, ],
      function() sum(x), function() torch_mean(m, dim = 1))
    for (run in operations) expect_same_for_threads(function() as.array(run()), deparse(run))
  }
  y <- torch_tensor(runif(200000), requires_grad = TRUE)
  expect_same_for_threads(function() {
    y$grad <- NULL
    sum(exp(y) * y / (1 + y^2))$backward()
    as.numeric(y$grad)
  })
})

test_that("matrix products of all shapes, plain and transposed", {
  set.seed(4)
  on_user_code <- function(f) tensor_function(`environment<-`(f, new.env(parent = globalenv())))
  cross <- on_user_code(function(a, b) crossprod(a, b))
  tcross <- on_user_code(function(a, b) tcrossprod(a, b))
  sizes <- list(c(50000, 7, 1), c(3, 70001, 1), c(1, 9, 30000), c(1, 70001, 5), c(300, 301, 302), c(20000, 11, 3),
                c(9, 30000, 13), c(70, 4, 5000), c(5000, 1, 70), c(1, 200000, 1), c(65537, 17, 1), c(5, 5, 5))
  for (size in sizes) {
    a <- matrix(rnorm(size[1] * size[2]), size[1])
    b <- matrix(rnorm(size[2] * size[3]), size[2])
    product <- a %*% b
    tensors <- lapply(list(a, t(a), b, t(b)), torch_tensor)
    results <- expect_same_for_threads(function() {
      list(as.array(tensors[[1]] %*% tensors[[3]]), as.array(cross(tensors[[2]], tensors[[3]])),
           as.array(tcross(tensors[[1]], tensors[[4]])), as.array(t(tensors[[2]]) %*% t(tensors[[4]])))
    }, size)
    for (result in results) expect_equal(result, product, tolerance = 1e-11, info = size)
  }
  A <- matrix(rnorm(40000 * 20), 40000)
  y <- rbinom(40000, 1, 0.5)
  tp <- tape(function(b) {
    eta <- A %*% b
    sum(nnf_softplus(eta) - y * eta)
  }, rnorm(20))
  expect_same_for_threads(function() list(tp$fn(1:20 / 40), tp$gr(1:20 / 40), tp$he(1:20 / 40)))
})

test_that("an error or what is not finite leaves threads that work", {
  x <- runif(200000)
  tp <- tape(function(x) sum(exp(x) * x - sin(x)), x)
  expected <- tp$value_and_grad(x)
  with_threads(2, {
    expect_error(tp$fn(x * NA), class = "gradtape_error")
    expect_identical(tp$fn(x * Inf), with_threads(1, tp$fn(x * Inf)))
    expect_identical(tp$value_and_grad(x), expected)
  })
})

test_that("a forked process uses one thread, and its numbers are the same", {
  skip_on_os("windows")
  x <- runif(200000)
  tp <- tape(function(x) sum(exp(x) * x - sin(x)), x)
  expected <- tp$value_and_grad(x)
  with_threads(2, {
    tp$value_and_grad(x)
    forked <- parallel::mclapply(1:2, function(i) {
      torch_set_num_threads(2)
      list(torch_get_num_threads(), tp$value_and_grad(x))
    }, mc.cores = 2)
  })
  for (result in forked) expect_identical(result, list(1L, expected))
})
