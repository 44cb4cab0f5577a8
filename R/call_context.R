# Reading the call stack: which of our functions the user called and with what, and what the
# caller will do with a value.

# ---- the argument that is no value ----

# Called from C, where x came that is no value for an operation. The user knows the
# function of ours that was called first, and its arguments; `otherwise` names x else.
abort_no_value <- function(x, otherwise) {
  frame <- entry_frame()
  where <- if (frame > 0) argument_in_call(x, frame)
  if (is.null(where)) where <- cli::format_inline("{.arg {otherwise}}")
  abort("{where} must be numeric or a tensor, not {given(x)}.")
}

# Called from C, where an operation failed: under the name of the function that the user called,
# and with the names of the arguments that do not fit each other.
abort_operation <- function(what, ignored) {
  frame <- entry_frame()
  where <- if (frame > 0) called_name(sys.call(frame), sys.function(frame))
  pair <- if (frame > 0 && what$inputs[1] > 0) arguments_at(what$inputs, frame, what$message)
  text <- paste0(where %||% operation_name(what$op), if (length(pair)) paste0(", ", paste(pair, collapse = " and ")),
                 ": ", what$message)
  stop_with(as_sentence(text), error_class(what$class))
}

# Called from C. what: the operation, its input whose gradient has a NaN, which input that is, and the call.
abort_anomaly <- function(what, ignored) {
  op <- what[[1]]
  name <- if (op == "custom") "`backward()` of a function with its own derivative" else operation_name(op)
  shape <- paste(value_shape(what[[2]]), collapse = ", ")
  position <- what[[3]]
  call <- what[[4]]
  hint <- if (is.null(call)) "Compute the function inside {.code with_detect_anomaly()} as well to see the call."
          else "It was computed by {.code {paste(deparse(call, nlines = 2L), collapse = ' ')}}."
  abort(c("The backward pass made a NaN in {name}, in the gradient of its input {position}, of shape [{shape}].",
          i = hint), "gradtape_numeric_error", operation = op, made_by = call)
}

# "`max()`", "`+`", "`$sum()`": what the user typed; NULL where that is no name that one knows.
called_name <- function(call, fun) {
  typed <- call[[1]]
  if (is.call(typed) && identical(typed[[1]], quote(`$`))) return(paste0("`$", as.character(typed[[3]]), "()`"))
  if (is.call(typed) && identical(typed[[1]], quote(`::`))) typed <- typed[[3]]
  name <- if (is.symbol(typed)) sub(".gradtape_tensor", "", as.character(typed), fixed = TRUE) else ""
  if (!is_known_function(name)) {               # lapply(x, torch_sum)
    exports <- getNamespaceExports(topenv())
    name <- exports[vapply(exports, function(export) identical(get(export, topenv()), fun), NA)][1]
    if (is.na(name)) return(NULL)
  }
  paste0("`", name, if (make.names(name) == name) "()", "`")
}
is_known_function <- function(name) {
  nzchar(name) && (exists(name, topenv(), inherits = FALSE) || exists(name, baseenv(), inherits = FALSE) ||
                     name %in% getNamespaceExports("stats"))
}

# The function of R, or of this package, that an operation is called by; as it is named itself
# where there is none.
operation_name <- function(op) {
  own <- c(add = "+", sub = "-", mul = "*", div = "/", pow = "^", power = "^", remainder = "%%", floordiv = "%/%",
           matmul = "%*%", take = "[", replace = "[<-", slice = "[")[op]
  if (!is.na(own)) return(paste0("`", own, "`"))
  typed <- c(amax = "max", amin = "min", argmax = "which.max", argmin = "which.min", inv = "solve",
             trisolve = "backsolve", cholesky = "chol", slogdet = "determinant", eigh = "eigen", cat = "c",
             norm2 = "torch_norm", permute = "aperm", expand = "torch_expand", reshape = "torch_reshape")[op]
  paste0("`", if (is.na(typed)) op else typed, "()`")
}

# The names of the arguments at the positions of an operation's inputs, if the function hands its
# arguments on as they are: then they have the shapes that the message tells.
arguments_at <- function(at, frame, message) {
  names <- setdiff(names(formals(sys.function(frame))), "...")[at]
  if (anyNA(names) || names[1] %in% c("e1", "e2")) return(NULL)
  for (name in names) {
    text <- tryCatch(shape_text(get(name, sys.frame(frame))), error = function(e) NULL)
    if (is.null(text) || !grepl(text, message, fixed = TRUE)) return(NULL)
  }
  paste0("`", names, "`")
}

# The frame of the function of ours that other code called; 0 for none.
entry_frame <- function() {
  entry <- 0L
  for (k in rev(seq_len(sys.nframe() - 2L))) {
    fun <- sys.function(k)
    home <- topenv(environment(fun))
    if (isBaseNamespace(home)) next                 # lapply() and the like
    if (!identical(home, topenv()) || entry > 0 && runs_code(fun)) break
    if (!runs_code(fun)) entry <- k
  }
  entry
}
# Does the function only run what the user wrote as its argument?
runs_code <- function(fun) {
  identical(fun, with_no_grad) || identical(fun, with_enable_grad) || identical(fun, with_detect_anomaly)
}

# Where x is among the arguments of a call; NULL when it is not there.
argument_in_call <- function(x, frame) {
  env <- sys.frame(frame)
  fun <- sub(".gradtape_tensor", "", deparse1(sys.call(frame)[[1]]), fixed = TRUE)
  if (nchar(fun) > 40) fun <- "the function"
  arguments <- names(formals(sys.function(frame)))
  for (name in arguments) {
    # an argument without a value is unlike any x
    values <- tryCatch(if (name == "...") eval(quote(list(...)), env) else list(get(name, env)),
                       error = function(e) list(env))
    for (k in seq_along(values)) {
      part <- position_in(x, values[[k]])
      if (is.null(part)) next
      if (name == "...") return(paste0("Argument ", k + match("...", arguments) - 1, " of ", fun, "()"))
      if (name == "e1") return(paste0("The left side of `", fun, "`"))
      if (name == "e2") return(paste0("The right side of `", fun, "`"))
      return(paste0(cli::format_inline("{.arg {name}}"), part))
    }
  }
  NULL
}

# "" if they are the same, or which element of a list it is.
position_in <- function(x, value) {
  if (identical(x, value)) return("")
  if (!is.list(value) || is.object(value)) return(NULL)
  at <- which(vapply(value, identical, NA, x))
  if (length(at)) paste0(": element ", at[1])
}

# ---- the caller ----

# Is `frame` that of a method of an R6 object, or of a function inside one? (A method's enclosure
# holds its object as `self`.)
is_method_of <- function(object, frame) identical(get0("self", parent.env(frame)), object)

# The code of the function that runs in a frame; NULL where none does.
code_of_frame <- function(frame) {
  for (k in rev(seq_len(sys.nframe()))) if (identical(sys.frame(k), frame)) return(body(sys.function(k)))
  NULL
}

calls_any <- function(call, names) is.call(call) && is.symbol(call[[1]]) && as.character(call[[1]]) %in% names

# Is this the call of a function that only shows its arguments?
only_shows <- function(call) calls_any(call, showing)
showing <- c("cat", "print", "message", "warning")

conversions <- c("as_array", "as.array", "as.numeric", "as.double", "as.vector", "as.character", "format",
                 "formatC", "sprintf", "paste", "paste0", "round", "signif", "as.character.default", "lapply",
                 "FUN", ".makeMessage")
