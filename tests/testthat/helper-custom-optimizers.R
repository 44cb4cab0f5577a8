# Ten published optimizers, written from their papers in the ways of torch: an optimizer() whose
# step() goes through private$step_helper(), with a state for each parameter; and the same updates once more in
# plain R, on vectors.

custom_optimizers <- list()

# Luo, Xiong, Liu and Sun (2019), Adaptive gradient methods with dynamic bound of learning rate.
custom_optimizers$adabound <- optimizer(
  "optim_adabound",
  initialize = function(params, lr = 1e-3, betas = c(0.9, 0.999), final_lr = 0.1, gamma = 1e-3, eps = 1e-8,
                        weight_decay = 0) {
    if (lr < 0) stop("lr must not be negative")
    super$initialize(params, defaults = list(lr = lr, betas = betas, final_lr = final_lr, gamma = gamma, eps = eps,
                                             weight_decay = weight_decay))
    self$base_lrs <- vapply(self$param_groups, function(group) group$lr, 0)
  },
  step = function(closure = NULL) {
    private$step_helper(closure, function(group, param, g, p) {
      grad <- param$grad
      if (length(state(param)) == 0) {
        state(param) <- list()
        state(param)[["step"]] <- 0
        state(param)[["exp_avg"]] <- torch_zeros_like(param, memory_format = torch_preserve_format())
        state(param)[["exp_avg_sq"]] <- torch_zeros_like(param, memory_format = torch_preserve_format())
      }
      exp_avg <- state(param)[["exp_avg"]]
      exp_avg_sq <- state(param)[["exp_avg_sq"]]
      state(param)[["step"]] <- state(param)[["step"]] + 1
      t <- state(param)[["step"]]
      if (group$weight_decay != 0) grad <- grad$add(param, alpha = group$weight_decay)
      exp_avg$mul_(group$betas[[1]])$add_(grad, alpha = 1 - group$betas[[1]])
      exp_avg_sq$mul_(group$betas[[2]])$addcmul_(grad, grad, value = 1 - group$betas[[2]])
      denom <- exp_avg_sq$sqrt()$add_(group$eps)
      step_size <- group$lr * sqrt(1 - group$betas[[2]]^t) / (1 - group$betas[[1]]^t)
      final_lr <- group$final_lr * group$lr / self$base_lrs[[g]]
      lower <- final_lr * (1 - 1 / (group$gamma * t + 1))
      upper <- final_lr * (1 + 1 / (group$gamma * t))
      step_size <- torch_full_like(denom, step_size)
      step_size$div_(denom)$clamp_(lower, upper)$mul_(exp_avg)
      param$add_(-step_size)
    })
  }
)

# Yao, Gholami, Shen et al. (2021), ADAHESSIAN: an adaptive second order optimizer.
custom_optimizers$adahessian <- optimizer(
  "optim_adahessian",
  initialize = function(params, lr = 0.15, betas = c(0.9, 0.999), eps = 1e-4, weight_decay = 0, hessian_power = 1) {
    super$initialize(params, list(lr = lr, betas = betas, eps = eps, weight_decay = weight_decay,
                                  hessian_power = hessian_power))
  },
  hutchinson = function(params) {
    grads <- lapply(params, function(p) p$grad)
    if (any(sapply(grads, function(g) is.null(g$grad_fn)))) stop("call $backward(create_graph = TRUE)")
    z <- lapply(params, function(p) 2 * torch_randint_like(p, low = 0, high = 2) - 1)
    products <- autograd_grad(outputs = grads, inputs = params, grad_outputs = z, retain_graph = FALSE)
    Map(function(h, z) h * z, products, z)
  },
  step = function(closure = NULL) {
    self$diagonals <- lapply(self$param_groups, function(group) self$hutchinson(group$params))
    private$step_helper(closure, function(group, param, g, p) {
      if (is.null(state(param))) {
        state(param) <- list(step = 0, exp_avg = param$new_zeros(param$size()),
                             exp_hessian_diag_sq = param$new_zeros(param$shape))
      }
      c(beta1, beta2) %<-% group$betas
      state(param)$step <- state(param)$step + 1
      t <- state(param)$step
      diagonal <- self$diagonals[[g]][[p]]
      state(param)$exp_avg$lerp_(param$grad$detach(), 1 - beta1)
      state(param)$exp_hessian_diag_sq$mul_(beta2)$addcmul_(diagonal, diagonal, value = 1 - beta2)
      denom <- (state(param)$exp_hessian_diag_sq / (1 - beta2^t))$sqrt_()$pow_(group$hessian_power)$add_(group$eps)
      param$sub_(group$lr * (state(param)$exp_avg / (1 - beta1^t) / denom + group$weight_decay * param))
    })
  },
  parent_env = list2env(list(`%<-%` = function(names, values) {        # as zeallot has it
    for (k in seq_along(values)) assign(as.character(substitute(names)[[k + 1]]), values[[k]], parent.frame())
  }))
)

# Dubey, Chakraborty, Roy et al. (2020), diffGrad: an optimization method for convolutional neural networks.
custom_optimizers$diffgrad <- optimizer(
  "optim_diffgrad",
  initialize = function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8) {
    super$initialize(params, list(lr = lr, betas = betas, eps = eps))
  },
  step = function(closure = NULL) {
    private$step_helper(closure, function(group, param, g, p) {
      if (length(self$state$get(param)) == 0) {
        self$state$set(param, list(step = 0, exp_avg = torch_zeros_like(param), exp_avg_sq = torch_zeros_like(param),
                                   previous_grad = torch_zeros_like(param)))
      }
      own <- self$state$get(param)
      own$step <- own$step + 1
      grad <- param$grad
      own$exp_avg$mul_(group$betas[1])$add_(grad, alpha = 1 - group$betas[1])
      own$exp_avg_sq$mul_(group$betas[2])$addcmul_(grad, grad, value = 1 - group$betas[2])
      friction <- 1 / (1 + torch_exp(-torch_abs(own$previous_grad - grad)))
      own$previous_grad$copy_(grad)
      self$state$set(param, own)
      step_size <- group$lr * sqrt(1 - group$betas[2]^own$step) / (1 - group$betas[1]^own$step)
      param$addcdiv_(own$exp_avg * friction, own$exp_avg_sq$sqrt()$add_(group$eps), value = -step_size)
    })
  }
)

# Dozat (2016), Incorporating Nesterov momentum into Adam.
custom_optimizers$nadam <- optimizer(
  "optim_nadam2",
  initialize = function(params, lr = 2e-3, betas = c(0.9, 0.999), eps = 1e-8, schedule_decay = 0.004) {
    super$initialize(params, list(lr = lr, betas = betas, eps = eps, schedule_decay = schedule_decay))
  },
  step = function(closure = NULL) {
    loop_fun <- function(group, param, g, p) {
      if (length(state(param)) == 0) {
        state(param) <- list(step = 0, m_schedule = 1)
        state(param)[["exp_avg"]] <- torch_zeros_like(param)
        state(param)[["exp_avg_sq"]] <- torch_zeros_like(param)
      }
      state(param)[["step"]] <- state(param)[["step"]] + 1
      t <- state(param)[["step"]]
      beta1 <- group$betas[[1]]
      beta2 <- group$betas[[2]]
      momentum <- beta1 * (1 - 0.5 * 0.96^(t * group$schedule_decay))
      next_momentum <- beta1 * (1 - 0.5 * 0.96^((t + 1) * group$schedule_decay))
      state(param)[["m_schedule"]] <- state(param)[["m_schedule"]] * momentum
      product <- state(param)[["m_schedule"]]
      exp_avg <- state(param)[["exp_avg"]]$mul_(beta1)$add_(param$grad, alpha = 1 - beta1)
      exp_avg_sq <- state(param)[["exp_avg_sq"]]$mul_(beta2)$addcmul_(param$grad, param$grad, value = 1 - beta2)
      denom <- exp_avg_sq$div(1 - beta2^t)$sqrt_()$add_(group$eps)
      param$addcdiv_(param$grad, denom, value = -group$lr * (1 - momentum) / (1 - product))
      param$addcdiv_(exp_avg, denom, value = -group$lr * next_momentum / (1 - product * next_momentum))
    }
    private$step_helper(closure, loop_fun)
  }
)

# Ma and Yarats (2019), Quasi-hyperbolic momentum and Adam for deep learning.
custom_optimizers$qhadam <- optimizer(
  "optim_qhadam",
  initialize = function(params, lr = 1e-3, betas = c(0.9, 0.999), nus = c(0.7, 1), eps = 1e-8, weight_decay = 0) {
    super$initialize(params, list(lr = lr, betas = betas, nus = nus, eps = eps, weight_decay = weight_decay))
  },
  step = function(closure = NULL) {
    private$step_helper(closure, function(group, param, g, p) {
      grad <- param$grad$clone()
      if (group$weight_decay != 0) param$mul_(1 - group$lr * group$weight_decay)
      squared <- grad$pow(2)
      if (length(state(param)) == 0) {
        state(param) <- list(weights = c(0, 0), exp_avg = torch_zeros_like(param), exp_avg_sq = torch_zeros_like(param))
      }
      state(param)$weights <- 1 + group$betas * state(param)$weights           # 1 + beta + ... + beta^(t - 1)
      adjusted <- 1 - 1 / state(param)$weights
      exp_avg <- state(param)$exp_avg
      exp_avg_sq <- state(param)$exp_avg_sq
      exp_avg$mul_(adjusted[1])$add_(grad, alpha = 1 - adjusted[1])
      exp_avg_sq$mul_(adjusted[2])$add_(squared, alpha = 1 - adjusted[2])
      top <- exp_avg$mul(group$nus[1])$add_(grad, alpha = 1 - group$nus[1])
      below <- exp_avg_sq$mul(group$nus[2])$add_(squared, alpha = 1 - group$nus[2])$sqrt_()$add_(group$eps)
      param$addcdiv_(top, below, value = -group$lr)
    })
  }
)

# Keskar and Socher (2017), Improving generalization performance by switching from Adam to SGD, algorithm 1.
custom_optimizers$swats <- optimizer(
  "optim_swats",
  initialize = function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-9, nesterov = FALSE) {
    super$initialize(params, list(lr = lr, betas = betas, eps = eps, phase = "adam", switched_lr = NULL))
  },
  step = function(closure = NULL) {
    private$step_helper(closure, function(group, param, g, p) {
      beta1 <- group$betas[[1]]
      beta2 <- group$betas[[2]]
      grad <- param$grad
      if (is.null(state(param))) {
        state(param) <- list(step = 0, phase = "adam", lambda = 0, exp_avg = torch_zeros_like(param),
                             exp_avg_sq = torch_zeros_like(param), velocity = NULL)
      }
      own <- state(param)
      own$step <- own$step + 1
      if (own$phase == "sgd") {
        own$velocity$mul_(beta1)$add_(grad)
        param$add_(own$velocity, alpha = -(1 - beta1) * own$switched_lr)
      } else {
        own$exp_avg$mul_(beta1)$add_(grad, alpha = 1 - beta1)
        own$exp_avg_sq$mul_(beta2)$addcmul_(grad, grad, value = 1 - beta2)
        size <- group$lr * sqrt(1 - beta2^own$step) / (1 - beta1^own$step)
        step <- own$exp_avg$div(own$exp_avg_sq$sqrt()$add(group$eps))$mul_(-size)
        param$add_(step)
        product <- torch_dot(step$view(-1), grad$view(-1))$item()
        if (product != 0) {
          gamma <- torch_dot(step$view(-1), step$view(-1))$item() / -product
          own$lambda <- beta2 * own$lambda + (1 - beta2) * gamma
          corrected <- own$lambda / (1 - beta2^own$step)
          if (own$step > 1 && abs(corrected - gamma) < group$eps) {
            own$phase <- "sgd"
            own$velocity <- torch_zeros_like(param)
            own$switched_lr <- corrected
          }
        }
      }
      state(param) <- own
    })
  }
)

# Defazio and Jelassi (2021), Adaptivity without compromise: a momentumized, adaptive, dual averaged gradient method.
custom_optimizers$madgrad <- optimizer(
  "optim_madgrad",
  initialize = function(params, lr = 1e-2, momentum = 0.9, weight_decay = 0, eps = 1e-6) {
    super$initialize(params, list(lr = lr, momentum = momentum, weight_decay = weight_decay, eps = eps))
  },
  step = function(closure = NULL) {
    if (is.null(self$k)) self$k <- 0
    loss <- private$step_helper(closure, loop_fun = function(group, param, ...) {
      grad <- param$grad
      lambda <- group$lr * sqrt(self$k + 1)
      if (group$weight_decay != 0) grad <- grad$add(param, alpha = group$weight_decay)
      if (is.null(state(param))) {
        state(param) <- list()
        state(param)[["grad_sum_sq"]] <- torch_zeros_like(param)$detach()
        state(param)[["s"]] <- torch_zeros_like(param)$detach()
        state(param)[["x0"]] <- param$clone()$detach()
      }
      state(param)[["grad_sum_sq"]]$addcmul_(grad, grad, value = lambda)
      state(param)[["s"]]$add_(grad, alpha = lambda)
      rms <- state(param)[["grad_sum_sq"]]$pow(1 / 3)$add_(group$eps)
      z <- state(param)[["x0"]]$addcdiv(state(param)[["s"]], rms, value = -1)
      param$mul_(group$momentum)$add_(z, alpha = 1 - group$momentum)
    })
    self$k <- self$k + 1
    loss
  }
)

# Loshchilov and Hutter (2019), Decoupled weight decay regularization.
custom_optimizers$adamw <- optimizer(
  "optim_adamw2",
  initialize = function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 1e-2, amsgrad = FALSE) {
    super$initialize(params, list(lr = lr, betas = betas, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad))
  },
  step = function(closure = NULL) {
    loss <- NULL
    if (!is.null(closure)) {
      with_enable_grad({
        loss <- closure()
      })
    }
    with_no_grad({
      for (group in self$param_groups) {
        for (param in group$params) {
          if (is.null(param$grad) || is_undefined_tensor(param$grad)) next
          param$mul_(1 - group$lr * group$weight_decay)
          if (length(state(param)) == 0) {
            state(param) <- list()
            state(param)[["step"]] <- 0
            for (name in c("exp_avg", "exp_avg_sq", "max_exp_avg_sq")) {
              state(param)[[name]] <- torch_zeros_like(param, memory_format = torch_preserve_format())
            }
          }
          own <- state(param)
          own$step <- own$step + 1
          own$exp_avg$mul_(group$betas[[1]])$add_(param$grad, alpha = 1 - group$betas[[1]])
          own$exp_avg_sq$mul_(group$betas[[2]])$addcmul_(param$grad, param$grad, value = 1 - group$betas[[2]])
          square <- own$exp_avg_sq
          if (group$amsgrad) square <- own$max_exp_avg_sq$set_data(own$max_exp_avg_sq$max(other = own$exp_avg_sq))
          denom <- (square$sqrt() / sqrt(1 - group$betas[[2]]^own$step))$add_(group$eps)
          param$addcdiv_(own$exp_avg, denom, value = -group$lr / (1 - group$betas[[1]]^own$step))
          state(param) <- own
        }
      }
    })
    loss
  }
)

# Liu, Jiang, He et al. (2020), On the variance of the adaptive learning rate and beyond.
custom_optimizers$radam <- optimizer(
  "optim_radam2",
  initialize = function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8) {
    super$initialize(params, list(lr = lr, betas = betas, eps = eps))
  },
  private = list(
    rectification = function(t, beta2) {
      longest <- 2 / (1 - beta2) - 1
      length <- longest - 2 * t * beta2^t / (1 - beta2^t)
      if (length <= 4) return(NULL)
      sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
    }
  ),
  step = function(closure = NULL) {
    private$step_helper(closure, function(group, param, g, p) {
      beta <- group$betas
      if (is.null(state(param))) {
        state(param) <- list(step = 0, m = torch_zeros_like(param)$to(dtype = param$dtype), v = torch_zeros_like(param))
      }
      state(param)$step <- state(param)$step + 1
      t <- state(param)$step
      state(param)$m$lerp_(param$grad, weight = 1 - beta[1])
      state(param)$v$mul_(beta[2])$addcmul_(param$grad, param$grad, value = 1 - beta[2])
      r <- private$rectification(t, beta[2])
      m <- state(param)$m / (1 - beta[1]^t)
      if (is.null(r)) param$add_(m, alpha = -group$lr)
      else param$addcdiv_(m, torch_sqrt(state(param)$v / (1 - beta[2]^t))$add_(group$eps), value = -group$lr * r)
    })
  }
)

# Zaheer, Reddi, Sachan, Kale and Kumar (2018), Adaptive methods for nonconvex optimization, algorithm 2.
custom_optimizers$yogi <- optimizer(
  "optim_yogi2",
  initialize = function(params, lr = 1e-2, betas = c(0.9, 0.999), eps = 1e-3, initial_accumulator = 1e-6) {
    super$initialize(params, list(lr = lr, betas = betas, eps = eps, initial_accumulator = initial_accumulator))
  },
  step = function(closure = NULL) {
    private$step_helper(closure, function(group, param, g, p) {
      if (length(state(param)) == 0) {
        state(param) <- list()
        state(param)[["exp_avg"]] <- nn_init_constant_(torch_empty_like(param), 0)
        state(param)[["exp_avg_sq"]] <- nn_init_constant_(torch_empty_like(param), group$initial_accumulator)
      }
      square <- param$grad$mul(param$grad)
      state(param)[["exp_avg"]]$mul_(group$betas[1])$add_(param$grad, alpha = 1 - group$betas[1])
      sign <- torch_sign(state(param)[["exp_avg_sq"]]$sub(square))
      state(param)[["exp_avg_sq"]]$addcmul_(sign, square, value = -(1 - group$betas[2]))
      param$addcdiv_(state(param)[["exp_avg"]], state(param)[["exp_avg_sq"]]$sqrt()$add_(group$eps), value = -group$lr)
    })
  }
)

# ---- the same in plain R: f(x, g, own, t, o) gives the new x and the new own ----

plain_moments <- function(own, g, o) {
  own$m <- (if (is.null(own$m)) 0 else own$m) * o$betas[1] + (1 - o$betas[1]) * g
  own$v <- (if (is.null(own$v)) 0 else own$v) * o$betas[2] + (1 - o$betas[2]) * g^2
  own
}

plain_updates <- list(
  adabound = function(x, g, own, t, o) {
    own <- plain_moments(own, g + o$weight_decay * x, o)
    rate <- o$lr * sqrt(1 - o$betas[2]^t) / (1 - o$betas[1]^t) / (sqrt(own$v) + o$eps)
    rate <- pmin(pmax(rate, o$final_lr * (1 - 1 / (o$gamma * t + 1))), o$final_lr * (1 + 1 / (o$gamma * t)))
    list(x - rate * own$m, own)
  },
  adahessian = function(x, g, own, t, o, diagonal) {
    own$m <- (if (is.null(own$m)) 0 else own$m) * o$betas[1] + (1 - o$betas[1]) * g
    own$v <- (if (is.null(own$v)) 0 else own$v) * o$betas[2] + (1 - o$betas[2]) * diagonal^2
    size <- sqrt(own$v / (1 - o$betas[2]^t))^o$hessian_power + o$eps
    list(x - o$lr * (own$m / (1 - o$betas[1]^t) / size + o$weight_decay * x), own)
  },
  diffgrad = function(x, g, own, t, o) {
    friction <- stats::plogis(abs((if (t == 1) 0 else own$before) - g))
    own <- plain_moments(own, g, o)
    own$before <- g
    scale <- sqrt(1 - o$betas[2]^t) / (1 - o$betas[1]^t)
    list(x - o$lr * scale * friction * own$m / (sqrt(own$v) + o$eps), own)
  },
  nadam = function(x, g, own, t, o) {
    mu <- function(i) o$betas[1] * (1 - 0.5 * 0.96^(i * o$schedule_decay))
    own <- plain_moments(own, g, o)
    now <- prod(mu(seq_len(t)))
    look_ahead <- (1 - mu(t)) * g / (1 - now) + mu(t + 1) * own$m / (1 - now * mu(t + 1))
    list(x - o$lr * look_ahead / (sqrt(own$v / (1 - o$betas[2]^t)) + o$eps), own)
  },
  qhadam = function(x, g, own, t, o) {
    x <- x - o$lr * o$weight_decay * x
    own <- plain_moments(own, g, o)
    m <- own$m / (1 - o$betas[1]^t)
    v <- own$v / (1 - o$betas[2]^t)
    below <- sqrt((1 - o$nus[2]) * g^2 + o$nus[2] * v) + o$eps
    list(x - o$lr * ((1 - o$nus[1]) * g + o$nus[1] * m) / below, own)
  },
  swats = function(x, g, own, t, o) {
    if (!is.null(own$sgd)) {
      own$u <- o$betas[1] * own$u + g
      return(list(x - (1 - o$betas[1]) * own$sgd * own$u, own))
    }
    own <- plain_moments(own, g, o)
    step <- -o$lr * sqrt(1 - o$betas[2]^t) / (1 - o$betas[1]^t) * own$m / (sqrt(own$v) + o$eps)
    rate <- -sum(step^2) / sum(step * g)
    own$lambda <- o$betas[2] * (if (t == 1) 0 else own$lambda) + (1 - o$betas[2]) * rate
    if (t > 1 && abs(own$lambda / (1 - o$betas[2]^t) - rate) < o$eps) {
      own$sgd <- own$lambda / (1 - o$betas[2]^t)
      own$u <- 0
    }
    list(x + step, own)
  },
  madgrad = function(x, g, own, t, o) {
    g <- g + o$weight_decay * x
    if (t == 1) own <- list(start = x, s = 0, v = 0)
    own$s <- own$s + o$lr * sqrt(t) * g
    own$v <- own$v + o$lr * sqrt(t) * g^2
    list(o$momentum * x + (1 - o$momentum) * (own$start - own$s / (own$v^(1 / 3) + o$eps)), own)
  },
  adamw = function(x, g, own, t, o) {
    own <- plain_moments(own, g, o)
    own$largest <- if (t == 1) own$v else pmax(own$largest, own$v)
    v <- if (o$amsgrad) own$largest else own$v
    adam <- own$m / (1 - o$betas[1]^t) / (sqrt(v / (1 - o$betas[2]^t)) + o$eps)
    list(x - o$lr * o$weight_decay * x - o$lr * adam, own)
  },
  radam = function(x, g, own, t, o) {
    own <- plain_moments(own, g, o)
    m <- own$m / (1 - o$betas[1]^t)
    far <- 2 / (1 - o$betas[2]) - 1
    rho <- far - 2 * t * o$betas[2]^t / (1 - o$betas[2]^t)
    if (rho <= 4) return(list(x - o$lr * m, own))
    r <- sqrt((rho - 4) / (far - 4) * (rho - 2) / (far - 2) * far / rho)
    list(x - o$lr * r * m / (sqrt(own$v / (1 - o$betas[2]^t)) + o$eps), own)
  },
  yogi = function(x, g, own, t, o) {
    if (t == 1) own <- list(m = 0, v = o$initial_accumulator)
    own$m <- o$betas[1] * own$m + (1 - o$betas[1]) * g
    own$v <- own$v - (1 - o$betas[2]) * sign(own$v - g^2) * g^2
    list(x - o$lr * own$m / (sqrt(own$v) + o$eps), own)
  }
)
