# Many processes in tests.

# Runs code under a plan, with as many processes.
under_plan <- function(strategy, code, workers = 2) {
  old <- future::plan(strategy, workers = workers)
  on.exit(future::plan(old))
  force(code)
}

rastrigin <- as_user(function(x) 10 * length(x) + sum(x^2 - 10 * cos(2 * pi * x)))

tape_pool <- function(objective) objective$.__enclos_env__$private$pool
pid_of <- function(objective, node) {
  node <- tape_pool(objective)$nodes[[node]]
  send_to(node, Sys.getpid, list())
  receive_from(node)
}
