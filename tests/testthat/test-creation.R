test_that("random tensors follow R's generator", {
  set.seed(7)
  a <- torch_randn(2, 3)
  set.seed(7)
  expect_identical(as_array(a), matrix(rnorm(6), 2))
  torch_manual_seed(7)
  expect_identical(as_array(torch_randn_like(a)), as_array(a))
  expect_equal(torch_rand(c(4, 2), dtype = torch_float())$dtype$name, "float")
  r <- as.numeric(torch_randint(1, 4, size = 200))
  expect_setequal(r, 1:3)
  expect_setequal(as.numeric(torch_randperm(5)), 1:5)
  expect_error(torch_randint(4, 4, size = 2), "high")
})

test_that("tensors of given values", {
  expect_equal(as_array(torch_eye(2, 3)), diag(1, 2, 3))
  expect_equal(as.numeric(torch_arange(0, 1, 0.25)), seq(0, 1, 0.25))
  expect_equal(torch_arange(3, 3)$shape, 1)
  expect_error(torch_arange(0, 3, -1), "does not lead from 0 to 3")
  x <- torch_tensor(matrix(1:4, 2), dtype = torch_float())
  expect_equal(as_array(torch_full_like(x, 7)), matrix(7, 2, 2))
  expect_equal(torch_ones_like(x)$dtype$name, "float")
  expect_error(torch_zeros(1e5, 1e5), "too large")
  expect_error(torch_zeros(-1), "whole numbers of at least 0")
})

test_that("the only device is the CPU", {
  x <- torch_tensor(1, device = "cpu")
  expect_true(x$device == torch_device("cpu"))
  expect_true(x$device == "cpu")
  expect_identical(x$to(device = torch_device("cpu")), x)
  expect_identical(x$cpu(), x)
  expect_false(cuda_is_available())
  expect_error(torch_tensor(1, device = "cuda"), "computes on the CPU")
  expect_error(x$to(device = "cuda"), "computes on the CPU")
  expect_error(x$cuda(), "computes on the CPU")
  expect_error(torch_device("mps"), "computes on the CPU")
})

test_that("tensors are saved and read, and stay one", {
  x <- torch_tensor(matrix(c(1, 2, 3, 4), 2), requires_grad = TRUE)
  y <- x^2
  file <- tempfile()
  on.exit(unlink(file))
  torch_save(list(a = x, b = x, y = y), file)
  r <- torch_load(file)
  with_no_grad(r$a$add_(1))
  expect_equal(as_array(r$b), matrix(c(2, 3, 4, 5), 2))
  expect_equal(as_array(x), matrix(c(1, 2, 3, 4), 2))
  expect_equal(as_array(r$a %*% c(1, 1)), matrix(c(6, 8)))
  expect_true(r$y$is_leaf)
  expect_false(r$y$requires_grad)
  expect_equal(as_array(r$y), as_array(x)^2)
  r2 <- unserialize(serialize(list(x, x), NULL))
  s <- sum(r2[[1]]^2)
  s$backward()
  expect_equal(as_array(r2[[2]]$grad), 2 * as_array(x))
  float <- unserialize(serialize(torch_tensor(pi, dtype = torch_float()), NULL))
  expect_equal(float$item(), 3.14159274101257)
})

test_that("a computed tensor is saved without its history, however long that is", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- x
  for (i in 1:200) y <- y * y / y
  bytes <- serialize(list(y, y), NULL)
  expect_lt(length(bytes), 1000)
  r <- unserialize(bytes)
  expect_identical(r[[1]], r[[2]])
  expect_equal(as.numeric(r[[1]]), c(1, 2))
  for (i in 1:1e5) y <- y + 1
  expect_equal(as.numeric(unserialize(serialize(y, NULL))), 1e5 + 1:2)
})

test_that("a worker receives tensors", {
  cluster <- parallel::makeCluster(1)
  on.exit(parallel::stopCluster(cluster))
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  r <- parallel::clusterApply(cluster, list(list(x, x, x^2)), function(l) {
    s <- sum(l[[1]]^2)
    s$backward()
    list(l[[2]]$grad, l[[3]] + 1)
  })[[1]]
  expect_equal(as.numeric(r[[1]]), c(2, 4))
  expect_equal(as.numeric(r[[2]]), c(2, 5))
})

test_that("$data reads and changes values outside the graph", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  d <- x$data
  expect_false(d$requires_grad)
  x$data <- torch_tensor(c(5, 6))
  expect_equal(as.numeric(x), c(5, 6))
  expect_true(x$requires_grad)
  expect_equal(as.numeric(d), c(1, 2))
})

test_that("in-place methods keep whole numbers whole", {
  x <- torch_tensor(c(1L, 2L))
  x$fill_(2.7)
  expect_identical(as.numeric(x), c(2, 2))
  x$copy_(torch_tensor(c(3.9, -1.2)))
  expect_identical(as.numeric(x), c(3, -1))
  expect_error(x$copy_(c(NaN, 1)), "dtype long")
})

test_that("a tensor saved in a format that loses it says so", {
  z <- unserialize(serialize(torch_tensor(c(1, 2)), NULL, version = 2))
  expect_error(z + 1, "version = 3")
  expect_error(as.numeric(z), "version = 3")
})

test_that("layouts and memory formats are taken, where they ask for nothing else", {
  x <- torch_tensor(c(1, 2), dtype = "float")
  expect_equal(torch_zeros_like(x, memory_format = torch_preserve_format()), torch_zeros(2, dtype = "float"))
  expect_equal(torch_ones(2, 2, layout = torch_strided()), torch_ones(size = c(2, 2)))
  expect_equal(torch_zeros(size = list(2, 3))$shape, c(2L, 3L))
  expect_equal(x$clone(memory_format = torch_contiguous_format()), x)
  expect_true(torch_preserve_format() == torch_preserve_format())
  expect_true(torch_preserve_format() != torch_contiguous_format())
  expect_error(torch_zeros(2, layout = "sparse"), "`layout` must be NULL or `torch_strided\\(\\)`, not \"sparse\"")
  expect_error(torch_zeros(2, 2, names = c("a", "b")), "dimensions have no names")
  expect_error(torch_zeros_like(x, memory_format = 1), "`memory_format` must be NULL")
  expect_error(torch_randint(1, 5, 2, generator = 1), "random numbers come from R's")
  expect_equal(torch_randint_like(x, 0, 2)$dtype, torch_float())
  expect_true(all(as.numeric(torch_randint_like(torch_zeros(50), 3, 5)) %in% c(3, 4)))
  expect_equal(as.numeric(torch_arange(4)), c(1, 2, 3, 4))
  expect_equal(torch_arange(1L, 4L)$dtype, torch_long())
  expect_equal(torch_arange(1, 4)$dtype, torch_double())
})
