# What arima() and StructTS() hand to optim(): closures of stats, which call its C code.

# The first function that a fit hands to optim() after `skip` others, with its start.
objective_of_fit <- function(fit, ..., skip = 0) {
  found <- NULL
  home <- new.env(parent = asNamespace("stats"))
  home$optim <- function(par, fn, ..., method, lower, upper, hessian, control) {
    skip <<- skip - 1
    if (skip >= 0) return(list(par = par, convergence = 0, value = 0, hessian = diag(length(par))))
    found <<- list(fn = fn, par = par, args = list(...))
    stop("found")
  }
  environment(fit) <- home
  try(fit(...), silent = TRUE)
  found
}

expect_fit_taped <- function(..., spread = 0.1) {
  objective <- objective_of_fit(...)
  plain <- function(x) as.numeric(do.call(objective$fn, c(list(x), objective$args)))
  tp <- do.call(tape, c(list(objective$fn, objective$par), objective$args))
  set.seed(2)
  for (k in 1:3) {
    x <- objective$par + (k - 1) * spread * runif(length(objective$par), -1, 1)
    expect_equal(tp$fn(x), plain(x), tolerance = 1e-9)
    expect_equal(tp$gr(x), fd_gradient(plain, x), tolerance = 1e-4, ignore_attr = TRUE)
  }
}

test_that("arima() by maximum likelihood and by conditional sums of squares", {
  skip_on_cran()
  expect_fit_taped(arima, lh, order = c(3, 0, 1), method = "ML")
  expect_fit_taped(arima, lh, order = c(3, 0, 1), method = "CSS")
  expect_fit_taped(arima, lh, order = c(1, 0, 0), method = "ML", transform.pars = FALSE)
  expect_fit_taped(arima, LakeHuron, order = c(2, 0, 0), xreg = time(LakeHuron) - 1920, method = "ML")
  expect_fit_taped(arima, presidents, order = c(3, 0, 0), method = "ML")                       # with values missing
  expect_fit_taped(arima, window(log(AirPassengers), end = c(1953, 12)), order = c(0, 1, 1),
                   seasonal = c(0, 1, 1), method = "CSS")
  expect_fit_taped(arima, ts(cumsum(sin(1:60)^3), frequency = 4), order = c(2, 1, 1), seasonal = c(1, 1, 1),
                   method = "ML", SSinit = "Rossignol2011", spread = 0.02)
})

test_that("StructTS()", {
  skip_on_cran()
  for (type in c("level", "trend", "BSM")) {
    expect_fit_taped(StructTS, window(log10(UKgas), start = 1980), type = type, spread = 0.5)
  }
})

test_that("makeARIMA() and KalmanLike() in a function of the user's", {
  f <- function(p) KalmanLike(lh - p[1], makeARIMA(p[2:3], p[4], numeric()))$Lik
  environment(f) <- new.env(parent = globalenv())
  x <- c(2.4, 0.4, -0.1, 0.2)
  tp <- tape(f, x)
  expect_equal(tp$fn(x), f(x), tolerance = 1e-10)
  expect_equal(tp$gr(x * 1.1), fd_gradient(f, x * 1.1), tolerance = 1e-5)
})

test_that("a routine of the same name in another package is not taken for that of stats", {
  f <- function(p) sum(.Call("ARIMA_transPars", p, 1L, FALSE)[[1]])
  environment(f) <- new.env(parent = globalenv())
  expect_error(tape(f, c(0.1, 0.2)), "Compiled code")
})
