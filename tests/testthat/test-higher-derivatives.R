# Derivatives of order 1, 2 and 3 against finite differences of the order below.

test_that("functions of one tensor", {
  anywhere <- c(-0.83, 0.37, 1.61)
  positive <- c(0.43, 0.9, 2.7)
  inside <- c(-0.61, 0.23, 0.57)
  cases <- list(
    anywhere = c("neg", "square", "exp", "exp2", "expm1", "sin", "cos", "sinh", "cosh", "tanh", "atan", "asinh",
                 "sigmoid", "erf", "erfc", "sinc", "i0", "reciprocal", "abs", "frac", "relu"),
    positive = c("sqrt", "rsqrt", "log", "log2", "log10", "log1p", "lgamma", "digamma"),
    inside = c("asin", "acos", "atanh", "erfinv", "tan")
  )
  for (domain in names(cases)) {
    for (name in cases[[domain]]) {
      expect_derivatives(getExportedValue("gradtape", paste0("torch_", name)), get(domain), name)
    }
  }
  expect_derivatives(torch_logit, c(0.2, 0.5, 0.7), "logit")
  expect_derivatives(torch_acosh, c(1.6, 2.5, 4), "acosh")
  for (f in list(nnf_softplus, nnf_logsigmoid, nnf_silu, nnf_gelu, nnf_elu)) {
    expect_derivatives(f, anywhere, deparse(body(f))[2])
  }
})

test_that("functions of two tensors", {
  x <- matrix(c(0.7, 1.3, 0.4, 1.9, 2.2, 0.6), 2)
  two <- function(f) function(x) f(x[1, ], x[2, ])
  for (name in c("add", "sub", "mul", "div", "pow", "atan2", "hypot", "logaddexp", "xlogy", "maximum", "minimum",
                 "fmax", "fmin")) {
    expect_derivatives(two(getExportedValue("gradtape", paste0("torch_", name))), x, name)
  }
  expect_derivatives(two(function(a, b) a %% b), x, "%%")
})

test_that("reductions, scans and shapes", {
  x <- matrix(c(0.7, -1.3, 0.4, 1.9, 0.2, -0.6), 2)
  functions <- list(
    prod = torch_prod, norm = torch_norm, norm3 = function(x) torch_norm(x, 3), var = torch_var, std = torch_std,
    logsumexp = function(x) torch_logsumexp(x, 2), softmax = function(x) nnf_softmax(x, 1),
    cumprod = function(x) torch_cumprod(x, 2),
    cumsum = function(x) torch_cumsum(x^2, 1), sort = function(x) torch_sort(x^3)[[1]],
    amax = function(x) torch_amax(x^3, 1),
    median = function(x) torch_median(x^3), flip = function(x) torch_flip(x^3, 1:2),
    reshape = function(x) torch_reshape(x^3, c(3, 2)),
    cat = function(x) torch_cat(list(x^2, x^3), 2),
    gather = function(x) torch_gather(x^3, 1, torch_tensor(matrix(c(1L, 2L, 2L), 1))),
    replaced = function(x) { x[1, ] <- x[2, ]^3; x * x }, where = function(x) torch_where(x > 0, x^3, exp(x))
  )
  for (name in names(functions)) expect_derivatives(functions[[name]], x, name)
})

test_that("linear algebra", {
  set.seed(5)
  a <- matrix(rnorm(9), 3) + 3 * diag(3)
  symmetric <- function(f) function(x) f((x + t(x)) / 2)
  functions <- list(
    det = linalg_det, inv = linalg_inv, logdet = torch_logdet, solve = function(x) linalg_solve(x, x[, 1]^2),
    solve_matrix = function(x) solve(x, x^2),
    triangular = function(x) linalg_solve_triangular(torch_triu(x), x[, 1], upper = TRUE),
    unit = function(x) linalg_solve_triangular(torch_tril(x), x[, 1], upper = FALSE, unitriangular = TRUE),
    cholesky = symmetric(linalg_cholesky), eigvalsh = symmetric(linalg_eigvalsh),
    projector = symmetric(function(x) { v <- linalg_eigh(x)[[2]]; torch_outer(v[, 1], v[, 1]) }),
    svdvals = linalg_svdvals, svdvals_wide = function(x) linalg_svdvals(x[1:2, ]),
    svdvals_tall = function(x) linalg_svdvals(x[, 1:2]),
    polar = function(x) { s <- linalg_svd(x, FALSE); torch_mm(s[[1]], s[[3]]) },
    polar_wide = function(x) { s <- linalg_svd(x[1:2, ], FALSE); torch_mm(s[[1]], s[[3]]) },
    matmul = function(x) torch_matmul(x, torch_t(x)), batched = function(x) torch_matmul(torch_stack(list(x, x^2)), x),
    diag = function(x) torch_diag(x[, 1]^3), trace = function(x) torch_trace(x^3),
    nuclear = function(x) linalg_norm(x, "nuc")
  )
  for (name in names(functions)) expect_derivatives(functions[[name]], a, name, orders = 2, tolerance = 1e-5)
})

test_that("the determinant has a gradient at singular matrices", {
  a <- matrix(c(1, 2, 3, 2, 4, 6, 1, 0, 1), 3)
  expect_true(gradcheck(linalg_det, a)$ok)
  expect_true(gradcheck(linalg_det, matrix(0, 2, 2))$ok)
  expect_error(linalg_inv(a * 0), "singular")
  expect_error(linalg_cholesky(-diag(2)), "not positive definite")
  expect_error(linalg_det(matrix(1, 2, 3)), "square matrix is needed, not shape \\[2, 3\\]")
})

test_that("products with zeros", {
  for (x in list(c(0, 2, -3), c(0, 0, 2), c(0, 0, 0), c(1.5, 0, 2, 0))) {
    expect_derivatives(torch_prod, x, "prod")
    expect_derivatives(function(x) torch_cumprod(x, 1), x, "cumprod")
  }
})

test_that("gradients at random points", {
  set.seed(11)
  domains <- list(
    anywhere = list(c("sin", "cos", "tanh", "exp", "expm1", "erf", "erfc", "sigmoid", "sinc", "i0", "asinh", "square"),
                    function() rnorm(4, sd = 3)),
    positive = list(c("log", "sqrt", "rsqrt", "lgamma", "digamma", "log1p", "reciprocal"),
                    function() 0.2 + rexp(4, 0.3)),
    negative = list(c("lgamma", "digamma"), function() -sample(0:4, 4) - runif(4, 0.2, 0.8)),
    inside = list(c("asin", "acos", "atanh", "erfinv"), function() runif(4, -0.9, 0.9))
  )
  for (d in domains) for (name in d[[1]]) for (k in 1:5) {
    x <- d[[2]]()
    check <- gradcheck(getExportedValue("gradtape", paste0("torch_", name)), x, tolerance = 1e-6, h = 3e-4)
    expect(check$ok, paste(name, paste(format(x), collapse = " "), format(check$difference)))
  }
  for (k in 1:5) {
    a <- matrix(rnorm(16), 4)
    expect_true(gradcheck(linalg_det, a)$ok)
    expect_true(gradcheck(function(x) linalg_solve(x + 4 * diag(4), x[, 1]), a)$ok)
    expect_true(gradcheck(function(x) linalg_cholesky(torch_mm(x, torch_t(x)) + diag(4)), a)$ok)
    expect_true(gradcheck(function(x) linalg_eigvalsh((x + t(x)) / 2), a)$ok)
    expect_true(gradcheck(function(x) linalg_svdvals(x[, 1:3]), a)$ok)
  }
})
