# Econometrics, psychometrics, mixtures, copulas, spatial models, kinetics.
set.seed(104)
n <- 80
x1 <- rnorm(n); x2 <- runif(n); X <- cbind(1, x1, x2)
ystar <- drop(X %*% c(0.5, 1, -1)) + rnorm(n)

# Tobit
tobit <- function(theta) {
  y <- pmax(ystar, 0)
  k <- length(theta)
  beta <- theta[-k]; sigma <- exp(theta[k])
  mu <- c(X %*% beta)
  -sum(ifelse(y > 0, dnorm(y, mu, sigma, log = TRUE), pnorm(0, mu, sigma, log.p = TRUE)))
}
optim(c(0, 0, 0, 0), tobit, method = "BFGS", hessian = TRUE)

# Ordered probit, increments of the thresholds are exponentials
yo <- cut(ystar, c(-Inf, -0.5, 0.5, 1.5, Inf), labels = FALSE)
oprobit <- function(p) {
  eta <- x1 * p[1] + x2 * p[2]
  tau <- c(-Inf, p[3] + c(0, cumsum(exp(p[4:5]))), Inf)
  -sum(log(pnorm(tau[yo + 1] - eta) - pnorm(tau[yo] - eta)))
}
optim(c(1, -1, -1, 0, 0), oprobit)

# Multinomial logit
choice <- sample(1:3, n, TRUE, c(0.5, 0.3, 0.2))
mnl <- function(par) {
  B <- cbind(0, matrix(par, ncol = 2))
  U <- X %*% B
  P <- exp(U) / rowSums(exp(U))
  -sum(log(P[cbind(1:n, choice)]))
}
optim(rep(0, 6), mnl, method = "BFGS")

# Negative binomial and zero-inflated Poisson
cnt <- rnbinom(n, mu = exp(0.5 + 0.6 * x1), size = 1.5)
nb2 <- function(b) -sum(dnbinom(cnt, mu = exp(X %*% b[1:3]), size = exp(b[4]), log = TRUE))
optim(rep(0.1, 4), nb2)
zip <- function(b) {
  lambda <- as.vector(exp(X %*% b[1:3])); w <- plogis(b[4])
  z <- cnt == 0
  ll0 <- log(w + (1 - w) * exp(-lambda[z]))
  ll1 <- log(1 - w) + dpois(cnt[!z], lambda[!z], log = TRUE)
  -(sum(ll0) + sum(ll1))
}
nlm(zip, c(0.1, 0.1, 0.1, -1))

# Heckman selection model
sel <- as.numeric(0.3 + 0.8 * x2 + rnorm(n) > 0)
heckit <- function(par) {
  g <- par[1:2]; b <- par[3:4]; sigma <- exp(par[5]); rho <- tanh(par[6])
  zg <- g[1] + g[2] * x2
  e <- (ystar - b[1] - b[2] * x1) / sigma
  ll <- ifelse(sel == 0, pnorm(-zg, log.p = TRUE),
               dnorm(e, log = TRUE) - log(sigma) + pnorm((zg + rho * e) / sqrt(1 - rho^2), log.p = TRUE))
  -sum(ll)
}
optim(c(0.3, 0.5, 0.3, 0.8, 0, 0.1), heckit, method = "BFGS")

# Stochastic frontier, normal/half-normal
frontier <- function(p) {
  names(p) <- c("b0", "b1", "lsv", "lsu")
  e <- ystar - p["b0"] - p["b1"] * x1
  sv <- exp(p["lsv"]); su <- exp(p["lsu"]); s <- sqrt(sv^2 + su^2); lam <- su / sv
  -sum(log(2) - log(s) + dnorm(e / s, log = TRUE) + pnorm(-e * lam / s, log.p = TRUE))
}
optim(c(0.5, 1, -0.5, -0.5), frontier)

# Two-step GMM objective: moments of an instrument
gmm_obj <- function(b) {
  u <- ystar - b[1] - b[2] * x1
  Zm <- cbind(1, x1, x2, x2^2)
  g <- crossprod(Zm, u) / n
  drop(t(g) %*% solve(crossprod(Zm) / n) %*% g)
}
optim(c(0, 0), gmm_obj)

# Random intercepts by Gauss-Hermite quadrature (nodes of five points)
id <- rep(1:16, each = 5)
yb <- rbinom(n, 1, plogis(0.2 + x1 + rnorm(16)[id]))
gh_x <- c(-2.0201828705, -0.9585724646, 0, 0.9585724646, 2.0201828705)
gh_w <- c(0.0199532421, 0.3936193232, 0.9453087205, 0.3936193232, 0.0199532421)
ranef_logit <- function(p) {
  contrib <- tapply(seq_len(n), id, function(i) {
    node <- function(u) prod(dbinom(yb[i], 1, plogis(p[1] + p[2] * x1[i] + sqrt(2) * exp(p[3]) * u)))
    sum(gh_w * sapply(gh_x, node)) / sqrt(pi)
  })
  -sum(log(unlist(contrib)))
}
optim(c(0, 0.5, 0), ranef_logit)

# Linear mixed model, marginal likelihood, block by block
lmm <- function(theta) {
  sb2 <- exp(theta[3]); se2 <- exp(theta[4])
  nll <- 0
  for (g in split(seq_len(n), id)) {
    m <- length(g)
    V <- se2 * diag(m) + sb2 * matrix(1, m, m)
    e <- ystar[g] - theta[1] - theta[2] * x1[g]
    nll <- nll + 0.5 * (as.numeric(determinant(V)$modulus) + sum(e * solve(V, e)) + m * log(2 * pi))
  }
  nll
}
optim(c(0, 1, -1, 0), lmm, method = "BFGS")

# Rasch and two-parameter item response by quadrature
items <- matrix(rbinom(50 * 5, 1, 0.6), 50)
irt_2pl <- function(par, resp, nodes = seq(-3, 3, by = 0.5)) {
  a <- exp(par[1:5]); b <- par[6:10]
  w <- dnorm(nodes) / sum(dnorm(nodes))
  P <- plogis(sweep(outer(nodes, a), 2, a * b))
  like <- exp(resp %*% t(log(P)) + (1 - resp) %*% t(log(1 - P)))
  -sum(log(like %*% w))
}
optim(c(rep(0, 5), rep(-0.4, 5)), irt_2pl, resp = items, method = "BFGS")
rasch_cml <- function(beta) {
  # symmetric functions by recursion, the first item fixed
  eps <- exp(-c(0, beta))
  gamma <- c(1, rep(0, 5))
  for (i in 1:5) gamma[2:(i + 1)] <- gamma[2:(i + 1)] + gamma[1:i] * eps[i]
  score <- rowSums(items)
  sum(colSums(items) * c(0, beta)) + sum(log(gamma[score + 1]))
}
nlminb(rep(0, 4), rasch_cml)

# One factor, covariance structure
S <- cov(matrix(rnorm(300), 60) + rnorm(60))
factor1 <- function(p) {
  lambda <- p[1:5]
  Sigma <- lambda %*% t(lambda) + diag(exp(p[6:10]))
  log(det(Sigma)) + sum(diag(S %*% solve(Sigma))) - log(det(S)) - 5
}
nlm(factor1, c(rep(0.8, 5), rep(0, 5)))

# Signal detection with unequal variances
resp <- rbind(c(40, 30, 20, 10), c(12, 18, 30, 40))
sdt <- function(par) {
  crit <- cumsum(c(par[1], exp(par[2:3])))
  d <- par[4]; s <- exp(par[5])
  pn <- diff(c(0, pnorm(crit), 1))
  ps <- diff(c(0, pnorm((crit - d) / s), 1))
  -sum(resp[1, ] * log(pn)) - sum(resp[2, ] * log(ps))
}
optim(c(-0.3, -0.5, -0.5, 1, 0), sdt)

# Mixtures
wait <- faithful$waiting
mix2 <- function(p) {
  pi <- plogis(p[1])
  -sum(log(pi * dnorm(wait, p[2], exp(p[3])) + (1 - pi) * dnorm(wait, p[4], exp(p[5]))))
}
optim(c(0, 55, 1.6, 80, 1.6), mix2, method = "BFGS")
mix_k <- function(par, y, K) {
  w <- exp(c(0, par[1:(K - 1)])); w <- w / sum(w)
  mu <- par[K:(2 * K - 1)]
  dens <- sapply(1:K, function(k) log(w[k]) + dnorm(y, mu[k], 6, log = TRUE))
  m <- apply(dens, 1, max)
  -sum(m + log(rowSums(exp(dens - m))))
}
optim(c(0.1, -0.2, 50, 65, 80), mix_k, y = wait[1:60], K = 3)

# Copulas with uniform margins by ranks
u <- rank(faithful$eruptions) / 273; v <- rank(wait) / 273
clayton <- function(theta) {
  if (theta <= 0) return(Inf)
  -sum(log(1 + theta) - (1 + theta) * (log(u) + log(v)) - (2 + 1 / theta) * log(u^(-theta) + v^(-theta) - 1))
}
optimize(clayton, c(0.05, 10))
gauss_copula <- function(z) {
  rho <- tanh(z)
  a <- qnorm(u); b <- qnorm(v)
  -sum(-0.5 * log(1 - rho^2) - (rho^2 * (a^2 + b^2) - 2 * rho * a * b) / (2 * (1 - rho^2)))
}
nlm(gauss_copula, 0.5)
frank <- function(a) -sum(log(a * (1 - exp(-a)) * exp(-a * (u + v))) - 2 * log(1 - exp(-a) - (1 - exp(-a * u)) * (1 - exp(-a * v))))
optimize(frank, c(0.5, 20))

# Gaussian process in the plane, exponential and Matern 3/2 covariance
xy <- cbind(runif(25), runif(25)); zz <- sin(3 * xy[, 1]) + xy[, 2] + rnorm(25, 0, 0.1)
D <- as.matrix(stats::dist(xy))
matern <- function(h, range, nu) switch(as.character(nu), "0.5" = exp(-h / range), "1.5" = (1 + sqrt(3) * h / range) * exp(-sqrt(3) * h / range))
gp <- function(p, nu) {
  Sigma <- exp(p[2]) * matern(D, exp(p[3]), nu) + diag(exp(p[4]), nrow(D))
  R <- chol(Sigma)
  e <- backsolve(R, zz - p[1], transpose = TRUE)
  sum(log(diag(R))) + 0.5 * crossprod(e)
}
optim(c(1, 0, -1, -3), gp, nu = 0.5, method = "BFGS")
optim(c(1, 0, -1, -3), function(p) gp(p, 1.5))

# Simultaneous autoregression on a ring
W <- matrix(0, 20, 20)
for (i in 1:20) W[i, c(if (i == 1) 20 else i - 1, if (i == 20) 1 else i + 1)] <- 0.5
ys <- rnorm(20)
sar <- function(p) {
  A <- diag(20) - tanh(p[1]) * W
  e <- A %*% (ys - p[2])
  -(log(det(A)) - 10 * log(2 * pi) - 20 * p[3] - sum(e^2) / (2 * exp(2 * p[3])))
}
optim(c(0.1, 0, 0), sar)

# SIR epidemic by Euler steps, Poisson counts
cases <- c(3, 5, 9, 17, 29, 44, 60, 62, 51, 36, 22, 13)
sir <- function(theta, dt = 0.2) {
  beta <- exp(theta[["beta"]]); gamma <- exp(theta[["gamma"]])
  N <- 500; S <- N - 3; I <- 3; R <- 0
  pred <- numeric(length(cases))
  for (day in seq_along(cases)) {
    new <- 0
    for (k in 1:round(1 / dt)) {
      inf <- beta * S * I / N * dt
      rec <- gamma * I * dt
      S <- S - inf; I <- I + inf - rec; R <- R + rec
      new <- new + inf
    }
    pred[day] <- new
  }
  -sum(dpois(cases, pred, log = TRUE))
}
optim(c(beta = 0.1, gamma = -1), sir)

# Consecutive reactions A -> B -> C by Runge-Kutta, least squares
tobs <- 0:8; conc <- cbind(A = exp(-0.5 * tobs), B = 0.5 / 0.2 * (exp(-0.3 * tobs) - exp(-0.5 * tobs)))
rk4 <- function(f, y, t, h, ...) {
  k1 <- f(t, y, ...); k2 <- f(t + h / 2, y + h / 2 * k1, ...)
  k3 <- f(t + h / 2, y + h / 2 * k2, ...); k4 <- f(t + h, y + h * k3, ...)
  y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
}
kinetics <- function(t, y, k) c(A = -k[1] * y[["A"]], B = k[1] * y[["A"]] - k[2] * y[["B"]])
rss_kinetics <- function(logk) {
  k <- exp(logk)
  y <- c(A = 1, B = 0)
  out <- matrix(NA, length(tobs), 2, dimnames = list(NULL, c("A", "B")))
  out[1, ] <- y
  for (i in 2:length(tobs)) {
    for (s in 1:4) y <- rk4(kinetics, y, tobs[i - 1], 0.25, k = k)
    out[i, ] <- y
  }
  sum((conc - out)^2)
}
optim(log(c(0.3, 0.4)), rss_kinetics)

# Lotka-Volterra by Euler in a while loop
hare <- c(30, 47, 70, 77, 36, 20); lynx <- c(4, 6, 10, 35, 59, 42)
lotka <- function(p) {
  names(p) <- c("r", "a", "b", "m")
  state <- c(30, 4); t <- 0; sse <- 0; i <- 1
  while (i < length(hare)) {
    with(as.list(exp(p)), {
      dH <- r * state[1] - a * state[1] * state[2]
      dL <- b * state[1] * state[2] - m * state[2]
      state <<- state + 0.1 * c(dH, dL)
    })
    t <- t + 0.1
    if (t > i - 1e-8) { i <- i + 1; sse <- sse + (log(state[1]) - log(hare[i]))^2 + (log(state[2]) - log(lynx[i]))^2 }
  }
  sse
}
optim(log(c(0.55, 0.028, 0.024, 0.8)), lotka)

# Nonlinear regressions
michaelis <- function(p) sum((Puromycin$rate - p["Vm"] * Puromycin$conc / (p["K"] + Puromycin$conc))^2)
optim(c(Vm = 200, K = 0.05), michaelis)
weight <- ChickWeight$weight[1:12]; day <- ChickWeight$Time[1:12]
growth_models <- list(logistic = function(t, p) p[1] / (1 + exp(-(t - p[2]) / p[3])), gompertz = function(t, p) p[1] * exp(-p[2] * p[3]^t))
rss <- function(p, model) sum((weight - growth_models[[model]](day, p))^2)
optim(c(250, 15, 6), rss, model = "logistic")
optim(c(800, 3, 0.95), function(p) rss(p, "gompertz"))
indometh <- subset(as.data.frame(Indometh), Subject == 1)
biexp <- function(theta) {
  theta <- exp(theta)
  fit <- sapply(indometh$time, function(t) theta[1] * exp(-theta[2] * t) + theta[3] * exp(-theta[4] * t))
  sum((log(indometh$conc) - log(fit))^2)
}
nlminb(c(0.7, 0.9, -0.5, -1.3), biexp)

# Robust and penalised fits
huber <- function(b, k = 1.345) {
  r <- ystar - X %*% b
  sum(ifelse(abs(r) <= k, 0.5 * r^2, k * abs(r) - 0.5 * k^2))
}
optim(rep(0, 3), huber, method = "BFGS")
ridge <- function(b) sum((ystar - X %*% b)^2) + 2 * sum(b[-1]^2)
optim(rep(0, 3), ridge)

# Generalised extreme values, both branches of the shape
maxima <- c(3.1, 2.7, 4.4, 3.8, 2.9, 5.2, 3.3, 3.6, 4.1, 2.5, 3.0, 6.3)
gev <- function(p) {
  mu <- p[1]; sigma <- exp(p[2]); xi <- p[3]
  z <- (maxima - mu) / sigma
  if (abs(xi) < 1e-6) return(sum(log(sigma) + z + exp(-z)))
  y <- 1 + xi * z
  if (any(y <= 0)) return(1e6)
  length(z) * log(sigma) + sum(y^(-1 / xi)) + sum(log(y)) * (1 / xi + 1)
}
optim(c(3, 0, 0.1), gev)

# Dirichlet-multinomial and beta-binomial
litters <- rbind(c(3, 5, 2), c(1, 7, 4), c(4, 4, 4), c(0, 9, 1), c(2, 6, 3))
dirmult <- function(loga) {
  a <- exp(loga); A <- sum(a)
  ll <- apply(litters, 1, function(x) lgamma(A) - lgamma(A + sum(x)) + sum(lgamma(a + x) - lgamma(a)))
  -sum(ll)
}
optim(c(0, 1, 0.5), dirmult)
betabin <- function(p) {
  m <- rowSums(litters); k <- litters[, 1]
  -sum(lchoose(m, k) + lbeta(k + exp(p[1]), m - k + exp(p[2])) - lbeta(exp(p[1]), exp(p[2])))
}
optim(c(0, 0), betabin)
