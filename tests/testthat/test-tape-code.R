# Generated code that stands alone gives the tape's numbers.

test_that("programs come out the same alone, without a warning of the compiler", {
  skip_on_cran()
  skip_if_not(has_compiler())
  programs <- c(programs_to_compile(), list(
    list(function(x) { m <- matrix(x, 2); sum(m[2:1, ] * t(matrix(1:6, 3))) + sum(apply(m, 1, max)) }, as.numeric(1:6)),
    list(function(x) { m <- matrix(x, 2); sum(sweep(m, 2, c(1, 2, 3)) * rowSums(m)) + prod(m) }, as.numeric(1:6)),
    list(function(x) { x[c(3, 1)] <- x[1:2] * 2; sum(x[c(1, 1, 4, 2)] * (1:4)) + sum(rev(cumsum(x))) },
         as.numeric(1:4)),
    list(function(x) { r <- outer(x, x); sum(r[upper.tri(r)]) + sum(diag(r) * c(x, 1)[1:3]) }, c(1, 2, 3))))
  folder <- tempfile("alone_")
  dir.create(folder)
  refused <- character()
  tapes <- list()
  for (i in seq_along(programs)) {
    tapes[[i]] <- tp <- tape(programs[[i]][[1]], programs[[i]][[2]])
    what <- if (length(tp$fn(programs[[i]][[2]])) == 1) c("value", "gradient", "hvp") else c("value", "vjp")
    refused[i] <- tryCatch({
      tape_code(tp, what, paste0("fn", i), folder)
      NA
    }, gradtape_tape_error = conditionMessage)
  }
  expect_match(refused[!is.na(refused)], "no C text for the operation \"(solve|inv|trisolve)\"")
  done <- which(is.na(refused))
  expect_gte(length(done), length(programs) - 1)
  compiled <- compile_files(folder, paste0("fn", done, ".c"))
  expect_identical(compiled$warnings, character())
  for (i in done) {
    x <- programs[[i]][[2]]
    tp <- tapes[[i]]
    header <- readLines(file.path(folder, paste0("fn", i, ".h")))
    room <- as.integer(sub(".*_WORK ([0-9]+).*", "\\1", grep("_WORK", header, value = TRUE)))
    run <- function(what, ...) .C(getNativeSymbolInfo(paste0("fn", i, "_", what), compiled$library), ...,
                                  double(room), NAOK = TRUE)
    value <- as.vector(tp$fn(x))
    expect_equal(run("value", x, double(length(value)))[[2]], value, tolerance = 1e-13, info = i)
    if (length(value) == 1) {
      v <- cos(seq_along(x))
      expect_equal(run("gradient", x, 0, double(length(x)))[[3]], tp$gr(x), tolerance = 1e-12, info = i)
      expect_equal(run("hvp", x, v, 0, double(length(x)))[[4]], tp$hvp(x, v), tolerance = 1e-11, info = i)
    } else {
      v <- cos(seq_along(value))
      expect_equal(run("vjp", x, v, value, double(length(x)))[[4]], drop(v %*% tp$jacobian(x)), tolerance = 1e-11,
                   info = i)
    }
  }
})

test_that("the code says where another way would be taken, and bears any name", {
  skip_on_cran()
  skip_if_not(has_compiler())
  folder <- tempfile("alone_")
  dir.create(folder)
  f <- function(p) if (p[["a\"*/ \\"]] > 0) p[["a\"*/ \\"]]^2 else 0
  tape_code(tape(f, list("a\"*/ \\" = 2)), "value", "ways", folder)
  writeLines(c("#include \"ways.h\"", "#include <math.h>", "void call(double *x, int *status)",
               "{ double value, work[WAYS_WORK]; *status = ways_value(x, &value, work); }"),
             file.path(folder, "call.c"))
  compiled <- compile_files(folder, c("ways.c", "call.c"))
  expect_identical(compiled$warnings, character())
  status <- function(x) .C(getNativeSymbolInfo("call", compiled$library), x, 0L)[[2]]
  expect_identical(status(3), 0L)
  expect_identical(status(-3), 1L)
})

test_that("what is asked for is checked", {
  tp <- tape(function(x) x[1] * x[2], c(1, 2))
  for (name in list("for", "1a", "a b", "", "a\"b", "é", strrep("a", 50), 3)) {
    expect_error(tape_code(tp, name = name), "name")
  }
  expect_error(tape_code(tp, "everything"), "what")
  expect_error(tape_code(function(x) x), "tape")
  code <- tape_code(tp, name = "product")
  expect_named(code, c("product.c", "product.h"))
  expect_output(print(code), "product_gradient")
})
