# What all optimizers share: parameters in groups, their state, zero_grad() and step().

# Parameters as a list of leaf tensors that require gradients.
check_params <- function(params) {
  if (is_torch_tensor(params)) params <- list(params)
  if (!is.list(params) || length(params) == 0 || !all(vapply(params, is_torch_tensor, NA))) {
    cli::cli_abort("{.arg params} must be a tensor or a non-empty list of tensors, not {.obj_type_friendly {params}}.",
                   call = NULL)
  }
  for (i in seq_along(params)) {
    info <- tensor_info(params[[i]])
    if (!info$is_leaf) {
      cli::cli_abort(c("{.arg params}: tensor {i} is not a leaf: it was computed (by {.val {info$op}}).",
                       i = "Optimize the tensor that was made with {.code requires_grad = TRUE}."), call = NULL)
    }
    if (!info$requires_grad) {
      cli::cli_abort(c("{.arg params}: tensor {i} does not require gradients.",
                       i = "Make it with {.code torch_tensor(..., requires_grad = TRUE)}."), call = NULL)
    }
  }
  unname(params)
}

Optimizer <- R6Class("gradtape_optimizer", cloneable = FALSE,
  public = list(
    param_groups = NULL,

    initialize = function(params, options) {
      params <- check_params(params)
      if (has_duplicates(params)) {
        cli::cli_abort("{.arg params} holds the same tensor twice.", call = NULL)
      }
      self$param_groups <- list(c(list(params = params), options))
      private$states <- list(vector("list", length(params)))
    },

    zero_grad = function(set_to_none = FALSE) {
      for (group in self$param_groups) .Call(C_call_zero_grad, group$params, set_to_none)
      invisible(NULL)
    },

    step = function(closure = NULL) {
      loss <- if (!is.null(closure)) with_enable_grad(closure())
      for (i in seq_along(self$param_groups)) {
        group <- self$param_groups[[i]]
        self$check_options(group)
        ready <- private$prepare(i, group)
        private$update(group$params[ready], private$states[[i]][ready], group)
      }
      if (is.null(loss)) invisible(NULL) else loss
    },

    check_options = function(options) invisible(options),

    print = function(...) {
      cat("<", class(self)[1], ">\n", sep = "")
      for (i in seq_along(self$param_groups)) {
        group <- self$param_groups[[i]]
        cat("group ", i, ": ", length(group$params), " parameter", if (length(group$params) != 1) "s",
            " (", paste(vapply(group$params, shape_text, ""), collapse = ", "), ")\n", sep = "")
        options <- group[names(group) != "params"]
        cat(paste0("  ", names(options), " = ", vapply(options, deparse1, "")), sep = "\n")
      }
      invisible(self)
    }
  ),
  private = list(
    states = NULL,

    # The parameters that have a gradient; makes the state of those seen first.
    prepare = function(i, group) {
      ready <- which(!vapply(group$params, function(p) is.null(.Call(C_call_grad, p)), NA))
      for (k in ready) {
        if (is.null(private$states[[i]][[k]])) {
          private$states[[i]][[k]] <- c(list(step = .Call(C_call_new_step)),
                                        private$new_state(group$params[[k]], group))
        }
      }
      ready
    },
    new_state = function(param, options) list(),
    update = function(params, states, options) NULL
  )
)

# Two tensors are identical() only when they are one.
has_duplicates <- function(tensors) {
  for (i in seq_along(tensors)[-1]) {
    for (k in seq_len(i - 1)) if (identical(tensors[[i]], tensors[[k]])) return(TRUE)
  }
  FALSE
}

zeros_like <- function(x) {
  torch_zeros(.Call(C_call_shape, x), dtype = x$dtype)
}

check_lr <- function(lr) check_number(lr, "lr", min = 0)

check_betas <- function(betas) {
  if (!is.numeric(betas) || length(betas) != 2 || anyNA(betas) || any(betas < 0 | betas >= 1)) {
    cli::cli_abort("{.arg betas} must be two numbers in [0, 1), not {.val {betas}}.", call = NULL)
  }
}
