# Minimization from many starts.

#' Minimize from many starts
#'
#' Runs [minimize()] from many points, on as many processes as [future::plan()] has set up, and says which minima were
#' found and how often.
#'
#' `fn` is recorded once and its tape sent once to each process; which process does what changes nothing in the answer.
#' It is the same for one seed ([set.seed()]) under any plan and any number of processes: starts are drawn here, before,
#' each run has its own stream of random numbers, and each begins with the tape as it was sent, whatever ways through
#' `fn` were recorded since. Without the package \pkg{future}, or with its plan `sequential` (the default), everything
#' runs in this process. A run that stops with an error is kept as a row with its message; so are those of a process
#' that died and was begun again twice. Progress is told by \pkg{progressr} where it is loaded.
#'
#' Two runs have found the same minimum when their values differ by at most `tol_same` times the larger of the value's
#' size and 1, and no parameter by more than `tol_same` times the larger of its size and 1 (for a parameter whose bounds
#' are finite, than `tol_same` times their distance, where that is more). Only runs that converged count.
#'
#' @param fn,par,...,method,eq,ineq,ineq_lower,ineq_upper,gr,he,fixed,control As for [minimize()]. `par` is the first
#'   start.
#' @param n How many starts, `par` among them.
#' @param lower,upper Bounds, as for [minimize()], and the box in which starts are drawn.
#' @param starts Where to start: `"sobol"`, evenly in the box (Sobol's sequence with a random shift, from package
#'   \pkg{qrng}); `"lhs"`, a Latin hypercube; `"normal"`, normal around `par`, with the standard deviation of a quarter
#'   of the box where it is finite, else the larger of the parameter's size and 1. Or a matrix or data frame with a
#'   start in each row; `n` and the start's numbers then do not matter.
#' @param bounded If `FALSE`, `lower` and `upper` are only the box of the starts, and no bounds of the search.
#' @param rule `"all"`: run from every start. `"mlsl"`: multi-level single linkage (Rinnooy Kan and Timmer 1987): no run
#'   from a point which has another within a critical distance at which the function is lower, and an end when the
#'   number of minima that Bayes' rule expects is less than half a minimum above the number that was found (Boender and
#'   Rinnooy Kan 1987). Starts must then be spread evenly over finite bounds; `n` is the most that are looked at.
#' @param tol_same See above.
#' @return The best of the minima, an object of class `minimum`, with a list `multistart`, which [print()] shows too:
#'   - `minima`: a data frame with a row for each minimum that was found, the best first: its `value`, `count` of the
#'     runs that led to it, `basin` (their share of the runs, an estimate of its basin's share of the box where starts
#'     are spread evenly), and the parameters;
#'   - `runs`: a data frame with a row for each start: `minimum` (a row of `minima`; `NA` where the run did not
#'     converge), `value`, `convergence`, `iterations`, `evaluations` and `message`, which of a run that failed is the
#'     error's; runs that the rule left out have `convergence` `NA` and no message;
#'   - `starts` and `ends`: matrices of the points, a row for each run;
#'   - `expected`: how many minima there are, as Bayes' rule expects from these runs, `Inf` where they are too few to
#'     say.
#' @section Errors: as for [minimize()]; starts in a box that is not finite; every run failed.
#' @references
#' Rinnooy Kan and Timmer (1987), Stochastic global optimization methods, part II: multi level methods, *Mathematical
#' Programming* 39, 57-78.
#' Boender and Rinnooy Kan (1987), Bayesian stopping rules for multistart global optimization methods, *Mathematical
#' Programming* 37, 59-80.
#' @seealso [fit_many()] for many functions or data sets.
#' @examples
#' camel <- function(x) {
#'   (4 - 2.1 * x[1]^2 + x[1]^4 / 3) * x[1]^2 + x[1] * x[2] + 4 * (x[2]^2 - 1) * x[2]^2
#' }
#' set.seed(1)
#' fit <- minimize_multistart(camel, c(1, 1), 20, lower = c(-3, -2), upper = c(3, 2), starts = "lhs")
#' fit
#' fit$multistart$minima
#' @export
minimize_multistart <- function(fn, par, n = 100, lower = -Inf, upper = Inf, ..., starts = c("sobol", "lhs", "normal"),
                                bounded = TRUE, rule = c("all", "mlsl"), tol_same = 1e-4, method = "auto", eq = NULL,
                                ineq = NULL, ineq_lower = -Inf, ineq_upper = 0, gr = NULL, he = NULL, fixed = NULL,
                                control = minimize_control()) {
  started <- proc.time()[["elapsed"]]
  control <- check_control(control)
  check_no_checkpoint(control, "{.fn minimize_multistart}")
  check_flag(bounded, "bounded")
  rule <- check_choice(rule, "rule", c("all", "mlsl"))
  check_number(tol_same, "tol_same", above = 0)
  if (inherits(fn, "gradtape_sharded")) {
    abort("A sharded objective has the processes for itself: minimize it from one start after the other.")
  }
  if (missing(par)) par <- start_of_tape(fn)
  constraints <- list(eq = eq, ineq = ineq, lower = ineq_lower, upper = ineq_upper)
  task <- new_task_of(fn, par, function_name(substitute(fn)), list(...), gr, he, method, control, constraints)
  search <- search_of(task, lower, upper, bounded, fixed, control)
  choice <- choose_method(method, search$task)
  X <- drawn_starts(starts, n, search$task, search$box)
  streams <- random_streams(nrow(X))
  functions <- c(list(fn, gr, he, eq, ineq, control$callback), list(...))
  sent <- sent_search(search$task, choice, control)
  run <- function(rows) {
    starts <- lapply(rows, function(k) unname(X[k, ]))
    parallel_map(starts, "run_from_start", sent, functions, streams[rows])
  }
  found <- if (rule == "mlsl") mlsl_runs(run, X, search, tol_same) else run(seq_len(nrow(X)))
  full_run <- function(k) result_here(unname(X[k, ]), "minimum_from", sent, streams[[k]])
  new_multistart(found, X, search, full_run, tol_same, started, sys.call())
}

# The task in its space, and the box of its starts.
search_of <- function(task, lower, upper, bounded, fixed, control) {
  boxed <- within_space(task, lower, upper, fixed)
  box <- boxed[c("lower", "upper")]
  if (!bounded) boxed <- within_space(task, -Inf, Inf, fixed)
  boxed$maximize <- control$maximize
  list(task = boxed, box = box)
}

# ---- runs ----

# What a process is sent once.
sent_search <- function(task, choice, control) {
  control$progress <- FALSE
  list(task = task, choice = choice, control = control,
       states = if (is.null(names(task$problem))) task$problem[1],
       compiled = if (control$compile) list(task$tape))
}

# What comes back from a run.
run_from_start <- function(sent, x) {
  fit <- minimum_from(sent, x)
  list(par = unname(flat_par(fit)), value = fit$value, convergence = fit$convergence, iterations = fit$iterations,
       evaluations = fit$counts[["value"]], message = fit$message)
}

minimum_from <- function(sent, x) {
  task <- sent$task
  task$notes$error <- NULL
  task$x <- if (task$is_bounded) pmin(pmax(x, task$lower), task$upper) else x
  minimum_of(task, sent$choice, sent$control, proc.time()[["elapsed"]], NULL)
}

# ---- the answer ----

# full_run: a function of the number of a start, which makes its run again, for all that a minimum holds.
new_multistart <- function(found, X, search, full_run, tol_same, started, call) {
  runs <- runs_table(found)
  is_run <- !is.na(runs$value)
  if (!any(is_run)) abort_all_failed(runs)
  ends <- ends_of(found, X)
  clusters <- cluster_minima(runs, ends, search, tol_same)
  runs <- cbind(minimum = clusters$member, runs)
  best <- best_run(runs, clusters, search$task)
  fit <- full_run(best)
  fit$call <- call
  fit$time <- proc.time()[["elapsed"]] - started
  fit$multistart <- list(minima = minima_table(clusters, runs, ends), runs = runs, starts = X, ends = ends,
                         expected = attr(found, "expected") %||%
                           expected_minima(length(clusters$leader), sum(!is.na(runs$minimum))))
  class(fit) <- c("minimum_multistart", class(fit))
  fit
}

runs_table <- function(found) {
  number <- function(name) {
    vapply(found, function(run) if (is.null(run) || is_failure(run)) NA_real_ else as.double(run[[name]]), 0)
  }
  data.frame(value = number("value"), convergence = number("convergence"), iterations = number("iterations"),
             evaluations = number("evaluations"),
             message = vapply(found, function(run) paste(run$message, collapse = " "), ""))
}

ends_of <- function(found, X) {
  X[] <- NA
  for (k in seq_along(found)) if (!is.null(found[[k]]$par)) X[k, ] <- found[[k]]$par
  X
}

abort_all_failed <- function(runs) {
  first <- runs$message[nzchar(runs$message)][1]
  abort(c("None of the {nrow(runs)} runs came to a value.", i = paste("The first ended with: {first}")))
}

# The best that converged, else the best.
best_run <- function(runs, clusters, task) {
  if (length(clusters$leader)) return(clusters$leader[1])
  (if (task$maximize) which.max else which.min)(runs$value)
}

# ---- which minima ----

# leader: the best run of each minimum, best first; member: the minimum of each run, or NA.
cluster_minima <- function(runs, ends, search, tol_same) {
  sign <- if (search$task$maximize) -1 else 1
  member <- rep(NA_integer_, nrow(runs))
  leader <- integer()
  width <- search$box$upper - search$box$lower
  width[!is.finite(width)] <- 0
  for (k in order(sign * runs$value)) {
    if (!isTRUE(runs$convergence[k] == 0)) next
    x <- ends[k, ]
    values <- runs$value[leader]
    as_low <- which(abs(runs$value[k] - values) <= tol_same * pmax(1, abs(values)))
    is_same <- vapply(leader[as_low], function(l) {
      all(abs(x - ends[l, ]) <= tol_same * pmax(1, abs(ends[l, ]), width))
    }, NA)
    if (!any(is_same)) leader <- c(leader, k)
    member[k] <- if (any(is_same)) as_low[which(is_same)[1]] else length(leader)
  }
  list(leader = leader, member = member)
}

minima_table <- function(clusters, runs, ends) {
  count <- tabulate(runs$minimum, length(clusters$leader))
  data.frame(value = runs$value[clusters$leader], count = count, basin = count / max(1, sum(!is.na(runs$value))),
             ends[clusters$leader, , drop = FALSE], check.names = FALSE)
}

# Of w minima that n runs found: Boender and Rinnooy Kan (1987), theorem for equal prior weights.
expected_minima <- function(w, n) if (n > w + 2) w * (n - 1) / (n - w - 2) else Inf

# ---- multi-level single linkage ----

# Points are looked at in rounds. In each, of the lower half of all points so far those are run from that have no lower
# one within the critical distance; the others count as leading to what that one leads to.
mlsl_runs <- function(run, X, search, tol_same) {
  task <- search$task
  width <- (search$box$upper - search$box$lower)[task$free]
  if (!all(is.finite(width))) {
    abort("{.code rule = \"mlsl\"} needs finite {.arg lower} and {.arg upper} for every parameter.")
  }
  unit <- sweep(sweep(X[, task$free, drop = FALSE], 2, search$box$lower[task$free]), 2, pmax(width, 1e-300), "/")
  values <- start_values(task, X)
  found <- vector("list", nrow(X))
  size <- min(nrow(X), max(50, 10 * ncol(unit)))
  for (seen in unique(c(seq(size, nrow(X), by = size), nrow(X)))) {
    rows <- promising(unit, values, seen, which(!vapply(found, is.null, NA)))
    found[rows] <- run(rows)
    clusters <- cluster_minima(runs_table(found), ends_of(found, X), search, tol_same)
    w <- length(clusters$leader)
    expected <- expected_minima(w, ceiling(seen / 2))
    if (w > 0 && expected < w + 0.5) break
  }
  structure(found, expected = expected)
}

# In the direction of descent; Inf where the function is not defined.
start_values <- function(task, X) {
  sign <- if (task$maximize) -1 else 1
  vapply(seq_len(nrow(X)), function(k) {
    value <- tryCatch(sign * as.double(task$fn(unname(X[k, ]))), error = function(e) Inf)
    if (is.na(value)) Inf else value
  }, 0)
}

# Of the first `seen` points, those to run from that were not: among the lowest half, without a lower one within the
# critical distance, (gamma(1 + d / 2) sigma log(seen) / seen)^(1 / d) / sqrt(pi) in the unit cube, with sigma = 2.
promising <- function(unit, values, seen, done) {
  d <- ncol(unit)
  distance <- (exp(lgamma(1 + d / 2)) * 2 * log(seen) / seen)^(1 / d) / sqrt(pi)
  lowest <- order(values[seq_len(seen)])[seq_len(ceiling(seen / 2))]
  stays <- vapply(seq_along(lowest), function(k) {
    lower <- lowest[seq_len(k - 1)]
    gap <- sqrt(rowSums(sweep(unit[lower, , drop = FALSE], 2, unit[lowest[k], ])^2))
    is.finite(values[lowest[k]]) && !any(gap <= distance)
  }, NA)
  sort(setdiff(lowest[stays], done))
}

# ---- what users see ----

#' @export
print.minimum_multistart <- function(x, ..., most = 10) {
  NextMethod()
  m <- x$multistart
  failed <- sum(is.na(m$runs$value) & nzchar(m$runs$message))
  left_out <- sum(is.na(m$runs$value) & !nzchar(m$runs$message))
  n_run <- sum(!is.na(m$runs$value))
  cat(cli::format_inline("{n_run} run{?s} from {nrow(m$runs)} start{?s}: {nrow(m$minima)} minim{?um/a}"),
      if (failed) paste0(", ", failed, " failed"), if (left_out) paste0(", ", left_out, " left out"), "\n", sep = "")
  print(utils::head(m$minima[c("value", "count", "basin")], most), digits = 6)
  if (nrow(m$minima) > most) cat("... and", nrow(m$minima) - most, "more\n")
  invisible(x)
}
