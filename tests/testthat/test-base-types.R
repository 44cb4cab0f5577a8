# Questions about types are answered as for numbers, and so dispatch goes the way of numbers.

x <- c(a = 1.5, b = 2, c = 0.5)
m <- matrix(c(2, 1, 1, 3, 4, 5) / 3, 2, dimnames = list(c("r", "s"), c("u", "v", "w")))

expect_as_on_numbers <- function(functions, value) {
  for (f in functions) {
    environment(f) <- globalenv()
    expected <- f(value)
    expect_identical(tensor_function(f)(torch_tensor(value)), expected, info = deparse1(body(f)))
    seen <- NULL
    taped <- function(v) {
      seen <<- f(v)
      sum(v)
    }
    environment(taped) <- list2env(list(f = f, seen = NULL), parent = globalenv())
    tape(taped, value)
    expect_identical(environment(taped)$seen, expected, info = deparse1(body(f)))
  }
}

test_that("types, classes and attributes are those of numbers", {
  questions <- list(
    function(v) class(v), function(v) base::class(v), function(v) oldClass(v), function(v) typeof(v),
    function(v) mode(v),
    function(v) storage.mode(v), function(v) is(v, "numeric"), function(v) methods::is(v, "matrix"),
    function(v) is.vector(v), function(v) is.vector(v, "numeric"), function(v) is.double(v), function(v) is.integer(v),
    function(v) is.atomic(v), function(v) is.object(v), function(v) isS4(v), function(v) is.recursive(v),
    function(v) is.list(v), function(v) is.function(v), function(v) is.null(v), function(v) is.character(v),
    function(v) inherits(v, "matrix"), function(v) inherits(v, c("lm", "numeric"), which = TRUE),
    function(v) inherits(v, what = "array"),
    function(v) attributes(v), function(v) attr(v, "dim"), function(v) attr(v, "names"), function(v) attr(v, "class"),
    function(v) class(v > 1), function(v) typeof(v > 1), function(v) is.logical(v > 1), function(v) class(-v),
    function(v) sapply(list(v, "a"), is.numeric), function(v) Filter(is.character, list(v, "a")),
    function(v) identical(class(v), "numeric"), function(v) is.data.frame(v), function(v) NROW(v), function(v) NCOL(v),
    function(v) switch(mode(v), numeric = 1, 2), function(v) if (is.matrix(v)) "matrix" else "vector",
    function(v) { stopifnot(is.numeric(v), length(v) > 2, "positive" = all(v > 0)); "fine" },
    function(v) class(unclass(v)), function(v) class(structure(v, dim = NULL)),
    function(v) names(structure(as.vector(v), names = letters[seq_along(v)]))
  )
  expect_as_on_numbers(questions, x)
  expect_as_on_numbers(questions, m)
})

test_that("generic functions find the methods for numbers, vectors and matrices", {
  functions <- list(
    function(v) {
      size <- function(v, ...) UseMethod("size")
      size.default <- function(v, ...) "default"
      size.numeric <- function(v, ...) "numeric"
      size.matrix <- function(v, ...) paste("matrix, then", NextMethod())
      size(v)
    },
    function(v) {
      kind <- function(...) UseMethod("kind")
      kind.double <- function(...) "double"
      kind.default <- function(...) "default"
      kind(v)
    },
    function(v) {
      f <- function(object, by = 2) UseMethod("f")
      f.array <- function(object, by = 2) "array"
      f.numeric <- function(object, by = 2) by
      if (is.matrix(v)) "array" else f(by = 5, object = v)
    }
  )
  expect_as_on_numbers(functions, x)
  expect_as_on_numbers(functions, m)
  value <- tape(function(p) {
    double <- function(v) UseMethod("double")
    double.default <- function(v) stop("not for this")
    double.matrix <- function(v) sum(2 * v["r", ])
    double(p)
  }, m)
  expect_equal(value$fn(m), sum(2 * m["r", ]))
})

test_that("what R gives no way in to is an error", {
  classed <- tensor_function(function(v) { class(v) <- "mine"; v })
  expect_error(classed(torch_tensor(x)), "cannot be made an object of class")
  expect_error(tensor_function(function(v) structure(v, class = "mine"))(torch_tensor(x)), "object of class")
  expect_error(tensor_function(function(v) { mode(v) <- "list"; v })(torch_tensor(x)), "a number's")
  expect_identical(class(tensor_function(function(v) { class(v) <- NULL; v })(torch_tensor(x))), class(torch_tensor(x)))
})

test_that("ifelse() of truth values gives truth values", {
  f <- function(p) {
    stopifnot(is.logical(ifelse(FALSE, TRUE, max(p) > 3)), is.logical(ifelse(c(TRUE, NA), p > 1, FALSE)),
              is.numeric(ifelse(TRUE, max(p) > 3, 1) + 1))
    if (!ifelse(FALSE, TRUE, max(p) > 3) && any(FALSE, ifelse(p > 1, p > 0, FALSE))) sum(p) else prod(p)
  }
  environment(f) <- new.env(parent = globalenv())
  tp <- tape(f, c(0.5, 2))
  for (x in list(c(0.5, 2), c(4, 2), c(0.2, 0.1))) expect_equal(tp$fn(x), f(x))
})
