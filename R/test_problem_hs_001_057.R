# Problems 1 to 57 of Hock and Schittkowski (1981), Test Examples for Nonlinear Programming Codes, Lecture Notes in
# Economics and Mathematical Systems 187. Constraints are as there: ineq(x) >= 0 and eq(x) = 0. (Their home is nobody's
# package, so that a tape follows them as it follows a user's.)

hock_schittkowski_001_057 <- eval(quote({
  rosenbrock <- function(x) 100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2
  product <- function(x) -x[1] * x[2] * x[3]
  wright <- function(x) (x[1] - x[2])^2 + (x[3] - 1)^2 + (x[4] - 1)^4 + (x[5] - 1)^6
  chain <- function(x) (x[1] - x[2])^2 + (x[2] - x[3])^2 + (x[3] - x[4])^4 + (x[4] - x[5])^4
  squares <- function(x) (x[1] - x[2])^2 + (x[2] + x[3] - 2)^2 + (x[4] - 1)^2 + (x[5] - 1)^2

  list(
    hs001 = list(
      fn = rosenbrock, start = c(-2, 1), lower = c(-Inf, -1.5), minimum = 0, at = c(1, 1)),
    hs002 = list(
      fn = rosenbrock, start = c(-2, 1), lower = c(-Inf, 1.5), minimum = 0.0504261879),
    hs003 = list(
      fn = function(x) x[2] + 1e-5 * (x[2] - x[1])^2,
      start = c(10, 1), lower = c(-Inf, 0), minimum = 0, at = c(0, 0)),
    hs004 = list(
      fn = function(x) (x[1] + 1)^3 / 3 + x[2],
      start = c(1.125, 0.125), lower = c(1, 0), minimum = 8 / 3, at = c(1, 0)),
    hs005 = list(
      fn = function(x) sin(x[1] + x[2]) + (x[1] - x[2])^2 - 1.5 * x[1] + 2.5 * x[2] + 1,
      start = c(0, 0), lower = c(-1.5, -3), upper = c(4, 3),
      minimum = -sqrt(3) / 2 - pi / 3, at = c(1 / 2 - pi / 3, -1 / 2 - pi / 3)),
    hs006 = list(
      fn = function(x) (1 - x[1])^2, eq = function(x) 10 * (x[2] - x[1]^2),
      start = c(-1.2, 1), minimum = 0, at = c(1, 1)),
    hs007 = list(
      fn = function(x) log(1 + x[1]^2) - x[2], eq = function(x) (1 + x[1]^2)^2 + x[2]^2 - 4,
      start = c(2, 2), minimum = -sqrt(3), at = c(0, sqrt(3))),
    hs008 = list(
      fn = function(x) 0 * x[1] - 1, eq = function(x) c(x[1]^2 + x[2]^2 - 25, x[1] * x[2] - 9),
      start = c(2, 1), minimum = -1,
      at = sqrt(12.5 + sqrt(301) * c(0.5, -0.5))),
    hs009 = list(
      fn = function(x) sin(pi * x[1] / 12) * cos(pi * x[2] / 16), eq = function(x) 4 * x[1] - 3 * x[2],
      start = c(0, 0), minimum = -0.5),
    hs010 = list(
      fn = function(x) x[1] - x[2], ineq = function(x) -3 * x[1]^2 + 2 * x[1] * x[2] - x[2]^2 + 1,
      start = c(-10, 10), minimum = -1, at = c(0, 1)),
    hs011 = list(
      fn = function(x) (x[1] - 5)^2 + x[2]^2 - 25, ineq = function(x) -x[1]^2 + x[2],
      start = c(4.9, 0.1), minimum = -8.498464223),
    hs012 = list(
      fn = function(x) 0.5 * x[1]^2 + x[2]^2 - x[1] * x[2] - 7 * x[1] - 7 * x[2],
      ineq = function(x) 25 - 4 * x[1]^2 - x[2]^2, start = c(0, 0), minimum = -30, at = c(2, 3)),
    # Its solution has no multipliers.
    hs013 = list(
      fn = function(x) (x[1] - 2)^2 + x[2]^2, ineq = function(x) (1 - x[1])^3 - x[2],
      start = c(-2, -2), lower = 0, minimum = 1, at = c(1, 0)),
    hs014 = list(
      fn = function(x) (x[1] - 2)^2 + (x[2] - 1)^2, ineq = function(x) -0.25 * x[1]^2 - x[2]^2 + 1,
      eq = function(x) x[1] - 2 * x[2] + 1,
      start = c(2, 2), minimum = 9 - 23 * sqrt(7) / 8, at = c((sqrt(7) - 1) / 2, (sqrt(7) + 1) / 4)),
    hs015 = list(
      fn = rosenbrock, ineq = function(x) c(x[1] * x[2] - 1, x[1] + x[2]^2),
      start = c(-2, 1), upper = c(0.5, Inf), minimum = 306.5, at = c(0.5, 2)),
    hs016 = list(
      fn = rosenbrock, ineq = function(x) c(x[1] + x[2]^2, x[1]^2 + x[2]),
      start = c(-2, 1), lower = c(-0.5, -Inf), upper = c(0.5, 1), minimum = 0.25, at = c(0.5, 0.25)),
    hs017 = list(
      fn = rosenbrock, ineq = function(x) c(x[2]^2 - x[1], x[1]^2 - x[2]),
      start = c(-2, 1), lower = c(-0.5, -Inf), upper = c(0.5, 1), minimum = 1, at = c(0, 0)),
    hs018 = list(
      fn = function(x) 0.01 * x[1]^2 + x[2]^2, ineq = function(x) c(x[1] * x[2] - 25, x[1]^2 + x[2]^2 - 25),
      start = c(2, 2), lower = c(2, 0), upper = 50, minimum = 5, at = c(sqrt(250), sqrt(2.5))),
    hs019 = list(
      fn = function(x) (x[1] - 10)^3 + (x[2] - 20)^3,
      ineq = function(x) c((x[1] - 5)^2 + (x[2] - 5)^2 - 100, -(x[2] - 5)^2 - (x[1] - 6)^2 + 82.81),
      start = c(20.1, 5.84), lower = c(13, 0), upper = 100, minimum = -6961.813876, at = c(14.095, 0.84296079)),
    hs020 = list(
      fn = rosenbrock, ineq = function(x) c(x[1] + x[2]^2, x[1]^2 + x[2], x[1]^2 + x[2]^2 - 1),
      start = c(-2, 1), lower = c(-0.5, -Inf), upper = c(0.5, Inf),
      minimum = 81.5 - 25 * sqrt(3), at = c(0.5, sqrt(3) / 2)),
    hs021 = list(
      fn = function(x) 0.01 * x[1]^2 + x[2]^2 - 100, ineq = function(x) 10 * x[1] - x[2] - 10,
      start = c(-1, -1), lower = c(2, -50), upper = 50, minimum = -99.96, at = c(2, 0)),
    hs022 = list(
      fn = function(x) (x[1] - 2)^2 + (x[2] - 1)^2, ineq = function(x) c(-x[1] - x[2] + 2, -x[1]^2 + x[2]),
      start = c(2, 2), minimum = 1, at = c(1, 1)),
    hs023 = list(
      fn = function(x) x[1]^2 + x[2]^2,
      ineq = function(x) {
        c(x[1] + x[2] - 1, x[1]^2 + x[2]^2 - 1, 9 * x[1]^2 + x[2]^2 - 9, x[1]^2 - x[2], x[2]^2 - x[1])
      },
      start = c(3, 1), lower = -50, upper = 50, minimum = 2, at = c(1, 1)),
    hs024 = list(
      fn = function(x) ((x[1] - 3)^2 - 9) * x[2]^3 / (27 * sqrt(3)),
      ineq = function(x) c(x[1] / sqrt(3) - x[2], x[1] + sqrt(3) * x[2], -x[1] - sqrt(3) * x[2] + 6),
      start = c(1, 0.5), lower = 0, minimum = -1, at = c(3, sqrt(3))),
    hs025 = list(
      fn = function(x) {
        i <- 1:99
        u <- 25 + (-50 * log(0.01 * i))^(2 / 3)
        sum((exp(-(u - x[2])^x[3] / x[1]) - 0.01 * i)^2)
      },
      start = c(100, 12.5, 3), lower = c(0.1, 0, 0), upper = c(100, 25.6, 5), minimum = 0, at = c(50, 25, 1.5)),
    hs026 = list(
      fn = function(x) (x[1] - x[2])^2 + (x[2] - x[3])^4, eq = function(x) (1 + x[2]^2) * x[1] + x[3]^4 - 3,
      start = c(-2.6, 2, 2), minimum = 0, at = c(1, 1, 1)),
    hs027 = list(
      fn = function(x) 0.01 * (x[1] - 1)^2 + (x[2] - x[1]^2)^2, eq = function(x) x[1] + x[3]^2 + 1,
      start = c(2, 2, 2), minimum = 0.04, at = c(-1, 1, 0)),
    hs028 = list(
      fn = function(x) (x[1] + x[2])^2 + (x[2] + x[3])^2, eq = function(x) x[1] + 2 * x[2] + 3 * x[3] - 1,
      start = c(-4, 1, 1), minimum = 0, at = c(0.5, -0.5, 0.5)),
    hs029 = list(
      fn = product, ineq = function(x) -x[1]^2 - 2 * x[2]^2 - 4 * x[3]^2 + 48,
      start = c(1, 1, 1), minimum = -16 * sqrt(2), at = c(4, 2 * sqrt(2), 2)),
    hs030 = list(
      fn = function(x) sum(x^2), ineq = function(x) x[1]^2 + x[2]^2 - 1,
      start = c(1, 1, 1), lower = c(1, -10, -10), upper = 10, minimum = 1, at = c(1, 0, 0)),
    hs031 = list(
      fn = function(x) 9 * x[1]^2 + x[2]^2 + 9 * x[3]^2, ineq = function(x) x[1] * x[2] - 1,
      start = c(1, 1, 1), lower = c(-10, 1, -10), upper = c(10, 10, 1),
      minimum = 6, at = c(1 / sqrt(3), sqrt(3), 0)),
    hs032 = list(
      fn = function(x) (x[1] + 3 * x[2] + x[3])^2 + 4 * (x[1] - x[2])^2,
      ineq = function(x) 6 * x[2] + 4 * x[3] - x[1]^3 - 3, eq = function(x) 1 - x[1] - x[2] - x[3],
      start = c(0.1, 0.7, 0.2), lower = 0, minimum = 1, at = c(0, 0, 1)),
    hs033 = list(
      fn = function(x) (x[1] - 1) * (x[1] - 2) * (x[1] - 3) + x[3],
      ineq = function(x) c(x[3]^2 - x[2]^2 - x[1]^2, x[1]^2 + x[2]^2 + x[3]^2 - 4),
      start = c(0, 0, 3), lower = 0, upper = c(Inf, Inf, 5), minimum = sqrt(2) - 6, at = c(0, sqrt(2), sqrt(2))),
    hs034 = list(
      fn = function(x) -x[1], ineq = function(x) c(x[2] - exp(x[1]), x[3] - exp(x[2])),
      start = c(0, 1.05, 2.9), lower = 0, upper = c(100, 100, 10),
      minimum = -log(log(10)), at = c(log(log(10)), log(10), 10)),
    hs035 = list(
      fn = function(x) {
        9 - 8 * x[1] - 6 * x[2] - 4 * x[3] + 2 * x[1]^2 + 2 * x[2]^2 + x[3]^2 + 2 * x[1] * x[2] + 2 * x[1] * x[3]
      },
      ineq = function(x) 3 - x[1] - x[2] - 2 * x[3],
      start = c(0.5, 0.5, 0.5), lower = 0, minimum = 1 / 9, at = c(4 / 3, 7 / 9, 4 / 9)),
    hs036 = list(
      fn = product, ineq = function(x) 72 - x[1] - 2 * x[2] - 2 * x[3],
      start = c(10, 10, 10), lower = 0, upper = c(20, 11, 42), minimum = -3300, at = c(20, 11, 15)),
    hs037 = list(
      fn = product, ineq = function(x) c(72 - x[1] - 2 * x[2] - 2 * x[3], x[1] + 2 * x[2] + 2 * x[3]),
      start = c(10, 10, 10), lower = 0, upper = 42, minimum = -3456, at = c(24, 12, 12)),
    hs038 = list(
      fn = function(x) {
        100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2 + 90 * (x[4] - x[3]^2)^2 + (1 - x[3])^2 +
          10.1 * ((x[2] - 1)^2 + (x[4] - 1)^2) + 19.8 * (x[2] - 1) * (x[4] - 1)
      },
      start = c(-3, -1, -3, -1), lower = -10, upper = 10, minimum = 0, at = rep(1, 4)),
    hs039 = list(
      fn = function(x) -x[1], eq = function(x) c(x[2] - x[1]^3 - x[3]^2, x[1]^2 - x[2] - x[4]^2),
      start = rep(2, 4), minimum = -1, at = c(1, 1, 0, 0)),
    hs040 = list(
      fn = function(x) -x[1] * x[2] * x[3] * x[4],
      eq = function(x) c(x[1]^3 + x[2]^2 - 1, x[1]^2 * x[4] - x[3], x[4]^2 - x[2]),
      start = rep(0.8, 4), minimum = -0.25, at = 2^-c(1 / 3, 1 / 2, 11 / 12, 1 / 4)),
    hs041 = list(
      fn = function(x) 2 - x[1] * x[2] * x[3], eq = function(x) x[1] + 2 * x[2] + 2 * x[3] - x[4],
      start = rep(2, 4), lower = 0, upper = c(1, 1, 1, 2), minimum = 52 / 27, at = c(2 / 3, 1 / 3, 1 / 3, 2)),
    hs042 = list(
      fn = function(x) sum((x - 1:4)^2), eq = function(x) c(x[1] - 2, x[3]^2 + x[4]^2 - 2),
      start = rep(1, 4), minimum = 28 - 10 * sqrt(2), at = c(2, 2, sqrt(0.72), sqrt(1.28))),
    hs043 = list(
      fn = function(x) x[1]^2 + x[2]^2 + 2 * x[3]^2 + x[4]^2 - 5 * x[1] - 5 * x[2] - 21 * x[3] + 7 * x[4],
      ineq = function(x) {
        c(8 - sum(x^2) - x[1] + x[2] - x[3] + x[4],
          10 - x[1]^2 - 2 * x[2]^2 - x[3]^2 - 2 * x[4]^2 + x[1] + x[4],
          5 - 2 * x[1]^2 - x[2]^2 - x[3]^2 - 2 * x[1] + x[2] + x[4])
      },
      start = rep(0, 4), minimum = -44, at = c(0, 1, 2, -1)),
    hs044 = list(
      fn = function(x) x[1] - x[2] - x[3] - x[1] * x[3] + x[1] * x[4] + x[2] * x[3] - x[2] * x[4],
      ineq = function(x) {
        c(8 - x[1] - 2 * x[2], 12 - 4 * x[1] - x[2], 12 - 3 * x[1] - 4 * x[2], 8 - 2 * x[3] - x[4],
          8 - x[3] - 2 * x[4], 5 - x[3] - x[4])
      },
      start = rep(0, 4), lower = 0, minimum = -15, at = c(0, 3, 0, 4)),
    hs045 = list(
      fn = function(x) 2 - prod(x) / 120, start = rep(2, 5), lower = 0, upper = 1:5 + 0, minimum = 1, at = 1:5 + 0),
    hs046 = list(
      fn = wright, eq = function(x) c(x[1]^2 * x[4] + sin(x[4] - x[5]) - 1, x[2] + x[3]^4 * x[4]^2 - 2),
      start = c(sqrt(2) / 2, 1.75, 0.5, 2, 2), minimum = 0, at = rep(1, 5)),
    hs047 = list(
      fn = chain,
      eq = function(x) c(x[1] + x[2]^2 + x[3]^3 - 3, x[2] - x[3]^2 + x[4] - 1, x[1] * x[5] - 1),
      start = c(2, sqrt(2), -1, 2 - sqrt(2), 0.5), minimum = 0, at = rep(1, 5)),
    hs048 = list(
      fn = function(x) (x[1] - 1)^2 + (x[2] - x[3])^2 + (x[4] - x[5])^2,
      eq = function(x) c(sum(x) - 5, x[3] - 2 * (x[4] + x[5]) + 3),
      start = c(3, 5, -3, 2, -2), minimum = 0, at = rep(1, 5)),
    hs049 = list(
      fn = wright, eq = function(x) c(x[1] + x[2] + x[3] + 4 * x[4] - 7, x[3] + 5 * x[5] - 6),
      start = c(10, 7, 2, -3, 0.8), minimum = 0, at = rep(1, 5)),
    hs050 = list(
      fn = chain, eq = function(x) x[1:3] + 2 * x[2:4] + 3 * x[3:5] - 6,
      start = c(35, -31, 11, 5, -5), minimum = 0, at = rep(1, 5)),
    hs051 = list(
      fn = squares, eq = function(x) c(x[1] + 3 * x[2] - 4, x[3] + x[4] - 2 * x[5], x[2] - x[5]),
      start = c(2.5, 0.5, 2, -1, 0.5), minimum = 0, at = rep(1, 5)),
    hs052 = list(
      fn = function(x) (4 * x[1] - x[2])^2 + (x[2] + x[3] - 2)^2 + (x[4] - 1)^2 + (x[5] - 1)^2,
      eq = function(x) c(x[1] + 3 * x[2], x[3] + x[4] - 2 * x[5], x[2] - x[5]),
      start = rep(2, 5), minimum = 1859 / 349, at = c(-33, 11, 180, -158, 11) / 349),
    hs053 = list(
      fn = squares, eq = function(x) c(x[1] + 3 * x[2], x[3] + x[4] - 2 * x[5], x[2] - x[5]),
      start = rep(2, 5), lower = -10, upper = 10, minimum = 176 / 43, at = c(-33, 11, 27, -5, 11) / 43),
    hs054 = list(
      fn = function(x) {
        d <- (x - c(1e4, 1, 2e6, 10, 1e-3, 1e8)) / c(8e3, 1, 7e6, 50, 0.05, 5e8)
        -exp(-((d[1]^2 + 0.4 * d[1] * d[2] + d[2]^2) / 0.96 + sum(d[3:6]^2)) / 2)
      },
      eq = function(x) x[1] + 4e3 * x[2] - 1.76e4,
      start = c(6e3, 1.5, 4e6, 2, 3e-3, 5e7), lower = c(0, -10, 0, 0, 0, 0), upper = c(2e4, 10, 1e7, 20, 1, 2e8),
      minimum = -exp(-27 / 280), at = c(91600 / 7, 79 / 70, 2e6, 10, 1e-3, 1e8)),
    # Constraints that depend on each other: a vertex at which they have no unique multipliers.
    hs055 = list(
      fn = function(x) x[1] + 2 * x[2] + 4 * x[5] + exp(x[1] * x[4]),
      eq = function(x) {
        c(x[1] + 2 * x[2] + 5 * x[5] - 6, x[1] + x[2] + x[3] - 3, x[4] + x[5] + x[6] - 2, x[1] + x[4] - 1,
          x[2] + x[5] - 2, x[3] + x[6] - 2)
      },
      start = c(1, 2, 0, 0, 0, 2), lower = 0, upper = c(1, Inf, Inf, 1, Inf, Inf),
      minimum = 19 / 3, at = c(0, 4, 5, 3, 2, 1) / 3),
    hs056 = list(
      fn = product,
      eq = function(x) c(x[1:3] - 4.2 * sin(x[4:6])^2, x[1] + 2 * x[2] + 2 * x[3] - 7.2 * sin(x[7])^2),
      start = c(1, 1, 1, asin(sqrt(c(1, 1, 1) / 4.2)), asin(sqrt(5 / 7.2))), minimum = -3.456,
      at = c(2.4, 1.2, 1.2, asin(sqrt(c(4, 2, 2) / 7)), pi / 2)),
    hs057 = list(
      fn = function(x) {
        a <- rep(c(8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42),
                 c(2, 4, 4, 3, 3, 2, 3, 3, 3, 3, 2, 3, 2, 1, 2, 2, 1, 1))
        b <- c(0.49, 0.49, 0.48, 0.47, 0.48, 0.47, 0.46, 0.46, 0.45, 0.43, 0.45, 0.43, 0.43, 0.44, 0.43, 0.43,
               0.46, 0.45, 0.42, 0.42, 0.43, 0.41, 0.41, 0.40, 0.42, 0.40, 0.40, 0.41, 0.40, 0.41, 0.41, 0.40,
               0.40, 0.40, 0.38, 0.41, 0.40, 0.40, 0.41, 0.38, 0.40, 0.40, 0.39, 0.39)
        sum((b - x[1] - (0.49 - x[1]) * exp(-x[2] * (a - 8)))^2)
      },
      ineq = function(x) 0.49 * x[2] - x[1] * x[2] - 0.09,
      start = c(0.42, 5), lower = c(0.4, -4), minimum = 0.02845966972)
  )
}), new.env(parent = globalenv()))
