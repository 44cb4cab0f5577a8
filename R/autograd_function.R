# Functions whose derivative the user gives.

#' A function with its own derivative
#'
#' Makes a function of tensors from two R functions: what it computes, and how gradients go
#' back through it. Use it where a derivative is known that is cheaper or more accurate
#' than that of the steps taken, or where a step has none.
#'
#' @param forward A function of a context `ctx` and the arguments; returns a tensor or a
#'   list of tensors. What it does is not recorded.
#' @param backward A function of `ctx` and the gradient with respect to each result;
#'   returns a list of the gradients with respect to the arguments, named by them or in
#'   their order, `NULL` where there is none. Written with tensor operations, it can be
#'   differentiated again.
#' @return A function with the arguments of `forward`, without `ctx`.
#' @details The context has
#' * `ctx$save_for_backward(name = tensor, ...)`, and in `backward`,
#'   `ctx$saved_variables`: a list of what was saved;
#' * `ctx$needs_input_grad`: a named list, which arguments need a gradient;
#' * `ctx$mark_non_differentiable(tensor, ...)`: results that carry no gradient.
#'
#' Anything else can be kept as `ctx$name <- value`.
#' @examples
#' # the cube, with a derivative that costs one multiplication less
#' cube <- autograd_function(
#'   forward = function(ctx, x) {
#'     square <- x^2
#'     ctx$save_for_backward(square = square)
#'     square * x
#'   },
#'   backward = function(ctx, grad_output) list(x = grad_output * 3 * ctx$saved_variables$square)
#' )
#' x <- torch_tensor(2, requires_grad = TRUE)
#' y <- cube(x)
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
  apply <- function() {
    call <- match.call()
    arguments <- lapply(as.list(call)[-1], eval, parent.frame())
    run_custom(forward, backward, arguments)
  }
  formals(apply) <- formals(forward)[-1]
  apply
}

run_custom <- function(forward, backward, arguments) {
  tensors <- vapply(arguments, is_torch_tensor, NA)
  ctx <- new_context(lapply(arguments, function(a) is_torch_tensor(a) && tensor_info(a)$requires_grad))
  results <- with_no_grad(do.call(forward, c(list(ctx), arguments)))
  single <- is_torch_tensor(results)
  if (single) results <- list(results)
  if (!is.list(results) || !all(vapply(results, is_torch_tensor, NA))) {
    abort("{.fn forward} must return a tensor or a list of tensors, not {given(results)}.")
  }
  is_fixed <- function(r) any(vapply(ctx$non_differentiable, function(t) .Call(C_call_same, t, r), NA))
  fixed <- vapply(results, is_fixed, NA)
  inputs <- arguments[tensors]
  # a tape cannot call R functions
  for (input in inputs) {
    if (.Call(C_call_is_recorded, input)) .Call(C_call_record_unreplayable, "a function made by autograd_function()")
  }
  pull <- function(gradient, create_graph) {
    grads <- unpacked(gradient, results)
    run <- if (create_graph) with_enable_grad else with_no_grad
    run(named_gradients(do.call(backward, c(list(ctx), grads)), names(arguments))[names(inputs)])
  }
  packed <- .Call(C_call_custom, with_no_grad(do.call(c.gradtape_tensor, unname(results))), unname(inputs), pull)
  outputs <- Map(function(out, result, fixed) if (fixed) result else out, unpacked(packed, results), results, fixed)
  if (single) outputs[[1]] else outputs
}

# The parts of a packed vector, in the shapes of `like`.
unpacked <- function(packed, like) {
  sizes <- vapply(like, length, 1L)
  starts <- cumsum(c(1L, sizes))
  lapply(seq_along(like), function(k) {
    reshaped(torch_narrow(packed, 1L, starts[k], sizes[k]), value_shape(like[[k]]))
  })
}

# The gradients that backward() returned, as a list named by the arguments.
named_gradients <- function(grads, arguments) {
  if (is_torch_tensor(grads)) grads <- list(grads)
  if (is.null(names(grads))) names(grads) <- arguments[seq_along(grads)]
  unknown <- setdiff(names(grads), arguments)
  if (!is.list(grads) || length(unknown)) {
    abort("{.fn backward} must return a list of gradients named by the arguments {.val {arguments}}.")
  }
  structure(lapply(arguments, function(a) grads[[a]]), names = arguments)
}

new_context <- function(needs_input_grad) {
  ctx <- new.env(parent = emptyenv())
  ctx$needs_input_grad <- needs_input_grad
  ctx$saved_variables <- list()
  ctx$non_differentiable <- list()
  ctx$save_for_backward <- function(...) {
    ctx$saved_variables <- list(...)
    invisible()
  }
  ctx$mark_non_differentiable <- function(...) {
    ctx$non_differentiable <- list(...)
    invisible()
  }
  ctx
}
