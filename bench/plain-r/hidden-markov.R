# Hidden Markov models, as in courses and package vignettes.
set.seed(201)
logsumexp <- function(v) { m <- max(v); m + log(sum(exp(v - m))) }
obs <- c(rpois(30, 2), rpois(30, 8), rpois(20, 3))
K <- 2

# forward algorithm on the log scale, nested loops
hmm_logforward <- function(par, y) {
  lambda <- exp(par[1:K])
  P <- matrix(NA, K, K)
  P[1, 2] <- plogis(par[3]); P[1, 1] <- 1 - P[1, 2]
  P[2, 1] <- plogis(par[4]); P[2, 2] <- 1 - P[2, 1]
  n <- length(y)
  la <- matrix(-Inf, n, K)
  for (k in 1:K) la[1, k] <- log(1 / K) + dpois(y[1], lambda[k], log = TRUE)
  for (t in 2:n)
    for (k in seq_len(K)) {
      tmp <- numeric(K)
      for (j in 1:K) tmp[j] <- la[t - 1, j] + log(P[j, k])
      la[t, k] <- logsumexp(tmp) + dpois(y[t], lambda[k], log = TRUE)
    }
  -logsumexp(la[n, ])
}
optim(c(log(2), log(7), -2, -2), hmm_logforward, y = obs)

# Gaussian emissions, allprobs and Reduce()
hmm_reduce <- function(theta) {
  mu <- theta[1:3]; sd <- exp(theta[4])
  G <- diag(3)
  G[!G] <- exp(theta[5:10])
  G <- G / rowSums(G)
  delta <- solve(t(diag(3) - G + 1), rep(1, 3))
  z <- log1p(obs)
  ap <- outer(z, mu, dnorm, sd = sd)
  step <- function(state, p) {
    a <- drop(state$a %*% G) * p
    s <- sum(a)
    list(a = a / s, ll = state$ll + log(s))
  }
  a0 <- delta * ap[1, ]
  start <- list(a = a0 / sum(a0), ll = log(sum(a0)))
  -Reduce(step, split(ap[-1, ], row(ap[-1, ])), start)$ll
}
optim(c(1, 1.5, 2.2, -1, rep(-2, 6)), hmm_reduce)

# an object with emission functions by name
model <- list(states = c("calm", "wild"), emission = list(calm = function(y, th) dpois(y, exp(th["calm"])),
                                                          wild = function(y, th) dnbinom(y, mu = exp(th["wild"]), size = exp(th["size"]))))
hmm_named <- function(th) {
  stay <- c(calm = plogis(th[["p.calm"]]), wild = plogis(th[["p.wild"]]))
  trans <- rbind(calm = c(stay["calm"], 1 - stay["calm"]), wild = c(1 - stay["wild"], stay["wild"]))
  colnames(trans) <- model$states
  alpha <- c(calm = 0.5, wild = 0.5)
  loglik <- 0
  for (y in obs) {
    pred <- alpha %*% trans
    e <- vapply(model$states, function(s) unname(model$emission[[s]](y, th)), numeric(1))
    alpha <- pred[1, ] * e
    loglik <- loglik + log(sum(alpha))
    alpha <- alpha / sum(alpha)
  }
  return(-loglik)
}
optim(c(calm = 0.7, wild = 2, size = 1, p.calm = 1, p.wild = 1), hmm_named)

# matrices of the product, one after the other (%*%), with rescaling in a list
hmm_matprod <- function(p) {
  Gamma <- matrix(c(1 - plogis(p[1]), plogis(p[1]), plogis(p[2]), 1 - plogis(p[2])), 2, byrow = TRUE)
  v <- t(c(0.5, 0.5))
  l <- 0
  for (i in seq_along(obs)) {
    v <- if (i == 1) v %*% diag(dpois(obs[i], exp(p[3:4]))) else v %*% Gamma %*% diag(dpois(obs[i], exp(p[3:4])))
    u <- sum(v); l <- l + log(u); v <- v / u
  }
  nll <- -l
  attr(nll, "phi") <- v
  nll
}
optim(c(-2, -2, 0.5, 2), hmm_matprod)

# several sequences, by id, missing observations
seqs <- data.frame(id = rep(1:4, each = 15), y = replace(rnorm(60), c(5, 17, 33), NA))
one_seq <- function(y, mu, sigma, Gamma, delta) {
  phi <- delta; ll <- 0
  for (yt in y) {
    dens <- if (is.na(yt)) rep(1, length(mu)) else dnorm(yt, mu, sigma)
    phi <- as.vector(phi %*% Gamma) * dens
    ll <- ll + log(sum(phi))
    phi <- phi / sum(phi)
  }
  ll
}
hmm_ids <- function(w) {
  Gamma <- diag(2); Gamma[row(Gamma) != col(Gamma)] <- exp(w[3:4])
  Gamma <- sweep(Gamma, 1, rowSums(Gamma), "/")
  pi0 <- c(Gamma[2, 1], Gamma[1, 2]); pi0 <- pi0 / sum(pi0)
  -sum(tapply(seqs$y, seqs$id, one_seq, mu = w[1:2], sigma = exp(w[5:6]), Gamma = Gamma, delta = pi0))
}
optim(c(-0.5, 0.5, -1, -1, 0, 0), hmm_ids)

# three-dimensional array of transition matrices with a covariate
tempc <- rnorm(80)
hmm_cov <- function(b) {
  eta <- cbind(b[1] + b[2] * tempc, b[3] + b[4] * tempc)
  tpm <- array(dim = c(2, 2, length(obs)))
  tpm[1, 2, ] <- 1 / (1 + exp(-eta[, 1]))
  tpm[2, 1, ] <- 1 / (1 + exp(-eta[, 2]))
  tpm[1, 1, ] <- 1 - tpm[1, 2, ]
  tpm[2, 2, ] <- 1 - tpm[2, 1, ]
  lam <- cumsum(exp(b[5:6]))
  foo <- c(0.5, 0.5) * dpois(obs[1], lam)
  ll <- log(sum(foo)); foo <- foo / sum(foo)
  for (t in 2:length(obs)) {
    foo <- foo %*% tpm[, , t] * dpois(obs[t], lam)
    ll <- ll + log(sum(foo)); foo <- foo / sum(foo)
  }
  -ll
}
optim(c(-2, 0, -2, 0, 0.5, 1.5), hmm_cov)

# multi-state capture-recapture as an HMM, with apply over histories
ch <- matrix(sample(0:2, 20 * 6, TRUE, c(0.5, 0.3, 0.2)), 20); ch[, 1] <- sample(1:2, 20, TRUE)
multistate <- function(b) {
  phi <- plogis(b[1:2]); psi <- plogis(b[3:4]); p <- plogis(b[5:6])
  A <- matrix(c(phi[1] * (1 - psi[1]), phi[1] * psi[1], 1 - phi[1],
                phi[2] * psi[2], phi[2] * (1 - psi[2]), 1 - phi[2],
                0, 0, 1), nrow = 3, byrow = TRUE)
  B <- matrix(c(1 - p[1], p[1], 0, 1 - p[2], 0, p[2], 1, 0, 0), 3, 3, byrow = TRUE)
  lik <- apply(ch, 1, function(h) {
    a <- as.numeric(1:3 == h[1])
    for (t in 2:6) a <- (a %*% A) * B[, h[t] + 1]
    sum(a)
  })
  -sum(log(lik))
}
optim(c(1, 1, -1, -1, 0, 0), multistate)

# Viterbi-free: pair-wise composite likelihood, merge of tables
pairs <- as.data.frame(table(a = pmin(obs[-80], 9), b = pmin(obs[-1], 9)), stringsAsFactors = FALSE)
pairs[] <- lapply(pairs, as.integer); pairs <- pairs[pairs$Freq > 0, ]
composite <- function(par) {
  lam <- exp(par[1:2]); st <- plogis(par[3])
  W <- 0.5 * matrix(c(st, 1 - st, 1 - st, st), 2)
  Pa <- sapply(lam, function(l) dpois(pairs$a, l)); Pb <- sapply(lam, function(l) dpois(pairs$b, l))
  pr <- rowSums((Pa %*% W) * Pb)
  -with(pairs, sum(Freq * log(pr)))
}
optim(c(0.5, 2, 1), composite)

# hidden semi-Markov, dwell time pmf in a growing state space
hsmm <- function(p) {
  m <- 3
  dw <- dgeom(0:(m - 1), plogis(p[1]))
  haz <- dw / (1 - c(0, cumsum(dw)[-m]))
  big <- matrix(0, m + 1, m + 1)
  for (i in 1:m) { big[i, m + 1] <- haz[i]; if (i < m) big[i, i + 1] <- 1 - haz[i] else big[i, i] <- 1 - haz[i] }
  big[m + 1, 1] <- plogis(p[2]); big[m + 1, m + 1] <- 1 - big[m + 1, 1]
  lam <- c(rep(exp(p[3]), m), exp(p[4]))
  a <- rep(1 / (m + 1), m + 1); out <- 0
  for (y in obs) { a <- c(crossprod(big, a)) * dpois(y, lam); s <- sum(a); out <- out - log(s); a <- a / s }
  out
}
optim(c(0, -1, 0.7, 2), hsmm)

# EM's expected complete log-likelihood with fixed responsibilities in a closure
make_Q <- function(y, resp) {
  force(resp)
  function(par) {
    ll <- 0
    for (k in seq_len(ncol(resp))) ll <- ll + sum(resp[, k] * dpois(y, exp(par[k]), log = TRUE))
    -ll - sum(colSums(resp) * log(prop.table(colSums(resp))))
  }
}
optim(c(0.5, 2), make_Q(obs, cbind(obs < 5, obs >= 5) * 0.9 + 0.05))
