# A saved tape gives the same numbers when it is loaded, is recorded again, or is refused.

state_of <- function(tp) tape_private(tp)$state
saved_tape <- function(f, x) .Call(C_call_tape_saved, state_of(tape(f, x)))
with_checksum <- function(saved) {
  saved$checksum <- .Call(C_call_tape_checksum, saved)
  saved
}
# What a list that may be damaged gives at x: numbers, or the error.
outcome <- function(saved, x) tryCatch(.Call(C_call_tape_search, .Call(C_call_tape_loaded, saved), x), error = identity)
is_refused <- function(result) inherits(result, "gradtape_damaged_error")

X <- matrix(sin(1:12), 4)
model <- function(b) {
  eta <- exp(X %*% b[1:3]) / (1 + abs(b[4]))
  if (b[4] > 0) sum(eta * c(1, 2, 3, 4)) else mean(log(eta)) + b[1] * 2.5
}
at <- c(0.1, -0.2, 0.3, 0.5)
elsewhere <- c(0.2, 0.1, -0.3, -0.5)

test_that("a loaded tape gives what the saved one gave, with the data and variants of its recordings", {
  tp <- tape(model, at)
  before <- list(tp$fn(at), tp$gr(at), tp$he(at), tp$fn(elsewhere), tp$gr(elsewhere))
  again <- unserialize(serialize(tp, NULL))
  expect_length(.Call(C_call_tape_recordings, state_of(again)), 2)
  expect_identical(list(again$fn(at), again$gr(at), again$he(at), again$fn(elsewhere), again$gr(elsewhere)), before)
  twice <- unserialize(serialize(unserialize(serialize(tp, NULL)), NULL))       # saved before it was used
  expect_identical(twice$gr(at), before[[2]])
})

test_that("a tape is saved as the same bytes each time, whatever was computed with it", {
  tp <- tape(model, at)
  bytes <- serialize(state_of(tp), NULL)
  expect_identical(serialize(state_of(tp), NULL), bytes)
  tp$gr(at)
  tp$he(at)
  expect_identical(serialize(state_of(tp), NULL), bytes)
  expect_identical(serialize(state_of(unserialize(serialize(tp, NULL))), NULL), bytes)
})

test_that("a tape of another version is recorded again from its function", {
  tp <- tape(model, at)
  expected <- list(tp$fn(at), tp$gr(elsewhere))
  for (field in c("format", "table")) {
    saved <- .Call(C_call_tape_saved, state_of(tp))
    saved[[field]] <- if (field == "format") 99L else "0123456789abcdef"
    saved$operations[] <- "no longer there"
    other <- unserialize(serialize(tp, NULL))
    private <- tape_private(other)
    private$state <- .Call(C_call_tape_loaded, saved)
    assign(private$called, function(...) stop("as the other version made it"), environment(private$f))
    expect_length(.Call(C_call_tape_recordings, private$state), 0)
    expect_equal(list(other$fn(at), other$gr(elsewhere)), expected)
  }
})

test_that("operations are found by name, in whatever order", {
  saved <- saved_tape(function(x) sum(cos(x) - exp(x)) * x[1], c(1, 2))
  value <- outcome(saved, c(1, 2))
  renamed <- saved
  renamed$operations[saved$operations == "cos"] <- "sin"
  expect_true(is_refused(outcome(renamed, c(1, 2))))
  expect_equal(outcome(with_checksum(renamed), c(1, 2)), sum(sin(c(1, 2)) - exp(c(1, 2))))
  renamed$operations[saved$operations == "cos"] <- "cosine of old"
  expect_true(is_refused(outcome(with_checksum(renamed), c(1, 2))))
  expect_equal(value, sum(cos(c(1, 2)) - exp(c(1, 2))))
})

test_that("what is damaged is refused, in whatever field", {
  saved <- saved_tape(model, at)
  value <- outcome(saved, at)
  for (k in seq_along(saved)) {
    for (v in list(NULL, integer(), "x", 1i, 3L)) {
      new <- saved
      new[k] <- list(v)
      result <- outcome(new, at)
      # another version's is recorded again
      expect_true(is_refused(result) || (names(saved)[k] %in% c("format", "table") && is.null(result)) ||
                  identical(result, value),
                  info = names(saved)[k])
    }
  }
  for (field in c("operations", "integers", "reals", "vectors")) {
    for (new in list(saved[[field]][-1], c(saved[[field]], saved[[field]][1]), saved[[field]][0])) {
      changed <- saved
      changed[[field]] <- new
      expect_true(is_refused(outcome(changed, at)), info = field)
      if (!identical(field, "operations") && !identical(field, "vectors")) {
        expect_true(is_refused(outcome(with_checksum(changed), at)), info = field)
      }
    }
  }
  expect_true(is_refused(outcome(saved[-1], at)))
  expect_true(is_refused(outcome(NULL, at)))
})

# One bit of one number, letter or checksum is another.
flip <- function(saved) {
  flip_bit <- function(x, size) {
    bytes <- writeBin(x, raw())
    k <- sample(length(bytes), 1)
    bytes[k] <- xor(bytes[k], as.raw(2^sample(0:7, 1)))
    readBin(bytes, typeof(x), length(x), size)
  }
  field <- sample(c("n", "operations", "integers", "integers", "reals", "vectors", "checksum"), 1)
  saved[[field]] <- switch(field,
    n = , integers = flip_bit(saved[[field]], 4L),
    reals = flip_bit(saved$reals, 8L),
    vectors = lapply(saved$vectors, function(v) `dim<-`(flip_bit(as.double(v), 8L), dim(v))),
    operations = replace(saved$operations, sample(length(saved$operations), 1),
                         sample(c("sin", "sub", "matmul", "nothing"), 1)),
    checksum = chartr("0123456789abcdef", "123456789abcdef0", saved$checksum))
  saved
}

test_that("thousands of flipped bits are all refused", {
  set.seed(1)
  saved <- saved_tape(model, at)
  refused <- vapply(1:3000, function(k) {
    damaged <- flip(saved)
    identical(damaged, saved) || is.character(.Call(C_call_tape_damage, damaged))
  }, NA)
  expect_true(all(refused))
})

test_that("what cannot be run is not run, also where its checksum is right", {
  set.seed(2)
  functions <- list(
    list(model, at),
    list(function(x) sum(cumsum(x)[2:4] * rev(x)[1:3]) + prod(x[x > 0]), at),
    list(function(x) sum(solve(diag(4) + outer(x, x), x)) + sum(apply(cbind(x, x^2), 2, max)), at),
    list(function(x) { x[2] <- x[1] * x[3]; sum(sort(x) * 1:4) + log(sum(exp(x))) }, at)
  )
  for (f in functions) {
    saved <- saved_tape(f[[1]], f[[2]])
    outcomes <- vapply(1:250, function(k) {
      new <- saved
      which <- sample(length(saved$integers), sample(1:2, 1))
      new$integers[which] <- sample(c(-1L, 0:5, 12L, 100L, saved$integers[which] + 1L), length(which))
      new <- with_checksum(new)
      if (is.character(.Call(C_call_tape_damage, new))) return("refused")
      if (is.numeric(outcome(new, f[[2]]))) "numbers" else "failed"
    }, "")
    expect_gt(mean(outcomes == "refused"), 0.3)
  }
})

test_that("a file that ends too early is an error", {
  bytes <- serialize(tape(model, at), NULL)
  for (n in floor(seq(1, length(bytes) - 1, length.out = 50))) expect_error(unserialize(bytes[seq_len(n)]))
})

test_that("a tape saved without its recordings is refused", {
  lost <- unserialize(serialize(tape(model, at), NULL, version = 2))
  expect_error(lost$fn(at), class = "gradtape_damaged_error")
})

test_that("outcomes of kernels are saved, by the name of the kernel", {
  density <- function(x) {
    s <- matrix(c(x[1], x[2], x[2], x[3]), 2)
    l <- tryCatch(chol(s), error = function(e) NULL)
    if (is.null(l)) 1e10 else sum(log(diag(l))) + x[1]
  }
  works <- c(2, 0.5, 1)
  fails <- c(-2, 0.5, 1)
  tp <- tape(density, fails)
  tp$fn(works)
  saved <- .Call(C_call_tape_saved, state_of(tp))
  expect_true(all(c("succeeds", "cholesky") %in% saved$operations))
  again <- unserialize(serialize(tp, NULL))
  expect_identical(c(again$fn(fails), again$fn(works)), c(1e10, tp$fn(works)))
  expect_length(.Call(C_call_tape_recordings, state_of(again)), 2)
})
