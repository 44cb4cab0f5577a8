# Linear algebra on stacks of matrices: beside one matrix at a time, derivatives of both orders, tapes, errors.

stack_of <- function(..., seed = 1) {
  set.seed(seed)
  array(rnorm(prod(...)), c(...))
}
one_of_stack <- function(x, k) array(x[k, , ], dim(x)[-1])
values_of <- function(x, k) as.numeric(torch_narrow(x, 1, k, 1))
expect_same <- function(x, y, ...) {
  expect_identical(x$shape, y$shape)
  expect_equal(as.numeric(x), as.numeric(y), ...)
}
definite <- function(x) {
  torch_add(torch_matmul(x, torch_transpose(x, -1, -2)), diag(3))
}

left <- function(x) torch_narrow(x, 3, 1, 2)
top <- function(x) torch_narrow(x, 2, 1, 2)

# Functions of a stack of matrices whose values and derivatives are defined by the matrices alone.
stacked <- list(
  det = linalg_det, slogdet = function(x) linalg_slogdet(x)[[2]], inv = linalg_inv,
  solve = function(x) linalg_solve(x, x * x + 1),
  triangular = function(x) linalg_solve_triangular(torch_tril(x, -1) / 3 + definite(x), x, upper = FALSE),
  right = function(x) linalg_solve_triangular(definite(x), x, upper = TRUE, left = FALSE),
  cholesky = function(x) linalg_cholesky(definite(x)),
  eigenvalues = function(x) linalg_eigvalsh(definite(x)),
  eigenvectors = function(x) linalg_eigh(definite(x))[[2]]^2,
  svd = function(x) linalg_svd(x)[[1]]^2, singular_values = linalg_svdvals,
  q = function(x) linalg_qr(x)[[1]], r = function(x) linalg_qr(x)[[2]],
  tall = function(x) linalg_qr(left(x))[[1]], wide = function(x) linalg_qr(top(x))[[2]],
  complete = function(x) {
    q <- torch_narrow(linalg_qr(left(x), "complete")[[1]], 3, 3, 1)
    torch_matmul(q, torch_transpose(q, -1, -2))
  },
  lu = function(x) torch_lu(x)[[1]], lu_tall = function(x) torch_lu(left(x))[[1]],
  lu_wide = function(x) torch_lu(top(x))[[1]],
  exponential = torch_matrix_exp, pseudoinverse = function(x) linalg_pinv(left(x)),
  pseudoinverse_wide = function(x) linalg_pinv(top(x)),
  least_squares = function(x) linalg_lstsq(left(x), x * x)$solution,
  by_qr = function(x) linalg_lstsq(left(x), x * x, driver = "gels")$solution,
  shortest = function(x) linalg_lstsq(top(x), top(x * x))$solution,
  power = function(x) linalg_matrix_power(x, -2), nuclear = function(x) linalg_matrix_norm(x, "nuc"),
  condition = linalg_cond, cond_1 = function(x) linalg_cond(x, 1),
  cholesky_ex = function(x) linalg_cholesky_ex(definite(x))$L, inv_ex = function(x) linalg_inv_ex(x)$inverse,
  product = function(x) torch_matmul(x, x * x), einsum = function(x) torch_einsum("bij,bkj,bik->bi", list(x, x, x)),
  diagonal = function(x) torch_diagonal(x^2, 1, 2, 3), embed = function(x) torch_diag_embed(x^3, 1)
)

test_that("a stack is its matrices one by one", {
  x <- stack_of(5, 3, 3)
  for (name in names(stacked)) {
    whole <- stacked[[name]](torch_tensor(x))
    for (k in 1:5) {
      alone <- stacked[[name]](torch_tensor(x[k, , , drop = FALSE]))
      expect_equal(values_of(whole, k), as.numeric(alone), tolerance = 1e-12, info = name)
    }
  }
})

test_that("values are those of R", {
  x <- stack_of(5, 3, 3)
  same <- function(f, g) {
    y <- f(torch_tensor(x))
    for (k in 1:5) expect_equal(values_of(y, k), c(g(one_of_stack(x, k))), tolerance = 1e-10)
  }
  same(linalg_det, det)
  same(linalg_inv, solve)
  same(linalg_svdvals, function(a) svd(a)$d)
  same(function(x) torch_matmul(x, x), function(a) a %*% a)
  same(function(x) linalg_qr(x)[[2]], function(a) {
    r <- qr.R(qr(a, LAPACK = FALSE))
    r * sign(diag(r)) * sign(diag(as_array(linalg_qr(a)[[2]])))
  })
  same(function(x) linalg_eigvalsh(x + torch_transpose(x, 2, 3)),
       function(a) rev(eigen(a + t(a), symmetric = TRUE)$values))
  same(function(x) torch_matrix_exp(x), function(a) {
    e <- eigen(a)
    Re(e$vectors %*% diag(exp(e$values)) %*% solve(e$vectors))
  })
})

test_that("derivatives of first and second order agree with differences", {
  x <- stack_of(2, 3, 3, seed = 3)
  for (name in names(stacked)) {
    expect_derivatives(stacked[[name]], x, name, orders = 2, tolerance = 1e-5)
  }
})

slopes_of <- function(gradient, x) {
  t(vapply(seq_along(x), function(k) numeric_gradient(function(z) gradient(z)[k], x), x))
}

test_that("tapes give the same, also of second order", {
  x <- stack_of(2, 3, 3, seed = 3)
  for (name in names(stacked)) {
    f <- stacked[[name]]
    g <- function(v) sum(f(array(v, c(2, 3, 3)))^2)
    environment(g) <- list2env(list(f = f), parent = globalenv())
    t <- tape(g, as.vector(x))
    leaf <- torch_tensor(x, requires_grad = TRUE)
    sum(f(leaf)^2)$backward()
    expect_equal(t$gr(as.vector(x)), as.vector(as_array(leaf$grad)), tolerance = 1e-10, info = name)
    elsewhere <- x * 1.01
    expect_equal(t$fn(as.vector(elsewhere)), as.numeric(sum(f(torch_tensor(elsewhere))^2)), tolerance = 1e-10,
                 info = name)
    if (name %in% c("inv", "q", "lu", "pseudoinverse", "exponential", "einsum")) {
      expect_equal(t$he(as.vector(x)), slopes_of(t$gr, as.vector(x)), tolerance = 1e-6, info = name)
    }
  }
})

test_that("floats are computed in double and rounded", {
  x <- stack_of(4, 3, 3)
  for (name in c("inv", "q", "exponential", "product", "pseudoinverse", "cholesky", "svd", "lu")) {
    y <- stacked[[name]](torch_tensor(x, dtype = torch_float()))
    expect_equal(y$dtype$name, "float")
    expect_equal(as_array(y), as_array(stacked[[name]](torch_tensor(x))), tolerance = 1e-5, info = name)
  }
})

test_that("what has no result says so, and of which matrix", {
  x <- array(rep(diag(2), each = 3), c(3, 2, 2))
  x[2, , ] <- 0
  expect_error(linalg_inv(x), "of matrix 2 of 3: the matrix is singular", class = "gradtape_error")
  expect_error(linalg_cholesky(-x), "of matrix 1 of 3: the matrix is not positive definite")
  expect_error(linalg_svd(x / 0), "of matrix 1 of 3: the matrix holds NaN or Inf")
  expect_error(linalg_solve(x, array(1, c(2, 2, 1))), "cannot be expanded", class = "gradtape_shape_error")
  expect_error(linalg_solve(diag(2), array(1, c(3, 4, 1))), "number of rows", class = "gradtape_shape_error")
  expect_error(linalg_inv(1:3), "square matrix", class = "gradtape_shape_error")
  expect_error(linalg_qr(1:3), "`A` must be a matrix", class = "gradtape_shape_error")
  expect_error(linalg_qr(x, "full"), "`mode` must be")
  expect_error(linalg_lstsq(diag(2), 1:2, driver = "qr"), "`driver` must be")
  expect_error(linalg_pinv(diag(2), rtol = -1), "`rtol` must hold numbers of at least 0")
  expect_error(linalg_matrix_power(diag(2), 0.5), "`n` must be one whole number")
  expect_error(linalg_norm(x, 1), "needs `dim`")
  expect_error(linalg_tensorsolve(array(1, c(2, 3, 4)), 1:2), "cannot be solved")
  expect_error(torch_lu_solve(1:2, diag(2), c(3L, 1L)), "pivots are from 1 to 2")
  expect_identical(as.numeric(linalg_cholesky_ex(-x)$info), c(1, 1, 1))
  expect_identical(as.numeric(linalg_inv_ex(x)$info), c(0, 1, 0))
  expect_true(all(is.nan(as_array(linalg_inv_ex(x)$inverse)[2, , ])))
  expect_identical(as.numeric(linalg_cond(x, 1)), c(1, Inf, 1))
  expect_error(linalg_inv_ex(x, check_errors = TRUE), "singular")
})

test_that("at points without a derivative the rule of the help page holds", {
  grad_at <- function(f, x) {
    leaf <- torch_tensor(x, requires_grad = TRUE)
    f(leaf)$sum()$backward()
    as_array(leaf$grad)
  }
  # equal singular values: their sum has a gradient all the same
  expect_equal(grad_at(linalg_svdvals, diag(3) * 2), diag(3))
  expect_equal(grad_at(linalg_eigvalsh, diag(3)), diag(3))
  # rank 1: the gradient of the singular value that is not 0 is finite
  rank1 <- outer(c(1, 2, 2), c(3, 4)) / 15
  largest <- function(x) linalg_svdvals(x)[1]
  expect_equal(grad_at(largest, rank1), rank1, tolerance = 1e-12)
  # the pseudoinverse along matrices of one rank
  expect_equal(grad_at(function(x) linalg_pinv(torch_outer(x[1:3], x[4:5]))^2, c(1, 2, 2, 3, 4)),
               numeric_gradient(function(v) sum(as_array(linalg_pinv(outer(v[1:3], v[4:5])))^2), c(1, 2, 2, 3, 4)),
               tolerance = 1e-7)
  # a matrix that is only multiplied by zero takes no part
  expect_equal(grad_at(function(x) linalg_det(x) * 0, matrix(0, 3, 3)), matrix(0, 3, 3))
})

test_that("random shapes: factors multiplied are the matrix", {
  set.seed(11)
  for (trial in 1:40) {
    batch <- sample(0:3, sample(0:2, 1), TRUE)
    m <- sample(0:5, 1)
    n <- sample(0:5, 1)
    x <- torch_tensor(array(rnorm(prod(batch) * m * n), c(batch, m, n)))
    qr <- linalg_qr(x, sample(c("reduced", "complete"), 1))
    expect_same(torch_matmul(qr[[1]], qr[[2]]), x, tolerance = 1e-10)
    svd <- linalg_svd(x, full_matrices = FALSE)
    expect_same(torch_matmul(torch_mul(svd[[1]], torch_unsqueeze(svd[[2]], -2)), svd[[3]]), x, tolerance = 1e-10)
    full <- linalg_svd(x)
    expect_same(torch_matmul(torch_transpose(full[[1]], -1, -2), full[[1]]), torch_expand(torch_eye(m), c(batch, m, m)),
                tolerance = 1e-10)
    lu <- torch_lu(x)
    plu <- torch_lu_unpack(lu[[1]], lu[[2]])
    expect_same(torch_matmul(plu[[1]], torch_matmul(plu[[2]], plu[[3]])), x, tolerance = 1e-10)
    p <- linalg_pinv(x)
    expect_same(torch_matmul(torch_matmul(x, p), x), x, tolerance = 1e-9)
  }
})

test_that("the gradient of a Cholesky factor, by blocks, is the formula's", {
  set.seed(4)
  for (n in c(1, 5, 32, 33, 70)) {
    a <- crossprod(matrix(rnorm(n * n), n)) + diag(n)
    g <- matrix(rnorm(n * n), n)
    x <- torch_tensor(a, requires_grad = TRUE)
    sum(linalg_cholesky(x) * g)$backward()
    l <- t(chol(a))
    p <- t(l) %*% g
    p[upper.tri(p)] <- 0
    diag(p) <- diag(p) / 2
    s <- solve(t(l), p) %*% solve(l)
    expect_equal(as.matrix(x$grad), (s + t(s)) / 2, tolerance = 1e-11)
  }
  stack <- function(x) linalg_cholesky(torch_add(torch_matmul(x, torch_transpose(x, -1, -2)), diag(4)))
  expect_true(gradcheck(stack, array(rnorm(48), c(3, 4, 4)))$ok)
})

test_that("a matrix beside as many matrices is a matrix for each of them, also where it could be vectors", {
  set.seed(5)
  for (n in 2:3) {
    l <- array(0, c(n, 2, 2))
    for (k in seq_len(n)) l[k, , ] <- t(chol(crossprod(matrix(rnorm(4), 2)) + diag(2)))
    b <- matrix(rnorm(4), 2)
    inverse <- as.array(torch_cholesky_inverse(torch_tensor(l)))
    solution <- as.array(linalg_solve_triangular(torch_tensor(l), torch_tensor(b), upper = FALSE))
    both <- as.array(torch_cholesky_solve(torch_tensor(b), torch_tensor(l)))
    for (k in seq_len(n)) {
      a <- l[k, , ] %*% t(l[k, , ])
      expect_equal(inverse[k, , ], solve(a))
      expect_equal(solution[k, , ], forwardsolve(l[k, , ], b))
      expect_equal(both[k, , ], solve(a, b))
    }
  }
  expect_false(torch_allclose(torch_tensor(c(1, 2, 3)), torch_tensor(c(1, 2))))
})
