# Functions that fill vectors element by element, beside the same functions written with numbers: how
# long recording, value and gradient take, and what memory they need, as ratios. Every case runs in
# a process of its own. Rscript bench/assign.R [length ...]

suppressPackageStartupMessages(library(gradtape))

garch <- function(n, y) list(
  elements = function(p) {
    s <- numeric(n)
    s[1] <- 0.2
    for (i in 2:n) s[i] <- p[1] + p[2] * y[i - 1]^2 + p[3] * s[i - 1]
    sum(log(s) + y^2 / s)
  },
  numbers = function(p) {
    s <- 0.2
    total <- log(s) + y[1]^2 / s
    for (i in 2:n) {
      s <- p[1] + p[2] * y[i - 1]^2 + p[3] * s
      total <- total + log(s) + y[i]^2 / s
    }
    total
  }
)

local_level <- function(n, y) list(
  elements = function(p) {
    a <- v <- f <- k <- numeric(n)
    a[1] <- y[1]
    v[1] <- exp(p[1])
    for (i in 2:n) {
      f[i] <- v[i - 1] + exp(p[1]) + exp(p[2])
      k[i] <- (v[i - 1] + exp(p[2])) / f[i]
      a[i] <- a[i - 1] + k[i] * (y[i] - a[i - 1])
      v[i] <- k[i] * exp(p[1])
    }
    sum(log(f[-1]) + (y[-1] - a[-n])^2 / f[-1])
  },
  numbers = function(p) {
    a <- y[1]
    v <- exp(p[1])
    total <- 0
    for (i in 2:n) {
      f <- v + exp(p[1]) + exp(p[2])
      k <- (v + exp(p[2])) / f
      e <- y[i] - a
      a <- a + k * e
      v <- k * exp(p[1])
      total <- total + log(f) + e^2 / f
    }
    total
  }
)

# A hidden Markov model of two states, forward.
markov <- function(n, y) list(
  elements = function(p) {
    move <- matrix(c(plogis(p[1]), plogis(-p[1]), 0.3, 0.7), 2, byrow = TRUE)
    alpha <- matrix(0, n, 2)
    scale <- numeric(n)
    alpha[1, ] <- c(0.5, 0.5)
    scale[1] <- 1
    for (i in 2:n) {
      alpha[i, ] <- (alpha[i - 1, ] %*% move) * dnorm(y[i], c(p[2], -p[2]), 1)
      scale[i] <- sum(alpha[i, ])
      alpha[i, ] <- alpha[i, ] / scale[i]
    }
    sum(log(scale))
  },
  numbers = function(p) {
    move <- matrix(c(plogis(p[1]), plogis(-p[1]), 0.3, 0.7), 2, byrow = TRUE)
    alpha <- c(0.5, 0.5)
    total <- 0
    for (i in 2:n) {
      alpha <- (alpha %*% move) * dnorm(y[i], c(p[2], -p[2]), 1)
      scale <- sum(alpha)
      alpha <- alpha / scale
      total <- total + log(scale)
    }
    total
  }
)

# A vector and a matrix that grow.
growing <- function(n, y) list(
  elements = function(p) {
    v <- c()
    m <- NULL
    for (i in seq_len(n)) {
      v <- c(v, if (i > 1) v[i - 1] * p[2] + y[i] else p[1])
      m <- rbind(m, c(v[i], p[3] * y[i]))
    }
    sum(v^2) + sum(m)
  },
  numbers = function(p) {
    total <- 0
    for (i in seq_len(n)) {
      v <- if (i > 1) v * p[2] + y[i] else p[1]
      m <- c(v, p[3] * y[i])
      total <- total + v^2 + sum(m)
    }
    total
  }
)

cases <- list(garch = garch, local_level = local_level, markov = markov, growing = growing)

# Milliseconds of the processor, which others that run at the time do not count in; and the fastest of
# some runs, for what is too short for that clock.
processor <- function(code) sum(system.time(code)[1:2]) * 1e3
fastest <- function(run, repeats) {
  min(vapply(seq_len(repeats), function(k) {
    from <- Sys.time()
    run(k)
    as.numeric(Sys.time() - from, units = "secs")
  }, 0)) * 1e3
}

# Recording, first value and gradient (which plan them), value, gradient; memory kept and at most.
measure <- function(case, form, n) {
  set.seed(1)
  f <- cases[[case]](n, rnorm(n) / 2)[[form]]
  p <- c(0.1, 0.2, 0.6)
  small <- cases[[case]](20, rnorm(20) / 2)[[form]]
  tape(small, p)$gr(p)                                     # what is loaded once
  before <- sum(gc(reset = TRUE)[, 2])
  recording <- processor(tp <- tape(f, p))
  first <- processor(tp$gr(p))
  value <- fastest(function(k) tp$fn(p + k * 1e-9), 20)
  gradient <- fastest(function(k) tp$gr(p + k * 1e-9), 20)
  plain <- fastest(function(k) f(p), 5)
  peak <- sum(gc()[, 6]) - before
  rm(f, small)
  kept <- sum(gc()[, 2]) - before
  gradient_eagerly <- function() {
    x <- torch_tensor(p, requires_grad = TRUE)
    tensor_function(cases[[case]](n, rnorm(n) / 2)[[form]])(x)$backward()
  }
  eager <- processor(gradient_eagerly())
  c(recording = recording, first = first, value = value, gradient = gradient, eager = eager, kept = kept, peak = peak,
    plain = plain)
}

arguments <- commandArgs(TRUE)
if (length(arguments) == 3 && arguments[1] %in% names(cases)) {
  cat(measure(arguments[1], arguments[2], as.integer(arguments[3])))
} else {
  script <- sub("--file=", "", grep("^--file=", commandArgs(), value = TRUE))
  lengths <- if (length(arguments)) as.integer(arguments) else c(500, 2000, 10000)
  columns <- c("recording", "first gr", "value", "gradient", "eager", "kept", "peak", "plain")
  cat("element by element / with numbers: times in ms (plain: the R function on numbers), memory in MB\n")
  for (case in names(cases)) for (n in lengths) {
    run <- function(form) {
      out <- system2(file.path(R.home("bin"), "Rscript"), c(script, case, form, n), stdout = TRUE)
      as.numeric(strsplit(tail(out, 1), " ")[[1]])
    }
    elements <- run("elements")
    numbers <- run("numbers")
    cat(sprintf("\n%s, %d steps\n", case, n))
    cat(sprintf("  %-10s %9.3f %9.3f   ratio %5.2f\n", columns, elements, numbers, elements / numbers), sep = "")
  }
}
