# Many independent pieces of work, on the processes of the user's future::plan().

# The results of work(task, item) for each of the items, in their order; of class `gradtape_failure` where it stopped.
# They are the same under every plan: each item begins with the task as it stands here, and with its own stream of
# random numbers. work: the name of a function of this package. task: a list that each process is sent once; `states`:
# of the tapes in it; `compiled`: tapes (their private environments) that are to be compiled there. functions: the
# user's, whose global variables go along.
parallel_map <- function(items, work, task, functions = list(), streams = random_streams(length(items))) {
  if (!length(items)) return(list())
  bytes <- serialize(task, NULL)
  processes <- planned_processes()
  if (processes == 0) return(run_items(bytes, work, items, streams, progress_steps(length(items))))
  send <- list(bytes = bytes, work = work, version = package_version_text(), globals = sent_globals(functions))
  n <- min(length(items), processes)
  # (dealt out like cards: neighbours are often alike)
  parts <- split(seq_along(items), rep_len(seq_len(n), length(items)))
  results <- vector("list", length(items))
  done <- run_parts(parts, items, streams, send, progress_steps(length(items)))
  for (k in seq_along(parts)) results[parts[[k]]] <- done[[k]]
  results
}

# The result of one piece, as a worker would have it.
result_here <- function(item, work, task, stream) {
  run_items(serialize(task, NULL), work, list(item), list(stream))[[1]]
}

# 0 where everything is to be done in this process.
planned_processes <- function() {
  if (!requireNamespace("future", quietly = TRUE) || inherits(future::plan("next"), "sequential")) return(0)
  min(future::nbrOfWorkers(), most_processes)
}
# (a scheduler has no number of its own)
most_processes <- 1000

# (where this package was found, too)
known_libraries <- function() unique(c(dirname(getNamespaceInfo("gradtape", "path")), .libPaths()))
package_version_text <- function() as.character(getNamespaceVersion("gradtape"))

# ---- here, or in a worker ----

run_items <- function(bytes, work, items, streams, step = function(amount) NULL) {
  work <- get(work, envir = topenv())
  task <- received_task(bytes)
  every <- ceiling(length(items) / 100)
  results <- vector("list", length(items))
  for (k in seq_along(items)) {
    known <- count_recordings(task$states)
    results[[k]] <- with_random_state(streams[[k]], tryCatch(work(task, items[[k]]), error = failure_of))
    # What it learned may change the last digits of the next.
    if (count_recordings(task$states) != known) task <- received_task(bytes)
    if (k %% every == 0 || k == length(items)) step(if (k %% every) k %% every else every)
  }
  results
}

failure_of <- function(e) {
  structure(list(message = trimws(conditionMessage(e)), class = class(e)), class = "gradtape_failure")
}
is_failure <- function(x) inherits(x, "gradtape_failure")

received_task <- function(bytes) {
  task <- unserialize(bytes)
  for (tape in task$compiled) if (!is.null(tape)) compile_task(tape)
  task
}

count_recordings <- function(states) {
  sum(vapply(states, function(state) length(.Call(C_call_tape_recordings, state)), 0L))
}

# ---- workers ----

# A future for each part. One whose process dies is begun again, at most twice.
run_parts <- function(parts, items, streams, send, step) {
  launch <- function(k) {
    part <- c(send, list(items = items[parts[[k]]], streams = streams[parts[[k]]], step = step))
    arguments <- list(enter = worker_entry(enter_worker), libraries = known_libraries(), part = serialize(part, NULL))
    future::future(quote(enter(libraries, part)), substitute = FALSE, globals = arguments, packages = character(),
                   seed = NULL, lazy = FALSE)
  }
  result_of <- function(k, tries) {
    tryCatch(future::value(futures[[k]]), FutureError = function(e) {
      again <- if (tries < most_restarts) tryCatch(launch(k), FutureError = function(e) NULL)
      if (is.null(again)) return(rep(list(failure_of(e)), length(parts[[k]])))
      futures[[k]] <<- again
      result_of(k, tries + 1)
    })
  }
  futures <- lapply(seq_along(parts), launch)
  lapply(seq_along(parts), result_of, tries = 0)
}
most_restarts <- 2

# What a worker runs first stands alone, and gets the rest as bytes: whatever names this package would load it, from
# where the worker finds one, before it has heard of the libraries of the session that asks.
worker_entry <- function(f) as.function(c(formals(f), body(f)), envir = baseenv())

enter_worker <- function(libraries, part) {
  .libPaths(unique(c(libraries, .libPaths())))
  if (!requireNamespace("gradtape", quietly = TRUE)) {
    stop("the worker on ", Sys.info()[["nodename"]], " has no package gradtape in ",
         paste(.libPaths(), collapse = ", "))
  }
  get("run_part", envir = asNamespace("gradtape"))(unserialize(part))
}

run_part <- function(part) {
  prepare_worker(part$version, part$globals)
  run_items(part$bytes, part$work, part$items, part$streams, part$step)
}

prepare_worker <- function(version, globals) {
  if (version != package_version_text()) {
    abort("The worker on {Sys.info()[['nodename']]} has gradtape {package_version_text()}, and not {version}.",
          "gradtape_worker_error")
  }
  for (package in globals$packages) {
    suppressPackageStartupMessages(library(package, character.only = TRUE, warn.conflicts = FALSE))
  }
  options(globals$options)
  if (length(globals$variables)) list2env(globals$variables, envir = globalenv())
  invisible()
}

# ---- what functions need of this session ----

# Their global variables, the packages where they find others, and options of this package. (What a function made
# elsewhere needs travels with its environment.)
sent_globals <- function(functions) {
  check_suggested("codetools", "Work on other processes")
  needs <- list2env(list(variables = list(), packages = character(), seen = list()))
  for (f in functions) add_needs(f, needs)
  ours <- options()
  list(variables = needs$variables, packages = needs$packages, options = ours[startsWith(names(ours), "gradtape.")])
}

add_needs <- function(f, needs) {
  if (inherits(f, "gradtape_tape")) return(add_needs(tape_private(f)$original, needs))
  is_seen <- vapply(needs$seen, identical, NA, f)
  if (!is.function(f) || is.primitive(f) || any(is_seen) || is_of_package(f)) return(invisible())
  needs$seen <- c(needs$seen, f)
  for (name in suppressWarnings(codetools::findGlobals(f))) add_need(name, environment(f), needs)
}

# (that of a tape is bound in a frame upon the base namespace)
is_of_package <- function(f) {
  home <- topenv(environment(f))
  isNamespace(home) && (!identical(home, .BaseNamespaceEnv) || identical(environment(f), home))
}

add_need <- function(name, from, needs) {
  home <- home_of(name, from)
  if (is.null(home)) return(invisible())
  package <- sub("^package:", "", environmentName(home))
  if (startsWith(attr(home, "name") %||% "", "package:")) {
    if (!package %in% c("gradtape", "base")) needs$packages <- union(needs$packages, package)
    return(invisible())
  }
  value <- get(name, envir = home)
  if (identical(home, globalenv())) needs$variables[name] <- list(value)
  add_needs(value, needs)
}

# The environment, from this one outwards, that has a variable.
home_of <- function(name, from) {
  while (!identical(from, emptyenv())) {
    if (exists(name, envir = from, inherits = FALSE)) return(from)
    from <- parent.env(from)
  }
}

# ---- progress ----

# A function that tells progressr of so many items done; nothing where nobody listens.
progress_steps <- function(n) {
  if (!isNamespaceLoaded("progressr")) return(function(amount) NULL)
  tell <- progressr::progressor(steps = n, envir = parent.frame())
  function(amount) tell(amount = amount)
}
