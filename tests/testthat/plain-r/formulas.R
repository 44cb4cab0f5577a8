# Formulas whose variables depend on the parameters.
set.seed(215)
d <- data.frame(y = rgamma(24, 3, 1), x = runif(24, 0.2, 2), g = gl(3, 8, labels = c("a", "b", "c")), w = runif(24), k = rpois(24, 3))
power <- function(p) { X <- model.matrix(~ g + I(x^p[1]), d); sum((d$y - X %*% p[2:5])^2) }
optim(c(1.2, 1, 0.1, 0.2, 0.5), power)
inter <- function(p) { d$z <- exp(p[1] * d$x); X <- model.matrix(y ~ g * z, d); b <- solve(crossprod(X), crossprod(X, d$y)); sum((d$y - X %*% b)^2) + sum(attr(X, "assign")) }
optim(0.4, inter)
framed <- function(p) { d$off <- p[1] * d$x; mf <- model.frame(k ~ g + offset(off), d, subset = w > 0.2, weights = w); eta <- model.offset(mf) + model.matrix(k ~ g, mf) %*% p[2:4]; -sum(model.weights(mf) * dpois(model.response(mf), exp(eta), log = TRUE)) }
optim(c(0.1, 1, 0, 0), framed)
boxcox <- function(l) { y <- (d$y^l - 1) / l; fit <- lm(y ~ x + g, data = d); n <- length(y); n / 2 * log(sum(fit$residuals^2) / n) - (l - 1) * sum(log(d$y)) }
optimize(boxcox, c(0.1, 1))
weighted <- function(p) { fit <- lm(y ~ x, data = d, weights = exp(-p * d$w)); sum(coef(fit)^2) + deviance(fit) }
optimize(weighted, c(0, 2))
plainly <- function(p) { fit <- lm(y ~ x + g, d); r <- residuals(fit); -sum(dnorm(r, p[1], exp(p[2]), log = TRUE)) + summary(fit)$r.squared }
optim(c(0, 0), plainly)
miss <- function(p) { d$z <- d$x - p; d$z[3] <- NA; X <- model.matrix(~ z, d); nrow(X) + sum(crossprod(X)) + nrow(model.frame(y ~ z, d)) }
optimize(miss, c(0, 1))
