# Sparse derivatives are the dense ones, entry by entry, and nothing outside their pattern is ever other than 0.

skip_if_not_installed("Matrix")

# How the sparse matrix differs from the dense one at x; NULL: in nothing. Both triangles of a dense Hessian are
# computed, and may differ in the last digit.
difference <- function(tp, what, x) {
  dense <- if (what == "hessian") tp$he(x) else tp$jacobian(x)
  sparse <- as.matrix(if (what == "hessian") tp$he(x, sparse = TRUE) else tp$jacobian(x, sparse = TRUE))
  pattern <- as.matrix(tp$sparsity(what, x))
  same <- function(a, b) (a == b) %in% TRUE | is.na(a) & is.na(b)
  near <- function(a, b) same(a, b) | (abs(a - b) <= 1e-12 * (abs(a) + mean(abs(dense[is.finite(dense)])))) %in% TRUE
  c(if (!identical(dim(sparse), dim(dense)) || !identical(dim(pattern), dim(dense))) "dimensions",
    if (!identical(unlist(dimnames(sparse)), unlist(dimnames(dense)))) "names",
    if (!all(dense[!pattern] %in% 0)) "outside the pattern",
    if (any(sparse[!pattern] != 0)) "entries outside the pattern",
    if (!all(if (what == "hessian") same(sparse, dense) | same(sparse, t(dense)) else near(sparse, dense))) "numbers")
}
expect_same <- function(f, x, what = "hessian", at = list(x, x + 0.3 * cos(seq_along(x)), 0 * x), ...) {
  environment(f) <- list2env(list(...), parent = globalenv())
  tp <- tape(f, x)
  for (point in at) expect_null(difference(tp, what, point))
  invisible(tp)
}
products <- function(tp, what) .Call(C_call_tape_sparse, tape_private(tp)$state, what, NULL, NULL)$products

test_that("random programs have the same derivatives sparse and dense", {
  checked <- 0
  for (seed in 1:40) {
    set.seed(seed)
    program <- fuzz_program()
    x <- fuzz_flat(program$parameters)
    par <- if (length(program$parameters) == 1) program$parameters[[1]] else program$parameters
    for (what in c("hessian", "jacobian")) {
      f <- fuzz_function(program, new.env(parent = fuzz_reference), if (what == "hessian") "scalar" else "vector")
      tp <- fuzz_outcome(tape(f, par))
      if (is_fuzz_error(tp) || tape_private(tp)$eager) next
      for (at in list(x, x + stats::rnorm(length(x), 0, 0.2), stats::rnorm(length(x)))) {
        if (is_fuzz_error(fuzz_outcome(tp$jacobian(at)))) next
        expect_null(fuzz_outcome(difference(tp, what, at)), info = paste(seed, what))
        checked <- checked + 1
      }
    }
  }
  expect_gt(checked, 100)
})

# A vector that is mixed in sparse ways, in as many steps.
sparse_program <- function(n, size) {
  half <- n / 2
  variable <- function() sample(c("x", "y", "z"), 1)
  step <- function() {
    a <- variable()
    b <- variable()
    k <- sample.int(n, 1)
    sample(c(
      sprintf("%s * %s[c(%s)]", a, b, toString(sample.int(n, n, TRUE))), sprintf("c(%s[-1], %s[1])", a, b),
      sprintf("sin(%s) + %s^2", a, b), sprintf("%s - c(%s[%d], %s[-%d])", a, b, k, b, k),
      sprintf("{t <- %s; t[%d] <- %s[%d] * 2; t}", a, k, b, sample.int(n, 1)),
      sprintf("{t <- numeric(%d); for (i in 1:%d) t[i] <- %s[i] * %s[%d - i]; t}", n, n, a, b, n + 1),
      sprintf("as.vector(D %%*%% %s)", a), sprintf("rowSums(matrix(%s, %d, 2))[rep(1:%d, 2)] + %s", a, half, half, b),
      sprintf("pmax(%s, %s)", a, b), sprintf("ifelse(%s > 0.1, %s, exp(%s))", a, b, a),
      sprintf("rep(colSums(matrix(%s, 2)), each = 2) * %s", a, b), sprintf("c(t(matrix(%s, 2)))", a),
      sprintf("c(rbind(%s[1:%d], %s[%d:%d]))", a, half, b, half + 1, n),
      sprintf("c(cumsum(%s[1:2]), %s[-(1:2)])", a, b),
      sprintf("outer(%s[1:2], %s[1:%d])[1:%d]", a, b, half, n), sprintf("dnorm(%s, %s[%d], 1, log = TRUE)", a, b, k),
      sprintf("pgamma(abs(%s) + 0.5, 2) * %s", a, b), sprintf("{t <- matrix(%s, 2); t[1, ] <- t[2, ]^2; c(t)}", a),
      sprintf("%s[order(%s)]", a, b), sprintf("apply(matrix(%s, 2), 2, prod)[rep(1:%d, 2)]", a, half),
      sprintf("as.vector(M %%*%% matrix(%s, 2))", a), sprintf("%s / (1 + %s[%d]^2)", a, b, k)), 1)
  }
  c("y <- x", "z <- x", sprintf("%s <- %s", sample(c("y", "z"), size, TRUE), replicate(size, step())))
}

test_that("programs with sparse derivatives have them sparse", {
  ends <- c(hessian = "sum(y^2 * z[1]) + sum(sin(z))", jacobian = "c(y, z[-1] * z[1], sum(z))")
  entries <- nonzero <- 0
  for (seed in 1:60) {
    set.seed(seed)
    n <- 2 * sample(2:6, 1)
    steps <- sparse_program(n, sample(1:6, 1))
    for (what in names(ends)) {
      f <- as.function(c(alist(x = ), as.call(c(quote(`{`), lapply(c(steps, ends[[what]]), str2lang)))))
      difference_of <- diag(n)
      difference_of[cbind(2:n, 1:(n - 1))] <- -1
      tp <- expect_same(f, stats::rnorm(n), what, D = difference_of, M = matrix(c(1, 0, 2, 1), 2))
      x <- stats::rnorm(n)
      entries <- entries + sum(tp$sparsity(what, x))
      nonzero <- nonzero + sum((if (what == "hessian") tp$he(x) else tp$jacobian(x)) != 0)
    }
  }
  expect_lt(entries, 1.15 * nonzero)
})

test_that("few products are enough for well known patterns", {
  chain <- expect_same(chained_rosenbrock, sin(1:20))
  expect_equal(products(chain, "hessian"), 3)
  expect_equal(sum(chain$sparsity()), 20 + 2 * 19)
  loop <- expect_same(function(x) {
    s <- 0
    for (i in seq_along(x)[-1]) s <- s + 100 * (x[i] - x[i - 1]^2)^2 + (1 - x[i - 1])^2
    s
  }, sin(1:20))
  expect_identical(loop$sparsity(), chain$sparsity())
  arrow <- expect_same(function(x) sum(x^3) + x[1] * sum(x^2), sin(1:20))
  expect_equal(products(arrow, "hessian"), 2)
  expect_equal(products(expect_same(function(x) sum(x^3), sin(1:20)), "hessian"), 1)
  expect_equal(products(expect_same(function(x) sum(x)^2, sin(1:20)), "hessian"), 20)
  # of a Jacobian with a full row, and one with a full row and a full column
  expect_equal(products(expect_same(function(x) c(x^2, sum(x)), sin(1:20), "jacobian"), "jacobian"), 2)
  expect_equal(products(expect_same(function(x) c(x[-1]^2 * x[1], sum(x)), sin(1:20), "jacobian"), "jacobian"), 3)
  expect_equal(products(expect_same(function(x) diff(x)^2, sin(1:20), "jacobian"), "jacobian"), 2)
  expect_equal(products(expect_same(function(x) c(sum(x), prod(x)), sin(1:20), "jacobian"), "jacobian"), 2)
})

test_that("sums that grow, and sets that are long, take no square of memory", {
  n <- 3000
  f <- function(x) {
    s <- 0
    total <- 0
    for (i in seq_along(x)) {
      s <- s + x[i]
      total <- total + s / 1000 + x[i]^2
    }
    c(total, s, cumsum(x)[n])
  }
  environment(f) <- list2env(list(n = n), parent = globalenv())
  tp <- tape(f, rep(1, n))
  expect_equal(sum(tp$sparsity("jacobian")), 3 * n)
  expect_null(difference(tp, "jacobian", cos(seq_len(n))))
})

test_that("there are derivatives without entries, and functions of one number", {
  expect_same(function(x) sum(3 * x), c(1, 2, 3))
  expect_same(function(x) 0 * sum(x) + 5, c(1, 2, 3))
  expect_same(function(x) x^3, 2)
  expect_same(function(x) 2 * x, 2)
  expect_same(function(x) rep(1, 3) + 0 * x[1], c(1, 2), "jacobian")
  expect_same(function(x) x[x > 5], c(1, 2), "jacobian")
  expect_same(function(x) x^2, 2, "jacobian")
  expect_same(function(x) sum(floor(x) * 2 + (x > 1)), c(0.5, 1.5))
  names <- expect_same(function(x) c(u = x[["a"]] * x[["b"]], v = x[["b"]]^2), c(a = 1, b = 2, c = 3), "jacobian")
  expect_identical(dimnames(names$jacobian(1:3, sparse = TRUE)), list(c("u", "v"), c("a", "b", "c")))
  expect_identical(dimnames(tape(function(x) sum(x^2), c(a = 1, b = 2))$sparsity()), list(c("a", "b"), c("a", "b")))
  matrix <- expect_same(function(x) sum(diff(x$M)^2) * x$s, list(s = 2, M = matrix(1:6 / 2, 3)),
                        at = list(1:7 / 3, cos(1:7)))
  expect_identical(colnames(matrix$sparsity()), c("s", paste0("M", 1:6)))
})

test_that("infinite and undefined derivatives stand where the dense ones have them", {
  at <- list(c(0, 1, 4, 0), c(4, 0, 0, 0), c(1, 2, 3, 4))
  expect_same(function(x) sum(sqrt(x) * rev(x)), c(1, 2, 3, 4), at = at)
  expect_same(function(x) sqrt(x) * x[c(2, 3, 4, 1)], c(1, 2, 3, 4), "jacobian", at = at)
  expect_same(function(x) c(sqrt(x[1]), sqrt(x[2]) + x[3], x[4]^2, x[4] * sqrt(x[3]), x[1:3]^2), c(1, 2, 3, 4),
              "jacobian", at = at)
  expect_same(function(x) log(x) * c(1, 2, 3, 4) * x[1], c(1, 2, 3, 4), "jacobian", at = c(at, list(c(-1, 1, 1, 1))))
  expect_same(function(x) sum(ifelse(x > 0, x * log(x), 0)), c(1, 2, 3, 4), at = at)
  undefined <- expect_same(function(x) sum(log(x)^2), c(1, 2, 3, 4), at = at)
  expect_equal(as.matrix(undefined$he(c(-1, 1, 1, 1), sparse = TRUE)), diag(c(NaN, 2, 2, 2)))
})

test_that("each way through a function has its own pattern", {
  f <- function(x) if (x[1] > 0) sum(x[-1]^2) else prod(x[-1])
  environment(f) <- globalenv()
  tp <- tape(f, c(1, 2, 3, 4))
  up <- c(1, 2, 3, 4)
  down <- c(-1, 2, 3, 4)
  expect_equal(sum(tp$sparsity()), 3)
  expect_null(difference(tp, "hessian", down))
  expect_equal(sum(tp$sparsity()), 6)
  expect_equal(sum(tp$sparsity(x = up)), 3)
  expect_equal(sum(tp$sparsity(x = down)), 6)
  expect_null(difference(tp, "hessian", up))
  sorted <- expect_same(function(x) sum(sort(x) * x^2), c(3, 1, 2), at = list(c(3, 1, 2), c(1, 2, 3)))
  expect_equal(sum(sorted$sparsity()), 9)                # any element may come anywhere
})

test_that("a loaded tape, and one that runs eagerly, have them too", {
  f <- function(x) sum(x[-1]^2 * x[-4])
  environment(f) <- globalenv()
  tp <- tape(f, c(1, 2, 3, 4))
  before <- tp$he(1:4, sparse = TRUE)
  again <- unserialize(serialize(tp, NULL))
  expect_identical(again$sparsity(), tp$sparsity())
  expect_identical(again$he(1:4, sparse = TRUE), before)
  eager <- function(x) sum(x[-1]^2 * x[-4]) + 0 * sum(x * runif(4))
  environment(eager) <- globalenv()
  tp <- suppressMessages(tape(eager, c(1, 2, 3, 4)))
  expect_true(tape_private(tp)$eager)
  expect_equal(tp$he(1:4, sparse = TRUE), before)
  expect_s4_class(tp$jacobian(1:4, sparse = TRUE), "dgCMatrix")
  expect_error(tp$sparsity(), "runs its function eagerly", class = "gradtape_tape_error")
})

test_that("the Hessian of a weighted sum of the outputs is sparse as well", {
  f <- function(x) c(x[1] * x[2], x[-1]^3, sin(x[4]), sum(x))
  environment(f) <- globalenv()
  x <- c(0.5, -1, 2, 0.3)
  w <- c(1, -2, 0.5, 0, 3, 7)
  tp <- tape(f, x)
  sparse <- tape_sparse(tape_private(tp), "lagrangian", x, w)
  expect_equal(as.matrix(sparse), tape_products(tape_private(tp), "lagrangian", x, diag(4), w))
  expect_equal(length(sparse@x), 4)
})

test_that("errors name the argument", {
  tp <- tape(function(x) sum(x^2), c(1, 2))
  expect_error(tp$he(c(1, 2), sparse = NA), "`sparse` must be TRUE or FALSE")
  expect_error(tp$jacobian(c(1, 2), sparse = "yes"), "`sparse` must be TRUE or FALSE")
  expect_error(tp$he(1, sparse = TRUE), "must have 2 elements")
  expect_error(tp$sparsity("gradient"), "`what` must be")
  expect_error(tp$sparsity(x = c(1, NA)), "must not hold NA")
  vector <- tape(function(x) x^2, c(1, 2))
  expect_error(vector$he(c(1, 2), sparse = TRUE), "returned 2 elements", class = "gradtape_shape_error")
  expect_error(vector$sparsity(), "returned 2 elements", class = "gradtape_shape_error")
})
