# Plain R functions of a vector of parameters, on a tape and eagerly.

# The value at x and at another point is that of plain R, on a tape and on tensors, and the gradient
# that of differences.
expect_plain <- function(fn, x, tolerance = 1e-6, value_tolerance = 1e-10, label = deparse1(body(fn)),
                         replayed = TRUE) {
  tp <- tape(fn, x)
  if (replayed) expect_match(paste(capture.output(print(tp)), collapse = " "), "recording 1", label = label)
  for (at in list(x, x * 1.1 + 0.05)) {
    expect_equal(tp$fn(at), as.numeric(fn(at)), tolerance = value_tolerance, info = label)
    expected <- numeric_gradient(fn, at)
    expect_equal(tp$gr(at), expected, tolerance = tolerance, info = label)
  }
  both <- eager(tensor_function(fn), at)
  expect_equal(both, list(value = tp$fn(at), gradient = expected), tolerance = tolerance, info = label)
}

# For each of the functions, which use what stands in `data`.
expect_all_plain <- function(functions, x, data = list(), ...) {
  home <- list2env(data, parent = globalenv())
  for (fn in functions) {
    environment(fn) <- home
    expect_plain(fn, x, ...)
  }
}

# The second derivatives of a tape are the differences of its gradient.
expect_hessian <- function(fn, x, tolerance = 1e-5) {
  tp <- tape(fn, x)
  differences <- vapply(seq_along(x), function(i) {
    e <- replace(numeric(length(x)), i, 1e-5)
    (tp$gr(x + e) - tp$gr(x - e)) / 2e-5
  }, x)
  expect_equal(tp$he(x), differences, tolerance = tolerance, ignore_attr = TRUE, info = deparse1(body(fn)))
}
