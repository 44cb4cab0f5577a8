# What code written for torch asks of classes and dtypes.

test_that("objects inherit from torch's classes", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  loaded <- unserialize(serialize(x, NULL))
  for (y in list(x, x * 2, x > 1, x$detach(), torch_tensor(1:2), torch_tensor(TRUE), loaded)) {
    expect_true(inherits(y, "torch_tensor"))
    expect_true(inherits(y, "gradtape_tensor"))
    expect_true(methods::is(y, "torch_tensor"))
  }
  expect_false(inherits(1, "torch_tensor"))
  expect_true(inherits(nn_linear(2, 1), "nn_module"))
  opt <- optim_sgd(x, lr = 1)
  expect_true(inherits(opt, "torch_optimizer"))
  expect_true(inherits(lr_step(opt, 2), "lr_scheduler"))
  own <- optimizer("own", initialize = function(params) super$initialize(params, list()))(x)
  expect_identical(class(own)[c(1, length(class(own)))], c("own", "R6"))
  expect_true(inherits(own, "torch_optimizer"))
  expect_true(inherits(x$dtype, "torch_dtype") && inherits(x$device, "torch_device"))
})

test_that("methods for torch_tensor are found", {
  describe <- function(x) UseMethod("describe")
  describe.torch_tensor <- function(x) "a tensor"
  describe.default <- function(x) "something else"
  x <- torch_tensor(c(1, 2))
  expect_identical(c(describe(x), describe(x > 1), describe(1)), c("a tensor", "a tensor", "something else"))
})

test_that("where torch registers a method for one of R's functions, we have our own, which R finds first", {
  # its C++ code would take a tensor of ours, if the class attribute said torch_tensor, for a pointer of its own
  expect_identical(attr(torch_tensor(1), "class"), "gradtape_tensor")
  operators <- c("!", "!=", "%%", "%/%", "&", "*", "+", "-", "/", "<", "<=", "==", ">", ">=", "[", "[<-", "^", "|")
  functions <- c("abs", "acos", "as.array", "as.complex", "as.double", "as.integer", "as.logical", "as.matrix", "asin",
                 "atan", "ceiling", "cos", "cosh", "cumsum", "dim", "exp", "expm1", "floor", "head", "length", "log",
                 "log10", "log1p", "log2", "max", "mean", "min", "print", "prod", "round", "sign", "sin", "sinh",
                 "sqrt", "str", "sum", "tail", "tan", "tanh", "trunc")
  registered <- getNamespaceInfo("gradtape", "S3methods")
  ours <- function(class) registered[registered[, 2] == class, 1]
  expect_setequal(setdiff(c(operators, functions, ".DollarNames", "$", "$<-"), ours("gradtape_tensor")), character())
  expect_setequal(setdiff(c("$", "$<-", "[[", "[[<-", ".DollarNames", "names", "print"), ours("gradtape_nn_module")),
                  character())
})

test_that("dtypes are compared and given by name", {
  x <- torch_tensor(c(1, 2), dtype = torch_float())
  expect_true(x$dtype == torch_float())
  expect_true(x$dtype != torch_double())
  expect_true(x$dtype == "float32" && "float" == x$dtype)
  expect_error(x$dtype == NULL, "not NULL")
  expect_error(x$dtype == 32, "must be a dtype such as")
  names <- c(double = "double", float64 = "double", Float = "float", float32 = "float", long = "long", int64 = "long",
             int = "int", int32 = "int", bool = "bool")
  for (name in names(names)) expect_identical(torch_ones(2, dtype = name)$dtype$name, names[[name]])
  expect_identical(x$to("float64")$dtype, torch_double())
  expect_identical(x$to(dtype = "float"), x)
  expect_error(torch_ones(2, dtype = "float16"), "or its name, not \"float16\"")
  expect_identical(torch_set_default_dtype("float"), torch_double())
  expect_identical(torch_set_default_dtype("double"), torch_float())
  expect_output(print(torch_double()), "torch_Double")
  expect_true(torch_float()$is_floating_point && !torch_long()$is_floating_point)
  expect_true(is_torch_dtype(torch_int()) && !is_torch_dtype("int"))
  expect_true(torch_is_floating_point(x) && !torch_is_floating_point(x > 1))
})

test_that("numbers of dtypes", {
  expect_identical(1 + torch_finfo(torch_double())$eps > 1, TRUE)
  single <- torch_finfo("float")
  near_one <- torch_tensor(1 + c(1, 0.49) * single$eps, dtype = "float")
  expect_identical(as.numeric(near_one) > 1, c(TRUE, FALSE))
  largest <- torch_tensor(c(single$max, single$max * (1 + 1e-7)), dtype = "float")
  expect_identical(is.finite(as.numeric(largest)), c(TRUE, FALSE))
  expect_identical(torch_iinfo("int")$max, 2147483647)
  expect_error(torch_finfo("int"), "float or double, not int")
  expect_error(torch_iinfo(NULL), "int or long, not NULL")
})

test_that("the dtype of an operation", {
  kinds <- c("bool", "int", "long", "float", "double")
  for (i in seq_along(kinds)) {
    x <- torch_ones(2, dtype = kinds[i])
    for (k in seq_along(kinds)) {
      y <- torch_ones(2, dtype = kinds[k])
      expect_identical(torch_result_type(x, y)$name, kinds[max(i, k)])
      if (i != 1) expect_identical(torch_result_type(x, y), (x + y)$dtype)
    }
    if (i != 1) for (y in list(TRUE, 1L, 1.5)) expect_identical(torch_result_type(x, y), (x + y)$dtype)
  }
})

test_that("the first and the last elements", {
  x <- torch_tensor(c(a = 1, b = 2, c = 3), requires_grad = TRUE)
  m <- torch_tensor(matrix(1:6, 3))
  for (n in c(0, 2, -1, 9)) {
    expect_identical(as.array(head(m, n)), head(matrix(as.numeric(1:6), 3), n))
    expect_identical(as.array(tail(m, n, keepnums = FALSE)), tail(matrix(as.numeric(1:6), 3), n, keepnums = FALSE))
    expect_identical(names(head(x, n)), names(head(c(a = 1, b = 2, c = 3), n)))
  }
  sum(tail(x, 2)^2)$backward()
  expect_equal(as.numeric(x$grad), c(0, 4, 6))
  expect_identical(as.logical(head(x > 1, 2)), c(FALSE, TRUE))
})
