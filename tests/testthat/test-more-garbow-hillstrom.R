# Functions of More, Garbow and Hillstrom (1981), ACM TOMS 7, 17-41, as one would write
# them in plain R for optim(). Numbers are those of the paper.

rosenbrock <- function(par) {
  x1 <- par[1]
  x2 <- par[2]
  100 * (x2 - x1 * x1)^2 + (1 - x1)^2
}

freudenstein_roth <- function(par) {
  f1 <- -13 + par[1] + ((5 - par[2]) * par[2] - 2) * par[2]
  f2 <- -29 + par[1] + ((par[2] + 1) * par[2] - 14) * par[2]
  f1^2 + f2^2
}

beale <- function(par) {
  y <- c(1.5, 2.25, 2.625)
  fsum <- 0
  for (i in 1:3) fsum <- fsum + (y[i] - par[1] * (1 - par[2]^i))^2
  fsum
}

helical_valley <- function(par) {
  x1 <- par[1]
  x2 <- par[2]
  theta <- atan(x2 / x1) / (2 * pi)
  if (x1 < 0) theta <- theta + 0.5
  100 * ((par[3] - 10 * theta)^2 + (sqrt(x1^2 + x2^2) - 1)^2) + par[3]^2
}

box_3d <- function(par) {
  fsum <- 0
  for (i in 1:10) {
    ti <- 0.1 * i
    fsum <- fsum + (exp(-ti * par[1]) - exp(-ti * par[2]) - par[3] * (exp(-ti) - exp(-10 * ti)))^2
  }
  fsum
}

wood <- function(par) {
  with(list(x = par), {
    100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2 + 90 * (x[4] - x[3]^2)^2 + (1 - x[3])^2 +
      10 * (x[2] + x[4] - 2)^2 + 0.1 * (x[2] - x[4])^2
  })
}

watson <- function(par) {
  n <- length(par)
  fi <- numeric(31)
  for (i in 1:29) {
    ti <- i / 29
    sum1 <- 0
    for (j in 2:n) sum1 <- sum1 + (j - 1) * par[j] * ti^(j - 2)
    sum2 <- 0
    for (j in 1:n) sum2 <- sum2 + par[j] * ti^(j - 1)
    fi[i] <- sum1 - sum2^2 - 1
  }
  fi[30] <- par[1]
  fi[31] <- par[2] - par[1]^2 - 1
  sum(fi^2)
}

penalty_1 <- function(par) {
  a <- 1e-5
  fsum <- 0
  for (x in par) fsum <- fsum + a * (x - 1)^2
  fsum + (sum(par^2) - 0.25)^2
}

trigonometric <- function(par) {
  n <- length(par)
  cos_sum <- sum(cos(par))
  fi <- n - cos_sum + 1:n * (1 - cos(par)) - sin(par)
  sum(fi * fi)
}

brown_almost_linear <- function(par) {
  n <- length(par)
  fi <- numeric(n)
  for (i in 1:(n - 1)) fi[i] <- par[i] + sum(par) - (n + 1)
  fi[n] <- prod(par) - 1
  sum(fi^2)
}

discrete_boundary_value <- function(par) {
  n <- length(par)
  h <- 1 / (n + 1)
  x <- c(0, par, 0)
  fsum <- 0
  for (i in 1:n) {
    ti <- i * h
    fi <- 2 * x[i + 1] - x[i] - x[i + 2] + h^2 * (x[i + 1] + ti + 1)^3 / 2
    fsum <- fsum + fi^2
  }
  fsum
}

broyden_tridiagonal <- function(par) {
  n <- length(par)
  fsum <- 0
  for (i in 1:n) {
    left <- if (i > 1) par[i - 1] else 0
    right <- if (i < n) par[i + 1] else 0
    fsum <- fsum + ((3 - 2 * par[i]) * par[i] - left - 2 * right + 1)^2
  }
  fsum
}

broyden_banded <- function(par) {
  n <- length(par)
  fj <- par * (1 + par)
  fsum <- 0
  for (i in 1:n) {
    a <- max(1, i - 5)
    b <- min(n, i + 1)
    fi <- par[i] * (2 + 5 * par[i]^2) + 1 - (sum(fj[a:b]) - fj[i])
    fsum <- fsum + fi^2
  }
  fsum
}

chebyquad <- function(par) {
  n <- length(par)
  y <- 2 * par - 1
  previous <- rep(1, n)
  current <- y
  fsum <- mean(current)^2
  for (i in 2:n) {
    following <- 2 * y * current - previous
    previous <- current
    current <- following
    fi <- mean(current)
    if (i %% 2 == 0) fi <- fi + 1 / (i^2 - 1)
    fsum <- fsum + fi^2
  }
  fsum
}

linear_full_rank <- function(par) {
  n <- length(par)
  m <- n + 2
  fi <- sapply(1:m, function(i) if (i <= n) par[i] - 2 / m * sum(par) - 1 else -2 / m * sum(par) - 1)
  sum(fi^2)
}

gaussian <- function(par) {
  y <- c(0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989, 0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009)
  ti <- (8 - 1:15) / 2
  sum((par[1] * exp(-par[2] * (ti - par[3])^2 / 2) - y)^2)
}

problems <- list(
  rosenbrock = list(rosenbrock, c(-1.2, 1), 24.2), freudenstein_roth = list(freudenstein_roth, c(0.5, -2), 400.5),
  beale = list(beale, c(1, 1), 14.203125), helical_valley = list(helical_valley, c(-1, 0, 0), 2500),
  box_3d = list(box_3d, c(0, 10, 20)), wood = list(wood, c(-3, -1, -3, -1), 19192),
  watson = list(watson, rep(0, 6), 30), penalty_1 = list(penalty_1, 1:4 + 0, 885.06264),
  trigonometric = list(trigonometric, rep(1 / 5, 5)), brown_almost_linear = list(brown_almost_linear, rep(0.5, 10), 273.2481),
  discrete_boundary_value = list(discrete_boundary_value, (1:5) / 6 * ((1:5) / 6 - 1)),
  broyden_tridiagonal = list(broyden_tridiagonal, rep(-1, 6)), broyden_banded = list(broyden_banded, rep(-1, 9)),
  chebyquad = list(chebyquad, (1:7) / 8), linear_full_rank = list(linear_full_rank, rep(1, 5)),
  gaussian = list(gaussian, c(0.4, 1, 0), 3.888107e-6)
)

# These run as they are; the others need tensor_function() for a number on the left of
# `[<-`, a number first in c(), for over a tensor, or sapply().
wrapped <- c("watson", "penalty_1", "brown_almost_linear", "discrete_boundary_value", "linear_full_rank")

for (name in names(problems)) local({
  name <- name
  test_that(paste(name, "in plain R: value and gradient"), {
    fn <- problems[[name]][[1]]
    x <- problems[[name]][[2]]
    if (length(problems[[name]]) > 2) expect_equal(fn(x), problems[[name]][[3]], tolerance = 1e-6)
    run <- if (name %in% wrapped) tensor_function(fn) else fn
    value <- run(torch_tensor(x, requires_grad = TRUE))
    expect_equal(as.numeric(value), fn(x), tolerance = 1e-13)
    # away from the start too, which is symmetric in some problems
    for (point in list(x, x * 1.05 + 0.03 * seq_along(x))) {
      expected <- numeric_gradient(fn, point)
      expect_equal(as.numeric(gradient_of(run, point)), expected, tolerance = 1e-6, info = name)
      expect_equal(as.numeric(gradient_of(tensor_function(fn), point)), expected, tolerance = 1e-6, info = name)
    }
  })
})
