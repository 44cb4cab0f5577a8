# What all optimizers share: parameters in groups with options, their state, zero_grad(),
# state_dict() and step().

#' Optimizers, and how to write one
#'
#' An optimizer refers to the tensors it was given and changes them in place. The `optim_*`
#' functions make one. `optimizer()` makes such a function from R code of your own, as in
#' torch.
#'
#' Every optimizer has
#'
#' - `$zero_grad(set_to_none = FALSE)`: sets the gradients of all parameters to zero (or to
#'   `NULL`).
#' - `$step(closure = NULL)`: makes one step from the gradients that the parameters have.
#'   With a closure, that is called first and its value returned. A parameter without a
#'   gradient is left as it is. [optim_lbfgs()] needs the closure.
#' - `$param_groups`: a list of groups, each a list of `params` and options; an option may
#'   be changed between steps: `opt$param_groups[[1]]$lr <- 0.01`.
#' - `$add_param_group(group)`: adds a group, a list of `params` and those options that are
#'   not to have the optimizer's defaults.
#' - `$state_dict()`: options and state as a list that [saveRDS()] can save, and
#'   `$load_state_dict(state_dict)`, after which the optimizer goes on exactly as the one
#'   it came from would have. The parameters' values are not part of it.
#'
#' An optimizer of your own has a method `initialize(params, ...)`, which calls
#' `super$initialize(params, defaults)` with a named list of its options, and a method
#' `step(closure = NULL)`. There, `self$param_groups` holds parameters and options,
#' `self$state$get(param)` what was last stored by `self$state$set(param, value)` (`NULL` at
#' first), and `private$step_helper(closure, update)` calls the closure and then, for every
#' parameter that has a gradient, `update(group, param, g, p)` under [with_no_grad()].
#'
#' @param name Class of the optimizers, a string.
#' @param inherit An optimizer class to build upon: one made by `optimizer()`.
#' @param ... Methods and fields, named: `initialize`, `step` and others.
#' @param private A list of private methods and fields.
#' @param active A list of active bindings.
#' @param parent_env Where the methods find what they do not define.
#' @param x Any R object.
#' @return `optimizer()`: a function that makes optimizers. `is_optimizer()`: `TRUE` or
#'   `FALSE`. `optim_required()`: a mark for an option without a default.
#' @section Errors: parameters that are not leaf tensors with `requires_grad = TRUE`, none
#'   at all, or one twice; options out of range or unknown; a `state_dict` that does not
#'   fit. Each names what is wrong, and changes nothing.
#' @name optimizer
#' @examples
#' x <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' y <- torch_tensor(3, requires_grad = TRUE)
#' opt <- optim_adam(list(list(params = x, lr = 0.1), list(params = y)), lr = 0.01)
#' opt
#'
#' # gradient descent by the sign of the gradient
#' optim_sign <- optimizer(
#'   "optim_sign",
#'   initialize = function(params, lr = optim_required()) {
#'     super$initialize(params, list(lr = lr))
#'   },
#'   step = function(closure = NULL) {
#'     private$step_helper(closure, function(group, param, g, p) {
#'       param$sub_(group$lr * sign(param$grad))
#'     })
#'   }
#' )
#' opt <- optim_sign(x, lr = 0.5)
#' sum(x^2)$backward()
#' opt$step()
#' x
NULL

#' @rdname optimizer
#' @export
optimizer <- function(name, ..., inherit = NULL, private = NULL, active = NULL,
                      parent_env = parent.frame()) {
  r6_constructor(name, if (is.null(inherit)) Optimizer else inherit, list(...), private, active, parent_env)
}

#' @rdname optimizer
#' @export
optim_required <- function() structure(list(), class = "gradtape_required")

#' @rdname optimizer
#' @export
is_optimizer <- function(x) inherits(x, "gradtape_optimizer")

# Only the optimizer's own methods may add fields: `opt$lr <- 0.1` would be lost unseen.
# (There is no such check of `opt$name`: an S3 method would cost every `opt$step()` 0.7 us.)
#' @export
`$<-.gradtape_optimizer` <- function(x, name, value) {
  if (!exists(name, envir = x, inherits = FALSE) && !is_method_of(x, parent.frame())) {
    abort(c("The optimizer {.cls {class(x)[1]}} has no field {.field ${name}} to set.",
                     i = if (name %in% names(x$defaults)) "Its options are set by group: {.code opt$param_groups[[1]]${name} <- ...}"))
  }
  if (name == "param_groups" && !(is.list(value) && all(vapply(value, function(g) is.list(g) && "params" %in% names(g), NA)))) {
    abort("{.field $param_groups} must be a list of groups, each a list with {.field params}, not {given(value)}.")
  }
  assign(name, value, envir = x)
  x
}

Optimizer <- R6Class("gradtape_optimizer",
  cloneable = FALSE,
  lock_objects = FALSE,
  public = list(
    defaults = NULL,
    param_groups = list(),
    state = NULL,

    initialize = function(params, defaults = list()) {
      self$defaults <- defaults
      self$state <- list(get = private$get_state, set = private$set_state)
      for (group in as_param_groups(params)) self$add_param_group(group)
    },

    add_param_group = function(group) {
      i <- length(self$param_groups) + 1
      group <- complete_group(group, self$defaults, i)
      private$check_options(group)
      all_params <- c(do.call(c, lapply(self$param_groups, `[[`, "params")), group$params)
      duplicate <- .Call(C_call_first_duplicate, all_params)
      if (duplicate > 0) {
        at <- duplicate - length(all_params) + length(group$params)
        abort(c("Tensor {at} of {.arg params} in group {i} is there twice.",
                         i = "A parameter belongs to one group, once."))
      }
      self$param_groups[[i]] <- group
      private$checked <- self$param_groups
      private$states[[i]] <- lapply(group$params, function(p) .Call(C_call_copy_state, private$new_state))
      invisible(self)
    },

    zero_grad = function(set_to_none = FALSE) {
      check_flag(set_to_none, "set_to_none")
      for (group in self$param_groups) .Call(C_call_zero_grad, group$params, set_to_none)
      invisible(NULL)
    },

    step = function(closure = NULL) {
      abort("The optimizer {.cls {class(self)[1]}} has no method {.field step}.")
    },

    state_dict = function() {
      sizes <- lengths(lapply(self$param_groups, `[[`, "params"))
      ends <- cumsum(sizes)
      groups <- lapply(seq_along(sizes), function(i) {
        group <- self$param_groups[[i]]
        group$params <- seq_len(sizes[i]) + ends[i] - sizes[i]
        group
      })
      list(param_groups = groups,
           state = .Call(C_call_copy_state, do.call(c, private$states)))
    },

    load_state_dict = function(state_dict) {
      check_state_dict(state_dict, self$param_groups)
      state <- .Call(C_call_copy_state, state_dict$state)
      groups <- self$param_groups
      states <- private$states
      for (i in seq_along(groups)) {
        saved <- state_dict$param_groups[[i]]
        for (k in seq_along(groups[[i]]$params)) {
          private$check_state(state[[saved$params[k]]], groups[[i]], k, states[[i]][[k]])
          states[[i]][k] <- list(state[[saved$params[k]]])
        }
        saved$params <- groups[[i]]$params
        private$check_options(saved)
        groups[[i]] <- saved
      }
      self$param_groups <- private$checked <- groups
      private$states <- states
      invisible(self)
    },

    print = function(...) {
      cat("<", class(self)[1], ">", private$progress(), "\n", sep = "")
      for (i in seq_along(self$param_groups)) {
        group <- self$param_groups[[i]]
        n <- length(group$params)
        shapes <- vapply(utils::head(group$params, 8), shape_text, "")
        cat("group ", i, ": ", n, " parameter", if (n != 1) "s", " (", paste(shapes, collapse = ", "),
            if (n > 8) ", ...", ")\n", sep = "")
        options <- group[names(group) != "params"]
        if (length(options)) cat(paste0("  ", names(options), " = ", vapply(options, deparse1, "")), sep = "\n")
      }
      invisible(self)
    }
  ),
  private = list(
    states = list(),            # states[[group]][[parameter]]
    checked = list(),           # the groups, as they were found good
    new_state = NULL,

    # Stops at a bad option.
    check_options = function(options) NULL,

    # Options may have been changed from outside since they were last checked.
    check_groups = function() {
      groups <- self$param_groups
      if (identical(groups, private$checked)) return(invisible())
      for (group in groups) private$check_options(group)
      private$checked <- groups
    },

    # Stops when a saved state cannot be that of parameter k of the group.
    check_state = function(state, group, k, current) NULL,

    progress = function() "",

    step_helper = function(closure, update) {
      loss <- if (!is.null(closure)) closure_value(closure)
      private$check_groups()
      with_no_grad({
        for (g in seq_along(self$param_groups)) {
          group <- self$param_groups[[g]]
          for (p in seq_along(group$params)) {
            param <- group$params[[p]]
            if (!is.null(param$grad)) update(group, param, g, p)
          }
        }
      })
      if (is.null(loss)) invisible(NULL) else loss
    },

    # Group and position of a parameter.
    locate = function(param) {
      for (i in seq_along(self$param_groups)) {
        for (k in seq_along(self$param_groups[[i]]$params)) {
          if (.Call(C_call_first_duplicate, list(self$param_groups[[i]]$params[[k]], param)) > 0) return(c(i, k))
        }
      }
      abort("The tensor is no parameter of this optimizer.")
    },
    get_state = function(param) {
      at <- private$locate(param)
      private$states[[at[1]]][[at[2]]]
    },
    set_state = function(param, value) {
      at <- private$locate(param)
      private$states[[at[1]]][at[2]] <- list(value)
      invisible(value)
    }
  )
)

# ---- methods written in C: one call updates all parameters of a group ----

FirstOrder <- R6Class("gradtape_first_order", inherit = Optimizer,
  cloneable = FALSE,
  public = list(
    step = function(closure = NULL) {
      loss <- if (!is.null(closure)) closure_value(closure)
      # .subset2() spares the search for an S3 method `$`
      groups <- .subset2(self, "param_groups")
      if (!identical(groups, private$checked)) private$check_groups()
      for (i in seq_along(groups)) {
        group <- groups[[i]]
        private$update(group$params, private$states[[i]], group)
      }
      if (is.null(loss)) invisible(NULL) else loss
    }
  ),
  private = list(
    update = function(params, states, options) NULL,

    check_options = function(options) {
      for (name in intersect(names(options), names(option_checks))) option_checks[[name]](options[[name]], name)
    },

    check_state = function(state, group, k, current) {
      fits <- is.list(state) && identical(names(state), names(current)) &&
        is.numeric(state$numbers) && length(state$numbers) == length(current$numbers) && !anyNA(state$numbers)
      for (vector in state[-1]) fits <- fits && (is.null(vector) || fits_parameter(vector, group$params[[k]]))
      if (!fits) abort_unfit("the state of a parameter is not one of {.cls {class(self)[1]}}, or differs from parameter {k} (shape {shape_text(group$params[[k]])}) in shape or dtype")
    },

    progress = function() {
      steps <- vapply(do.call(c, private$states), function(s) s$numbers[["step"]], 0)
      paste0(" after ", max(0, steps), " step", if (max(0, steps) != 1) "s")
    }
  )
)

# The class of a method. vectors: names of its state vectors; carried: a further number
# that it keeps, with its first value; check: for options that must fit each other.
first_order <- function(name, vectors, update, carried = NULL, check = NULL) {
  private <- list(
    new_state = c(list(numbers = c(step = 0, carried)),
                  stats::setNames(vector("list", length(vectors)), vectors)),
    update = update
  )
  if (!is.null(check)) {
    private$check_options <- eval(bquote(function(options) {
      super$check_options(options)
      .(check)(options)
    }))
  }
  R6Class(name, inherit = FirstOrder, private = private, cloneable = FALSE)
}

closure_value <- function(closure) {
  if (!is.function(closure)) {
    abort(c("{.arg closure} must be a function that computes the loss, calls {.code $backward()} and returns the loss, not {given(closure)}.",
                     i = if (inherits(closure, "gradtape_tape")) "Only {.fn optim_lbfgs} takes a tape."))
  }
  with_enable_grad(closure())
}

# ---- checks ----

# A list of groups, each a list with `params`, from whatever the user gave.
as_param_groups <- function(params) {
  if (is_torch_tensor(params)) params <- list(params)
  if (!is.list(params) || length(params) == 0) {
    abort("{.arg params} must be a tensor or a non-empty list of tensors, not {given(params)}.")
  }
  is_group <- vapply(params, function(p) !is_torch_tensor(p) && is.list(p) && "params" %in% names(p), NA)
  if (all(is_group)) unname(params) else list(list(params = params))
}

# A group with every option, its parameters as a list of leaf tensors.
complete_group <- function(group, defaults, i) {
  if (!is.list(group) || is.null(group$params)) {
    abort("Group {i} must be a list with {.field params}, not {given(group)}.")
  }
  unknown <- setdiff(names(group), c("params", "name", "initial_lr", names(defaults)))
  if (length(unknown)) {
    abort(c("Group {i} has an option {.arg {unknown[1]}} that this optimizer does not know.",
                     i = "Its options are {.arg {names(defaults)}}."))
  }
  options <- defaults
  options[names(group)] <- group
  missing <- names(options)[vapply(options, inherits, NA, "gradtape_required")]
  if (length(missing)) {
    abort("{.arg {missing[1]}} has no default: give a value, say {.code {missing[1]} = 0.01}.")
  }
  options$params <- NULL
  c(list(params = check_params(group$params)), options)
}

# Parameters as a list of leaf tensors that require gradients.
check_params <- function(params) {
  if (is_torch_tensor(params)) params <- list(params)
  if (!is.list(params) || length(params) == 0) {
    abort("{.arg params} must be a tensor or a non-empty list of tensors, not {given(params)}.")
  }
  for (i in seq_along(params)) {
    if (!is_torch_tensor(params[[i]]) || is.logical(params[[i]])) {
      abort("{.arg params}: element {i} must be a tensor, not {given(params[[i]])}.")
    }
    info <- tensor_info(params[[i]])
    if (!info$is_leaf) {
      abort(c("{.arg params}: tensor {i} is not a leaf: it was computed (by {.val {info$op}}).",
                       i = "Optimize the tensor that was made with {.code requires_grad = TRUE}."))
    }
    if (!info$requires_grad) {
      abort(c("{.arg params}: tensor {i} does not require gradients.",
                       i = "Make it with {.code torch_tensor(..., requires_grad = TRUE)}."))
    }
  }
  unname(params)
}

check_state_dict <- function(dict, groups) {
  if (!is.list(dict) || !is.list(dict$param_groups) || !is.list(dict$state)) {
    abort("{.arg state_dict} must be what {.code $state_dict()} of an optimizer returned, not {given(dict)}.")
  }
  if (length(dict$param_groups) != length(groups)) {
    abort_unfit("it has {length(dict$param_groups)} parameter group{?s}, the optimizer {length(groups)}")
  }
  for (i in seq_along(groups)) {
    saved <- dict$param_groups[[i]]
    if (length(saved$params) != length(groups[[i]]$params)) {
      abort_unfit("its group {i} has {length(saved$params)} parameter{?s}, the optimizer's {length(groups[[i]]$params)}")
    }
    if (!all(saved$params %in% seq_along(dict$state))) abort_unfit("it lacks the state of a parameter of group {i}")
    missing <- setdiff(names(groups[[i]]), c("initial_lr", names(saved)))
    if (length(missing)) abort_unfit("its group {i} lacks the option {.arg {missing[1]}}")
  }
}

abort_unfit <- function(why, .envir = parent.frame()) {
  abort(c("{.arg state_dict} does not fit this optimizer; nothing was changed.", x = why), .envir = .envir)
}

fits_parameter <- function(x, param) {
  is_torch_tensor(x) && identical(.Call(C_call_shape, x), .Call(C_call_shape, param)) && identical(x$dtype, param$dtype)
}

check_option_flag <- function(x, name) check_flag(x, name)
check_at_least_0 <- function(x, name) check_number(x, name, min = 0)

check_lr <- function(x, name) check_finite(x, name, min = 0)

check_two <- function(x, name, condition, text) {
  if (!is.numeric(x) || length(x) != 2 || anyNA(x) || !condition(x)) {
    abort("{.arg {name}} must be two numbers, {text}, not {given(x)}.")
  }
}
check_betas <- function(x, name) check_two(x, name, function(b) all(b >= 0 & b < 1), "each of at least 0 and below 1")

# What the options of the methods written in C may be.
option_checks <- list(
  lr = check_lr, lr_decay = check_at_least_0, eps = check_at_least_0,
  weight_decay = check_at_least_0, momentum = check_at_least_0, momentum_decay = check_at_least_0,
  alpha = check_at_least_0, lambda = check_at_least_0, t0 = check_at_least_0,
  initial_accumulator_value = check_at_least_0, initial_accumulator = check_at_least_0,
  dampening = function(x, name) check_number(x, name),
  rho = function(x, name) check_number(x, name, min = 0, max = 1),
  betas = check_betas,
  etas = function(x, name) check_two(x, name, function(e) 0 < e[1] && e[1] < 1 && 1 < e[2], "with 0 < etas[1] < 1 < etas[2]"),
  step_sizes = function(x, name) check_two(x, name, function(s) 0 <= s[1] && s[1] <= s[2], "with 0 <= step_sizes[1] <= step_sizes[2]"),
  nesterov = check_option_flag, amsgrad = check_option_flag, centered = check_option_flag, maximize = check_option_flag
)
