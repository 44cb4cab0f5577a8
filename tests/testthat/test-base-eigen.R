# Eigenvalues of matrices that are not symmetric.

x <- c(0.7, 0.3, 1.1)
rotation <- function(p) matrix(c(p[1], -1, 0.3, 1, p[2], 0.2, 0.1, p[3], 0.5), 3)
environment(rotation) <- globalenv()
data <- list(rotation = rotation)

test_that("real eigenvalues and vectors", {
  leslie <- function(p) eigen(matrix(c(0, p[1], 0, 1.5, 0, p[2], 0.2, 0, 0.3), 3))$values[1]
  environment(leslie) <- globalenv()
  expect_plain(leslie, x)
  expect_hessian(leslie, x)
  vector <- function(p) {
    v <- eigen(t(matrix(c(-p[1], p[1], p[2], -p[2]), 2)))$vectors[, 2]
    sum(v / sum(v) * 1:2) + sum(abs(eigen(matrix(c(p[1], 0.2, 0.5, 2), 2))$vectors) * 1:4)
  }
  environment(vector) <- globalenv()
  expect_plain(vector, x)
  expect_hessian(vector, x)
  expect_all_plain(list(
    function(p) sum(eigen(matrix(c(p[1], 0.2, 0.5, 2 + p[2]), 2))$values * 1:2),
    function(p) {
      # transition probabilities of a Markov process
      A <- matrix(c(-p[1], p[2], p[1], -p[2]), 2)
      e <- eigen(A)
      sum((e$vectors %*% diag(exp(e$values)) %*% solve(e$vectors)) * 1:4)
    },
    function(p) {
      M <- diag(3) + 0.1
      sum(eigen(M * p[1], symmetric = TRUE)$values * 1:3) + eigen(M * p[1])$values[1] +
        eigen(M * p[2] + diag(1:3), TRUE, only.values = TRUE)$values[2] +
        eigen(M * p[3] + matrix(1:9, 3), FALSE)$values[1]
    }
  ), x)
})

test_that("complex eigenvalues and vectors", {
  expect_all_plain(list(
    function(p) max(Re(eigen(rotation(p))$values)) + max(Mod(eigen(rotation(p))$values)) +
      abs(Im(eigen(rotation(p))$values[1])),
    function(p) sum(Mod(eigen(rotation(p))$vectors)^2 * 1:9) + sum(Re(eigen(rotation(p))$vectors[1, ]^2 * (1 + 2i))),
    function(p) max(Re(eigen(matrix(c(0, p[1], 0, 1.5, 0, p[2], p[3], 0, 0.3), 3))$values))
  ), x, data)
  modulus <- function(p) max(Mod(eigen(rotation(p), only.values = TRUE)$values))
  environment(modulus) <- list2env(data, parent = globalenv())
  expect_hessian(modulus, x)
  # whether they are complex is a guard
  tp <- tape(function(p) max(Mod(eigen(matrix(c(1, p[1], 1, 2), 2))$values)), -1)
  for (at in c(-1, 0.5, 2)) expect_equal(tp$fn(at), max(Mod(eigen(matrix(c(1, at, 1, 2), 2))$values)))
})

test_that("products with complex matrices and vectors, and their inverses, are R's", {
  z <- function(p) (1 + 2i) * matrix(c(p, 1, 7), 2) + matrix(c(0, 1i, 2, 1), 2)
  real <- function(p) matrix(c(p, 1, 7), 2)
  cases <- list(function(p) solve(z(p)), function(p) solve(z(p), c(1, 2i)), function(p) solve(z(p), real(p)),
                function(p) solve(real(p), c(1i, 2)), function(p) solve(matrix(c(1i, 2, 3, 4), 2), p),
                function(p) matrix(c(1i, 2, 3, 4), 2) %*% p, function(p) p %*% z(p), function(p) z(p) %*% c(1, 2),
                function(p) z(p)[, 1] %*% p, function(p) z(p)[, 1, drop = FALSE] %*% p,
                function(p) p %*% z(p)[1, , drop = FALSE], function(p) if (is.matrix(z(p))) z(p) else 0)
  for (f in cases) {
    both <- eval(bquote(function(p) { v <- f(p); c(Re(v), Im(v), dim(v)) }),
                 list2env(list(f = f), parent = globalenv()))
    environment(f) <- list2env(list(z = z, real = real), parent = globalenv())
    environment(environment(f)$z) <- environment(environment(f)$real) <- globalenv()
    environment(both)$f <- f
    p <- c(1.3, 2.1)
    tp <- tape(both, c(1, 2))
    expect_equal(tp$fn(p), both(p), info = deparse(body(f)))
    expect_equal(unname(tp$jacobian(p)), extrapolated_jacobian(both, p), tolerance = 1e-7, info = deparse(body(f)))
  }
})

test_that("a matrix without a derivative of its eigenvalues, or without eigenvalues, is no wrong number", {
  expect_equal(as.numeric(tensor_function(function(m) eigen(m)$values)(torch_tensor(matrix(c(2, 0, 0, 3, 1, 0, 0, 0,
    5), 3)))), c(5, 2, 1))
  expect_error(tensor_function(function(m) eigen(m))(torch_tensor(matrix(c(1, NaN, 0, 1), 2))),
               class = "gradtape_error")
  expect_error(tensor_function(function(m) eigen(m))(torch_tensor(matrix(1:6 + 0, 2))), class = "gradtape_error")
})
