# Every error and message of this package: one place for their class and their form.

# A message in cli's markup, as an error of class `gradtape_error` and of the classes given, the
# more particular first: "gradtape_argument_error", ...
abort <- function(message, class = NULL, ..., .envir = parent.frame()) {
  cli::cli_abort(message, class = c(class, "gradtape_error"), call = NULL, ..., .envir = .envir)
}

# Called from C, where a file gave what no tensor or tape can be.
abort_damaged <- function(what, detail) {
  abort(c("The saved {what} is damaged: {detail}.", i = "Save it again from where it came."), class = "gradtape_damaged_error")
}

inform <- function(message, class = NULL, ..., .envir = parent.frame()) {
  cli::cli_inform(message, class = c(class, "gradtape_message"), ..., .envir = .envir)
}
