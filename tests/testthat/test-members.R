test_that("every torch_*() of `self` is a method, and elementwise ones work in place", {
  x <- torch_tensor(c(0.3, 0.6))
  for (name in c("sin", "exp", "sqrt", "sigmoid", "erfinv", "lgamma", "logit", "neg", "square", "floor")) {
    expected <- as.numeric(do.call(paste0("torch_", name), list(x)))
    y <- x$clone()
    expect_equal(as.numeric(do.call("$", list(y, name))()), expected, info = name)
    expect_equal(as.numeric(y), c(0.3, 0.6))
    do.call("$", list(y, paste0(name, "_")))()
    expect_equal(as.numeric(y), expected, info = paste0(name, "_"))
  }
  y <- x$clone()
  y$add_(1)$mul_(2)
  expect_equal(as.numeric(y), c(2.6, 3.2))
  y$masked_fill_(y > 3, 0)
  expect_equal(as.numeric(y), c(2.6, 0))
  expect_error(x$sum_(), "no field or method")
  expect_error(x$sinus(), "Did you mean")
})

test_that("only what torch has in place changes a tensor", {
  changing <- grep("_$", names(tensor_members), value = TRUE)
  for (name in c("dot", "trace", "logdet", "equal", "flip", "matmul", "mm", "cholesky", "isnan", "maximum", "outer",
                 "diag", "reshape")) {
    x <- torch_tensor(matrix(c(2, 0, 1, 3), 2))
    expect_error(do.call("$", list(x, paste0(name, "_"))), "no field or method", info = name)
    expect_false(paste0(name, "_") %in% changing)
  }
  x <- torch_tensor(c(1, 2, 3))
  expect_equal(as.numeric(x$cumsum_(1)), c(1, 3, 6))
  expect_equal(as.numeric(x$polygamma_(1)), trigamma(c(1, 3, 6)))
})

test_that("in place, a whole-number tensor takes only what it can hold", {
  x <- torch_tensor(c(3L, 5L))
  expect_equal(as.numeric(x$add_(2)), c(5, 7))
  expect_error(x$div_(2), "dtype long cannot take the value 2.5 in place")
  expect_equal(as.numeric(x), c(5, 7))
  expect_error(x$data <- c(0.5, 1), "cannot take the value 0.5")
  expect_equal(as.numeric(x$copy_(torch_tensor(c(1.9, -1.9)))), c(1, -1))      # as torch does
  mask <- torch_tensor(c(TRUE, FALSE))
  expect_error(mask$add_(1), "dtype bool cannot take the value 2")
  expect_equal(as.logical(mask$logical_not_()), c(FALSE, TRUE))
})

test_that("a copy keeps dtype, names, shape, the sign of zero and the gradient", {
  values <- list(torch_tensor(c(a = TRUE, b = FALSE)), torch_tensor(c(a = 0, b = 1)) > 0,
                 torch_tensor(c(a = 1L, b = 2L)),
                 torch_tensor(c(a = -0, b = 2), dtype = torch_float()), torch_tensor(c(a = -0, b = 2)),
                 torch_tensor(array(-0, 1)), torch_tensor(-0), torch_tensor(matrix(-0, 1, 1)),
                 torch_tensor(matrix(0, 2, 0)))
  for (x in values) {
    same <- function(y) {
      expect_identical(y$dtype$name, x$dtype$name)
      expect_identical(y$shape, x$shape)
      expect_identical(names(y), names(x))
      expect_identical(1 / as.numeric(y), 1 / as.numeric(x))
    }
    same(x$clone())
    same(x$detach())
    same(x$data)
    same(x$to(dtype = x$dtype))
    expect_identical(names(x$double()), names(x))
    expect_identical(x$double()$shape, x$shape)
  }
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- x$clone()
  sum(y * c(3, 4))$backward()
  expect_equal(as.numeric(x$grad), c(3, 4))
  y <- torch_tensor(c(1, 2))
  z <- y$clone()
  z$add_(1)
  expect_equal(as.numeric(y), c(1, 2))
})

test_that("what torch code asks of a tensor", {
  x <- torch_tensor(matrix(1:6 + 0.5, 2))
  expect_equal(x$shape, c(2, 3))
  expect_equal(x$size(), c(2, 3))
  expect_equal(x$size(-1), 3)
  expect_equal(x$ndim, 2)
  expect_equal(x$dim(), 2)
  expect_equal(x$numel(), 6)
  expect_equal(as.numeric(x$t()$shape), c(3, 2))
  expect_equal(as.numeric(x$view(c(-1, 2))[1, ]), c(1.5, 3.5))
  expect_equal(as_array(x$sum(dim = 1)), c(4, 8, 12))
  expect_equal(as_array(x$max(dim = 2)[[2]]), c(3, 3))
  expect_equal(x$max(dim = 2)[[2]]$dtype$name, "long")
  expect_equal(x$argmin()$item(), 1)
  expect_equal(torch_argmax(c(1, 5, 2))$item(), 2)
  expect_equal(x$float()$dtype$name, "float")
  expect_error(x$item(), "one element; this one has 6")
})

test_that("shapes", {
  x <- torch_tensor(array(1:24, c(2, 3, 4)))
  rows_first <- function(a) as.vector(aperm(a))
  expect_equal(rows_first(as_array(torch_reshape(x, c(4, -1)))), rows_first(as_array(x)))
  expect_equal(torch_flatten(x, 2)$shape, c(2, 12))
  expect_equal(as_array(torch_flatten(x, 2))[2, ], rows_first(as_array(x)[2, , ]))
  expect_equal(as_array(torch_permute(x, c(3, 1, 2))), aperm(as_array(x), c(3, 1, 2)))
  expect_equal(torch_transpose(x, 1, -1)$shape, c(4, 3, 2))
  expect_equal(torch_squeeze(torch_unsqueeze(x, -1))$shape, c(2, 3, 4))
  expect_equal(torch_expand(torch_tensor(c(1, 2)), c(3, -1))$shape, c(3, 2))
  expect_equal(vapply(torch_split(x, 2, dim = 3), function(p) p$shape[3], 1L), c(2L, 2L))
  expect_equal(vapply(torch_chunk(torch_arange(1, 5), 2), length, 1L), c(3L, 2L))
  expect_equal(vapply(torch_split(torch_arange(1, 5), c(1, 4)), length, 1L), c(1L, 4L))
  expect_equal(as_array(torch_index_select(x, 2, c(3, 1))), as_array(x)[, c(3, 1), ])
  expect_equal(as_array(torch_repeat_interleave(c(1, 2), 2)), c(1, 1, 2, 2))
  m <- torch_tensor(matrix(c(1, 2, 3, 4), 2))
  expect_equal(as_array(torch_gather(m, 2, torch_tensor(matrix(c(1L, 2L), 2)))), matrix(c(1, 4), 2))
  expect_equal(as_array(torch_scatter_add(torch_zeros(2, 2), 1, torch_tensor(matrix(c(1L, 1L), 1)), torch_ones(1, 2))),
               matrix(c(1, 0, 1, 0), 2))
  expect_equal(as_array(torch_scatter(m, 1, torch_tensor(matrix(c(2L, 1L), 1)), 0)), matrix(c(1, 0, 0, 4), 2))
  top <- torch_topk(torch_tensor(c(3, 9, 5)), 2)
  expect_equal(lapply(top, as.numeric), list(c(9, 5), c(2, 3)))
  expect_error(torch_topk(c(1, 2), 3), "from 0 to 2")
  expect_true(torch_equal(m, as_array(m)))
  expect_false(torch_equal(m, c(1, 2, 3, 4)))
  expect_true(torch_allclose(m, as_array(m) + 1e-9))
  expect_false(m$allclose(as_array(m) + 1))
  expect_equal(as_array(torch_kron(diag(2), m)), kronecker(diag(2), as_array(m)))
  expect_equal(as.numeric(torch_masked_select(m, m > 1)), c(3, 2, 4))
  expect_error(torch_reshape(m, c(3, 2)), "cannot be reshaped")
  expect_error(torch_sum(m, dim = 3), "`dim` must be a whole number from 1 to 2 \\(or -2 to -1\\), not 3")
  expect_error(torch_cumsum(m, 0), "from 1 to 2")
  expect_error(torch_cat(m), "must be a list")
})

test_that("batched products broadcast their leading dimensions", {
  set.seed(1)
  a <- array(rnorm(24), c(2, 3, 4))
  b <- matrix(rnorm(8), 4)
  p <- as_array(torch_matmul(a, b))
  for (k in 1:2) expect_equal(p[k, , ], a[k, , ] %*% b)
  q <- as_array(torch_bmm(a, aperm(a, c(1, 3, 2))))
  for (k in 1:2) expect_equal(q[k, , ], tcrossprod(a[k, , ]))
  expect_equal(torch_matmul(a, rnorm(4))$shape, c(2, 3))
  expect_error(torch_mm(a, b), "must have 2 dimensions, not 3")
  expect_error(torch_dot(c(1, 2), c(1, 2, 3)), "no inner product")
})

test_that("empty tensors", {
  e <- torch_tensor(numeric(), requires_grad = TRUE)
  expect_equal(sum(e)$item(), 0)
  expect_equal(prod(e)$item(), 1)
  expect_equal(length(sort(e)), 0)
  expect_equal(length(cumsum(e)), 0)
  expect_equal(length(c(e, e)), 0)
  expect_equal(as.numeric(c(e, 1)), 1)
  expect_equal(length(rev(e)), 0)
  expect_warning(expect_equal(as.numeric(max(e)), -Inf), "no non-missing arguments to max")
  expect_true(is.na(median(e)))
  expect_equal(torch_matmul(torch_zeros(2, 0), torch_zeros(0, 3))$sum()$item(), 0)
  y <- sum(e^2)
  y$backward()
  expect_equal(e$grad$shape, 0)
})

test_that("float operations compute and return floats", {
  x <- torch_tensor(matrix(c(4, 1, 1, 3), 2), dtype = torch_float(), requires_grad = TRUE)
  for (f in list(linalg_inv, linalg_cholesky, linalg_eigvalsh, linalg_svdvals, torch_lgamma, torch_std,
                 function(x) linalg_solve(x, c(1, 2)), function(x) { x[1, 1] <- 0; x }, torch_logsumexp, nnf_gelu)) {
    y <- f(x)
    expect_equal(y$dtype$name, "float")
    expect_equal(autograd_grad(torch_sum(y), x)[[1]]$dtype$name, "float")
  }
  expect_equal(linalg_det(x)$item(), 11, tolerance = 1e-6)
})

test_that("subscripts with gaps", {
  a <- array(1:24 + 0, c(2, 3, 4))
  x <- torch_tensor(a)
  expect_equal(as_array(x[, , 1]), a[, , 1])
  expect_equal(as_array(x[1, , 2:3]), a[1, , 2:3])
  expect_equal(as_array(x[, 2, , drop = FALSE]), a[, 2, , drop = FALSE])
  expect_equal(as_array(x[]), a)
  expect_equal(x[[2, 1, 3]]$item(), a[[2, 1, 3]])
  expect_equal(as_array(x[, c(TRUE, FALSE, TRUE), -1]), a[, c(TRUE, FALSE, TRUE), -1])
  f <- function(t, ...) t[...]
  expect_equal(as_array(f(x, 1, , 2)), a[1, , 2])
  x[, , 1] <- 0
  a[, , 1] <- 0
  x[[1, 1, 2]] <- 5
  a[[1, 1, 2]] <- 5
  expect_equal(as_array(x), a)
  expect_error(x[1, 2], "2 subscripts were given for a tensor whose number of dimensions is 3")
})

test_that("logsumexp() neither overflows nor loses what is infinite", {
  expect_equal(torch_logsumexp(c(1000, 1000))$item(), 1000 + log(2))
  expect_equal(torch_logsumexp(c(-1000, -1001), 1)$item(), -1000 + log1p(exp(-1)))
  expect_equal(torch_logsumexp(c(-Inf, -Inf))$item(), -Inf)
  expect_equal(torch_logsumexp(c(Inf, 1))$item(), Inf)
  expect_true(is.nan(torch_logsumexp(c(NaN, 1))$item()))
  a <- array(rnorm(24), c(2, 3, 4))
  expect_equal(as_array(torch_logsumexp(a, c(1, 3))), apply(a, 2, function(v) log(sum(exp(v)))))
  expect_equal(as_array(nnf_softmax(a, 2)[1, , 1]), exp(a[1, , 1]) / sum(exp(a[1, , 1])))
})

test_that("$data() and $data are the values without their history, and pass on what is done to them in place", {
  x <- torch_tensor(c(a = 1, b = 2), requires_grad = TRUE)
  for (d in list(x$data, x$data())) {
    expect_false(d$requires_grad)
    expect_identical(as.numeric(d), c(1, 2))
    expect_identical(names(d), c("a", "b"))
    expect_identical(as.numeric(torch_norm(d)^2 + sum(d) + d[2] * d$abs()$max()), 5 + 3 + 4)
    expect_true(is_torch_tensor(d))
  }
  y <- sum(x^2)
  x$data()$sub_(0.5)
  expect_identical(as.numeric(x), c(0.5, 1.5))
  expect_true(x$requires_grad && x$is_leaf)
  x$data$mul_(2)$add_(c(0, 1))
  expect_identical(as.numeric(x), c(1, 4))
  x$data()$zero_()
  expect_identical(as.numeric(x), c(0, 0))
  x$data()$copy_(c(3, 4))
  x$data()$clamp_(max = 3.5)
  expect_identical(as.numeric(x), c(3, 3.5))
  expect_error(y$backward(), "changed in place")
  # what is computed from them is a tensor of its own
  z <- x$data() * 2
  z$zero_()
  w <- x$data()
  names(w) <- c("u", "v")
  w$zero_()
  expect_identical(as.numeric(x), c(3, 3.5))
  # gradients of hand-written steps
  x$grad <- torch_tensor(c(1, 2))
  x$data()$sub_(0.1 * x$grad$data())
  expect_equal(as.numeric(x), c(2.9, 3.3))
  expect_error(torch_sin(structure(function() 1, class = "gradtape_data")), "must be numeric or a tensor")
  expect_identical(tape(function(x) sum(x$data() * x), c(1, 2))$gr(c(1, 2)), c(1, 2))
  m <- torch_tensor(matrix(1:4 / 2, 2))
  expect_identical(as.array(m$data %*% m$data()), as.array(m %*% m))
})

test_that("methods that torch code takes for granted", {
  x <- torch_tensor(matrix(1:6 / 2, 2), dtype = "float", requires_grad = TRUE)
  one <- torch_tensor(1)
  expect_identical(x$contiguous(), x)
  expect_true(x$is_contiguous() && x$is_floating_point() && !x$is_cuda && !x$is_sparse() && !x$is_complex())
  expect_identical(x$stride(), c(3L, 1L))
  expect_identical(c(x$stride(1), x$stride(-1)), c(3L, 1L))
  expect_identical(torch_zeros(2, 3, 4)$stride(), c(12L, 4L, 1L))
  expect_identical(one$stride(), integer())
  expect_identical(one$size(1), 1L)
  expect_identical(x$size(-1), 3L)
  expect_identical(torch_ones(1, 3)$expand_as(x)$shape, c(2L, 3L))
  expect_identical(torch_arange(1, 6)$view_as(x)$shape, c(2L, 3L))
  expect_identical(as.array(torch_arange(1, 6)$reshape_as(x)), matrix(as.numeric(1:6), 2, byrow = TRUE))
  expect_identical(torch_tensor(1:2)$type_as(x)$dtype, torch_float())
  expect_identical(torch_tensor(1:2)$to(other = x)$dtype, torch_float())
  expect_error(x$to(dtype = "int", other = x), "not both")
  expect_false(identical(x$to("float", copy = TRUE), x))
  expect_identical(list(x$long()$dtype, x$int()$dtype, x$bool()$dtype), list(torch_long(), torch_int(), torch_bool()))
  expect_identical(as.array(x$select(2, 3)), c(2.5, 3))
  expect_identical(as.array(x$narrow_copy(2, 2, 2)), as.array(x)[, 2:3])
  expect_identical(lapply(x$split_with_sizes(c(1, 2), 2), function(s) s$shape), list(c(2L, 1L), c(2L, 2L)))
  expect_true(x$is_same_size(x * 2) && !x$is_same_size(x$t()))
  expect_equal(as.numeric(torch_tensor(diag(c(2, 4)))$slogdet()[[2]]), log(8))
  expect_equal(as.array(torch_tensor(diag(c(2, 4)))$inverse()), diag(c(0.5, 0.25)))
  x$set_grad_(torch_ones(2, 3, dtype = "float"))
  expect_equal(as.array(x$grad), matrix(1, 2, 3))
  x$set_grad_(NULL)
  expect_null(x$grad)
  x$set_data(torch_zeros(2, 3))
  expect_equal(as.array(x), matrix(0, 2, 3))
  y <- x * 2
  expect_identical(y$detach_(), y)
  expect_false(y$requires_grad)
  expect_identical(is_undefined_tensor(y), FALSE)
  expect_error(is_undefined_tensor(1), "must be a tensor, not 1")
})

test_that("a scalar is taken for a vector of one element", {
  keep <- list(function(x) x$sum(dim = 1), function(x) x$mean(dim = -1), function(x) torch_logsumexp(x, 1),
               function(x) x$amax(1), function(x) x$max(dim = 1)[[1]], function(x) x$median(dim = 1)[[1]],
               function(x) torch_norm(x, dim = 1), function(x) x$cumsum(1), function(x) x$cumprod(-1),
               function(x) x$sort(1)[[1]], function(x) x$squeeze(1), function(x) x$flip(1),
               function(x) x$transpose(1, 1),
               function(x) torch_cummax(x, 1)[[1]], function(x) x * x$size(1), function(x) x$argmax(dim = 1) * x)
  one <- list(function(x) x$topk(1)[[1]], function(x) x$index_select(1, 1), function(x) x$narrow(1, 1, 1),
              function(x) x$split(1)[[1]], function(x) x$chunk(1)[[1]], function(x) x$unsqueeze(1),
              function(x) x$flatten())
  for (f in c(keep, one)) {
    x <- torch_tensor(2, requires_grad = TRUE)
    y <- f(x)
    expect_identical(y$shape, if (any(vapply(keep, identical, NA, f))) integer() else 1L)
    y$backward()
    expect_identical(c(y$item(), x$grad$item()), c(2, 1))
    expect_identical(tape(f, 3)$gr(3), 1)
  }
  x <- torch_tensor(2)
  expect_identical(as.numeric(torch_cat(list(x, x, torch_tensor(c(1, 2))))), c(2, 2, 1, 2))
  expect_identical(nnf_softmax(x, 1)$item(), 1)
  expect_identical(as.numeric(torch_cumsum(2, 1)), 2)
  expect_error(x$sum(dim = 2), "`dim` must be 1 or -1, not 2")
})

test_that("$sub_() gives what torch_sub() gives, in place, and leaves what shared the elements", {
  others <- list(torch_tensor(c(0.5, -1)), c(0.5, -1), 2, 1:2, torch_tensor(3),
                 torch_tensor(c(1, 2), dtype = torch_float()), c(TRUE, FALSE), torch_tensor(1:2), c(NaN, Inf))
  for (dtype in list(torch_double(), torch_float())) {
    for (other in others) {
      x <- torch_tensor(c(3, 4), dtype = dtype)
      shares <- x$detach()
      expected <- torch_sub(x, other)
      expect_identical(withVisible(x$sub_(other))$visible, FALSE)
      expect_identical(as_array(x), as_array(expected))
      expect_identical(x$dtype$name, dtype$name)
      expect_identical(as_array(shares), c(3, 4))
    }
  }
  x <- torch_tensor(c(a = 3, b = 4))
  x$sub_(x)
  expect_identical(as.vector(as_array(x)), c(0, 0))
  expect_identical(names(x), c("a", "b"))
  x <- torch_tensor(c(3, 4))
  x$data()$sub_(c(1, 1))
  expect_identical(as_array(x), c(2, 3))
  expect_identical(as_array(x$sub_(c(1, 2), alpha = 2)), c(0, -1))
})

test_that("$sub_() is recorded, refused or noticed as other changes in place are", {
  x <- torch_tensor(c(3, 4), requires_grad = TRUE)
  expect_error(x$sub_(c(1, 1)), class = "gradtape_gradient_error")
  y <- x * 2
  y$sub_(x * x)
  sum(y)$backward()
  expect_equal(as_array(x$grad), 2 - 2 * c(3, 4))
  z <- torch_tensor(c(1, 1))
  z$sub_(x)
  sum(z * z)$backward()
  expect_equal(as_array(x$grad), 2 - 2 * c(3, 4) - 2 * (1 - c(3, 4)))
  used <- sum(x * x)
  with_no_grad(x$sub_(c(1, 1)))
  expect_error(used$backward(), class = "gradtape_gradient_error")
  expect_error(torch_tensor(c(1, 2))$sub_(c(1, 2, 3)), class = "gradtape_shape_error")
  expect_error(torch_tensor(1:2)$sub_(0.5), class = "gradtape_dtype_error")
})
