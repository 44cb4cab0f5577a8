# Time series: filters, recursions, Fourier transforms, roots of polynomials, complex numbers.

data <- list(y = c(1.2, 0.4, 2.5, 0.9, 1.7, 3.1))
x <- c(0.7, 0.3, 1.1)

test_that("filters and recursions", {
  functions <- list(
    function(p) sum(filter(y, p[1], method = "recursive")^2) +
      sum(filter(y * p[2], c(0.5, -0.2), "recursive", init = c(1, 2)) * 1:6),
    function(p) sum(stats::filter(y - p[3], p[1:2] / 2, method = "recursive", init = p[2:3])^2),
    function(p) sum(filter(cbind(y, y * p[1]), p[1:2] / 2, "recursive") * 1:12) +
      sum(filter(p[1], p / 5, "recursive", init = 1:3)),
    function(p) sum(filter(y, p[1:2]), na.rm = TRUE) + sum(filter(y * p[1], rep(1, 3) / 3)[2:5]^2) +
      sum(filter(y, p, sides = 1)[3:6] * 1:4),
    function(p) sum(filter(y, p, circular = TRUE) * 1:6) + sum(filter(y, p[1:2], sides = 1, circular = TRUE)^2) +
      sum(filter(y, p[2])^2),
    function(p) sum(diffinv(p)^2) + sum(diffinv(y * p[1], lag = 2, differences = 2, xi = c(1, p))^2),
    function(p) sum(ARMAtoMA(p[1:2] / 2, p[3], 5) * 1:5) + sum(ARMAtoMA(ma = p, lag.max = 4)^2),
    function(p) sum(ARMAacf(p[1:2] / 2, lag.max = 4) * 1:5) + sum(ARMAacf(ar = p[1], ma = p[2], lag.max = 3)^2) +
      sum(ARMAacf(ma = p, lag.max = 5)^2),
    function(p) sum(acf(y * p[1] + p[2] * (1:6)^2, plot = FALSE)$acf[2:3]) +
      acf(y^p[1], 3, "covariance", plot = FALSE)$acf[2]
  )
  expect_all_plain(functions, x, data)
  environment(functions[[2]]) <- list2env(data, parent = globalenv())
  expect_hessian(functions[[2]], x)
  long <- as.numeric(LakeHuron)
  css <- function(p) sum(filter(long - p[1], p[2:3], method = "recursive")^2)
  environment(css) <- list2env(list(long = long), parent = globalenv())
  expect_plain(css, c(579, 0.9, -0.2))
})

test_that("a series of plain numbers beside tensors", {
  expect_all_plain(list(
    function(p) sum((LakeHuron - 570 - p[1])^2) + sum((p[2] * LakeHuron)^2) + sum(-LakeHuron * p[3]),
    function(p) sum((LakeHuron - stats::lag(LakeHuron, -1)) * p[1]) + sum(diff(LakeHuron) * p[2]) +
      sum(LakeHuron[2:5] > 579 * p[3]),
    function(p) sum(ts(y * p[1], start = 2000)) + sum((Nile / 100 - p[2])[as.numeric(time(Nile)) > 1950]) +
      sum(window(Nile, 1960) * p[3]),
    function(p) sum(EuStockMarkets[1:5, 1] * p[1]) + sum(EuStockMarkets * p[2]) / 1e6
  ), x, data)
  expect_error(tape(function(p) sum(lag(ts(p), -1)), x), "no times", class = "gradtape_argument_error")
  expect_error(tape(function(p) sum(window(ts(p), 2)), x), "no times", class = "gradtape_argument_error")
})

test_that("Fourier transforms and convolutions", {
  expect_all_plain(list(
    function(p) {
      z <- fft(y * p[1] + p[2])
      sum(Mod(z)^2 * 1:6) + sum(Re(z)) + sum(Im(z) * 1:6)
    },
    function(p) {
      z <- fft(c(y, p))
      Re(sum(z * Conj(z))) / 9 + sum(Re(fft(z, inverse = TRUE))^2)
    },
    function(p) sum(Arg(fft(c(p, 1)))[2:3]) + sum(Re(fft(fft(p) * fft(y[1:3]), inverse = TRUE) / 3)^2),
    function(p) sum(convolve(y, p, type = "open")^2) + sum(convolve(y, y[6:1] * p[1])) +
      sum(convolve(y, p, type = "filter")^2) + sum(convolve(p, p, conj = FALSE) * 1:3),
    function(p) sum(Mod(fft(matrix(y, 3) * p[1] + p[2]))[2:3, ]) + sum(Re(mvfft(outer(p, 1:2))) * 1:6)
  ), x, data)
  for (n in c(1, 2, 63, 64, 65, 67, 97, 120, 128, 134, 1000)) {
    z <- cos(seq_len(n)^2)
    ours <- tensor_function(function(z) fft(z))(torch_tensor(z))
    expect_equal(as.numeric(Re(ours)), Re(fft(z)), tolerance = 1e-12, info = n)
    expect_equal(as.numeric(Im(ours)), Im(fft(z)), tolerance = 1e-12, info = n)
    back <- tensor_function(function(z) Re(fft(fft(z), inverse = TRUE)) / length(z))(torch_tensor(z))
    expect_equal(as.numeric(back), z, tolerance = 1e-12, info = n)
  }
})

test_that("complex numbers", {
  expect_all_plain(list(
    function(p) {
      z <- complex(real = p[1], imaginary = p[2])
      w <- exp(1i * p[3])
      Mod(z * w)^2 + Re(w) + Arg(z / w) + Im(Conj(z)^2) + Re(z^-2)
    },
    function(p) {
      z <- complex(real = p, imaginary = rev(p))
      Re(sum(log(z))) + Im(prod(z)) + Re(mean(sqrt(-z))) + Im(sum(cumsum(z))) + Re(sin(z[1]) * cos(z[2]) + tan(z[3])) +
        length(z)
    },
    function(p) {
      z <- p[1] + 2i * p[2]
      Re(sinh(z) + cosh(z) * tanh(z)) + Im(2 - z) + Re(3 / z) + Im(z^p[3]) + Mod(c(z, 1i)[2]) +
        Re(rev(c(z, z * 2))[1]) + Re(z^2.5)
    },
    function(p) {
      # a characteristic function, inverted
      u <- seq(0.1, 8, by = 0.1)
      phi <- exp(1i * u * p[1] - u^2 * exp(p[2]) / 2)
      sum(Re(exp(-1i * u * p[3]) * phi)) * 0.1 / pi
    },
    function(p) if (is.complex(1i * p[1]) && Re(p[1]) > 0 && Im(p[1]) == 0) Mod(-p[1]) + Arg(-p[2]) + Conj(p[3]) else 0
  ), x, data)
  expect_error(tape(function(p) Re(max(1i * p)), x), "not defined", class = "gradtape_argument_error")
  expect_error(tape(function(p) if ((1i * p[1]) > 1) 1 else p[1], x), class = "gradtape_argument_error")
})

test_that("roots of polynomials, and a recording that holds where they cross", {
  stationary <- function(p) if (any(Mod(polyroot(c(1, -p))) <= 1)) 1e5 + p[1] else sum(p^2) +
    min(Mod(polyroot(c(1, -p))))
  expect_plain(stationary, c(0.4, 0.2))
  tp <- tape(stationary, c(0.4, 0.2))
  expect_equal(tp$fn(c(1.2, 0.1)), 100001.2)
  expect_equal(tp$fn(c(0.3, 0.1)), stationary(c(0.3, 0.1)))
  expect_all_plain(list(
    function(p) sum(Re(polyroot(c(6, -5, p[1])))) + sum(Mod(polyroot(c(p, 2)))^2) +
      sum(sort(Im(polyroot(c(p, 1)))) * 1:3),
    function(p) Re(polyroot(c(p[1], -2))) + length(polyroot(c(1, p[2], 0)))
  ), x)
  pair <- function(p) Mod(polyroot(c(1, p[1], p[2])))[1]^3
  environment(pair) <- globalenv()
  expect_hessian(pair, c(0.7, 0.8))
  expect_equal(tape(function(p) sum(Mod(polyroot(c(1, -2, 1))) * p), 1)$fn(1), 2, tolerance = 1e-7)
})

test_that("roots come in R's order, also where another point changes it", {
  set.seed(3)
  in_order <- list(
    function(p) Re(polyroot(c(p, 1)))[1], function(p) sum(Mod(polyroot(p)) * c(1, 2, 3)),
    function(p) { r <- polyroot(p); if (p[1] > 9) r <- 1; Im(r[2]) + p[1] }, function(p) Mod(polyroot(p)[2]),
    function(p) sum(Mod(polyroot(p)) * Mod(polyroot(rev(p))))
  )
  for (f in in_order) {
    environment(f) <- globalenv()
    expect_message(tp <- tape(f, c(1, 2, -3, 4)), "order of polyroot")
    for (k in 1:20) {
      p <- rnorm(4)
      expect_equal(tp$fn(p), f(p), tolerance = 1e-10)
    }
  }
  in_any_order <- list(
    function(p) if (any(Mod(polyroot(p)) <= 0.5)) 1e3 + p[1] else sum(p^2), function(p) min(Mod(polyroot(p))),
    function(p) { roots <- polyroot(p); m <- Mod(roots); max(1 / m) + sum(m^2) }
  )
  for (f in in_any_order) {
    environment(f) <- globalenv()
    expect_no_message(tp <- tape(f, c(1, 2, -3, 4)))
    for (k in 1:20) {
      p <- rnorm(4)
      expect_equal(tp$fn(p), f(p), tolerance = 1e-10)
    }
  }
})

test_that("calls agree", {
  expect_calls_agree(list(
    filter = list(must = list(x = function() pick(a_vector(6), a_matrix(6, 2)),
                              filter = function() pick(0.5, c(0.3, -0.2), c(1, 2, 1))),
                  may = list(method = function() pick("convolution", "recursive"), sides = function() pick(1, 2),
                             circular = a_flag)),
    diffinv = list(must = list(x = function() a_vector(5)),
                   may = list(lag = function() pick(1, 2), differences = function() pick(1, 2))),
    ARMAtoMA = list(must = list(ar = function() pick(0.5, c(0.5, -0.2)), ma = function() pick(0.3, c(1, 2)),
                                lag.max = function() pick(1, 4))),
    convolve = list(must = list(x = function() runif(5), y = function() runif(5)),
                    may = list(conj = a_flag, type = function() pick("circular", "open", "filter"))),
    Mod = list(must = list(function() a_vector(3))), Conj = list(must = list(function() a_vector(3))),
      Arg = list(must = list(function() a_vector(3))),
      Re = list(must = list(function() a_matrix(3)))
  ))
})
