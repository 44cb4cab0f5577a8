# Functions whose derivative the user gives.

#' A function with its own derivative
#'
#' Makes a function of tensors from two R functions: what it computes, and how gradients go
#' back through it. Use it where a derivative is known that is cheaper or more accurate
#' than that of the steps taken, or where a step has none.
#'
#' @param forward A function of a context `ctx` and the arguments; returns a tensor or a list of tensors, which
#'   may hold further lists. What it does is not recorded. Its arguments may be tensors, lists of them, or
#'   anything else; those with a default may be left out.
#' @param backward A function of `ctx` and the gradient with respect to each result (of a list in the list, a
#'   list); where it has fewer arguments, the last is the list of all that remain. It returns a list of the
#'   gradients with respect to the arguments of `forward`, named by them or in their order, those left out
#'   included; one that is `NULL` or not there is zero. The gradient of an argument that is a list is such a
#'   list. Written with tensor operations, it can be differentiated again.
#' @return A function with the arguments of `forward`, without `ctx`. An argument that was changed in place but
#'   not marked, and a `backward()` that returns no such list or meets a saved tensor that was changed in place
#'   since, are errors.
#' @details The context has
#' * `ctx$save_for_backward(name = tensor, ...)`, and in `backward`, `ctx$saved_variables`: a list of what was
#'   saved, tensors or anything else;
#' * `ctx$needs_input_grad`: a named list, which arguments need a gradient (of a list, any of its tensors);
#' * `ctx$mark_non_differentiable(tensor, ...)`: results that carry no gradient. `backward` is given zeros for
#'   them. Results that are no real numbers are such without being marked;
#' * `ctx$mark_dirty(tensor, ...)`: arguments that `forward` changes in place. They must be among its results,
#'   and carry their gradient from then on. A leaf that requires gradients cannot be changed so.
#'
#' Anything else can be kept as `ctx$name <- value`. A derivative of the derivative takes arguments and results
#' that were saved as what they are, but other tensors that `forward` computed as constants: let `backward`
#' compute those, or return them too.
#' @examples
#' # a derivative that does not overflow where exp() does
#' softplus <- autograd_function(
#'   forward = function(ctx, x, slope = 1) {
#'     ctx$save_for_backward(x = x, slope = slope)
#'     torch_log1p(exp(slope * x)) / slope
#'   },
#'   backward = function(ctx, grad_output) {
#'     saved <- ctx$saved_variables
#'     list(x = grad_output * torch_sigmoid(saved$slope * saved$x))
#'   }
#' )
#' x <- torch_tensor(2, requires_grad = TRUE)
#' y <- softplus(x)
#' y$backward()
#' x$grad
#' @export
autograd_function <- function(forward, backward) {
  for (name in c("forward", "backward")) {
    f <- get(name)
    if (!is.function(f) || !length(formals(f))) {
      abort("{.arg {name}} must be a function whose first argument is {.code ctx}.")
    }
  }
  # the function of the same arguments and defaults that returns what they are
  collect <- forward
  formals(collect) <- formals(forward)[-1]
  body(collect) <- as.call(list(function(frame) arguments_of(frame, names(formals(collect))),
                                as.call(list(base::environment))))
  apply <- function() {
    call <- match.call()
    call[[1]] <- collect
    run_custom(forward, backward, eval(call, parent.frame()))
  }
  formals(apply) <- formals(forward)[-1]
  apply
}

run_custom <- function(forward, backward, arguments) {
  ctx <- new_context(lapply(arguments, function(a) any(vapply(tensors_in(a), needs_gradient, NA))))
  inputs <- tensors_in(arguments)
  before <- lapply(inputs, alias)               # what forward() changes in place is another node then
  given <- arguments[!vapply(arguments, identical, NA, omitted)]
  names(given)[grepl("^[.][.][0-9]+$", names(given))] <- ""
  returned <- with_no_grad(do.call(forward, c(list(ctx), given), quote = TRUE))
  check_returned(returned)
  results <- tensors_in(returned)
  dirty <- dirty_inputs(ctx$dirty, inputs, before, results)
  outputs <- lapply(results, without_gradient)
  moving <- which(!vapply(results, is_fixed, NA, ctx$non_differentiable))
  if (length(moving)) {
    # a tape cannot call R functions
    for (input in before) {
      if (.Call(C_call_is_recorded, input)) .Call(C_call_record_unreplayable, "a function made by autograd_function()")
    }
    pull <- function(gradient, create_graph) {
      grads <- vector("list", length(results))
      grads[-moving] <- lapply(results[-moving], torch_zeros_like, dtype = gradient$dtype)
      grads[moving] <- unpacked(gradient, results[moving])
      grads <- if (is_torch_tensor(returned)) grads else unname(refilled(returned, grads))
      run <- if (create_graph) with_enable_grad else with_no_grad
      run(argument_gradients(arguments, do.call(backward, c(list(ctx), for_arguments(grads, backward)), quote = TRUE)))
    }
    results <- lapply(results, alias)           # as forward() left them
    packed <- .Call(C_call_custom, with_no_grad(packed(results[moving])), before, pull)
    outputs[moving] <- unpacked(packed, results[moving])
    ctx$link_results(results[moving], lapply(outputs[moving], alias))
  }
  for (k in seq_along(dirty)) {
    output <- outputs[[dirty[k]]]
    if (needs_gradient(output)) .Call(C_call_assign, inputs[[as.integer(names(dirty)[k])]], output)
    outputs[[dirty[k]]] <- inputs[[as.integer(names(dirty)[k])]]
  }
  refilled(returned, outputs)
}

# ---- arguments ----

# Stands for an argument that was left out and whose default is none, or needs what only forward() has.
omitted <- new.env(parent = emptyenv())

# The arguments of the function whose frame this is; those in its `...` without a name are ..1, ..2.
arguments_of <- function(frame, names) {
  values <- lapply(names, function(name) {
    if (name != "...") return(stats::setNames(list(argument_value(name, frame)), name))
    dots <- eval(as.call(list(base::list, quote(...))), frame)
    unnamed <- which(!nzchar(names(dots) %||% character(length(dots))))
    names(dots)[unnamed] <- paste0("..", unnamed)
    dots
  })
  unlist(values, recursive = FALSE)
}

argument_value <- function(name, frame) {
  if (!eval(as.call(list(base::missing, as.name(name))), frame)) return(get(name, frame, inherits = FALSE))
  tryCatch({
    value <- get(name, frame, inherits = FALSE)
    if (identical(value, quote(expr = ))) omitted else value
  }, error = function(e) omitted)
}

# ---- tensors in lists ----

is_plain_list <- function(x) is.list(x) && !is.object(x)

tensors_in <- function(x) {
  if (is_torch_tensor(x)) return(list(x))
  if (is_plain_list(x)) unlist(lapply(unname(x), tensors_in), recursive = FALSE) %||% list() else list()
}

map_tensors <- function(x, f) {
  if (is_torch_tensor(x)) return(f(x))
  if (is_plain_list(x)) lapply(x, map_tensors, f) else x
}

# x with these in place of its tensors.
refilled <- function(x, values) {
  k <- 0
  map_tensors(x, function(tensor) values[[k <<- k + 1]])
}

check_returned <- function(x) {
  is_fine <- function(x) is_torch_tensor(x) || is_plain_list(x) && length(x) && all(vapply(x, is_fine, NA))
  if (!is_fine(x)) abort("{.fn forward} must return a tensor or a list of tensors, not {given(x)}.")
}

needs_gradient <- function(x) tensor_info(x)$requires_grad

without_gradient <- function(x) if (needs_gradient(x)) x$detach() else x

is_fixed <- function(result, marked) {
  !is_floating_tensor(result) || any(vapply(marked, function(t) .Call(C_call_same, t, result), NA))
}

# Another tensor of the same node, which changes in place of x leave alone.
alias <- function(x) .Call(C_call_alias, x)

# One tensor as it is; the elements of more in one vector.
packed <- function(tensors) {
  if (length(tensors) == 1L) tensors[[1]] else do.call(c.gradtape_tensor, unname(tensors))
}

# The parts of what was packed, in the shapes and dtypes of `like`.
unpacked <- function(packed, like) {
  if (length(like) == 1L) return(list(in_form_of(like[[1]], packed)))
  sizes <- vapply(like, length, 1L)
  starts <- cumsum(c(1L, sizes))
  lapply(seq_along(like), function(k) in_form_of(like[[k]], torch_narrow(packed, 1L, starts[k], sizes[k])))
}

in_form_of <- function(like, part) {
  if (!identical(value_shape(part), value_shape(like))) part <- reshaped(part, value_shape(like))
  if (tensor_info(part)$dtype == tensor_info(like)$dtype) part else part$to(dtype = like$dtype)
}

# ---- changes in place ----

# Which of the results the inputs that mark_dirty() was told of are, named by their positions among the inputs.
dirty_inputs <- function(marked, inputs, before, results) {
  at <- vapply(marked, function(t) .Call(C_call_position_of, inputs, t), 1L)
  if (any(at == 0L)) {
    abort("{.code ctx$mark_dirty()} takes tensors that are arguments of {.fn forward}.", "gradtape_gradient_error")
  }
  for (k in seq_along(inputs)) check_changed(inputs[[k]], before[[k]], k %in% at)
  dirty <- vapply(marked, function(t) {
    which(vapply(results, function(r) .Call(C_call_same, t, r), NA))[1]
  }, 1L)
  if (anyNA(dirty)) {
    abort(c("A tensor given to {.code ctx$mark_dirty()} is not among the results of {.fn forward}.",
            i = "Return what was changed in place as well, as in {.code list(a$add_(b), result)}."),
          "gradtape_gradient_error")
  }
  stats::setNames(dirty, at)
}

check_changed <- function(input, before, is_marked) {
  info <- tensor_info(before)
  if (!info$requires_grad) return(invisible())
  if (info$is_leaf && is_marked) {
    abort(c("A leaf that requires gradients cannot be changed in place by {.fn forward}.",
            i = "Change a copy, {.code x$clone()}, and return that."), "gradtape_gradient_error")
  }
  if (!info$is_leaf && !is_marked && !.Call(C_call_same, input, before)) {
    abort(c("{.fn forward} changed an argument in place, and its gradient would be lost.",
            i = "Tell it with {.code ctx$mark_dirty()} and return the argument as well, or change a copy."),
          "gradtape_gradient_error")
  }
}

# ---- gradients ----

# As many gradients as backward() has arguments: the last takes what remains.
for_arguments <- function(grads, backward) {
  n <- length(formals(backward)) - 1L
  if ("..." %in% names(formals(backward)) || n == 0L || length(grads) <= n) return(grads)
  c(grads[seq_len(n - 1L)], list(grads[n:length(grads)]))
}

# The gradients that backward() returned, in the order of the tensors in the arguments.
argument_gradients <- function(arguments, grads) {
  if (is_torch_tensor(grads)) grads <- list(grads)
  by_name <- gradients_by_name(grads, names(arguments))
  if (is.null(by_name)) {
    abort(c("{.fn backward} must return a list of gradients named by the arguments {.val {names(arguments)}}.",
            x = "It returned {if (is.list(grads)) 'a list of' else given(grads)}
                 {if (is.list(grads)) names(grads) %||% length(grads)}."), "gradtape_gradient_error")
  }
  unlist(Map(gradients_in, arguments, by_name, names(arguments)), recursive = FALSE, use.names = FALSE)
}

# With NULL for those that are not there; NULL if the list is not one of these.
gradients_by_name <- function(grads, names) {
  if (is.null(grads)) grads <- list()
  if (!is_plain_list(grads) || length(grads) > length(names)) return(NULL)
  if (is.null(names(grads))) names(grads) <- names[seq_along(grads)]
  if (anyDuplicated(names(grads)) || !all(names(grads) %in% names)) return(NULL)
  lapply(stats::setNames(names, names), function(name) grads[[name]])
}

# A list with the gradient, or NULL, of each tensor in one argument.
gradients_in <- function(argument, grad, name) {
  if (is_torch_tensor(argument)) return(list(grad))
  if (!is_plain_list(argument)) return(NULL)
  if (is.null(grad)) return(vector("list", length(tensors_in(argument))))
  labels <- names(argument) %||% as.character(seq_along(argument))
  if (!is.list(grad) || is.null(names(grad)) && length(grad) != length(argument)) grads <- NULL
  else grads <- gradients_by_name(grad, labels)
  if (is.null(grads)) {
    abort("{.fn backward} must return as the gradient of {.arg {name}} a list of its {length(argument)} element{?s}, not
           {given(grad)}.", "gradtape_gradient_error")
  }
  unlist(Map(gradients_in, argument, grads, name), recursive = FALSE, use.names = FALSE)
}

# ---- the context ----

new_context <- function(needs_input_grad) {
  ctx <- new.env(parent = emptyenv())
  saved <- versions <- results <- outputs <- list()
  ctx$needs_input_grad <- needs_input_grad
  ctx$non_differentiable <- ctx$dirty <- list()
  ctx$save_for_backward <- function(...) {
    saved <<- map_tensors(list(...), alias)
    versions <<- lapply(tensors_in(saved), function(t) tensor_info(t)$version)
    invisible()
  }
  # A result that was saved is what the function returned, with its gradient.
  ctx$link_results <- function(from, to) {
    results <<- from
    outputs <<- to
  }
  as_saved <- function(tensor) {
    for (k in seq_along(results)) if (.Call(C_call_same, tensor, results[[k]])) return(outputs[[k]])
    tensor
  }
  makeActiveBinding("saved_variables", function() {
    tensors <- tensors_in(saved)
    if (!identical(lapply(tensors, function(t) tensor_info(t)$version), versions)) {
      abort(c("A tensor that {.code ctx$save_for_backward()} kept was changed in place afterwards.",
              i = "Save a copy, {.code x$clone()}, or compute the function again before the backward pass."),
            "gradtape_gradient_error")
    }
    map_tensors(saved, as_saved)
  }, ctx)
  ctx$mark_non_differentiable <- function(...) {
    ctx$non_differentiable <- list(...)
    invisible()
  }
  ctx$mark_dirty <- function(...) {
    ctx$dirty <- list(...)
    invisible()
  }
  ctx
}
