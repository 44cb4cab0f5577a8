# Runs that are kept in a file, and gone on with.

# NULL where nobody asked; else functions: keeper (for C, after each iteration), end(), when the run has ended or was
# left, and remove(), when it came to an answer; and `resume`, what a run that was kept there left: bytes, or NULL; `x`,
# where to begin.
new_checkpoint <- function(task, method, control) {
  path <- control$checkpoint
  if (is.null(path)) return(NULL)
  key <- run_key(task, method, control)
  earlier <- if (file.exists(path)) read_checkpoint(path, key, task)
  first_value <- earlier$first_value
  now <- NULL                                                   # what is not written yet
  written <- proc.time()[["elapsed"]]
  write <- function() {
    write_checkpoint(path, list(format = 1L, key = key, first_value = first_value,
                                par = shape_parameters(now$x, task$shape), x = now$x, value = now$value,
                                iteration = now$iteration, state = now$state))
    written <<- proc.time()[["elapsed"]]
    now <<- NULL
  }
  keeper <- function(numbers, x, state) {
    now <<- list(x = x, value = numbers[["value"]] * (if (task$maximize) -1 else 1),
                 iteration = numbers[["iteration"]], state = state)
    if (is.null(first_value)) first_value <<- now$value
    if (proc.time()[["elapsed"]] - written >= control$checkpoint_seconds) write()
  }
  list(keeper = keeper, resume = earlier$state, x = if (is.null(earlier$state)) earlier$x,
       end = function() if (!is.null(now)) write(), remove = function() unlink(path))
}

# What makes a run this one. (Limits and tolerances may change.)
run_key <- function(task, method, control) {
  list(version = as.character(getNamespaceVersion("gradtape")), method = method, start = task$x, free = task$free,
       lower = task$lower, upper = task$upper, maximize = task$maximize, scale = control$scale,
       line_search = control$line_search, options = control$options)
}

read_checkpoint <- function(path, key, task) {
  kept <- tryCatch(suppressWarnings(readRDS(path)), error = function(e) NULL)
  if (!is.list(kept) || !identical(kept$format, 1L)) {
    abort(c("{.file {path}} is no file of a run, or is damaged.", i = "Remove it, or give another {.arg checkpoint}."),
          "gradtape_file_error")
  }
  differs <- names(key)[!mapply(identical, key, kept$key[names(key)])]
  value <- tryCatch(as.double(task$fn(task$x)), error = function(e) NaN)
  is_same <- isTRUE(abs(value - kept$first_value) <= 1e-8 * max(1, abs(value)))
  if (!length(differs) && !is_same) differs <- "function or data"
  if (length(differs)) {
    abort(c("{.file {path}} keeps another run: its {differs[1]} {cli::qty(1)}{?is/are} not that of this one.",
            i = "Remove it, or give another {.arg checkpoint}."), "gradtape_file_error")
  }
  inform(c(i = paste("The run goes on from iteration {kept$iteration} in {.file {path}}",
                     if (is.null(kept$state)) "(from its point: the method {.val {key$method}} begins anew there).")))
  kept
}

# All of it or nothing: a file beside it takes its place.
write_checkpoint <- function(path, kept) {
  part <- tempfile(paste0(basename(path), "_"), dirname(path))
  on.exit(unlink(part))
  to <- gzfile(part, "wb", compression = 1)
  tryCatch(saveRDS(kept, to), finally = close(to))
  if (!file.rename(part, path)) abort("{.file {path}} could not be written.", "gradtape_file_error")
}

check_checkpoint <- function(path, seconds) {
  check_number(seconds, "checkpoint_seconds", min = 0)
  if (is.null(path)) return(invisible())
  check_string(path, "checkpoint")
  if (!dir.exists(dirname(path))) {
    abort("{.arg checkpoint}: there is no folder {.file {dirname(path)}}.", "gradtape_file_error")
  }
}

# For what makes many runs.
check_no_checkpoint <- function(control, what) {
  if (!is.null(control$checkpoint)) abort("{.arg checkpoint} keeps one run of {.fn minimize}; {what} makes others.")
}
