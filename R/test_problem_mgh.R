# Functions of More, Garbow and Hillstrom (1981), ACM TOMS 7, 17-41, as one would write
# them in plain R for optim(). Numbers are those of the paper. (Their home is nobody's package, so that a
# tape follows them as it follows a user's.)

more_garbow_hillstrom <- eval(quote({
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
    y <- c(0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989, 0.3521, 0.2420, 0.1295,
           0.0540, 0.0175, 0.0044, 0.0009)
    ti <- (8 - 1:15) / 2
    sum((par[1] * exp(-par[2] * (ti - par[3])^2 / 2) - y)^2)
  }

  powell_badly_scaled <- function(par) {
    (1e4 * par[1] * par[2] - 1)^2 + (exp(-par[1]) + exp(-par[2]) - 1.0001)^2
  }

  jennrich_sampson <- function(par) {
    fsum <- 0
    for (i in 1:10) {
      fi <- 2 + 2 * i - (exp(i * par[1]) + exp(i * par[2]))
      fsum <- fsum + fi * fi
    }
    fsum
  }

  bard <- function(par) {
    y <- c(0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39)
    u <- 1:15
    v <- 16 - u
    w <- pmin(u, v)
    sum((y - (par[1] + u / (v * par[2] + w * par[3])))^2)
  }

  gulf <- function(par) {
    ti <- 1:99 / 100
    y <- 25 + (-50 * log(ti))^(2 / 3)
    sum((exp(-abs(y - par[2])^par[3] / par[1]) - ti)^2)
  }

  powell_singular <- function(par) {
    f <- c(par[1] + 10 * par[2], sqrt(5) * (par[3] - par[4]), (par[2] - 2 * par[3])^2, sqrt(10) * (par[1] - par[4])^2)
    crossprod(f)[1]
  }

  kowalik_osborne <- function(par) {
    y <- c(0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246)
    u <- c(4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625)
    sum((y - par[1] * u * (u + par[2]) / (u * (u + par[3]) + par[4]))^2)
  }

  brown_dennis <- function(par) {
    sum(vapply(1:20, function(i) {
      ti <- i / 5
      ((par[1] + ti * par[2] - exp(ti))^2 + (par[3] + par[4] * sin(ti) - cos(ti))^2)^2
    }, 0))
  }

  biggs_exp6 <- function(par) {
    x <- as.list(par)
    fsum <- 0
    for (i in 1:13) {
      ti <- 0.1 * i
      yi <- exp(-ti) - 5 * exp(-10 * ti) + 3 * exp(-4 * ti)
      fsum <- fsum + (x[[3]] * exp(-ti * x[[1]]) - x[[4]] * exp(-ti * x[[2]]) + x[[6]] * exp(-ti * x[[5]]) - yi)^2
    }
    fsum
  }

  extended_rosenbrock <- function(par) {
    odd <- seq(1, length(par), by = 2)
    even <- odd + 1
    sum(100 * (par[even] - par[odd]^2)^2 + (1 - par[odd])^2)
  }

  penalty_2 <- function(par) {
    n <- length(par)
    a <- 1e-5
    fsum <- (par[1] - 0.2)^2
    for (i in 2:n) {
      yi <- exp(i / 10) + exp((i - 1) / 10)
      fsum <- fsum + a * (exp(par[i] / 10) + exp(par[i - 1] / 10) - yi)^2
    }
    for (i in (n + 1):(2 * n - 1)) fsum <- fsum + a * (exp(par[i - n + 1] / 10) - exp(-1 / 10))^2
    fsum + (sum((n:1) * par^2) - 1)^2
  }

  variably_dimensioned <- function(par) {
    n <- length(par)
    fi <- par - 1
    fj <- sum(1:n * fi)
    fi[n + 1] <- fj
    fi[n + 2] <- fj^2
    sum(fi^2)
  }

  discrete_integral <- function(par) {
    n <- length(par)
    h <- 1 / (n + 1)
    ti <- (1:n) * h
    cubes <- (par + ti + 1)^3
    fi <- numeric(n)
    for (i in 1:n) {
      below <- sum(ti[1:i] * cubes[1:i])
      above <- if (i < n) sum((1 - ti[(i + 1):n]) * cubes[(i + 1):n]) else 0
      fi[i] <- par[i] + h * ((1 - ti[i]) * below + ti[i] * above) / 2
    }
    sum(fi^2)
  }

  brown_badly_scaled <- function(par) {
    f1 <- par[1] - 1e6
    f2 <- par[2] - 2e-6
    f3 <- par[1] * par[2] - 2
    f1^2 + f2^2 + f3^2
  }

  meyer <- function(par) {
    y <- c(34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872)
    fsum <- 0
    for (i in seq_along(y)) {
      ti <- 45 + 5 * i
      fsum <- fsum + (par[1] * exp(par[2] / (ti + par[3])) - y[i])^2
    }
    fsum
  }

  osborne_1 <- function(par) {
    y <- c(0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658,
           0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431,
           0.424, 0.420, 0.414, 0.411, 0.406)
    ti <- 10 * (seq_along(y) - 1)
    fi <- y - (par[1] + par[2] * exp(-ti * par[4]) + par[3] * exp(-ti * par[5]))
    sum(fi^2)
  }

  osborne_2 <- function(par) {
    y <- c(1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655,
           0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558,
           0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562,
           0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.710,
           0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054)
    m <- length(y)
    fi <- numeric(m)
    for (i in 1:m) {
      ti <- (i - 1) / 10
      decay <- par[1] * exp(-ti * par[5])
      peaks <- 0
      for (k in 2:4) peaks <- peaks + par[k] * exp(-(ti - par[k + 7])^2 * par[k + 4])
      fi[i] <- y[i] - (decay + peaks)
    }
    sum(fi^2)
  }

  extended_powell_singular <- function(par) {
    fsum <- 0
    for (i in 1:(length(par) / 4)) {
      x <- par[4 * (i - 1) + 1:4]
      fsum <- fsum + (x[1] + 10 * x[2])^2 + 5 * (x[3] - x[4])^2 + (x[2] - 2 * x[3])^4 + 10 * (x[1] - x[4])^4
    }
    fsum
  }

  linear_rank_1 <- function(par) {
    n <- length(par)
    m <- n + 2
    fsum <- 0
    for (i in 1:m) {
      fi <- 0
      for (j in 1:n) fi <- fi + i * j * par[j]
      fsum <- fsum + (fi - 1)^2
    }
    fsum
  }

  linear_rank_1_zeros <- function(par) {
    n <- length(par)
    m <- n + 2
    fi <- rep(-1, m)
    for (i in 2:(m - 1)) fi[i] <- (i - 1) * sum((2:(n - 1)) * par[2:(n - 1)]) - 1
    sum(fi * fi)
  }

  # The function, the standard start, its value there (where the paper's table or others' have
  # it) and the minimum that descent from there finds.
  list(
    rosenbrock = list(rosenbrock, c(-1.2, 1), 24.2, 0),
    freudenstein_roth = list(freudenstein_roth, c(0.5, -2), 400.5, 48.98425368),
    powell_badly_scaled = list(powell_badly_scaled, c(0, 1), 1.135261717, 0),
    brown_badly_scaled = list(brown_badly_scaled, c(1, 1), 999998000003, 0),
    beale = list(beale, c(1, 1), 14.203125, 0),
    jennrich_sampson = list(jennrich_sampson, c(0.3, 0.4), 4171.30616, 124.3621824),
    helical_valley = list(helical_valley, c(-1, 0, 0), 2500, 0),
    bard = list(bard, c(1, 1, 1), 41.68170, 8.21487730e-3),
    gaussian = list(gaussian, c(0.4, 1, 0), 3.888107e-6, 1.12793277e-8),
    meyer = list(meyer, c(0.02, 4000, 250), 1693607809, 87.94585517),
    gulf = list(gulf, c(5, 2.5, 0.15), 12.1107058, 0),
    box_3d = list(box_3d, c(0, 10, 20), 1031.153811, 0),
    powell_singular = list(powell_singular, c(3, -1, 0, 1), 215, 0),
    wood = list(wood, c(-3, -1, -3, -1), 19192, 0),
    kowalik_osborne = list(kowalik_osborne, c(0.25, 0.39, 0.415, 0.39), 5.3131722e-3, 3.07505604e-4),
    brown_dennis = list(brown_dennis, c(25, 5, -5, -1), 7926693.337, 85822.20163),
    osborne_1 = list(osborne_1, c(0.5, 1.5, -1, 0.01, 0.02), 0.8790262936, 5.46489470e-5),
    biggs_exp6 = list(biggs_exp6, c(1, 2, 1, 1, 1, 1), 0.779070076, 5.65564992e-3),
    osborne_2 = list(osborne_2, c(1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5), 2.093419514, 4.01377363e-2),
    watson = list(watson, rep(0, 6), 30, 2.28767005e-3),
    extended_rosenbrock = list(extended_rosenbrock, rep(c(-1.2, 1), 3), 3 * 24.2, 0),
    extended_powell_singular = list(extended_powell_singular, rep(c(3, -1, 0, 1), 2), 2 * 215, 0),
    penalty_1 = list(penalty_1, 1:4 + 0, 885.06264, 2.24997752e-5),
    penalty_2 = list(penalty_2, rep(0.5, 4), 2.34000880546, 9.37629332e-6),
    variably_dimensioned = list(variably_dimensioned, 1 - 1:6 / 6, NA, 0),
    trigonometric = list(trigonometric, rep(1 / 5, 5), NA, 0),
    brown_almost_linear = list(brown_almost_linear, rep(0.5, 10), 273.2481, 0),
    discrete_boundary_value = list(discrete_boundary_value, (1:5) / 6 * ((1:5) / 6 - 1), NA, 0),
    discrete_integral = list(discrete_integral, (1:5) / 6 * ((1:5) / 6 - 1), NA, 0),
    broyden_tridiagonal = list(broyden_tridiagonal, rep(-1, 6), NA, 0),
    broyden_banded = list(broyden_banded, rep(-1, 9), NA, 0),
    linear_full_rank = list(linear_full_rank, rep(1, 5), NA, 2),
    linear_rank_1 = list(linear_rank_1, rep(1, 5), NA, 1.4),                 # m (m - 1) / (2 (2 m + 1)), m = 7
    linear_rank_1_zeros = list(linear_rank_1_zeros, rep(1, 5), NA, 32 / 11), # (m^2 + 3 m - 6) / (2 (2 m - 3))
    chebyquad = list(chebyquad, (1:7) / 8, NA, 0)
  )
}), new.env(parent = globalenv()))
