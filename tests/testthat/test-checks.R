# What users read when an argument is wrong.

x <- torch_tensor(c(1, 2))
m <- torch_tensor(matrix(1:4, 2), dtype = torch_double())

test_that("what is no value is named as in the function that was called", {
  expect_error(torch_exp("a"), "`self` must be numeric or a tensor, not \"a\"")
  expect_error(exp(torch_tensor(1)) + NULL, "The right side of `\\+` .* not NULL")
  expect_error("a" * x, "The left side of `\\*` must be")
  expect_error(x < "a", "The right side of `<` must be")
  expect_error(m %*% "a", "`y` must be")
  expect_error(torch_matmul(m, "a"), "`other` must be")
  expect_error(torch_where(x > 0, x, list(1)), "`other` must be .* not a list")
  expect_error(torch_where("a", x, x), "`condition` must be")
  expect_error(torch_clamp(x, max = mean), "`max` must be .* not a function")
  expect_error(nnf_mse_loss(x, "a"), "`target` must be")
  expect_error(nnf_softplus(x, beta = "a"), "`beta` must be")
  expect_error(torch_mean(NULL), "`self` must be .* not NULL")
  expect_error(log(x, "a"), "`base` must be")
  expect_error(with_no_grad(torch_add(x, "a")), "`other` must be")
})

test_that("and so is an element of a list, or of the dots", {
  expect_error(torch_cat(list(x, "a")), "`tensors`: element 2 must be")
  expect_error(torch_stack(list(x, NULL)), "`tensors`: element 2 must be")
  expect_error(max(x, "a"), "Argument 2 of max\\(\\) must be")
  expect_error(c(x, 1, "a"), "Argument 3 of c\\(\\) must be")
  expect_error(x$add("a"), "Argument 1 of x\\$add\\(\\) must be")
})

test_that("an error inside the user's own function names what that called", {
  # (the code of a test counts as the package's own)
  run_as_user <- function(code) eval(substitute(code), new.env(parent = globalenv()))
  expect_error(run_as_user(gradient(function(u) torch_add(u, "a"), 1)), "`other` must be")
  expect_error(run_as_user(sapply(list("a"), function(u) torch_exp(u))), "`self` must be")
})

test_that("dimensions are whole numbers that exist", {
  for (dim in list("a", NA, 1.5, 0, 3, list(1), mean)) {
    expect_error(torch_sum(m, dim), "`dim` must be a whole number from 1 to 2")
    expect_error(nnf_softmax(m, dim), "`dim` must be")
    expect_error(torch_cumsum(m, dim), "`dim` must be a whole number from 1 to 2")
  }
  expect_error(torch_sum(m, c(1, 1)), "different whole numbers")
  expect_error(torch_sum(x, 2), "`dim` must be 1 or -1, not 2")
  expect_error(torch_sum(torch_tensor(1), 2), "must be 1 or -1, not 2")
  expect_error(torch_transpose(m, 1, 3), "`dim1` must be")
  expect_error(torch_flatten(m, "a"), "`start_dim` must be")
  expect_error(torch_permute(m, c(1, 1)), "`dims` must hold different")
  expect_error(torch_permute(m, 1), "`dims` must name each of the 2")
  expect_equal(as.numeric(torch_sum(m, c(1, 2))), 10)
})

test_that("flags are TRUE or FALSE", {
  for (flag in list("a", NA, 1, NULL, c(TRUE, FALSE))) {
    expect_error(torch_sum(m, 1, keepdim = flag), "`keepdim` must be TRUE or FALSE")
    expect_error(torch_max(m, 1, keepdim = flag), "`keepdim` must be TRUE or FALSE")
    expect_error(torch_zeros(2, requires_grad = flag), "`requires_grad` must be TRUE or FALSE")
    expect_error(m[1, , drop = flag], "`drop` must be TRUE or FALSE")
  }
  u <- torch_tensor(1, requires_grad = TRUE)
  y <- u^2
  expect_error(y$backward(retain_graph = "a"), "`retain_graph` must be TRUE or FALSE, not \"a\"")
  expect_error(y$backward(create_graph = NULL), "`create_graph` must be")
  expect_error(autograd_grad(y, u, allow_unused = "a"), "`allow_unused` must be")
  y$backward()
  expect_equal(as.numeric(u$grad), 2)
})

test_that("ranges are told in words, open ends too", {
  expect_error(nn_dropout(1), "`p` must be one number of at least 0 and below 1, not 1")
  expect_error(nnf_huber_loss(x, x, delta = 0), "`delta` must be one number above 0, not 0")
  expect_error(torch_polygamma(1.5, x), "`n` must be one whole number from 0 to 60, not 1.5")
  expect_error(torch_linspace(0, Inf), "`end` must be finite, not Inf")
})

test_that("positions are checked before they pick anything", {
  for (index in list(3, 0, -1, 1.5, NA, "a", NULL)) {
    expect_error(torch_index_select(m, 1, index), "`index` must hold whole numbers from 1 to 2")
    expect_error(torch_gather(x, 1, index), "`index` must hold whole numbers from 1 to 2")
  }
  expect_error(torch_gather(m, 1, c(1, 2)), "`index` must have 2 dimensions")
  expect_error(torch_gather(m, 1, matrix(1, 1, 3)), "`index` has shape \\[1, 3\\], more than")
  expect_error(torch_scatter(m, 1, matrix(3), matrix(0)), "`index` must hold")
  expect_error(torch_scatter_add(m, 1, matrix(1), matrix(0, 2, 2)), "`src` must have the shape of `index`, \\[1, 1\\]")
  expect_error(torch_narrow(m, 1, 2, 2), "go beyond the 2 elements of dimension 1")
  expect_error(torch_narrow(m, 1, "a", 2), "`start` must be one whole number of at least 1")
  expect_error(torch_repeat_interleave(x, "a"), "`repeats` must hold whole numbers")
  expect_error(torch_repeat_interleave(x, 1:3), "`repeats` must have one element, or one for each of the 2")
  expect_equal(as.numeric(torch_repeat_interleave(x, c(2, 1))), c(1, 1, 2))
  expect_length(x[NULL], 0)
})

test_that("subscripts are numbers or logicals, also in assignments", {
  expect_error(x["a"], "has no names, so no element is called 'a'")
  expect_error(x[mean], "subscripted with numbers or logicals, not a function")
  expect_error({y <- m; y["a", 1] <- 1}, "subscripted with numbers or logicals, not \"a\"")
  expect_error({y <- m; y[1, 9] <- 1}, "assignment to a tensor of shape \\[2, 2\\]: subscript out of bounds")
  expect_error({y <- x; dim(y) <- "a"}, "`value` must hold whole numbers")
  expect_error({y <- x; y$data <- "a"}, "`value` must be numeric or a tensor")
})

test_that("masks are logical", {
  expect_error(torch_masked_fill(x, x, 0), "`mask` must be logical or a bool tensor, not a tensor of shape \\[2\\]")
  expect_error(torch_masked_select(m, TRUE), "`mask` must have the shape of `self`")
})

test_that("other arguments are named too", {
  expect_error(torch_triu(m, "a"), "`diagonal` must be one whole number, not \"a\"")
  expect_error(linalg_norm(m, "q"), "`ord` of a matrix must be .* not \"q\"")
  expect_error(linalg_norm(x, "q"), "`ord` must be one number")
  expect_error(round(x, "a"), "`digits` must be one number")
  expect_error(diff(x, lag = NA), "`lag` must be one whole number of at least 1")
  expect_error(torch_expand(m, 2), "`size` must have at least 2 dimensions")
  expect_error(torch_allclose(x, x, rtol = "a"), "`rtol` must be one number")
  expect_error(torch_zeros(2, device = mean), "`device` must be \"cpu\", not a function")
  expect_error(torch_tensor(NA), "NA cannot be held by dtype bool.*torch_double")
  expect_error(x$sni(), "Did you mean .*\\$sin")
  expect_equal(as.numeric(signif(torch_tensor(123.4), 0)), signif(123.4, 0))
})

test_that("files that are not there, or not ours, are named", {
  expect_error(torch_save(x, 1), "`path` must be a file name or a connection, not 1")
  expect_error(torch_save(x, file.path(tempdir(), "no", "such")), "`path`: there is no folder")
  expect_error(torch_load(file.path(tempdir(), "no-such")), "`path`: there is no file")
  file <- tempfile()
  writeLines("text", file)
  expect_error(torch_load(file), "no file that `torch_save\\(\\)`")
})

test_that("an object that only claims to be a tensor is refused, by whatever it meets", {
  for (fake in list(structure(list(), class = "gradtape_tensor"), structure("a", class = "gradtape_tensor"),
                    structure(list(1), class = c("gradtape_bool", "gradtape_tensor")))) {
    uses <- list(print, length, dim, names, format, as.numeric, sum, exp, t, function(x) x + 1, function(x) 1 + x,
                 function(x) x[1],
                 function(x) x$shape, function(x) c(torch_tensor(1), x), torch_tensor, torch_sum, torch_exp, is.na,
                 sort, rev,
                 function(x) torch_cat(list(x)), function(x) optim_sgd(x, lr = 1), function(x) tape(sum, x), str,
                 summary)
    for (use in uses) {
      error <- tryCatch({
        capture.output(value <- use(fake))
        NULL
      }, error = identity)
      if (!is.null(error)) expect_s3_class(error, "gradtape_error")
    }
    expect_match(conditionMessage(tryCatch(sum(fake), gradtape_argument_error = identity)), "that is none")
  }
})

test_that("where R or C needs a number, a tensor is refused by name", {
  x <- torch_zeros(3)
  two <- torch_tensor(2)
  opt <- optim_sgd(torch_tensor(1, requires_grad = TRUE), lr = 0.1)
  expect_error(nn_init_uniform_(x, b = two), "`b` must be a plain number, not a tensor of 2; see `\\$item\\(\\)`")
  expect_error(nn_init_normal_(x, std = two), "`std` must be a plain number")
  expect_error(torch_randint(1, two, 3), "`high` must be a plain number")
  expect_error(torch_manual_seed(two), "`seed` must be a plain number")
  expect_error(linalg_norm(torch_eye(2), two), "`ord` of a matrix must be")
  expect_error(lr_one_cycle(opt, two, 10), "`max_lr` must be one finite number")
})
