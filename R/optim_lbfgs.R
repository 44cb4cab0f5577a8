#' L-BFGS
#'
#' The limited-memory BFGS method: a quasi-Newton method that approximates the inverse
#' Hessian from the last `history_size` steps. With `line_search_fn`, a line search chooses
#' how far to go; it is nearly always worth it.
#'
#' Each call of `$step(closure)` makes up to `max_iter` iterations. The closure is called
#' once or more in each: it must set the gradients to zero, compute the loss, call
#' `$backward()` and return the loss. What is remembered of the curvature is kept from
#' call to call.
#'
#' In place of a closure, `$step()` takes a [tape()] of the loss as a function of the
#' parameters (all of them, flattened one after the other). Then the whole step runs in C.
#'
#' The iterates agree with PyTorch's. Beyond that, a trial point where the function is NaN
#' or infinite shortens the step of the line search; without a line search a step to NaN is
#' halved. When a line search finds no lower point, though more than rounding was to be
#' gained, the memory is dropped once and the search goes down the gradient. If the closure
#' raises an error or is interrupted, the parameters keep the last accepted point.
#'
#' @eval option_params("lbfgs", except = c("max_iter", "max_eval"))
#' @param max_iter Iterations in one `$step()`, at least 1.
#' @param max_eval Function evaluations in one `$step()`; `NULL` for `max_iter * 5 / 4`.
#' @return An [optimizer] that is used by `$step(closure)`, which returns the loss at the
#'   start of the step. `$status` says why the last step ended: `"gradient"`, `"change"`,
#'   `"slope"` (no descent left along the direction), `"line search"` (no lower point along
#'   it was found), `"iterations"`, `"evaluations"` or `"nan"`.
#' @section Errors: a closure that does not return a tensor of one element; a loss or
#'   gradient that is NaN at the start.
#' @references Liu and Nocedal (1989), \doi{10.1007/BF01589116}; Nocedal and Wright (2006),
#'   *Numerical Optimization*, algorithms 7.4, 3.5 and 3.6.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' opt <- optim_lbfgs(x, line_search_fn = "strong_wolfe")
#' calc_loss <- function() {
#'   opt$zero_grad()
#'   value <- (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
#'   value$backward()
#'   value
#' }
#' for (i in 1:3) opt$step(calc_loss)
#' x
#' opt$status
#' @export
optim_lbfgs <- function(params, lr = 1, max_iter = 20, max_eval = NULL, tolerance_grad = 1e-7,
                        tolerance_change = 1e-9, history_size = 100, line_search_fn = NULL) {
  if (is.null(max_eval)) {
    check_count(max_iter, "max_iter")
    max_eval <- max(1, (max_iter * 5) %/% 4)
  }
  LBFGS$new(params, list(lr = lr, max_iter = max_iter, max_eval = max_eval, tolerance_grad = tolerance_grad,
                         tolerance_change = tolerance_change, history_size = history_size,
                         line_search_fn = line_search_fn))
}

LBFGS <- R6Class("optim_lbfgs", inherit = Optimizer,
  cloneable = FALSE,
  public = list(
    status = NULL,

    add_param_group = function(group) {
      if (length(self$param_groups)) {
        private$check_idle("$add_param_group()")
        abort("L-BFGS takes one group of parameters: its options hold for all of them.")
      }
      add_param_group(self, private, group)
    },

    step = function(closure) {
      private$check_idle("$step()")
      if (missing(closure) || !is.function(closure) && !inherits(closure, "gradtape_tape")) {
        what <- if (missing(closure)) "it is missing" else paste("not", given(closure))
        abort(paste("{.arg closure} must be a function that computes the loss,",
                    "calls {.code $backward()} and returns the loss, or a {.fn tape}; {what}."))
      }
      group <- self$param_groups[[1]]
      if (!is.function(closure)) closure <- tape_objective(closure, group$params)
      if (is.null(private$states[[1]][[1]])) {
        private$states[[1]][[1]] <- .Call(C_call_solver_state, private$method, group$params, group)
      }
      result <- .Call(C_call_solver_step, private$method, group$params, closure, group, private$states[[1]][[1]],
                      private$is_stepping)
      self$status <- result$status
      invisible(if (is.numeric(result$loss)) torch_tensor(result$loss) else result$loss)
    }
  ),
  private = list(
    method = "lbfgs",

    option_fault = function(options) option_fault(private$method, options),

    # One state serves all parameters; it stands with the first.
    state_fault = function(state, group, k) {
      if (is.null(state)) NULL
      else if (k > 1) "L-BFGS keeps its state with the first parameter"
      else .Call(C_call_solver_fault, private$method, group$params, group, state)
    },
    own_state = function(state) .Call(C_call_copy_state, state),

    progress = function() {
      state <- private$states[[1]][[1]]
      iterations <- if (is.null(state)) 0 else state$numbers[1]
      paste0(" after ", iterations, " iteration", if (iterations != 1) "s",
             if (!is.null(self$status)) paste0(", stopped by: ", self$status))
    }
  )
)
