param <- function(x, ...) torch_tensor(x, ..., requires_grad = TRUE)
set_gradients <- function(params, t) {
  for (k in seq_along(params)) params[[k]]$grad <- torch_sin(params[[k]]$detach() * k) + cos(t)
}
makers <- list(
  optim_sgd = function(p) optim_sgd(p, lr = 0.1, momentum = 0.9), optim_adam = optim_adam, optim_adamw = optim_adamw,
  optim_adamax = optim_adamax, optim_nadam = optim_nadam, optim_radam = optim_radam,
  optim_rmsprop = function(p) optim_rmsprop(p, momentum = 0.5, centered = TRUE), optim_adagrad = optim_adagrad,
  optim_adadelta = optim_adadelta, optim_rprop = optim_rprop, optim_asgd = optim_asgd,
  optim_lion = optim_lion, optim_adabelief = optim_adabelief, optim_yogi = optim_yogi
)

# ---- lion, adabelief and yogi, which PyTorch has not, against their formulas in R ----

test_that("lion, adabelief and yogi follow their papers", {
  b1 <- 0.8; b2 <- 0.9; lr <- 0.1; wd <- 0.2
  formulas <- list(
    lion = function(x, g, s, t) {
      c_t <- b1 * s$m + (1 - b1) * g
      list(x = x - lr * (sign(c_t) + wd * x), m = b2 * s$m + (1 - b2) * g, v = 0)
    },
    adabelief = function(x, g, s, t) {
      m <- b1 * s$m + (1 - b1) * g
      v <- b2 * s$v + (1 - b2) * (g - m)^2 + 1e-4
      list(x = x - lr * wd * x - lr * m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + 1e-4), m = m, v = v)
    },
    yogi = function(x, g, s, t) {
      g <- g + wd * x
      m <- b1 * s$m + (1 - b1) * g
      v <- if (t == 1) 0.01 else s$v
      v <- v - (1 - b2) * sign(v - g^2) * g^2
      list(x = x - lr * m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + 1e-4), m = m, v = v)
    }
  )
  make <- list(
    lion = function(p) optim_lion(p, lr, c(b1, b2), weight_decay = wd),
    adabelief = function(p) optim_adabelief(p, lr, c(b1, b2), eps = 1e-4, weight_decay = wd),
    yogi = function(p) optim_yogi(p, lr, c(b1, b2), eps = 1e-4, initial_accumulator = 0.01, weight_decay = wd)
  )
  for (name in names(formulas)) {
    p <- param(c(1, -2, 0.5))
    opt <- make[[name]](p)
    s <- list(x = c(1, -2, 0.5), m = 0, v = 0)
    for (t in 1:5) {
      g <- sin(3 * s$x) + t / 10
      p$grad <- torch_tensor(g)
      opt$step()
      s <- formulas[[name]](s$x, g, s, t)
    }
    expect_equal(as.numeric(p), s$x, tolerance = 1e-13, info = name)
  }
})

test_that("maximize steps the other way", {
  for (name in names(makers)) {
    x <- param(c(1, -2))
    y <- param(c(1, -2))
    down <- makers[[name]](x)
    up <- makers[[name]](y)
    up$param_groups[[1]]$maximize <- TRUE
    up$param_groups[[1]]$weight_decay <- down$param_groups[[1]]$weight_decay <- if (name != "optim_rprop") 0
    if (name == "optim_asgd") up$param_groups[[1]]$lambda <- down$param_groups[[1]]$lambda <- 0
    x$grad <- torch_tensor(c(0.5, 3))
    y$grad <- torch_tensor(c(0.5, 3))
    down$step()
    up$step()
    expect_equal(as.numeric(x) - c(1, -2), c(1, -2) - as.numeric(y), tolerance = 1e-8, info = name)
  }
})

# ---- groups ----

test_that("groups have options of their own", {
  x <- param(1)
  y <- param(c(1, 2))
  opt <- optim_sgd(list(list(params = x, lr = 1), list(params = list(y), momentum = 0.5)), lr = 0.1)
  expect_equal(opt$param_groups[[1]]$lr, 1)
  expect_equal(opt$param_groups[[2]]$lr, 0.1)
  expect_equal(opt$param_groups[[2]]$momentum, 0.5)
  x$grad <- torch_tensor(2)
  y$grad <- torch_tensor(c(2, 4))
  opt$step()
  expect_equal(as.numeric(x), -1)
  expect_equal(as.numeric(y), c(0.8, 1.6))
  z <- param(5)
  opt$add_param_group(list(params = z, lr = 2))
  z$grad <- torch_tensor(1)
  x$grad <- NULL
  opt$step()
  expect_equal(as.numeric(z), 3)
  expect_equal(as.numeric(x), -1)
  shown <- capture.output(print(opt))
  expect_identical(shown[1:3], c("<optim_sgd> after 2 steps", "group 1: 1 parameter ([])", "  lr = 1"))
  expect_identical(shown[9:11], c("group 2: 1 parameter ([2])", "  lr = 0.1", "  momentum = 0.5"))
})

test_that("zero_grad zeroes or removes gradients", {
  x <- param(1)
  opt <- optim_adam(x)
  x$grad <- torch_tensor(2)
  opt$zero_grad()
  expect_equal(as.numeric(x$grad), 0)
  opt$zero_grad(set_to_none = TRUE)
  expect_null(x$grad)
})

test_that("an option that calls for a new state vector may be switched on later", {
  x <- param(c(1, 2))
  opt <- optim_sgd(x, lr = 0.1)
  set_gradients(list(x), 1)
  opt$step()
  opt$param_groups[[1]]$momentum <- 0.9
  before <- as.numeric(x)
  opt$step()
  expect_equal(as.numeric(x), before - 0.1 * as.numeric(x$grad))
  y <- param(c(1, 2))
  opt <- optim_adam(y)
  set_gradients(list(y), 1)
  opt$step()
  opt$param_groups[[1]]$amsgrad <- TRUE
  expect_no_error(opt$step())
})

# ---- state_dict ----

test_that("a saved optimizer resumes the same trajectory, bit for bit", {
  file <- tempfile()
  on.exit(unlink(file))
  for (dtype in list(torch_double(), torch_float())) for (name in names(makers)) {
    params <- list(param(0.7, dtype = dtype), param(matrix(c(1, -2, 3, 0.5), 2), dtype = dtype))
    go_on <- function(params, opt, steps) for (t in steps) {
      set_gradients(params, t)
      opt$step()
    }
    opt <- makers[[name]](params)
    go_on(params, opt, 1:3)
    saveRDS(list(x = lapply(params, as.array), dict = opt$state_dict()), file)
    go_on(params, opt, 4:6)

    saved <- readRDS(file)
    copies <- lapply(saved$x, param, dtype = dtype)
    resumed <- makers[[name]](copies)
    resumed$load_state_dict(saved$dict)
    go_on(copies, resumed, 4:6)
    expect_identical(lapply(copies, as.array), lapply(params, as.array), info = name)
  }
})

test_that("L-BFGS resumes bit for bit", {
  f <- function(x) (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
  run <- function(x, opt, n) {
    for (i in seq_len(n)) opt$step(function() {
      opt$zero_grad()
      value <- f(x)
      value$backward()
      value
    })
  }
  for (search in list(NULL, "strong_wolfe")) for (dtype in list(torch_double(), torch_float())) {
    make <- function(x) optim_lbfgs(x, max_iter = 3, history_size = 4, line_search_fn = search)
    x <- param(c(-1, 1), dtype = dtype)
    opt <- make(x)
    run(x, opt, 2)
    saved <- unserialize(serialize(list(x = as.numeric(x), dict = opt$state_dict()), NULL))
    run(x, opt, 2)
    y <- param(saved$x, dtype = dtype)
    resumed <- make(y)
    resumed$load_state_dict(saved$dict)
    run(y, resumed, 2)
    expect_identical(as.numeric(y), as.numeric(x))
  }
})

test_that("a state_dict is a copy", {
  x <- param(c(1, 2))
  opt <- optim_adam(x)
  set_gradients(list(x), 1)
  opt$step()
  dict <- opt$state_dict()
  before <- as.numeric(dict$state[[1]]$exp_avg)
  opt$step()
  expect_equal(as.numeric(dict$state[[1]]$exp_avg), before)
  expect_equal(dict$state[[1]]$numbers[["step"]], 1)
})

test_that("a state_dict that does not fit changes nothing", {
  x <- param(c(1, 2))
  opt <- optim_adam(x, lr = 0.3)
  set_gradients(list(x), 1)
  opt$step()
  before <- opt$state_dict()
  refuse <- function(dict, pattern) {
    expect_error(opt$load_state_dict(dict), pattern)
    expect_equal(opt$state_dict(), before)
  }
  refuse(1, "must be what .*state_dict.* returned")
  y <- param(c(1, 2, 3))
  other <- optim_adam(y)
  set_gradients(list(y), 1)
  other$step()
  refuse(other$state_dict(), "state of parameter 1 .*shape is \\[2\\]: `exp_avg` must be")
  refuse(optim_sgd(param(c(1, 2)), lr = 1)$state_dict(), "lacks the option")
  refuse(optim_adam(list(param(1), param(2)))$state_dict(), "has 2 parameters")
  bad <- before
  bad$param_groups[[1]]$lr <- -1
  refuse(bad, "lr.*-1")
  lbfgs <- optim_lbfgs(x)
  lbfgs$step(function() { lbfgs$zero_grad(); v <- sum(x^2); v$backward(); v })
  expect_no_error(optim_lbfgs(param(c(1, 2)), history_size = 5)$load_state_dict(lbfgs$state_dict()))
  short <- lbfgs$state_dict()
  short$param_groups[[1]]$history_size <- 5
  expect_error(lbfgs$load_state_dict(short), "history_size")
})

# ---- bad options ----

test_that("bad options are named with their value", {
  x <- param(1)
  expect_error(optim_sgd(x), "`lr` has no default: give a value")
  expect_error(optim_sgd(x, lr = -1), "`lr` must be one number of at least 0, not -1")
  expect_error(optim_sgd(x, lr = 0.1, nesterov = TRUE),
               "`nesterov` needs `momentum` above 0 and `dampening` 0, not nesterov = TRUE, momentum = 0")
  expect_error(optim_adam(x, betas = c(0.9, 1)),
               "`betas` must be two numbers, each of at least 0 and below 1, not c\\(0.9, 1\\)")
  expect_error(optim_adam(x, eps = -1e-8), "`eps` must be one number of at least 0, not -1e-08")
  expect_error(optim_adam(x, amsgrad = NA), "`amsgrad` must be TRUE or FALSE, not")
  expect_error(optim_rmsprop(x, alpha = -1), "`alpha` must be .* not -1")
  expect_error(optim_adadelta(x, rho = 2), "`rho` must be one number from 0 to 1, not 2")
  expect_error(optim_rprop(x, etas = c(1.5, 0.5)), "`etas` must be two numbers, .* not c\\(1.5, 0.5\\)")
  expect_error(optim_rprop(x, step_sizes = c(2, 1)), "`step_sizes` must be two numbers, .* not c\\(2, 1\\)")
  expect_error(optim_lbfgs(x, history_size = 0), "`history_size` must be one whole number of at least 1, not 0")
  expect_error(optim_lbfgs(x, line_search_fn = "armijo"),
               "`line_search_fn` must be NULL, .strong_wolfe., .*, not\\s.armijo.")
  expect_error(optim_adam(list()), "`params` must be a tensor or a non-empty list of tensors, not an empty list")
  expect_error(optim_adam("a"), "`params` must be a tensor .* not \"a\"")
  expect_error(optim_adam(list(x, 2)), "`params`: element 2 must be a tensor, not 2")
  expect_error(optim_adam(list(x, x)), "Tensor 2 of `params` in group 1 is there twice")
  expect_error(optim_adam(list(list(params = x), list(params = x))), "Tensor 1 of `params` in group 2 is there twice")
  expect_error(optim_adam(list(list(params = x, learning_rate = 1))), "Group 1 has an option `learning_rate`")
  expect_error(optim_adam(torch_tensor(1)), "tensor 1 does not require gradients")
  expect_error(optim_adam(x * 2), "tensor 1 is not a leaf: it was computed .by \"mul\".")
  expect_error(optim_lbfgs(list(list(params = x), list(params = param(2)))), "L-BFGS takes one group")
})

test_that("a bad option set later stops the step before anything changes", {
  x <- param(1)
  y <- param(1)
  opt <- optim_sgd(list(list(params = x), list(params = y)), lr = 0.1)
  x$grad <- torch_tensor(1)
  y$grad <- torch_tensor(1)
  opt$param_groups[[2]]$lr <- -3
  expect_error(opt$step(), "lr.*at least 0, not -3")
  expect_equal(as.numeric(x), 1)
  expect_error(opt$add_param_group(list(params = x)), "twice")
  expect_length(opt$param_groups, 2)
})

# ---- one's own ----

optim_own <- optimizer(
  "optim_own",
  initialize = function(params, lr = optim_required(), decay = 0.5) {
    super$initialize(params, list(lr = lr, decay = decay))
  },
  step = function(closure = NULL) {
    private$step_helper(closure, function(group, param, g, p) {
      old <- self$state$get(param)
      v <- if (is.null(old)) param$grad$clone() else group$decay * old + param$grad
      self$state$set(param, v)
      param$sub_(group$lr * v)
    })
  }
)

test_that("an optimizer of one's own equals the built-in one, also resumed", {
  x <- param(c(1, -2))
  y <- param(c(1, -2))
  own <- optim_own(x, lr = 0.1)
  sgd <- optim_sgd(y, lr = 0.1, momentum = 0.5)
  for (t in 1:4) {
    if (t == 3) {
      dict <- own$state_dict()
      own <- optim_own(x, lr = 1)
      own$load_state_dict(dict)
    }
    set_gradients(list(x), t)
    set_gradients(list(y), t)
    own$step()
    sgd$step()
  }
  expect_equal(as.numeric(x), as.numeric(y), tolerance = 1e-14)
  expect_true(is_optimizer(own))
  expect_true(is_optimizer(sgd))
  expect_false(is_optimizer(1))
  expect_error(optim_own(x), "lr.*has no default")
  expect_error(optimizer("o", function() 1), "must be named")
  child <- optimizer("child", inherit = optim_own, hello = function() "hello")
  expect_equal(child(x, lr = 1)$hello(), "hello")
})

# ---- clipping ----

test_that("gradients are clipped by joint norm or by value", {
  x <- param(c(3, 4))
  y <- param(12)
  x$grad <- torch_tensor(c(3, 4))
  y$grad <- torch_tensor(12)
  expect_equal(as.numeric(nn_utils_clip_grad_norm_(list(x, y), 1)), 13)
  expect_equal(c(as.numeric(x$grad), as.numeric(y$grad)), c(3, 4, 12) / (13 + 1e-6))
  expect_equal(as.numeric(nn_utils_clip_grad_norm_(x, 100, norm_type = Inf)), 4 / (13 + 1e-6))
  x$grad <- torch_tensor(c(-3, 0.1))
  nn_utils_clip_grad_value_(x, 0.5)
  expect_equal(as.numeric(x$grad), c(-0.5, 0.1))
  x$grad <- torch_tensor(c(NaN, 1))
  expect_error(nn_utils_clip_grad_norm_(x, 1, error_if_nonfinite = TRUE), "NaN")
  expect_error(nn_utils_clip_grad_norm_(x, -1), "max_norm")
})

test_that("a closure that is none is named, and options are not lost in new fields", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  opt <- optim_adam(x)
  expect_error(opt$step(3), "`closure` must be a function that computes the loss.*not 3")
  expect_error(opt$step(tape(function(x) sum(x^2), c(1, 2))), "Only `optim_lbfgs\\(\\)` takes a tape")
  expect_error(optim_lbfgs(x)$step(3), "`closure` must be a function")
  expect_error(optim_lbfgs(x, max_iter = "a"), "`max_iter` must be one whole number of at least 1")
  expect_error(opt$lr <- 0.1, "no field .*lr.* to set.*param_groups")
  expect_error(opt$lr, "no field .*lr.*param_groups")
  expect_error(opt$stpe(), "no field or method .*stpe.*Did you mean .*step")
  expect_error(optim_lbfgs(x)$steps, "Did you mean .*step", class = "gradtape_argument_error")
  expect_null(optim_lbfgs(x)$status)
  expect_error(opt$param_groups <- 3, "must be a list of groups, .* not 3")
  expect_error(optim_sgd(x, lr = Inf), "`lr` must be finite, not Inf")
  opt$param_groups[[1]]$lr <- 0.5
  expect_equal(opt$param_groups[[1]]$lr, 0.5)
})
