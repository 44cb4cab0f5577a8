# Moving elements: shapes, joining, splitting, choosing.

#' Shapes of tensors
#'
#' `torch_reshape()` and `torch_flatten()` take elements row by row, as torch does (R's own
#' `dim<-` and `matrix()` go by column). Results are copies, never views.
#'
#' @param self A tensor, or numbers.
#' @param shape,size A vector of whole numbers. In `torch_reshape()` one of them may be
#'   -1, in `torch_expand()` any: that dimension follows from the others, or stays.
#' @param dim,dim0,dim1,start_dim,end_dim Dimensions, from 1; negative ones count from the
#'   last.
#' @param dims An order of the dimensions.
#' @param repeats How often each element is repeated: one number, or one for each.
#' @param start,length From where, and how many elements.
#' @return A tensor.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_reshape(x, c(3, 2))
#' torch_flatten(x)
#' torch_unsqueeze(x, 1)$shape
#' @name shape
NULL

#' @rdname shape
#' @export
torch_reshape <- function(self, shape) {
  if (!is.numeric(shape) || anyNA(shape)) cli::cli_abort("{.arg shape} must hold whole numbers, not {.obj_type_friendly {shape}}.", call = NULL)
  n <- length(self)
  free <- which(shape == -1)
  if (length(free) > 1) cli::cli_abort("{.arg shape} may hold -1 only once.", call = NULL)
  if (length(free)) shape[free] <- n / prod(shape[-free])
  if (prod(shape) != n) {
    cli::cli_abort("A tensor of {n} element{?s} cannot be reshaped to {.val {shape}}.", call = NULL)
  }
  row_major(self, shape)
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

#' @rdname shape
#' @export
torch_flatten <- function(self, start_dim = 1L, end_dim = -1L) {
  shape <- value_shape(self)
  if (!length(shape)) return(apply_op("reshape", self, 1L))
  from <- normal_dim(start_dim, length(shape))
  to <- normal_dim(end_dim, length(shape))
  if (from > to) cli::cli_abort("{.arg start_dim} must not come after {.arg end_dim}.", call = NULL)
  row_major(self, c(shape[seq_len(from - 1)], prod(shape[from:to]), shape[-seq_len(to)]))
}

#' @rdname shape
#' @export
torch_t <- function(self) {
  ndim <- length(value_shape(self))
  if (ndim > 2) cli::cli_abort("{.fn torch_t} takes at most 2 dimensions, not {ndim}; see {.fn torch_transpose}.", call = NULL)
  reversed_dims(self)
}

#' @rdname shape
#' @export
torch_transpose <- function(self, dim0, dim1) {
  ndim <- length(value_shape(self))
  order <- seq_len(ndim)
  pair <- c(normal_dim(dim0, ndim), normal_dim(dim1, ndim))
  order[pair] <- rev(pair)
  apply_op("permute", self, order - 1L)
}

#' @rdname shape
#' @export
torch_permute <- function(self, dims) {
  ndim <- length(value_shape(self))
  apply_op("permute", self, vapply(dims, normal_dim, 1L, ndim = ndim) - 1L)
}

#' @rdname shape
#' @export
torch_squeeze <- function(self, dim = NULL) {
  shape <- value_shape(self)
  at <- if (is.null(dim)) seq_along(shape) else normal_dim(dim, length(shape))
  gone <- at[shape[at] == 1]
  if (length(gone)) apply_op("reshape", self, shape[-gone]) else self
}

#' @rdname shape
#' @export
torch_unsqueeze <- function(self, dim) {
  shape <- value_shape(self)
  apply_op("reshape", self, append(shape, 1L, normal_dim(dim, length(shape) + 1L) - 1L))
}

#' @rdname shape
#' @export
torch_expand <- function(self, size) {
  shape <- value_shape(self)
  kept <- which(size == -1)
  size[kept] <- shape[kept - (length(size) - length(shape))]
  apply_op("expand", self, size)
}

#' @rdname shape
#' @export
torch_narrow <- function(self, dim, start, length) {
  shape <- value_shape(self)
  slice <- rbind(rep(0L, base::length(shape)), 1L, shape)
  slice[c(1, 3), normal_dim(dim, base::length(shape))] <- c(start - 1L, length)
  apply_op("slice", self, slice)
}

#' @rdname shape
#' @export
torch_repeat_interleave <- function(self, repeats, dim = NULL) {
  if (is.null(dim)) self <- torch_flatten(self)
  dim <- if (is.null(dim)) 1L else dim
  n <- value_shape(self)[normal_dim(dim, length(value_shape(self)))]
  torch_index_select(self, dim, rep(seq_len(n), each = if (length(repeats) == 1) repeats else 1,
                                    times = if (length(repeats) == 1) 1 else repeats))
}

#' Join and split tensors
#'
#' @param tensors A list of tensors or numbers, of equal shapes but for `dim` (for
#'   `torch_stack()`, of equal shapes).
#' @param self A tensor.
#' @param dim The dimension to join or split along, from 1; in `torch_stack()`, the new one.
#' @param split_size Elements in each piece, or a vector of the sizes of all of them.
#' @param chunks The number of pieces.
#' @return A tensor, or from `torch_split()` and `torch_chunk()` a list of tensors.
#' @examples
#' torch_cat(list(torch_tensor(c(1, 2)), torch_tensor(c(3, 4, 5))))
#' torch_stack(list(torch_tensor(c(1, 2)), torch_tensor(c(3, 4))))
#' torch_chunk(torch_arange(1, 5), 2)
#' @name joining
#' @aliases torch_cat
NULL

#' @rdname joining
#' @export
torch_cat <- function(tensors, dim = 1L) {
  tensors <- value_list(tensors)
  apply_op("cat", tensors, normal_dim(dim, max(1L, length(value_shape(tensors[[1]])))) - 1L)
}

#' @rdname joining
#' @export
torch_stack <- function(tensors, dim = 1L) {
  torch_cat(lapply(value_list(tensors), torch_unsqueeze, dim = dim), dim)
}

value_list <- function(tensors) {
  if (is.list(tensors) && length(tensors)) return(tensors)
  cli::cli_abort("{.arg tensors} must be a list of at least one tensor, not {.obj_type_friendly {tensors}}.", call = NULL)
}

#' @rdname joining
#' @export
torch_split <- function(self, split_size, dim = 1L) {
  n <- value_shape(self)[normal_dim(dim, length(value_shape(self)))]
  if (length(split_size) == 1) {
    check_number(split_size, "split_size", min = 1)
    starts <- seq(1L, max(n, 1L), by = split_size)
    sizes <- pmin(split_size, n - starts + 1L)
  } else {
    if (sum(split_size) != n) {
      cli::cli_abort("{.arg split_size} adds up to {sum(split_size)}; dimension {dim} has {n} elements.", call = NULL)
    }
    sizes <- split_size
    starts <- cumsum(c(1L, sizes))[seq_along(sizes)]
  }
  Map(function(start, size) torch_narrow(self, dim, start, size), starts, sizes)
}

#' @rdname joining
#' @export
torch_chunk <- function(self, chunks, dim = 1L) {
  check_number(chunks, "chunks", min = 1)
  n <- value_shape(self)[normal_dim(dim, length(value_shape(self)))]
  torch_split(self, max(1, ceiling(n / chunks)), dim)
}

#' Choose elements by position
#'
#' @param self A tensor.
#' @param dim The dimension, from 1.
#' @param index Positions along it, from 1: for `torch_index_select()` a vector; for
#'   the others of as many dimensions as `self`. (`torch_scatter()`: no position twice.)
#' @param src What to put or add at the positions: of the shape of `index`, or (to put) a number.
#' @param mask A logical vector or tensor of the shape of `self`.
#' @param value A number.
#' @return A tensor: `torch_gather()` has the shape of `index`; `torch_index_select()` has
#'   the chosen slices of `self`; `torch_masked_select()` the chosen elements, row by row;
#'   `torch_masked_fill()` and the scatter functions have the shape of `self`.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_index_select(x, 2, c(3, 1))
#' torch_masked_fill(x, x > 2, 0)
#' @name choosing
NULL

#' @rdname choosing
#' @export
torch_index_select <- function(self, dim, index) {
  shape <- value_shape(self)
  dim <- normal_dim(dim, length(shape))
  subscripts <- rep(list(TRUE), length(shape))
  subscripts[[dim]] <- as.numeric(index)
  .Call(C_call_subset, self, subscripts, FALSE)
}

#' @rdname choosing
#' @export
torch_gather <- function(self, dim, index) take_along(self, torch_sub(index, 1L), dim)

#' @rdname choosing
#' @export
torch_scatter_add <- function(self, dim, index, src) {
  at <- positions_along(value_shape(self), torch_sub(index, 1L), dim)
  torch_add(self, apply_op("put", list(src, at), value_shape(self)))
}

#' @rdname choosing
#' @export
torch_scatter <- function(self, dim, index, src) {
  at <- positions_along(value_shape(self), torch_sub(index, 1L), dim)
  apply_op("replace", list(self, src, at))
}

#' @rdname choosing
#' @export
torch_masked_fill <- function(self, mask, value) .Call(C_where, mask, value, self)

#' @rdname choosing
#' @export
torch_masked_select <- function(self, mask) {
  torch_flatten(self)[as.logical(torch_flatten(mask))]
}
