# Processes that stay, and hold shards: the workers of a sharded objective.

# A pool is an environment: `nodes`, of a cluster of package parallel; `own`, whether we started them; `hosts`.

# workers: NULL (those of the plan), a number, names of hosts, or a cluster. Returns NULL where one process is enough:
# this.
new_pool <- function(workers, most) {
  workers <- workers %||% planned_workers()
  is_cluster <- inherits(workers, "cluster")
  if (!is_cluster && is.numeric(workers)) {
    check_count(workers, "workers")
    if (workers == 1) return(NULL)
    workers <- rep("localhost", min(workers, most))
  } else if (!is_cluster && !is.character(workers)) {
    abort("{.arg workers} must be a number, names of hosts or a cluster, not {given(workers)}.")
  }
  check_suggested("parallelly", "Shards on other processes")
  workers <- workers[seq_len(min(length(workers), most))]
  pool <- list2env(list(own = !is_cluster, hosts = if (!is_cluster) workers, nodes = list()), parent = emptyenv())
  pool$nodes <- if (is_cluster) lapply(seq_along(workers), function(k) workers[[k]]) else start_nodes(workers)
  for (node in seq_along(pool$nodes)) greet_node(pool, node)
  pool
}

# As future::plan() has them.
planned_workers <- function() {
  n <- planned_processes()
  if (n == 0) return(1)
  workers <- formals(future::plan("next"))$workers
  if (inherits(workers, "cluster") || is.character(workers)) return(workers)
  if (!inherits(future::plan("next"), c("multisession", "multicore", "cluster"))) {
    abort(c("Shards need workers that stay, which the present {.fn future::plan} does not have.",
            i = "{.code plan(cluster, workers = )} has them, or give {.arg workers}."))
  }
  n
}

start_nodes <- function(hosts) {
  cluster <- parallelly::makeClusterPSOCK(hosts, autoStop = FALSE, rscript_libs = known_libraries())
  lapply(seq_along(cluster), function(k) cluster[[k]])
}

# The first that a worker is told: see worker_entry().
greet_node <- function(pool, node) {
  send_to(pool$nodes[[node]], worker_entry(enter_shard_worker), list(known_libraries(), package_version_text()))
  answer <- receive_from(pool$nodes[[node]])
  if (!identical(answer, TRUE)) abort("A worker could not be set up: {answer %||% 'it ended'}.")
}
enter_shard_worker <- function(libraries, version) {
  tryCatch({
    .libPaths(unique(c(libraries, .libPaths())))
    get("prepare_worker", envir = loadNamespace("gradtape"))(version, list())
    TRUE
  }, error = conditionMessage)
}

# ---- messages ----

# Asks a worker for a call of a function of this package. (The function itself would be some 2500 bytes, by its name it
# is 200.)
ask_for <- function(node, name, ...) send_to(node, worker_entry(call_by_name), list(name, ...))
call_by_name <- function(name, ...) get(name, envir = asNamespace("gradtape"))(...)

# The messages are those of package parallel, whose clusterCall() waits for all answers and gives up all for one dead
# worker.
send_to <- function(node, fun, arguments) utils::getFromNamespace("sendCall", "parallel")(node, fun, arguments)
# NULL where the worker is dead.
receive_from <- function(node) {
  repeat if (socketSelect(list(node$con), FALSE, 1)) break
  tryCatch(utils::getFromNamespace("recvResult", "parallel")(node), error = function(e) NULL)
}

# The same; FALSE where the worker is dead. (A connection to one that died can be written to once more.)
try_ask <- function(node, name, ...) {
  tryCatch({
    ask_for(node, name, ...)
    TRUE
  }, error = function(e) FALSE)
}

replace_node <- function(pool, node) {
  old <- pool$nodes[[node]]
  # (whose cluster it is may still want to stop it)
  if (pool$own) try(close(old$con), silent = TRUE)
  pool$nodes[[node]] <- if (pool$own) start_nodes(pool$hosts[node])[[1]] else renewed_node(old)
  greet_node(pool, node)
}
renewed_node <- function(old) {
  if (!"cloneNode" %in% getNamespaceExports("parallelly")) {
    abort("A worker of the given cluster died; a newer version of {.pkg parallelly} would begin it again.")
  }
  getExportedValue("parallelly", "cloneNode")(old)
}

stop_pool <- function(pool, id) {
  for (node in pool$nodes) {
    if (pool$own) {
      try(parallel::stopCluster(structure(list(node), class = c("SOCKcluster", "cluster"))), silent = TRUE)
      try(close(node$con), silent = TRUE)         # (that of a dead one is left open)
    } else if (try_ask(node, "drop_shards", id)) {
      receive_from(node)
    }
  }
  pool$nodes <- list()
}
