# Loops as other people's packages, courses and answers have them: filters, dynamic programs, solvers.
set.seed(914)
y <- as.numeric(arima.sim(list(ar = 0.7), 80))
y2 <- matrix(rnorm(80), 2)

# Local linear trend by matrices, with missing values (Durbin and Koopman 2012, chapter 4)
trend <- function(theta) {
  z <- matrix(c(1, 0), 1)
  Tm <- matrix(c(1, 0, 1, 1), 2)
  a <- matrix(0, 2, 1)
  P <- 10 * diag(2)
  ll <- 0
  for (i in seq_along(y)) {
    if (!i %in% c(7, 30)) {
      F <- z %*% P %*% t(z) + exp(theta[1])
      v <- y[i] - z %*% a
      K <- P %*% t(z) %*% solve(F)
      a <- a + K %*% v
      P <- P - K %*% z %*% P
      ll <- ll - 0.5 * (log(det(F)) + t(v) %*% solve(F) %*% v)
    }
    a <- Tm %*% a
    P <- Tm %*% P %*% t(Tm) + diag(exp(theta[2:3]))
  }
  -as.numeric(ll)
}
optim(c(0.1, -1, -2), trend)

# Two series, states in an array
bivariate <- function(p) {
  A <- matrix(c(p[1], p[2], -p[2], p[1]), 2)
  xp <- matrix(0, 2, 1)
  Vp <- diag(2)
  n <- ncol(y2)
  xf <- array(0, c(2, 1, n))
  ll <- 0
  for (t in seq_len(n)) {
    S <- Vp + exp(p[4]) * diag(2)
    e <- y2[, t, drop = FALSE] - xp
    K <- Vp %*% solve(S)
    xf[, , t] <- xp + K %*% e
    ll <- ll - 0.5 * (log(det(S)) + t(e) %*% solve(S, e))
    xp <- A %*% xf[, , t]
    Vp <- A %*% (diag(2) - K) %*% Vp %*% t(A) + exp(p[3]) * diag(2)
  }
  -c(ll) + 1e-3 * sum(xf^2)
}
nlm(bivariate, c(0.8, 0.2, -1, 0))

# Hidden Markov model of counts, scaled (Zucchini and MacDonald 2009, chapter 3)
counts <- rpois(60, c(2, 8)[1 + (runif(60) < 0.4)])
hmm <- function(p) {
  G <- matrix(c(plogis(p[3]), 1 - plogis(p[3]), 1 - plogis(p[4]), plogis(p[4])), 2, byrow = TRUE)
  a <- solve(t(diag(2) - G + 1), rep(1, 2)) * dpois(counts[1], exp(p[1:2]))
  l <- log(sum(a))
  a <- a / sum(a)
  for (k in counts[-1]) {
    a <- a %*% G * dpois(k, exp(p[1:2]))
    l <- l + log(sum(a))
    a <- a / sum(a)
  }
  -l
}
optim(c(0.8, 2, 1, 0.5), hmm)

# ARMA(2, 2), parameters by name: gcc 12 left the loop out of the compiled code
arma <- function(p) {
  e <- numeric(length(y))
  for (t in 3:length(y)) {
    e[t] <- y[t] - p["ar1"] * y[t - 1] - p["ar2"] * y[t - 2] - p["ma1"] * e[t - 1] - p["ma2"] * e[t - 2]
  }
  sum(e^2)
}
optim(c(ar1 = 0.5, ar2 = 0.1, ma1 = 0.2, ma2 = 0.05), arma)

# Soft dynamic time warping (Cuturi and Blondel 2017)
soft_dtw <- function(p) {
  b <- y[1:12]
  a <- p[1] + p[2] * b + p[3] * sin(seq_along(b))
  R <- matrix(1e10, 13, 13)
  R[1, 1] <- 0
  for (i in 1:12) for (j in 1:12) {
    z <- -c(R[i, j], R[i, j + 1], R[i + 1, j])
    R[i + 1, j + 1] <- (a[i] - b[j])^2 - log(sum(exp(z - max(z)))) - max(z)
  }
  R[13, 13]
}
optim(c(0.1, 0.9, 0.3), soft_dtw)

# Extended Kalman filter of the Lorenz equations
lorenz <- function(p) {
  x <- c(1, 1, 1)
  P <- diag(3)
  ll <- 0
  for (k in 1:25) {
    J <- diag(3) + 0.01 * rbind(c(-p[2], p[2], 0), c(p[3] - x[3], -1, -x[1]), c(x[2], x[1], -8 / 3))
    x <- x + 0.01 * c(p[2] * (x[2] - x[1]), x[1] * (p[3] - x[3]) - x[2], x[1] * x[2] - 8 / 3 * x[3])
    P <- J %*% P %*% t(J) + 0.01 * diag(3)
    S <- P[1, 1] + exp(p[1])
    K <- P[, 1] / S
    v <- y[k] - x[1]
    x <- x + K * v
    P <- P - S * tcrossprod(K)
    ll <- ll - log(S) / 2 - v^2 / S / 2
  }
  -ll
}
nlminb(c(0, 10, 28), lorenz)

# A stiff reaction by implicit Euler steps, each by Newton's method (Robertson 1966)
robertson <- function(p) {
  y <- c(1, 0, 0)
  for (s in 1:10) {
    z <- y
    repeat {
      f <- z - y - 0.1 * c(-p[1] * z[1] + p[2] * z[2] * z[3], p[1] * z[1] - p[2] * z[2] * z[3] - p[3] * z[2]^2,
                           p[3] * z[2]^2)
      J <- diag(3) - 0.1 * rbind(c(-p[1], p[2] * z[3], p[2] * z[2]),
                                 c(p[1], -p[2] * z[3] - 2 * p[3] * z[2], -p[2] * z[2]), c(0, 2 * p[3] * z[2], 0))
      d <- solve(J, f)
      z <- z - d
      if (max(abs(d)) < 1e-12) break
    }
    y <- z
  }
  sum(y * c(1, 10, 2))
}
optim(c(0.04, 1, 3), robertson)

# Likelihood of a tree (Felsenstein 1981), Jukes and Cantor's model
bases <- matrix(sample(4, 20, TRUE), 5)
edges <- rbind(c(6, 1), c(6, 2), c(7, 6), c(7, 3), c(8, 4), c(8, 5), c(9, 7), c(9, 8))
pruning <- function(lengths) {
  ll <- 0
  for (site in 1:4) {
    L <- matrix(1, 9, 4)
    for (tip in 1:5) L[tip, ] <- as.numeric(1:4 == bases[tip, site])
    for (e in seq_len(nrow(edges))) {
      P <- matrix(0.25 - 0.25 * exp(-4 / 3 * exp(lengths[e])), 4, 4)
      diag(P) <- 0.25 + 0.75 * exp(-4 / 3 * exp(lengths[e]))
      L[edges[e, 1], ] <- L[edges[e, 1], ] * drop(P %*% L[edges[e, 2], ])
    }
    ll <- ll + log(sum(L[9, ]) / 4)
  }
  -ll
}
nlm(pruning, seq(-2.2, -1.5, by = 0.1))

# Growth rate and sensitivities of a matrix population model (Caswell 2001), complex eigenvectors inverted
leslie <- function(p) {
  A <- rbind(c(0, p[1], p[2]), c(p[3], 0, 0), c(0, p[4], 0.5))
  ev <- eigen(A)
  k <- which.max(Re(ev$values))
  v <- abs(Re(Conj(solve(ev$vectors))[k, ]))
  S <- v %o% abs(Re(ev$vectors[, k]))
  Re(ev$values[k]) + sum((S * A)^2)
}
optim(c(1.5, 2, 0.4, 0.5), leslie)

# Every combination of parameters of two groups
combinations <- function(p) {
  g <- expand.grid(mu = p[1:2], size = exp(p[3:4]))
  s <- 0
  for (i in seq_len(nrow(g))) s <- s - log(mean(dnorm(y, g$mu[i], g$size[i])))
  s
}
optim(c(0, 0.5, 0, 0.3), combinations)
