# What a solver is given to minimise: a tape, or R functions of a plain vector.

# notes: an environment that keeps the error of the last point where the function stopped.
tape_problem <- function(tape, n, notes = new.env(parent = emptyenv())) {
  if (n != tape$shape$n) {
    abort("The tape was recorded for {tape$shape$n} parameter{?s}; there {?is/are} {n}.", "gradtape_tape_error")
  }
  answer <- function(x) {
    undefined_where_it_stops(tape_answer(tape, x), list(value = NaN, gradient = rep(NaN, n)), notes)
  }
  multiply <- function(x, v) as.double(tape_hessian_product(tape, x, v))
  if (!tape$eager) return(list(tape$state, answer, multiply))
  list(both = function(x) unlist(answer(x), use.names = FALSE), multiply = multiply,
       value = function(x) undefined_where_it_stops(as.double(tape_evaluate(tape, x, NULL)), NaN, notes),
       hessian = function(x) as.double(tape_hessian(tape, x)))
}

# A trial point may lie outside of where the function is defined.
undefined_where_it_stops <- function(code, otherwise, notes) {
  tryCatch(code, error = function(e) {
    if (inherits(e, c("gradtape_constraint_error", "gradtape_worker_error"))) rethrow(e)
    notes$error <- e
    otherwise
  })
}

# The user's own functions of the whole parameter vector; gr, he: or NULL.
closure_problem <- function(fn, gr, he, n, notes = new.env(parent = emptyenv())) {
  number <- function(x) {
    value <- fn(x)
    if (!is.numeric(value) || length(value) != 1) {
      abort("{.arg fn} must return one number, not {given(value)}.")
    }
    as.double(value)
  }
  problem <- list(value = function(x) undefined_where_it_stops(number(x), NaN, notes))
  if (!is.null(gr)) problem$gradient <- function(x) checked_derivative(gr(x), n, "gr")
  if (!is.null(he)) {
    problem$hessian <- function(x) checked_derivative(he(x), n * n, "he")
    problem$multiply <- function(x, v) drop(matrix(problem$hessian(x), n) %*% v)
  }
  problem
}

checked_derivative <- function(value, n, name) {
  if (!is.numeric(value) || length(value) != n) {
    abort("{.arg {name}} must return {n} number{?s}, not {given(value)}.")
  }
  as.double(value)
}
