# Random programs whose sizes coincide, run in all ways: see the helper, and tools/fuzz.R for more of them.

test_that("loops over rows, stacks and matrices of coinciding sizes are what R makes of them", {
  skip_if_not_installed("Matrix")
  for (k in 1:12) {
    set.seed(k)
    ways <- c("straight", "saved", sample(setdiff(shape_ways, c("straight", "saved")), 2))
    expect_null(shape_run(1, k, function() ways, seconds = 0), info = k)
  }
})

test_that("the comparison finds a wrong value, and makes its program smaller", {
  code <- quote(function(x) {
    s1 <- 0
    for (i in seq_along(x)) s1 <- s1 + wrong(x[i]) * x[1]
    s1 + sum(cos(x))
  })
  assign("wrong", function(x) if (is_torch_tensor(x)) 3 * x else 2 * x, globalenv())
  assign("wrong", function(x) 2 * x, fuzz_reference)
  on.exit(rm("wrong", envir = globalenv()))
  on.exit(rm("wrong", envir = fuzz_reference), add = TRUE)
  fails <- function(code) grepl("tape value | R", shape_check(code, list(), c(1, 2), ways = "straight"), fixed = TRUE)
  expect_true(fails(code))
  expect_false("cos" %in% all.names(shape_shrink(code, fails, 5)))
})
