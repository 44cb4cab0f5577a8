test_that("the layers of src/ hold, and the core works without R", {
  skip_on_cran()
  root <- normalizePath(test_path("..", ".."))
  skip_if_not(file.exists(file.path(root, "tools", "check-layers.R")), "not in the source tree")
  old <- setwd(root)
  on.exit(setwd(old))
  said <- suppressWarnings(system2(file.path(R.home("bin"), "Rscript"), "tools/check-layers.R", stdout = TRUE,
                                   stderr = TRUE))
  expect_null(attr(said, "status"), info = paste(said, collapse = "\n"))
})
