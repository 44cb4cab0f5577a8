# Grouping, counting and classes by the values of tensors; arrays; data frames.

data <- list(y = c(1.2, 0.4, 2.5, 0.9, 1.7, 3.1), g = factor(c("a", "b", "a", "c", "b", "a")),
             M = matrix(c(2, 0.3, 0.1, 0.3, 1.5, 0.2, 0.1, 0.2, 1.1), 3))
x <- c(0.7, 0.3, 1.1)

test_that("calls agree", {
  expect_calls_agree(grouping_calls())
})

test_that("groups: split, unsplit, tapply, ave, by, aggregate", {
  expect_all_plain(list(
    function(p) {
      s <- split(y * p[1], g)
      sum(sapply(s, function(v) sum(v)^2)) + sum(unsplit(lapply(s, cumsum), g) * 1:6) +
        sum(unsplit(lapply(split(y, g), function(v) v * p[2]), g)^2)
    },
    function(p) {
      z <- y * p[1]
      w <- y
      split(z, g) <- lapply(split(z, g), function(v) v - mean(v))
      split(w, g) <- lapply(split(w, g), function(v) v * p[2])
      sum(z^2) + sum(w * 1:6)
    },
    function(p) sum(tapply(y * p[1], g, sum)^2) + sum(tapply(y, g, function(v) sum(v) * p[2])) +
      sum(tapply(y, list(g, rep(1:2, 3)), function(v) v[1] * p[3]), na.rm = TRUE),
    function(p) sum(ave(y * p[1], g)^2) + sum(ave(y, g, FUN = function(v) v * p[2])) +
      sum(ave(y, FUN = function(v) v - p[3])^2) + sum(ave(p)),
    function(p) sum(by(data.frame(y, g), g, function(s) sum(s$y * p[1])^2)),
    function(p) sum(unlist(by(data.frame(y, g), g, function(s) sum(s$y * p[1])^2))),
    function(p) sum(aggregate(y * p[1], list(g = g), sum)$x^2),
    function(p) sum(rowsum(y * p[1], g)^2),
    function(p) sum(sapply(split(data.frame(y = y * p[1], g), g), function(s) sum(s$y)^2))
  ), x, data)
})

test_that("what is found by value is whole numbers, which a tape guards", {
  expect_all_plain(list(
    function(p) sum(y[as.integer(cut(y * p[1], c(0, 1, 2, 5))) == 1]) * p[2] +
      sum(table(cut(y * p[1], c(0, 1, 2, 5)))^2) * p[3],
    function(p) sum(c(p, 1)[cut(y, c(0, cumsum(p) + 0.1, Inf), labels = FALSE)]),
    function(p) sum(findInterval(y * p[1], c(0, 1, 2)) * p[2]),
    function(p) sum((0:3)[findInterval(y, cumsum(p) + 0.013) + 1] * p[2]),
    function(p) length(unique(c(p, p))) * p[1] + sum(unique(c(p, p))) + sum(unique(rbind(p, p))),
    function(p) table(p > 0.5)[["TRUE"]] * p[1] + sum(table(round(y * p[1]))^2) * p[2] +
      tabulate(trunc(p) + 1, 3)[1] * p[1],
    function(p) sum(p[!duplicated(round(p))]) + anyDuplicated(c(p, p[1])) * p[2],
    function(p) sum(rle(p > 0.5)$lengths^2) * p[1] + sum(inverse.rle(rle(c(p[1], p)))) + sum(rle(c(p[1], p))$values^2),
    function(p) sum(rank(p) * p) + sum(order(p) * p) + match(p[2], p) * p[1] + which.max(p) * p[3],
    function(p) sum(na.omit(c(p, NA))) + sum(p[complete.cases(c(p[1:2], NA))]),
    function(p) sum(y[factor(round(y * p[1]))] * p[2]) + nlevels(as.factor(p > 0.5)) * p[1]
  ), x, data)
  tp <- tape(function(p) findInterval(p[1], c(0, 1, 2)) * p[1], 0.5)
  expect_equal(c(tp$fn(1.5), tp$gr(1.5), tp$fn(0.2), tp$fn(2)), c(3, 2, 0.2, 6))
  expect_error(tape(function(p) sum(table(p)), x), "whole numbers or truth values", class = "gradtape_argument_error")
  expect_error(tape(function(p) sum(as.integer(cut(p, 3))), x), "ends of the intervals",
               class = "gradtape_argument_error")
  expect_error(tape(function(p) sum(as.integer(cut(1:3, sort(p)))), x), class = "gradtape_error")
})

test_that("if () asks whether a number is zero", {
  fn <- function(p) if (sum(p < 0.5)) p[1]^2 else if (round(p[2]) %% 2) p[2]^3 else sum(p)
  expect_all_plain(list(fn), x)
  tp <- tape(fn, x)
  for (at in list(c(0.6, 1.2, 3), c(0.6, 2.2, 3))) expect_equal(tp$fn(at), fn(at))
})

test_that("cut() makes R's factors, at the breaks too", {
  for (breaks in list(c(0, 1, 2), c(-Inf, 0, 2, Inf), c(3, 0, 1.5))) for (right in c(TRUE,
                                                                                     FALSE)) for (lowest in c(TRUE,
                                                                                                              FALSE)) {
    values <- c(-1, 0, 0.5, 1, 1.5, 2, 2.5, 3, NaN, Inf)
    expect_identical(cut(torch_tensor(values), breaks, right = right, include.lowest = lowest),
                     cut(values, breaks, right = right, include.lowest = lowest))
  }
})

test_that("arrays of three dimensions", {
  expect_all_plain(list(
    function(p) {
      a <- array(0, dim = c(2, 3, 2))
      a[1, , ] <- p
      a[, 2, 1] <- p[1:2]^2
      a[, , 2] <- a[, , 1] * 2
      sum(a * seq_along(a))
    },
    function(p) {
      a <- array(p, dim = c(3, 2, 2))
      a[2, , ] <- a[1, , ]^2
      a[, , 2] <- a[, , 2] * 3
      a[1, 2, 1] <- p[3]
      sum(aperm(a, c(2, 1, 3)) * 1:12) + a[3, 2, 1] + sum(a[, , 1] %*% a[1:2, , 2]) + sum(dim(a))
    },
    function(p) {
      a <- array(c(p, p^2, p * 2, sin(p)), dim = c(3, 2, 2))
      sum(apply(a, c(1, 3), sum) * 1:6) + sum(apply(a, 3, function(m) det(m[1:2, ]))) + sum(apply(a, 1, sum) * 1:3) +
        sum(apply(a, 1:3, function(v) v^2)) + sum(apply(a, 2:3, range)) + sum(apply(a, 3, function(m) m %*% 1:2) * 1:6)
    },
    function(p) sum(apply(M, 1, function(r) p * r) * 1:9) + sum(apply(M, c(1, 2), function(v) v * p[1]) * 1:9) +
      sum(apply(M, 2, function(v) v[1] * p[1])),
    function(p) sum(unlist(apply(M, 1, function(r) list(r[1] * p[1]))))
  ), x, data)
})

test_that("products of every shape, systems of one number, symmetry", {
  expect_all_plain(list(
    function(p) sum(solve(p[1])) + solve(p[1], 2) + solve(3, p[2]),
    function(p) sum(tcrossprod(p, M)) + sum(tcrossprod(M[, 1, drop = FALSE], p)) + sum(tcrossprod(p) * M) +
      sum(tcrossprod(p, 1:2)) + sum(tcrossprod(1:3, p) * M) + sum(tcrossprod(M * p[1])),
    function(p) sum(crossprod(p)) + sum(crossprod(p, M)) + sum(crossprod(M, p)) + sum(crossprod(matrix(1:2, 1), p)) +
      sum(crossprod(M * p[1], p^2)),
    function(p) sum(p %*% p) + sum(p %*% M) + sum(M %*% p) + sum(matrix(1:3, 1) %*% p) + sum(p %*% matrix(1:2, 1)),
    function(p) if (isSymmetric(M * p[1]) && isSymmetric(outer(p, p)) &&
                    !isSymmetric(cbind(p, p, 1:3))) sum(p^2) else 99,
    function(p) {
      E <- term <- diag(2)
      A <- matrix(c(-p[1], p[2], p[1], -p[2]), 2)
      k <- 0
      while (max(abs(term)) > 1e-12) {
        k <- k + 1
        term <- term %*% A / k
        E <- E + term
      }
      sum(E * 1:4)
    }
  ), x, data)
})

test_that("a package's normal density of several variables", {
  skip_if_not_installed("mvtnorm")
  data$dmvnorm <- getExportedValue("mvtnorm", "dmvnorm")
  expect_all_plain(list(function(p) sum(dmvnorm(matrix(y, 3), p[1:2], M[1:2, 1:2] + diag(p[2:3]), log = TRUE))), x,
                   data)
})

test_that("data frames hold tensors", {
  expect_all_plain(list(
    function(p) {
      d <- data.frame(y = y[1:3], p)
      sum(d$y * d$p) + sum(d[["p"]]) + sum(d[, "p"]) + sum(d$p[d$y > 1]) + nrow(d)
    },
    function(p) {
      d <- data.frame(y = y)
      d$mu <- p[1] + p[2] * d$y
      d[["r"]] <- d$y - d$mu
      sum(d$r^2) + sum(subset(d, y > 1)$r)
    },
    function(p) {
      d <- transform(data.frame(y = y, x = 1:6), mu = p[1] * x, s = p[2])
      d <- within(d, {
        r <- y - mu
        q <- r^2
      })
      with(d, sum(q * s) * p[2])
    },
    function(p) {
      d <- data.frame(y = y, g = g, s = p[2])
      d$z <- p[1] * d$y
      s <- d[d$g == "a", ]
      sum(s$z) + nrow(s) + sum(d[order(d$y), "z"] * 1:6) + sum(d[2:3, ]$z) + sum(head(d, 2)$z * tail(d$s, 2))
    },
    function(p) {
      d <- as.data.frame(matrix(p[1] * y, 3))
      sum(d$V1 * d$V2) + ncol(d)
    }
  ), x, data)
})
