# Harder scripts: numerical integration, roots and interpolation within the objective, decompositions,
# objects of several kinds, code from other packages.
set.seed(106)
n <- 30
x <- sort(runif(n, 0, 4)); y <- sin(x) + rnorm(n, 0, 0.2); g <- rep(1:6, 5)

# random intercepts, the integral by integrate(), one call per group
ri <- function(p) {
  ll <- 0
  for (k in 1:6) {
    yk <- y[g == k]
    f <- function(b) sapply(b, function(bb) prod(dnorm(yk, p[1] + bb, exp(p[2])))) * dnorm(b, 0, exp(p[3]))
    ll <- ll + log(integrate(f, -Inf, Inf)$value)
  }
  -ll
}
optim(c(0.3, -0.5, -1), ri)

# a root for each observation
quantile_fit <- function(p) {
  q <- sapply(c(0.25, 0.5, 0.75), function(u) uniroot(function(z) plogis((z - p[1]) / exp(p[2])) - u, c(-50, 50), tol = 1e-12)$root)
  sum((quantile(y, c(0.25, 0.5, 0.75)) - q)^2)
}
optim(c(0, 0), quantile_fit)

# profile likelihood: an optimizer in the objective
profile_nll <- function(logs) {
  inner <- optimize(function(mu) -sum(dnorm(y, mu, exp(logs), log = TRUE)), c(-5, 5))
  inner$objective
}
optimize(profile_nll, c(-2, 2))

# interpolation with knots of data, values of parameters
interp <- function(h) {
  f <- splinefun(c(0, 1, 2, 3, 4), h, method = "natural")
  sum((y - f(x))^2)
}
optim(rep(0, 5), interp)
linear_interp <- function(h) sum((y - approx(0:4, h, xout = x)$y)^2)
optim(rep(0, 5), linear_interp)

# spline bases
library(splines)
B <- bs(x, df = 5)
pspline <- function(b, lambda = 0.5) sum((y - B %*% b)^2) + lambda * sum(diff(b, differences = 2)^2)
optim(rep(0, 5), pspline, method = "BFGS")

# decompositions
S <- crossprod(matrix(rnorm(40), 10))
pca_like <- function(p) {
  M <- S + diag(exp(p))
  e <- eigen(M, symmetric = TRUE)
  sum(log(e$values)) + sum(e$values[1:2]) / sum(e$values)
}
optim(rep(0, 4), pca_like)
svd_fit <- function(p) {
  A <- outer(1:4, 1:3) + matrix(p, 4, 3)
  s <- svd(A)
  sum((s$d - c(10, 2, 1))^2)
}
optim(sin(1:12), svd_fit)
qr_fit <- function(p) {
  X <- cbind(1, exp(-p[1] * x), exp(-p[2] * x))
  r <- qr.resid(qr(X), y)
  sum(r^2)
}
optim(c(0.5, 2), qr_fit)
varpro <- function(p) {
  X <- cbind(1, exp(-p[1] * x), exp(-p[2] * x))
  b <- solve(crossprod(X), crossprod(X, y))
  sum((y - X %*% b)^2)
}
optim(c(0.5, 2), varpro)
lm_inside <- function(p) {
  fit <- lm.fit(cbind(1, x^p), y)
  sum(fit$residuals^2)
}
optimize(lm_inside, c(0.2, 3))

# a Markov chain in continuous time, the exponential of its generator by its series
expm_series <- function(A, k = 25) {
  s <- max(0, ceiling(log2(max(rowSums(abs(A))))) + 1)
  A <- A / 2^s
  E <- diag(nrow(A)); term <- E
  for (i in 1:k) { term <- term %*% A / i; E <- E + term }
  for (i in seq_len(s)) E <- E %*% E
  E
}
jumps <- rbind(c(1, 2, 0.5), c(2, 1, 1.2), c(1, 1, 0.7), c(2, 3, 2), c(1, 2, 1))
ctmc <- function(q) {
  Q <- rbind(c(0, exp(q[1]), 0), c(exp(q[2]), 0, exp(q[3])), 0)
  diag(Q) <- -rowSums(Q)
  -sum(apply(jumps, 1, function(r) log(expm_series(Q * r[3])[r[1], r[2]])))
}
optim(c(-0.5, -1, -1), ctmc)

# an object of a reference class, one of an environment
Acc <- new.env()
Acc$total <- 0
Acc$add <- function(v) Acc$total <- Acc$total + v
env_state <- function(p) {
  Acc$total <- 0
  for (i in seq_along(y)) Acc$add((y[i] - p[1] * sin(p[2] * x[i]))^2)
  Acc$total
}
optim(c(1, 1.1), env_state)
Account <- setRefClass("Account", fields = list(ll = "ANY"), methods = list(put = function(v) { ll <<- ll + v; invisible(.self) }))
ref_state <- function(p) {
  a <- Account$new(ll = 0)
  for (i in seq_along(y)) a$put(dnorm(y[i], p[1] * x[i], exp(p[2]), log = TRUE))
  -a$ll
}
optim(c(0.2, 0), ref_state)

# compartments with do.call(rbind), Reduce(accumulate = TRUE), and a matrix of states
compart <- function(logk) {
  k <- exp(logk)
  step <- function(s, t) {
    flow <- k * s[1:2]
    s + 0.1 * c(-flow[1], flow[1] - flow[2], flow[2])
  }
  path <- Reduce(step, 1:40, accumulate = TRUE, c(10, 0, 0))
  m <- do.call(rbind, path)
  sum((m[seq(1, 41, 10), 2] - c(0, 4, 4.2, 3.5, 2.7))^2)
}
optim(log(c(0.8, 0.4)), compart)

# an age-structured model with arrays, sapply to a matrix, cumprod
ages <- 1:6; catch <- c(120, 180, 150, 90, 40, 15)
fish <- function(theta) {
  sel <- 1 / (1 + exp(-(ages - theta["a50"]) * exp(theta["slope"])))
  F <- exp(theta["logF"]) * sel
  Z <- F + 0.2
  N <- exp(theta["logR"]) * c(1, cumprod(exp(-Z[-6])))
  C <- F / Z * (1 - exp(-Z)) * N
  names(C) <- NULL
  sum((log(catch) - log(C))^2)
}
optim(c(a50 = 2, slope = 0.5, logF = -1, logR = 6.5), fish)

# Gaussian densities of several variables, from a package
library(mvtnorm)
Y3 <- matrix(rnorm(45), 15)
mv <- function(p) {
  S <- diag(exp(p[4:6])) + tanh(p[7]) * 0.1
  -sum(dmvnorm(Y3, p[1:3], S, log = TRUE))
}
optim(c(0, 0, 0, 0, 0, 0, 0.1), mv)
copula_mv <- function(z) {
  R <- matrix(c(1, tanh(z), tanh(z), 1), 2)
  u <- cbind(pnorm(Y3[, 1]), pexp(abs(Y3[, 2])))
  q <- qnorm(u)
  -sum(dmvnorm(q, sigma = R, log = TRUE) - rowSums(dnorm(q, log = TRUE)))
}
optimize(copula_mv, c(-2, 2))

# sparse matrices of data
library(Matrix)
Z <- sparseMatrix(i = seq_len(n), j = g, x = 1)
sparse_fit <- function(b) sum((y - as.vector(Z %*% b))^2) + sum(b^2)
optim(rep(0, 6), sparse_fit)

# survival objects
library(survival)
sv <- Surv(lung$time[1:50], lung$status[1:50])
aft <- function(p) {
  t <- sv[, "time"]; d <- sv[, "status"]
  z <- (log(t) - p[1]) / exp(p[2])
  -sum(d * (z - exp(z) - p[2] - log(t)) - (1 - d) * exp(z))
}
optim(c(6, 0), aft)

# correlation structures of nlme
library(nlme)
cs <- Initialize(corAR1(0.3, form = ~ 1 | g), data.frame(g = g))
gls_ar1 <- function(p) {
  cs1 <- cs
  coef(cs1) <- p[1]
  V <- corMatrix(cs1)
  r <- split(y - p[2], g)
  nll <- 0
  for (k in seq_along(V)) nll <- nll + determinant(V[[k]])$modulus + drop(r[[k]] %*% solve(V[[k]], r[[k]])) / exp(p[3]) + 5 * p[3]
  nll
}
optim(c(0.5, 0, 0), gls_ar1)

# ordinary differential equations by a package: compiled code
if (requireNamespace("deSolve", quietly = TRUE)) {
  logistic_ode <- function(p) {
    out <- deSolve::ode(c(N = 1), 0:5, function(t, s, parms) list(parms[1] * s * (1 - s / parms[2])), p)
    sum((out[, "N"] - c(1, 1.9, 3.3, 5, 6.8, 8.1))^2)
  }
  optim(c(0.7, 10), logistic_ode)
}

# strings of formulas, expressions that are evaluated
formula_model <- y ~ a * sin(b * x)
by_formula <- function(p) {
  e <- c(as.list(p), list(x = x))
  sum((y - eval(formula_model[[3]], e))^2)
}
optim(c(a = 1, b = 1.2), by_formula)
by_text <- function(p) {
  a <- p[1]; b <- p[2]
  fit <- eval(parse(text = "a * exp(-b * x)"))
  sum((y - fit)^2)
}
optim(c(1, 0.3), by_text)
nls_like <- function(par, formula, data) {
  env <- list2env(as.list(par), parent = environment(formula))
  pred <- eval(formula[[3]], data, env)
  resp <- eval(formula[[2]], data, env)
  sum((resp - pred)^2)
}
optim(c(a = 1, b = 1.2), nls_like, formula = formula_model, data = data.frame(x = x, y = y))

# dynamic programming: rewards by value iteration
bellman <- function(p) {
  beta <- plogis(p[1]); u <- p[2] * (1:5)
  V <- rep(0, 5)
  for (it in 1:60) {
    stay <- u - 1 + beta * V[c(2:5, 5)]
    reset <- rep(beta * V[1], 5)
    V <- log(exp(stay) + exp(reset))
  }
  pr <- exp(stay) / (exp(stay) + exp(reset))
  -sum(dbinom(c(9, 8, 6, 4, 1), 10, pr, log = TRUE))
}
optim(c(1, 0.1), bellman)

# tables of counts: log-linear model by iterative fitting, a triangle of capture counts
tab <- xtabs(~ cyl + gear, mtcars)
loglin_nll <- function(p) {
  mu <- exp(p[1] + outer(c(0, p[2:3]), c(0, p[4:5]), "+"))
  -sum(tab * log(mu) - mu)
}
optim(c(1, 0, 0, 0, 0), loglin_nll)

# neural network of one layer, weights in a list by relist()
skeleton <- list(W1 = matrix(0, 1, 3), b1 = rep(0, 3), W2 = rep(0, 3), b2 = 0)
net <- function(w) {
  w <- relist(w, skeleton)
  H <- tanh(sweep(cbind(x) %*% w$W1, 2, w$b1, "+"))
  sum((y - H %*% w$W2 - w$b2)^2)
}
optim(sin(1:10), net, method = "BFGS")

# weights by expand.grid and a lookup table
grid <- expand.grid(a = 0:2, b = 0:2)
lookup <- function(p) {
  w <- dpois(grid$a, exp(p[1])) * dpois(grid$b, exp(p[2]))
  keys <- paste(grid$a, grid$b)
  obs <- c("0 1", "1 1", "2 0", "1 2")
  -sum(log(w[match(obs, keys)] / sum(w)))
}
optim(c(0, 0), lookup)
