# Machine learning, networks, phylogenies, genetics, text, Bayes.
set.seed(210)
X <- matrix(rnorm(60), 20); y <- rbinom(20, 1, 0.5); Y <- diag(3)[sample(1:3, 20, TRUE), ]
nn <- function(w) { W1 <- matrix(w[1:12], 4); W2 <- matrix(w[13:27], 5); H <- tanh(cbind(1, X) %*% W1); O <- cbind(1, H)[, 1:4] %*% matrix(w[13:24], 4); P <- exp(O - apply(O, 1, max)); P <- P / rowSums(P); -mean(rowSums(Y * log(P))) + 0.01 * sum(w^2) }
optim(rnorm(27, 0, 0.3), nn)
layers <- c(3, 4, 2, 1); sizes <- head(layers + 1, -1) * layers[-1]
unroll <- function(w) { ends <- cumsum(sizes); starts <- c(1, head(ends, -1) + 1); Map(function(s, e, i) matrix(w[s:e], layers[i] + 1), starts, ends, seq_along(sizes)) }
mlp <- function(w, act = function(z) pmax(z, 0.01 * z)) { Ws <- unroll(w); a <- X; for (l in seq_along(Ws)) { z <- cbind(1, a) %*% Ws[[l]]; a <- if (l < length(Ws)) act(z) else 1 / (1 + exp(-z)) }; -mean(y * log(a) + (1 - y) * log(1 - a)) }
optim(rnorm(sum(sizes), 0, 0.4), mlp)
rnn <- function(w) { h <- c(0, 0); Wh <- matrix(w[1:4], 2); wx <- w[5:6]; out <- 0; s <- sin(1:15); for (t in 1:14) { h <- tanh(c(Wh %*% h) + wx * s[t]); out <- out + (sum(h * w[7:8]) - s[t + 1])^2 }; out }
optim(seq(-0.4, 0.5, length.out = 8), rnn)
conv <- function(k) { s <- convolve(sin(1:20), rev(k), type = "open"); f <- pmax(s, 0); m <- sapply(split(f[1:20], rep(1:5, each = 4)), max); sum((m - 1)^2) }
optim(c(0.5, 0.2, -0.1), conv)
svm <- function(b) { s <- ifelse(y == 1, 1, -1); m <- s * (X %*% b[-1] + b[1]); mean(pmax(0, 1 - m)) + 0.1 * sum(b[-1]^2) }
optim(c(0.1, 0.2, -0.1, 0.3), svm)
lasso <- function(b) 0.5 * mean((y - X %*% b)^2) + 0.1 * sum(abs(b))
optim(c(0.3, -0.2, 0.1), lasso)
group_lasso <- function(b) { g <- c(1, 1, 2); sum((y - X %*% b)^2) + sum(sqrt(tapply(b^2, g, sum))) }
optim(c(0.3, -0.2, 0.1), group_lasso)
focal <- function(b) { p <- plogis(cbind(1, X) %*% b); pt <- ifelse(y == 1, p, 1 - p); -sum((1 - pt)^2 * log(pt)) }
optim(rep(0.1, 4), focal)
adaboost <- function(a) { stumps <- sapply(1:3, function(j) ifelse(X[, j] > 0, 1, -1)); mean(exp(-(2 * y - 1) * drop(stumps %*% a))) }
optim(c(0.1, 0.1, 0.1), adaboost)
tsne <- function(z) { Zm <- matrix(z, ncol = 2); P <- exp(-as.matrix(dist(X[1:6, ]))^2); diag(P) <- 0; P <- P / sum(P); Q <- 1 / (1 + as.matrix(dist(Zm))^2); diag(Q) <- 0; Q <- Q / sum(Q); i <- P > 0; sum(P[i] * log(P[i] / Q[i])) }
optim(rnorm(12), tsne)
kmeans_soft <- function(m) { C <- matrix(m, 2); d <- sapply(1:2, function(k) rowSums(sweep(X, 2, C[k, ])^2)); -sum(log(rowSums(exp(-d)))) }
optim(c(0, 1, 0, 1, 0, -1), kmeans_soft)
kmeans_hard <- function(m) { C <- matrix(m, 2); sum(apply(X, 1, function(r) min(apply(C, 1, function(cc) sum((r - cc)^2))))) }
optim(c(0, 1, 0, 1, 0, -1), kmeans_hard)
nmf <- function(p) { V <- abs(X[1:5, ]); W <- matrix(exp(p[1:10]), 5); H <- matrix(exp(p[11:16]), 2); R <- W %*% H; sum(V * log(V / R) - V + R) }
optim(rep(c(0, 0.1), 8), nmf)
mf <- function(p) { U <- matrix(p[1:10], 5); V <- matrix(p[11:18], 4); R <- matrix(c(5, NA, 3, 1, 4, NA, 1, 1, 1, 1, NA, 5, NA, 1, 4, 4, NA, 5, 4, NA), 5, byrow = TRUE); ok <- !is.na(R); sum((R - U %*% t(V))[ok]^2) + 0.1 * (sum(U^2) + norm(V, "F")^2) }
optim(seq(0.1, 1.8, 0.1), mf)
als_cp <- function(p) { a <- p[1:2]; b <- p[3:5]; cc <- p[6:9]; T3 <- array(1:24 / 10, 2:4); sum((T3 - a %o% b %o% cc)^2) }
optim(rep(1, 9), als_cp)
lda <- function(p) { theta <- exp(matrix(p[1:4], 2)); theta <- theta / rowSums(theta); phi <- exp(matrix(p[5:12], 2, 4)); phi <- phi / rowSums(phi); docs <- list(c("a", "b", "a", "c"), c("d", "c", "d", "d", "b")); vocab <- letters[1:4]; ll <- 0; for (d in seq_along(docs)) { cnt <- table(factor(docs[[d]], levels = vocab)); ll <- ll + sum(cnt * log(c(theta[d, ] %*% phi))) }; -ll }
optim(rnorm(12), lda)
naive_bayes <- function(p) { words <- strsplit("the cat sat the dog ran the cat", " ")[[1]]; lp <- p[1:5]; names(lp) <- unique(words); w <- lp[words]; -(sum(w) - length(words) * log(sum(exp(lp)))) }
optim(rep(0.1, 5), naive_bayes)
glove <- function(p) { V <- matrix(p[1:8], 4); b <- p[9:12]; M <- matrix(c(0, 3, 1, 2, 3, 0, 4, 1, 1, 4, 0, 5, 2, 1, 5, 0), 4); tot <- 0; for (i in 1:4) for (j in 1:4) if (M[i, j] > 0 && i < j) tot <- tot + min(1, (M[i, j] / 3)^0.75) * (sum(V[i, ] * V[j, ]) + b[i] + b[j] - log(M[i, j]))^2; tot }
optim(rnorm(12, 0, 0.5), glove)
# networks
A <- matrix(rbinom(64, 1, 0.3), 8); A[lower.tri(A)] <- t(A)[lower.tri(A)]; diag(A) <- 0
ergm_pl <- function(th) { tri <- A %*% A; i <- row(A) < col(A); deg <- rowSums(A); star <- outer(deg, deg, "+") - 2 * A; eta <- th[1] + th[2] * tri + th[3] * star; -sum(dbinom(A[i], 1, plogis(eta[i]), log = TRUE)) }
optim(c(-1, 0, 0), ergm_pl)
sbm <- function(p) { z <- rep(1:2, 4); B <- matrix(plogis(p[c(1, 2, 2, 3)]), 2); ll <- 0; for (i in 1:7) for (j in (i + 1):8) ll <- ll + A[i, j] * log(B[z[i], z[j]]) + (1 - A[i, j]) * log(1 - B[z[i], z[j]]); -ll }
optim(c(0, -1, 0), sbm)
latent_dist <- function(p) { Z <- cbind(p[1:8], p[9:16]); eta <- p[17] - as.matrix(dist(Z)); ut <- upper.tri(A); -sum(A[ut] * eta[ut] - log1p(exp(eta[ut]))) + sum(Z^2) / 2 }
optim(c(cos(1:8), sin(1:8), 0), latent_dist)
S0 <- matrix(sample(c(-1, 1), 36, TRUE), 6)
ising2 <- function(p, S = S0) { nb <- rbind(0, S[-6, ]) + rbind(S[-1, ], 0) + cbind(0, S[, -6]) + cbind(S[, -1], 0); sum(log1p(exp(-2 * S * (p[1] + p[2] * nb)))) }
optim(c(0, 0.1), ising2)
pagerank <- function(d) { d <- plogis(d); P <- A / pmax(rowSums(A), 1); r <- rep(1 / 8, 8); for (i in 1:40) r <- (1 - d) / 8 + d * c(r %*% P); sum((r - 1 / 8)^2) }
optimize(pagerank, c(0, 3))
epidemic_net <- function(b) { p <- plogis(b); S <- rep(1, 8); I <- c(1, rep(0, 7)); S[1] <- 0; for (t in 1:5) { inf <- S * (1 - apply(1 - p * A * rep(I, each = 8), 1, prod)); S <- S - inf; I <- I * 0.7 + inf }; (sum(I) - 3)^2 }
optimize(epidemic_net, c(-3, 3))
# phylogenetics
tree <- list(list("human", "chimp", bl = c(1, 2)), "mouse", bl = c(3, 4))
seqs <- list(human = strsplit("ACGTACGTAA", "")[[1]], chimp = strsplit("ACGTACGTAC", "")[[1]], mouse = strsplit("ACGAACTTAC", "")[[1]])
jc <- function(t) { P <- matrix(0.25 - 0.25 * exp(-4 * t / 3), 4, 4); diag(P) <- 0.25 + 0.75 * exp(-4 * t / 3); P }
prune <- function(node, site, bl) { if (is.character(node)) return(as.numeric(c("A", "C", "G", "T") == seqs[[node]][site])); (jc(bl[node$bl[1]]) %*% prune(node[[1]], site, bl)) * (jc(bl[node$bl[2]]) %*% prune(node[[2]], site, bl)) }
felsenstein <- function(lb) -sum(sapply(1:10, function(s) log(sum(0.25 * prune(tree, s, exp(lb))))))
optim(rep(-2, 4), felsenstein)
gtr <- function(p) { pi <- c(0.3, 0.2, 0.2, 0.3); Q <- matrix(0, 4, 4); Q[lower.tri(Q)] <- exp(p[1:6]); Q <- Q + t(Q); Q <- Q %*% diag(pi); diag(Q) <- -rowSums(Q); Q <- Q / -sum(pi * diag(Q)); s <- sqrt(pi); E <- eigen(diag(s) %*% Q %*% diag(1 / s), symmetric = TRUE); P <- diag(1 / s) %*% E$vectors %*% diag(exp(E$values * exp(p[7]))) %*% t(E$vectors) %*% diag(s); N <- matrix(c(90, 3, 5, 2, 4, 80, 1, 6, 6, 2, 85, 3, 1, 7, 3, 88), 4); -sum(N * log(diag(pi) %*% P)) }
optim(c(0, 0.3, -0.2, 0.1, 0.2, 0, -2), gtr)
k80 <- function(p) { d <- exp(p[1]); k <- exp(p[2]); P <- 0.25 + 0.25 * exp(-4 * d / (k + 2)) - 0.5 * exp(-2 * d * (k + 1) / (k + 2)); Q <- 0.5 - 0.5 * exp(-4 * d / (k + 2)); -(84 * log(P) + 6 * log(Q) + 858 * log(1 - P - Q)) }
optim(c(-2, 0.5), k80)
bm <- function(p) { V <- matrix(c(3, 2, 1, 0, 2, 3, 1, 0, 1, 1, 3, 0, 0, 0, 0, 3), 4); al <- exp(p[3]); OU <- exp(2 * p[1]) / (2 * al) * exp(-al * (6 - 2 * V)) * (1 - exp(-2 * al * V)); e <- c(1.2, 1.5, 0.4, -0.3) - p[2]; log(det(OU)) + drop(e %*% solve(OU) %*% e) }
optim(c(0, 0.5, -1), bm)
birthdeath <- function(p) { la <- exp(p[1]); mu <- la * plogis(p[2]); x <- c(5, 3.2, 2.1, 1); r <- la - mu; a <- mu / la; -(lfactorial(4) + 3 * log(r) + r * sum(x[3:4]) + 5 * log(1 - a) - 2 * sum(log(exp(r * x) - a))) }
optim(c(-1, -1), birthdeath)
coalescent <- function(p) { ti <- c(0.1, 0.15, 0.3, 0.9); k <- 5:2; Ne <- exp(p[1]); g <- p[2]; t1 <- cumsum(ti); t0 <- c(0, head(t1, -1)); -sum(log(choose(k, 2) / Ne) + g * t1 - choose(k, 2) / Ne * (exp(g * t1) - exp(g * t0)) / g) }
optim(c(0, 0.5), coalescent)
# genetics
abo <- function(p) { q <- exp(c(p, 0)); q <- q / sum(q); names(q) <- c("A", "B", "O"); G <- outer(q, q); ph <- c(A = G["A", "A"] + 2 * G["A", "O"], B = G["B", "B"] + 2 * G["B", "O"], AB = 2 * G["A", "B"], O = G["O", "O"]); -sum(c(186, 38, 13, 284) * log(ph)) }
optim(c(0, -1), abo)
linkage <- function(r) { psi <- (1 - r)^2; -(125 * log(2 + psi) + 38 * log(1 - psi) + 34 * log(psi)) }
optimize(linkage, c(0, 0.5))
haplo <- function(p) { h <- exp(c(p, 0)); h <- h / sum(h); H <- h %o% h; g <- matrix(0, 3, 3); al <- rbind(c(0, 0), c(0, 1), c(1, 0), c(1, 1)); for (i in 1:4) for (j in 1:4) { a <- sum(al[c(i, j), 1]) + 1; b <- sum(al[c(i, j), 2]) + 1; g[a, b] <- g[a, b] + H[i, j] }; N <- matrix(c(20, 12, 3, 10, 15, 6, 4, 5, 9), 3); -sum(N * log(g)) }
optim(c(0.2, 0, -0.1), haplo)
pedigree <- function(p) { A2 <- diag(6); A2[3, 1] <- A2[1, 3] <- A2[3, 2] <- A2[2, 3] <- 0.5; A2[4, 1] <- A2[1, 4] <- A2[4, 2] <- A2[2, 4] <- A2[3, 4] <- A2[4, 3] <- 0.5; V <- exp(p[1]) * A2 + exp(p[2]) * diag(6); yv <- c(1, 2, 1.8, 1.1, 0.2, 3); one <- rep(1, 6); Vi <- solve(V); mu <- sum(Vi %*% yv) / sum(Vi); r <- yv - mu; log(det(V)) + sum(r * (Vi %*% r)) + log(sum(Vi)) }
optim(c(0, 0), pedigree)
qtl <- function(p) { mix <- 0.7 * dnorm(X[1:12, 1], p[1], exp(p[3])) + 0.3 * dnorm(X[1:12, 1], p[2], exp(p[3])); -sum(log(mix)) }
optim(c(-0.5, 0.5, 0), qtl)
hwe <- function(p) { q <- plogis(p[1]); f <- tanh(p[2]); pr <- c(AA = q^2 + f * q * (1 - q), Aa = 2 * q * (1 - q) * (1 - f), aa = (1 - q)^2 + f * q * (1 - q)); if (any(pr < 0)) return(NaN); -dmultinom(c(30, 40, 12), 82, pr, log = TRUE) }
optim(c(0, 0.1), hwe)
# LaplacesDemon-style
parm.names <- c("beta[1]", "beta[2]", "beta[3]", "log.sigma")
MyData <- list(J = 3, X = X, y = X %*% c(1, -1, 0.5) + 0.3 * rnorm(20), mon.names = "LP", parm.names = parm.names, pos.beta = grep("beta", parm.names), pos.sigma = grep("sigma", parm.names))
dhalfcauchy <- function(x, scale = 25, log = FALSE) { dens <- log(2 * scale) - log(pi * {x * x + scale * scale}); if (log == FALSE) dens <- exp(dens); dens }
Model <- function(parm, Data) {
  beta <- parm[Data$pos.beta]
  sigma <- exp(parm[Data$pos.sigma])
  beta.prior <- sum(dnorm(beta, 0, sqrt(1000), log = TRUE))
  sigma.prior <- dhalfcauchy(sigma, 25, log = TRUE)
  mu <- tcrossprod(Data$X, t(beta))
  LL <- sum(dnorm(Data$y, mu, sigma, log = TRUE))
  LP <- LL + beta.prior + sigma.prior
  Modelout <- list(LP = LP, Dev = -2 * LL, Monitor = LP, yhat = rnorm(length(mu), mu, sigma), parm = parm)
  return(Modelout)
}
optim(c(1, -1, 0.5, -1), Model, Data = MyData)
interval <- function(x, a = -Inf, b = Inf) { x <- ifelse(x < a, a, ifelse(x > b, b, x)); x }
Model2 <- function(parm, Data) { tau <- interval(parm[4], 1e-3, 100); parm[4] <- tau; mu <- as.vector(Data$X %*% parm[1:3]); LL <- sum(dnorm(Data$y, mu, 1 / sqrt(tau), log = TRUE)); LP <- LL + dgamma(tau, 0.1, 0.1, log = TRUE) + sum(dnorm(parm[1:3], 0, 10, log = TRUE)); list(LP = LP, Dev = -2 * LL, Monitor = c(LP, tau), yhat = mu, parm = parm) }
optim(c(1, -1, 0.5, 2), Model2, Data = MyData)
# JAGS-like log posterior with nested index
dat <- list(N = 20, J = 4, g = rep(1:4, 5), y = rpois(20, 4), x = rnorm(20))
log_post <- function(theta) {
  lp <- 0
  a <- numeric(dat$J)
  mu.a <- theta["mu.a"]; sd.a <- exp(theta["lsd"])
  lp <- lp + dnorm(mu.a, 0, 10, log = TRUE) + dexp(sd.a, 1, log = TRUE) + theta["lsd"]
  for (j in 1:dat$J) { a[j] <- theta[paste0("a[", j, "]")]; lp <- lp + dnorm(a[j], mu.a, sd.a, log = TRUE) }
  for (i in 1:dat$N) { lam <- exp(a[dat$g[i]] + theta["b"] * dat$x[i]); lp <- lp + dpois(dat$y[i], lam, log = TRUE) }
  return(-lp)
}
optim(c(mu.a = 1, lsd = -1, "a[1]" = 1, "a[2]" = 1.2, "a[3]" = 1, "a[4]" = 0.8, b = 0.1), log_post)
horseshoe <- function(p) { b <- p[1:3]; lam <- exp(p[4:6]); tau <- exp(p[7]); lp <- sum(dnorm(MyData$y, X %*% b, 1, log = TRUE), dnorm(b, 0, lam * tau, TRUE), dcauchy(lam, log = TRUE), p[4:6], dcauchy(tau, log = TRUE), p[7]); -lp }
optim(rep(0.1, 7), horseshoe)
wishart <- function(p) { L <- diag(exp(p[1:2])); L[2, 1] <- p[3]; S <- L %*% t(L); nu <- 5; V <- diag(2); ldet <- as.numeric(determinant(S)$modulus); -((nu - 3) / 2 * ldet - sum(diag(solve(V) %*% S)) / 2 - sum(lgamma((nu + 1 - 1:2) / 2)) + sum(p[1:2])) }
optim(c(0, 0, 0.2), wishart)
stick <- function(v) { b <- plogis(v); w <- b * c(1, cumprod(1 - b)); w <- c(w[seq_along(b)], prod(1 - b)); -sum(c(10, 6, 3, 1) * log(w)) - sum(dbeta(b, 1, 2, log = TRUE)) }
optim(c(0, 0, 0), stick)
lkj <- function(z) { K <- 3; zz <- tanh(z); L <- matrix(0, K, K); L[1, 1] <- 1; k <- 1; for (i in 2:K) { s <- 0; for (j in 1:(i - 1)) { L[i, j] <- zz[k] * sqrt(1 - s); s <- s + L[i, j]^2; k <- k + 1 }; L[i, i] <- sqrt(1 - s) }; -sum((K - 2:K + 2 * 2 - 2) * log(diag(L)[-1])) + sum((L %*% t(L))^2) }
optim(c(0.1, 0.2, 0.3), lkj)
