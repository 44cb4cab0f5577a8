# Survival, extremes, copulas, spatial, Gaussian processes, splines, mixtures.
set.seed(209)
n <- 40
tt <- rweibull(n, 1.3, 5); ev <- rbinom(n, 1, 0.7); Z <- cbind(age = rnorm(n), trt = rbinom(n, 1, 0.5)); tt[5] <- tt[6]
cox_breslow <- function(b) { eta <- drop(Z %*% b); ord <- order(tt); rs <- rev(cumsum(rev(exp(eta[ord])))); -sum((eta[ord] - log(rs))[ev[ord] == 1]) }
optim(c(0, 0), cox_breslow)
cox_efron <- function(b) { eta <- Z %*% b; ll <- 0; for (u in sort(unique(tt[ev == 1]))) { D <- which(tt == u & ev == 1); R <- which(tt >= u); d <- length(D); ll <- ll + sum(eta[D]); for (l in seq_len(d) - 1) ll <- ll - log(sum(exp(eta[R])) - l / d * sum(exp(eta[D]))) }; -ll }
optim(c(0, 0), cox_efron)
cox_strata <- function(b) -sum(sapply(split(data.frame(tt, ev, Z), Z[, "trt"]), function(s) { o <- order(-s$tt); s <- s[o, ]; lp <- s$age * b; sum(s$ev * (lp - log(cumsum(exp(lp))))) }))
optim(0.1, cox_strata)
aft <- function(par, dist = "weibull") { mu <- Z %*% par[2:3] + par[1]; s <- exp(par[4]); w <- (log(tt) - mu) / s; logf <- list(weibull = function(w) w - exp(w), lognormal = function(w) dnorm(w, log = TRUE), loglogistic = function(w) dlogis(w, log = TRUE))[[dist]]; logS <- list(weibull = function(w) -exp(w), lognormal = function(w) pnorm(w, lower.tail = FALSE, log.p = TRUE), loglogistic = function(w) plogis(w, lower.tail = FALSE, log.p = TRUE))[[dist]]; -sum(ifelse(ev == 1, logf(w) - log(s), logS(w))) }
optim(c(1, 0, 0, 0), aft); optim(c(1, 0, 0, 0), aft, dist = "lognormal"); optim(c(1, 0, 0, 0), aft, dist = "loglogistic")
gompertz_makeham <- function(p) { a <- exp(p[1]); b <- exp(p[2]); cc <- exp(p[3]); h <- a * exp(b * tt) + cc; H <- a / b * (exp(b * tt) - 1) + cc * tt; -sum(ev * log(h) - H) }
optim(c(-2, -3, -3), gompertz_makeham)
frailty <- function(p) { k <- exp(p[1]); l <- exp(p[2]); th <- exp(p[3]); cl <- rep(1:8, 5); h <- l * k * tt^(k - 1) * exp(p[4] * Z[, 1]); H <- l * tt^k * exp(p[4] * Z[, 1]); D <- tapply(ev, cl, sum); Hc <- tapply(H, cl, sum); -(sum(ev * log(h)) + sum(lgamma(D + 1 / th) - lgamma(1 / th) + D * log(th) - (D + 1 / th) * log(1 + th * Hc))) }
optim(c(0, -2, -1, 0), frailty)
cause <- sample(0:2, n, TRUE, c(0.3, 0.4, 0.3))
comprisk <- function(p) { haz <- sapply(1:2, function(k) exp(p[2 * k - 1]) * tt^(exp(p[2 * k]) - 1)); H <- rowSums(sapply(1:2, function(k) exp(p[2 * k - 1]) * tt^exp(p[2 * k]) / exp(p[2 * k]))); i <- cause > 0; -(sum(log(haz[cbind(which(i), cause[i])])) - sum(H)) }
optim(c(-2, 0, -2, 0), comprisk)
piecewise <- function(lam) { br <- c(0, 2, 4, 8, Inf); d <- table(cut(tt[ev == 1], br)); expo <- sapply(1:4, function(j) sum(pmax(0, pmin(tt, br[j + 1]) - br[j]))); -sum(d * lam - exp(lam) * expo) }
optim(rep(-1, 4), piecewise)
cure <- function(p) { pi <- plogis(p[1] + p[2] * Z[, 2]); S <- 1 - pweibull(tt, exp(p[3]), exp(p[4])); f <- dweibull(tt, exp(p[3]), exp(p[4])); -sum(log((pi * f)^ev * (1 - pi + pi * S)^(1 - ev))) }
optim(c(1, 0, 0, 1.5), cure)
interval_cens <- function(p) { L <- floor(tt); R <- ceiling(tt); R[ev == 0] <- Inf; -sum(log(plnorm(R, p[1], exp(p[2])) - plnorm(L, p[1], exp(p[2])))) }
optim(c(1, 0), interval_cens)
# royston-parmar splines
ns_basis <- function(x, k) { l <- (k[3] - k[2]) / (k[3] - k[1]); pos <- function(u) pmax(u, 0)^3; dpos <- function(u) 3 * pmax(u, 0)^2; list(b = cbind(1, x, pos(x - k[2]) - l * pos(x - k[1]) - (1 - l) * pos(x - k[3])), d = cbind(0, 1, dpos(x - k[2]) - l * dpos(x - k[1]) - (1 - l) * dpos(x - k[3]))) }
NB <- ns_basis(log(tt), quantile(log(tt), c(0, 0.5, 1)))
rp <- function(g) { s <- NB$b %*% g; ds <- NB$d %*% g; if (any(ds <= 0)) return(.Machine$double.xmax^0.25); -sum(ev * (log(ds) - log(tt) + s) - exp(s)) }
optim(c(-2, 1, 0), rp)
# EVT
gevd <- evd <- c(2.1, 3.4, 2.8, 4.9, 3.3, 2.6, 3.9, 5.6, 3.1, 2.9, 4.2, 3.5)
gev2 <- function(p) { mu <- p[1] + p[4] * seq_along(gevd) / 10; y <- (gevd - mu) / p[2]; if (p[2] <= 0) return(10^6); if (abs(p[3]) < 1e-6) return(length(y) * log(p[2]) + sum(y) + sum(exp(-y))); y <- 1 + p[3] * y; if (min(y) <= 0) return(10^6); sum(log(p[2])) * length(y) + sum(y^(-1 / p[3])) + sum(log(y)) * (1 / p[3] + 1) }
optim(c(3, 0.8, 0.1, 0), gev2)
gpd <- function(th, u = 3) { z <- gevd[gevd > u] - u; s <- th["scale"]; xi <- th["shape"]; if (s < 0 || any(1 + xi * z / s <= 0)) return(NA); length(z) * log(s) + (1 + 1 / xi) * sum(log1p(xi * z / s)) }
optim(c(scale = 1, shape = 0.1), gpd)
ppr <- function(p) { u <- 3; mu <- p[1]; s <- exp(p[2]); xi <- p[3]; z <- gevd[gevd > u]; pos <- function(v) pmax(v, 1e-8); 12 / 10 * pos(1 + xi * (u - mu) / s)^(-1 / xi) + sum(log(s) + (1 / xi + 1) * log(pos(1 + xi * (z - mu) / s))) }
optim(c(3, -0.5, 0.1), ppr)
rlarg <- function(p) { M <- t(apply(matrix(gevd, 4), 1, sort, decreasing = TRUE)); y <- 1 + p[3] * (M - p[1]) / p[2]; if (any(y <= 0)) return(1e8); sum(y[, 3]^(-1 / p[3])) + sum(log(p[2]) + (1 / p[3] + 1) * log(y)) }
optim(c(3, 1, 0.1), rlarg)
# copulas
U <- cbind(rank(tt), rank(tt + 3 * rnorm(n))) / (n + 1)
cop <- list(gumbel = function(u, v, a) { a <- 1 + exp(a); x <- -log(u); y <- -log(v); s <- x^a + y^a; -s^(1 / a) + (a - 1) * (log(x) + log(y)) + log(s^(2 / a - 2) + (a - 1) * s^(1 / a - 2)) + x + y }, joe = function(u, v, a) { a <- 1 + exp(a); A <- (1 - u)^a; B <- (1 - v)^a; s <- A + B - A * B; (1 / a - 2) * log(s) + log(a - 1 + s) + (a - 1) * log((1 - u) * (1 - v)) }, plackett = function(u, v, a) { th <- exp(a); e <- th - 1; log(th * (1 + e * (u + v - 2 * u * v))) - 1.5 * log((1 + e * (u + v))^2 - 4 * u * v * th * e) })
for (fam in names(cop)) optim(0.2, function(a, fun) -sum(fun(U[, 1], U[, 2], a)), fun = cop[[fam]])
tcop <- function(p) { r <- tanh(p[1]); nu <- exp(p[2]) + 2; x <- qt(U[, 1], nu); y <- qt(U[, 2], nu); q <- (x^2 + y^2 - 2 * r * x * y) / (1 - r^2); -sum(lgamma(nu / 2 + 1) + lgamma(nu / 2) - 2 * lgamma((nu + 1) / 2) - 0.5 * log(1 - r^2) - (nu / 2 + 1) * log1p(q / nu) + (nu + 1) / 2 * (log1p(x^2 / nu) + log1p(y^2 / nu))) }
optim(c(0.3, 1), tcop)
vine <- function(r) { z <- qnorm(cbind(U, rev(U[, 1]))); R <- diag(3); R[1, 2] <- R[2, 1] <- tanh(r[1]); R[2, 3] <- R[3, 2] <- tanh(r[2]); R[1, 3] <- R[3, 1] <- tanh(r[1]) * tanh(r[2]) + tanh(r[3]) * sqrt((1 - tanh(r[1])^2) * (1 - tanh(r[2])^2)); Ri <- solve(R); n / 2 * log(det(R)) + 0.5 * sum(diag(z %*% (Ri - diag(3)) %*% t(z))) }
optim(c(0.1, 0.2, 0.1), vine)
# spatial
xy <- matrix(runif(40), 20); D <- as.matrix(dist(xy)); zv <- rnorm(20)
gp_kernels <- list(se = function(d, l) exp(-0.5 * (d / l)^2), m52 = function(d, l) (1 + sqrt(5) * d / l + 5 * d^2 / (3 * l^2)) * exp(-sqrt(5) * d / l), rq = function(d, l) (1 + d^2 / (2 * l^2))^-1, per = function(d, l) exp(-d / 3) * exp(-2 * sin(pi * d)^2 / l^2 / 50), bessel = function(d, l) { r <- d / l; k <- r * besselK(r, 1); k[d == 0] <- 1; k })
gp <- function(p, kern) { K <- exp(p[1]) * kern(D, exp(p[2])); diag(K) <- diag(K) + exp(p[3]); R <- chol(K); a <- backsolve(R, forwardsolve(t(R), zv)); 0.5 * sum(zv * a) + sum(log(diag(R))) + 10 * log(2 * pi) }
for (k in gp_kernels) optim(c(0, -1, -1), gp, kern = k)
gp_pred <- function(p) { K <- exp(-as.matrix(dist(xy, upper = TRUE)) / exp(p[1])); k0 <- exp(-sqrt(colSums((t(xy) - c(0.5, 0.5))^2)) / exp(p[1])); w <- solve(K + exp(p[2]) * diag(20), k0); (sum(w * zv) - 0.3)^2 + 1 - crossprod(k0, w)[1, 1] }
optim(c(0, -1), gp_pred)
krig_reml <- function(p) { V <- exp(-D / exp(p[1])) + exp(p[2]) * diag(20); X <- cbind(1, xy); Vi <- chol2inv(chol(V)); XtVi <- crossprod(X, Vi); b <- solve(XtVi %*% X, XtVi %*% zv); r <- zv - X %*% b; s2 <- drop(t(r) %*% Vi %*% r) / 17; as.vector(determinant(V, TRUE)$modulus + determinant(XtVi %*% X)$modulus) + 17 * log(s2) }
optim(c(-1, -1), krig_reml)
variog <- function(p) { i <- lower.tri(D); g <- (outer(zv, zv, "-")^2 / 2)[i]; b <- cut(D[i], quantile(D[i], 0:6 / 6), include.lowest = TRUE); gh <- tapply(g, b, mean); hh <- tapply(D[i], b, mean); N <- table(b); th <- function(h) exp(p[1]) + exp(p[2]) * ifelse(h < exp(p[3]), 1.5 * h / exp(p[3]) - 0.5 * (h / exp(p[3]))^3, 1); sum(N * (gh / th(hh) - 1)^2) }
optim(c(-1, 0, -0.5), variog)
W <- (D < 0.35 & D > 0) * 1; W <- W / pmax(rowSums(W), 1)
car <- function(p) { rho <- plogis(p[1]) * 0.99; A <- D < 0.35; diag(A) <- FALSE; Q <- exp(p[2]) * (diag(rowSums(A) + 1) - rho * A); e <- zv - p[3]; -0.5 * c(determinant(Q)$modulus) + 0.5 * sum(e * (Q %*% e)) }
optim(c(0, 0, 0), car)
sem_sp <- function(p) { A <- diag(20) - tanh(p[1]) * W; e <- A %*% (zv - cbind(1, xy) %*% p[2:4]); ev <- eigen(W, only.values = TRUE)$values; -sum(log(Mod(1 - tanh(p[1]) * ev))) + 10 * log(sum(e^2)) }
optim(c(0.1, 0, 0, 0), sem_sp)
lgcp <- function(p) { g <- expand.grid(x = 1:4, y = 1:4); cnt <- tabulate(findInterval(xy[, 1], 0:3 / 4) + 4 * (findInterval(xy[, 2], 0:3 / 4) - 1), 16); f <- p[3:18]; Q <- solve(exp(-as.matrix(dist(g)) / 2)); -sum(dpois(cnt, exp(p[1] + f), TRUE)) + 0.5 * exp(p[2]) * drop(f %*% Q %*% f) - 8 * p[2] }
optim(c(0, 0, rep(0.1, 16)), lgcp)
strauss <- function(p) { s <- sum(D[upper.tri(D)] < 0.1); ti <- function(u) colSums(sqrt(outer(xy[, 1], u[, 1], "-")^2 + outer(xy[, 2], u[, 2], "-")^2) < 0.1); g <- as.matrix(expand.grid(1:10 / 11, 1:10 / 11)); -(20 * p[1] + 2 * s * p[2]) + sum(exp(p[1] + p[2] * ti(g))) / 100 }
optim(c(3, -0.5), strauss)
# splines and smoothing
x <- sort(runif(30)); y <- sin(6 * x) + rnorm(30, 0, 0.2)
tps <- function(p) { k <- seq(0.1, 0.9, 0.2); B <- cbind(1, x, outer(x, k, function(a, b) abs(a - b)^3)); P <- outer(k, k, function(a, b) abs(a - b)^3); b <- p[1:7]; sum((y - B %*% b)^2) + exp(p[8]) * drop(b[3:7] %*% P %*% b[3:7])^2 }
optim(rep(0.1, 8), tps)
gcv <- function(lam) { B <- splines::bs(x, df = 8); Dm <- diff(diag(8), differences = 2); H <- B %*% solve(crossprod(B) + exp(lam) * crossprod(Dm)) %*% t(B); r <- y - H %*% y; mean(r^2) / (1 - sum(diag(H)) / 30)^2 }
optimize(gcv, c(-5, 5))
looc <- function(h) { K <- dnorm(outer(x, x, "-") / exp(h)); diag(K) <- 0; S <- K / rowSums(K); mean((y - S %*% y)^2) }
optimize(looc, c(-4, 0))
locpoly <- function(h, x0 = c(0.25, 0.5, 0.75)) { f <- sapply(x0, function(z) { w <- exp(-((x - z) / exp(h))^2); X <- cbind(1, x - z); solve(t(X) %*% (w * X), t(X) %*% (w * y))[1] }); sum((f - sin(6 * x0))^2) }
optimize(locpoly, c(-3, 0))
fourier <- function(p) { w <- p[1]; X <- do.call(cbind, lapply(1:3, function(k) cbind(cos(k * w * x), sin(k * w * x)))); fit <- lm.fit(cbind(1, X), y); sum(fit$residuals^2) }
optimize(fourier, c(2, 7))
lowess_like <- function(b) { r <- y - b[1] - b[2] * x; s <- median(abs(r)); w <- pmax(1 - (r / (6 * s))^2, 0)^2; sum(w * r^2) / sum(w) }
optim(c(0, 1), lowess_like)
isotonic <- function(d) { f <- cumsum(c(d[1], exp(d[-1]))); sum((sort(y)[1:8] - f)^2) }
optim(c(-1, rep(-1, 7)), isotonic)
kde_cv <- function(h) { h <- exp(h); dd <- outer(y, y, "-"); n <- length(y); mean(dnorm(dd, 0, sqrt(2) * h)) - 2 * (sum(dnorm(dd, sd = h)) - n * dnorm(0, sd = h)) / (n * (n - 1)) }
optimize(kde_cv, c(-3, 1))
# mixtures
normmix <- function(par, k = 3) { pr <- exp(c(0, par[seq_len(k - 1)])); pr <- pr / sum(pr); mu <- par[k:(2 * k - 1)]; s <- exp(tail(par, k)); -sum(log(rowSums(mapply(function(p, m, s) p * dnorm(y, m, s), pr, mu, s)))) }
optim(c(0, 0, -1, 0, 1, -1, -1, -1), normmix)
mvmix <- function(p) { Y <- cbind(x, y); dmv <- function(Y, m, S) { q <- mahalanobis(Y, m, S); exp(-q / 2) / (2 * pi * sqrt(det(S))) }; S <- matrix(c(exp(p[5]), p[6], p[6], exp(p[7])), 2); -sum(log(plogis(p[8]) * dmv(Y, p[1:2], S) + (1 - plogis(p[8])) * dmv(Y, p[3:4], S))) }
optim(c(0.3, 0.5, 0.7, -0.5, -2, 0, -1, 0), mvmix)
moe <- function(p) { g <- plogis(p[1] + p[2] * x); -sum(log(g * dnorm(y, p[3] + p[4] * x, exp(p[5])) + (1 - g) * dnorm(y, p[6] + p[7] * x, exp(p[5])))) }
optim(c(0, 1, 1, 0, -1, -1, 0), moe)
elbo <- function(p) { m <- p[1:2]; s <- exp(p[3:4]); eps <- qnorm((1:8 - 0.5) / 8); lp <- 0; for (e1 in eps) for (e2 in eps[c(2, 5, 7)]) { th <- m + s * c(e1, e2); lp <- lp + sum(dnorm(y, th[1] + th[2] * x, 0.5, log = TRUE)) + sum(dnorm(th, 0, 2, log = TRUE)) }; -(lp / 24 + sum(log(s))) }
optim(c(0, 0, -1, -1), elbo)
