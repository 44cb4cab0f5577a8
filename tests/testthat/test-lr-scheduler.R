two_groups <- function(adam = FALSE) {
  groups <- list(list(params = torch_tensor(0, requires_grad = TRUE)),
                 list(params = torch_tensor(0, requires_grad = TRUE), lr = 0.05))
  if (adam) optim_adam(groups, lr = 0.5) else optim_sgd(groups, lr = 0.5, momentum = 0.9)
}
plateau <- c(3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)

# As in the reference, each a function of the optimizer that gives the schedulers.
cases <- list(
  step = function(o) lr_step(o, 3, gamma = 0.5),
  multistep = function(o) lr_multistep(o, c(2, 5, 5, 7), gamma = 0.1),
  exponential = function(o) lr_exponential(o, 0.9),
  lambda = function(o) lr_lambda(o, list(function(e) 0.95^e, function(e) 1 / (1 + e))),
  multiplicative = function(o) lr_multiplicative(o, function(e) 1 - e / 20),
  cosine = function(o) lr_cosine_annealing(o, 6, eta_min = 0.01),
  restarts = function(o) lr_cosine_warm_restarts(o, 3, T_mult = 2, eta_min = 0.001),
  restarts1 = function(o) lr_cosine_warm_restarts(o, 4),
  one_cycle = function(o) lr_one_cycle(o, max_lr = c(0.1, 0.2), total_steps = 20),
  one_cycle_linear = function(o) lr_one_cycle(o, max_lr = 0.1, epochs = 5, steps_per_epoch = 4,
                                              anneal_strategy = "linear", three_phase = TRUE, pct_start = 0.4,
                                              div_factor = 10, final_div_factor = 100),
  one_cycle_adam = function(o) lr_one_cycle(o, max_lr = 0.1, total_steps = 10),
  cyclic = function(o) lr_cyclic(o, 0.01, 0.1, step_size_up = 4),
  cyclic2 = function(o) {
    lr_cyclic(o, c(0.01, 0.02), c(0.1, 0.3), step_size_up = 3, step_size_down = 5, mode = "triangular2")
  },
  cyclic_exp = function(o) lr_cyclic(o, 0.01, 0.1, step_size_up = 4, mode = "exp_range", gamma = 0.9),
  linear = function(o) lr_linear(o, start_factor = 0.25, end_factor = 0.9, total_iters = 4),
  plateau = function(o) lr_reduce_on_plateau(o, factor = 0.5, patience = 2),
  plateau_max = function(o) lr_reduce_on_plateau(o, mode = "max", factor = 0.1, patience = 1, cooldown = 2,
                                                 threshold = 0.1, threshold_mode = "abs", min_lr = c(0.01, 0.001)),
  chained = function(o) list(lr_exponential(o, 0.9), lr_step(o, 3, gamma = 0.5)),
  chained3 = function(o) list(lr_cosine_annealing(o, 6), lr_linear(o, total_iters = 4), lr_multistep(o, c(5, 9)))
)
as_list <- function(s) if (is.list(s) && !inherits(s, "gradtape_lr_scheduler")) s else list(s)
advance <- function(schedulers, name, t) {
  for (s in schedulers) {
    if (startsWith(name, "plateau")) s$step(if (name == "plateau") plateau[t] else -plateau[t]) else s$step()
  }
}
momentum_of <- function(g) if (is.null(g$betas)) g$momentum else g$betas[1]

test_that("schedules agree with PyTorch, also when resumed half way", {
  reference <- read_reference("schedulers")
  expect_setequal(names(cases), names(reference))
  for (name in names(cases)) {
    want <- reference[[name]]
    n <- length(want$lr) - 1
    opt <- two_groups(name == "one_cycle_adam")
    schedulers <- as_list(cases[[name]](opt))
    for (t in 0:n) {
      if (t > 0) advance(schedulers, name, t)
      expect_equal(vapply(opt$param_groups, `[[`, 0, "lr"), unlist(want$lr[[t + 1]]), tolerance = 1e-12,
                   label = paste(name, t))
      expect_equal(vapply(opt$param_groups, momentum_of, 0), unlist(want$momentum[[t + 1]]), tolerance = 1e-12,
                   label = paste(name, t))
      if (t == n %/% 2) {
        saved <- unserialize(serialize(list(opt$state_dict(), lapply(schedulers, function(s) s$state_dict())), NULL))
        opt <- two_groups(name == "one_cycle_adam")
        schedulers <- as_list(cases[[name]](opt))
        opt$load_state_dict(saved[[1]])
        for (i in seq_along(schedulers)) schedulers[[i]]$load_state_dict(saved[[2]][[i]])
      }
    }
  }
})

test_that("a scheduler of one's own", {
  opt <- optim_sgd(torch_tensor(1, requires_grad = TRUE), lr = 0.8)
  lr_halving <- lr_scheduler("lr_halving",
    initialize = function(optimizer, every, last_epoch = -1) {
      self$every <- every
      super$initialize(optimizer, last_epoch)
    },
    get_lr = function() self$base_lrs / 2^(self$last_epoch %/% self$every)
  )
  s <- lr_halving(opt, every = 2)
  for (i in 1:4) s$step()
  expect_equal(s$get_last_lr(), 0.2)
  expect_equal(s$last_epoch, 4)
  resumed <- lr_halving(opt, every = 2, last_epoch = 4)
  expect_equal(resumed$last_epoch, 5)
  expect_output(print(s), "lr_halving> after 4 steps: lr = 0.2")
})

test_that("schedulers refuse bad input", {
  opt <- optim_sgd(torch_tensor(1, requires_grad = TRUE), lr = 0.8)
  expect_error(lr_step(1, 2), "must be an optimizer")
  expect_error(lr_step(opt, 0), "step_size.*at least 1, not 0")
  expect_error(lr_lambda(opt, 3), "lr_lambda")
  expect_error(lr_one_cycle(opt, 0.1), "total_steps")
  expect_error(lr_one_cycle(opt, c(0.1, 0.2), 10), "`max_lr` must be one finite number of at least 0, not c")
  expect_error(lr_one_cycle(optim_adagrad(torch_tensor(1, requires_grad = TRUE)), 0.1, 10), "cycle_momentum")
  expect_error(lr_cyclic(opt, 0.1, 1, mode = "square"), "triangular")
  expect_error(lr_reduce_on_plateau(opt, factor = 1), "factor")
  expect_error(lr_reduce_on_plateau(opt)$step(), "needs the value to watch")
  expect_error(lr_exponential(opt, 0.5)$load_state_dict(list(a = 1)), "lr_exponential")
  fresh <- optim_sgd(torch_tensor(1, requires_grad = TRUE), lr = 0.8)
  expect_error(lr_exponential(fresh, 0.5, last_epoch = 3), "initial_lr")
  s <- lr_one_cycle(opt, 0.1, total_steps = 2)
  s$step()
  s$step()
  expect_error(s$step(), "cycle has 2 steps")
})

test_that("what is watched, what functions return and members are checked", {
  opt <- optim_sgd(torch_tensor(1, requires_grad = TRUE), lr = 1)
  plateau <- lr_reduce_on_plateau(opt)
  for (bad in list("a", NA, c(1, 2), NULL)) expect_error(plateau$step(bad), "`metrics` must be one number")
  expect_equal(plateau$last_epoch, 0)
  plateau$step(NaN)
  expect_error(lr_reduce_on_plateau(opt, factor = 1), "`factor` must be one number of at least 0 and below 1, not 1")
  expect_error(lr_linear(opt, start_factor = 0), "`start_factor` must be one number above 0, not 0")
  expect_error(lr_lambda(opt, function(t) "a"),
               "`lr_lambda` must return one number of at least 0; for 0 steps it returned \"a\"")
  expect_error(lr_lambda(3, function(t) 1), "`optimizer` must be an optimizer")
  scheduler <- lr_lambda(opt, function(t) 2L)
  expect_equal(scheduler$get_last_lr(), 2)
  expect_error(scheduler$stpe(), "no field or method .*Did you mean .*\\$step")
  expect_error(lr_one_cycle(opt, -1, 10), "`max_lr` must be one finite number of at least 0")
})
