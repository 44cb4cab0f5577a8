# Functions that are measured, in plain R, with data and parameters. In the C of compiled_hand.c, in compiled_adolc.cpp
# and in compiled_torch.py they stand once more.

chained <- function(x) {
  a <- x[-length(x)]
  b <- x[-1]
  sum(100 * (b - a^2)^2 + (1 - a)^2)
}
chained_loop <- function(x) {
  value <- 0
  for (i in 2:length(x)) value <- value + 100 * (x[i] - x[i - 1]^2)^2 + (1 - x[i - 1])^2
  value
}
logistic <- function(b) {
  eta <- X %*% b
  sum(nnf_softplus(eta) - y * eta)
}
logistic_loop <- function(b) {
  value <- 0
  for (i in seq_along(y)) {
    eta <- sum(X[i, ] * b)
    value <- value + log(1 + exp(eta)) - y[i] * eta
  }
  value
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

three_body <- function(b, steps) {
  x1 <- b[1]; y1 <- b[2]; x2 <- b[3]; y2 <- b[4]; x3 <- b[5]; y3 <- b[6]
  u1 <- b[7]; v1 <- b[8]; u2 <- b[9]; v2 <- b[10]; u3 <- b[11]; v3 <- b[12]
  pull <- function(dx, dy) 0.001 / (dx^2 + dy^2)^1.5
  for (t in seq_len(steps)) {
    p12 <- pull(x1 - x2, y1 - y2)
    p13 <- pull(x1 - x3, y1 - y3)
    p23 <- pull(x2 - x3, y2 - y3)
    u1 <- u1 + p12 * (x2 - x1) + p13 * (x3 - x1)
    v1 <- v1 + p12 * (y2 - y1) + p13 * (y3 - y1)
    u2 <- u2 + p12 * (x1 - x2) + p23 * (x3 - x2)
    v2 <- v2 + p12 * (y1 - y2) + p23 * (y3 - y2)
    u3 <- u3 + p13 * (x1 - x3) + p23 * (x2 - x3)
    v3 <- v3 + p13 * (y1 - y3) + p23 * (y2 - y3)
    x1 <- x1 + 0.001 * u1; y1 <- y1 + 0.001 * v1
    x2 <- x2 + 0.001 * u2; y2 <- y2 + 0.001 * v2
    x3 <- x3 + 0.001 * u3; y3 <- y3 + 0.001 * v3
  }
  (x1 - b[1])^2 + (y1 - b[2])^2
}
gaussian_process <- function(b) {
  L <- chol(exp(b[1] - exp(b[2]) * D) + diag(exp(b[3]), nrow(D)))
  z <- backsolve(L, y, transpose = TRUE)
  sum(z^2) / 2 + sum(log(diag(L)))
}

# RTMB has no softplus, and takes no value of eta for infinite.
logistic_for_rtmb <- function(b) {
  eta <- X %*% b
  sum(log1p(exp(eta)) - y * eta)
}

set.seed(1)
X <- matrix(rnorm(2e5), 1e4)
draws <- rnorm(1e5)
D <- outer(seq(0, 10, length.out = 400), seq(0, 10, length.out = 400), `-`)^2
orbit <- c(-0.97, 0.243, 0.97, -0.243, 0, 0, 0.466, 0.432, 0.466, 0.432, -0.932, -0.864)
# A case: label; name in C; function; parameters; data for C, of which the last m are `y`; m; what RTMB takes.
case <- function(label, name, fn, par, x = 0, m = length(par), y = x, rtmb = fn) {
  list(label = label, name = name, fn = fn, par = par, x = x, m = m, y = y, rtmb = rtmb)
}
cases <- list(
  case("chained, n = 1e3", "chained", chained, rep(c(-1.2, 1), 500)),
  case("chained, n = 1e5", "chained", chained, rep(c(-1.2, 1), 5e4)),
  case("chained, n = 1e6", "chained", chained, rep(c(-1.2, 1), 5e5), rtmb = NULL),
  case("logistic, 1e4 x 20", "logistic", logistic, rnorm(20) / 10, c(X, as.numeric(draws[1:1e4] > 0)), 1e4,
       as.numeric(draws[1:1e4] > 0), logistic_for_rtmb),
  case("chained loop, n = 1e3", "chained", chained_loop, rep(c(-1.2, 1), 500)),
  case("chained loop, n = 1e5", "chained", chained_loop, rep(c(-1.2, 1), 5e4), rtmb = NULL),
  case("logistic loop, 1e4 x 20", "logistic", logistic_loop, rnorm(20) / 10, c(X, as.numeric(draws[1:1e4] > 0)), 1e4,
       as.numeric(draws[1:1e4] > 0)),
  case("Gaussian process, 400", "gaussian_process", gaussian_process, c(0.2, 0.1, -1), c(D, draws[1:400]), 400,
       draws[1:400]),
  case("GARCH, 500", "garch", garch, c(0.1, 0.1, 0.8), draws[1:500], 500),
  case("GARCH, 1e5", "garch", garch, c(0.1, 0.1, 0.8), draws, 1e5),
  case("HMM, 3 x 200", "hmm", hmm, c(-1, 0, 2), draws[1:200], 200),
  case("HMM, 3 x 5000", "hmm", hmm, c(-1, 0, 2), draws[1:5000], 5000),
  case("Kalman, 2 x 100", "kalman", kalman, c(-1, -2, 0), draws[1:100], 100),
  case("Kalman, 2 x 2000", "kalman", kalman, c(-1, -2, 0), draws[1:2000], 2000),
  case("recurrence, 5000", "recurrence", recurrence, c(0.3, 3.2), 0, 5000),
  case("Lotka-Volterra, RK4, 100", "lotka_volterra", function(b) lotka_volterra(b, 100), c(1.1, 0.4, 0.1, 0.4), 0, 100),
  case("Lotka-Volterra, RK4, 2000", "lotka_volterra", function(b) lotka_volterra(b, 2000), c(1.1, 0.4, 0.1, 0.4), 0,
       2000),
  case("three bodies, 500", "three_body", function(b) three_body(b, 500), orbit, 0, 500))
