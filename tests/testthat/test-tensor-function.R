# tensor_function(): where R does not dispatch.

expect_same_when_wrapped <- function(fn, x, ...) {
  wrapped <- tensor_function(fn)
  expect_identical(wrapped(x), fn(x))
  expect_same_on_tensors(wrapped, x, label = deparse(body(fn))[1], ...)
}

test_that("numbers first, numbers on the left, and loops", {
  x <- c(0.7, -1.2, 2.5)
  functions <- list(
    function(x) c(1, x), function(x) max(0, x), function(x) min(1, x), function(x) sum(1, x), function(x) prod(2, x),
    function(x) range(0, x), function(x) pmax(0, x), function(x) pmin(c(1, 2, 3), x),
    function(x) { f <- numeric(4); f[4] <- prod(x) - 1; f[1:3] <- x; f },
    function(x) { f <- c(); for (i in 1:3) f[i] <- x[i]^i; f },
    function(x) { f <- matrix(0, 2, 3); f[1, ] <- x; f[2, 2] <- x[1]; f },
    function(x) { s <- 0; for (xi in x) s <- s + xi^2; s },
    function(x) { s <- 0; for (xi in x) { if (xi < 0) next; s <- s + xi }; s },
    function(x) sapply(1:3, function(i) x[i]^2), function(x) vapply(1:3, function(i) x[i] * i, 0),
    function(x) unlist(lapply(1:3, function(i) x[i]^2)), function(x) { f <- list(); f[[1]] <- x[1]; f[[1]] * 2 },
    function(x) matrix(x, 3, 2), function(x) matrix(x, 1, 3, byrow = TRUE),
    function(x) matrix(c(x, x), 2, byrow = TRUE),
    function(x) array(x, c(3, 1)), function(x) outer(x, x), function(x) x %o% c(1, 2),
    function(x) outer(c(1, 2), x, "+"), function(x) crossprod(x), function(x) tcrossprod(x, 1:3), function(x) diag(x),
    function(x) x[which.max(x)], function(x) x[which.min(x)], function(x) var(x), function(x) sd(x),
    function(x) beta(x^2, 2), function(x) lbeta(3, x^2), function(x) lchoose(5 + x, 2), function(x) psigamma(x^2, 2)
  )
  for (f in functions) expect_same_when_wrapped(f, x)
})

test_that("functions of a matrix", {
  x <- matrix(c(4, 1, 0.5, 1, 3, 0.3, 0.2, 0.6, 5), 3)
  functions <- list(
    function(x) sapply(1:2, function(k) x^k), function(x) sapply(1:2, function(k) x^k, simplify = "array")[, 2, 2],
    function(x) vapply(1:2, function(k) x^k, x)[2, , 1],
    function(x) rowSums(x), function(x) colSums(x), function(x) rowMeans(x), function(x) colMeans(x),
    function(x) apply(x, 1, sum), function(x) apply(x, 2, function(v) v^2), function(x) det(x), function(x) diag(x),
    function(x) solve(diag(3), x[, 1]), function(x) backsolve(x, c(1, 2, 3)), function(x) forwardsolve(x, diag(3)),
    function(x) diag(x[1, 1], 3), function(x) diag(x[, 1], 2, 3), function(x) diag(c(1, 2), ncol = 3) %*% x,
    function(x) { diag(x) <- x[1, ]; x }, function(x) chol2inv(x), function(x) norm(x), function(x) norm(x, "F"),
    function(x) norm(x, "I"),
    function(x) apply(x, c(1, 2), function(v) v^2), function(x) sweep(x, 2, x[1, ]),
    function(x) sweep(diag(3), 1, x[, 2], "*"), function(x) { x[2, 1] <- NA; rowSums(x, na.rm = TRUE) },
    function(x) { x[2, 1] <- NA; colMeans(x, na.rm = TRUE) },
    function(x) mahalanobis(rbind(x[1, ], 1:3), x[2, ], x), function(x) toeplitz(x[, 1]), function(x) proportions(x, 1),
    function(x) cov2cor(crossprod(x))
  )
  for (f in functions) expect_same_when_wrapped(f, x, tolerance = 1e-5)
})

test_that("choices, groups and joined results", {
  x <- c(0.7, -1.2, 2.5, 0.4)
  functions <- list(
    function(x) ifelse(c(TRUE, FALSE, TRUE, FALSE), x, x^2), function(x) ifelse(x > 0, x, ifelse(x > -1, x^2, 0)),
    function(x) ifelse(1:6 > 2, x[1], 0), function(x) ifelse(x[1] > 0, x, stop("not evaluated")),
    function(x) ifelse(c(TRUE, NA), x[1:2], 0)[1], function(x) ifelse(matrix(1:4, 2) > 2, x, -x),
    function(x) if (TRUE) ifelse(TRUE, x[1], stop("not evaluated")),
    function(x) unlist(list(x, x^2)), function(x) unlist(list(a = x[1], list(x[2:3]^2, 3))),
    function(x) mapply(function(u, v) u * v^2, x, 1:4), function(x) mapply(function(i, v) x * v^i, 1:3, 4:2),
    function(x) unlist(Map(function(u, v) u * v, x, 4:1)), function(x) Vectorize(function(t) x[1] * exp(-t))(1:3),
    function(x) tapply(x, c("u", "v", "v", "u"), mean)[["v"]], function(x) x[match(max(x), x)],
    function(x) if (any(x %in% c(9, 1))) 0 else x^2,
    function(x) tapply(x, list(c(1, 2, 2, 1), c("a", "a", "b", "b")), sum)[2, 1],
    function(x) { m <- diag(4); diag(m) <- x; m %*% x },
    function(x) { s <- c(A = 1, B = 0, C = 2, D = 1); (s + x)[["B"]] },
    function(x) sapply(c(a = 1, b = 2), function(i) x[i]^2)[["b"]],
    function(x) sapply(c("u", "v"), function(v) x[nchar(v)])[["v"]], function(x) sum(tapply(x, c(1, 2, 2, 1), sum)^2),
    function(x) rowsum(x, c(2, 1, 1, 2)), function(x) replace(numeric(5), 2:5, x),
    function(x) append(c(1, 2), x, after = 1), function(x) embed(x, 2)[, 2],
    function(x) stats::dnorm(x, 1, 2) * base::pmax(0, x), function(x) x[order(x)] * 1:4,
    function(x) drop(t(x) %*% x) * x
  )
  for (f in functions) expect_same_when_wrapped(f, x)
})

test_that("spread and association", {
  x <- c(0.7, -1.2, 2.5, 0.4)
  y <- c(1, 3, 2, 5)
  functions <- list(
    function(x) var(x, y), function(x) cov(x, y), function(x) cor(x, y), function(x) cor(y, x),
    function(x) var(cbind(x, x^2)),
    function(x) cov(cbind(x, x^2), y), function(x) cor(cbind(x, x^2, y)), function(x) var(c(x, NA), na.rm = TRUE),
    function(x) var(c(x, NA), c(NA, y), na.rm = TRUE),
    function(x) var(rbind(cbind(x, y), c(NA, 1)), na.rm = TRUE),
    function(x) sd(c(x, NA), na.rm = TRUE), function(x) weighted.mean(x, y), function(x) weighted.mean(y, x^2),
    function(x) sum(scale(x) * y), function(x) sum(scale(cbind(x, y), scale = FALSE) * 1:8), function(x) mad(x),
    function(x) IQR(x), function(x) mean(x, trim = 0.25), function(x) mean(x, trim = 0.6)
  )
  for (f in functions) expect_same_when_wrapped(f, x)
})

test_that("what a function asks about its argument", {
  x <- c(0.7, -1.2)
  functions <- list(
    function(x) if (is.vector(x)) sum(x) else sum(x^2),
    function(x) if (is.atomic(x) && is.double(x)) sum(x) else sum(x^2),
    function(x) if (identical(x[1] > 0, TRUE)) sum(x) else sum(x^2),
    function(x) if (identical(x, "a")) sum(x) else sum(x^2), function(x) { storage.mode(x) <- "double"; x^2 }
  )
  for (f in functions) expect_same_when_wrapped(f, x)
  same <- tensor_function(function(x) identical(x, c(0.7, -1.2)))
  expect_true(same(torch_tensor(x)))
  expect_false(same(torch_tensor(x + 1)))
})

test_that("binomial coefficients of any sign, Bessel functions, angles", {
  functions <- list(
    function(x) choose(x, 3), function(x) lchoose(x, 2), function(x) besselI(abs(x), 0),
    function(x) besselI(abs(x), 2, TRUE), function(x) atan2(x, 1:4), function(x) atan2(2, x)
  )
  for (f in functions) expect_same_when_wrapped(f, c(0.7, -1.2, 2.5, 5.4), tolerance = 1e-5)
})

test_that("densities and probabilities", {
  y <- c(0.4, 1.3, 2.2)
  k <- c(0, 1, 4)
  functions <- list(
    function(x) dnbinom(k, x[1], 0.3), function(x) dnbinom(k, size = x[1], mu = x[2], log = TRUE),
    function(x) dgeom(k, x[1] / 2), function(x) dweibull(y, x[1], x[2], log = TRUE), function(x) dlnorm(y, x[1], x[2]),
    function(x) dlnorm(x), function(x) dcauchy(y, x[1], x[2]), function(x) dchisq(y, x[1]),
    function(x) dunif(y, -x[1], 2 * x[2], log = TRUE),
    function(x) pnorm(c(-40, 0, 9) * x[1], x[2], log.p = TRUE),
    function(x) pnorm(y, x[1], x[2], lower.tail = FALSE, log.p = TRUE),
    function(x) dnorm(y, x[1], x[2], TRUE), function(x) pweibull(y, x[1], x[2], FALSE, TRUE),
    function(x) dgamma(y, x[1], x[2], lo = TRUE),
    function(x) pexp(y, x[1]), function(x) pexp(x, log.p = TRUE), function(x) pweibull(y, x[1], x[2]),
    function(x) pweibull(y, x[1], x[2], lower.tail = FALSE, log.p = TRUE),
    function(x) plnorm(y, x[1], x[2], lower.tail = FALSE)
  )
  for (f in functions) expect_same_when_wrapped(f, c(0.8, 1.7))
  expect_error(tape(function(x) sum(ptukey(y, x, 3)), 2), "`ptukey\\(\\)` has no version for tensors")
  expect_equal(tensor_function(function(x) integrate(dnorm, -x, x)$value)(1), diff(pnorm(c(-1, 1))))
})

test_that("conversions to numbers keep the gradient, in text they are numbers", {
  X <- cbind(1, c(0.5, -1, 2))
  functions <- list(
    function(b) sum((as.numeric(X %*% b) - 1:3)^2), function(b) sum(as.double(X %*% b)^3),
    function(b) sum(as.matrix(b)^2 * 1:2),
    function(b) as.numeric(determinant(diag(2) * exp(b[1]) + 1)$modulus) + b[2]^2,
    function(b) sum(as.numeric(b > 0) * b^2), function(b) sum(sapply(list(b, b^2), as.numeric)^2),
    function(b) crossprod(as.vector(X %*% b))[1]
  )
  for (f in functions) expect_same_when_wrapped(f, c(0.8, -1.7))
  expect_no_message(tp <- tape(functions[[1]], c(1, 1)))
  expect_equal(tp$gr(c(2, 3)), as.numeric(2 * t(X) %*% (X %*% c(2, 3) - 1:3)))
  shown <- tensor_function(function(b) {
    message("at ", paste(as.numeric(b), collapse = " "))
    cat(sprintf("%.1f", as.numeric(b)), "\n")
    sum(b^2)
  })
  expect_output(expect_message(tp <- tape(shown, c(1, 2)), "at 1 2", fixed = TRUE), "1.0 2.0")
  expect_silent(tp$gr(c(3, 4)))
})

test_that("eigenvalues of symmetric matrices, and singular values", {
  functions <- list(
    function(x) sum(eigen(crossprod(x))$values^2 * 1:3),
    function(x) eigen(crossprod(x), symmetric = TRUE, only.values = TRUE)$values,
    function(x) { e <- eigen(crossprod(x)); e$vectors %*% diag(sqrt(e$values)) %*% t(e$vectors) },
    function(x) svd(x)$d, function(x) { s <- svd(x); s$u %*% diag(log(s$d)) %*% t(s$v) }, function(x) norm(x, "2")
  )
  x <- matrix(c(2, 0.5, -1, 0.3, 1, 0.7, 0.2, -0.4, 3), 3)
  for (f in functions) expect_same_when_wrapped(f, x, tolerance = 1e-6)
})

test_that("functions inside the function, and default arguments", {
  x <- matrix(c(4, 1, 0.5, 1, 3, 0.3), 3)
  expect_same_when_wrapped(function(x) {
    g <- function(a, b = c(1, x[1, 1])) {
      s <- 0
      for (v in x[, 2]) s <- s + v * a
      s * sum(b)
    }
    g(3)
  }, x)
  expect_same_when_wrapped(function(x, y = max(0.5, x[2, 1])) x[, 1] * y, x)
  weighted <- tensor_function(function(x, ..., w) sum(c(w, x)^2))
  expect_equal(as.numeric(weighted(torch_tensor(c(1, 2)), w = 3)), 14)
})

test_that("a user's own function of the same name is left alone", {
  outer <- function(x, y) x + y
  f <- tensor_function(function(x) outer(x, x))
  expect_equal(as.numeric(f(torch_tensor(c(1, 2)))), c(2, 4))
  expect_identical(tensor_function(sum), sum)
  expect_error(tensor_function(3), "must be a function")
})

test_that("densities and distribution functions keep dim and names", {
  m <- matrix(c(0.2, 0.5, 0.9, 1.4), 2)
  for (f in list(function(x) dnorm(x, 0, 1:2), function(x) dcauchy(x), function(x) plogis(x),
                 function(x) dgamma(x, 2, 3, log = TRUE), function(x) dbinom(1, 3, plogis(x)))) {
    on_tensors <- tensor_function(f)
    expect_equal(as_array(on_tensors(torch_tensor(m))), f(m))
    expect_equal(names(on_tensors(torch_tensor(c(a = 1, b = 2)))), names(f(c(a = 1, b = 2))))
  }
})
