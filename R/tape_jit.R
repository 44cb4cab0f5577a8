# Functions of tensors that replay a tape.

#' A function of tensors that runs in C
#'
#' `jit()` returns a function that does what `fn` does with tensors. At the first call for each shape and dtype of
#' its arguments `fn` is recorded, see [tape()]; from then on its value, and in `backward()` its gradient, are computed
#' in C, as one operation of the graph. Use it where R's part of many small operations is what takes the time: in a
#' loop of [optimizer] steps, for instance.
#'
#' `fn` may be a plain R function, which is followed as [tensor_function()] does.
#'
#' Decisions that `fn` takes from values are checked at each call, and another way through it is recorded when it is
#' first taken. Derivatives of derivatives (`create_graph = TRUE`) are recorded and replayed likewise, up to any order.
#' Inside a [tape()] or another `jit()`, `fn` becomes part of that recording.
#'
#' A recording knows the tensors that are arguments. All else that `fn` uses is taken as it is at recording, and what
#' `fn` does beside computing its result (counting, printing) is not done by a replay; at the first call, `fn` is
#' run several times. Numbers and other arguments that are no tensors are part of what is recorded: another value,
#' another recording.
#'
#' Where `fn` cannot be recorded it runs as it is, and one message says why: it returns no single tensor of dtype
#' float or double; it uses tensors that require gradients and are no arguments (the weights of a module, for instance:
#' make them arguments); it draws random numbers; a number leaves the tensors, see [tape()].
#'
#' What `fn` computes in float is computed in float, operation by operation: values have the digits of `fn`, and so have
#' gradients, but for the last digit where one is a sum over elements that were assigned one by one. It is faster than
#' `fn`, but not as much faster as in double.
#'
#' @param fn A function whose arguments, or some of them, are tensors, and which returns a tensor.
#' @param ... For `jit_trace()`: arguments with which `fn` is recorded at once.
#' @return A function with any arguments, which are those of `fn`.
#' @section Errors: those of `fn`.
#' @seealso [tape()] for functions of plain numbers.
#' @examples
#' rosenbrock <- jit(function(x) (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2)
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' optimizer <- optim_adam(x, lr = 0.1)
#' for (i in 1:100) {
#'   optimizer$zero_grad()
#'   rosenbrock(x)$backward()
#'   optimizer$step()
#' }
#' x
#' @export
jit <- function(fn) {
  check_function(fn, "fn")
  jit_function(fn, function_name(substitute(fn)))
}

# called: the name for messages; NULL: none are given.
jit_function <- function(fn, called) {
  on_tensors <- NULL                              # fn as it runs where nothing is replayed, and inside recordings
  plans <- list()                                 # what was recorded, by the form of the arguments
  find_plan <- function(arguments, signature) {
    others <- arguments[!vapply(arguments, is_torch_tensor, NA)]
    for (plan in plans) {
      if (identical(plan$signature, signature) && identical(plan$others, others) &&
            identical(plan$names, names(arguments))) return(plan)
    }
    if (length(plans) > most_plans) return(plans[[1]])
    if (holds_nan(arguments)) return(list(runs_as_it_is = TRUE))
    plan <- jit_plan(fn, on_tensors, called, arguments, signature, others, length(plans) == most_plans)
    plans <<- c(list(plan), plans)
    plan
  }
  in_c <- NULL                                    # the plan that was used last, as C reads it
  structure(takes_tensors(function(...) {
    arguments <- list(...)
    result <- .Call(C_call_jit_play, in_c, arguments)
    if (!is.null(result)) return(result)
    signature <- .Call(C_call_jit_signature, arguments)
    if (is.null(on_tensors)) on_tensors <<- tensor_function(fn)
    if (is.null(signature)) return(on_tensors(...))
    plan <- find_plan(arguments, signature)
    if (plan$runs_as_it_is) return(on_tensors(...))
    result <- jit_call(plan, arguments)
    in_c <<- plan$in_c
    result
  }), class = c("gradtape_jit", "function"))
}

is_jit <- function(x) inherits(x, "gradtape_jit")

#' @rdname jit
#' @export
jit_trace <- function(fn, ...) {
  traced <- jit(fn)
  traced(...)
  traced
}

#' @export
print.gradtape_jit <- function(x, ...) {
  cat("<a function that jit() replays>\n")
  print(environment(x)$fn, ...)
  invisible(x)
}

# What is known of a function for arguments of one form: an environment with the recording (`tape`), the forms of
# the results of its variants, and whether the function runs as it is.
jit_plan <- function(fn, on_tensors, called, arguments, signature, others, is_full) {
  plan <- new.env(parent = emptyenv())
  plan$on_tensors <- on_tensors
  plan$signature <- signature
  plan$others <- others
  plan$names <- names(arguments)
  plan$is_tensor <- vapply(arguments, is_torch_tensor, NA)
  plan$forms <- list()
  plan$called <- called
  plan$runs_as_it_is <- FALSE
  jit_learn(plan, arguments, function() {
    tensors <- arguments[plan$is_tensor]
    if (is_full) stop_jit(paste("it was given more than", most_plans, "forms of arguments."))
    if (!length(tensors)) stop_jit("it was given no tensor.")
    if (!all(vapply(others, is_plain_argument, NA))) {
      stop_jit("it was given what may change, or hold tensors: an environment, an object or a list of them.")
    }
    if (!all(vapply(tensors, is_floating_tensor, NA))) {
      stop_jit("it was given tensors of whole numbers or truth values.")
    }
    named <- match_arguments(fn, arguments)
    if (is.null(named)) stop_jit("its arguments have no names.")
    tensor_names <- names(named)[vapply(named, is_torch_tensor, NA)]
    par <- lapply(named[tensor_names], as_array)
    tp <- Tape$new(in_dtypes_of(named[tensor_names], fn), par, "par", called %||% "fn", TRUE,
                   named[setdiff(names(named), tensor_names)])
    plan$tape <- tape_private(tp)
  })
  plan
}

# Each form of arguments takes a recording.
most_plans <- 32L

# Nothing is recorded where a value is NaN: what is decided from it is not decided again.
holds_nan <- function(arguments) {
  anyNA(numbers_of_all(Filter(is_torch_tensor, arguments)))
}
numbers_of_all <- function(tensors) unlist(lapply(tensors, function(t) as.vector(as_array(t))))

is_plain_argument <- function(x) {
  is.atomic(x) || is.function(x) || is.list(x) && !is.object(x) && all(vapply(x, is_plain_argument, NA))
}

is_floating_tensor <- function(x) x$dtype$name %in% c("float", "double")

# The arguments in their order, all named; NULL where some have no name in fn.
match_arguments <- function(fn, arguments) {
  formals <- setdiff(names(formals(args(fn))), "...")
  names <- names(arguments) %||% rep("", length(arguments))
  free <- setdiff(formals, names)
  open <- which(!nzchar(names))
  if (length(open) > length(free)) return(NULL)
  names[open] <- free[seq_along(open)]
  stats::setNames(arguments, names)
}

# fn for tensors of doubles that stand for these: of their dtypes, with the default dtype of now. (On plain numbers it
# stops: they have no floats.)
in_dtypes_of <- function(tensors, fn) {
  is_float <- vapply(tensors, function(x) x$dtype$name == "float", NA)
  default <- torch_get_default_dtype()$name
  if (!any(is_float) && default == "double") return(fn)
  inner <- tensor_function(fn)
  function(...) {
    old <- .Call(C_call_set_default_dtype, default)
    on.exit(.Call(C_call_set_default_dtype, old))
    given <- list(...)
    for (name in names(is_float)[is_float]) given[[name]] <- given[[name]]$to(dtype = torch_float())
    do.call(inner, given)
  }
}

# A reason not to record, as a condition of its own.
stop_jit <- function(why) {
  rethrow(structure(class = c("gradtape_jit_refusal", "condition"), list(message = why, call = NULL)))
}

# Runs code that records, for these arguments, and notes the form of the result; where that is refused, the function
# runs as it is from then on.
jit_learn <- function(plan, arguments, record) {
  why <- tryCatch({
    # (what it draws then is drawn once more where it runs as it is)
    with_random_state(NULL, withCallingHandlers({
      form <- jit_form(plan, arguments)
      record()
    }, gradtape_message = function(m) {
      stop_jit(sub("^[^:]*: ", "", gsub("\\s+", " ", conditionMessage(m))))
    }))
    if (plan$tape$eager) stop_jit("it cannot be replayed.")
    plan$forms[.Call(C_call_tape_current, plan$tape$state)] <- list(form)
    plan$in_c <- jit_plan_in_c(plan)
    NULL
  }, gradtape_jit_refusal = conditionMessage, gradtape_error = conditionMessage)
  if (!is.null(why)) {
    plan$runs_as_it_is <- TRUE
    if (!is.null(plan$called)) inform(c("!" = "{.fn {plan$called}} runs as it is, without {.fn jit}: {trimws(why)}"))
  }
}

# Shape, dtype and labels of what fn gives, run on copies of the arguments.
jit_form <- function(plan, arguments) {
  copies <- arguments
  copies[plan$is_tensor] <- lapply(arguments[plan$is_tensor], function(x) {
    labelled(torch_tensor(x$detach(), requires_grad = is_floating_tensor(x)), labels_of(x))
  })
  y <- with_enable_grad(do.call(plan$on_tensors, copies))
  if (!is_torch_tensor(y) || !is_floating_tensor(y)) stop_jit("it does not return one tensor of dtype float or double.")
  if (.Call(C_call_jit_uses_others, y, copies[plan$is_tensor])) {
    stop_jit("it uses tensors that require gradients and are none of its arguments.")
  }
  list(value_shape(y), y$dtype$name == "float", labels_of(y))
}

jit_call <- function(plan, arguments) {
  tensors <- unname(arguments[plan$is_tensor])
  result <- .Call(C_call_jit_replay, plan$in_c, tensors)
  if (is.null(result) && !holds_nan(tensors)) {
    jit_learn(plan, arguments, function() tape_value_at(plan$tape, numbers_of_all(tensors)))
    if (!plan$runs_as_it_is) result <- .Call(C_call_jit_replay, plan$in_c, tensors)
  }
  if (is.null(result)) do.call(plan$on_tensors, arguments) else result
}

# The plan as src/bridge/jit.c reads it.
jit_plan_in_c <- function(plan) {
  is_for_c <- all(plan$is_tensor) && is.null(attributes(plan$signature))
  list(if (is_for_c) plan$signature, plan$names, plan$tape$state, plan$forms,
       function(tensors, x, gradient) jit_gradients(plan, tensors, x, gradient))
}

# ---- gradients with their own graph ----

# The gradients with respect to the tensors, NULL for those that carry none; x: the numbers that they had when
# the function was called.
jit_gradients <- function(plan, tensors, x, gradient) {
  if (!identical(numbers_of_all(tensors), x)) {
    abort("An argument of {.fn {plan$called %||% 'fn'}} was changed in place before its derivatives were asked for.",
          "gradtape_gradient_error")
  }
  if (is.null(plan$derivative)) plan$derivative <- jit_function(jit_derivative(plan), NULL)
  given <- c(list(gradient), tensors)
  flat <- with_enable_grad(do.call(plan$derivative, stats::setNames(given, paste0("x", seq_along(given)))))
  if (length(tensors) == 1) return(list(reshaped(flat, value_shape(tensors[[1]]))))
  sizes <- lengths(tensors)
  ends <- cumsum(sizes)
  lapply(seq_along(tensors), function(i) {
    if (tensors[[i]]$requires_grad) {
      reshaped(flat[seq_len(sizes[i]) + ends[i] - sizes[i]], value_shape(tensors[[i]]))
    }
  })
}

# The function of a gradient of the result, and of the tensors, that gives the gradients of these in one vector.
# That too is run by jit(), which makes derivatives of any order.
jit_derivative <- function(plan) {
  fn <- plan$on_tensors
  function(...) {
    given <- unname(list(...))
    tensors <- given[-1]
    arguments <- vector("list", length(plan$is_tensor))
    arguments[plan$is_tensor] <- tensors
    arguments[!plan$is_tensor] <- plan$others
    y <- do.call(fn, stats::setNames(arguments, plan$names))
    grads <- autograd_grad(y, tensors, grad_outputs = given[1], create_graph = TRUE, allow_unused = TRUE)
    do.call(c, lapply(seq_along(tensors), function(i) {
      if (is.null(grads[[i]])) torch_zeros(length(tensors[[i]]), dtype = tensors[[i]]$dtype)
      else reshaped(grads[[i]], length(tensors[[i]]))
    }))
  }
}
