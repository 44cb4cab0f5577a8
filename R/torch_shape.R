# Moving elements: shapes, joining, splitting.

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
#' @order 1
#' @name shape
NULL

#' @rdname shape
#' @export
torch_reshape <- function(self, shape) {
  check_whole(shape, "shape", min = -1)
  n <- prod(value_shape(self))
  free <- which(shape == -1)
  if (length(free) > 1) abort("{.arg shape} may hold -1 only once.")
  if (length(free)) shape[free] <- n / prod(shape[-free])
  if (prod(shape) != n) {
    abort("A tensor of {n} element{?s} cannot be reshaped to {shape_text_of(shape)}.", "gradtape_shape_error")
  }
  row_major(self, shape)
}

#' @rdname shape
#' @export
torch_flatten <- function(self, start_dim = 1L, end_dim = -1L) {
  shape <- value_shape(self)
  if (!length(shape)) return(apply_op("reshape", self, 1L))
  from <- normal_dim(start_dim, length(shape), "start_dim")
  to <- normal_dim(end_dim, length(shape), "end_dim")
  if (from > to) abort("{.arg start_dim} must not come after {.arg end_dim}.")
  row_major(self, c(shape[seq_len(from - 1)], prod(shape[from:to]), shape[-seq_len(to)]))
}

#' @rdname shape
#' @export
torch_t <- function(self) {
  ndim <- length(value_shape(self))
  if (ndim > 2) abort("{.fn torch_t} takes at most 2 dimensions, not {ndim}; see {.fn torch_transpose}.",
                      "gradtape_shape_error")
  reversed_dims(self)
}

#' @rdname shape
#' @export
torch_transpose <- function(self, dim0, dim1) {
  ndim <- length(value_shape(self))
  if (!ndim) return(self)
  order <- seq_len(ndim)
  pair <- c(normal_dim(dim0, ndim, "dim0"), normal_dim(dim1, ndim, "dim1"))
  order[pair] <- rev(pair)
  apply_op("permute", self, order - 1L)
}

#' @rdname shape
#' @export
torch_permute <- function(self, dims) {
  ndim <- length(value_shape(self))
  at <- normal_dims(dims, ndim)
  if (length(at) != ndim) abort("{.arg dims} must name each of the {ndim} dimension{?s} once, not {given(dims)}.")
  apply_op("permute", self, at - 1L)
}

#' @rdname shape
#' @export
torch_squeeze <- function(self, dim = NULL) {
  shape <- value_shape(self)
  at <- if (is.null(dim)) seq_along(shape) else normal_dim(dim, length(shape))
  gone <- intersect(at, which(shape == 1))
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
  check_whole(size, "size", min = -1)
  if (length(size) < length(shape)) {
    abort("{.arg size} must have at least {length(shape)} dimension{?s}, as many as {.arg self}, not {length(size)}.",
          "gradtape_shape_error")
  }
  kept <- which(size == -1)
  if (any(kept <= length(size) - length(shape))) {
    abort("{.arg size} may be -1 only for a dimension that {.arg self} has; it has shape {shape_text(self)}.",
          "gradtape_shape_error")
  }
  size[kept] <- shape[kept - (length(size) - length(shape))]
  apply_op("expand", self, size)
}

#' @rdname shape
#' @export
torch_narrow <- function(self, dim, start, length) {
  self <- at_least_vector(self)
  shape <- value_shape(self)
  at <- normal_dim(dim, base::length(shape))
  check_count(start, "start")
  check_count(length, "length", min = 0)
  if (start + length - 1 > shape[at]) {
    abort(paste("{.arg start} = {start} and {.arg length} = {length} go beyond the {shape[at]} element{?s} of",
                "dimension {at}."),
          "gradtape_index_error")
  }
  slice <- rbind(rep(0L, base::length(shape)), 1L, shape)
  slice[c(1, 3), at] <- c(start - 1L, length)
  apply_op("slice", self, slice)
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
  abort("{.arg tensors} must be a list of at least one tensor, not {given(tensors)}.")
}

#' @rdname joining
#' @export
torch_split <- function(self, split_size, dim = 1L) {
  n <- size_along(self, dim)
  if (length(split_size) == 1) {
    check_count(split_size, "split_size")
    starts <- seq(1L, max(n, 1L), by = split_size)
    sizes <- pmin(split_size, n - starts + 1L)
  } else {
    check_whole(split_size, "split_size", min = 0)
    if (sum(split_size) != n) {
      abort("{.arg split_size} adds up to {sum(split_size)}; dimension {dim} has {n} elements.")
    }
    sizes <- split_size
    starts <- cumsum(c(1L, sizes))[seq_along(sizes)]
  }
  Map(function(start, size) torch_narrow(self, dim, start, size), starts, sizes)
}

#' @rdname joining
#' @export
torch_chunk <- function(self, chunks, dim = 1L) {
  check_count(chunks, "chunks")
  n <- size_along(self, dim)
  torch_split(self, max(1, ceiling(n / chunks)), dim)
}
