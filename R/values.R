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

has_tensor <- function(parts) any(vapply(parts, is_torch_tensor, NA))

value_shape <- function(x) .Call(C_call_shape, x)

shape_text <- function(x) shape_text_of(.Call(C_call_shape, x))

shape_text_of <- function(shape) {
  paste0("[", paste(format(shape, scientific = FALSE, trim = TRUE), collapse = ", "), "]")
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

# Gives a tensor that nobody else holds names, in place.
named <- function(x, names) {
  if (!is.null(names)) attr(x, if (is.logical(x)) "names" else "element_names") <- names
  x
}

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

# The elements, taken row by row, in a new shape that is filled row by row.
row_major <- function(x, shape) {
  x <- reversed_dims(x)
  reversed_dims(apply_op("reshape", x, rev(shape)))
}
reversed_dims <- function(x) {
  ndim <- length(value_shape(x))
  if (ndim < 2) x else apply_op("permute", x, rev(seq_len(ndim)) - 1L)
}
