# Minimization by a method in C, from start to end: what the front door calls.

# problem: of tape_problem(), or a named list of R functions (see bridge/closure_objective.h). x: where
# to start, doubles. space: what there is of lower, upper, free, scale, maximize, constraint_lower,
# constraint_upper. options: of the method and
# of its stopping; what is not given has its default. progress: a function of each iteration's numbers
# and point, or NULL; when it returns TRUE, the run ends. trace: how many iterations are kept.
# Returns par, value, gradient, status (a word), message, iterations, counts, trace, and with constraints
# their values and multipliers, and those of bounds; the best point
# so far also when the user interrupts.
minimize_in_c <- function(problem, x, method, space = list(), options = list(), progress = NULL, trace = 0) {
  answer <- .Call(C_call_new_minimum, length(x), length(space$constraint_lower), trace)
  # (half the time of tryCatch())
  delayedAssign("leave", return(with_whole_trace(interrupted(answer))))
  delayedAssign("begin_again", return(joined_answers(answer, minimize_in_c(problem, answer$par, method, space, options,
                                                                           progress, trace))))
  withCallingHandlers(.Call(C_call_minimize, method, x, problem, space, options, progress, answer),
                      interrupt = function(e) leave, gradtape_pattern_error = function(e) begin_again)
  if (trace > 0) with_whole_trace(answer) else answer
}

# A sparse problem announces patterns that hold for the recordings that there are. Where another comes with entries
# outside of them, the run begins again from the best point so far.
joined_answers <- function(before, answer) {
  for (count in c("counts", "iterations")) answer[[count]] <- before[[count]] + answer[[count]]
  answer$trace <- rbind(with_whole_trace(before)$trace, answer$trace)
  answer
}

interrupted <- function(answer) {
  answer[c("status", "message")] <- c("interrupted", "the user interrupted it")
  answer
}

# Without the rows of iterations that were not made.
with_whole_trace <- function(answer) {
  if (!is.null(answer$trace)) answer$trace <- answer$trace[!is.na(answer$trace[, "iteration"]), , drop = FALSE]
  answer
}

minimize_tape <- function(tp, x, method = "lbfgs", ..., lower = NULL, upper = NULL, progress = NULL, trace = 0) {
  minimize_in_c(tape_problem(tape_private(tp), length(x)), x, method, list(lower = lower, upper = upper), list(...),
                progress, trace)
}

# Called from C.
abort_unknown_setting <- function(method, name) {
  known <- .Call(C_call_option_names, method)
  abort(c("The method {.val {method}} has no option {.arg {name}}.", i = "Its options are {.arg {known}}."),
        "gradtape_argument_error")
}
