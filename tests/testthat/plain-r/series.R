# Time series and finance.
set.seed(103)
T <- 200
r <- numeric(T); s2 <- numeric(T); s2[1] <- 1e-4; r[1] <- rnorm(1, 0, 0.01)
for (t in 2:T) {
  s2[t] <- 5e-6 + 0.1 * r[t - 1]^2 + 0.85 * s2[t - 1]
  r[t] <- rnorm(1, 0, sqrt(s2[t]))
}
ret <- 100 * r

# GARCH(1,1)
garch_nll <- function(par, x) {
  omega <- exp(par[1]); alpha <- plogis(par[2]); beta <- plogis(par[3]) * (1 - alpha)
  n <- length(x)
  h <- numeric(n)
  h[1] <- var(x)
  for (t in 2:n) h[t] <- omega + alpha * x[t - 1]^2 + beta * h[t - 1]
  0.5 * sum(log(2 * pi) + log(h) + x^2 / h)
}
optim(c(-2, -2, 2), garch_nll, x = ret)

# GJR-GARCH with Student innovations; out of bounds is a large number
gjr <- function(p) {
  if (p[1] <= 0 || p[2] < 0 || p[3] < 0 || p[5] <= 2) return(1e10)
  v <- rep(mean(ret^2), length(ret))
  for (i in 2:length(ret)) {
    lev <- ifelse(ret[i - 1] < 0, p[4], 0)
    v[i] <- p[1] + (p[2] + lev) * ret[i - 1]^2 + p[3] * v[i - 1]
  }
  z <- ret / sqrt(v)
  -sum(dt(z * sqrt(p[5] / (p[5] - 2)), p[5], log = TRUE) + 0.5 * log(p[5] / (p[5] - 2)) - 0.5 * log(v))
}
nlminb(c(0.05, 0.05, 0.8, 0.05, 8), gjr, lower = c(1e-6, 0, 0, -0.5, 2.1))

# ARMA(1,1) by conditional sum of squares
x <- as.numeric(arima.sim(list(ar = 0.6, ma = 0.3), 150))
css <- function(p) {
  e <- c()
  e[1] <- 0
  for (t in 2:length(x)) e <- c(e, x[t] - p["mu"] - p["ar"] * (x[t - 1] - p["mu"]) - p["ma"] * e[t - 1])
  sum(e^2)
}
optim(c(mu = 0, ar = 0.5, ma = 0.2), css, method = "BFGS")

# AR(2) exact likelihood through its covariance matrix
ar2_exact <- function(p) {
  phi <- tanh(p[1:2]); sigma <- exp(p[3])
  a <- c(phi[1] * (1 - phi[2]), phi[2])
  n <- 25
  rho <- numeric(n)
  rho[1] <- 1
  rho[2] <- a[1] / (1 - a[2])
  for (k in 3:n) rho[k] <- a[1] * rho[k - 1] + a[2] * rho[k - 2]
  g0 <- sigma^2 / (1 - a[1] * rho[2] - a[2] * rho[3])
  V <- g0 * toeplitz(rho)
  L <- t(chol(V))
  u <- forwardsolve(L, x[1:n])
  sum(log(diag(L))) + 0.5 * sum(u^2) + n / 2 * log(2 * pi)
}
optim(c(0.5, 0, 0), ar2_exact)

# Local level, Kalman filter in scalars
nile <- as.numeric(Nile)
local_level <- function(logv) {
  s2e <- exp(logv[1]); s2n <- exp(logv[2])
  a <- nile[1]; P <- 1e7; ll <- 0
  for (y in nile) {
    F <- P + s2e
    v <- y - a
    K <- P / F
    ll <- ll - 0.5 * (log(2 * pi * F) + v^2 / F)
    a <- a + K * v
    P <- P * (1 - K) + s2n
  }
  -ll
}
optim(c(9, 7), local_level, method = "BFGS")

# Local linear trend, Kalman filter in matrices that are kept
kalman <- function(theta, y) {
  Z <- matrix(c(1, 0), 1); Tm <- matrix(c(1, 0, 1, 1), 2)
  H <- exp(theta[1]); Q <- diag(exp(theta[2:3]))
  n <- length(y)
  a <- matrix(0, 2, n + 1); P <- array(0, c(2, 2, n + 1))
  a[, 1] <- c(y[1], 0); P[, , 1] <- diag(1e6, 2)
  lik <- numeric(n)
  for (t in 1:n) {
    v <- y[t] - Z %*% a[, t]
    Ft <- Z %*% P[, , t] %*% t(Z) + H
    K <- Tm %*% P[, , t] %*% t(Z) %*% solve(Ft)
    lik[t] <- -0.5 * (log(2 * pi) + log(det(Ft)) + t(v) %*% solve(Ft) %*% v)
    a[, t + 1] <- Tm %*% a[, t] + K %*% v
    P[, , t + 1] <- Tm %*% P[, , t] %*% t(Tm - K %*% Z) + Q
  }
  -sum(lik)
}
optim(c(9, 6, 1), kalman, y = nile[1:40], method = "BFGS")

# Simple exponential smoothing and Holt's trend
ses <- function(alpha) {
  l <- nile[1]; sse <- 0
  for (t in 2:length(nile)) { e <- nile[t] - l; sse <- sse + e^2; l <- l + alpha * e }
  sse
}
optimize(ses, c(0, 1))
holt <- function(p) {
  level <- nile[1]; trend <- 0
  fitted <- rep(NA, length(nile))
  for (i in seq_along(nile)) {
    fitted[i] <- level + trend
    new <- p[1] * nile[i] + (1 - p[1]) * (level + trend)
    trend <- p[2] * (new - level) + (1 - p[2]) * trend
    level <- new
  }
  mean((nile - fitted)^2)
}
optim(c(0.3, 0.1), holt, method = "L-BFGS-B", lower = 0, upper = 1)

# Poisson hidden Markov model, scaled forward recursion (earthquakes)
quakes <- c(13, 14, 8, 10, 16, 26, 32, 27, 18, 32, 36, 24, 22, 23, 22, 18, 25, 21, 21, 14, 8, 11, 14, 23, 18, 17, 19, 20, 22, 19)
pn2pw <- function(m, lambda, gamma) c(log(lambda), log(gamma / diag(gamma))[!diag(m)])
pw2pn <- function(m, parvect) {
  lambda <- exp(parvect[1:m])
  gamma <- diag(m)
  gamma[!gamma] <- exp(parvect[(m + 1):(m * m)])
  gamma <- gamma / apply(gamma, 1, sum)
  delta <- solve(t(diag(m) - gamma + 1), rep(1, m))
  list(lambda = lambda, gamma = gamma, delta = delta)
}
mllk <- function(parvect, x, m) {
  n <- length(x)
  pn <- pw2pn(m, parvect)
  allprobs <- outer(x, pn$lambda, dpois)
  lscale <- 0
  foo <- pn$delta
  for (i in 1:n) {
    foo <- foo %*% pn$gamma * allprobs[i, ]
    sumfoo <- sum(foo)
    lscale <- lscale + log(sumfoo)
    foo <- foo / sumfoo
  }
  -lscale
}
nlm(mllk, pn2pw(2, c(14, 25), matrix(c(0.9, 0.1, 0.1, 0.9), 2)), x = quakes, m = 2)

# Markov switching regression, Hamilton filter
hamilton <- function(th) {
  mu <- th[1:2]; sig <- exp(th[3]); p11 <- plogis(th[4]); p22 <- plogis(th[5])
  P <- rbind(c(p11, 1 - p11), c(1 - p22, p22))
  xi <- c(0.5, 0.5)
  ll <- 0
  for (t in 1:80) {
    pred <- as.vector(t(P) %*% xi)
    lik <- dnorm(x[t], mu, sig)
    ll <- ll + log(sum(pred * lik))
    xi <- pred * lik / sum(pred * lik)
  }
  -ll
}
optim(c(-1, 1, 0, 1.5, 1.5), hamilton)

# Stochastic volatility, the volatility on a grid
sv_grid <- function(p) {
  phi <- tanh(p[1]); sigma <- exp(p[2]); mu <- p[3]
  m <- 25
  g <- seq(-3, 3, length.out = m) * 1.2
  w <- g[2] - g[1]
  G <- outer(g, g, function(a, b) dnorm(b, phi * a, sigma)) * w
  prob <- dnorm(g, 0, sigma / sqrt(1 - phi^2)) * w
  l <- 0
  for (t in 1:60) {
    prob <- (prob %*% G) * dnorm(ret[t], 0, exp((mu + g) / 2))
    l <- l + log(sum(prob))
    prob <- prob / sum(prob)
  }
  -l
}
optim(c(1.5, -0.5, 0), sv_grid)

# Black-Scholes: implied parameters from quoted calls
K <- c(80, 90, 100, 110, 120); quote <- c(21.6, 13.5, 7.4, 3.5, 1.5)
bs_call <- function(S, K, r, sigma, T) {
  d1 <- (log(S / K) + (r + sigma^2 / 2) * T) / (sigma * sqrt(T))
  d2 <- d1 - sigma * sqrt(T)
  S * pnorm(d1) - K * exp(-r * T) * pnorm(d2)
}
smile <- function(b) {
  vol <- exp(b[1] + b[2] * log(K / 100) + b[3] * log(K / 100)^2)
  sum((mapply(bs_call, K = K, sigma = vol, MoreArgs = list(S = 100, r = 0.02, T = 0.5)) - quote)^2)
}
optim(c(-1.5, 0, 0), smile)

# Nelson-Siegel yields
maturity <- c(0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30); yield <- c(1.2, 1.4, 1.7, 2.1, 2.4, 2.9, 3.1, 3.4, 3.8, 3.9)
nelson_siegel <- function(b, tau) {
  x <- tau / b[4]
  b[1] + b[2] * (1 - exp(-x)) / x + b[3] * ((1 - exp(-x)) / x - exp(-x))
}
optim(c(4, -3, 0, 2), function(b) sum((yield - nelson_siegel(b, maturity))^2))

# CRR binomial tree for an American put
crr <- function(sigma, S = 100, K = 105, r = 0.03, T = 1, n = 15) {
  dt <- T / n; u <- exp(sigma * sqrt(dt)); d <- 1 / u
  p <- (exp(r * dt) - d) / (u - d)
  V <- pmax(K - S * u^(n:0) * d^(0:n), 0)
  for (i in (n - 1):0) {
    V <- exp(-r * dt) * (p * V[1:(i + 1)] + (1 - p) * V[2:(i + 2)])
    V <- pmax(V, K - S * u^(i:0) * d^(0:i))
  }
  (V - 11.2)^2
}
optimize(crr, c(0.05, 0.8))

# Portfolio: Sharpe ratio of weights by a softmax
R <- matrix(rnorm(60 * 4, 0.01, 0.05), 60)
sharpe <- function(w) {
  w <- exp(w) / sum(exp(w))
  -(mean(R %*% w) / sd(R %*% w))
}
optim(rep(0, 4), sharpe, method = "BFGS")

# Vasicek short rate, exact transition density
rate <- cumsum(c(0.03, rnorm(80, 0, 0.002)))
vasicek <- function(p) {
  kappa <- exp(p[1]); theta <- p[2]; sigma <- exp(p[3]); dt <- 1 / 12
  m <- theta + (head(rate, -1) - theta) * exp(-kappa * dt)
  v <- sigma^2 * (1 - exp(-2 * kappa * dt)) / (2 * kappa)
  -sum(dnorm(tail(rate, -1), m, sqrt(v), log = TRUE))
}
optim(c(0, 0.03, -4), vasicek)
