# QR decompositions, least squares, distances, products with matrices of package Matrix, and the functions
# of R that are done with the rest.

M <- matrix(c(2, 0.3, 0.1, 0.3, 1.5, 0.2, 0.1, 0.2, 1.1), 3)
data <- list(y = c(1.2, 0.4, 2.5, 0.9, 1.7, 3.1), g = factor(c("a", "b", "a", "c", "b", "a")), M = M,
             plain = qr(cbind(a = 1, b = 1:6)),
             deficient = qr(cbind(1, 1:6, 2:7)))
x <- c(0.7, 0.3, 1.1)

test_that("decompositions of tensors", {
  expect_all_plain(list(
    function(p) {
      S <- M + tcrossprod(p)
      q <- qr(S)
      sum(qr.solve(S, 1:3)) + sum(solve(q, 1:3) * 1:3) + log(abs(prod(diag(qr.R(q))))) + sum(diag(q$qr)) +
        sum(qr.solve(q) * M) + q$rank
    },
    function(p) {
      X <- cbind(1, 1:6, y * p[1] + (1:6)^2)
      sum(qr.coef(qr(X), y) * 1:3) + sum(qr.fitted(qr(X), y)^2) + sum(qr.resid(qr(X), y * p[2])^2) +
        sum(qr.Q(qr(X))[, 3] * 1:6)
    },
    function(p) {
      X <- cbind(-1, y * p[1] + (1:6)^2 * p[2])
      sum(qr.R(qr(X)) * 1:4) + sum(qr.X(qr(X)) * 1:12) + sum(qr.qty(qr(X), y) * 1:6) +
        sum(qr.qy(qr(X), cbind(y, y^2)) * 1:12) +
        sum(qr.Q(qr(X), complete = TRUE)[, 1:2]) + sum(qr.R(qr(matrix(p, 1))))
    }
  ), x, data)
  expect_error(tape(function(p) sum(qr.solve(outer(p, p), p)), x), "singular", class = "gradtape_error")
})

test_that("decompositions of data, with tensors on the right", {
  expect_all_plain(list(
    function(p) {
      z <- y * p[1] + (1:6)^2 * p[2]
      sum(qr.resid(plain, z)^2) + sum(qr.coef(plain, z) * 1:2) + sum(qr.qty(plain, z)^3) + sum(qr.qy(plain, z) * 1:6) +
        sum(qr.fitted(plain, z) * 1:6)
    },
    function(p) {
      z <- y * p[1] + (1:6)^2 * p[2]
      sum(qr.resid(deficient, z)^2) + sum(qr.coef(deficient, z)[1:2]) +
        sum(qr.fitted(deficient, cbind(z, z^2)) * 1:12) + is.na(qr.coef(deficient, z)[3])
    },
    function(p) solve(qr(M), p)[2] + sum(qr.solve(M, cbind(p, p^2)) * 1:6) + sum(qr.solve(cbind(1, 1:3), p))
  ), x, data)
})

test_that("least squares", {
  expect_all_plain(list(
    function(p) {
      fit <- lm.fit(cbind(1, 1:6), y * p[1] + (1:6)^2 * p[2])
      sum(fit$residuals^2) + sum(fit$coefficients * 1:2) + sum(fit$fitted.values * 1:6) + fit$df.residual + fit$rank +
        fit$coefficients[["x2"]]
    },
    function(p) {
      fit <- lm.wfit(cbind(1, exp(p[1] * 1:6 / 6)), y, w = exp(p[2] * y), offset = p[3] * (1:6)^2)
      sum(fit$weights * fit$residuals^2) + sum(fit$coefficients) +
        sum(.lm.fit(cbind(1, 1:6), y * p[1])$coefficients * 1:2)
    }
  ), x, data)
})

test_that("distances", {
  expect_all_plain(list(
    function(p) sum(as.matrix(dist(cbind(1:3, p))) * 1:9) + sum((dist(cbind(1:3, p)) - c(1, 2, 1.5))^2) +
      sum(dist(cbind(p, p^2), "manhattan")^2),
    function(p) sum(dist(outer(p, 1:2), "maximum") * 1:3) + sum(dist(cbind(p, 1:3), "minkowski", p = 3)),
    function(p) {
      D <- as.matrix(dist(cbind(1:3, (1:3)^2)))
      sum(solve(p[1] * exp(-D / p[2]) + diag(3)))
    }
  ), x, data)
})

test_that("matrices of package Matrix are data", {
  skip_if_not_installed("Matrix")
  sparse <- getExportedValue("Matrix", "sparseMatrix")(i = c(1, 3, 2, 3), j = c(1, 3, 2, 1), x = c(1, 2, 3, 4))
  symmetric <- getExportedValue("Matrix", "forceSymmetric")(sparse)
  diagonal <- getExportedValue("Matrix", "Diagonal")(3, 1:3)
  mean_of <- function(m) as.matrix(m)
  dense <- lapply(list(S = sparse, Y = symmetric, D = diagonal), mean_of)
  fns <- list(
    function(p) sum((S %*% p)^2) + sum((p %*% S)^2) + sum((Y %*% p)^3) + sum((D %*% p)^2) +
      sum((S %*% cbind(p, p^2))^2),
    function(p) sum(crossprod(S, p)^2) + sum(crossprod(p, S)^3) + sum(tcrossprod(S, rbind(p))^2) +
      sum(tcrossprod(rbind(p, 1), Y)^2),
    function(p) sum((p[1] * S + D * p[2])^2) + determinant(p[3] * (D + Y * p[2]))$modulus
  )
  for (fn in fns) {
    on_matrix <- on_plain <- fn
    environment(on_plain) <- list2env(dense, parent = globalenv())
    environment(on_matrix) <- list2env(list(S = sparse, Y = symmetric, D = diagonal), parent = globalenv())
    options(gradtape.check = FALSE)             # base's %*% does not know these classes when Matrix is not attached
    tp <- tape(on_matrix, x)
    options(gradtape.check = NULL)
    expect_equal(tp$fn(x), as.numeric(on_plain(x)), tolerance = 1e-12)
    expect_equal(tp$gr(x), numeric_gradient(on_plain, x), tolerance = 1e-6)
  }
})

test_that("data frames as matrices, and joined results", {
  expect_all_plain(list(
    function(p) {
      d <- data.frame(a = p, b = 1:3)
      sum(colSums(d)^2) + sum(as.matrix(d) * 1:6) + sum(rowSums(d)^2) + sum(sapply(d, sum)) +
        sum(data.matrix(d)[, "a"]) + sum(colMeans(d))
    },
    function(p) {
      d <- data.frame(g = g, z = y * p[1])
      sum(aggregate(z ~ g, data = d, FUN = mean)$z^2) + sum(aggregate(cbind(z, w = z^2) ~ g, d, sum)$w) +
        sum(aggregate(d["z"], list(d$g), sum)$z)
    },
    function(p) mean(replicate(3, p[1] * 2)) + sum(replicate(2, p) * 1:6) + sum(simplify2array(list(p[1], p[2]))) +
      sum(as.array(p)) + sum(array(p, c(1, 3))),
    function(p) sum(cov.wt(cbind(y, y * p[1] + (1:6)^2 * p[2]), wt = rep(1 / 6, 6))$cov) +
      bitwAnd(trunc(p[3] * 5), 3L) * p[1] + bitwXor(5L, 3L)
  ), x, data)
  expect_equal(as.numeric(tensor_function(zapsmall)(torch_tensor(c(1, 1e-20)))), zapsmall(c(1, 1e-20)))
  expect_equal(as.numeric(tensor_function(zapsmall)(torch_tensor(c(123.4567891, 1e-5)))),
               zapsmall(c(123.4567891, 1e-5)))
})

test_that("calls agree", {
  sides <- function() pick(rnorm(4), matrix(rnorm(8), 4))
  tall <- function() matrix(rnorm(8), 4)
  expect_calls_agree(list(
    qr.solve = list(must = list(a = function() pick(square(4), tall()), b = sides)),
    dist = list(must = list(function() a_matrix(3, 2)),
                may = list(method = function() pick("euclidean", "manhattan", "maximum"))),
    bitwAnd = list(must = list(counts, counts)), bitwNot = list(must = list(counts)),
    cov.wt = list(must = list(tall), may = list(cor = a_flag, method = function() pick("unbiased", "ML"))),
    zapsmall = list(must = list(numbers))
  ))
})

test_that("R's functions are masked also where Matrix has made generic functions of them", {
  skip_if_not_installed("Matrix")
  home <- new.env(parent = asNamespace("Matrix"))
  home$D <- getExportedValue("Matrix", "Diagonal")(2, c(3, 0.5))
  functions <- list(
    function(p) sum(diag(exp(p))), function(p) sum(crossprod(p)) + norm(matrix(p, 1)), function(p) sum(solve(D, p)),
    function(p) { m <- diag(2); diag(m) <- p; sum(solve(m)) }, function(p) sum(colSums(matrix(p, 1)^2)),
    function(p) sum(drop(D %*% p) * diag(D)), function(p) determinant(tcrossprod(p) + diag(2))$modulus[1],
    function(p) { R <- chol(tcrossprod(p) + diag(2)); sum(chol2inv(R) * diag(p)) + sum(qr.Q(qr(R))) },
    function(p) sum(as.matrix(p) * rowSums(D)) + sum(apply(cov2cor(tcrossprod(p) + diag(2)), 1, max))
  )
  for (f in functions) {
    environment(f) <- home
    x <- c(0.6, 2)
    tp <- tape(f, x)
    expect_equal(tp$fn(x), as.numeric(f(x)), tolerance = 1e-12, info = deparse1(body(f)))
    expect_equal(tp$gr(x), fd_gradient(function(x) as.numeric(f(x)), x), tolerance = 1e-6, info = deparse1(body(f)))
  }
})
