# The functions of helper-more-garbow-hillstrom.R as plain R, and the same in other words.

problems <- more_garbow_hillstrom

# These run as they are; the others need tensor_function() for a number on the left of
# `[<-`, a number first in c(), for over a tensor, or sapply().
wrapped <- c("watson", "penalty_1", "powell_singular", "brown_dennis", "discrete_integral", "brown_almost_linear",
             "discrete_boundary_value", "linear_full_rank", "linear_rank_1_zeros", "osborne_2")

for (name in names(problems)) local({
  name <- name
  fn <- problems[[name]][[1]]
  x <- problems[[name]][[2]]
  test_that(paste(name, "in plain R: value and gradient"), {
    known <- problems[[name]][[3]]
    if (!is.na(known)) expect_equal(fn(x), known, tolerance = 1e-6)
    run <- if (name %in% wrapped) tensor_function(fn) else fn
    value <- run(torch_tensor(x, requires_grad = TRUE))
    expect_equal(as.numeric(value), fn(x), tolerance = 1e-13)
    tp <- tape(fn, x)
    # away from the start too, which is symmetric in some problems
    points <- list(x, x * 1.05 + 0.03 * seq_along(x))
    # finite differences of 1e12 have no digits left
    if (name == "brown_badly_scaled") points <- list(c(1e6 + 1, 3e-6), c(1e6 - 5, 1e-6))
    for (point in points) {
      expected <- numeric_gradient(fn, point, h = if (name == "osborne_1") 1e-5 else 1e-3)
      expect_equal(as.numeric(gradient_of(run, point)), expected, tolerance = 1e-6, info = name)
      expect_equal(as.numeric(gradient_of(tensor_function(fn), point)), expected, tolerance = 1e-6, info = name)
      expect_equal(tp$fn(point), fn(point), tolerance = 1e-12, info = name)
      expect_equal(as.numeric(tp$gr(point)), expected, tolerance = 1e-6, info = name)
    }
  })

  test_that(paste(name, "in plain R: the minimum from the standard start"), {
    minimum <- problems[[name]][[4]]
    close <- 1e-7 * minimum + 1e-12
    tp <- tape(fn, x)
    # in penalty_2 and powell_badly_scaled a curved valley wants the Hessian itself
    if (!name %in% c("penalty_2", "powell_badly_scaled")) {
      par <- torch_tensor(x, dtype = torch_double(), requires_grad = TRUE)
      optimizer <- optim_lbfgs(par, max_iter = 2000, tolerance_grad = 1e-12, tolerance_change = 0,
                               line_search_fn = "strong_wolfe")
      optimizer$step(tp)
      expect_lte(abs(fn(as.numeric(par)) - minimum), close, label = name)
    }
    # from these starts, Newton's method goes to other stationary points
    if (!name %in% c("osborne_1", "biggs_exp6")) {
      newton <- nlminb(x, tp$fn, tp$gr, tp$he, control = list(iter.max = 1000, eval.max = 2000, rel.tol = 1e-14))
      expect_lte(abs(newton$objective - minimum), close, label = name)
    }
  })
})

# The same functions as others would write them.
in_other_words <- list(
  rosenbrock = list(
    function(par) with(as.list(setNames(par, c("a", "b"))), 100 * (b - a^2)^2 + (1 - a)^2),
    function(par) {
      names(par) <- c("x", "y")
      r <- c(f1 = 10 * (par[["y"]] - par[["x"]]^2), f2 = 1 - par[["x"]])
      unname(r["f1"]^2 + r["f2"]^2)
    }),
  freudenstein_roth = list(
    function(par) {
      horner <- function(coefficients) Reduce(function(sum, k) sum * par[2] + k, coefficients)
      sum(c(par[1] - 13 + horner(c(-1, 5, -2, 0)), par[1] - 29 + horner(c(1, 1, -14, 0)))^2)
    }),
  beale = list(
    function(par) sum(mapply(function(y, i) (y - par[1] * (1 - par[2]^i))^2, c(1.5, 2.25, 2.625), 1:3)),
    function(par) sum((c(1.5, 2.25, 2.625) - par[1] * (1 - cumprod(rep(par[2], 3))))^2)),
  helical_valley = list(
    function(par) {
      side <- if (par[1] > 0) "right" else "left"
      theta <- atan(par[2] / par[1]) / (2 * pi) + switch(side, right = 0, left = 0.5)
      f <- vector("list", 3)
      f[[1]] <- 10 * (par[3] - 10 * theta)
      f[[2]] <- 10 * (norm(par[1:2], "2") - 1)
      f[[3]] <- par[3]
      sum(unlist(f)^2)
    }),
  box_3d = list(
    function(par) {
      ti <- seq(0.1, 1, by = 0.1)
      A <- cbind(exp(-ti * par[1]), -exp(-ti * par[2]), -(exp(-ti) - exp(-10 * ti)))
      sum((A %*% c(1, 1, par[3]))^2)
    },
    function(par) {
      ti <- (1:10) / 10
      E <- exp(-outer(ti, par[1:2]))
      sum((E[, 1] - E[, 2] - par[3] * (exp(-ti) - exp(-10 * ti)))^2)
    }),
  wood = list(
    function(par) {
      m <- matrix(par, 2)
      d <- m[2, ] - m[1, ]^2
      sum(c(100, 90) * d^2) + sum((1 - m[1, ])^2) + 10 * (sum(m[2, ]) - 2)^2 + 0.1 * diff(m[2, ])^2
    }),
  watson = list(
    function(par) {
      n <- length(par)
      ti <- (1:29) / 29
      P <- outer(ti, 0:(n - 1), "^")
      D <- outer(ti, 0:(n - 2), "^") * rep(1:(n - 1), each = 29)
      r <- drop(D %*% par[-1]) - drop(P %*% par)^2 - 1
      sum(r^2) + par[1]^2 + (par[2] - par[1]^2 - 1)^2
    }),
  penalty_1 = list(function(par) crossprod(c(sqrt(1e-5) * (par - 1), sum(par^2) - 0.25))),
  penalty_2 = list(
    function(par) {
      n <- length(par)
      yi <- exp(2:n / 10) + exp(1:(n - 1) / 10)
      e <- exp(par / 10)
      (par[1] - 0.2)^2 + 1e-5 * (sum((tail(e, -1) + head(e, -1) - yi)^2) + sum((e[-1] - exp(-0.1))^2)) +
        (sum(rev(seq_along(par)) * par^2) - 1)^2
    }),
  trigonometric = list(
    function(par) {
      n <- length(par)
      sum(vapply(seq_len(n), function(i) n - sum(cos(par)) + i * (1 - cos(par[i])) - sin(par[i]), numeric(1))^2)
    },
    function(par) {
      n <- length(par)
      m <- matrix(cos(par), n, n, byrow = TRUE)
      sum((n - rowSums(m) + seq_len(n) * (1 - diag(m)) - sin(par))^2)
    }),
  brown_almost_linear = list(
    function(par) {
      n <- length(par)
      A <- matrix(1, n - 1, n) + cbind(diag(n - 1), 0)
      sum(c(A %*% par - (n + 1), Reduce(`*`, par) - 1)^2)
    }),
  discrete_boundary_value = list(
    function(par) {
      n <- length(par)
      h <- 1 / (n + 1)
      sum((h^2 * (par + 1:n * h + 1)^3 / 2 - diff(c(0, par, 0), differences = 2))^2)
    }),
  discrete_integral = list(
    function(par) {
      n <- length(par)
      ti <- 1:n / (n + 1)
      K <- outer(ti, ti, function(a, b) pmin(a, b) * (1 - pmax(a, b)))
      sum((par + K %*% (par + ti + 1)^3 / (2 * (n + 1)))^2)
    },
    function(par) {
      n <- length(par)
      ti <- 1:n / (n + 1)
      cubes <- (par + ti + 1)^3
      above <- c(rev(cumsum(rev((1 - ti) * cubes)))[-1], 0)
      sum((par + ((1 - ti) * cumsum(ti * cubes) + ti * above) / (2 * (n + 1)))^2)
    }),
  broyden_tridiagonal = list(
    function(par) sum(((3 - 2 * par) * par - c(0, head(par, -1)) - 2 * c(par[-1], 0) + 1)^2),
    function(par) {
      n <- length(par)
      A <- matrix(0, n, n)
      A[cbind(2:n, 1:(n - 1))] <- 1
      A[cbind(1:(n - 1), 2:n)] <- 2
      sum(((3 - 2 * par) * par - A %*% par + 1)^2)
    }),
  broyden_banded = list(
    function(par) {
      n <- length(par)
      sum(sapply(1:n, function(i) {
        j <- setdiff(max(1, i - 5):min(n, i + 1), i)
        par[i] * (2 + 5 * par[i]^2) + 1 - sum(par[j] * (1 + par[j]))
      })^2)
    },
    function(par) {
      d <- outer(seq_along(par), seq_along(par), "-")
      r <- par * (2 + 5 * par^2) + 1 - (d <= 5 & d >= -1 & d != 0) %*% (par * (1 + par))
      drop(t(r) %*% r)
    }),
  chebyquad = list(
    function(par) {
      n <- length(par)
      chebyshev <- matrix(0, n + 1, n)
      chebyshev[1, ] <- 1
      chebyshev[2, ] <- 2 * par - 1
      for (i in 3:(n + 1)) chebyshev[i, ] <- 2 * (2 * par - 1) * chebyshev[i - 1, ] - chebyshev[i - 2, ]
      r <- rowMeans(chebyshev)[-1]
      even <- seq(2, n, by = 2)
      r[even] <- r[even] + 1 / (even^2 - 1)
      sum(r^2)
    },
    function(par) {
      chebyshev <- function(k, x) {
        if (k == 0) 1 + 0 * x else if (k == 1) x else 2 * x * Recall(k - 1, x) - Recall(k - 2, x)
      }
      sum(sapply(seq_along(par), function(k) mean(chebyshev(k, 2 * par - 1)) + if (k %% 2 == 0) 1 / (k^2 - 1) else 0)^2)
    }),
  biggs_exp6 = list(
    function(par) {
      ti <- 0.1 * 1:13
      E <- exp(-ti %o% par[c(1, 2, 5)])
      sum((E %*% (par[c(3, 4, 6)] * c(1, -1, 1)) - (exp(-ti) - 5 * exp(-10 * ti) + 3 * exp(-4 * ti)))^2)
    }),
  extended_rosenbrock = list(
    function(par) sum(apply(matrix(par, 2), 2, function(v) 100 * (v[2] - v[1]^2)^2 + (1 - v[1])^2))),
  linear_rank_1 = list(function(par) sum((1:(length(par) + 2) %o% seq_along(par) %*% par - 1)^2)),
  linear_full_rank = list(function(par) sum(((rbind(diag(length(par)), 0, 0) - 2 / (length(par) + 2)) %*% par - 1)^2))
)

for (name in names(in_other_words)) local({
  name <- name
  test_that(paste(name, "in other words"), {
    fn <- problems[[name]][[1]]
    x <- problems[[name]][[2]]
    for (other in in_other_words[[name]]) {
      tp <- tape(other, x)
      # no start at 0 or in a symmetry
      for (point in list(x * 0.97 + 0.011, x * 1.05 + 0.03 * seq_along(x))) {
        expected <- gradient_of(tensor_function(fn), point)
        expect_equal(as.numeric(other(point)), fn(point), tolerance = 1e-10, info = name)
        expect_equal(as.numeric(gradient_of(tensor_function(other), point)), as.numeric(expected), tolerance = 1e-10,
                     info = name)
        expect_equal(tp$fn(point), fn(point), tolerance = 1e-10, info = name)
        expect_equal(tp$gr(point), as.numeric(expected), tolerance = 1e-10, info = name)
      }
    }
  })
})

test_that("all 35 of them are here", {
  expect_length(problems, 35)
})
