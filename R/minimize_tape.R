# Minimization of a tape by a method in C, from start to end: what a front door calls, which checks
# its arguments.

# x: where to start, doubles. ...: options of the method and of its stopping; what is not
# given has its default. progress: a function of each iteration's numbers, or NULL; when it
# returns TRUE, the run ends. trace: how many iterations are kept, 0 for none.
# Returns par, value, gradient, status, message, iterations, counts and trace.
minimize_tape <- function(tp, x, method = "lbfgs", ..., progress = NULL, trace = 0) {
  objective <- tape_objective(tp, list(x))
  if (is.function(objective)) {
    abort("The tape runs its function eagerly; it cannot be minimized in C.", "gradtape_tape_error")
  }
  .Call(C_call_minimize, method, x, objective, list(...), progress, trace)
}

# Called from C.
abort_unknown_setting <- function(method, name) {
  known <- .Call(C_call_option_names, method)
  abort(c("The method {.val {method}} has no option {.arg {name}}.", i = "Its options are {.arg {known}}."),
        "gradtape_argument_error")
}
