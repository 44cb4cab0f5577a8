#' Cyclic schedules
#'
#' `lr_one_cycle()` raises the step length from `max_lr / div_factor` to `max_lr` and then
#' lowers it far below where it began, once in `total_steps`; momentum goes the other way.
#' `lr_cyclic()` swings between `base_lr` and `max_lr` for ever.
#'
#' @inheritParams lr_step
#' @param max_lr,base_lr Largest and smallest step length: one number, or one per group.
#' @param total_steps Steps of the cycle; or give `epochs` and `steps_per_epoch`.
#' @param epochs,steps_per_epoch Their product is `total_steps`.
#' @param pct_start The part of the cycle in which the step length rises, in \[0, 1\].
#' @param anneal_strategy `"cos"` or `"linear"`.
#' @param cycle_momentum Change the momentum too (the first of the `betas`, where the
#'   optimizer has those)?
#' @param base_momentum,max_momentum Smallest and largest momentum.
#' @param div_factor First step length is `max_lr / div_factor`.
#' @param final_div_factor Last step length is the first one divided by this.
#' @param three_phase Come down to the first step length before the last descent?
#' @param step_size_up,step_size_down Steps up and down; `step_size_down` is the same as
#'   `step_size_up` unless given.
#' @param mode `"triangular"` (all cycles alike), `"triangular2"` (half the height each
#'   time), or `"exp_range"` (height times `gamma^t`).
#' @param gamma For `"exp_range"`.
#' @param scale_fn Instead of `mode`: a function that scales the height.
#' @param scale_mode `scale_fn` is a function of the number of the `"cycle"`, from 1, or of
#'   the `"iterations"`.
#' @return A scheduler; see [lr_scheduler()].
#' @references Smith and Topin (2018), \doi{10.48550/arXiv.1708.07120}; Smith (2017),
#'   \doi{10.48550/arXiv.1506.01186}.
#' @examples
#' x <- torch_tensor(1, requires_grad = TRUE)
#' opt <- optim_sgd(x, lr = 1, momentum = 0.9)
#' scheduler <- lr_one_cycle(opt, max_lr = 0.1, total_steps = 10)
#' for (i in 1:9) {
#'   opt$step()
#'   scheduler$step()
#' }
#' scheduler
#' @export
lr_one_cycle <- function(optimizer, max_lr, total_steps = NULL, epochs = NULL, steps_per_epoch = NULL,
                         pct_start = 0.3, anneal_strategy = c("cos", "linear"), cycle_momentum = TRUE,
                         base_momentum = 0.85, max_momentum = 0.95, div_factor = 25,
                         final_div_factor = 1e4, last_epoch = -1, verbose = FALSE, three_phase = FALSE) {
  if (is.null(total_steps)) {
    if (is.null(epochs) || is.null(steps_per_epoch)) {
      abort("Give {.arg total_steps}, or both {.arg epochs} and {.arg steps_per_epoch}.")
    }
    check_count(epochs, "epochs")
    check_count(steps_per_epoch, "steps_per_epoch")
    total_steps <- epochs * steps_per_epoch
  }
  check_count(total_steps, "total_steps")
  check_number(pct_start, "pct_start", min = 0, max = 1)
  check_number(div_factor, "div_factor", above = 0)
  check_number(final_div_factor, "final_div_factor", above = 0)
  check_number(base_momentum, "base_momentum", min = 0, max = 1)
  check_number(max_momentum, "max_momentum", min = 0, max = 1)
  anneal_strategy <- check_choice(anneal_strategy, "anneal_strategy", c("cos", "linear"))
  check_flag(three_phase, "three_phase")
  LROneCycle$new(optimizer, last_epoch, verbose, list(
    max_lr = max_lr, total_steps = total_steps, pct_start = pct_start, anneal_strategy = anneal_strategy,
    cycle_momentum = cycle_momentum, base_momentum = base_momentum, max_momentum = max_momentum,
    div_factor = div_factor, final_div_factor = final_div_factor, three_phase = three_phase
  ))
}

LROneCycle <- R6Class("lr_one_cycle", inherit = LRScheduler, cloneable = FALSE,
  lock_objects = FALSE, public = list(
    get_lr = function() {
      t <- self$last_epoch
      if (t > self$total_steps) {
        abort("The cycle has {self$total_steps} steps (total_steps); this would be step {t}.",
              "gradtape_state_error")
      }
      first <- self$max_lr / self$div_factor
      lrs <- list(first, self$max_lr, if (self$three_phase) first, first / self$final_div_factor)
      momenta <- c(self$max_momentum, self$base_momentum, if (self$three_phase) self$max_momentum, self$max_momentum)
      lrs <- lrs[lengths(lrs) > 0]
      rise <- self$pct_start * self$total_steps
      ends <- c(0, rise - 1, if (self$three_phase) 2 * rise - 2, self$total_steps - 1)
      phase <- min(which(c(t <= ends[-1], TRUE)), length(ends) - 1)
      part <- (t - ends[phase]) / (ends[phase + 1] - ends[phase])
      if (self$cycle_momentum) {
        private$set_momentum(rep_len(private$between(momenta[phase], momenta[phase + 1], part), length(first)))
      }
      private$between(lrs[[phase]], lrs[[phase + 1]], part)
    }
  ),
  private = list(
    begin = function(last_epoch) {
      self$max_lr <- per_group(self$max_lr, "max_lr", self$optimizer)
      check_cycled_momentum(self$cycle_momentum, self$optimizer)
      super$begin(last_epoch)
    },
    between = function(from, to, part) {
      if (self$anneal_strategy == "linear") from + (to - from) * part
      else to + (from - to) / 2 * (1 + cos(pi * part))
    }
  )
)

#' @rdname lr_one_cycle
#' @export
lr_cyclic <- function(optimizer, base_lr, max_lr, step_size_up = 2000, step_size_down = NULL,
                      mode = c("triangular", "triangular2", "exp_range"), gamma = 1, scale_fn = NULL,
                      scale_mode = c("cycle", "iterations"), cycle_momentum = TRUE, base_momentum = 0.8,
                      max_momentum = 0.9, last_epoch = -1, verbose = FALSE) {
  if (is.null(step_size_down)) step_size_down <- step_size_up
  check_finite(step_size_up, "step_size_up", min = 1)
  check_finite(step_size_down, "step_size_down", min = 1)
  check_number(gamma, "gamma", min = 0)
  check_number(base_momentum, "base_momentum", min = 0, max = 1)
  check_number(max_momentum, "max_momentum", min = 0, max = 1)
  if (!is.null(scale_fn) && !is.function(scale_fn)) {
    abort("{.arg scale_fn} must be NULL or a function of one number, not {given(scale_fn)}.")
  }
  LRCyclic$new(optimizer, last_epoch, verbose, list(
    base_lr = base_lr, max_lr = max_lr, step_size_up = step_size_up, step_size_down = step_size_down,
    mode = check_choice(mode, "mode", c("triangular", "triangular2", "exp_range")), gamma = gamma, scale_fn = scale_fn,
    scale_mode = check_choice(scale_mode, "scale_mode", c("cycle", "iterations")), cycle_momentum = cycle_momentum,
    base_momentum = base_momentum, max_momentum = max_momentum
  ))
}

LRCyclic <- R6Class("lr_cyclic", inherit = LRScheduler, cloneable = FALSE,
  lock_objects = FALSE, public = list(
    get_lr = function() {
      t <- self$last_epoch
      total <- self$step_size_up + self$step_size_down
      cycle <- floor(1 + t / total)
      x <- 1 + t / total - cycle
      top <- self$step_size_up / total
      height <- private$scale(cycle, t) * if (x <= top) x / top else (x - 1) / (top - 1)
      if (self$cycle_momentum) {
        momentum <- self$max_momentum - (self$max_momentum - self$base_momentum) * height
        private$set_momentum(rep_len(momentum, length(self$base_lr)))
      }
      self$base_lr + (self$max_lr - self$base_lr) * height
    }
  ),
  private = list(
    begin = function(last_epoch) {
      self$base_lr <- per_group(self$base_lr, "base_lr", self$optimizer)
      self$max_lr <- per_group(self$max_lr, "max_lr", self$optimizer)
      check_cycled_momentum(self$cycle_momentum, self$optimizer)
      super$begin(last_epoch)
    },
    scale = function(cycle, t) {
      if (!is.null(self$scale_fn)) {
        height <- self$scale_fn(if (self$scale_mode == "cycle") cycle else t)
        check_finite(height, "scale_fn()")
        return(height)
      }
      switch(self$mode, triangular = 1, triangular2 = 1 / 2^(cycle - 1), exp_range = self$gamma^t)
    }
  )
)
