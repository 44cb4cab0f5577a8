# Large problems with constraints: plain R functions for minimize(), and the same with sparse derivatives by hand for
# Ipopt (entries of the Jacobian and of the lower triangle of the Lagrangian's Hessian, rows and columns from 0).

# A car of constant speed that steers (state: place x, y and heading; control: turning rate) from the origin to a place
# and heading, by trapezoidal collocation at k nodes: 4 k variables, 3 k + 3 equations.
car <- function(k) {
  h <- 10 / (k - 1)
  fn <- function(z) {
    u <- z[3 * k + 1:k]
    h * (sum(u^2) - (u[1]^2 + u[k]^2) / 2)
  }
  eq <- function(z) {
    x <- z[1:k]
    y <- z[k + 1:k]
    heading <- z[2 * k + 1:k]
    u <- z[3 * k + 1:k]
    step <- function(state, speed) state[-1] - state[-k] - h / 2 * (speed[-1] + speed[-k])
    c(step(x, cos(heading)), step(y, sin(heading)), step(heading, u), x[1], y[1], heading[1],
      x[k] - 2, y[k] - 3, heading[k] - pi)
  }
  environment(fn) <- environment(eq) <- list2env(list(k = k, h = h), parent = globalenv())
  along <- seq(0, 1, length.out = k)
  start <- c(2 * along, 3 * along, pi * along, rep(pi / 10, k))

  i <- seq_len(k - 1)
  cell <- function(row, column) list(row = row, column = column)
  pairs <- function(block, column) cell(rep((block - 1) * (k - 1) + i, 2), c(column * k + i, column * k + i + 1))
  cells <- list(pairs(1, 0), pairs(1, 2), pairs(2, 1), pairs(2, 2), pairs(3, 2), pairs(3, 3),
                cell(3 * (k - 1) + 1:6, c(1, k + 1, 2 * k + 1, k, 2 * k, 3 * k)))
  theirs <- list(
    value = fn,
    gradient = function(z) c(numeric(3 * k), 2 * h * z[3 * k + 1:k] * c(0.5, rep(1, k - 2), 0.5)),
    all = eq, low = numeric(3 * k + 3), high = numeric(3 * k + 3),
    jacobian_pattern = lapply(c("row", "column"), function(what) as.integer(unlist(lapply(cells, `[[`, what))) - 1L),
    jacobian = function(z) {
      heading <- z[2 * k + 1:k]
      moves <- rep(c(-1, 1), each = k - 1)
      c(moves, h / 2 * sin(heading[c(i, i + 1)]), moves, -h / 2 * cos(heading[c(i, i + 1)]), moves,
        rep(-h / 2, 2 * (k - 1)), rep(1, 6))
    },
    hessian_pattern = rep(list(2L * k + seq_len(2 * k) - 1L), 2),
    hessian = function(z, weight, multipliers) {
      heading <- z[2 * k + 1:k]
      around <- function(l) h / 2 * (c(l, 0) + c(0, l))
      c(around(multipliers[i]) * cos(heading) + around(multipliers[k - 1 + i]) * sin(heading),
        weight * 2 * h * c(0.5, rep(1, k - 2), 0.5))
    })
  list(fn = fn, eq = eq, start = start, lower = rep(-Inf, 4 * k), upper = rep(Inf, 4 * k), theirs = theirs)
}

# A membrane over an obstacle on a grid of k x k: bounds only (More and Toraldo, 1991).
obstacle <- function(k) {
  h <- 1 / (k + 1)
  fn <- function(u) {
    u <- matrix(u, k)
    (sum((u[-1, ] - u[-k, ])^2) + sum((u[, -1] - u[, -k])^2) + sum(u[c(1, k), ]^2) + sum(u[, c(1, k)]^2)) / 2 -
      h^2 * sum(u)
  }
  environment(fn) <- list2env(list(k = k, h = h), parent = globalenv())
  at <- 1:k * h
  lower <- as.vector(outer(sin(9.2 * at), sin(9.3 * at))^3)
  number <- matrix(seq_len(k^2), k)
  rows <- c(number, number[-1, ], number[, -1])
  columns <- c(number, number[-k, ], number[, -k])
  entries <- c(rep(4, k^2), rep(-1, 2 * k * (k - 1)))
  theirs <- list(
    value = fn,
    gradient = function(u) {
      u <- matrix(u, k)
      around <- rbind(u[-1, ], 0) + rbind(0, u[-k, ]) + cbind(u[, -1], 0) + cbind(0, u[, -k])
      as.vector(4 * u - around - h^2)
    },
    all = function(u) numeric(), low = numeric(), high = numeric(), jacobian_pattern = list(integer(), integer()),
    jacobian = function(u) numeric(), hessian_pattern = list(rows - 1L, columns - 1L),
    hessian = function(u, weight, multipliers) weight * entries)
  list(fn = fn, eq = NULL, start = pmax(lower, 0), lower = lower, upper = rep(Inf, k^2), theirs = theirs)
}

# The distribution of largest entropy on n points with given means of 49 functions: 50 equations, dense.
entropy <- function(n) {
  at <- seq(0, 1, length.out = n)
  means <- rbind(1, cos(pi * outer(1:49, at)))
  given <- dnorm(at, 0.3, 0.1) + 0.5 * dnorm(at, 0.7, 0.05)
  goal <- as.vector(means %*% (given / sum(given)))
  fn <- function(p) sum(p * log(p))
  eq <- function(p) means %*% p - goal
  environment(fn) <- environment(eq) <- list2env(list(means = means, goal = goal), parent = globalenv())
  theirs <- list(
    value = fn, gradient = function(p) log(p) + 1, all = function(p) as.vector(eq(p)), low = numeric(50),
    high = numeric(50), jacobian_pattern = list(rep(0:49, n), rep(seq_len(n) - 1L, each = 50)),
    jacobian = function(p) as.vector(means), hessian_pattern = rep(list(seq_len(n) - 1L), 2),
    hessian = function(p, weight, multipliers) weight / p)
  list(fn = fn, eq = eq, start = rep(1 / n, n), lower = rep(0, n), upper = rep(Inf, n), theirs = theirs)
}
