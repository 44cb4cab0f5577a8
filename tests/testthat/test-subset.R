test_that("subscripts select as R does", {
  v <- c(5, 6, 7, 8)
  x <- torch_tensor(v)
  for (i in list(2, 2:3, -1, c(4, 1, 1), c(TRUE, FALSE), c(0, 3), -(2:3), integer(), c(4, 3, 2), 2.9)) {
    expect_equal(as.numeric(x[i]), v[i])
  }
  m <- matrix(1:12 / 2, 3)
  y <- torch_tensor(m)
  expect_equal(as.numeric(y[2, ]), m[2, ])
  expect_equal(as.numeric(y[, 3]), m[, 3])
  expect_equal(as.array(y[2:3, -1]), m[2:3, -1])
  expect_equal(as.array(y[c(3, 1), c(2, 2, 4)]), m[c(3, 1), c(2, 2, 4)])
  expect_equal(as.array(y[2, , drop = FALSE]), m[2, , drop = FALSE])
  expect_equal(as.numeric(y[5]), m[5])
  expect_equal(as.numeric(y[cbind(c(1, 3), c(2, 4))]), m[cbind(c(1, 3), c(2, 4))])
  expect_equal(as.numeric(y[y > 3]), m[m > 3])
  expect_equal(as.numeric(y[[2, 3]]), m[[2, 3]])
  a <- array(1:24, 2:4)
  expect_equal(as.array(torch_tensor(a)[2, , 3:4]), a[2, , 3:4])
})

test_that("gradients go to the selected elements", {
  x <- torch_tensor(matrix(1:6 / 2, 2), requires_grad = TRUE)
  sum(x[2, ] * c(1, 2, 3))$backward()
  expect_equal(as.matrix(x$grad), rbind(0, c(1, 2, 3)))
  y <- torch_tensor(c(1, 2, 3), requires_grad = TRUE)
  sum(y[c(1, 1, 3)]^2)$backward()
  expect_equal(as.numeric(y$grad), c(4, 0, 6))
})

test_that("what is not there is missing where R has NA, without a gradient", {
  v <- c(a = 1, b = 2)
  m <- matrix(c(3, 1, 4, 1, 5, 9), 2, dimnames = list(c("a", "b"), NULL))
  same <- function(code) {
    code <- substitute(code)
    expected <- eval(code)
    got <- eval(code, list(v = torch_tensor(v), m = torch_tensor(m)))
    expect_identical(as.vector(is.na(as_array(got))), as.vector(is.na(expected)))
    expect_equal(as.numeric(got), as.numeric(expected))
    expect_identical(names(got), names(expected))
    expect_identical(dimnames(got), dimnames(expected))
  }
  same(v[NA])
  same(v[NA_integer_])
  same(v[3])
  same(v[c(1, NA, 9)])
  same(v[c(TRUE, NA)])
  same(v[c(TRUE, FALSE, TRUE)])
  same(v[c("b", "z", NA)])
  same((v > 1)[1:3])
  same(m[7])
  same(m[c(1, NA), ])
  same(m[NA, 1, drop = FALSE])
  same(m[cbind(c(1, NA), 2)])
  same(m[v[cbind(c(1, NA), c(2, 2))]])
  f <- function(p) sum((p^2)[1:3], na.rm = TRUE) + if (is.na(p["c"])) 3 * p["b"] else 0
  environment(f) <- new.env(parent = globalenv())
  expect_equal(tape(f, v)$gr(v), c(a = 2, b = 7))
})

test_that("bad subscripts are errors", {
  x <- torch_tensor(c(1, 2, 3))
  expect_error(x[[4]], "out of bounds: 4 of 3")
  expect_error(x[[NA_integer_]], "NA in a subscript")
  expect_error(torch_tensor(matrix(1:6, 2))[3, 1], "out of bounds: 3 of 2")
  expect_error(x["a"], "has no names")
  expect_error(x[c(-1, 2)], "mix")
  expect_error(x[1, 2], "2 subscripts")
})

test_that("names choose elements", {
  x <- c(a = 0.7, b = -1.2, c = 2.5)
  functions <- list(
    function(x) x["b"]^2 * x[["a"]], function(x) x[c("c", "a", "a")], function(x) with(as.list(x), a * b + c),
    function(x) exp(2 * x + 1)["c"], function(x) (1 - x)["b"], function(x) c(x, d = x[["a"]]^2)["d"],
    function(x) c(x[1], x)["c"], function(x) { names(x) <- c("p", "q", "r"); x["q"] }, function(x) setNames(x, NULL),
    function(x) { x["a"] <- x["b"]^2; x["new"] <- x["c"]; x * x["new"] }, function(x) x[startsWith(names(x), "b")]
  )
  for (f in functions) expect_same_on_tensors(f, x)
  same_names <- function(f) expect_identical(names(tensor_function(f)(torch_tensor(x))), names(f(x)))
  for (f in list(function(x) x * 2, function(x) c(x, d = 1), function(x) { x[["b"]] <- 0; x },
                 function(x) { x[5] <- 1; x }, function(x) { x[c("d", "b")] <- 1:2; x },
                 function(x) unlist(list(p = x, list(q = x[[1]]))),
                 function(x) { s <- c(u = 1, v = 2); s["v"] <- x[["a"]]; s },
                 function(x) { names(x) <- "p"; x })) same_names(f)
  x <- torch_tensor(x)
  y <- x
  names(y) <- NULL
  expect_equal(names(x), c("a", "b", "c"))
  expect_error(y["a"], "has no names")
  expect_error(x[["d"]], "No element of the tensor is called 'd'")
  expect_error(names(x) <- letters, "26 names")
  expect_output(print(x), "a +b +c")
})

test_that("a tape keeps the names of its parameters", {
  sse <- function(par) with(as.list(par), (Vm / (K + 1) - 2)^2) + par["K"]^2
  start <- c(Vm = 2, K = 0.3)
  tp <- tape(sse, start)
  for (x in list(start, start * 2)) {
    expect_equal(tp$fn(x), sse(x)[["K"]])
    expect_equal(tp$gr(x), stats::setNames(as.numeric(numeric_gradient(sse, x)), names(x)), tolerance = 1e-8)
  }
  nested <- function(p) p$beta["slope"]^2 * p$sigma
  expect_equal(gradient(nested, list(beta = c(icpt = 1, slope = 2), sigma = 3)),
               c(beta.icpt = 0, beta.slope = 12, sigma = 4))
})
