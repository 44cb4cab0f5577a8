# What a recording must know of the code that it runs: which call reads numbers, and whether they
# can go anywhere but to the screen. All here is called from C (eager/record.c), while a recording
# is open.

# Where a recording begins: the number of calls, and where output and messages go.
recording_place <- function() c(sys.nframe() - 1L, output_places())
output_places <- function() c(sink.number(), as.integer(stdout()), sink.number("message"))

# ---- which call ----

# The call that takes numbers out of tensors, and the call of the function that it stands in.
escape_origin <- function() {
  begin <- .Call(C_call_record_place)[1]
  k <- caller_of(sys.nframe())                  # read_values(), or R's serialize()
  while (caller_of(k) > begin && is_machinery(sys.function(caller_of(k)))) k <- caller_of(k)
  list(call = as_written(sys.call(k)), caller = sys.call(caller_of(k)))
}

# The number of the call in which call k was written; its promises may be evaluated deeper.
caller_of <- function(k) {
  parent <- sys.parents()[k]
  if (parent < k) parent else k - 1L
}

# The generic for the method, which a user does not call, and the code without what a copy of the
# function puts around its heads.
as_written <- function(call) {
  call <- without_copies(call)
  if (!is.symbol(call[[1]])) return(call)
  name <- sub(".gradtape_tensor", "", as.character(call[[1]]), fixed = TRUE)
  call[[1]] <- as.name(if (name == "as.double") "as.numeric" else name)
  call
}

# Called from C: the call of the function of ours, as the user wrote it, that makes a node; NULL for none.
call_of_operation <- function(...) {
  frame <- entry_frame()
  if (frame > 0) as_written(sys.call(frame))
}

without_copies <- function(code) {
  if (!is.call(code)) return(code)
  head <- code[[1]]
  if (is.call(head) && identical(head[[1]], quote(.gradtape_follow))) code[[1]] <- head[[2]]
  else if (is.call(head) && identical(head[[1]], quote(.gradtape_named))) code[[1]] <- as.name(head[[2]])
  for (k in seq_along(code)) if (is.call(code[[k]])) code[[k]] <- without_copies(code[[k]])
  code
}

# A function of this package, or of those that come with R?
is_machinery <- function(fun) {
  home <- topenv(environment(fun))
  isBaseNamespace(home) || isNamespace(home) && getNamespaceName(home) %in% r_packages
}
r_packages <- c("gradtape", "utils", "methods", "stats", "tools", "parallel")

# An error if numbers have escaped in this recording, unless the user allows it.
refuse_escape <- function(opened) {
  origin <- if (!is.null(opened)) .Call(C_call_record_escaped, opened)
  if (is.null(origin) || identical(getOption("gradtape.escape"), "eager")) return(invisible())
  head <- if (is.list(origin)) origin$caller[[1]]
  where <- if (is.symbol(head)) cli::format_inline("{.fn {as.character(head)}}") else "the function"
  abort(c("In {where}, numbers leave the tensors by {escape_text(origin)}: what is computed from them has no gradient.",
          i = paste("Work with the tensors themselves, {.code x[1] * x[2]} for example;",
                    "{.code x$detach()} is a tensor without a gradient."),
          i = paste("With {.code options(gradtape.escape = \"eager\")} such numbers are constants,",
                    "and the function runs eagerly at every call.")),
        class = "gradtape_escape_error")
}

# origin: what escape_origin() gave, or a text.
escape_text <- function(origin) {
  if (is.character(origin)) return(origin)
  code <- deparse1(origin$call)
  cli::format_inline("{.code {if (nchar(code) > 60) paste0(substr(code, 1, 57), '...') else code}}")
}

# In a process that was forked while a recording is open.
abort_in_child <- function() {
  abort(c(paste("A forked process, as {.fn parallel::mclapply} starts, computes with tensors of a tape:",
                "its results come back as plain numbers, without a gradient."),
          i = "Use {.fn lapply} inside the function, and compute in parallel around it."),
        class = "gradtape_escape_error")
}

# ---- only shown? ----

# Can what is being read now go nowhere but to the screen? Somewhere among the calls, with nothing
# but R's own functions between it and the reader, stands one that shows its arguments. Either it is
# this one that reads, all its arguments being there; or the reader is part of an argument, which is
# written so that nothing can keep the number.
is_only_shown <- function() {
  where <- .Call(C_call_record_place)
  k <- sys.nframe() - 1L
  while (k > where[1] && is_machinery(fun <- sys.function(k))) {
    if (shows(fun) && !is_captured(fun, k, where) && (has_its_arguments(fun, k) || is_written_out(fun, k))) return(TRUE)
    k <- k - 1L
  }
  FALSE
}

shows <- function(fun) {
  is_one_of(fun, base::cat, masks$cat, base::print, base::print.default, base::writeLines, utils::str) ||
    signals(fun)
}
signals <- function(fun) is_one_of(fun, base::message, base::stop)
is_one_of <- function(fun, ...) {
  for (one in list(...)) if (identical(fun, one)) return(TRUE)
  FALSE
}

# Can R code get at the text?
is_captured <- function(fun, k, where) {
  if (!identical(output_places(), where[-1])) return(TRUE)
  if (signals(fun)) {
    for (outer in seq_len(k - where[1] - 1L) + where[1]) {
      if (is_one_of(sys.function(outer), base::tryCatch, base::try, base::withCallingHandlers)) return(TRUE)
    }
    return(FALSE)
  }
  if (is_one_of(fun, base::writeLines)) {
    return(!is_terminal(tryCatch(get("con", sys.frame(k)), error = function(e) NULL)))
  }
  if (!is_one_of(fun, base::cat, masks$cat)) return(FALSE)
  env <- sys.frame(k)
  written <- sys.call(k)$file                   # as far as it can be told while arguments are evaluated
  file <- tryCatch(if (identical(fun, base::cat)) get("file", env) else list_of_dots(env)$file,
                   error = function(e) written)
  !is.null(file) && !identical(file, "") && !is_terminal(file)
}
is_terminal <- function(file) inherits(file, "connection") && as.integer(file) %in% c(stdout(), stderr())

list_of_dots <- function(env) eval(quote(list(...)), env)

# Have all arguments of call k been evaluated? Of one that is being evaluated R says so.
has_its_arguments <- function(fun, k) {
  env <- sys.frame(k)
  tryCatch({
    for (name in names(formals(fun))) {
      if (name == "...") list_of_dots(env)
      else if (!eval(call("missing", as.name(name)), env)) get(name, env)
    }
    TRUE
  }, error = function(e) FALSE)
}

# Do the arguments of call k hold nothing but arithmetic and the making of text, from variables that
# have their values? Then all that is read in them ends in the call; that of print(), which returns its
# argument, where its value is dropped.
is_written_out <- function(fun, k) {
  parent <- caller_of(k)
  if (is_one_of(fun, base::print, base::print.default) &&
      !(parent > 0L && is_dropped(sys.call(k), sys.function(parent)))) return(FALSE)
  env <- if (parent == 0L) globalenv() else sys.frame(parent)
  code <- without_copies(sys.call(k))
  tryCatch(all(vapply(as.list(code)[-1], keeps_nothing, NA, env)), error = function(e) FALSE)
}

# Is the call a statement, wherever it stands in the function, and not the last, whose value counts?
is_dropped <- function(call, fun) {
  attr(call, "srcref") <- NULL
  kept <- found <- 0L
  walk <- function(code, drops) {
    if (identical(code, call)) {
      found <<- found + 1L
      kept <<- kept + !drops
    } else if (is.call(code) && is.symbol(code[[1]])) {
      head <- as.character(code[[1]])
      last <- length(code)
      for (k in seq_along(code)[-1]) {
        part <- code[[k]]
        if (!missing(part)) walk(part, switch(head, `{` = k < last || drops, `if` = k > 2 && drops, `for` = k == 4,
                                              `while` = k == 3, `repeat` = TRUE, FALSE))
      }
    } else if (is.call(code) || is.pairlist(code)) {
      for (part in as.list(code)) if (!missing(part)) walk(part, FALSE)
    }
  }
  walk(body(fun), FALSE)
  found > 0L && kept == 0L
}

keeps_nothing <- function(code, env) {
  if (is.symbol(code)) {
    if (!identical(code, quote(...)) && nzchar(as.character(code))) get(as.character(code), env)
    return(!identical(code, quote(...)))
  }
  if (!is.call(code)) return(!is.language(code))
  head <- code[[1]]
  if (is.call(head) && identical(head[[1]], quote(`::`)) && as.character(head[[2]]) %in% c("base", "stats")) {
    head <- head[[3]]
  }
  if (is.call(head) && identical(head[[1]], quote(`$`))) {          # x$item()
    if (!exists(as.character(head[[3]]), tensor_members, inherits = FALSE) || !keeps_nothing(head[[2]], env)) {
      return(FALSE)
    }
  } else if (!is.symbol(head) || !as.character(head) %in% keepers_of_nothing) {
    return(FALSE)
  } else {
    fun <- get(as.character(head), env, mode = "function")
    if (!is.primitive(fun) && !is_machinery(fun)) return(FALSE)
  }
  if (identical(head, quote(`$`))) return(keeps_nothing(code[[2]], env))
  all(vapply(as.list(code)[-1], keeps_nothing, NA, env))
}
keepers_of_nothing <- c(
  "+", "-", "*", "/", "^", "%%", "%/%", "(", "[", "[[", "$", ":", "c", "rep", "list", "unlist", "length",
  "names", "dim", "head", "t", "rev", "abs", "sqrt", "exp", "log", "log10", "log2", "log1p", "expm1", "round",
  "signif", "floor", "ceiling", "trunc", "sum", "mean", "prod", "max", "min", "range", "as.numeric",
  "as.double", "as.vector", "as.matrix", "as.array", "as_array", "format", "formatC", "prettyNum", "sprintf",
  "gettextf", "paste", "paste0", "toString", "as.character", "strwrap", "is.na", "nchar", "seq_along",
  "<", ">", "<=", ">=", "==", "!=", "!", "&", "|", "&&", "||"
)
