# Code as a value that a function evaluates, and errors that it hides.

evaluation_masks <- function() list(
  eval = function(expr, envir = parent.frame(),
                  enclos = if (is.list(envir) || is.pairlist(envir)) parent.frame() else baseenv()) {
    evaluate(expr, envir, enclos, parent.frame())
  },
  eval.parent = function(expr, n = 1) {
    evaluate(expr, parent.frame(n + 1), baseenv(), parent.frame())
  },
  try = function(expr, ...) base::try(noting_errors(expr), ...),
  tryCatch = function(expr, ...) base::tryCatch(noting_errors(expr), ...)
)

# Heads of calls are replaced by what they stand for in a copy, as `envir` may be no copy's.
evaluate <- function(expr, envir, enclos, caller) {
  copies <- get0(".gradtape_copies", caller)
  if (is.null(copies) || !is.language(expr) || is.name(expr)) return(base::eval(expr, envir, enclos))
  if (is.numeric(envir)) envir <- sys.frame(envir)
  names <- if (is.environment(envir)) envir else list2env(as.list(envir), parent = enclos)
  base::eval(with_meanings(expr, names, copies), envir, enclos)
}

with_meanings <- function(code, names, copies) {
  if (is.expression(code)) return(as.expression(lapply(code, with_meanings, names, copies)))
  if (!is.call(code)) return(code)
  head <- code[[1]]
  if (is.name(head)) {
    name <- as.character(head)
    if (name == "function") return(function_with_copies(code, names))
    if (name %in% c("quote", "bquote", "substitute", "expression", "~", "::", ":::")) return(code)
    assigns <- name %in% c("<-", "<<-", "=")
    f <- if (!assigns) tryCatch(get0(name, names, mode = "function"), error = function(e) NULL)
    code <- without_empty(code, name)
    meaning <- if (is.function(f)) meaning_of(name, f, copies)
    if (!is.null(meaning)) code[[1]] <- meaning
  } else {
    assigns <- FALSE
    code[[1]] <- with_meanings(head, names, copies)
  }
  for (k in seq_along(code)[-seq_len(1 + assigns)]) {
    part <- code[[k]]
    if (!missing(part) && is.call(part)) code[[k]] <- with_meanings(part, names, copies)
  }
  code
}

# A function that is written in such code, below a copy: else it is copied when it is reached.
function_with_copies <- function(code, names) {
  if (!exists(".gradtape_copies", names)) return(code)
  found <- visible(unique(all.names(code)), names)
  looked_up <- c(names(code[[2]]), names(found)[!vapply(found, function(f) is.function(f) && !follows(f), NA)])
  with_copies(code, new_walk(looked_up, character(), subsets_of_base(code[[3]], names)))
}

# The first error that try() or tryCatch() of a user's function hides: where tensors lead to another value than
# numbers, it says why.
noting_errors <- function(code) {
  withCallingHandlers(code, error = function(e) if (is.null(hidden$error)) hidden$error <- e)
}
hidden <- new.env()
