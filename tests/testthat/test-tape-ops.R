# Every operation of the reference replays: a tape recorded at one point gives at another
# what an eager run gives there.

test_that("operations replay on a tape", {
  for (case in read_reference("ops")) {
    others <- lapply(case$inputs[-1], reference_numbers)
    x <- drop_array(reference_numbers(case$inputs[[1]]))
    if (length(x) == 0 || identical(case$note, "edge values")) next
    fn <- function(x) {
      used <- if (identical(case$note, "input is symmetrised first")) (x + t(x)) / 2 else x
      value <- by_function(case, c(list(used), others))
      torch_sum(torch_mul(value, reference_numbers(case$weight)))
    }
    tp <- tape(fn, x)
    moved <- x + 0.003 * cos(seq_along(x))
    leaf <- torch_tensor(moved, requires_grad = TRUE)
    y <- fn(leaf)
    expect_close(tp$fn(moved), as.numeric(y), paste(case$op, case$note, "on a tape"))
    expect_close(tp$gr(moved), as.numeric(autograd_grad(y, leaf)[[1]]), paste(case$op, case$note, "gradient on a tape"))
  }
})

test_that("a function with a derivative of its own runs eagerly, and says so", {
  cube <- autograd_function(
    forward = function(ctx, x) {
      ctx$save_for_backward(x = x)
      x^3
    },
    backward = function(ctx, g) list(x = g * 3 * ctx$saved_variables$x^2)
  )
  expect_message(tp <- tape(function(x) sum(cube(x)), c(1, 2)), "autograd_function")
  expect_equal(tp$fn(c(2, 3)), 35)
  expect_equal(tp$gr(c(2, 3)), c(12, 27))
  expect_equal(tp$he(c(2, 3)), diag(c(12, 18)))
})

test_that("hooks are heard, in place and detached values kept, on a tape too", {
  hooked <- function(x) {
    y <- x^2
    y$register_hook(function(g) g * 10)
    sum(y)
  }
  expect_message(tp <- tape(hooked, c(1, 2)), "register_hook")
  expect_equal(tp$gr(c(2, 3)), c(40, 60))
  tp <- tape(function(x) sum(x * x$detach()) + sum(x$data), c(1, 2))
  expect_equal(tp$fn(c(2, 3)), 18)
  expect_equal(tp$gr(c(2, 3)), c(2, 3))
  tp <- tape(function(x) {
    y <- x * 2
    y$add_(1)$mul_(x)
    with_no_grad(z <- x * 3)
    sum(y * z)
  }, c(1, 2))
  f <- function(x) sum((2 * x + 1) * x * 3 * x)
  expect_equal(tp$fn(c(2, 3)), f(c(2, 3)))
  expect_equal(tp$gr(c(2, 3)), 3 * c(2, 3) * (4 * c(2, 3) + 1))
})
