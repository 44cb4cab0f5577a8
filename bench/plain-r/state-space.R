# State space models.
set.seed(202)
y <- cumsum(rnorm(60, 0, 0.5)) + rnorm(60)
# dlm as list of matrices
build <- function(p) list(F = matrix(c(1, 0), 1), G = matrix(c(1, 0, 1, 1), 2), V = matrix(exp(p[1])), W = diag(exp(p[2:3])), m0 = c(y[1], 0), C0 = diag(1e3, 2))
kf_list <- function(p) {
  mod <- build(p)
  m <- mod$m0; C <- mod$C0; ll <- 0
  with(mod, {
    for (t in seq_along(y)) {
      a <- G %*% m
      R <- G %*% C %*% t(G) + W
      f <- F %*% a; Q <- F %*% R %*% t(F) + V
      e <- y[t] - f
      K <- R %*% t(F) %*% solve(Q)
      m <- a + K %*% e
      C <- R - K %*% Q %*% t(K)
      ll <- ll - 0.5 * (log(2 * pi) + log(det(Q)) + t(e) %*% solve(Q) %*% e)
    }
    -as.numeric(ll)
  })
}
optim(c(0, -1, -3), kf_list)

# diffuse initial state, univariate, missing values
y2 <- replace(y, c(10:13, 40), NA)
kf_diffuse <- function(par) {
  H <- exp(par[1]); Q <- exp(par[2])
  a <- 0; P <- 1e7; lik <- 0
  v <- Ft <- rep(NA_real_, 60)
  for (t in 1:60) {
    if (is.na(y2[t])) { P <- P + Q; next }
    v[t] <- y2[t] - a
    Ft[t] <- P + H
    K <- P / Ft[t]
    a <- a + K * v[t]
    P <- P * (1 - K) + Q
  }
  ok <- which(!is.na(v))[-1]
  0.5 * sum(log(2 * pi) + log(Ft[ok]) + v[ok]^2 / Ft[ok])
}
optim(c(0, 0), kf_diffuse)

# S4 state space class
setClass("SSM", representation(Z = "matrix", T = "matrix", a1 = "numeric", P1 = "matrix"))
setGeneric("filterNLL", function(object, ...) standardGeneric("filterNLL"))
setMethod("filterNLL", "SSM", function(object, y, h, Q) {
  a <- object@a1; P <- object@P1; nll <- 0
  for (i in seq_along(y)) {
    v <- y[i] - sum(object@Z * a)
    PZ <- P %*% t(object@Z)
    F <- drop(object@Z %*% PZ) + h
    nll <- nll + log(F) / 2 + v^2 / (2 * F)
    a <- drop(object@T %*% (a + PZ * (v / F)))
    P <- object@T %*% (P - PZ %*% t(PZ) / F) %*% t(object@T) + Q
  }
  nll
})
ssm <- new("SSM", Z = matrix(c(1, 1, 0), 1), T = matrix(c(1, 0, 0, 0, 0.5, 1, 0, -0.3, 0), 3), a1 = c(0, 0, 0), P1 = diag(10, 3))
optim(c(0, -1, -1), function(th) filterNLL(ssm, y, h = exp(th[1]), Q = diag(c(exp(th[2]), exp(th[3]), 0))))

# AR(p)+noise by companion matrix; stationary covariance by solving the Lyapunov equation
ar_noise <- function(p) {
  phi <- p[1:2]; s2 <- exp(p[3]); h <- exp(p[4])
  Tm <- rbind(phi, c(1, 0))
  dimnames(Tm) <- NULL
  R <- c(1, 0)
  P <- matrix(solve(diag(4) - kronecker(Tm, Tm), c(s2 * R %o% R)), 2)
  a <- c(0, 0); out <- 0
  for (yt in diff(y)) {
    v <- yt - a[1]; f <- P[1, 1] + h
    k <- P[, 1] / f
    out <- out + 0.5 * (log(f) + v^2 / f)
    a <- Tm %*% (a + k * v)
    P <- Tm %*% (P - tcrossprod(k) * f) %*% t(Tm) + s2 * R %o% R
  }
  c(out)
}
optim(c(0.3, 0.1, 0, 0), ar_noise)

# square-root filter with qr
sqrt_filter <- function(p) {
  sr <- exp(p[1]); sq <- exp(p[2]); S <- 10; m <- 0; nll <- 0
  for (i in 1:25) {
    pre <- rbind(c(sr, 0, 0), c(S, S, 0), c(0, 0, 0))
    pre[3, 2] <- sq
    U <- abs(qr.R(qr(pre[, 1:2])))
    e <- y[i] - m
    nll <- nll + log(U[1, 1]) + 0.5 * (e / U[1, 1])^2
    f <- sr^2 + S^2
    m <- m + S^2 / f * e
    S <- sqrt(S^2 * sr^2 / f + sq^2)
  }
  nll
}
optim(c(0, -0.5), sqrt_filter)

# information form, accumulations in an environment
info_filter <- function(p) {
  st <- new.env()
  st$lambda <- 1e-3; st$eta <- 0; st$ll <- 0
  update <- function(yt) {
    prec <- 1 / (1 / st$lambda + exp(p[1]))
    mean <- st$eta / st$lambda
    st$ll <- st$ll + dnorm(yt, mean, sqrt(1 / prec + exp(p[2])), log = TRUE)
    st$lambda <- prec + exp(-p[2])
    st$eta <- prec * mean + exp(-p[2]) * yt
    invisible(NULL)
  }
  for (yt in y) update(yt)
  -st$ll
}
optim(c(0, 0), info_filter)

# ensemble with fixed noise, matrix of particles, columns means
Z <- matrix(rnorm(60 * 20), 60); Z0 <- rnorm(20)
enkf <- function(th) {
  x <- Z0; ll <- 0
  for (t in 1:60) {
    x <- th[1] * x + exp(th[2]) * Z[t, ]
    s2 <- var(x) + exp(th[3])
    ll <- ll + dnorm(y[t], mean(x), sqrt(s2), log = TRUE)
    x <- x + var(x) / s2 * (y[t] - x)
  }
  -ll
}
optim(c(0.9, 0, 0), enkf)

# extended Kalman filter: logistic growth with its derivative
nn <- c(10, 14, 22, 30, 41, 55, 70, 80, 88, 93, 96, 99)
ekf <- function(par) {
  r <- par["r"]; K <- par["K"]; q <- par["q"]; s <- par["s"]
  f <- function(N) N + r * N * (1 - N / K)
  df <- function(N) 1 + r - 2 * r * N / K
  m <- nn[1]; P <- s; nll <- 0
  for (obs in nn[-1]) {
    F <- df(m); m <- f(m); P <- F^2 * P + q
    S <- P + s
    nll <- nll - dnorm(obs, m, sqrt(S), log = TRUE)
    m <- m + P / S * (obs - m)
    P <- (1 - P / S) * P
  }
  unname(nll)
}
optim(c(r = 0.4, K = 100, q = 3, s = 4), ekf)

# multivariate local level, 3 series, factor loadings
Y <- cbind(y, y * 0.5 + rnorm(60), -y + rnorm(60))
mvll <- function(th, Y) {
  N <- ncol(Y); lam <- c(1, th[1:(N - 1)]); R <- diag(exp(th[N:(2 * N - 1)]))
  a <- 0; P <- 100; L <- 0
  for (i in seq_len(nrow(Y))) {
    P <- P + 1
    F <- P * lam %*% t(lam) + R
    v <- Y[i, ] - lam * a
    Fi <- solve(F)
    L <- L + determinant(F)$modulus + crossprod(v, Fi %*% v)
    K <- P * lam %*% Fi
    a <- a + K %*% v
    P <- P - K %*% lam * P
    P <- P[1, 1]; a <- a[1]
  }
  L[1] / 2
}
optim(c(0.5, -1, 0, 0, 0), mvll, Y = Y)

# regression with time-varying coefficients; sapply over t with <<- state
xreg <- rnorm(60)
tvp <- function(p) {
  b <- c(0, 0); P <- diag(10, 2)
  e <- sapply(1:60, function(t) {
    x <- c(1, xreg[t])
    P <<- P + diag(exp(p[1:2]))
    f <- c(t(x) %*% P %*% x) + exp(p[3])
    v <- y[t] - sum(x * b)
    k <- c(P %*% x) / f
    b <<- b + k * v
    P <<- P - outer(k, k) * f
    v^2 / f + log(f)
  })
  mean(e)
}
optim(c(-1, -3, 0), tvp)
