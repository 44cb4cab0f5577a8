# A tape of a function of parameters and data, for all data of one form: its numbers are inputs beside the parameters,
# and no derivative is taken with respect to them.

# A data set taken apart: its numbers, which may change (one vector, of the vectors or matrices that it consists of);
# and the rest, all else. key: a text that is the same where the numbers stand in the same places of data built alike;
# "" where there are none, or some are missing.
split_data <- function(data) {
  is_list <- is.list(data)
  parts <- if (is_list) unclass(data) else list(data)
  attributes(parts) <- NULL
  outer <- if (is_list) attributes(data)
  # (those of a part of a data frame count its rows in the whole)
  if (is.integer(outer$row.names)) outer$row.names <- .set_row_names(length(outer$row.names))
  varies <- which(vapply(parts, function(part) is.numeric(part) && !is.object(part), NA))
  numbers <- unlist(lapply(parts[varies], as.double), use.names = FALSE)
  has_all <- length(numbers) > 0 && all(is.finite(numbers))
  key <- if (has_all) paste(c(is_list, names(data), vapply(parts, part_key, "")), collapse = "\r") else ""
  list(numbers = numbers, key = key,
       rest = list(is_list = is_list, varies = varies, parts = replaced(parts, varies, lapply(parts[varies], emptied)),
                   outer = outer))
}
replaced <- function(x, at, values) {
  x[at] <- values
  x
}
# Its type, length, dimensions and names.
emptied <- function(part) {
  part[] <- if (is.integer(part)) 0L else 0
  part
}
part_key <- function(part) {
  paste(c(typeof(part), class(part), length(part), dim(part), if (is.atomic(part)) unlist(labels_of(part))),
        collapse = "\n")
}

# The data set again; z: the numbers, or a tensor of them.
join_data <- function(z, rest) {
  parts <- rest$parts
  at <- 0
  for (k in rest$varies) {
    part <- parts[[k]]
    numbers <- z[at + seq_along(part)]
    if (is.integer(part) && !is_torch_tensor(z)) numbers <- as.integer(numbers)
    parts[[k]] <- shape_part(numbers, dim(part), labels_of(part))
    at <- at + length(part)
  }
  if (!rest$is_list) return(parts[[1]])
  attributes(parts) <- rest$outer
  parts
}

# fn(par, data, ...) as a function of c(par, numbers of data).
function_of_data <- function(fn, arguments, shape, rest) {
  written <- written_arguments(arguments)
  n <- shape$n
  frame <- written$frame
  frame$fn <- fn
  frame$.par <- function(z) shape_parameters(z[seq_len(n)], shape)
  frame$.data <- function(z) {
    numbers <- z[-seq_len(n)]
    join_data(if (is_torch_tensor(numbers)) numbers$detach() else numbers, rest)
  }
  as.function(list(.numbers = quote(expr = ),
                   as.call(c(quote(fn), quote(.par(.numbers)), quote(.data(.numbers)), written$code))), envir = frame)
}

# The tape (its private environment), recorded at parameters x and the numbers of some data; NULL where the function
# cannot be recorded so: it takes its data for numbers, for instance.
data_tape <- function(fn, arguments, shape, rest, x, numbers) {
  f <- function_of_data(tensor_function(fn), arguments, shape, rest)
  tape <- tryCatch(suppressMessages(Tape$new(f, c(x, numbers), "par", "fn", FALSE, list())), error = function(e) NULL)
  if (is.null(tape)) return(NULL)
  tape <- tape_private(tape)
  if (!tape$eager && identical(tape$n_out, 1L)) tape
}
