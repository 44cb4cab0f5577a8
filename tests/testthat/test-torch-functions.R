# Functions of torch that are made of others: derivatives of both orders, tapes, methods, arguments, errors.

x <- array(c(0.83, -1.21, 0.4, 1.7, -0.3, 2.2, 0.15, -0.9, 1.1, 0.62, -1.6, 0.27), c(3, 4))

differentiable <- list(
  addmm = function(v) torch_addmm(v, v, torch_matmul(torch_t(v), v), beta = 0.5, alpha = v[1, 1]),
  addr = function(v) torch_addr(v, v[, 1], v[1, ]), cross = function(v) torch_cross(v, v * v),
  einsum = function(v) torch_einsum("ij,kj,il->kl", list(v, v, v)),
  einsum_diagonal = function(v) torch_einsum("ij,ij,...->i...", list(v, v, v[2, ])),
  tensordot = function(v) torch_tensordot(v, v, dims = list(2, 2)),
  multi_dot = function(v) linalg_multi_dot(list(v, torch_t(v), v, v[1, ])),
  roll = function(v) torch_roll(v^2, 2), tile = function(v) torch_tile(v^2, c(2, 1)),
  meshgrid = function(v) torch_meshgrid(list(v[, 1]^2, v[1, ]))[[1]],
  block_diag = function(v) torch_block_diag(list(v^2, v[1, ]^3)),
  diag_embed = function(v) torch_diag_embed(v^3, offset = -1), diagonal = function(v) torch_diagonal(v^3, 1),
  quantile = function(v) torch_quantile(v^2, c(0.2, 0.77), dim = 2), median = function(v) torch_quantile(v^3, 0.5),
  level = function(v) torch_quantile(x[, 1], torch_sigmoid(v)[1, ]),
  kth = function(v) torch_kthvalue(v^3, 2)[[1]], mode = function(v) torch_mode(torch_tile(v, c(1, 2))^2)[[1]],
  cov = function(v) torch_cov(v), corrcoef = torch_corrcoef,
  weighted = function(v) torch_cov(v, aweights = torch_sigmoid(v[1, ])),
  logcumsumexp = function(v) torch_logcumsumexp(2 * v, 2),
  diff = function(v) torch_diff(v^2, prepend = v[, 1, drop = FALSE]^3),
  trapezoid = function(v) torch_trapezoid(v, x = v * v, dim = 1), vander = function(v) torch_vander(v[1, ]),
  cdist = function(v) torch_cdist(v, v[1:2, ] * 2 + 1), pdist = function(v) torch_pdist(v, 3),
  dist = function(v) torch_dist(v, v^2), take = function(v) torch_take(v^2, c(1, 5, 5)),
  index_add = function(v) torch_index_add(v, 2, c(1, 1), v[, 3:4]^2, alpha = 3),
  index_put = function(v) torch_index_put(v^2, list(c(1, 3), c(2, 2)), v[1:2, 1]^3),
  accumulate = function(v) torch_index_put(v^2, list(c(1, 1), c(2, 2)), v[1:2, 1]^3, accumulate = TRUE),
  masked_scatter = function(v) torch_masked_scatter(v, x > 0, v^2), nansum = function(v) torch_nansum(v^2, 1),
  std_mean = function(v) torch_std_mean(v, dim = 2)[[1]], igamma = function(v) torch_igamma(exp(v) + 1, exp(-v) + 2),
  mvlgamma = function(v) torch_mvlgamma(exp(v) + 2, 3), logaddexp2 = function(v) torch_logaddexp2(v, v^2),
  lerp = function(v) torch_lerp(v, v^2, torch_sigmoid(v)), heaviside = function(v) torch_heaviside(v - 0.5, 0.5) * v,
  logit = function(v) torch_logit(torch_sigmoid(v), eps = 0.2)
)

test_that("derivatives of first and second order agree with differences", {
  for (name in names(differentiable)) expect_derivatives(differentiable[[name]], x, name, orders = 2, tolerance = 1e-5)
})

test_that("tapes give the same values and gradients", {
  for (name in names(differentiable)) {
    f <- differentiable[[name]]
    if (!isNamespace(environment(f))) environment(f) <- list2env(list(x = x), parent = globalenv())
    g <- function(v) sum(f(array(v, c(3, 4)))^2)
    environment(g) <- list2env(list(f = f), parent = globalenv())
    t <- tape(g, as.vector(x))
    for (point in list(x, x * 1.03)) {
      leaf <- torch_tensor(point, requires_grad = TRUE)
      value <- sum(f(leaf)^2)
      value$backward()
      expect_equal(t$fn(as.vector(point)), value$item(), tolerance = 1e-12, info = name)
      expect_equal(t$gr(as.vector(point)), as.vector(as_array(leaf$grad)), tolerance = 1e-10, info = name)
    }
  }
})

test_that("a tape looks again where positions depend on the values", {
  g <- function(v) sum(torch_masked_scatter(v, v > 1, v^3)) + torch_quantile(v, 0.3) + sum(v[torch_where(v > 0)[[1]]])
  environment(g) <- new.env(parent = globalenv())
  t <- tape(g, c(0.5, 2, 3, -1))
  for (point in list(c(0.5, 2, 3, -1), c(2, 0.1, -3, 5), c(-1, -2, -3, -4), c(1.5, 1.5, 1.5, 1.5))) {
    expect_equal(t$fn(point), g(torch_tensor(point))$item())
  }
})

test_that("R's functions give the same values", {
  set.seed(5)
  for (trial in 1:20) {
    n <- sample(1:20, 1)
    v <- round(rnorm(n), 1)
    p <- runif(3)
    expect_equal(as.numeric(torch_quantile(v, p)), unname(quantile(v, p)))
    expect_equal(as.numeric(torch_searchsorted(sort(v), c(-1, 0, 1), right = TRUE)), findInterval(c(-1, 0, 1), sort(v)))
    expect_equal(as.numeric(torch_logcumsumexp(v, 1)), log(cumsum(exp(v))))
    expect_equal(as.numeric(torch_mode(v)[[1]]), as.numeric(names(which.max(table(v)))))
    expect_equal(v[as.numeric(torch_mode(v)[[2]])], as.numeric(torch_mode(v)[[1]]))
    k <- sample(n, 1)
    expect_equal(as.numeric(torch_kthvalue(v, k)[[1]]), sort(v)[k])
    m <- matrix(rnorm(3 * n), 3)
    if (n > 1) expect_equal(as_array(torch_cov(m)), cov(t(m)))
    expect_equal(as_array(torch_cdist(m, m)), as.matrix(dist(m)), ignore_attr = TRUE)
    expect_equal(as.numeric(torch_bincount(abs(round(v)) + 1)), as.numeric(tabulate(abs(round(v)) + 1)))
    expect_equal(as.numeric(torch_roll(v, k)), v[(seq_len(n) - 1 - k) %% n + 1])
    expect_equal(as_array(torch_einsum("ij,kj->ik", list(m, m))), m %*% t(m))
  }
})

test_that("any einsum is the sum over its letters", {
  set.seed(8)
  for (trial in 1:60) {
    extent <- c(a = 1L, b = 2L, c = 3L, d = 2L)
    terms <- replicate(sample(3, 1), sample(names(extent), sample(0:3, 1), TRUE), simplify = FALSE)
    used <- unique(unlist(terms))
    result <- sample(used, sample(0:length(used), 1))
    values <- lapply(terms, function(term) array(rnorm(prod(extent[term])), if (length(term)) extent[term] else 1L))
    grid <- as.matrix(expand.grid(lapply(extent[used], seq_len)))
    if (!length(used)) grid <- matrix(0L, 1, 0)
    at <- function(x, term) if (length(term)) x[grid[, term, drop = FALSE]] else rep(x, nrow(grid))
    product <- Reduce(`*`, Map(at, values, terms))
    expected <- array(0, if (length(result)) extent[result] else 1L)
    for (k in seq_len(nrow(grid))) {
      place <- if (length(result)) grid[k, result, drop = FALSE] else 1
      expected[place] <- expected[place] + product[k]
    }
    left <- paste(vapply(terms, paste, "", collapse = ""), collapse = ",")
    equation <- paste0(left, "->", paste(result, collapse = ""))
    tensors <- Map(function(x, term) if (length(term)) torch_tensor(x) else torch_tensor(as.numeric(x)), values, terms)
    y <- torch_einsum(equation, tensors)
    expect_identical(y$shape, unname(extent[result]))
    expect_equal(as.numeric(y), as.vector(expected), info = equation)
  }
})

test_that("floats stay floats", {
  v <- torch_tensor(x, dtype = torch_float(), requires_grad = TRUE)
  for (name in setdiff(names(differentiable), c("level"))) {
    y <- differentiable[[name]](v)
    expect_identical(y$dtype$name, "float", info = name)
    expect_equal(as.numeric(y), as.numeric(differentiable[[name]](torch_tensor(x))), tolerance = 1e-4, info = name)
  }
})

test_that("no overflow, and infinite elements, in cumulative sums of exponentials", {
  expect_equal(as.numeric(torch_logcumsumexp(c(-1000, 0, 1000), 1)), c(-1000, 0, 1000))
  leaf <- torch_tensor(c(-Inf, -Inf, 1, -Inf, 2), requires_grad = TRUE)
  y <- torch_logcumsumexp(leaf, 1)
  y[5]$backward()
  expect_equal(as.numeric(leaf$grad), c(0, 0, exp(1), 0, exp(2)) / (exp(1) + exp(2)))
})

test_that("arguments that torch has", {
  whole <- torch_tensor(c(7L, -7L))
  expect_equal(as.numeric(torch_div(whole, 2L, rounding_mode = "trunc")), c(3, -3))
  expect_equal(torch_div(whole, 2L, rounding_mode = "trunc")$dtype$name, "long")
  expect_equal(as.numeric(torch_div(whole, 2L, rounding_mode = "floor")), c(3, -4))
  expect_equal(torch_sum(c(1.5, 2.5), dtype = torch_long())$item(), 3)
  expect_equal(torch_sum(torch_tensor(c(TRUE, TRUE)), dtype = torch_float())$dtype$name, "float")
  expect_equal(torch_mean(torch_tensor(1:4), dtype = torch_double())$item(), 2.5)
  expect_equal(torch_cumsum(torch_tensor(c(1.5, 1)), 1, dtype = torch_int())$dtype$name, "int")
  expect_equal(torch_prod(c(1.9, 2.9), dtype = torch_long())$item(), 2)
  expect_equal(torch_round(torch_tensor(0.125), decimals = 2)$item(), 0.12)
  expect_equal(torch_zeros(size = list(2, 3))$shape, c(2, 3))
  expect_equal(torch_zeros(list(2, 3))$shape, c(2, 3))
  expect_equal(torch_tensor(1:6)$view(list(2, 3))$shape, c(2, 3))
  expect_equal(torch_reshape(1:6, list(3, 2))$shape, c(3, 2))
  expect_equal(torch_full(list(2), 7)$shape, 2)
  expect_equal(torch_tensor(1)$expand(list(2, 1))$shape, c(2, 1))
})

test_that("functions are methods, and change tensors in place", {
  a <- torch_tensor(matrix(c(4, 1, 1, 3), 2))
  expect_equal(as_array(a$addmm(a, a)), as_array(torch_addmm(a, a, a)))
  expect_equal(a$unbind()[[2]]$shape, 2)
  expect_equal(as.numeric(a$quantile(0.5)), 2)
  expect_equal(as_array(a$pinverse()), solve(as_array(a)))
  expect_equal(dim(a$nonzero()), c(4, 2))
  expect_equal(as_array(a$matrix_exp()), as_array(torch_matrix_exp(a)))
  b <- torch_zeros(2, 2)
  b$index_put_(list(c(1, 2), c(2, 1)), c(5, 6))
  expect_equal(as_array(b), matrix(c(0, 6, 5, 0), 2))
  torch_index_put_(b, list(1, 1), 9)
  expect_equal(b[1, 1]$item(), 9)
  b$index_add_(1, 2, torch_tensor(matrix(1, 1, 2)))
  expect_equal(as_array(b)[2, ], c(7, 1))
  b$clip_(0, 2)$multiply_(3)
  expect_equal(max(as_array(b)), 6)
})

test_that("errors name the argument", {
  expect_error(torch_einsum("ij,jk", list(x)), "names 2 tensors, and `tensors` holds 1")
  expect_error(torch_einsum("ijk->i", list(x)), "names 3 dimensions", class = "gradtape_shape_error")
  expect_error(torch_einsum("ij,jk->ik", list(x, x)), "same letter \"j\"", class = "gradtape_shape_error")
  expect_error(torch_einsum("ij->iq", list(x)), "each letter of the tensors once")
  expect_error(torch_einsum("i1", list(x)), "holds letters")
  expect_error(torch_tensordot(x, x, dims = 1), "do not fit", class = "gradtape_shape_error")
  expect_error(torch_tensordot(x, x, dims = 3), "`dims` must be one whole number")
  expect_error(torch_addmm(1:7, x, t(x)), "cannot be spread", class = "gradtape_shape_error")
  expect_error(torch_cross(1:2, 1:2), "dimension of 3", class = "gradtape_shape_error")
  expect_error(torch_quantile(x, 1.5), "`q` must be")
  expect_error(torch_quantile(x, 0.5, interpolation = "cubic"), "`interpolation` must be")
  expect_error(torch_kthvalue(x, 5), "`k` must be one whole number from 1 to 4")
  expect_error(torch_bincount(c(0, 1)), "`self` must hold whole numbers of at least 1")
  expect_error(torch_take(x, 13), "`index` must hold whole numbers from 1 to 12")
  expect_error(torch_index_put(x, list(1, 2, 3), 1), "for 1 to 2 dimensions, not 3", class = "gradtape_index_error")
  expect_error(torch_index_put(x, list(c(1, 1), 2), c(1, 2)), "no position twice", class = "gradtape_index_error")
  expect_error(torch_index_add(x, 1, 1, x), "`source` must have shape", class = "gradtape_shape_error")
  expect_error(torch_masked_scatter(x, x > 0, 1), "`source` must have at least", class = "gradtape_shape_error")
  expect_error(torch_roll(x, 1:2), "`shifts` must be one number")
  expect_error(torch_movedim(x, 1, 3), "`destination` must be")
  expect_error(torch_tensor_split(x), "`sections` or `indices`")
  expect_error(torch_div(1, 2, rounding_mode = "up"), "`rounding_mode` must be")
  expect_error(torch_logit(0.5, eps = 2), "`eps` must be")
  expect_error(torch_searchsorted(x, 1:3), "sorted vector is needed", class = "gradtape_shape_error")
  expect_error(torch_cdist(x, t(x)), "as many columns", class = "gradtape_shape_error")
  expect_error(torch_diagonal(1:3), "at least 2 dimensions", class = "gradtape_shape_error")
  expect_error(torch_cov(x, fweights = 1:3), "`fweights` must have an element for each")
  expect_error(torch_where(x > 0, 1), "other")
})
