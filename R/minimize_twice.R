# Small problems with constraints are solved twice, by two methods: the better answer counts.

# (Options, and whoever looks on, are of one method's run.)
is_run_twice <- function(choice, control, run) {
  !is.null(choice$second) && is.null(control$callback) && !control$path && !length(control$options) &&
    is.null(control$line_search) && !run$status %in% c("interrupted", "time", "unbounded")
}

# The better run, with the counts of both, and which method's it is.
better_of_two <- function(task, choice, control, run) {
  second <- run_method(task, choice$second, control, task$x)
  second <- leave_saddles(task, choice$second, control, second)
  counts <- run$counts + second$counts
  if (is_better(second, run, if (task$maximize) -1 else 1)) {
    run <- second
    choice[c("name", "why")] <- list(choice$second, paste0(choice$why, "; better than \"", choice$name, "\""))
  } else {
    choice$why <- paste0(choice$why, "; \"", choice$second, "\" found nothing better")
  }
  run$counts <- counts
  list(run = run, choice = choice)
}

# Converged where the other is not, then feasible, then lower by more than two methods may differ at one minimum; else
# with multipliers that are far smaller, where gradients depend on each other and many fit.
is_better <- function(run, other, sign, same = 1e-6) {
  converged <- c(is_converged(run) && !run$is_saddle, is_converged(other) && !other$is_saddle)
  if (converged[1] != converged[2]) return(converged[1])
  feasible <- c(is_loosely_feasible(run), is_loosely_feasible(other))
  if (feasible[1] != feasible[2]) return(feasible[1])
  lower <- sign * (other$value - run$value) / max(1, abs(other$value))
  size <- function(run) max(0, abs(run$multipliers), abs(run$bound_multipliers))
  converged[1] && isTRUE(lower > same || lower >= -same && 1e4 * (1 + size(run)) < size(other))
}
