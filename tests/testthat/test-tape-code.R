# Generated code that stands alone gives the tape's numbers.

test_that("programs come out the same alone, without a warning of the compiler", {
  skip_on_cran()
  skip_if_not(has_compiler())
  expect_same_alone(c(programs_to_compile(), list(
    list(function(x) { m <- matrix(x, 2); sum(m[2:1, ] * t(matrix(1:6, 3))) + sum(apply(m, 1, max)) }, as.numeric(1:6)),
    list(function(x) { m <- matrix(x, 2); sum(sweep(m, 2, c(1, 2, 3)) * rowSums(m)) + prod(m) }, as.numeric(1:6)),
    list(function(x) { x[c(3, 1)] <- x[1:2] * 2; sum(x[c(1, 1, 4, 2)] * (1:4)) + sum(rev(cumsum(x))) },
         as.numeric(1:4)),
    list(function(x) { r <- outer(x, x); sum(r[upper.tri(r)]) + sum(diag(r) * c(x, 1)[1:3]) }, c(1, 2, 3)))))
})

test_that("what LAPACK computes comes out the same alone, and so does what sorts and scans", {
  skip_on_cran()
  skip_if_not(has_compiler())
  set.seed(2)
  x <- rnorm(9)
  functions <- list(
    function(x) sum(chol(square(x))^2 * (1:9)),
    function(x) { L <- chol(square(x)); sum(backsolve(L, 1:3, transpose = TRUE)^2) / 2 + sum(log(diag(L))) },
    function(x) sum(solve(square(x), c(1, 2, 3))^2) + sum(solve(square(x))^2) + sum(chol2inv(chol(square(x)))),
    function(x) det(square(x)) / 100 + as.numeric(determinant(square(x))$modulus),
    function(x) { e <- eigen(square(x), symmetric = TRUE); sum(e$values * (1:3)) + sum(e$vectors^4) },
    function(x) { s <- svd(matrix(x, 3)); sum(s$d * (1:3)) + sum(s$u^4) },
    function(x) { q <- linalg_qr(torch_tensor(0) + matrix(x, 3)); sum(q[[1]]^4) + sum(q[[2]]^2) },
    function(x) sum(torch_matrix_exp(matrix(x, 3) / 10)) + norm(matrix(x, 3), "2"),
    function(x) sum(linalg_lstsq(matrix(x, 3), matrix(1:6 / 3, 3))[[1]]^2) + sum(linalg_pinv(matrix(x, 3)[, 1:2])^2),
    function(x) {
      a <- array(c(x, x / 2), c(2, 3, 3))
      sum(linalg_inv(torch_matmul(a, torch_transpose(a, 2, 3)) + array(rep(diag(3), each = 2), c(2, 3, 3)))^2)
    },
    function(x) sum(torch_lu(square(x))[[1]]^2) + mahalanobis(c(1, 2, 3), x[1:3], square(x)),
    function(x) sum(sort(x) * seq_along(x)) + sum(cummax(x)^2) + sum(order(x) * x),
    function(x) sum(filter(x, 0.5, "recursive")^2) + sum(cumprod(x)) + sum(torch_logcumsumexp(x, 1)))
  environment <- list2env(list(square = function(x) matrix(x, 3) %*% t(matrix(x, 3)) + diag(3)), parent = globalenv())
  environment(environment$square) <- globalenv()
  expect_same_alone(lapply(functions, function(f) list(`environment<-`(f, environment), x)), tolerance = 0)
})

test_that("hostile texts and numbers come out the same alone and compiled", {
  skip_on_cran()
  skip_if_not(has_compiler())
  one <- c(0.7, -1.2)
  programs <- list(
    list(function(x) 3 + 0 * x[1], one),
    list(function(x) c(x[1], 2, NA, NaN, Inf, -Inf, -0, 5e-324), one),
    list(function(x) x[0], one),
    list(function(x) sum(x[0]) + sum(matrix(0, 0, 3)) + prod(x[x > 100]) * x[1], one),
    list(function(x) x * -0 + c(-0, 0), one),
    list(function(x) x * 1.7976931348623157e308 * c(1, -10) + 5e-324 * x[1], one),
    list(function(x) ifelse(x > 0, NaN, NA) + x, one),
    list(function(x) {
      s <- x[1]
      k <- c(Inf, -Inf, NaN, NA, -0, 5e-324, 1:60)
      for (i in seq_along(k)) s <- tanh(s) * x[2] + if (i > 4) k[i] else 1 / k[i]
      s
    }, one),
    list(function(p) p[["a\"*/ \\ ??/ ??>"]]^2 + p[["\u00e9\u2028"]] + p[["/* */ // %s %n"]],
         list("a\"*/ \\ ??/ ??>" = 1, "\u00e9\u2028" = 2, "/* */ // %s %n" = 3)),
    list(function(x) sum(sin(1:1e5) * x[1]) + x[2], one),
    list(function(x) { y <- rep(x, 1e5); y[seq(1, 2e5, by = 1000)] <- x[1]; sum(y * y) }, one))
  expect_same_alone(programs, tolerance = 0)
  interpreted <- lapply(programs, function(p) tape(p[[1]], p[[2]]))
  compiled <- lapply(programs, function(p) tape(p[[1]], p[[2]]))
  is_scalar <- vapply(seq_along(programs), function(i) length(interpreted[[i]]$fn(programs[[i]][[2]])) == 1, NA)
  expect_identical(compile_together(compiled[is_scalar], c("value", "gradient", "hvp")), character())
  expect_identical(compile_together(compiled[!is_scalar], c("value", "vjp", "jvp")), character())
  for (i in seq_along(programs)) expect_same_tapes(interpreted[[i]], compiled[[i]], programs[[i]][[2]], i)
})

test_that("a matrix without an inverse is reported, and what has no text is refused by name", {
  skip_on_cran()
  skip_if_not(has_compiler())
  folder <- tempfile("alone_")
  dir.create(folder)
  tape_code(tape(function(x) sum(solve(matrix(x, 5), 1:5)), as.numeric(diag(5))), "value", "inverse", folder)
  writeLines(c("#include \"inverse.h\"", "void call(double *x, int *status)",
               "{ double value, work[INVERSE_WORK]; *status = inverse_value(x, &value, work); }"),
             file.path(folder, "call.c"))
  compiled <- compile_files(folder, c("inverse.c", "call.c"))
  status <- function(x) .C(getNativeSymbolInfo("call", compiled$library), x, 0L)[[2]]
  expect_identical(status(as.numeric(diag(5) + 1)), 0L)
  expect_identical(status(rep(1, 25)), 2L)
  expect_error(tape_code(tape(function(x) sum(pnorm(x)) + besselK(x[1], 1), c(1, 2))), "pnorm.*besselK",
               class = "gradtape_tape_error")
  single <- tape(function(x) sum(torch_tensor(x, dtype = torch_float())^2), c(1, 2))
  expect_error(tape_code(single), "float", class = "gradtape_tape_error")
})

test_that("no name stands for two things in the sources that code is cut from", {
  own <- asNamespace("gradtape")
  definitions <- own$source_definitions()
  text <- trimws(own$without_comments(definitions$text))
  is_function <- grepl("{", text, fixed = TRUE) & !grepl("^(#|typedef)", text)
  names <- unlist(definitions$defines[is_function][!duplicated(text[is_function])])
  expect_gt(length(names), 150)
  expect_identical(names[duplicated(names)], character())
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
