# How functions of R that do not dispatch take tensors: inside a copy of the user's function, R's
# names mean versions of ours, the masks, which look at all arguments.

# A function that takes `method` where an argument is a tensor.
mask <- function(name, method) {
  matching <- NULL
  function(...) {
    if (!any_tensor(...)) return(original(name)(...))
    if (is.null(matching)) matching <<- with_arguments_of(name, method)
    matching(...)
  }
}

# The same where only the first argument can be a tensor; others may be empty, as in matrix(x, , 2).
first_mask <- function(name, method, counts = NULL) {
  first <- names(formals(method))[1]
  matching <- NULL
  fun <- function(x, ...) {
    if (missing(x)) return(original(name)(...))
    if (length(counts) && any_position(...)) {
      args <- with_plain_counts(matched(original(name), list(x, ...)), counts)
      fun <- if (is_torch_tensor(x)) with_arguments_of(name, method) else original(name)
      return(do.call(fun, args, quote = TRUE))
    }
    if (!is_torch_tensor(x)) return(original(name)(x, ...))
    if (is.null(matching)) matching <<- with_arguments_of(name, method)
    matching(x, ...)
  }
  names(formals(fun))[1] <- first
  body(fun) <- do.call(substitute, list(body(fun), list(x = as.name(first))))
  fun
}
# Arguments of which some are whole numbers: of a tensor what comes before the point.
with_plain_counts <- function(args, counts) {
  at <- intersect(counts, names(args))
  args[at] <- lapply(args[at], plain_count)
  args
}

# A function of vectors, recycled as R does, from one that broadcasts. The result has the shape and
# the names of the first argument of its length, as in R's C code.
recycling <- function(fun) {
  function(...) {
    args <- list(...)
    sizes <- vapply(args, length, 1L)
    n <- if (any(sizes == 0)) 0L else max(sizes)
    flat <- lapply(args, function(a) {
      if (length(a) == n || length(a) == 1 && n > 0) flat_or_scalar(a) else elements(a, rep_len(seq_along(a), n))
    })
    like_first(do.call(fun, flat), if (n > 0) args[sizes == n] else if (length(args) == 2) args[1][sizes[1] == 0])
  }
}

# A result in the shape, and with the labels, of the first of these values; at least one dimension.
like_first <- function(result, values) {
  shape <- if (length(values)) value_shape(values[[1]])
  if (length(shape) > 1) result <- reshaped(result, shape)
  if (length(values)) labelled(result, labels_of(values[[1]])) else result
}

# By the name of the function of R that each stands for; see fill_masks().
masks <- new.env(parent = emptyenv())
