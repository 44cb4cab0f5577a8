# Names and dimnames of tensors. (test-base-arguments.R compares each function of R's.)

m <- matrix(c(2, 1, 1, 3, 4, 5) / 3, 2, dimnames = list(c("r", "s"), c("u", "v", "w")))
v <- c(a = 0.7, b = -1.2, c = 2.5)

test_that("matrices stay matrices, so that products are those of R", {
  for (f in list(plogis, dnorm, pnorm, function(x) pgamma(x, 2), function(x) dexp(x, log = TRUE), exp, lgamma,
      function(x) atan2(x, 1),
                 function(x) ifelse(x > 1, x, 0), function(x) pmax(x, 1), function(x) besselI(x, 1),
                   function(x) x > 1)) {
    if (!is.primitive(f) && !isNamespace(environment(f))) environment(f) <- globalenv()
    product <- function(x) (f(x) * 1) %*% c(1, 2, 3)
    environment(product) <- list2env(list(f = f), parent = globalenv())
    expect_equal(as_array(tensor_function(product)(torch_tensor(m))), product(m), info = deparse1(body(f)))
    expect_equal(tape(product, m)$fn(m), product(m), info = deparse1(body(f)))
  }
})

test_that("a recycled vector has the sum of the gradients of where it went", {
  f <- function(x) sum((matrix(1:6, 2) + x)^2 * (x * c(1, 2, 3, 4, 5, 6)))
  x <- c(0.5, -1, 2)
  expect_equal(gradient(f, x), numeric_gradient(f, x), tolerance = 1e-7)
  g <- function(x) sum(suppressWarnings(1:5 * x)^2)
  expect_equal(gradient(g, c(1, 2)), numeric_gradient(g, c(1, 2)), tolerance = 1e-7)
})

test_that("what R finds non-conformable is an error", {
  t3 <- torch_tensor(c(1, 2, 3))
  for (f in list(function(x) x %*% c(1, 2), function(x) x %*% matrix(1, 2, 2), function(x) matrix(1, 2, 2) %*% x,
                 function(x) crossprod(x, 1:2), function(x) matrix(1, 2, 2) + matrix(x, 3),
                   function(x) suppressWarnings(matrix(1, 1, 2) * x))) {
    environment(f) <- globalenv()
    expect_error(f(c(1, 2, 3)))
    expect_error(tensor_function(f)(t3), class = "gradtape_error")
    expect_error(tape(f, c(1, 2, 3)))
  }
})

test_that("labels are saved, and follow copies and assignments", {
  x <- torch_tensor(m, requires_grad = TRUE)
  expect_identical(dimnames(unserialize(serialize(x, NULL))), dimnames(m))
  for (y in list(x$clone(), x$detach(), x$to(dtype = torch_float()), x * 2, -x, x > 0, x + c(1, 2))) {
    expect_identical(dimnames(y), dimnames(m))
  }
  y <- x
  y["r", "v"] <- 9
  y["s", ] <- y["r", ]
  expected <- m
  expected["r", "v"] <- 9
  expected["s", ] <- expected["r", ]
  expect_equal(as_array(y), expected)
  rownames(y) <- c("p", "q")
  expect_identical(rownames(y), c("p", "q"))
  expect_identical(rownames(x), c("r", "s"))           # the other tensor stays as it is
  z <- torch_tensor(v)
  names(z)[2] <- "other"
  expect_identical(names(z), c("a", "other", "c"))
  length(z) <- 2
  expect_identical(names(z), c("a", "other"))
  expect_error(dimnames(z) <- list("a", "b"), class = "gradtape_error")
  expect_error(names(x) <- letters[1:6], "dimnames")
})

test_that("results that leave a tape have labels", {
  f <- function(p) outer(p, c(s = 1, t = 2))
  tp <- tape(f, v)
  expect_equal(tp$fn(v), f(v))
  g <- function(p) c(first = p[["a"]]^2, second = p[["b"]] * p[["c"]])
  tp <- tape(g, v)
  expect_equal(tp$fn(v), g(v))
  expect_identical(dimnames(tp$jacobian(v)), list(c("first", "second"), names(v)))
  old <- options(gradtape.escape = "eager")
  on.exit(options(old))
  escaping <- function(p) g(p) + 0 * p[["a"]]$item()
  environment(escaping) <- list2env(list(g = g), parent = globalenv())
  expect_message(tp <- tape(escaping, v), "eagerly")
  expect_identical(dimnames(tp$jacobian(v)), list(c("first", "second"), names(v)))
})

test_that("NULL among what is joined leaves nothing, whatever names the others have", {
  f <- function(x) {
    all <- c()
    for (i in 1:2) {
      k <- x[i]
      names(k) <- letters[i]
      all <- c(all, k, NULL)
    }
    c(all, z = all * 2, list(NULL, 1)[[1]])
  }
  environment(f) <- new.env(parent = globalenv())
  x <- c(3, 4)
  value <- tensor_function(f)(torch_tensor(x))
  expect_identical(names(value), names(f(x)))
  expect_equal(as_array(value), f(x))
})

test_that("ifelse() of one test has its dimensions and names", {
  f <- tensor_function(function(x, m, named) {
    list(ifelse(m > x, m, 2), ifelse(m < x, 1, 2), ifelse(m > x, x, 2), ifelse(named > x, 1, 2))
  })
  m <- matrix(0.5, 1, 1, dimnames = list("a", "b"))
  plain <- function(x, m, named) list(m, ifelse(m < x, 1, 2), ifelse(m > x, x, 2), ifelse(named > x, 1, 2))
  numbers <- lapply(f(torch_tensor(-1), m, c(a = 3)), function(v) if (is_torch_tensor(v)) as_array(v) else v)
  expect_equal(numbers, plain(-1, m, c(a = 3)))
  size <- tape(function(x) norm(ifelse(m > x[1], m, 2 * m), "F") * x[2], c(-1, 2))
  expect_equal(size$fn(c(1, 2)), 2)
})
