# An objective whose data are in shards, in as many processes.

#' A function of data in shards
#'
#' For data that are larger, or take longer, than one process should touch: `fn(par, data)`, a sum over the rows of
#' `data`, becomes the sum of `fn(par, shard)` over shards of them. Each worker keeps its shards and their tapes from
#' one evaluation to the next; what travels are parameters, values and derivatives. [minimize()] takes the result as it
#' takes a function or a tape, and `minimize(fn, par, data = , shards = )` is the short form.
#'
#' The parts are added in the order of the shards, so that the number of workers does not change a digit; the answer is
#' that of one process but for rounding (as the sum is taken in another order, relative differences of 1e-14).
#' An evaluation costs, beside its computation, some 0.2 milliseconds for each worker on the same machine, so that two
#' workers pay from an evaluation of about a millisecond on: a gradient of some 50000 rows of 20 columns. For each
#' evaluation, 8 bytes for each parameter go to a worker and 8 bytes for each parameter and shard come back, with about
#' 1000 bytes of wrapping.
#'
#' A worker that dies is replaced and its shards are loaded again, at most twice for each worker, after which it is an
#' error. A worker whose machine is cut off without a word is noticed when its connection times out: see argument
#' `timeout` of [parallelly::makeClusterPSOCK()].
#'
#' @param fn A function of parameters and data, `fn(par, data, ...)`, that returns one number: a sum over the rows of
#'   `data`.
#' @param data A data frame, matrix or vector, or a list of them with as many rows (elements) each, which is cut into
#'   `shards` pieces; or a function `data(k, n)` that gives shard `k` of `n` and is run by the worker that keeps it (a
#'   query of a database, a part of a file); or paths of files, one for each shard, which workers read.
#' @param shards How many; by default one for each worker, or path.
#' @param ... Further arguments of `fn`.
#' @param workers `NULL`: those that [future::plan()] has set up (with plan `sequential`, its default, this process
#'   alone). Or a number of processes on this machine, names of hosts, or a cluster made by
#'   [parallelly::makeClusterPSOCK()].
#' @param read A function that reads a path; by default [readRDS()] for `.rds`, `read.csv()` for `.csv`, and functions
#'   of packages \pkg{fst} and \pkg{arrow} for `.fst`, `.parquet` and `.feather`.
#' @return An object of class `gradtape_sharded`, with
#'   - `$fn(x)`, `$gr(x)`, `$he(x)`, `$hvp(x, v)`, `$value_and_grad(x, rows = NULL)` as those of a [tape()]; the first
#'     call settles the form of the parameters. `rows`: of all data, whose sum alone is taken, see [minibatches()];
#'   - `$loss(w, rows = NULL)`: the value as a tensor, whose gradient goes to the tensor `w`: for [optim_adam()] and
#'     others;
#'   - `$n_rows()`, `$n_workers()`;
#'   - `$close()`: ends the workers that it has started; a later call starts them again.
#' @section Errors: `fn` gives no single number; data without rows; no workers that stay; a worker died for the third
#'   time; an error of `fn` in a worker, in its words.
#' @seealso [minibatches()]
#' @examples
#' nll <- function(beta, d) sum(log1p(exp(-d$y * (d$x %*% beta))))
#' set.seed(1)
#' x <- matrix(rnorm(600), 200)
#' d <- list(x = x, y = sign(x %*% c(1, -1, 0) + rnorm(200)))
#' objective <- sharded(nll, d, shards = 4)
#' objective$gr(c(0, 0, 0))
#' minimize(objective, c(0, 0, 0))
#' minimize(nll, c(0, 0, 0), data = d, shards = 4)
#' @export
sharded <- function(fn, data, shards = NULL, ..., workers = NULL, read = NULL) {
  check_function(fn, "fn", " of parameters and data")
  if (!is.null(shards)) check_count(shards, "shards")
  if (!is.null(read)) check_function(read, "read", " of a path")
  source <- shard_source(data, shards, read)
  Sharded$new(fn, list(...), source, workers)
}

# ---- where shards come from ----

# A list of n (NULL: as many as there are workers), total (rows, where they are known), read (the functions with which
# workers read) and shard(k, n): what a worker is sent for shard k of n.
shard_source <- function(data, shards, read) {
  if (is.function(data)) {
    return(list(n = shards, read = list(data), shard = function(k, n) list(read = data, k = k, n = n)))
  }
  if (is.character(data)) return(path_source(data, shards, read))
  total <- count_rows(data)
  if (!total) abort("{.arg data} has no rows.")
  if (!is.null(shards) && shards > total) abort("{.arg shards} is {shards}, but {.arg data} has only {total} row{?s}.")
  list(n = shards, total = total, shard = function(k, n) list(data = take_rows(data, rows_of_part(total, k, n))))
}

path_source <- function(paths, shards, read) {
  missing <- paths[!file.exists(paths)]
  if (length(missing)) abort("{.arg data}: there is no file {.file {missing[1]}}.", "gradtape_file_error")
  if (!is.null(shards) && shards != length(paths)) {
    abort("{.arg shards} is {shards}, but {.arg data} has {length(paths)} path{?s}: one for each shard.")
  }
  read <- lapply(paths, function(path) read %||% reader_of(path))
  list(n = length(paths), read = read, shard = function(k, n) {
    path <- normalizePath(paths[k])
    reader <- read[[k]]
    list(read = reading(reader, path), k = k, n = n)
  })
}
# (without the frame of path_source(), which holds all readers)
reading <- function(reader, path) {
  force(reader)
  force(path)
  function(k, n) reader(path)
}

reader_of <- function(path) {
  kind <- tolower(sub(".*[.]", "", basename(path)))
  package <- c(fst = "fst", parquet = "arrow", feather = "arrow")[kind]
  if (!is.na(package)) {
    reader <- c(fst = "read_fst", parquet = "read_parquet", feather = "read_feather")[[kind]]
    check_suggested(package, "Reading {.path {path}}")
    return(getExportedValue(package, reader))
  }
  switch(kind, rds = readRDS, csv = utils::read.csv,
         abort(c("No reader is known for {.path {path}}.", i = "Give {.arg read}, a function of a path.")))
}

# ---- the objective ----

Sharded <- R6Class("gradtape_sharded",
  cloneable = FALSE,
  public = list(
    initialize = function(fn, arguments, source, workers) {
      private$source <- source
      private$what <- list(fn = fn, arguments = arguments)
      private$workers <- workers
    },
    fn = function(x) private$sum("value", x),
    gr = function(x) self$value_and_grad(x)$gradient,
    value_and_grad = function(x, rows = NULL) {
      both <- private$sum("both", x, rows = rows)
      list(value = unname(both[1]), gradient = stats::setNames(both[-1], private$shape$flat_names))
    },
    hvp = function(x, v) stats::setNames(private$sum("product", x, v), private$shape$flat_names),
    he = function(x) {
      entries <- private$sum("hessian", x)
      with_dimnames(matrix(entries, private$shape$n), private$shape$flat_names, private$shape$flat_names)
    },
    loss = function(w, rows = NULL) {
      check_tensor(w, "w")
      private$as_operation(w, rows)
    },
    n_rows = function() {
      private$open()
      sum(private$rows)
    },
    n_workers = function() {
      private$open()
      max(1, length(private$pool$nodes))
    },
    close = function() {
      if (private$is_at_home()) {
        if (!is.null(private$pool)) stop_pool(private$pool, private$id)
        drop_shards(private$id)
      }
      private$pool <- private$rows <- NULL
      invisible(self)
    },
    print = function(...) {
      n <- private$source$n
      cat("<gradtape_sharded>", if (is.null(n)) "a shard for each worker" else paste(n, "shards"),
          if (is.null(private$rows)) "(not loaded)"
          else paste0("of ", sum(private$rows), " rows in ", self$n_workers(), " process(es)"), "\n")
      invisible(self)
    },
    # For minimize(): its start has the form of the parameters.
    .set_shape = function(shape) private$shape <- shape
  ),
  private = list(
    source = NULL, what = NULL, workers = NULL, id = NULL,
    shape = NULL,               # of the parameters, once they are known
    pool = NULL,                # of workers; NULL: this process
    rows = NULL,                # of each shard; NULL: not loaded
    holder = NULL,              # the node that holds each shard
    deaths = NULL,              # of each node
    request = 0,
    home = NULL,                # the process that loaded them

    # (else it is a copy, in a fork or from a file: the workers are not its own)
    is_at_home = function() identical(private$home, this_process()),
    finalize = function() self$close(),

    open = function() {
      if (!is.null(private$rows) && private$is_at_home()) return(invisible())
      private$home <- this_process()
      private$id <- paste0("shards_", Sys.getpid(), "_", next_id())
      private$pool <- new_pool(private$workers, private$source$n %||% Inf)
      nodes <- max(1, length(private$pool$nodes))
      n <- private$source$n %||% nodes
      if (isTRUE(n > private$source$total)) n <- private$source$total
      private$holder <- rep_len(seq_len(nodes), n)
      private$deaths <- integer(nodes)
      private$what$globals <- sent_globals_of_shards(private$pool, private$what, private$source)
      loaded <- tryCatch(private$load(seq_len(n)), error = function(e) {
        self$close()
        rethrow(e)
      })
      private$rows <- loaded
      invisible()
    },
    # Loads shards into the processes that hold them, one for each process at a time; the number of rows of each.
    load = function(shards) {
      rows <- numeric(length(private$holder))
      while (length(shards)) {
        now <- shards[!duplicated(private$holder[shards])]
        answers <- if (is.null(private$pool)) list(do.call(hold_shard, private$to_load(now), quote = TRUE))
                   else private$load_into_nodes(now)
        for (i in seq_along(now)) rows[now[i]] <- as.double(result_of_shard(answers[[i]], now[i]))
        shards <- setdiff(shards, now)
      }
      rows
    },
    to_load = function(k) {
      list(private$id, k, private$what, private$source$shard(k, length(private$holder)))
    },
    load_into_nodes = function(shards) {
      nodes <- private$holder[shards]
      sent <- vapply(shards, function(k) {
        do.call(try_ask, c(private$pool$nodes[private$holder[k]], "receive_shard", private$to_load(k)), quote = TRUE)
      }, NA)
      lapply(seq_along(shards), function(i) {
        answer <- if (sent[i]) receive_from(private$pool$nodes[[nodes[i]]])
        answer %||% list(result = private$revive(nodes[i])[shards[i]])
      })
    },

    # The sum over shards, in their order.
    sum = function(kind, x, v = NULL, rows = NULL) {
      if (is.null(private$shape)) private$shape <- parameter_shape(x, "x")
      x <- flatten_parameters(x, private$shape)
      if (!is.null(v)) v <- flatten_parameters(v, private$shape, "v")
      private$open()
      question <- list(kind = kind, x = x, shape = private$shape, v = v)
      by_shard <- if (!is.null(rows)) rows_by_shard(rows, private$rows)
      answers <- private$ask(question, by_shard)
      total <- 0
      for (k in seq_along(answers)) total <- total + result_of_shard(answers[[k]], k)
      total
    },
    ask = function(question, by_shard) {
      private$request <- private$request + 1
      n <- length(private$holder)
      questions <- if (is.null(by_shard)) rep(list(question), n)
                   else lapply(by_shard, function(rows) c(question, list(rows = rows)))
      if (is.null(private$pool)) return(answer_shards(private$id, private$request, seq_len(n), questions)$answers)
      answers <- vector("list", n)
      waiting <- seq_along(private$pool$nodes)
      while (length(waiting)) {
        sent <- vapply(waiting, function(node) {
          ks <- which(private$holder == node)
          asked <- if (is.null(by_shard)) questions[ks[1]] else questions[ks]
          try_ask(private$pool$nodes[[node]], "answer_shards", private$id, private$request, ks, asked)
        }, NA)
        dead <- waiting[!sent]
        for (node in waiting[sent]) {
          answer <- private$answer_of_node(node)
          if (is.null(answer)) dead <- c(dead, node)
          else answers[private$holder == node] <- answer
        }
        for (node in dead) private$revive(node)
        waiting <- dead
      }
      answers
    },
    # (an earlier answer was left behind by an interrupt)
    answer_of_node = function(node) {
      repeat {
        answer <- receive_from(private$pool$nodes[[node]])
        if (is.null(answer)) return(NULL)
        if (is.list(answer) && identical(answer$request, private$request)) return(answer$answers)
      }
    },
    revive = function(node) {
      shards <- which(private$holder == node)
      private$deaths[node] <- private$deaths[node] + 1L
      if (private$deaths[node] > most_restarts) {
        abort(c("The worker that holds shard{?s} {shards} died for the third time.",
                i = "Has its machine enough memory for them? More {.arg shards} and workers make them smaller."),
              "gradtape_worker_error")
      }
      replace_node(private$pool, node)
      private$load(shards)
    },

    as_operation = function(w, rows) {
      both <- NULL
      autograd_function(
        forward = function(ctx, w) {
          x <- if (is.null(private$shape)) as_array(w) else as.numeric(as_array(w))
          both <<- self$value_and_grad(x, rows)
          torch_tensor(both$value, dtype = w$dtype)
        },
        backward = function(ctx, grad_output) list(w = grad_output * gradient_like(w, unname(both$gradient))))(w)
    }
  )
)

# (an environment that is read from a file is another)
this_process <- function() list(ids, Sys.getpid())
ids <- list2env(list(last = 0), parent = emptyenv())
next_id <- function() ids$last <- ids$last + 1

# A worker's part of loading: what the functions need of the session that asks, then the data.
receive_shard <- function(id, k, what, source) {
  prepare_worker(package_version_text(), what$globals)
  hold_shard(id, k, what[c("fn", "arguments")], source)
}

sent_globals_of_shards <- function(pool, what, source) {
  if (!is.null(pool)) sent_globals(c(what$fn, what$arguments, source$read))
}

result_of_shard <- function(answer, k) {
  if (is_failure(answer)) {
    abort("Shard {k}: {answer$message}", intersect(answer$class, c("gradtape_shape_error", "gradtape_tape_error")))
  }
  answer$result
}

# Positions among all rows as positions within each shard.
rows_by_shard <- function(rows, sizes) {
  check_whole(rows, "rows", 1, sum(sizes))
  ends <- cumsum(sizes)
  shard <- findInterval(rows - 1, c(0, ends), left.open = FALSE)
  lapply(seq_along(sizes), function(k) as.integer(rows[shard == k] - (ends[k] - sizes[k])))
}
