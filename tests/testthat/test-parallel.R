# Work on other processes: real ones, two of them, of which some die.

skip_on_cran()
skip_if_not_installed("future")
skip_if_not_installed("parallelly")

global_helper <- function(x) gradtape_test_offset + cos(x)

# A function that kills the worker that runs it, as long as fewer than `times` have died.
deadly <- function(times) {
  here <- Sys.getpid()
  folder <- tempfile("deaths")
  dir.create(folder)
  users_function(variables = list(here = here, folder = folder, times = times), f = function(x) {
    if (Sys.getpid() != here && length(list.files(folder)) < times) {
      file.create(tempfile("died", folder))
      tools::pskill(Sys.getpid(), 9)
      Sys.sleep(10)
    }
    sum((x - 1)^2)
  })
}

test_that("many starts give the same under any plan", {
  skip_if_not_installed("qrng")
  assign("gradtape_test_offset", 2, envir = globalenv())
  assign("gradtape_test_helper", users_function(global_helper), envir = globalenv())
  on.exit(rm("gradtape_test_offset", "gradtape_test_helper", envir = globalenv()))
  # (a way through it that only some runs take is recorded in the workers)
  f <- users_function(function(x) {
    if (x[1] > 0) rastrigin_of(x) else sum(gradtape_test_helper(x)) + sum(x^2)
  })
  assign("rastrigin_of", rastrigin, envir = environment(f))
  answer <- function() {
    set.seed(1)
    minimize_multistart(f, c(1, 1), 9, lower = -5, upper = 5)$multistart
  }
  here <- answer()
  expect_identical(under_plan("multisession", answer()), here)
  if (parallelly::supportsMulticore()) expect_identical(under_plan("multicore", answer()), here)
})

test_that("what functions need of this session is found", {
  assign("gradtape_test_offset", 2, envir = globalenv())
  assign("gradtape_test_helper", users_function(global_helper), envir = globalenv())
  on.exit(rm("gradtape_test_offset", "gradtape_test_helper", envir = globalenv()))
  inner <- users_function(function(x) gradtape_test_helper(x) + median(x))
  f <- users_function(function(x) inner(x) + local_number, list(inner = inner, local_number = 1))
  needs <- sent_globals(list(f, NULL, 3))
  expect_setequal(names(needs$variables), c("gradtape_test_offset", "gradtape_test_helper"))
  expect_true("stats" %in% needs$packages)
  expect_identical(sent_globals(list(tape(f, c(1, 2, 4))))$variables, needs$variables)
})

test_that("a process that dies is begun again twice, then its runs are failures", {
  starts <- matrix(c(0, 2, 3, 4), 4, 2)
  runs <- function(times) {
    f <- deadly(times)
    under_plan("multisession", minimize_multistart(f, c(0, 0), starts = starts, method = "nelder-mead"))$multistart$runs
  }
  all_die <- tryCatch(suppressWarnings(runs(100)), error = conditionMessage)
  expect_match(all_die, "None of the 4 runs")
  skip_if(packageVersion("future") < "1.40", "a future that leaves dead workers dead")
  expect_identical(suppressWarnings(runs(1))$convergence, rep(0, 4))
})

test_that("many fits give the same under any plan", {
  f <- users_function(function(p, y) if (y[1] > 3) sum((y - p)^2) else sum((y + p)^4) + p^2)
  data <- lapply(1:7, function(k) c(k, 2 * k))
  expect_identical(under_plan("multisession", fit_many(f, 1, data)), fit_many(f, 1, data))
})
