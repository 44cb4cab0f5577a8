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

test_that("bad subscripts are errors", {
  x <- torch_tensor(c(1, 2, 3))
  expect_error(x[4], "out of bounds: 4 of 3")
  expect_error(x[NA_integer_], "NA in a subscript")
  expect_error(x["a"], "numbers or logicals")
  expect_error(x[c(-1, 2)], "mix")
  expect_error(x[1, 2], "2 subscripts")
})
