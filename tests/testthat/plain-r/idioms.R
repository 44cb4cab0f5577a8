# Ways in which objectives are written: parameters by name, bookkeeping, guards against bad points,
# tables of models, objects, functions that make functions.
set.seed(105)
n <- 40
dat <- data.frame(y = rgamma(n, 2, 0.5), x = runif(n, 1, 3), g = rep(letters[1:4], 10), stringsAsFactors = TRUE)
dat$cnt <- rpois(n, 2 + dat$x)

# parameters as a list, in with()
nll_with <- function(p) with(c(as.list(p), dat), -sum(dgamma(y, shape = exp(a), rate = exp(b0 + b1 * x), log = TRUE)))
optim(c(a = 0, b0 = 0, b1 = 0), nll_with)

# a counter, a trace on the screen, and the best value so far, kept outside
calls <- 0
history <- list()
traced <- function(par) {
  calls <<- calls + 1
  if (calls %% 50 == 0) cat("call", calls, "\n")
  -sum(dnorm(log(dat$y), par[1], exp(par[2]), log = TRUE))
}
optim(c(0, 0), traced)

# what does not work out is a large number
guarded <- function(th) {
  S <- diag(exp(th[1]), 4) + th[2]
  R <- try(chol(S), silent = TRUE)
  if (inherits(R, "try-error")) return(1e8)
  z <- backsolve(R, c(1, 0.5, -0.3, 0.2), transpose = TRUE)
  val <- sum(log(diag(R))) + sum(z^2) / 2
  if (!is.finite(val)) val <- 1e8
  val
}
optim(c(0, 0.1), guarded)
caught <- function(th) {
  v <- tryCatch({
    if (th[1] < -5) stop("out of range")
    -sum(dnbinom(dat$cnt, size = exp(th[1]), mu = exp(th[2]), log = TRUE))
  }, error = function(e) NA)
  if (is.na(v) || is.nan(v)) 1e10 else v
}
nlminb(c(1, 1), caught)

# a family with its link, and a design matrix from a formula
mf <- model.frame(cnt ~ x + g, dat)
Xd <- model.matrix(cnt ~ x + g, mf)
glm_nll <- function(beta, X, y, family = poisson()) {
  eta <- X %*% beta
  mu <- family$linkinv(eta)
  -sum(y * log(mu) - mu)
}
optim(c(1, 0, 0, 0, 0), glm_nll, X = Xd, y = model.response(mf), method = "BFGS")
deviance_of <- function(beta, fam) sum(fam$dev.resids(dat$cnt, c(fam$linkinv(Xd[, 1:2] %*% beta)), rep(1, n)))
optim(c(1, 0.2), deviance_of, fam = poisson())
optim(c(0.2, 0.02), deviance_of, fam = Gamma())

# groups: by factor levels, tapply, split, ave, aggregate, rowsum
by_group <- function(p) {
  mu <- p[1:4][dat$g]
  names(mu) <- NULL
  rss <- tapply((log(dat$y) - mu)^2, dat$g, sum)
  sum(rss) / exp(2 * p[5]) / 2 + n * p[5]
}
optim(rep(0, 5), by_group)
by_split <- function(p) {
  parts <- split(dat, dat$g)
  total <- 0
  for (nm in names(parts)) {
    d <- parts[[nm]]
    mu <- exp(p[["int"]] + p[["slope"]] * d$x)
    total <- total + sum(dpois(d$cnt, mu, log = TRUE))
  }
  -total
}
optim(c(int = 0, slope = 0.5), by_split)
centred <- function(p) {
  r <- log(dat$y) - p[1] * dat$x^p[2]
  sum((r - ave(r, dat$g))^2) + sum(rowsum(r, dat$g)^2) / 100
}
optim(c(0.5, 1), centred)

# a table of densities, chosen by name
fitdist <- function(par, x, dist) {
  ddist <- get(paste0("d", dist), mode = "function")
  -sum(do.call(ddist, c(list(x), as.list(exp(par)), log = TRUE)))
}
optim(c(shape = 0, rate = 0), fitdist, x = dat$y, dist = "gamma")
optim(c(meanlog = 0, sdlog = 0), fitdist, x = dat$y, dist = "lnorm")
optim(c(shape = 0, scale = 1), fitdist, x = dat$y, dist = "weibull")
choose_model <- function(p, model = c("linear", "power", "exponential")) {
  model <- match.arg(model)
  fit <- switch(model, linear = p[1] + p[2] * dat$x, power = p[1] * dat$x^p[2], exponential = p[1] * exp(p[2] * dat$x))
  stopifnot(length(fit) == n)
  sum((dat$cnt - fit)^2)
}
optim(c(1, 1), choose_model)
optim(c(1, 1), choose_model, model = "power")

# functions that make functions
make_nll <- function(data, fixed = c(FALSE, FALSE)) {
  params <- fixed
  function(p) {
    params[!fixed] <- p
    mu <- params[1]
    sigma <- params[2]
    a <- -0.5 * length(data) * log(2 * pi * sigma^2)
    b <- -0.5 * sum((data - mu)^2) / sigma^2
    -(a + b)
  }
}
nLL <- make_nll(log(dat$y), c(FALSE, 1.1))
optimize(nLL, c(-1, 3))
optim(c(1, 1), make_nll(log(dat$y)))

# an object with a method of a generic
predict.growth <- function(object, p, ...) p[1] / (1 + p[2] * exp(-object$t))
gr <- structure(list(t = 1:8, y = c(1, 2, 3.5, 6, 8, 9, 9.5, 9.8)), class = "growth")
optim(c(10, 20), function(p) sum((gr$y - predict(gr, p))^2))

# matrices of parameters: triangles, Kronecker products, arrays, apply over margins
Yt <- matrix(rnorm(60), 20, 3)
mvn_chol <- function(p) {
  L <- matrix(0, 3, 3)
  L[lower.tri(L, diag = TRUE)] <- p[4:9]
  diag(L) <- exp(diag(L))
  Z <- forwardsolve(L, t(Yt) - p[1:3])
  20 * sum(log(diag(L))) + 0.5 * sum(Z^2)
}
optim(c(0, 0, 0, 0, 0.1, 0, 0, 0.1, 0), mvn_chol, method = "BFGS")
separable <- function(p) {
  A <- outer(1:3, 1:3, function(i, j) tanh(p[1])^abs(i - j))
  B <- matrix(tanh(p[2]), 2, 2); diag(B) <- 1
  K <- kronecker(A, B) * exp(p[3])
  e <- Yt[1:6, 1]
  0.5 * (determinant(K, logarithm = TRUE)$modulus[1] + drop(crossprod(e, solve(K) %*% e)))
}
optim(c(0.3, 0.2, 0), separable)
var1 <- function(p) {
  A <- matrix(p[1:9], 3, byrow = TRUE)
  res <- Yt[-1, ] - Yt[-20, ] %*% t(A)
  log(det(crossprod(res) / 19))
}
optim(rep(0.1, 9), var1)

# lagged series by embed(), diff(), cumsum()
z <- cumsum(rnorm(50))
ar_embed <- function(p) {
  E <- embed(diff(z), 3)
  sum((E[, 1] - E[, -1] %*% p)^2)
}
optim(c(0, 0), ar_embed)
# the gradient sent along as an attribute
with_gradient <- function(x) {
  f <- sum((x - c(1, 2))^4)
  attr(f, "gradient") <- 4 * (x - c(1, 2))^3
  f
}
nlm(with_gradient, c(0, 0))
# recursion and iteration to a fixed point
fact <- function(k, p) if (k <= 1) p else p + 1 / fact(k - 1, p)
optimize(function(p) (fact(8, p) - 1.7)^2, c(0.5, 3))
fixed_point <- function(p) {
  h <- 0.5
  for (iteration in 1:100) {
    new <- exp(-p[1] * h) + 0.1 * p[2]
    if (abs(new - h) < 1e-10) break
    h <- new
  }
  (h - 0.6)^2 + (p[2] - 0.3)^2
}
optim(c(0.8, 0.1), fixed_point)
kepler <- function(p) {
  M <- seq(0, 3, by = 0.5); E <- M
  for (i in 1:30) E <- E - (E - p[1] * sin(E) - M) / (1 - p[1] * cos(E))
  sum((cos(E) - p[2] - c(0.9, 0.5, 0, -0.4, -0.7, -0.9, -1))^2)
}
optim(c(0.3, 0), kepler)

# strings, dates and switches that concern data only
labels <- paste0("g", as.integer(dat$g))
effects <- function(p) {
  names(p) <- c("g1", "g2", "g3", "g4")
  sum((log(dat$y) - unname(p[labels]))^2) + sum(p[grepl("[12]$", names(p))]^2)
}
optim(rep(0.1, 4), effects)
month <- as.POSIXlt(as.Date("2020-01-15") + 30 * (0:39))$mon
seasonal <- function(p) sum((log(dat$y) - p[1] - p[2] * cos(2 * pi * month / 12) - p[3] * sin(2 * pi * month / 12))^2)
optim(c(0, 0, 0), seasonal)

# quantile loss, ranks, order statistics
pinball <- function(b, tau) {
  u <- dat$y - b[1] - b[2] * dat$x
  sum(u * (tau - (u < 0)))
}
optim(c(1, 1), pinball, tau = 0.25)
lts <- function(b) sum(sort((dat$y - b[1] - b[2] * dat$x)^2)[1:30])
optim(c(1, 1), lts)
mad_scale <- function(b) {
  r <- dat$y - b[1] - b[2] * dat$x
  s <- median(abs(r - median(r))) / 0.6745
  mean(pmin((r / s)^2, 4)) + log(s)
}
optim(c(1, 1), mad_scale)

# missing values
dat$w <- replace(dat$x, c(3, 17), NA)
with_na <- function(p) {
  r <- log(dat$y) - p[1] - p[2] * dat$w
  sum(r^2, na.rm = TRUE) + mean(r[!is.na(r)])^2
}
optim(c(0, 0), with_na)
filled <- function(p) {
  w <- dat$w
  w[is.na(w)] <- p[3]
  -sum(dnorm(log(dat$y), p[1] + p[2] * w, 1, log = TRUE)) - dnorm(p[3], 2, 1, log = TRUE)
}
optim(c(0, 0, 2), filled)

# test problems as they are found in collections
wood <- function(x) 100 * (x[1]^2 - x[2])^2 + (x[1] - 1)^2 + (x[3] - 1)^2 + 90 * (x[3]^2 - x[4])^2 + 10.1 * ((x[2] - 1)^2 + (x[4] - 1)^2) + 19.8 * (x[2] - 1) * (x[4] - 1)
optim(c(-3, -1, -3, -1), wood)
helical <- function(x) {
  theta <- function(a, b) if (a > 0) atan(b / a) / (2 * pi) else atan(b / a) / (2 * pi) + 0.5
  100 * ((x[3] - 10 * theta(x[1], x[2]))^2 + (sqrt(x[1]^2 + x[2]^2) - 1)^2) + x[3]^2
}
optim(c(-1, 0.1, 0), helical)
ackley <- function(xx, a = 20, b = 0.2, c = 2 * pi) {
  d <- length(xx)
  -a * exp(-b * sqrt(sum(xx^2) / d)) - exp(sum(cos(c * xx)) / d) + a + exp(1)
}
optim(c(1, 0.5, -0.3), ackley)
genrose <- function(x) {
  n <- length(x)
  1.0 + sum(100 * (x[1:(n - 1)]^2 - x[2:n])^2 + (x[2:n] - 1)^2)
}
optim(seq(0.5, 1.4, length.out = 10), genrose, method = "BFGS")
