# Is what was recorded the function that the user wrote? It is run on plain numbers too: where it
# gives another value, and where it stops on tensors only.

# An error if plain numbers give another value at x than the recording.
check_against_numbers <- function(tape, x, value) {
  if (isFALSE(getOption("gradtape.check"))) return(invisible())
  expected <- run_on_numbers(tape, x)
  if (inherits(expected, "error") || agrees(value, expected) || is_on_edge(tape, x)) return(invisible())
  abort(c(paste("{.fn {tape$called}} gives {number_text(value)} on tensors,",
                "but {number_text(expected)} on plain numbers: its tape would be wrong."),
          i = if (is.null(hidden$error)) paste("Does it ask what kind of object it was given?",
                                               "Its code must do the same with both."),
          i = if (!is.null(hidden$error)) paste("{.fn try} or {.fn tryCatch} hides an error:",
                                                "{words_of(hidden$error)}"),
          i = "Does it give another value at each call? {.code options(gradtape.check = FALSE)} omits this check."),
        "gradtape_tape_error")
}

# Do both agree close by? Then it was a decision on the last bit of a number that came out otherwise.
is_on_edge <- function(tape, x) {
  near <- x + 1e-6 * (abs(x) + 1e-6) * cos(seq_along(x))
  expected <- run_on_numbers(tape, near)
  !inherits(expected, "error") && agrees(eager_value(tape_on_tensor(tape), near), expected)
}

# The value on plain numbers, or the error. Nothing is shown, and R's random numbers stay where they are.
run_on_numbers <- function(tape, x) {
  seed <- random_seed()
  quiet <- file(nullfile(), "w")
  sink(quiet)
  on.exit({
    sink()
    close(quiet)
    if (!is.null(seed)) assign(".Random.seed", seed, globalenv())
  })
  tryCatch(
    suppressWarnings(suppressMessages(with_tape_settings(with_no_grad({
      value <- tape$original(shape_parameters(x, tape$shape))
      if (is_torch_tensor(value)) as.vector(as_array(value)) else as.double(value)
    })))),
    error = identity)
}

# (Sums are ordered otherwise, and functions can amplify the last bit.)
agrees <- function(value, expected) {
  if (length(value) != length(expected)) return(FALSE)
  if (!identical(is.na(as.vector(value)), is.na(expected))) return(FALSE)
  same <- is.na(expected) | as.vector(value) == expected
  scale <- max(abs(expected[is.finite(expected)]), 0)
  all(same | abs(as.vector(value) - expected) <= 1e-5 * scale + 1e-8)
}

number_text <- function(x) {
  text <- paste(format(utils::head(as.vector(x), 3), digits = 7, trim = TRUE), collapse = ", ")
  if (length(x) > 3) paste0(text, ", ... (", length(x), " elements)") else text
}

# ---- errors of R's in the user's code ----

# Called where the error happened. What stops on tensors, and not on plain numbers, is told in
# terms of the user's code; the user's own errors stay as they are.
explain_error <- function(e, tape, x) {
  if (inherits(e, "gradtape_error") || inherits(e, "stackOverflowError")) return(invisible())
  on_numbers <- run_on_numbers(tape, x)
  if (inherits(on_numbers, "error") && identical(conditionMessage(on_numbers), conditionMessage(e))) return(invisible())
  where <- failing_place(e)
  said <- words_of(e)
  what <- switch(where$kind,
    stop = "stops on tensors, as it does not on numbers",
    compiled = "is compiled code, which takes plain numbers and whose derivative is not known here",
    "does not take tensors")
  abort(c("{where$text} {what}: {said}.",
          i = paste("What works is listed at {.code ?tensor_function};",
                    "what does not depend on the parameters can be computed outside."),
          i = "A function whose derivative you know can be given with it, by {.fn autograd_function}."),
        "gradtape_tape_error", parent = e)
}

# The call in the user's code below which the error happened: text, and kind: "stop", "compiled", "call".
failing_place <- function(e) {
  frames <- seq_len(sys.nframe() - 2L)
  own <- vapply(frames, function(k) is_users(sys.function(k)), NA)
  k <- max(frames[own], 0L)
  callee <- if (k > 0 && k < length(frames)) sys.function(k + 1L)
  handles <- is.null(callee) || identical(callee, base::.handleSimpleError)
  call <- if (handles) conditionCall(e) else sys.call(k + 1L)
  is_stop <- is_one_of(callee, base::stop, base::stopifnot) || is.null(call) || k > 0 && identical(call, sys.call(k))
  head <- if (k > 0) sys.call(k)[[1]]
  inside <- if (is.symbol(head)) cli::format_inline("{.fn {as.character(head)}}") else "The function"
  if (is_stop) return(list(text = inside, kind = "stop"))
  compiled <- is.symbol(call[[1]]) &&
    as.character(call[[1]]) %in% c(".Call", ".External", ".External2", ".C", ".Fortran")
  if (compiled) call <- call[1:2]
  text <- paste0(escape_text(list(call = as_written(call))), if (k > 0) paste0(", called in ", inside, ","))
  list(text = text, kind = if (compiled) "compiled" else "call")
}

# Code that was copied to take tensors, and is no part of R.
is_users <- function(fun) is_made_in_copy(fun) && !is_machinery(fun)

# What an error says, in one line. (An attached package may have made an S4 generic of the function, which puts its own
# words in front.)
words_of <- function(e) {
  sub("^error in evaluating the argument .* in selecting a method for function [^:]*: ", "",
      gsub("\n", " ", trimws(conditionMessage(e))))
}
