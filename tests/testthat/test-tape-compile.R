# Compiled tapes give what interpreted ones give, to the bit.

test_that("random programs come out the same compiled, without a warning of the compiler", {
  skip_on_cran()
  skip_if_not(has_compiler())
  programs <- programs_to_compile()
  tapes <- lapply(programs, function(p) list(tape(p[[1]], p[[2]]), tape(p[[1]], p[[2]])))
  is_scalar <- vapply(seq_along(tapes), function(i) length(tapes[[i]][[1]]$fn(programs[[i]][[2]])) == 1, NA)
  compiled <- lapply(tapes, `[[`, 2)
  expect_identical(compile_together(compiled[is_scalar], c("value", "gradient", "hvp")), character())
  expect_identical(compile_together(compiled[!is_scalar], c("value", "vjp", "jvp")), character())
  for (i in seq_along(tapes)) {
    x <- programs[[i]][[2]]
    for (at in list(x, x + 0.01 * cos(seq_along(x)))) expect_same_tapes(tapes[[i]][[1]], compiled[[i]], at, i)
  }
})

test_that("random loops come out the same, cut into pieces or not", {
  skip_on_cran()
  skip_if_not(has_compiler())
  set.seed(14)
  loops <- lapply(c(17, 33, 50, 66, 90, 130), random_loop)
  interpreted <- lapply(loops, tape, c(0.4, -0.3))
  compiled <- lapply(loops, tape, c(0.4, -0.3))
  expect_identical(compile_together(compiled, c("value", "gradient", "hvp")), character())
  for (i in seq_along(loops)) {
    for (x in list(c(0.4, -0.3), c(-1.1, 0.8))) {
      expect_same_tapes(interpreted[[i]], compiled[[i]], x, deparse1(loops[[i]]))
      expect_equal(compiled[[i]]$fn(x), loops[[i]](x), tolerance = 1e-10)
    }
  }
})

test_that("loops are cut where functions stand beside a recurrence, and give the same numbers", {
  skip_on_cran()
  skip_if_not(has_compiler())
  data <- list2env(list(y = sin(1:200), z = matrix(cos(1:400), 40)), parent = globalenv())
  functions <- list(
    # one piece needs what another computed in the step before
    function(x) {
      h <- 1
      s <- last <- 0
      for (t in 2:200) {
        before <- last
        h <- 0.1 + x[1]^2 * y[t - 1]^2 + 0.5 * h
        last <- log(h)
        s <- s + last * before + exp(-h)
      }
      s
    },
    # between vectors stands a function that is none
    function(x) {
      a <- x[1]
      s <- 0
      for (t in 1:200) {
        a <- 0.5 * a + y[t]
        k <- lgamma(2 + a^2)
        s <- s + exp(-k) + log(1 + k^2) * x[2]
      }
      s
    },
    # loops within a loop
    function(x) {
      s <- 0
      for (j in 1:10) {
        h <- 1
        for (t in 1:40) {
          h <- 0.2 + x[1]^2 * z[t, j]^2 + 0.6 * h
          s <- s + log(h) + z[t, j]^2 / h * x[2]
        }
        s <- s + exp(-h)
      }
      s
    },
    # a function within the recurrence, and one beside it
    function(x) {
      s <- x[1]
      u <- 0
      for (t in 1:200) {
        s <- tanh(s * x[2] + y[t])
        u <- u + exp(s)
      }
      u
    })
  functions <- lapply(functions, `environment<-`, data)
  interpreted <- lapply(functions, tape, c(0.4, -0.3))
  compiled <- lapply(functions, tape, c(0.4, -0.3))
  expect_identical(compile_together(compiled, c("value", "gradient", "hvp")), character())
  for (i in seq_along(functions)) {
    state <- get("recorded_state", asNamespace("gradtape"))(compiled[[i]])
    expect_match(.Call(C_call_tape_code, state, "gradient"), "for (int64_t first = 0;", fixed = TRUE, info = i)
    for (x in list(c(0.4, -0.3), c(1.3, 0.2))) expect_same_tapes(interpreted[[i]], compiled[[i]], x, i)
  }
})

test_that("tape_compile() compiles, keeps guards, and compiles the same code once", {
  skip_on_cran()
  skip_if_not(has_compiler())
  f <- function(x) {
    s <- x[1]
    for (i in 1:30) s <- if (s > 0.5) x[2] * s * (1 - s) else s + 0.1
    s
  }
  one <- tape(f, c(0.3, 3.2))
  two <- tape(f, c(0.3, 3.2))
  expect_identical(tape_compile(two), two)
  files <- length(list.files(tempdir(), "^gradtape_code_"))
  for (x in list(c(0.3, 3.2), c(0.4, 3.1), c(0.9, 2.5))) {
    expect_identical(two$value_and_grad(x), one$value_and_grad(x))
    expect_identical(two$gr(x), one$gr(x))
    expect_equal(two$fn(x), f(x))
  }
  tape_compile(tape(f, c(0.3, 3.2)))
  expect_length(list.files(tempdir(), "^gradtape_code_"), files)
  saved <- tempfile()
  saveRDS(two, saved)
  expect_identical(readRDS(saved)$gr(c(0.3, 3.2)), one$gr(c(0.3, 3.2)))
})

test_that("minimize() compiles where it is told to", {
  skip_on_cran()
  skip_if_not(has_compiler())
  f <- function(x) (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2 + (x[1] - 1)^4
  for (method in c("lbfgs", "trust")) {
    plain <- minimize(f, c(-1.2, 1), method = method)
    compiled <- minimize(f, c(-1.2, 1), method = method, control = list(compile = TRUE))
    expect_identical(compiled$par, plain$par)
    expect_identical(compiled$counts, plain$counts)
  }
})

test_that("without a compiler there is one message, and the tape goes on", {
  session <- get("code_session", asNamespace("gradtape"))
  path <- Sys.getenv("PATH")
  on.exit({
    Sys.setenv(PATH = path)
    session$refused <- NULL
  })
  Sys.setenv(PATH = "")
  f <- function(x) x[1]^2 * x[2] + 0.123456
  tp <- tape(f, c(1, 2))
  expect_message(tape_compile(tp), class = "gradtape_message")
  expect_no_message(tape_compile(tp))
  expect_equal(tp$gr(c(1, 2)), c(4, 1))
})

test_that("the arguments of tape_compile() are checked", {
  tp <- tape(function(x) x[1] * x[2], c(1, 2))
  expect_error(tape_compile(tp, "hessian"), "hvp")
  expect_error(tape_compile(1), "tape")
})
