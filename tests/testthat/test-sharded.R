# Objectives whose data are in shards.

logistic <- as_user(function(beta, d) sum(log1p(exp(-d$y * (d$x %*% beta)))))

logistic_data <- function(n = 240, p = 4) {
  set.seed(1)
  x <- matrix(rnorm(n * p), n)
  list(x = x, y = drop(sign(x %*% seq_len(p) + 3 * rnorm(n))))
}
beta <- c(0.3, -0.1, 0.2, 0.4)

expect_same_numbers <- function(objective, tape, x, v) {
  expect_equal(objective$fn(x), tape$fn(x), tolerance = 1e-12)
  expect_equal(objective$gr(x), tape$gr(x), tolerance = 1e-12)
  expect_equal(objective$he(x), tape$he(x), tolerance = 1e-12)
  expect_equal(objective$hvp(x, v), tape$hvp(x, v), tolerance = 1e-12)
}

test_that("value, gradient and Hessian are those of one process", {
  d <- logistic_data()
  tape <- tape(logistic, beta, d = d)
  for (shards in c(1, 2, 7, 240)) expect_same_numbers(sharded(logistic, d, shards), tape, beta, 4:1)
  named <- c(a = 1, b = 2)
  frame <- data.frame(x = 1:5, y = 5:1)
  f <- as_user(function(p, d, power) sum((d$y - p[1] - p[2] * d$x)^power))
  objective <- sharded(f, frame, 3, power = 4)
  expect_same_numbers(objective, tape(f, named, d = frame, power = 4), named, named)
  expect_identical(names(objective$gr(named)), names(named))
  expect_identical(dimnames(objective$he(named)), list(names(named), names(named)))
  expect_output(print(objective), "3 shards of 5 rows in 1 process")
})

test_that("minimize() takes shards", {
  d <- logistic_data()
  one <- minimize(logistic, numeric(4), d = d)
  many <- minimize(sharded(logistic, d, 5), numeric(4))
  expect_equal(many$par, one$par, tolerance = 1e-12)
  expect_equal(many$value, one$value, tolerance = 1e-12)
  expect_identical(many$method, one$method)
  short <- minimize(logistic, numeric(4), data = d, shards = 5, control = minimize_control(likelihood = TRUE))
  expect_identical(short$par, many$par)
  expect_equal(vcov(short), solve(tape(logistic, numeric(4), d = d)$he(one$par)), tolerance = 1e-9,
               ignore_attr = TRUE)
  bounded <- minimize(sharded(logistic, d, 2), numeric(4), lower = 0, upper = 0.2, method = "lbfgsb")
  expect_identical(bounded$par, pmin(bounded$par, 0.2))
})

test_that("shards are read by who keeps them", {
  frame <- data.frame(x = 1:9, y = (1:9)^2)
  f <- as_user(function(p, d) sum((d$y - p * d$x)^2))
  whole <- tape(f, 2, d = frame)$value_and_grad(2)
  folder <- tempfile("shards")
  dir.create(folder)
  parts <- split(frame, c(1, 1, 1, 1, 2, 2, 3, 3, 3))
  rds <- file.path(folder, paste0(1:3, ".rds"))
  csv <- sub("rds$", "csv", rds)
  for (k in 1:3) {
    saveRDS(parts[[k]], rds[k])
    utils::write.csv(parts[[k]], csv[k])
  }
  expect_equal(sharded(f, rds)$value_and_grad(2), whole)
  expect_equal(sharded(f, csv)$value_and_grad(2), whole)
  expect_equal(sharded(f, csv, read = function(path) readRDS(sub("csv$", "rds", path)))$value_and_grad(2), whole)
  piece <- function(k, n) frame[rows_of_part(9, k, n), ]
  expect_equal(sharded(f, piece, 4)$value_and_grad(2), whole)
  expect_identical(sharded(f, piece, 4)$n_rows(), 9)
  file.rename(rds[1], sub("rds$", "data", rds[1]))
  expect_error(sharded(f, c(sub("rds$", "data", rds[1]), rds[2:3])), "No reader is known")
})

test_that("rows are cut into parts of nearly the same length", {
  for (n in 1:7) {
    parts <- lapply(seq_len(n), function(k) rows_of_part(17, k, n))
    expect_equal(unlist(parts), 1:17)
    expect_lte(diff(range(lengths(parts))), 1)
  }
  expect_identical(take_rows(list(a = 1:3, b = diag(3)), 2:3), list(a = 2:3, b = diag(3)[2:3, ]))
  expect_identical(rows_by_shard(c(7, 1, 4, 3), c(3, 3, 1)), list(c(1L, 3L), 1L, 1L))
})

test_that("wrong arguments and functions are named", {
  f <- as_user(function(p, d) sum((d - p)^2))
  expect_error(sharded(f, numeric(), 2), "no rows")
  expect_error(sharded(f, 1:3, 4), "only 3 rows")
  expect_error(sharded(f, list(1:3, 1:2), 2), "same number of rows")
  expect_error(sharded(f, quote(x), 2), "must be a data frame")
  expect_error(sharded(1, 1:3), "`fn` must be a function")
  expect_error(sharded(f, c("no", "such.rds")), "there is no file", class = "gradtape_file_error")
  expect_error(minimize_multistart(sharded(f, 1:3, 2), 1), "one start after the other")
  expect_error(sharded(f, 1:3, 2, workers = "")$fn, NA)
  expect_error(sharded(f, 1:3, 2, workers = list())$fn(1), "`workers` must be")
  expect_error(sharded(as_user(function(p, d) d - p), 1:3, 2)$fn(1), "must return one number")
  expect_error(sharded(as_user(function(p, d) stop("bad day")), 1:3, 2)$fn(1), "Shard 1: .*bad day")
  expect_error(minimize(f, 1, shards = 2), "`shards` cuts `data`")
  expect_error(minimize(sharded(f, 1:3, 2), 1, gr = identity), "has its own derivatives")
  expect_error(minimize(sharded(f, 1:3, 2), 1, eq = function(p) p), "takes no constraints")
})

test_that("a copy, from a file or in a fork, does not touch what the original has", {
  f <- as_user(function(p, d) sum((d - p)^2))
  original <- sharded(f, 1:6, 3)
  value <- original$fn(2)
  file <- tempfile()
  saveRDS(original, file)
  copy <- readRDS(file)
  expect_identical(copy$fn(2), value)
  copy$close()
  expect_identical(original$fn(3), sum((1:6 - 3)^2))
  skip_on_os("windows")
  skip_on_cran()
  expect_identical(parallel::mccollect(parallel::mcparallel({
    value <- original$fn(4)
    original$close()
    value
  }))[[1]], sum((1:6 - 4)^2))
  expect_identical(original$fn(5), sum((1:6 - 5)^2))
})

test_that("a trial point where a shard is not defined is stepped back from", {
  f <- as_user(function(p, d) {
    if (p > 3) stop("too large")
    sum((d - p)^2 - log(3 - p))
  })
  fit <- suppressMessages(minimize(sharded(f, c(1, 2, 9, 11), 2), 0))
  expect_identical(fit$convergence, 0L)
  expect_equal(fit$par, suppressMessages(minimize(f, 0, d = c(1, 2, 9, 11)))$par, tolerance = 1e-8)
})

test_that("workers are sent what the functions need that read the shards", {
  skip_if_not_installed("codetools")
  assign("read_of_a_test", function(path) readRDS(path), globalenv())
  on.exit(rm("read_of_a_test", envir = globalenv()))
  file <- tempfile(fileext = ".rds")
  saveRDS(1:3, file)
  what <- list(fn = as_user(function(p, d) sum((d - p)^2)), arguments = list())
  by_path <- as_user(function(path) read_of_a_test(path))
  for (source in list(shard_source(file, NULL, by_path),
                      shard_source(as_user(function(k, n) read_of_a_test(k)), 2, NULL))) {
    expect_named(sent_globals_of_shards("some", what, source)$variables, "read_of_a_test")
  }
  objective <- sharded(what$fn, 1:3, 2)
  f <- objective$he(c(a = 1, b = 2)[1])
  expect_identical(dimnames(f), list("a", "a"))
})
