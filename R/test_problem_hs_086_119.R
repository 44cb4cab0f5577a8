# Problems 86 to 119 of Hock and Schittkowski (1981); see test_problem_hs_001_057.R. (The book has no 94 and 115.)

hock_schittkowski_086_119 <- eval(quote({
  # Colville's first problem and, in 117, its dual.
  colville_e <- c(-15, -27, -36, -18, -12)
  colville_d <- c(4, 8, 10, 6, 2)
  colville_b <- c(-40, -2, -0.25, -4, -4, -1, -40, -60, 5, 1)
  colville_c <- rbind(c(30, -20, -10, 32, -10), c(-20, 39, -6, -31, 32), c(-10, -6, 10, -6, -10),
                      c(32, -31, -6, 39, -20), c(-10, 32, -10, -20, 30))
  colville_a <- rbind(c(-16, 2, 0, 1, 0), c(0, -2, 0, 0.4, 2), c(-3.5, 0, 2, 0, 0), c(0, -2, 0, -4, -1),
                      c(0, -9, -2, 1, -2.8), c(2, 0, -4, 0, 0), rep(-1, 5), -c(1, 2, 3, 2, 1), 1:5, rep(1, 5))

  # Heating a rod with the controls x: how far its temperature may be from the one that is wanted (88 to 92).
  rod <- vapply(0:29, function(k) uniroot(function(m) m * sin(m) - cos(m), k * pi + c(0, pi / 2), tol = 1e-15)$root, 0)
  rod_a <- 2 * sin(rod) / (rod + sin(rod) * cos(rod))
  rod_wanted <- (sin(rod) / rod - cos(rod)) / rod^2
  rod_error <- function(x) {
    n <- length(x)
    times <- rev(cumsum(rev(x^2)))
    rho <- -((-1)^n + exp(-outer(rod^2, times)) %*% c(1, 2 * (-1)^(seq_len(n - 1)))) / rod^2
    1e-4 - sum(rod^2 * rod_a * rho * (rod * sin(rod) * rho - 2 * rod_wanted)) - 2 / 15
  }
  rod_problem <- function(n) {
    list(fn = function(x) sum(x^2), ineq = rod_error, start = rep_len(c(0.5, -0.5), n), minimum = 1.36265681)
  }

  transformer <- function(x) x[2] * x[3] * (x[1] + 1.57 * x[2] + x[4])
  transformer_core <- function(x) x[1] * x[4] * (x[1] + x[2] + x[3])

  separation_cost <- function(x) sum(c(4.3, 31.8, 63.3, 15.8, 68.5, 4.7) * x)
  separation_problem <- function(b, minimum) {
    force(b)
    list(
      fn = separation_cost,
      ineq = function(x) {
        c(17.1 * x[1] + 38.2 * x[2] + 204.2 * x[3] + 212.3 * x[4] + 623.4 * x[5] + 1495.5 * x[6] - 169 * x[1] * x[3] -
            3580 * x[3] * x[5] - 3810 * x[4] * x[5] - 18500 * x[4] * x[6] - 24300 * x[5] * x[6],
          17.9 * x[1] + 36.8 * x[2] + 113.9 * x[3] + 169.7 * x[4] + 337.8 * x[5] + 1385.2 * x[6] - 139 * x[1] * x[3] -
            2450 * x[4] * x[5] - 16600 * x[4] * x[6] - 17200 * x[5] * x[6],
          -273 * x[2] - 70 * x[4] - 819 * x[5] + 26000 * x[4] * x[5],
          159.9 * x[1] - 311 * x[2] + 587 * x[4] + 391 * x[5] + 2198 * x[6] - 14000 * x[1] * x[6]) - b
      },
      start = rep(0, 6), lower = 0, upper = c(0.31, 0.046, 0.068, 0.042, 0.028, 0.0134), minimum = minimum)
  }

  # A rocket that flies at angle x[i] in the interval i: distance, height and their speeds at the end.
  rocket <- function(x) {
    thrust <- c(50, 50, 75, 75, 75, 100, 100)
    h <- diff(c(0, 25, 50, 100, 150, 200, 290, 380))
    r <- 0
    q <- 0
    s <- 0
    for (i in 1:7) {
      q <- q + h[i] * s + (thrust[i] * sin(x[i]) - 32) * h[i]^2 / 2
      s <- s + (thrust[i] * sin(x[i]) - 32) * h[i]
      r <- r + thrust[i] * cos(x[i]) * h[i]
    }
    c(r, q, s)
  }

  reactor_cost <- function(x, a) {
    10 * x[1] * x[4]^2 * x[7]^a / (x[2] * x[6]^3) + 15 * x[3] * x[4] / (x[1] * x[2]^2 * x[5] * sqrt(x[7])) +
      20 * x[2] * x[6] / (x[1]^2 * x[4] * x[5]^2) + 25 * x[1]^2 * x[2]^2 * sqrt(x[5]) * x[7] / (x[3] * x[6]^2)
  }
  reactor_problem <- function(a, minimum) {
    force(a)
    list(
      fn = function(x) reactor_cost(x, a),
      ineq = function(x) {
        c(1 - 0.5 * sqrt(x[1]) * x[7] / (x[3] * x[6]^2) - 0.7 * x[1]^3 * x[2] * x[6] * sqrt(x[7]) / x[3]^2 -
            0.2 * x[3] * x[6]^(2 / 3) * x[7]^(1 / 4) / (x[2] * sqrt(x[4])),
          1 - 1.3 * x[2] * x[6] / (sqrt(x[1]) * x[3] * x[5]) - 0.8 * x[3] * x[6]^2 / (x[4] * x[5]) -
            3.1 * sqrt(x[2]) * x[6]^(1 / 3) / (x[1] * x[4]^2 * x[5]),
          1 - 2 * x[1] * x[5] * x[7]^(1 / 3) / (x[3]^1.5 * x[6]) - 0.1 * x[2] * x[5] / (sqrt(x[3] * x[7]) * x[6]) -
            x[2] * sqrt(x[3]) * x[5] / x[1] - 0.65 * x[3] * x[5] * x[7] / (x[2]^2 * x[6]),
          1 - 0.2 * x[2] * sqrt(x[5]) * x[7]^(1 / 3) / (x[1]^2 * x[4]) -
            0.3 * sqrt(x[1]) * x[2]^2 * x[3] * x[4]^(1 / 3) * x[7]^(1 / 4) / x[5]^(2 / 3) -
            0.4 * x[3] * x[5] * x[7]^(3 / 4) / (x[1]^3 * x[2]^2) - 0.5 * x[4] * sqrt(x[7]) / x[3]^2,
          reactor_cost(x, a))
      },
      ineq_lower = c(0, 0, 0, 0, 100), ineq_upper = c(Inf, Inf, Inf, Inf, 3000),
      start = rep(6, 7), lower = c(rep(0.1, 6), 0.01), upper = 10, minimum = minimum)
  }
  reactors_cost <- function(x) 0.4 * ((x[1] / x[7])^0.67 + (x[2] / x[8])^0.67) + 10 - x[1] - x[2]

  equilibrium <- c(-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.1, -10.708, -26.662, -22.179)
  elements <- function(x) {
    c(x[1] + 2 * x[2] + 2 * x[3] + x[6] + x[10] - 2, x[4] + 2 * x[5] + x[6] + x[7] - 1,
      x[3] + x[7] + x[8] + 2 * x[9] + x[10] - 1)
  }

  list(
    hs086 = list(
      fn = function(x) sum(colville_e * x) + sum(x * (colville_c %*% x)) + sum(colville_d * x^3),
      ineq = function(x) colville_a %*% x - colville_b,
      start = c(0, 0, 0, 0, 1), lower = 0, minimum = -32.3486789716),
    # Not continuous.
    hs087 = list(
      fn = function(x) {
        x[1] * (if (x[1] < 300) 30 else 31) + x[2] * (if (x[2] < 100) 28 else if (x[2] < 200) 29 else 30)
      },
      eq = function(x) {
        s <- x[3] * x[4] / 131.078
        c(300 - x[1] - s * cos(1.48477 - x[6]) + 0.90798 * x[3]^2 / 131.078 * cos(1.47588),
          -x[2] - s * cos(1.48477 + x[6]) + 0.90798 * x[4]^2 / 131.078 * cos(1.47588),
          -x[5] - s * sin(1.48477 + x[6]) + 0.90798 * x[4]^2 / 131.078 * sin(1.47588),
          200 - s * sin(1.48477 - x[6]) + 0.90798 * x[3]^2 / 131.078 * sin(1.47588))
      },
      start = c(390, 1000, 419.5, 340.5, 198.175, 0.5), lower = c(0, 0, 340, 340, -1000, 0),
      upper = c(400, 1000, 420, 420, 1000, 0.5236), minimum = 8927.59773493),
    hs088 = rod_problem(2),
    hs089 = rod_problem(3),
    hs090 = rod_problem(4),
    hs091 = rod_problem(5),
    hs092 = rod_problem(6),
    hs093 = list(
      fn = function(x) {
        0.0204 * transformer_core(x) + 0.0187 * transformer(x) + 0.0607 * transformer_core(x) * x[5]^2 +
          0.0437 * transformer(x) * x[6]^2
      },
      ineq = function(x) {
        c(0.001 * prod(x) - 2.07, 1 - 0.00062 * transformer_core(x) * x[5]^2 - 0.00058 * transformer(x) * x[6]^2)
      },
      start = c(5.54, 4.4, 12.02, 11.82, 0.702, 0.852), lower = 0, minimum = 135.075962829),
    hs095 = separation_problem(c(4.97, -1.88, -29.08, -78.02), 0.015619514),
    hs096 = separation_problem(c(4.97, -1.88, -69.08, -118.02), 0.015619514),
    hs097 = separation_problem(c(32.97, 25.12, -29.08, -78.02), 3.1358091),
    hs098 = separation_problem(c(32.97, 25.12, -124.08, -173.02), 3.1358091),
    hs099 = list(
      fn = function(x) -rocket(x)[1]^2, eq = function(x) rocket(x)[2:3] - c(1e5, 1e3),
      start = rep(0.5, 7), lower = 0, upper = 1.58, minimum = -831079891.516),
    hs100 = list(
      fn = function(x) {
        (x[1] - 10)^2 + 5 * (x[2] - 12)^2 + x[3]^4 + 3 * (x[4] - 11)^2 + 10 * x[5]^6 + 7 * x[6]^2 + x[7]^4 -
          4 * x[6] * x[7] - 10 * x[6] - 8 * x[7]
      },
      ineq = function(x) {
        c(127 - 2 * x[1]^2 - 3 * x[2]^4 - x[3] - 4 * x[4]^2 - 5 * x[5],
          282 - 7 * x[1] - 3 * x[2] - 10 * x[3]^2 - x[4] + x[5],
          196 - 23 * x[1] - x[2]^2 - 6 * x[6]^2 + 8 * x[7],
          -4 * x[1]^2 - x[2]^2 + 3 * x[1] * x[2] - 2 * x[3]^2 - 5 * x[6] + 11 * x[7])
      },
      start = c(1, 2, 0, 4, 0, 1, 1), minimum = 680.630057275),
    hs101 = reactor_problem(-0.25, 1809.76476556),
    hs102 = reactor_problem(0.125, 911.880571336),
    hs103 = reactor_problem(0.5, 543.667958424),
    hs104 = list(
      fn = reactors_cost,
      ineq = function(x) {
        c(1 - 0.0588 * x[5] * x[7] - 0.1 * x[1],
          1 - 0.0588 * x[6] * x[8] - 0.1 * x[1] - 0.1 * x[2],
          1 - 4 * x[3] / x[5] - 2 / (x[3]^0.71 * x[5]) - 0.0588 * x[7] / x[3]^1.3,
          1 - 4 * x[4] / x[6] - 2 / (x[4]^0.71 * x[6]) - 0.0588 * x[8] / x[4]^1.3,
          reactors_cost(x))
      },
      ineq_lower = c(0, 0, 0, 0, 1), ineq_upper = c(Inf, Inf, Inf, Inf, 4.2),
      start = c(6, 3, 0.4, 0.2, 6, 6, 1, 0.5), lower = 0.1, upper = 10, minimum = 3.95116343955),
    # The book has 1138.416240.
    hs105 = list(
      fn = function(x) {
        y <- c(95, 105, 5 * 22:49, 260)
        times <- c(1, 1, 4, 4, 15, 15, 15, 13, 21, 12, 17, 4, 20, 8, 17, 8, 6, 6, 7, 4, 3, 3, 8, 1, 6, 0, 5, 1, 7, 1, 2)
        density <- x[1] / x[6] * exp(-(y - x[3])^2 / (2 * x[6]^2)) + x[2] / x[7] * exp(-(y - x[4])^2 / (2 * x[7]^2)) +
          (1 - x[1] - x[2]) / x[8] * exp(-(y - x[5])^2 / (2 * x[8]^2))
        -sum(times * log(density / sqrt(2 * pi)))
      },
      ineq = function(x) 1 - x[1] - x[2],
      start = c(0.1, 0.2, 100, 125, 175, 11.2, 13.2, 15.8), lower = c(0.001, 0.001, 100, 130, 170, 5, 5, 5),
      upper = c(0.499, 0.449, 180, 210, 240, 25, 25, 25), minimum = 1138.410664),
    # The book has 7049.330923, of less exact arithmetic.
    hs106 = list(
      fn = function(x) x[1] + x[2] + x[3],
      ineq = function(x) {
        c(1 - 0.0025 * (x[4] + x[6]), 1 - 0.0025 * (x[5] + x[7] - x[4]), 1 - 0.01 * (x[8] - x[5]),
          x[1] * x[6] - 833.33252 * x[4] - 100 * x[1] + 83333.333,
          x[2] * x[7] - 1250 * x[5] - x[2] * x[4] + 1250 * x[4],
          x[3] * x[8] - 1250000 - x[3] * x[5] + 2500 * x[5])
      },
      start = c(5000, 5000, 5000, 200, 350, 150, 225, 425), lower = c(100, 1000, 1000, rep(10, 5)),
      upper = c(rep(10000, 3), rep(1000, 5)), minimum = 7049.2480205),
    hs107 = list(
      fn = function(x) 3000 * x[1] + 1000 * x[1]^3 + 2000 * x[2] + 2000 / 3 * x[2]^3,
      eq = function(x) {
        k <- 48.4 / 50.176 * sin(0.25)
        d <- 48.4 / 50.176 * cos(0.25)
        y1 <- sin(x[8])
        y2 <- cos(x[8])
        y3 <- sin(x[9])
        y4 <- cos(x[9])
        y5 <- sin(x[8] - x[9])
        y6 <- cos(x[8] - x[9])
        c(0.4 - x[1] + 2 * k * x[5]^2 - x[5] * x[6] * (d * y1 + k * y2) - x[5] * x[7] * (d * y3 + k * y4),
          0.4 - x[2] + 2 * k * x[6]^2 + x[5] * x[6] * (d * y1 - k * y2) + x[6] * x[7] * (d * y5 - k * y6),
          0.8 + 2 * k * x[7]^2 + x[5] * x[7] * (d * y3 - k * y4) - x[6] * x[7] * (d * y5 + k * y6),
          0.2 - x[3] + 2 * d * x[5]^2 + x[5] * x[6] * (k * y1 - d * y2) + x[5] * x[7] * (k * y3 - d * y4),
          0.2 - x[4] + 2 * d * x[6]^2 - x[5] * x[6] * (k * y1 + d * y2) - x[6] * x[7] * (k * y5 + d * y6),
          -0.337 + 2 * d * x[7]^2 - x[5] * x[7] * (k * y3 + d * y4) + x[6] * x[7] * (k * y5 - d * y6))
      },
      start = c(0.8, 0.8, 0.2, 0.2, 1.0454, 1.0454, 1.0454, 0, 0),
      lower = c(0, 0, -Inf, -Inf, 0.90909, 0.90909, 0.90909, -Inf, -Inf),
      upper = c(Inf, Inf, Inf, Inf, 1.0909, 1.0909, 1.0909, Inf, Inf), minimum = 5055.011448),
    hs108 = list(
      fn = function(x) -0.5 * (x[1] * x[4] - x[2] * x[3] + x[3] * x[9] - x[5] * x[9] + x[5] * x[8] - x[6] * x[7]),
      ineq = function(x) {
        c(1 - x[3]^2 - x[4]^2, 1 - x[9]^2, 1 - x[5]^2 - x[6]^2, 1 - x[1]^2 - (x[2] - x[9])^2,
          1 - (x[1] - x[5])^2 - (x[2] - x[6])^2, 1 - (x[1] - x[7])^2 - (x[2] - x[8])^2,
          1 - (x[3] - x[5])^2 - (x[4] - x[6])^2, 1 - (x[3] - x[7])^2 - (x[4] - x[8])^2,
          1 - x[7]^2 - (x[8] - x[9])^2, x[1] * x[4] - x[2] * x[3], x[3] * x[9], -x[5] * x[9], x[5] * x[8] - x[6] * x[7])
      },
      start = rep(1, 9), lower = c(rep(-Inf, 8), 0), minimum = -sqrt(3) / 2),
    hs109 = list(
      fn = function(x) 3 * x[1] + 1e-6 * x[1]^3 + 2 * x[2] + 0.522074e-6 * x[2]^3,
      ineq = function(x) {
        c(x[4] - x[3] + 0.55, x[3] - x[4] + 0.55, 2250000 - x[1]^2 - x[8]^2, 2250000 - x[2]^2 - x[9]^2)
      },
      eq = function(x) {
        flow <- function(f) {
          c(x[5] * x[6] * f(-x[3] - 0.25) + x[5] * x[7] * f(-x[4] - 0.25),
            x[5] * x[6] * f(x[3] - 0.25) + x[6] * x[7] * f(x[3] - x[4] - 0.25),
            x[5] * x[7] * f(x[4] - 0.25) + x[6] * x[7] * f(x[4] - x[3] - 0.25)) / 50.176
        }
        v <- x[5:7]^2
        c(flow(sin) + 2 * sin(0.25) / 50.176 * v + c(400 - x[1], 400 - x[2], 881.779),
          flow(cos) - 2 * cos(0.25) / 50.176 * v + 0.7533e-3 * v + c(x[8] - 200, x[9] - 200, -22.938))
      },
      start = c(0, 0, 0, 0, 250, 250, 200, 0, 0), lower = c(0, 0, -0.55, -0.55, 196, 196, 196, -400, -400),
      upper = c(Inf, Inf, 0.55, 0.55, 252, 252, 252, 800, 800), minimum = 5362.069181),
    hs110 = list(
      fn = function(x) sum(log(x - 2)^2 + log(10 - x)^2) - prod(x)^0.2,
      start = rep(9, 10), lower = 2.001, upper = 9.999, minimum = -45.7784697153),
    hs111 = list(
      fn = function(x) sum(exp(x) * (equilibrium + x - log(sum(exp(x))))), eq = function(x) elements(exp(x)),
      start = rep(-2.3, 10), lower = -100, upper = 100, minimum = -47.76109086),
    # The book has -47.707579, which is not the minimum.
    hs112 = list(
      fn = function(x) sum(x * (equilibrium + log(x / sum(x)))), eq = elements,
      start = rep(0.1, 10), lower = 1e-6, minimum = -47.76109086),
    hs113 = list(
      fn = function(x) {
        x[1]^2 + x[2]^2 + x[1] * x[2] - 14 * x[1] - 16 * x[2] + (x[3] - 10)^2 + 4 * (x[4] - 5)^2 + (x[5] - 3)^2 +
          2 * (x[6] - 1)^2 + 5 * x[7]^2 + 7 * (x[8] - 11)^2 + 2 * (x[9] - 10)^2 + (x[10] - 7)^2 + 45
      },
      ineq = function(x) {
        c(105 - 4 * x[1] - 5 * x[2] + 3 * x[7] - 9 * x[8], -10 * x[1] + 8 * x[2] + 17 * x[7] - 2 * x[8],
          8 * x[1] - 2 * x[2] - 5 * x[9] + 2 * x[10] + 12,
          -3 * (x[1] - 2)^2 - 4 * (x[2] - 3)^2 - 2 * x[3]^2 + 7 * x[4] + 120,
          -5 * x[1]^2 - 8 * x[2] - (x[3] - 6)^2 + 2 * x[4] + 40,
          -0.5 * (x[1] - 8)^2 - 2 * (x[2] - 4)^2 - 3 * x[5]^2 + x[6] + 30,
          -x[1]^2 - 2 * (x[2] - 2)^2 + 2 * x[1] * x[2] - 14 * x[5] + 6 * x[6],
          3 * x[1] - 6 * x[2] - 12 * (x[9] - 8)^2 + 7 * x[10])
      },
      start = c(2, 3, 5, 5, 1, 2, 7, 3, 6, 10), minimum = 24.3062090641),
    hs114 = list(
      fn = function(x) 5.04 * x[1] + 0.035 * x[2] + 10 * x[3] + 3.36 * x[5] - 0.063 * x[4] * x[7],
      ineq = function(x) {
        flow <- 1.12 * x[1] + 0.13167 * x[1] * x[8] - 0.00667 * x[1] * x[8]^2
        octane <- 57.425 + 1.098 * x[8] - 0.038 * x[8]^2 + 0.325 * x[6]
        c(35.82 - 0.222 * x[10] - 0.9 * x[9], -133 + 3 * x[7] - 0.99 * x[10],
          -35.82 + 0.222 * x[10] + 10 / 9 * x[9], 133 - 3 * x[7] + x[10] / 0.99,
          flow - 0.99 * x[4], octane - 0.99 * x[7], -flow + x[4] / 0.99, -octane + x[7] / 0.99)
      },
      eq = function(x) {
        c(1.22 * x[4] - x[1] - x[5], 98000 * x[3] / (x[4] * x[9] + 1000 * x[3]) - x[6], (x[2] + x[5]) / x[1] - x[8])
      },
      start = c(1745, 12000, 110, 3048, 1974, 89.2, 92.8, 8, 3.6, 145),
      lower = c(rep(1e-5, 5), 85, 90, 3, 1.2, 145), upper = c(2000, 16000, 120, 5000, 2000, 93, 95, 12, 4, 162),
      minimum = -1768.80696344),
    # The book has 97.588409, at a point that keeps a distance of 2e-7 from its constraints.
    hs116 = list(
      fn = function(x) x[11] + x[12] + x[13],
      ineq = function(x) {
        c(x[3] - x[2], x[2] - x[1], 1 - 0.002 * x[7] + 0.002 * x[8], x[11] + x[12] + x[13],
          x[13] - 1.262626 * x[10] + 1.231059 * x[3] * x[10],
          x[5] - 0.03475 * x[2] - 0.975 * x[2] * x[5] + 0.00975 * x[2]^2,
          x[6] - 0.03475 * x[3] - 0.975 * x[3] * x[6] + 0.00975 * x[3]^2,
          x[5] * x[7] - x[1] * x[8] - x[4] * x[7] + x[4] * x[8],
          1 - 0.002 * (x[2] * x[9] + x[5] * x[8] - x[1] * x[8] - x[6] * x[9]) - x[5] - x[6],
          x[2] * x[9] - x[3] * x[10] - x[6] * x[9] - 500 * x[2] + 500 * x[6] + x[2] * x[10],
          x[2] - 0.9 - 0.002 * (x[2] * x[10] - x[3] * x[10]),
          x[4] - 0.03475 * x[1] - 0.975 * x[1] * x[4] + 0.00975 * x[1]^2,
          x[11] - 1.262626 * x[8] + 1.231059 * x[1] * x[8], x[12] - 1.262626 * x[9] + 1.231059 * x[2] * x[9])
      },
      ineq_lower = c(0, 0, 0, 50, rep(0, 10)), ineq_upper = c(Inf, Inf, Inf, 250, rep(Inf, 10)),
      start = c(0.5, 0.8, 0.9, 0.1, 0.14, 0.5, 489, 80, 650, 450, 150, 150, 150),
      lower = c(0.1, 0.1, 0.1, 1e-4, 0.1, 0.1, 0.1, 0.1, 500, 0.1, 1, 1e-4, 1e-4),
      upper = c(1, 1, 1, 0.1, 0.9, 0.9, 1000, 1000, 1000, 500, 150, 150, 150), minimum = 97.58750956),
    hs117 = list(
      fn = function(x) {
        y <- x[11:15]
        -sum(colville_b * x[1:10]) + sum(y * (colville_c %*% y)) + 2 * sum(colville_d * y^3)
      },
      ineq = function(x) {
        y <- x[11:15]
        2 * (colville_c %*% y) + 3 * colville_d * y^2 + colville_e - t(colville_a) %*% x[1:10]
      },
      start = c(rep(0.001, 6), 60, rep(0.001, 8)), lower = 0, minimum = 32.348678965),
    hs118 = list(
      fn = function(x) sum(c(2.3, 1.7, 2.2) * x + c(1e-4, 1e-4, 1.5e-4) * x^2),
      ineq = function(x) c(x[4:15] - x[1:12], colSums(matrix(x, 3)) - c(60, 50, 70, 85, 100)),
      ineq_lower = c(rep(-7, 12), rep(0, 5)), ineq_upper = c(rep(c(6, 7, 6), 4), rep(Inf, 5)),
      start = c(20, 55, 15, rep(c(20, 60, 20), 4)), lower = c(8, 43, 3, rep(0, 12)),
      upper = c(21, 57, 16, rep(c(90, 120, 60), 4)), minimum = 664.82045),
    hs119 = list(
      fn = function(x) {
        i <- c(1:16, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 11, 12, 13)
        j <- c(1:16, 4, 7, 8, 16, 3, 7, 10, 7, 9, 10, 14, 7, 11, 15, 6, 10, 12, 16, 8, 15, 11, 13, 10, 15, 12, 16, 14,
               13, 14, 14)
        q <- x^2 + x + 1
        sum(q[i] * q[j])
      },
      eq = function(x) {
        b <- rbind(c(0.22, 0.2, 0.19, 0.25, 0.15, 0.11, 0.12, 0.13), c(-1.46, 0, -1.3, 1.82, -1.15, 0, 0.8, 0),
                   c(1.29, -0.89, 0, 0, -1.16, -0.96, 0, -0.49), c(-1.1, -1.06, 0.95, -0.54, 0, -1.78, -0.41, 0),
                   c(0, 0, 0, -1.43, 1.51, 0.59, -0.33, -0.43), c(0, -1.72, -0.33, 0, 1.62, 1.24, 0.21, -0.26),
                   c(1.12, 0, 0, 0.31, 0, 0, 1.12, 0), c(0, 0.45, 0.26, -1.1, 0.58, 0, -1.03, 0.1))
        b %*% x[1:8] + x[9:16] - 0.36 * c(0, 0, 0, 0, 0, 0, 1, 0) * x[9] - c(2.5, 1.1, -3.1, -3.5, 1.3, 2.1, 2.3, -1.5)
      },
      start = rep(10, 16), lower = 0, upper = 5, minimum = 244.899697515)
  )
}), new.env(parent = globalenv()))
