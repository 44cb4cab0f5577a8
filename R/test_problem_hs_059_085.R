# Problems 59 to 85 of Hock and Schittkowski (1981); see test_problem_hs_001_057.R. (The book has no 58, 82, 94, 115.)

hock_schittkowski_059_085 <- eval(quote({
  powell_sphere <- function(x) c(sum(x^2) - 10, x[2] * x[3] - 5 * x[4] * x[5], x[1]^3 + x[2]^3 + 1)

  # Reject rates of an inspection plan: a, b and n of the book.
  inspection <- function(a, b, n) {
    force(a)
    function(x) {
      u <- exp(x[1]) - 1
      (a * n - (b * u - x[3]) / (u + x[4]) * x[4]) / x[1]
    }
  }
  inspection_rates <- function(n) {
    force(n)
    function(x) c(x[3] - 2 * pnorm(-x[2]), x[4] - pnorm(-x[2] + sqrt(n)) - pnorm(-x[2] - sqrt(n)))
  }

  power_flow <- function(x) {
    1000 * c(sin(-x[3] - 0.25) + sin(-x[4] - 0.25), sin(x[3] - 0.25) + sin(x[3] - x[4] - 0.25),
             sin(x[4] - 0.25) + sin(x[4] - x[3] - 0.25)) + c(894.8 - x[1], 894.8 - x[2], 1294.8)
  }
  power_cost <- function(x) 3 * x[1] + 1e-6 * x[1]^3 + 2 * x[2] + 2 / 3 * 1e-6 * x[2]^3

  # The quantities y and c of a chemical process of which problem 85 is made.
  process <- function(x) {
    y <- numeric(17)
    k <- numeric(17)
    y[1] <- x[2] + x[3] + 41.6
    k[1] <- 0.024 * x[4] - 4.62
    y[2] <- 12.5 / k[1] + 12
    k[2] <- 0.0003535 * x[1]^2 + 0.5311 * x[1] + 0.08705 * y[2] * x[1]
    k[3] <- 0.052 * x[1] + 78 + 0.002377 * y[2] * x[1]
    y[3] <- k[2] / k[3]
    y[4] <- 19 * y[3]
    k[4] <- 0.04782 * (x[1] - y[3]) + 0.1956 * (x[1] - y[3])^2 / x[2] + 0.6376 * y[4] + 1.594 * y[3]
    k[5] <- 100 * x[2]
    k[6] <- x[1] - y[3] - y[4]
    k[7] <- 0.95 - k[4] / k[5]
    y[5] <- k[6] * k[7]
    y[6] <- x[1] - y[5] - y[4] - y[3]
    k[8] <- 0.995 * (y[4] + y[5])
    y[7] <- k[8] / y[1]
    y[8] <- k[8] / 3798
    k[9] <- y[7] - 0.0663 * y[7] / y[8] - 0.3153
    y[9] <- 96.82 / k[9] + 0.321 * y[1]
    y[10] <- 1.29 * y[5] + 1.258 * y[4] + 2.29 * y[3] + 1.71 * y[6]
    y[11] <- 1.71 * x[1] - 0.452 * y[4] + 0.58 * y[3]
    k[10] <- 12.3 / 752.3
    k[11] <- 1.75 * y[2] * 0.995 * x[1]
    k[12] <- 0.995 * y[10] + 1998
    y[12] <- k[10] * x[1] + k[11] / k[12]
    y[13] <- k[12] - 1.75 * y[2]
    k[17] <- y[9] + x[5]
    y[14] <- 3623 + 64.4 * x[2] + 58.4 * x[3] + 146312 / k[17]
    k[13] <- 0.995 * y[10] + 60.8 * x[2] + 48 * x[4] - 0.1121 * y[14] - 5095
    y[15] <- y[13] / k[13]
    y[16] <- 148000 - 331000 * y[15] + 40 * y[13] - 61 * y[15] * y[13]
    k[14] <- 2324 * y[10] - 28740000 * y[2]
    y[17] <- 14130000 - 1328 * y[10] - 531 * y[11] + k[14] / k[12]
    k[15] <- y[13] / y[15] - y[13] / 0.52
    k[16] <- 1.104 - 0.72 * y[15]
    list(y = y, k = k)
  }

  # The plant of problem 67 (and, with its quantities as variables, of 114): two flows, acid strength, octane number,
  # ratio, dilution, F-4 number. The first flow and the strength are defined implicitly and found by iteration.
  refinery <- function(x) {
    flow <- 1.6 * x[1]
    for (i in 1:60) {
      ratio <- (x[2] + 1.22 * flow - x[1]) / x[1]
      flow <- 0.01 * x[1] * (112 + 13.167 * ratio - 0.6667 * ratio^2)
    }
    ratio <- (x[2] + 1.22 * flow - x[1]) / x[1]
    strength <- 93
    for (i in 1:60) {
      octane <- 86.35 + 1.098 * ratio - 0.038 * ratio^2 + 0.325 * (strength - 89)
      f4 <- 3 * octane - 133
      dilution <- 35.82 - 0.222 * f4
      strength <- 98000 * x[3] / (flow * dilution + 1000 * x[3])
    }
    c(flow, 1.22 * flow - x[1], strength, octane, ratio, dilution, f4)
  }

  list(
    # The book has -7.804226324, at a point that keeps a distance of 8e-4 from the first constraint.
    hs059 = list(
      fn = function(x) {
        a <- x[1]
        b <- x[2]
        -75.196 + 3.8112 * a - 0.12694 * a^2 + 2.0567e-3 * a^3 - 1.0345e-5 * a^4 + 6.8306 * b - 0.030234 * a * b +
          1.28134e-3 * a^2 * b - 3.5256e-5 * a^3 * b + 2.266e-7 * a^4 * b - 0.25645 * b^2 + 3.4604e-3 * b^3 -
          1.3514e-5 * b^4 + 28.106 / (b + 1) + 5.2375e-6 * a^2 * b^2 + 6.3e-8 * a^3 * b^2 - 7e-10 * a^3 * b^3 -
          3.4054e-4 * a * b^2 + 1.6638e-6 * a * b^3 + 2.8673 * exp(0.0005 * a * b)
      },
      ineq = function(x) c(x[1] * x[2] - 700, x[2] - x[1]^2 / 125, (x[2] - 50)^2 - 5 * (x[1] - 55)),
      start = c(90, 10), lower = 0, upper = c(75, 65), minimum = -7.804235954),
    hs060 = list(
      fn = function(x) (x[1] - 1)^2 + (x[1] - x[2])^2 + (x[2] - x[3])^4,
      eq = function(x) x[1] * (1 + x[2]^2) + x[3]^4 - 4 - 3 * sqrt(2),
      start = c(2, 2, 2), lower = -10, upper = 10, minimum = 0.0325682002513),
    hs061 = list(
      fn = function(x) 4 * x[1]^2 + 2 * x[2]^2 + 2 * x[3]^2 - 33 * x[1] + 16 * x[2] - 24 * x[3],
      eq = function(x) c(3 * x[1] - 2 * x[2]^2 - 7, 4 * x[1] - x[3]^2 - 11),
      start = c(0, 0, 0), minimum = -143.646142201),
    hs062 = list(
      fn = function(x) {
        s <- x[2] + x[3] + 0.03
        t <- x[3] + 0.03
        -32.174 * (255 * log((x[1] + s) / (0.09 * x[1] + s)) + 280 * log(s / (0.07 * x[2] + t)) +
                     290 * log(t / (0.13 * x[3] + 0.03)))
      },
      eq = function(x) sum(x) - 1,
      start = c(0.7, 0.2, 0.1), lower = 0, upper = 1, minimum = -26272.5144873),
    hs063 = list(
      fn = function(x) 1000 - x[1]^2 - 2 * x[2]^2 - x[3]^2 - x[1] * x[2] - x[1] * x[3],
      eq = function(x) c(8 * x[1] + 14 * x[2] + 7 * x[3] - 56, sum(x^2) - 25),
      start = c(2, 2, 2), lower = 0, minimum = 961.715172127),
    hs064 = list(
      fn = function(x) sum(c(5, 20, 10) * x + c(50000, 72000, 144000) / x),
      ineq = function(x) 1 - 4 / x[1] - 32 / x[2] - 120 / x[3],
      start = c(1, 1, 1), lower = 1e-5, minimum = 6299.84242821),
    hs065 = list(
      fn = function(x) (x[1] - x[2])^2 + ((x[1] + x[2] - 10) / 3)^2 + (x[3] - 5)^2,
      ineq = function(x) 48 - sum(x^2),
      start = c(-5, 5, 0), lower = c(-4.5, -4.5, -5), upper = c(4.5, 4.5, 5), minimum = 0.953528856757),
    hs066 = list(
      fn = function(x) 0.2 * x[3] - 0.8 * x[1], ineq = function(x) x[2:3] - exp(x[1:2]),
      start = c(0, 1.05, 2.9), lower = 0, upper = c(100, 100, 10), minimum = 0.518163274159),
    hs067 = list(
      fn = function(x) {
        y <- refinery(x)
        5.04 * x[1] + 0.035 * x[2] + 10 * x[3] + 3.36 * y[2] - 0.063 * y[1] * y[4]
      },
      ineq = function(x) refinery(x), ineq_lower = c(0, 0, 85, 90, 3, 0.01, 145),
      ineq_upper = c(5000, 2000, 93, 95, 12, 4, 162),
      start = c(1745, 12000, 110), lower = 1e-5, upper = c(2000, 16000, 120), minimum = -1162.02698006),
    hs068 = list(
      fn = inspection(1e-4, 1, 24), eq = inspection_rates(24),
      start = rep(1, 4), lower = c(1e-4, 0, 0, 0), upper = c(100, 100, 2, 2), minimum = -0.9204250037),
    hs069 = list(
      fn = inspection(0.1, 1000, 4), eq = inspection_rates(4),
      start = rep(1, 4), lower = c(1e-4, 0, 0, 0), upper = c(100, 100, 2, 2), minimum = -956.712887064),
    hs070 = list(
      fn = function(x) {
        hours <- c(0.1, 1:18) / 7.658
        seen <- c(0.00189, 0.1038, 0.268, 0.506, 0.577, 0.604, 0.725, 0.898, 0.947, 0.845, 0.702, 0.528, 0.385,
                  0.257, 0.159, 0.0869, 0.0453, 0.01509, 0.00189)
        gamma_peak <- function(k, scale) {
          scale^k * sqrt(k / 6.2832) * hours^(k - 1) * exp(k * (1 - scale * hours)) / (1 + 1 / (12 * k))
        }
        b <- x[3] + (1 - x[3]) * x[4]
        sum((x[3] * gamma_peak(x[2], b) + (1 - x[3]) * gamma_peak(x[1], b / x[4]) - seen)^2)
      },
      ineq = function(x) x[3] + (1 - x[3]) * x[4],
      start = c(2, 4, 0.04, 2), lower = 1e-5, upper = c(100, 100, 1, 100), minimum = 0.00749846356143),
    hs071 = list(
      fn = function(x) x[1] * x[4] * (x[1] + x[2] + x[3]) + x[3],
      ineq = function(x) prod(x) - 25, eq = function(x) sum(x^2) - 40,
      start = c(1, 5, 5, 1), lower = 1, upper = 5, minimum = 17.0140172895),
    hs072 = list(
      fn = function(x) 1 + sum(x),
      ineq = function(x) c(0.0401 - sum(c(4, 2.25, 1, 0.25) / x), 0.010085 - sum(c(0.16, 0.36, 0.64, 0.64) / x)),
      start = rep(1, 4), lower = 1e-3, upper = 4:1 * 1e5, minimum = 727.679358),
    hs073 = list(
      fn = function(x) sum(c(24.55, 26.75, 39, 40.5) * x),
      ineq = function(x) {
        c(sum(c(2.3, 5.6, 11.1, 1.3) * x) - 5,
          sum(c(12, 11.9, 41.8, 52.1) * x) - 21 - 1.645 * sqrt(sum(c(0.28, 0.19, 20.5, 0.62) * x^2)))
      },
      eq = function(x) sum(x) - 1,
      start = rep(1, 4), lower = 0, minimum = 29.8943781573),
    hs074 = list(
      fn = power_cost, ineq = function(x) c(x[4] - x[3] + 0.55, x[3] - x[4] + 0.55), eq = power_flow,
      start = rep(0, 4), lower = c(0, 0, -0.55, -0.55), upper = c(1200, 1200, 0.55, 0.55), minimum = 5126.49810934),
    hs075 = list(
      fn = power_cost, ineq = function(x) c(x[4] - x[3] + 0.48, x[3] - x[4] + 0.48), eq = power_flow,
      start = rep(0, 4), lower = c(0, 0, -0.48, -0.48), upper = c(1200, 1200, 0.48, 0.48), minimum = 5174.412695),
    hs076 = list(
      fn = function(x) {
        x[1]^2 + 0.5 * x[2]^2 + x[3]^2 + 0.5 * x[4]^2 - x[1] * x[3] + x[3] * x[4] - x[1] - 3 * x[2] + x[3] - x[4]
      },
      ineq = function(x) {
        c(5 - x[1] - 2 * x[2] - x[3] - x[4], 4 - 3 * x[1] - x[2] - 2 * x[3] + x[4], x[2] + 4 * x[3] - 1.5)
      },
      start = rep(0.5, 4), lower = 0, minimum = -4.68181818182),
    hs077 = list(
      fn = function(x) (x[1] - 1)^2 + (x[1] - x[2])^2 + (x[3] - 1)^2 + (x[4] - 1)^4 + (x[5] - 1)^6,
      eq = function(x) {
        c(x[1]^2 * x[4] + sin(x[4] - x[5]) - 2 * sqrt(2), x[2] + x[3]^4 * x[4]^2 - 8 - sqrt(2))
      },
      start = rep(2, 5), minimum = 0.241505128786),
    hs078 = list(
      fn = function(x) prod(x), eq = powell_sphere, start = c(-2, 1.5, 2, -1, -1), minimum = -2.91970040911),
    hs079 = list(
      fn = function(x) (x[1] - 1)^2 + (x[1] - x[2])^2 + (x[2] - x[3])^2 + (x[3] - x[4])^4 + (x[4] - x[5])^4,
      eq = function(x) {
        c(x[1] + x[2]^2 + x[3]^3 - 2 - 3 * sqrt(2), x[2] - x[3]^2 + x[4] + 2 - 2 * sqrt(2), x[1] * x[5] - 2)
      },
      start = rep(2, 5), minimum = 0.0787768208538),
    hs080 = list(
      fn = function(x) exp(prod(x)), eq = powell_sphere, start = c(-2, 2, 2, -1, -1),
      lower = -c(2.3, 2.3, 3.2, 3.2, 3.2), upper = c(2.3, 2.3, 3.2, 3.2, 3.2), minimum = 0.0539498477749),
    hs081 = list(
      fn = function(x) exp(prod(x)) - 0.5 * (x[1]^3 + x[2]^3 + 1)^2, eq = powell_sphere,
      start = c(-2, 2, 2, -1, -1), lower = -c(2.3, 2.3, 3.2, 3.2, 3.2), upper = c(2.3, 2.3, 3.2, 3.2, 3.2),
      minimum = 0.0539498477749),
    hs083 = list(
      fn = function(x) 5.3578547 * x[3]^2 + 0.8356891 * x[1] * x[5] + 37.293239 * x[1] - 40792.141,
      ineq = function(x) {
        c(85.334407 + 0.0056858 * x[2] * x[5] + 0.0006262 * x[1] * x[4] - 0.0022053 * x[3] * x[5],
          80.51249 + 0.0071317 * x[2] * x[5] + 0.0029955 * x[1] * x[2] + 0.0021813 * x[3]^2 - 90,
          9.300961 + 0.0047026 * x[3] * x[5] + 0.0012547 * x[1] * x[3] + 0.0019085 * x[3] * x[4] - 20)
      },
      ineq_upper = c(92, 20, 5),
      start = c(78, 33, 27, 27, 27), lower = c(78, 33, 27, 27, 27), upper = c(102, 45, 45, 45, 45),
      minimum = -30665.5386717),
    hs084 = list(
      fn = function(x) {
        24345 + x[1] * (8720288.849 - sum(c(150512.5253, -156.6950325, 476470.3222, 729482.8271) * x[2:5]))
      },
      ineq = function(x) {
        x[1] * (c(-145421.402, -155011.1084, -326669.5104) +
                  rbind(c(2931.1506, -40.427932, 5106.192, 15711.36),
                        c(4360.53352, 12.9492344, 10236.884, 13176.786),
                        c(7390.68412, -27.8986976, 16643.076, 30988.146)) %*% x[2:5])
      },
      ineq_upper = c(294000, 294000, 277200),
      start = c(2.52, 2, 37.5, 9.25, 6.8), lower = c(0, 1.2, 20, 9, 6.5), upper = c(1000, 2.4, 60, 9.3, 7),
      minimum = -5280335.13306),
    hs085 = list(
      fn = function(x) {
        made <- process(x)
        y <- made$y
        k <- made$k
        -5.843e-7 * y[17] + 1.17e-4 * y[14] + 2.358e-5 * y[13] + 1.502e-6 * y[16] + 0.0321 * y[12] +
          0.004324 * y[5] + 1e-4 * k[15] / k[16] + 37.48 * y[2] / k[12] + 0.1365
      },
      ineq = function(x) {
        made <- process(x)
        y <- made$y
        k <- made$k
        c(1.5 * x[2] - x[3], y[4] - 0.28 / 0.72 * y[5], 21 - 3496 * y[2] / k[12], 62212 / k[17] - 110.6 - y[1], y)
      },
      ineq_lower = c(0, 0, 0, 0, 213.1, 17.505, 11.275, 214.228, 7.458, 0.961, 1.612, 0.146, 107.99, 922.693,
                     926.832, 18.766, 1072.163, 8961.448, 0.063, 71084.33, 2802713),
      ineq_upper = c(Inf, Inf, Inf, Inf, 405.23, 1053.6667, 35.03, 665.585, 584.463, 265.916, 7.046, 0.222, 273.366,
                     1286.105, 1444.046, 537.141, 3247.039, 26844.086, 0.386, 140000, 12146108),
      start = c(900, 80, 115, 267, 27), lower = c(704.4148, 68.6, 0, 193, 25),
      upper = c(906.3855, 288.88, 134.75, 287.0966, 84.1988), minimum = -1.9051553)
  )
}), new.env(parent = globalenv()))
