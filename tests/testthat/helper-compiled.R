# Functions that meet what generated code has to bear, and where.
programs_to_compile <- function() {
  c(
    lapply(1:9, function(seed) {
      set.seed(seed)
      n <- c(2, 3, 8, 17, 33, 300, 1100, 5, 40)[seed]
      list(random_function(n, 18), rnorm(n))
    }),
    list(
      list(function(x) x, c(1, 2)), # no operation
      list(function(x) x[1], c(1, 2)),
      list(function(x) sum(x[x > 5]) + sum(numeric(0)) + x[1], c(1, 2)),
      list(function(x) sum(x * c(1, NA)) + x[1], c(1, 2)),
      list(function(x) sum(x * c(Inf, -Inf)) * NaN, c(1, 2)),
      list(function(x) sum(pmax(x, -Inf)) - 1e300 * x[1] * 1e-320, c(1, 2)),
      list(function(x) sum(dnorm(1:40, x[1], x[2], log = TRUE)) + sum(dt(1:50, x[2], log = TRUE)), c(1, 2)),
      list(function(x) sum(dbeta(1:50 / 51, x[1], x[2], log = TRUE)) + dgamma(1, x[1], x[2]), c(1.5, 2)),
      list(function(x) sum(lgamma(x)) + digamma(x[1]) * x[2] %% 0.7 + sinpi(x[2]) + x[1]^x[2], c(1.5, 2.25)),
      list(function(x) solve(matrix(c(x[1], 0.5, 0.5, x[2]), 2), c(1, 2)), c(1.5, 2.25)),
      list(function(x) { r <- numeric(60); r[1] <- x[1]; for (i in 2:60) r[i] <- sin(r[i - 1]) * x[2]; sum(r * r) },
           c(1, 0.9)),
      # (two strides in one loop: gcc 12 left such a loop out)
      list(function(x) {
        y <- sin(1:150)
        e <- numeric(150)
        for (t in 3:150) e[t] <- y[t] - x[1] * y[t - 1] - x[2] * y[t - 2] - x[3] * e[t - 1] - x[4] * e[t - 2]
        sum(e^2)
      }, c(0.5, 0.1, 0.2, 0.05)),
      list(function(x) cumsum(exp(x)) / rev(x), c(1, 2, 3)),
      list(function(x) { a <- array(x, c(3, 2, 1)); sum(torch_bmm(a, torch_transpose(a, 2, 3))^2) + x[2] }, 1:6 / 3),
      list(function(x) { a <- array(x, c(9, 2, 3)); sum(sin(torch_bmm(torch_transpose(a, 2, 3), a))) }, 1:54 / 20),
      list(function(x) { m <- matrix(x, 3); sum(m %*% t(m)) + sum(log(rowSums(m^2))) + x[5] }, as.numeric(1:6))))
}

# A loop of random statements on a few numbers that stay small: recurrences, functions of them, values of the step
# before, sums, data, and at times a loop within.
random_loop <- function(steps) {
  any_of <- function(...) sample(c(...), 1)
  states <- c("a", "b", "d")
  other <- any_of("e[t - 1]", "s", "x[2]", "y[t]")
  operand <- function() any_of(states, states, "x[1]", "x[2]", "y[t]", "y[t - 1]", "0.7", other)
  term <- function() {
    u <- operand()
    v <- operand()
    switch(any_of(1:14),
           sprintf("%s * %s", u, v), sprintf("(%s + %s) / 2", u, v), sprintf("%s - %s", u, v),
           sprintf("%s / (1 + %s^2)", u, v), sprintf("exp(-%s^2)", u), sprintf("log(1 + %s^2)", u),
           sprintf("tanh(%s)", u), sprintf("sqrt(1 + %s^2)", u), sprintf("sin(%s)", u),
           sprintf("(1 + %s^2)^0.3", u), sprintf("(2 + sin(%s))^-1.5", u), sprintf("lgamma(1.5 + %s^2)", u),
           sprintf("log1p(exp(%s))", u),
           sprintf("pmax(%s, %s)", u, v))
  }
  statement <- function() sprintf("%s <- tanh(%s %s %s)", any_of("a", "b", "d"), term(), any_of("+", "-", "*"), term())
  body <- c(replicate(any_of(1:4), statement()), sprintf("s <- s %s (%s)", any_of("+", "-"), term()),
            sprintf("e[t] <- %s", term()), if (runif(1) < 0.5) sprintf("s <- s + log(1 + (%s)^2)", term()))
  inner <- if (runif(1) < 0.3) {
    sprintf("for (k in 1:%d) { %s; s <- s + exp(-a^2) / k }", any_of(3, 40), statement())
  }
  f <- eval(parse(text = c(
    "function(x) {", "a <- x[1]; b <- x[2]; d <- x[1] * x[2]; s <- 0; e <- numeric(length(y)); e[1] <- b",
    "for (t in 2:length(y)) {", sample(body), inner, "}", "s + sum(e) + a * b + d", "}"))[[1]])
  environment(f) <- list2env(list(y = rnorm(steps)), parent = globalenv())
  f
}

# Many tapes compiled in one go, each a file of its own, with all warnings.

compile_files <- function(folder, files) {
  writeLines(c("PKG_CFLAGS = -ffp-contract=off -Wall -Wextra -pedantic -std=c99",
               "PKG_LIBS = $(LAPACK_LIBS) $(BLAS_LIBS) $(FLIBS)"), file.path(folder, "Makevars"))
  old <- setwd(folder)
  on.exit(setwd(old))
  library <- paste0("all", .Platform$dynlib.ext)
  said <- suppressWarnings(system2(file.path(R.home("bin"), "R"), c("CMD", "SHLIB", "-o", library, files),
                                   stdout = TRUE, stderr = TRUE))
  if (any(grepl("error:", said))) stop(paste(grep("error:", said, value = TRUE), collapse = "\n"))
  list(library = dyn.load(library), warnings = grep("warning:", said, value = TRUE))
}

compile_together <- function(tapes, kinds) {
  own <- asNamespace("gradtape")
  folder <- tempfile("compiled_")
  dir.create(folder)
  codes <- lapply(tapes, function(tp) {
    code <- .Call(own$C_call_tape_code, own$recorded_state(tp), kinds)
    paste0(own$code_prelude(code), code)
  })
  files <- sprintf("%s_%d.c", basename(folder), seq_along(tapes))
  for (i in seq_along(tapes)) {
    writeLines(gsub("\\b([a-z]+)_([0-9]+)_(first|seed|part|loop)", sprintf("tape%d_\\1_\\2_\\3", i), codes[[i]]),
               file.path(folder, files[i]))
  }
  compiled <- compile_files(folder, files)
  for (i in seq_along(tapes)) {
    state <- own$recorded_state(tapes[[i]])
    for (variant in seq_along(.Call(own$C_call_tape_recordings, state))) {
      for (kind in kinds) {
        functions <- lapply(c("first", "seed"), function(phase) {
          getNativeSymbolInfo(sprintf("tape%d_%s_%d_%s", i, kind, variant, phase), compiled$library)$address
        })
        .Call(own$C_call_tape_use_code, state, kind, variant, functions)
      }
    }
  }
  compiled$warnings
}

# Programs as code that stands alone: without a warning, and with the tape's numbers.
expect_same_alone <- function(programs, tolerance = 1e-11) {
  folder <- tempfile("alone_")
  dir.create(folder)
  tapes <- lapply(programs, function(p) tape(p[[1]], p[[2]]))
  for (i in seq_along(programs)) {
    is_scalar <- length(tapes[[i]]$fn(programs[[i]][[2]])) == 1
    tape_code(tapes[[i]], if (is_scalar) c("value", "gradient", "hvp") else c("value", "vjp"), paste0("fn", i), folder)
  }
  compiled <- compile_files(folder, paste0("fn", seq_along(programs), ".c"))
  expect_identical(compiled$warnings, character())
  for (i in seq_along(programs)) {
    expect_alone(programs[[i]][[2]], tapes[[i]], paste0("fn", i), compiled, folder, tolerance)
  }
}

expect_alone <- function(at, tp, name, compiled, folder, tolerance) {
  x <- as.numeric(unlist(at))
  header <- readLines(file.path(folder, paste0(name, ".h")))
  room <- as.integer(sub(".*_WORK ([0-9]+).*", "\\1", grep("_WORK", header, value = TRUE)))
  run <- function(what, ...) .C(getNativeSymbolInfo(paste0(name, "_", what), compiled$library), ...,
                                double(room), NAOK = TRUE)
  expect_numbers <- function(got, wanted) {
    # (NA and NaN are one in C)
    wanted <- as.numeric(unlist(wanted))
    wanted[is.na(wanted)] <- got[is.nan(got)] <- NaN
    if (tolerance > 0) return(expect_equal(got, wanted, tolerance = tolerance, info = name))
    expect_identical(got, wanted, info = name)
    expect_identical(1 / got, 1 / wanted, info = name)
  }
  value <- as.numeric(tp$fn(at))
  expect_numbers(run("value", x, double(length(value)))[[2]], value)
  if (length(value) == 1) {
    expect_numbers(run("gradient", x, 0, double(length(x)))[[3]], tp$gr(at))
    v <- cos(seq_along(x))
    if (is.numeric(at)) expect_numbers(run("hvp", x, v, 0, double(length(x)))[[4]], tp$hvp(at, v))
  } else {
    v <- cos(seq_along(value))
    expect_equal(run("vjp", x, v, value, double(length(x)))[[4]], drop(v %*% tp$jacobian(at)), tolerance = 1e-11,
                 info = name)
  }
}

has_compiler <- local({
  known <- NULL
  function() {
    if (is.null(known)) {
      known <<- nzchar(Sys.which("make")) && nzchar(Sys.which(strsplit(system2(file.path(R.home("bin"), "R"),
        c("CMD", "config", "CC"), stdout = TRUE, stderr = FALSE), " ")[[1]][1]))
    }
    known
  }
})

expect_same_tapes <- function(interpreted, compiled, x, info) {
  expect_identical(compiled$fn(x), interpreted$fn(x), info = info)
  if (length(interpreted$fn(x)) == 1) {
    expect_identical(compiled$value_and_grad(x), interpreted$value_and_grad(x), info = info)
    expect_identical(compiled$he(x), interpreted$he(x), info = info)
  } else {
    expect_identical(compiled$jacobian(x), interpreted$jacobian(x), info = info)
  }
}
