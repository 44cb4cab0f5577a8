# Gradients: backward(), and when they are recorded.

#' Gradients by backward()
#'
#' `y$backward()` computes the gradient of the scalar `y` with respect to every leaf that
#' has `requires_grad = TRUE`, and adds it to the leaf's `$grad`. `autograd_grad()` returns
#' gradients instead. `autograd_backward()` is `$backward()` for several results at once.
#'
#' `$backward()` takes `gradient` (needed when `y` is not a scalar: the gradient of the
#' final result with respect to `y`, in its shape), `retain_graph` (keep the graph for
#' another pass) and `create_graph` (record the gradient's own computation, for second
#' derivatives). Without `retain_graph`, the graph is freed, and a second `$backward()`
#' through it is an error. With `inputs`, only theirs are computed and added to their `$grad`: of tensors
#' that are no leaves too, and not of other leaves. An input on which `y` does not depend keeps its `$grad`.
#'
#' `x$register_hook(fn)` has `fn` called with the gradient of `x` when that is complete; a tensor
#' that `fn` returns takes its place, any other value (a count, a printed number, `NULL`) changes
#' nothing. The result is a handle `h`: `h$remove()`, or `h()`, removes the hook.
#' `autograd_grad()` calls the hooks only of tensors between the outputs and its inputs. `y$grad_fn`
#' tells the operation that made `y`: its `$name`, and its `$next_functions`, a list of those that
#' made its inputs (`NULL` for constants).
#'
#' Set `$grad` back with `x$grad$zero_()` or an optimizer's `$zero_grad()`.
#'
#' @param outputs A tensor or a list of tensors.
#' @param inputs A tensor or a list of tensors, to differentiate with respect to. For `autograd_backward()` `NULL`: all
#'   leaves.
#' @param grad_outputs `NULL` where an output is a scalar, else the gradient with respect
#'   to each output.
#' @param retain_graph Keep the graph for another pass? Defaults to `create_graph`.
#' @param create_graph Record the computation of the gradients?
#' @param allow_unused If `FALSE`, an input on which the outputs do not depend is an
#'   error; else its gradient is `NULL`.
#' @return `autograd_grad()`: a list of tensors, one per input. `autograd_backward()`: nothing.
#' @section Errors: a tensor that is not a scalar without `gradient`; a tensor that
#'   depends on nothing with `requires_grad = TRUE`; a graph that was freed; a leaf that
#'   was changed in place after it was used.
#' @references Griewank, A. and Walther, A. (2008) *Evaluating Derivatives*, chapter 3.
#' @examples
#' x <- torch_tensor(c(2, 3), requires_grad = TRUE)
#' y <- x[1]^2 * x[2]
#' y$backward()
#' x$grad
#'
#' # a second derivative
#' g <- autograd_grad(x[1]^3, x, create_graph = TRUE)[[1]]
#' autograd_grad(g[1], x)
#' @name backward
NULL

#' @rdname backward
#' @export
autograd_grad <- function(outputs, inputs, grad_outputs = NULL, retain_graph = create_graph,
                          create_graph = FALSE, allow_unused = FALSE) {
  check_flag(create_graph, "create_graph")
  check_flag(retain_graph, "retain_graph")
  check_flag(allow_unused, "allow_unused")
  outputs <- tensor_list(outputs, "outputs")
  inputs <- tensor_list(inputs, "inputs")
  seeds <- seed_list(grad_outputs, outputs, "grad_outputs")
  grads <- .Call(C_call_backward, outputs, seeds, inputs, retain_graph, create_graph)
  unused <- which(vapply(grads, is.null, NA))
  if (length(unused) && !allow_unused) {
    abort(c("The outputs do not depend on input {unused[1]}.",
                     i = "Use {.code allow_unused = TRUE} to get NULL for such inputs."),
          "gradtape_gradient_error")
  }
  grads
}

#' @rdname backward
#' @param tensors A tensor or a list of tensors.
#' @param grad_tensors As `grad_outputs`.
#' @export
autograd_backward <- function(tensors, grad_tensors = NULL, retain_graph = create_graph,
                              create_graph = FALSE, inputs = NULL) {
  tensors <- tensor_list(tensors, "tensors")
  seeds <- seed_list(grad_tensors, tensors, "grad_tensors")
  if (!is.null(inputs)) return(backward_towards(tensors, seeds, inputs, retain_graph, create_graph))
  invisible(.Call(C_call_backward, tensors, seeds, NULL, retain_graph, create_graph))
}

# backward() that adds to the $grad of these tensors only.
backward_towards <- function(tensors, seeds, inputs, retain_graph, create_graph) {
  inputs <- tensor_list(inputs, "inputs")
  constant <- which(!vapply(inputs, function(x) tensor_info(x)$requires_grad, NA))
  if (length(constant)) {
    abort("{.arg inputs}: tensor {constant[1]} has no {.code requires_grad = TRUE}, so it has no gradient.",
          "gradtape_gradient_error")
  }
  inputs <- without_duplicates(inputs)
  grads <- .Call(C_call_backward, tensors, seeds, inputs, retain_graph, create_graph)
  add <- function() {
    for (i in which(!vapply(grads, is.null, NA))) {
      old <- .Call(C_call_grad, inputs[[i]])
      .Call(C_call_set_grad, inputs[[i]], if (is.null(old)) grads[[i]] else .Call(C_add, old, grads[[i]]))
    }
  }
  if (create_graph) add() else with_no_grad(add())
  invisible(NULL)
}

seed_list <- function(seeds, outputs, name) {
  if (is.null(seeds)) return(vector("list", length(outputs)))
  if (!is.list(seeds)) seeds <- list(seeds)
  if (length(seeds) == length(outputs)) return(seeds)
  abort("{.arg {name}} has {length(seeds)} element{?s} for {length(outputs)} output{?s}.")
}

tensor_list <- function(x, name) {
  if (is_torch_tensor(x)) return(list(x))
  if (is.list(x) && length(x) && all(vapply(x, is_torch_tensor, NA))) return(x)
  abort("{.arg {name}} must be a tensor or a list of tensors, not {given(x)}.")
}

# ---- hooks ----

register_hook <- function(self, hook) {
  check_function(hook, "hook", " of the gradient")
  # a tape cannot call R functions
  if (.Call(C_call_is_recorded, self)) .Call(C_call_record_unreplayable, "$register_hook()")
  run <- .Call(C_call_hook, self)
  if (is.null(run)) {
    run <- hook_runner()
    .Call(C_call_set_hook, self, run)
  }
  environment(run)$add(hook)
}

# A function that passes a gradient through the hooks added to it.
hook_runner <- function() {
  hooks <- list()
  count <- 0L
  add <- function(hook) {
    count <<- count + 1L
    id <- as.character(count)
    hooks[[id]] <<- hook
    remove <- function() {
      hooks[[id]] <<- NULL
      invisible()
    }
    structure(remove, class = "gradtape_hook")
  }
  function(gradient) {
    for (hook in hooks) {
      changed <- hook(gradient)
      if (is_torch_tensor(changed)) gradient <- changed
    }
    gradient
  }
}

# A hook's handle, a function that removes it: h() or h$remove().
#' @export
`$.gradtape_hook` <- function(x, name) {
  if (name != "remove") abort_unknown_member(name, "remove", "The handle of a hook")
  unclass(x)
}

#' @export
print.gradtape_hook <- function(x, ...) {
  cat("<hook>: remove it with $remove()\n")
  invisible(x)
}

# ---- grad_fn ----

grad_fn <- function(x) {
  info <- tensor_info(x)
  if (!info$requires_grad || info$is_leaf) return(NULL)
  structure(list(tensor = x), class = "gradtape_grad_fn")
}

#' @export
`$.gradtape_grad_fn` <- function(x, name) {
  tensor <- unclass(x)$tensor
  info <- tensor_info(tensor)
  switch(name,
    name = if (info$is_leaf) "AccumulateGrad"
           else paste0(toupper(substr(info$op, 1, 1)), substring(info$op, 2), "Backward0"),
    next_functions = lapply(.Call(C_call_inputs, tensor), function(input) {
      if (!is.null(input)) structure(list(tensor = input), class = "gradtape_grad_fn")
    }),
    abort("A {.field $grad_fn} has {.field $name} and {.field $next_functions}, not {.field ${name}}.")
  )
}

#' @export
print.gradtape_grad_fn <- function(x, ...) {
  cat("<", x$name, ">\n", sep = "")
  invisible(x)
}

#' Points without a derivative
#'
#' What gradients, Hessians and Jacobians are where a function has no derivative, or an
#' infinite one. The rule is the same for `$backward()`, [autograd_grad()], [tape()] with its
#' `$gr()`, `$he()`, `$hvp()` and `$jacobian()`, and for derivatives of any order.
#'
#' 1. *A gradient of zero contributes zero*, whatever the derivative that it is multiplied by. What
#'    has no say in the result has none when its own derivative is infinite or undefined: at
#'    `x = 0` the gradient of `ifelse(x > 0, log(x), 0)`, of `mean(y, na.rm = TRUE)` and of
#'    `sum(log(x) * mask)` where the mask is 0 is 0. So one singular coordinate leaves the others
#'    alone: the Hessian of `sum(x^-2)` at `c(0, 1)` is `diag(c(Inf, 6))`.
#' 2. *What was not chosen gets zero*, also of an infinite gradient: by `max()`, `pmax()`, [torch_where()],
#'    [torch_clamp()], [torch_relu()] and their kin. `sqrt(max(x))` at `c(0, -1)` has gradient `c(Inf, 0)`.
#' 3. Otherwise a gradient that is not zero times an infinite derivative is what IEEE arithmetic
#'    makes of it: `Inf`, `-Inf` or `NaN`.
#' 4. Conventions, as in torch: `abs()` has derivative 0 at 0, ties share the gradient of a maximum,
#'    norms have derivative 0 where they are 0 (and [torch_std()] too, where torch gives `NaN`), and
#'    `0^y` counts as not depending on `y`.
#'
#' By the first rule the derivative of `sqrt(x)^2` at 0 is 0, though its limit is 1: the gradient
#' of the square is 0 there, and nobody can tell from the numbers whether it would have
#' outweighed the infinite derivative of the root. Write functions so that no infinity stands
#' between the parameters and the result. Matrix products and decompositions compute with zeros
#' and infinities as IEEE arithmetic does.
#'
#' The rule costs nothing where all derivatives are finite: derivatives are computed without it, and
#' once more with it only where one is not finite.
#' @examples
#' gradient(function(x) sum(ifelse(x > 0, log(x), 0)), c(0, 2))
#' hessian(function(x) sum(x^-2), c(0, 1))
#' gradient(function(x) sqrt(max(x)), c(0, -1))
#' @name singular_points
NULL
