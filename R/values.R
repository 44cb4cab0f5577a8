# Values: tensors and plain numbers, as operations take them. What R code asks of them, and the
# few operations on which the rest is built.

#' Is it a tensor?
#'
#' @param x Any R object.
#' @return `TRUE` for tensors of this package, else `FALSE`.
#' @examples
#' is_torch_tensor(torch_tensor(1))
#' is_torch_tensor(1)
#' @export
is_torch_tensor <- function(x) .Call(C_call_is_tensor, x)

tensor_info <- function(x) .Call(C_call_info, x)

any_tensor <- function(...) {
  for (x in list(...)) if (is_torch_tensor(x)) return(TRUE)
  FALSE
}

# A list of tensors, each of them once.
without_duplicates <- function(tensors) {
  while ((again <- .Call(C_call_first_duplicate, tensors)) > 0) tensors[[again]] <- NULL
  tensors
}

has_tensor <- function(parts) any(vapply(parts, is_torch_tensor, NA))

value_shape <- function(x) .Call(C_call_shape, x)

shape_text <- function(x) shape_text_of(.Call(C_call_shape, x))

shape_text_of <- function(shape) {
  paste0("[", paste(format(shape, scientific = FALSE, trim = TRUE), collapse = ", "), "]")
}

# One number, or matrix or array of one, of the type of the tensor's elements.
stand_in <- function(x) {
  value <- if (is.logical(x)) NA else if (tensor_info(x)$dtype %in% c("int", "long")) 1L else 1
  if (length(value_shape(x)) > 1) array(value, rep(1L, length(value_shape(x)))) else value
}

carries_gradient <- function(x) .Call(C_call_carries_gradient, x)

# Does a tape that records follow x?
is_recorded <- function(x) is_torch_tensor(x) && .Call(C_call_is_recorded, x)

# Positions of the elements that are not good, or NA. For a tape that records, that all are good is
# a guard.
bad_elements <- function(x, good) {
  if (is_recorded(x) && isTRUE(as.logical(all(good(x))))) return(integer())
  which(!(good(.Call(C_call_to_array, x)) %in% TRUE))
}

# ---- labels: the names of a vector, the dimnames of a matrix or array ----

labels_of <- function(x) .Call(C_call_labels, x)

# Gives a value that nobody else holds labels, in place, where they fit.
labelled <- function(x, labels) if (is.null(labels)) x else .Call(C_call_set_labels, x, labels)

# (A comparison's result, an R logical vector, has no history.)
detached <- function(x) if (is.logical(x)) x else labelled(.Call(C_call_detach, x), labels_of(x))

# Attributes of a tensor by which this package knows it: no others see them, and no copy has them.
own_attributes <- c("class", ".S3Class", "element_names", "data_of")

`%||%` <- function(x, y) if (is.null(x)) y else x

# ---- operations, and elements moved ----

# An operation of the table by its name: on one value or a list of them.
apply_op <- function(op, inputs, params = integer()) {
  .Call(C_call_apply, op, if (is.list(inputs)) inputs else list(inputs), as.integer(params))
}

# The elements in a new shape, by column. Plain numbers stay plain, so that they take the
# dtype of the tensors that they meet later.
reshaped <- function(x, shape) {
  if (is_torch_tensor(x)) return(apply_op("reshape", x, shape))
  if (length(shape)) array(x, shape) else as.vector(x)
}

# The elements in R's order, as one dimension.
flat_columns <- function(x) if (length(value_shape(x)) == 1L) x else reshaped(x, length(x))

flat_or_scalar <- function(a) if (length(a) == 1) reshaped(a, integer()) else flat_columns(a)

# A scalar as a vector.
at_least_vector <- function(x) if (length(value_shape(x))) x else reshaped(x, 1L)

# A vector as a matrix of one column.
at_least_matrix <- function(x) if (length(value_shape(x)) == 2) x else reshaped(x, c(length(x), 1L))

# solve(B), where a vector B goes in and comes out as a column.
as_columns <- function(B, solve) {
  shape <- value_shape(B)
  if (length(shape) >= 2) return(solve(B))
  reshaped(solve(reshaped(B, c(prod(shape), 1L))), shape)
}

# Positions (from 0), of one dimension also when there is one.
index_tensor <- function(at) .Call(C_call_tensor, as.numeric(at), "long", FALSE, length(at))

# The elements at positions (from 1) in R's order; always of one dimension.
elements <- function(x, at) {
  if (is_torch_tensor(x)) apply_op("take", list(x, index_tensor(at - 1))) else as.vector(x)[at]
}

row_names <- function(x) if (is.list(labels <- labels_of(x))) labels[[1]]
column_names <- function(x) if (is.list(labels <- labels_of(x))) labels[[2]]

# The positions of the elements, after the first `from`, in R's shape and with R's labels. R's own
# functions know where they move elements to, and what labels these get there: what they do with the
# positions, moved() does with the elements.
positions_of <- function(x, from = 0L) .Call(C_call_positions, x, from)

moved <- function(x, at) {
  to <- as.vector(at)
  if (anyNA(to)) {                                         # no element is there
    x <- .Call(C_call_join, list(x, NaN))
    to[is.na(to)] <- length(x)
  }
  shape <- if (length(dim(at)) > 1) dim(at)
  if (is_identity(to, length(x))) value <- reshaped(x, shape %||% length(to))
  else {
    value <- elements(x, to)
    if (!is.null(shape)) value <- reshaped(value, shape)
  }
  labelled(value, labels_of(at))
}
is_identity <- function(at, n) length(at) == n && all(at == seq_len(n))

# What R's function makes of arguments that stand for tensors, or its error.
as_r_does <- function(code, kind = "argument") {
  tryCatch(code, error = function(e) abort_plain(conditionMessage(e), kind))
}

# The elements, taken row by row, in a new shape that is filled row by row.
row_major <- function(x, shape) {
  x <- reversed_dims(x)
  reversed_dims(apply_op("reshape", x, rev(shape)))
}
reversed_dims <- function(x) {
  ndim <- length(value_shape(x))
  if (ndim < 2) x else apply_op("permute", x, rev(seq_len(ndim)) - 1L)
}
