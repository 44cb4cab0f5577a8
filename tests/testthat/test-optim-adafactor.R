# AdaFactor beside its paper's algorithms 4 (matrices) and 5 (vectors), written out in plain R.

rms <- function(x) sqrt(mean(x^2))

# One step. s: x, and the running means r, c (a row per leading index), v, m.
adafactor_step <- function(s, g, t, eps = c(1e-30, 1e-3), d = 1, decay_rate = -0.8, beta1 = NULL, weight_decay = 0,
                           scale_parameter = TRUE, rho = min(1e-2, 1 / sqrt(t))) {
  shape <- dim(s$x)
  alpha <- rho * if (scale_parameter) max(eps[2], rms(s$x)) else 1
  beta2 <- 1 - t^decay_rate
  if (length(shape) < 2) {
    s$v <- beta2 * s$v + (1 - beta2) * (g^2 + eps[1])
    u <- g / sqrt(s$v)
  } else {
    last <- utils::tail(shape, 2)
    each <- matrix(seq_along(g), ncol = prod(last))             # a row for each matrix
    u <- g
    for (b in seq_len(nrow(each))) {
      G <- matrix(g[each[b, ]], last[1])
      s$r[[b]] <- beta2 * (if (t > 1) s$r[[b]] else 0) + (1 - beta2) * rowSums(G^2 + eps[1])
      s$c[[b]] <- beta2 * (if (t > 1) s$c[[b]] else 0) + (1 - beta2) * colSums(G^2 + eps[1])
      V <- outer(s$r[[b]], s$c[[b]]) / sum(s$r[[b]])
      u[each[b, ]] <- G / sqrt(V)
    }
  }
  step <- alpha * u / max(1, rms(u) / d)
  if (!is.null(beta1)) step <- s$m <- beta1 * s$m + (1 - beta1) * step
  s$x <- s$x - weight_decay * alpha * s$x - step
  s
}

# A gradient that differs from step to step, with a row of zeros where there are rows.
gradient_at <- function(x, t) {
  g <- sin(3 * x) + cos(t) / 2
  if (length(dim(x)) == 2) g[1, ] <- 0
  g
}

follow_paper <- function(x, steps, make, ..., rho = NULL, dtype = torch_double()) {
  p <- torch_tensor(x, dtype = dtype, requires_grad = TRUE)
  opt <- make(p)
  s <- list(x = x, r = list(), c = list(), v = 0, m = 0)
  for (t in seq_len(steps)) {
    g <- gradient_at(s$x, t)
    p$grad <- torch_tensor(g, dtype = dtype)
    opt$step()
    s <- if (is.null(rho)) adafactor_step(s, g, t, ...) else adafactor_step(s, g, t, ..., rho = rho(t))
  }
  list(x = as.numeric(p), paper = as.numeric(s$x), state = opt$state$get(p))
}

starts <- list(scalar = 0.7, vector = c(1, -2, 0.5), matrix = matrix(c(1, -2, 0.5, 3, 0.1, -1), 2),
               row = matrix(c(1, -2, 3), 1), array = array(sin(1:24), c(2, 3, 4)),
               four = array(cos(1:36), c(2, 3, 2, 3)))

test_that("AdaFactor follows its paper, for every shape and setting", {
  settings <- list(
    list(make = function(p) optim_adafactor(p)),
    list(make = function(p) optim_adafactor(p, warmup_init = TRUE), rho = function(t) min(1e-6 * t, 1 / sqrt(t))),
    list(make = function(p) optim_adafactor(p, lr = 0.1, relative_step = FALSE, scale_parameter = FALSE),
         scale_parameter = FALSE, rho = function(t) 0.1),
    list(make = function(p) optim_adafactor(p, lr = 0.1, relative_step = FALSE, beta1 = 0.9, weight_decay = 0.3),
         beta1 = 0.9, weight_decay = 0.3, rho = function(t) 0.1),
    list(make = function(p) optim_adafactor(p, eps = c(1e-4, 2), clip_threshold = 0.3, decay_rate = -0.5),
         eps = c(1e-4, 2), d = 0.3, decay_rate = -0.5)
  )
  for (name in names(starts)) for (i in seq_along(settings)) {
    got <- do.call(follow_paper, c(list(starts[[name]], 6), settings[[i]]))
    expect_equal(got$x, got$paper, tolerance = 1e-12, info = paste(name, i))
  }
})

test_that("in float it agrees as far as floats do", {
  for (name in names(starts)) {
    got <- follow_paper(starts[[name]], 6, function(p) optim_adafactor(p, beta1 = 0.5), beta1 = 0.5,
                        dtype = torch_float())
    expect_equal(got$x, got$paper, tolerance = 1e-5, info = name)
  }
})

test_that("the state of a matrix is one vector for its rows and one for its columns", {
  shapes <- function(x) {
    lapply(Filter(Negate(is.null), follow_paper(x, 1, optim_adafactor)$state[-1]), function(v) v$shape)
  }
  expect_equal(shapes(starts$matrix), list(exp_avg_sq_row = 2L, exp_avg_sq_col = 3L))
  expect_equal(shapes(starts$array), list(exp_avg_sq_row = c(2L, 3L), exp_avg_sq_col = c(2L, 4L)))
  expect_equal(shapes(starts$vector), list(exp_avg_sq = 3L))
  expect_equal(shapes(starts$scalar), list(exp_avg_sq = integer()))
})

test_that("maximize, empty parameters and resuming work as for the others", {
  x <- torch_tensor(starts$matrix, requires_grad = TRUE)
  y <- torch_tensor(starts$matrix, requires_grad = TRUE)
  down <- optim_adafactor(x)
  up <- optim_adafactor(y, maximize = TRUE)
  x$grad <- y$grad <- torch_tensor(starts$matrix + 1)
  down$step()
  up$step()
  expect_equal(as.numeric(x) - starts$matrix, starts$matrix - as.numeric(y), ignore_attr = TRUE)

  resumed <- torch_tensor(as.array(x), requires_grad = TRUE)
  copy <- optim_adafactor(resumed)
  copy$load_state_dict(unserialize(serialize(down$state_dict(), NULL)))
  for (t in 1:3) {
    x$grad <- torch_tensor(starts$matrix * t)
    resumed$grad <- torch_tensor(starts$matrix * t)
    down$step()
    copy$step()
  }
  expect_identical(as.array(resumed), as.array(x))
})

test_that("options that do not go together are named", {
  x <- torch_tensor(1, requires_grad = TRUE)
  expect_error(optim_adafactor(x, lr = 0.1), "`lr` is for `relative_step = FALSE`.*not lr = 0.1")
  expect_error(optim_adafactor(x, relative_step = FALSE), "`lr` is for `relative_step = FALSE`.*not lr = NULL")
  expect_error(optim_adafactor(x, lr = 1, relative_step = FALSE, warmup_init = TRUE),
               "`warmup_init` needs `relative_step`")
  expect_error(optim_adafactor(x, decay_rate = 1), "`decay_rate` must be one number of at most 0, not 1")
  expect_error(optim_adafactor(x, beta1 = 1), "`beta1` must be NULL or one number of at least 0 and below 1, not 1")
  expect_error(optim_adafactor(x, eps = c(0, 1)),
               "`eps` must be two numbers, the first above 0, the second of at least 0")
  expect_error(lr_step(optim_adafactor(x), 2), "no .*lr.* to schedule")
})
