# What a process does that holds shards: it keeps them, each with its tape, and answers for them.

# The shards that this process holds, by the objective's id: lists of fn, arguments and parts, of which each has data
# and, once it was asked, tapes.
held <- new.env(parent = emptyenv())

# source: the data, or list(read = , k = , n = ): a function of these that reads them. Returns the number of rows.
hold_shard <- function(id, k, what, source) {
  answering({
    data <- if (is.function(source$read)) source$read(source$k, source$n) else source$data
    rows <- count_rows(data)
    if (is.null(held[[id]])) held[[id]] <- list2env(c(what, list(parts = list())), parent = emptyenv())
    held[[id]]$parts[[as.character(k)]] <- list2env(list(data = data, batches = list()), parent = emptyenv())
    rows
  })
}

drop_shards <- function(id) {
  if (exists(id, envir = held, inherits = FALSE)) rm(list = id, envir = held)
  invisible(gc())
}

# For each of the shards `ks`: list(result) or a failure; see answer_of(). request: a number that comes back. questions:
# one for each shard, or one for all.
answer_shards <- function(id, request, ks, questions) {
  answer <- function(k, question) answering(answer_of(held[[id]], as.character(k), question))
  list(request = request, answers = unname(Map(answer, ks, questions)))
}

answering <- function(code) tryCatch(list(result = code), error = failure_of)

# question: list(kind, x, shape, v, rows): kind is "value", "both" (value and gradient), "product" (the Hessian times v)
# or "hessian"; rows: of the shard, or NULL for all.
answer_of <- function(own, k, question) {
  part <- own$parts[[k]]
  if (is.null(part)) abort("Shard {k} is not here.")
  x <- question$x
  if (!is.null(question$rows)) return(answer_of_batch(own, part, question))
  if (is.null(part$tape)) part$tape <- tape_of_shard(own, part$data, question)
  tape <- part$tape
  switch(question$kind,
         value = as.double(tape_evaluate(tape, x, NULL)),
         both = unlist(tape_answer(tape, x), use.names = FALSE),
         product = as.double(tape_hessian_product(tape, x, question$v)),
         hessian = as.double(tape_hessian(tape, x)))
}

tape_of_shard <- function(own, data, question) {
  par <- shape_parameters(question$x, question$shape)
  tape <- tape_private(suppressMessages(Tape$new(own$fn, par, "par", "fn", FALSE, c(list(data), own$arguments))))
  check_one_number(tape$n_out)
  tape
}

# Batches built alike share a tape, whose inputs are their numbers.
answer_of_batch <- function(own, part, question) {
  if (!length(question$rows)) return(numeric(if (question$kind == "value") 1 else 1 + length(question$x)))
  data <- take_rows(part$data, question$rows)
  set <- split_data(data)
  tape <- if (nzchar(set$key) && is_all_numbers(set)) batch_tape(own, part, set, question)
  if (is.null(tape)) {
    tape <- tape_of_shard(own, data, question)
    set$numbers <- numeric()
  }
  z <- c(question$x, set$numbers)
  if (question$kind == "value") return(as.double(tape_evaluate(tape, z, NULL)))
  both <- tape_answer(tape, z)
  c(both$value, both$gradient[seq_along(question$x)])
}
is_all_numbers <- function(set) length(set$rest$varies) == length(set$rest$parts)

# NULL where the function cannot be recorded with its data as inputs, or takes too many ways through its code for them.
batch_tape <- function(own, part, set, question) {
  known <- own$batch_tapes[[set$key]]
  if (is.null(known)) {
    known <- data_tape(own$fn, own$arguments, question$shape, set$rest, question$x, set$numbers) %||% "none"
    own$batch_tapes[[set$key]] <- known
  }
  if (!identical(known, "none") && !known$eager) known
}
