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

test_that("torch's notation: the rest, the last, a new dimension, slices", {
  skip_if(isNamespaceLoaded("Matrix"), "R evaluates subscripts before N can be read")
  a <- array(1:24 / 2, c(2, 3, 4))
  x <- torch_tensor(a, requires_grad = TRUE)
  v <- torch_tensor(1:5 / 2)
  expect_identical(as.array(x[1, ..]), a[1, , ])
  expect_identical(as.array(x[.., 2]), a[, , 2])
  expect_identical(as.array(x[1, .., 3]), a[1, , 3])
  expect_identical(as.array(x[.., 2:N]), a[, , 2:4])
  expect_identical(as.array(x[1:N, 2, N]), a[, 2, 4])
  expect_identical(as.array(x[.., 1, drop = FALSE]), a[, , 1, drop = FALSE])
  expect_identical(as.array(v[2:N]), 2:5 / 2)
  expect_identical(as.array(v[1:5, ..]), 1:5 / 2)
  expect_identical(v[newaxis, ]$shape, c(1L, 5L))
  expect_identical(v[, newaxis]$shape, c(5L, 1L))
  expect_identical(x[newaxis, 1, .., newaxis]$shape, c(1L, 3L, 4L, 1L))
  expect_identical(x[1, newaxis, .., 2:3]$shape, c(1L, 3L, 2L))
  expect_identical(as.array(v[slc(1, 5, 2)]), c(1, 3, 5) / 2)
  expect_identical(as.array(v[slc(-2, Inf)]), c(4, 5) / 2)
  expect_identical(as.array(v[slc(2, -2)]), c(2, 3, 4) / 2)
  expect_identical(as.array(v[slc(4, 99)]), c(4, 5) / 2)
  expect_identical(as.array(x[slc(1, 1), slc(2, Inf), 1]), a[1, 2:3, 1])
  sum(x[.., 2:N][1, .., newaxis])$backward()
  expect_identical(as.array(x$grad), replace(a * 0, slice.index(a, 1) == 1 & slice.index(a, 3) > 1, 1))

  y <- v
  y[2:N] <- 0
  y[slc(1, 1)] <- 7
  expect_identical(as.array(y), c(7, 0, 0, 0, 0))
  z <- x$detach()
  z[.., 1] <- 100
  z[2, .., 2:N] <- -1
  b <- a
  b[, , 1] <- 100
  b[2, , 2:4] <- -1
  expect_identical(as.array(z), b)

  f <- function(p) sum(p[2:N]^2) + p[.., 1] + sum(p[slc(1, 3, 2)]) + sum(p[newaxis, ] * 2)
  environment(f) <- new.env(parent = globalenv())
  expect_identical(tape(f, c(1, 2, 3))$gr(c(1, 2, 3)), c(4, 6, 9))

  N <- 3                                                     # the user's variable is the user's
  expect_identical(as.array(v[2:N]), c(2, 3) / 2)
})

test_that("what is no slice in R says what to write", {                  # some of it R warns of
  v <- torch_tensor(1:5 / 2)
  m <- torch_tensor(matrix(1:6, 2))
  suppressWarnings(expect_error(v[1:5:2], "Write `seq\\(1, 5, by = 2\\)`", class = "gradtape_index_error"))
  suppressWarnings(expect_error(m[, 1:3:2], "Write `seq\\(1, 3, by = 2\\)`"))
  suppressWarnings(expect_error(v[1:4:2] <- 0, "Write `seq\\(1, 4, by = 2\\)`"))
  suppressWarnings(expect_error(v[2:4:2] <- 0, "Write `seq\\(2, 4, by = 2\\)`"))           # R would take 2 alone
  expect_error(m[.., ..], "may stand in a subscript once")
  expect_error(m[1, 1, .., 1], "3 subscripts for a tensor of 2 dimensions")
  expect_error(v[newaxis, ] <- 0, "has no place in an assignment")
  expect_error(slc(0, 2), "no 0")
  expect_error(slc(1, 2, -1), "`step` must be one whole number of at least 1")
  expect_identical(as.array((v * 2)[2:-0 + 1]), c(3, 2, 1))
  f <- function(p) sum(p[1:4:2])
  environment(f) <- new.env(parent = globalenv())
  expect_error(tape(f, c(1, 2, 3, 4)), "Write `seq")
})

test_that("where a package has S4 methods for `[`, subscripts mean the same, or are refused", {
  skip_if_not_installed("Matrix")
  loadNamespace("Matrix")
  read <- function(x, v) {
    list(as.array(x[.., 1]), dim(x[newaxis, , ]), dim(x[newaxis, .., 1]), as.array(v[slc(1, 5, 2)]), as.array(v[..]),
         as.array(x[slc(2, Inf), slc(1, 4, 3)]), dim(x[.., 1, drop = FALSE]), as.array(x[1:2, c(1L, 3L)]))
  }
  write <- function(x, v) {
    x[.., 1] <- 0
    x[slc(1, 3, 2), 2] <- -1
    v[slc(1, 3, 2)] <- -2
    list(as.array(x), as.array(v))
  }
  a <- matrix(1:12 / 2, 3)
  b <- a
  b[, 1] <- 0
  b[c(1, 3), 2] <- -1
  n <- 1:10 / 2
  refused <- alist(v[1:10:2], v[2:4:2], x[, 1:4:2], x[1, 1:4:2], x[slc(1, 2), 1:4:2], x[1:4:2, ], v[2:4:2] <- 0,
                   x[1, 2:4:2] <- 0, x[2:3:1, ] <- 0, dotted(v, 1:10:2), dotted(x, 1, 1:4:2))
  for (compiled in c(FALSE, TRUE)) {                     # compiled and interpreted code dispatch differently
    as_run <- function(f) if (compiled) compiler::cmpfun(f) else f
    x <- torch_tensor(a)
    v <- torch_tensor(n)
    expect_identical(as_run(read)(x, v), list(a[, 1], c(1L, 3L, 4L), c(1L, 3L), n[c(1, 3, 5)], n, a[2:3, c(1, 4)],
                                              c(3L, 1L), a[1:2, c(1, 3)]))
    expect_identical(as_run(write)(x, v), list(b, replace(n, c(1, 3), -2)))
    dotted <- as_run(function(x, ...) x[...])
    for (code in refused) {
      run <- as_run(as.function(list(code)))
      expect_error(suppressWarnings(run()), "is no sequence in steps", label = deparse1(code))
    }
  }
})
