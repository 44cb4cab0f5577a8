# Time series and finance.
set.seed(206)
r <- rnorm(120, 0, 1) * exp(0.3 * sin(1:120 / 9))
egarch <- function(p) { om <- p[1]; al <- p[2]; ga <- p[3]; be <- p[4]; lh <- numeric(120); lh[1] <- log(var(r)); for (t in 2:120) { z <- r[t - 1] / exp(lh[t - 1] / 2); lh[t] <- om + al * (abs(z) - sqrt(2 / pi)) + ga * z + be * lh[t - 1] }; 0.5 * sum(lh + r^2 / exp(lh)) }
optim(c(0, 0.1, -0.05, 0.9), egarch)
aparch <- function(theta) { names(theta) <- c("omega", "alpha", "gamma", "beta", "delta"); with(as.list(theta), { s <- c(sd(r)); for (t in 2:length(r)) s <- c(s, (omega + alpha * (abs(r[t - 1]) - gamma * r[t - 1])^delta + beta * s[t - 1]^delta)^(1 / delta)); -sum(dnorm(r, sd = s, log = TRUE)) }) }
optim(c(0.1, 0.1, 0.1, 0.7, 1.5), aparch)
garch_filter <- function(p) { e2 <- r^2; s2 <- stats::filter(p[1] + p[2] * c(mean(e2), e2[-120]), p[3], "recursive", init = mean(e2)); sum(log(s2) + e2 / s2) / 2 }
optim(c(0.1, 0.1, 0.7), garch_filter)
garch_reduce <- function(p) { s2 <- Reduce(function(s, e) p[1] + p[2] * e^2 + p[3] * s, r[-120], accumulate = TRUE, init <- var(r)); -sum(dt(r / sqrt(s2), exp(p[4]) + 2, log = TRUE) - 0.5 * log(s2)) }
optim(c(0.1, 0.1, 0.7, 1.5), garch_reduce)
figarch <- function(p) { d <- plogis(p[1]); k <- 1:30; pi_k <- cumprod((k - 1 - d) / k); e2 <- r^2; h <- numeric(120); for (t in 1:120) { j <- seq_len(min(t - 1, 30)); h[t] <- exp(p[2]) - sum(pi_k[j] * (e2[t - j] - 1)) }; h <- pmax(h, 1e-3); sum(log(h) + e2 / h) }
optim(c(-0.5, 0), figarch)
dcc <- function(p) { z <- cbind(r, c(r[-1], r[1]) * 0.7); S <- cor(z); Q <- S; ll <- 0; a <- plogis(p[1]) * 0.3; b <- plogis(p[2]) * 0.69; for (t in 2:40) { Q <- (1 - a - b) * S + a * tcrossprod(z[t - 1, ]) + b * Q; R <- diag(1 / sqrt(diag(Q))) %*% Q %*% diag(1 / sqrt(diag(Q))); ll <- ll + log(det(R)) + mahalanobis(z[t, ], c(0, 0), R) }; ll / 2 }
optim(c(-1, 1), dcc)
# ARMA exact by Durbin-Levinson, autocovariances by recursion
arma11_dl <- function(p) { phi <- tanh(p[1]); th <- p[2]; s2 <- exp(p[3]); g0 <- s2 * (1 + 2 * phi * th + th^2) / (1 - phi^2); g1 <- phi * g0 + th * s2; g <- c(g0, g1 * phi^(0:38)); x <- r[1:40]
  v <- g[1]; a <- numeric(0); ll <- log(v) + x[1]^2 / v
  for (n in 1:39) { k <- (g[n + 1] - sum(a * g[n:1][seq_along(a)])) / v; a <- c(a - k * rev(a), k); v <- v * (1 - k^2); xh <- sum(a * x[n:1]); ll <- ll + log(v) + (x[n + 1] - xh)^2 / v }
  ll / 2 }
optim(c(0.2, 0.1, 0), arma11_dl)
arma_toeplitz <- function(p) { ac <- ARMAacf(ar = 0.5, lag.max = 19); S <- toeplitz(p[1]^(0:19)) * exp(p[2]) + diag(0.1, 20); L <- t(chol(S)); z <- forwardsolve(L, r[1:20]); sum(log(diag(L))) + sum(z^2) / 2 + sum(ac) * 0 }
optim(c(0.5, 0), arma_toeplitz)
whittle <- function(p) { N <- 120; I <- Mod(fft(r - mean(r)))[2:61]^2 / N; w <- 2 * pi * (1:60) / N; f <- exp(p[2]) / Mod(1 - p[1] * exp(-1i * w))^2; sum(log(f) + I / f) }
optim(c(0.3, 0), whittle)
whittle2 <- function(p) { w <- 2 * pi * (1:60) / 120; f <- exp(p[3]) * abs(2 * sin(w / 2))^(-2 * p[1]) * (1 + p[2]^2 + 2 * p[2] * cos(w)); I <- spec.pgram(r, taper = 0, plot = FALSE, detrend = FALSE)$spec; sum(log(f) + I / f) }
optim(c(0.1, 0.1, 0), whittle2)
sarima <- function(p) { y <- diff(diff(log(AirPassengers), 12)); n <- length(y); e <- numeric(n); for (t in 14:n) e[t] <- y[t] - p[1] * e[t - 1] - p[2] * e[t - 12] - p[1] * p[2] * e[t - 13]; v <- sum(e[-(1:13)]^2) / (n - 13); n * log(v) }
optim(c(-0.3, -0.4), sarima)
varp <- function(b) { Y <- cbind(r[1:60], r[61:120]); B <- matrix(b, 4, 2); X <- cbind(Y[2:59, ], Y[1:58, ]); E <- Y[3:60, ] - X %*% B; as.numeric(determinant(crossprod(E))$modulus) }
optim(rep(0.05, 8), varp)
holtwinters <- function(p, y = as.numeric(AirPassengers), m = 12) { p <- plogis(p); l <- mean(y[1:m]); b <- (mean(y[(m + 1):(2 * m)]) - l) / m; s <- y[1:m] / l; sse <- 0; for (t in (m + 1):length(y)) { i <- (t - 1) %% m + 1; f <- (l + b) * s[i]; sse <- sse + (y[t] - f)^2; l1 <- p[1] * y[t] / s[i] + (1 - p[1]) * (l + b); b <- p[2] * (l1 - l) + (1 - p[2]) * b; s[i] <- p[3] * y[t] / l1 + (1 - p[3]) * s[i]; l <- l1 }; sse }
optim(c(-0.5, -3, 0), holtwinters)
sv_laplace <- function(p) { phi <- tanh(p[1]); s <- exp(p[2]); x <- r[1:15]; Qm <- diag(1 + phi^2, 15); Qm[1, 1] <- Qm[15, 15] <- 1; Qm[abs(row(Qm) - col(Qm)) == 1] <- -phi; Qm <- Qm / s^2; h <- rep(0, 15); for (i in 1:8) { g <- Qm %*% h + 0.5 - 0.5 * x^2 * exp(-h); H <- Qm + diag(c(0.5 * x^2 * exp(-h))); h <- h - solve(H, g) }; c(0.5 * t(h) %*% Qm %*% h + sum(0.5 * h + 0.5 * x^2 * exp(-h)) + 0.5 * log(det(H)) - 0.5 * log(det(Qm))) }
optim(c(1, -1), sv_laplace)
tar <- function(p) { lo <- c(NA, r[-120]) <= 0; e <- r - ifelse(lo, p[1] + p[2] * c(NA, r[-120]), p[3] + p[4] * c(NA, r[-120])); sum(e^2, na.rm = TRUE) }
optim(c(0, 0.1, 0, -0.1), tar)
star <- function(p) { y <- ts(r); z <- lag(y, -1); m <- ts.intersect(y, z); G <- 1 / (1 + exp(-exp(p[3]) * (m[, "z"] - p[4]))); sum((m[, "y"] - p[1] * m[, "z"] * (1 - G) - p[2] * m[, "z"] * G)^2) }
optim(c(0.1, -0.1, 0, 0), star)
# finance
mu <- c(0.08, 0.12, 0.1); Sg <- matrix(c(0.04, 0.01, 0.005, 0.01, 0.09, 0.02, 0.005, 0.02, 0.0625), 3)
markowitz <- function(w, lambda = 3, rf = 0.02) { w <- c(w, 1 - sum(w)); -(sum(w * mu) - lambda / 2 * as.numeric(t(w) %*% Sg %*% w)) }
optim(c(0.3, 0.3), markowitz)
sharpe <- function(x) { w <- exp(x) / sum(exp(x)); -(w %*% mu - 0.02) / sqrt(w %*% Sg %*% w) }
optim(c(0, 0, 0), sharpe)
riskparity <- function(x) { w <- abs(x) / sum(abs(x)); mrc <- c(Sg %*% w) * w; rc <- mrc / sum(mrc); sum((outer(rc, rc, "-"))^2) }
optim(c(0.4, 0.3, 0.3), riskparity)
scen <- matrix(rnorm(300, 0.05, 0.15), 100)
cvar <- function(p, a = 0.95) { w <- p[1:3] / sum(p[1:3]); loss <- -scen %*% w; p[4] + mean(pmax(loss - p[4], 0)) / (1 - a) }
optim(c(1, 1, 1, 0.1), cvar)
es_sorted <- function(w) { port <- drop(scen %*% c(w, 1 - sum(w))); -mean(sort(port)[1:5]) }
optim(c(0.3, 0.3), es_sorted)
svensson <- function(b, m = c(0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30), y = c(2, 2.2, 2.5, 2.9, 3.1, 3.5, 3.7, 3.9, 4.2, 4.1)) { t1 <- m / exp(b[5]); t2 <- m / exp(b[6]); f1 <- (1 - exp(-t1)) / t1; f2 <- f1 - exp(-t1); f3 <- (1 - exp(-t2)) / t2 - exp(-t2); sum((y - cbind(1, f1, f2, f3) %*% b[1:4])^2) }
optim(c(4, -2, 0, 0, 0.5, 1.5), svensson)
vasicek <- function(p) { rate <- cumsum(r) / 20 + 3; a <- exp(p[1]); b <- p[2]; s <- exp(p[3]); dt <- 1 / 12; m <- b + (rate[-120] - b) * exp(-a * dt); v <- s^2 * (1 - exp(-2 * a * dt)) / (2 * a); -sum(dnorm(rate[-1], m, sqrt(v), log = TRUE)) }
optim(c(0, 3, 0), vasicek)
cir <- function(p) { rate <- exp(cumsum(r) / 40); k <- exp(p[1]); th <- exp(p[2]); s <- exp(p[3]); dt <- 1; cc <- 2 * k / (s^2 * (1 - exp(-k * dt))); q <- 2 * k * th / s^2 - 1; u <- cc * exp(-k * dt) * rate[-120]; v <- cc * rate[-1]; z <- 2 * sqrt(u * v); -sum(log(cc) - u - v + q / 2 * log(v / u) + log(besselI(z, q, TRUE)) + z) }
optim(c(-1, 0.3, -1), cir)
merton_jump <- function(p) { lam <- exp(p[1]); m <- p[2]; dl <- exp(p[3]); s <- exp(p[4]); dens <- 0; for (k in 0:8) dens <- dens + dpois(k, lam) * dnorm(r, k * m, sqrt(s^2 + k * dl^2)); -sum(log(dens)) }
optim(c(-1, 0, 0, 0), merton_jump)
crr <- function(p, S = 100, K = 95, n = 20, T = 1, rf = 0.03) { sig <- exp(p); dt <- T / n; u <- exp(sig * sqrt(dt)); d <- 1 / u; q <- (exp(rf * dt) - d) / (u - d); V <- pmax(K - S * u^(0:n) * d^(n:0), 0); for (i in n:1) { V <- exp(-rf * dt) * (q * V[2:(i + 1)] + (1 - q) * V[1:i]); ex <- K - S * u^(0:(i - 1)) * d^((i - 1):0); V <- pmax(V, ex) }; (V - 6)^2 }
optimize(crr, c(-2, -1))
heston_cf <- function(p) { kappa <- exp(p[1]); th <- exp(p[2]); s <- exp(p[3]); rho <- tanh(p[4]); u <- seq(0.1, 10, 0.5); b <- kappa - rho * s * 1i * u; dd <- sqrt(b^2 + s^2 * (u^2 + 1i * u)); g <- (b - dd) / (b + dd); C <- kappa * th / s^2 * ((b - dd) - 2 * log((1 - g * exp(-dd)) / (1 - g))); D <- (b - dd) / s^2 * (1 - exp(-dd)) / (1 - g * exp(-dd)); phi <- exp(C + D * 0.04); sum(Re(phi * exp(-1i * u * 0.05)) / u) }
optim(c(0.5, -3, -1, -0.5), heston_cf)
impl_vol <- function(s) { d1 <- (log(100 / 105) + 0.02 + s^2 / 2) / s; d2 <- d1 - s; call <- 100 * pnorm(d1) - 105 * exp(-0.02) * pnorm(d2); (call - 7.5)^2 }
optimize(impl_vol, c(0.05, 1))
bond <- function(y, cf = c(rep(4, 9), 104)) { (sum(cf * (1 + y)^-seq_along(cf)) - 98)^2 }
optimize(bond, c(0, 0.2))
npv <- function(rate) abs(sum(c(-100, 30, 40, 50, 20) / (1 + rate)^(0:4)))
optimize(npv, c(0, 0.5))
cds <- function(h) { tt <- 1:5; surv <- cumprod(exp(-h * c(1, 1, 1, 1, 1))); df <- exp(-0.03 * tt); prem <- 0.01 * sum(df * surv); prot <- 0.6 * sum(df * (c(1, surv[-5]) - surv)); (prem - prot)^2 * 1e4 }
optimize(cds, c(0.001, 0.1))
hawkes <- function(p, tt = cumsum(rexp(40, 1))) { mu <- exp(p[1]); al <- exp(p[2]); be <- exp(p[3]); A <- 0; ll <- log(mu); for (i in 2:length(tt)) { A <- exp(-be * (tt[i] - tt[i - 1])) * (1 + A); ll <- ll + log(mu + al * A) }; -(ll - mu * max(tt) - al / be * sum(1 - exp(-be * (max(tt) - tt)))) }
optim(c(-0.5, -1, 0), hawkes, tt = cumsum(rexp(40, 1)))
ou <- function(p) { x <- cumsum(r[1:50]) / 5; th <- exp(p[1]); tt <- cumsum(rep(c(0.5, 1), 25)); dt <- diff(tt); m <- p[2] + (head(x, -1) - p[2]) * exp(-th * dt); v <- exp(2 * p[3]) / (2 * th) * -expm1(-2 * th * dt); 0.5 * sum(log(2 * pi * v) + (tail(x, -1) - m)^2 / v) }
optim(c(0, 0, 0), ou)
acd <- function(p) { d <- rev(abs(r)) + 0.1; psi <- d; psi[1] <- mean(d); for (i in 2:120) psi[i] <- exp(p[1]) + plogis(p[2]) * d[i - 1] + plogis(p[3]) * psi[i - 1]; -sum(dweibull(d / psi, exp(p[4]), 1 / gamma(1 + 1 / exp(p[4])), log = TRUE) - log(psi)) }
optim(c(-2, -2, 0, 0), acd)
