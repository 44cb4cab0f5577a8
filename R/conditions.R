# Every error and message of this package: one place for their class and their form.

#' Conditions that this package signals
#'
#' Every error has class `gradtape_error` and one of the classes below, so that
#' [tryCatch()] can tell them apart.
#'
#' | class | what happened |
#' | --- | --- |
#' | `gradtape_argument_error` | an argument is of the wrong kind or out of its range, or has a name that is not known |
#' | `gradtape_shape_error` | shapes do not fit each other or the operation |
#' | `gradtape_constraint_error` | a constraint returns another number of elements than at the start |
#' | `gradtape_dtype_error` | a dtype cannot hold a value or carry a gradient |
#' | `gradtape_index_error` | a subscript or position that is not there |
#' | `gradtape_numeric_error` | a matrix is singular or indefinite, a decomposition fails, a result is `NaN` |
#' | `gradtape_gradient_error` | nothing to differentiate, a freed graph, an overwritten value, a missing derivative |
#' | `gradtape_escape_error` | numbers would leave the tensors, and the gradient would be lost unseen |
#' | `gradtape_tape_error` | a function that cannot be put on a tape |
#' | `gradtape_state_error` | an optimizer, scheduler or tape is not in a state for what is asked |
#' | `gradtape_pattern_error` | entries outside a sparse pattern ([minimize()] begins again by itself) |
#' | `gradtape_worker_error` | a worker process cannot be set up, or died too often |
#' | `gradtape_file_error` | a file is missing, or what was saved is damaged |
#'
#' Messages have class `gradtape_message`.
#'
#' @examples
#' # a step back where the matrix is not positive definite
#' log_det <- function(S) {
#'   tryCatch(
#'     2 * sum(log(torch_diag(chol(S)))),
#'     gradtape_numeric_error = function(e) torch_tensor(-Inf)
#'   )
#' }
#' log_det(torch_tensor(diag(2)))
#' log_det(torch_tensor(-diag(2)))
#' @name gradtape_error
#' @aliases gradtape_argument_error gradtape_shape_error gradtape_constraint_error gradtape_dtype_error
#'   gradtape_index_error
#'   gradtape_numeric_error gradtape_gradient_error gradtape_escape_error gradtape_tape_error
#'   gradtape_state_error gradtape_pattern_error gradtape_worker_error gradtape_file_error gradtape_message
NULL

# Stops with a message in cli's markup. (Not cli_abort(), which needs one more package.)
abort <- function(message, class = "gradtape_argument_error", ..., .envir = parent.frame()) {
  stop_with(cli::format_error(message, .envir = .envir), class, ...)
}

# A condition that was caught, as it was.
rethrow <- function(condition) stop(condition)

stop_with <- function(text, class, ...) {
  stop(structure(class = c(class, "gradtape_error", "error", "condition"), list(message = text, call = NULL, ...)))
}

# Called from C, where a file gave what no tensor or tape can be.
abort_damaged <- function(what, detail) {
  abort(c("The saved {what} is damaged: {detail}.", i = "Save it again from where it came."),
        class = "gradtape_damaged_error")
}

inform <- function(message, class = NULL, ..., .envir = parent.frame()) {
  text <- paste0(cli::format_message(message, .envir = .envir), "\n")
  message(structure(class = c(class, "gradtape_message", "message", "condition"),
                    list(message = text, call = NULL, ...)))
}

# Called from C: a message without markup. `kind` is the middle of the class's name.
abort_plain <- function(text, kind) stop_with(as_sentence(text), error_class(kind))

error_class <- function(kind) paste0("gradtape_", kind, "_error")

as_sentence <- function(text) {
  substr(text, 1, 1) <- toupper(substr(text, 1, 1))
  if (grepl("[.?!]$", text)) text else paste0(text, ".")
}
