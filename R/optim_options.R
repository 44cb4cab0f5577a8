# Options of methods, as the tables in src/solvers say: R asks there for what they are, what
# they may be, and what they mean.

# A list of options, each a list: name, kind, may_be_null, default, the range (min, max, above,
# below; two of each for a pair), words, meaning.
method_options <- function(method) .Call(C_call_method_options, method)

# What is wrong with the options in a list, in words; NULL when nothing is.
option_fault <- function(method, options) {
  fault <- .Call(C_call_option_fault, method, options)
  if (is.null(fault)) return(NULL)
  name <- fault[1]
  if (name == "") return(conflict_text(fault[2], options))
  value <- options[[name]]
  option <- Filter(function(o) o$name == name, method_options(method))[[1]]
  expected <- beyond_range(value, option) %||% option_expected(option)
  cli::format_inline("{.arg {name}} must be {expected}, not {given(value)}.")
}

# "`nesterov` needs `momentum` above 0, not nesterov = TRUE, momentum = 0."
conflict_text <- function(text, options) {
  named <- unlist(regmatches(text, gregexpr("(?<=`)[a-z0-9_]+(?=`)", text, perl = TRUE)))
  values <- vapply(options[named], deparse1, "")
  paste0(text, ", not ", paste0(named, " = ", values, collapse = ", "), ".")
}

# For a number that is too large only.
beyond_range <- function(value, option) {
  if (!is.numeric(value) || length(value) != 1 || is.na(value) || value <= option$max[1]) return(NULL)
  if (option$kind == "whole") "below 2^31"
  else if (option$kind == "number" && option$max[1] == max_of_doubles) "finite"
}
max_of_doubles <- .Machine$double.xmax

# "one number of at least 0": what an option may be.
option_expected <- function(option) {
  text <- switch(option$kind,
    flag = "TRUE or FALSE",
    choice = return(choice_text(option)),
    whole = paste0("one whole number", option_range(option, 1)),
    number = paste0("one number", option_range(option, 1)),
    pair = paste0("two numbers, ", pair_range(option))
  )
  if (option$may_be_null) paste("NULL or", text) else text
}

choice_text <- function(option) {
  words <- vapply(option$words, function(word) cli::format_inline("{.val {word}}"), "")
  words <- c(if (option$may_be_null) "NULL", words)
  cli::format_inline("{.or {words}}")
}

option_range <- function(option, k) {
  min <- if (abs(option$min[k]) < max_of_doubles) option$min[k] else -Inf
  max <- if (option$max[k] < if (option$kind == "whole") 2^31 - 1 else max_of_doubles) option$max[k] else Inf
  range_text(if (option$above[k]) -Inf else min, if (option$below[k]) Inf else max,
             above = if (option$above[k]) min, below = if (option$below[k]) max)
}

pair_range <- function(option) {
  first <- option_range(option, 1)
  second <- option_range(option, 2)
  if (first != second) return(paste0("the first", first, ", the second", second))
  paste0("each", first, if (option$rising) ", the second not below the first")
}

# Called from C, where a step met options that are not good.
abort_options <- function(options, method) {
  fault <- option_fault(method, options)
  abort("{fault}", "gradtape_argument_error")
}

# For roxygen: "@param lr Step length; at least 0." and so on: the arguments of an optimizer.
option_params <- function(method, except = NULL) {
  options <- Filter(function(o) !o$name %in% except, method_options(method))
  c(paste("@param params A tensor, or a list of tensors: leaves that require gradients. Or a list of groups,",
          "each a list of `params` and options of its own; see [optimizer]."),
    vapply(options, function(o) paste("@param", o$name, option_help(o)), ""))
}

option_help <- function(option) {
  range <- switch(option$kind, number = , whole = option_range(option, 1), pair = paste0(" ", pair_range(option)), "")
  range <- sub("^ (of )?", "", range)
  if (!nzchar(range)) return(paste0(option$meaning, if (!grepl("[?.]$", option$meaning)) "."))
  paste0(option$meaning, "; ", range, ".")
}
