anomaly <- function(code) expect_error(with_detect_anomaly(code), class = "gradtape_numeric_error")

test_that("with_detect_anomaly() names the operation that made a NaN, and its call", {
  x <- torch_tensor(c(-1, 4), requires_grad = TRUE)
  e <- anomaly(sum(x^1.5)$backward())
  expect_match(conditionMessage(e), "`^`", fixed = TRUE)
  expect_identical(e$made_by, quote(x^1.5))
  logs <- function(z) sum(log(z))
  e <- anomaly(logs(sqrt(x))$backward())
  expect_identical(e$operation, "log")
  expect_identical(e$made_by, quote(log(z)))
  e <- anomaly(autograd_grad(sum(torch_tensor(c(1, 2)) * log(x)$log()), x, create_graph = TRUE))
  expect_identical(e$operation, "log")
  # in float, in a loop over elements, of a vector that is assigned to
  f <- torch_tensor(c(-1, 4), requires_grad = TRUE, dtype = torch_float())
  expect_identical(anomaly(sum(sqrt(f))$backward())$operation, "sqrt")
  expect_identical(anomaly({
    s <- 0
    for (i in 1:2) s <- s + sqrt(x[i])
    s$backward()
  })$made_by, quote(sqrt(x[i])))
  expect_identical(anomaly({
    w <- x * 1
    w[2] <- 3
    sum(sqrt(w))$backward()
  })$operation, "sqrt")
  # a derivative of the user's
  own <- autograd_function(function(ctx, x) x * 2, function(ctx, g) list(g * NaN))
  expect_match(conditionMessage(anomaly(sum(own(x))$backward())), "own derivative|own\\s+derivative")
})

test_that("a call that was made outside is not known, and a NaN from outside is told", {
  x <- torch_tensor(c(-1, 4), requires_grad = TRUE)
  y <- sum(sqrt(x))
  e <- anomaly(y$backward(retain_graph = TRUE))
  expect_null(e$made_by)
  expect_match(conditionMessage(e), "inside")
  expect_null(x$grad)
  expect_match(conditionMessage(anomaly((x * 2)$backward(torch_tensor(c(NaN, 1))))), "starts with")
  z <- x * 2
  z$register_hook(function(g) g * NaN)
  expect_match(conditionMessage(anomaly(sum(z)$backward())), "a hook")
})

test_that("the mode ends with the code, and finite gradients pass", {
  x <- torch_tensor(c(-1, 4), requires_grad = TRUE)
  try(with_detect_anomaly(stop("other")), silent = TRUE)
  sum(sqrt(x))$backward()
  expect_true(is.nan(as_array(x$grad)[1]))
  x <- torch_tensor(c(0, 4), requires_grad = TRUE)
  expect_equal(with_detect_anomaly({
    sum(torch_sqrt(x) * x)$backward()                   # the infinite derivative has no say
    as_array(x$grad)
  }), c(0, 3))
  expect_equal(as_array(with_detect_anomaly(autograd_grad(sum(sqrt(x)), x))[[1]]), c(Inf, 0.25))
})
