# Sums, means, norms, extrema.

#' Reductions
#'
#' Each reduces a tensor over some of its dimensions, or over all of them.
#'
#' @param self A tensor, or numbers.
#' @param dim Dimensions to reduce, from 1; negative ones count from the last. Missing or
#'   `NULL`: all.
#' @param keepdim Keep reduced dimensions, with one element?
#' @param p Order of the norm; a positive number, `Inf` or `-Inf`.
#' @param other For `torch_max()` and `torch_min()`: a second tensor or number, for the
#'   elementwise maximum or minimum.
#' @return A tensor. `torch_max()` and `torch_min()` with `dim` give a list of the values
#'   and their positions (from 1).
#' @details
#' At 0, `torch_norm()` has the subgradient 0. Among equal extrema of a whole tensor the
#' gradient is shared evenly.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_sum(x, dim = 1)
#' torch_norm(c(3, 4))
#' torch_max(torch_tensor(c(-1, 2)), other = 0)
#' @name reductions
NULL

#' @rdname reductions
#' @export
torch_sum <- function(self, dim = NULL, keepdim = FALSE) .Call(C_sum, self, dim, keepdim)

#' @rdname reductions
#' @export
torch_mean <- function(self, dim = NULL, keepdim = FALSE) {
  total <- .Call(C_sum, self, dim, keepdim)
  .Call(C_div, total, length(self) / length(total))
}

#' @rdname reductions
#' @export
torch_prod <- function(self, dim = NULL, keepdim = FALSE) .Call(C_prod, self, dim, keepdim)

#' @rdname reductions
#' @export
torch_norm <- function(self, p = 2, dim = NULL, keepdim = FALSE) {
  check_number(p, "p")
  if (p == 2) return(.Call(C_norm2, self, dim, keepdim))
  size <- .Call(C_abs, self)
  if (p == Inf) return(.Call(C_amax, size, dim, keepdim))
  if (p == -Inf) return(.Call(C_amin, size, dim, keepdim))
  if (p == 0) return(.Call(C_sum, .Call(C_ne, size, 0), dim, keepdim))
  if (p == 1) return(.Call(C_sum, size, dim, keepdim))
  .Call(C_pow, .Call(C_sum, .Call(C_pow, size, p), dim, keepdim), 1 / p)
}

#' @rdname reductions
#' @export
torch_amax <- function(self, dim = NULL, keepdim = FALSE) .Call(C_amax, self, dim, keepdim)
#' @rdname reductions
#' @export
torch_amin <- function(self, dim = NULL, keepdim = FALSE) .Call(C_amin, self, dim, keepdim)

#' @rdname reductions
#' @export
torch_max <- function(self, dim = NULL, other = NULL, keepdim = FALSE) {
  if (!is.null(other)) return(.Call(C_maximum, self, other))
  if (is.null(dim)) return(.Call(C_amax, self, NULL, FALSE))
  extremum_along(self, .Call(C_argmax, self, dim, TRUE), dim, keepdim)
}

#' @rdname reductions
#' @export
torch_min <- function(self, dim = NULL, other = NULL, keepdim = FALSE) {
  if (!is.null(other)) return(.Call(C_minimum, self, other))
  if (is.null(dim)) return(.Call(C_amin, self, NULL, FALSE))
  extremum_along(self, .Call(C_argmin, self, dim, TRUE), dim, keepdim)
}

# The extremum along one dimension is the element at its position there (`at`, from 0), so
# that exactly one of several equal ones receives the gradient, as in torch.
extremum_along <- function(self, at, dim, keepdim) {
  values <- take_along(self, at, dim)
  if (!keepdim) {
    shape <- value_shape(self)[-normal_dim(dim, length(value_shape(self)))]
    values <- .Call(C_call_apply, "reshape", list(values), shape)
    at <- .Call(C_call_apply, "reshape", list(at), shape)
  }
  list(values, at + 1)
}

normal_dim <- function(dim, ndim) if (dim < 0) ndim + dim + 1L else as.integer(dim)

# x[.., at, ..]: for each position of `at` (from 0, along `dim`) the element there.
take_along <- function(x, at, dim) {
  shape <- value_shape(x)
  dim <- normal_dim(dim, length(shape))
  stride <- c(1, cumprod(shape))[seq_along(shape)]
  kept <- value_shape(at)
  offset <- array(0, kept)
  for (d in setdiff(seq_along(shape), dim)) {
    offset <- offset + stride[d] * (slice.index(offset, d) - 1)
  }
  if (length(kept) < 2) base::dim(offset) <- NULL
  position <- torch_add(torch_mul(at, stride[dim]), torch_tensor(offset, dtype = torch_long()))
  .Call(C_call_apply, "take", list(x, position), integer())
}
