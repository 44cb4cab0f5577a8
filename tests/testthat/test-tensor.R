test_that("tensors hold what they were given", {
  expect_equal(as.numeric(torch_tensor(c(1, 2, 3))), c(1, 2, 3))
  m <- matrix(1:6 / 2, 2)
  expect_equal(as.matrix(torch_tensor(m)), m)
  a <- array(1:24, 2:4)
  expect_equal(as.array(torch_tensor(a, dtype = torch_double())), a * 1.0)
  expect_equal(torch_tensor(3)$shape, integer())
  expect_equal(length(torch_tensor(numeric())), 0)
  expect_equal(as.matrix(torch_tensor(1:2)), matrix(c(1, 2)))
})

test_that("dtypes are chosen and promoted as documented", {
  expect_equal(torch_tensor(1.5)$dtype, torch_double())
  expect_equal(torch_tensor(1L)$dtype, torch_long())
  expect_equal(torch_tensor(TRUE)$dtype, torch_bool())
  f <- torch_tensor(1.5, dtype = torch_float())
  expect_equal((f * 2)$dtype, torch_float())
  expect_equal((f * torch_tensor(2))$dtype, torch_double())
  expect_equal((torch_tensor(3L) * torch_tensor(2L))$dtype, torch_long())
  expect_equal((torch_tensor(3L) / torch_tensor(2L))$item(), 1.5)
  expect_equal(torch_tensor(c(-1.7, 2.7))$to(dtype = torch_int())$dtype, torch_int())
  expect_equal(as.numeric(torch_tensor(c(-1.7, 2.7))$to(dtype = torch_int())), c(-1, 2))
  expect_equal(torch_tensor(0.1, dtype = torch_float())$item(), 0.1, tolerance = 1e-7)
  expect_false(torch_tensor(0.1, dtype = torch_float())$item() == 0.1)
})

test_that("the default dtype can be set and comes back", {
  old <- torch_set_default_dtype(torch_float())
  expect_equal(torch_tensor(1)$dtype, torch_float())
  torch_set_default_dtype(old)
  expect_equal(torch_tensor(1)$dtype, torch_double())
  expect_error(torch_set_default_dtype(torch_int()), "torch_float\\(\\) or torch_double")
  expect_error(torch_set_default_dtype("half"), "dtype")
})

test_that("no two tensors share changes, nor a tensor and a vector", {
  v <- c(1, 2)
  x <- torch_tensor(v)
  y <- x$detach()
  w <- as.numeric(x)
  x$add_(1)
  expect_equal(v, c(1, 2))
  expect_equal(w, c(1, 2))
  expect_equal(as.numeric(y), c(1, 2))
  z <- x
  z$add_(1)
  expect_equal(as.numeric(x), c(3, 4))
})

test_that("saving keeps values, gradient and identity", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  sum(x^2)$backward()
  both <- unserialize(serialize(list(x, x), NULL))
  expect_equal(as.numeric(both[[1]]$grad), c(2, 4))
  expect_true(both[[1]]$requires_grad)
  with_no_grad(both[[1]]$add_(1))
  expect_equal(as.numeric(both[[2]]), c(2, 3))
  expect_equal(as.numeric((both[[1]] * 2)), c(4, 6))
})

test_that("bad input is named", {
  expect_error(torch_tensor("a"), "`data` must be numeric or a tensor, not \"a\"")
  expect_error(torch_tensor(NULL), "not NULL")
  expect_error(torch_tensor(NA, dtype = torch_int()), "NA cannot be held by dtype int")
  expect_error(torch_tensor(1L, dtype = torch_int(), requires_grad = TRUE), "dtype float or double")
  expect_error(torch_tensor(1, requires_grad = NA), "requires_grad")
  expect_error(torch_tensor(1, device = "cuda"), "CPU")
  expect_error(torch_tensor(1, dtype = "half"), "dtype")
  expect_error(torch_tensor(1) + "a", "The right side of `\\+` must be numeric or a tensor, not \"a\"")
  expect_error(torch_sin("a"), "`self` must be numeric or a tensor, not \"a\"")
  expect_error(torch_tensor(1)$gard, "Did you mean")
  expect_error(torch_tensor(c(1, 2))$item(), "one element")
  expect_error(torch_add(torch_tensor(1:2), torch_tensor(1:3)), "shapes \\[2\\] and \\[3\\] do not fit")
  expect_error(torch_sum(torch_tensor(1:2), dim = 3), "`dim` must be 1 or -1, not 3")
  expect_error(torch_zeros(2, -1), "size")
  expect_error(torch_linspace(0, "1"), "`end` must be one number")
})

test_that("printing shows dtype, shape and values", {
  expect_output(print(torch_tensor(c(1, 2), requires_grad = TRUE)),
                "<tensor> double \\[2\\], requires_grad\n\\[1\\] 1 2")
  expect_output(print(torch_tensor(1:1000)), "and 940 more")
  x <- torch_tensor(1, requires_grad = TRUE)
  expect_output(print(x^2), "from pow")
})

test_that("deparse() leaves a tensor what it is", {
  x <- torch_tensor(matrix(c(1, 2, 3, 4), 2), requires_grad = TRUE)
  f <- function(x) {
    name <- deparse(substitute(x))
    sum(x^2)
  }
  expect_equal(as.numeric(do.call(f, list(x))), 30)
  expect_output(dput(list(x)), "pointer")
  expect_s3_class(x, "gradtape_tensor")
  expect_true(x$requires_grad)
  expect_equal(as_array(x %*% c(1, 1)), matrix(c(4, 6)))
})

test_that("numbers that a whole dtype has no place for are errors, however they come", {
  for (make in list(function(v, dtype) torch_tensor(v, dtype = dtype), function(v, dtype) torch_tensor(v)$to(dtype))) {
    expect_error(make(1e300, torch_int()), "1e\\+300 does not fit dtype int; use torch_double")
    expect_error(make(3e9, torch_int()), "3000000000 does not fit dtype int; use torch_long")
    expect_error(make(-1e19, torch_long()), "does not fit dtype long; use torch_double")
    expect_error(make(-Inf, torch_long()), "-Inf cannot be held by dtype long")
    expect_error(make(c(1, NaN), torch_int()), "NA cannot be held by dtype int")
    expect_equal(as_array(make(c(-2147483647.9, 2.9), torch_int())), c(-2147483647, 2))
    expect_equal(as_array(make(2^53, torch_long())), 2^53)
    expect_equal(as_array(make(c(0, 0.5), torch_bool())), c(FALSE, TRUE))
  }
})

test_that("shapes with a dimension of 0 are bounded too", {
  e <- torch_zeros(0, 2147483647)
  expect_equal(e$shape, c(0L, 2147483647L))
  expect_error(torch_cat(list(e, e), 2), "2\\^31")
  expect_error(torch_zeros(0, 2147483647, 2), "too large")
  expect_error(torch_zeros(3e9, 0), "too large")
  expect_error(torch_unsqueeze(e, 1)$expand(c(2, 0, 2147483647)), "2\\^31")
  expect_error(torch_permute(torch_zeros(2, 0, 1073741823), c(3, 1, 2))$reshape(c(2147483646, 2, 0)), "2\\^31")
})

test_that("an object that only claims to be a tensor is told so", {
  for (fake in list(structure(list(), class = "gradtape_tensor"), structure(function() 1, class = "gradtape_tensor"))) {
    for (use in list(torch_digamma, print, format, length, function(x) x + 1, function(x) 1 - x, function(x) x$shape,
                     function(x) x[1], sum, function(x) torch_tensor(1) * x,
                     function(x) torch_zeros(2, requires_grad = x))) {
      error <- tryCatch(use(fake), error = identity)    # (expect_error() would look at it itself)
      expect_s3_class(error, "gradtape_error")
      expect_match(conditionMessage(error), "none|must be")
    }
  }
})
