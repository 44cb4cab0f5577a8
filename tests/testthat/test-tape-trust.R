# A tape is compared with plain numbers, and errors that only tensors cause are told as such.

test_that("a function that treats tensors otherwise has no tape", {
  hidden <- function(p) {
    normal <- tryCatch(length(shapiro.test(p)$p.value), error = function(e) 1e6)
    normal + sum(p)
  }
  asks <- function(p) if (is_torch_tensor(p)) sum(p) else prod(p)
  expect_snapshot(error = TRUE, {
    tape(hidden, c(1, 2, 3))
    tape(asks, c(3, 4))
  })
  old <- options(gradtape.check = FALSE)
  on.exit(options(old))
  expect_equal(tape(hidden, c(1, 2, 3))$fn(c(1, 2, 3)), 1e6 + 6)
})

test_that("the check shows nothing, draws nothing and takes what is no fault", {
  set.seed(1)
  seed <- .Random.seed
  expect_silent(tape(function(p) {
    if (is.numeric(p) && !is_torch_tensor(p)) {
      cat("numbers\n")
      message("numbers")
      warning("numbers")
      rnorm(3)
    }
    sum(p)
  }, c(1, 2)))
  expect_identical(.Random.seed, seed)
  # tensors only; not a number; infinite; beyond the last bit
  expect_equal(tape(function(p) p$sum(), c(1, 2))$gr(c(1, 2)), c(1, 1))
  expect_equal(suppressWarnings(tape(function(p) sum(log(p)), c(-1, 2)))$fn(c(1, 1)), 0)
  expect_equal(tape(function(p) sum(log(p)), c(0, 2))$fn(c(1, 1)), 0)
  expect_equal(tape(function(p) torch_sum(p) * torch_tensor(2), 1)$fn(2), 4)
})

test_that("errors that numbers do not cause name the call and where it stands", {
  user <- new.env(parent = globalenv())
  evalq({
    inner <- function(v) shapiro.test(v)$statistic
    normal <- function(p) sum(inner(p))
    unnamed <- function(p) sum(shapiro.test(p)$statistic)
  }, user)
  refuses <- function(p) {
    check <- function(v) if (typeof(v) != "double" || inherits(v, "gradtape_gone")) stop("v must be double") else v
    check(structure(list(p), class = "gradtape_gone"))
    sum(p)
  }
  expect_snapshot(error = TRUE, {
    tape(user$normal, c(1, 2, 3))
    normal <- user$normal
    gradient(normal, c(1, 2, 3))
    tape(user$unnamed, c(1, 2, 3))
  })
  e <- tryCatch(tape(normal, c(1, 2, 3)), error = identity)
  expect_s3_class(e, "gradtape_tape_error")
  expect_match(conditionMessage(e$parent), "invalid .type.")
  # the user's own errors, and the text of R's that numbers cause too
  expect_error(tape(function(p) stop("always"), 1), "^always$")
  expect_error(tape(function(p) strsplit(p, ""), 1), "^non-character argument$")
  expect_error(tape(refuses, c(1, 2)), "^v must be double$")
})

test_that("an eager tape explains errors too", {
  f <- function(p) {
    if (p[1] > 0) shapiro.test(p)
    sum(p) + 0 * rnorm(1)
  }
  tp <- suppressMessages(tape(f, c(-1, 2, 3)))
  expect_error(tp$gr(c(1, 2, 3)), "does not take tensors")
  expect_equal(tp$fn(c(1, 2, 3)), 6)                           # R computes the value
  expect_equal(tp$fn(c(-1, 2, 3)), 4)
})

test_that("a number that hides a failure is compared too", {
  f <- function(x) {
    test <- tryCatch(shapiro.test(x), error = function(e) NULL)
    if (is.null(test)) 1e10 else sum(x^2)
  }
  expect_error(tape(f, c(1, 2, 3)), "gives 1e\\+10 on tensors, but 14 on plain numbers")
})
