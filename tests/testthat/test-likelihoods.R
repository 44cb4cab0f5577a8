# What statisticians hand to optim(), as they write it: value and gradient are those of the
# plain function, eager and on a tape, at a second point too, where other branches may hold
# and where numbers baked into a recording would show.

expect_differentiable <- function(fn, ..., label = substr(deparse1(body(fn)), 1, 60)) {
  wrapped <- tensor_function(fn)
  tp <- tape(fn, ..1)
  for (x in list(...)) {
    expected <- numeric_gradient(fn, x)
    scale <- max(1, abs(expected))
    value <- as.numeric(fn(x))
    expect_equal(as.numeric(wrapped(torch_tensor(x, requires_grad = TRUE))), value, tolerance = 1e-10, info = label)
    expect_lt(max(abs(gradient_of(wrapped, x) - expected)) / scale, 1e-7, label = label)
    expect_equal(tp$fn(x), value, tolerance = 1e-10, info = label)
    expect_lt(max(abs(tp$gr(x) - expected)) / scale, 1e-7, label = label)
  }
}

set.seed(11)
n <- 30
X <- cbind(1, rnorm(n), rnorm(n))
y <- drop(X %*% c(1, 2, -1)) + rt(n, 3)
success <- rbinom(n, 1, plogis(X %*% c(0.2, 0.5, -1)))
exposure <- runif(n, 1, 5)
counts <- rpois(n, exposure * exp(X %*% c(0.1, 0.3, -0.2)))
group <- rep(1:5, length.out = n)
series <- as.numeric(arima.sim(list(ar = 0.6, ma = 0.3), 40))
times <- rweibull(n, 1.5, 2)
event <- rbinom(n, 1, 0.7)
beta_1 <- c(0.1, 0.2, -0.3)
beta_2 <- c(-0.5, 1, 0.7)

test_that("logistic and probit regression", {
  likelihoods <- list(
    function(b) {
      eta <- X %*% b
      -sum(success * eta - log(1 + exp(eta)))
    },
    function(b) {
      p <- 1 / (1 + exp(-drop(X %*% b)))
      -sum(ifelse(success == 1, log(p), log(1 - p)))
    },
    function(b) -sum(dbinom(success, 1, plogis(X %*% b), log = TRUE)),
    function(b) {
      eta <- as.vector(X %*% b)
      -sum(plogis(ifelse(success == 1, eta, -eta), log.p = TRUE))
    },
    function(b) {
      ll <- 0
      for (i in 1:nrow(X)) { # nolint: seq_linter.
        eta <- sum(X[i, ] * b)
        ll <- ll - if (success[i] == 1) log1p(exp(-eta)) else log1p(exp(eta))
      }
      -ll
    },
    function(b) -sum(pnorm((2 * success - 1) * (X %*% b), log.p = TRUE)),
    function(b) -sum(success * log(pnorm(X %*% b)) + (1 - success) * log(pnorm(-(X %*% b))))
  )
  for (f in likelihoods) expect_differentiable(f, beta_1, beta_2)
  # where log(pnorm()) has no digits left
  far <- function(b) -sum(pnorm(40 * (2 * success - 1) * (X %*% b), log.p = TRUE))
  expect_equal(gradient(far, beta_2), numeric_gradient(far, beta_2, h = 1e-4), tolerance = 1e-6)
})

test_that("ordered and multinomial responses", {
  class <- rep(1:3, length.out = n)
  expect_differentiable(function(par) {
    cuts <- c(-Inf, par[1], par[1] + exp(par[2]), Inf)
    eta <- X[, 2] * par[3]
    -sum(log(plogis(cuts[class + 1] - eta) - plogis(cuts[class] - eta)))
  }, beta_1, beta_2)
  expect_differentiable(function(par) {
    B <- cbind(0, matrix(par, 3))
    eta <- X %*% B
    P <- exp(eta) / rowSums(exp(eta))
    -sum(log(P[cbind(seq_along(class), class)]))
  }, c(beta_1, beta_2), c(beta_2, -beta_1))
})

test_that("counts: Poisson with an offset, negative binomial, zero-inflated", {
  expect_differentiable(function(b) -sum(dpois(counts, exposure * exp(X %*% b), log = TRUE)), beta_1, beta_2)
  expect_differentiable(function(b) {
    eta <- log(exposure) + c(X %*% b)
    sum(exp(eta) - counts * eta + lfactorial(counts))
  }, beta_1, beta_2)
  expect_differentiable(function(par) {
    mu <- exp(X %*% par[1:3])
    th <- exp(par[4])
    -sum(lgamma(counts + th) - lgamma(th) - lfactorial(counts) + th * log(th) + counts * log(mu) -
         (th + counts) * log(th + mu))
  }, c(beta_1, 0), c(beta_2, 0.8))
  expect_differentiable(function(par) {
    -sum(dnbinom(counts, size = exp(par[["size"]]), mu = exp(par[["mu"]]), log = TRUE))
  }, c(size = 0.5, mu = 0.1), c(size = 1, mu = 0.7))
  expect_differentiable(function(par) {
    p <- plogis(par[1])
    lambda <- exp(par[2])
    -sum(ifelse(counts == 0, log(p + (1 - p) * exp(-lambda)), log(1 - p) + dpois(counts, lambda, log = TRUE)))
  }, c(0.5, 0.1), c(-1, 1))
})

test_that("mixtures", {
  z <- c(rnorm(15), rnorm(15, 4))
  likelihoods <- list(
    function(par) {
      w <- plogis(par[1])
      l1 <- log(w) + dnorm(z, par[2], exp(par[3]), log = TRUE)
      l2 <- log(1 - w) + dnorm(z, par[4], exp(par[5]), log = TRUE)
      m <- pmax(l1, l2)
      -sum(m + log(exp(l1 - m) + exp(l2 - m)))
    },
    function(par) {
      w <- c(plogis(par[1]), 1 - plogis(par[1]))
      -sum(log(rowSums(sapply(1:2, function(k) w[k] * dnorm(z, par[2 * k], exp(par[2 * k + 1]))))))
    },
    function(par) {
      L <- cbind(dnorm(z, par[2], exp(par[3]), log = TRUE), par[1] + dnorm(z, par[4], exp(par[5]), log = TRUE))
      n * log(1 + exp(par[1])) - sum(apply(L, 1, function(l) max(l) + log(sum(exp(l - max(l))))))
    }
  )
  for (f in likelihoods) expect_differentiable(f, c(0, 0, 0, 4, 0), c(0.3, -1, 0.4, 3, -0.2))
  expect_differentiable(function(par) {
    a <- c(par[1:2], 0)
    w <- exp(a) / sum(exp(a))
    -sum(log(outer(z, par[3:5], function(x, m) dnorm(x, m, 1)) %*% w))
  }, c(0, 0.2, -1, 1, 4), c(0.5, -0.2, 0, 2, 3))
})

test_that("time series: AR, ARMA, GARCH, Kalman filters", {
  expect_differentiable(function(par) {
    phi <- tanh(par[1])
    s2 <- exp(par[2])
    m <- length(series)
    e <- series[-1] - phi * series[-m]
    0.5 * (m - 1) * log(2 * pi * s2) + sum(e^2) / (2 * s2) - dnorm(series[1], 0, sqrt(s2 / (1 - phi^2)), log = TRUE)
  }, c(0.3, 0), c(-0.5, 0.4))
  expect_differentiable(function(par) {
    e <- numeric(length(series))
    for (t in 2:length(series)) e[t] <- series[t] - par["phi"] * series[t - 1] - par["theta"] * e[t - 1]
    -sum(dnorm(e, sd = exp(par["sigma"]), log = TRUE))
  }, c(phi = 0.3, theta = 0.2, sigma = 0), c(phi = -0.5, theta = 0.4, sigma = 0.3))
  expect_differentiable(function(par) {
    omega <- exp(par[1])
    alpha <- plogis(par[2])
    beta <- plogis(par[3]) * (1 - alpha)
    h <- rep(NA, length(series))
    h[1] <- var(series)
    for (t in 2:length(series)) h[t] <- omega + alpha * series[t - 1]^2 + beta * h[t - 1]
    0.5 * sum(log(h) + series^2 / h)
  }, c(-1, -1, 0), c(0, 0.5, 0.3))
  expect_differentiable(function(par) {
    q <- exp(par[1])
    r <- exp(par[2])
    m <- 0
    P <- 10
    ll <- 0
    for (value in series) {
      P <- P + q
      S <- P + r
      v <- value - m
      K <- P / S
      m <- m + K * v
      P <- (1 - K) * P
      ll <- ll - 0.5 * (log(2 * pi * S) + v^2 / S)
    }
    -ll
  }, c(0, 0), c(-1, 0.5))
  expect_differentiable(function(par) {
    trend <- matrix(c(1, 0, 1, 1), 2)
    Z <- matrix(c(1, 0), 1)
    Q <- diag(exp(par[1:2]))
    a <- c(0, 0)
    P <- diag(10, 2)
    ll <- 0
    for (t in seq_along(series)) {
      a <- trend %*% a
      P <- trend %*% P %*% t(trend) + Q
      v <- series[t] - Z %*% a
      S <- Z %*% P %*% t(Z) + exp(par[3])
      K <- P %*% t(Z) %*% solve(S)
      a <- a + K %*% v
      P <- P - K %*% Z %*% P
      ll <- ll - 0.5 * (log(2 * pi * S) + v^2 / S)
    }
    -as.vector(ll)
  }, c(0, -1, 0), c(-1, 0.5, 0.4))
})

test_that("hidden Markov models by the forward algorithm", {
  obs <- c(1, 2, 2, 1, 3, 1, 1, 2, 3, 3)
  expect_differentiable(function(par) {
    A <- matrix(c(plogis(par[1]), 1 - plogis(par[1]), 1 - plogis(par[2]), plogis(par[2])), 2, byrow = TRUE)
    e1 <- exp(c(par[3:4], 0))
    e2 <- exp(c(par[5:6], 0))
    B <- rbind(e1 / sum(e1), e2 / sum(e2))
    a <- c(0.5, 0.5) * B[, obs[1]]
    ll <- log(sum(a))
    a <- a / sum(a)
    for (t in 2:length(obs)) {
      a <- drop(a %*% A) * B[, obs[t]]
      ll <- ll + log(sum(a))
      a <- a / sum(a)
    }
    -ll
  }, c(1, 0.5, 0, 0.3, -0.2, 0.1), c(0.2, -0.4, 1, 0, 0.5, 0.5))
  expect_differentiable(function(par) {
    lse <- function(v) max(v) + log(sum(exp(v - max(v))))
    G <- matrix(c(0, par[1], par[2], 0), 2)
    lA <- G - apply(G, 1, lse)
    mu <- par[3:4]
    la <- log(0.5) + dnorm(obs[1], mu, 1, log = TRUE)
    for (t in 2:length(obs)) {
      new <- numeric(2)
      for (j in 1:2) new[j] <- lse(la + lA[, j]) + dnorm(obs[t], mu[j], 1, log = TRUE)
      la <- new
    }
    -lse(la)
  }, c(-1, 0.5, 1, 3), c(0.2, -0.4, 2, 1))
})

test_that("curves: nonlinear regression, differential equations, splines", {
  conc <- c(0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.1, 1.1)
  rate <- c(76, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200)
  for (f in list(
    function(par) sum((rate - par["Vm"] * conc / (par["K"] + conc))^2),
    function(par) with(as.list(par), sum((rate - Vm * conc / (K + conc))^2)),
    function(par) {
      names(par) <- c("a", "b")
      crossprod(rate - par[["a"]] * conc / (par[["b"]] + conc))
    })) expect_differentiable(f, c(Vm = 200, K = 0.5), c(Vm = 150, K = 1.1))
  expect_differentiable(function(par) {
    N <- c(1, 0.5)
    out <- matrix(0, 20, 2)
    for (i in 1:20) {
      dN <- c(par[1] * N[1] - par[2] * N[1] * N[2], -par[3] * N[2] + par[4] * N[1] * N[2])
      N <- N + 0.05 * dN
      out[i, ] <- N
    }
    sum((out[, 1] - 1)^2) + sum((out[, 2] - 0.5)^2)
  }, c(0.5, 0.4, 0.3, 0.2), c(1, 0.8, 0.2, 0.6))
  expect_differentiable(function(par) {
    state <- c(S = 0.9, I = 0.1, R = 0)
    infected <- c()
    for (day in 1:8) {
      new <- plogis(par["beta"]) * state["S"] * state["I"]
      gone <- plogis(par["gamma"]) * state["I"]
      state["S"] <- state["S"] - new
      state["I"] <- state["I"] + new - gone
      state["R"] <- state["R"] + gone
      infected[day] <- state["I"]
    }
    sum((infected - 0.3)^2)
  }, c(beta = 1, gamma = -1), c(beta = -0.5, gamma = 0.5))
  basis <- outer(seq(0, 1, length.out = n), 0:5, "^")
  expect_differentiable(function(b) sum((y - basis %*% b)^2) + 0.1 * sum(diff(b, differences = 2)^2), rnorm(6),
                        rnorm(6))
})

test_that("survival: censored Weibull and log-normal, Cox", {
  likelihoods <- list(
    function(par) {
      k <- exp(par[1])
      s <- exp(par[2])
      -sum(event * (log(k) - log(s) + (k - 1) * log(times / s)) - (times / s)^k)
    },
    function(par) {
      k <- exp(par[1])
      s <- exp(par[2])
      -sum(ifelse(event == 1, dweibull(times, k, s, log = TRUE),
                  pweibull(times, k, s, lower.tail = FALSE, log.p = TRUE)))
    },
    function(par) {
      z <- (log(times) - par[1]) / exp(par[2])
      -sum(event * (dnorm(z, log = TRUE) - par[2] - log(times)) + (1 - event) * pnorm(-z, log.p = TRUE))
    },
    function(par) {
      -sum(dlnorm(times[event == 1], par[1], exp(par[2]), log = TRUE)) -
        sum(plnorm(times[event == 0], par[1], exp(par[2]), lower.tail = FALSE, log.p = TRUE))
    }
  )
  for (f in likelihoods) expect_differentiable(f, c(0, 0.1), c(0.4, 0.5))
  covariates <- X[, -1]
  partial <- list(
    function(b) {
      eta <- drop(covariates %*% b)
      ll <- 0
      for (i in which(event == 1)) ll <- ll + eta[i] - log(sum(exp(eta[times >= times[i]])))
      -ll
    },
    function(b) {
      o <- order(times, decreasing = TRUE)
      eta <- (covariates %*% b)[o]
      -sum(event[o] * (eta - log(cumsum(exp(eta)))))
    },
    function(b) {
      eta <- covariates %*% b
      risk <- sapply(times, function(t) sum(exp(eta)[times >= t]))
      -sum(event * (eta - log(risk)))
    },
    function(b) {
      eta <- covariates %*% b
      -sum((eta - log(outer(times, times, "<=") %*% exp(eta)))[event == 1])
    }
  )
  for (f in partial) expect_differentiable(f, c(0.1, -0.2), c(1, 0.5))
})

test_that("Gaussian processes and multivariate normals", {
  at <- seq(0, 1, length.out = 10)
  value <- sin(6 * at)
  processes <- list(
    function(par) {
      K <- exp(par[1]) * exp(-outer(at, at, "-")^2 / (2 * exp(par[2])^2)) + diag(exp(par[3]), 10)
      L <- chol(K)
      alpha <- backsolve(L, forwardsolve(t(L), value))
      0.5 * sum(value * alpha) + sum(log(diag(L))) + 5 * log(2 * pi)
    },
    function(par) {
      K <- exp(par[1] - as.matrix(dist(at))^2 / exp(par[2]))
      diag(K) <- diag(K) + exp(par[3])
      R <- chol(K)
      0.5 * crossprod(backsolve(R, value, transpose = TRUE))[1] + sum(log(diag(R)))
    },
    function(par) {
      K <- exp(par[1]) * exp(-abs(outer(at, at, "-")) / exp(par[2])) + exp(par[3]) * diag(length(at))
      0.5 * c(determinant(K)$modulus) + 0.5 * t(value) %*% solve(K) %*% value
    },
    function(par) {
      R <- chol(exp(par[2]) * toeplitz(tanh(par[1] / 2)^(0:9)) + exp(par[3]) * diag(10))
      sum(log(diag(R))) + 0.5 * drop(t(value) %*% chol2inv(R) %*% value)
    }
  )
  for (f in processes) expect_differentiable(f, c(0.2, -1, -2), c(0.5, -0.5, -1))

  Z <- matrix(rnorm(30), 10)
  expect_differentiable(function(par) {
    L <- matrix(0, 3, 3)
    L[lower.tri(L, diag = TRUE)] <- par[4:9]
    diag(L) <- exp(diag(L))
    z <- forwardsolve(L, t(Z) - par[1:3])
    0.5 * sum(z^2) + nrow(Z) * sum(log(diag(L)))
  }, c(0, 0, 0, 0.1, 0.2, 0.3, 0.1, -0.2, 0.2), c(0.5, 0.2, 0, 0.3, 0.1, 0.3, -0.1, -0.2, 0.4))
  for (f in list(
    function(par) {
      S <- matrix(c(exp(par[1]), par[2], par[2], exp(par[3])), 2)
      R <- sweep(Z[, 1:2], 2, par[4:5])
      5 * log(det(S)) + 0.5 * sum(diag(R %*% solve(S) %*% t(R)))
    },
    function(par) {
      S <- rbind(c(exp(par[1]), par[2]), c(par[2], exp(par[3])))
      5 * log(det(S)) + 0.5 * sum(mahalanobis(Z[, 1:2], par[4:5], S))
    })) expect_differentiable(f, c(0, 0.2, 0.1, 0, 0), c(0.5, 0.4, 0.2, 0.3, -0.3))
  expect_differentiable(function(par) {
    total <- 0
    for (g in unique(group)) {
      r <- y[group == g] - X[group == g, ] %*% par[1:3]
      S <- diag(exp(par[4]), length(r)) + exp(par[5])
      total <- total + 0.5 * log(det(S)) + 0.5 * sum(r * solve(S, r))
    }
    total
  }, c(beta_1, 0, 0), c(beta_2, 0.5, 0.3))
  expect_differentiable(function(par) {
    r <- y - drop(X %*% par[1:3])
    s2 <- exp(par[4])
    t2 <- exp(par[5])
    m <- tapply(r, group, length)
    sum(tapply(r^2, group, sum) / s2 - t2 * tapply(r, group, sum)^2 / (s2 * (s2 + m * t2)) + log(s2 + m * t2)) / 2 +
      12 * log(s2)
  }, c(beta_1, 0, 0), c(beta_2, 0.5, 0.3))
})

test_that("robust and quantile regression, other densities", {
  losses <- list(
    function(b) {
      r <- y - X %*% b
      k <- 1.345
      sum(ifelse(abs(r) <= k, r^2 / 2, k * abs(r) - k^2 / 2))
    },
    function(b) {
      a <- abs(drop(y - X %*% b))
      q <- pmin(a, 1.345)
      sum(0.5 * q^2 + 1.345 * (a - q))
    },
    function(b) {
      r <- c(y - X %*% b)
      loss <- r^2 / 2
      big <- abs(r) > 1.345
      loss[big] <- 1.345 * abs(r[big]) - 1.345^2 / 2
      sum(loss)
    },
    function(b) {
      u <- (y - X %*% b) / 4.685
      sum(ifelse(abs(u) < 1, 1 - (1 - u^2)^3, 1))
    },
    function(b) {
      r <- y - X %*% b
      sum(r * (0.3 - (r < 0)))
    },
    function(b) {
      r <- y - X %*% b
      sum(pmax(0.3 * r, (0.3 - 1) * r))
    },
    function(b) -cor(y, X %*% b) + sd(b),
    function(b) {
      stopifnot(is.numeric(b), is.vector(b), length(b) == 3, !anyNA(b))
      if (any(b < -100)) return(Inf)
      rss <- sum((y - X %*% b)^2)
      if (is.na(rss) || !is.finite(rss)) return(1e10)
      rss
    }
  )
  for (f in losses) expect_differentiable(f, beta_1, beta_2)
  share <- plogis(y / 3)
  angle <- runif(15, -pi, pi)
  densities <- list(
    function(par) {
      mu <- plogis(X %*% par[1:3])
      phi <- exp(par[4])
      -sum(dbeta(share, mu * phi, (1 - mu) * phi, log = TRUE))
    },
    function(par) {
      mu <- exp(X %*% par[1:3])
      shape <- exp(par[4])
      -sum(dgamma(times, shape = shape, scale = mu / shape, log = TRUE))
    },
    function(par) -sum(dt((y - drop(X %*% par[1:3])) / exp(par[4]), df = 4, log = TRUE) - par[4]),
    function(par) -sum(dcauchy(y, drop(X %*% par[1:3]), exp(par[4]), log = TRUE)),
    function(par) -sum(exp(par[2]) * cos(angle - par[1]) - log(2 * pi * besselI(exp(par[2]), 0))),
    function(par) {
      kappa <- exp(par[2])
      -sum(kappa * (cos(angle - par[1]) - 1) - log(2 * pi * besselI(kappa, 0, expon.scaled = TRUE)))
    }
  )
  for (f in densities) expect_differentiable(f, c(beta_1, 0.4), c(beta_2, 1))
})
