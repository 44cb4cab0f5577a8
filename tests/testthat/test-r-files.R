# The files of R code stand in layers.

test_that("files of R code form no cycle", {
  skip_if_not_installed("codetools")
  files <- r_files()
  skip_if(is.null(files), "no sources")
  graph <- file_graph(parsed_files(files), used_names)
  expect_gt(sum(lengths(graph)), 100)
  knot <- knotted(graph)
  expect_identical(knot, character(), info = paste(vapply(knot, function(file) {
    edges <- graph[[file]][intersect(names(graph[[file]]), knot)]
    paste0(file, " -> ", paste0(names(edges), " (", vapply(edges, paste, "", collapse = " "), ")", collapse = ", "))
  }, ""), collapse = "\n"))
})

test_that("no file of R code needs another to be read before it", {
  files <- r_files()
  skip_if(is.null(files), "no sources")
  parsed <- parsed_files(files)
  expect_false(anyDuplicated(names(owners(parsed))) > 0)
  needs <- unlist(file_graph(parsed, names_at_load))
  expect_identical(unname(needs), NULL)
})

test_that("a cycle is found, and local variables are no edges", {
  skip_if_not_installed("codetools")
  folder <- folder_of(
    a.R = "f <- function(x) { g <- 1; g + x }\nh <- function() f(1)",
    b.R = "g <- function() h()\nk <- function() abort('{word(1)}')",
    c.R = "word <- function(x) x\ntable <- list(k)"
  )
  parsed <- parsed_files(list.files(folder, full.names = TRUE))
  graph <- file_graph(parsed, used_names)
  expect_identical(graph$a.R, stats::setNames(list(), character()))
  expect_identical(graph$b.R, list(a.R = "h", c.R = "word"))
  expect_identical(knotted(graph), c("b.R", "c.R"))
  expect_identical(unlist(file_graph(parsed, names_at_load)), c(c.R.b.R = "k"))
})
