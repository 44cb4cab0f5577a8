# Elements chosen by position or by a mask, and put in place.

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
