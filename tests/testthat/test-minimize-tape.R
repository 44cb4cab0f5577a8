rosenbrock <- function(x) 100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2
chained <- function(x) {
  n <- length(x)
  sum(100 * (x[2:n] - x[1:(n - 1)]^2)^2 + (1 - x[1:(n - 1)])^2)
}
precise <- list(tolerance_grad = 1e-9, tolerance_change = 0)
minimum <- function(tp, x, ...) do.call(minimize_tape, c(list(tp, x), utils::modifyList(precise, list(...))))

test_that("every line search finds known minima, and says where and why it stopped", {
  cases <- list(
    list(rosenbrock, c(-1.2, 1), c(1, 1), 0),
    list(chained, rep(c(-1.2, 1), 5), rep(1, 10), 0),
    list(function(x) sum((x - 1:3)^4) + sum((x - 1:3)^2) + 7, c(9, -9, 0), 1:3, 7),
    list(function(x) if (x[1] > 2) sum(x^2) else (x[1] - 1)^2 + 3 + sum((x[-1] + 1)^2), c(5, 5), c(1, -1), 3)
  )
  for (case in cases) for (search in line_searches) {
    tp <- tape(case[[1]], case[[2]])
    got <- minimum(tp, case[[2]], line_search_fn = search, trace = 1000)
    expect_equal(got$par, as.numeric(case[[3]]), tolerance = 1e-6)
    expect_equal(got$value, case[[4]], tolerance = 1e-9)
    expect_equal(got$value, tp$fn(got$par))
    expect_equal(got$gradient, tp$gr(got$par))
    expect_true(got$status %in% c("gradient", "slope", "line search"), label = got$status)
    trace <- as.data.frame(got$trace)
    expect_identical(trace$iteration, as.numeric(seq_len(nrow(trace)) - 1))
    expect_equal(got$value, min(trace$value))
    expect_equal(trace$improvement[-1], -diff(trace$value), tolerance = 1e-12)
    expect_true(all(diff(trace$evaluations) >= 1) && got$counts[["value"]] >= max(trace$evaluations))
  }
})

test_that("iterations are those of optim_lbfgs()", {
  tp <- tape(rosenbrock, c(-1.2, 1))
  for (n in c(1, 2, 5, 20)) for (search in line_searches) {
    options <- list(max_iter = n, max_eval = 1000, line_search_fn = search, tolerance_grad = 0, tolerance_change = 0)
    x <- torch_tensor(c(-1.2, 1), requires_grad = TRUE)
    do.call(optim_lbfgs, c(list(x), options))$step(tp)
    got <- do.call(minimize_tape, c(list(tp, c(-1.2, 1)), options))
    expect_equal(got$par, as.numeric(x), tolerance = 1e-14, label = paste(search, n))
    expect_identical(got$status, "iterations")
    expect_identical(got$iterations, as.numeric(n))
  }
})

test_that("progress is told of each iteration, can end the run, and may fail", {
  tp <- tape(rosenbrock, c(-1.2, 1))
  seen <- list()
  watch <- function(now, x) { seen[[length(seen) + 1]] <<- now; FALSE }
  got <- minimum(tp, c(-1.2, 1), line_search_fn = "strong_wolfe", progress = watch, trace = 1000)
  expect_identical(do.call(rbind, seen), got$trace)
  expect_identical(nrow(minimum(tp, c(-1.2, 1), line_search_fn = "strong_wolfe", trace = 3)$trace), 3L)
  expect_null(minimum(tp, c(-1.2, 1))$trace)

  ended <- minimum(tp, c(-1.2, 1), line_search_fn = "strong_wolfe", progress = function(now, x) now[["iteration"]] >= 4)
  expect_identical(ended$status, "interrupted")
  expect_identical(ended$iterations, 4)
  expect_equal(ended$value, got$trace[5, "value"], ignore_attr = TRUE)
  expect_identical(minimum(tp, c(-1.2, 1), progress = function(now, x) TRUE)$par, c(-1.2, 1))
  expect_error(minimum(tp, c(-1.2, 1), progress = function(now, x) stop("mine")), "mine")
  expect_identical(minimum(tp, c(-1.2, 1), line_search_fn = "strong_wolfe")$par, got$par)
})

test_that("limits hold, and the lowest point is kept", {
  tp <- tape(chained, rep(c(-1.2, 1), 5))
  x <- rep(c(-1.2, 1), 5)
  for (n in c(1, 7)) expect_identical(minimum(tp, x, max_iter = n)$iterations, as.numeric(n))
  few <- minimum(tp, x, max_eval = 5, line_search_fn = "strong_wolfe")
  expect_identical(few$status, "evaluations")
  expect_lt(few$counts[["value"]], 5 + 25)
  # steps of a fixed length lead away
  far <- minimum(tape(rosenbrock, x[1:2]), x[1:2], lr = 1, max_iter = 6, trace = 10)
  expect_gt(max(far$trace[, "value"]), far$trace[1, "value"])
  expect_identical(far$value, min(far$trace[, "value"]))
})

test_that("what cannot be minimized is refused", {
  tp <- tape(function(x) sum(log(x)), c(1, 2))
  start <- c(-1, 2)
  got <- minimize_tape(tp, start)
  expect_identical(got$status, "nan at the start")
  expect_identical(got$par, start)
  expect_error(minimize_tape(tp, c(1, 2), max_itr = 3), "has no option `max_itr`", class = "gradtape_argument_error")
  expect_error(minimize_tape(tp, c(1, 2), "newtn"), "no method \"newtn\"", class = "gradtape_argument_error")
  expect_error(minimize_tape(tp, c(1, 2), max_iter = -1), "`max_iter` must be", class = "gradtape_argument_error")
  expect_error(minimize_tape(tp, c(1, 2, 3)), "2 parameters", class = "gradtape_tape_error")
  old <- options(gradtape.escape = "eager")
  on.exit(options(old))
  eager <- suppressMessages(tape(function(x) sum((x - as_array(x[1]))^2), c(1, 2)))
  expect_equal(minimize_tape(eager, c(1, 2))$par, c(1, 1), tolerance = 1e-6)
})

test_that("Hessians of a tape are columns of products, also where it records anew, and in a reduced problem", {
  solve <- function(problem, ...) asNamespace("gradtape")$minimize_in_c(problem, ...)
  f <- function(x) if (x[1] > 0) x[1]^2 * x[2] + x[2]^4 else 3 * x[1] * x[2]^2
  tp <- tape(f, c(1, 2))
  expect_equal(tp$he(c(-1, 2)), rbind(c(0, 12), c(12, -6)))
  expect_equal(tp$he(c(1, 2)), rbind(c(4, 2), c(2, 48)))
  closures <- asNamespace("gradtape")$closure_problem(rosenbrock, gr <- tape(rosenbrock, c(1, 1))$gr, NULL, 2)
  options <- c(precise, line_search_fn = "strong_wolfe")
  whole <- solve(closures, c(-1.2, 1), "lbfgs", options = options)
  expect_equal(whole$par, c(1, 1), tolerance = 1e-7)
  only <- solve(closures, c(-1.2, 1), "lbfgs", list(free = 2L), options)
  expect_equal(only$par, c(-1.2, 1.44), tolerance = 1e-9)
  expect_equal(only$gradient[1], 0)
  scaled <- solve(closures, c(-1.2, 1), "lbfgs", list(scale = c(10, 0.1)), options)
  expect_equal(scaled$par, c(1, 1), tolerance = 1e-7)
  expect_equal(scaled$gradient, gr(scaled$par))
  up <- solve(list(value = function(x) -rosenbrock(x), gradient = function(x) -gr(x)), c(-1.2, 1), "lbfgs",
              list(maximize = TRUE), options)
  expect_equal(up$par, whole$par)
  expect_equal(up$value, -whole$value)
  expect_error(solve(list(value = function(x) "a"), c(1, 2), "lbfgs"), NA)
  expect_identical(solve(list(value = function(x) 1), c(1, 2), "lbfgs")$status, "unfit")
})
