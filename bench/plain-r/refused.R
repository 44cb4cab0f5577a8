# What is not yet taped: compiled code, time series of tensors, fields of reference classes that are declared as numbers.
set.seed(211)
n <- 24
y <- rgamma(n, 3, 1); x <- runif(n, 0, 2); g <- factor(rep(c("a", "b", "c"), 8)); k <- rpois(n, 3)
glm_in <- function(p) { off <- p[1] * x; fit <- glm(k ~ g + offset(off), family = poisson); -as.numeric(logLik(fit)) }
optim(0.1, glm_in)
stat2 <- function(p) { r <- y - p[1] * x; -shapiro.test(r)$statistic }
optim(1, stat2)
ts2 <- function(p) { e <- ts(y - p[1], frequency = 4); l <- stats::lag(e, -1); z <- cbind(e, l); sum((z[, 1] - p[2] * z[, 2])^2, na.rm = TRUE) + sum(aggregate(e, 1, mean)^2) + sum(tapply(e, cycle(e), mean)) }
optim(c(1, 0.3), ts2)
Acc <- setRefClass("Acc", fields = list(theta = "numeric", value = "numeric"), methods = list(set = function(p) { theta <<- p; invisible(.self) }, eval = function() { value <<- sum((y - theta[1] - theta[2] * x)^2); value }))
rc_fields <- function(p) Acc$new()$set(p)$eval()
optim(c(1, 1), rc_fields)
