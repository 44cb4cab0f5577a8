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
  as_user(here = here, folder = folder, times = times, f = function(x) {
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
  assign("gradtape_test_helper", as_user(global_helper), envir = globalenv())
  on.exit(rm("gradtape_test_offset", "gradtape_test_helper", envir = globalenv()))
  # (a way through it that only some runs take is recorded in the workers)
  f <- as_user(function(x) {
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

test_that("jobs of a scheduler give the same", {
  skip_if_not_installed("future.batchtools")
  folder <- setwd(tempdir())
  on.exit(setwd(folder))
  jobs <- getExportedValue("future.batchtools", "batchtools_multicore")
  old <- future::plan(jobs, workers = 2)
  on.exit(future::plan(old), add = TRUE)
  run <- function() {
    set.seed(1)
    minimize_multistart(rastrigin, c(1, 1), 4, lower = -5, upper = 5, starts = "lhs")$multistart
  }
  there <- run()
  expect_error(sharded(rastrigin, 1:3)$fn(1), "workers that stay")
  future::plan("sequential")
  expect_identical(there, run())
})

test_that("progress is told, from workers too", {
  skip_if_not_installed("progressr")
  old <- options(progressr.enable = TRUE)
  on.exit(options(old))
  loadNamespace("progressr")
  told <- function() {
    amount <- 0
    withCallingHandlers(fit_many(as_user(function(p, y) (p - y)^2), 0, as.list(1:7)),
                        progression = function(p) if (p$type == "update") amount <<- amount + p$amount)
    amount
  }
  expect_equal(told(), 7)
  expect_equal(under_plan("multisession", told()), 7)
})

test_that("what functions need of this session is found", {
  assign("gradtape_test_offset", 2, envir = globalenv())
  assign("gradtape_test_helper", as_user(global_helper), envir = globalenv())
  on.exit(rm("gradtape_test_offset", "gradtape_test_helper", envir = globalenv()))
  inner <- as_user(function(x) gradtape_test_helper(x) + median(x))
  f <- as_user(function(x) inner(x) + local_number, inner = inner, local_number = 1)
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

test_that("a cluster that was made elsewhere, which does not know our libraries, is used and left as it was", {
  libraries <- Sys.getenv(c("R_LIBS", "R_LIBS_USER"), names = TRUE)
  Sys.unsetenv(names(libraries))
  cluster <- parallel::makeCluster(2)
  do.call(Sys.setenv, as.list(libraries))
  on.exit(parallel::stopCluster(cluster))
  f <- as_user(function(p, y) sum((y - p)^2))
  old <- future::plan("cluster", workers = cluster)
  on.exit(future::plan(old), add = TRUE, after = FALSE)
  expect_equal(fit_many(f, 0, list(1:3 + 0, 5))[[6]], c(2, 5), tolerance = 1e-6)
  objective <- sharded(f, c(1, 2, 5), 3)
  expect_identical(objective$value_and_grad(1), list(value = 17, gradient = -10))
  expect_equal(objective$n_workers(), 2)
  objective$close()
  expect_identical(parallel::clusterEvalQ(cluster, 1 + 1), list(2, 2))
})

test_that("many fits give the same under any plan", {
  f <- as_user(function(p, y) if (y[1] > 3) sum((y - p)^2) else sum((y + p)^4) + p^2)
  data <- lapply(1:7, function(k) c(k, 2 * k))
  expect_identical(under_plan("multisession", fit_many(f, 1, data)), fit_many(f, 1, data))
})

test_that("shards in other processes give the digits of one", {
  x <- matrix(cos(1:240), 60)
  d <- list(x = x, y = sin(1:60))
  assign("gradtape_test_offset", 2, envir = globalenv())
  on.exit(rm("gradtape_test_offset", envir = globalenv()))
  f <- as_user(function(p, d) sum((d$y - d$x %*% p + gradtape_test_offset)^4))
  here <- sharded(f, d, 5, workers = 1)
  there <- under_plan("multisession", sharded(f, d, 5))
  under_plan("multisession", expect_equal(there$n_workers(), 2))
  p <- c(0.1, 0.2, 0.3, 0.4)
  expect_identical(there$value_and_grad(p), here$value_and_grad(p))
  expect_identical(there$he(p), here$he(p))
  expect_identical(there$hvp(p, p), here$hvp(p, p))
  rows <- c(60, 3, 17, 18)
  expect_identical(there$value_and_grad(p, rows), here$value_and_grad(p, rows))
  # an answer that an interrupt left behind is not taken for the next
  ask_for(tape_pool(there)$nodes[[1]], "answer_shards", "none", -1, 1, list(list()))
  expect_identical(there$value_and_grad(p), here$value_and_grad(p))
  expect_identical(minimize(there, p)$par, minimize(here, p)$par)
  there$close()
  expect_identical(under_plan("multisession", there$gr(2 * p)), here$gr(2 * p))
  there$close()
})

test_that("a worker that dies is replaced, and its shards are loaded again", {
  died <- tempfile("deaths")
  dir.create(died)
  here <- Sys.getpid()
  f <- as_user(here = here, died = died, f = function(p, y) {
    if (Sys.getpid() != here && y[1] > 4 && length(list.files(died)) < as.numeric(Sys.getenv("GRADTAPE_DEATHS", 2))) {
      file.create(tempfile("died", died))
      tools::pskill(Sys.getpid(), 9)
      Sys.sleep(10)
    }
    sum((y - p)^2)
  })
  objective <- sharded(f, c(1, 2, 5, 9), 2, workers = 2)
  whole <- tape(f, 1, y = c(1, 2, 5, 9))
  expect_identical(objective$value_and_grad(1), whole$value_and_grad(1))
  expect_length(list.files(died), 2)
  tools::pskill(pid_of(objective, 1), 9)
  expect_identical(objective$value_and_grad(3), whole$value_and_grad(3))
  tools::pskill(pid_of(objective, 2), 9)
  expect_error(objective$value_and_grad(4), "died for the third time", class = "gradtape_worker_error")
  objective$close()
})
