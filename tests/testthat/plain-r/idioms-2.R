# Idioms.
set.seed(204)
n <- 30
d <- data.frame(y = rgamma(n, 3, 1), x = runif(n, 0, 2), z = rnorm(n), g = factor(rep(c("a", "b", "c"), 10)), k = rpois(n, 3))
# within()
f_within <- function(p) {
  out <- within(d, {
    mu <- exp(p[1] + p[2] * x)
    res <- (y - mu) / sqrt(mu)
    rm(z)
  })
  sum(out$res^2)
}
optim(c(0.5, 0.2), f_within)
# transform, subset, and with
f_transform <- function(p) {
  e <- transform(d, eta = p[1] + p[2] * x + p[3] * z)
  e <- subset(e, k > 0)
  with(e, -sum(k * eta - exp(eta)))
}
optim(c(1, 0, 0), f_transform)
# local()
f_local <- function(p) {
  v <- local({
    a <- p[1]; b <- p[2]
    a * d$x / (b^2 + d$x)
  })
  sum((d$y - v)^2)
}
optim(c(4, 1), f_local)
# Map / do.call / Reduce
f_map <- function(p) {
  parts <- Map(function(dd, b) sum((dd$y - b * dd$x)^2), split(d, d$g), p)
  Reduce(`+`, parts)
}
optim(c(1, 2, 3), f_map)
f_docall <- function(p) -do.call(sum, lapply(split(seq_len(n), d$g), function(i) dgamma(d$y[i], exp(p[1]), exp(p[2]), log = TRUE)))
optim(c(1, 0), f_docall)
# by()
f_by <- function(p) {
  dd <- d; dd$r <- d$y - p[1] - p[2] * d$x
  s <- by(dd, dd$g, function(w) sum(w$r^2) / nrow(w))
  sum(log(unlist(lapply(s, identity))))
}
optim(c(1, 1), f_by)
# aggregate and merge
f_agg <- function(p) {
  dd <- cbind(d, r = (d$y - p[1] * d$x)^2)
  m <- aggregate(r ~ g, data = dd, FUN = mean)
  w <- merge(m, data.frame(g = c("a", "b", "c"), w = 1:3))
  sum(w$r * w$w)
}
optim(1, f_agg, method = "Brent")
# Vectorize + outer
dens <- Vectorize(function(x, s) if (x > 1) dnorm(x, 0, s) else dexp(x, s))
f_vectorize <- function(p) -sum(log(dens(d$x, exp(p[1]))))
optim(0.1, f_vectorize)
f_outer <- function(p) {
  M <- outer(d$x, 0:3, function(x, j) p[1] * x^j / factorial(j))
  sum((d$y - M %*% p[-1])^2)
}
optim(c(1, 1, 0.5, 0.2, 0.1), f_outer)
# formula and model.frame within
f_formula <- function(beta, formula, data) {
  mf <- model.frame(formula, data)
  X <- model.matrix(formula, mf)
  y <- model.response(mf)
  eta <- X %*% beta
  -sum(dpois(y, exp(eta), log = TRUE))
}
optim(c(1, 0, 0, 0), f_formula, formula = k ~ x + g, data = d)
# relist
skeleton <- list(a = 1, B = matrix(1:4, 2), v = c(u = 1, w = 2))
f_relist <- function(theta) {
  q <- relist(theta, skeleton)
  sum((q$B %*% q$v - q$a)^2) + q$v[["u"]]^2
}
optim(unlist(as.relistable(skeleton)), f_relist)
# attr on par
f_attr <- function(p) {
  names(p) <- c("int", "sl")
  attr(p, "note") <- "parameters"
  r <- d$y - p["int"] - p["sl"] * d$x
  as.vector(crossprod(r))
}
optim(c(1, 1), f_attr)
# while with break, next, repeat
f_repeat <- function(p) {
  i <- 0; s <- 0
  repeat {
    i <- i + 1
    if (i > n) break
    if (d$k[i] == 0) next
    s <- s + (d$k[i] - p[1] * d$x[i])^2 / d$k[i]
  }
  s
}
optim(2, f_repeat)
f_while <- function(p) { x <- p[1]; it <- 0; while (abs(x^2 - p[2]) > 1e-9 && it < 50) { x <- (x + p[2] / x) / 2; it <- it + 1 }; (x - 2)^2 + p[1]^2 }
optim(c(1, 3), f_while)
# Recall
f_recall <- function(p, depth = 4) if (depth == 0) sum(p^2) else 0.5 * Recall(p / 2, depth - 1) + sum(cos(p))
optim(c(1, 2), f_recall)
# composition
compose <- function(...) { fs <- list(...); function(x) Reduce(function(acc, f) f(acc), fs, x) }
f_compose <- compose(function(p) p - c(1, 2), abs, function(v) v^1.5, sum, log1p)
optim(c(0.3, 0.1), f_compose)
# pipes and lambdas
f_pipe <- function(p) d$y |> (\(y) y - p[1] * d$x)() |> (\(r) r^2)() |> sum()
optim(1, f_pipe)
f_pipe2 <- \(p) p |> exp() |> dpois(x = d$k, log = TRUE) |> sum() |> (`*`)(-1)
optim(1, f_pipe2)
# missing, match.arg, stopifnot, on.exit
f_missing <- function(p, w, loss = c("l2", "huber")) {
  loss <- match.arg(loss)
  stopifnot(is.numeric(p), length(p) == 2, all(is.finite(p)))
  on.exit(invisible(NULL), add = TRUE)
  if (missing(w)) w <- rep(1, n)
  r <- d$y - p[1] - p[2] * d$x
  if (loss == "l2") sum(w * r^2) else sum(w * ifelse(abs(r) < 1, r^2 / 2, abs(r) - 0.5))
}
optim(c(1, 1), f_missing)
optim(c(1, 1), f_missing, w = d$x, loss = "huber")
# environments
counter <- new.env(); counter$n <- 0; counter$best <- Inf
f_env <- function(p) {
  counter$n <- counter$n + 1
  val <- sum((d$y - p[1])^2)
  if (val < counter$best) { counter$best <- val; counter$par <- p }
  val
}
optim(1, f_env)
# Reference class
Model <- setRefClass("Model", where = globalenv(), fields = list(y = "numeric", calls = "numeric"), methods = list(
  nll = function(p) { calls <<- calls + 1; -sum(dnorm(y, p[1], exp(p[2]), log = TRUE)) },
  penal = function(p) nll(p) + sum(p^2)))
mod <- Model$new(y = d$y, calls = 0)
optim(c(1, 0), mod$penal)
optim(c(1, 0), function(p) mod$nll(p))
# S3 dispatch
loss <- function(m, ...) UseMethod("loss")
loss.default <- function(m, ...) stop("no")
loss.quad <- function(m, p, ...) sum((m$y - p[1] - p[2] * m$x)^2)
loss.lad <- function(m, p, ...) { r <- NextMethod(); r + sum(abs(m$y - p[1])) }
loss.base <- function(m, p, ...) sum(p^2)
optim(c(1, 1), function(p) loss(structure(list(y = d$y, x = d$x), class = "quad"), p))
optim(c(1, 1), function(p) loss(structure(list(y = d$y, x = d$x), class = c("lad", "base")), p))
# string keys, switch fallthrough
f_keys <- function(p) {
  tab <- c(a = p[1], b = p[2], c = p[3])
  eff <- tab[as.character(d$g)]
  sum((d$y - eff)^2) + switch("ridge", none = 0, lasso = , ridge = sum(tab^2))
}
optim(c(1, 2, 3), f_keys)
# diag<-, lower.tri<-, upper.tri assignment
f_tri <- function(p) {
  S <- diag(3)
  S[lower.tri(S)] <- tanh(p[1:3]); S[upper.tri(S)] <- t(S)[upper.tri(S)]
  diag(S) <- diag(S) + exp(p[4:6])
  log(det(S)) + sum(diag(solve(S)))
}
optim(c(0.1, 0.2, 0.3, 1, 1, 1), f_tri)
# is.na<-, which.max, order, rank with values
f_isna <- function(p) { r <- d$y - p[1] * d$x; is.na(r) <- d$k > 5; mean(r, na.rm = TRUE)^2 + var(r, na.rm = TRUE) }
optim(1, f_isna)
f_wmax <- function(p) { r <- abs(d$y - p[1] - p[2] * d$x); i <- which.max(r); sum(r[-i]^2) + r[order(r)][2] }
optim(c(1, 1), f_wmax)
# rle, cut, findInterval
f_cut <- function(p) { br <- cut(d$x, c(0, 0.5, 1, 2)); m <- p[1:3][br]; run <- rle(as.character(d$g)); sum((d$y - m)^2) + length(run$lengths) * p[1]^2 }
optim(c(1, 2, 3), f_cut)
f_find <- function(p) { knots <- cumsum(exp(p[1:3])); i <- findInterval(d$x, c(0, 0.7, 1.4)); sum((d$y - knots[i])^2) }
optim(c(0, 0, 0), f_find)
# sprintf/cat/message inside
f_talk <- function(p, verbose = TRUE) {
  v <- sum((d$y - p[1])^2)
  if (verbose) { cat(sprintf("p = %.3f f = %.4f\n", p, v)); message("value: ", format(v, digits = 4)); print(c(par = p, value = v)) }
  invisible(v)
}
optim(1, f_talk)
# tryCatch with finally and warning()
f_try <- function(p) {
  res <- tryCatch({ if (p[1] < 0) warning("negative"); sum((d$y - sqrt(p[1]) * d$x)^2) }, warning = function(w) 1e6 + p[1]^2, error = function(e) Inf, finally = NULL)
  res
}
optim(2, f_try)
# sapply to matrix, apply over rows, sweep, scale
f_scale <- function(p) {
  M <- sapply(seq(0.2, 1, 0.2), function(a) p[1] * d$x^a + p[2])
  S <- scale(M, center = TRUE, scale = FALSE)
  sum(apply(S, 1, function(r) mean(r)^2)) + sum((d$y - rowMeans(M))^2) + sum(sweep(M, 1, d$z)^2)
}
optim(c(1, 1), f_scale)
# list modification: modifyList, setdiff names, unlist
defaults <- list(a = 1, b = 2, s = 1)
f_modify <- function(p) {
  th <- modifyList(defaults, as.list(p))
  -sum(dnorm(d$y, th$a + th$b * d$x, th$s, log = TRUE))
}
optim(c(b = 1, s = 2), f_modify)
# aperm, 3-d arrays, drop=FALSE
f_aperm <- function(p) {
  A <- array(outer(p, 1:6), c(length(p), 2, 3))
  B <- aperm(A, c(3, 1, 2))
  s <- apply(B, c(1, 3), prod)
  sum((s[2, , drop = FALSE] - 1)^2) + sum(B[, , 1, drop = TRUE])
}
optim(c(0.4, 0.3), f_aperm)
# negative and zero-length indices
f_neg <- function(p) { idx <- which(d$k > 100); r <- d$y - p[1]; r2 <- r[-(1:3)]; sum(r2^2) + sum(r[idx]) + length(r[idx]) + p[-1]^2 }
optim(c(1, 0.5), f_neg)
# cumprod/cumsum/rev/diff/embed/mapply MoreArgs
f_cum <- function(p) { s <- cumprod(c(1, 1 - plogis(p))); h <- -diff(s); sum(mapply(function(h, k, m) m * k * log(h), h, c(3, 4, 2), MoreArgs = list(m = -1))) - rev(s)[1] }
optim(c(0, 0.1, 0.2), f_cum)
# Identity ops: %in%, %o%, setdiff, nchar
f_in <- function(p) { w <- ifelse(d$g %in% c("a", "c"), p[1], p[2]); M <- p %o% p; sum((d$y - w)^2) + sum(M[upper.tri(M)]) }
optim(c(1, 2), f_in)
# assign/get/exists/eval/parse/substitute/bquote
f_eval <- function(p) {
  for (i in seq_along(p)) assign(paste0("b", i), p[i])
  ex <- parse(text = "b1 + b2 * d$x^2")
  mu <- eval(ex[[1]])
  sum((d$y - mu)^2) + get("b1")^2
}
optim(c(1, 1), f_eval)
expr <- quote(a * exp(-b * x))
f_eval2 <- function(p) sum((d$y - eval(expr, c(as.list(p), list(x = d$x))))^2)
optim(c(a = 1, b = -0.5), f_eval2)
f_eval3 <- function(p) { env <- list2env(as.list(p), envir = new.env()); env$x <- d$x; r <- d$y - eval(expr, env); sum(r * r) }
optim(c(a = 1, b = -0.5), f_eval3)
# deriv() and D()
dexpr <- D(quote(log(1 + exp(a * x))), "a")
f_D <- function(p) { a <- p[1]; x <- d$x; sum(eval(dexpr)) }
optim(0.4, f_D)
g3 <- deriv(~ a * exp(-b * x), c("a", "b"), function(a, b, x) NULL)
f_deriv <- function(p) { m <- g3(p[1], p[2], d$x); G <- attr(m, "gradient"); sum((d$y - m)^2) + sum(G[, "b"]^2) / 100 }
optim(c(1, -0.5), f_deriv)
# nargs, sys.call, match.call
f_call <- function(p, ...) { cl <- match.call(); dots <- list(...); k <- length(dots); sum((p - k)^2) + nargs() + length(cl) }
optim(c(1, 2), f_call, 3, 4)
# vapply over names, mapply names, USE.NAMES
f_vnames <- function(p) { v <- vapply(names(p), function(nm) p[[nm]] * nchar(nm), 0); sum((v - c(1, 4))^2) + v["aa"] }
optim(c(a = 1, aa = 1.5), f_vnames)
# rapply, unlist nested
f_rapply <- function(p) { L <- list(p[1], list(p[2], p[1:2])); sum(unlist(rapply(L, function(v) v^2, how = "unlist"))) }
optim(c(1, 2), f_rapply)
# bitwAnd / integer division / modulo / seq by
f_int <- function(p) { i <- seq(2, n, by = 2); j <- (i %/% 2) %% 3; sum((d$y[i] - p[j + 1])^2) + bitwAnd(5L, 3L) * p[1] }
optim(c(1, 2, 3), f_int)
# matrix power by squaring
mpow <- function(A, k) if (k == 0) diag(nrow(A)) else if (k %% 2 == 1) A %*% mpow(A, k - 1) else { B <- mpow(A, k %/% 2); B %*% B }
f_mpow <- function(p) { A <- matrix(c(1 - plogis(p[1]), plogis(p[1]), plogis(p[2]), 1 - plogis(p[2])), 2, byrow = TRUE); M <- mpow(A, 13); -sum(c(10, 5, 3, 8) * log(c(M))) }
optim(c(0, -1), f_mpow)
# Negate, Filter, Position, Find
f_filter <- function(p) { L <- list(p[1], p[2] * 2, NULL, p[1] * p[2]); L <- Filter(Negate(is.null), L); sum(sapply(L, `^`, 2)) }
optim(c(1, 2), f_filter)
# array slice assignment, abind-like
f_slices <- function(p) { A <- array(0, c(2, 2, 3)); for (k in 1:3) A[, , k] <- k * p[1] + diag(2) * p[2]; A[1, 2, ] <- A[1, 2, ] + 1; sum(apply(A, 3, det)^2) + sum(A[cbind(1, 2, 1:3)]) }
optim(c(0.2, 1), f_slices)
