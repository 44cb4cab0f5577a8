# Survival times, as they are fitted by hand.
set.seed(101)
n <- 60
age <- round(rnorm(n, 60, 9))
treat <- rep(0:1, length.out = n)
t_event <- rweibull(n, shape = 1.4, scale = exp(2 - 0.02 * (age - 60) + 0.5 * treat))
t_cens <- runif(n, 1, 15)
time <- pmin(t_event, t_cens)
status <- as.numeric(t_event <= t_cens)
d <- data.frame(time, status, age, treat)

# Weibull regression with right censoring
weibull_loglik <- function(theta, data) {
  shape <- exp(theta["logshape"])
  scale <- exp(theta["b0"] + theta["bage"] * (data$age - 60) + theta["btreat"] * data$treat)
  ll <- data$status * dweibull(data$time, shape, scale, log = TRUE) +
    (1 - data$status) * pweibull(data$time, shape, scale, lower.tail = FALSE, log.p = TRUE)
  -sum(ll)
}
optim(c(logshape = 0, b0 = 2, bage = 0, btreat = 0.1), weibull_loglik, data = d, method = "BFGS", hessian = TRUE)

# Cox partial likelihood, Breslow, over the risk sets
cox_pl <- function(beta) {
  X <- cbind(d$age - 60, d$treat)
  eta <- drop(X %*% beta)
  pl <- 0
  for (i in which(d$status == 1)) {
    risk <- d$time >= d$time[i]
    pl <- pl + eta[i] - log(sum(exp(eta[risk])))
  }
  -pl
}
nlm(cox_pl, c(0.01, 0.1))

# the same with cumulative sums over sorted times
cox_sorted <- function(beta) {
  o <- order(d$time, decreasing = TRUE)
  eta <- (beta[1] * (d$age - 60) + beta[2] * d$treat)[o]
  -sum((eta - log(cumsum(exp(eta))))[d$status[o] == 1])
}
nlminb(c(0.01, 0.1), cox_sorted)

# Log-logistic accelerated failure times, helper functions for hazard and survivor
S_ll <- function(t, a, b) 1 / (1 + (t / a)^b)
h_ll <- function(t, a, b) (b / a) * (t / a)^(b - 1) / (1 + (t / a)^b)
loglogistic <- function(p) {
  a <- exp(p[1] + p[2] * treat)
  b <- exp(p[3])
  -sum(status * log(h_ll(time, a, b)) + log(S_ll(time, a, b)))
}
optim(c(1, 0, 0), loglogistic)

# Gompertz with a gamma frailty shared by pairs
pair <- rep(1:(n / 2), each = 2)
gompertz_frailty <- function(par) {
  a <- exp(par[1]); b <- par[2]; theta <- exp(par[3])
  H <- if (abs(b) < 1e-8) a * time else a / b * (exp(b * time) - 1)
  logh <- log(a) + b * time
  total <- 0
  for (g in unique(pair)) {
    i <- pair == g
    D <- sum(status[i])
    total <- total + sum(status[i] * logh[i]) + lgamma(D + 1 / theta) - lgamma(1 / theta) +
      D * log(theta) - (D + 1 / theta) * log(1 + theta * sum(H[i]))
  }
  -total
}
optim(c(-2, 0.05, -0.5), gompertz_frailty, method = "BFGS")

# Piecewise exponential: exposure in each interval
cuts <- c(0, 2, 4, 8, Inf)
piecewise_exp <- function(lograte) {
  rate <- exp(lograte)
  ll <- 0
  for (k in seq_along(rate)) {
    exposure <- pmax(0, pmin(time, cuts[k + 1]) - cuts[k])
    events <- status == 1 & time > cuts[k] & time <= cuts[k + 1]
    ll <- ll + sum(events) * log(rate[k]) - rate[k] * sum(exposure)
  }
  -ll
}
optim(rep(-1, 4), piecewise_exp, method = "BFGS")

# Interval censored log-normal times
left <- floor(t_event)
right <- left + 1
interval_lnorm <- function(mu, logsd) {
  p <- plnorm(right, mu, exp(logsd)) - plnorm(left, mu, exp(logsd))
  -sum(log(pmax(p, 1e-300)))
}
optim(c(1.5, -0.3), function(p) interval_lnorm(p[1], p[2]))

# Mixture cure model with a logistic cure fraction
cure <- function(theta) {
  pi <- plogis(theta[1] + theta[2] * treat)
  lambda <- exp(theta[3])
  f <- dexp(time, lambda)
  S <- pexp(time, lambda, lower.tail = FALSE)
  -sum(ifelse(status == 1, log(pi * f), log(1 - pi + pi * S)))
}
nlminb(c(0.5, 0, -1), cure)
