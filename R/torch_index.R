# Elements chosen by position or by a mask, and put in place.

#' Choose elements by position
#'
#' @param self A tensor.
#' @param dim The dimension, from 1.
#' @param index Positions along it, from 1: for `torch_index_select()` a vector; for
#'   the others of as many dimensions as `self`. (`torch_scatter()`: no position twice.)
#' @param src What to put or add at the positions: of the shape of `index`, or (to put) a number.
#' @param source What to put or add: for `torch_masked_scatter()` at least as many elements as the mask holds; else
#'   slices, one for each position.
#' @param indices For `torch_take_along_dim()` as `index`, broadcast against `self` beside `dim`; for
#'   `torch_index_put()` a list of positions along each dimension, from the first, broadcast against each other, or of
#'   logical vectors or tensors.
#' @param values What to put there, broadcast to the shape of the positions (and of the dimensions that none are given
#'   for).
#' @param accumulate Add instead, also where positions occur twice?
#' @param alpha A number that multiplies `source`.
#' @param mask A logical vector or tensor of the shape of `self`.
#' @param value A number.
#' @return A tensor: `torch_gather()` has the shape of `index`; `torch_index_select()` has
#'   the chosen slices of `self`; `torch_masked_select()` the chosen elements, row by row;
#'   `torch_take()`, whose positions count all elements row by row, the shape of `index`;
#'   `torch_masked_fill()`, the scatter functions and those that put have the shape of `self`.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_index_select(x, 2, c(3, 1))
#' torch_masked_fill(x, x > 2, 0)
#' @name choosing
NULL

#' @rdname choosing
#' @export
torch_index_select <- function(self, dim, index) {
  self <- at_least_vector(self)
  shape <- value_shape(self)
  dim <- normal_dim(dim, length(shape))
  check_whole(index, "index", min = 1, max = shape[dim])
  subscripts <- rep(list(TRUE), length(shape))
  subscripts[[dim]] <- as.numeric(index)
  .Call(C_call_subset, self, subscripts, FALSE)
}

#' @rdname shape
#' @export
torch_repeat_interleave <- function(self, repeats, dim = NULL) {
  if (is.null(dim)) self <- torch_flatten(self)
  dim <- if (is.null(dim)) 1L else dim
  n <- size_along(self, dim)
  check_whole(repeats, "repeats", min = 0)
  if (!length(repeats) %in% c(1, n)) {
    abort("{.arg repeats} must have one element, or one for each of the {n}, not {length(repeats)}.")
  }
  torch_index_select(self, dim, rep(seq_len(n), times = rep_len(as.numeric(repeats), n)))
}

#' @rdname choosing
#' @export
torch_gather <- function(self, dim, index) {
  apply_op("take", list(self, checked_positions(self, dim, index)))
}

# Positions in the whole, from 0, of an `index` along `dim`.
checked_positions <- function(self, dim, index) {
  shape <- value_shape(self)
  dim <- normal_dim(dim, length(shape))
  check_whole(index, "index", min = 1, max = shape[dim])
  if (length(value_shape(index)) != length(shape)) {
    abort(paste("{.arg index} must have {length(shape)} dimension{?s}, as many as {.arg self};",
                "it has shape {shape_text(index)}."),
          "gradtape_shape_error")
  }
  if (any(value_shape(index)[-dim] > shape[-dim])) {
    abort(paste("{.arg index} has shape {shape_text(index)},",
                "more than {.arg self} ({shape_text(self)}) beside dimension {dim}."),
          "gradtape_shape_error")
  }
  positions_along(shape, torch_sub(index, 1L), dim)
}

# Values to put at an `index`: as many.
check_source <- function(src, index) {
  if (!identical(value_shape(src), value_shape(index))) {
    abort("{.arg src} must have the shape of {.arg index}, {shape_text(index)}; it has {shape_text(src)}.",
          "gradtape_shape_error")
  }
}

#' @rdname choosing
#' @export
torch_scatter_add <- function(self, dim, index, src) {
  at <- checked_positions(self, dim, index)
  check_source(src, index)
  torch_add(self, apply_op("put", list(src, at), value_shape(self)))
}

#' @rdname choosing
#' @export
torch_scatter <- function(self, dim, index, src) {
  at <- checked_positions(self, dim, index)
  if (length(src) != 1) check_source(src, index)
  apply_op("replace", list(self, src, at))
}

#' @rdname choosing
#' @export
torch_masked_fill <- function(self, mask, value) {
  check_mask(mask)
  .Call(C_where, mask, value, self)
}

#' @rdname choosing
#' @export
torch_masked_scatter <- function(self, mask, source) {
  check_mask(mask)
  mask <- as.logical(torch_flatten(torch_expand(mask, value_shape(self))))
  at <- which(mask)
  if (length(at) > length(source)) {
    abort(paste("{.arg source} must have at least {length(at)} element{?s}, as many as {.arg mask} holds,",
                "not {length(source)}."), "gradtape_shape_error")
  }
  if (!length(at)) return(self)
  values <- torch_narrow(torch_flatten(source), 1L, 1L, length(at))
  torch_reshape(apply_op("replace", list(torch_flatten(self), values, index_tensor(at - 1))), value_shape(self))
}

#' @rdname choosing
#' @export
torch_take <- function(self, index) {
  size <- prod(value_shape(self))
  check_whole(index, "index", min = 1, max = size)
  apply_op("take", list(row_major(self, size), torch_sub(as_index(index), 1L)))
}

# Whole numbers as a tensor of as many dimensions.
as_index <- function(index) if (is_torch_tensor(index)) index else index_tensor(index)

#' @rdname choosing
#' @export
torch_take_along_dim <- function(self, indices, dim = NULL) {
  if (is.null(dim)) return(torch_take(self, indices))
  shape <- value_shape(self)
  at <- normal_dim(dim, length(shape))
  with_ndim(indices, length(shape), "indices")
  beside <- broadcast_shape(replace(shape, at, 1L), replace(value_shape(indices), at, 1L))
  torch_gather(torch_expand(self, replace(beside, at, shape[at])), at,
               torch_expand(indices, replace(beside, at, value_shape(indices)[at])))
}

# ---- slices put or added along one dimension ----

#' @rdname choosing
#' @export
torch_index_add <- function(self, dim, index, source, alpha = 1) {
  at <- slice_positions(self, dim, index, source)
  check_number(alpha, "alpha")
  if (is_torch_tensor(alpha) || alpha != 1) source <- torch_mul(source, alpha)
  torch_add(self, apply_op("put", list(source, at), value_shape(self)))
}
#' @rdname choosing
#' @export
torch_index_copy <- function(self, dim, index, source) {
  at <- slice_positions(self, dim, index, source)
  check_once(index, "index")
  apply_op("replace", list(self, source, at))
}
#' @rdname choosing
#' @export
torch_index_fill <- function(self, dim, index, value) {
  check_number(value, "value")
  index <- unique(as.numeric(index))
  shape <- replace(value_shape(self), normal_dim(dim, length(value_shape(self))), length(index))
  apply_op("replace", list(self, value, slice_positions(self, dim, index, torch_zeros(shape))))
}

# Where the elements of `source` go (from 0), whose slices along `dim` belong at `index`.
slice_positions <- function(self, dim, index, source) {
  shape <- value_shape(self)
  at <- normal_dim(dim, length(shape))
  check_whole(index, "index", min = 1, max = shape[at])
  expected <- replace(shape, at, length(index))
  if (!identical(value_shape(source), as.integer(expected))) {
    abort(paste("{.arg source} must have shape {shape_text_of(expected)}, a slice for each of the {length(index)}",
                "position{?s}; it has {shape_text(source)}."), "gradtape_shape_error")
  }
  along <- reshaped(torch_sub(as_index(index), 1L), replace(rep(1L, length(shape)), at, length(index)))
  positions_along(shape, torch_expand(along, expected), at)
}

check_once <- function(index, name) {
  if (anyDuplicated(as.numeric(index))) {
    abort("{.arg {name}} must hold no position twice: which element would be put there?", "gradtape_index_error")
  }
}

# ---- elements put at positions along several dimensions ----

#' @rdname choosing
#' @export
torch_index_put <- function(self, indices, values, accumulate = FALSE) {
  check_flag(accumulate, "accumulate")
  at <- joint_positions(self, indices)
  values <- torch_expand(values, value_shape(at))
  if (accumulate) return(torch_add(self, apply_op("put", list(values, at), value_shape(self))))
  check_once(at, "indices")
  apply_op("replace", list(self, values, at))
}

#' @rdname choosing
#' @export
torch_index_put_ <- function(self, indices, values, accumulate = FALSE) {
  check_tensor(self, "self")
  self$index_put_(indices, values, accumulate)
}

#' @rdname choosing
#' @export
torch_index <- function(self, indices) apply_op("take", list(self, joint_positions(self, indices)))

# Positions in the whole, from 0, of the positions along the first dimensions and all along the rest.
joint_positions <- function(self, indices) {
  shape <- value_shape(self)
  if (!is.list(indices)) indices <- list(indices)
  indices <- lapply(unlist(lapply(indices, by_number), recursive = FALSE), at_least_vector)
  n <- length(indices)
  if (!n || n > length(shape)) {
    abort("{.arg indices} must hold positions for 1 to {length(shape)} dimension{?s}, not {n}.", "gradtape_index_error")
  }
  for (d in seq_len(n)) check_whole(indices[[d]], "indices", min = 1, max = shape[d])
  common <- common_shape(lapply(indices, value_shape), "indices")
  rest <- shape[-seq_len(n)]
  strides <- c(1, cumprod(shape))
  at <- torch_zeros(c(common, rest), dtype = torch_long())
  for (d in seq_len(n)) {
    place <- torch_mul(torch_sub(as_index(indices[[d]]), 1L), as.integer(strides[d]))
    at <- torch_add(at, reshaped(torch_expand(place, common), c(common, rep(1L, length(rest)))))
  }
  for (d in seq_along(rest)) {
    place <- array((seq_len(rest[d]) - 1L) * as.integer(strides[n + d]), c(rest[d], rep(1L, length(rest) - d)))
    at <- torch_add(at, torch_tensor(place, dtype = torch_long()))
  }
  at
}

# A mask as positions along its dimensions.
by_number <- function(index) {
  if (!is.logical(index) && !(is_torch_tensor(index) && tensor_info(index)$dtype == "bool")) return(list(index))
  torch_nonzero(index, as_list = TRUE)
}

# ---- places in a sorted vector ----

#' Places in a sorted vector
#'
#' How many elements of a sorted vector come before each value, as [findInterval()] counts: after as many of
#' them the value could be put in.
#'
#' @param sorted_sequence,boundaries Sorted numbers; for `torch_searchsorted()` also several sorted vectors, in the
#'   last dimension, one for each of those of `self`.
#' @param self Values.
#' @param out_int32 Is the result of dtype int, instead of long?
#' @param right Do elements that are equal to a value come before it?
#' @param side `"left"` or `"right"`: another way to say `right`.
#' @return A tensor of the shape of `self`, of whole numbers from 0 to the length of the sorted vector. `NaN` comes
#'   last.
#' @examples
#' torch_searchsorted(c(1, 3, 5), c(0, 3, 9))
#' torch_bucketize(c(0, 3, 9), c(1, 3, 5), right = TRUE)
#' @export
torch_searchsorted <- function(sorted_sequence, self, out_int32 = FALSE, right = FALSE, side = NULL) {
  check_flag(out_int32, "out_int32")
  check_flag(right, "right")
  if (!is.null(side)) right <- check_choice(side, "side", c("left", "right")) == "right"
  places <- apply_op("searchsorted", list(at_least_vector(sorted_sequence), self), right)
  if (out_int32) as_dtype(places, "int") else places
}
#' @rdname torch_searchsorted
#' @export
torch_bucketize <- function(self, boundaries, out_int32 = FALSE, right = FALSE) {
  torch_searchsorted(with_ndim(at_least_vector(boundaries), 1, "boundaries"), self, out_int32, right)
}
check_mask <- function(mask) {
  if (!is.logical(mask) && !(is_torch_tensor(mask) && tensor_info(mask)$dtype == "bool")) {
    abort(c("{.arg mask} must be logical or a bool tensor, not {given(mask)}.",
                     i = "Make one by a comparison, such as {.code x > 0}."))
  }
}

#' @rdname choosing
#' @export
torch_masked_select <- function(self, mask) {
  check_mask(mask)
  if (!identical(value_shape(mask), value_shape(self))) {
    abort("{.arg mask} must have the shape of {.arg self}, {shape_text(self)}; it has {shape_text(mask)}.",
          "gradtape_shape_error")
  }
  torch_flatten(self)[as.logical(torch_flatten(mask))]
}

# ---- positions along one dimension ----

# The elements at the positions `at` (from 0) along one dimension, and these positions
# from 1. So exactly one of several equal extrema receives the gradient, as in torch.
picked <- function(self, at, dim, keepdim) {
  check_flag(keepdim, "keepdim")
  values <- take_along(self, at, dim)
  if (!keepdim) {
    values <- torch_squeeze(values, dim)
    at <- torch_squeeze(at, dim)
  }
  list(values, at + 1L)
}

# x[.., at, ..]: for each position of `at` (from 0, along `dim`) the element there.
take_along <- function(x, at, dim) apply_op("take", list(x, positions_along(value_shape(x), at, dim)))

# Positions in the whole (from 0, by column) of positions along one dimension.
positions_along <- function(shape, at, dim) {
  dim <- normal_dim(dim, length(shape))
  if (length(shape) <= 1) return(at)
  stride <- c(1, cumprod(shape))[seq_along(shape)]
  offset <- array(0, value_shape(at))
  for (d in setdiff(seq_along(shape), dim)) {
    offset <- offset + stride[d] * (slice.index(offset, d) - 1)
  }
  torch_add(torch_mul(at, stride[dim]), torch_tensor(offset, dtype = torch_long()))
}
