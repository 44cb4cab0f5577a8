# Diagonals and triangles of matrices.

#' Diagonals and triangles
#'
#' `torch_diag()` takes the diagonal of a matrix or makes a diagonal matrix of a vector; `torch_diagonal()` takes it of
#' all matrices of a stack, `torch_diag_embed()` puts vectors on the diagonals of matrices, `torch_diagflat()` all
#' elements on one. `torch_tril()` and `torch_triu()` keep one triangle; `torch_tril_indices()` and
#' `torch_triu_indices()` say where its elements are. `torch_block_diag()` puts matrices along a diagonal.
#'
#' @param self A matrix or stack of matrices; to make diagonals of, a vector or stack of vectors.
#' @param diagonal,offset Which diagonal: 0 the main one, 1 the one above, and so on.
#' @param dim1,dim2 The dimensions of the matrices, from 1; negative ones count from the last.
#' @param row,col Rows and columns.
#' @param tensors A list of matrices; vectors are rows, numbers one element.
#' @param dtype,device As in [torch_tensor()].
#' @return A tensor. `torch_diagonal()` has the diagonals in its last dimension. `torch_tril_indices()` and
#'   `torch_triu_indices()`: a row of row numbers and one of column numbers, from 1, row by row.
#' @examples
#' torch_diag(c(1, 2))
#' torch_diagonal(torch_tensor(array(1:18, c(2, 3, 3))), dim1 = 2, dim2 = 3)
#' torch_triu_indices(3, 3, offset = 1)
#' torch_block_diag(list(diag(2), matrix(1:4, 2)))
#' @name diagonals
NULL

#' @rdname diagonals
#' @export
torch_trace <- function(self) .Call(C_sum, torch_diag(with_ndim(self, 2, "self")), NULL, FALSE)
#' @rdname diagonals
#' @export
torch_diag <- function(self, diagonal = 0) {
  check_number(diagonal, "diagonal", whole = TRUE)
  shape <- value_shape(self)
  above <- max(diagonal, 0)
  below <- max(-diagonal, 0)
  if (length(shape) < 2) {
    n <- prod(shape) + abs(diagonal)
    at <- (seq_len(prod(shape)) - 1 + below) + (seq_len(prod(shape)) - 1 + above) * n
    return(apply_op("put", list(self, index_tensor(at)), c(n, n)))
  }
  with_ndim(self, 2, "self")
  k <- seq_len(max(0, min(shape[1] - below, shape[2] - above))) - 1
  apply_op("take", list(self, index_tensor((k + below) + (k + above) * shape[1])))
}

#' @rdname diagonals
#' @export
torch_tril <- function(self, diagonal = 0) triangle(self, diagonal, upper = FALSE)
#' @rdname diagonals
#' @export
torch_triu <- function(self, diagonal = 0) triangle(self, diagonal, upper = TRUE)
triangle <- function(self, diagonal, upper) {
  check_finite(diagonal, "diagonal", whole = TRUE)
  apply_op("tri", self, c(diagonal, upper))
}

#' @rdname diagonals
#' @export
torch_diagonal <- function(self, offset = 0L, dim1 = 1L, dim2 = 2L) {
  at <- matrix_dims(self, dim1, dim2)
  check_plain(offset, "offset", whole = TRUE)
  shape <- value_shape(self)
  first <- c(max(-offset, 0), max(offset, 0))
  count <- max(0, min(shape[at] - first))
  rest <- seq_along(shape)[-at]
  strides <- c(1, cumprod(shape))
  start <- sum(first * strides[at])
  positions <- outer(places(shape[rest], strides[rest]), start + (seq_len(count) - 1) * sum(strides[at]), `+`)
  apply_op("take", list(self, torch_tensor(array(positions, c(shape[rest], count)), dtype = torch_long())))
}

# Positions, from 0, of the elements of an array that is part of another.
places <- function(shape, stride) {
  at <- 0
  for (d in seq_along(shape)) at <- outer(at, (seq_len(shape[d]) - 1) * stride[d], `+`)
  as.vector(at)
}

matrix_dims <- function(self, dim1, dim2, ndim = length(value_shape(self))) {
  if (ndim < 2) abort("{.arg self} must have at least 2 dimensions, not {ndim}.", "gradtape_shape_error")
  at <- c(normal_dim(dim1, ndim, "dim1"), normal_dim(dim2, ndim, "dim2"))
  if (at[1] == at[2]) abort("{.arg dim1} and {.arg dim2} must be different dimensions, not both {at[1]}.")
  at
}

#' @rdname diagonals
#' @export
torch_diag_embed <- function(self, offset = 0L, dim1 = -2L, dim2 = -1L) {
  check_plain(offset, "offset", whole = TRUE)
  shape <- value_shape(self)
  if (!length(shape)) abort("{.arg self} must have at least one dimension.", "gradtape_shape_error")
  at <- matrix_dims(self, dim1, dim2, length(shape) + 1L)
  k <- shape[length(shape)]
  whole <- rep(0L, length(shape) + 1L)
  whole[-at] <- shape[-length(shape)]
  whole[at] <- as.integer(k + abs(offset))
  strides <- c(1, cumprod(whole))
  start <- sum(c(max(-offset, 0), max(offset, 0)) * strides[at])
  rest <- seq_along(whole)[-at]
  positions <- outer(places(whole[rest], strides[rest]), start + (seq_len(k) - 1) * sum(strides[at]), `+`)
  apply_op("put", list(self, index_tensor(positions)), whole)
}

#' @rdname diagonals
#' @export
torch_diagflat <- function(self, offset = 0L) torch_diag(torch_flatten(self), offset)

#' @rdname diagonals
#' @export
torch_tril_indices <- function(row, col, offset = 0, dtype = NULL, device = NULL) {
  triangle_indices(row, col, offset, dtype, device, function(i, j, k) j - i <= k)
}
#' @rdname diagonals
#' @export
torch_triu_indices <- function(row, col, offset = 0, dtype = NULL, device = NULL) {
  triangle_indices(row, col, offset, dtype, device, function(i, j, k) j - i >= k)
}
triangle_indices <- function(row, col, offset, dtype, device, is_inside) {
  check_count(row, "row", min = 0)
  check_count(col, "col", min = 0)
  check_plain(offset, "offset", whole = TRUE)
  i <- rep(seq_len(row), each = col)
  j <- rep(seq_len(col), times = row)
  inside <- is_inside(i, j, offset)
  torch_tensor(rbind(i[inside], j[inside], deparse.level = 0), dtype = dtype %||% torch_long(), device = device)
}

#' @rdname diagonals
#' @export
torch_block_diag <- function(tensors) {
  tensors <- lapply(value_list(tensors), function(x) {
    shape <- value_shape(x)
    if (length(shape) > 2) abort("{.arg tensors} must hold matrices, not {given(x)}.", "gradtape_shape_error")
    torch_atleast_2d(x)
  })
  sizes <- vapply(tensors, value_shape, c(0L, 0L))
  whole <- rowSums(sizes)
  before <- apply(cbind(0, sizes), 1, cumsum)
  slices <- lapply(seq_along(tensors), function(k) rbind(before[k, ], 1, sizes[, k]))
  apply_op("assemble", tensors, c(2L, whole, unlist(slices)))
}
