# Psychometrics, psychophysics, cognitive models.
set.seed(207)
resp <- matrix(rbinom(40 * 6, 1, 0.55), 40, 6, dimnames = list(NULL, paste0("item", 1:6)))
gh <- list(x = c(-2.3506, -1.3358, -0.4361, 0.4361, 1.3358, 2.3506) * sqrt(2), w = c(0.00453, 0.15707, 0.72463, 0.72463, 0.15707, 0.00453) / sqrt(pi))
rasch_mml <- function(b) { P <- plogis(outer(gh$x, b, "-")); L <- exp(resp %*% t(log(P)) + (1 - resp) %*% t(log(1 - P))); -sum(log(L %*% gh$w)) }
optim(rep(0, 6), rasch_mml)
pl3 <- function(par) { a <- exp(par[1:6]); b <- par[7:12]; g <- plogis(par[13]); ll <- 0
  for (i in seq_len(nrow(resp))) { f <- sapply(gh$x, function(th) { p <- g + (1 - g) * plogis(a * (th - b)); prod(ifelse(resp[i, ] == 1, p, 1 - p)) }); ll <- ll + log(sum(f * gh$w)) }
  -ll }
optim(c(rep(0, 12), -2), pl3)
poly <- matrix(sample(0:3, 30 * 4, TRUE), 30)
grm <- function(par) {
  a <- exp(par[1:4]); d <- matrix(par[5:16], 4, 3); d <- t(apply(d, 1, function(r) c(r[1], r[1] + cumsum(exp(r[-1])))))
  lik <- matrix(1, 30, 6)
  for (j in 1:4) { cum <- cbind(1, plogis(a[j] * outer(gh$x, d[j, ], "-")), 0); pr <- cum[, 1:4] - cum[, 2:5]; lik <- lik * t(pr[, poly[, j] + 1]) }
  -sum(log(drop(lik %*% gh$w)))
}
optim(c(rep(0, 4), rep(-1, 4), rep(0, 8)), grm)
pcm <- function(delta) { D <- matrix(delta, 4, 3); num <- lapply(1:4, function(j) exp(t(sapply(gh$x, function(th) c(0, cumsum(th - D[j, ])))))); P <- lapply(num, function(m) m / rowSums(m)); post <- Reduce("*", Map(function(p, j) p[, poly[, j] + 1], P, 1:4)); -sum(log(colSums(post * gh$w))) }
optim(rep(c(-1, 0, 1), each = 4), pcm)
elo <- function(r) { r <- c(0, r); games <- rbind(c(1, 2), c(2, 3), c(1, 3), c(3, 4), c(4, 1), c(2, 4)); -sum(plogis(r[games[, 1]] - r[games[, 2]], log.p = TRUE)) + sum(r^2) / 20 }
optim(c(0, 0, 0), elo)
thurstone <- function(mu) { m <- c(0, mu); W <- matrix(c(0, 12, 15, 8, 0, 11, 5, 9, 0), 3); s <- 0; for (i in 1:3) for (j in 1:3) if (i != j) s <- s + W[i, j] * pnorm((m[i] - m[j]) / sqrt(2), log.p = TRUE); -s }
optim(c(0.1, 0.2), thurstone)
# plackett-luce with rankings of differing length
ranks <- list(c("a", "b", "c"), c("c", "a"), c("b", "c", "a", "d"), c("d", "a", "b"))
pl <- function(theta) { w <- c(a = 1, exp(theta)); -sum(vapply(ranks, function(r) { v <- w[r]; sum(log(v) - log(rev(cumsum(rev(v))))) }, numeric(1))) }
optim(c(b = 0, c = 0, d = 0), pl)
# factor analysis, uniqueness; Heywood guard
S <- cov(matrix(rnorm(400), 80) + rnorm(80))
fa <- function(p) { L <- matrix(0, 5, 2); L[row(L) >= col(L)] <- p[1:9]; Psi <- diag(exp(p[10:14])); Sig <- L %*% t(L) + Psi; log(det(Sig)) + sum(diag(S %*% solve(Sig))) - log(det(S)) - 5 }
optim(c(rep(0.5, 9), rep(-0.5, 5)), fa)
fa_concentrated <- function(psi) { sc <- diag(1 / sqrt(psi)); Sstar <- sc %*% cov2cor(S) %*% sc; E <- eigen(Sstar, symmetric = TRUE, only.values = TRUE); e <- E$values[-(1:1)]; -(sum(log(e) - e) - 1 + nrow(S)) }
optim(rep(0.5, 5), fa_concentrated)
# SEM in RAM form
ram <- function(p) {
  A <- matrix(0, 6, 6, dimnames = list(c("y1", "y2", "y3", "x1", "x2", "F"), c("y1", "y2", "y3", "x1", "x2", "F")))
  A["y1", "F"] <- 1; A["y2", "F"] <- p["l2"]; A["y3", "F"] <- p["l3"]; A["F", c("x1", "x2")] <- p[c("b1", "b2")]
  Sy <- diag(c(exp(p[paste0("e", 1:3)]), S[4, 4], S[5, 5], exp(p["ef"]))); Sy[4, 5] <- Sy[5, 4] <- S[4, 5]
  Fm <- cbind(diag(5), 0)
  B <- solve(diag(6) - A)
  C <- Fm %*% B %*% Sy %*% t(B) %*% t(Fm)
  unname(log(det(C)) + sum(S * solve(C)))
}
optim(c(l2 = 1, l3 = 1, b1 = 0.2, b2 = 0.2, e1 = 0, e2 = 0, e3 = 0, ef = 0), ram)
wls_sem <- function(p) { lam <- p[1:5]; d <- (S - tcrossprod(lam))[lower.tri(S)]; W <- diag(10) + 0.1; drop(t(d) %*% W %*% d) }
optim(rep(0.9, 5), wls_sem)
latent_class <- function(p) { pi1 <- plogis(p[1]); P <- plogis(matrix(p[-1], 2, byrow = TRUE)); l1 <- apply(resp, 1, function(r) prod(dbinom(r, 1, P[1, ]))); l2 <- apply(resp, 1, function(r) prod(dbinom(r, 1, P[2, ]))); -sum(log(pi1 * l1 + (1 - pi1) * l2)) }
optim(c(0, rep(-0.5, 6), rep(0.5, 6)), latent_class)
# psychometric functions
dat <- data.frame(level = c(0.1, 0.2, 0.4, 0.8, 1.6, 3.2), n = 20, hit = c(10, 11, 13, 17, 19, 20))
psyfun <- function(p, core = c("logistic", "weibull", "gumbel"), guess = 0.5) { core <- match.arg(core); F <- switch(core, logistic = function(x) plogis(p[1] + exp(p[2]) * log(x)), weibull = function(x) 1 - exp(-(x / exp(p[1]))^exp(p[2])), gumbel = function(x) exp(-exp(-(p[1] + exp(p[2]) * log(x))))); lapse <- plogis(p[3]) * 0.1; psi <- guess + (1 - guess - lapse) * F(dat$level); -sum(dbinom(dat$hit, dat$n, psi, log = TRUE)) }
for (core in c("logistic", "weibull", "gumbel")) optim(c(0, 0, -1), psyfun, core = core)
sdt_rating <- function(p) { mu <- p[1]; s <- exp(p[2]); cr <- cumsum(c(p[3], exp(p[4:6]))); noise <- diff(c(0, pnorm(cr), 1)); signal <- diff(pnorm(c(-Inf, cr, Inf), mu, s)); -(dmultinom(c(30, 20, 15, 10, 5), prob = noise, log = TRUE) + dmultinom(c(6, 9, 15, 22, 28), prob = signal, log = TRUE)) }
optim(c(1, 0, -0.5, -1, -1, -1), sdt_rating)
# reinforcement learning
choice <- sample(1:2, 60, TRUE); reward <- rbinom(60, 1, ifelse(choice == 1, 0.7, 0.3))
qlearn <- function(par) { alpha <- plogis(par[["alpha"]]); beta <- exp(par[["beta"]]); Q <- c(0, 0); ll <- 0; for (t in seq_along(choice)) { p <- exp(beta * Q) / sum(exp(beta * Q)); ll <- ll + log(p[choice[t]]); Q[choice[t]] <- Q[choice[t]] + alpha * (reward[t] - Q[choice[t]]) }; -ll }
optim(c(alpha = -1, beta = 0.5), qlearn)
qlearn2 <- function(p) { if (p[1] < 0 || p[1] > 1 || p[2] < 0 || p[2] > 1) return(1e6); Q <- matrix(0, 61, 2); lp <- rep(NA, 60); for (t in 1:60) { V <- p[3] * Q[t, ] + p[4] * (t > 1 && choice[t - 1] == 1) * c(1, 0); lp[t] <- V[choice[t]] - max(V) - log(sum(exp(V - max(V)))); pe <- reward[t] - Q[t, choice[t]]; Q[t + 1, ] <- Q[t, ]; Q[t + 1, choice[t]] <- Q[t, choice[t]] + (if (pe > 0) p[1] else p[2]) * pe }; -sum(lp) }
optim(c(0.3, 0.2, 2, 0.1), qlearn2)
rw_kalman <- function(p) { m <- c(a = 0, b = 0); v <- c(a = 1, b = 1); nll <- 0; nm <- c("a", "b")[choice]; for (i in 1:60) { k <- nm[i]; pr <- pnorm((m["a"] - m["b"]) / sqrt(sum(v))); nll <- nll - log(if (k == "a") pr else 1 - pr); g <- v[k] / (v[k] + exp(p[1])); m[k] <- m[k] + g * (reward[i] - m[k]); v[k] <- v[k] * (1 - g) + exp(p[2]) }; nll[[1]] }
optim(c(0, -3), rw_kalman)
# prospect theory
gam <- cbind(x = c(10, 50, 100, -20, -60), p = c(0.5, 0.2, 0.1, 0.5, 0.3), sure = c(4, 12, 15, -12, -15)); took <- c(1, 0, 1, 0, 1)
prospect <- function(th) { u <- function(x) ifelse(x >= 0, abs(x)^th["a"], -th["l"] * abs(x)^th["a"]); w <- function(p) p^th["g"] / (p^th["g"] + (1 - p)^th["g"])^(1 / th["g"]); dv <- w(gam[, "p"]) * u(gam[, "x"]) - u(gam[, "sure"]); -sum(log(ifelse(took == 1, plogis(th["s"] * dv), plogis(-th["s"] * dv)))) }
optim(c(a = 0.8, l = 1.5, g = 0.7, s = 0.3), prospect)
discount <- function(p) { k <- exp(p[1]); v1 <- c(50, 60, 70, 80) / (1 + k * c(10, 20, 30, 60)); v0 <- 40; -sum(plogis(c(1, -1, 1, -1) * exp(p[2]) * (v1 - v0), log.p = TRUE)) }
optim(c(-4, -2), discount)
# Wiener first passage: small-time and large-time series, choice by number of terms
rt <- c(0.45, 0.52, 0.61, 0.48, 0.75, 0.9, 0.55, 0.67, 1.2, 0.58); up <- c(1, 1, 0, 1, 1, 0, 1, 1, 1, 0)
dwiener1 <- function(t, a, w) { t <- t / a^2; k <- -5:5; p <- sum((w + 2 * k) * exp(-(w + 2 * k)^2 / (2 * t))); p / sqrt(2 * pi * t^3) }
ddm <- function(p) { a <- exp(p[1]); v <- p[2]; w <- plogis(p[3]); t0 <- 0.4 * plogis(p[4]); d <- mapply(function(t, u) { vv <- if (u == 1) -v else v; ww <- if (u == 1) 1 - w else w; dwiener1(t - t0, a, ww) * exp(-vv * a * ww - vv^2 * (t - t0) / 2) / a^2 }, rt, up); -sum(log(pmax(d, 1e-300))) }
optim(c(0.3, 0.5, 0, 0), ddm)
exgauss <- function(p) { mu <- p[1]; s <- exp(p[2]); tau <- exp(p[3]); -sum(log(1 / tau) + (mu - rt) / tau + s^2 / (2 * tau^2) + pnorm((rt - mu) / s - s / tau, log.p = TRUE)) }
optim(c(0.45, -3, -1.5), exgauss)
lba <- function(p) { A <- exp(p[1]); b <- A + exp(p[2]); v <- p[3:4]; t <- rt - 0.2; f <- function(t, v) { z1 <- (b - A - t * v) / t; z2 <- (b - t * v) / t; (-v * pnorm(z1) + dnorm(z1) + v * pnorm(z2) - dnorm(z2)) / A }; F <- function(t, v) 1 + ((b - A - t * v) * pnorm((b - A - t * v) / t) - (b - t * v) * pnorm((b - t * v) / t) + t * (dnorm((b - A - t * v) / t) - dnorm((b - t * v) / t))) / A; win <- ifelse(up == 1, v[1], v[2]); los <- ifelse(up == 1, v[2], v[1]); -sum(log(f(t, win) * (1 - F(t, los)))) }
optim(c(-1, -1, 1.5, 1), lba)
forgetting <- function(p) { t <- c(1, 2, 5, 10, 20); k <- c(45, 38, 30, 24, 20); pow <- p[1] * (1 + t)^-p[2]; if (any(pow <= 0 | pow >= 1)) return(Inf); -sum(dbinom(k, 50, pow, TRUE)) }
optim(c(0.95, 0.3), forgetting)
# multinomial processing tree, equations as strings
eqs <- c("D + (1 - D) * g", "(1 - D) * (1 - g)", "(1 - D) * g", "D + (1 - D) * (1 - g)"); counts <- c(70, 30, 25, 75)
parsed <- lapply(eqs, str2lang)
mpt <- function(p) { env <- as.list(plogis(p)); names(env) <- c("D", "g"); pr <- sapply(parsed, eval, envir = env); -sum(counts * log(pr)) }
optim(c(0, 0), mpt)
# GCM / ALCOVE similarity
stim <- as.matrix(expand.grid(0:1, 0:1, 0:1)); cat_a <- c(1, 0, 1, 1, 0, 0, 1, 0); freqA <- c(30, 12, 28, 27, 9, 14, 25, 5)
gcm <- function(p) { w <- exp(c(p[1:2], 0)); w <- w / sum(w); D <- apply(stim, 1, function(a) colSums(w * abs(t(stim) - a))); sim <- exp(-exp(p[3]) * D); pA <- colSums(sim * cat_a) / colSums(sim); -sum(dbinom(freqA, 32, pA, log = TRUE)) }
optim(c(0, 0, 1), gcm)
# MDS stress
dd <- as.matrix(dist(stim)) + 0.1; mds <- function(x) { P <- matrix(x, ncol = 2); d <- dist(P); sum((d - as.dist(dd))^2) / sum(d^2) }
optim(rnorm(16), mds)
unfold <- function(x) { P <- matrix(x[1:6], 3); Q <- matrix(x[7:12], 3); D <- sqrt(outer(rowSums(P^2), rowSums(Q^2), "+") - 2 * P %*% t(Q)); sum((D - matrix(1:9 / 3, 3))^2) }
optim(sin(1:12) * 2, unfold)
