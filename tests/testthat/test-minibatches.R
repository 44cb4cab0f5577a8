# Batches in random order.

test_that("each row comes once in an epoch, in another order in the next", {
  set.seed(1)
  d <- data.frame(x = 1:10, y = 10:1)
  batches <- minibatches(d, 4)
  expect_identical(batches$n_batches, 3)
  epoch <- function() lapply(1:3, function(k) batches$next_batch())
  first <- epoch()
  expect_identical(vapply(first, nrow, 0L), c(4L, 4L, 2L))
  all_rows <- do.call(rbind, first)
  expect_setequal(all_rows$x, 1:10)
  expect_identical(all_rows$y, 11L - all_rows$x)
  second <- do.call(rbind, epoch())
  expect_setequal(second$x, 1:10)
  expect_false(identical(second$x, all_rows$x))
  expect_identical(batches$epoch, 2)
  whole <- minibatches(d, 4, drop_last = TRUE)
  expect_identical(whole$n_batches, 2)
  expect_identical(minibatches(1:5, 2, shuffle = FALSE)$next_batch(), 1:2)
  expect_output(print(whole), "epoch 1, batch 0 of 2")
})

test_that("the order is the seed's, and what else draws numbers does not change it", {
  take <- function(n, disturb) {
    set.seed(2)
    batches <- minibatches(1:20, 6)
    unlist(lapply(seq_len(n), function(k) {
      if (disturb) runif(k)
      batches$next_rows()
    }))
  }
  expect_identical(take(9, FALSE), take(9, TRUE))
  set.seed(3)
  before <- random_seed()
  batches <- minibatches(1:20, 6)
  after <- random_seed()
  for (k in 1:9) batches$next_rows()
  expect_identical(random_seed(), after)
  expect_false(identical(before, after))
})

test_that("a state that was saved is gone on from exactly", {
  set.seed(4)
  batches <- minibatches(matrix(1:34, 17), 5)
  for (n in c(0, 3, 4, 6)) {
    for (k in seq_len(n)) batches$next_batch()
    file <- tempfile()
    saveRDS(batches$state(), file)
    expected <- lapply(1:9, function(k) batches$next_batch())
    other <- minibatches(matrix(1:34, 17), 5)$restore(readRDS(file))
    expect_identical(lapply(1:9, function(k) other$next_batch()), expected)
    expect_identical(other$state(), batches$state())
  }
  expect_error(minibatches(1:17, 4)$restore(batches$state()), "made alike", class = "gradtape_state_error")
  expect_error(batches$restore(NULL), class = "gradtape_state_error")
  expect_error(minibatches(1:3, 4), "only 3 rows")
  expect_error(minibatches(quote(x), 4), "`data` must be")
})

test_that("Adam on batches of shards takes the steps that it takes in one process, and resumes them", {
  set.seed(5)
  x <- matrix(rnorm(120), 40)
  d <- list(x = x, y = drop(x %*% c(1, -2, 3)) + rnorm(40, 0, 0.1))
  f <- as_user(function(p, d) sum((d$y - d$x %*% p)^2))
  objective <- sharded(f, d, 3)
  run <- function(steps, loss, state = NULL) {
    w <- torch_tensor(if (is.null(state)) numeric(3) else state$w, requires_grad = TRUE)
    opt <- optim_adam(w, lr = 0.05)
    set.seed(6)
    batches <- minibatches(objective, 7)
    if (!is.null(state)) {
      opt$load_state_dict(state$opt)
      batches$restore(state$batches)
    }
    for (k in seq_len(steps)) {
      opt$zero_grad()
      loss(w, batches$next_rows())$backward()
      opt$step()
    }
    list(w = as_array(w), opt = opt$state_dict(), batches = batches$state())
  }
  sharded_loss <- function(w, rows) objective$loss(w, rows)
  plain_loss <- function(w, rows) f(w, take_rows(d, rows))
  expect_equal(run(30, sharded_loss)$w, run(30, plain_loss)$w, tolerance = 1e-10)
  file <- tempfile()
  saveRDS(run(13, sharded_loss), file)
  expect_identical(run(17, sharded_loss, readRDS(file))$w, run(30, sharded_loss)$w)
})

test_that("a batch of a function that takes its data for numbers has a tape of its own", {
  f <- as_user(function(p, y) sum((p - as.numeric(paste(y)))^2))
  objective <- sharded(f, 1:9, 2)
  expect_equal(objective$value_and_grad(2, c(1, 9, 5)), list(value = 59, gradient = -18))
  named <- as_user(function(p, d) sum((p$a - d$y[d$kind == "a"])^2) + sum((p$b - d$y[d$kind == "b"])^2))
  d <- data.frame(y = 1:6, kind = rep(c("a", "b"), 3))
  both <- sharded(named, d, 2)$value_and_grad(list(a = 0, b = 1), c(1, 4, 6))
  expect_equal(both, list(value = 1 + 9 + 25, gradient = c(a = -2, b = -16)))
})
