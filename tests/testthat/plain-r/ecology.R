# Capture-recapture, occupancy, abundance, movement, population dynamics.
set.seed(102)

# Cormack-Jolly-Seber, an m-array
marray <- matrix(c(11, 2, 0, 0, 0, 0,   0, 24, 1, 0, 0, 0,   0, 0, 34, 2, 0, 0,
                   0, 0, 0, 45, 1, 2,   0, 0, 0, 0, 51, 0,   0, 0, 0, 0, 0, 52), 6, 6, byrow = TRUE)
released <- c(22, 60, 78, 80, 88, 98)
cjs_marray <- function(par) {
  phi <- rep(plogis(par[1]), 6)
  phi[2:3] <- plogis(par[2])
  p <- rep(plogis(par[3]), 6)
  q <- 1 - p
  pr <- matrix(0, 6, 7)
  for (i in 1:6) {
    pr[i, i] <- phi[i] * p[i]
    if (i < 6) for (j in (i + 1):6) pr[i, j] <- prod(phi[i:j]) * prod(q[i:(j - 1)]) * p[j]
    pr[i, 7] <- 1 - sum(pr[i, 1:6])
  }
  obs <- cbind(marray, released - rowSums(marray))
  -sum(obs * log(ifelse(obs > 0, pr, 1)))
}
optim(c(0.2, -0.1, 2), cjs_marray, method = "BFGS")

# Cormack-Jolly-Seber from individual histories, as a hidden Markov model (alive, dead)
hist <- matrix(rbinom(40 * 6, 1, 0.5), 40)
hist[, 1] <- 1
first <- apply(hist, 1, function(h) min(which(h == 1)))
cjs_hmm <- function(b) {
  phi <- 1 / (1 + exp(-b[1]))
  p <- 1 / (1 + exp(-b[2]))
  A <- matrix(c(phi, 1 - phi, 0, 1), 2, 2, byrow = TRUE)
  B <- matrix(c(1 - p, p, 1, 0), 2, 2, byrow = TRUE)
  l <- 0
  for (i in 1:nrow(hist)) {
    alpha <- c(1, 0)
    for (t in (first[i] + 1):ncol(hist)) alpha <- (alpha %*% A) * B[, hist[i, t] + 1]
    l <- l + log(sum(alpha))
  }
  -l
}
optim(qlogis(c(0.7, 0.5)), cjs_hmm)

# Site occupancy with covariates
sites <- 50; visits <- 4
elev <- rnorm(sites)
z <- rbinom(sites, 1, plogis(0.3 + elev))
y <- matrix(rbinom(sites * visits, 1, z * 0.4), sites)
occupancy <- function(beta) {
  psi <- plogis(beta[1] + beta[2] * elev)
  p <- plogis(beta[3])
  cp <- apply(y, 1, function(yi) prod(p^yi * (1 - p)^(1 - yi)))
  none <- as.numeric(rowSums(y) == 0)
  -sum(log(psi * cp + none * (1 - psi)))
}
optim(c(0, 0, 0), occupancy, method = "BFGS", hessian = TRUE)

# N-mixture: repeated counts, abundance summed out
counts <- matrix(rbinom(20 * 3, rep(rpois(20, 4), 3), 0.5), 20)
nmix <- function(theta, K = 30) {
  lambda <- exp(theta[1]); p <- plogis(theta[2])
  N <- 0:K
  prior <- dpois(N, lambda)
  lik <- numeric(nrow(counts))
  for (i in seq_len(nrow(counts))) {
    g <- sapply(N, function(k) prod(dbinom(counts[i, ], k, p)))
    lik[i] <- sum(prior * g)
  }
  -sum(log(lik))
}
optim(c(1, 0), nmix, method = "BFGS")

# Distance sampling, half-normal detection, the integral by a grid
dist <- abs(rnorm(70, 0, 12)); dist <- dist[dist < 30]
halfnormal <- function(logsigma) {
  sigma <- exp(logsigma)
  g <- function(x) exp(-x^2 / (2 * sigma^2))
  grid <- seq(0.15, 29.85, by = 0.3)
  mu <- sum(g(grid)) * 0.3
  -sum(log(g(dist) / mu))
}
nlm(halfnormal, log(10))

# Ricker dynamics with observation and process noise on the log scale
N <- numeric(30); N[1] <- 50
for (t in 2:30) N[t] <- N[t - 1] * exp(0.4 * (1 - N[t - 1] / 100) + rnorm(1, 0, 0.1))
ricker <- function(p, N) {
  r <- p[1]; K <- p[2]; sigma <- exp(p[3])
  Nt <- N[-length(N)]; Nt1 <- N[-1]
  pred <- log(Nt) + r * (1 - Nt / K)
  -sum(dnorm(log(Nt1), pred, sigma, log = TRUE))
}
optim(c(r = 0.3, K = 80, logsigma = -1), ricker, N = N)

# Holling type II functional response, binomial
density <- c(5, 10, 15, 20, 30, 50, 75, 100); killed <- c(1, 2, 5, 10, 9, 7, 10, 14)
holling2 <- function(par) {
  a <- exp(par[1]); h <- exp(par[2])
  with(data.frame(N = density, k = killed), -sum(dbinom(k, prob = a / (1 + a * h * N), size = N, log = TRUE)))
}
optim(log(c(0.5, 0.0125)), holling2)

# Stage-structured matrix: dominant growth rate by powers of the matrix, least squares
pop <- c(20, 24, 31, 36, 45, 57, 66)
leslie <- function(v) {
  L <- matrix(0, 3, 3)
  L[1, 2:3] <- exp(v[1:2])
  L[2, 1] <- plogis(v[3])
  L[3, 2] <- plogis(v[4])
  n <- c(12, 5, 3)
  rss <- (sum(n) - pop[1])^2
  for (t in 2:length(pop)) {
    n <- L %*% n
    rss <- rss + (sum(n) - pop[t])^2
  }
  rss
}
optim(c(0, 0.3, 0.2, 0.4), leslie)

# Random walk with gamma steps and von Mises turns
steps <- rgamma(60, 2, 0.5); turns <- rnorm(60, 0, 0.6)
movement <- function(p) {
  mean <- exp(p[1]); sd <- exp(p[2]); kappa <- exp(p[3]); mu <- p[4]
  -sum(dgamma(steps, shape = mean^2 / sd^2, scale = sd^2 / mean, log = TRUE)) -
    sum(kappa * cos(turns - mu) - log(2 * pi * besselI(kappa, 0)))
}
nlm(movement, c(1, 1, 0.5, 0))
