# Functions that stand for R's: their arguments are R's, and their values too.

# Operators and members, of which R has no arguments to compare; our own arguments in printing.
other_methods <- c("$", "$<-", "[", "[<-", "[[", "[[<-", "compare_proxy", "print", "format", "str", ".DollarNames")

# What a mask does with tensors; NULL where it is written otherwise.
method_behind <- function(mask) {
  home <- environment(mask)
  if (is.function(home$fun)) home <- environment(home$fun)       # what a higher-order function calls
  if (!identical(home, asNamespace("gradtape"))) home$method
}

test_that("methods have R's arguments, in R's order", {
  forwarded <- c("rep_len", "rep.int", "summary")               # all that is given goes to R's function
  more <- c("round", "crossprod", "tcrossprod")                  # `...`, which newer versions of R have
  for (name in setdiff(s3_methods(), c(forwarded, other_methods))) {
    ours <- names(formals(get(paste0(name, ".gradtape_tensor"), asNamespace("gradtape"))))
    theirs <- names(r_arguments(name))
    if (name %in% more) theirs <- union(theirs, "...")
    expect_identical(ours, theirs, info = name)
  }
})

test_that("masks have R's arguments, in R's order", {
  for (name in ls(masks, all.names = TRUE)) {
    method <- method_behind(masks[[name]])
    if (is.null(method) || name %in% c("as.numeric", "as.double", "as.matrix")) next
    expect_identical(names(formals(with_arguments_of(name, method))), names(r_arguments(name)), info = name)
    expect_true(all(names(formals(method)) %in% names(r_arguments(name))), info = name)
  }
  # those that are written whole; the others pass all they are given to R's function or refuse it
  for (name in c("ifelse", "sapply", "vapply", "mapply", "unlist")) {
    expect_identical(names(formals(masks[[name]])), names(r_arguments(name)), info = name)
  }
})

test_that("an argument that has no version for tensors is an error unless it has R's default", {
  x <- torch_tensor(c(1, 2))
  n <- 0
  for (name in ls(masks, all.names = TRUE)) {
    method <- method_behind(masks[[name]])
    if (is.null(method) || name %in% c("as.numeric", "as.double", "as.matrix")) next
    whole <- with_arguments_of(name, method)
    for (arg in setdiff(names(r_arguments(name)), c(names(formals(method)), "..."))) {
      strange <- stats::setNames(list("strange"), arg)
      expect_error(do.call(whole, c(list(x), strange)), arg, class = "gradtape_argument_error", info = name)
      n <- n + 1
    }
    if ("..." %in% setdiff(names(r_arguments(name)), names(formals(method)))) {
      expect_error(whole(x, strange = 1), "no argument `strange`", class = "gradtape_argument_error", info = name)
    }
  }
  expect_gt(n, 10)
  on_tensor <- function(fn) tensor_function(fn)(torch_tensor(matrix(c(2, 1, 1, 3), 2)))
  expect_equal(as_array(on_tensor(function(x) cov(x, method = "pearson"))), cov(matrix(c(2, 1, 1, 3), 2)))
  expect_error(on_tensor(function(x) cov(x, method = "kendall")),
               "`cov\\(\\)` of a tensor takes `method` only as \"pearson\"")
  expect_error(on_tensor(function(x) dt(x, 3, ncp = 1)), "no version with `ncp`")
  expect_error(on_tensor(function(x) dgamma(x, 2, rate = 1, scale = 2)), "not both")
  expect_error(chol(torch_tensor(diag(2)), pivot = TRUE), "only as FALSE")
  expect_error(solve(torch_tensor(diag(2)), tol = 0.1), "`tol`")
  expect_equal(as_array(solve(torch_tensor(diag(2)), tol = 1e-30)), diag(2))
})

test_that("summaries of a tensor and a list are refused", {
  for (f in list(sum, prod, max, min, range, any, all)) {
    expect_error(f(torch_tensor(1), 1, list(2)), "Argument 3 of .* must be numeric or a tensor, not",
                 class = "gradtape_argument_error")
  }
})

test_that("sum(x, dim = 1) is not a sum with 1 added", {
  x <- torch_tensor(matrix(1:6 + 0, 2))
  for (f in list(sum, prod, max, min, range, any, all, mean, median)) for (masked in c(TRUE, FALSE)) {
    calls <- list(function(x) f(x, dim = 1), function(x) f(x, keepdim = TRUE))
    for (call in calls) {
      expect_error(call(x), "takes no argument `(dim|keepdim)`, as R's has none", class = "gradtape_argument_error")
    }
  }
  total <- tensor_function(function(x) sum(0, x, dim = 1))
  expect_error(total(x), "torch_sum\\(x, dim = 1\\)")
  expect_error(sum(x, dim = 1), "torch_sum\\(x, dim = 1\\)")
  expect_equal(do.call(sum, list(a = x, b = 2))$item(), 23)
  expect_equal(as_array(torch_sum(x, dim = 1)), c(3, 7, 11))
  for (dim in list(new.env(), "1", list(1), TRUE, quote(a))) {
    expect_error(torch_sum(x, dim = dim), "`dim` must")
    expect_error(torch_argmax(x, dim = dim), "`dim` must")
  }
})

test_that("what R understands is understood", {
  same <- function(fn, x) {
    on_numbers <- fn(x)
    on_tensor <- tensor_function(fn)(torch_tensor(x))
    expect_equal(as_array(on_tensor), on_numbers, info = deparse1(body(fn)))
  }
  x <- c(3, 1, NaN, 2, 8, 5)
  l <- matrix(c(2, 1, 3, 0, 1, 4, 0, 0, 2), 3)
  same(function(x) mean(x, 0.2, TRUE), x)
  same(function(x) mean(x[-3], 1), x)
  same(function(x) matrix(x, 2, 3, TRUE), x)
  same(function(x) matrix(by = TRUE, nc = 2, data = x), x)
  same(function(x) matrix(x, , 2), x)
  same(function(x) pmax(x, 2, na.rm = TRUE), x)
  same(function(x) pmin(x, c(2, 9), na.rm = FALSE), x)
  same(function(x) range(x, finite = TRUE), x)
  same(function(x) sort(x, TRUE, FALSE), x)
  same(function(l) forwardsolve(l, c(1, 2, 3), 2), l)
  same(function(l) backsolve(t(l), c(1, 2, 3), 2, transpose = TRUE), l)
  same(function(l) chol2inv(l, size = 2), l)
  same(function(l) rowSums(array(l, c(3, 1, 3)), dims = 2), l)
  same(function(l) aperm(l, resize = FALSE), l)
  same(function(l) svd(l, nu = 0)$d, l)
  expect_null(tensor_function(function(l) svd(l, nu = 0)$u)(torch_tensor(l)))
  same(function(l) diag(l[, 1], 3, 4), l)
})

test_that("random calls of R's functions give on tensors and on a tape what they give on numbers", {
  old <- if (exists(".Random.seed", globalenv())) get(".Random.seed", globalenv())
  checked <- long_conditions()
  on.exit({
    if (!is.null(old)) assign(".Random.seed", old, globalenv())
    long_conditions(checked)
  })
  set.seed(11)
  calls <- all_calls()
  refused <- list()
  for (name in names(calls)) {
    results <- lapply(1:6, function(k) compared_call(name, calls[[name]], if (k %% 2) eager_outcome else taped_outcome))
    wrong <- unlist(Filter(is.character, results))
    expect_identical(wrong, NULL)
    refused[[name]] <- all(vapply(results, inherits, NA, "refused"))
  }
  expect_identical(setdiff(names(which(unlist(refused))), names(refusal_masks())), character())
})
