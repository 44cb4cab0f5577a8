# Published optimizers, as users write them for torch: helper-custom-optimizers.R.

# A function of two parameters, with its gradient and Hessian as formulas.
weights <- c(0.5, 1, 2, 4)
loss_of <- function(x, m) {
  (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2 + sum(torch_tensor(matrix(weights, 2)) * (m - 1)^2) + x[1] * sum(m)
}
plain_gradient <- function(x, m) {
  list(c(-2 * (1 - x[1]) - 20 * x[1] * (x[2] - x[1]^2) + sum(m), 10 * (x[2] - x[1]^2)), 2 * weights * (m - 1) + x[1])
}
plain_hessian <- function(x) {
  h <- diag(c(2 - 20 * x[2] + 60 * x[1]^2, 10, 2 * weights))
  h[1, 2] <- h[2, 1] <- -20 * x[1]
  h[1, 3:6] <- h[3:6, 1] <- 1
  h
}
start <- function() list(c(-1, 0.5), c(0.5, -1, 2, 0.1))

tensor_run <- function(make, options, steps, seed = 1, resume = FALSE) {
  params <- list(torch_tensor(start()[[1]], requires_grad = TRUE),
                 torch_tensor(matrix(start()[[2]], 2), requires_grad = TRUE))
  opt <- do.call(make, c(list(params), options))
  set.seed(seed)
  for (t in seq_len(steps)) {
    opt$zero_grad()
    loss_of(params[[1]], params[[2]])$backward(create_graph = inherits(opt, "optim_adahessian"))
    opt$step()
    if (resume && t == 3) {
      saved <- unserialize(serialize(opt$state_dict(), NULL))
      opt <- do.call(make, c(list(params), options))
      opt$load_state_dict(saved)
    }
  }
  unlist(lapply(params, as.numeric))
}

plain_run <- function(name, options, steps, seed = 1) {
  defaults <- lapply(as.list(formals(custom_optimizers[[name]]))[-1], eval)
  o <- utils::modifyList(defaults, options)
  x <- start()
  own <- list(list(), list())
  set.seed(seed)
  for (t in seq_len(steps)) {
    g <- plain_gradient(x[[1]], x[[2]])
    if (name == "adahessian") {
      z <- lapply(x, function(p) 2 * floor(stats::runif(length(p), 0, 2)) - 1)
      diagonal <- split(unlist(z) * as.vector(plain_hessian(x[[1]]) %*% unlist(z)), c(1, 1, 2, 2, 2, 2))
    }
    for (p in 1:2) {
      more <- if (name == "adahessian") list(diagonal[[p]])
      both <- do.call(plain_updates[[name]], c(list(x[[p]], g[[p]], own[[p]], t, o), more))
      x[[p]] <- both[[1]]
      own[[p]] <- both[[2]]
    }
  }
  unlist(x)
}

settings <- list(
  adabound = list(list(lr = 0.1), list(lr = 0.05, final_lr = 0.02, gamma = 0.5, weight_decay = 0.1)),
  adahessian = list(list(), list(lr = 0.1, weight_decay = 0.1, hessian_power = 0.5)),
  diffgrad = list(list(lr = 0.1), list(lr = 0.05, betas = c(0.5, 0.9))),
  nadam = list(list(lr = 0.1), list(lr = 0.05, schedule_decay = 0.1)),
  qhadam = list(list(lr = 0.1), list(lr = 0.05, nus = c(0.5, 0.8), weight_decay = 0.1)),
  swats = list(list(lr = 0.1), list(lr = 0.1, eps = 0.01)),
  madgrad = list(list(lr = 0.1), list(lr = 0.05, momentum = 0.5, weight_decay = 0.1)),
  adamw = list(list(lr = 0.1), list(lr = 0.05, weight_decay = 0.1, amsgrad = TRUE, betas = c(0.5, 0.5))),
  radam = list(list(lr = 0.1), list(lr = 0.05, betas = c(0.8, 0.9))),
  yogi = list(list(lr = 0.1), list(lr = 0.05, initial_accumulator = 1))
)

test_that("they step as their papers say", {
  expect_setequal(names(settings), names(custom_optimizers))
  for (name in names(settings)) {
    for (options in settings[[name]]) {
      actual <- tensor_run(custom_optimizers[[name]], options, 25)
      expect_equal(actual, plain_run(name, options, 25), tolerance = 1e-10, info = paste(name, deparse1(options)))
      expect_gt(sum(abs(actual - unlist(start()))), 0.1)
    }
  }
})

test_that("SWATS did switch", {
  once <- plain_run("swats", list(lr = 0.1, eps = 0.01), 25)
  expect_gt(max(abs(once - plain_run("swats", list(lr = 0.1, eps = 1e-9), 25))), 1e-3)
})

test_that("their state is saved, and taken up again", {
  for (name in setdiff(names(settings), c("madgrad", "adahessian"))) {    # (that count in a field, or draw)
    options <- settings[[name]][[2]]
    expect_identical(tensor_run(custom_optimizers[[name]], options, 8, resume = TRUE),
                     tensor_run(custom_optimizers[[name]], options, 8), info = name)
  }
})

test_that("AdamW is that of the package", {
  options <- list(lr = 0.1, weight_decay = 0.1)
  expect_equal(tensor_run(custom_optimizers$adamw, options, 10), tensor_run(optim_adamw, options, 10),
               tolerance = 1e-10)
})

test_that("without a name, with a step() that takes no closure, as in torch's help page", {
  gradient_descent <- optimizer(
    initialize = function(params, learning_rate) super$initialize(params, list(learning_rate = learning_rate)),
    step = function() {
      with_no_grad({
        for (g in seq_along(self$param_groups)) {
          group <- self$param_groups[[g]]
          for (p in seq_along(group$params)) {
            param <- group$params[[p]]
            if (is.null(param$grad) || is_undefined_tensor(param$grad)) next
            param$add_(param$grad, alpha = -group$learning_rate)
          }
        }
      })
    }
  )
  x <- torch_tensor(1, requires_grad = TRUE)
  opt <- gradient_descent(x, learning_rate = 0.1)
  for (i in 1:5) {
    opt$zero_grad()
    y <- x^2
    y$backward()
    opt$step()
  }
  expect_equal(x$item(), 0.8^5)
  expect_true(is_optimizer(opt))
})

test_that("a user's own state() is left alone", {
  state <- function(self) attr(self, "state")
  `state<-` <- function(self, value) {
    attr(self, "state") <- value
    self
  }
  counting <- optimizer("counting", initialize = function(params) super$initialize(params, list()),
                        step = function(closure = NULL) {
                          private$step_helper(closure, function(group, param, g, p) {
                            if (is.null(state(param))) state(param) <- list(n = 0)
                            state(param)$n <- state(param)$n + 1
                          })
                        })
  x <- torch_tensor(1, requires_grad = TRUE)
  opt <- counting(x)
  x$grad <- 1
  for (i in 1:3) opt$step()
  expect_identical(attr(x, "state")$n, 3)
  expect_null(opt$state$get(x))
})

test_that("the parts of the idiom", {
  x <- torch_tensor(matrix(1:6 / 4, 2))
  a <- torch_tensor(c(1, 2, 3))
  b <- torch_tensor(matrix(c(2, -1), 2))
  plain <- matrix(1:6 / 4, 2)
  rows <- rep(1:3, each = 2)
  expect_equal(as.array(torch_addcmul(x, a, b, value = 2)), plain + 2 * rows * c(2, -1))
  expect_equal(as.array(torch_addcdiv(x, a, b)), plain + rows / c(2, -1))
  expect_equal(as.array(x$addcdiv(a, b, value = -0.5)), plain - 0.5 * rows / c(2, -1))
  expect_error(x$addcmul_(a, b, value = "a"), "`value` must be one number")
  expect_identical(as.numeric(torch_lerp(0.1, 0.7, 1)), 0.7)
  expect_identical(as.numeric(torch_lerp(0.1, 0.7, 0)), 0.1)
  expect_equal(as.numeric(torch_lerp(0, 10, torch_tensor(c(0.25, 0.75)))), c(2.5, 7.5))
  for (f in list(function(x) torch_addcmul(x[1:2], x[3:4], x[5:6], value = 3),
                 function(x) torch_addcdiv(x[1:2], x[3:4], x[5:6], value = -2),
                 function(x) torch_lerp(x[1:2], x[3:4], x[5:6]), function(x) torch_lerp(x[1:3], x[4:6], 0.8))) {
    expect_true(gradcheck(f, c(0.5, -1, 2, 0.3, 0.2, 0.9))$ok)
  }
  y <- x$clone()
  expect_identical(y$addcmul_(a, b), y)
  expect_equal(as.array(y), plain + rows * c(2, -1))
  for (z in list(x$new_zeros(c(2, 2)), x$new_ones(list(2, 2)) - 1, x$new_full(c(2, 2), 0), x$new_empty(c(2, 2)) * 0)) {
    expect_equal(z$dtype, x$dtype)
  }
  single <- torch_tensor(1:2, dtype = "float")
  expect_equal(single$new_zeros(3)$dtype, torch_float())
  expect_equal(single$new_zeros(3, dtype = "int")$dtype, torch_int())
  expect_equal(single$new_tensor(c(1, 2))$dtype, torch_float())
})
