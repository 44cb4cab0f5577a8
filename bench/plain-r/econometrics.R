# Econometrics.
set.seed(205)
n <- 60
X <- cbind(1, rnorm(n), rbinom(n, 1, 0.4)); colnames(X) <- c("const", "x", "d")
ys <- c(X %*% c(0.3, 0.8, -0.5) + rnorm(n))
yb <- as.numeric(ys > 0)
probit <- function(b, y, X) { q <- 2 * y - 1; -sum(pnorm(q * drop(X %*% b), log.p = TRUE)) }
optim(rep(0, 3), probit, y = yb, X = X)
probit2 <- function(b) { P <- pnorm(X %*% b); P <- pmin(pmax(P, 1e-10), 1 - 1e-10); -sum(log(P[yb == 1, ])) - sum(log(1 - P[yb == 0, ])) }
optim(rep(0, 3), probit2)
cloglog <- function(b) { p <- make.link("cloglog")$linkinv(drop(X %*% b)); -sum(dbinom(yb, 1, p, log = TRUE)) }
optim(rep(0, 3), cloglog)
hetprobit <- function(p) { z <- drop(X %*% p[1:3]) / exp(X[, 2] * p[4]); -sum(ifelse(yb == 1, pnorm(z, log.p = TRUE), pnorm(z, lower.tail = FALSE, log.p = TRUE))) }
optim(rep(0.1, 4), hetprobit)
tobit2 <- function(p, y) { s <- exp(p[length(p)]); xb <- X %*% p[-length(p)]; cens <- y <= 0
  ll <- numeric(length(y)); ll[cens] <- pnorm(-xb[cens] / s, log.p = TRUE); ll[!cens] <- dnorm((y[!cens] - xb[!cens]) / s, log = TRUE) - log(s); -sum(ll) }
optim(rep(0.1, 4), tobit2, y = pmax(ys, 0))
truncreg <- function(p) { k <- ys > 0; mu <- X[k, ] %*% p[1:3]; s <- p[4]; if (s <= 0) return(1e10); -sum(dnorm(ys[k], mu, s, log = TRUE) - pnorm(mu / s, log.p = TRUE)) }
optim(c(0.1, 0.1, 0.1, 1), truncreg)
# bivariate probit by conditional quadrature (Gauss-Legendre)
gl <- list(x = c(-0.9324695, -0.6612094, -0.2386192, 0.2386192, 0.6612094, 0.9324695), w = c(0.1713245, 0.3607616, 0.4679139, 0.4679139, 0.3607616, 0.1713245))
pbvn <- function(a, b, r) { base <- pnorm(a) * pnorm(b); th <- asin(r); s <- 0
  for (i in 1:6) { t <- th * (gl$x[i] + 1) / 2; s <- s + gl$w[i] * exp(-(a^2 + b^2 - 2 * a * b * sin(t)) / (2 * cos(t)^2)) }
  base + th / (4 * pi) * s }
y2 <- rbinom(n, 1, 0.5)
biprobit <- function(th) { r <- tanh(th[5]); q1 <- 2 * yb - 1; q2 <- 2 * y2 - 1
  a <- q1 * X[, 1:2] %*% th[1:2]; b <- q2 * X[, 1:2] %*% th[3:4]; -sum(log(pbvn(a, b, q1 * q2 * r))) }
optim(c(0, 0.5, 0, 0, 0.2), biprobit)
# ordered logit, thresholds sorted by cumsum, categories by factor
yo <- cut(ys, quantile(ys, 0:4 / 4), include.lowest = TRUE, labels = c("poor", "fair", "good", "best"), ordered_result = TRUE)
ologit <- function(par, y, x) {
  J <- nlevels(y); beta <- par[1]; theta <- c(-Inf, cumsum(c(par[2], exp(par[3:J]))), Inf)
  eta <- beta * x; k <- as.integer(y)
  p <- plogis(theta[k + 1] - eta) - plogis(theta[k] - eta)
  -sum(log(p))
}
optim(c(0.5, -1, 0, 0), ologit, y = yo, x = X[, 2])
# conditional logit, stratified by rowsum
alt <- data.frame(id = rep(1:20, each = 3), alt = rep(1:3, 20), price = runif(60, 1, 3), q = rnorm(60)); alt$chosen <- ave(alt$q - alt$price + rnorm(60), alt$id, FUN = function(u) u == max(u))
clogit <- function(b) { v <- as.matrix(alt[, c("price", "q")]) %*% b; ev <- exp(v); den <- rowsum(ev, alt$id); -sum(v[alt$chosen == 1]) + sum(log(den)) }
optim(c(-1, 1), clogit)
# nested logit
nested <- function(p) {
  with(alt, {
    V <- p[1] * price + p[2] * q; lam <- plogis(p[3]); nest <- alt == 3
    iv <- tapply(exp(V / lam)[!nest], id[!nest], sum)
    den <- iv^lam + exp(V[nest])
    pr <- ifelse(nest, exp(V) / den[id], exp(V / lam) * iv[id]^(lam - 1) / den[id])
    -sum(log(pr[chosen == 1]))
  })
}
optim(c(-1, 1, 0), nested)
# mixed logit by simulation, draws array
draws <- qnorm(matrix((1:25 - 0.5) / 25, 1, 25)[rep(1, 20), ] * 0.98 + 0.01)
mixl <- function(th) {
  P <- matrix(0, 20, 25)
  for (r in 1:25) { b <- th[1] + exp(th[2]) * draws[, r]; V <- exp(b[alt$id] * alt$price + th[3] * alt$q); P[, r] <- V[alt$chosen == 1] / tapply(V, alt$id, sum) }
  -sum(log(apply(P, 1, mean)))
}
optim(c(-1, -1, 1), mixl)
# BLP-like contraction with fixed number of steps
shares <- c(0.2, 0.15, 0.1); xj <- c(1, 2, 1.5); nu <- c(-1.2, -0.4, 0.4, 1.2)
blp <- function(s) {
  delta <- rep(0, 3)
  for (it in 1:200) { u <- exp(outer(delta, rep(1, 4)) + s * xj %o% nu); sh <- rowMeans(sweep(u, 2, 1 + colSums(u), "/")); new <- delta + log(shares) - log(sh); if (max(abs(new - delta)) < 1e-12) break; delta <- new }
  e <- residuals(lm(c(0.1, 0.2, 0.15) ~ 1)); sum(delta * e)^2 + sum((delta - mean(delta))^2) + s^2
}
optimize(blp, c(0.1, 1))
# IV GMM with weights, continuous updating
Z <- cbind(1, rnorm(n), rnorm(n), X[, 3])
cue <- function(b) { u <- ys - drop(X %*% b); g <- Z * u; gbar <- colMeans(g); S <- crossprod(sweep(g, 2, gbar)) / n; n * drop(t(gbar) %*% solve(S) %*% gbar) }
optim(c(0.3, 0.8, -0.5), cue)
gmmEuler <- function(th, cg, R, W = diag(2)) { m <- th[1] * cg^(-th[2]) * R - 1; g <- c(mean(m), mean(m * c(1, cg[-length(cg)]))); c(g %*% W %*% g) }
optim(c(0.95, 2), gmmEuler, cg = 1 + rnorm(40, 0.02, 0.02), R = 1.03 + rnorm(40, 0, 0.05))
# empirical likelihood, inner Newton for the multiplier
el <- function(mu) { z <- ys - mu; lam <- 0; for (i in 1:30) { g <- sum(z / (1 + lam * z)); h <- -sum(z^2 / (1 + lam * z)^2); lam <- lam - g / h }; 2 * sum(log1p(lam * z)) }
optimize(el, range(mean(ys) + c(-0.2, 0.3)))
# panel: within transformation, random effects by blocks
id <- rep(1:12, each = 5)
within_rss <- function(b) { e <- ys - b * X[, 2]; sum((e - ave(e, id))^2) }
optim(1, within_rss)
re_gls <- function(th) {
  su <- exp(th[1]); se <- exp(th[2]); theta <- 1 - sqrt(se^2 / (se^2 + 5 * su^2)); e <- ys - drop(X %*% th[3:5])
  ebar <- tapply(e, id, mean)
  ll <- -n / 2 * log(2 * pi * se^2) + 12 / 2 * log(se^2 / (se^2 + 5 * su^2)) - sum((e - theta * ebar[as.character(id)])^2) / (2 * se^2)
  -ll
}
optim(c(0, 0, 0, 0, 0), re_gls)
# Cobb-Douglas, CES, translog
K <- runif(20, 1, 5); L <- runif(20, 1, 5); Q <- 2 * K^0.3 * L^0.6 * exp(rnorm(20, 0, 0.1))
ces <- function(p) { with(as.list(p), sum((log(Q) - log(g) + v / r * log(d * K^(-r) + (1 - d) * L^(-r)))^2)) }
optim(c(g = 2, d = 0.4, r = 0.3, v = 1), ces)
translog <- function(b) { lk <- log(K); ll <- log(L); sum((log(Q) - cbind(1, lk, ll, lk^2, ll^2, lk * ll) %*% b)^2) }
optim(rep(0.1, 6), translog)
# SUR likelihood, concentrated
Y2 <- cbind(ys, ys * 0.5 + rnorm(n))
sur <- function(b) { E <- cbind(Y2[, 1] - X %*% b[1:3], Y2[, 2] - X[, 1:2] %*% b[4:5]); n / 2 * log(det(crossprod(E) / n)) }
optim(rep(0.2, 5), sur)
# treatment: propensity weighting, doubly robust
dr <- function(a) { ps <- 1 / (1 + exp(-(a[1] + a[2] * X[, 2]))); w <- X[, 3] / ps; w0 <- (1 - X[, 3]) / (1 - ps); (sum(w * ys) / sum(w) - sum(w0 * ys) / sum(w0))^2 - sum(X[, 3] * log(ps) + (1 - X[, 3]) * log(1 - ps)) }
optim(c(0, 0), dr)
# quantile, expectile, asymmetric
expectile <- function(b, tau = 0.8) { r <- ys - X %*% b; w <- abs(tau - as.numeric(r < 0)); sum(w * r^2) }
optim(rep(0.1, 3), expectile)
# duration: Weibull with gamma heterogeneity
dur <- rexp(30, 0.3); cens <- rbinom(30, 1, 0.8)
weibgam <- function(p) { k <- exp(p[1]); l <- exp(p[2]); s <- exp(p[3]); H <- (l * dur)^k; -sum(cens * (log(k) + log(l) + (k - 1) * log(l * dur) - log1p(s * H)) - log1p(s * H) / s) }
optim(c(0, -1, -1), weibgam)
# count: hurdle, ZINB, generalized Poisson
k <- c(0, 0, 0, 1, 0, 2, 5, 0, 0, 3, 1, 0, 7, 0, 2, 4, 0, 1, 0, 0); zx <- rnorm(20)
hurdle <- function(th) { i0 <- k == 0; mu <- exp(th[1] + th[2] * zx); p <- plogis(th[3]); -(sum(i0) * log(p) + sum(!i0) * log(1 - p) + sum((dpois(k, mu, log = TRUE) - log(-expm1(-mu)))[!i0])) }
optim(c(0.5, 0, 0), hurdle)
zinb <- function(th) { mu <- exp(th[1] + th[2] * zx); pi <- plogis(th[3]); r <- exp(th[4]); lik <- (1 - pi) * dnbinom(k, size = r, mu = mu); lik[k == 0] <- lik[k == 0] + pi; -sum(log(lik)) }
optim(c(0.5, 0, 0, 0), zinb)
genpois <- function(th) { mu <- exp(th[1]); a <- th[2]; if (any(1 + a * k <= 0)) return(NA); -sum(k * log(mu / (1 + a * mu)) + (k - 1) * log(1 + a * k) - mu * (1 + a * k) / (1 + a * mu) - lfactorial(k)) }
optim(c(0.5, 0.2), genpois)
# COM-Poisson, truncated series in a while loop
compois <- function(p, kmax = 60) { lam <- exp(p[1]); nu <- exp(p[2]); j <- 0; term <- 1; Z <- 1; while (j < kmax && term > 1e-14 * Z) { j <- j + 1; term <- term * lam / j^nu; Z <- Z + term }; sum(-k * log(lam) + nu * lfactorial(k) + log(Z)) }
optim(c(0, 0), compois)
# beta regression with phi submodel; Dirichlet; fractional logit
yb2 <- plogis(ys)
betareg <- function(b) { mu <- plogis(X %*% b[1:3]); phi <- exp(b[4] + b[5] * X[, 2]); -sum(dbeta(yb2, mu * phi, (1 - mu) * phi, log = TRUE)) }
optim(c(0, 0.5, 0, 1, 0), betareg)
comp <- prop.table(matrix(rgamma(60, 2), 20), 1)
dirich <- function(b) { A <- exp(cbind(b[1] + b[2] * zx, b[3] + b[4] * zx, b[5])); -sum(lgamma(rowSums(A)) - rowSums(lgamma(A)) + rowSums((A - 1) * log(comp))) }
optim(c(0.5, 0, 0.5, 0, 0.5), dirich)
# Hamilton switching AR, probabilities smoothed list
msar <- function(p) { y <- diff(log(AirPassengers))[1:60]; P <- matrix(c(plogis(p[1]), 1 - plogis(p[1]), 1 - plogis(p[2]), plogis(p[2])), 2); xi <- c(0.5, 0.5); ll <- 0
  for (t in 2:60) { f <- dnorm(y[t], p[3:4] + p[5] * y[t - 1], exp(p[6])); pr <- P %*% xi; j <- pr * f; s <- sum(j); ll <- ll + log(s); xi <- j / s }
  -ll }
optim(c(1, 1, -0.05, 0.1, 0.2, -2), msar)
# Almost ideal demand: shares with budget constraint, matrix symmetric fill
sym_fill <- function(g) { S <- matrix(0, 3, 3); S[1, 1] <- g[1]; S[2, 2] <- g[2]; S[1, 2] <- S[2, 1] <- g[3]; S[3, 1:2] <- S[1:2, 3] <- -rowSums(S[1:2, 1:2]); S[3, 3] <- -sum(S[3, 1:2]); S }
lp <- matrix(rnorm(45, 0, 0.2), 15); lx <- rnorm(15); W <- comp[1:15, ]
aids <- function(th) { G <- sym_fill(th[1:3]); a <- c(th[4:5], 1 - sum(th[4:5])); b <- c(th[6:7], -sum(th[6:7])); P <- lp %*% a + 0.5 * rowSums((lp %*% G) * lp); fit <- matrix(a, 15, 3, byrow = TRUE) + lp %*% G + (lx - c(P)) %*% t(b); sum((W - fit)^2) }
optim(c(0.1, 0.1, 0, 0.3, 0.3, 0.05, 0.02), aids)
