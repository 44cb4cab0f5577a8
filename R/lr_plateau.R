#' Reduce the step length when a value stops improving
#'
#' Call `$step(metrics)` with the value that is watched, such as the loss. When it has not
#' improved for more than `patience` steps, each step length is multiplied by `factor`.
#'
#' @inheritParams lr_step
#' @param mode Is less better (`"min"`), or more (`"max"`)?
#' @param factor What `lr` is multiplied by, in \[0, 1).
#' @param patience Steps without improvement that are let pass.
#' @param threshold Smallest change that counts as an improvement.
#' @param threshold_mode Is `threshold` relative to the best value (`"rel"`) or not (`"abs"`)?
#' @param cooldown Steps after a reduction in which none is counted.
#' @param min_lr Smallest step length: one number, or one per group.
#' @param eps A change of the step length by no more than this is not made.
#' @return A scheduler; see [lr_scheduler()].
#' @examples
#' x <- torch_tensor(1, requires_grad = TRUE)
#' opt <- optim_sgd(x, lr = 1)
#' scheduler <- lr_reduce_on_plateau(opt, patience = 1)
#' for (loss in c(3, 2, 2, 2)) scheduler$step(loss)
#' scheduler
#' @export
lr_reduce_on_plateau <- function(optimizer, mode = c("min", "max"), factor = 0.1, patience = 10,
                                 threshold = 1e-4, threshold_mode = c("rel", "abs"), cooldown = 0,
                                 min_lr = 0, eps = 1e-8, verbose = FALSE) {
  check_number(factor, "factor", min = 0, below = 1)
  for (name in c("patience", "threshold", "cooldown", "eps")) check_number(get(name), name, min = 0)
  LRPlateau$new(optimizer, verbose, list(
    mode = check_choice(mode, "mode", c("min", "max")), factor = factor, patience = patience, threshold = threshold,
    threshold_mode = check_choice(threshold_mode, "threshold_mode", c("rel", "abs")), cooldown = cooldown,
    min_lr = min_lr, eps = eps
  ))
}

LRPlateau <- R6Class("lr_reduce_on_plateau", inherit = LRScheduler, cloneable = FALSE, lock_objects = FALSE,
  public = list(
    best = NULL,
    bad_steps = 0,
    cooling = 0,

    initialize = function(optimizer, verbose, settings) {
      check_flag(verbose, "verbose")
      private$attach(optimizer)
      for (name in names(settings)) self[[name]] <- settings[[name]]
      self$min_lr <- per_group(self$min_lr, "min_lr", optimizer)
      self$verbose <- verbose
      self$last_epoch <- 0
      self$best <- if (self$mode == "min") Inf else -Inf
    },

    step = function(metrics) {
      if (missing(metrics)) abort("{.code $step(metrics)} needs the value to watch, such as the loss.")
      if (!is.numeric(metrics) || length(metrics) != 1 || is.na(metrics) && !is.nan(metrics)) {
        abort("{.arg metrics} must be one number, such as the loss, not {given(metrics)}.")
      }
      value <- as.numeric(metrics)
      self$last_epoch <- self$last_epoch + 1
      self$bad_steps <- if (private$improves(value)) 0 else self$bad_steps + 1
      if (self$bad_steps == 0) self$best <- value
      if (self$cooling > 0) {
        self$cooling <- self$cooling - 1
        self$bad_steps <- 0
      }
      if (self$bad_steps > self$patience) {
        old <- self$current_lrs()
        new <- pmax(old * self$factor, self$min_lr)
        private$set_lrs(ifelse(old - new > self$eps, new, old))
        self$cooling <- self$cooldown
        self$bad_steps <- 0
      }
      invisible(self)
    }
  ),
  private = list(
    improves = function(value) {
      if (is.nan(value)) return(FALSE)
      sign <- if (self$mode == "min") -1 else 1
      bound <- if (self$threshold_mode == "abs" || is.infinite(self$best)) self$best + sign * self$threshold
               else self$best * (1 + sign * self$threshold)
      sign * value > sign * bound
    }
  )
)
