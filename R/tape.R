# Tapes: a function recorded once and replayed in C.

#' Record a function on a tape
#'
#' `tape()` runs `fn` once, on tensors, and keeps the operations that it did. From then on
#' the value, gradient, Hessian and Jacobian of the function are computed in C, with no R
#' code in the loop. The tape's functions take and return plain numbers, so that any
#' optimizer can use them.
#'
#' `fn` may be any R function of its argument, with branches and loops. What it decides
#' from values while it is recorded, by `if`, `while`, a logical subscript or
#' `as.integer()`, is remembered, and so is whether a decomposition such as [chol()] succeeded:
#' at a point where a decision would go the other way, the function is recorded again, and both
#' recordings are kept, up to 64 of them.
#'
#' A real number must not leave the tensors (by [as_array()], `$item()`, `saveRDS()`, in a forked
#' process, or by a tape or an optimizer inside the function): what is computed from it would be a
#' constant and have no gradient. That is an error of class `gradtape_escape_error`, which names
#' the call. Showing numbers is no escape, where they can go nowhere but to the screen:
#' `cat(x$item())`, `cat(sprintf("%g", x[1]$item()))`, `print(x)`, `message("at ", x[1])`. (Text that is
#' kept in a variable, or captured, is.) With `options(gradtape.escape = "eager")` such
#' a number is a constant, as in torch, and the function runs eagerly at every call, which is
#' slower; a message says so. So it does where random numbers are drawn, or a function made by
#' [autograd_function()] is called.
#'
#' Constructs of R that look at no tensor, such as `c(1, x)`, `max(0, x)` or `r[i] <- x` with
#' a numeric `r`, work inside `fn` as described at [tensor_function()].
#'
#' All else that `fn` uses, data for instance, is taken as it is at recording. The tape
#' computes in double.
#'
#' @param fn A function of one argument. It receives a tensor in the shape of `par`, or
#'   the named list of them, and returns a scalar tensor (for `$jacobian()`: a tensor of
#'   any shape).
#' @param par Where to record: a numeric vector (its names are kept), a matrix or array, or
#'   a named list of them.
#' @return An object of class `gradtape_tape`. In its functions, `x` is a numeric vector of
#'   the length of `par`, or has the structure of `par`; a list is flattened in its order,
#'   each element by column, and results are flat.
#'   - `$fn(x)`: the value, one number.
#'   - `$gr(x)`: the gradient. At the `x` of the last `$fn()` the work is not done again.
#'   - `$he(x)`: the Hessian, a matrix.
#'   - `$hvp(x, v)`: the Hessian times the vector `v`.
#'   - `$jacobian(x)`: the matrix of derivatives, a row per element that `fn` returns.
#'   - `$value_and_grad(x)`: a list of `value` and `gradient`.
#' @section Errors: `fn` returns no tensor, or a vector where a scalar is needed; `x` has
#'   another length than `par`, or as a list other names, or holds `NA`; an error in `fn` itself; a
#'   number leaves the tensors. The tape stays usable after each.
#' @references Griewank and Walther (2008), *Evaluating Derivatives*, chapters 3 to 5.
#' @seealso [gradient()] for the short forms; [as_dot()] to draw a tape.
#' @examples
#' rosenbrock <- function(x) (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2
#' tp <- tape(rosenbrock, c(-1.2, 1))
#' tp$fn(c(-1.2, 1))
#' tp$gr(c(-1.2, 1))
#' tp$he(c(1, 1))
#' optim(c(-1.2, 1), tp$fn, tp$gr, method = "BFGS")$par
#' nlminb(c(-1.2, 1), tp$fn, tp$gr, tp$he)$par
#' tp
#' @export
tape <- function(fn, par) {
  new_tape(fn, par, "par")
}

new_tape <- function(fn, par, name) {
  check_function(fn, "fn", " of one argument")
  if (!length(formals(args(fn)))) abort("{.arg fn} must be a function of one argument, the tensor; it has none.")
  Tape$new(fn, par, name)
}

# A saved tape brings its methods along: they are short, and what they call keeps its arguments,
# so that a tape saved by one version works with the next.
Tape <- R6Class("gradtape_tape",
  cloneable = FALSE,
  public = list(
    initialize = function(fn, par, name) {
      private$original <- fn
      private$f <- tensor_function(fn)
      private$shape <- parameter_shape(par, name)
      private$state <- .Call(C_call_tape_new, private$shape$n)
      tape_record(private, flatten_parameters(par, private$shape, name))
    },

    fn = function(x) {
      value <- .Call(C_call_tape_evaluate, private$state, x, FALSE)
      if (is.null(value)) tape_evaluate(private, x, FALSE) else value
    },
    gr = function(x) {
      gradient <- .Call(C_call_tape_evaluate, private$state, x, TRUE)
      if (is.null(gradient)) tape_evaluate(private, x, TRUE) else gradient
    },
    value_and_grad = function(x) {
      both <- .Call(C_call_tape_value_and_grad, private$state, x)
      if (is.null(both)) tape_answer(private, flatten_parameters(x, private$shape)) else both
    },
    he = function(x) tape_hessian(private, x),
    hvp = function(x, v) tape_hessian_product(private, x, v),
    jacobian = function(x) tape_jacobian(private, x),

    print = function(...) {
      print_tape(private)
      invisible(self)
    },

    # For the functions of this package that need more than numbers of a tape.
    .internals = function() private
  ),
  private = list(
    original = NULL,            # the function
    f = NULL,                   # the same, as tensor_function() made it
    shape = NULL,               # of its parameters
    state = NULL,               # its recordings and programs: see bridge/tape_state.c
    n_out = NULL,               # elements that the function returned
    eager = FALSE               # TRUE: no recording can stand for the function
  )
)

# ---- what a tape's methods do; `tape` is its private environment ----

tape_on_tensor <- function(tape) {
  function(x) {
    parameters <- shape_parameters(x, tape$shape)       # not a promise: fn may switch gradients off
    tape$f(parameters)
  }
}

# Records at x: a new variant, which becomes the current one.
tape_record <- function(tape, x) {
  # (what another version saved is recorded as this one would)
  if (.Call(C_call_tape_is_stale, tape$state)) tape$f <- tensor_function(tape$original)
  if (length(.Call(C_call_tape_recordings, tape$state)) >= most_recordings) {
    return(tape_run_eagerly(tape, paste("it took", most_recordings, "ways through its code, and takes more.")))
  }
  recorded <- record_function(tape_on_tensor(tape), x, tape$state)
  tape$n_out <- recorded$n_out
  why_eager <- recorded$why_eager
  # A decision on the last bit of a result need not come out again as it did.
  if (is.null(why_eager) && is.null(.Call(C_call_tape_search, tape$state, x))) {
    why_eager <- "what it decides hangs on the last bit of a number."
  }
  if (!is.null(why_eager)) tape_run_eagerly(tape, why_eager)
}

tape_run_eagerly <- function(tape, why) {
  tape$eager <- TRUE
  inform(c("!" = "The tape runs its function eagerly at every call: {why}"))
}

# The value or gradient where no recording holds, or x is not yet the vector that C takes.
tape_evaluate <- function(tape, x, gradient) {
  x <- flatten_parameters(x, tape$shape)
  if (!tape$eager) {
    result <- .Call(C_call_tape_evaluate, tape$state, x, gradient)
    if (!is.null(result)) return(result)
  }
  value <- if (!gradient) tape_value_at(tape, x)
  if (length(value) == 1) return(value)
  both <- tape_answer(tape, x)
  if (gradient) both$gradient else both$value
}

# list(value, gradient) at x. Which variant holds there is decided once, by its value's program;
# a gradient's would have the same guards.
tape_answer <- function(tape, x) {
  if (is.null(tape_value_at(tape, x))) eager_value_and_grad(tape_on_tensor(tape), x)
  else .Call(C_call_tape_settled, tape$state, x)
}

# What the function gives at x, from the variant that holds there, which becomes the
# current one; NULL when it runs eagerly.
tape_value_at <- function(tape, x) {
  if (tape$eager) return(NULL)
  value <- .Call(C_call_tape_search, tape$state, x)
  if (!is.null(value)) return(value)
  tape_record(tape, x)
  if (!tape$eager) .Call(C_call_tape_search, tape$state, x)
}

# Products of derivatives with the columns of v; NULL when the function runs eagerly.
tape_products <- function(tape, kind, x, v, multipliers = NULL) {
  if (!is.null(tape_value_at(tape, x))) .Call(C_call_tape_products, tape$state, kind, x, multipliers, v)
}

tape_hessian <- function(tape, x) {
  x <- flatten_parameters(x, tape$shape)
  tape_products(tape, "hvp", x, diag(1, length(x))) %||% eager_hessian(tape_on_tensor(tape), x)
}

tape_hessian_product <- function(tape, x, v) {
  x <- flatten_parameters(x, tape$shape)
  v <- flatten_parameters(v, tape$shape, "v")
  drop(tape_products(tape, "hvp", x, matrix(v)) %||% eager_hessian(tape_on_tensor(tape), x, v))
}

tape_jacobian <- function(tape, x) {
  x <- flatten_parameters(x, tape$shape)
  m <- length(tape_value_at(tape, x))
  if (tape$eager) return(eager_jacobian(tape_on_tensor(tape), x))
  columns <- if (m > length(x)) tape_products(tape, "jvp", x, diag(1, length(x)))
  # a row at a time where something is not finite: a row that does not depend on it is 0 there
  if (is.null(columns) || !is.finite(sum(columns))) t(tape_products(tape, "vjp", x, diag(1, m))) else columns
}

# Each recording takes memory, and finding the one that holds takes time.
most_recordings <- 64L

#' Derivatives of a function at a point
#'
#' Short forms that record `fn` at `x` (see [tape()]) and use the tape once. For many
#' points, make the tape yourself.
#'
#' @param fn A function of one argument: a tensor in the shape of `x`, or the named list of them.
#'   It returns a scalar tensor; for `jacobian()` a tensor of any shape.
#' @param x Where: a numeric vector, a matrix or array, or a named list of them.
#' @param v What to multiply the Hessian by, in the form of `x`.
#' @return `gradient()` and `hvp()`: a numeric vector. `hessian()`: a matrix.
#'   `jacobian()`: a matrix with a row per element that `fn` returns.
#' @examples
#' f <- function(x) x[1]^2 * x[2]
#' gradient(f, c(2, 3))
#' hessian(f, c(2, 3))
#' jacobian(function(x) x^2, c(2, 3))
#' @export
gradient <- function(fn, x) new_tape(fn, x, "x")$gr(x)
#' @rdname gradient
#' @export
hessian <- function(fn, x) new_tape(fn, x, "x")$he(x)
#' @rdname gradient
#' @export
jacobian <- function(fn, x) new_tape(fn, x, "x")$jacobian(x)
#' @rdname gradient
#' @export
hvp <- function(fn, x, v) new_tape(fn, x, "x")$hvp(x, v)

# What an optimizer needs to minimize the function of a tape from C; or, when the function
# must run eagerly, a closure for it.
tape_objective <- function(tp, params) {
  tape <- tape_private(tp)
  if (!tape$eager) return(list(tape$state, function(x) tape_answer(tape, x)))
  n <- sum(vapply(params, length, 0L))
  if (n != tape$shape$n) {
    abort("The tape was recorded for {tape$shape$n} parameter{?s}; the optimizer has {n}.")
  }
  function() {
    both <- eager_value_and_grad(tape_on_tensor(tape), unlist(lapply(params, as.numeric)))
    at <- 0
    for (p in params) {
      p$grad <- gradient_like(p, both$gradient[at + seq_len(length(p))])
      at <- at + length(p)
    }
    torch_tensor(both$value)
  }
}

gradient_like <- function(p, v) .Call(C_call_tensor, v, p$dtype$name, FALSE, p$shape)

# ---- recording ----

# Runs f on a tracked tensor and adds the recording to `state`, or says why there can be none.
record_function <- function(f, x, state) {
  force(x)
  .Call(C_call_record_escape, "a tape inside the function")         # of a recording that is open
  seed <- random_seed()
  opened <- NULL
  on.exit(if (!is.null(opened)) .Call(C_call_record_end, opened))
  # what follows from an escape may be an error, which says less
  with_tape_settings(withCallingHandlers({
    opened <- .Call(C_call_record_begin, recording_place())
    input <- .Call(C_call_track, torch_tensor(x, requires_grad = TRUE))
    returned <- result <- f(input)
    # a branch may return a plain number: if (x < 0) return(1e10)
    is_plain <- is_plain_result(result)
    if (is_plain) result <- torch_tensor(as.double(result))
  }, error = function(e) refuse_escape(opened)))
  refuse_escape(opened)
  recorder <- opened[[1]]
  if (!is_torch_tensor(result) || is_plain && recorder$n_guards == 0 && is.null(recorder$escaped)) {
    abort(c("{.arg fn} must return a tensor, not {given(returned)}.",
                     i = "It receives a tensor and should compute its result from it."))
  }
  why <- if (!is.null(recorder$escaped)) {
    paste0("numbers leave the tensors by ", escape_text(recorder$escaped),
           ", and what depends on them has no gradient.")
  } else if (!is.null(recorder$unreplayable)) {
    paste0(recorder$unreplayable, " cannot be replayed.")
  } else if (!identical(seed, random_seed())) {
    "random numbers are drawn in it. Draw them before, and it is replayed in C."
  }
  if (is.null(why)) .Call(C_call_tape_record, state, input, result, recorder)
  list(n_out = length(result), why_eager = why)
}

# Runs code as a tape does, whatever the caller has set: gradients are recorded, and numbers double.
with_tape_settings <- function(code) {
  old <- torch_set_default_dtype(torch_double())
  grad <- .Call(C_call_set_grad_mode, TRUE)
  on.exit({
    .Call(C_call_set_grad_mode, grad)
    torch_set_default_dtype(old)
  })
  force(code)
}

is_plain_result <- function(x) !is_torch_tensor(x) && (is.numeric(x) || is.logical(x)) && length(x) > 0

random_seed <- function() get0(".Random.seed", globalenv(), inherits = FALSE)

# ---- parameters: from structured to flat and back ----

parameter_shape <- function(par, name) {
  parts <- if (is.list(par)) par else list(par)
  if (is.list(par) && (length(par) == 0 || is.null(names(par)) || any(names(par) == ""))) {
    abort("{.arg {name}} must be numbers or a list of them whose elements all have names.")
  }
  for (part in parts) {
    if (!is.numeric(part) || is_torch_tensor(part)) {
      abort("{.arg {name}} must be plain numbers or a named list of them, not {given(part)}.")
    }
  }
  list(n = sum(lengths(parts)), is_list = is.list(par), names = names(par), dims = lapply(parts, dim),
       element_names = lapply(parts, names),
       lengths = lengths(parts, use.names = FALSE))
}

flatten_parameters <- function(x, shape, name = "x") {
  if (shape$is_list && is.list(x)) {
    if (!identical(names(x), shape$names)) {
      abort("{.arg {name}} must have the names {.val {shape$names}}, in this order, not {given(names(x))}.")
    }
    wrong <- which(lengths(x) != shape$lengths)
    if (length(wrong)) {
      abort(paste("{.code {name}${shape$names[wrong[1]]}} must have {shape$lengths[wrong[1]]} element{?s},",
                  "not {length(x[[wrong[1]]])}."))
    }
    x <- unlist(x, use.names = FALSE)
  }
  if (!is.numeric(x) || is_torch_tensor(x)) {
    abort("{.arg {name}} must be plain numbers, not {given(x)}.")
  }
  if (length(x) != shape$n) {
    abort("{.arg {name}} must have {shape$n} element{?s}, as where the tape was recorded, not {length(x)}.")
  }
  if (anyNA(x)) abort("{.arg {name}} must not hold NA: element {which(is.na(x))[1]} is.")
  as.double(x)
}

# The tensor, or list of tensors, that the function receives.
shape_parameters <- function(x, shape) {
  shaped <- function(v, k) {
    dim <- shape$dims[[k]]
    named(if (is.null(dim)) v else .Call(C_call_apply, "reshape", list(v), dim), shape$element_names[[k]])
  }
  if (!shape$is_list) return(shaped(x, 1))
  ends <- cumsum(shape$lengths)
  parts <- lapply(seq_along(ends), function(k) {
    shaped(x[seq_len(shape$lengths[k]) + ends[k] - shape$lengths[k]], k)
  })
  names(parts) <- shape$names
  parts
}

# ---- without a recording ----

eager_value_and_grad <- function(f, x) with_tape_settings({
  x <- torch_tensor(x, requires_grad = TRUE)
  value <- as_tensor(f(x))
  if (length(value) != 1) {
    abort(paste("{.arg fn} returned {length(value)} elements where a scalar is needed; sum them in {.arg fn},",
                "or use {.code $jacobian()}."),
          "gradtape_shape_error")
  }
  list(value = as.numeric(value), gradient = drop(jacobian_rows(value, x)))
})

eager_jacobian <- function(f, x) with_tape_settings({
  x <- torch_tensor(x, requires_grad = TRUE)
  jacobian_rows(as_tensor(f(x)), x)
})

# The Hessian, or its product with v: columns, as a tape gives them.
eager_hessian <- function(f, x, v = NULL) with_tape_settings({
  x <- torch_tensor(x, requires_grad = TRUE)
  value <- as_tensor(f(x))
  gradient <- if (value$requires_grad) autograd_grad(value, x, create_graph = TRUE, allow_unused = TRUE)[[1]]
  if (!is.null(gradient)) t(jacobian_rows(if (is.null(v)) gradient else sum(gradient * v), x))
  else if (is.null(v)) matrix(0, length(x), length(x))
  else numeric(length(x))
})

# The derivative of each element of y with respect to x.
jacobian_rows <- function(y, x) {
  rows <- lapply(seq_len(length(y)), function(i) {
    element <- y[i]
    row <- if (element$requires_grad) autograd_grad(element, x, retain_graph = TRUE, allow_unused = TRUE)[[1]]
    if (is.null(row)) 0 * as.numeric(x) else as.numeric(row)
  })
  do.call(rbind, rows)
}

# ---- for the benchmarks ----

# Seconds that one replay of value and gradient takes inside C.
replay_seconds <- function(tp, x, times) {
  state <- recorded_state(tp)
  start <- sum(proc.time()[1:2])
  .Call(C_call_tape_repeat, state, x, as.integer(times))
  (sum(proc.time()[1:2]) - start) / times
}
