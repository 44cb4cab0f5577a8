# What a tape's methods do; `tape` is its private environment.

# (R compiles these functions; the methods, which R6 copies, it does not.)
tape_fn <- function(tape, x) {
  value <- .Call(C_call_tape_evaluate, tape$state, x, FALSE, NULL)
  if (length(value) == 1L) value else tape_evaluate(tape, x, value)
}

tape_gr <- function(tape, x) {
  gradient <- .Call(C_call_tape_evaluate, tape$state, x, TRUE, tape$shape$flat_names)
  if (is.null(gradient)) tape_gradient(tape, x) else gradient
}

tape_value_and_grad <- function(tape, x) {
  both <- .Call(C_call_tape_value_and_grad, tape$state, x, tape$shape$flat_names)
  if (is.null(both)) tape_answer(tape, flatten_parameters(x, tape$shape)) else both
}

# The function as it runs without a recording, at the plain numbers x.
tape_eagerly <- function(tape, x) {
  f <- tape_on_tensor(tape)
  force(x)
  function(tensor) withCallingHandlers(f(tensor), error = function(e) explain_error(e, tape, x))
}

# Records at x: a new variant, which becomes the current one.
tape_record <- function(tape, x) {
  if (.Call(C_call_tape_is_stale, tape$state)) tape_take_again(tape)
  ways <- length(.Call(C_call_tape_recordings, tape$state))
  if (ways >= most_recordings) {
    return(tape_run_eagerly(tape, paste("it took", most_recordings, "ways through its code, and takes more.")))
  }
  if (ways >= most_ways) choose_branches(get(tape$called, environment(tape$f)))
  recorded <- record_function(tape_on_tensor(tape), x, tape$state, function(e) explain_error(e, tape, x),
                              function(value) check_against_numbers(tape, x, value))
  tape$n_out <- recorded$n_out
  why_eager <- recorded$why_eager
  if (is.null(why_eager)) {
    tape$forms[.Call(C_call_tape_current, tape$state)] <- list(recorded$form)
    value <- .Call(C_call_tape_search, tape$state, x)
    # A decision on the last bit of a result need not come out again as it did.
    if (is.null(value)) why_eager <- "what it decides hangs on the last bit of a number."
    else check_against_numbers(tape, x, value)
  }
  if (!is.null(why_eager)) tape_run_eagerly(tape, why_eager)
}

# What another version saved is recorded as this one would.
tape_take_again <- function(tape) {
  frame <- environment(tape$f)
  assign(tape$called, tensor_function(get(tape$called, environment(tape$original))), frame)
}

tape_run_eagerly <- function(tape, why) {
  tape$eager <- TRUE
  inform(c("!" = "The tape runs its function eagerly at every call: {why}"))
}

# The value where it is no single number, or no recording holds, or x is not yet the vector that C
# takes; value: what C gave, or NULL.
tape_evaluate <- function(tape, x, value) {
  x <- flatten_parameters(x, tape$shape)
  value <- value %||% tape_value_at(tape, x)
  if (!is.null(value)) return(with_form(value, current_form(tape)))
  plain_value(tape, x) %||% eager_value(tape_eagerly(tape, x), x)
}

# What R computes of plain numbers, which is faster; NULL where the function takes tensors only.
plain_value <- function(tape, x) {
  value <- tryCatch(with_tape_settings(with_no_grad(tape$original(shape_parameters(x, tape$shape)))),
                    error = function(e) NULL)
  if (is_torch_tensor(value)) value <- as_array(value)
  if (is.numeric(value)) with_form(as.numeric(value), form_of(value))
}

tape_gradient <- function(tape, x) {
  x <- flatten_parameters(x, tape$shape)
  gradient <- if (!tape$eager) .Call(C_call_tape_evaluate, tape$state, x, TRUE, tape$shape$flat_names)
  gradient %||% tape_answer(tape, x)$gradient
}

# list(value, gradient) at x. Which variant holds there is decided once, by its value's program;
# a gradient's would have the same guards.
tape_answer <- function(tape, x) {
  if (!is.null(tape_value_at(tape, x))) return(.Call(C_call_tape_settled, tape$state, x, tape$shape$flat_names))
  both <- eager_value_and_grad(tape_eagerly(tape, x), x)
  names(both$gradient) <- tape$shape$flat_names
  both
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
  hessian <- tape_products(tape, "hvp", x, diag(1, length(x))) %||% eager_hessian(tape_eagerly(tape, x), x)
  names <- tape$shape$flat_names
  if (!is.null(names)) dimnames(hessian) <- list(names, names)
  hessian
}

tape_hessian_product <- function(tape, x, v) {
  x <- flatten_parameters(x, tape$shape)
  v <- flatten_parameters(v, tape$shape, "v")
  product <- tape_products(tape, "hvp", x, matrix(v)) %||% eager_hessian(tape_eagerly(tape, x), x, v)
  stats::setNames(as.vector(product), tape$shape$flat_names)
}

tape_jacobian <- function(tape, x) {
  x <- flatten_parameters(x, tape$shape)
  m <- length(tape_value_at(tape, x))
  if (tape$eager) {
    rows <- eager_jacobian(tape_eagerly(tape, x), x)
    return(with_dimnames(rows, rownames(rows), tape$shape$flat_names))
  }
  columns <- if (m > length(x)) tape_products(tape, "jvp", x, diag(1, length(x)))
  # a row at a time where something is not finite: a row that does not depend on it is 0 there
  if (is.null(columns) || !is.finite(sum(columns))) columns <- t(tape_products(tape, "vjp", x, diag(1, m)))
  with_dimnames(columns, current_form(tape)$names, tape$shape$flat_names)
}

tape_scores <- function(tape, x) {
  scores <- tape_jacobian(tape, x)
  if (nrow(scores) == 1) {
    abort(c("{.fn {tape$called}} returns one number; scores are the gradients of the elements of a vector.",
            i = "Return the contribution of each observation, not their sum."),
          "gradtape_shape_error")
  }
  scores
}

with_dimnames <- function(matrix, rows, columns) {
  if (!is.null(rows) || !is.null(columns)) dimnames(matrix) <- list(rows, columns)
  matrix
}

# Of what the current recording returned.
current_form <- function(tape) {
  k <- .Call(C_call_tape_current, tape$state)
  if (k > 0 && k <= length(tape$forms)) tape$forms[[k]]
}

# Each recording takes memory, and finding the one that holds takes time.
most_recordings <- 64L
