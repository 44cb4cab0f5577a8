#' Cosine schedules
#'
#' `lr_cosine_annealing()` lets the step length swing between its first value and `eta_min`
#' along a cosine of half period `T_max`. `lr_cosine_warm_restarts()` jumps back to the
#' first value whenever `eta_min` is reached: after `T_0` steps, then `T_0 * T_mult`, and so
#' on.
#'
#' @inheritParams lr_step
#' @param T_max Steps from the first value to `eta_min`, at least 1.
#' @param T_0 Steps until the first restart, at least 1.
#' @param T_mult Factor of the period after each restart, at least 1.
#' @param eta_min Smallest step length, at least 0.
#' @return A scheduler; see [lr_scheduler()].
#' @references Loshchilov and Hutter (2017), \doi{10.48550/arXiv.1608.03983}, eq. 5.
#' @examples
#' x <- torch_tensor(1, requires_grad = TRUE)
#' opt <- optim_sgd(x, lr = 1)
#' scheduler <- lr_cosine_annealing(opt, T_max = 4)
#' for (i in 1:4) {
#'   opt$step()
#'   scheduler$step()
#'   print(scheduler)
#' }
#' @export
lr_cosine_annealing <- function(optimizer, T_max, eta_min = 0, last_epoch = -1, verbose = FALSE) {
  check_finite(T_max, "T_max", min = 1)
  check_finite(eta_min, "eta_min", min = 0)
  LRCosineAnnealing$new(optimizer, last_epoch, verbose, list(T_max = T_max, eta_min = eta_min))
}

# Recursive, so that it can be combined with other schedulers.
LRCosineAnnealing <- R6Class("lr_cosine_annealing", inherit = LRScheduler, cloneable = FALSE,
  lock_objects = FALSE, public = list(
  get_lr = function() {
    t <- self$last_epoch
    lr <- self$current_lrs()
    angle <- pi / self$T_max
    if (t == 0) return(lr)
    if ((t - 1 - self$T_max) %% (2 * self$T_max) == 0) {
      return(lr + (self$base_lrs - self$eta_min) * (1 - cos(angle)) / 2)
    }
    (1 + cos(angle * t)) / (1 + cos(angle * (t - 1))) * (lr - self$eta_min) + self$eta_min
  }
))

#' @rdname lr_cosine_annealing
#' @export
lr_cosine_warm_restarts <- function(optimizer, T_0, T_mult = 1, eta_min = 0, last_epoch = -1, verbose = FALSE) {
  check_count(T_0, "T_0")
  check_number(T_mult, "T_mult", min = 1)
  check_finite(eta_min, "eta_min", min = 0)
  LRWarmRestarts$new(optimizer, last_epoch, verbose, list(T_0 = T_0, T_mult = T_mult, eta_min = eta_min))
}

LRWarmRestarts <- R6Class("lr_cosine_warm_restarts", inherit = LRScheduler, cloneable = FALSE,
  lock_objects = FALSE, public = list(
  get_lr = function() {
    t <- self$last_epoch
    period <- self$T_0
    while (t >= period) {
      t <- t - period
      period <- period * self$T_mult
    }
    self$eta_min + (self$base_lrs - self$eta_min) * (1 + cos(pi * t / period)) / 2
  }
))
