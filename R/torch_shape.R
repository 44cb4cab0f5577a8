# Moving elements: shapes, joining, splitting.

#' Shapes of tensors
#'
#' `torch_reshape()` and `torch_flatten()` take elements row by row, as torch does (R's own
#' `dim<-` and `matrix()` go by column). Results are copies, never views.
#'
#' @param self A tensor, or numbers; for `torch_atleast_1d()` and kin also a list of them.
#' @param shape,size A vector of whole numbers. In `torch_reshape()` one of them may be
#'   -1, in `torch_expand()` any: that dimension follows from the others, or stays.
#' @param dim,dim0,dim1,start_dim,end_dim Dimensions, from 1; negative ones count from the
#'   last.
#' @param dims An order of the dimensions; for `torch_roll()` those along which elements move, `NULL` for all elements
#'   row by row; for `torch_tile()` how often each dimension is repeated.
#' @param source,destination Dimensions, and where they move to.
#' @param axis0,axis1 As `dim0` and `dim1`.
#' @param sizes The dimensions that one becomes; one may be -1.
#' @param shifts How far elements move, towards higher positions.
#' @param repeats How often each element is repeated: one number, or one for each.
#' @param start,length From where, and how many elements.
#' @return A tensor.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_reshape(x, c(3, 2))
#' torch_flatten(x)
#' torch_unsqueeze(x, 1)$shape
#' torch_roll(x, 1, 2)
#' torch_tile(x, c(1, 2))
#' @order 1
#' @name shape
NULL

#' @rdname shape
#' @export
torch_reshape <- function(self, shape) {
  shape <- unlist(shape)
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
  at <- normal_dims(unlist(dims), ndim)
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
  size <- unlist(size)
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

#' @rdname shape
#' @export
torch_movedim <- function(self, source, destination) {
  ndim <- length(value_shape(self))
  from <- normal_dims(source, ndim, "source")
  to <- normal_dims(destination, ndim, "destination")
  if (length(from) != length(to)) {
    abort("{.arg source} and {.arg destination} must be of one length, not {length(from)} and {length(to)}.")
  }
  order <- integer(ndim)
  order[to] <- from
  order[setdiff(seq_len(ndim), to)] <- setdiff(seq_len(ndim), from)
  apply_op("permute", self, order - 1L)
}
#' @rdname shape
#' @export
torch_moveaxis <- function(self, source, destination) torch_movedim(self, source, destination)
#' @rdname shape
#' @export
torch_swapaxes <- function(self, axis0, axis1) torch_transpose(self, axis0, axis1)
#' @rdname shape
#' @export
torch_swapdims <- function(self, dim0, dim1) torch_transpose(self, dim0, dim1)
#' @rdname shape
#' @export
torch_ravel <- function(self) torch_flatten(self)

#' @rdname shape
#' @export
torch_unflatten <- function(self, dim, sizes) {
  self <- at_least_vector(self)
  shape <- value_shape(self)
  at <- normal_dim(dim, length(shape))
  check_whole(sizes, "sizes", min = -1)
  free <- which(sizes == -1)
  if (length(free) == 1) sizes[free] <- shape[at] / prod(sizes[-free])
  if (prod(sizes) != shape[at]) {
    abort("Dimension {at} has {shape[at]} element{?s} and cannot become {shape_text_of(sizes)}.",
          "gradtape_shape_error")
  }
  row_major(self, c(shape[seq_len(at - 1)], sizes, shape[-seq_len(at)]))
}

#' @rdname shape
#' @export
torch_broadcast_to <- function(self, size) torch_expand(self, size)

#' @rdname shape
#' @export
torch_tile <- function(self, dims) {
  check_whole(dims, "dims", min = 0)
  shape <- value_shape(self)
  n <- max(length(shape), length(dims))
  dims <- c(rep(1, n - length(dims)), dims)
  shape <- c(rep(1L, n - length(shape)), shape)
  each <- as.vector(rbind(dims, shape))                          # a dimension of repeats before each
  spread <- torch_expand(reshaped(self, as.vector(rbind(1L, shape))), each)
  # (by column, the repeats must come after the elements of their dimension)
  order <- as.vector(rbind(2L * seq_len(n), 2L * seq_len(n) - 1L))
  reshaped(apply_op("permute", spread, order - 1L), dims * shape)
}

#' @rdname shape
#' @export
torch_roll <- function(self, shifts, dims = NULL) {
  check_whole(shifts, "shifts", min = -Inf)
  if (!length(dims)) {
    if (length(shifts) != 1) abort("{.arg shifts} must be one number where {.arg dims} is not given.")
    return(torch_reshape(torch_roll(torch_flatten(self), shifts, 1L), value_shape(self)))
  }
  if (!is.numeric(dims)) abort_dims(dims, length(value_shape(self)))
  if (length(dims) != length(shifts)) {
    abort("{.arg shifts} must have a number for each of the {length(dims)} {.arg dims}, not {length(shifts)}.")
  }
  for (k in seq_along(dims)) self <- rolled(self, shifts[k], dims[k])
  self
}
rolled <- function(x, shift, dim) {
  n <- value_shape(x)[normal_dim(dim, length(value_shape(x)), "dims")]
  shift <- if (n) shift %% n else 0
  if (shift == 0) return(x)
  torch_cat(list(torch_narrow(x, dim, n - shift + 1, shift), torch_narrow(x, dim, 1L, n - shift)), dim)
}

#' @rdname joining
#' @export
torch_meshgrid <- function(tensors, indexing = c("ij", "xy")) {
  tensors <- value_list(tensors)
  indexing <- check_choice(indexing, "indexing", c("ij", "xy"))
  n <- length(tensors)
  order <- if (indexing == "xy" && n > 1) c(2L, 1L, seq_len(n)[-(1:2)]) else seq_len(n)
  size <- vapply(tensors, function(x) as.integer(prod(value_shape(x))), 0L)
  lapply(seq_len(n), function(k) {
    alone <- replace(rep(1L, n), order[k], size[k])
    torch_expand(reshaped(tensors[[k]], alone), size[order])
  })
}

#' Join and split tensors
#'
#' @param tensors A list of tensors or numbers, of equal shapes but for `dim` (for
#'   `torch_stack()`, of equal shapes).
#' @param self A tensor.
#' @param dim The dimension to join or split along, from 1; in `torch_stack()`, the new one.
#' @param split_size Elements in each piece, or a vector of the sizes of all of them.
#' @param chunks The number of pieces.
#' @param indexing `"ij"`: the first tensor runs along the first dimension; `"xy"`: along the second.
#' @param indices Before which positions to divide (from 1: the first piece ends before it).
#' @param sections The number of pieces; they need not be equal.
#' @details `torch_vstack()` joins rows, `torch_hstack()` columns (of vectors: their elements), `torch_dstack()` along
#'   a third dimension, `torch_column_stack()` columns, which vectors are. `torch_unbind()` divides into slices of one
#'   element, without that dimension. `torch_meshgrid()` spreads vectors over a grid. `torch_broadcast_tensors()`
#'   gives all one shape.
#' @return A tensor, or from `torch_split()`, `torch_chunk()`, `torch_tensor_split()`, `torch_unbind()`,
#'   `torch_meshgrid()` and `torch_broadcast_tensors()` a list of tensors.
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

#' @rdname joining
#' @export
torch_tensor_split <- function(self, sections = NULL, indices = NULL, dim = 1L) {
  n <- value_shape(self)[normal_dim(dim, length(value_shape(self)))]
  if (is.null(sections) == is.null(indices)) abort("Give {.arg sections} or {.arg indices}.")
  if (!is.null(sections)) {
    check_count(sections, "sections")
    return(torch_split(self, n %/% sections + (seq_len(sections) <= n %% sections), dim))
  }
  check_whole(indices, "indices", min = 1, max = n + 1)
  if (is.unsorted(indices)) abort("{.arg indices} must not decrease.")
  ends <- c(as.numeric(indices), n + 1)
  torch_split(self, diff(c(1, ends)), dim)
}

#' @rdname joining
#' @export
torch_unbind <- function(self, dim = 1L) {
  self <- at_least_vector(self)
  shape <- value_shape(self)
  at <- normal_dim(dim, length(shape))
  lapply(seq_len(shape[at]), function(k) torch_squeeze(torch_narrow(self, at, k, 1L), at))
}

#' @rdname joining
#' @export
torch_vstack <- function(tensors) torch_cat(lapply(value_list(tensors), torch_atleast_2d), 1L)
#' @rdname joining
#' @export
torch_row_stack <- torch_vstack
#' @rdname joining
#' @export
torch_hstack <- function(tensors) {
  tensors <- lapply(value_list(tensors), torch_atleast_1d)
  torch_cat(tensors, if (length(value_shape(tensors[[1]])) == 1) 1L else 2L)
}
#' @rdname joining
#' @export
torch_dstack <- function(tensors) torch_cat(lapply(value_list(tensors), torch_atleast_3d), 3L)
#' @rdname joining
#' @export
torch_column_stack <- function(tensors) {
  torch_cat(lapply(value_list(tensors), function(x) {
    if (length(value_shape(x)) < 2) reshaped(x, c(length(x), 1L)) else x
  }), 2L)
}

#' @rdname shape
#' @export
torch_atleast_1d <- function(self) if (is.list(self)) lapply(self, torch_atleast_1d) else at_least_vector(self)
#' @rdname shape
#' @export
torch_atleast_2d <- function(self) {
  if (is.list(self)) return(lapply(self, torch_atleast_2d))
  shape <- value_shape(self)
  if (length(shape) < 2) reshaped(self, c(1L, prod(shape))) else self
}
#' @rdname shape
#' @export
torch_atleast_3d <- function(self) {
  if (is.list(self)) return(lapply(self, torch_atleast_3d))
  shape <- value_shape(torch_atleast_2d(self))
  if (length(shape) == 2) reshaped(self, c(shape, 1L)) else self
}
