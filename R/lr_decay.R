#' Schedules that multiply the step length
#'
#' Schedulers whose step length at each step follows from the one before, or from the first
#' one. With \eqn{t} the number of steps so far:
#'
#' - `lr_step()` multiplies `lr` by `gamma` every `step_size` steps;
#' - `lr_multistep()` does so at each of the `milestones`;
#' - `lr_exponential()` does so at every step;
#' - `lr_lambda()` sets it to its first value times `lr_lambda(t)`;
#' - `lr_multiplicative()` multiplies it by `lr_lambda(t)`;
#' - `lr_linear()` goes from `start_factor` to `end_factor` times its first value, in
#'   `total_iters` steps.
#'
#' @param optimizer An [optimizer].
#' @param step_size Steps between two changes, at least 1.
#' @param gamma Factor, at least 0.
#' @param milestones Numbers of steps; one that is given twice counts twice.
#' @param lr_lambda A function of \eqn{t}, or a list of them, one per parameter group.
#' @param start_factor,end_factor Factors, positive and at least 0.
#' @param total_iters Steps until `end_factor` is reached, at least 1.
#' @param last_epoch -1 to begin. To resume, the number of steps (calls of `$step()`) already
#'   done; the optimizer's groups must then have the `initial_lr` that the earlier scheduler set,
#'   as they have after `$load_state_dict()`.
#' @param verbose Print each new step length?
#' @return A scheduler; see [lr_scheduler()].
#' @examples
#' x <- torch_tensor(1, requires_grad = TRUE)
#' opt <- optim_sgd(x, lr = 1)
#' scheduler <- lr_step(opt, step_size = 2, gamma = 0.5)
#' for (i in 1:4) {
#'   opt$step()
#'   scheduler$step()
#' }
#' scheduler
#' @export
lr_step <- function(optimizer, step_size, gamma = 0.1, last_epoch = -1, verbose = FALSE) {
  check_count(step_size, "step_size")
  check_number(gamma, "gamma", min = 0)
  LRStep$new(optimizer, last_epoch, verbose, list(step_size = step_size, gamma = gamma))
}

LRStep <- R6Class("lr_step", inherit = LRScheduler, cloneable = FALSE, lock_objects = FALSE, public = list(
  get_lr = function() {
    t <- self$last_epoch
    self$current_lrs() * if (t > 0 && t %% self$step_size == 0) self$gamma else 1
  }
))

#' @rdname lr_step
#' @export
lr_multistep <- function(optimizer, milestones, gamma = 0.1, last_epoch = -1, verbose = FALSE) {
  check_whole(milestones, "milestones", min = 0)
  if (!length(milestones)) abort("{.arg milestones} must hold at least one number of steps.")
  check_number(gamma, "gamma", min = 0)
  LRMultistep$new(optimizer, last_epoch, verbose, list(milestones = milestones, gamma = gamma))
}

LRMultistep <- R6Class("lr_multistep", inherit = LRScheduler, cloneable = FALSE, lock_objects = FALSE, public = list(
  get_lr = function() self$current_lrs() * self$gamma^sum(self$milestones == self$last_epoch)
))

#' @rdname lr_step
#' @export
lr_exponential <- function(optimizer, gamma, last_epoch = -1, verbose = FALSE) {
  check_number(gamma, "gamma", min = 0)
  LRExponential$new(optimizer, last_epoch, verbose, list(gamma = gamma))
}

LRExponential <- R6Class("lr_exponential", inherit = LRScheduler, cloneable = FALSE,
  lock_objects = FALSE, public = list(
  get_lr = function() self$current_lrs() * if (self$last_epoch > 0) self$gamma else 1
))

#' @rdname lr_step
#' @export
lr_lambda <- function(optimizer, lr_lambda, last_epoch = -1, verbose = FALSE) {
  LRLambda$new(optimizer, last_epoch, verbose, list(lr_lambda = factor_functions(lr_lambda, optimizer)))
}

LRLambda <- R6Class("lr_lambda", inherit = LRScheduler, cloneable = FALSE, lock_objects = FALSE, public = list(
  get_lr = function() self$base_lrs * factors_at(self$lr_lambda, self$last_epoch)
))

#' @rdname lr_step
#' @export
lr_multiplicative <- function(optimizer, lr_lambda, last_epoch = -1, verbose = FALSE) {
  LRMultiplicative$new(optimizer, last_epoch, verbose, list(lr_lambda = factor_functions(lr_lambda, optimizer)))
}

LRMultiplicative <- R6Class("lr_multiplicative", inherit = LRScheduler, cloneable = FALSE,
  lock_objects = FALSE, public = list(
  get_lr = function() {
    if (self$last_epoch == 0) return(self$current_lrs())
    self$current_lrs() * factors_at(self$lr_lambda, self$last_epoch)
  }
))

factors_at <- function(functions, t) {
  vapply(functions, function(f) {
    factor <- f(t)
    if (is.numeric(factor) && length(factor) == 1 && !is.na(factor) && factor >= 0) return(as.numeric(factor))
    abort("{.arg lr_lambda} must return one number of at least 0; for {t} step{?s} it returned {given(factor)}.")
  }, 0)
}

# One function per group.
factor_functions <- function(f, optimizer) {
  check_optimizer(optimizer)
  n <- length(optimizer$param_groups)
  if (is.function(f)) f <- list(f)
  if (!is.list(f) || !all(vapply(f, is.function, NA)) || !length(f) %in% c(1, n)) {
    abort(paste("{.arg lr_lambda} must be a function of the number of steps, or a list of {n},",
                "one per parameter group, not {given(f)}."))
  }
  rep_len(f, n)
}

#' @rdname lr_step
#' @export
lr_linear <- function(optimizer, start_factor = 1 / 3, end_factor = 1, total_iters = 5, last_epoch = -1,
                      verbose = FALSE) {
  check_finite(start_factor, "start_factor", above = 0)
  check_finite(end_factor, "end_factor", min = 0)
  check_number(total_iters, "total_iters", min = 1)
  LRLinear$new(optimizer, last_epoch, verbose,
               list(start_factor = start_factor, end_factor = end_factor, total_iters = total_iters))
}

LRLinear <- R6Class("lr_linear", inherit = LRScheduler, cloneable = FALSE, lock_objects = FALSE, public = list(
  get_lr = function() {
    t <- self$last_epoch
    factor <- function(t) self$start_factor + (self$end_factor - self$start_factor) * t / self$total_iters
    self$current_lrs() * if (t == 0) factor(0) else if (t > self$total_iters) 1 else factor(t) / factor(t - 1)
  }
))
