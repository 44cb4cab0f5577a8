# More idioms, meaner.
set.seed(211)
n <- 24
y <- rgamma(n, 3, 1); x <- runif(n, 0, 2); g <- factor(rep(c("a", "b", "c"), 8)); k <- rpois(n, 3)
# S4 slots and validity
setClass("Par", representation(mu = "numeric", S = "matrix"), validity = function(object) if (length(object@mu) != 2) "bad" else TRUE, where = globalenv())
s4_slots <- function(p) { o <- new("Par", mu = p[1:2], S = diag(exp(p[3:4]))); o@mu <- o@mu * 2; Z <- cbind(x, log(y)); sum(mahalanobis(Z, o@mu, o@S)) + log(det(o@S)) }
optim(c(0.5, 0.5, 0, 0), s4_slots)
setGeneric("lik", function(obj, ...) standardGeneric("lik"), where = globalenv()); setClass("Base", representation(theta = "numeric"), where = globalenv()); setClass("Kid", contains = "Base", where = globalenv())
setMethod("lik", "Base", function(obj, ...) sum((y - obj@theta[1])^2), where = globalenv()); setMethod("lik", "Kid", function(obj, ...) callNextMethod() + sum(obj@theta^2), where = globalenv())
s4_next <- function(p) lik(new("Kid", theta = p))
optim(c(1, 2), s4_next)
# reference class with typed fields
# R6
Mod6 <- R6::R6Class("Mod6", public = list(y = NULL, initialize = function(y) self$y <- y, nll = function(p) { private$count <- private$count + 1; self$resid(p) |> (\(r) sum(r^2))() }, resid = function(p) self$y - self$f(p), f = function(p) p[1] * x^p[2]), private = list(count = 0), active = list(n = function() length(self$y)))
Kid6 <- R6::R6Class("Kid6", inherit = Mod6, public = list(f = function(p) super$f(p) + p[3]))
m6 <- Kid6$new(y)
optim(c(1, 1, 0), m6$nll)
# seed set in the objective (simulated likelihood)
msl <- function(p, R = 50) { set.seed(123); u <- matrix(rnorm(8 * R), 8); s <- 0; for (i in 1:8) { f <- sapply(1:R, function(r) prod(dpois(k[(3 * i - 2):(3 * i)], exp(p[1] + exp(p[2]) * u[i, r])))); s <- s + log(mean(f)) }; -s }
optim(c(1, -1), msl)
pf <- function(p) { set.seed(42); N <- 30; h <- rnorm(N, 0, 1); ll <- 0; for (t in 1:n) { h <- p[1] * h + exp(p[2]) * rnorm(N); w <- dnorm(log(y[t]), 0, exp(h / 2)); ll <- ll + log(mean(w)) }; -ll }
optim(c(0.8, -1), pf)
# Vectorize of many arguments, outer with it
fv <- Vectorize(function(a, b, s = 1) if (a > b) s * (a - b)^2 else s * abs(a - b)); vec_outer <- function(p) sum(outer(x[1:4], p, fv)) + sum(fv(x, p[1], s = p[2]))
optim(c(0.5, 1.5), vec_outer)
vf <- function(p) { h <- Vectorize(function(u) integrate(function(t) exp(-p[1] * t^2), 0, u)$value); sum((h(c(0.5, 1, 1.5)) - c(0.4, 0.7, 0.8))^2) }
optim(0.8, vf)
# sapply simplify to 3-d array, complex results
s3d <- function(p) { A <- sapply(1:3, function(i) p %o% p * i, simplify = "array"); sum(A[, , 2]) + sum(apply(A, c(1, 2), sum)) + dim(A)[3] }
optim(c(1, 2), s3d)
cplx <- function(p) { z <- complex(real = p[1], imaginary = p[2]); w <- sapply(1:4, function(j) z^j); sum(Mod(w)) + Re(sum(w)) + Arg(z) }
optim(c(0.5, 0.4), cplx)
cplx2 <- function(p) { z <- c(p[1] + 1i * p[2], 2 - 1i * p[1]); M <- matrix(c(z, Conj(z)), 2); d <- M[1, 1] * M[2, 2] - M[1, 2] * M[2, 1]; Im(d)^2 + Re(prod(z)) + sum(abs(z)) + is.complex(z) }
optim(c(0.5, 0.4), cplx2)
poly_eval <- function(p) { co <- c(1, p); r <- polyroot(co); sum(Mod(r)^2) + max(Re(r)) }
optim(c(0.5, -0.4, 1), poly_eval)
# <<- on elements, assign in global, get0, exists
store <- numeric(n); elem <- function(p) { for (i in seq_len(n)) store[i] <<- (y[i] - p[1])^2; assign("last", p, envir = globalenv()); if (exists("last")) sum(store) + get0("nothing", ifnotfound = 0) else NA }
optim(1, elem)
# closures in lists, do.call with names, Reduce right, init
pieces <- list(a = function(p, w) w * p[1]^2, b = function(p, w) w * exp(p[2])); dcl <- function(p) { v <- 0; for (nm in names(pieces)) v <- v + do.call(pieces[[nm]], list(p = p, w = 2)); v + Reduce(function(a, b) a * p[1] + b, c(1, 2, 3), accumulate = FALSE, right = TRUE) + tail(Reduce(`+`, p, accumulate = TRUE), 1) }
optim(c(1, 0.5), dcl)
# active binding, delayed assignment, lazy default arguments
lazy <- function(p, a = p[1] + b, b = p[2]^2, ...) { delayedAssign("z", a * 2); p <- p * 1; makeActiveBinding("act", function() p[1] + 1, environment()); (z - act)^2 + b + ...length() }
optim(c(1, 2), lazy)
# for over things
overl <- function(p) { s <- 0; for (v in p) s <- s + v^2; for (nm in c("a", "b")) s <- s + p[[match(nm, c("a", "b"))]]; for (m in list(diag(2), matrix(1, 2, 2))) s <- s + c(t(p) %*% m %*% p); for (i in rev(seq_along(p))) s <- s - i * p[i]; for (lev in levels(g)) s <- s + sum(y[g == lev] - p[1])^2; s }
optim(c(1, 2), overl)
# handlers
handled <- function(p) { v <- withCallingHandlers({ r <- sqrt(p[1] - x); warning("hm"); sum(r, na.rm = TRUE) }, warning = function(w) invokeRestart("muffleWarning")); u <- try(log(p[2]), silent = TRUE); if (inherits(u, "try-error") || is.nan(u)) u <- -10; w <- tryCatch(stop("a"), error = function(e) nchar(conditionMessage(e)) * p[1]); v + u^2 + w }
optim(c(3, 2), handled)
# mapply SIMPLIFY FALSE, rapply, nested lists, list columns
nestl <- function(p) { L <- mapply(function(a, b) list(v = a * b, w = a + b), p, c(2, 3), SIMPLIFY = FALSE); L[[1]]$v <- L[[1]]$v^2; L$new <- list(v = p[1] * p[2], w = 0); s <- sapply(L, "[[", "v"); t <- vapply(L, `[[`, 0, "w"); sum(s) + sum(t^2) + length(unlist(L)) }
optim(c(1, 2), nestl)
# matrices: row/col names, rbind in loop, apply(..., simplify = FALSE), crossprod chain, norm, kronecker, det sign
mats <- function(p) { M <- NULL; for (i in 1:3) M <- rbind(M, c(a = p[1] * i, b = p[2] / i)); rownames(M) <- letters[1:3]; M["b", "a"] <- 1; K <- diag(2) %x% crossprod(M); norm(M) + norm(M, "I") + sum(K[1, ]) + sum(M[, "b"]) + determinant(crossprod(M))$sign + sum(unlist(lapply(seq_len(nrow(M)), function(i) M[i, , drop = TRUE]["a"]))) }
optim(c(1, 2), mats)
# array indexing by matrix, by negative, logical with NA guard, which(arr.ind)
idx <- function(p) { M <- outer(p, 1:3); w <- which(M > 1.5, arr.ind = TRUE); s <- sum(M[w]); M[M > 1.5] <- 0; M[cbind(1:2, 2:3)] <- p; s + sum(M) + sum(M[-1, ]^2) + sum(M[, c(TRUE, FALSE, TRUE)]) }
optim(c(1, 2), idx)
# text evaluation, formula evaluation, environment-passing
form <- y ~ a * exp(-b * x)
nls_like <- function(p, formula = form) { env <- new.env(parent = environment(formula)); for (nm in names(p)) assign(nm, p[[nm]], envir = env); r <- eval(formula[[2]], env) - eval(formula[[3]], env); sum(r^2) }
optim(c(a = 3, b = 0.1), nls_like)
textual <- function(p) { s <- 0; for (i in seq_along(p)) s <- s + eval(parse(text = paste0("p[", i, "]^", i))); s + eval(substitute(u + v, list(u = p[1], v = p[2]))) + eval(bquote(.(p[1]) * 2)) }
optim(c(1, 2), textual)
modelm <- function(p) { X <- model.matrix(~ I(x^p[3]) + g); b <- c(p[1:2], 0.1, 0.2); sum((y - X %*% b)^2) }
optim(c(1, 1, 1.5), modelm)
modelf <- function(p) { d <- data.frame(y = y, z = exp(p[3] * x)); mf <- model.frame(y ~ z, d); sum((mf$y - p[1] - p[2] * mf$z)^2) }
optim(c(1, 1, 0.2), modelf)
lm_in <- function(p) { z <- x^p; fit <- lm(y ~ z); deviance(fit) }
optimize(lm_in, c(0.5, 2))
lm_resid <- function(p) { d <- data.frame(y = y - p[1] * x, g = g); sum(resid(lm(y ~ g, data = d))^2) + sum(coef(lm(log(y) ~ x))) }
optim(1, lm_resid)
# stats on residuals
stat1 <- function(p) { r <- y - p[1] - p[2] * x; t.test(r)$statistic^2 + Box.test(r, lag = 2)$statistic + sd(r) / mad(r) + IQR(r) + cor(r, x)^2 }
optim(c(1, 1), stat1)
stat3 <- function(p) { r <- sort(pgamma(y, exp(p[1]), exp(p[2]))); i <- seq_along(r); max(c(i / n - r, r - (i - 1) / n)) + ks.test(y, "pgamma", exp(p[1]), exp(p[2]))$statistic }
optim(c(1, 0), stat3)
stat4 <- function(p) { e <- ecdf(y); q <- quantile(y, c(0.1, 0.5, 0.9)); sum((e(q) - pgamma(q, exp(p[1]), exp(p[2])))^2) + fivenum(y * p[1])[3] + weighted.mean(y, exp(p[2] * x)) }
optim(c(1, 0), stat4)
combi <- function(p) { d <- combn(p, 2, function(v) (v[1] - v[2])^2); e <- combn(p, 2); sum(d) + sum(e[1, ] * e[2, ]) + sum(dist(p)) }
optim(c(1, 2, 4), combi)
sets <- function(p) { i <- setdiff(1:4, c(2, 3)); j <- union(1, intersect(1:3, 2:4)); sum(p[i]^2) + sum(p[j]) + is.element(3, i) }
optim(c(1, 2, 3, 4), sets)
# numbers as text, sprintf keys, format rounding
fmt <- function(p) { key <- sprintf("k%02d", seq_along(p)); v <- setNames(p, key); v[["k02"]]^2 + v["k01"] * nchar(format(pi, digits = 3)) + as.numeric(sprintf("%.2f", 1.234)) }
optim(c(1, 2), fmt)
# a function that calls itself
sysf <- function(p, d = 2) if (d == 0) sum(p) else sys.function()(p * 1.1, d - 1) + sum(p^2)
optim(c(1, 2), sysf)
# multiple return with attributes, structure, invisible, return in middle, nested if else ladder
ladder <- function(p) { if (is.null(p)) return(NA); if (length(p) > 5) stop("long"); v <- if (p[1] > 10) "big" else if (p[1] > 0) "pos" else "neg"; r <- switch(v, big = 1e6, pos = { a <- p[1]^2; a + 1 }, neg = -p[1]); out <- structure(r + p[2]^2, class = NULL, kind = v); attributes(out) <- NULL; return(invisible(out)) }
optim(c(1, 2), ladder)
# bit of everything numeric: %/%, %%, round, zapsmall, cumall, tabulate, rev, order ties, rowsum, max.col, array transposes
numer <- function(p) { q <- (p * 10) %% 3; h <- cummax(p) - cummin(p); r <- rank(c(p, 1)); o <- order(-p); sum(q) + sum(h) + sum(r) * p[1] + p[o][1] + range(p)[2] - diff(range(p)) + prod(dim(t(p))) + crossprod(p, rev(p)) }
optim(c(1.1, 2.3, 0.4), numer)
# hyperbolic, trig in pi units, bit shifts, beta functions
spec <- function(p) sinpi(p[1]) + cospi(p[2]) + beta(p[1], p[2]) + lbeta(p[2], 2) + lchoose(5.5, p[1]) + choose(7, 2) * digamma(p[1]) + psigamma(p[2], 2) + factorial(p[1]) + atan2(p[1], p[2]) + expm1(p[1]) + log(8, base = p[2] + 1) + logb(p[1], 3)
optim(c(0.4, 1.3), spec)
anyall <- function(p) { if (any(is.na(y), p[1] < -5)) return(1e5); if (!all(TRUE, p > -10, length(p) == 2)) return(2e5); if (p[1] && TRUE) sum(p^2) else 0 }
optim(c(0.4, 1.3), anyall)
fast <- function(p) { M <- cbind(p, p^2, 1); sum(.colSums(M, 2, 3)) + sum(.rowMeans(M, 2, 3)^2) + .subset2(list(p[1]), 1) + getElement(list(a = p[2]), "a") + sum(rowSums(M[, 1:2, drop = FALSE])) }
optim(c(0.4, 1.3), fast)
tsy <- function(p) { s <- ts(y, start = c(2000, 1), frequency = 4); d <- decompose(s)$seasonal; w <- window(s, c(2001, 1)); sum((w - p[1] - p[2] * time(w) / 2000 - d[5:24] * p[3])^2) }
optim(c(1, 1, 0.5), tsy)
dates <- function(p) { d <- as.Date("2020-01-01") + 0:(n - 1); dt <- as.numeric(difftime(d, d[1], units = "weeks")); m <- months(d); sum((y - p[1] * exp(-p[2] * dt))^2) + length(unique(m)) }
optim(c(3, 0.1), dates)
na_handling <- function(p) { z <- x; z[c(2, 5)] <- NA; mu <- p[1] + p[2] * z; ok <- complete.cases(y, z); r <- (y - mu)[ok]; s <- sum(r^2); mu[is.na(mu)] <- mean(mu, na.rm = TRUE); s + sum((y - mu)^2) + sum(is.na(z)) + sum(ifelse(is.na(z), p[1]^2, 0)) + max(mu, na.rm = TRUE) }
optim(c(1, 1), na_handling)
grow <- function(p) { v <- c(); i <- 0; while (length(v) < 5) { i <- i + 1; v <- append(v, p[1]^i); v[length(v) + 1] <- p[2] * i }; L <- list(); for (j in 1:3) L[[length(L) + 1]] <- v[j]; L[["z"]] <- sum(v); s <- 0; while (length(L)) { s <- s + L[[1]]; L <- L[-1] }; s }
optim(c(0.5, 1.3), grow)
matlist <- function(p) { ml <- lapply(1:3, function(i) matrix(p, 2) * i); big <- do.call(rbind, ml); blk <- matrix(0, 6, 6); for (i in 1:3) blk[(2 * i - 1):(2 * i), (2 * i - 1):(2 * i)] <- ml[[i]]; arr <- simplify2array(ml); sum(big^2) + sum(diag(blk)) + det(blk + diag(6) * 5) + sum(arr[1, 2, ]) + sum(Reduce(`%*%`, ml)) }
optim(c(0.3, 0.1, 0.2, 0.4), matlist)
strat <- function(p) { sp <- split(seq_along(y), list(g, k > 2), drop = TRUE); s <- vapply(sp, function(i) mean(y[i]) - p[1] * mean(x[i]), 0); sum(s^2) + sum(unsplit(lapply(split(y - p[2], g), function(v) v - mean(v)), g)^2) + sum(outer(tapply(y * p[1], g, mean), tapply(x, g, mean))) }
optim(c(1, 0.5), strat)
aggr <- function(p) { d <- data.frame(g, r = y - p[1] * x, w = k, xx = x); a <- aggregate(cbind(r, w) ~ g, d, sum); d$pred <- with(d, r * p[2]); d <- d[order(d$w), ]; sum(a$r^2) + sum(head(d$pred, 3)) + sum(d[d$w > 3, "r"]) + sum(colMeans(d[, c("r", "w")])) + sum(sapply(d[c("r", "pred")], var)) }
optim(c(1, 0.5), aggr)
