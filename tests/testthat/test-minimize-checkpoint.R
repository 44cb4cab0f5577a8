# Runs that are kept in a file, and gone on with.

chain <- as_user(function(x) sum(100 * (x[-1] - x[-length(x)]^2)^2 + (1 - x[-length(x)])^2) + sum(x^4) / 1e3)
start <- c(-1.2, 1, -0.5, 0.8, -1, 1.1)

same_fit <- function(fit, expected, except = character()) {
  parts <- setdiff(c("par", "value", "gradient", "hessian", "convergence", "iterations", "counts", "status"), except)
  for (part in parts) expect_identical(fit[[part]], expected[[part]], info = paste(fit$method, part))
}

test_that("a run that was stopped takes the steps that it would have taken", {
  for (method in c("bfgs", "lbfgs", "cg", "newton-cg", "nelder-mead", "trust", "trust-bounds", "lbfgsb")) {
    bounds <- if (method %in% c("trust-bounds", "lbfgsb")) list(lower = -2, upper = 0.9) else list()
    x <- if (length(bounds)) pmin(start, 0.9) else start
    run <- function(...) {
      control <- minimize_control(max_iter = 2000, ...)
      do.call(minimize, c(list(chain, x, method = method, control = control), bounds))
    }
    whole <- run()
    for (stop_at in unique(c(1, 4, whole$iterations - 2))) {
      file <- tempfile(fileext = ".rds")
      stopped <- run(checkpoint = file, callback = function(now) now$iteration == stop_at)
      expect_identical(stopped$status, "callback")
      expect_message(fit <- run(checkpoint = file), paste("goes on from iteration", stop_at))
      same_fit(fit, whole)
      expect_false(file.exists(file))
    }
  }
})

test_that("a run goes on beyond a limit, in another process, from a maximum, and with a scale", {
  file <- tempfile(fileext = ".rds")
  f <- as_user(function(p) -sum((p$a - 3)^4) - 100 * (p$b - p$a)^2)
  run <- function(...) {
    minimize(f, list(a = 0, b = 2), method = "bfgs",
             control = minimize_control(maximize = TRUE, scale = c(10, 0.5), trace = TRUE, ...))
  }
  limited <- run(max_iter = 5, checkpoint = file)
  expect_identical(limited$convergence, 1L)
  expect_identical(readRDS(file)$par, limited$par)
  expect_identical(readRDS(file)$value, limited$value)
  fit <- suppressMessages(run(checkpoint = file))
  same_fit(fit, run())
  expect_identical(fit$trace$iteration, 6:fit$iterations)
})

test_that("a process that is killed leaves a file that is whole", {
  skip_on_cran()
  skip_on_os("windows")
  file <- tempfile(fileext = ".rds")
  script <- tempfile(fileext = ".R")
  run <- function(control) minimize(chain, start, method = "lbfgs", control = control)
  code <- bquote({
    library(gradtape, lib.loc = .(dirname(find.package("gradtape"))))
    chain <- .(as.call(list(as.name("function"), formals(chain), body(chain))))
    minimize(chain, .(start), method = "lbfgs", control = minimize_control(
      checkpoint = .(file), checkpoint_seconds = 0,
      callback = function(now) if (now$iteration == 8) tools::pskill(Sys.getpid(), 9)))
  })
  writeLines(deparse(code), script)
  suppressWarnings(system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), stdout = FALSE, stderr = FALSE))
  expect_identical(readRDS(file)$iteration, 8)
  expect_length(list.files(dirname(file), basename(file)), 1)
  same_fit(suppressMessages(run(minimize_control(checkpoint = file))), run(minimize_control()))
})

test_that("an error leaves the run where it was", {
  file <- tempfile(fileext = ".rds")
  calls <- 0
  stops <- function(now) if (now$iteration == 3) stop("power cut")
  expect_error(minimize(chain, start, method = "cg", control = minimize_control(checkpoint = file, callback = stops)),
               "power cut")
  fit <- suppressMessages(minimize(chain, start, method = "cg", control = minimize_control(checkpoint = file)))
  same_fit(fit, minimize(chain, start, method = "cg"))
})

test_that("a method with constraints begins anew from the last point", {
  file <- tempfile(fileext = ".rds")
  run <- function(...) {
    minimize(chain, start, ineq = function(x) sum(x^2), ineq_upper = 3, control = minimize_control(...))
  }
  stopped <- run(max_iter = 4, checkpoint = file)
  expect_message(fit <- run(checkpoint = file), "begins anew there")
  expect_equal(fit$par, run()$par, tolerance = 1e-5)
})

test_that("a file of another run, or of none, is an error", {
  file <- tempfile(fileext = ".rds")
  run <- function(f = chain, x = start, method = "bfgs", ...) {
    minimize(f, x, method = method, control = minimize_control(checkpoint = file, ...))
  }
  run(max_iter = 3)
  expect_error(run(x = start + 1), "start is not that", class = "gradtape_file_error")
  expect_error(run(method = "cg"), "method is not that")
  expect_error(run(f = as_user(function(x) sum(x^4))), "function or data")
  expect_error(run(scale = NULL), "scale is not that")
  kept <- readRDS(file)
  kept$state <- kept$state[-1]
  saveRDS(kept, file)
  expect_error(suppressMessages(run()), "damaged")
  writeLines("x", file)
  expect_error(run(), "no file of a run")
  expect_error(minimize_control(checkpoint = file.path(tempfile(), "x.rds")), "no folder")
  expect_error(minimize_control(checkpoint = 1), "`checkpoint` must be one string")
  expect_error(fit_many(chain, start, list(1), control = minimize_control(checkpoint = file)), "keeps one run")
})
