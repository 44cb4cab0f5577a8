# Recording a function for a tape.

# Runs f on a tracked tensor and adds the recording to `state`, or says why there can be none.
# explain: called with an error where it happens; compare: with plain numbers that f returned.
record_function <- function(f, x, state, explain, compare) {
  force(x)
  # a long recording frees nodes while it runs; a gradient within f may ask for them
  withRestarts(record_once(f, x, state, explain, compare, state),
               gradtape_record_whole = function() record_once(f, x, state, explain, compare, NULL))
}

# Called from C.
record_whole <- function(...) invokeRestart("gradtape_record_whole")

# owner: the tape that takes nodes over while f runs, or NULL.
record_once <- function(f, x, state, explain, compare, owner) {
  .Call(C_call_record_escape, "a tape inside the function")         # of a recording that is open
  expect_draws()
  hidden$error <- NULL
  opened <- NULL
  on.exit(if (!is.null(opened)) .Call(C_call_record_end, opened))
  # what follows from an escape may be an error, which says less
  with_tape_settings(withCallingHandlers({
    opened <- .Call(C_call_record_begin, recording_place(), owner, getOption("gradtape.nodes", 65536L))
    input <- .Call(C_call_track, torch_tensor(x, requires_grad = TRUE))
    returned <- result <- f(input)
    # a branch may return a plain number: if (x < 0) return(1e10)
    is_plain <- is_plain_result(result)
    if (is_plain) result <- torch_tensor(as.double(result))
  }, error = function(e) {
    refuse_escape(opened)
    explain(e)
  }))
  refuse_escape(opened)
  recorder <- opened[[1]]
  if (!is_torch_tensor(result) || is_plain && recorder$n_guards == 0 && is.null(recorder$escaped)) {
    if (is_plain) compare(as.double(returned))
    abort(c("{.arg fn} must return a tensor, not {given(returned)}.",
                     i = "It receives a tensor and should compute its result from it."))
  }
  why <- if (!is.null(recorder$escaped)) {
    paste0("numbers leave the tensors by ", escape_text(recorder$escaped),
           ", and what depends on them has no gradient.")
  } else if (!is.null(recorder$unreplayable)) {
    paste0(recorder$unreplayable, " cannot be replayed.")
  } else if (has_unknown_draws()) {
    random_why
  }
  vectorise <- !isFALSE(getOption("gradtape.vectorise"))
  if (is.null(why) && !.Call(C_call_tape_record, state, input, result, recorder, vectorise)) why <- random_why
  list(n_out = length(result), form = form_of(returned), why_eager = why)
}

# Runs code as a tape does, whatever the caller has set: gradients are recorded, and numbers double.
with_tape_settings <- function(code) {
  old <- .Call(C_call_set_default_dtype, "double")
  grad <- .Call(C_call_set_grad_mode, TRUE)
  on.exit({
    .Call(C_call_set_grad_mode, grad)
    .Call(C_call_set_default_dtype, old)
  })
  force(code)
}

is_plain_result <- function(x) !is_torch_tensor(x) && (is.numeric(x) || is.logical(x)) && length(x) > 0

random_why <- "random numbers are drawn in it. Draw them before, and it is replayed in C."
