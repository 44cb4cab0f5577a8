# What all learning rate schedulers share.

#' Learning rate schedulers, and how to write one
#'
#' A scheduler changes the step length `lr` of an optimizer's parameter groups as steps go
#' by. Call its `$step()` after the optimizer's. The `lr_*` functions make one;
#' `lr_scheduler()` makes such a function from R code of your own, as in torch.
#'
#' Every scheduler has `$step()`, `$last_epoch` (the number of calls so far), `$get_last_lr()`
#' (the present step lengths, one per group), and `$state_dict()` and
#' `$load_state_dict(state_dict)` to save and resume it; functions are not saved. Several
#' schedulers may act on one optimizer.
#'
#' A scheduler of your own has a method `get_lr()` which returns the step lengths, one per
#' group, from `self$last_epoch` (0 at first), `self$base_lrs` (those that the optimizer
#' began with) and `self$current_lrs()`. Its `initialize(optimizer, ...)`, if it has one,
#' sets its fields and then calls `super$initialize(optimizer, last_epoch)`.
#'
#' @param classname Class of the schedulers, a string; `NULL` for none of their own.
#' @param ... Methods and fields, named.
#' @param inherit A scheduler class to build upon: one made by `lr_scheduler()`.
#' @param parent_env Where the methods find what they do not define.
#' @return A function that makes schedulers.
#' @section Errors: an optimizer that is none; settings out of range; per-group settings
#'   whose number is not that of the groups; a `state_dict` of another scheduler.
#' @examples
#' x <- torch_tensor(1, requires_grad = TRUE)
#' opt <- optim_sgd(x, lr = 0.5)
#' lr_inverse <- lr_scheduler("lr_inverse", get_lr = function() self$base_lrs / (1 + self$last_epoch))
#' scheduler <- lr_inverse(opt)
#' for (i in 1:3) {
#'   opt$step()
#'   scheduler$step()
#'   print(opt$param_groups[[1]]$lr)
#' }
#' @export
lr_scheduler <- function(classname = NULL, ..., inherit = NULL, parent_env = parent.frame()) {
  r6_constructor(classname %||% "lr_scheduler", if (is.null(inherit)) LRScheduler else inherit, list(...), NULL, NULL,
                 parent_env)
}

# A member that is not there is an error for the user; in a method it is NULL, as in R6.
#' @export
`$.gradtape_lr_scheduler` <- function(x, name) {
  value <- .subset2(x, name)
  if (is.null(value) && !exists(name, envir = x, inherits = FALSE) && !is_method_of(x, parent.frame())) {
    abort_unknown_member(name, r6_members(x), "The scheduler {.cls {class(x)[1]}}")
  }
  value
}

# settings: fields of the scheduler, set before its first get_lr().
LRScheduler <- R6Class("gradtape_lr_scheduler",
  cloneable = FALSE,
  lock_objects = FALSE,
  public = list(
    optimizer = NULL,
    last_epoch = NULL,
    base_lrs = NULL,
    verbose = FALSE,

    initialize = function(optimizer, last_epoch = -1, verbose = FALSE, settings = list()) {
      class(self) <- append(class(self), "lr_scheduler", length(class(self)) - 1)
      check_flag(verbose, "verbose")
      check_number(last_epoch, "last_epoch", min = -1, whole = TRUE)
      private$attach(optimizer)
      for (name in names(settings)) self[[name]] <- settings[[name]]
      self$verbose <- verbose
      private$begin(last_epoch)
      self$last_epoch <- last_epoch
      self$step()
    },

    get_lr = function() {
      abort("The scheduler {.cls {class(self)[1]}} has no method {.field get_lr}.")
    },

    step = function() {
      self$last_epoch <- self$last_epoch + 1
      private$set_lrs(self$get_lr())
      invisible(self)
    },

    current_lrs = function() vapply(self$optimizer$param_groups, `[[`, 0, "lr"),
    get_last_lr = function() self$current_lrs(),

    state_dict = function() {
      fields <- setdiff(names(self), c("optimizer", ".__enclos_env__"))
      values <- stats::setNames(lapply(fields, function(name) self[[name]]), fields)
      values[vapply(values, is.atomic, NA)]
    },

    load_state_dict = function(state_dict) {
      own <- names(self$state_dict())
      if (!is.list(state_dict) || !setequal(names(state_dict), own)) {
        abort(paste("{.arg state_dict} must be that of a scheduler {.cls {class(self)[1]}}, with {.field {own}};",
                    "nothing was changed."))
      }
      for (name in own) self[[name]] <- state_dict[[name]]
      invisible(self)
    },

    print = function(...) {
      cat("<", class(self)[1], "> after ", self$last_epoch, " steps: lr = ",
          paste(format(self$current_lrs()), collapse = ", "), "\n", sep = "")
      invisible(self)
    }
  ),
  private = list(
    attach = function(optimizer) {
      check_optimizer(optimizer)
      without <- which(vapply(optimizer$param_groups, function(group) is.null(group$lr), NA))
      if (length(without)) abort("Group {without[1]} of the optimizer has no {.arg lr} to schedule.")
      self$optimizer <- optimizer
    },

    # The step lengths to start from; they outlive what other schedulers do to them.
    begin = function(last_epoch) {
      for (i in seq_along(self$optimizer$param_groups)) {
        group <- self$optimizer$param_groups[[i]]
        if (is.null(group$initial_lr)) {
          if (last_epoch != -1) {
            abort(paste("{.arg last_epoch} is {last_epoch},",
                        "but group {i} of the optimizer has no {.field initial_lr} to resume from."))
          }
          self$optimizer$param_groups[[i]]$initial_lr <- group$lr
        }
      }
      self$base_lrs <- vapply(self$optimizer$param_groups, `[[`, 0, "initial_lr")
    },

    set_lrs = function(lrs) {
      lrs <- per_group(lrs, "get_lr()", self$optimizer)
      for (i in seq_along(lrs)) self$optimizer$param_groups[[i]]$lr <- lrs[i]
      if (self$verbose) cat("Step ", self$last_epoch, ": lr = ", paste(format(lrs), collapse = ", "), "\n", sep = "")
    },

    # Momentum is the first of the betas where there are betas.
    set_momentum = function(momentum) {
      for (i in seq_along(self$optimizer$param_groups)) {
        if (is.null(self$optimizer$param_groups[[i]]$betas)) {
          self$optimizer$param_groups[[i]]$momentum <- momentum[i]
        } else {
          self$optimizer$param_groups[[i]]$betas[1] <- momentum[i]
        }
      }
    }
  )
)

check_optimizer <- function(optimizer) {
  if (!is_optimizer(optimizer)) {
    abort("{.arg optimizer} must be an optimizer, such as {.code optim_sgd()} makes, not {given(optimizer)}.")
  }
}

# One number, or one for each group.
per_group <- function(x, name, optimizer) {
  n <- length(optimizer$param_groups)
  if (!is.numeric(x) || is_torch_tensor(x) || !all(is.finite(x)) || !length(x) %in% c(1, n) || any(x < 0)) {
    several <- if (n > 1) paste0(" (or ", n, ", one per parameter group)")
    abort("{.arg {name}} must be one finite number of at least 0{several}, not {given(x)}.")
  }
  rep_len(x, n)
}

check_cycled_momentum <- function(cycle_momentum, optimizer) {
  check_flag(cycle_momentum, "cycle_momentum")
  if (cycle_momentum && is.null(optimizer$defaults$momentum) && is.null(optimizer$defaults$betas)) {
    abort("{.arg cycle_momentum} must be FALSE for an optimizer that has no {.arg momentum} or {.arg betas}.")
  }
}
