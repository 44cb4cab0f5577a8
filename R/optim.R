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
#' `state(param)` what was last stored by `state(param) <- value` (`NULL` at first; a list, as a rule, so that
#' `state(param)[["step"]] <- 1` works; `self$state$get(param)` and `self$state$set(param, value)` do the same), and
#' `private$step_helper(closure, loop_fun)` calls the closure and then, for every
#' parameter that has a gradient, `loop_fun(group, param, g, p)` under [with_no_grad()].
#'
#' @param name Class of the optimizers, a string; `NULL` for none of their own.
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
#'
#' # momentum, with a state for each parameter
#' optim_heavy_ball <- optimizer(
#'   "optim_heavy_ball",
#'   initialize = function(params, lr, momentum = 0.9) {
#'     super$initialize(params, list(lr = lr, momentum = momentum))
#'   },
#'   step = function(closure = NULL) {
#'     private$step_helper(closure, function(group, param, g, p) {
#'       if (is.null(state(param))) state(param) <- list(velocity = torch_zeros_like(param))
#'       state(param)$velocity$mul_(group$momentum)$add_(param$grad)
#'       param$sub_(state(param)$velocity, alpha = group$lr)
#'     })
#'   }
#' )
#' opt <- optim_heavy_ball(x, lr = 0.1)
#' opt$step()
#' x
NULL

#' @rdname optimizer
#' @export
optimizer <- function(name = NULL, ..., inherit = NULL, private = NULL, active = NULL,
                      parent_env = parent.frame()) {
  r6_constructor(name %||% "optimizer", if (is.null(inherit)) Optimizer else inherit, list(...), private, active,
                 with_state_of(parent_env))
}

# Where methods find state(param) and `state<-`, as in torch, unless the user has functions of that name.
with_state_of <- function(env) {
  if (!is.environment(env) || exists("state", env, mode = "function")) return(env)
  list2env(list(
    state = function(param) get("self", parent.frame())$state$get(param),
    `state<-` = function(param, value) {
      get("self", parent.frame())$state$set(param, value)
      param
    }
  ), parent = env)
}

#' @rdname optimizer
#' @export
optim_required <- function() structure(list(), class = "gradtape_required")

#' @rdname optimizer
#' @export
is_optimizer <- function(x) inherits(x, "gradtape_optimizer")

# Only the optimizer's own methods may ask for fields that are not there, and add them: `opt$lr`
# would be NULL, and `opt$lr <- 0.1` be lost unseen. (What runs at every step takes its fields by
# .subset2() in place of `$`, which makes up for the time that these methods take.)
#' @export
`$.gradtape_optimizer` <- function(x, name) {
  value <- .subset2(x, name)
  if (is.null(value) && is_no_field(x, name, parent.frame())) {
    if (name %in% names(x$defaults)) abort_option_as_field(x, name, "", "")
    abort_unknown_member(name, r6_members(x), "The optimizer {.cls {class(x)[1]}}")
  }
  value
}
#' @export
`$<-.gradtape_optimizer` <- function(x, name, value) {
  if (is_no_field(x, name, parent.frame())) abort_option_as_field(x, name, " to set", " <- ...")
  if (name == "param_groups") value <- check_groups(value, x, is_method_of(x, parent.frame()))
  assign(name, value, envir = x)
  x
}

is_no_field <- function(x, name, caller) !exists(name, envir = x, inherits = FALSE) && !is_method_of(x, caller)

abort_option_as_field <- function(x, name, to_set, set) {
  abort(c("The optimizer {.cls {class(x)[1]}} has no field {.field ${name}}{to_set}.",
          i = if (name %in% names(x$defaults))
            "Its options are those of its groups: {.code opt$param_groups[[1]]${name}{set}}."))
}

# At load, when all are there: classes with what they inherit, and of `$` a method for each, as such are found sooner
# than what is inherited.
complete_optimizers <- function() {
  namespace <- topenv()
  for (class in c("FirstOrder", "LBFGS")) assign(class, with_inherited(get(class, namespace)), namespace)
  for (class in grep("^optim_", ls(namespace), value = TRUE)) {
    registerS3method("$", class, `$.gradtape_optimizer`, namespace)
  }
}

Optimizer <- R6Class("gradtape_optimizer",
  cloneable = FALSE,
  lock_objects = FALSE,
  public = list(
    defaults = NULL,
    param_groups = list(),
    state = NULL,

    initialize = function(params, defaults = list()) initialize_optimizer(self, private, params, defaults),

    add_param_group = function(group) add_param_group(self, private, group),

    zero_grad = function(set_to_none = FALSE) {
      invisible(.Call(C_call_zero_grad, .subset2(self, "param_groups"), set_to_none))
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
      private$check_idle("$load_state_dict()")
      groups <- self$param_groups
      check_state_dict(state_dict, groups, names(self$defaults))
      loaded <- states <- list()
      for (i in seq_along(groups)) {
        saved <- state_dict$param_groups[[i]]
        own <- state_dict$state[saved[["params"]]]
        saved$params <- groups[[i]]$params
        fault <- private$option_fault(saved)
        if (!is.null(fault)) abort_unfit("group {i}: {fault}")
        for (k in seq_along(own)) {
          fault <- private$state_fault(own[[k]], saved, k)
          if (!is.null(fault)) {
            abort_unfit(paste("the state of parameter {k} of group {i},",
                              "whose shape is {shape_text(groups[[i]]$params[[k]])}: {fault}"))
          }
        }
        loaded[[i]] <- saved
        states[[i]] <- .Call(C_call_copy_state, own)
      }
      self$param_groups <- loaded
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
    is_stepping = NULL,         # a closure runs within a step; C sets the flag in place

    # The state of a parameter before the first step.
    new_state = function() NULL,

    # What is wrong with the options of a group, in words; NULL when nothing is.
    option_fault = function(options) NULL,

    # What is wrong with a state for parameter k of the group; NULL when nothing is.
    state_fault = function(state, group, k) NULL,

    progress = function() "",

    check_idle = function(what) {
      if (private$is_stepping) abort_within_step(what)
    },

    # The loss, from the closure of a step.
    run_closure = function(closure) {
      if (!is.function(closure)) abort_no_closure(closure)
      .Call(C_call_run_closure, closure, private$is_stepping)
    },

    step_helper = function(closure, loop_fun) {
      private$check_idle("$step()")
      loss <- if (!is.null(closure)) private$run_closure(closure)
      with_no_grad({
        for (g in seq_along(.subset2(self, "param_groups"))) {
          group <- .subset2(self, "param_groups")[[g]]
          for (p in seq_along(group$params)) {
            param <- group$params[[p]]
            if (!is.null(param$grad)) loop_fun(group, param, g, p)
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
      private$check_idle("$state$set()")
      fault <- private$state_fault(value, self$param_groups[[at[1]]], at[2])
      if (!is.null(fault)) {
        abort("The state does not fit the parameter: {fault}; nothing was changed.", "gradtape_argument_error")
      }
      private$states[[at[1]]][at[2]] <- list(private$own_state(value))
      invisible(value)
    },
    # What is kept of a state that was set.
    own_state = function(state) state
  )
)

initialize_optimizer <- function(self, private, params, defaults) {
  class(self) <- append(class(self), "torch_optimizer", length(class(self)) - 1)
  private$is_stepping <- logical(1)
  assign("defaults", defaults, self)
  assign("state", list(get = private$get_state, set = private$set_state), self)
  for (group in as_param_groups(params)) .subset2(self, "add_param_group")(group)
}

add_param_group <- function(self, private, group) {
  if (private$is_stepping) abort_within_step("$add_param_group()")
  groups <- .subset2(self, "param_groups")
  i <- length(groups) + 1
  group <- complete_group(group, .subset2(self, "defaults"), i)
  fault <- private$option_fault(group)
  if (!is.null(fault)) abort("{fault}", "gradtape_argument_error")
  all_params <- c(do.call(c, lapply(groups, `[[`, "params")), group$params)
  duplicate <- .Call(C_call_first_duplicate, all_params)
  if (duplicate > 0) {
    at <- duplicate - length(all_params) + length(group$params)
    abort(c("Tensor {at} of {.arg params} in group {i} is there twice.",
                     i = "A parameter belongs to one group, once."))
  }
  groups[[i]] <- group
  assign("param_groups", groups, self)
  private$states[[i]] <- lapply(group$params, function(p) private$new_state())
  invisible(self)
}

# ---- methods written in C: one call updates all parameters ----

# method: its name in C.
FirstOrder <- R6Class("gradtape_first_order", inherit = Optimizer,
  cloneable = FALSE,
  public = list(
    initialize = function(method, params, options) {
      class(self) <- c(paste0("optim_", method), class(self))
      private$method <- method
      private$row <- .Call(C_call_first_order_row, method)
      initialize_optimizer(self, private, params, options)
    },

    step = function(closure = NULL) first_order_step(self, private, closure)
  ),
  private = list(
    method = NULL,
    row = NULL,                 # its row in the table in C

    new_state = function() .Call(C_call_first_order_state, private$row),
    option_fault = function(options) option_fault(private$method, options),
    state_fault = function(state, group, k) .Call(C_call_first_order_fault, private$row, state, group$params[[k]]),
    own_state = function(state) .Call(C_call_copy_state, state),

    progress = function() {
      steps <- vapply(do.call(c, private$states), function(s) s$numbers[["step"]], 0)
      paste0(" after ", max(0, steps), " step", if (max(0, steps) != 1) "s")
    }
  )
)

# (R compiles functions such as this; methods, which R6 copies, it does not.)
first_order_step <- function(self, private, closure) {
  if (private$is_stepping) abort_within_step("$step()")
  loss <- if (!is.null(closure)) private$run_closure(closure)
  .Call(C_call_first_order_step, private$row, .subset2(self, "param_groups"), private$states)
  if (is.null(loss)) invisible(NULL) else loss
}

# The options of a method, from the frame of the function that has them as arguments.
given_options <- function(method, frame = parent.frame()) mget(.Call(C_call_option_names, method), frame)

abort_within_step <- function(what) {
  abort(c("{.code {what}} was called within a step of the same optimizer, by its closure.",
          i = "A closure computes the loss, calls {.code $backward()} and returns the loss."),
        "gradtape_state_error")
}

abort_no_closure <- function(closure) {
  abort(c(paste("{.arg closure} must be a function that computes the loss,",
                "calls {.code $backward()} and returns the loss, not {given(closure)}."),
          i = if (inherits(closure, "gradtape_tape")) "Only {.fn optim_lbfgs} takes a tape."),
        "gradtape_argument_error")
}

# Called from C (`detail`: for r_error()).
abort_step <- function(why, detail = NULL) abort("{why}; nothing was changed.", "gradtape_state_error")
abort_solver <- function(why, detail = NULL) abort("{why}.")
abort_state <- function(why, detail = NULL) {
  abort(c("The state of the optimizer does not fit: {why}.", i = "Make a new optimizer."), "gradtape_state_error")
}
abort_loss <- function(loss, detail = NULL) {
  what <- if (is_torch_tensor(loss)) "a larger tensor" else given(loss)
  abort(c("{.arg closure} must return the loss as a tensor of one element, not {what}.",
          i = "Its last line should be the loss."), "gradtape_argument_error")
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
  if (!all(names(group) %in% c(group_fields, names(defaults)))) {
    abort_unknown_option(group, names(defaults), names(defaults), i)
  }
  options <- defaults
  options[names(group)] <- group
  for (name in names(options)) {
    if (inherits(options[[name]], "gradtape_required")) {
      abort("{.arg {name}} has no default: give a value, say {.code {name} = 0.01}.")
    }
  }
  options$params <- NULL
  c(list(params = check_params(group$params)), options)
}

# Groups as they were set from outside: with the options that the optimizer knows, and all of
# them. What it keeps there itself is its own matter.
check_groups <- function(groups, optimizer, by_itself) {
  old <- optimizer$param_groups
  if (length(groups) == length(old) && all_have_names_of(groups, old)) return(groups)
  if (!(is.list(groups) && all(vapply(groups, function(g) is.list(g) && "params" %in% names(g), NA)))) {
    abort("{.field $param_groups} must be a list of groups, each a list with {.field params}, not {given(groups)}.")
  }
  options <- names(optimizer$defaults)
  for (i in seq_along(groups)) {
    known <- c(options, if (i <= length(old)) names(old[[i]]))
    if (!by_itself && !all(names(groups[[i]]) %in% c(group_fields, known))) {
      abort_unknown_option(groups[[i]], known, options, i)
    }
    # one that was set to NULL is still there
    groups[[i]][setdiff(options, names(groups[[i]]))] <- list(NULL)
  }
  groups
}

all_have_names_of <- function(groups, old) {
  for (i in seq_along(groups)) if (!identical(names(groups[[i]]), names(old[[i]]))) return(FALSE)
  TRUE
}

# What a group holds beside the options.
group_fields <- c("params", "name", "initial_lr")

abort_unknown_option <- function(group, known, options, i) {
  unknown <- setdiff(names(group), c(group_fields, known))
  abort(c("Group {i} has an option {.arg {unknown[1]}} that this optimizer does not know.",
          i = "Its options are {.arg {options}}."), "gradtape_argument_error")
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

# Stops where a state_dict cannot be that of an optimizer with these groups, but for what
# option_fault() and state_fault() find.
check_state_dict <- function(dict, groups, options) {
  if (!is.list(dict) || !is.list(dict$param_groups) || !is.list(dict$state)) {
    abort(paste("{.arg state_dict} must be what {.code $state_dict()} of an optimizer returned, not {given(dict)};",
                "nothing was changed."),
          "gradtape_argument_error")
  }
  if (length(dict$param_groups) != length(groups)) {
    abort_unfit("it has {length(dict$param_groups)} parameter group{?s}, the optimizer {length(groups)}")
  }
  for (i in seq_along(groups)) check_saved_group(dict$param_groups[[i]], groups[[i]], options, i, length(dict$state))
}

check_saved_group <- function(saved, group, options, i, n_states) {
  if (!is.list(saved) || is.null(names(saved))) abort_unfit("its group {i} is no named list")
  params <- saved[["params"]]
  if (length(params) != length(group$params)) {
    abort_unfit("its group {i} has {length(params)} parameter{?s}, the optimizer's {length(group$params)}")
  }
  if (!is.numeric(params) || is.object(params) || !all(params %in% seq_len(n_states))) {
    abort_unfit("it lacks the state of a parameter of group {i}")
  }
  missing <- setdiff(names(group), c("initial_lr", names(saved)))
  if (length(missing)) abort_unfit("its group {i} lacks the option {.arg {missing[1]}}")
  odd <- c(setdiff(names(saved), c(group_fields, options, names(group))), names(saved)[duplicated(names(saved))])
  if (length(odd)) abort_unfit("its group {i} has an option {.arg {odd[1]}} too many")
  first_lr <- saved[["initial_lr"]]
  if (!is.null(first_lr) && !(is.numeric(first_lr) && length(first_lr) == 1 && isTRUE(is.finite(first_lr)))) {
    abort_unfit("its group {i} has an {.field initial_lr} that is no number")
  }
}

abort_unfit <- function(why, .envir = parent.frame()) {
  abort(c("{.arg state_dict} does not fit this optimizer; nothing was changed.", x = why), "gradtape_argument_error",
        .envir = .envir)
}
