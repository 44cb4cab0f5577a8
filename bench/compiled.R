# Tapes, interpreted and compiled (tape_compile()), beside C written by hand, at -O2 and at -O3 -march=native:
# microseconds of CPU time of one evaluation inside C, with nothing allocated, and ratios to -O2.
# Rscript bench/compiled.R, from the package's folder; names of cases as arguments for some of them.
library(gradtape)
source("bench/measure.R")

build <- function(flags, name) {
  getNativeSymbolInfo("hand_repeat", built_from("bench/compiled_hand.c", flags, name))
}
hand <- list(O2 = build("-O2", "hand_o2"), O3 = build("-O3 -march=native", "hand_o3"))

chained <- function(x) {
  a <- x[-length(x)]
  b <- x[-1]
  sum(100 * (b - a^2)^2 + (1 - a)^2)
}
logistic <- function(b) {
  eta <- X %*% b
  sum(nnf_softplus(eta) - y * eta)
}
garch <- function(b) {
  h <- 1
  value <- 0
  for (t in 2:length(y)) {
    h <- b[1] + b[2] * y[t - 1]^2 + b[3] * h
    value <- value + log(h) + y[t]^2 / h
  }
  value
}
hmm <- function(b) {
  P <- matrix(c(0.9, 0.05, 0.1, 0.05, 0.9, 0.1, 0.05, 0.05, 0.8), 3)
  a <- rep(1 / 3, 3)
  value <- 0
  for (t in seq_along(y)) {
    a <- (a %*% P) * exp(-0.5 * (y[t] - b)^2)
    s <- sum(a)
    a <- a / s
    value <- value - log(s)
  }
  value
}
kalman <- function(b) {
  move <- matrix(c(1, 0, 1, 1), 2)
  Q <- diag(exp(b[1:2]))
  state <- c(0, 0)
  P <- diag(10, 2)
  value <- 0
  for (t in seq_along(y)) {
    state <- move %*% state
    P <- move %*% P %*% t(move) + Q
    f <- P[1, 1] + exp(b[3])
    e <- y[t] - state[1]
    k <- P[, 1] / f
    value <- value + log(f) + e^2 / f
    state <- state + k * e
    P <- P - outer(k, P[1, ])
  }
  value
}
recurrence <- function(b) {
  s <- b[1]
  for (i in 1:5000) s <- b[2] * s * (1 - s)
  s
}
lotka_volterra <- function(b, steps) {
  change <- function(u) c(b[1] * u[1] - b[2] * u[1] * u[2], b[3] * u[1] * u[2] - b[4] * u[2])
  u <- c(1, 0.5)
  step <- 0.01
  value <- 0
  for (t in seq_len(steps)) {
    k1 <- change(u)
    k2 <- change(u + step / 2 * k1)
    k3 <- change(u + step / 2 * k2)
    k4 <- change(u + step * k3)
    u <- u + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    value <- value + u[1] * u[2]
  }
  value
}

set.seed(1)
X <- matrix(rnorm(2e5), 1e4)
draws <- rnorm(1e5)
cases <- list(
  list("chained, n = 1e3", "chained", chained, rep(c(-1.2, 1), 500)),
  list("chained, n = 1e5", "chained", chained, rep(c(-1.2, 1), 5e4)),
  list("chained, n = 1e6", "chained", chained, rep(c(-1.2, 1), 5e5)),
  list("logistic, 1e4 x 20", "logistic", logistic, rnorm(20) / 10, c(X, as.numeric(draws[1:1e4] > 0)), 1e4),
  list("GARCH, 500", "garch", garch, c(0.1, 0.1, 0.8), draws[1:500], 500),
  list("GARCH, 1e5", "garch", garch, c(0.1, 0.1, 0.8), draws, 1e5),
  list("HMM, 3 x 200", "hmm", hmm, c(-1, 0, 2), draws[1:200], 200),
  list("HMM, 3 x 5000", "hmm", hmm, c(-1, 0, 2), draws[1:5000], 5000),
  list("Kalman, 2 x 100", "kalman", kalman, c(-1, -2, 0), draws[1:100], 100),
  list("Kalman, 2 x 2000", "kalman", kalman, c(-1, -2, 0), draws[1:2000], 2000),
  list("recurrence, 5000", "recurrence", recurrence, c(0.3, 3.2), 0, 5000),
  list("Lotka-Volterra, RK4, 100", "lotka_volterra", function(b) lotka_volterra(b, 100), c(1.1, 0.4, 0.1, 0.4), 0, 100),
  list("Lotka-Volterra, RK4, 2000", "lotka_volterra", function(b) lotka_volterra(b, 2000), c(1.1, 0.4, 0.1, 0.4), 0,
       2000))
by_hand_values_only <- c("kalman", "lotka_volterra")
most_code <- 2e6                                  # characters of straight code: compilers take 5 seconds for a million

# Seconds of one of the calls that run(times) does.
seconds <- function(run) {
  times <- 1
  repeat {
    start <- cpu()
    run(times)
    took <- cpu() - start
    if (took > 0.2) return(took / times)
    times <- ceiling(times * min(100, 0.3 / max(took, 1e-3)))
  }
}
wanted <- commandArgs(TRUE)
for (case in cases) {
  if (length(wanted) && !any(startsWith(case[[1]], wanted))) next
  name <- case[[2]]
  b <- case[[4]]
  x <- if (length(case) > 4) case[[5]] else 0
  m <- if (length(case) > 5) case[[6]] else length(b)
  y <- if (name == "logistic") x[-seq_along(X)] else x
  took <- system.time(tp <- tape(case[[3]], b))[[1]]
  state <- gradtape:::recorded_state(tp)
  has_gradient <- !name %in% by_hand_values_only
  by_hand <- function(entry, gradient) {
    function(times) .Call(entry, name, b, x, as.integer(m), as.integer(times), gradient)
  }
  known <- by_hand(hand$O2, has_gradient)(1)
  stopifnot(all.equal(tp$fn(b), known[1], tolerance = 1e-9))
  if (has_gradient) stopifnot(all.equal(tp$gr(b), known[-1], tolerance = 1e-7))
  tp$gr(b)
  replay <- function(kind) function(times) .Call(gradtape:::C_call_tape_repeat, state, b, as.integer(times), kind)
  kinds <- c("value", "gradient")
  interpreted <- vapply(kinds, function(kind) seconds(replay(kind)), 0)
  size <- nchar(.Call(gradtape:::C_call_tape_code, state, "gradient"))
  compiled <- c(value = NA, gradient = NA)
  compiling <- NA
  if (size <= most_code) {
    compiling <- system.time(tape_compile(tp))[[3]]
    compiled <- vapply(kinds, function(kind) seconds(replay(kind)), 0)
  }
  for (kind in kinds) {
    if (kind == "gradient" && !has_gradient) {
      cat(sprintf("%-27s %-8s tape %9.4g us; compiled %9.4g\n", case[[1]], kind, interpreted[[kind]] * 1e6,
                  compiled[[kind]] * 1e6))
      next
    }
    O2 <- seconds(by_hand(hand$O2, kind == "gradient"))
    O3 <- seconds(by_hand(hand$O3, kind == "gradient"))
    cat(sprintf("%-27s %-8s by hand %9.4g us (-O3 %.2f); tape %9.4g (%.2f x); compiled %9.4g (%.2f x)\n",
                case[[1]], kind, O2 * 1e6, O3 / O2, interpreted[[kind]] * 1e6, interpreted[[kind]] / O2,
                compiled[[kind]] * 1e6, compiled[[kind]] / O2))
  }
  cat(sprintf("    recorded in %.2f s; %.2g characters of code; %s\n", took, size,
              if (is.na(compiling)) "too long to be compiled" else sprintf("compiled in %.1f s", compiling)))
}
