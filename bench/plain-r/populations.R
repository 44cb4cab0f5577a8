# Capture-recapture, occupancy, distance sampling, populations.
set.seed(203)
# CJS, histories, first and last capture, chi recursion
ch <- t(sapply(1:40, function(i) { f <- sample(1:4, 1); a <- rep(0, 6); a[f] <- 1; alive <- 1
  for (t in (f + 1):6) { alive <- alive * rbinom(1, 1, 0.8); a[t] <- alive * rbinom(1, 1, 0.5) }; a }))
first <- apply(ch, 1, function(x) min(which(x == 1))); last <- apply(ch, 1, function(x) max(which(x == 1)))
cjs <- function(beta, ch, first, last) {
  phi <- plogis(beta[1]); p <- plogis(beta[2]); nocc <- ncol(ch)
  chi <- numeric(nocc); chi[nocc] <- 1
  for (t in (nocc - 1):1) chi[t] <- 1 - phi + phi * (1 - p) * chi[t + 1]
  ll <- 0
  for (i in 1:nrow(ch)) {
    if (first[i] < last[i]) for (j in (first[i] + 1):last[i]) ll <- ll + log(phi) + ifelse(ch[i, j] == 1, log(p), log(1 - p))
    ll <- ll + log(chi[last[i]])
  }
  -ll
}
optim(c(0, 0), cjs, ch = ch, first = first, last = last)

# m-array with multinomial cells
marr <- matrix(0, 5, 6)
for (i in 1:40) { w <- which(ch[i, ] == 1); if (length(w) > 1) for (k in 1:(length(w) - 1)) marr[w[k], w[k + 1] - 1] <- marr[w[k], w[k + 1] - 1] + 1
  if (max(w) < 6) marr[max(w), 6] <- marr[max(w), 6] + 1 }
marray_nll <- function(par) {
  phi <- plogis(par[1:5]); p <- plogis(par[6]); q <- 1 - p
  pr <- matrix(0, 5, 6)
  diag(pr[, 1:5]) <- phi * p
  for (t in 1:4) for (j in (t + 1):5) pr[t, j] <- prod(phi[t:j]) * q^(j - t) * p
  pr[, 6] <- 1 - rowSums(pr[, 1:5])
  -sum(sapply(1:5, function(t) dmultinom(marr[t, ], prob = pr[t, ], log = TRUE)))
}
optim(rep(0.3, 6), marray_nll)

# occupancy with missing visits
det <- matrix(rbinom(120, 1, 0.3), 30); det[sample(120, 10)] <- NA; elev <- rnorm(30)
occ <- function(parms) {
  psi <- plogis(parms[1] + parms[2] * elev); p <- plogis(parms[3])
  cp <- p^det * (1 - p)^(1 - det)
  cp[is.na(det)] <- 1
  loglik <- log(psi * apply(cp, 1, prod) + (1 - psi) * as.integer(rowSums(det, na.rm = TRUE) == 0))
  -1 * sum(loglik)
}
optim(c(0, 0, 0), occ, method = "BFGS")

# dynamic occupancy with arrays [site, visit, year]
yarr <- array(rbinom(15 * 3 * 4, 1, 0.35), c(15, 3, 4))
dyn <- function(b) {
  psi1 <- plogis(b[1]); gam <- plogis(b[2]); eps <- plogis(b[3]); p <- plogis(b[4])
  phi <- matrix(c(1 - eps, gam, eps, 1 - gam), 2)
  nll <- 0
  for (i in 1:15) {
    v <- c(psi1, 1 - psi1)
    for (yr in 1:4) {
      d <- sum(yarr[i, , yr])
      Dmat <- diag(c(p^d * (1 - p)^(3 - d), d == 0))
      v <- v %*% Dmat
      if (yr < 4) v <- v %*% phi
    }
    nll <- nll - log(sum(v))
  }
  nll
}
optim(c(0, -1, -1, 0), dyn)

# N-mixture, sum over N with lapply
C <- matrix(rpois(60, 3), 20)
nmix <- function(p, K = 30) {
  lambda <- exp(p[1]); det <- plogis(p[2]); N <- 0:K
  fN <- dpois(N, lambda)
  lik <- vapply(seq_len(nrow(C)), function(i) {
    g <- Reduce(`*`, lapply(C[i, ], function(cc) dbinom(cc, N, det)))
    sum(fN * g)
  }, 0)
  -sum(log(lik))
}
optim(c(1.5, 0), nmix)

# N-mixture, negative binomial, outer loops, early exit on bad parameters
nmix2 <- function(par) {
  if (any(!is.finite(par)) || par[3] > 20) return(1e10)
  total <- 0
  for (i in 1:20) {
    lik <- 0
    for (N in max(C[i, ]):25) {
      lik <- lik + dnbinom(N, size = exp(par[3]), mu = exp(par[1])) * prod(dbinom(C[i, ], N, plogis(par[2])))
    }
    total <- total + log(lik)
  }
  -total
}
optim(c(1.5, 0, 1), nmix2)

# line transects, half-normal with cosine adjustment, trapezoid rule
d <- abs(rnorm(60, 0, 10)); d <- d[d < 25]; w <- 25
detect <- function(x, sigma, a) { k <- exp(-x^2 / (2 * sigma^2)) * (1 + a * cos(2 * pi * x / w)); k / (1 + a) }
dist_nll <- function(th) {
  s <- exp(th[1]); a <- th[2]
  grid <- seq(0, w, length.out = 101)
  g <- detect(grid, s, a)
  mu <- sum(diff(grid) * (head(g, -1) + tail(g, -1)) / 2)
  -sum(log(detect(d, s, a) / mu))
}
optim(c(2.2, 0.1), dist_nll)

# point counts in distance bins, integrals by pnorm and Rayleigh
bins <- c(0, 20, 40, 60, 100); nb <- c(8, 21, 14, 6)
pointcount <- function(lsig) {
  cell <- function(a, b) { s2 <- exp(2 * lsig); s2 * (exp(-a^2 / (2 * s2)) - exp(-b^2 / (2 * s2))) }
  pr <- mapply(cell, bins[-length(bins)], bins[-1])
  pr <- pr / sum(pr)
  -sum(nb * log(pr)) - lgamma(sum(nb) + 1) + sum(lfactorial(nb))
}
optimize(pointcount, c(2, 5))

# closed population, heterogeneity by two-point mixture
freq <- c(43, 16, 8, 6, 0, 2, 1); Tocc <- 18
mixture_Mh <- function(p) {
  f0 <- exp(p[1]); th <- plogis(p[2:3]); pi <- plogis(p[4])
  pj <- pi * dbinom(0:Tocc, Tocc, th[1]) + (1 - pi) * dbinom(0:Tocc, Tocc, th[2])
  n <- sum(freq)
  ll <- lgamma(n + f0 + 1) - lgamma(f0 + 1) + f0 * log(pj[1]) + sum(freq * log(pj[2:8]))
  -ll
}
optim(c(3, -2, -1, 0), mixture_Mh)

# removal sampling
removal <- function(lp, catch) {
  p <- plogis(lp[2]); N <- sum(catch) + exp(lp[1]); k <- length(catch)
  cells <- p * (1 - p)^(seq_len(k) - 1)
  -(lgamma(N + 1) - lgamma(N - sum(catch) + 1) - sum(lfactorial(catch)) + sum(catch * log(cells)) + (N - sum(catch)) * log(1 - sum(cells)))
}
nlminb(c(3, 0), removal, catch = c(50, 31, 19, 11))

# stock and recruitment: Ricker, Beverton-Holt, Hockey stick by switch
SR <- data.frame(S = c(2, 4, 5, 8, 10, 14, 18, 22, 30), R = c(5, 9, 10, 14, 15, 16, 16, 15, 13))
recruit <- function(theta, type) {
  pred <- with(SR, switch(type,
    ricker = theta[1] * S * exp(-theta[2] * S),
    bh = theta[1] * S / (1 + theta[2] * S),
    stop("unknown")))
  n <- nrow(SR)
  rss <- sum((log(SR$R) - log(pred))^2)
  n / 2 * log(rss / n)
}
optim(c(2.5, 0.05), recruit, type = "ricker")
optim(c(2.5, 0.1), recruit, type = "bh")
hockey <- function(p) { pred <- exp(p[1]) * pmin(SR$S, exp(p[2])); sum(log(SR$R / pred)^2) }
optim(c(0.8, 2.1), hockey)

# surplus production, catch and index
catch <- c(15, 20, 28, 32, 40, 38, 30, 26, 20, 18); cpue <- c(61, 58, 52, 44, 36, 28, 25, 24, 26, 30)
schaefer <- function(lp) {
  r <- exp(lp[1]); k <- exp(lp[2]); B <- rep(NA, 11); B[1] <- k
  pen <- 0
  for (i in 1:10) {
    B[i + 1] <- B[i] + r * B[i] * (1 - B[i] / k) - catch[i]
    if (B[i + 1] < 1) { pen <- pen + (1 - B[i + 1])^2; B[i + 1] <- 1 }
  }
  q <- exp(mean(log(cpue / B[-11])))
  s <- sd(log(cpue) - log(q * B[-11]))
  -sum(dnorm(log(cpue), log(q * B[1:10]), s, TRUE)) + pen
}
optim(log(c(0.35, 300)), schaefer)

# growth: von Bertalanffy, seasonal, lengths at age by groups
age <- rep(1:8, each = 3); len <- 50 * (1 - exp(-0.3 * (age + 0.5))) + rnorm(24, 0, 1.5); sex <- gl(2, 12, 24, labels = c("F", "M"))
vb <- function(t, Linf, K, t0) Linf * (1 - exp(-K * (t - t0)))
vbgf <- function(p) {
  Linf <- p[c("LF", "LM")][as.integer(sex)]
  e <- len - vb(age, Linf, p["K"], p["t0"])
  -sum(dnorm(e, 0, p["sigma"], log = TRUE))
}
optim(c(LF = 48, LM = 50, K = 0.3, t0 = -0.5, sigma = 1.5), vbgf)

# Leslie matrix: dominant eigenvalue by power iteration fitted to growth
leslie <- function(p) {
  L <- matrix(0, 3, 3); L[1, ] <- c(0, exp(p[1]), exp(p[2])); L[2, 1] <- plogis(p[3]); L[3, 2] <- plogis(p[4])
  v <- rep(1, 3)
  for (i in 1:50) { w <- L %*% v; lam <- sum(w) / sum(v); v <- w / sum(w) }
  (lam - 1.05)^2 + sum((v - c(0.6, 0.25, 0.15))^2)
}
optim(c(0.3, 0.5, 0, 0), leslie)

# catch at age, Baranov, matrices by year and age with cumulative mortality
Cobs <- matrix(c(120, 95, 60, 28, 130, 90, 55, 30, 115, 100, 52, 26), 3, byrow = TRUE)
vpa <- function(p) {
  F <- outer(exp(p[1:3]), plogis(p[4:7])); M <- 0.2
  Z <- F + M
  N <- matrix(NA, 3, 4)
  N[1, ] <- exp(p[8] - 0.5 * (0:3)); N[2:3, 1] <- exp(p[9:10])
  for (yr in 2:3) for (a in 2:4) N[yr, a] <- N[yr - 1, a - 1] * exp(-Z[yr - 1, a - 1])
  Chat <- F / Z * (1 - exp(-Z)) * N
  sum((log(Cobs) - log(Chat))^2)
}
optim(c(-0.5, -0.5, -0.5, 0, 0.5, 1, 1.5, 6.5, 6.5, 6.5), vpa)

# functional response: Rogers random predator with lambertW by Newton steps
eaten <- c(2, 4, 7, 9, 12, 13, 15); N0 <- c(3, 6, 12, 20, 40, 60, 100)
lambertW <- function(z) { w <- log1p(z); for (i in 1:20) w <- w - (w * exp(w) - z) / (exp(w) * (w + 1)); w }
rogers <- function(a, h) -sum(dbinom(eaten, N0, (N0 - lambertW(exp(a) * exp(h) * N0 * exp(-exp(a) * (1 - exp(h) * N0))) / (exp(a) * exp(h))) / N0, log = TRUE))
mle(rogers, start = list(a = 0.1, h = -2.5))
