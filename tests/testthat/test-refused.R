test_that("functions of torch that are out of scope say so, and what to use", {
  ns <- asNamespace("gradtape")
  names <- ns$refused_names()
  expect_identical(anyDuplicated(names), 0L)
  expect_true(all(names %in% getNamespaceExports("gradtape")))
  for (name in names) {
    said <- paste0("`?", name, "\\(\\)`? is out of the scope of gradtape, which has no .*: .*\\.$")
    expect_error(get(name, ns)(1, x = 2), gsub(" ", "\\s+", said, fixed = TRUE), class = "gradtape_argument_error")
  }
  expect_error(nn_conv2d(1, 8, 3), "no\\s+convolutions\\s+or\\s+pooling")
  expect_error(torch_half(), "torch_float\\(\\)")
})

test_that("what is refused has no other definition", {
  root <- test_path("..", "..", "R")
  skip_if_not(dir.exists(root), "not in the source tree")
  files <- setdiff(list.files(root, full.names = TRUE), file.path(root, "torch_refused.R"))
  defined <- unlist(lapply(files, function(f) {
    lines <- readLines(f)
    sub("^([a-z][a-z0-9_]*) <- .*", "\\1", grep("^[a-z][a-z0-9_]* <- ", lines, value = TRUE))
  }))
  expect_identical(intersect(defined, asNamespace("gradtape")$refused_names()), character())
})
