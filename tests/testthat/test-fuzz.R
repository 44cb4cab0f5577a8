# Random programs and hostile calls: see the helpers, and tools/fuzz.R for more of both.

test_that("the comparison finds a wrong derivative", {
  program <- list(parameters = list(x = c(0.3, 0.7)), result = "z",
                  steps = list(list(name = "z", code = quote(sum(sin(x) * wrong(x)))))
  )
  wrong <- autograd_function(function(ctx, x) { ctx$save_for_backward(x); x^2 },
                             function(ctx, g) list(x = 3 * ctx$saved_variables[[1]] * g))
  assign("wrong", function(x) if (is_torch_tensor(x)) wrong(x) else x^2, globalenv())
  on.exit(rm("wrong", envir = globalenv()))
  expect_match(fuzz_check(program, list(c(0.3, 0.7))), "gradient \\| differences")
  expect_match(fuzz_shrink(list(parameters = list(x = 1), result = c("a", "b"), steps = list(
    list(name = "a", code = quote(sin(x))), list(name = "b", code = quote(a + cos(x))))),
    function(p) any(vapply(p$steps, function(s) "cos" %in% all.names(s$code), NA)))$result, "b")
})

test_that("a damaged tensor is an error when it is loaded, or a tensor", {
  tensors <- list(torch_tensor(c(a = 1, b = 2), requires_grad = TRUE),
                  torch_tensor(matrix(1:6 / 2, 2), dtype = torch_float()),
                  torch_tensor(array(1:8, c(2, 2, 2))), torch_tensor(matrix(1, 2, 2), requires_grad = TRUE))
  sum(tensors[[4]]^2)$backward()
  for (x in tensors) expect_identical(fuzz_run_damage(1, 150, x, fuzz_use_tensor), character())
  bytes <- serialize(torch_tensor(c(1, 2)), NULL)
  at <- fuzz_payloads(bytes)[[1]]                      # op, dtype, flags, version, n_inputs, ndim
  bytes[at$from + 4 * 5 + 3] <- as.raw(9)
  expect_error(unserialize(bytes), class = "gradtape_damaged_error")
})

test_that("a tensor that was tracked, or computed, is a plain leaf when it is loaded", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- unserialize(serialize(x * 3, NULL))
  expect_true(y$is_leaf)
  expect_false(y$requires_grad)
  expect_equal(as_array(y), c(3, 6))
  x$grad <- torch_tensor(c(5, 6))
  expect_equal(as_array(unserialize(serialize(x, NULL))$grad), c(5, 6))
  expect_error(x$grad <- x, "its own gradient")
})
